// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quant_params.h"

#include "core/base/text.h"
#include "core/quant/dialect_rules.h"

#include <cmath>
#include <limits>

namespace qs {
namespace {

using Limits = std::numeric_limits<float>;

Result<void> checkRange(DType dtype, QuantRange range)
{
    const auto& row = info(dtype);
    if (range.quantMin >= range.quantMax)
        return Error::usage("quant_min " + std::to_string(range.quantMin) +
                            " must be less than quant_max " + std::to_string(range.quantMax));
    if (range.quantMin < row.quantMin || range.quantMax > row.quantMax)
        return Error::usage("quant_min " + std::to_string(range.quantMin) + ", quant_max " +
                            std::to_string(range.quantMax) + ": " + std::string(row.name) +
                            " has the codes " + std::to_string(row.quantMin) + " to " +
                            std::to_string(row.quantMax));
    return {};
}

std::int32_t floorHalf(std::int32_t v)
{
    return v >> 1; // an arithmetic shift in C++20, for the lowest int32 too
}

} // namespace

Result<float> checkScale(double scale)
{
    // Tensors with a scale for each group ask millions of times: no text where there is no error.
    if (scale > 0 && scale <= static_cast<double>(Limits::max()) &&
        static_cast<float>(scale) >= Limits::min())
        return static_cast<float>(scale);
    const std::string found = formatExact(scale);
    if (!std::isfinite(scale))
        return Error::usage("scale must be a finite number above 0, found " + found);
    if (scale <= 0)
        return Error::usage("scale must be above 0, found " + found);
    if (static_cast<float>(scale) < Limits::min())
        return Error::usage("scale " + found +
                            " is below float32's smallest normal number 1.1755e-38");
    return Error::usage("scale " + found + " is above float32's largest number 3.4028e+38");
}

namespace {

/// A scale in words that say what its format allows.
Result<void> checkScaleFormat(const DTypeInfo& row, float scale)
{
    int exponent = 0;
    if (row.scaleFormat == ScaleFormat::E8m0) {
        if (scale > 0 && std::isfinite(scale) && std::frexp(scale, &exponent) == 0.5F &&
            scale >= 0x1p-127F)
            return {};
        return Error::usage("scale: " + std::string(row.name) +
                            " has powers of two from 2^-127 to 2^127, found " +
                            formatExact(static_cast<double>(scale)));
    }
    if (auto checked = checkScale(static_cast<double>(scale)); !checked)
        return checked.error();
    if (row.scaleFormat == ScaleFormat::E4m3) {
        const auto& format = info(DType::Float8E4m3fn).format;
        if (format.decode(format.encode(scale)) != scale)
            return Error::usage("scale: " + std::string(row.name) +
                                " has values of float8_e4m3fn, found " +
                                formatExact(static_cast<double>(scale)));
    }
    return {};
}

Result<void> checkCodebook(const QuantParts& parts)
{
    constexpr std::size_t kMost = 256;
    const auto& values = parts.codebook;
    if (parts.dtype != DType::Codebook) {
        if (!values.empty())
            return Error::usage("codebook: only dtype codebook has one, found " +
                                std::string(info(parts.dtype).name));
        return {};
    }
    if (values.size() < 2 || values.size() > kMost)
        return Error::usage("codebook: expected 2 to 256 ascending values, found " +
                            std::to_string(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i]) || (i > 0 && !(values[i - 1] < values[i])))
            return Error::usage("codebook: values must be finite and ascend, found " +
                                formatExact(static_cast<double>(values[i])) + " at place " +
                                std::to_string(i));
    }
    return {};
}

Result<void> checkZeroPoints(QuantParts& parts)
{
    const auto& row = info(parts.dtype);
    const std::size_t n = parts.scale.size();
    if (info(parts.qscheme).floatZeroPoint) {
        if (parts.floatZeroPoint.size() == 1 && n > 1)
            parts.floatZeroPoint.assign(n, parts.floatZeroPoint[0]);
        if (parts.floatZeroPoint.size() != n)
            return Error::usage("zero_point: expected " + std::to_string(n) +
                                ", one per scale, found " +
                                std::to_string(parts.floatZeroPoint.size()));
        for (const float z : parts.floatZeroPoint) {
            if (!std::isfinite(z))
                return Error::usage("zero_point must be finite, found " +
                                    formatExact(static_cast<double>(z)));
        }
        parts.zeroPoint.assign(n, 0);
        return {};
    }
    parts.floatZeroPoint.clear();
    if (parts.zeroPoint.empty() && !row.isInteger())
        parts.zeroPoint = {0};
    if (parts.zeroPoint.size() == 1 && n > 1)
        parts.zeroPoint.assign(n, parts.zeroPoint[0]);
    if (parts.zeroPoint.size() != n)
        return Error::usage("zero_point: expected " + std::to_string(n) +
                            ", one per scale, found " + std::to_string(parts.zeroPoint.size()));
    for (const auto z : parts.zeroPoint) {
        if (!row.isInteger() && z != 0)
            return Error::usage("zero_point: " + std::string(row.name) + " has none, found " +
                                std::to_string(z));
        if (row.isInteger() && (z < parts.range.quantMin || z > parts.range.quantMax))
            return Error::usage("zero_point " + std::to_string(z) + " is not a code in [" +
                                std::to_string(parts.range.quantMin) + ", " +
                                std::to_string(parts.range.quantMax) + "]");
    }
    return {};
}

} // namespace

QuantParts QuantParams::defaultParts()
{
    QuantParts parts;
    parts.scale = {1.0F};
    parts.zeroPoint = {0};
    return parts;
}

Result<QuantParams> QuantParams::make(QuantParts parts)
{
    const auto& row = info(parts.dtype);
    if (row.family == Family::Ggml) {
        // Everything is in the blocks; one set that does nothing keeps the arrays from being empty.
        parts.scale = {1.0F};
        parts.zeroPoint = {0};
    }
    if (!row.isInteger())
        parts.range = {row.quantMin, row.quantMax};
    if (auto ok = checkRange(parts.dtype, parts.range); !ok)
        return ok.error();
    if (info(parts.qscheme).floatZeroPoint && !row.isInteger())
        return Error::usage("qscheme " + std::string(info(parts.qscheme).name) +
                            " needs an integer dtype, found " + std::string(row.name));
    constexpr int kMostFloatQParamsBits = 16;
    if (info(parts.qscheme).floatZeroPoint && row.bits > kMostFloatQParamsBits)
        return Error::usage("qscheme " + std::string(info(parts.qscheme).name) +
                            " needs codes of at most 16 bits, found " + std::string(row.name));
    if (parts.scale.empty())
        return Error::usage("scale: at least one is needed, found none");
    if (info(parts.qscheme).granularity == Granularity::Tensor && parts.scale.size() != 1)
        return Error::usage("scale: " + std::string(info(parts.qscheme).name) + " has one, found " +
                            std::to_string(parts.scale.size()));
    if (info(parts.qscheme).perGroup() && parts.groupSize < 1)
        return Error::usage("group_size must be at least 1, found " +
                            std::to_string(parts.groupSize));
    for (const float s : parts.scale) {
        if (auto checked = checkScaleFormat(row, s); !checked)
            return checked.error();
    }
    if (auto checked = checkScale(static_cast<double>(parts.globalScale)); !checked)
        return checked.error();
    if (auto ok = checkZeroPoints(parts); !ok)
        return ok.error();
    if (auto ok = checkCodebook(parts); !ok)
        return ok.error();
    if (auto ok = checkDialect(parts); !ok)
        return ok.error();
    QuantParams params;
    params.m_parts = std::move(parts);
    return params;
}

Result<QuantParams> QuantParams::make(DType dtype, QScheme qscheme, QuantRange range,
                                      std::vector<float> scale, std::vector<std::int32_t> zeroPoint,
                                      int axis)
{
    QuantParts parts;
    parts.dtype = dtype;
    parts.qscheme = qscheme;
    parts.range = range;
    parts.scale = std::move(scale);
    parts.zeroPoint = std::move(zeroPoint);
    parts.axis = axis;
    return make(std::move(parts));
}

std::span<const float> QuantParams::codebook() const
{
    return m_parts.dtype == DType::Nf4 ? nf4Values() : std::span<const float>(m_parts.codebook);
}

Result<ParamLayout> QuantParams::layout(const Shape& shape) const
{
    const auto& row = info(dtype());
    if (row.family == Family::Ggml) {
        const std::int64_t last = shape.rank() > 0 ? shape[shape.rank() - 1] : 1;
        if (last % row.blockSize != 0)
            return Error::usage(std::string(row.name) + " has blocks of " +
                                std::to_string(row.blockSize) + " along the last axis: shape " +
                                shape.toString() + " has rows of " + std::to_string(last));
        return ParamLayout::perTensor(shape.numel());
    }
    auto layout = layoutOf(info(qscheme()).granularity, axis(), groupSize(), shape);
    if (!layout)
        return layout;
    if (layout->count() != static_cast<std::int64_t>(channels())) {
        const bool grouped = info(qscheme()).perGroup();
        return Error::usage("scale: axis " + std::to_string(axis()) + " of shape " +
                            shape.toString() + " has " + std::to_string(layout->count()) +
                            (grouped ? " groups" : " channels") + ", found " +
                            std::to_string(channels()) + " scales");
    }
    return layout;
}

float QuantParams::level(std::int32_t code, std::size_t channel) const
{
    const auto& row = info(dtype());
    const float step = stepAt(channel);
    switch (row.family) {
    case Family::Float:
        if (row.isSigned) // told as integers
            return static_cast<float>(code) * row.format.minSubnormal() * step;
        return row.format.decode(static_cast<std::uint32_t>(code)) * step;
    case Family::Exponent:
        return decodeE8m0(static_cast<std::uint8_t>(code)) * step;
    case Family::Codebook:
        return codebook()[static_cast<std::size_t>(code)] * step;
    case Family::Integer:
    case Family::Ggml:
        break;
    }
    if (m_parts.dialect == Dialect::OpenVino ||
        (m_parts.dialect == Dialect::Ggml && !info(qscheme()).symmetric)) {
        const auto n = elementNumbers(*this, channel);
        const float at = static_cast<float>(code) - n.first;
        if (m_parts.dialect == Dialect::Ggml)
            return at * n.decode + n.decodeLow;
        return at / (n.last - n.first) * (n.high - n.low) + n.low;
    }
    if (!m_parts.floatZeroPoint.empty())
        return (static_cast<float>(code) - m_parts.floatZeroPoint[channel]) * step;
    return static_cast<float>(std::int64_t{code} - zeroPointAt(channel)) * step;
}

std::optional<std::array<float, 2>> QuantParams::coveredRange(std::size_t channel) const
{
    const auto& row = info(dtype());
    if (row.family == Family::Ggml)
        return std::nullopt;
    if (row.family == Family::Float && !row.isSigned) {
        const float largest = row.format.max() * stepAt(channel);
        return std::array<float, 2>{-largest, largest};
    }
    const std::int32_t last = lastCode() - (row.family == Family::Exponent ? 1 : 0);
    return std::array<float, 2>{level(firstCode(), channel), level(last, channel)};
}

std::int32_t QuantParams::firstCode() const
{
    return range().quantMin;
}

std::int32_t QuantParams::lastCode() const
{
    if (dtype() == DType::Codebook)
        return static_cast<std::int32_t>(m_parts.codebook.size()) - 1;
    return range().quantMax;
}

QuantParams QuantParams::forChannel(std::size_t channel) const
{
    QuantParams one = *this;
    auto& parts = one.m_parts;
    if (info(dtype()).family == Family::Ggml)
        return one;
    const auto& scheme = info(m_parts.qscheme);
    // A channel of a scheme with a float zero_point keeps it: it becomes a single group.
    parts.axis = 0;
    const auto only = [channel](auto& values) {
        if (!values.empty())
            values = {values[channel]};
    };
    only(parts.scale);
    only(parts.zeroPoint);
    only(parts.floatZeroPoint);
    only(parts.encodeScale);
    only(parts.requestedMin);
    only(parts.requestedMax);
    // TensorFlow's operators for one scale and for several differ in one operation: a channel keeps
    // its own as a single group, too.
    const bool grouped = m_parts.dialect == Dialect::TensorFlow && info(dtype()).isInteger() &&
                         scheme.granularity != Granularity::Tensor;
    if (scheme.floatZeroPoint || grouped) {
        parts.qscheme = scheme.floatZeroPoint ? QScheme::PerGroupAffineFloatQParams
                                              : ::qs::qscheme(Granularity::Group, scheme.symmetric);
        parts.groupSize = std::int64_t{1} << 62;
    } else {
        parts.qscheme = ::qs::qscheme(Granularity::Tensor, scheme.symmetric);
        parts.groupSize = 0;
    }
    return one;
}

Result<ParamLayout> layoutOf(Granularity granularity, int axis, std::int64_t groupSize,
                             const Shape& shape)
{
    if (granularity == Granularity::Tensor)
        return ParamLayout::perTensor(shape.numel());
    if (granularity == Granularity::Group && shape.rank() == 0)
        return ParamLayout::perTensor(1);
    const auto resolved = shape.resolveAxis(axis);
    if (!resolved)
        return resolved.error();
    if (granularity == Granularity::Channel)
        return ParamLayout::perChannel(shape, *resolved);
    if (groupSize < 1)
        return Error::usage("group_size must be at least 1, found " + std::to_string(groupSize));
    return ParamLayout::perGroup(shape, *resolved, groupSize);
}

Result<QuantRange> chooseRange(DType dtype, std::optional<std::int32_t> quantMin,
                               std::optional<std::int32_t> quantMax, bool narrowRange,
                               bool reduceRange)
{
    if (!info(dtype).isInteger() && (quantMin || quantMax || narrowRange || reduceRange))
        return Error::usage(std::string(quantMin      ? "quant_min"
                                        : quantMax    ? "quant_max"
                                        : narrowRange ? "narrow_range"
                                                      : "reduce_range") +
                            ": only integer dtypes have it, found " +
                            std::string(info(dtype).name));
    QuantRange range{quantMin.value_or(info(dtype).quantMin),
                     quantMax.value_or(info(dtype).quantMax)};
    if (auto ok = checkRange(dtype, range); !ok)
        return ok.error();
    if (reduceRange)
        range = {floorHalf(range.quantMin), floorHalf(range.quantMax)};
    if (narrowRange)
        ++range.quantMin;
    if (auto ok = checkRange(dtype, range); !ok)
        return ok.error();
    return range;
}

} // namespace qs
