// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

#include <QWidget>

#include <vector>

class QButtonGroup;
class QToolButton;

namespace qs {

/// One button for each panel that a place can show, in as many rows as they need: all names are
/// always in sight. The arrow keys go from one to the next.
class PanelTabs : public QWidget {
    Q_OBJECT

public:
    explicit PanelTabs(QWidget* parent = nullptr);

    /// What can be chosen, and what is.
    void setPanels(const std::vector<const PanelInfo*>& panels, const PanelInfo* current);
    int heightFor(int width) const;

signals:
    void chosen(const QString& id);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    /// Puts the buttons where they belong in that width (or only measures); the height they take.
    void addButton();
    int arrange(int width, bool move) const;

    QButtonGroup* m_group;
    std::vector<const PanelInfo*> m_panels;
    std::vector<QToolButton*> m_buttons;
};

} // namespace qs
