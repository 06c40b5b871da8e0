// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/tensor_view.h"
#include "core/tensor/shape.h"

#include <QDialog>

#include <optional>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace qs {

/// The picked element and the selected ones, typed instead of clicked and dragged: by the keyboard,
/// and exactly.
class ChooseElementsDialog : public QDialog {
    Q_OBJECT

public:
    ChooseElementsDialog(const Shape& shape, const TensorView& view, QWidget* parent);

    std::optional<std::int64_t> picked() const { return m_picked; }
    std::optional<Selection> selection() const { return m_selection; }

private:
    void follow();

    Shape m_shape;
    QLineEdit* m_element;
    QComboBox* m_by;
    QLineEdit* m_from;
    QLineEdit* m_to;
    QLabel* m_problem;
    QPushButton* m_accept;
    std::optional<std::int64_t> m_picked;
    std::optional<Selection> m_selection;
};

} // namespace qs
