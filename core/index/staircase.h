// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/index/float_key.h"
#include "core/quant/quantizer.h"

#include <optional>
#include <span>
#include <vector>

namespace qs {

/// The inputs from firstKey to before the next step's: all with the same code, level and clip.
struct StairStep {
    std::int32_t firstKey = 0;
    std::int32_t code = 0;
    float level = 0; ///< dequantized, limited to float32's largest number
    float clip = 0;  ///< QuantizerSteps::clip
};

/// A quantizer with one set of parameters as what it is on all float32 numbers of a range: a
/// staircase. The steps' ends are found with the quantizer's own arithmetic (QuantizerKernel), so
/// that sorted values cut at them have the very codes each would get.
class Staircase {
public:
    /// Steps that a staircase may have; more are quicker read element by element.
    static constexpr std::int64_t kMostSteps = 1 << 17;

    /// Of one channel of the parameters, for numbers among `keys`: finite, ascending, at least one.
    /// Where these are few compared with the codes, steps begin at some of them, and steps without
    /// a key are left out. None where there is no staircase to be had: ggml's blocks, whose scales
    /// depend on the elements; stochastic rounding; PyTorch 1.13's casts of numbers int64 cannot
    /// hold; more than kMostSteps codes.
    static std::optional<Staircase> make(const QuantParams& params, std::size_t channel,
                                         Rounding rounding, std::span<const std::int32_t> keys);
    /// Whether make could succeed for such a dtype, dialect and rounding; and how many steps there
    /// are at most.
    static bool exists(const QuantParams& params, Rounding rounding);

    std::span<const StairStep> steps() const { return m_steps; }
    std::int32_t lastKey() const { return m_lastKey; }
    /// The last key of step i.
    std::int32_t lastKeyOf(std::size_t i) const
    {
        return i + 1 < m_steps.size() ? m_steps[i + 1].firstKey - 1 : m_lastKey;
    }
    /// How far apart the levels below and above step i are, in real numbers: what 1 LSB is there.
    /// Not exact; for guesses.
    double stepBelow(std::size_t i) const;
    double stepAbove(std::size_t i) const;
    /// For one element at a time or many: begin is 0, whatever their number.
    const Quantizer& quantizer() const { return m_quantizer; }

private:
    explicit Staircase(Quantizer quantizer) : m_quantizer(std::move(quantizer)) {}

    bool isMonotone(std::int32_t firstKey) const;
    void readCodes(std::span<const std::int32_t> keys);
    void findCodes(std::int32_t firstKey, Rounding rounding);
    void splitAtClips();

    Quantizer m_quantizer;
    std::vector<StairStep> m_steps;
    std::int32_t m_lastKey = 0;
};

/// Arrays for QuantizerKernel::evaluate of some keys at a time.
class KeyEvaluator {
public:
    static constexpr std::size_t kMost = 1024;
    explicit KeyEvaluator(const Quantizer& quantizer) : m_quantizer(quantizer) {}
    /// Calls body(offset, n) for at most kMost keys at a time, with the members below filled in.
    template <typename Body>
    void forEach(std::span<const std::int32_t> keys, Body body)
    {
        for (std::size_t at = 0; at < keys.size(); at += kMost) {
            const std::size_t n = std::min(kMost, keys.size() - at);
            for (std::size_t i = 0; i < n; ++i)
                x[i] = floatOf(keys[at + i]);
            m_quantizer.evaluate({x, n}, 0, {y, t, clip, lsb, code});
            body(at, n);
        }
    }

    alignas(64) float x[kMost];
    alignas(64) float y[kMost];
    alignas(64) float t[kMost];
    alignas(64) float clip[kMost];
    alignas(64) float lsb[kMost];
    alignas(64) std::int32_t code[kMost];

private:
    const Quantizer& m_quantizer;
};

} // namespace qs
