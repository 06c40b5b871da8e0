// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/module_switches.h"

#include <algorithm>

namespace qs {
namespace {

bool isWeight(const std::string& module)
{
    return module.ends_with(".weight");
}

std::string placeOf(const std::string& module)
{
    return module.substr(0, module.find('.'));
}

} // namespace

ModuleSwitches::ModuleSwitches(ModuleSwitches&& other) noexcept
    : m_network(other.m_network),
      m_modules(std::move(other.m_modules)),
      m_places(std::move(other.m_places))
{
    other.m_network = nullptr;
}

ModuleSwitches::~ModuleSwitches()
{
    if (m_network != nullptr)
        (void)all();
}

Result<ModuleSwitches> ModuleSwitches::make(Network& network)
{
    ModuleSwitches switches(network);
    switches.m_modules = network.quantizers();
    for (const auto& module : switches.m_modules) {
        const auto name = placeOf(module.name);
        auto& places = switches.m_places;
        auto place = std::find_if(places.begin(), places.end(),
                                  [&](const auto& p) { return p.name == name; });
        if (place == places.end()) {
            QuantizedPlace fresh;
            fresh.name = name;
            if (name != "input")
                fresh.layer = static_cast<std::size_t>(std::stoull(name));
            place = places.insert(places.end(), fresh);
        }
        (isWeight(module.name) ? place->weight : place->activation) = true;
    }
    for (std::size_t i = 0; i < switches.m_places.size(); ++i) {
        auto& place = switches.m_places[i];
        if (!place.layer)
            continue;
        place.outputPoint = network.foldedBatchNorm(*place.layer).value_or(*place.layer) + 1;
        if (!place.activation)
            continue;
        // The first point that is quantized when nothing else is.
        if (auto set = switches.setOnly(i, false, true); !set)
            return set.error();
        for (std::size_t point = 1; point < network.shapes().size(); ++point)
            if (network.activationParams(point)) {
                place.outputPoint = point;
                break;
            }
    }
    if (auto set = switches.all(); !set)
        return set.error();
    return switches;
}

Result<void> ModuleSwitches::apply(const std::function<bool(std::size_t place, bool weight)>& on)
{
    QatConfig config;
    for (const auto& module : m_modules) {
        const auto name = placeOf(module.name);
        const auto place = std::find_if(m_places.begin(), m_places.end(),
                                        [&](const auto& p) { return p.name == name; });
        auto spec = module.spec;
        spec.fakeQuantEnabled =
            spec.fakeQuantEnabled &&
            on(static_cast<std::size_t>(place - m_places.begin()), isWeight(module.name));
        if (name == "input")
            config.input = spec;
        else if (isWeight(module.name))
            config.layers[name].weight = spec;
        else
            config.layers[name].activation = spec;
    }
    return m_network->setQuantization(&config);
}

Result<void> ModuleSwitches::set(const std::function<bool(std::size_t place)>& on)
{
    return apply([&](std::size_t place, bool) { return on(place); });
}

Result<void> ModuleSwitches::setOnly(std::size_t place, bool weight, bool activation)
{
    return apply([&](std::size_t p, bool isOfWeight) {
        return p == place && (isOfWeight ? weight : activation);
    });
}

Result<void> ModuleSwitches::all()
{
    return apply([](std::size_t, bool) { return true; });
}

} // namespace qs
