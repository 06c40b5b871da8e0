// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/bit_inspector_panel.h"

#include "core/analysis/bit_inspector.h"
#include "core/base/text.h"
#include "ui/panels/grid_view.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

/// The largest error is looked for among so many: no picture waits for more.
constexpr std::int64_t kMostLookedAt = 65536;
/// A field of more bits than this is told in hexadecimal digits.
constexpr int kMostDigits = 24;

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString exact(float v)
{
    return QString::fromStdString(formatExact(v));
}

/// As few digits as the number's own type needs.
QString exact(double v)
{
    const auto single = static_cast<float>(v);
    return static_cast<double>(single) == v ? exact(single)
                                            : QString::fromStdString(formatExact(v));
}

QString shortly(double v)
{
    return QString::fromStdString(formatShort(v));
}

QString bitsOf(const BitField& field)
{
    if (field.width > kMostDigits)
        return QStringLiteral("0x%1").arg(field.value, (field.width + 3) / 4, 16, QLatin1Char('0'));
    QString bits = QStringLiteral("%1").arg(field.value, field.width, 2, QLatin1Char('0'));
    // Codes in fours, from the right; exponents and mantissas as they are.
    if (field.name != "exponent" && field.name != "mantissa") {
        for (qsizetype i = bits.size() - 4; i > 0; i -= 4)
            bits.insert(i, u'\u2009');
    }
    return bits;
}

QString bitsOf(const NumberBits& number)
{
    QStringList parts;
    for (const auto& field : number.fields)
        parts << bitsOf(field);
    return parts.join(QStringLiteral(" | "));
}

/// "-2^-6 x 1.5" of floats; of others what the one field says.
QString meaningOf(const NumberBits& number)
{
    const auto& fields = number.fields;
    if (fields.size() == 1)
        return Panels::tr("%1: %2").arg(text(fields[0].name), text(fields[0].meaning));
    if (!std::isfinite(number.value) || fields.size() < 2)
        return QString::number(number.value);
    QString meaning = text(fields[0].meaning);
    const auto exponent = text(fields[1].meaning);
    const bool subnormal = exponent.contains(u',');
    meaning += exponent.section(u',', 0, 0);
    if (fields.size() > 2) {
        // 23 bits of mantissa are more digits than anybody reads.
        constexpr qsizetype kReadable = 9;
        const auto digits = text(fields[2].meaning);
        const double value = digits.toDouble();
        meaning += digits.size() <= kReadable
                       ? Panels::tr(" \u00d7 %1").arg(digits)
                       : Panels::tr(" \u00d7 %1\u2026").arg(QString::number(value, 'g', 6));
    }
    return subnormal ? Panels::tr("%1, subnormal").arg(meaning) : meaning;
}

/// "[3, 17]" of a flat index.
QString placeOf(const Shape& shape, std::int64_t index)
{
    QStringList at;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
        at.prepend(QString::number(index % shape[axis]));
        index /= shape[axis];
    }
    return QStringLiteral("[%1]").arg(at.join(QStringLiteral(", ")));
}

struct Choice {
    std::int64_t index = 0;
    QString why;
};

Choice chosenElement(const PanelInput& input)
{
    const auto& result = *input.tensor;
    const auto& tensor = result.facts->tensor;
    const auto& params = result.report->params;
    if (input.view.picked && *input.view.picked >= 0 && *input.view.picked < tensor.numel())
        return {*input.view.picked, Panels::tr("the picked element")};
    Choice choice{0, Panels::tr("the first element shown")};
    const auto quantizer = Quantizer::make(params, tensor.shape(), result.report->spec.rounding,
                                           result.report->spec.seed);
    // The spec's: ggml's parameters are in its blocks, and its quantizer knows of one set only.
    const auto layout = result.report->spec.layout(tensor.shape());
    if (!quantizer || !layout)
        return choice;
    const bool few = result.shownFacts->tensor.numel() <= kMostLookedAt;
    double largest = -1;
    std::vector<float> buffer;
    std::vector<float> out;
    const auto look = [&](std::int64_t begin, std::int64_t n) {
        const auto x = tensor.read(begin, begin + n, buffer);
        out.resize(x.size());
        quantizer->fakeQuantize(x, begin, out.data());
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double error = std::fabs(static_cast<double>(out[i]) - static_cast<double>(x[i]));
            if (!(std::isfinite(error) && error > largest))
                continue;
            largest = error;
            choice = {begin + static_cast<std::int64_t>(i),
                      Panels::tr("the element shown with the largest error")};
        }
        return true;
    };
    const auto first = [&](std::int64_t begin, std::int64_t) {
        choice.index = begin;
        return false;
    };
    const auto set = result.channel.value_or(0);
    if (!result.channel && few)
        look(0, tensor.numel());
    else if (result.channel && few)
        layout->forEachRunOf(set, look);
    else if (result.channel)
        layout->forEachRunOf(set, first);
    return choice;
}

FigureTable tableOf(const ElementInspection& element, const QuantParams& params)
{
    FigureTable table;
    table.columns = {{QString(), false},
                     {Panels::tr("type"), false},
                     {Panels::tr("bits"), false},
                     {Panels::tr("value"), true},
                     {Panels::tr("meaning"), false}};
    const auto add = [&](const QString& name, const NumberBits& bits, const QString& value) {
        table.rows.push_back({name, text(bits.type), bitsOf(bits), value, meaningOf(bits)});
    };
    add(Panels::tr("element x"), element.source, exact(element.x));
    for (const auto& step : element.scales)
        add(text(step.name), step.number, exact(step.number.value));
    table.current = table.rows.size();
    const QString code = codeText(params.dtype(), element.code);
    add(Panels::tr("code q"), element.target, code);
    QString& meaning = table.rows.back().back();
    const QString steps =
        (element.clipped ? Panels::tr("x is %1 steps, clipped") : Panels::tr("x is %1 steps"))
            .arg(exact(element.t));
    // Of whole numbers the value says it all.
    meaning = element.target.fields.size() > 1 ? Panels::tr("%1; %2").arg(meaning, steps) : steps;
    table.rows.push_back({Panels::tr("dequantized"), QStringLiteral("float32"), QString(),
                          exact(element.y), text(element.formula)});
    QString error = Panels::tr("%1 to the next level").arg(exact(element.step));
    if (element.step > 0 && std::isfinite(element.error))
        error = Panels::tr("%1 LSB of %2")
                    .arg(shortly(element.error / element.step), shortly(element.step));
    table.rows.push_back(
        {Panels::tr("error"), QString(), QString(), shortly(element.error), error});
    QStringList bits;
    QStringList levels;
    for (const auto& neighbour : {element.below, element.above}) {
        if (!neighbour)
            continue;
        bits << codeBits(params, neighbour->code);
        levels << Panels::tr("code %1: %2")
                      .arg(codeText(params.dtype(), neighbour->code),
                           shortly(static_cast<double>(neighbour->value)));
    }
    if (!levels.isEmpty())
        table.rows.push_back({Panels::tr("levels beside"), QString(),
                              bits.join(QStringLiteral(", ")), QString(),
                              levels.join(QStringLiteral(", "))});
    return table;
}

} // namespace

Figure bitInspectorFigure(const PanelInput& input)
{
    if (!input.tensor)
        return emptyFigure(Panels::tr("Bits of one element"));
    const auto& result = *input.tensor;
    const auto& tensor = result.facts->tensor;
    const auto name = QString::fromStdString(tensor.name());
    Figure figure;
    figure.provenance = provenance(result);
    figure.title = Panels::tr("Bits of one element of %1").arg(name);
    const auto choice = chosenElement(input);
    const auto element =
        inspectElement(tensor, result.report->spec, result.report->params, choice.index);
    if (!element) {
        figure.emptyText =
            Panels::tr("Nothing to show: %1.").arg(QString::fromStdString(element.error().message));
        figure.accessible = figure.emptyText;
        return figure;
    }
    const auto place = placeOf(tensor.shape(), element->index);
    figure.title = Panels::tr("Element %1 of %2, bit by bit").arg(place, name);
    figure.note = choice.why;
    if (result.report->params.channels() > 1)
        figure.note = Panels::tr("%1, in %2 %3")
                          .arg(choice.why, partName(result.report->spec))
                          .arg(element->set);
    figure.provenance.emplace_back(QStringLiteral("element"), QString::number(element->index));
    figure.provenance.emplace_back(QStringLiteral("formula"), text(element->formula));
    figure.table = tableOf(*element, result.report->params);
    figure.accessible =
        Panels::tr("Element %1 of %2, %3: %4 becomes code %5, %6")
            .arg(place, name, choice.why, exact(element->x),
                 codeText(result.report->params.dtype(), element->code), text(element->formula));
    return figure;
}

} // namespace qs
