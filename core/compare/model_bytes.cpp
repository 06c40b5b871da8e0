// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/model_bytes.h"

#include "core/quant/ggml.h"
#include "core/quant/ggml_kernel.h"

#include <cmath>

namespace qs {
namespace {

std::int64_t scaleBytes(ScaleFormat format)
{
    switch (format) {
    case ScaleFormat::E8m0:
    case ScaleFormat::E4m3:
        return 1;
    case ScaleFormat::InBlock:
        return 0;
    case ScaleFormat::Float32:
    case ScaleFormat::Unit:
        break;
    }
    return 4;
}

std::int64_t weightBytes(std::int64_t numel, const QuantParams& params, int bits)
{
    const auto& row = info(params.dtype());
    if (row.family == Family::Ggml)
        return std::llround(static_cast<double>(numel) * info(ggmlTypeOf(row.id)).bitsPerWeight /
                            8);
    const auto sets = static_cast<std::int64_t>(params.channels());
    std::int64_t each = scaleBytes(row.scaleFormat);
    if (row.isInteger())
        each += 4;
    const std::int64_t tensorScale = row.scaleFormat == ScaleFormat::E4m3 ? 4 : 0;
    const auto codebook =
        row.id == DType::Codebook ? static_cast<std::int64_t>(params.codebook().size()) * 4 : 0;
    return (numel * bits + 7) / 8 + sets * each + tensorScale + codebook;
}

/// The width of a stored weight. DoReFa's levels are every other code of a wider type.
int bitsOf(const Network& network, std::size_t layer, const QuantParams& params)
{
    for (const auto& module : network.quantizers())
        if (module.name == std::to_string(layer) + ".weight" &&
            module.spec.estimator == Estimator::Dorefa)
            return info(module.spec.dtype).bits;
    return info(params.dtype()).bits;
}

} // namespace

std::int64_t floatBytesOf(const Network& network)
{
    std::int64_t bytes = 0;
    for (const auto& parameter : network.parameters())
        bytes += parameter.learned ? 0 : 4 * static_cast<std::int64_t>(parameter.value.size());
    for (const auto& layer : network.model().layers)
        bytes += layer.isBatchNorm() ? std::int64_t{8} * layer.in : 0; // mean and variance
    return bytes;
}

Result<std::int64_t> bytesOf(Network& network)
{
    std::int64_t bytes = 0;
    const auto& layers = network.model().layers;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i].isBatchNorm()) {
            const bool folded =
                i > 0 && layers[i - 1].hasWeight() && network.foldedBatchNorm(i - 1);
            bytes += folded ? 0 : std::int64_t{16} * layers[i].in;
            continue;
        }
        if (!layers[i].hasWeight())
            continue;
        const auto weights = network.effectiveWeights(i);
        if (!weights)
            return weights.error();
        const std::int64_t numel = weights->weight.numel();
        bytes += weights->params
                     ? weightBytes(numel, *weights->params, bitsOf(network, i, *weights->params))
                     : 4 * numel;
        if (layers[i].bias || network.foldedBatchNorm(i))
            bytes += std::int64_t{4} * layers[i].out;
    }
    for (const auto& module : network.quantizers())
        if (!module.name.ends_with(".weight") && module.params && module.fakeQuantEnabled)
            bytes += 8 * static_cast<std::int64_t>(module.params->channels());
    return bytes;
}

} // namespace qs
