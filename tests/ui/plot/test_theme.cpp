// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/theme.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace qs;

namespace {

/// Relative luminance as defined by WCAG 2.
double luminance(const QColor& color)
{
    const auto linear = [](double c) {
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
           0.0722 * linear(color.blueF());
}

double contrast(const QColor& a, const QColor& b)
{
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

} // namespace

class TestTheme : public QObject {
    Q_OBJECT

private slots:
    void contrast_blackOnWhite_is21() { QCOMPARE(contrast(Qt::black, Qt::white), 21.0); }

    void plotText_everyTheme_isReadable()
    {
        for (ThemeId id : themeIds) {
            const PlotTheme& theme = plotTheme(id);
            QVERIFY(theme.id == id);
            for (const QColor& ground : {theme.background, theme.axesBackground}) {
                QVERIFY(contrast(theme.text, ground) >= 4.5);
                QVERIFY(contrast(theme.secondaryText, ground) >= 4.5);
                QVERIFY(contrast(theme.handle, ground) >= 3);
                QVERIFY(contrast(theme.axisLine, ground) >= 3);
                if (id == ThemeId::HighContrast) {
                    QVERIFY(contrast(theme.text, ground) >= 7);
                    QVERIFY(contrast(theme.secondaryText, ground) >= 7);
                    QVERIFY(contrast(theme.handle, ground) >= 4.5);
                    QVERIFY(contrast(theme.axisLine, ground) >= 4.5);
                }
            }
            QVERIFY(contrast(theme.handleText, theme.handle) >= 4.5);
        }
    }

    void seriesColors_everyTheme_standOut()
    {
        for (ThemeId id : themeIds) {
            for (ColorRole role : colorRoles) {
                const double ratio =
                    contrast(plotTheme(id).color(role), plotTheme(id).axesBackground);
                QVERIFY2(ratio >= (id == ThemeId::HighContrast ? 4.5 : 3),
                         qPrintable(QStringLiteral("%1 role %2: %3")
                                        .arg(themeName(id))
                                        .arg(static_cast<int>(role))
                                        .arg(ratio)));
            }
        }
    }

    void palette_everyTheme_isReadable()
    {
        for (ThemeId id : themeIds) {
            const QPalette p = applicationPalette(id);
            const auto ratio = [&](QPalette::ColorRole text, QPalette::ColorRole ground) {
                return contrast(p.color(text), p.color(ground));
            };
            const double least = id == ThemeId::HighContrast ? 7 : 4.5;
            QVERIFY(ratio(QPalette::WindowText, QPalette::Window) >= least);
            QVERIFY(ratio(QPalette::Text, QPalette::Base) >= least);
            QVERIFY(ratio(QPalette::Text, QPalette::AlternateBase) >= least);
            QVERIFY(ratio(QPalette::ButtonText, QPalette::Button) >= least);
            QVERIFY(ratio(QPalette::HighlightedText, QPalette::Highlight) >= least);
            QVERIFY(ratio(QPalette::ToolTipText, QPalette::ToolTipBase) >= least);
            QVERIFY(ratio(QPalette::Link, QPalette::Base) >= least);
            QVERIFY(ratio(QPalette::Link, QPalette::Window) >= least);
            QVERIFY(ratio(QPalette::PlaceholderText, QPalette::Base) >= least);
            const QColor dim = p.color(QPalette::Disabled, QPalette::Text);
            QVERIFY(contrast(dim, p.color(QPalette::Base)) < ratio(QPalette::Text, QPalette::Base));
        }
    }

    void focusRing_everyTheme_standsOutFromTheWindow()
    {
        // The ring has the handles' colour (ui/main_window/main_window.cpp).
        for (ThemeId id : windowThemes) {
            const QPalette p = applicationPalette(id);
            for (auto ground : {QPalette::Window, QPalette::Base, QPalette::Button})
                QVERIFY(contrast(plotTheme(id).handle, p.color(ground)) >= 3);
        }
    }

    void automatic_followsTheLightnessOfTheSystemsWindows()
    {
        QVERIFY(themeOf(applicationPalette(ThemeId::Light)) == ThemeId::Light);
        QVERIFY(themeOf(applicationPalette(ThemeId::Dark)) == ThemeId::Dark);
        QVERIFY(themeOf(QPalette(Qt::white, QColor(60, 60, 60))) == ThemeId::Dark);
        QVERIFY(themeOf(QPalette(Qt::black, QColor(200, 200, 200))) == ThemeId::Light);
    }

    void names_everyTheme_areReadBack()
    {
        for (ThemeId id : themeIds)
            QVERIFY(parseTheme(themeName(id)) == id);
        QVERIFY(!parseTheme(QStringLiteral("Dark")));
        QVERIFY(!parseTheme(QString()));
    }
};

QTEST_GUILESS_MAIN(TestTheme)
#include "test_theme.moc"
