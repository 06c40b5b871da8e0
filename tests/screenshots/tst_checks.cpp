// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "sound_capture.h"
#include "text_recorder.h"

#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QPainter>
#include <QTest>

using namespace qs;

namespace {

ControlRecord refused()
{
    auto field = control("QLineEdit", "scale", QStringLiteral("-1"), {1100, 60, 100, 25});
    field.invalid = true;
    field.problem = QStringLiteral("scale must be above 0");
    return field;
}

const std::vector<Fault>& faults()
{
    static const std::vector<Fault> all{
        {"texts overlap", overlaps,
         [](Capture& c) {
             c.record.texts.push_back(text(QStringLiteral("on it"), {1010, 502, 40, 10}));
         }},
        {"cut tick", cutTexts,
         [](Capture& c) {
             c.record.texts[2].cut = true;
         }},
        {"tick cut in a plot with a tooltip", cutTexts,
         [](Capture& c) {
             c.record.texts[2].cut = c.record.texts[2].helped = true;
         }},
        {"elided label", cutTexts,
         [](Capture& c) {
             c.record.texts.back().elided = true;
         }},
        {"small label", textSizes,
         [](Capture& c) {
             c.record.texts.back().px = 11;
         }},
        {"small tick", textSizes,
         [](Capture& c) {
             c.record.texts[2].px = 10;
         }},
        {"faint text", contrasts,
         [](Capture& c) {
             c.record.texts.back().contrast = 4.4;
         }},
        {"nan", numbers,
         [](Capture& c) {
             c.record.texts.back().text = QStringLiteral("nan dB");
         }},
        {"-0", numbers,
         [](Capture& c) {
             c.record.texts.back().text = QStringLiteral("-0");
         }},
        {"1e+00", numbers,
         [](Capture& c) {
             c.record.texts.back().text = QStringLiteral("1e+00");
         }},
        {"long tick", numbers,
         [](Capture& c) {
             c.record.texts[2].text = QStringLiteral("0.12345");
         }},
        {"no unit", axisTitles,
         [](Capture& c) {
             c.record.plots[1].figure.x.unit.clear();
         }},
        {"title not painted", axisTitles,
         [](Capture& c) {
             c.record.texts[0].text = QStringLiteral("value");
         }},
        {"no legend", legends,
         [](Capture& c) {
             Series second;
             second.name = QStringLiteral("dequantized");
             c.record.plots[2].figure.series.push_back(second);
         }},
        {"shifted axes", alignedAxes,
         [](Capture& c) {
             c.record.plots[1].axes.translate(2, 0);
         }},
        {"other range", alignedAxes,
         [](Capture& c) {
             c.record.plots[2].xMax = 1.5;
         }},
        {"0 not marked", zeroInSight,
         [](Capture& c) {
             c.record.plots[0].figure.markers[1].id = QStringLiteral("other");
         }},
        {"share not painted", clippedShare,
         [](Capture& c) {
             c.record.plots[0].figure.regions[0].label.clear();
         }},
        {"hatched and nothing clipped", clippedShare,
         [](Capture& c) {
             for (auto& t : c.record.texts) {
                 if (t.text == QLatin1String("0.8 %"))
                     t.text = QStringLiteral("0 %");
             }
         }},
        {"clipped and not hatched", clippedShare,
         [](Capture& c) {
             c.record.plots[0].figure.regions.clear();
         }},
        {"no bins", histogramTitle,
         [](Capture& c) {
             for (auto& t : c.record.texts)
                 t.text.replace(QLatin1String("64 bins"), QLatin1String("bins"));
         }},
        {"handle elsewhere", rangeHandles,
         [](Capture& c) {
             c.record.plots[0].figure.markers[2].x = 0.88;
         }},
        {"left handle elsewhere", rangeHandles,
         [](Capture& c) {
             c.record.plots[0].figure.markers[0].x = -0.99;
         }},
        {"ticks without data", emptyPlots,
         [](Capture& c) {
             c.record.plots[1].figure.emptyText = QStringLiteral("Open a file.");
         }},
        {"axes without data", emptyPlots,
         [](Capture& c) {
             c.record.plots[1].figure.series.clear();
         }},
        {"no SQNR", results,
         [](Capture& c) {
             for (auto& t : c.record.texts)
                 t.text.replace(QLatin1String("SQNR"), QLatin1String("MSE"));
         }},
        {"refused without a border", refusedEntries,
         [](Capture& c) {
             c.record.controls.push_back(refused());
             c.record.texts.push_back(
                 text(QStringLiteral("\u26a0 scale must be above 0"), {1100, 90, 90, 12}));
         }},
        {"refused without a reason", refusedEntries,
         [](Capture& c) {
             c.record.controls.push_back(refused());
             QPainter(&c.image).fillRect(refused().rect, QColor(0xC6, 0x28, 0x28));
         }},
        {"low plot", room,
         [](Capture& c) {
             c.record.plots[2].rect.setHeight(170);
         }},
        {"horizontal scroll bar", room,
         [](Capture& c) {
             c.record.controls.push_back(control("QScrollBar", "", {}, {0, 700, 200, 14}));
             c.record.controls.back().horizontal = true;
         }},
        {"tall bars", room,
         [](Capture& c) {
             c.record.controls[0].rect.setHeight(210);
         }},
        {"white panel", darkness,
         [](Capture& c) {
             QPainter(&c.image).fillRect(0, 0, 200, 100, Qt::white);
         }},
        {"nameless combo box", named,
         [](Capture& c) {
             c.record.controls.push_back(control("QComboBox", "", {}, {0, 700, 200, 25}));
             c.record.controls.back().focusable = true;
         }},
    };
    return all;
}

/// A word as a screen of the density draws it, or drawn at half of that and blown up.
Capture word(bool blownUp, Qt::TransformationMode mode)
{
    const double drawn = blownUp ? 1 : 2;
    QImage image(QSize(120, 30) * drawn, QImage::Format_ARGB32);
    image.setDevicePixelRatio(drawn);
    image.fill(Qt::white);
    QPainter painter(&image);
    QFont font;
    font.setPixelSize(13);
    painter.setFont(font);
    painter.drawText(4, 20, QStringLiteral("Histogram"));
    painter.end();
    Capture shot;
    shot.image = image.scaled(240, 60, Qt::IgnoreAspectRatio, mode);
    shot.record.dpr = 2;
    shot.record.texts = {text(QStringLiteral("Histogram"), {4, 8, 70, 16})};
    return shot;
}

} // namespace

/// The rules of checks.h pass what is right and find what is wrong.
class TestChecks : public QObject {
    Q_OBJECT

private slots:
    void soundPictureHasNoProblems();
    void faultIsFound_data();
    void faultIsFound();
    void blownUpTextIsFound();
    void sharedMnemonicIsFound();
    void contrastIsWcags();
    void recorderKeepsTexts();
};

void TestChecks::soundPictureHasNoProblems()
{
    QCOMPARE(problemsOf(sound()), QStringList());
}

void TestChecks::faultIsFound_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < faults().size(); ++i)
        QTest::newRow(faults()[i].name) << static_cast<int>(i);
}

void TestChecks::faultIsFound()
{
    QFETCH(int, index);
    const auto& fault = faults()[static_cast<std::size_t>(index)];
    auto shot = sound();
    fault.spoil(shot);
    QVERIFY(!fault.check(shot).isEmpty());
}

void TestChecks::blownUpTextIsFound()
{
    QCOMPARE(sharpness(word(false, Qt::FastTransformation)).size(), 0);
    QCOMPARE(sharpness(word(true, Qt::FastTransformation)).size(), 1);
    QCOMPARE(sharpness(word(true, Qt::SmoothTransformation)).size(), 1);
}

void TestChecks::sharedMnemonicIsFound()
{
    QMainWindow window;
    auto* menu = window.menuBar()->addMenu(QStringLiteral("&File"));
    menu->addAction(QStringLiteral("&Open"));
    menu->addAction(QStringLiteral("&Save"));
    QCOMPARE(mnemonics(window).size(), 0);
    menu->addAction(QStringLiteral("Save a&s"));
    QCOMPARE(mnemonics(window).size(), 1);
}

void TestChecks::contrastIsWcags()
{
    QCOMPARE(contrastOf(Qt::black, Qt::white), 21.0);
    // #767676 is the lightest grey that WCAG's readers may take for text on white.
    QVERIFY(contrastOf(QColor(0x76, 0x76, 0x76), Qt::white) >= 4.5);
    QVERIFY(contrastOf(QColor(0x77, 0x77, 0x77), Qt::white) < 4.5);
}

/// Whatever the painter does with its coordinates, a text is where it would be seen.
void TestChecks::recorderKeepsTexts()
{
    TextRecorder recorder({200, 100});
    QPainter painter(&recorder);
    QFont font;
    font.setPixelSize(20);
    painter.setFont(font);
    painter.setPen(Qt::red);
    painter.translate(50, 40);
    painter.drawText(QPointF(0, 0), QStringLiteral("HH"));
    painter.rotate(-90);
    painter.drawText(QPointF(0, 0), QStringLiteral("HH"));
    painter.end();
    const auto texts = recorder.take();
    QCOMPARE(texts.size(), std::size_t{2});
    const auto& flat = texts[0];
    QCOMPARE(flat.text, QStringLiteral("HH"));
    QCOMPARE(flat.px, 20.0);
    QCOMPARE(flat.color, QColor(Qt::red));
    QVERIFY(flat.rect.left() >= 50 && flat.rect.left() < 54);
    QVERIFY(std::abs(flat.rect.bottom() - 40) <= 1);
    QVERIFY(flat.rect.width() > flat.rect.height());
    QVERIFY(texts[1].rect.height() > texts[1].rect.width());
    QVERIFY(std::abs(texts[1].rect.right() - 50) <= 1);
    QVERIFY(recorder.take().empty());
}

QTEST_MAIN(TestChecks)
#include "tst_checks.moc"
