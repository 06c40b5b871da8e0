// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "color_sight.h"
#include "sound_capture.h"

#include <QPainter>
#include <QTest>

using namespace qs;

namespace {

/// One more series in the first plot, the transfer.
Series& addSeries(Capture& capture, const char* name, SeriesKind kind, ColorRole color)
{
    Series series;
    series.name = QLatin1String(name);
    series.kind = kind;
    series.color = color;
    auto& list = capture.record.plots[0].figure.series;
    list.push_back(series);
    return list.back();
}

ControlRecord locked(const char* whyNot, const char* tip)
{
    auto box = control("QComboBox", "observer", {}, {1100, 200, 100, 25});
    box.enabled = false;
    box.whyNot = QLatin1String(whyNot);
    box.tip = QLatin1String(tip);
    return box;
}

/// The card of a file that cannot be read.
void addCard(Capture& capture, const QString& title, const QString& found)
{
    capture.record.state = QStringLiteral("cut_file");
    auto& controls = capture.record.controls;
    controls.push_back(control("QLabel", "", QChar(0x26a0) + title, {200, 40, 500, 20}));
    controls.push_back(
        control("QLabel", "Expected", QStringLiteral("8,192 bytes"), {200, 60, 500, 20}));
    controls.push_back(control("QLabel", "Found", found, {200, 80, 500, 20}));
    controls.push_back(
        control("QLabel", "What to do", QStringLiteral("copy it again"), {200, 100, 500, 20}));
    controls.push_back(control("QAbstractButton", "Copy details", QStringLiteral("Copy details"),
                               {720, 40, 90, 24}));
}

void makeBusy(Capture& capture)
{
    capture.record.state = QStringLiteral("busy");
    const QRectF bar(200, 30, 500, 24);
    capture.record.controls.push_back(
        control("QProgressBar", "computation progress", QStringLiteral("0"), bar));
    capture.record.controls.push_back(
        control("QAbstractButton", "", QStringLiteral("Cancel (Esc)"), {720, 30, 80, 24}));
    capture.record.texts.push_back(text(QStringLiteral("quantizing: 40 %"), {300, 36, 90, 12}));
}

void giveFocus(Capture& capture, const QColor& color)
{
    capture.record.state = QStringLiteral("focus_ring");
    capture.record.focus = QRectF(1100, 60, 100, 25);
    capture.record.ring = capture.record.focus.adjusted(-2, -2, 2, 2);
    QPainter painter(&capture.image);
    painter.fillRect(capture.record.ring, color);
    painter.fillRect(capture.record.focus, QColor(0x20, 0x20, 0x20));
}

/// A list with a shortcut in each row; row 0 cannot be done.
Capture palette()
{
    Capture shot;
    shot.image = QImage(680, 330, QImage::Format_ARGB32);
    shot.image.fill(Qt::white);
    shot.record.state = QStringLiteral("palette");
    shot.record.controls = {
        control("QLineEdit", "Find a command", QStringLiteral("re"), {8, 8, 660, 26})};
    for (int i = 0; i < 8; ++i) {
        const double y = 45 + 17.0 * i;
        for (const auto& part :
             {text(QStringLiteral("Redo"), {12, y, 30, 10}),
              text(i == 0 ? QStringLiteral("not now: nothing was undone") : QStringLiteral("Edit"),
                   {410, y, 40, 10}),
              text(QStringLiteral("Ctrl+%1").arg(i), {610, y, 42, 10})}) {
            shot.record.texts.push_back(part);
            shot.record.texts.back().widget = QStringLiteral("QTreeWidget Commands found");
        }
    }
    return shot;
}

/// Nine plots on a screen of 3840 x 2160, with lines all over it.
Capture large()
{
    Capture shot = sound();
    auto& record = shot.record;
    record.size = {3840, 2160};
    const PlotRecord first = record.plots[0];
    record.plots.clear();
    for (int i = 0; i < 9; ++i) {
        record.plots.push_back(first);
        record.plots.back().rect = QRectF(240 + 1100.0 * (i / 3), 60 + 680.0 * (i % 3), 1100, 680);
    }
    shot.image = QImage(3840, 2160, QImage::Format_ARGB32);
    shot.image.fill(Qt::white);
    QPainter painter(&shot.image);
    for (int at = 0; at < 3840; at += 300)
        painter.drawLine(at, 0, at, 2160);
    return shot;
}

const std::vector<Fault>& faults()
{
    static const std::vector<Fault> all{
        {"faint series", markContrasts,
         [](Capture& c) {
             paintPlots(c, Painted::NoSeries);
         }},
        {"faint marker", markContrasts,
         [](Capture& c) {
             paintPlots(c, Painted::NoMarkers);
         }},
        {"faint axes", markContrasts,
         [](Capture& c) {
             paintPlots(c, Painted::NoAxes);
         }},
        {"faint box to tick", markContrasts,
         [](Capture& c) {
             c.record.controls.push_back(
                 control("QCheckBox", "", QStringLiteral("narrow"), {1100, 200, 100, 20}));
         }},
        {"same in grey", distinctSeries,
         [](Capture& c) {
             addSeries(c, "float", SeriesKind::Steps, ColorRole::Float);
             addSeries(c, "fake-quantized", SeriesKind::Line, ColorRole::FakeQuant);
         }},
        {"marker that is not drawn", distinctSeries,
         [](Capture& c) {
             addSeries(c, "one", SeriesKind::Steps, ColorRole::Float);
             addSeries(c, "two", SeriesKind::Steps, ColorRole::Float).marker = MarkerShape::Disc;
         }},
        {"slanted staircase", staircase,
         [](Capture& c) {
             auto& series = addSeries(c, "dequantized", SeriesKind::Line, ColorRole::Dequantized);
             series.x = {-1, 0, 1};
             series.y = {-1, 0, 1};
         }},
        {"more steps than pixels", staircase,
         [](Capture& c) {
             auto& series = addSeries(c, "dequantized", SeriesKind::Steps, ColorRole::Dequantized);
             for (int i = 0; i < 1000; ++i) {
                 series.x.push_back(-1 + i / 500.0);
                 series.y.push_back(i);
             }
         }},
        {"legend on data", legendPlaces,
         [](Capture& c) {
             const QPointF middle = c.record.plots[0].axes.center();
             auto& series = addSeries(c, "points", SeriesKind::Points, ColorRole::Float);
             series.x = series.y = {0, 0.5, 0.7};
             c.record.texts.push_back(
                 text(QStringLiteral("points"), QRectF(middle, QSizeF(60, 12)), 0));
         }},
        {"legend without samples", legendPlaces,
         [](Capture& c) {
             c.record.texts.push_back(text(QStringLiteral("identity"), {700, 66, 60, 12}, 0));
             c.record.texts.back().background = plotTheme(ThemeId::Dark).axesBackground;
         }},
        {"disabled without a reason", disabledReasons,
         [](Capture& c) {
             c.record.controls.push_back(locked("", "Chooses the range."));
         }},
        {"reason not said", disabledReasons,
         [](Capture& c) {
             c.record.controls.push_back(locked("Only integers.", "Chooses the range."));
         }},
        {"exception's text", rawErrors,
         [](Capture& c) {
             c.record.texts.back().text = QStringLiteral("std::bad_alloc");
         }},
        {"no card", rawErrors,
         [](Capture& c) {
             c.record.state = QStringLiteral("cut_file");
         }},
        {"card without a file", rawErrors,
         [](Capture& c) {
             addCard(c, QStringLiteral(" a file cannot be read"), QStringLiteral("100 bytes"));
         }},
        {"card without what was found", rawErrors,
         [](Capture& c) {
             addCard(c, QStringLiteral(" weights.npy cannot be read"), {});
         }},
        {"busy and nothing says so", busySigns,
         [](Capture& c) {
             c.record.state = QStringLiteral("busy");
         }},
        {"busy without how far", busySigns,
         [](Capture& c) {
             makeBusy(c);
             c.record.texts.pop_back();
         }},
        {"busy without Cancel", busySigns,
         [](Capture& c) {
             makeBusy(c);
             c.record.controls.pop_back();
         }},
        {"busy and blank", busySigns,
         [](Capture& c) {
             makeBusy(c);
             c.record.plots[0].figure.series.clear();
         }},
        {"no ring", focusRings,
         [](Capture& c) {
             c.record.state = QStringLiteral("focus_ring");
         }},
        {"faint ring", focusRings,
         [](Capture& c) {
             giveFocus(c, QColor(0x40, 0x40, 0x40));
         }},
        {"ring elsewhere", focusRings,
         [](Capture& c) {
             giveFocus(c, Qt::yellow);
             c.record.focus.translate(0, 200);
         }},
        {"no query", paletteRows,
         [](Capture& c) {
             c = palette();
             c.record.controls[0].text.clear();
         }},
        {"few commands", paletteRows,
         [](Capture& c) {
             c = palette();
             c.record.texts.resize(21);
         }},
        {"shortcut to the left", paletteRows,
         [](Capture& c) {
             c = palette();
             c.record.texts.back().rect.translate(-20, 0);
         }},
        {"not now, and not why", paletteRows,
         [](Capture& c) {
             c = palette();
             c.record.texts[1].text = QStringLiteral("not now");
         }},
        {"three plots on a large screen", largeScreen,
         [](Capture& c) {
             c = large();
             c.record.plots.resize(3);
         }},
        {"small text on a large screen", largeScreen,
         [](Capture& c) {
             c = large();
             c.record.texts.back().px = 11;
         }},
        {"empty part of a large screen", largeScreen,
         [](Capture& c) {
             c = large();
             QPainter(&c.image).fillRect(0, 0, 1600, 900, Qt::gray);
         }},
        {"two families of fonts", fonts,
         [](Capture& c) {
             c.record.texts.back().family = QStringLiteral("Noto Serif");
         }},
        {"four sizes", fonts,
         [](Capture& c) {
             for (int i = 0; i < 3; ++i)
                 c.record.texts[static_cast<std::size_t>(3 * i)].plot = 0;
             c.record.texts[0].px = 13;
             c.record.texts[3].px = 15;
             c.record.texts[6].px = 18;
         }},
    };
    return all;
}

} // namespace

/// The rules of marks and of the window's own words pass what is right and find what is wrong.
class TestMarkChecks : public QObject {
    Q_OBJECT

private slots:
    void rareStatesHaveNoProblems();
    void faultIsFound_data();
    void faultIsFound();
    void distancesAreCies();
    void deuteranopiaLeavesGreys();
};

void TestMarkChecks::rareStatesHaveNoProblems()
{
    auto shot = sound();
    shot.record.controls.push_back(locked("Only integers.", "Only integers."));
    giveFocus(shot, Qt::yellow);
    QCOMPARE(disabledReasons(shot) + focusRings(shot), QStringList());
    makeBusy(shot);
    QCOMPARE(busySigns(shot), QStringList());
    addCard(shot, QStringLiteral(" cut.npy cannot be read"), QStringLiteral("100 bytes"));
    QCOMPARE(rawErrors(shot), QStringList());
    QCOMPARE(paletteRows(palette()), QStringList());
    QCOMPARE(largeScreen(large()), QStringList());
    auto& steps = addSeries(shot, "dequantized", SeriesKind::Steps, ColorRole::Dequantized);
    steps.x = {-1, 0, 1};
    steps.y = {-1, 0, 0};
    QCOMPARE(staircase(shot) + distinctSeries(shot), QStringList());
}

void TestMarkChecks::faultIsFound_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < faults().size(); ++i)
        QTest::newRow(faults()[i].name) << static_cast<int>(i);
}

void TestMarkChecks::faultIsFound()
{
    QFETCH(int, index);
    const auto& fault = faults()[static_cast<std::size_t>(index)];
    auto shot = sound();
    QCOMPARE(fault.check(shot), QStringList());
    fault.spoil(shot);
    QVERIFY(!fault.check(shot).isEmpty());
}

/// CIE L*a*b* of sRGB's red is (53.24, 80.09, 67.20), of its blue (32.30, 79.19, -107.86):
/// published by B. Lindbloom for D65.
void TestMarkChecks::distancesAreCies()
{
    const auto near = [](double value, double wanted) {
        return std::abs(value - wanted) < 0.05;
    };
    QVERIFY(near(lightnessOf(Qt::white), 100));
    QVERIFY(near(lightnessOf(Qt::red), 53.24));
    QVERIFY(near(colorDistance(Qt::red, Qt::black), std::hypot(53.24, 80.09, 67.20)));
    QVERIFY(near(colorDistance(Qt::red, Qt::blue),
                 std::hypot(53.24 - 32.30, 80.09 - 79.19, 67.20 + 107.86)));
}

/// Greys stay, and a red and a green that are far apart for others become neighbours.
void TestMarkChecks::deuteranopiaLeavesGreys()
{
    for (const int grey : {0, 60, 128, 255})
        QVERIFY(colorDistance(deuteranopia(QColor(grey, grey, grey)), QColor(grey, grey, grey)) <
                0.5);
    const QColor red(0xB0, 0x50, 0x30);
    const QColor green(0x6E, 0x78, 0x30);
    QVERIFY(colorDistance(red, green) > 40);
    QVERIFY(colorDistance(deuteranopia(red), deuteranopia(green)) < 10);
}

QTEST_MAIN(TestMarkChecks)
#include "tst_mark_checks.moc"
