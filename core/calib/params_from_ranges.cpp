// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/params_from_ranges.h"

#include "core/calib/dialect_params.h"

#include <bit>
#include <cmath>

namespace qs {
namespace {

float amaxOf(const ChannelRange& range)
{
    return std::max(std::fabs(range.min), std::fabs(range.max));
}

bool isPowerRule(ScaleRule rule)
{
    return rule == ScaleRule::Floor || rule == ScaleRule::Ceil || rule == ScaleRule::Even ||
           rule == ScaleRule::Rceil;
}

Result<void> checkRule(const DTypeInfo& row, ScaleRule rule)
{
    const bool level = rule == ScaleRule::OneLevel || rule == ScaleRule::TwoLevel;
    const bool fits = rule == ScaleRule::Default ||
                      (row.scaleFormat == ScaleFormat::E4m3      ? level
                       : row.scaleFormat == ScaleFormat::InBlock ? false
                                                                 : isPowerRule(rule));
    if (fits)
        return {};
    return Error::usage("scale_rule: " + std::string(row.name) + " has no rule '" +
                        std::string(scaleRules()[static_cast<std::size_t>(rule)].name) + "'");
}

} // namespace

Result<QuantParams> paramsFromRanges(const QuantSpec& spec, std::span<const ChannelRange> ranges)
{
    const auto& row = info(spec.dtype);
    const auto range = spec.range();
    if (!range)
        return range.error();
    if (auto ok = checkRule(row, spec.scaleRule); !ok)
        return ok.error();
    QuantParts parts;
    parts.dtype = spec.dtype;
    parts.qscheme = spec.qschemeInUse();
    parts.range = *range;
    parts.axis = spec.axis;
    parts.groupSize = info(parts.qscheme).perGroup() ? spec.groupSizeInUse() : 0;
    parts.codebook = spec.codebook;
    parts.dialect = spec.dialect;
    switch (row.scaleFormat) {
    case ScaleFormat::InBlock:
        break;
    case ScaleFormat::Unit:
        parts.scale.assign(ranges.size(), 1.0F);
        break;
    case ScaleFormat::E8m0:
        for (const auto& r : ranges)
            parts.scale.push_back(mxScale(amaxOf(r), row.format, spec.scaleRule));
        break;
    case ScaleFormat::E4m3: {
        std::vector<float> amax;
        for (const auto& r : ranges)
            amax.push_back(amaxOf(r));
        auto scales = nvfp4Scales(amax, spec.scaleRule != ScaleRule::OneLevel);
        parts.globalScale = scales.global;
        parts.scale = std::move(scales.block);
        break;
    }
    case ScaleFormat::Float32:
        if (row.isInteger()) {
            if (auto ok = dialectParams(spec, ranges, parts); !ok)
                return ok.error();
        } else {
            float largest = largestLevel(spec.dtype);
            for (const float v : spec.codebook)
                largest =
                    &v == spec.codebook.data() ? std::fabs(v) : std::max(largest, std::fabs(v));
            for (const auto& r : ranges) {
                const float scale = amaxOf(r) / largest;
                parts.scale.push_back(scale >= std::numeric_limits<float>::min() ? scale : 1.0F);
            }
        }
        if (isPowerRule(spec.scaleRule)) {
            for (float& s : parts.scale)
                s = powerOfTwo(s, spec.scaleRule);
        }
        break;
    }
    return QuantParams::make(std::move(parts));
}

float mxScale(float amax, const FloatFormat& element, ScaleRule rule)
{
    constexpr int kBias = 127;
    auto bits = std::bit_cast<std::uint32_t>(amax);
    int exponent = 0;
    if (rule == ScaleRule::Rceil) {
        bits = std::bit_cast<std::uint32_t>(amax / element.max());
        exponent = static_cast<int>(bits >> 23) - kBias;
        // A subnormal's last power of two is 2^-127, half of its largest digit.
        if ((bits & 0x7fffffU) > (exponent == -kBias ? 0x400000U : 0U))
            ++exponent;
    } else {
        if (rule == ScaleRule::Even)
            bits += 1U << (23 - element.mantissaBits - 1);
        exponent = static_cast<int>(bits >> 23) - kBias - element.maxExponent();
        if (rule == ScaleRule::Ceil && (bits & 0x7fffffU) != 0)
            ++exponent;
    }
    return decodeE8m0(static_cast<std::uint8_t>(std::clamp(exponent, -kBias, kBias) + kBias));
}

Nvfp4Scales nvfp4Scales(std::span<const float> amax, bool twoLevel)
{
    const auto& e4m3 = info(DType::Float8E4m3fn).format;
    const float largestElement = info(DType::Nvfp4).format.max();
    const float smallest = e4m3.minNormal();
    Nvfp4Scales scales;
    if (twoLevel) {
        float all = 0;
        for (const float a : amax)
            all = std::max(all, a);
        const float global = all / (e4m3.max() * largestElement);
        scales.global = global >= std::numeric_limits<float>::min() ? global : 1.0F;
    }
    for (const float a : amax) {
        const float scale = a / largestElement / scales.global;
        const float clamped = std::min(std::max(scale, smallest), e4m3.max());
        scales.block.push_back(e4m3.decode(e4m3.encode(clamped)));
    }
    return scales;
}

float powerOfTwo(float scale, ScaleRule rule)
{
    int exponent = 0;
    const float fraction = std::frexp(scale, &exponent); // in [0.5, 1)
    const bool up = rule == ScaleRule::Floor  ? false
                    : rule == ScaleRule::Even ? fraction >= 0.75F
                                              : fraction > 0.5F;
    return std::ldexp(1.0F, exponent - 1 + (up ? 1 : 0));
}

} // namespace qs
