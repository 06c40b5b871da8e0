// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Rules of what the window says about itself: reasons, problems, work under way, the focus, fonts.
#include "checks.h"

#include <QRegularExpression>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace qs {
namespace {

constexpr double kContrast = 3;
constexpr double kRingWidth = 2;
constexpr int kFewestCommands = 8;
constexpr std::size_t kMostSizes = 3;
constexpr double kLargeWidth = 3840;
constexpr double kLargeText = 12;
constexpr double kMostEmpty = 0.15;
constexpr std::size_t kLargeRows = 3;

bool takesSomething(const ControlRecord& control)
{
    static const std::set<QString> kinds{
        QStringLiteral("QComboBox"),       QStringLiteral("QLineEdit"),
        QStringLiteral("QSlider"),         QStringLiteral("QCheckBox"),
        QStringLiteral("QRadioButton"),    QStringLiteral("QAbstractButton"),
        QStringLiteral("QAbstractSpinBox")};
    return kinds.count(control.kind) != 0;
}

QString shown(const ControlRecord& control)
{
    return QStringLiteral("%1 \"%2\" at %3,%4")
        .arg(control.kind, control.name.isEmpty() ? control.text : control.name)
        .arg(control.rect.x())
        .arg(control.rect.y());
}

bool reads(const Record& record, const QString& words)
{
    return std::any_of(record.texts.begin(), record.texts.end(),
                       [&](const TextRecord& text) { return text.text.contains(words); });
}

QColor pixelAt(const Capture& capture, const QPointF& at)
{
    const QPoint pixel(static_cast<int>(std::floor(at.x() * capture.record.dpr)),
                       static_cast<int>(std::floor(at.y() * capture.record.dpr)));
    return capture.image.valid(pixel) ? capture.image.pixelColor(pixel) : QColor();
}

/// The share of the picture that the largest rectangle without anything in it takes.
double largestEmptyShare(const QImage& image)
{
    constexpr int kCell = 16;
    const int columns = image.width() / kCell;
    const int rows = image.height() / kCell;
    const auto isEmpty = [&](int column, int row) {
        const QRgb first = image.pixel(column * kCell, row * kCell);
        for (int y = row * kCell; y < (row + 1) * kCell; ++y) {
            for (int x = column * kCell; x < (column + 1) * kCell; ++x) {
                if (image.pixel(x, y) != first)
                    return false;
            }
        }
        return true;
    };
    std::vector<int> heights(static_cast<std::size_t>(columns), 0);
    int best = 0;
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            auto& height = heights[static_cast<std::size_t>(column)];
            height = isEmpty(column, row) ? height + 1 : 0;
        }
        for (std::size_t from = 0; from < heights.size(); ++from) {
            int height = rows;
            for (std::size_t to = from; to < heights.size() && heights[to] > 0; ++to) {
                height = std::min(height, heights[to]);
                best = std::max(best, height * static_cast<int>(to - from + 1));
            }
        }
    }
    return rows * columns == 0 ? 0 : static_cast<double>(best) / (rows * columns);
}

} // namespace

QStringList disabledReasons(const Capture& capture)
{
    QStringList problems;
    for (const auto& control : capture.record.controls) {
        if (control.enabled || !takesSomething(control))
            continue;
        if (control.whyNot.isEmpty())
            problems << shown(control) + QStringLiteral(" is disabled without a reason");
        else if (!control.tip.contains(control.whyNot) && !reads(capture.record, control.whyNot))
            problems << QStringLiteral("%1 does not say \"%2\" but \"%3\"")
                            .arg(shown(control), control.whyNot, control.tip);
    }
    return problems;
}

QStringList rawErrors(const Capture& capture)
{
    static const QRegularExpression raw(
        QStringLiteral("what\\(\\)|\\bstd::|\\bterminate|[Ee]xception|\\berrno\\b|\\[json\\.|"
                       "bad_alloc|\\b0x[0-9a-f]{8,}|basic_string|::_M_"));
    static const QRegularExpression fileName(QStringLiteral("[\\w-]+\\.\\w{2,}"));
    QStringList problems;
    const auto& record = capture.record;
    for (const auto& text : record.texts) {
        if (raw.match(text.text).hasMatch())
            problems << QStringLiteral("\"%1\" is for programmers").arg(text.text);
    }
    if (!record.state.endsWith(QLatin1String("_file")))
        return problems;
    const auto says = [&](const char* name) {
        return std::any_of(record.controls.begin(), record.controls.end(), [&](const auto& each) {
            return each.name == QLatin1String(name) && (!each.text.isEmpty() || each.focusable) &&
                   each.enabled;
        });
    };
    const bool named =
        std::any_of(record.controls.begin(), record.controls.end(), [](const auto& each) {
            return each.text.startsWith(QChar(0x26a0)) && fileName.match(each.text).hasMatch();
        });
    if (!named)
        problems << QStringLiteral("nothing says which file cannot be read");
    for (const char* part : {"Expected", "Found", "What to do", "Copy details"}) {
        if (!says(part))
            problems << QStringLiteral("the file's card has no \"%1\"").arg(QLatin1String(part));
    }
    return problems;
}

QStringList busySigns(const Capture& capture)
{
    static const QRegularExpression howFar(QStringLiteral("\\w.*\\d+ ?%"));
    QStringList problems;
    const auto& record = capture.record;
    const bool asked = record.state == QLatin1String("busy");
    const auto bar = std::find_if(record.controls.begin(), record.controls.end(),
                                  [](const ControlRecord& control) {
                                      return control.kind == QLatin1String("QProgressBar") &&
                                             control.name == QLatin1String("computation progress");
                                  });
    if (bar == record.controls.end())
        return asked ? problems << QStringLiteral("no progress is shown") : problems;
    const bool told =
        std::any_of(record.texts.begin(), record.texts.end(), [&](const TextRecord& text) {
            return bar->rect.contains(text.rect.center()) && howFar.match(text.text).hasMatch();
        });
    if (!told)
        problems << QStringLiteral("the progress bar does not say what is done, and how far");
    const bool stops = std::any_of(
        record.controls.begin(), record.controls.end(), [](const ControlRecord& control) {
            return control.kind == QLatin1String("QAbstractButton") && control.enabled &&
                   control.text.contains(QLatin1String("Cancel"));
        });
    if (!stops)
        problems << QStringLiteral("nothing cancels");
    for (const auto& plot : record.plots) {
        const auto& figure = plot.figure;
        // Where nothing was yet, words may say that something comes.
        const bool announced = figure.emptyText.endsWith(QChar(0x2026));
        if (figure.series.empty() && !figure.map && !figure.table && !announced)
            problems << QStringLiteral("\"%1\" is blank meanwhile").arg(figure.title);
    }
    return problems;
}

QStringList focusRings(const Capture& capture)
{
    QStringList problems;
    const auto& record = capture.record;
    if (record.ring.isEmpty()) {
        if (record.state.startsWith(QLatin1String("focus")))
            problems << QStringLiteral("no ring around what has the focus");
        return problems;
    }
    const QRectF& ring = record.ring;
    const QPointF middle = ring.center();
    // From the middle of each side inwards; a plot's neighbours may touch it.
    struct Side {
        QPointF edge;
        QPointF inwards;
    };
    const Side sides[] = {{{ring.left(), middle.y()}, {1, 0}},
                          {{ring.right() - 1, middle.y()}, {-1, 0}},
                          {{middle.x(), ring.top()}, {0, 1}},
                          {{middle.x(), ring.bottom() - 1}, {0, -1}}};
    int seen = 0;
    for (const auto& side : sides) {
        const QColor color = pixelAt(capture, side.edge);
        bool wide = true;
        for (int i = 1; i < kRingWidth; ++i)
            wide = wide && pixelAt(capture, side.edge + i * side.inwards) == color;
        const QColor within = pixelAt(capture, side.edge + (kRingWidth + 1) * side.inwards);
        const QColor outside = pixelAt(capture, side.edge - 2 * side.inwards);
        // What lies beside it may be a frame of the control's own.
        const bool contrasts = contrastOf(color, within) >= kContrast ||
                               (outside.isValid() && contrastOf(color, outside) >= kContrast);
        seen += wide && contrasts;
    }
    // One side may lie at the edge of the window, or on a neighbour's frame.
    if (seen < 3)
        problems << QStringLiteral("the ring at %1,%2 is seen at %3 of 4 sides")
                        .arg(ring.x())
                        .arg(ring.y())
                        .arg(seen);
    if (!ring.intersects(record.focus))
        problems << QStringLiteral("the ring is not around what has the focus");
    return problems;
}

QStringList paletteRows(const Capture& capture)
{
    QStringList problems;
    const auto& record = capture.record;
    std::map<int, std::vector<const TextRecord*>> rows;
    for (const auto& text : record.texts) {
        if (text.widget.contains(QLatin1String("Commands found")))
            rows[static_cast<int>(std::lround(text.rect.center().y() / 8))].push_back(&text);
    }
    if (rows.empty())
        return problems;
    const bool query = std::any_of(
        record.controls.begin(), record.controls.end(), [](const ControlRecord& control) {
            return control.kind == QLatin1String("QLineEdit") && !control.text.isEmpty();
        });
    if (!query)
        problems << QStringLiteral("no query is in the field");
    if (static_cast<int>(rows.size()) < kFewestCommands)
        problems << QStringLiteral("only %1 commands are in sight").arg(rows.size());
    static const QRegularExpression keys(
        QStringLiteral("^((Ctrl|Alt|Shift|Meta)\\+)*(F\\d+|Esc|Del|Home|End|Space|.)$"));
    double right = -1;
    for (const auto& [y, row] : rows) {
        for (const auto* text : row) {
            if (text->text.startsWith(QLatin1String("not now")) &&
                !text->text.startsWith(QLatin1String("not now: ")))
                problems << QStringLiteral("\"%1\" is not explained").arg(row.front()->text);
            if (!keys.match(text->text).hasMatch())
                continue;
            if (right >= 0 && std::abs(text->rect.right() - right) > 3)
                problems << QStringLiteral("\"%1\" does not end where the other shortcuts do")
                                .arg(text->text);
            right = text->rect.right();
        }
    }
    return problems;
}

QStringList largeScreen(const Capture& capture)
{
    QStringList problems;
    const auto& record = capture.record;
    const bool tensor =
        std::any_of(record.plots.begin(), record.plots.end(), [](const PlotRecord& plot) {
            return plot.figure.title.startsWith(QLatin1String("Transfer of"));
        });
    if (record.size.width() < kLargeWidth)
        return problems;
    std::set<double> columns;
    std::set<double> rows;
    for (const auto& plot : record.plots) {
        columns.insert(plot.rect.left());
        rows.insert(plot.rect.top());
    }
    if (tensor && (columns.size() < kLargeRows || rows.size() < kLargeRows ||
                   record.plots.size() < kLargeRows * kLargeRows))
        problems << QStringLiteral("%1 plots in %2 columns and %3 rows")
                        .arg(record.plots.size())
                        .arg(columns.size())
                        .arg(rows.size());
    for (const auto& text : record.texts) {
        if (text.px + 0.01 < kLargeText)
            problems << QStringLiteral("\"%1\" has %2 px").arg(text.text).arg(text.px);
    }
    const double empty = largestEmptyShare(capture.image);
    if (empty > kMostEmpty)
        problems << QStringLiteral("%1 % are empty").arg(100 * empty, 0, 'f', 1);
    return problems;
}

QStringList fonts(const Capture& capture)
{
    QStringList problems;
    std::set<QString> families;
    std::map<int, std::set<long>> sizes;
    for (const auto& text : capture.record.texts) {
        // What is pasted is code.
        if (!text.family.contains(QLatin1String("Mono")))
            families.insert(text.family);
        sizes[text.plot].insert(std::lround(text.px));
    }
    if (families.size() > 1)
        problems
            << QStringLiteral("fonts: %1")
                   .arg(QStringList(families.begin(), families.end()).join(QStringLiteral(", ")));
    for (const auto& [plot, heights] : sizes) {
        if (heights.size() > kMostSizes)
            problems << QStringLiteral("%1 sizes of text in %2")
                            .arg(heights.size())
                            .arg(plot < 0 ? QStringLiteral("the window")
                                          : QStringLiteral("plot %1").arg(plot));
    }
    return problems;
}

} // namespace qs
