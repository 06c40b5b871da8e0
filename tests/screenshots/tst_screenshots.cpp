// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "checks.h"
#include "core/base/text.h"
#include "states.h"
#include "ui/controls/interface_scale.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/window_style.h"
#include "ui/plot/figure_export.h"
#include "ui/plot/plot_view.h"

#include <QApplication>
#include <QLabel>
#include <QMenuBar>
#include <QPainter>
#include <QRegularExpression>
#include <QSignalSpy>

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <set>

using namespace qs;

namespace {

/// What is drawn in every run of the tests; scripts/screenshots draws all states at all sizes.
const QStringList kDecisive{
    QStringLiteral("empty"),          QStringLiteral("tensor"),
    QStringLiteral("clipped"),        QStringLiteral("per_channel"),
    QStringLiteral("invalid_scale"),  QStringLiteral("not_finite"),
    QStringLiteral("landscape"),      QStringLiteral("pointed"),
    QStringLiteral("train_advanced"), QStringLiteral("export_dialog"),
    QStringLiteral("busy"),           QStringLiteral("focus_ring"),
    QStringLiteral("cut_file"),       QStringLiteral("palette"),
};

bool drawsText(const Capture& shot, const QString& text)
{
    return std::any_of(shot.record.texts.begin(), shot.record.texts.end(),
                       [&](const TextRecord& record) { return record.text == text; });
}

/// Pixels in which two pictures differ.
int difference(const QImage& a, const QImage& b)
{
    int count = 0;
    for (int y = 0; y < std::min(a.height(), b.height()); ++y) {
        for (int x = 0; x < std::min(a.width(), b.width()); ++x)
            count += a.pixel(x, y) != b.pixel(x, y);
    }
    return count;
}

/// A window as the states table makes it.
std::unique_ptr<MainWindow> windowIn(const QString& name, const QString& folder)
{
    setInterfaceSize(100);
    auto window = std::make_unique<MainWindow>();
    window->setTheme(ThemeId::Light);
    window->resize(1280, 800);
    window->show();
    for (const auto& state : states(folder)) {
        if (state.name == name) {
            state.prepare(*window);
            settle(state, *window);
        }
    }
    window->document().undoStack().setClean();
    return window;
}

} // namespace

/// The window's states keep the rules of checks.h.
class TestScreenshots : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private slots:
    void initTestCase();
    void windowStates_data();
    void windowStates();
    void mnemonicsAreUnique();
    void focusIsSeen();
    void pointedValueIsTheSameEverywhere();
    void exportsHaveTheirSize_data();
    void exportsHaveTheirSize();
    void csvHoldsWhatIsDrawn();
};

void TestScreenshots::initTestCase()
{
    QApplication::setStyle(makeWindowStyle());
    QVERIFY(m_folder.isValid());
}

void TestScreenshots::windowStates_data()
{
    QTest::addColumn<QString>("name");
    for (const auto& name : kDecisive)
        QTest::newRow(qPrintable(name)) << name;
}

void TestScreenshots::windowStates()
{
    QFETCH(QString, name);
    const auto all = states(m_folder.path());
    const auto state =
        std::find_if(all.begin(), all.end(), [&](const State& row) { return row.name == name; });
    QVERIFY(state != all.end());
    const auto window = windowIn(name, m_folder.path());
    for (const auto theme : windowThemes) {
        window->setTheme(theme);
        settle(*state, *window);
        show(*state, *window, [&](QWidget& shown) {
            const auto shot = capture(shown, name, themeName(theme));
            QVERIFY(shot.record.texts.size() > 5);
            QVERIFY2(problemsOf(shot).isEmpty(),
                     qPrintable(themeName(theme) + QLatin1Char('\n') +
                                problemsOf(shot).join(QLatin1Char('\n'))));
        });
    }
}

void TestScreenshots::mnemonicsAreUnique()
{
    MainWindow window;
    QCOMPARE(mnemonics(window), QStringList());
}

/// Whatever the Tab key reaches looks other than without the focus.
void TestScreenshots::focusIsSeen()
{
    const auto window = windowIn(QStringLiteral("tensor"), m_folder.path());
    QApplication::setActiveWindow(window.get());
    QTRY_COMPARE(QApplication::activeWindow(), window.get());
    QApplication::setCursorFlashTime(0);
    int reached = 0;
    QStringList unseen;
    std::set<QWidget*> seen;
    for (QTest::keyClick(window.get(), Qt::Key_Tab); seen.insert(window->focusWidget()).second;
         QTest::keyClick(window->focusWidget(), Qt::Key_Tab)) {
        auto* widget = window->focusWidget();
        QVERIFY(widget != nullptr);
        // The frame of a combo box or a spin box is around what has the focus.
        auto* framed =
            widget->parentWidget() != nullptr && widget->parentWidget()->focusProxy() == widget
                ? widget->parentWidget()
                : widget;
        const QRect area(framed->mapTo(window.get(), QPoint(-2, -2)), framed->size() + QSize(4, 4));
        QTest::qWait(20);
        const auto with = window->grab(area).toImage();
        widget->clearFocus();
        QTest::qWait(20);
        const auto without = window->grab(area).toImage();
        if (difference(with, without) < 8)
            unseen << QString::fromLatin1(widget->metaObject()->className()) + QLatin1Char(' ') +
                          widget->accessibleName();
        widget->setFocus(Qt::TabFocusReason);
        ++reached;
    }
    QVERIFY(reached > 10);
    QCOMPARE(unseen, QStringList());
}

/// The value under the pointer is what the quantizer itself says.
void TestScreenshots::pointedValueIsTheSameEverywhere()
{
    const auto window = windowIn(QStringLiteral("pointed"), m_folder.path());
    const auto result = window->tensorWorkspace().panelInput().tensor;
    QVERIFY(result);
    auto* plot = plotsInSight(*window).front();
    QSignalSpy hovered(plot, &PlotView::hovered);
    QTest::mouseMove(plot, {static_cast<int>(plot->pixelOf(0.2)), plot->axesRect().center().y()});
    QTRY_VERIFY(!hovered.isEmpty());
    const auto x = static_cast<float>(hovered.last().at(0).toDouble());
    const auto quantizer =
        Quantizer::make(result->shown->params, *Shape::make({1}), result->shown->spec.rounding);
    QVERIFY(quantizer);
    float y = 0;
    quantizer->fakeQuantize({&x, 1}, 0, &y);
    const auto shot = capture(*window, QStringLiteral("pointed"), QStringLiteral("light"));
    const auto number = [](double v) {
        return QString::fromStdString(formatShort(v));
    };
    QVERIFY(drawsText(shot, number(static_cast<double>(x))));
    QVERIFY(drawsText(shot, number(static_cast<double>(y))));
    // Whoever else says what x is says the same.
    static const QRegularExpression said(QStringLiteral("\\bx (?:= )?(-?[0-9][0-9.e-]*)\\b"));
    for (const auto& text : shot.record.texts) {
        const auto match = said.match(text.text);
        if (match.hasMatch() && text.plot < 0)
            QCOMPARE(match.captured(1), number(static_cast<double>(x)));
    }
}

void TestScreenshots::exportsHaveTheirSize_data()
{
    QTest::addColumn<int>("plot");
    for (int i = 0; i < 3; ++i)
        QTest::addRow("plot %d", i) << i;
}

void TestScreenshots::exportsHaveTheirSize()
{
    QFETCH(int, plot);
    const auto window = windowIn(QStringLiteral("clipped"), m_folder.path());
    const auto figure = plotsInSight(*window).at(static_cast<std::size_t>(plot))->figure();
    ExportOptions options;
    options.size = {160, 100};
    const auto near = [](double mm, double wanted) {
        return std::abs(mm - wanted) <= 0.5;
    };
    const auto png = m_folder.filePath(QStringLiteral("figure.png"));
    QVERIFY(exportFigure(figure, ThemeId::Print, options, png));
    const QImage image(png);
    QVERIFY(near(1000.0 * image.width() / image.dotsPerMeterX(), 160));
    QVERIFY(near(1000.0 * image.height() / image.dotsPerMeterY(), 100));
    QImage blank(image.size(), image.format());
    blank.fill(plotTheme(ThemeId::Print).background);
    QVERIFY(difference(image, blank) > image.width() * image.height() / 100);

    const auto svg = m_folder.filePath(QStringLiteral("figure.svg"));
    QVERIFY(exportFigure(figure, ThemeId::Print, options, svg));
    QFile svgFile(svg);
    QVERIFY(svgFile.open(QIODevice::ReadOnly));
    static const QRegularExpression svgSize(
        QStringLiteral("width=\"([0-9.]+)mm\" height=\"([0-9.]+)mm\""));
    const auto inSvg = svgSize.match(QString::fromUtf8(svgFile.readAll()));
    QVERIFY(inSvg.hasMatch());
    QVERIFY(near(inSvg.captured(1).toDouble(), 160) && near(inSvg.captured(2).toDouble(), 100));

    const auto pdf = m_folder.filePath(QStringLiteral("figure.pdf"));
    QVERIFY(exportFigure(figure, ThemeId::Print, options, pdf));
    QFile pdfFile(pdf);
    QVERIFY(pdfFile.open(QIODevice::ReadOnly));
    static const QRegularExpression pdfSize(
        QStringLiteral("/MediaBox \\[0 0 ([0-9.]+) ([0-9.]+)\\]"));
    const auto inPdf = pdfSize.match(QString::fromLatin1(pdfFile.readAll()));
    QVERIFY(inPdf.hasMatch());
    QVERIFY(near(inPdf.captured(1).toDouble() / 72 * 25.4, 160));
    QVERIFY(near(inPdf.captured(2).toDouble() / 72 * 25.4, 100));
}

/// The CSV beside a figure: what made it, titles with units, and the values of the picture.
void TestScreenshots::csvHoldsWhatIsDrawn()
{
    const auto window = windowIn(QStringLiteral("clipped"), m_folder.path());
    const auto figure = plotsInSight(*window).front()->figure();
    const auto lines = QString::fromUtf8(figureCsv(figure)).split(QLatin1Char('\n'));
    qsizetype header = 0;
    while (lines.at(header).startsWith(QLatin1Char('#')))
        ++header;
    const auto about = lines.mid(0, header).join(QLatin1Char('\n'));
    for (const char* key : {"dtype", "scale", "zero_point"})
        QVERIFY2(about.contains(QStringLiteral("# %1: ").arg(QLatin1String(key))), key);
    const auto columns = lines.at(header).split(QLatin1Char(','));
    QVERIFY(lines.at(header).contains(QLatin1Char('[')));
    for (const auto& series : figure.series) {
        const auto column = std::find_if(columns.begin(), columns.end(), [&](const QString& title) {
            return QString(title).remove(QLatin1Char('"')).contains(series.csvName);
        });
        QVERIFY2(column != columns.end(), qPrintable(series.csvName));
        const auto at = column - columns.begin();
        const auto row = lines.at(header + 2).split(QLatin1Char(','));
        QCOMPARE(row.at(at).toDouble(), series.y.at(1));
    }
}

QTEST_MAIN(TestScreenshots)
#include "tst_screenshots.moc"
