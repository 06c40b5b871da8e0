// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What TrainWorkspace consists of.
#include "ui/controls/interface_scale.h"
#include "ui/controls/train_recipe_controls.h"
#include "ui/main_window/train_workspace.h"

#include <QComboBox>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QTabBar>
#include <QTableWidget>
#include <QVBoxLayout>

namespace qs {

QWidget* TrainWorkspace::buildLeft()
{
    auto* column = new QWidget(this);
    auto* layout = new QVBoxLayout(column);
    layout->setContentsMargins(0, 0, 0, 0);
    m_recipe = new TrainRecipeControls(m_document, column);
    layout->addWidget(m_recipe, 1);
    auto* transport = new QGroupBox(tr("Training"), column);
    auto* rows = new QVBoxLayout(transport);
    rows->setContentsMargins(8, 4, 8, 8);
    auto* buttons = new QHBoxLayout;
    m_play = new QPushButton(transport);
    m_play->setDefault(true);
    m_stop = new QPushButton(tr("Stop"), transport);
    m_stop->setToolTip(tr("Ends the training. The curves and the weights are kept."));
    buttons->addWidget(m_play, 1);
    buttons->addWidget(m_stop, 1);
    rows->addLayout(buttons);
    m_progress = new QProgressBar(transport);
    m_progress->setAccessibleName(tr("training progress"));
    rows->addWidget(m_progress);
    m_speed = new QLabel(transport);
    m_speed->setObjectName(QStringLiteral("secondary"));
    m_speed->setWordWrap(true);
    rows->addWidget(m_speed);
    m_saveWeights = new QPushButton(tr("Save weights\u2026"), transport);
    m_saveWeights->setToolTip(
        tr("Both networks' weights to a .safetensors file, opened as a source."));
    rows->addWidget(m_saveWeights);
    layout->addWidget(transport);

    connect(m_play, &QPushButton::clicked, this, &TrainWorkspace::togglePlay);
    connect(m_stop, &QPushButton::clicked, this, &TrainWorkspace::stop);
    connect(m_saveWeights, &QPushButton::clicked, this, &TrainWorkspace::saveWeightsRequested);
    return column;
}

QWidget* TrainWorkspace::buildCentre()
{
    auto* column = new QWidget(this);
    auto* layout = new QVBoxLayout(column);
    layout->setContentsMargins(0, 0, 0, 0);
    m_banner = new QLabel(column);
    m_banner->setObjectName(QStringLiteral("banner"));
    m_banner->setWordWrap(true);
    m_banner->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_banner->hide();
    layout->addWidget(m_banner);
    auto* head = new QHBoxLayout;
    m_tabs = new QTabBar(column);
    m_tabs->setAccessibleName(tr("Plot of the training"));
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    for (const auto& panel : panels()) {
        if (panel.workspace != WorkspaceId::Train)
            continue;
        const int tab = m_tabs->addTab(panelTitle(panel));
        m_tabs->setTabToolTip(tab, panelHelp(panel));
        m_tabs->setTabData(tab, QLatin1String(panel.id));
    }
    head->addWidget(m_tabs);
    head->addStretch(1);
    m_layerLabel = new QLabel(tr("weights of"), column);
    head->addWidget(m_layerLabel);
    m_layer = new QComboBox(column);
    m_layer->setAccessibleName(tr("weights of layer"));
    m_layer->setToolTip(tr("Which layer's weights are drawn."));
    m_layer->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_layerLabel->setBuddy(m_layer);
    head->addWidget(m_layer);
    layout->addLayout(head);
    m_view = new PlotView(column);
    m_view->setScale(interfaceScale());
    layout->addWidget(m_view, 1);
    connect(m_tabs, &QTabBar::currentChanged, this, [this] {
        showFigure();
        m_view->resetView();
    });
    connect(m_layer, &QComboBox::activated, this, [this] {
        showFigure();
        m_view->resetView();
    });
    connect(m_view, &PlotView::contextMenuRequested, this, [this](const QPoint& at) {
        QMenu menu;
        const auto* save = menu.addAction(tr("Export this plot\u2026"));
        const auto* fit = menu.addAction(tr("Show all"));
        menu.addSeparator();
        const auto* help = menu.addAction(tr("What am I looking at?"));
        const auto* chosen = menu.exec(at);
        const auto* panel = panelById(shownPanel());
        if (chosen == save)
            emit exportRequested(QLatin1String(panel->id));
        else if (chosen == fit)
            m_view->resetView();
        else if (chosen == help)
            emit statusChanged(panelHelp(*panel));
    });
    m_scores = new QTableWidget(2, 5, column);
    m_scores->setAccessibleName(tr("Scores"));
    m_scores->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_scores->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_scores->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_scores->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    for (int row = 0; row < 2; ++row) {
        for (int field = 0; field < 5; ++field) {
            auto* item = new QTableWidgetItem;
            item->setTextAlignment(Qt::AlignCenter);
            m_scores->setItem(row, field, item);
        }
    }
    fitScores();
    layout->addWidget(m_scores);
    m_events = new QLabel(column);
    m_events->setObjectName(QStringLiteral("secondary"));
    m_events->setWordWrap(true);
    m_events->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(m_events);
    return column;
}

} // namespace qs
