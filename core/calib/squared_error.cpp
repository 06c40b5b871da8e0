// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/squared_error.h"

#include "core/base/parallel.h"

#include <cmath>
#include <limits>

namespace qs {
namespace {

/// The sets from `first` to before `last` are all that some elements use.
struct Sets {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

Sets setsOf(const ParamLayout& layout, std::int64_t begin, std::int64_t end)
{
    const std::int64_t slab = layout.inner() * layout.channels();
    const bool grouped = layout.groupSize() > 0;
    if (layout.count() == 1)
        return {0, 1};
    if (grouped && layout.inner() > 1) {
        const std::int64_t sets = layout.count() / (layout.numel() / slab);
        return {begin / slab * sets, ((end - 1) / slab + 1) * sets};
    }
    if (grouped || begin / slab == (end - 1) / slab)
        return {layout.indexOf(begin), layout.indexOf(end - 1) + 1};
    return {0, layout.count()};
}

void addBlock(const Tensor& tensor, const Quantizer& quantizer, std::int64_t begin,
              std::int64_t end, std::int64_t first, std::span<double> sums)
{
    thread_local std::vector<float> buffer;
    thread_local std::vector<float> y;
    const auto x = tensor.read(begin, end, buffer);
    y.resize(x.size());
    quantizer.fakeQuantize(x, begin, y.data());
    const auto& layout = quantizer.layout();
    const auto square = [&](std::int64_t i) {
        const auto at = static_cast<std::size_t>(i);
        const double d = static_cast<double>(x[at]) - static_cast<double>(y[at]);
        return std::fabs(x[at]) < std::numeric_limits<float>::infinity() ? d * d : 0.0;
    };
    layout.forEachRun(begin, end - begin, [&](std::int64_t index, std::int64_t at, std::int64_t n) {
        double* to = sums.data() + (index - first);
        if (layout.stride() == 1) {
            for (std::int64_t i = 0; i < n; ++i)
                to[i] += square(at + i);
            return;
        }
        double sum = 0;
        for (std::int64_t i = 0; i < n; ++i)
            sum += square(at + i);
        *to += sum;
    });
}

} // namespace

Result<void> addSquaredErrors(const Tensor& tensor, const Quantizer& quantizer,
                              std::span<double> sums, const JobContext& context)
{
    // Some blocks at a time: where each touches all of many channels, all of them at once would
    // take more memory than the tensor.
    constexpr std::int64_t kTogether = 64;
    const std::int64_t blocks = blockCount(tensor.numel());
    std::vector<std::vector<double>> parts(kTogether);
    for (std::int64_t done = 0; done < blocks; done += kTogether) {
        const auto rangeOf = [&](std::int64_t k) {
            const std::int64_t begin = (done + k) * kBlockSize;
            return Sets{begin, std::min(begin + kBlockSize, tensor.numel())};
        };
        const std::int64_t count = std::min(kTogether, blocks - done);
        const bool ran = forEachIndex(count, context, [&](std::int64_t k) {
            const auto [begin, end] = rangeOf(k);
            const auto [first, last] = setsOf(quantizer.layout(), begin, end);
            auto& part = parts[static_cast<std::size_t>(k)];
            part.assign(static_cast<std::size_t>(last - first), 0.0);
            addBlock(tensor, quantizer, begin, end, first, part);
        });
        if (!ran)
            return Error::cancelled();
        for (std::int64_t k = 0; k < count; ++k) {
            const auto [begin, end] = rangeOf(k);
            const auto first =
                static_cast<std::size_t>(setsOf(quantizer.layout(), begin, end).first);
            const auto& part = parts[static_cast<std::size_t>(k)];
            for (std::size_t i = 0; i < part.size(); ++i)
                sums[first + i] += part[i];
        }
    }
    return {};
}

} // namespace qs
