// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/panel_tabs.h"

#include <QButtonGroup>
#include <QToolButton>

namespace qs {
namespace {

constexpr int kGap = 2;

} // namespace

PanelTabs::PanelTabs(QWidget* parent) : QWidget(parent), m_group(new QButtonGroup(this))
{
    setAccessibleName(tr("Plot in the last place"));
    m_group->setExclusive(true);
    connect(m_group, &QButtonGroup::idClicked, this, [this](int index) {
        emit chosen(QLatin1String(m_panels[static_cast<std::size_t>(index)]->id));
    });
}

void PanelTabs::setPanels(const std::vector<const PanelInfo*>& panels, const PanelInfo* current)
{
    if (panels != m_panels) {
        // None is deleted: this may happen while a style is applied to all widgets.
        while (m_buttons.size() < panels.size())
            addButton();
        m_panels = panels;
        for (std::size_t i = 0; i < m_buttons.size(); ++i) {
            m_buttons[i]->setVisible(i < panels.size());
            if (i < panels.size()) {
                m_buttons[i]->setText(panelTitle(*panels[i]));
                m_buttons[i]->setToolTip(panelHelp(*panels[i]));
                m_buttons[i]->setAccessibleName(m_buttons[i]->text());
            }
        }
        arrange(width(), true);
    }
    for (std::size_t i = 0; i < panels.size(); ++i)
        m_buttons[i]->setChecked(panels[i] == current);
}

void PanelTabs::addButton()
{
    auto* button = new QToolButton(this);
    button->setObjectName(QStringLiteral("panelTab"));
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    m_group->addButton(button, static_cast<int>(m_buttons.size()));
    m_buttons.push_back(button);
}

int PanelTabs::arrange(int width, bool move) const
{
    int x = 0;
    int y = 0;
    int row = 0;
    for (std::size_t i = 0; i < m_panels.size(); ++i) {
        auto* button = m_buttons[i];
        const QSize size = button->sizeHint();
        if (x > 0 && x + size.width() > width) {
            x = 0;
            y += row + kGap;
            row = 0;
        }
        if (move)
            button->setGeometry(x, y, size.width(), size.height());
        x += size.width() + kGap;
        row = std::max(row, size.height());
    }
    return y + row;
}

int PanelTabs::heightFor(int width) const
{
    return arrange(width, false);
}

void PanelTabs::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange(width(), true);
}

} // namespace qs
