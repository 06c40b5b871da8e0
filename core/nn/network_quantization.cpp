// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/network_impl.h"

namespace qs {
namespace {

constexpr float kEps = 1.1920929e-7F; // PyTorch's smallest scale, 2^-23

/// A module for the spec: a new one, with the old one's range where that still means something.
Result<std::unique_ptr<FakeQuantize>> makeModule(const std::string& name,
                                                 const FakeQuantizeSpec& spec, QuantizerRole role,
                                                 const FakeQuantize* old)
{
    auto made = FakeQuantize::make(name, spec, role);
    if (!made)
        return made.error();
    auto module = std::make_unique<FakeQuantize>(std::move(*made));
    if (old != nullptr)
        module->inherit(*old);
    return module;
}

/// Per channel, that the axis exists and fixed parameters are as many as its channels.
Result<void> checkAgainst(const FakeQuantize& module, const Shape& shape)
{
    if (!info(module.spec().qscheme).perChannel())
        return {};
    if (const auto axis = shape.resolveAxis(module.spec().axis); !axis)
        return Error::usage(module.name() + ": " + axis.error().message);
    if (!module.spec().isFixed() || module.learned() != nullptr)
        return {};
    const auto quantizer = module.quantizer(shape);
    return quantizer ? Result<void>{} : Result<void>{quantizer.error()};
}

bool isReLU(LayerKind kind)
{
    return kind == LayerKind::ReLU || kind == LayerKind::ReLU6;
}

/// Whether max may come before the quantizer: what is observed and what is made are the same.
bool commutesWithMax(const FakeQuantizeSpec& spec)
{
    return !spec.isLearned() && spec.rounding != Rounding::Stochastic &&
           info(spec.qschemeInUse()).granularity == Granularity::Tensor &&
           (spec.isFixed() || spec.observer == "minmax" ||
            spec.observer == "moving_average_minmax");
}

FakeQuantizeSpec presetSpec(std::string_view name)
{
    const auto& preset = *fixedQParamsPreset(name);
    FakeQuantizeSpec spec;
    spec.observer = "fixed";
    spec.scale = {preset.scale};
    spec.zeroPoint = {preset.zeroPoint};
    spec.dtype = preset.dtype;
    spec.qscheme = preset.qscheme;
    return spec;
}

} // namespace

bool Network::Impl::canFold(std::size_t node) const
{
    return nodes[node].layer && model.layers[node].hasWeight() && node + 1 < nodes.size() &&
           nodes[node + 1].batchNorm != nullptr && points[node + 1].addedBy < 0;
}

std::size_t Network::Impl::activationPoint(std::size_t node, const FakeQuantizeSpec* spec) const
{
    std::size_t point = node + 1;
    if (!info(nodes[node].kind).fixedQParams.empty())
        return point;
    if (nodes[node].foldsInto >= 0)
        ++point;
    const auto fuses = [&](bool wanted) {
        return point < nodes.size() && wanted && points[point].addedBy < 0;
    };
    if (!fuses(true) || !isReLU(nodes[point].kind))
        return point;
    ++point;
    while (fuses(spec == nullptr || commutesWithMax(*spec)) &&
           nodes[point].kind == LayerKind::MaxPool2d)
        ++point;
    return point;
}

std::optional<FakeQuantizeSpec> Network::Impl::activationSpec(const QatConfig& config,
                                                              std::size_t node) const
{
    const auto& kind = info(nodes[node].kind);
    if (!kind.quantizesOutput)
        return std::nullopt;
    const auto named = config.layers.find(nodes[node].name);
    if (named != config.layers.end())
        return named->second.activation;
    if (config.all.activation && !kind.fixedQParams.empty())
        return presetSpec(kind.fixedQParams);
    return config.all.activation;
}

Result<void> Network::Impl::setQuantization(const QatConfig* config)
{
    // What quantizers learned so far is in the parameters.
    forEachModule([&](FakeQuantize& module, std::ptrdiff_t learned) {
        if (module.learned() != nullptr)
            readLearned(module, learned);
    });
    std::vector<std::unique_ptr<FakeQuantize>> weights(nodes.size());
    std::vector<std::unique_ptr<FakeQuantize>> activations(points.size());
    std::vector<std::ptrdiff_t> owners(points.size(), -1);
    std::vector<std::ptrdiff_t> folds(nodes.size(), -1);
    std::vector<std::ptrdiff_t> oldFolds;
    for (const auto& node : nodes)
        oldFolds.push_back(node.foldsInto);
    // Where the spec is the old one, the old module stays: marked here, moved at the end.
    std::vector<std::optional<FakeQuantizeSpec>> keepWeight(nodes.size());
    std::vector<std::optional<FakeQuantizeSpec>> keepActivation(points.size());

    const auto addActivation = [&](std::size_t point, const std::string& name,
                                   const FakeQuantizeSpec& spec) -> Result<void> {
        const auto* old = points[point].module.get();
        if (old != nullptr && old->spec().sameModule(spec) && old->name() == name) {
            keepActivation[point] = spec;
            return {};
        }
        if (info(spec.qscheme).perChannel() && spec.axis != 1)
            return Error::usage(name + ": axis of an activation must be 1, its channels, found " +
                                std::to_string(spec.axis));
        auto module = makeModule(name, spec, QuantizerRole::Activation, old);
        if (!module)
            return module.error();
        if (auto ok = checkAgainst(**module, *Shape::make({1, shapes[point].channels})); !ok)
            return ok.error();
        activations[point] = std::move(*module);
        return {};
    };
    const auto plan = [&]() -> Result<void> {
        for (const auto& [name, layer] : config->layers) {
            bool exists = false;
            for (const auto& node : nodes)
                exists = exists || (node.name == name && info(node.kind).quantizesOutput);
            if (!exists)
                return Error::usage("layers." + name + ": " + model.name +
                                    " has no layer of this name that can be quantized");
        }
        if (config->input)
            if (auto ok = addActivation(0, "input", *config->input); !ok)
                return ok.error();
        for (std::size_t n = 0; n < nodes.size(); ++n) {
            const auto& layer = config->of(nodes[n].name);
            if (model.layers[n].hasWeight() && layer.weight && canFold(n))
                folds[n] = static_cast<std::ptrdiff_t>(n) + 1;
            nodes[n].foldsInto = folds[n];
            const bool folded = n > 0 && folds[n - 1] >= 0;
            if (const auto spec = activationSpec(*config, n); spec && !folded) {
                const std::size_t point = activationPoint(n, &*spec);
                if (auto ok = addActivation(point, nodes[n].name + ".activation", *spec); !ok)
                    return ok.error();
                owners[point] = static_cast<std::ptrdiff_t>(n);
            }
            if (!model.layers[n].hasWeight() || !layer.weight)
                continue;
            const auto* old = nodes[n].weightQuantizer.get();
            if (old != nullptr && old->spec().sameModule(*layer.weight)) {
                keepWeight[n] = *layer.weight;
                continue;
            }
            auto module =
                makeModule(nodes[n].name + ".weight", *layer.weight, QuantizerRole::Weight, old);
            if (!module)
                return module.error();
            const auto& parameter = parameters[static_cast<std::size_t>(nodes[n].weight)];
            if (auto ok = checkAgainst(**module, parameter.shape); !ok)
                return ok.error();
            weights[n] = std::move(*module);
        }
        return {};
    };
    if (config != nullptr)
        if (auto ok = plan(); !ok) {
            for (std::size_t n = 0; n < nodes.size(); ++n)
                nodes[n].foldsInto = oldFolds[n];
            return ok;
        }
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        nodes[n].foldsInto = folds[n];
        if (keepWeight[n])
            nodes[n].weightQuantizer->takeSwitches(*keepWeight[n]);
        else
            nodes[n].weightQuantizer = std::move(weights[n]);
    }
    for (std::size_t p = 0; p < points.size(); ++p) {
        if (keepActivation[p])
            points[p].module->takeSwitches(*keepActivation[p]);
        else
            points[p].module = std::move(activations[p]);
        points[p].owner = owners[p];
        points[p].quantizer.reset();
        points[p].estimator = nullptr;
    }
    shareQuantizers();
    listLearned();
    return {};
}

void Network::Impl::shareQuantizers()
{
    for (auto& point : points)
        point.shares = -1;
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        if (nodes[n].kind != LayerKind::AvgPool2d || points[n + 1].module)
            continue;
        // Through layers that only choose among their values.
        std::size_t point = n;
        while (point > 0 && !points[point].module && points[point].shares < 0 &&
               (nodes[point - 1].kind == LayerKind::MaxPool2d ||
                nodes[point - 1].kind == LayerKind::Flatten ||
                nodes[point - 1].kind == LayerKind::ReLU))
            --point;
        if (points[point].module)
            points[n + 1].shares = static_cast<std::ptrdiff_t>(point);
        else
            points[n + 1].shares = points[point].shares;
    }
}

void Network::Impl::forEachModule(
    const std::function<void(FakeQuantize& module, std::ptrdiff_t learned)>& body) const
{
    if (points[0].module)
        body(*points[0].module, points[0].learned);
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        if (nodes[n].weightQuantizer)
            body(*nodes[n].weightQuantizer, nodes[n].learned);
        for (std::size_t p = 1; p < points.size(); ++p)
            if (points[p].module && points[p].owner == static_cast<std::ptrdiff_t>(n))
                body(*points[p].module, points[p].learned);
    }
}

void Network::Impl::listLearned()
{
    parameters.resize(layerParameters);
    const auto add = [&](FakeQuantize& module, const std::string& prefix) -> std::ptrdiff_t {
        if (module.learned() == nullptr || module.learned()->parameters().empty())
            return -1;
        const auto first = static_cast<std::ptrdiff_t>(parameters.size());
        for (const auto& p : module.learned()->parameters())
            parameters.push_back({prefix + p.name,
                                  *Shape::make({static_cast<std::int64_t>(p.value.size())}),
                                  p.value, std::vector<float>(p.value.size()), p.name == "alpha",
                                  true, p.positive}); // PACT decays its alpha
        return first;
    };
    for (auto& point : points)
        if (point.module)
            point.learned = add(
                *point.module,
                (point.owner < 0 ? "input" : nodes[static_cast<std::size_t>(point.owner)].name) +
                    ".activation_post_process.");
        else
            point.learned = -1;
    // Backward has to come as far as what the first learned quantizer is in front of.
    firstTrained = nodes.size();
    for (std::size_t n = 0; n < nodes.size(); ++n)
        if (nodes[n].weight >= 0)
            firstTrained = std::min(firstTrained, n);
    for (std::size_t p = 1; p < points.size(); ++p)
        if (points[p].learned >= 0)
            firstTrained = std::min(firstTrained, p - 1);
    for (auto& node : nodes)
        node.learned = node.weightQuantizer
                           ? add(*node.weightQuantizer, node.name + ".weight_fake_quant.")
                           : -1;
}

void Network::Impl::readLearned(FakeQuantize& module, std::ptrdiff_t first) const
{
    auto& own = module.learned()->parameters();
    for (std::size_t i = 0; i < own.size(); ++i)
        own[i].value = parameters[static_cast<std::size_t>(first) + i].value;
}

void Network::Impl::writeLearned(const FakeQuantize& module, std::ptrdiff_t first)
{
    const auto& own = module.learned()->parameters();
    for (std::size_t i = 0; i < own.size(); ++i) {
        auto& parameter = parameters[static_cast<std::size_t>(first) + i];
        parameter.value = own[i].value;
        parameter.gradient.assign(own[i].value.size(), 0.0F);
        parameter.shape = *Shape::make({static_cast<std::int64_t>(own[i].value.size())});
    }
}

void Network::Impl::applySwitches()
{
    for (auto& node : nodes)
        if (node.weightQuantizer) {
            const auto& spec = node.weightQuantizer->spec();
            node.weightQuantizer->setObserverEnabled(weightObservers && spec.observerEnabled);
            node.weightQuantizer->setFakeQuantEnabled(fakeQuant && spec.fakeQuantEnabled);
        }
    for (auto& point : points)
        if (point.module) {
            const auto& spec = point.module->spec();
            point.module->setObserverEnabled(activationObservers && spec.observerEnabled);
            point.module->setFakeQuantEnabled(fakeQuant && spec.fakeQuantEnabled);
        }
    for (auto& node : nodes)
        if (node.batchNorm != nullptr)
            node.batchNorm->setFrozen(batchNormFrozen);
}

Result<void> Network::setQuantization(const QatConfig* config)
{
    auto done = m_impl->setQuantization(config);
    m_impl->applySwitches();
    return done;
}

void Network::setObserversEnabled(bool weights, bool activations)
{
    m_impl->weightObservers = weights;
    m_impl->activationObservers = activations;
    m_impl->applySwitches();
}

void Network::setFakeQuantEnabled(bool enabled)
{
    m_impl->fakeQuant = enabled;
    m_impl->applySwitches();
}

void Network::setBatchNormFrozen(bool frozen)
{
    m_impl->batchNormFrozen = frozen;
    m_impl->applySwitches();
}

void Network::constrainLearned()
{
    m_impl->forEachModule([&](FakeQuantize& module, std::ptrdiff_t first) {
        if (module.learned() == nullptr)
            return;
        const auto& own = module.learned()->parameters();
        for (std::size_t i = 0; i < own.size(); ++i)
            if (own[i].positive)
                for (float& v : m_impl->parameters[static_cast<std::size_t>(first) + i].value)
                    v = v > kEps ? v : kEps;
    });
}

std::vector<FakeQuantizeState> Network::quantizers() const
{
    std::vector<FakeQuantizeState> states;
    m_impl->forEachModule([&](FakeQuantize& module, std::ptrdiff_t first) {
        if (module.learned() != nullptr && first >= 0)
            m_impl->readLearned(module, first);
        states.push_back(module.state());
    });
    return states;
}

std::optional<QuantParams> Network::activationParams(std::size_t point) const
{
    const auto& p = m_impl->points[point];
    const auto& owner = p.shares >= 0 ? m_impl->points[static_cast<std::size_t>(p.shares)] : p;
    if (!owner.module || !owner.module->active())
        return std::nullopt;
    if (owner.module->learned() != nullptr && owner.learned >= 0)
        m_impl->readLearned(*owner.module, owner.learned);
    return owner.module->params();
}

} // namespace qs
