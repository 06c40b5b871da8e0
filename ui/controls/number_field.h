// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>
#include <QWidget>

#include <functional>
#include <optional>

class QLabel;

namespace qs {

/// A typed number that takes what people write: 0.0039, 1/256, 2^-8, 0x1p-8,
/// and with the letter of an SI prefix 3.9m or 3k. Enter or leaving the
/// field commits, Esc brings the last good value back, Up and Down step. What cannot be read or is
/// refused stays with a red border and a line that says why; the last good value stays in force.
class NumberField : public QWidget {
    Q_OBJECT

public:
    /// Says what is wrong with a value, or nothing.
    using Check = std::function<QString(double)>;
    /// Shows a value; reading it back gives the same one.
    using Format = std::function<QString(double)>;
    /// The value that Up (+1), Down (-1), PageUp (+10) or PageDown (-10) leads to.
    using Step = std::function<double(double value, int steps)>;

    explicit NumberField(const QString& accessibleName, QWidget* parent = nullptr);

    void setCheck(Check check) { m_check = std::move(check); }
    void setFormat(Format format) { m_format = std::move(format); }
    void setStep(Step step) { m_step = std::move(step); }

    /// Shows a value that is in force. Does not disturb what is being typed.
    void setValue(double value);
    /// Shows that there is no value (an en dash) and why, as a tooltip.
    void setNoValue(const QString& why);
    QLineEdit* edit() const { return m_edit; }
    /// What is wrong with what was typed; empty: nothing.
    QString message() const { return m_problem; }
    /// False: the message is not shown below the field, only sent.
    void setInlineMessage(bool shown) { m_inline = shown; }
    /// A refusal from elsewhere, shown as if the field had found it; empty: none.
    void setMessage(const QString& message);

signals:
    void committed(double value);
    void messageChanged(const QString& message);

protected:
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void commit();
    void showValue();

    QLineEdit* m_edit;
    QLabel* m_message;
    std::optional<double> m_value;
    QString m_problem;
    bool m_inline = true;
    bool m_toldInFull = false; ///< the tooltip is the number itself
    Check m_check;
    Format m_format;
    Step m_step;
};

} // namespace qs
