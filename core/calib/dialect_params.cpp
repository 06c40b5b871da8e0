// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/dialect_params.h"

#include "core/base/text.h"
#include "core/calib/calculate_qparams.h"
#include "core/quant/dialect_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {

DialectQParams fusedQParams(float min, float max, QuantRange range, bool symmetric)
{
    constexpr float kSmallScale = 6.1e-5F;
    const std::int64_t qmin = range.quantMin;
    const std::int64_t qmax = range.quantMax;
    const std::int64_t all = qmax - qmin;
    if (min < 0 && max > 0 && symmetric) {
        const auto low = static_cast<float>(-(all / 2 + 1));
        const auto high = static_cast<float>(all / 2);
        const double step = static_cast<double>(std::max(std::fabs(min / low), //
                                                         std::fabs(max / high)));
        min = static_cast<float>(step * static_cast<double>(low));
        max = static_cast<float>(step * static_cast<double>(high));
    }
    min = std::min(min, 0.0F);
    max = std::max(max, 0.0F);
    double scale = (static_cast<double>(max) - static_cast<double>(min)) / static_cast<double>(all);
    if (static_cast<float>(scale) == 0.0F || std::isinf(1.0F / static_cast<float>(scale)))
        scale = 0.1;
    if (scale < static_cast<double>(kSmallScale)) {
        const auto original = static_cast<float>(scale);
        scale = static_cast<double>(kSmallScale);
        if (min == 0.0F) {
            max = kSmallScale * static_cast<float>(all);
        } else if (max == 0.0F) {
            min = -kSmallScale * static_cast<float>(all);
        } else {
            const float amplifier = kSmallScale / original;
            min *= amplifier;
            max *= amplifier;
        }
    }
    // The zero_point from the end whose terms are smaller.
    const double fromMin = static_cast<double>(qmin) - static_cast<double>(min) / scale;
    const double fromMax = static_cast<double>(qmax) - static_cast<double>(max) / scale;
    const double errorMin =
        static_cast<double>(std::abs(qmin)) - std::fabs(static_cast<double>(min) / scale);
    const double errorMax =
        static_cast<double>(std::abs(qmax)) - std::fabs(static_cast<double>(max) / scale);
    double zero = errorMin < errorMax ? fromMin : fromMax;
    if (min < 0 && max > 0 && symmetric)
        zero = static_cast<double>(qmin + qmax) / 2;
    const auto whole = static_cast<std::int32_t>(
        std::nearbyint(std::clamp(zero, static_cast<double>(qmin), static_cast<double>(qmax))));
    return {static_cast<float>(scale), whole};
}

DialectQParams onnxQParams(float min, float max, QuantRange range, bool symmetric)
{
    float lo = std::min(min, 0.0F);
    float hi = std::max(max, 0.0F);
    if (symmetric) {
        hi = std::max(-lo, hi);
        lo = -hi;
    }
    const double qmin = range.quantMin;
    const double qmax = range.quantMax;
    const double scale = static_cast<double>(hi - lo) / (qmax - qmin);
    if (scale < static_cast<double>(std::numeric_limits<float>::min()))
        return {1.0F, 0};
    const double zero = symmetric ? (qmin + qmax) / 2 : qmin - static_cast<double>(lo) / scale;
    return {static_cast<float>(scale),
            static_cast<std::int32_t>(std::clamp(std::nearbyint(zero), qmin, qmax))};
}

QuantRange onnxScaleRange(DType dtype, bool symmetric, bool reduceRange)
{
    const auto& row = info(dtype);
    if (reduceRange) {
        if (!row.isSigned)
            return {0, row.quantMax / 2};
        const bool bothEnds = row.bits == 8 || row.bits == 16;
        return {row.quantMin / 2, bothEnds ? -(row.quantMin / 2) : row.quantMax / 2};
    }
    if (symmetric && (row.bits == 8 || row.bits == 16))
        return row.isSigned ? QuantRange{row.quantMin + 1, row.quantMax}
                            : QuantRange{0, row.quantMax - 1};
    return {row.quantMin, row.quantMax};
}

DialectQParams aimetQParams(float min, float max, QuantRange range, bool symmetric)
{
    const std::int64_t all = range.levels() - 1;
    const auto steps = static_cast<float>(all);
    const auto above = static_cast<float>(all / 2);
    const auto below = static_cast<float>(all - all / 2);
    float lo = std::min(min, 0.0F);
    float hi = std::max(max, 0.0F);
    const float apart = (hi - lo) / steps < kScaleEps ? kScaleEps : 0.0F;
    if (symmetric) {
        hi += above * apart;
        lo -= below * apart;
        const float delta = std::max(hi / above, -lo / below);
        lo = -below * delta;
        hi = above * delta;
    } else {
        hi += steps * apart;
    }
    constexpr float kLargest = std::numeric_limits<float>::max();
    hi = std::min(hi, kLargest);
    lo = std::max(lo, -kLargest);
    const float scale = (hi - lo) / steps;
    if (symmetric)
        return {scale, 0};
    const float offset = std::nearbyint(lo / scale) - static_cast<float>(range.quantMin);
    const double zero = -static_cast<double>(offset);
    return {scale, static_cast<std::int32_t>(std::clamp(zero, static_cast<double>(range.quantMin),
                                                        static_cast<double>(range.quantMax)))};
}

namespace {

struct Interval {
    float min;
    float max;
};

/// The code whose level is nearest to 0.
std::int32_t codeOfZero(Interval r, QuantRange codes)
{
    const double span = static_cast<double>(r.max) - static_cast<double>(r.min);
    const double at = span > 0 ? -static_cast<double>(r.min) / span : 0;
    return codes.quantMin +
           static_cast<std::int32_t>(
               std::nearbyint(std::clamp(at, 0.0, 1.0) * static_cast<double>(codes.levels() - 1)));
}

Result<void> tensorflow(Interval r, QuantParts& parts)
{
    const QuantRange codes = parts.range;
    Interval asked{std::min(r.min, 0.0F), std::max(r.max, 0.0F)};
    if (info(parts.qscheme).symmetric) {
        const auto levels = static_cast<double>(codes.levels());
        const bool narrow = codes.levels() % 2 != 0;
        const auto ratio = static_cast<float>(narrow ? -1.0 : -(levels - 2) / levels);
        asked = {std::min(r.min, r.max / ratio), std::max(r.max, r.min * ratio)};
    }
    const int shift = info(parts.dtype).isSigned ? info(parts.dtype).quantMin : 0;
    const auto nudged = nudge(asked.min, asked.max, codes.quantMin - shift, codes.quantMax - shift);
    if (!nudged)
        return nudged.error();
    parts.scale.push_back(nudged->scale > 0 ? nudged->scale : 1.0F);
    parts.zeroPoint.push_back(nudged->zeroPoint + shift);
    parts.requestedMin.push_back(asked.min);
    parts.requestedMax.push_back(asked.max);
    return {};
}

void openVino(Interval r, QuantParts& parts)
{
    if (info(parts.qscheme).symmetric) {
        const auto levels = static_cast<double>(parts.range.levels());
        const bool narrow = parts.range.levels() % 2 != 0;
        const float high = std::max(std::fabs(r.min), std::fabs(r.max));
        const bool oneSided = !info(parts.dtype).isSigned && r.min >= 0;
        const float times =
            narrow || levels <= 2 ? 1.0F : static_cast<float>(levels / (levels - 2));
        r = {oneSided ? 0.0F : -high * times, high};
    }
    const float scale = (r.max - r.min) / static_cast<float>(parts.range.levels() - 1);
    parts.scale.push_back(r.max > r.min ? scale : 1.0F);
    parts.zeroPoint.push_back(codeOfZero(r, parts.range));
    parts.requestedMin.push_back(r.min);
    parts.requestedMax.push_back(r.max);
}

Result<void> ggml(Interval r, QuantParts& parts)
{
    const QuantRange codes = parts.range;
    float d = 0;
    if (info(parts.qscheme).symmetric) {
        const std::int32_t zero = symmetricZeroPoint(parts.dtype, codes);
        if (codes.quantMax <= zero)
            return Error::usage("quant_max " + std::to_string(codes.quantMax) +
                                ": dialect ggml needs codes above zero_point " +
                                std::to_string(zero));
        const auto high = static_cast<float>(codes.quantMax - zero);
        d = std::max(std::fabs(r.min), std::fabs(r.max)) / high;
        parts.zeroPoint.push_back(zero);
    } else {
        d = (r.max - r.min) / static_cast<float>(codes.levels() - 1);
        parts.zeroPoint.push_back(codeOfZero(r, codes));
        parts.requestedMin.push_back(r.min);
        parts.requestedMax.push_back(r.max);
        if (!std::isfinite(roundToFloat16(r.min)))
            return Error::usage("range: dialect ggml stores its minimum as float16, up to 65504, "
                                "found " +
                                formatExact(r.min));
    }
    if (d == 0) {
        parts.scale.push_back(1);
        parts.encodeScale.push_back(1);
        return {};
    }
    const float stored = roundToFloat16(d);
    if (stored == 0 || !std::isfinite(stored))
        return Error::usage("scale " + formatExact(d) +
                            ": dialect ggml stores it as float16, 5.96e-08 to 65504");
    parts.scale.push_back(stored);
    parts.encodeScale.push_back(d);
    return {};
}

void torchFloatZeroPoint(Interval r, QuantParts& parts)
{
    const float raw = (r.max - r.min) / static_cast<float>(parts.range.levels() - 1);
    const float scale = raw > kScaleEps ? raw : 1.0F;
    parts.scale.push_back(scale);
    parts.floatZeroPoint.push_back(static_cast<float>(parts.range.quantMin) - r.min / scale);
}

} // namespace

Result<void> dialectParams(const QuantSpec& spec, std::span<const ChannelRange> ranges,
                           QuantParts& parts)
{
    const bool symmetric = info(parts.qscheme).symmetric;
    const auto& row = info(parts.dtype);
    // What the dialect does not have is said before anything is computed for it.
    if (auto ok = checkDialect(parts); !ok)
        return ok.error();
    const bool torch = parts.dialect == Dialect::Torch || parts.dialect == Dialect::Torch113;
    if (parts.dialect == Dialect::Aimet && symmetric && !row.isSigned)
        return Error::usage("dtype " + std::string(row.name) +
                            ": dialect aimet's symmetric schemes are signed");
    const bool own = !info(parts.dialect).ownRounding.empty();
    if (own && spec.scaleRule != ScaleRule::Default)
        return Error::usage("scale_rule: dialect " + std::string(info(parts.dialect).name) +
                            " has no powers of two");
    QuantRange scaleRange = parts.range;
    if (parts.dialect == Dialect::Onnx && !spec.quantMin && !spec.quantMax && !spec.narrowRange) {
        scaleRange = onnxScaleRange(parts.dtype, symmetric, spec.reduceRange);
        parts.range = {row.quantMin, row.quantMax};
    }
    if (parts.dialect == Dialect::Onnx && (scaleRange.quantMin > 0 || scaleRange.quantMax < 0))
        return Error::usage("quant_min " + std::to_string(scaleRange.quantMin) + ", quant_max " +
                            std::to_string(scaleRange.quantMax) +
                            ": dialect onnx needs quant_min <= 0 <= quant_max");
    for (const auto& observed : ranges) {
        const Interval r =
            observed.observed ? Interval{observed.min, observed.max} : Interval{0, 0};
        DialectQParams p;
        switch (parts.dialect) {
        case Dialect::TensorFlow:
            if (auto ok = tensorflow(r, parts); !ok)
                return ok;
            continue;
        case Dialect::OpenVino:
            openVino(r, parts);
            continue;
        case Dialect::Ggml:
            if (auto ok = ggml(r, parts); !ok)
                return ok;
            continue;
        case Dialect::TorchFused:
            p = fusedQParams(r.min, r.max, parts.range, symmetric);
            break;
        case Dialect::Onnx:
            p = onnxQParams(r.min, r.max, scaleRange, symmetric);
            break;
        case Dialect::Aimet:
            p = aimetQParams(r.min, r.max, parts.range, symmetric);
            break;
        case Dialect::Torch:
        case Dialect::Torch113:
            if (torch && info(parts.qscheme).floatZeroPoint) {
                torchFloatZeroPoint(r, parts);
                continue;
            }
            const auto q = calculateQParams(r.min, r.max, parts.dtype, parts.range, symmetric);
            p = {q.scale, q.zeroPoint};
            break;
        }
        parts.scale.push_back(p.scale);
        parts.zeroPoint.push_back(p.zeroPoint);
    }
    return {};
}

std::vector<Nudged> nudgedRanges(const QuantParams& params)
{
    std::vector<Nudged> all;
    const auto& parts = params.parts();
    if (parts.dialect != Dialect::TensorFlow || !info(parts.dtype).isInteger())
        return all;
    const int shift = info(parts.dtype).isSigned ? info(parts.dtype).quantMin : 0;
    for (std::size_t c = 0; c < parts.requestedMin.size(); ++c) {
        if (auto n = nudge(parts.requestedMin[c], parts.requestedMax[c],
                           parts.range.quantMin - shift, parts.range.quantMax - shift))
            all.push_back(*n);
    }
    return all;
}

} // namespace qs
