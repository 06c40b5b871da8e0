// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>

#include <functional>
#include <vector>

namespace qs {

/// Several typed numbers, as NumberField takes them, with blanks or commas between: "-1 -1/2 0 1".
/// Enter or leaving the field commits, Esc brings the last good values back. What cannot be read or
/// is refused stays with a red border; messageChanged says why.
class NumbersField : public QLineEdit {
    Q_OBJECT

public:
    /// Says what is wrong with the values, or nothing.
    using Check = std::function<QString(const std::vector<float>&)>;

    explicit NumbersField(const QString& accessibleName, QWidget* parent = nullptr);
    void setCheck(Check check) { m_check = std::move(check); }
    /// Shows values that are in force. Does not disturb what is being typed.
    void setValues(const std::vector<float>& values);

signals:
    void committed(const std::vector<float>& values);
    void messageChanged(const QString& message);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void commit();
    void showValues();
    void setMessage(const QString& message);

    Check m_check;
    std::vector<float> m_values;
    QString m_problem;
};

} // namespace qs
