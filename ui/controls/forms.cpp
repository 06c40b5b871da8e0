// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/forms.h"

#include "core/base/text.h"
#include "ui/controls/number_field.h"

#include <QCoreApplication>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>

#include <cmath>

namespace qs {
namespace {

struct Forms {
    Q_DECLARE_TR_FUNCTIONS(Forms)
};

} // namespace

QFormLayout* formIn(QGroupBox* box)
{
    auto* form = new QFormLayout(box);
    form->setContentsMargins(8, 2, 8, 3);
    form->setVerticalSpacing(2);
    form->setHorizontalSpacing(8);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    return form;
}

void addRow(QFormLayout* form, const QString& label, QWidget* field, const QString& tip)
{
    form->addRow(label, field);
    field->setToolTip(tip);
    if (auto* buddy = form->labelForField(field))
        buddy->setToolTip(tip);
}

QLabel* addPair(QFormLayout* form, const QString& label, QWidget* left, QWidget* right)
{
    auto* layout = new QHBoxLayout;
    layout->setSpacing(6);
    layout->addWidget(left, 1);
    layout->addWidget(right, 1);
    auto* name = new QLabel(label);
    name->setBuddy(left);
    name->setToolTip(left->toolTip());
    form->addRow(name, layout);
    return name;
}

void allow(QWidget* field, bool allowed, const QString& why)
{
    constexpr auto kTip = "ownToolTip";
    field->setProperty("whyDisabled", allowed ? QString() : why);
    if (!field->property(kTip).isValid())
        field->setProperty(kTip, field->toolTip());
    field->setEnabled(allowed);
    field->setToolTip(allowed ? field->property(kTip).toString() : why);
}

NumberField* scaleField(const QString& accessibleName, QWidget* parent)
{
    auto* field = new NumberField(accessibleName, parent);
    field->setFormat(
        [](double v) { return QString::fromStdString(formatExact(static_cast<float>(v))); });
    field->setCheck([](double v) {
        const auto checked = checkScale(v);
        return checked ? QString() : QString::fromStdString(checked.error().message);
    });
    field->setStep([](double v, int steps) { return v * std::exp2(steps / 100.0); });
    return field;
}

NumberField* codeField(const QString& accessibleName, QWidget* parent)
{
    auto* field = new NumberField(accessibleName, parent);
    field->setFormat([](double v) { return QString::number(static_cast<qlonglong>(v)); });
    field->setCheck(wholeNumberProblem);
    field->setStep([](double v, int steps) { return v + steps; });
    return field;
}

QString wholeNumberProblem(double value)
{
    return value == std::floor(value) && std::fabs(value) < 1e9
               ? QString()
               : Forms::tr("codes are whole numbers");
}

QString zeroPointProblem(double value, const Result<QuantRange>& range)
{
    if (auto problem = wholeNumberProblem(value); !problem.isEmpty() || !range)
        return problem;
    return value >= range->quantMin && value <= range->quantMax
               ? QString()
               : Forms::tr("zero_point must be a code from %1 to %2")
                     .arg(range->quantMin)
                     .arg(range->quantMax);
}

} // namespace qs
