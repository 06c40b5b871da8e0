// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/convert/convert.h"
#include "core/nn/network.h"

#include <string>
#include <vector>

namespace qs {

/// What a method does to one layer.
struct LayerCoverage {
    std::size_t layer = 0;
    std::string name;            ///< "0"
    std::string type;            ///< "Conv2d"
    bool hasWeight = false;      ///< Linear, Conv2d
    std::string weightDtype;     ///< "qint8"; empty: float
    std::string activationDtype; ///< of its output; empty: float, or unchanged since the one before
    bool integers = false;       ///< computes on codes
    std::string why;             ///< it computes on float values; empty where it does not
};

/// Of a fake-quantized network, and what became of it on integers (null: nothing did, because
/// `whyFloat`). Errors: the weights' quantizers'.
Result<std::vector<LayerCoverage>> coverageOf(Network& network, const ConvertedNetwork* converted,
                                              const std::string& whyFloat);

/// Of quantize_dynamic: Linear layers only.
std::vector<LayerCoverage> dynamicCoverage(const ModelSpec& model);

/// Layers with weights: all, whose weight is quantized, that compute on integers.
struct CoverageCount {
    int layers = 0;
    int weights = 0;
    int integers = 0;
};
CoverageCount countOf(const std::vector<LayerCoverage>& coverage);

} // namespace qs
