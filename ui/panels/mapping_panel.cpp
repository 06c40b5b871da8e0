// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/mapping_panel.h"

#include "core/analysis/bit_inspector.h"
#include "core/base/text.h"
#include "ui/panels/code_names.h"
#include "ui/panels/grid_view.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

// Heights of the lines, and how long their ticks are.
constexpr double kReal = 1;
constexpr double kCode = 0;
constexpr double kTick = 0.09;
/// Up to so many codes in sight each has a tick and a number.
constexpr std::int64_t kMostTicks = 64;
/// Of more codes about so many are joined to their levels.
constexpr std::int64_t kFewer = 32;

QString number(double v)
{
    return QString::fromStdString(formatShort(v));
}

/// Where codes lie on the lower line.
class CodePlaces {
public:
    CodePlaces(const GridView& grid, const Axis& x) : m_grid(grid)
    {
        if (grid.isUniform()) {
            m_last = grid.size() - 1;
            return;
        }
        m_from = std::max(grid.lowest(), x.min);
        m_to = std::min(grid.highest(), x.max);
        m_first = grid.indexAt(m_from);
        m_last = grid.indexAt(m_to);
        m_spread = m_from < m_to && m_first < m_last;
    }

    std::int64_t first() const { return m_first; }
    std::int64_t last() const { return m_last; }
    double at(std::int64_t i) const
    {
        if (!m_spread)
            return m_grid.level(i);
        return m_from + (m_to - m_from) * static_cast<double>(i - m_first) /
                            static_cast<double>(m_last - m_first);
    }
    /// The code nearest to x on the lower line.
    std::int64_t indexAt(double x) const
    {
        if (!m_spread)
            return m_grid.indexAt(x);
        const double share = std::clamp((x - m_from) / (m_to - m_from), 0.0, 1.0);
        return m_first + std::llround(share * static_cast<double>(m_last - m_first));
    }

private:
    const GridView& m_grid;
    bool m_spread = false;
    double m_from = 0;
    double m_to = 0;
    std::int64_t m_first = 0;
    std::int64_t m_last = 0;
};

/// The codes that are drawn one by one.
struct Drawn {
    std::vector<std::int64_t> indices;
    std::int64_t every = 1;
};

Drawn drawnCodes(const GridView& grid, const CodePlaces& places, std::array<double, 2> view)
{
    const auto clamped = [&](std::int64_t i) {
        return std::clamp(i, places.first(), places.last());
    };
    const auto first = clamped(std::min(grid.indexAt(view[0]), places.indexAt(view[0])));
    const auto last = clamped(std::max(grid.indexAt(view[1]), places.indexAt(view[1])));
    Drawn drawn;
    while ((last - first) / drawn.every >= (drawn.every > 1 ? kFewer : kMostTicks))
        drawn.every *= 2;
    const std::int64_t zero = grid.indexAt(0);
    // Real 0 is among them, and so are the ends.
    const std::int64_t past = ((first - zero) % drawn.every + drawn.every) % drawn.every;
    if (first == places.first() && past != 0)
        drawn.indices.push_back(first);
    for (std::int64_t i = past == 0 ? first : first + drawn.every - past; i <= last;
         i += drawn.every)
        drawn.indices.push_back(i);
    if (last == places.last() && (drawn.indices.empty() || drawn.indices.back() != last))
        drawn.indices.push_back(last);
    return drawn;
}

Series numberLine(const QString& name, const QString& csvName, ColorRole color, LabelSide side)
{
    Series line;
    line.name = name;
    line.csvName = csvName;
    line.color = color;
    line.labelSide = side;
    return line;
}

void tick(Figure& figure, double x, double from, double to, ColorRole color)
{
    figure.links.push_back({x, from, x, to, color, false});
}

/// Codes and levels, joined.
void addCodes(Figure& figure, const GridView& grid, const CodePlaces& places,
              const CodeNames& names, const Drawn& drawn)
{
    auto levels = numberLine(Panels::tr("levels"), QStringLiteral("levels' line"),
                             ColorRole::Dequantized, LabelSide::Above);
    levels.labelsShown = false;
    levels.kind = SeriesKind::Points;
    levels.marker = MarkerShape::Disc;
    auto codes = numberLine(Panels::tr("codes q"), QStringLiteral("codes' line"),
                            ColorRole::Dequantized, LabelSide::Below);
    codes.style = LineStyle::Dotted;
    for (const auto i : drawn.indices) {
        const double level = grid.level(i);
        const double place = places.at(i);
        figure.links.push_back({level, kReal, place, kCode, ColorRole::Muted, false});
        tick(figure, place, kCode - kTick, kCode, ColorRole::Dequantized);
        levels.x.push_back(level);
        levels.y.push_back(kReal);
        levels.labels.push_back(
            Panels::tr("code %1 stands for %2").arg(names.text(i), number(level)));
        codes.x.push_back(place);
        codes.y.push_back(kCode);
        codes.labels.push_back(names.text(i));
    }
    if (drawn.every > 1) {
        Series band;
        band.csvName = QStringLiteral("band of codes");
        band.kind = SeriesKind::Band;
        band.color = ColorRole::Dequantized;
        band.x = {places.at(places.first()), places.at(places.last())};
        band.y = {kCode - kTick, kCode - kTick};
        band.y2 = {kCode, kCode};
        figure.series.push_back(std::move(band));
    }
    figure.series.push_back(std::move(codes));
    figure.series.push_back(std::move(levels));
}

/// Whether a zero_point can be chosen, and is what the arithmetic uses.
bool hasZeroPoint(const QuantParams& params)
{
    const auto& scheme = info(params.qscheme());
    const bool ranges = params.dialect() == Dialect::OpenVino || params.dialect() == Dialect::Ggml;
    return info(params.dtype()).isInteger() && !scheme.symmetric && !scheme.floatZeroPoint &&
           !ranges;
}

/// The ends of the range and real 0 with their codes: what a zero_point and a scale say.
void addArrows(Figure& figure, const TensorResult& result, const GridView& grid,
               const CodePlaces& places, const CodeNames& names)
{
    const auto& params = result.shown->params;
    const auto zero = grid.indexAt(0);
    // Of a cast the ends in sight are not those of its codes.
    std::vector<std::int64_t> ofCodes;
    if (places.first() == 0)
        ofCodes.push_back(0);
    if (places.last() == grid.size() - 1)
        ofCodes.push_back(places.last());
    for (const auto i : ofCodes)
        figure.links.push_back(
            {grid.level(i), kReal, places.at(i), kCode, ColorRole::Accent, true});
    const bool inside = zero >= places.first() && zero <= places.last();
    if (inside)
        figure.links.push_back({0, kReal, places.at(zero), kCode, ColorRole::Float, true});
    Series ends;
    ends.csvName = QStringLiteral("ends of the codes' line");
    ends.kind = SeriesKind::Points;
    ends.marker = MarkerShape::Square;
    ends.color = ColorRole::Accent;
    ends.labelSide = LabelSide::Below;
    for (const auto i : ofCodes) {
        ends.x.push_back(places.at(i));
        ends.y.push_back(kCode);
        ends.labels.push_back(names.text(i));
    }
    Series diamond;
    const bool isZeroPoint =
        info(params.dtype()).isInteger() && params.parts().floatZeroPoint.empty();
    diamond.name = isZeroPoint ? Panels::tr("zero_point") : Panels::tr("code of 0");
    diamond.csvName = QStringLiteral("code of 0");
    diamond.kind = SeriesKind::Points;
    diamond.marker = MarkerShape::Diamond;
    diamond.color = ColorRole::Float;
    diamond.labelSide = LabelSide::Below;
    if (inside) {
        diamond.x = {places.at(zero)};
        diamond.y = {kCode};
        diamond.labels = {names.text(zero)};
    }
    // Names are drawn in this order, as far as there is room.
    figure.series.insert(figure.series.begin(), std::move(diamond));
    figure.series.insert(figure.series.begin() + 1, std::move(ends));
    if (hasZeroPoint(params))
        figure.markers.push_back({QStringLiteral("zero_point"), Panels::tr("0"), 0.0,
                                  ColorRole::Accent, LineStyle::Dotted, true});
}

/// The way of the picked element, where it is in what is shown.
void addPicked(Figure& figure, const PanelInput& input, const GridView& grid,
               const CodePlaces& places)
{
    const auto& result = *input.tensor;
    if (!input.view.picked)
        return;
    const auto element = inspectElement(result.facts->tensor, result.report->spec,
                                        result.report->params, *input.view.picked);
    if (!element || !std::isfinite(element->x) || !std::isfinite(element->y))
        return;
    if (result.channel && element->set != *result.channel) {
        figure.note = Panels::tr("the picked element is in %1 %2")
                          .arg(partName(result.report->spec))
                          .arg(element->set);
        return;
    }
    const auto i = grid.table() != nullptr
                       ? grid.table()->placeOf(element->code)
                       : std::int64_t{element->code} - result.shown->params.firstCode();
    if (i < 0)
        return;
    const auto x = static_cast<double>(element->x);
    const auto y = static_cast<double>(element->y);
    const double place = places.at(i);
    figure.links.push_back({x, kReal, place, kCode, ColorRole::Rounding, true});
    figure.links.push_back({place, kCode, y, kReal, ColorRole::Dequantized, true});
    Series way;
    way.name = Panels::tr("picked element");
    way.csvName = QStringLiteral("picked element");
    way.kind = SeriesKind::Points;
    way.color = ColorRole::Rounding;
    way.labelSide = LabelSide::Above;
    way.x = {x, y};
    way.y = {kReal, kReal};
    way.labels = {Panels::tr("x %1").arg(number(x)), Panels::tr("x\u0302 %1").arg(number(y))};
    if (y < x) {
        std::swap(way.x[0], way.x[1]);
        std::swap(way.labels[0], way.labels[1]);
    }
    figure.series.push_back(std::move(way));
    figure.note = Panels::tr("picked: %1 \u2192 code %2 \u2192 %3, error %4")
                      .arg(number(x), codeText(result.shown->params.dtype(), element->code),
                           number(y), number(element->error));
}

} // namespace

Figure mappingFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Mapping"));
    const auto& result = *input.tensor;
    const auto& params = result.shown->params;
    const GridView grid(result);
    Figure figure;
    figure.title = Panels::tr("Mapping of %1").arg(shownName(result));
    figure.provenance = provenance(result);
    if (!grid.exists()) {
        figure.emptyText =
            Panels::tr("A block of %1 brings its own scales, and what a code stands for depends on "
                       "its place in the block: there is no one mapping. The bit inspector shows "
                       "that of one element.")
                .arg(QString::fromUtf8(info(params.dtype()).name.data(),
                                       static_cast<qsizetype>(info(params.dtype()).name.size())));
        figure.accessible = figure.emptyText;
        return figure;
    }
    figure.x = valueAxis(result);
    figure.y = {Panels::tr("number line"), QStringLiteral("-"), -0.62, 1.42, false, false};
    figure.y.names = {{kCode, Panels::tr("code q")}, {kReal, Panels::tr("real r")}};
    const auto view = input.view.x.value_or(std::array{figure.x.min, figure.x.max});
    const CodePlaces places(grid, figure.x);
    const CodeNames names(grid, params);
    const auto drawn = drawnCodes(grid, places, view);

    auto real = numberLine(Panels::tr("real values r"), QStringLiteral("real line"),
                           ColorRole::Float, LabelSide::Any);
    real.x = {std::min(figure.x.min, view[0]), std::max(figure.x.max, view[1])};
    real.y = {kReal, kReal};
    figure.series.push_back(std::move(real));
    addCodes(figure, grid, places, names, drawn);
    if (drawn.every > 1)
        figure.note = Panels::tr("%1 codes, one in %2 is drawn: zoom in for more")
                          .arg(QString::fromStdString(formatCount(grid.size())))
                          .arg(drawn.every);
    addClippedRegions(figure, result, grid);
    addRangeHandles(figure, result, grid);
    addArrows(figure, result, grid, places, names);
    addPicked(figure, input, grid, places);
    figure.accessible =
        Panels::tr("Mapping of %1: real %2 to %3 onto codes %4 to %5, 0 onto code %6; %7")
            .arg(shownName(result), number(grid.lowest()), number(grid.highest()), names.text(0),
                 names.text(grid.size() - 1), names.text(grid.indexAt(0)), parametersText(result));
    return figure;
}

} // namespace qs
