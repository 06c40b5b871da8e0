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
}

QToolButton* PanelTabs::buttonOf(const PanelInfo& panel)
{
    auto& button = m_buttons[&panel];
    if (button != nullptr)
        return button;
    button = new QToolButton(this);
    button->setObjectName(QStringLiteral("panelTab"));
    button->setText(panelTitle(panel));
    button->setToolTip(panelHelp(panel));
    button->setAccessibleName(button->text());
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->hide();
    connect(button, &QToolButton::clicked, this,
            [this, id = QLatin1String(panel.id)] { emit chosen(id); });
    return button;
}

void PanelTabs::setPanels(const std::vector<const PanelInfo*>& panels, const PanelInfo* current)
{
    if (panels != m_panels) {
        // The arrow keys go through a group's buttons in the order they came into it.
        for (const auto* panel : m_panels) {
            m_group->removeButton(buttonOf(*panel));
            buttonOf(*panel)->hide();
        }
        m_panels = panels;
        for (const auto* panel : panels) {
            m_group->addButton(buttonOf(*panel));
            buttonOf(*panel)->show();
        }
        arrange(m_panels, width(), true);
    }
    for (const auto* panel : panels)
        buttonOf(*panel)->setChecked(panel == current);
}

int PanelTabs::arrange(const std::vector<const PanelInfo*>& panels, int width, bool move)
{
    int x = 0;
    int y = 0;
    int row = 0;
    for (const auto* panel : panels) {
        auto* button = buttonOf(*panel);
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

int PanelTabs::heightFor(const std::vector<const PanelInfo*>& panels, int width)
{
    return arrange(panels, width, false);
}

void PanelTabs::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange(m_panels, width(), true);
}

} // namespace qs
