// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/panel_grid.h"

#include "ui/controls/panel_tabs.h"

#include <QEvent>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

constexpr int kGap = 2;
constexpr int kColumnWidth = 600; // from twice that on there are two columns
constexpr int kRowHeight = 190;
constexpr int kMostColumns = 3;
constexpr int kMostRows = 3;
constexpr int kMenuWidth = 24;
constexpr int kLeastWidth = 300;
constexpr int kLeastRow = 180; // with less a plot is all labels
constexpr int kPlotAndTabs = 180 + 60;

bool isWanted(const std::vector<const PanelInfo*>& shown, const PanelInfo* panel)
{
    return std::find(shown.begin(), shown.end(), panel) != shown.end();
}

} // namespace

PanelGrid::PanelGrid(WorkspaceId workspace, QWidget* parent)
    : QWidget(parent), m_workspace(workspace), m_tabs(new PanelTabs(this))
{
    setScale(1);
    connect(m_tabs, &PanelTabs::chosen, this, [this](const QString& id) {
        m_lastUsed = m_places.size() - 1;
        emit panelChosen(static_cast<int>(m_lastUsed), id);
    });
}

void PanelGrid::addPlace()
{
    if (!m_spare.empty()) {
        m_places.push_back(m_spare.back());
        m_spare.pop_back();
        m_places.back().view->show();
        return;
    }
    const int index = static_cast<int>(m_places.size());
    Place place;
    place.view = new PlotView(this);
    place.view->setTheme(m_theme);
    place.view->setScale(m_scale);
    place.view->setHeaderInset(px(kMenuWidth - 4));
    place.menu = new QToolButton(place.view);
    place.menu->setObjectName(QStringLiteral("panelMenu"));
    place.menu->setText(QStringLiteral("\u22EF"));
    place.menu->setAutoRaise(true);
    place.menu->setAccessibleName(tr("plot menu"));
    place.menu->setToolTip(tr("What this plot shows and how, copies and exports"));
    place.menu->setCursor(Qt::ArrowCursor);
    connect(place.menu, &QToolButton::clicked, this, [this, index, menu = place.menu] {
        emit menuRequested(index, menu->mapToGlobal(QPoint(0, menu->height())));
    });
    connect(place.view, &PlotView::contextMenuRequested, this,
            [this, index](const QPoint& at) { emit menuRequested(index, at); });
    connect(place.view, &PlotView::neededMarginsChanged, this, &PanelGrid::align);
    connect(place.view, &PlotView::picked, this,
            [this, index] { m_lastUsed = static_cast<std::size_t>(index); });
    m_places.push_back(place);
    place.view->show();
    emit placeAdded(index);
}

void PanelGrid::setWanted(const std::vector<std::string>& ids)
{
    m_wanted = ids;
    assign();
    arrange(); // other tabs, another height
    emit arranged();
}

/// The wanted panels in their places, then the others in the order of the table. The last place has
/// the tabs of all that are nowhere else.
PanelGrid::Assignment PanelGrid::assignment(std::size_t places) const
{
    Assignment made;
    auto& shown = made.shown;
    for (const auto& id : m_wanted) {
        const auto* panel = panelById(QString::fromStdString(id));
        if (panel != nullptr && panel->workspace == m_workspace && !isWanted(shown, panel) &&
            shown.size() < places)
            shown.push_back(panel);
    }
    for (const auto& panel : panels()) {
        if (panel.workspace == m_workspace && !isWanted(shown, &panel) && shown.size() < places)
            shown.push_back(&panel);
    }
    for (const auto& panel : panels()) {
        if (panel.workspace == m_workspace && (!isWanted(shown, &panel) || &panel == shown.back()))
            made.tabs.push_back(&panel);
    }
    return made;
}

void PanelGrid::assign()
{
    const auto made = assignment(m_places.size());
    for (std::size_t i = 0; i < made.shown.size(); ++i)
        m_places[i].panel = made.shown[i];
    m_tabs->setPanels(made.tabs, made.shown.empty() ? nullptr : made.shown.back());
}

std::vector<std::string> PanelGrid::withPanel(int place, const QString& id) const
{
    std::vector<std::string> ids;
    for (const auto& each : m_places)
        ids.emplace_back(each.panel->id);
    const auto to = static_cast<std::size_t>(place);
    const auto from = std::find(ids.begin(), ids.end(), id.toStdString());
    if (from != ids.end())
        std::iter_swap(from, ids.begin() + place);
    else
        ids[to] = id.toStdString();
    return ids;
}

void PanelGrid::setPlaces(std::size_t count)
{
    if (m_places.size() == count)
        return;
    while (m_places.size() < count)
        addPlace();
    while (m_places.size() > count) {
        m_places.back().view->hide();
        m_places.back().drawn = nullptr;
        m_spare.push_back(m_places.back());
        m_places.pop_back();
    }
    assign();
}

void PanelGrid::arrange()
{
    m_columns = std::clamp(width() / px(kColumnWidth), 1, kMostColumns);
    m_rows = std::clamp((height() - px(30)) / px(kRowHeight), 1, kMostRows);
    const int columnWidth = (width() - (m_columns - 1) * kGap) / m_columns;
    const auto places = [this] {
        return static_cast<std::size_t>(m_columns * m_rows);
    };
    const auto tabsOf = [&] {
        return m_tabs->heightFor(assignment(places()).tabs, columnWidth);
    };
    // Many rows of tabs leave less room; with fewer places there are more tabs.
    while (m_rows > 1 && height() - tabsOf() < m_rows * px(kLeastRow))
        --m_rows;
    const bool other = m_places.size() != places();
    setPlaces(places());
    const int tabsHeight = tabsOf();
    for (int column = 0; column < m_columns; ++column) {
        const bool last = column == m_columns - 1;
        const int room = height() - (last ? tabsHeight + kGap : 0);
        const int left = column * (columnWidth + kGap);
        const int rowHeight = (room - (m_rows - 1) * kGap) / m_rows;
        int top = 0;
        for (int row = 0; row < m_rows; ++row) {
            if (last && row == m_rows - 1) {
                m_tabs->setGeometry(left, top, columnWidth, tabsHeight);
                top += tabsHeight + kGap;
            }
            auto& place = m_places[static_cast<std::size_t>(column * m_rows + row)];
            place.view->setGeometry(left, top, columnWidth, rowHeight);
            place.menu->setGeometry(columnWidth - px(kMenuWidth + 2), px(3), px(kMenuWidth),
                                    px(20));
            top += rowHeight + kGap;
        }
    }
    if (other)
        emit arranged();
}

void PanelGrid::align()
{
    for (int column = 0; column < m_columns; ++column) {
        std::vector<PlotView*> views;
        for (int row = 0; row < m_rows; ++row) {
            const auto index = static_cast<std::size_t>(column * m_rows + row);
            if (index < m_places.size())
                views.push_back(m_places[index].view);
        }
        alignAxes(views);
    }
}

void PanelGrid::setTheme(ThemeId theme)
{
    m_theme = theme;
    for (const auto& place : m_places)
        place.view->setTheme(theme);
    for (const auto& place : m_spare)
        place.view->setTheme(theme);
}

void PanelGrid::setScale(double scale)
{
    m_scale = scale;
    setMinimumSize(px(kLeastWidth), px(kPlotAndTabs));
    const auto apply = [this](const Place& place) {
        place.view->setScale(m_scale);
        place.view->setHeaderInset(px(kMenuWidth - 4));
    };
    for (const auto& place : m_places)
        apply(place);
    for (const auto& place : m_spare)
        apply(place);
    arrange();
}

int PanelGrid::px(int pixels) const
{
    return static_cast<int>(std::lround(pixels * m_scale));
}

int PanelGrid::focusedPlace() const
{
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        if (m_places[i].view->hasFocus())
            m_lastUsed = i;
    }
    return static_cast<int>(std::min(m_lastUsed, m_places.size() - 1));
}

void PanelGrid::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

bool PanelGrid::event(QEvent* event)
{
    // A style or a font of another size: the tabs may need another height.
    const bool handled = QWidget::event(event);
    if (event->type() == QEvent::LayoutRequest || event->type() == QEvent::StyleChange ||
        event->type() == QEvent::FontChange)
        arrange();
    return handled;
}

} // namespace qs
