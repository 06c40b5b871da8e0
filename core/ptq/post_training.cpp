// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/post_training.h"

#include "core/ptq/calibrate.h"

namespace qs {

Result<PostTraining> quantizeAfterTraining(const Network& network, const PtqRecipe& recipe,
                                           const NetworkSamples* calibration,
                                           const JobContext& context)
{
    if (recipe.batch < 1)
        return Error::usage("batch must be 1 or more, found " + std::to_string(recipe.batch));
    auto reference = floatCopy(network);
    if (!reference)
        return reference.error();
    std::vector<EqualizedChain> equalized;
    if (recipe.equalize) {
        auto chains = equalize(*reference);
        if (!chains)
            return chains.error();
        equalized = std::move(*chains);
    }
    auto quantized = floatCopy(*reference);
    if (!quantized)
        return quantized.error();
    PostTraining result{
        std::move(*quantized), std::move(*reference), recipe.config, std::move(equalized), {}, {}};
    if (auto set = result.network.setQuantization(&result.config); !set)
        return set.error();
    if (calibration == nullptr) {
        for (const auto& module : result.network.quantizers())
            if (!module.name.ends_with(".weight") && !module.spec.isFixed())
                return Error::usage(module.name +
                                    ": expected calibration samples to observe, found none");
        if (recipe.adaRound || recipe.biasCorrection)
            return Error::usage("AdaRound and bias correction need calibration samples");
    }
    if (auto seen = calibrate(result.network, calibration, recipe.batch, context); !seen)
        return seen.error();
    if (recipe.adaRound) {
        auto rounded = adaRoundWeights(result.network, result.config, result.reference,
                                       *calibration, recipe.batch, recipe.rounding, context);
        if (!rounded)
            return rounded.error();
        result.rounded = std::move(*rounded);
    }
    if (recipe.biasCorrection) {
        auto corrected =
            correctBiases(result.network, result.reference, *calibration, recipe.batch, context);
        if (!corrected)
            return corrected.error();
        result.corrected = std::move(*corrected);
    }
    return result;
}

} // namespace qs
