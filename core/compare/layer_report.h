// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/compare/error_figures.h"
#include "core/compare/model_score.h"
#include "core/compare/module_switches.h"
#include "core/compare/value_facts.h"
#include "core/ptq/post_training.h"

#include <optional>
#include <string>
#include <vector>

namespace qs {

/// One layer with quantizers (or the input), beside the same of the float network.
struct LayerFigures {
    QuantizedPlace place;
    std::string type; ///< "Conv2d"; "Input"
    std::optional<FakeQuantizeSpec> weightSpec;
    std::optional<FakeQuantizeSpec> activationSpec;
    std::optional<ErrorFigures> weight; ///< fake-quantized against float, a BatchNorm folded in
    std::optional<ValueFacts> weightFacts;
    /// What its activation quantizer does to what it is given in the quantized network.
    std::optional<ErrorFigures> activation;
    std::optional<ValueFacts> activationFacts;
    /// Its output, behind the activation quantizer, against the float network's there: with nothing
    /// but this layer quantized, and with everything before it quantized, too.
    ErrorFigures outputAlone;
    ErrorFigures outputAccumulated;
    /// The network's output with nothing but this layer quantized.
    ErrorFigures networkAlone;
};

/// For each place of `quantized.network`, from the input on, over all samples (layerOutputs of a
/// batch is kept in memory: choose a small batch). Its quantizers are all on again afterwards.
/// Errors: cancelled; the quantizers'.
Result<std::vector<LayerFigures>> layerReport(PostTraining& quantized,
                                              const NetworkSamples& samples, std::int64_t batch,
                                              const JobContext& context = {});

/// The output of one place alone, which layerReport has of every place.
Result<ErrorFigures> outputAloneOf(PostTraining& quantized, const std::string& place,
                                   const NetworkSamples& samples, std::int64_t batch,
                                   const JobContext& context = {});

/// What a network does when only one layer is quantized, and when all but this one are.
struct LayerSensitivity {
    std::string name; ///< of the place
    ModelScore only;  ///< without outputs
    ModelScore allBut;
};

/// For each place of a calibrated network. Two tests each. Errors: the network's; cancelled.
Result<std::vector<LayerSensitivity>> sensitivityOf(Network& network, const NetworkSamples& test,
                                                    std::int64_t batch,
                                                    const JobContext& context = {});

} // namespace qs
