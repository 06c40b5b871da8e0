// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/quant/quantizer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

/// Slow, scalar statements of what each dtype is, in double, to hold the kernels against.
namespace qs::test {

inline constexpr float kInf = std::numeric_limits<float>::infinity();
inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kMax = std::numeric_limits<float>::max();

/// Rounding towards +infinity is nobody's to choose; it gives the upper neighbour.
enum class Direction { HalfEven, HalfAway, Floor, Ceil };

inline bool sameBits(float a, float b)
{
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
           (std::isnan(a) && std::isnan(b));
}

inline double whole(double v, Direction direction)
{
    switch (direction) {
    case Direction::HalfEven:
        return std::nearbyint(v);
    case Direction::HalfAway:
        return std::round(v);
    case Direction::Floor:
        return std::floor(v);
    case Direction::Ceil:
        return std::ceil(v);
    }
    return v;
}

/// The rows whose codes have a meaning one by one: all but ggml's.
inline std::vector<const DTypeInfo*> elementRows()
{
    std::vector<const DTypeInfo*> rows;
    for (const auto& row : allDtypes()) {
        if (row.family != Family::Ggml)
            rows.push_back(&row);
    }
    return rows;
}

/// Uneven steps, duplicates of nobody, 0 among them.
inline std::vector<float> sampleCodebook()
{
    std::vector<float> values;
    for (int k = -18; k <= 18; ++k)
        values.push_back(static_cast<float>(k * std::abs(k)) / 300.0F +
                         static_cast<float>(k) / 64.0F);
    return values;
}

/// Parameters that fit a row: a power of two as scale, and a zero_point that is not 0.
inline QuantParts sampleParts(const DTypeInfo& row, float scale = 1,
                              Dialect dialect = Dialect::Torch)
{
    QuantParts parts;
    parts.dtype = row.id;
    parts.qscheme = row.isInteger() ? QScheme::PerTensorAffine : QScheme::PerTensorSymmetric;
    parts.range = {row.quantMin, row.quantMax};
    parts.scale = {scale};
    parts.zeroPoint = {row.isInteger() ? (row.isSigned ? -1 : row.quantMax / 3) : 0};
    parts.dialect = dialect;
    if (row.id == DType::Codebook)
        parts.codebook = sampleCodebook();
    return parts;
}

inline Quantizer makeQuantizer(const QuantParts& parts, Rounding rounding = Rounding::HalfEven,
                               std::uint64_t seed = 0, std::int64_t n = std::int64_t{1} << 30)
{
    auto params = QuantParams::make(parts);
    if (!params)
        throw std::runtime_error(params.error().message);
    auto quantizer = Quantizer::make(*params, *Shape::make({n}), rounding, seed);
    if (!quantizer)
        throw std::runtime_error(quantizer.error().message);
    return *quantizer;
}

/// The value in units of the scale that t becomes: not limited to the largest one.
inline double onGrid(const FloatFormat& f, double t, Direction direction)
{
    if (t == 0 || !std::isfinite(t))
        return t;
    const int exponent = std::max(std::ilogb(t), 1 - f.bias);
    const double step = std::ldexp(1.0, exponent - f.mantissaBits);
    return whole(t / step, direction) * step;
}

/// What evaluate() must say of one element.
struct Expected {
    float y = 0;
    std::int32_t code = 0;
    int clip = 0;
};

inline Expected expectedOf(const QuantParams& params, float t, Direction direction)
{
    const auto& row = info(params.dtype());
    const float step = params.stepAt(0);
    Expected e;
    if (row.family == Family::Float) {
        const auto& f = row.format;
        if (std::isnan(t))
            return {kNan, static_cast<std::int32_t>(f.nanCode()), 0};
        const double grid = onGrid(f, static_cast<double>(t), direction);
        const auto max = static_cast<double>(f.max());
        e.clip = grid > max ? 1 : grid < -max ? -1 : 0;
        auto level = static_cast<float>(std::clamp(grid, -max, max));
        if (f.specials == Specials::Fnuz || row.isSigned)
            level += 0.0F; // there is no -0
        e.y = level * step;
        e.code = row.isSigned ? static_cast<std::int32_t>(static_cast<double>(level) /
                                                          static_cast<double>(f.minSubnormal()))
                              : static_cast<std::int32_t>(f.encode(level));
        return e;
    }
    if (row.family == Family::Integer) {
        const double zero = params.zeroPointAt(0);
        if (std::isnan(t))
            return {kNan, params.zeroPointAt(0), 0};
        const double raw = whole(static_cast<double>(t), direction) + zero;
        const double code = std::clamp(raw, static_cast<double>(params.range().quantMin),
                                       static_cast<double>(params.range().quantMax));
        e.clip = raw > code ? 1 : raw < code ? -1 : 0;
        e.code = static_cast<std::int32_t>(code);
        e.y = static_cast<float>(code - zero) * step;
        return e;
    }
    // An ascending list.
    std::vector<double> levels;
    const bool exponent = row.family == Family::Exponent;
    if (exponent) {
        for (int c = 0; c < 255; ++c)
            levels.push_back(std::ldexp(1.0, c - 127));
    } else {
        for (const float v : params.codebook())
            levels.push_back(static_cast<double>(v));
    }
    const auto x = static_cast<double>(t);
    const auto nearest = [&](double value) {
        const auto above = std::lower_bound(levels.begin(), levels.end(), value);
        auto k = static_cast<std::size_t>(above - levels.begin());
        if (k == levels.size() || (k > 0 && direction == Direction::Floor && levels[k] > value))
            --k;
        else if (k > 0 && direction != Direction::Floor && direction != Direction::Ceil) {
            const double low = value - levels[k - 1];
            const double high = levels[k] - value;
            if (low < high || (low == high && !exponent))
                --k;
        }
        return k;
    };
    if (std::isnan(t))
        return {kNan, exponent ? 255 : static_cast<std::int32_t>(nearest(0)), 0};
    const std::size_t k = nearest(x);
    e.code = static_cast<std::int32_t>(k);
    e.y = static_cast<float>(levels[k]) * step;
    const std::size_t last = levels.size() - 1;
    if (exponent)
        e.clip = x >= 0x1.8p127 ? 1 : x < 0x1.8p-128 ? -1 : 0;
    else
        e.clip = x > levels[last] + (levels[last] - levels[last - 1]) / 2 ? 1
                 : x < levels[0] - (levels[1] - levels[0]) / 2            ? -1
                                                                          : 0;
    return e;
}

/// Values that find mistakes in a row: random bit patterns of all exponents, values around its own
/// levels, their middles and the floats beside those, the ends of float32.
inline std::vector<float> hardValues(const QuantParams& params, std::uint64_t seed,
                                     std::size_t count)
{
    const CounterRng rng(seed);
    std::vector<float> x{0.0F,      -0.0F,       kInf,       -kInf,      kNan,
                         kMax,      -kMax,       0x1p-149F,  -0x1p-149F, 0x1p-126F,
                         0x1p-127F, 0x1.8p-128F, 0x1.8p127F, 0x1p127F,   -0x1.fffffcp-127F};
    const std::int64_t codes = params.codeCount();
    for (std::size_t i = 0; x.size() < count; ++i) {
        const std::uint64_t r = rng.bits(i);
        x.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(r)));
        const auto at = [&](std::int64_t k) {
            return static_cast<double>(params.level(static_cast<std::int32_t>(
                params.firstCode() + std::clamp<std::int64_t>(k, 0, codes - 1))));
        };
        const auto k = static_cast<std::int64_t>((r >> 32) % static_cast<std::uint64_t>(codes));
        const double here = at(k);
        const auto middle = static_cast<float>((here + at(k + 1)) / 2);
        x.push_back(static_cast<float>(here));
        x.push_back(middle);
        x.push_back(std::nextafter(middle, kInf));
        x.push_back(std::nextafter(middle, -kInf));
        x.push_back(static_cast<float>(here * (1 + 0.3 * rng.uniform(i))));
    }
    return x;
}

} // namespace qs::test
