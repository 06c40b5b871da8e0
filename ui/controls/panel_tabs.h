// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

#include <QWidget>

#include <map>
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
    /// Of these panels, whichever there are now.
    int heightFor(const std::vector<const PanelInfo*>& panels, int width);

signals:
    void chosen(const QString& id);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    /// Made when it is first asked for, and kept: this may happen while a style is applied to all
    /// widgets, when none may go.
    QToolButton* buttonOf(const PanelInfo& panel);
    /// Puts the buttons where they belong in that width (or only measures); the height they take.
    int arrange(const std::vector<const PanelInfo*>& panels, int width, bool move);

    QButtonGroup* m_group;
    std::vector<const PanelInfo*> m_panels;
    std::map<const PanelInfo*, QToolButton*> m_buttons;
};

} // namespace qs
