// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"
#include "ui/plot/plot_view.h"

#include <QWidget>

#include <deque>
#include <string>
#include <vector>

class QToolButton;

namespace qs {

class PanelTabs;

/// The panels of a workspace beside and below each other, as many as the room allows, none smaller
/// than 300 x 180 pixels: three in a column at 1280 x 800, nine on a large screen. Those that have
/// no place of their own are tabs of the last one. The first column belongs to the plots that share
/// the axis of values; plots in a column are aligned.
class PanelGrid : public QWidget {
    Q_OBJECT

public:
    /// One place: what it shows, and what of it was drawn last.
    struct Place {
        PlotView* view = nullptr;
        QToolButton* menu = nullptr;
        const PanelInfo* panel = nullptr;
        const PanelInfo* drawn = nullptr;
        /// Its x axis is the tensor's value.
        bool sharesX() const { return panel->sharesX && !view->figure().ownX; }
    };

    explicit PanelGrid(WorkspaceId workspace, QWidget* parent = nullptr);

    /// The panels that are wanted in front, place by place; further places fill themselves.
    void setWanted(const std::vector<std::string>& ids);
    /// Those that can be seen, column by column.
    std::deque<Place>& places() { return m_places; }
    const std::deque<Place>& places() const { return m_places; }
    /// `ids` with `id` in `place`, as setWanted takes it: what was in that place goes to where `id`
    /// was.
    std::vector<std::string> withPanel(int place, const QString& id) const;
    void setTheme(ThemeId theme);
    /// How large plots and what is around them are drawn, as PlotView::setScale: all of the sizes
    /// here are that many times as large.
    void setScale(double scale);
    /// The place whose plot has the focus, or had it or was chosen for last.
    int focusedPlace() const;
    /// Gives the plots of each column the same margins.
    void align();

signals:
    /// A tab was clicked: this panel is wanted in that place.
    void panelChosen(int place, const QString& id);
    /// Other places are there now, or other panels in them: views without a figure wait for one.
    void arranged();
    void placeAdded(int place);
    void menuRequested(int place, const QPoint& globalPosition);

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

private:
    int px(int pixels) const;
    struct Assignment {
        std::vector<const PanelInfo*> shown; ///< one in each place
        std::vector<const PanelInfo*> tabs;
    };
    Assignment assignment(std::size_t places) const;
    void setPlaces(std::size_t count);
    void arrange();
    void assign();
    void addPlace();

    WorkspaceId m_workspace;
    std::vector<std::string> m_wanted;
    std::deque<Place> m_places;
    std::vector<Place> m_spare; ///< made once, hidden while there is no room
    PanelTabs* m_tabs;
    ThemeId m_theme = ThemeId::Light;
    double m_scale = 1;
    int m_columns = 1;
    int m_rows = 1;
    mutable std::size_t m_lastUsed = 0; ///< the place that had the focus, or whose tab was clicked
};

} // namespace qs
