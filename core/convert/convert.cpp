// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/convert/convert.h"

#include "core/convert/integer_params.h"
#include "core/convert/lookup_table.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr int kFloatInput = kNetworkInput;

/// The values at a point of the network while it is being converted.
struct Value {
    int op = kFloatInput;
    std::optional<IntegerQuant> quant; ///< none: real values
};

/// What is fused behind a layer: up to the point where its activation quantizer is.
struct Fusion {
    std::size_t quantized; ///< the point
    std::size_t afterReLU; ///< the point behind BatchNorm and activation, before pools
    IntegerActivation activation = IntegerActivation::None;
};

class Conversion {
public:
    Conversion(Network& network, RequantizeMode mode) : m_network(network)
    {
        m_spec.input = network.shapes().front();
        m_spec.mode = mode;
        for (const auto& layer : network.model().layers)
            if (layer.kind == LayerKind::Add)
                m_readAgain.push_back(static_cast<std::size_t>(layer.from) + 1);
    }

    Result<ConvertedNetwork> run()
    {
        const auto& layers = m_network.model().layers;
        m_values.resize(layers.size() + 1);
        if (auto done = convertInput(); !done)
            return done.error();
        std::size_t at = 0;
        while (at < layers.size()) {
            const auto next = convertLayer(at);
            if (!next)
                return next.error();
            at = *next;
        }
        if (m_spec.ops.empty())
            return Error::usage("nothing of the network can be converted: no layer is quantized");
        auto integer = IntegerNetwork::make(std::move(m_spec));
        if (!integer)
            return integer.error();
        return ConvertedNetwork{std::move(*integer), std::move(m_ops), std::move(m_floatLayers)};
    }

private:
    const LayerSpec& layer(std::size_t i) const { return m_network.model().layers[i]; }
    std::string title(std::size_t i) const
    {
        return "layer " + std::to_string(i) + " (" + std::string(layerKindName(layer(i).kind)) +
               ")";
    }
    bool readAgain(std::size_t point) const
    {
        return std::find(m_readAgain.begin(), m_readAgain.end(), point) != m_readAgain.end();
    }
    std::optional<IntegerQuant> quantAt(std::size_t point, std::string* why = nullptr) const
    {
        return integerActivation(m_network, point, why);
    }

    int add(IntegerOp op, std::size_t from, std::size_t last, std::size_t point)
    {
        op.name = std::to_string(from);
        m_spec.ops.push_back(std::move(op));
        const int index = static_cast<int>(m_spec.ops.size()) - 1;
        m_ops.push_back({index, from, last, point});
        return index;
    }

    Result<void> convertInput()
    {
        if (const auto quant = quantAt(0)) {
            IntegerOp op;
            op.kind = IntegerOpKind::Quantize;
            op.input = kNetworkInput;
            op.output = *quant;
            op.name = "input";
            m_spec.ops.push_back(std::move(op));
            m_ops.push_back({0, 0, 0, 0});
            m_values[0] = {0, *quant};
            return {};
        }
        const auto function = m_network.quantizerFunction(0);
        if (!function)
            return function.error();
        if (*function) {
            IntegerOp op;
            op.kind = IntegerOpKind::Float;
            op.input = kNetworkInput;
            op.floatFunction = **function;
            op.floatShape = m_network.shapes()[0];
            op.name = "input";
            m_spec.ops.push_back(std::move(op));
            m_ops.push_back({0, 0, 0, 0});
            m_values[0] = {0, std::nullopt};
        }
        return {};
    }

    /// From a layer to its activation quantizer, where what lies between can be fused.
    std::optional<Fusion> fusionOf(std::size_t from, std::string& why) const
    {
        const std::size_t end = m_network.model().layers.size();
        Fusion fusion{from + 1, from + 1, IntegerActivation::None};
        std::size_t point = from + 1;
        if (layer(from).hasWeight() && m_network.foldedBatchNorm(from))
            ++point;
        fusion.afterReLU = point;
        fusion.quantized = point;
        if (quantAt(point, &why))
            return fusion;
        if (point >= end || readAgain(point) || m_network.activationParams(point))
            return std::nullopt;
        const auto kind = layer(point).kind;
        if (kind != LayerKind::ReLU && kind != LayerKind::ReLU6)
            return std::nullopt;
        fusion.activation =
            kind == LayerKind::ReLU ? IntegerActivation::ReLU : IntegerActivation::ReLU6;
        fusion.afterReLU = ++point;
        while (!quantAt(point, &why)) {
            if (point >= end || readAgain(point) || m_network.activationParams(point) ||
                layer(point).kind != LayerKind::MaxPool2d)
                return std::nullopt;
            ++point;
        }
        fusion.quantized = point;
        return fusion;
    }

    /// Converts the layer and what is fused to it; returns the next layer.
    Result<std::size_t> convertLayer(std::size_t i)
    {
        const auto kind = layer(i).kind;
        const Value& in = m_values[i];
        if (kind == LayerKind::Dropout && !m_network.activationParams(i + 1)) {
            m_values[i + 1] = in;
            return i + 1;
        }
        std::string why;
        switch (kind) {
        case LayerKind::Linear:
        case LayerKind::Conv2d:
        case LayerKind::Add:
        case LayerKind::BatchNorm1d:
        case LayerKind::BatchNorm2d:
            if (!in.quant) {
                why = "its input is not quantized";
            } else if (const auto fusion = fusionOf(i, why)) {
                const auto done = kind == LayerKind::Add ? convertAdd(i, *fusion, why)
                                  : layer(i).hasWeight() ? convertWeighted(i, *fusion, why)
                                                         : convertTable(i, *fusion);
                if (!done)
                    return done.error();
                if (*done)
                    return finishFusion(i, *fusion);
            } else if (why.empty()) {
                why = "its output is not quantized";
            }
            break;
        case LayerKind::Sigmoid:
        case LayerKind::Tanh:
        case LayerKind::Hardsigmoid:
            if (const auto quant = quantAt(i + 1, &why); in.quant && quant) {
                const Fusion alone{i + 1, i + 1, IntegerActivation::None};
                const auto done = convertTable(i, alone);
                if (!done)
                    return done.error();
                if (*done)
                    return i + 1;
            } else if (!in.quant) {
                why = "its input is not quantized";
            }
            break;
        case LayerKind::Softmax:
            if (const auto quant = quantAt(i + 1, &why); in.quant && quant) {
                IntegerOp op;
                op.kind = IntegerOpKind::Softmax;
                op.input = in.op;
                op.output = *quant;
                m_values[i + 1] = {add(std::move(op), i, i, i + 1), quant};
                return i + 1;
            }
            break;
        case LayerKind::ReLU:
        case LayerKind::MaxPool2d:
        case LayerKind::Flatten:
        case LayerKind::AvgPool2d:
            if (in.quant && keepsScale(i)) {
                m_values[i + 1] = {add(poolOp(i, in.op), i, i, i + 1), in.quant};
                return i + 1;
            }
            break;
        case LayerKind::ReLU6:
        case LayerKind::Dropout:
            break;
        }
        return convertFloat(i, why);
    }

    /// Whether the codes stay in the scale that they come in.
    bool keepsScale(std::size_t i) const
    {
        const auto after = quantAt(i + 1);
        if (layer(i).kind == LayerKind::AvgPool2d)
            return after && *after == *m_values[i].quant;
        if (layer(i).kind == LayerKind::ReLU &&
            m_values[i].quant->zeroPoint < m_values[i].quant->quantMin)
            return false;
        return !m_network.activationParams(i + 1) || (after && *after == *m_values[i].quant);
    }

    IntegerOp poolOp(std::size_t i, int input) const
    {
        IntegerOp op;
        switch (layer(i).kind) {
        case LayerKind::ReLU:
            op.kind = IntegerOpKind::ReLU;
            break;
        case LayerKind::Flatten:
            op.kind = IntegerOpKind::Flatten;
            break;
        default:
            op.kind = layer(i).kind == LayerKind::MaxPool2d ? IntegerOpKind::MaxPool2d
                                                            : IntegerOpKind::AvgPool2d;
            op.kernel = layer(i).kernel;
            op.stride = layer(i).strideInUse();
            op.padding = layer(i).padding;
        }
        op.input = input;
        return op;
    }

    /// The pools between the ReLU and the quantizer, on codes: max commutes with quantization.
    std::size_t finishFusion(std::size_t i, const Fusion& fusion)
    {
        const Value fused{static_cast<int>(m_spec.ops.size()) - 1, quantAt(fusion.quantized)};
        m_ops.back().lastLayer = fusion.afterReLU - 1;
        m_ops.back().point = fusion.afterReLU;
        for (std::size_t point = i + 1; point <= fusion.afterReLU; ++point)
            m_values[point] = fused;
        for (std::size_t pool = fusion.afterReLU; pool < fusion.quantized; ++pool)
            m_values[pool + 1] = {add(poolOp(pool, m_values[pool].op), pool, pool, pool + 1),
                                  fused.quant};
        return fusion.quantized;
    }

    Result<bool> convertWeighted(std::size_t i, const Fusion& fusion, std::string& why)
    {
        const auto weights = m_network.effectiveWeights(i);
        if (!weights)
            return weights.error();
        auto codes = integerWeights(*weights, why);
        if (!codes)
            return false;
        IntegerOp op;
        op.kind =
            layer(i).kind == LayerKind::Linear ? IntegerOpKind::Linear : IntegerOpKind::Conv2d;
        op.input = m_values[i].op;
        op.output = quantAt(fusion.quantized);
        op.activation = fusion.activation;
        op.weights = std::move(*codes);
        op.out = layer(i).out;
        if (layer(i).kind == LayerKind::Conv2d) {
            op.kernel = layer(i).kernel;
            op.stride = layer(i).strideInUse();
            op.padding = layer(i).padding;
        }
        add(std::move(op), i, i, i + 1);
        return true;
    }

    Result<bool> convertAdd(std::size_t i, const Fusion& fusion, std::string& why)
    {
        const Value& other = m_values[static_cast<std::size_t>(layer(i).from) + 1];
        if (!other.quant) {
            why = "the output of layer " + std::to_string(layer(i).from) + " is not quantized";
            return false;
        }
        IntegerOp op;
        op.kind = IntegerOpKind::Add;
        op.input = m_values[i].op;
        op.other = other.op;
        op.output = quantAt(fusion.quantized);
        op.activation = fusion.activation;
        add(std::move(op), i, i, i + 1);
        return true;
    }

    /// A function of one element, by channel where it is a BatchNorm.
    Result<bool> convertTable(std::size_t i, const Fusion& fusion)
    {
        const IntegerQuant out = *quantAt(fusion.quantized);
        auto table = lookupTable(m_network, i, *m_values[i].quant, out, fusion.activation);
        if (!table)
            return table.error();
        IntegerOp op;
        op.kind = IntegerOpKind::Table;
        op.input = m_values[i].op;
        op.output = out;
        op.table = std::move(*table);
        const int index = add(std::move(op), i, i, i + 1);
        if (fusion.quantized == i + 1)
            m_values[i + 1] = {index, out};
        return true;
    }

    Result<std::size_t> convertFloat(std::size_t i, const std::string& why)
    {
        if (layer(i).kind == LayerKind::Add)
            return Error::usage(title(i) + ": cannot be converted, " +
                                (why.empty() ? std::string("its values are not quantized") : why) +
                                "; give the values that it adds, and its own, quantizers of at "
                                "most 8 bits per tensor");
        const auto function = m_network.layerFunction(i);
        if (!function)
            return function.error();
        const auto quantizer = m_network.quantizerFunction(i + 1);
        if (!quantizer)
            return quantizer.error();
        IntegerOp op;
        op.kind = IntegerOpKind::Float;
        op.input = m_values[i].op;
        op.floatShape = m_network.shapes()[i + 1];
        op.output = quantAt(i + 1);
        op.floatFunction = *function;
        if (!op.output && *quantizer) {
            const auto count = static_cast<std::size_t>(op.floatShape.numel());
            op.floatFunction = [f = *function, q = **quantizer, count](const float* x, float* y,
                                                                       int samples) {
                std::vector<float> raw(count * static_cast<std::size_t>(samples));
                f(x, raw.data(), samples);
                q(raw.data(), y, samples);
            };
        }
        const auto quant = op.output;
        m_values[i + 1] = {add(std::move(op), i, i, i + 1), quant};
        m_floatLayers.push_back({i, why.empty() ? "its values are not quantized" : why});
        return i + 1;
    }

    Network& m_network;
    IntegerSpec m_spec;
    std::vector<Value> m_values; ///< by point
    std::vector<std::size_t> m_readAgain;
    std::vector<ConvertedOp> m_ops;
    std::vector<ConvertedNetwork::FloatLayer> m_floatLayers;
};

} // namespace

Result<ConvertedNetwork> convert(Network& network, RequantizeMode mode)
{
    for (const auto& state : network.quantizers())
        if (state.fakeQuantEnabled && !state.params)
            return Error::usage(state.name +
                                ": its quantizer has observed nothing yet: train or calibrate");
    return Conversion(network, mode).run();
}

Result<void> useIntegerBias(Network& network)
{
    auto converted = convert(network);
    if (!converted)
        return converted.error();
    const auto& spec = converted->network.spec();
    for (const auto& at : converted->ops) {
        const auto& op = spec.ops[static_cast<std::size_t>(at.op)];
        if (op.kind != IntegerOpKind::Linear && op.kind != IntegerOpKind::Conv2d)
            continue;
        const int input = op.input == kPreviousOp ? at.op - 1 : op.input;
        const auto in = converted->network.quantAfter(input);
        const auto folded = network.foldedBatchNorm(at.layer);
        const std::string name = std::to_string(folded ? *folded : at.layer) + ".bias";
        for (auto& parameter : network.parameters()) {
            if (parameter.name != name)
                continue;
            for (std::size_t o = 0; o < parameter.value.size(); ++o) {
                const auto& scales = op.weights.scale;
                const double step = static_cast<double>(in->scale) *
                                    static_cast<double>(scales[scales.size() > 1 ? o : 0]);
                const double bias = static_cast<double>(op.weights.bias[o]);
                const double grid =
                    std::clamp(std::nearbyint(bias / step), -2147483648.0, 2147483647.0) * step;
                // Behind a folded BatchNorm the parameter is beta, a part of the bias.
                parameter.value[o] =
                    folded ? static_cast<float>(static_cast<double>(parameter.value[o]) +
                                                (grid - bias))
                           : static_cast<float>(grid);
            }
        }
    }
    return {};
}

} // namespace qs
