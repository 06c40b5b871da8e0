// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/advice.h"

#include "core/base/text.h"
#include "core/compare/diagnosis.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace qs {
namespace {

/// The network quantized with this one change.
Result<PostTraining> quantizeWith(const AdviceInputs& inputs, const std::string& place,
                                  const Suggestion& suggestion, const JobContext& context)
{
    PtqRecipe recipe = inputs.recipe;
    const auto layer = [&](const LayerQuantization& quantizers) {
        if (place == "input")
            recipe.config.input = quantizers.activation;
        else
            recipe.config.layers[place] = quantizers;
    };
    if (suggestion.kind == SuggestionKind::Configure)
        layer(suggestion.quantizers);
    if (suggestion.kind == SuggestionKind::KeepFloat)
        layer({});
    if (suggestion.kind == SuggestionKind::Equalize)
        recipe.equalize = true;
    auto done = quantizeAfterTraining(*inputs.network, recipe, inputs.calibration, context);
    if (!done || place == "input")
        return done;
    const auto only = static_cast<std::size_t>(std::stoull(place));
    if (suggestion.kind == SuggestionKind::AdaRound) {
        if (auto rounded =
                adaRoundWeights(done->network, done->config, done->reference, *inputs.calibration,
                                inputs.batch, recipe.rounding, context, only);
            !rounded)
            return rounded.error();
    }
    if (suggestion.kind == SuggestionKind::CorrectBias) {
        if (auto corrected = correctBiases(done->network, done->reference, *inputs.calibration,
                                           inputs.batch, context, only);
            !corrected)
            return corrected.error();
    }
    return done;
}

Result<ChangeFigures> measure(const AdviceInputs& inputs, PostTraining& quantized,
                              const std::string& place, const JobContext& context)
{
    const auto alone = outputAloneOf(quantized, place, *inputs.figures, inputs.batch, context);
    if (!alone)
        return alone.error();
    const auto score =
        scoreOf(outputsOf(quantized.network, context), *inputs.test, inputs.batch, context);
    if (!score)
        return score.error();
    return ChangeFigures{alone->sqnrDb(), score->loss, score->accuracy};
}

double decibels(const std::optional<double>& db)
{
    return db.value_or(std::numeric_limits<double>::infinity()); // no error at all
}

bool helps(const ChangeFigures& before, const ChangeFigures& after)
{
    constexpr double worth = 0.999; // less is noise
    return after.loss < worth * before.loss &&
           after.accuracy.value_or(0) >= before.accuracy.value_or(0) &&
           decibels(after.layerSqnrDb) >= decibels(before.layerSqnrDb);
}

std::string text(const std::optional<double>& db)
{
    return db ? formatShort(*db) + " dB" : "no error";
}

std::string conclude(const LayerAdvice& advice)
{
    const auto& before = advice.before;
    const bool simple = !advice.tried.empty() && advice.tried.front().helps;
    if (!simple)
        return "Nothing that was tried lowers the network's loss without a loss of accuracy: "
               "leave this layer as it is.";
    const auto& best = advice.tried.front();
    std::string line = "Try " + best.change + ": the layer's output goes from " +
                       text(before.layerSqnrDb) + " to " + text(best.after.layerSqnrDb) +
                       ", the network's loss from " + formatShort(before.loss) + " to " +
                       formatShort(best.after.loss);
    if (before.accuracy && best.after.accuracy)
        line += ", its accuracy from " + formatShort(100 * *before.accuracy) + " % to " +
                formatShort(100 * *best.after.accuracy) + " %";
    return line + ".";
}

} // namespace

Result<LayerAdvice> adviseLayer(const AdviceInputs& inputs, PostTraining& base,
                                const LayerFigures& figures, const JobContext& context)
{
    LayerAdvice advice;
    advice.name = figures.place.name;
    advice.type = figures.type;
    const auto before = measure(inputs, base, advice.name, context);
    if (!before)
        return before.error();
    advice.before = *before;
    auto diagnosis = diagnose(figures, inputs.calibration != nullptr);
    advice.findings = std::move(diagnosis.findings);
    std::optional<TriedChange> keptFloat;
    for (const auto& suggestion : diagnosis.suggestions) {
        context.report("Trying: layer " + advice.name + ", " + suggestion.change,
                       static_cast<double>(advice.tried.size()) /
                           static_cast<double>(diagnosis.suggestions.size()));
        TriedChange tried{suggestion.change, suggestion.why, {}, {}, false};
        auto changed = quantizeWith(inputs, advice.name, suggestion, context);
        const auto after = changed ? measure(inputs, *changed, advice.name, context)
                                   : Result<ChangeFigures>(changed.error());
        if (after) {
            tried.after = *after;
            tried.helps = helps(advice.before, *after);
        } else if (after.error().kind == ErrorKind::Cancelled) {
            return after.error();
        } else {
            tried.failed = after.error().message;
        }
        if (suggestion.kind == SuggestionKind::KeepFloat)
            keptFloat = std::move(tried);
        else
            advice.tried.push_back(std::move(tried));
    }
    std::stable_sort(advice.tried.begin(), advice.tried.end(), [](const auto& a, const auto& b) {
        if (a.helps != b.helps)
            return a.helps;
        return a.helps && a.after.loss < b.after.loss;
    });
    // Float gives up what quantization is for: advised where nothing else helps.
    if (keptFloat) {
        const bool first = advice.tried.empty() || !advice.tried.front().helps;
        advice.tried.insert(first && keptFloat->helps ? advice.tried.begin() : advice.tried.end(),
                            std::move(*keptFloat));
    }
    advice.conclusion = conclude(advice);
    return advice;
}

std::vector<std::size_t> worstPlaces(const std::vector<LayerFigures>& report, std::size_t n)
{
    std::vector<std::size_t> order(report.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return decibels(report[a].networkAlone.sqnrDb()) <
               decibels(report[b].networkAlone.sqnrDb());
    });
    order.resize(std::min(n, order.size()));
    return order;
}

} // namespace qs
