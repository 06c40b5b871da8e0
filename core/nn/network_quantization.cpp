// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/network_impl.h"

namespace qs {
namespace {

/// A module for the spec: the old one where nothing changed, with the old one's range where that
/// still means something.
Result<std::unique_ptr<FakeQuantize>> makeModule(const std::string& name, const QuantSpec& spec,
                                                 const FakeQuantize* old)
{
    auto made = FakeQuantize::make(name, spec);
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
    if (!module.spec().isFixed())
        return {};
    const auto quantizer = module.quantizer(shape);
    return quantizer ? Result<void>{} : Result<void>{quantizer.error()};
}

} // namespace

std::size_t Network::Impl::activationPoint(std::size_t node) const
{
    std::size_t next = node + 1;
    for (const auto kind : {LayerKind::ReLU, LayerKind::MaxPool2d})
        while (next < nodes.size() && model.layers[next].kind == kind)
            ++next;
    return next;
}

Result<void> Network::Impl::setQuantization(const QatConfig* config)
{
    std::vector<std::unique_ptr<FakeQuantize>> weights(nodes.size());
    std::vector<std::unique_ptr<FakeQuantize>> activations(points.size());
    // Where the spec is the old one, the old module stays as it is: marked here, moved at the end.
    std::vector<char> keepWeight(nodes.size());
    std::vector<char> keepActivation(points.size());

    const auto addActivation = [&](std::size_t point, const std::string& name,
                                   const std::optional<QuantSpec>& spec) -> Result<void> {
        const auto* old = points[point].module.get();
        if (!spec)
            return {};
        if (old != nullptr && old->spec() == *spec) {
            keepActivation[point] = 1;
            return {};
        }
        if (info(spec->qscheme).perChannel() && spec->axis != 1)
            return Error::usage(name + ": axis of an activation must be 1, its channels, found " +
                                std::to_string(spec->axis));
        auto module = makeModule(name, *spec, old);
        if (!module)
            return module.error();
        if (auto ok = checkAgainst(**module, *Shape::make({1, shapes[point].channels})); !ok)
            return ok.error();
        activations[point] = std::move(*module);
        return {};
    };

    if (config != nullptr) {
        for (const auto& [name, layer] : config->layers) {
            bool exists = false;
            for (const auto& node : nodes)
                exists = exists || (node.name == name && node.parameter >= 0);
            if (!exists)
                return Error::usage("layers." + name + ": " + model.name +
                                    " has no layer of this name with weights");
        }
        if (auto ok = addActivation(0, "input", config->input); !ok)
            return ok.error();
        for (std::size_t n = 0; n < nodes.size(); ++n) {
            if (nodes[n].parameter < 0)
                continue;
            const auto& layer = config->of(nodes[n].name);
            if (auto ok = addActivation(activationPoint(n), nodes[n].name + ".activation",
                                        layer.activation);
                !ok)
                return ok.error();
            if (!layer.weight)
                continue;
            const auto* old = nodes[n].weightQuantizer.get();
            if (old != nullptr && old->spec() == *layer.weight) {
                keepWeight[n] = 1;
                continue;
            }
            auto module = makeModule(nodes[n].name + ".weight", *layer.weight, old);
            if (!module)
                return module.error();
            const auto& parameter = parameters[static_cast<std::size_t>(nodes[n].parameter)];
            if (auto ok = checkAgainst(**module, parameter.shape); !ok)
                return ok.error();
            weights[n] = std::move(*module);
        }
    }
    for (std::size_t n = 0; n < nodes.size(); ++n)
        if (keepWeight[n] == 0)
            nodes[n].weightQuantizer = std::move(weights[n]);
    for (std::size_t p = 0; p < points.size(); ++p) {
        if (keepActivation[p] == 0)
            points[p].module = std::move(activations[p]);
        points[p].quantizer.reset();
    }
    return {};
}

Result<void> Network::setQuantization(const QatConfig* config)
{
    auto done = m_impl->setQuantization(config);
    setObserversEnabled(m_impl->weightObservers, m_impl->activationObservers);
    setFakeQuantEnabled(m_impl->fakeQuant);
    return done;
}

void Network::setObserversEnabled(bool weights, bool activations)
{
    m_impl->weightObservers = weights;
    m_impl->activationObservers = activations;
    for (auto& node : m_impl->nodes)
        if (node.weightQuantizer)
            node.weightQuantizer->setObserverEnabled(weights);
    for (auto& point : m_impl->points)
        if (point.module)
            point.module->setObserverEnabled(activations);
}

void Network::setFakeQuantEnabled(bool enabled)
{
    m_impl->fakeQuant = enabled;
    for (auto& node : m_impl->nodes)
        if (node.weightQuantizer)
            node.weightQuantizer->setFakeQuantEnabled(enabled);
    for (auto& point : m_impl->points)
        if (point.module)
            point.module->setFakeQuantEnabled(enabled);
}

std::vector<FakeQuantizeState> Network::quantizers() const
{
    std::vector<FakeQuantizeState> states;
    const auto addPoint = [&](std::size_t p) {
        if (m_impl->points[p].module)
            states.push_back(m_impl->points[p].module->state());
    };
    addPoint(0);
    for (std::size_t n = 0; n < m_impl->nodes.size(); ++n) {
        if (m_impl->nodes[n].parameter < 0)
            continue;
        if (m_impl->nodes[n].weightQuantizer)
            states.push_back(m_impl->nodes[n].weightQuantizer->state());
        addPoint(m_impl->activationPoint(n));
    }
    return states;
}

} // namespace qs
