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
                QVERIFY2(ratio >= 3, qPrintable(QStringLiteral("%1 role %2: %3")
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
            QVERIFY(ratio(QPalette::WindowText, QPalette::Window) >= 4.5);
            QVERIFY(ratio(QPalette::Text, QPalette::Base) >= 4.5);
            QVERIFY(ratio(QPalette::Text, QPalette::AlternateBase) >= 4.5);
            QVERIFY(ratio(QPalette::ButtonText, QPalette::Button) >= 4.5);
            QVERIFY(ratio(QPalette::HighlightedText, QPalette::Highlight) >= 4.5);
            QVERIFY(ratio(QPalette::ToolTipText, QPalette::ToolTipBase) >= 4.5);
            QVERIFY(ratio(QPalette::Link, QPalette::Base) >= 4.5);
            QVERIFY(ratio(QPalette::Link, QPalette::Window) >= 4.5);
            QVERIFY(ratio(QPalette::PlaceholderText, QPalette::Base) >= 4.5);
            const QColor dim = p.color(QPalette::Disabled, QPalette::Text);
            QVERIFY(contrast(dim, p.color(QPalette::Base)) < ratio(QPalette::Text, QPalette::Base));
        }
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
