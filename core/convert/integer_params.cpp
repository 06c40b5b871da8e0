// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/convert/integer_params.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

bool inOneByte(QuantRange range)
{
    return (range.quantMin >= -128 && range.quantMax <= 127) ||
           (range.quantMin >= 0 && range.quantMax <= 255);
}

/// Why the parameters are none of an integer network; empty: they are.
std::string obstacle(const QuantParams& params, const std::string& what)
{
    const auto& dtype = info(params.dtype());
    if (!dtype.isInteger() || dtype.isBlock())
        return "the dtype of its " + what + " is " + std::string(dtype.name);
    if (!inOneByte(params.range()))
        return "the codes of its " + what + " need more than 8 bits";
    if (!params.parts().floatZeroPoint.empty())
        return "the zero_point of its " + what + " is a float";
    if (!info(params.dialect()).ownRounding.empty())
        return "the dialect of its " + what + " is " + std::string(info(params.dialect()).name);
    return {};
}

} // namespace

std::optional<IntegerQuant> integerActivation(const Network& network, std::size_t point,
                                              std::string* why)
{
    const auto params = network.activationParams(point);
    if (!params)
        return std::nullopt;
    std::string found = obstacle(*params, "activation");
    if (found.empty() && params->scale().size() != 1)
        found = "its activation has a scale for each channel";
    if (found.empty() && network.activationEstimator(point) == Estimator::LsqPlus)
        found = "the offset of its activation (lsq_plus) is no whole zero_point";
    if (!found.empty()) {
        if (why != nullptr)
            *why = found;
        return std::nullopt;
    }
    return IntegerQuant{params->scaleAt(0), params->zeroPointAt(0), params->range().quantMin,
                        params->range().quantMax};
}

std::optional<IntegerWeights> integerWeights(const Network::EffectiveWeights& weights,
                                             std::string& why)
{
    if (!weights.params) {
        why = "its weight is not quantized";
        return std::nullopt;
    }
    const auto& params = *weights.params;
    why = obstacle(params, "weight");
    const auto outputs = static_cast<std::size_t>(weights.weight.shape()[0]);
    const bool perChannel = params.scale().size() > 1;
    if (why.empty() && perChannel && (params.scale().size() != outputs || params.axis() != 0))
        why = "the scales of its weight are not per tensor or output channel";
    if (!why.empty())
        return std::nullopt;
    IntegerWeights codes;
    codes.quantMin = params.range().quantMin;
    codes.quantMax = params.range().quantMax;
    codes.scale = params.scale();
    codes.bias = weights.bias;
    if (std::any_of(params.zeroPoint().begin(), params.zeroPoint().end(),
                    [](std::int32_t z) { return z != 0; }))
        codes.zeroPoint = params.zeroPoint();
    std::vector<float> buffer;
    const auto values = weights.weight.read(0, weights.weight.numel(), buffer);
    const std::size_t row = values.size() / outputs;
    codes.codes.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t c = perChannel ? i / row : 0;
        const double level =
            static_cast<double>(values[i]) / static_cast<double>(params.scaleAt(c));
        codes.codes[i] = static_cast<std::int32_t>(std::nearbyint(level)) + params.zeroPointAt(c);
    }
    return codes;
}

} // namespace qs
