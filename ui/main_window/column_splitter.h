// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/document/document.h"

#include <QSplitter>

#include <array>

namespace qs {

/// A column on each side of the plots. Which of them are shown and how wide is the document's
/// (WindowView); what is dragged here is told to it.
class ColumnSplitter : public QSplitter {
    Q_OBJECT

public:
    struct Column {
        std::string_view id;
        QWidget* widget;
        int usual; ///< pixels at an interface size of 100 %
        int least; ///< likewise
    };

    ColumnSplitter(Document& document, const Column& left, QWidget* centre, const Column& right,
                   QWidget* parent);

    /// Takes over the interface's size.
    void rescale();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void follow();
    void share();
    void keep();

    Document& m_document;
    std::array<Column, 2> m_columns;
    WindowView m_shown;
};

} // namespace qs
