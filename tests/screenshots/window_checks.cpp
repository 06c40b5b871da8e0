// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "checks.h"

#include <QAction>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>

#include <algorithm>
#include <cmath>
#include <set>

namespace qs {
namespace {

constexpr double kPlotHeight = 180;
constexpr double kMostChrome = 0.25;
constexpr double kMostWhite = 0.01;

bool isBar(const ControlRecord& control)
{
    return control.kind == QLatin1String("QMenuBar") || control.kind == QLatin1String("QToolBar") ||
           control.kind == QLatin1String("QStatusBar");
}

bool isWindow(const Record& record)
{
    return std::any_of(record.controls.begin(), record.controls.end(), isBar);
}

const TextRecord* find(const Record& record, const QString& part)
{
    for (const auto& text : record.texts) {
        if (text.text.contains(part))
            return &text;
    }
    return nullptr;
}

bool hasResult(const Record& record)
{
    return isWindow(record) &&
           std::any_of(record.plots.begin(), record.plots.end(), [](const PlotRecord& plot) {
               return plot.figure.title.startsWith(QLatin1String("Transfer of"));
           });
}

/// Whether a part of the picture has a step of most of its contrast between two device pixels of
/// the same pixel. What was drawn small and blown up has none: both are the same, or in between.
bool hasFineEdges(const QImage& image, const QRect& area)
{
    int low = 255;
    int high = 0;
    for (int y = area.top(); y <= area.bottom(); ++y) {
        for (int x = area.left(); x <= area.right(); ++x) {
            const int gray = qGray(image.pixel(x, y));
            low = std::min(low, gray);
            high = std::max(high, gray);
        }
    }
    const int step = (high - low) * 6 / 10;
    for (int y = area.top() & ~1; y + 1 <= area.bottom(); y += 2) {
        for (int x = area.left() & ~1; x + 1 <= area.right(); x += 2) {
            const int here = qGray(image.pixel(x, y));
            if (std::abs(qGray(image.pixel(x + 1, y)) - here) >= step ||
                std::abs(qGray(image.pixel(x, y + 1)) - here) >= step)
                return true;
        }
    }
    return false;
}

} // namespace

QStringList results(const Capture& capture)
{
    QStringList problems;
    const auto& record = capture.record;
    if (!hasResult(record) || record.state == QLatin1String("size_150_plots")) // without columns
        return problems;
    // The status bar has room for one thing: a problem goes first.
    const bool troubled = find(record, QString(QChar(0x26a0))) != nullptr;
    for (const char* part : {"SQNR", "0.289", "exact"}) {
        const bool may = troubled && QLatin1String(part) == QLatin1String("exact");
        if (!may && find(record, QLatin1String(part)) == nullptr)
            problems << QStringLiteral("\"%1\" is not in sight").arg(QLatin1String(part));
    }
    return problems;
}

QStringList refusedEntries(const Capture& capture)
{
    QStringList problems;
    const auto& record = capture.record;
    for (const auto& control : record.controls) {
        if (!control.invalid)
            continue;
        const QPointF edge(control.rect.left() + 0.75, control.rect.center().y());
        const QPoint at = (edge * record.dpr).toPoint();
        const QColor border = capture.image.valid(at) ? capture.image.pixelColor(at) : QColor();
        if (border.red() < 2 * border.green() || border.red() < 2 * border.blue())
            problems << QStringLiteral("%1 has a border of %2").arg(control.name, border.name());
        const bool said =
            std::any_of(record.texts.begin(), record.texts.end(), [&](const TextRecord& text) {
                const QString line = QString(text.text).remove(QChar(0x26a0)).trimmed();
                return text.text.contains(QChar(0x26a0)) && !line.isEmpty() &&
                       control.problem.contains(line);
            });
        if (!said)
            problems << QStringLiteral("%1: \"%2\" is not said").arg(control.name, control.problem);
        for (const auto& plot : record.plots) {
            if (!plot.figure.emptyText.isEmpty())
                problems << control.name + QStringLiteral(": a plot is empty");
        }
    }
    return problems;
}

QStringList room(const Capture& capture)
{
    QStringList problems;
    const auto& record = capture.record;
    if (!isWindow(record))
        return problems;
    std::vector<double> heights;
    for (const auto& plot : record.plots)
        heights.push_back(plot.rect.height());
    std::sort(heights.rbegin(), heights.rend());
    for (std::size_t i = 0; i < std::min<std::size_t>(3, heights.size()); ++i) {
        if (heights[i] < kPlotHeight)
            problems << QStringLiteral("a plot is only %1 pixels high").arg(heights[i]);
    }
    double chrome = 0;
    for (const auto& control : record.controls) {
        if (isBar(control))
            chrome += control.rect.height();
        if (control.kind == QLatin1String("QScrollBar") && control.horizontal)
            problems << QStringLiteral("a horizontal scroll bar at %1,%2")
                            .arg(control.rect.x())
                            .arg(control.rect.y());
    }
    if (chrome > kMostChrome * record.size.height())
        problems << QStringLiteral("bars and menus take %1 of %2 pixels")
                        .arg(chrome)
                        .arg(record.size.height());
    return problems;
}

QStringList sharpness(const Capture& capture)
{
    QStringList problems;
    const auto& record = capture.record;
    if (record.dpr != 2)
        return problems;
    for (const auto& text : record.texts) {
        if (text.text.size() < 4 || !text.enabled)
            continue;
        const QRect area = QRectF(text.rect.topLeft() * 2, text.rect.size() * 2)
                               .toAlignedRect()
                               .intersected(capture.image.rect());
        if (!hasFineEdges(capture.image, area))
            problems << QStringLiteral("\"%1\" (%2) has no edges finer than a pixel")
                            .arg(text.text, text.widget);
    }
    return problems;
}

QStringList darkness(const Capture& capture)
{
    // What is exported is white, and so is its preview.
    if (capture.record.theme != QLatin1String("dark") ||
        capture.record.state.startsWith(QLatin1String("export_")))
        return {};
    qint64 white = 0;
    const auto& image = capture.image;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QRgb pixel = image.pixel(x, y);
            white += qRed(pixel) > 250 && qGreen(pixel) > 250 && qBlue(pixel) > 250;
        }
    }
    const double share = static_cast<double>(white) / (1.0 * image.width() * image.height());
    return share <= kMostWhite
               ? QStringList()
               : QStringList{QStringLiteral("%1 % is white").arg(100 * share, 0, 'f', 1)};
}

QStringList named(const Capture& capture)
{
    // Only what takes something, and has no text of its own for a name.
    static const std::set<QString> kinds{
        QStringLiteral("QComboBox"), QStringLiteral("QSlider"),  QStringLiteral("QAbstractSpinBox"),
        QStringLiteral("QTabBar"),   QStringLiteral("PlotView"), QStringLiteral("qs::PlotView")};
    QStringList problems;
    for (const auto& control : capture.record.controls) {
        if (kinds.count(control.kind) != 0 && control.focusable && control.name.isEmpty())
            problems << QStringLiteral("a %1 at %2,%3 has no accessible name")
                            .arg(control.kind)
                            .arg(control.rect.x())
                            .arg(control.rect.y());
    }
    return problems;
}

QStringList mnemonics(const QMainWindow& window)
{
    QStringList problems;
    const auto look = [&problems](const auto& self, const QWidget& menu,
                                  const QString& name) -> void {
        std::set<QString> taken;
        for (const auto* action : menu.actions()) {
            const auto key = QKeySequence::mnemonic(action->text()).toString();
            if (!key.isEmpty() && !taken.insert(key).second)
                problems << QStringLiteral("%1 twice in %2").arg(key, name);
            if (action->menu() != nullptr)
                self(self, *action->menu(), action->text());
        }
    };
    if (window.menuWidget() != nullptr)
        look(look, *window.menuWidget(), QStringLiteral("the menu bar"));
    return problems;
}

} // namespace qs
