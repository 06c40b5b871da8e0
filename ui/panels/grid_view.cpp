// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/grid_view.h"

#include "core/base/text.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

QString percent(double fraction)
{
    return QString::fromStdString(formatShort(fraction * 100)) + QStringLiteral(" %");
}

} // namespace

std::array<double, 2> sharedXRange(const TensorResult& result)
{
    const auto& values = result.shownFacts->values;
    const GridView grid(result);
    const auto& row = info(result.shown->params.dtype());
    double lo = values.lo;
    double hi = values.hi;
    const bool own = grid.exists() && row.scaleFormat != ScaleFormat::Unit;
    if (own && result.shownFacts->stats.min == result.shownFacts->stats.max) {
        // A constant tensor says nothing about its neighbourhood: the grid does.
        lo = std::min(lo, grid.lowest());
        hi = std::max(hi, grid.highest());
    }
    const double middle = (lo + hi) / 2;
    double half = (hi - lo) / 2 * 1.15;
    const auto outside = [&](double reach) {
        return grid.lowest() < middle - reach || grid.highest() > middle + reach;
    };
    // A cast's range is far away from most data: room for what cannot be seen would be in the way.
    constexpr int kDoublings = 3;
    if (!own && (!grid.exists() || outside(half * (1 << kDoublings))))
        return {middle - half, middle + half};
    for (int i = 0; i < kDoublings && outside(half); ++i)
        half *= 2;
    return {middle - half, middle + half};
}

GridView::GridView(const TensorResult& result) : m_rounding(result.shown->spec.rounding)
{
    const auto& params = result.shown->params;
    const auto& row = info(params.dtype());
    m_exists = row.family != Family::Ggml;
    m_uniform = row.isInteger() || row.isSigned;
    if (!m_exists)
        return;
    const auto one = *Shape::make({1});
    const auto whole = isStochastic() ? Rounding::Floor : m_rounding;
    m_quantizer = *Quantizer::make(params, one, whole);
    if (LevelTable::fits(params)) {
        m_table = LevelTable::of(params, m_rounding);
        m_size = static_cast<std::int64_t>(m_table->levels().size());
    } else {
        m_size = params.codeCount();
    }
    m_lowest = level(0);
    m_highest = level(m_size - 1);
    if (isStochastic()) {
        m_clipLow = m_lowest;
        m_clipHigh = m_highest;
        return;
    }
    const bool floor = m_rounding == Rounding::Floor;
    const double below = floor ? 0 : 0.5;
    const double above = floor ? 1 : 0.5;
    double low = m_lowest - below * (level(1) - m_lowest);
    double high = m_highest + above * (m_highest - level(m_size - 2));
    if (row.isInteger()) {
        low = idealLevel(params, params.firstCode() - below);
        high = idealLevel(params, params.lastCode() + above);
    }
    m_clipLow = clippingFrom(*m_quantizer, -1, low);
    m_clipHigh = clippingFrom(*m_quantizer, 1, high);
}

double GridView::level(std::int64_t i) const
{
    if (m_table)
        return m_table->levels()[static_cast<std::size_t>(i)];
    const auto& params = m_quantizer->params();
    return static_cast<double>(
        params.level(static_cast<std::int32_t>(std::int64_t{params.firstCode()} + i)));
}

double GridView::threshold(std::int64_t i) const
{
    if (m_table)
        return m_table->thresholds()[static_cast<std::size_t>(i)];
    const auto code = static_cast<std::int32_t>(m_quantizer->params().firstCode() + i);
    const double share = m_rounding == Rounding::Floor || isStochastic() ? 1 : 0.5;
    return thresholdAbove(*m_quantizer, code, level(i) + share * (level(i + 1) - level(i)));
}

std::int64_t GridView::indexAt(double x) const
{
    if (m_table) {
        const auto& at = m_table->thresholds();
        return std::lower_bound(at.begin(), at.end(), x) - at.begin();
    }
    constexpr double kMax = std::numeric_limits<float>::max();
    const auto real = static_cast<float>(std::clamp(x, -kMax, kMax));
    std::int32_t code = 0;
    m_quantizer->quantize({&real, 1}, 0, &code);
    return std::int64_t{code} - m_quantizer->params().firstCode();
}

double GridView::stepAt(double x) const
{
    if (!m_table)
        return static_cast<double>(m_quantizer->params().stepAt(0));
    // Neighbours far from 0 differ by float32's rounding, too: the whole range tells the step.
    if (m_uniform)
        return (m_highest - m_lowest) / static_cast<double>(m_size - 1);
    const auto& levels = m_table->levels();
    const auto above = std::upper_bound(levels.begin(), levels.end(), x) - levels.begin();
    const auto lower = static_cast<std::size_t>(std::clamp<std::int64_t>(above - 1, 0, m_size - 2));
    return levels[lower + 1] - levels[lower];
}

std::vector<GridView::Run> GridView::denseRuns(double from, double to, double width) const
{
    const std::int64_t first = indexAt(from);
    const std::int64_t last = indexAt(to);
    std::vector<Run> runs;
    if (m_uniform) {
        if (last - first > 1 && level(first + 1) - level(first) < width)
            runs.push_back({first, last});
        return runs;
    }
    for (std::int64_t i = first; i < last;) {
        std::int64_t end = i;
        while (end < last && level(end + 1) - level(end) < width)
            ++end;
        if (end - i >= 2)
            runs.push_back({i, end});
        i = std::max(end, i + 1);
    }
    return runs;
}

BlockElements::BlockElements(const TensorResult& result)
{
    const auto& tensor = result.shownFacts->tensor;
    const auto& report = *result.shown;
    const auto quantizer =
        Quantizer::make(report.params, tensor.shape(), report.spec.rounding, report.spec.seed);
    if (!quantizer)
        return;
    const auto n = static_cast<std::size_t>(tensor.numel());
    std::vector<float> buffer;
    const auto values = tensor.read(0, tensor.numel(), buffer);
    std::vector<float> out(n);
    std::vector<float> t(n);
    std::vector<float> clip(n);
    std::vector<float> errors(n);
    std::vector<std::int32_t> codes(n);
    quantizer->evaluate(values, 0,
                        {out.data(), t.data(), clip.data(), errors.data(), codes.data()});
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < n; ++i) {
        if (std::isfinite(values[i]) && std::isfinite(out[i]))
            order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    for (const std::size_t i : order) {
        x.push_back(static_cast<double>(values[i]));
        y.push_back(static_cast<double>(out[i]));
        lsb.push_back(std::isfinite(errors[i]) ? static_cast<double>(errors[i]) : 0.0);
    }
}

Axis valueAxis(const TensorResult& result)
{
    const auto range = sharedXRange(result);
    return {Panels::tr("value x"), QStringLiteral("-"), range[0], range[1], false, false};
}

QString errorUnit(const TensorResult& result)
{
    const auto& row = info(result.shown->params.dtype());
    const bool uniform = row.isInteger() || row.isSigned;
    return uniform ? Panels::tr("LSB") : Panels::tr("local LSB");
}

void addRangeHandles(Figure& figure, const TensorResult& result, const GridView& grid)
{
    if (!grid.exists())
        return;
    const auto add = [&](const QString& id, const QString& label, double x) {
        figure.markers.push_back({id, label, x, ColorRole::Accent, LineStyle::Solid, true});
    };
    // The lowest power of two is as good as 0: nothing to take hold of.
    if (info(result.shown->params.dtype()).family != Family::Exponent)
        add(QStringLiteral("range_min"), Panels::tr("min"), grid.lowest());
    add(QStringLiteral("range_max"), Panels::tr("max"), grid.highest());
}

void addClippedRegions(Figure& figure, const TensorResult& result, const GridView& grid)
{
    if (!grid.exists())
        return;
    constexpr double kInf = std::numeric_limits<double>::infinity();
    if (result.shown->clippedLow > 0 && std::isfinite(grid.clipLow()))
        figure.regions.push_back(
            {-kInf, grid.clipLow(),
             Panels::tr("clipped %1").arg(percent(result.shown->clippedLowFraction()))});
    if (result.shown->clippedHigh > 0 && std::isfinite(grid.clipHigh()))
        figure.regions.push_back(
            {grid.clipHigh(), kInf,
             Panels::tr("clipped %1").arg(percent(result.shown->clippedHighFraction()))});
}

Figure emptyFigure(const QString& title)
{
    Figure figure;
    figure.title = title;
    figure.emptyText =
        Panels::tr("Choose a tensor on the left, or drop a .npy, .safetensors or IDX file here.");
    figure.accessible = figure.emptyText;
    return figure;
}

} // namespace qs
