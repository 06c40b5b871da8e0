// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/compare/coverage.h"
#include "core/compare/model_score.h"
#include "core/ptq/post_training.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qs {

struct CompareOptions {
    std::vector<PtqMethod> methods; ///< in the order they are wanted
    PtqRecipe recipe;               ///< of static, and with its weights alone of weight_only
    std::int64_t batch = 64;        ///< of tests and times: dynamic quantization depends on it
    RequantizeMode requantize = RequantizeMode::Float; ///< of the integer networks
    int runs = 5; ///< of which the median time is taken; the methods run in turns
};

/// What a comparison is about. Pointers are not owned; null: not given.
struct CompareInputs {
    const Network* network = nullptr;            ///< trained, float; needed
    const NetworkSamples* test = nullptr;        ///< needed
    const NetworkSamples* calibration = nullptr; ///< for static, and the recipe's improvements
    std::shared_ptr<Network> qat; ///< for qat: its quantizers set and their ranges known
};

struct MethodReport {
    PtqMethod method = PtqMethod::Float;
    ModelScore score; ///< fake-quantized; of the float network itself
    Timing time;
    std::optional<ModelScore> integer; ///< on integers; none where nothing runs on them
    std::optional<Timing> integerTime;
    /// The fake-quantized network against the integer one; and with its biases on the int32 grid
    /// that the integer one has (useIntegerBias), which leaves what float32 sums round differently.
    std::optional<Mismatches> mismatches;
    std::optional<Mismatches> mismatchesOnGrid;
    std::int64_t bytes = 0;
    std::vector<LayerCoverage> coverage;
    std::vector<std::string> notes; ///< what was done to it, and what could not be

    /// What would be run: on integers where that is possible.
    const ModelScore& used() const { return integer ? *integer : score; }
    const Timing& usedTime() const { return integerTime ? *integerTime : time; }
};

/// Every method on the same network and the same samples; parameters are as before afterwards.
/// Errors: Usage: inputs that a method needs
/// and that are not given; those of quantizing and running; cancelled.
Result<std::vector<MethodReport>> compareMethods(const CompareInputs& inputs,
                                                 const CompareOptions& options,
                                                 const JobContext& context = {});

} // namespace qs
