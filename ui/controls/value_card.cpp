// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/value_card.h"

#include "core/base/text.h"
#include "core/tensor/element_place.h"
#include "ui/controls/forms.h"
#include "ui/panels/grid_view.h"

#include <cmath>
#include <utility>
#include <vector>

namespace qs {
namespace {

QString number(double v)
{
    return QString::fromStdString(formatShort(v));
}

QString table(const std::vector<std::pair<QString, QString>>& rows)
{
    QString html = QStringLiteral("<table width='100%'>");
    for (const auto& [name, value] : rows)
        html += QStringLiteral("<tr><td>%1&nbsp;&nbsp;</td><td align=right>%2</td></tr>")
                    .arg(name.toHtmlEscaped(), value.toHtmlEscaped());
    return html + QStringLiteral("</table>");
}

} // namespace

ValueCard::ValueCard(QWidget* parent) : QLabel(parent)
{
    setTextFormat(Qt::RichText);
    setTextInteractionFlags(Qt::TextSelectableByMouse);
    setWordWrap(true);
    refresh();
}

namespace {

/// The quantizer's arithmetic with this element's numbers put in, for integers.
QString formulaText(const QuantParams& params, std::size_t set, float x, float t, std::int32_t code,
                    float y)
{
    const auto& row = info(params.dtype());
    if (!row.isInteger() || info(params.qscheme()).floatZeroPoint || set >= params.scale().size() ||
        set >= params.zeroPoint().size())
        return {};
    const auto scale = static_cast<double>(params.scaleAt(set));
    const auto zeroPoint = params.zeroPointAt(set);
    const auto zero =
        zeroPoint < 0 ? QStringLiteral("(%1)").arg(zeroPoint) : QString::number(zeroPoint);
    const auto range = params.range();
    return ValueCard::tr("q = clamp(round(%1 / %2) + %3, %4, %5) = clamp(round(%6) + %3) = %7\n"
                         "x\u0302 = (%7 \u2212 %3) \u00d7 %2 = %8")
        .arg(number(static_cast<double>(x)), number(scale))
        .arg(zero)
        .arg(range.quantMin)
        .arg(range.quantMax)
        .arg(number(static_cast<double>(t)))
        .arg(code)
        .arg(number(static_cast<double>(y)));
}

/// What becomes of an element that is no finite number.
QString nonFiniteText(const ElementInspection& element, DType dtype)
{
    const QString code = codeText(dtype, element.code);
    QString becomes;
    if (std::isnan(element.x))
        becomes =
            std::isnan(element.target.value)
                ? ValueCard::tr("%1 has a code for NaN.").arg(text(info(dtype).name))
            : std::isnan(element.y)
                ? ValueCard::tr("No code means NaN: %1 is stored. Fake quantization keeps NaN.")
                      .arg(code)
                : ValueCard::tr("No code means NaN: it becomes %1.")
                      .arg(realText(static_cast<double>(element.y)));
    else
        becomes = std::isinf(element.y)
                      ? ValueCard::tr("%1 has a code for it.").arg(text(info(dtype).name))
                      : ValueCard::tr("It saturates at code %1.").arg(code);
    return becomes + QLatin1Char('\n') + ValueCard::tr("Left out of every figure.");
}

/// A ggml block encodes its elements together: only those that are there can be told about.
void tellNearest(const TensorResult& result, double x, QString (&value)[5])
{
    const BlockElements elements(result);
    if (elements.x.empty())
        return;
    std::size_t best = 0;
    for (std::size_t i = 0; i < elements.x.size(); ++i) {
        if (std::fabs(elements.x[i] - x) < std::fabs(elements.x[best] - x))
            best = i;
    }
    value[0] = ValueCard::tr("%1, nearest").arg(number(elements.x[best]));
    value[1] = value[2] = ValueCard::tr("in the block");
    value[3] = number(elements.y[best]);
    value[4] = ValueCard::tr("%1 (%2 LSB)")
                   .arg(number(elements.y[best] - elements.x[best]), number(elements.lsb[best]));
}

} // namespace

void ValueCard::setValue(const std::shared_ptr<const TensorResult>& result, std::optional<double> x)
{
    m_result = result;
    m_hovered = x;
    refresh();
}

void ValueCard::setResult(const std::shared_ptr<const TensorResult>& result)
{
    m_result = result;
    refresh();
}

void ValueCard::setPicked(const std::shared_ptr<const ElementInspection>& picked)
{
    m_picked = picked;
    refresh();
}

void ValueCard::refresh()
{
    const QString none = QStringLiteral("\u2013");
    QString value[5] = {none, none, none, none, none};
    QString where;
    QString formula;
    const auto& result = m_result;
    if (result && m_hovered && info(result->shown->params.dtype()).family == Family::Ggml) {
        where = tr("at the pointer");
        tellNearest(*result, *m_hovered, value);
    } else if (result && m_hovered) {
        where = tr("at the pointer");
        const auto& report = *result->shown;
        const auto real = static_cast<float>(*m_hovered);
        const auto quantizer = Quantizer::make(report.params, *qs::Shape::make({1}),
                                               report.spec.rounding, report.spec.seed);
        if (quantizer) {
            std::int32_t code = 0;
            float y = 0;
            float t = 0;
            float clip = 0;
            float lsb = 0;
            quantizer->evaluate({&real, 1}, 0, {&y, &t, &clip, &lsb, &code});
            const double error = static_cast<double>(y) - static_cast<double>(real);
            value[0] = number(static_cast<double>(real));
            value[1] = codeText(report.params.dtype(), code);
            value[2] = codeBits(report.params, code);
            value[3] = number(static_cast<double>(y));
            value[4] = tr("%1 (%2 LSB)").arg(number(error), number(static_cast<double>(lsb)));
            formula = formulaText(report.params, 0, real, t, code, y);
        }
    } else if (result && m_picked) {
        const auto& element = *m_picked;
        const auto& params = result->report->params;
        const auto& shape = result->facts->tensor.shape();
        where = tr("element %1").arg(QString::fromStdString(placeText(shape, element.index)));
        // Its parameters are not those of the fields beside.
        if (result->channel && *result->channel != element.set)
            where += tr(", by the parameters of its %1 %2")
                         .arg(partName(result->report->spec))
                         .arg(element.set);
        const bool finite = std::isfinite(element.x);
        value[0] = realText(static_cast<double>(element.x));
        value[1] = codeText(params.dtype(), element.code);
        value[2] = codeBits(params, element.code);
        value[3] = realText(static_cast<double>(element.y));
        value[4] =
            !std::isfinite(element.error) ? tr("undefined")
            : element.step > 0
                ? tr("%1 (%2 LSB)").arg(number(element.error), number(element.error / element.step))
                : number(element.error);
        formula = !finite ? nonFiniteText(element, params.dtype())
                          : formulaText(params, static_cast<std::size_t>(element.set), element.x,
                                        element.t, element.code, element.y);
    }
    if (where.isEmpty())
        where = tr("point at a plot, or click to pick");
    setText(QStringLiteral("<div>%1</div>").arg(where.toHtmlEscaped()) +
            table({{tr("x"), value[0]},
                   {tr("code q"), value[1]},
                   {tr("bits"), value[2]},
                   {tr("dequantized"), value[3]},
                   {tr("error"), value[4]}}) +
            QStringLiteral("<div>%1</div>")
                .arg(formula.isEmpty() ? QStringLiteral("&nbsp;<br>&nbsp;")
                                       : formula.toHtmlEscaped().replace(QLatin1Char('\n'),
                                                                         QStringLiteral("<br>"))));
}

FactsCard::FactsCard(QWidget* parent) : QLabel(parent)
{
    setTextFormat(Qt::RichText);
    setTextInteractionFlags(Qt::TextSelectableByMouse);
    setWordWrap(true);
    refresh();
}

void FactsCard::setResult(const std::shared_ptr<const TensorResult>& result)
{
    m_result = result;
    refresh();
}

void FactsCard::setSelection(const std::shared_ptr<const SelectedPart>& selection)
{
    if (std::exchange(m_selection, selection) != selection)
        refresh();
}

void FactsCard::refresh()
{
    if (!m_result) {
        setText(tr("no tensor chosen"));
        return;
    }
    const auto& tensor = m_result->facts->tensor;
    const auto& s = m_result->facts->stats;
    QString text =
        table({{tr("name"), QString::fromStdString(tensor.name())},
               {tr("dtype"), qs::text(info(tensor.type()).name)},
               {tr("shape"), QString::fromStdString(tensor.shape().toString())},
               {tr("elements"), QString::fromStdString(formatCount(s.count))},
               {tr("min"), number(static_cast<double>(s.min))},
               {tr("max"), number(static_cast<double>(s.max))},
               {tr("mean"), number(s.mean)},
               {tr("std"), number(s.stddev)},
               {tr("NaN, Inf"), tr("%1, %2").arg(s.nanCount).arg(s.posInfCount + s.negInfCount)}});
    setToolTip({});
    if (m_selection) {
        const auto& report = *m_selection->whole;
        const auto share = [](std::int64_t part, std::int64_t whole) {
            return number(whole > 0 ? 100 * static_cast<double>(part) / static_cast<double>(whole)
                                    : 0);
        };
        const auto db = report.sqnrDb();
        text += table(
            {{tr("selected"), tr("%1 (%2 %)")
                                  .arg(QString::fromStdString(formatCount(report.n())),
                                       share(report.n(), s.finiteCount()))},
             {tr("their SQNR"), db ? tr("%1 dB").arg(number(*db)) : QStringLiteral("\u2013")}});
        setToolTip(tr("Of the selected elements: largest |error| %1, %2 % clipped")
                       .arg(number(report.maxAbsError),
                            share(report.clippedLow + report.clippedHigh, report.n())));
    }
    setText(text);
}

} // namespace qs
