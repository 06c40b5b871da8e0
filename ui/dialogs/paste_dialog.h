// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/document/parameters_clipboard.h"

#include <QDialog>

#include <optional>

class QComboBox;
class QFormLayout;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QScrollArea;
class QTimer;

namespace qs {

/// Shows what a pasted text was found to be while it is typed or pasted, and asks where the
/// parameters go. `base` is the quantizer in force, from which the text's gaps are filled.
class PasteDialog : public QDialog {
    Q_OBJECT

public:
    explicit PasteDialog(const QuantSpec& base, QWidget* parent = nullptr);

    /// Puts a text into the field where it can be read as parameters; else the field stays empty.
    void prefill(const QString& text);
    void setText(const QString& text);

    /// The configuration that is shown; null where the text is none.
    const PastedConfiguration* configuration() const;
    /// What the person chose; nothing before, and where the dialog was cancelled.
    std::optional<PasteTarget> target() const { return m_target; }

private:
    QWidget* buildPreview();
    void addValue(QFormLayout* form, const QString& title, QLabel*& value);
    void textChanged();
    void allowUse(bool allowed);
    void read();
    void showConfiguration();
    void choose(PasteTarget target);

    QuantSpec m_base;
    std::optional<PastedParams> m_pasted;
    std::optional<PasteTarget> m_target;
    QPlainTextEdit* m_text = nullptr;
    QLabel* m_kind = nullptr;
    QLabel* m_problem = nullptr;
    QLabel* m_help = nullptr; ///< what can be pasted, while there is no text
    QScrollArea* m_scroll = nullptr;
    QWidget* m_preview = nullptr;
    QWidget* m_choice = nullptr; ///< the combo with its label
    QComboBox* m_configurations = nullptr;
    QLabel* m_dtype = nullptr;
    QLabel* m_qscheme = nullptr;
    QLabel* m_observer = nullptr;
    QLabel* m_scale = nullptr;
    QLabel* m_zeroPoint = nullptr;
    QLabel* m_codes = nullptr;
    QLabel* m_range = nullptr;
    QLabel* m_arithmetic = nullptr;
    QLabel* m_notes = nullptr;
    QPushButton* m_useIt = nullptr;
    QPushButton* m_useAsB = nullptr;
    QTimer* m_later = nullptr; ///< long texts are read when typing pauses
};

/// Asks with a PasteDialog, prefilled from the clipboard, and applies what was chosen. False:
/// nothing was.
bool runPasteDialog(Document& document, QWidget* parent);

} // namespace qs
