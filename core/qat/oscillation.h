// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantizer.h"

#include <cstdint>
#include <span>
#include <vector>

namespace qs {

/// Follows the integer codes of a layer's weights through training and holds those that oscillate
/// (Nagel et al., "Overcoming Oscillations in Quantization-Aware Training", 2022, algorithm 1).
/// With momentum m, for each weight that is not frozen, at each step t:
///
///     o_t = 1 where the code changed, and in the other direction than at its last change; else 0
///     f_t = m o_t + (1 - m) f_(t-1),   f_0 = 0            how often it oscillates
///     a_t = m code_t + (1 - m) a_(t-1), a_0 = code_0      its mean code
///
/// freeze() holds the weights with f > threshold at round(a). A first change has no direction
/// before it and is no oscillation. f and a are kept in double. Not thread-safe; a pure state of
/// what it was given, the same whatever computed the codes.
class OscillationTracker {
public:
    /// codes: those that training starts with. Errors (Usage): none; momentum outside of (0, 1].
    static Result<OscillationTracker> make(std::span<const std::int32_t> codes,
                                           double momentum = 0.01);

    /// The codes after an optimizer's step, as many as at the start. Those of frozen weights are
    /// not read. Errors (Usage): another number of codes.
    Result<void> step(std::span<const std::int32_t> codes);
    /// Freezes what oscillates more often than threshold; returns how many weights that were, now.
    std::int64_t freeze(double threshold);
    /// Puts frozen weights on the level of their code, params' level(code), which follows a scale
    /// that is still learned. Errors (Usage): another number of weights; params that do not fit the
    /// shape; a code that they do not have.
    Result<void> holdFrozen(const QuantParams& params, const Shape& shape,
                            std::span<float> weight) const;
    /// Ends an epoch: flipsInEpoch() starts from 0 again. Returns the epoch's flips of all weights.
    std::int64_t endEpoch();

    /// All of it as tensors, and back: "code" int32, "direction" int8, "frequency" and "mean_code"
    /// float64, "frozen" uint8, "flips" and "flips_in_epoch" int32, each one per weight; "steps"
    /// and "momentum" scalars. Other names are skipped. Errors (Data): one that is missing, of
    /// another type or size; a momentum outside of (0, 1].
    std::vector<Tensor> state() const;
    static Result<OscillationTracker> fromState(std::span<const Tensor> state);

    std::int64_t size() const { return static_cast<std::int64_t>(m_code.size()); }
    std::int64_t steps() const { return m_steps; }
    double momentum() const { return m_momentum; }
    std::span<const std::int32_t> code() const { return m_code; } ///< frozen: the one it is held at
    std::span<const std::int8_t> lastDirection() const { return m_direction; } ///< -1, 1; 0: never
    std::span<const double> frequency() const { return m_frequency; }          ///< f, 0 … 1
    std::span<const double> meanCode() const { return m_mean; }                ///< a
    std::span<const std::uint8_t> frozen() const { return m_frozen; }
    /// Changes of each weight's code, in whatever direction, since the start or the last
    /// endEpoch().
    std::span<const std::uint32_t> flips() const { return m_flips; }
    std::span<const std::uint32_t> flipsInEpoch() const { return m_epochFlips; }
    std::int64_t frozenCount() const;
    /// Weights with f > threshold, frozen ones too (their f is that of the moment they were
    /// frozen).
    std::int64_t oscillating(double threshold) const;

private:
    OscillationTracker() = default;

    double m_momentum = 0.01;
    std::int64_t m_steps = 0;
    std::vector<std::int32_t> m_code;
    std::vector<std::int8_t> m_direction;
    std::vector<double> m_frequency;
    std::vector<double> m_mean;
    std::vector<std::uint8_t> m_frozen;
    std::vector<std::uint32_t> m_flips;
    std::vector<std::uint32_t> m_epochFlips;
};

} // namespace qs
