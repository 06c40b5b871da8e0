// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/level_table.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

namespace qs {
namespace {

using Key = std::int32_t;
constexpr Key kLargest = 0x7f7fffff; ///< the key of float32's largest number

/// float32 numbers in order as whole numbers, so that halving finds them: neighbours differ by 1.
Key keyOf(double v)
{
    constexpr double kMax = std::numeric_limits<float>::max();
    const auto bits = std::bit_cast<std::int32_t>(static_cast<float>(std::clamp(v, -kMax, kMax)));
    return bits >= 0 ? bits : std::numeric_limits<std::int32_t>::min() - bits;
}

float ofKey(Key key)
{
    return std::bit_cast<float>(key >= 0 ? key : std::numeric_limits<std::int32_t>::min() - key);
}

Key shifted(Key key, std::int64_t by)
{
    return static_cast<Key>(std::clamp<std::int64_t>(std::int64_t{key} + by, -kLargest, kLargest));
}

/// The boundary between two neighbouring float32 numbers, and the two.
struct Boundary {
    Key below = 0;
    Key above = 0;
    double at(double guess) const
    {
        const auto lo = static_cast<double>(ofKey(below));
        const auto hi = static_cast<double>(ofKey(above));
        return guess >= lo && guess <= hi ? guess : (lo + hi) / 2;
    }
};

/// For each guess the boundary between numbers that are not `beyond` and those that are. `beyond`
/// is asked for many at once: beyond(xs, which) -> one flag each, for the guess number which[k].
template <typename Beyond>
std::vector<Boundary> boundaries(std::span<const double> guesses, Beyond beyond)
{
    const std::size_t n = guesses.size();
    std::vector<Boundary> found(n);
    std::vector<std::size_t> which(n);
    std::vector<float> xs;
    std::vector<char> flags;
    const auto ask = [&](const auto& keyAt) {
        xs.clear();
        for (const std::size_t k : which)
            xs.push_back(ofKey(keyAt(k)));
        beyond(std::span<const float>(xs), std::span<const std::size_t>(which), flags);
    };
    // A bracket around each guess: nearly always the first one will do.
    for (std::size_t k = 0; k < n; ++k)
        which[k] = k;
    constexpr std::int64_t kFirstReach = 2;
    for (const bool upper : {false, true}) {
        auto open = which;
        for (std::int64_t reach = kFirstReach; !which.empty(); reach *= 8) {
            const auto keyAt = [&](std::size_t k) {
                return shifted(keyOf(guesses[k]), upper ? reach : -reach);
            };
            ask(keyAt);
            std::vector<std::size_t> rest;
            for (std::size_t j = 0; j < which.size(); ++j) {
                const Key key = keyAt(which[j]);
                (upper ? found[which[j]].above : found[which[j]].below) = key;
                const bool outside = upper ? key == kLargest : key == -kLargest;
                if ((flags[j] != 0) != upper && !outside)
                    rest.push_back(which[j]);
            }
            which = std::move(rest);
        }
        which = std::move(open);
    }
    const auto middle = [&](std::size_t k) {
        const auto& b = found[k];
        return static_cast<Key>((std::int64_t{b.below} + b.above) >> 1);
    };
    for (;;) {
        std::erase_if(which, [&](std::size_t k) {
            return std::int64_t{found[k].above} - found[k].below <= 1;
        });
        if (which.empty())
            return found;
        ask(middle);
        for (std::size_t j = 0; j < which.size(); ++j)
            (flags[j] != 0 ? found[which[j]].above : found[which[j]].below) = middle(which[j]);
    }
}

Boundary boundary(double guess, const auto& beyondOne)
{
    return boundaries(std::span(&guess, 1),
                      [&](std::span<const float> xs, auto, std::vector<char>& flags) {
                          flags.assign(1, beyondOne(xs[0]) ? 1 : 0);
                      })[0];
}

/// The codes in ascending order of their values; of -0 and +0 both.
std::vector<std::int32_t> ascendingCodes(const QuantParams& params)
{
    const auto& row = info(params.dtype());
    std::vector<std::int32_t> codes;
    if (row.family == Family::Float && !row.isSigned) {
        const auto largest = static_cast<std::int32_t>(row.format.maxCode());
        const auto sign = static_cast<std::int32_t>(row.format.signBit());
        for (std::int32_t m = largest; m >= 0; --m) {
            if (m > 0 || row.format.specials != Specials::Fnuz)
                codes.push_back(sign | m);
        }
        for (std::int32_t m = 0; m <= largest; ++m)
            codes.push_back(m);
        return codes;
    }
    const std::int32_t last = params.lastCode() - (row.family == Family::Exponent ? 1 : 0);
    for (std::int32_t code = params.firstCode(); code <= last; ++code)
        codes.push_back(code);
    return codes;
}

} // namespace

double idealLevel(const QuantParams& params, double code)
{
    const auto& floatZero = params.parts().floatZeroPoint;
    const double zero =
        floatZero.empty() ? params.zeroPointAt(0) : static_cast<double>(floatZero[0]);
    return (code - zero) * static_cast<double>(params.stepAt(0));
}

bool LevelTable::fits(const QuantParams& params)
{
    return info(params.dtype()).family != Family::Ggml && params.codeCount() <= kMostLevels;
}

LevelTable::LevelTable(const Quantizer& quantizer) : m_firstCode(quantizer.params().firstCode())
{
    const auto& params = quantizer.params();
    m_places.assign(static_cast<std::size_t>(params.codeCount()), -1);
    std::vector<double> ideal;
    for (const auto code : ascendingCodes(params)) {
        const double level = static_cast<double>(params.level(code)) + 0.0; // -0 is 0
        if (!std::isfinite(level))
            continue;
        if (m_levels.empty() || level > m_levels.back()) {
            m_levels.push_back(level);
            ideal.push_back(info(params.dtype()).isInteger() ? idealLevel(params, code) : level);
        }
        m_places[static_cast<std::size_t>(code - m_firstCode)] =
            static_cast<std::int32_t>(m_levels.size()) - 1;
    }
    if (m_levels.size() < 2) { // all fell together: two levels keep every picture simple
        m_levels = {m_levels.empty() ? 0.0 : m_levels[0], 1e300};
        m_thresholds = {1e299};
        return;
    }
    std::vector<double> guesses(m_levels.size() - 1);
    for (std::size_t i = 0; i < guesses.size(); ++i)
        guesses[i] = (ideal[i] + ideal[i + 1]) / 2;
    std::vector<std::int32_t> codes;
    const auto found =
        boundaries(guesses, [&](std::span<const float> xs, std::span<const std::size_t> which,
                                std::vector<char>& flags) {
            codes.resize(xs.size());
            flags.resize(xs.size());
            quantizer.quantize(xs, 0, codes.data());
            for (std::size_t j = 0; j < xs.size(); ++j)
                flags[j] = placeOf(codes[j]) > static_cast<std::int64_t>(which[j]) ? 1 : 0;
        });
    std::vector<float> xs;
    for (std::size_t i = 0; i < guesses.size(); ++i) {
        m_thresholds.push_back(found[i].at(guesses[i]));
        xs.push_back(ofKey(found[i].above));
    }
    // Thresholds near each other are exact to different sides of a float32.
    for (std::size_t i = 1; i < m_thresholds.size(); ++i)
        m_thresholds[i] = std::max(m_thresholds[i], m_thresholds[i - 1]);
    // What comes out just above each threshold, where a dialect's levels are not code * scale.
    std::vector<float> ys(xs.size());
    codes.resize(xs.size());
    quantizer.fakeQuantize(xs, 0, ys.data());
    quantizer.quantize(xs, 0, codes.data());
    for (std::size_t i = 0; i < xs.size(); ++i) {
        if (placeOf(codes[i]) == static_cast<std::int64_t>(i) + 1)
            m_levels[i + 1] = static_cast<double>(ys[i]) + 0.0;
    }
    const float lowest = ofKey(found[0].below);
    float y = 0;
    quantizer.fakeQuantize({&lowest, 1}, 0, &y);
    m_levels[0] = static_cast<double>(y) + 0.0;
}

std::shared_ptr<const LevelTable> LevelTable::of(const QuantParams& params, Rounding rounding)
{
    struct Last {
        QuantParams params;
        Rounding rounding;
        std::shared_ptr<const LevelTable> table;
    };
    thread_local std::optional<Last> last;
    if (rounding == Rounding::Stochastic)
        rounding = Rounding::Floor;
    if (last && last->rounding == rounding && last->params == params)
        return last->table;
    // As many elements as there are thresholds are asked for at once.
    const auto quantizer = Quantizer::make(params, *Shape::make({kMostLevels}), rounding);
    if (!quantizer)
        return nullptr;
    last = Last{params, rounding, std::make_shared<const LevelTable>(*quantizer)};
    return last->table;
}

std::vector<std::int64_t> LevelTable::countsPerLevel(std::span<const std::int64_t> codeCounts) const
{
    std::vector<std::int64_t> counts(m_levels.size());
    for (std::size_t code = 0; code < std::min(codeCounts.size(), m_places.size()); ++code) {
        if (m_places[code] >= 0)
            counts[static_cast<std::size_t>(m_places[code])] += codeCounts[code];
    }
    return counts;
}

double thresholdAbove(const Quantizer& quantizer, std::int32_t code, double guess)
{
    return boundary(guess,
                    [&](float x) {
                        std::int32_t found = 0;
                        quantizer.quantize({&x, 1}, 0, &found);
                        return found > code;
                    })
        .at(guess);
}

double clippingFrom(const Quantizer& quantizer, int side, double guess)
{
    const auto clips = [&](float x) {
        float y = 0;
        float t = 0;
        float clip = 0;
        float lsb = 0;
        std::int32_t code = 0;
        quantizer.evaluate({&x, 1}, 0, {&y, &t, &clip, &lsb, &code});
        return side > 0 ? clip > 0 : !(clip < 0);
    };
    const auto edge = boundary(guess, clips);
    constexpr double kNowhere = std::numeric_limits<double>::infinity();
    const bool there = side > 0 ? clips(ofKey(edge.above)) : !clips(ofKey(edge.below));
    return there ? edge.at(guess) : side * kNowhere;
}

} // namespace qs
