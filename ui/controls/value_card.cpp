// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/value_card.h"

#include "core/base/text.h"
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
    setValue(nullptr, std::nullopt);
}

namespace {

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
    const QString none = QStringLiteral("\u2013");
    QString value[5] = {none, none, none, none, none};
    if (result && x && info(result->shown->params.dtype()).family == Family::Ggml) {
        tellNearest(*result, *x, value);
    } else if (result && x) {
        const auto& report = *result->shown;
        const auto real = static_cast<float>(*x);
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
        }
    }
    setText(table({{tr("x"), value[0]},
                   {tr("code q"), value[1]},
                   {tr("bits"), value[2]},
                   {tr("dequantized"), value[3]},
                   {tr("error"), value[4]}}));
}

FactsCard::FactsCard(QWidget* parent) : QLabel(parent)
{
    setTextFormat(Qt::RichText);
    setTextInteractionFlags(Qt::TextSelectableByMouse);
    setWordWrap(true);
    setResult(nullptr);
}

void FactsCard::setResult(const std::shared_ptr<const TensorResult>& result)
{
    if (!result) {
        setText(tr("no tensor chosen"));
        return;
    }
    const auto& tensor = result->facts->tensor;
    const auto& s = result->facts->stats;
    setText(
        table({{tr("name"), QString::fromStdString(tensor.name())},
               {tr("dtype"), qs::text(info(tensor.type()).name)},
               {tr("shape"), QString::fromStdString(tensor.shape().toString())},
               {tr("elements"), QString::fromStdString(formatCount(s.count))},
               {tr("min"), number(static_cast<double>(s.min))},
               {tr("max"), number(static_cast<double>(s.max))},
               {tr("mean"), number(s.mean)},
               {tr("std"), number(s.stddev)},
               {tr("NaN, Inf"), tr("%1, %2").arg(s.nanCount).arg(s.posInfCount + s.negInfCount)}}));
}

} // namespace qs
