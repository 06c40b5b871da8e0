// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/train_workspace.h"

#include "core/base/text.h"
#include "ui/controls/forms.h"
#include "ui/controls/interface_scale.h"
#include "ui/controls/train_quantizer_controls.h"
#include "ui/controls/train_recipe_controls.h"
#include "ui/main_window/column_splitter.h"
#include "ui/panels/training_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTabBar>
#include <QTableWidget>
#include <QVBoxLayout>

#include <cmath>

namespace qs {
namespace {

using State = TrainingRunner::State;

QString number(double v)
{
    return QString::fromStdString(formatShort(v));
}

QString percent(double fraction)
{
    return QString::number(100 * fraction, 'f', 2) + QStringLiteral(" %");
}

} // namespace

TrainWorkspace::TrainWorkspace(Document& document, QWidget* parent)
    : QWidget(parent), m_document(document)
{
    auto* left = buildLeft();
    auto* centre = buildCentre();
    m_quantizers = new TrainQuantizerControls(m_document, this);
    m_splitter = new ColumnSplitter(m_document, {kTrainColumns[0], left, 248, 236}, centre,
                                    {kTrainColumns[1], m_quantizers, 296, 264}, this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 4, 4, 4);
    layout->addWidget(m_splitter);

    connect(&m_document, &Document::changed, this, &TrainWorkspace::follow);
    connect(&m_runner, &TrainingRunner::stateChanged, this, &TrainWorkspace::showState);
    connect(&m_runner, &TrainingRunner::snapshot, this,
            [this](std::shared_ptr<const TwinSnapshot> snapshot) {
                if (m_abandoned)
                    return;
                m_unsaved = true;
                showSnapshot(std::move(snapshot));
            });
    connect(&m_runner, &TrainingRunner::failed, this, [this](const QString& message) {
        if (!m_abandoned)
            showMessage(message, true);
    });
    connect(&m_runner, &TrainingRunner::ended, this, [this](bool finished) {
        if (m_abandoned)
            return;
        showMessage(finished ? tr("Finished: all epochs are done.")
                             : tr("Stopped. The curves are kept; Start begins anew."),
                    false);
    });
    setTraining(nullptr);
    follow();
    showState();
}

void TrainWorkspace::resetView()
{
    m_view->resetView();
}

void TrainWorkspace::follow()
{
    const auto& r = m_document.session().train.recipe;
    const auto qat = r.qat.value_or(defaultQatConfig());
    if (m_lastQat != qat) {
        if (m_lastQat)
            m_runner.requestQuantization(qat);
        m_lastQat = qat;
    }
    if (m_lastModel != r.model) {
        m_lastModel = r.model;
        if (!m_snapshot)
            emit statusChanged(status());
    }
}

void TrainWorkspace::togglePlay()
{
    switch (m_runner.state()) {
    case State::Idle: {
        showMessage({}, false);
        TrainRecipe recipe = m_document.session().train.recipe;
        if (!recipe.qat)
            recipe.qat = defaultQatConfig();
        m_runner.start(recipe);
        break;
    }
    case State::Paused:
        m_runner.resume();
        break;
    case State::Loading:
    case State::Running:
        m_runner.pause();
        break;
    case State::Stopping:
        break;
    }
}

void TrainWorkspace::stop()
{
    m_runner.stop();
}

void TrainWorkspace::setPlayKeys(const QString& keys)
{
    m_playKeys = keys;
    showState();
}

void TrainWorkspace::showState()
{
    const State state = m_runner.state();
    const bool idle = state == State::Idle;
    if (idle)
        m_abandoned = false;
    m_play->setText(idle ? tr("Start") : state == State::Paused ? tr("Resume") : tr("Pause"));
    const QString stopping = tr("The training is about to stop.");
    allow(m_play, state != State::Stopping, stopping);
    if (state != State::Stopping) {
        const QString tip =
            idle ? tr("Trains both networks from the seed") : tr("Pauses and goes on");
        m_play->setToolTip(m_playKeys.isEmpty() ? tip
                                                : QStringLiteral("%1 (%2)").arg(tip, m_playKeys));
    }
    allow(m_stop, !idle && state != State::Stopping,
          idle ? tr("No training is under way.") : stopping);
    m_recipe->setEditable(idle);
    m_view->setBusy(state == State::Loading);
    if (state == State::Loading)
        showMessage(tr("Reading %1\u2026")
                        .arg(QString::fromStdString(m_document.session().train.recipe.data)),
                    false);
    else if (state == State::Running)
        showMessage({}, false);
    else if (state == State::Paused)
        showMessage(tr("Paused. Change quantizers, then Resume."), false);
}

void TrainWorkspace::setTraining(std::shared_ptr<const TwinSnapshot> training)
{
    m_unsaved = false;
    m_abandoned = m_runner.state() != State::Idle;
    m_runner.stop();
    showMessage({}, false);
    showSnapshot(std::move(training));
}

void TrainWorkspace::showSnapshot(std::shared_ptr<const TwinSnapshot> snapshot)
{
    m_snapshot = std::move(snapshot);
    showFigure();
    m_quantizers->setSnapshot(m_snapshot);
    showScores();
    // The newest changes in words, where they are letters in the plot.
    QStringList events;
    if (m_snapshot && m_snapshot->events.size() > kMostEventTexts) {
        const auto& all = m_snapshot->events;
        for (std::size_t i = all.size() > 6 ? all.size() - 6 : 0; i < all.size(); ++i)
            events << tr("%1 step %2: %3")
                          .arg(eventLetter(i))
                          .arg(all[i].step)
                          .arg(QString::fromStdString(all[i].text));
    }
    m_events->setText(events.join(QStringLiteral("  \u00b7  ")));
    m_events->setVisible(!events.isEmpty());
    emit statusChanged(status());
    const bool any = m_snapshot != nullptr;
    allow(m_saveWeights, any && !m_snapshot->quantizedWeights.empty(),
          tr("There are no weights yet: start the training first."));
    const auto planned =
        any ? m_snapshot->stepsPerEpoch * std::max(m_snapshot->recipe.epochs, 1) : 1;
    m_progress->setRange(0, static_cast<int>(std::max<std::int64_t>(planned, 1)));
    m_progress->setValue(any ? static_cast<int>(m_snapshot->step) : 0);
    m_progress->setFormat(any ? tr("step %v of %m") : tr("not started"));
    if (!any) {
        m_speed->setText(tr("Both networks train on the same batches from the same start."));
        return;
    }
    const auto perSecond = QString::fromStdString(
        formatCount(static_cast<long long>(std::llround(m_snapshot->samplesPerSecond))));
    m_speed->setText(tr("epoch %1 of %2 \u00b7 %3 samples/s through both networks")
                         .arg(std::min(m_snapshot->epoch, m_snapshot->recipe.epochs))
                         .arg(m_snapshot->recipe.epochs)
                         .arg(perSecond));
}

void TrainWorkspace::showFigure()
{
    // The layers of the network that trains, not of the recipe to come.
    QStringList layers;
    if (m_snapshot) {
        for (const auto& view : m_snapshot->weightViews)
            layers << QString::fromStdString(view.name);
    }
    QStringList listed;
    for (int i = 0; i < m_layer->count(); ++i)
        listed << m_layer->itemText(i);
    if (layers != listed) {
        m_layer->clear();
        m_layer->addItems(layers);
    }
    const auto* panel = panelById(shownPanel());
    const bool choice = shownPanel() == QLatin1String("weights") && !layers.isEmpty();
    m_layer->setVisible(choice);
    m_layerLabel->setVisible(choice);
    PanelInput input;
    input.training = m_snapshot;
    input.weightLayer = weightLayer();
    m_view->setFigure(panel->build(input));
}

QString TrainWorkspace::shownPanel() const
{
    return m_tabs->tabData(m_tabs->currentIndex()).toString();
}

QString TrainWorkspace::weightLayer() const
{
    return m_layer->currentText();
}

QString TrainWorkspace::status() const
{
    const QString recipe = QString::fromStdString(m_document.session().train.recipe.model);
    if (!m_snapshot)
        return tr("%1 \u00b7 not trained yet").arg(recipe);
    return tr("%1 \u00b7 step %2 \u00b7 two networks on the same batches")
        .arg(QString::fromStdString(m_snapshot->recipe.model))
        .arg(m_snapshot->step);
}

void TrainWorkspace::showScores()
{
    const auto put = [this](int row, int column, const QString& text) {
        m_scores->item(row, column)->setText(text);
    };
    const QString none = QStringLiteral("\u2013");
    for (int row = 0; row < 2; ++row) {
        for (int column = 0; column < 5; ++column)
            put(row, column, none);
    }
    if (!m_snapshot)
        return;
    if (!m_snapshot->train.empty()) {
        put(0, 0, number(m_snapshot->train.back().floatLoss));
        put(1, 0, number(m_snapshot->train.back().quantizedLoss));
    }
    if (m_snapshot->test.empty())
        return;
    const auto& last = m_snapshot->test.back();
    put(0, 1, number(last.floating.loss));
    put(1, 1, number(last.quantized.loss));
    put(0, 2, percent(last.floating.accuracy));
    put(1, 2, percent(last.quantized.accuracy));
    put(0, 3, QString::fromStdString(formatCount(last.floating.images)));
    put(1, 3, QString::fromStdString(formatCount(last.quantized.images)));
    const double difference = 100 * (last.quantized.accuracy - last.floating.accuracy);
    put(1, 4, tr("%1 points").arg(QString::number(difference, 'f', 2)));
}

void TrainWorkspace::showMessage(const QString& text, bool problem)
{
    m_banner->setText(problem ? QStringLiteral("\u26a0 ") + text : text);
    m_banner->setVisible(!text.isEmpty());
}

/// As high as its two rows.
void TrainWorkspace::fitScores()
{
    // Larger texts go in two lines, so that none is cut.
    const bool large = interfaceScale() > 1;
    const auto lines = [large](QString text) {
        return large ? text.replace(QLatin1Char(' '), QLatin1Char('\n')) : text;
    };
    m_scores->setHorizontalHeaderLabels({lines(tr("train loss")), lines(tr("test loss")),
                                         large ? tr("test\nacc.") : tr("test accuracy"),
                                         lines(tr("on samples")), tr("change")});
    m_scores->setVerticalHeaderLabels(
        {tr("float"), large ? tr("fake-\nquantized") : tr("fake-quantized")});
    m_scores->verticalHeader()->setDefaultSectionSize(
        (large ? 2 : 1) * m_scores->fontMetrics().height() + 8);
    m_scores->setFixedHeight(m_scores->horizontalHeader()->sizeHint().height() +
                             2 * m_scores->verticalHeader()->defaultSectionSize() + 4);
}

void TrainWorkspace::setTheme(ThemeId theme)
{
    m_view->setTheme(theme);
}

void TrainWorkspace::rescale()
{
    m_splitter->rescale();
    m_view->setScale(interfaceScale());
    fitScores();
}

} // namespace qs
