// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_params.h"

#include <QComboBox>
#include <QFormLayout>
#include <QString>

#include <string>
#include <string_view>

class QGroupBox;
class QLabel;

namespace qs {

class NumberField;

/// UTF-8 of the engine to Qt's text.
inline QString text(std::string_view s)
{
    return QString::fromUtf8(s.data(), static_cast<qsizetype>(s.size()));
}

/// A combo box with the names of a table's rows, in their order.
template <typename Rows>
QComboBox* comboOf(const Rows& rows, const QString& accessibleName, QWidget* parent)
{
    auto* combo = new QComboBox(parent);
    combo->setAccessibleName(accessibleName);
    for (const auto& row : rows)
        combo->addItem(text(row.name));
    return combo;
}

/// Shows the row called `name` of a table that comboOf() listed.
template <typename Rows>
void showRow(QComboBox& combo, const Rows& rows, std::string_view name)
{
    int index = 0;
    for (const auto& row : rows) {
        if (row.name == name)
            combo.setCurrentIndex(index);
        ++index;
    }
}

/// The form inside a group box, as all of ours look.
QFormLayout* formIn(QGroupBox* box);
/// A labelled field with its tooltip.
void addRow(QFormLayout* form, const QString& label, QWidget* field, const QString& tip);
/// Two fields in one row; the label leads to the first and shows its tooltip. Returns the label.
QLabel* addPair(QFormLayout* form, const QString& label, QWidget* left, QWidget* right);
/// Enables a field, or disables it and says in its tooltip why it has nothing to offer. Its own
/// tooltip comes back with it.
void allow(QWidget* field, bool allowed, const QString& why);

/// A field for a scale: float32's digits, what QuantParams takes, steps of 1/100 octave.
NumberField* scaleField(const QString& accessibleName, QWidget* parent);
/// A field for a code: whole numbers, steps of 1. Its range is the caller's to check.
NumberField* codeField(const QString& accessibleName, QWidget* parent);
/// Says that codes are whole numbers, or nothing.
QString wholeNumberProblem(double value);

/// Says that a zero_point is not a code of the range, or nothing. A range that cannot be is said
/// elsewhere.
QString zeroPointProblem(double value, const Result<QuantRange>& range);

} // namespace qs
