// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/sample_set.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace qs {
namespace {

/// k / 255 in float32, rounded once.
constexpr std::array<float, 256> makeUnit()
{
    std::array<float, 256> unit{};
    for (std::size_t k = 0; k < unit.size(); ++k)
        unit[k] = static_cast<float>(k) / 255.0F;
    return unit;
}
constexpr std::array<float, 256> kUnit = makeUnit();

std::string typeAndShape(const Tensor& tensor)
{
    return std::string(info(tensor.type()).name) + " " + tensor.shape().toString();
}

Result<void> checkFinite(const Tensor& tensor, const std::string& what)
{
    const auto values = tensor.floats();
    const auto bad = std::find_if_not(values.begin(), values.end(),
                                      [](float value) { return std::isfinite(value); });
    if (bad == values.end())
        return {};
    const std::int64_t each = tensor.numel() / tensor.shape()[0];
    return Error::data(what + ": expected finite numbers, found " +
                       (std::isnan(*bad) ? "nan" : "inf") + " in sample " +
                       std::to_string((bad - values.begin()) / each));
}

Result<void> checkCount(const Tensor& samples, const Tensor& others, const std::string& what)
{
    if (samples.shape()[0] == others.shape()[0])
        return {};
    return Error::data("expected as many " + what + " as samples, found " +
                       std::to_string(samples.shape()[0]) + " samples and " +
                       std::to_string(others.shape()[0]) + " " + what);
}

/// Calls put(offset of a value in the store, channel, y, x) for each value of a sample.
template <typename Put>
void forEachValue(const SampleSet& set, Put put)
{
    std::ptrdiff_t offset = 0;
    for (int c = 0; c < set.channels(); ++c)
        for (int y = 0; y < set.height(); ++y)
            for (int x = 0; x < set.width(); ++x)
                put(offset++, c, y, x);
}

} // namespace

Result<SampleSet> SampleSet::makeSamples(const Tensor& samples)
{
    const auto& shape = samples.shape();
    const int rank = shape.rank();
    const bool known =
        samples.type() == ElementType::Uint8 || samples.type() == ElementType::Float32;
    if (!known || rank < 2 || rank > 4)
        return Error::data("samples: expected uint8 or float32 of shape [n, features], [n, height, "
                           "width] or [n, channels, height, width], found " +
                           typeAndShape(samples));
    if (samples.numel() == 0)
        return Error::data("samples: expected at least one value, found " + shape.toString());
    constexpr std::int64_t most = 4096;
    constexpr std::int64_t mostValues = most * most;
    for (int axis = 1; axis < rank; ++axis)
        if (shape[axis] > (rank == 2 ? mostValues : most))
            return Error::data("samples: expected sizes up to " +
                               std::to_string(rank == 2 ? mostValues : most) + ", found " +
                               shape.toString());
    SampleSet set;
    set.m_count = shape[0];
    set.m_numel = samples.numel() / set.m_count;
    if (set.m_numel > mostValues)
        return Error::data("samples: expected up to " + std::to_string(mostValues) +
                           " values each, found " + shape.toString());
    set.m_samples = samples.type() == ElementType::Uint8 ? samples : samples.toFloat32();
    set.m_channels = rank == 4 ? static_cast<int>(shape[1]) : 1;
    set.m_height = rank == 2 ? 1 : static_cast<int>(shape[rank - 2]);
    set.m_width = static_cast<int>(shape[rank - 1]);
    set.m_shape = rank == 2 ? *Shape::make({set.m_width})
                            : *Shape::make({set.m_channels, set.m_height, set.m_width});
    if (set.m_samples.isFloat32())
        if (auto ok = checkFinite(set.m_samples, "samples"); !ok)
            return ok.error();
    return set;
}

Result<SampleSet> SampleSet::make(const Tensor& samples, const Tensor& labels)
{
    const bool known = labels.type() == ElementType::Uint8 || labels.type() == ElementType::Int32;
    if (!known || labels.shape().rank() != 1)
        return Error::data("labels: expected uint8 or int32 of shape [n], found " +
                           typeAndShape(labels));
    auto set = makeSamples(samples);
    if (!set)
        return set;
    if (auto ok = checkCount(samples, labels, "labels"); !ok)
        return ok.error();
    std::vector<std::int32_t> numbers(static_cast<std::size_t>(labels.numel()));
    const auto bytes = labels.bytes();
    if (labels.type() == ElementType::Uint8)
        std::transform(bytes.begin(), bytes.end(), numbers.begin(),
                       [](std::byte value) { return static_cast<std::int32_t>(value); });
    else
        std::copy(bytes.begin(), bytes.end(), std::as_writable_bytes(std::span(numbers)).begin());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (numbers[i] < 0 || numbers[i] >= kMaxClasses)
            return Error::data("labels: expected 0 to " + std::to_string(kMaxClasses - 1) +
                               ", found " + std::to_string(numbers[i]) + " of sample " +
                               std::to_string(i));
        set->m_largestLabel = std::max(set->m_largestLabel, numbers[i]);
    }
    set->m_labels = std::make_shared<const std::vector<std::int32_t>>(std::move(numbers));
    return set;
}

Result<SampleSet> SampleSet::makeRegression(const Tensor& samples, const Tensor& targets)
{
    if (targets.type() != ElementType::Float32 || targets.shape().rank() != 2 ||
        targets.shape()[1] < 1 || targets.shape()[1] > kMaxClasses)
        return Error::data("targets: expected float32 of shape [n, outputs] with 1 to " +
                           std::to_string(kMaxClasses) + " outputs, found " +
                           typeAndShape(targets));
    auto set = makeSamples(samples);
    if (!set)
        return set;
    if (auto ok = checkCount(samples, targets, "targets"); !ok)
        return ok.error();
    set->m_targets = targets.toFloat32();
    if (auto ok = checkFinite(set->m_targets, "targets"); !ok)
        return ok.error();
    set->m_outputs = static_cast<int>(targets.shape()[1]);
    return set;
}

std::span<const float> SampleSet::targets(std::int64_t i) const
{
    if (!hasTargets())
        return {};
    const auto each = static_cast<std::size_t>(m_outputs);
    return m_targets.floats().subspan(static_cast<std::size_t>(row(i)) * each, each);
}

void SampleSet::copyChannelsLast(std::int64_t i, int pad, float* out) const
{
    const std::ptrdiff_t line = std::ptrdiff_t{m_width + 2 * pad} * m_channels;
    if (pad > 0)
        std::fill_n(out, (m_height + 2 * pad) * line, 0.0F);
    const std::ptrdiff_t first = row(i) * m_numel;
    const auto spread = [&](const auto& value) {
        forEachValue(*this, [&](std::ptrdiff_t offset, int c, int y, int x) {
            out[(y + pad) * line + std::ptrdiff_t{x + pad} * m_channels + c] = value(offset);
        });
    };
    if (m_samples.isFloat32()) {
        spread([from = m_samples.floats().data() + first](std::ptrdiff_t k) { return from[k]; });
    } else {
        spread([from = m_samples.bytes().data() + first](std::ptrdiff_t k) {
            return kUnit[static_cast<std::size_t>(from[k])];
        });
    }
}

Tensor SampleSet::images(std::int64_t begin, std::int64_t n, int pad) const
{
    const std::int64_t height = m_height + 2 * pad;
    const std::int64_t width = m_width + 2 * pad;
    std::vector<float> values(static_cast<std::size_t>(n * m_channels * height * width));
    std::vector<float> sample(static_cast<std::size_t>(m_numel));
    for (std::int64_t i = 0; i < n; ++i) {
        copyChannelsLast(begin + i, 0, sample.data());
        float* to = values.data() + i * m_channels * height * width;
        forEachValue(*this, [&](std::ptrdiff_t, int c, int y, int x) {
            to[(c * height + y + pad) * width + x + pad] =
                sample[(static_cast<std::size_t>(y) * static_cast<std::size_t>(m_width) +
                        static_cast<std::size_t>(x)) *
                           static_cast<std::size_t>(m_channels) +
                       static_cast<std::size_t>(c)];
        });
    }
    return Tensor::fromFloats("images", *Shape::make({n, m_channels, height, width}),
                              std::move(values));
}

SampleSet SampleSet::select(std::span<const std::int64_t> indices) const
{
    std::vector<std::int64_t> rows(indices.size());
    SampleSet chosen = *this;
    chosen.m_largestLabel = -1;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i] = row(indices[i]);
        chosen.m_largestLabel = std::max(chosen.m_largestLabel, label(indices[i]));
    }
    chosen.m_count = static_cast<std::int64_t>(rows.size());
    chosen.m_rows = std::make_shared<const std::vector<std::int64_t>>(std::move(rows));
    return chosen;
}

} // namespace qs
