// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "checks.h"

#include <QRegularExpression>

#include <cmath>

namespace qs {
namespace {

constexpr double kSmallestText = 12;
constexpr double kSmallestPlotText = 11;
constexpr double kContrast = 4.5;
constexpr double kLargeContrast = 3; ///< from 24 pixels on
constexpr double kLargeText = 24;
constexpr int kMostDigits = 4;

QString shown(const TextRecord& text)
{
    return QStringLiteral("\"%1\" at %2,%3 (%4)")
        .arg(text.text)
        .arg(std::lround(text.rect.x()))
        .arg(std::lround(text.rect.y()))
        .arg(text.widget);
}

bool isTick(const TextRecord& text, const Record& record)
{
    if (text.plot < 0)
        return false;
    static const QRegularExpression number(QStringLiteral(
        "^[-\u2212]?[0-9][0-9.,]*(\u00d710[\u2070\u00b9\u00b2\u00b3\u2074-\u207b]+)?$"));
    const auto& axes = record.plots[static_cast<std::size_t>(text.plot)].axes;
    return number.match(text.text).hasMatch() && !axes.contains(text.rect.center());
}

/// Digits between the first and the last that is not 0.
qsizetype significantDigits(const QString& text)
{
    QString digits = text.section(QChar(0xd7), 0, 0);
    digits.remove(QRegularExpression(QStringLiteral("[^0-9]")));
    digits.remove(QRegularExpression(QStringLiteral("^0+|0+$")));
    return digits.size();
}

} // namespace

QStringList overlaps(const Capture& capture)
{
    QStringList problems;
    const auto& texts = capture.record.texts;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        for (std::size_t j = i + 1; j < texts.size(); ++j) {
            const QRectF common = texts[i].rect.intersected(texts[j].rect);
            // Ink that touches by a pixel of antialiasing does not hide a letter.
            if (common.width() > 1 && common.height() > 1)
                problems << QStringLiteral("%1 and %2").arg(shown(texts[i]), shown(texts[j]));
        }
    }
    return problems;
}

namespace {

/// A cell of a picture that is a table: under the pointer it is whole.
bool isCell(const Capture& capture, const TextRecord& text)
{
    return text.plot >= 0 &&
           capture.record.plots[static_cast<std::size_t>(text.plot)].figure.table.has_value();
}

} // namespace

QStringList cutTexts(const Capture& capture)
{
    QStringList problems;
    for (const auto& text : capture.record.texts) {
        if (text.cut && !(text.helped && text.plot < 0))
            problems << shown(text) + QStringLiteral(" sticks out of its widget");
        if (text.elided && !isCell(capture, text) && !(text.helped && text.plot < 0))
            problems << shown(text) + QStringLiteral(" is elided, and no tooltip has it");
    }
    return problems;
}

QStringList textSizes(const Capture& capture)
{
    QStringList problems;
    for (const auto& text : capture.record.texts) {
        if (text.px + 0.01 < (text.plot < 0 ? kSmallestText : kSmallestPlotText))
            problems << QStringLiteral("%1 has %2 px").arg(shown(text)).arg(text.px);
    }
    return problems;
}

QStringList contrasts(const Capture& capture)
{
    QStringList problems;
    for (const auto& text : capture.record.texts) {
        // Numbers that are being replaced are no longer to be read.
        const bool stale =
            isDimmed(capture.record, text.plot) && text.text != QLatin1String("updating");
        if (text.enabled && !stale &&
            text.contrast < (text.px < kLargeText ? kContrast : kLargeContrast))
            problems << QStringLiteral("%1 has %2:1, %3 on %4")
                            .arg(shown(text))
                            .arg(text.contrast, 0, 'f', 2)
                            .arg(text.color.name(), text.background.name());
    }
    return problems;
}

QStringList numbers(const Capture& capture)
{
    static const QRegularExpression notNumber(QStringLiteral("(^|[ =(:])[-\u2212]?(nan|inf)\\b"));
    static const QRegularExpression negativeZero(QStringLiteral("^[-\u2212]0([.]0*)?( .*)?$"));
    static const QRegularExpression exponentZero(QStringLiteral("\\de[+-]00\\b"));
    QStringList problems;
    for (const auto& text : capture.record.texts) {
        if (notNumber.match(text.text).hasMatch() || negativeZero.match(text.text).hasMatch() ||
            exponentZero.match(text.text).hasMatch())
            problems << shown(text);
        if (isTick(text, capture.record) && significantDigits(text.text) > kMostDigits)
            problems << QStringLiteral("%1 has more than %2 significant digits")
                            .arg(shown(text))
                            .arg(kMostDigits);
    }
    return problems;
}

} // namespace qs
