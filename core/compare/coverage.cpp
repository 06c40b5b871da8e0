// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/coverage.h"

namespace qs {
namespace {

LayerCoverage rowOf(const ModelSpec& model, std::size_t i)
{
    LayerCoverage row;
    row.layer = i;
    row.name = std::to_string(i);
    row.type = layerKindName(model.layers[i].kind);
    row.hasWeight = model.layers[i].hasWeight();
    return row;
}

constexpr const char* kNothing = "does nothing in a test";

} // namespace

Result<std::vector<LayerCoverage>> coverageOf(Network& network, const ConvertedNetwork* converted,
                                              const std::string& whyFloat)
{
    std::vector<LayerCoverage> rows;
    const auto& model = network.model();
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        auto row = rowOf(model, i);
        if (row.hasWeight) {
            const auto weights = network.effectiveWeights(i);
            if (!weights)
                return weights.error();
            if (weights->params)
                row.weightDtype = info(weights->params->dtype()).name;
        }
        if (const auto params = network.activationParams(i + 1))
            row.activationDtype = info(params->dtype()).name;
        row.why = converted == nullptr ? whyFloat : kNothing;
        if (converted != nullptr) {
            for (const auto& op : converted->ops)
                // The input's op stands at point 0 and for no layer.
                if (op.point > 0 && op.layer <= i && i <= op.lastLayer) {
                    row.integers = true;
                    row.why.clear();
                }
            for (const auto& layer : converted->floatLayers)
                if (layer.layer == i) {
                    row.integers = false;
                    row.why = layer.why;
                }
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<LayerCoverage> dynamicCoverage(const ModelSpec& model)
{
    std::vector<LayerCoverage> rows;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        auto row = rowOf(model, i);
        row.integers = model.layers[i].kind == LayerKind::Linear;
        if (row.integers)
            row.weightDtype = info(DType::Qint8).name;
        else
            row.why = "quantize_dynamic covers Linear alone";
        rows.push_back(std::move(row));
    }
    return rows;
}

CoverageCount countOf(const std::vector<LayerCoverage>& coverage)
{
    CoverageCount count;
    for (const auto& row : coverage)
        if (row.hasWeight) {
            ++count.layers;
            count.weights += row.weightDtype.empty() ? 0 : 1;
            count.integers += row.integers ? 1 : 0;
        }
    return count;
}

} // namespace qs
