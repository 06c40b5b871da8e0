// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/equalization.h"

#include "core/ptq/ptq_checks.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace qs {
namespace {

std::string named(std::size_t layer, const char* field)
{
    return "layer " + std::to_string(layer) + " " + field;
}

Result<void> checkLayer(const ChainLayer& layer, std::size_t index)
{
    const auto weights = checkSizes(named(index, "weight"), layer.weight.size(), layer.outputs,
                                    layer.inputs, layer.perInput);
    if (!weights)
        return weights;
    if (!layer.bias.empty()) {
        if (auto ok = checkCount(named(index, "bias"), layer.bias.size(), layer.outputs); !ok)
            return ok;
    }
    if (auto ok = checkAllFinite(named(index, "weight"), layer.weight); !ok)
        return ok;
    return checkAllFinite(named(index, "bias"), layer.bias);
}

Result<void> checkFit(const ChainLayer& first, const ChainLayer& second, std::size_t index)
{
    if (second.inputs == first.outputs)
        return {};
    return Error::usage(named(index, "inputs") + ": expected the " + std::to_string(first.outputs) +
                        " outputs of the layer before, found " + std::to_string(second.inputs));
}

/// The greatest magnitude of each [output][input]: all that the scales depend on.
std::vector<double> magnitudes(const ChainLayer& layer)
{
    std::vector<double> most(static_cast<std::size_t>(layer.outputs * layer.inputs));
    const auto per = static_cast<std::size_t>(layer.perInput);
    for (std::size_t i = 0; i < layer.weight.size(); ++i)
        most[i / per] = std::max(most[i / per], std::fabs(static_cast<double>(layer.weight[i])));
    return most;
}

/// A chain as its magnitudes and the scales of its links.
struct Chain {
    std::span<const ChainLayer> layers;
    std::vector<std::vector<double>> most;
    std::vector<std::vector<double>> scale; ///< [layer]: of its outputs; the last layer's stay 1

    double factor(std::size_t layer, std::size_t output, std::size_t input) const
    {
        return (layer > 0 ? scale[layer - 1][input] : 1.0) / scale[layer][output];
    }
    std::vector<double> outputRanges(std::size_t layer) const { return ranges(layer, false); }
    std::vector<double> inputRanges(std::size_t layer) const { return ranges(layer, true); }

private:
    std::vector<double> ranges(std::size_t layer, bool ofInputs) const
    {
        const auto outputs = static_cast<std::size_t>(layers[layer].outputs);
        const auto inputs = static_cast<std::size_t>(layers[layer].inputs);
        std::vector<double> found(ofInputs ? inputs : outputs);
        for (std::size_t o = 0; o < outputs; ++o) {
            for (std::size_t i = 0; i < inputs; ++i) {
                double& range = found[ofInputs ? i : o];
                range = std::max(range, most[layer][o * inputs + i] * factor(layer, o, i));
            }
        }
        return found;
    }
};

/// One pass over the chain; the greatest |s - 1|.
double equalizeOnce(Chain& chain)
{
    double move = 0;
    for (std::size_t l = 0; l + 1 < chain.layers.size(); ++l) {
        const auto r1 = chain.outputRanges(l);
        const auto r2 = chain.inputRanges(l + 1);
        for (std::size_t i = 0; i < r1.size(); ++i) {
            if (r1[i] == 0 || r2[i] == 0)
                continue;
            const double s = std::sqrt(r1[i] / r2[i]);
            chain.scale[l][i] *= s;
            move = std::max(move, std::fabs(s - 1));
        }
    }
    return move;
}

ChainLayer scaled(const Chain& chain, std::size_t l)
{
    ChainLayer layer = chain.layers[l];
    const auto inputs = static_cast<std::size_t>(layer.inputs);
    const auto per = static_cast<std::size_t>(layer.perInput);
    for (std::size_t i = 0; i < layer.weight.size(); ++i) {
        const std::size_t pair = i / per;
        layer.weight[i] = static_cast<float>(static_cast<double>(layer.weight[i]) *
                                             chain.factor(l, pair / inputs, pair % inputs));
    }
    for (std::size_t o = 0; o < layer.bias.size(); ++o)
        layer.bias[o] = static_cast<float>(static_cast<double>(layer.bias[o]) / chain.scale[l][o]);
    return layer;
}

} // namespace

Result<Equalization> equalizeChain(std::span<const ChainLayer> layers,
                                   const EqualizationOptions& options)
{
    if (layers.size() < 2)
        return Error::usage("layers: expected 2 or more, found " + std::to_string(layers.size()));
    if (options.maxRounds < 1)
        return Error::usage("max_rounds: expected 1 or more, found " +
                            std::to_string(options.maxRounds));
    if (!(options.tolerance >= 0))
        return Error::usage("tolerance: expected 0 or more, found " +
                            std::to_string(options.tolerance));
    Chain chain{layers, {}, {}};
    for (std::size_t l = 0; l < layers.size(); ++l) {
        if (auto ok = checkLayer(layers[l], l); !ok)
            return ok.error();
        if (l > 0) {
            if (auto ok = checkFit(layers[l - 1], layers[l], l); !ok)
                return ok.error();
        }
        chain.most.push_back(magnitudes(layers[l]));
        chain.scale.emplace_back(static_cast<std::size_t>(layers[l].outputs), 1.0);
    }
    Equalization result;
    result.links.resize(layers.size() - 1);
    for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
        result.links[l].outputBefore = chain.outputRanges(l);
        result.links[l].inputBefore = chain.inputRanges(l + 1);
    }
    do {
        result.lastMove = equalizeOnce(chain);
        ++result.rounds;
    } while (result.lastMove > options.tolerance && result.rounds < options.maxRounds);
    for (std::size_t l = 0; l < layers.size(); ++l) {
        result.layers.push_back(scaled(chain, l));
        // Scales of a pair may lie further apart than float32 reaches.
        if (auto ok = checkLayer(result.layers.back(), l); !ok)
            return ok.error();
        if (l + 1 == layers.size())
            break;
        result.links[l].scale = chain.scale[l];
        result.links[l].outputAfter = chain.outputRanges(l);
        result.links[l].inputAfter = chain.inputRanges(l + 1);
    }
    return result;
}

} // namespace qs
