// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/weights_panel.h"

#include "core/analysis/histogram.h"
#include "core/base/text.h"
#include "core/nn/twin_trainer.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/level_table.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace qs {
namespace {

/// About so many bins on the axis, of many and of few weights.
constexpr double kBins = 160;
constexpr double kFewBins = 60;
constexpr std::size_t kFewWeights = 2000;
/// Levels closer than this part of the axis are a band, not lines.
constexpr double kMostLines = 150;
/// OscillationState's: a weight that jumps back more often oscillates.
constexpr float kOften = 0.005F;

QString count(std::int64_t n)
{
    return QString::fromStdString(formatCount(n));
}

const WeightView* viewOf(const TwinSnapshot& snapshot, const QString& name)
{
    for (const auto& view : snapshot.weightViews) {
        if (name.isEmpty() || view.name == name.toStdString())
            return &view;
    }
    return snapshot.weightViews.empty() ? nullptr : &snapshot.weightViews.front();
}

const OscillationState* oscillationOf(const TwinSnapshot& snapshot, const WeightView& view)
{
    for (const auto& state : snapshot.oscillations) {
        if (state.name == view.name &&
            static_cast<std::int64_t>(state.frequency.size()) == view.latent.numel())
            return &state;
    }
    return nullptr;
}

/// What is drawn of a view: its weights on the axis, and the levels there.
struct Weights {
    bool inCodes = false; ///< x is weight / scale + zero_point of its channel
    std::vector<double> x;
    bool uniform = false;       ///< whether the levels are equally far from each other
    std::vector<double> levels; ///< ascending; empty: no quantizer in force
};

Weights weightsOf(const WeightView& view)
{
    Weights w;
    const auto latent = view.latent.floats();
    w.x.assign(latent.begin(), latent.end());
    if (!view.params)
        return w;
    const auto& params = *view.params;
    const auto layout = params.layout(view.latent.shape());
    w.uniform = info(params.dtype()).isInteger();
    w.inCodes = params.scale().size() > 1 && layout;
    if (w.inCodes)
        layout->forEachRun(
            0, static_cast<std::int64_t>(w.x.size()),
            [&](std::int64_t set, std::int64_t at, std::int64_t n) {
                for (std::int64_t i = 0; i < n; ++i) {
                    const auto s = static_cast<std::size_t>(set + (layout->stride() == 0 ? 0 : i));
                    auto& x = w.x[static_cast<std::size_t>(at + i)];
                    x = x / static_cast<double>(params.scaleAt(s)) + params.zeroPointAt(s);
                }
            });
    if (w.inCodes && info(params.dtype()).isInteger()) {
        for (std::int64_t code = params.firstCode(); code <= params.lastCode(); ++code)
            w.levels.push_back(static_cast<double>(code));
    } else if (LevelTable::fits(params)) {
        w.levels = LevelTable::of(params, Rounding::HalfEven)->levels();
        if (w.inCodes) {
            for (double& level : w.levels)
                level /= static_cast<double>(params.scaleAt(0));
        }
    }
    return w;
}

/// Around the weights and their grid, with ends on a coarse raster: the axis rests while the
/// weights move a little.
std::array<double, 2> rangeOf(const Weights& w)
{
    double lo = 0;
    double hi = 0;
    for (const double x : w.x) {
        lo = std::min(lo, x);
        hi = std::max(hi, x);
    }
    // A grid that is far wider than the weights, as that of a float, would leave them no room.
    const double reach = 2 * (hi - lo);
    for (const double level : w.levels) {
        if (level > -reach && level < reach) {
            lo = std::min(lo, level);
            hi = std::max(hi, level);
        }
    }
    if (!(hi > lo) || !std::isfinite(hi - lo))
        return {-1, 1};
    const double raster = std::exp2(std::ceil(std::log2(hi - lo)) - 4);
    return {std::floor(lo / raster - 0.25) * raster, std::ceil(hi / raster + 0.25) * raster};
}

/// Bins over the axis. Of a coarse uniform grid they begin and end with its steps and their halves,
/// so that no bin holds weights of two codes.
HistogramBins binsOf(const Weights& w, const std::array<double, 2>& range)
{
    const double span = range[1] - range[0];
    const double wanted = w.x.size() < kFewWeights ? kFewBins : kBins;
    HistogramBins bins{range[0], range[1], static_cast<int>(wanted)};
    if (!w.uniform || w.levels.size() < 2)
        return bins;
    const double first = w.levels.front();
    const double step = (w.levels.back() - first) / static_cast<double>(w.levels.size() - 1);
    const double halves = std::round(wanted * step / span / 2);
    if (halves < 1)
        return bins;
    const double width = step / halves / 2;
    bins.lo = first - std::ceil((first - range[0]) / width) * width;
    bins.count = static_cast<int>(std::ceil((range[1] - bins.lo) / width));
    bins.hi = bins.lo + bins.count * width;
    return bins;
}

Series histogram(const HistogramBins& bins, const std::vector<double>& x,
                 const std::function<bool(std::size_t)>& counts)
{
    Series series;
    series.kind = SeriesKind::Histogram;
    std::vector<double> n(static_cast<std::size_t>(bins.count));
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] >= bins.lo && x[i] <= bins.hi && counts(i))
            ++n[static_cast<std::size_t>(bins.binOf(x[i]))];
    }
    for (int i = 0; i <= bins.count; ++i) {
        series.x.push_back(bins.lo + (bins.hi - bins.lo) * i / bins.count);
        series.y.push_back(i < bins.count ? n[static_cast<std::size_t>(i)] : 0);
    }
    return series;
}

double tallest(const Series& series)
{
    return std::max(1.0, *std::max_element(series.y.begin(), series.y.end()));
}

/// The levels as lines up to `top`; as a band at the foot where lines would touch each other.
Series gridSeries(const Weights& w, const Axis& x, double top)
{
    Series grid;
    grid.color = ColorRole::Muted;
    grid.csvName = QStringLiteral("level");
    grid.name =
        Panels::tr("grid, %1 levels").arg(count(static_cast<std::int64_t>(w.levels.size())));
    std::vector<double> shown;
    for (const double level : w.levels) {
        if (level >= x.min && level <= x.max)
            shown.push_back(level);
    }
    grid.kind = SeriesKind::Impulses;
    grid.style = LineStyle::Dotted;
    grid.x = shown;
    grid.y.assign(shown.size(), top);
    if (static_cast<double>(shown.size()) * (x.max - x.min) >
        kMostLines * (shown.empty() ? 1 : shown.back() - shown.front())) {
        grid.kind = SeriesKind::Band;
        grid.csvName = QStringLiteral("levels from and to");
        grid.x = {shown.front(), shown.back()};
        grid.y = {0, 0};
        grid.y2 = {top * 0.025, top * 0.025};
    }
    return grid;
}

QString share(std::int64_t n, std::int64_t of)
{
    return QString::fromStdString(formatShort(100 * static_cast<double>(n) /
                                              static_cast<double>(std::max<std::int64_t>(of, 1))));
}

} // namespace

Figure weightsFigure(const PanelInput& input)
{
    Figure figure;
    figure.title = Panels::tr("Latent weights and the grid");
    const auto* view = input.training ? viewOf(*input.training, input.weightLayer) : nullptr;
    if (view == nullptr) {
        figure.emptyText =
            input.training
                ? Panels::tr("Weights are not kept in a session: press Start to see them learn.")
                : Panels::tr("Press Start: the weights of the fake-quantized network move between "
                             "the levels of its grid.");
        figure.accessible = figure.emptyText;
        return figure;
    }
    const auto& snapshot = *input.training;
    const auto name = QString::fromStdString(view->name);
    const auto weights = weightsOf(*view);
    const auto n = view->latent.numel();
    figure.title = Panels::tr("Latent weights of %1 and the grid").arg(name);
    const auto range = rangeOf(weights);
    figure.x = weights.inCodes ? Axis{Panels::tr("latent weight / scale of its channel"),
                                      Panels::tr("code"),
                                      range[0],
                                      range[1],
                                      false,
                                      false}
                               : Axis{Panels::tr("latent weight"),
                                      QStringLiteral("-"),
                                      range[0],
                                      range[1],
                                      false,
                                      false};
    const auto bins = binsOf(weights, range);
    auto latent = histogram(bins, weights.x, [](std::size_t) { return true; });
    latent.name = Panels::tr("latent weights");
    latent.csvName = QStringLiteral("latent weights per bin");
    latent.color = ColorRole::Float;
    const double top = tallest(latent) * 1.08;
    figure.y = {Panels::tr("weights per bin"), Panels::tr("count"), 0, top, false, true};
    if (!weights.levels.empty())
        figure.series.push_back(gridSeries(weights, figure.x, top));
    figure.series.push_back(std::move(latent));

    QStringList notes;
    if (view->mask) {
        const auto mask = view->mask->floats();
        const auto masked = [&](std::size_t i) {
            return mask[i] == 0;
        };
        std::int64_t low = 0;
        std::int64_t high = 0;
        double inner[2] = {-INFINITY, INFINITY}; // the masked weights that are nearest to the rest
        for (std::size_t i = 0; i < mask.size(); ++i) {
            if (!masked(i))
                continue;
            const bool below = !weights.levels.empty() && weights.x[i] < weights.levels.front();
            ++(below ? low : high);
            inner[below ? 0 : 1] =
                below ? std::max(inner[0], weights.x[i]) : std::min(inner[1], weights.x[i]);
        }
        notes << Panels::tr("gradient mask 0: %1 of %2 weights (%3 %)")
                     .arg(count(low + high), count(n), share(low + high, n));
        if (low + high > 0) {
            auto series = histogram(bins, weights.x, masked);
            series.name = Panels::tr("gradient mask 0");
            series.csvName = QStringLiteral("weights with gradient mask 0 per bin");
            series.color = ColorRole::Clipping;
            series.hatched = true;
            figure.series.push_back(std::move(series));
        }
        constexpr double kInf = std::numeric_limits<double>::infinity();
        if (low > 0 && !weights.levels.empty())
            figure.regions.push_back({-kInf, inner[0], Panels::tr("%1 masked").arg(count(low))});
        if (high > 0 && !weights.levels.empty())
            figure.regions.push_back({inner[1], kInf, Panels::tr("%1 masked").arg(count(high))});
    } else if (!view->params) {
        notes << Panels::tr("no quantizer in force");
    } else {
        notes << Panels::tr("%1 weights; the estimator has no gradient mask").arg(count(n));
    }
    if (const auto* state = oscillationOf(snapshot, *view)) {
        auto series =
            histogram(bins, weights.x, [&](std::size_t i) { return state->frequency[i] > kOften; });
        series.name = Panels::tr("oscillating (right axis)");
        series.csvName = QStringLiteral("oscillating weights per bin");
        series.color = ColorRole::Accent;
        series.style = LineStyle::Dashed;
        series.rightAxis = true;
        figure.y2 = Axis{Panels::tr("oscillating weights per bin"),
                         Panels::tr("count"),
                         0,
                         std::max(4.0, tallest(series) * 1.5),
                         false,
                         true};
        figure.series.push_back(std::move(series));
        notes << Panels::tr("oscillating: %1 (%2 %)")
                     .arg(count(state->oscillating), share(state->oscillating, n));
        if (state->frozen > 0)
            notes << Panels::tr("frozen: %1").arg(count(state->frozen));
    }
    figure.note = notes.join(QStringLiteral(" \u00b7 "));
    figure.provenance = {
        {QStringLiteral("quantoscope"), QStringLiteral(QUANTOSCOPE_VERSION)},
        {QStringLiteral("model"), QString::fromStdString(snapshot.recipe.model)},
        {QStringLiteral("data"), QString::fromStdString(snapshot.recipe.data)},
        {QStringLiteral("seed"), QString::number(snapshot.recipe.seed)},
        {QStringLiteral("step"), QString::number(snapshot.step)},
        {QStringLiteral("weight"), name},
    };
    figure.accessible = Panels::tr("Histogram of the %1 latent weights of %2 after %3 steps; %4")
                            .arg(count(n), name, count(snapshot.step), figure.note);
    return figure;
}

} // namespace qs
