// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/value_card.h"

#include "core/base/text.h"
#include "ui/controls/forms.h"

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

void ValueCard::setValue(const std::shared_ptr<const TensorResult>& result, std::optional<double> x)
{
    const QString none = QStringLiteral("\u2013");
    QString value[4] = {none, none, none, none};
    if (result && x) {
        const auto& report = *result->shown;
        const auto real = static_cast<float>(*x);
        const auto quantizer = Quantizer::make(report.params, *qs::Shape::make({1}),
                                               report.spec.rounding, report.spec.seed);
        if (quantizer) {
            std::int32_t code = 0;
            float y = 0;
            quantizer->quantize({&real, 1}, 0, &code);
            quantizer->fakeQuantize({&real, 1}, 0, &y);
            const double error = static_cast<double>(y) - static_cast<double>(real);
            value[0] = number(static_cast<double>(real));
            value[1] = QString::number(code);
            value[2] = number(static_cast<double>(y));
            value[3] = tr("%1 (%2 LSB)")
                           .arg(number(error),
                                number(error / static_cast<double>(report.params.scaleAt(0))));
        }
    }
    setText(table({{tr("x"), value[0]},
                   {tr("code q"), value[1]},
                   {tr("dequantized"), value[2]},
                   {tr("error"), value[3]}}));
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
