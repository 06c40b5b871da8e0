// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/document/document.h"
#include "ui/jobs/training_runner.h"
#include "ui/panels/panel.h"
#include "ui/plot/plot_view.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QTabBar;
class QTableWidget;

namespace qs {

class ColumnSplitter;
class TrainQuantizerControls;
class TrainRecipeControls;

/// The recipe on the left, curves and scores in the middle, the quantizers on the right. Wiring
/// only: the document holds the recipe, the runner trains, snapshots are shown.
class TrainWorkspace : public QWidget {
    Q_OBJECT

public:
    explicit TrainWorkspace(Document& document, QWidget* parent = nullptr);

    void setTheme(ThemeId theme);
    /// Takes over the interface's size.
    void rescale();
    const Figure& figure() const { return m_view->figure(); }
    TrainingRunner& runner() { return m_runner; }
    std::shared_ptr<const TwinSnapshot> training() const { return m_snapshot; }
    /// The panel in front: "training" or "weights", and of which layer: "0.weight"; empty: none.
    QString shownPanel() const;
    QString weightLayer() const;
    /// Shows the curves of a session that was opened; a training under way is ended.
    void setTraining(std::shared_ptr<const TwinSnapshot> training);
    /// Start, pause or go on: what Space does.
    void togglePlay();
    void stop();
    /// What the keys of togglePlay() are, for the button's tooltip.
    void setPlayKeys(const QString& keys);
    /// Shows all of the curves again.
    void resetView();
    /// One line about what is shown.
    QString status() const;
    /// Whether curves were drawn since the last save.
    bool hasUnsavedTraining() const { return m_unsaved; }
    void setTrainingSaved() { m_unsaved = false; }

signals:
    void statusChanged(const QString& text);
    void exportRequested(const QString& panelId);
    void saveWeightsRequested();

private:
    QWidget* buildLeft();
    QWidget* buildCentre();
    void follow();
    void showState();
    void showSnapshot(std::shared_ptr<const TwinSnapshot> snapshot);
    void showFigure();
    void showScores();
    void fitScores();
    void showMessage(const QString& text, bool problem);

    Document& m_document;
    TrainingRunner m_runner;
    std::shared_ptr<const TwinSnapshot> m_snapshot;
    std::optional<QatConfig> m_lastQat;
    std::string m_lastModel;
    QString m_playKeys;
    bool m_unsaved = false;
    bool m_abandoned = false; ///< the training that still ends belongs to another session

    ColumnSplitter* m_splitter;
    QTabBar* m_tabs;
    QLabel* m_layerLabel;
    QComboBox* m_layer;
    PlotView* m_view;
    QLabel* m_banner;
    QTableWidget* m_scores;
    QLabel* m_events;
    QPushButton* m_play;
    QPushButton* m_stop;
    QPushButton* m_saveWeights;
    QProgressBar* m_progress;
    QLabel* m_speed;
    TrainRecipeControls* m_recipe;
    TrainQuantizerControls* m_quantizers;
};

} // namespace qs
