// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/index/scale_cells.h"

#include "core/index/staircase.h"

namespace qs {
namespace {

std::optional<QuantParams> withScale(const QuantParams& params, float scale, std::int32_t zeroPoint)
{
    QuantParts parts = params.parts();
    parts.qscheme = QScheme::PerTensorAffine;
    parts.scale = {scale};
    parts.zeroPoint = {zeroPoint};
    parts.groupSize = 0;
    parts.axis = 0;
    parts.encodeScale.clear();
    parts.requestedMin.clear();
    parts.requestedMax.clear();
    auto made = QuantParams::make(std::move(parts));
    if (!made)
        return std::nullopt;
    return std::move(*made);
}

} // namespace

bool ScaleCells::exists(const QuantParams& params, Rounding rounding)
{
    const auto& row = info(params.dtype());
    const auto dialect = params.dialect();
    return row.isInteger() && row.bits <= 16 && !info(params.qscheme()).floatZeroPoint &&
           rounding != Rounding::Stochastic &&
           (dialect == Dialect::Torch || dialect == Dialect::TorchFused ||
            dialect == Dialect::Onnx || dialect == Dialect::Aimet);
}

std::optional<ScaleCells> ScaleCells::make(const SortedValues& values, const QuantParams& params,
                                           float scale, Rounding rounding)
{
    if (!exists(params, rounding))
        return std::nullopt;
    ScaleCells cells;
    cells.m_scale = scale;
    cells.m_quantMin = params.range().quantMin;
    cells.m_quantMax = params.range().quantMax;
    cells.m_levels = params.range().levels();
    const std::int64_t levels = cells.m_levels;
    const std::int64_t places = values.places();
    cells.m_start = values.momentsAt(0);
    cells.m_end = values.momentsAt(places);
    // With the lowest zero_point the codes are the cells from 0 up, with the highest from 0 down.
    std::vector<std::int64_t> begins(static_cast<std::size_t>(2 * levels), places);
    for (const bool up : {false, true}) {
        if (places == 0)
            break;
        const std::int64_t zero = up ? cells.m_quantMin : cells.m_quantMax;
        const auto one = withScale(params, scale, static_cast<std::int32_t>(zero));
        if (!one)
            return std::nullopt;
        const auto stairs = Staircase::make(*one, 0, rounding, values.keys());
        if (!stairs)
            return std::nullopt;
        std::vector<std::int32_t> keys;
        std::vector<std::int64_t> first; // the lowest cell that each step is not below
        for (const auto& step : stairs->steps()) {
            keys.push_back(step.firstKey);
            first.push_back(step.clip < 0   ? -levels
                            : step.clip > 0 ? (up ? levels : 1)
                                            : step.code - zero);
        }
        std::vector<std::int64_t> found(keys.size());
        values.placesOf(keys, 0, places, found.data());
        // Each cell begins where the first step that is not below it does.
        std::size_t s = 0;
        for (std::int64_t m = up ? 1 : 1 - levels; m <= (up ? levels : 0); ++m) {
            while (s < first.size() && first[s] < m)
                ++s;
            begins[cells.at(m)] = s < first.size() ? found[s] : places;
        }
    }
    cells.m_before.reserve(begins.size());
    for (std::size_t i = 0; i < begins.size(); ++i)
        cells.m_before.push_back(i > 0 && begins[i] == begins[i - 1] ? cells.m_before.back()
                                                                     : values.momentsAt(begins[i]));
    cells.m_errors.resize(begins.size());
    cells.m_squares.resize(begins.size());
    for (std::int64_t m = 1 - levels; m < levels; ++m) {
        const std::size_t i = cells.at(m);
        const auto part = cells.m_before[i + 1] - cells.m_before[i];
        const auto square = static_cast<double>(m) * static_cast<double>(m);
        double error = 0;
        if (part.count > 0)
            error = part.squaredErrors(cells.level(m));
        cells.m_errors[i + 1] = cells.m_errors[i] + DoubleDouble(error);
        cells.m_squares[i + 1] =
            cells.m_squares[i] + DoubleDouble::product(square, static_cast<double>(part.count));
    }
    return cells;
}

SquaredErrors ScaleCells::errors(std::int32_t zeroPoint) const
{
    const std::int64_t lowest = m_quantMin - zeroPoint;
    const std::int64_t highest = m_quantMax - zeroPoint;
    const auto low = m_before[at(lowest)] - m_start;
    const auto high = m_end - m_before[at(highest + 1)];
    SquaredErrors sum;
    sum.count = m_end.count - m_start.count;
    sum.signal = (m_end.squares - m_start.squares).value();
    sum.rounding = (m_errors[at(highest + 1)] - m_errors[at(lowest)]).value();
    sum.clipping = (low.count > 0 ? low.squaredErrors(level(lowest)) : 0.0) +
                   (high.count > 0 ? high.squaredErrors(level(highest)) : 0.0);
    sum.clippedLow = low.count;
    sum.clippedHigh = high.count;
    return sum;
}

double ScaleCells::squaredCodes(std::int32_t zeroPoint) const
{
    const std::int64_t lowest = m_quantMin - zeroPoint;
    const std::int64_t highest = m_quantMax - zeroPoint;
    const auto square = [](std::int64_t m, std::int64_t n) {
        return static_cast<double>(m) * static_cast<double>(m) * static_cast<double>(n);
    };
    return (m_squares[at(highest + 1)] - m_squares[at(lowest)]).value() +
           square(lowest, m_before[at(lowest)].count - m_start.count) +
           square(highest, m_end.count - m_before[at(highest + 1)].count);
}

} // namespace qs
