// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/qat/dampening.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace qs {

Result<double> addDampening(const Quantizer& quantizer, std::span<const float> weight,
                            double lambda, std::span<float> gradient)
{
    const auto count = static_cast<std::size_t>(quantizer.layout().numel());
    if (weight.size() != count || gradient.size() != count)
        return Error::usage("weight, gradient: expected the " + std::to_string(count) +
                            " elements of the quantizer, found " + std::to_string(weight.size()) +
                            " and " + std::to_string(gradient.size()));
    if (!(lambda >= 0) || !std::isfinite(lambda))
        return Error::usage("lambda: expected 0 or more, found " + std::to_string(lambda));
    const auto& params = quantizer.params();
    if (!params.coveredRange())
        return Error::usage("dtype " + std::string(info(params.dtype()).name) +
                            ": its blocks have no levels of their own");
    std::vector<std::array<float, 2>> ends(params.channels());
    for (std::size_t c = 0; c < ends.size(); ++c)
        ends[c] = *params.coveredRange(c);
    std::vector<float> rounded(
        static_cast<std::size_t>(std::min(quantizer.layout().numel(), kBlockSize)));
    double total = 0;
    for (std::size_t begin = 0; begin < count; begin += rounded.size()) {
        const auto part = weight.subspan(begin, std::min(rounded.size(), count - begin));
        const auto at = static_cast<std::int64_t>(begin);
        quantizer.fakeQuantize(part, at, rounded.data());
        double sum = 0;
        const auto one = [&](std::size_t i, const std::array<float, 2>& end) {
            if (!std::isfinite(part[i]))
                return;
            const double off = static_cast<double>(std::clamp(part[i], end[0], end[1])) -
                               static_cast<double>(rounded[i]);
            sum += off * off;
            if (end[0] <= part[i] && part[i] <= end[1])
                gradient[begin + i] += static_cast<float>(2 * lambda * off);
        };
        const auto& layout = quantizer.layout();
        layout.forEachRun(at, static_cast<std::int64_t>(part.size()),
                          [&](std::int64_t set, std::int64_t offset, std::int64_t n) {
                              for (std::int64_t i = 0; i < n; ++i)
                                  one(static_cast<std::size_t>(offset + i),
                                      ends[static_cast<std::size_t>(set + i * layout.stride())]);
                          });
        total += sum;
    }
    return lambda * total;
}

} // namespace qs
