// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "checks.h"

#include "ui/plot/number_text.h"

#include <QRegularExpression>

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr double kMostOff = 1; ///< pixels

bool hasAxes(const Figure& figure)
{
    return figure.emptyText.isEmpty() && !figure.table;
}

/// Whether a text of the plot contains `wanted`.
bool paints(const Capture& capture, std::size_t plot, const QString& wanted)
{
    const auto& texts = capture.record.texts;
    return std::any_of(texts.begin(), texts.end(), [&](const TextRecord& text) {
        return text.plot == static_cast<int>(plot) && text.text.contains(wanted);
    });
}

/// The plots whose title begins so.
std::vector<std::size_t> plotsOf(const Record& record, const char* title)
{
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < record.plots.size(); ++i) {
        const auto& figure = record.plots[i].figure;
        if (figure.title.startsWith(QLatin1String(title)) && hasAxes(figure))
            found.push_back(i);
    }
    return found;
}

std::optional<double> controlValue(const Record& record, const char* name)
{
    for (const auto& control : record.controls) {
        bool ok = false;
        const double value = control.text.toDouble(&ok);
        if (control.name == QLatin1String(name) && ok)
            return value;
    }
    return std::nullopt;
}

/// Whether a share of the result box is above 0; nothing where it does not say.
std::optional<bool> saysClipped(const Record& record)
{
    std::optional<bool> clipped;
    for (const auto& row : record.texts) {
        if (!row.text.startsWith(QLatin1String("clipped ")) || row.plot >= 0)
            continue;
        // Of several columns the last is what the plots show.
        const TextRecord* last = nullptr;
        for (const auto& text : record.texts) {
            const bool beside = std::abs(text.rect.center().y() - row.rect.center().y()) < 4 &&
                                text.rect.left() > row.rect.right();
            if (beside && text.plot < 0 &&
                (last == nullptr || text.rect.left() > last->rect.left()))
                last = &text;
        }
        bool ok = false;
        const double share =
            last == nullptr ? 0 : last->text.section(QLatin1Char(' '), 0, 0).toDouble(&ok);
        if (ok)
            clipped = clipped.value_or(false) || share > 0;
    }
    return clipped;
}

QString quoted(const Figure& figure)
{
    return QStringLiteral("\"%1\"").arg(figure.title);
}

} // namespace

QStringList axisTitles(const Capture& capture)
{
    QStringList problems;
    const auto& plots = capture.record.plots;
    for (std::size_t i = 0; i < plots.size(); ++i) {
        const auto& figure = plots[i].figure;
        if (!hasAxes(figure))
            continue;
        std::vector<std::pair<const char*, const Axis*>> axes{{"x", &figure.x}, {"y", &figure.y}};
        if (figure.y2)
            axes.push_back({"y2", &*figure.y2});
        for (const auto& [name, axis] : axes) {
            const QString where =
                QStringLiteral("%1 of %2").arg(QLatin1String(name), quoted(figure));
            if (axis->title.isEmpty())
                problems << where + QStringLiteral(" has no title");
            else if (axis->unit.isEmpty() && axis->names.empty())
                problems << where + QStringLiteral(" has no unit");
            else if (!paints(capture, i, axisTitle(*axis)))
                problems << QStringLiteral("%1: \"%2\" is not painted whole")
                                .arg(where, axisTitle(*axis));
        }
    }
    return problems;
}

QStringList legends(const Capture& capture)
{
    QStringList problems;
    const auto& plots = capture.record.plots;
    for (std::size_t i = 0; i < plots.size(); ++i) {
        const auto& figure = plots[i].figure;
        QStringList names;
        for (const auto& series : figure.series) {
            if (!series.name.isEmpty())
                names << series.name;
        }
        if (!hasAxes(figure) || names.size() < 2)
            continue;
        for (const auto& name : names) {
            if (!paints(capture, i, name))
                problems << QStringLiteral("%1 does not name \"%2\"").arg(quoted(figure), name);
        }
    }
    return problems;
}

QStringList alignedAxes(const Capture& capture)
{
    QStringList problems;
    const auto& plots = capture.record.plots;
    for (std::size_t i = 0; i < plots.size(); ++i) {
        for (std::size_t j = i + 1; j < plots.size(); ++j) {
            const auto& a = plots[i];
            const auto& b = plots[j];
            if (!hasAxes(a.figure) || !hasAxes(b.figure) ||
                axisTitle(a.figure.x) != axisTitle(b.figure.x) || a.figure.x.log != b.figure.x.log)
                continue;
            const QString both =
                QStringLiteral("%1 and %2").arg(quoted(a.figure), quoted(b.figure));
            if (a.xMin != b.xMin || a.xMax != b.xMax)
                problems << QStringLiteral("%1 show x from %2 to %3 and from %4 to %5")
                                .arg(both)
                                .arg(a.xMin)
                                .arg(a.xMax)
                                .arg(b.xMin)
                                .arg(b.xMax);
            const bool stacked = std::abs(a.rect.left() - b.rect.left()) <= kMostOff &&
                                 std::abs(a.rect.right() - b.rect.right()) <= kMostOff;
            if (stacked && (std::abs(a.axes.left() - b.axes.left()) > kMostOff ||
                            std::abs(a.axes.right() - b.axes.right()) > kMostOff))
                problems << QStringLiteral("%1 have axes from %2 to %3 and from %4 to %5")
                                .arg(both)
                                .arg(a.axes.left())
                                .arg(a.axes.right())
                                .arg(b.axes.left())
                                .arg(b.axes.right());
        }
    }
    return problems;
}

QStringList zeroInSight(const Capture& capture)
{
    QStringList problems;
    const auto& record = capture.record;
    for (const auto i : plotsOf(record, "Transfer")) {
        const auto& plot = record.plots[i];
        const auto& x = plot.figure.x;
        const bool zoomed = plot.xMin != x.min || plot.xMax != x.max;
        const bool spans = x.min < 0 && x.max > 0;
        if (zoomed || !spans)
            continue;
        const auto zero = std::find_if(
            plot.figure.markers.begin(), plot.figure.markers.end(),
            [](const Marker& marker) { return marker.id == QLatin1String("zero_point"); });
        // Blocks have no code of 0 to tell.
        if (zero == plot.figure.markers.end() && !plot.figure.markers.empty())
            problems << quoted(plot.figure) + QStringLiteral(" does not mark 0");
        else if (zero != plot.figure.markers.end() && !paints(capture, i, zero->label))
            problems
                << QStringLiteral("%1 does not paint \"%2\"").arg(quoted(plot.figure), zero->label);
    }
    return problems;
}

QStringList clippedShare(const Capture& capture)
{
    QStringList problems;
    const auto& record = capture.record;
    const auto clipped = saysClipped(record);
    for (const auto i : plotsOf(record, "Transfer")) {
        const auto& plot = record.plots[i];
        // The elements of a block share no range that has ends.
        const bool points = std::all_of(
            plot.figure.series.begin(), plot.figure.series.end(), [](const Series& series) {
                return series.kind == SeriesKind::Points || series.kind == SeriesKind::Line;
            });
        int regions = 0;
        for (const auto& region : plot.figure.regions) {
            if (region.kind != RegionKind::Clipped)
                continue;
            ++regions;
            const bool inSight = region.from < plot.xMax && region.to > plot.xMin;
            if (inSight && (region.label.isEmpty() || !paints(capture, i, region.label)))
                problems << quoted(plot.figure) + QStringLiteral(" hatches without its share");
        }
        if (clipped && (!points || !plot.figure.markers.empty()) && *clipped != (regions > 0))
            problems << QStringLiteral("%1 has %2 clipped regions, the result box says %3")
                            .arg(quoted(plot.figure))
                            .arg(regions)
                            .arg(*clipped ? QStringLiteral("some is clipped")
                                          : QStringLiteral("nothing is"));
    }
    return problems;
}

QStringList histogramTitle(const Capture& capture)
{
    static const QRegularExpression bins(QStringLiteral("\\d+ bins"));
    static const QRegularExpression scale(QStringLiteral("linear|log|densit"));
    QStringList problems;
    for (const auto i : plotsOf(capture.record, "Histogram")) {
        const auto& figure = capture.record.plots[i].figure;
        QString painted;
        for (const auto& text : capture.record.texts) {
            if (text.plot == static_cast<int>(i))
                painted += text.text + QLatin1Char('\n');
        }
        if (!figure.title.contains(QLatin1String(" of ")))
            problems << quoted(figure) + QStringLiteral(" does not say of what");
        // Levels and codes are counted one by one.
        const bool binned = !figure.title.contains(QLatin1String("(dequantized)")) &&
                            !figure.title.contains(QLatin1String("(code)"));
        if (binned && !bins.match(painted).hasMatch())
            problems << quoted(figure) + QStringLiteral(" does not say how many bins");
        if (!scale.match(painted).hasMatch())
            problems << quoted(figure) + QStringLiteral(" does not say how it counts");
    }
    return problems;
}

QStringList rangeHandles(const Capture& capture)
{
    QStringList problems;
    const auto& record = capture.record;
    const auto scale = controlValue(record, "scale");
    const auto zeroPoint = controlValue(record, "zero_point");
    const bool refused = std::any_of(record.controls.begin(), record.controls.end(),
                                     [](const ControlRecord& control) { return control.invalid; });
    if (!scale || !zeroPoint || refused)
        return problems;
    for (const auto i : plotsOf(record, "Transfer")) {
        const auto& plot = record.plots[i];
        for (const auto& marker : plot.figure.markers) {
            const bool left = marker.id == QLatin1String("range_min");
            const auto end = controlValue(record, left ? "quant_min" : "quant_max");
            if (!end || (!left && marker.id != QLatin1String("range_max")))
                continue;
            const double wanted = *scale * (*end - *zeroPoint);
            const double pixels = (marker.x - wanted) / (plot.xMax - plot.xMin) * plot.axes.width();
            if (!(std::abs(pixels) <= kMostOff))
                problems << QStringLiteral("%1: the handle is at %2, the fields say %3")
                                .arg(quoted(plot.figure))
                                .arg(marker.x)
                                .arg(wanted);
        }
    }
    return problems;
}

QStringList emptyPlots(const Capture& capture)
{
    QStringList problems;
    const auto& plots = capture.record.plots;
    for (std::size_t i = 0; i < plots.size(); ++i) {
        const auto& figure = plots[i].figure;
        if (figure.emptyText.isEmpty()) {
            const bool data = !figure.series.empty() || figure.map || figure.table;
            if (!data)
                problems << quoted(figure) + QStringLiteral(" has axes and nothing on them");
            continue;
        }
        for (const auto& text : capture.record.texts) {
            const bool own = figure.title.contains(text.text) || figure.note.contains(text.text) ||
                             figure.emptyText.contains(text.text.trimmed());
            // Buttons on the plot are not painted by it.
            const bool button = text.widget.startsWith(QLatin1String("QToolButton"));
            if (text.plot == static_cast<int>(i) && !own && !button)
                problems << QStringLiteral("%1 is empty and paints \"%2\"")
                                .arg(quoted(figure), text.text);
        }
    }
    return problems;
}

} // namespace qs
