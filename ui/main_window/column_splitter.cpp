// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/column_splitter.h"

#include "ui/controls/interface_scale.h"

#include <algorithm>
#include <cmath>

namespace qs {

ColumnSplitter::ColumnSplitter(Document& document, const Column& left, QWidget* centre,
                               const Column& right, QWidget* parent)
    : QSplitter(Qt::Horizontal, parent), m_document(document), m_columns{left, right}
{
    setChildrenCollapsible(false);
    addWidget(left.widget);
    addWidget(centre);
    addWidget(right.widget);
    setStretchFactor(0, 0);
    setStretchFactor(1, 1);
    setStretchFactor(2, 0);
    connect(this, &QSplitter::splitterMoved, this, &ColumnSplitter::keep);
    connect(&m_document, &Document::changed, this, &ColumnSplitter::follow);
    rescale();
    follow();
}

void ColumnSplitter::rescale()
{
    setHandleWidth(scaled(5));
    for (const auto& column : m_columns)
        column.widget->setMinimumWidth(scaled(column.least));
    share();
}

void ColumnSplitter::follow()
{
    const auto& view = m_document.session().window;
    if (view == m_shown)
        return;
    m_shown = view;
    for (const auto& column : m_columns)
        column.widget->setVisible(!view.isHidden(column.id));
    share();
}

/// Gives each column its share of the width, or what it usually has; the plots get the rest.
void ColumnSplitter::share()
{
    QList<int> sizes{0, width(), 0};
    for (int i = 0; i < 2; ++i) {
        const auto& column = m_columns[static_cast<std::size_t>(i)];
        const auto part = m_shown.share(column.id);
        const int wanted =
            part ? static_cast<int>(std::lround(*part * width())) : scaled(column.usual);
        sizes[2 * i] = std::max(wanted, scaled(column.least));
        if (!m_shown.isHidden(column.id))
            sizes[1] -= sizes[2 * i] + handleWidth();
    }
    sizes[1] = std::max(sizes[1], 1);
    setSizes(sizes);
}

void ColumnSplitter::keep()
{
    if (width() <= 0)
        return;
    const auto now = sizes();
    for (int i = 0; i < 2; ++i) {
        const auto& column = m_columns[static_cast<std::size_t>(i)];
        if (m_shown.isHidden(column.id))
            continue;
        // To the nearest ten-thousandth: finer than a pixel.
        const double part = std::round(1e4 * now[2 * i] / width()) / 1e4;
        const bool asUsual = !m_shown.share(column.id) && now[2 * i] == scaled(column.usual);
        if (part > 0 && part < 1 && !asUsual)
            m_shown.columns[std::string(column.id)] = part;
    }
    m_document.adjustView([&](Session& session) { session.window.columns = m_shown.columns; });
}

void ColumnSplitter::resizeEvent(QResizeEvent* event)
{
    QSplitter::resizeEvent(event);
    share();
}

} // namespace qs
