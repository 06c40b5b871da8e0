// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_export.h"
#include "ui/plot/palettes.h"

#include <QImage>
#include <QTest>

#include <cmath>

using namespace qs;

namespace {

double linear(double c)
{
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& c)
{
    return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
}

/// CIE L*.
double lightness(const QColor& c)
{
    const double y = luminance(c);
    return y > 216.0 / 24389 ? 116 * std::cbrt(y) - 16 : y * 24389.0 / 27;
}

} // namespace

class TestPalettes : public QObject {
    Q_OBJECT

private slots:
    void sequentialPalettes_getLighterAllTheWay()
    {
        for (const auto palette : {Palette::Viridis, Palette::Cividis}) {
            double before = -1;
            for (int i = 0; i <= 100; ++i) {
                const double now = lightness(paletteColor(palette, i / 100.0));
                QVERIFY(now > before - 0.3); // eight bits a channel
                before = now;
            }
            QVERIFY(before > 85 && lightness(paletteColor(palette, 0)) < 20);
        }
    }

    void divergingPalette_weighsBothSignsAlike()
    {
        const auto at = [](double share) {
            return lightness(paletteColor(Palette::Diverging, share));
        };
        QVERIFY(at(0.5) > 94);
        for (int i = 0; i < 50; ++i) {
            QVERIFY(std::fabs(at(i / 100.0) - at(1 - i / 100.0)) < 3);
            QVERIFY(at(i / 100.0) < at((i + 1) / 100.0) + 0.3);
        }
        const auto low = paletteColor(Palette::Diverging, 0);
        const auto high = paletteColor(Palette::Diverging, 1);
        QVERIFY(low.blue() > low.red() + 100 && high.red() > high.blue() + 100);
    }

    void divergingPalette_hasItsMiddleAtZero()
    {
        QCOMPARE(paletteShare(Palette::Diverging, 0, -1, 9), 0.5);
        QCOMPARE(paletteShare(Palette::Diverging, -1, -1, 9), 0.0);
        QCOMPARE(paletteShare(Palette::Diverging, 9, -1, 9), 1.0);
        QCOMPARE(paletteShare(Palette::Diverging, 4.5, -1, 9), 0.75);
        QCOMPARE(paletteShare(Palette::Viridis, 0, -1, 9), 0.1);
    }

    void textOnAnyColour_canBeRead()
    {
        for (const auto palette : {Palette::Viridis, Palette::Cividis, Palette::Diverging}) {
            for (int i = 0; i <= 100; ++i) {
                const auto ground = paletteColor(palette, i / 100.0);
                const double a = luminance(ground) + 0.05;
                const double b = luminance(textColorOn(ground)) + 0.05;
                QVERIFY(std::max(a, b) / std::min(a, b) >= 4.5);
            }
        }
    }

    /// A matrix of two rows: its first one is drawn on top, its numbers are there, and a place
    /// without a value looks like none of them.
    void rowsOfAMatrix_goDownwards()
    {
        Figure figure;
        figure.title = QStringLiteral("matrix");
        figure.x = {QStringLiteral("column"), QStringLiteral("index"), -0.5, 1.5, false, true};
        figure.y = {QStringLiteral("row"), QStringLiteral("index"), -0.5, 1.5, false, true};
        figure.y.reversed = true;
        figure.y2 = Axis{QStringLiteral("error"), QStringLiteral("-"), -1, 1, false, false};
        ColorMap map;
        map.csvName = QStringLiteral("error [-]");
        map.x = {0, 1};
        map.y = {0, 1};
        map.values = {-1, -1, 1, std::nan("")};
        map.palette = Palette::Diverging;
        figure.map = map;
        ExportOptions options;
        options.size = {400, 400};
        options.unit = SizeUnit::Pixel;
        options.dpi = 96;
        const QImage image = renderFigure(figure, ThemeId::Light, options);
        QVERIFY(!image.isNull());
        const auto count = [&](int top, int bottom, const QColor& color) {
            int n = 0;
            for (int y = top; y < bottom; ++y) {
                for (int x = 0; x < 300; ++x)
                    n += image.pixelColor(x, y) == color ? 1 : 0;
            }
            return n;
        };
        const auto blue = paletteColor(Palette::Diverging, 0);
        const auto orange = paletteColor(Palette::Diverging, 1);
        QVERIFY(count(40, 180, blue) > 5000);
        QVERIFY(count(220, 380, orange) > 5000);
        QCOMPARE(count(250, 380, blue), 0);
        QCOMPARE(count(40, 150, orange), 0);
        figure.map->textOf = [](std::size_t) {
            return QStringLiteral("0.5");
        };
        figure.map->marked = 1;
        QVERIFY(renderFigure(figure, ThemeId::Light, options) != image);
    }

    void bars_areBetweenTheirEnds()
    {
        Figure figure;
        figure.title = QStringLiteral("bars");
        figure.x = {QStringLiteral("channel"), QStringLiteral("index"), -0.5, 2.5, false, true};
        figure.y = {QStringLiteral("value"), QStringLiteral("-"), -1, 1, false, false};
        figure.legend = false;
        Series bars;
        bars.csvName = QStringLiteral("value");
        bars.kind = SeriesKind::Bars;
        bars.x = {0, 1, 2};
        bars.y = {0.1, std::nan(""), 0.5};
        bars.y2 = {0.9, 1, 0.5};
        figure.series = {bars};
        ExportOptions options;
        options.size = {400, 400};
        options.unit = SizeUnit::Pixel;
        options.dpi = 96;
        const QImage image = renderFigure(figure, ThemeId::Light, options);
        const QColor line = plotTheme(ThemeId::Light).color(ColorRole::Float);
        int above = 0;
        int below = 0;
        for (int y = 30; y < 340; ++y) {
            for (int x = 0; x < 400; ++x) {
                if (image.pixelColor(x, y) == line)
                    ++(y < 200 ? above : below);
            }
        }
        QVERIFY(above > 100);
        QCOMPARE(below, 0);
    }
};

QTEST_MAIN(TestPalettes)
#include "test_palettes.moc"
