// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/network.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// A quantizer's place: the input, or a layer.
struct QuantizedPlace {
    std::optional<std::size_t> layer; ///< none: the input
    std::string name;                 ///< "input", "3"
    bool weight = false;              ///< whether its weight has a quantizer
    bool activation = false;          ///< whether its output (the input's values) has one
    std::size_t outputPoint = 0; ///< where that is, or would be: behind the BatchNorm folded in
};

/// Turns the quantizers of a calibrated network on and off, one by one; they keep what they know.
/// Which ones there are stays as it was when this was made, and all are on again when it goes.
class ModuleSwitches {
public:
    /// The network outlives this; its quantization must not be set by others meanwhile.
    static Result<ModuleSwitches> make(Network& network);
    ModuleSwitches(ModuleSwitches&& other) noexcept;
    ~ModuleSwitches();

    const std::vector<QuantizedPlace>& places() const { return m_places; }
    /// The places that `on` says yes to, by their index, are fake-quantized, all others float.
    Result<void> set(const std::function<bool(std::size_t place)>& on);
    /// Of one place its weight or its activation alone.
    Result<void> setOnly(std::size_t place, bool weight, bool activation);
    Result<void> all();

private:
    explicit ModuleSwitches(Network& network) : m_network(&network) {}
    Result<void> apply(const std::function<bool(std::size_t place, bool weight)>& on);

    Network* m_network;
    std::vector<FakeQuantizeState> m_modules;
    std::vector<QuantizedPlace> m_places;
};

} // namespace qs
