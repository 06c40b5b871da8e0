// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/dialect_rules.h"

#include "core/base/text.h"
#include "core/quant/nudge.h"

#include <cmath>
#include <limits>

namespace qs {
namespace {

constexpr int kMostBits = 16;

/// TensorFlow's codes are 0 … 2^bits - 1; those of signed dtypes are shifted onto them, so that
/// Nudge computes with the numbers it has there.
int tensorflowShift(DType dtype)
{
    return info(dtype).isSigned ? info(dtype).quantMin : 0;
}

void tensorflowNumbers(const QuantParams& params, std::size_t set, ElementNumbers& n)
{
    const auto& parts = params.parts();
    if (!parts.requestedMin.empty()) {
        const int shift = tensorflowShift(parts.dtype);
        const auto nudged = nudge(parts.requestedMin[set], parts.requestedMax[set],
                                  parts.range.quantMin - shift, parts.range.quantMax - shift);
        if (!nudged)
            return; // QuantParams::make has asked already
        n.low = nudged->nudgedMin;
        n.high = nudged->nudgedMax;
        n.inverse = nudged->invScale;
    } else {
        n.inverse = (n.last - n.first) / (n.high - n.low);
    }
    if (n.low == 0 && n.high == 0) {
        // All is 0 and everything passes, as the operators treat min == max == 0.
        n.inverse = 1;
        n.passLow = -std::numeric_limits<float>::infinity();
        n.passHigh = std::numeric_limits<float>::infinity();
        return;
    }
    n.quantZero = std::floor(-n.low * n.inverse + 0.5F);
    n.passLow = n.low;
    n.passHigh = n.high;
}

} // namespace

float roundToFloat16(float v)
{
    const auto& format = info(DType::Float16).format;
    return format.decode(format.encode(v, false));
}

ElementRules elementRules(const QuantParams& params)
{
    const auto& scheme = info(params.qscheme());
    ElementRules rules;
    switch (params.dialect()) {
    case Dialect::Torch:
    case Dialect::TorchFused:
        break;
    case Dialect::Torch113:
        rules.clamp = ClampRule::Int64;
        break;
    case Dialect::Onnx:
    case Dialect::Aimet:
        rules.scaling = Scaling::Divide;
        break;
    case Dialect::TensorFlow:
        return scheme.granularity == Granularity::Tensor ? kTensorflowVarsRules
                                                         : kTensorflowArgsRules;
    case Dialect::OpenVino:
        return kOpenVinoRules;
    case Dialect::Ggml:
        return scheme.symmetric ? kGgmlSymmetricRules : kGgmlAffineRules;
    }
    return rules;
}

ElementNumbers elementNumbers(const QuantParams& params, std::size_t set)
{
    const auto& parts = params.parts();
    ElementNumbers n;
    n.decode = parts.scale[set];
    n.scale = parts.encodeScale.empty() ? n.decode : parts.encodeScale[set];
    n.inverse = 1.0F / n.scale;
    n.zero = static_cast<float>(parts.zeroPoint[set]);
    n.first = static_cast<float>(parts.range.quantMin);
    n.last = static_cast<float>(parts.range.quantMax);
    n.low = (n.first - n.zero) * n.decode;
    n.high = (n.last - n.zero) * n.decode;
    n.decodeLow = n.low;
    n.quantZero = n.zero - n.first;
    if (parts.dialect == Dialect::TensorFlow) {
        tensorflowNumbers(params, set, n);
        return n;
    }
    if (!parts.requestedMin.empty()) {
        n.low = parts.requestedMin[set];
        n.high = parts.requestedMax[set];
        n.decodeLow = parts.dialect == Dialect::Ggml ? roundToFloat16(n.low) : n.low;
    }
    n.passLow = n.low;
    n.passHigh = n.high;
    return n;
}

Result<void> checkDialect(const QuantParts& parts)
{
    const auto& row = info(parts.dtype);
    if (!row.isInteger())
        return {};
    const auto dialect = parts.dialect;
    const std::string name(info(dialect).name);
    if (info(parts.qscheme).floatZeroPoint && dialect != Dialect::Torch &&
        dialect != Dialect::Torch113)
        return Error::usage("qscheme " + std::string(info(parts.qscheme).name) + ": dialect " +
                            name + " has no float zero_point; only torch and torch_1_13 do");
    const bool own = !info(dialect).ownRounding.empty();
    if (own && row.bits > kMostBits)
        return Error::usage("dtype " + std::string(row.name) + ": dialect " + name +
                            " has codes of at most 16 bits");
    const std::size_t n = parts.scale.size();
    for (const auto* list : {&parts.encodeScale, &parts.requestedMin, &parts.requestedMax}) {
        if (!list->empty() && list->size() != n)
            return Error::usage("requested range: expected " + std::to_string(n) +
                                ", one per scale, found " + std::to_string(list->size()));
    }
    if (parts.requestedMin.size() != parts.requestedMax.size())
        return Error::usage("requested range: min and max are needed both");
    for (const float s : parts.encodeScale) {
        if (auto ok = checkScale(static_cast<double>(s)); !ok)
            return ok.error();
    }
    for (std::size_t i = 0; i < parts.requestedMin.size(); ++i) {
        const float low = parts.requestedMin[i];
        const float high = parts.requestedMax[i];
        if (!std::isfinite(low) || !std::isfinite(high) || low > high)
            return Error::usage("requested range: expected finite min <= max, found " +
                                formatExact(low) + ", " + formatExact(high));
        if (dialect == Dialect::TensorFlow) {
            const int shift = tensorflowShift(parts.dtype);
            auto ok = nudge(low, high, parts.range.quantMin - shift, parts.range.quantMax - shift);
            if (!ok)
                return ok.error();
        }
    }
    return {};
}

} // namespace qs
