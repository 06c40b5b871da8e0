// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/dtype.h"

#include <QComboBox>

#include <functional>

namespace qs {

/// The dtype table to choose from: grouped by family under headings, found by typing a part of a
/// name, and with any eXmY typed by hand.
class DTypeCombo : public QComboBox {
    Q_OBJECT

public:
    using Offer = std::function<bool(const DTypeInfo&)>;

    /// `offer` says which rows there are; none: all. Floats among them bring the eXmY formats.
    explicit DTypeCombo(const QString& accessibleName, QWidget* parent, const Offer& offer = {});

    /// Shows a dtype that is in force.
    void showDType(DType dtype);

signals:
    void chosen(qs::DType dtype);

protected:
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void takeRow(int row);
    void takeText();
    void refuse(const QString& name);

    Offer m_offer;
    DType m_shown = DType::Qint8;
};

/// "8 bit, codes -128 to 127": a row in words.
QString dtypeSummary(const DTypeInfo& row);

} // namespace qs
