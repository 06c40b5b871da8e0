// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/tensor_workspace.h"

#include "core/base/text.h"
#include "core/pipeline/session_request.h"
#include "ui/controls/forms.h"
#include "ui/controls/quantizer_controls.h"
#include "ui/controls/result_box.h"
#include "ui/controls/value_card.h"
#include "ui/models/source_tree.h"
#include "ui/panels/grid_view.h"

#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QShortcut>
#include <QSplitter>
#include <QTabBar>
#include <QTimer>
#include <QVBoxLayout>

#include <cmath>

namespace qs {
namespace {

/// The panels that can be in the third place.
constexpr const char* kLowerPanels[] = {"error",       "error_histogram", "code_usage",
                                        "range_curve", "bits_sweep",      "formats",
                                        "landscape",   "channels",        "cells"};

QString number(double v)
{
    return QString::fromStdString(formatShort(v));
}

QGroupBox* group(const QString& title, QWidget* content)
{
    auto* box = new QGroupBox(title);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(4, 4, 4, 4);
    layout->addWidget(content);
    return box;
}

bool sameRequest(const TensorRequest& a, const TensorRequest& b)
{
    return a.tensor.bytes().data() == b.tensor.bytes().data() &&
           a.tensor.name() == b.tensor.name() && a.spec == b.spec && a.channel == b.channel &&
           a.valueView == b.valueView;
}

} // namespace

TensorWorkspace::TensorWorkspace(Document& document, SourceStore& store, QWidget* parent)
    : QWidget(parent), m_document(document), m_store(store)
{
    m_job = new LatestJob<TensorRequest, std::shared_ptr<const TensorResult>>(
        [this](const TensorRequest& request, const JobContext& context) {
            return m_pipeline.run(request, context);
        },
        [this](const TensorRequest&, Result<std::shared_ptr<const TensorResult>> answer) {
            finish(std::move(answer));
        },
        this);
    m_indexJob = new IndexJob(m_pipeline, this);
    m_studyJob = new LatestJob<StudyRequest, std::shared_ptr<const TensorStudy>>(
        [this](const StudyRequest& request, const JobContext& context) {
            return m_studies.run(request, context);
        },
        [this](const StudyRequest&, Result<std::shared_ptr<const TensorStudy>> answer) {
            m_studyNote = answer ? QString() : QString::fromStdString(answer.error().message);
            if (answer)
                m_study = std::move(*answer);
            refreshFigures();
        },
        this);
    connect(m_indexJob, &IndexJob::changed, this, &TensorWorkspace::requestStudy);
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(buildLeft(store));
    splitter->addWidget(buildCentre());
    splitter->addWidget(buildRight());
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({232, 760, 288});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);

    connect(&m_document, &Document::changed, this, &TensorWorkspace::follow);
    connect(&m_store, &SourceStore::loaded, this, &TensorWorkspace::follow);
    connect(&m_store, &SourceStore::failed, this,
            [this](const QString& source, const QString& message) {
                if (source.toStdString() == m_document.session().tensor.source)
                    showProblem(message);
            });
    for (JobSignals* job :
         {static_cast<JobSignals*>(m_job), static_cast<JobSignals*>(m_studyJob)}) {
        connect(job, &JobSignals::busyChanged, this, &TensorWorkspace::refreshBusy);
        connect(job, &JobSignals::progressed, this, [this](const QString& stage, double fraction) {
            m_progress->setFormat(tr("%1: %p %").arg(stage));
            m_progress->setValue(static_cast<int>(fraction * 100));
        });
    }
    follow();
}

QWidget* TensorWorkspace::buildLeft(SourceStore& store)
{
    auto* column = new QWidget(this);
    column->setMinimumWidth(200);
    auto* layout = new QVBoxLayout(column);
    layout->setContentsMargins(4, 4, 0, 4);
    m_facts = new FactsCard(column);
    m_value = new ValueCard(column);
    layout->addWidget(group(tr("Sources"), new SourceTree(m_document, store, column)), 1);
    layout->addWidget(group(tr("Tensor"), m_facts));
    layout->addWidget(group(tr("Value at the pointer"), m_value));
    return column;
}

QWidget* TensorWorkspace::buildCentre()
{
    auto* column = new QWidget(this);
    auto* layout = new QVBoxLayout(column);
    layout->setContentsMargins(0, 4, 0, 4);
    layout->setSpacing(2);
    m_banner = new QLabel(column);
    m_banner->setObjectName(QStringLiteral("banner"));
    m_banner->setWordWrap(true);
    m_banner->hide();
    layout->addWidget(m_banner);
    m_progressRow = new QWidget(column);
    auto* progressLayout = new QHBoxLayout(m_progressRow);
    progressLayout->setContentsMargins(0, 0, 0, 0);
    m_progress = new QProgressBar(m_progressRow);
    m_progress->setRange(0, 100);
    m_progress->setAccessibleName(tr("computation progress"));
    auto* cancelButton = new QPushButton(tr("Cancel (Esc)"), m_progressRow);
    cancelButton->setToolTip(tr("Stop computing; the plots keep the last good state."));
    connect(cancelButton, &QPushButton::clicked, this, &TensorWorkspace::cancel);
    progressLayout->addWidget(m_progress, 1);
    progressLayout->addWidget(cancelButton);
    m_progressRow->hide();
    layout->addWidget(m_progressRow);
    m_progressDelay = new QTimer(this);
    m_progressDelay->setSingleShot(true);
    m_progressDelay->setInterval(1000);
    connect(m_progressDelay, &QTimer::timeout, m_progressRow, &QWidget::show);
    auto* escape = new QShortcut(QKeySequence(Qt::Key_Escape), m_progressRow);
    connect(escape, &QShortcut::activated, this, &TensorWorkspace::cancel);
    m_slots = {{new PlotView(column), panelById(QStringLiteral("transfer"))},
               {new PlotView(column), panelById(QStringLiteral("histogram"))},
               {new PlotView(column), panelById(QStringLiteral("error"))}};
    m_lowerTabs = new QTabBar(column);
    m_lowerTabs->setAccessibleName(tr("Third plot"));
    m_lowerTabs->setDrawBase(false);
    m_lowerTabs->setExpanding(false);
    for (const char* id : kLowerPanels) {
        const auto* panel = panelById(QLatin1String(id));
        const int tab = m_lowerTabs->addTab(panelTitle(*panel));
        m_lowerTabs->setTabToolTip(tab, panelHelp(*panel));
    }
    for (std::size_t i = 0; i < m_slots.size(); ++i) {
        if (i == 2)
            layout->addWidget(m_lowerTabs);
        layout->addWidget(m_slots[i].view, 1);
        connectSlot(i);
    }
    connect(m_lowerTabs, &QTabBar::currentChanged, this, &TensorWorkspace::chooseLowerPanel);
    return column;
}

QWidget* TensorWorkspace::buildRight()
{
    auto* column = new QWidget(this);
    column->setMinimumWidth(264);
    auto* layout = new QVBoxLayout(column);
    layout->setContentsMargins(0, 0, 4, 4);
    m_controls = new QuantizerControls(m_document, column);
    m_resultBox = new ResultBox(column);
    layout->addWidget(m_controls, 1);
    layout->addWidget(group(tr("Result"), m_resultBox));
    return column;
}

void TensorWorkspace::connectSlot(std::size_t index)
{
    auto* view = m_slots[index].view;
    connect(view, &PlotView::xRangeChanged, this, [this, index](double min, double max) {
        if (!m_slots[index].panel->sharesX || m_linking)
            return;
        const bool home = !m_slots[index].view->isZoomed();
        m_document.adjustView([&](Session& session) {
            session.tensor.view.x = home ? std::nullopt : std::optional(std::array{min, max});
        });
    });
    connect(view, &PlotView::handleMoved, this, [this](const QString& id, double x) {
        if (!m_dragging) {
            m_dragging = true;
            m_document.beginGesture();
            m_controls->beginRangeDrag();
        }
        if (id != QLatin1String("clip_range"))
            m_controls->dragRangeEnd(id == QLatin1String("range_max"), x);
        else if (m_study && !m_study->curve.empty())
            m_controls->dragScale(m_study->scaleOf(x));
    });
    connect(view, &PlotView::handleReleased, this, [this] {
        if (m_dragging) {
            m_document.endGesture();
            m_controls->endRangeDrag();
        }
        m_dragging = false;
    });
    connect(view, &PlotView::hovered, this, [this, index](double x) {
        if (!m_slots[index].panel->sharesX)
            return;
        for (const auto& slot : m_slots)
            slot.view->setCursorX(slot.panel->sharesX ? std::optional(x) : std::nullopt);
        m_value->setValue(m_result, x);
    });
    connect(view, &PlotView::hoverLeft, this, [this] {
        for (const auto& slot : m_slots)
            slot.view->setCursorX(std::nullopt);
        m_value->setValue(m_result, std::nullopt);
    });
    connect(view, &PlotView::neededMarginsChanged, this, [this] {
        std::vector<PlotView*> views;
        for (const auto& slot : m_slots)
            views.push_back(slot.view);
        alignAxes(views);
    });
    connect(view, &PlotView::contextMenuRequested, this, [this, index](const QPoint& at) {
        const auto& slot = m_slots[index];
        QMenu menu;
        auto* save = menu.addAction(tr("Export this plot\u2026"));
        auto* fit = menu.addAction(tr("Show all"));
        QAction* log = nullptr;
        if (QLatin1String(slot.panel->id) == QLatin1String("histogram")) {
            log = menu.addAction(tr("Logarithmic counts"));
            log->setCheckable(true);
            log->setChecked(m_document.session().tensor.view.counts == CountScale::Log);
        }
        menu.addSeparator();
        auto* help = menu.addAction(tr("What am I looking at?"));
        const auto* chosen = menu.exec(at);
        if (chosen == save)
            emit exportRequested(QLatin1String(slot.panel->id));
        else if (chosen == fit)
            resetViews();
        else if (chosen != nullptr && chosen == log)
            m_document.edit(tr("logarithmic counts"), {}, [](Session& session) {
                auto& counts = session.tensor.view.counts;
                counts = counts == CountScale::Log ? CountScale::Linear : CountScale::Log;
            });
        else if (chosen == help)
            emit statusChanged(panelHelp(*slot.panel));
    });
}

void TensorWorkspace::chooseLowerPanel(int index)
{
    if (m_linking || index < 0)
        return;
    m_document.edit(tr("third plot"), {}, [index](Session& session) {
        session.tensor.view.panels[2] = kLowerPanels[index];
    });
}

const Tensor* TensorWorkspace::chosenTensor() const
{
    const auto& chosen = m_document.session().tensor;
    const auto file = m_store.file(QString::fromStdString(chosen.source));
    if (!file)
        return nullptr;
    for (const auto& entry : file->tensors) {
        if ((entry.name == chosen.tensor || chosen.tensor.empty()) && entry.tensor)
            return &*entry.tensor;
    }
    return nullptr;
}

void TensorWorkspace::follow()
{
    const auto& session = m_document.session();
    const QScopedValueRollback guard(m_linking, true);
    if (!session.tensor.source.empty()) {
        const auto source = QString::fromStdString(session.tensor.source);
        if (m_store.problem(source).isEmpty())
            m_store.request(source);
    }
    for (int i = 0; i < m_lowerTabs->count(); ++i) {
        if (session.tensor.view.panels.size() > 2 &&
            session.tensor.view.panels[2] == kLowerPanels[i]) {
            m_lowerTabs->setCurrentIndex(i);
            m_slots[2].panel = panelById(QLatin1String(kLowerPanels[i]));
        }
    }
    requestResult();
    const bool viewChanged = session.tensor.view != m_shown.view;
    m_shown = session.tensor;
    if (viewChanged) {
        requestStudy();
        refreshFigures();
    }
}

void TensorWorkspace::requestResult()
{
    const auto& session = m_document.session();
    const Tensor* tensor = chosenTensor();
    if (tensor == nullptr) {
        const auto source = QString::fromStdString(session.tensor.source);
        if (session.tensor.source.empty()) {
            m_result = nullptr;
            m_requested.reset();
            m_controls->setResult(nullptr);
            m_resultBox->setResult(nullptr);
            showProblem({});
            refreshFigures();
            refreshFacts();
        } else if (const auto file = m_store.file(source)) {
            showProblem(tr("%1 has no readable tensor called '%2'")
                            .arg(source, QString::fromStdString(session.tensor.tensor)));
        }
        return;
    }
    auto request = requestOf(*tensor, session.tensor);
    if (m_requested && sameRequest(*m_requested, request))
        return;
    const bool otherTensor =
        !m_requested || m_requested->tensor.bytes().data() != tensor->bytes().data();
    if (otherTensor) {
        m_job->cancel();
        m_studyJob->cancel();
        m_studyWanted.reset();
    }
    m_indexJob->look(*tensor);
    m_requested = request;
    m_job->request(std::move(request));
}

void TensorWorkspace::finish(Result<std::shared_ptr<const TensorResult>> answer)
{
    if (!answer) {
        showProblem(QString::fromStdString(answer.error().message));
        requestStudy(); // of what is still shown
        return;
    }
    m_result = std::move(*answer);
    showProblem({});
    m_controls->setResult(m_result);
    m_resultBox->setResult(m_result);
    refreshFacts();
    refreshFigures();
    // Only now: the first picture of a tensor does not wait for its values to be sorted.
    if (m_requested)
        m_indexJob->want(*m_requested);
    requestStudy();
    emit resultShown();
}

/// Asks for what the third plot needs beside the result, and for nothing while it needs nothing.
void TensorWorkspace::requestStudy()
{
    const StudyKind kind = m_slots[2].panel->study;
    if (kind == StudyKind::None || !m_result) {
        m_studyJob->cancel();
        m_studyWanted.reset();
        return;
    }
    const StudyRequest request{
        {m_result->facts->tensor, m_result->report->spec, m_result->channel.value_or(0)}, kind};
    const auto key = StudyKey::of(request);
    if (m_studyWanted == key)
        return;
    const bool otherMatter =
        m_studyWanted && (m_studyWanted->kind != kind || m_studyWanted->tensor != key.tensor);
    if (otherMatter)
        m_studyJob->cancel();
    // From the index it takes a fraction of the time: worth the moment.
    if (m_indexJob->state() == IndexJob::State::Building) {
        m_studyWanted.reset();
        return;
    }
    m_studyNote.clear();
    m_studyWanted = key;
    m_studyJob->request(request);
}

/// Whether a panel's study is on its way: then what it showed before stays.
bool TensorWorkspace::awaitsStudy(const PanelInfo& panel) const
{
    if (panel.study == StudyKind::None || !m_result || !m_study || !m_studyNote.isEmpty())
        return false;
    const auto key = StudyKey::of(
        {{m_result->facts->tensor, m_result->report->spec, m_result->channel.value_or(0)},
         panel.study});
    return m_study->key != key && m_study->key.tensor == key.tensor &&
           m_study->key.kind == key.kind;
}

void TensorWorkspace::refreshBusy()
{
    const bool busy = m_job->busy();
    const bool studying = m_studyJob->busy();
    for (std::size_t i = 0; i < m_slots.size(); ++i)
        m_slots[i].view->setBusy(busy || (studying && i == 2));
    if (!busy && !studying) {
        m_progressDelay->stop();
        m_progressRow->hide();
    } else if (!m_progressDelay->isActive() && m_progressRow->isHidden()) {
        m_progress->setValue(0);
        m_progressDelay->start();
    }
}

void TensorWorkspace::showProblem(const QString& message)
{
    m_problem = message;
    refreshBanner();
}

void TensorWorkspace::showFileProblem(const QString& message)
{
    m_fileProblem = message;
    refreshBanner();
}

/// What is wrong, and what is not an error but must not be left unsaid.
void TensorWorkspace::refreshBanner()
{
    QStringList lines;
    if (!m_fileProblem.isEmpty())
        lines << QStringLiteral("\u26a0 ") + m_fileProblem;
    if (!m_problem.isEmpty() && m_problem != m_fileProblem)
        lines << (m_result ? tr("\u26a0 %1. The plots show the last good state.").arg(m_problem)
                           : QStringLiteral("\u26a0 ") + m_problem);
    if (m_result && m_problem.isEmpty()) {
        const auto& stats = m_result->facts->stats;
        const auto& type = info(m_result->facts->tensor.type());
        if (stats.nonfiniteCount() > 0)
            lines
                << tr("%1 NaN, %2 +Inf, %3 \u2212Inf of %4 elements are left out of every figure.")
                       .arg(stats.nanCount)
                       .arg(stats.posInfCount)
                       .arg(stats.negInfCount)
                       .arg(stats.count);
        else if (stats.min == stats.max && stats.count > 0)
            lines << tr("A constant tensor: every element is %1.")
                         .arg(number(static_cast<double>(stats.min)));
        if (!type.exactInFloat32)
            lines
                << tr("%1 elements are read as float32, rounded to nearest.").arg(text(type.name));
    }
    m_banner->setText(lines.join(QLatin1Char('\n')));
    m_banner->setVisible(!lines.isEmpty());
}

PanelInput TensorWorkspace::panelInput() const
{
    PanelInput input;
    input.tensor = m_result;
    input.study = m_study;
    input.studyNote = m_studyNote;
    input.view = m_document.session().tensor.view;
    return input;
}

void TensorWorkspace::refreshFigures()
{
    const QScopedValueRollback guard(m_linking, true);
    const auto input = panelInput();
    std::vector<PlotView*> views;
    for (auto& slot : m_slots) {
        views.push_back(slot.view);
        if (slot.drawn == slot.panel && awaitsStudy(*slot.panel))
            continue;
        slot.drawn = slot.panel;
        slot.view->setFigure(slot.panel->build(input));
        if (slot.panel->sharesX && m_result) {
            if (input.view.x)
                slot.view->setXRange((*input.view.x)[0], (*input.view.x)[1]);
            else
                slot.view->setXRange(slot.view->figure().x.min, slot.view->figure().x.max);
        }
    }
    alignAxes(views);
}

void TensorWorkspace::refreshFacts()
{
    m_facts->setResult(m_result);
    m_value->setValue(m_result, std::nullopt);
    emit statusChanged(status());
}

QString TensorWorkspace::status() const
{
    if (!m_result)
        return tr("no tensor chosen");
    const auto& report = *m_result->report;
    const auto& row = info(report.params.dtype());
    const QString scheme = row.family == Family::Ggml ? tr("blocks of %1").arg(row.blockSize)
                                                      : text(info(report.params.qscheme()).name);
    const QString plan = m_result->plan == AnalysisPlan::Index ? tr("from the index") : tr("read");
    return tr("exact \u00b7 %1 \u00b7 %2 elements \u00b7 %3 %4 \u00b7 %5")
        .arg(plan, QString::fromStdString(formatCount(report.stats.count)), text(row.name), scheme,
             parametersText(*m_result));
}

void TensorWorkspace::cancel()
{
    if (m_studyJob->busy()) {
        m_studyJob->cancel();
        m_studyNote = tr("Cancelled. Choose another plot and this one again to compute it.");
        refreshFigures();
    }
    if (!m_job->busy())
        return;
    m_job->cancel();
    m_requested.reset(); // the next edit asks again, whatever it is
    showProblem(tr("Cancelled"));
}

void TensorWorkspace::resetViews()
{
    m_document.adjustView([](Session& session) { session.tensor.view.x.reset(); });
    for (const auto& slot : m_slots)
        slot.view->resetView();
}

void TensorWorkspace::setTheme(ThemeId theme)
{
    for (const auto& slot : m_slots)
        slot.view->setTheme(theme);
}

const Figure& TensorWorkspace::focusedFigure() const
{
    for (const auto& slot : m_slots) {
        if (slot.view->hasFocus())
            return slot.view->figure();
    }
    return m_slots[0].view->figure();
}

QString TensorWorkspace::focusedPanel() const
{
    for (const auto& slot : m_slots) {
        if (slot.view->hasFocus())
            return QLatin1String(slot.panel->id);
    }
    return QLatin1String(m_slots[0].panel->id);
}

bool TensorWorkspace::isIdle() const
{
    const bool waits = m_slots[2].panel->study != StudyKind::None && m_result && !m_studyWanted;
    return !m_job->busy() && !m_studyJob->busy() && !waits;
}

} // namespace qs
