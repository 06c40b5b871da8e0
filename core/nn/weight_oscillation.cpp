// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/weight_oscillation.h"

#include "core/qat/dampening.h"
#include "core/quant/quantizer.h"

#include <cmath>

namespace qs {
namespace {

constexpr double kOften = 0.005;

std::vector<std::int32_t> codesOf(const WeightView& view)
{
    const auto layout = view.params->layout(view.value.shape());
    const auto values = view.value.floats();
    std::vector<std::int32_t> codes(values.size());
    layout->forEachRun(0, static_cast<std::int64_t>(values.size()),
                       [&](std::int64_t set, std::int64_t at, std::int64_t n) {
                           for (std::int64_t i = 0; i < n; ++i) {
                               const auto s =
                                   static_cast<std::size_t>(set + (layout->stride() == 0 ? 0 : i));
                               const auto e = static_cast<std::size_t>(at + i);
                               codes[e] = static_cast<std::int32_t>(std::nearbyint(
                                              static_cast<double>(values[e]) /
                                              static_cast<double>(view.params->scaleAt(s)))) +
                                          view.params->zeroPointAt(s);
                           }
                       });
    return codes;
}

/// Whether the codes are those of the trained weights themselves.
bool canHold(const Network& network, const std::string& parameter)
{
    for (const auto& state : network.quantizers())
        if (state.name == parameter && state.spec.estimator == Estimator::Dorefa)
            return false;
    const auto layer = static_cast<std::size_t>(std::stoul(parameter));
    return !network.foldedBatchNorm(layer);
}

} // namespace

Result<void> WeightOscillation::beforeStep(Network& network, const OscillationSpec& spec)
{
    if (!spec.any()) {
        m_layers.clear();
        return {};
    }
    for (const auto& view : network.weightViews()) {
        if (!view.params || !info(view.params->dtype()).isInteger())
            continue;
        const auto codes = codesOf(view);
        auto found = m_layers.find(view.name);
        if (found == m_layers.end() ||
            found->second.tracker.size() != static_cast<std::int64_t>(codes.size()) ||
            found->second.tracker.momentum() != spec.momentum) {
            auto tracker = OscillationTracker::make(codes, spec.momentum);
            if (!tracker)
                return Error{tracker.error().kind, view.name + ": " + tracker.error().message};
            m_layers.insert_or_assign(view.name, Tracked{std::move(*tracker), std::nullopt, 0});
            found = m_layers.find(view.name);
        } else if (auto ok = found->second.tracker.step(codes); !ok) {
            return Error{ok.error().kind, view.name + ": " + ok.error().message};
        }
        auto& tracked = found->second;
        tracked.params = canHold(network, view.name) ? view.params : std::nullopt;
        if (!tracked.params)
            continue;
        if (spec.freezeThreshold > 0)
            tracked.tracker.freeze(spec.freezeThreshold);
        if (spec.dampening <= 0)
            continue;
        const auto quantizer = Quantizer::make(*tracked.params, view.latent.shape());
        if (!quantizer)
            return quantizer.error();
        for (auto& parameter : network.parameters())
            if (parameter.name == view.name)
                if (auto done = addDampening(*quantizer, parameter.value, spec.dampening,
                                             parameter.gradient);
                    !done)
                    return done.error();
    }
    return {};
}

Result<void> WeightOscillation::afterStep(Network& network)
{
    for (auto& [name, tracked] : m_layers) {
        if (!tracked.params || tracked.tracker.frozenCount() == 0)
            continue;
        for (auto& parameter : network.parameters())
            if (parameter.name == name)
                if (auto held = tracked.tracker.holdFrozen(*tracked.params, parameter.shape,
                                                           parameter.value);
                    !held)
                    return Error{held.error().kind, name + ": " + held.error().message};
    }
    return {};
}

void WeightOscillation::endEpoch()
{
    for (auto& [name, tracked] : m_layers)
        tracked.flipsLastEpoch = tracked.tracker.endEpoch();
}

std::vector<OscillationState> WeightOscillation::states() const
{
    std::vector<OscillationState> states;
    for (const auto& [name, tracked] : m_layers) {
        OscillationState state{name,
                               tracked.tracker.size(),
                               tracked.flipsLastEpoch,
                               0,
                               tracked.tracker.oscillating(kOften),
                               tracked.tracker.frozenCount(),
                               {}};
        for (const auto flips : tracked.tracker.flips())
            state.flips += flips;
        for (const double f : tracked.tracker.frequency())
            state.frequency.push_back(static_cast<float>(f));
        states.push_back(std::move(state));
    }
    return states;
}

std::vector<Tensor> WeightOscillation::checkpoint() const
{
    std::vector<Tensor> tensors;
    for (const auto& [name, tracked] : m_layers) {
        for (const auto& tensor : tracked.tracker.state())
            tensors.push_back(tensor.renamed("oscillation." + name + "." + tensor.name()));
        tensors.push_back(Tensor::fromVector("oscillation." + name + ".flips_last_epoch",
                                             ElementType::Int64, *Shape::make({}),
                                             std::vector<std::int64_t>{tracked.flipsLastEpoch}));
    }
    return tensors;
}

Result<void> WeightOscillation::resume(std::span<const Tensor> tensors)
{
    m_layers.clear();
    std::map<std::string, std::vector<Tensor>> parts;
    constexpr std::string_view prefix = "oscillation.";
    for (const auto& tensor : tensors) {
        if (!tensor.name().starts_with(prefix))
            continue;
        const std::string rest = tensor.name().substr(prefix.size());
        const auto dot = rest.rfind('.');
        if (dot == std::string::npos)
            return Error::data(tensor.name() + ": is no part of a checkpoint");
        parts[rest.substr(0, dot)].push_back(tensor.renamed(rest.substr(dot + 1)));
    }
    for (const auto& [name, own] : parts) {
        auto tracker = OscillationTracker::fromState(own);
        if (!tracker)
            return Error::data("oscillation." + name + ": " + tracker.error().message);
        Tracked tracked{std::move(*tracker), std::nullopt, 0};
        for (const auto& tensor : own)
            if (tensor.name() == "flips_last_epoch" && tensor.numel() == 1 &&
                tensor.type() == ElementType::Int64)
                std::copy_n(tensor.bytes().data(), sizeof tracked.flipsLastEpoch,
                            reinterpret_cast<std::byte*>(&tracked.flipsLastEpoch));
        m_layers.emplace(name, std::move(tracked));
    }
    return {};
}

} // namespace qs
