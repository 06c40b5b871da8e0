// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/qat_change.h"

#include "core/base/text.h"

#include <set>
#include <vector>

namespace qs {
namespace {

/// The parts of one quantizer that differ: "int4", "minmax", "scale 0.5".
std::string parts(const FakeQuantizeSpec& before, const FakeQuantizeSpec& after)
{
    std::vector<std::string> words;
    if (before.dtype != after.dtype)
        words.emplace_back(info(after.dtype).name);
    if (before.qscheme != after.qscheme)
        words.emplace_back(info(after.qscheme).name);
    if (before.estimator != after.estimator)
        words.emplace_back(info(after.estimator).name);
    if (before.observerEnabled != after.observerEnabled)
        words.emplace_back(after.observerEnabled ? "observer on" : "observer off");
    if (before.fakeQuantEnabled != after.fakeQuantEnabled)
        words.emplace_back(after.fakeQuantEnabled ? "fake_quant on" : "fake_quant off");
    if (before.observer != after.observer && !after.isFixed())
        words.push_back(after.observer);
    if (after.isFixed()) {
        if (before.scale != after.scale && !after.scale.empty())
            words.push_back("scale " + formatShort(static_cast<double>(after.scale[0])));
        if (before.zeroPoint != after.zeroPoint && !after.zeroPoint.empty())
            words.push_back("zero_point " + std::to_string(after.zeroPoint[0]));
        if (words.empty() && !before.isFixed())
            words.emplace_back("fixed");
    }
    if (words.empty())
        words.emplace_back("changed");
    return join(words, " ");
}

void add(std::vector<std::string>& changes, const std::string& name,
         const std::optional<FakeQuantizeSpec>& before,
         const std::optional<FakeQuantizeSpec>& after)
{
    if (before == after)
        return;
    if (!after)
        changes.push_back(name + " float");
    else
        changes.push_back(name + " " + parts(before.value_or(FakeQuantizeSpec()), *after));
}

} // namespace

std::string describeChange(const QatConfig& before, const QatConfig& after)
{
    std::vector<std::string> changes;
    add(changes, "weights", before.all.weight, after.all.weight);
    add(changes, "activations", before.all.activation, after.all.activation);
    add(changes, "input", before.input, after.input);
    std::set<std::string> names;
    for (const auto* config : {&before, &after}) {
        for (const auto& [name, layer] : config->layers)
            names.insert(name);
    }
    for (const auto& name : names) {
        // What follows from the change for all layers was said there.
        const auto& was = before.of(name);
        const auto& is = after.of(name);
        if (!(was.weight == before.all.weight && is.weight == after.all.weight))
            add(changes, name + ".weight", was.weight, is.weight);
        if (!(was.activation == before.all.activation && is.activation == after.all.activation))
            add(changes, name + ".activation", was.activation, is.activation);
    }
    if (before.freezeBatchNorm != after.freezeBatchNorm)
        changes.emplace_back(after.freezeBatchNorm ? "BatchNorm frozen" : "BatchNorm unfrozen");
    if (before.oscillation != after.oscillation)
        changes.emplace_back("oscillation");
    if (changes.empty() && before != after)
        changes.emplace_back("observers");
    return join(changes);
}

} // namespace qs
