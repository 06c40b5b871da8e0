// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/compare/layer_report.h"

#include <string>
#include <vector>

namespace qs {

/// What is to be advised about: the float network, how it was quantized, and what to measure with.
struct AdviceInputs {
    const Network* network = nullptr;
    PtqRecipe recipe;
    const NetworkSamples* calibration = nullptr; ///< null where nothing is calibrated
    const NetworkSamples* test = nullptr;        ///< accuracy and loss
    const NetworkSamples* figures = nullptr;     ///< the layer's SQNR
    std::int64_t batch = 64;
};

/// A network's state under one change.
struct ChangeFigures {
    std::optional<double> layerSqnrDb; ///< the layer's output with it alone quantized
    double loss = 0;
    std::optional<double> accuracy;
};

/// Something that was tried, with what came of it.
struct TriedChange {
    std::string change; ///< "weight: qscheme per_channel_symmetric"
    std::string why;    ///< the finding that suggested it
    ChangeFigures after;
    std::string failed; ///< why it could not be measured; empty: it was
    bool helps = false;
};

struct LayerAdvice {
    std::string name; ///< of the place
    std::string type;
    std::vector<std::string> findings; ///< plain words, with the numbers they rest on
    ChangeFigures before;
    std::vector<TriedChange> tried; ///< those that help first, most helpful first
    std::string conclusion;
};

/// Why a layer is bad and what to do about it. Rules look at measured facts (outliers, channels of
/// different ranges, unused codes, clipping, vanished values, a shifted mean, few bits) and suggest
/// changes; each change is then made on its own, everything calibrated anew, and measured. It helps
/// where the network's loss falls by 0.1 % or more, its accuracy does not fall, and the layer's
/// SQNR does not fall. `base`: the network quantized by inputs.recipe; `figures`: layerReport's of
/// it. Errors: of quantizing anew; cancelled. A change that cannot be made is listed as failed.
Result<LayerAdvice> adviseLayer(const AdviceInputs& inputs, PostTraining& base,
                                const LayerFigures& figures, const JobContext& context = {});

/// The places whose quantization alone disturbs the network's output most, worst first, at most n.
std::vector<std::size_t> worstPlaces(const std::vector<LayerFigures>& report, std::size_t n);

} // namespace qs
