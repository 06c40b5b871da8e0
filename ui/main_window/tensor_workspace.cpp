// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/tensor_workspace.h"

#include "core/base/text.h"
#include "ui/controls/compare_bar.h"
#include "ui/controls/forms.h"
#include "ui/controls/interface_scale.h"
#include "ui/controls/panel_menu.h"
#include "ui/controls/quantizer_controls.h"
#include "ui/controls/result_box.h"
#include "ui/controls/value_card.h"
#include "ui/main_window/column_splitter.h"
#include "ui/main_window/plot_gestures.h"
#include "ui/main_window/tensor_notes.h"
#include "ui/models/source_tree.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/panel_figure.h"

#include <QGroupBox>
#include <QHBoxLayout>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <QTimer>
#include <QVBoxLayout>

namespace qs {
namespace {

QGroupBox* group(const QString& title, QWidget* content)
{
    auto* box = new QGroupBox(title);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(4, 4, 4, 4);
    layout->addWidget(content);
    return box;
}

} // namespace

TensorWorkspace::TensorWorkspace(Document& document, SourceStore& store, QWidget* parent)
    : QWidget(parent), m_document(document), m_answers(document, store)
{
    auto* left = buildLeft(store);
    auto* centre = buildCentre();
    m_splitter = new ColumnSplitter(m_document, {kTensorColumns[0], left, 232, 200}, centre,
                                    {kTensorColumns[1], buildRight(), 288, 264}, this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_splitter);

    m_gestures = new PlotGestures(m_document, m_answers, *m_controls, *m_grid, this);
    for (std::size_t i = 0; i < m_grid->places().size(); ++i)
        connectPlace(static_cast<int>(i));
    connect(m_grid, &PanelGrid::placeAdded, this, &TensorWorkspace::connectPlace);
    connect(m_grid, &PanelGrid::menuRequested, this, &TensorWorkspace::showMenu);
    connect(m_grid, &PanelGrid::panelChosen, this, [this](int place, const QString& id) {
        const auto ids = m_grid->withPanel(place, id);
        m_document.edit(tr("plots in front"), QStringLiteral("panels*"),
                        [&](Session& session) { session.tensor.view.panels = ids; });
    });
    connect(m_grid, &PanelGrid::arranged, this, [this] {
        refreshStudies();
        refreshFigures();
    });

    connect(&m_document, &Document::changed, this, &TensorWorkspace::follow);
    connect(&m_answers, &TensorAnswers::answered, this, &TensorWorkspace::refreshAll);
    connect(&m_answers, &TensorAnswers::changed, this, [this] {
        m_value->setPicked(m_answers.picked());
        m_facts->setSelection(m_answers.selection());
        refreshFigures();
    });
    connect(&m_answers, &TensorAnswers::problemChanged, this, [this] {
        refreshNotes();
        if (!m_answers.result())
            refreshFigures();
    });
    connect(&m_answers, &TensorAnswers::busyChanged, this, &TensorWorkspace::refreshBusy);
    connect(&m_answers, &TensorAnswers::progressed, this,
            [this](const QString& stage, double fraction) {
                m_progress->setFormat(tr("%1: %p %").arg(stage));
                m_progress->setValue(static_cast<int>(fraction * 100));
            });
    follow();
    refreshAll();
}

QWidget* TensorWorkspace::buildLeft(SourceStore& store)
{
    auto* column = new QWidget(this);
    auto* layout = new QVBoxLayout(column);
    layout->setContentsMargins(4, 4, 0, 4);
    m_facts = new FactsCard(column);
    m_value = new ValueCard(column);
    layout->addWidget(group(tr("Sources"), new SourceTree(m_document, store, column)), 1);
    layout->addWidget(group(tr("Tensor"), m_facts));
    layout->addWidget(group(tr("Value"), m_value));
    auto* scroller = new QScrollArea(this); // large texts need more height than there may be
    scroller->setWidget(column);
    scroller->setWidgetResizable(true);
    scroller->setFrameShape(QFrame::NoFrame);
    scroller->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    return scroller;
}

QWidget* TensorWorkspace::buildCentre()
{
    auto* column = new QWidget(this);
    auto* layout = new QVBoxLayout(column);
    layout->setContentsMargins(0, 4, 0, 4);
    layout->setSpacing(2);
    m_notes = new TensorNotes(column);
    connect(m_notes, &TensorNotes::elementChosen, this, [this](std::int64_t index) {
        m_document.adjustView([&](Session& session) { session.tensor.view.picked = index; });
    });
    layout->addWidget(m_notes);
    m_progressRow = new QWidget(column);
    auto* progressLayout = new QHBoxLayout(m_progressRow);
    progressLayout->setContentsMargins(0, 0, 0, 0);
    m_progress = new QProgressBar(m_progressRow);
    m_progress->setRange(0, 100);
    m_progress->setAccessibleName(tr("computation progress"));
    m_cancel = new QPushButton(m_progressRow);
    m_cancel->setToolTip(tr("Stop computing; the plots keep the last good state."));
    connect(m_cancel, &QPushButton::clicked, this, &TensorWorkspace::cancel);
    setCancelKeys({});
    progressLayout->addWidget(m_progress, 1);
    progressLayout->addWidget(m_cancel);
    m_progressRow->hide();
    layout->addWidget(m_progressRow);
    m_progressDelay = new QTimer(this);
    m_progressDelay->setSingleShot(true);
    m_progressDelay->setInterval(1000);
    connect(m_progressDelay, &QTimer::timeout, m_progressRow, &QWidget::show);
    m_grid = new PanelGrid(WorkspaceId::Tensor, column);
    m_grid->setScale(interfaceScale());
    layout->addWidget(m_grid, 1);
    return column;
}

QWidget* TensorWorkspace::buildRight()
{
    auto* column = new QWidget(this);
    auto* layout = new QVBoxLayout(column);
    layout->setContentsMargins(0, 0, 4, 4);
    m_controls = new QuantizerControls(m_document, column);
    m_resultBox = new ResultBox(column);
    layout->addWidget(new CompareBar(m_document, column));
    layout->addWidget(m_controls, 1);
    layout->addWidget(group(tr("Result"), m_resultBox));
    return column;
}

void TensorWorkspace::connectPlace(int place)
{
    const auto at = static_cast<std::size_t>(place);
    auto* view = m_grid->places()[at].view;
    connect(view, &PlotView::xRangeChanged, this, [this, at](double min, double max) {
        const auto& now = m_grid->places()[at];
        if (!now.sharesX() || m_linking)
            return;
        const bool home = !now.view->isZoomed();
        m_document.adjustView([&](Session& session) {
            session.tensor.view.x = home ? std::nullopt : std::optional(std::array{min, max});
        });
    });
    connect(view, &PlotView::hovered, this, [this, at](double x) {
        if (!m_grid->places()[at].sharesX())
            return;
        for (const auto& each : m_grid->places())
            each.view->setCursorX(each.sharesX() ? std::optional(x) : std::nullopt);
        m_value->setValue(m_answers.result(), x);
    });
    connect(view, &PlotView::hoverLeft, this, [this] {
        for (const auto& each : m_grid->places())
            each.view->setCursorX(std::nullopt);
        m_value->setValue(m_answers.result(), std::nullopt);
    });
}

void TensorWorkspace::showMenu(int place, const QPoint& at)
{
    const auto& now = m_grid->places()[static_cast<std::size_t>(place)];
    const auto& panel = *now.panel;
    const QString id = QLatin1String(panel.id);
    QMenu menu;
    auto* here = menu.addMenu(tr("&Show here"));
    for (const auto& each : panels()) {
        if (each.workspace != WorkspaceId::Tensor)
            continue;
        auto* action = here->addAction(panelTitle(each));
        action->setCheckable(true);
        action->setChecked(&each == &panel);
        connect(action, &QAction::triggered, this,
                [this, place, other = QString::fromLatin1(each.id)] {
                    emit m_grid->panelChosen(place, other);
                });
    }
    addPanelChoices(menu, panel, m_document, m_answers.result().get());
    menu.addSeparator();
    menu.addAction(tr("&Fit"), this, [this, view = now.view] {
        resetViews();
        view->resetView();
    });
    menu.addAction(tr("&Export this plot\u2026"), this, [this, id] { emit exportRequested(id); });
    menu.addAction(tr("Copy the &picture"), this, [this, id] { emit copyRequested(id, false); });
    menu.addAction(tr("Copy the &data"), this, [this, id] { emit copyRequested(id, true); });
    menu.addAction(tr("View as &table\u2026"), this, [this, id] { emit tableRequested(id); });
    menu.addSeparator();
    menu.addAction(tr("&What am I looking at?"), this,
                   [this, &panel] { emit statusChanged(panelHelp(panel)); });
    menu.exec(at);
}

void TensorWorkspace::follow()
{
    // What was wrong with a file is of no interest once another one is looked at.
    const auto& source = m_document.session().tensor.source;
    if (m_notes->hasFileProblem() && source != m_source)
        showFileProblem({});
    const auto& view = m_document.session().tensor.view;
    if (view == m_shown)
        return;
    const bool panels = view.panels != m_shown.panels;
    m_shown = view;
    if (panels)
        m_grid->setWanted(view.panels);
    else
        refreshFigures();
}

void TensorWorkspace::refreshAll()
{
    m_controls->setResult(m_answers.result());
    m_resultBox->setResult(m_answers.result());
    refreshNotes();
    refreshFacts();
    refreshFigures();
    if (m_answers.result())
        emit resultShown();
}

void TensorWorkspace::refreshStudies()
{
    std::set<StudyKind> kinds;
    for (const auto& place : m_grid->places()) {
        if (place.panel->study != StudyKind::None)
            kinds.insert(place.panel->study);
    }
    m_answers.setStudies(kinds);
}

void TensorWorkspace::refreshBusy()
{
    for (const auto& place : m_grid->places())
        place.view->setBusy(m_answers.isBusy(*place.panel) && m_answers.result());
    // Until then the plots say that something is on its way.
    if (!m_answers.result())
        refreshFigures();
    if (!m_answers.busy()) {
        m_progressDelay->stop();
        m_progressRow->hide();
    } else if (!m_progressDelay->isActive() && m_progressRow->isHidden()) {
        m_progress->setValue(0);
        m_progressDelay->start();
    }
}

void TensorWorkspace::showFileProblem(const QString& message)
{
    m_source = m_document.session().tensor.source;
    m_notes->setFileProblem(message);
}

void TensorWorkspace::refreshNotes()
{
    m_notes->setAnswers(m_answers.result(), m_answers.problem(), m_answers.otherProblem());
}

PanelInput TensorWorkspace::panelInput() const
{
    const auto& places = m_grid->places();
    return m_answers.input(places.empty() ? panels().front() : *places.back().panel);
}

void TensorWorkspace::refreshFigures()
{
    const QScopedValueRollback guard(m_linking, true);
    for (auto& place : m_grid->places()) {
        if (place.drawn == place.panel && m_answers.isRenewing(*place.panel))
            continue;
        place.drawn = place.panel;
        const auto input = m_answers.input(*place.panel);
        auto figure = figureOf(*place.panel, input);
        // Not that nothing is chosen, but why nothing can be shown of it.
        if (!input.tensor && !m_answers.problem().isEmpty())
            figure.emptyText = figure.accessible = m_answers.problem();
        else if (!input.tensor && m_answers.busy())
            figure.emptyText = figure.accessible = tr("Reading the tensor\u2026");
        place.view->setFigure(figure);
        if (place.sharesX() && input.tensor) {
            const auto& x = place.view->figure().x;
            const auto range = input.view.x.value_or(std::array{x.min, x.max});
            place.view->setXRange(range[0], range[1]);
        }
    }
    m_grid->align();
}

void TensorWorkspace::refreshFacts()
{
    m_facts->setResult(m_answers.result());
    m_facts->setSelection(m_answers.selection());
    m_value->setResult(m_answers.result());
    emit statusChanged(status());
}

QString TensorWorkspace::status() const
{
    const auto& result = m_answers.result();
    if (!result)
        return tr("no tensor chosen");
    const auto& report = *result->report;
    const auto& row = info(report.params.dtype());
    // Floats have no zero_point: their scheme is symmetric whatever was asked for, as the control
    // says, too.
    const auto& asked = info(report.params.qscheme());
    const auto& used =
        row.isInteger() || row.isBlock() ? asked : info(qscheme(asked.granularity, true));
    const QString scheme =
        row.family == Family::Ggml ? tr("blocks of %1").arg(row.blockSize) : text(used.name);
    const QString plan = result->plan == AnalysisPlan::Index ? tr("from the index") : tr("read");
    return tr("exact \u00b7 %1 \u00b7 %2 elements \u00b7 %3 %4 \u00b7 %5")
        .arg(plan, QString::fromStdString(formatCount(report.stats.count)), text(row.name), scheme,
             parametersText(*result));
}

void TensorWorkspace::setCancelKeys(const QString& keys)
{
    m_cancel->setText(keys.isEmpty() ? tr("Cancel") : tr("Cancel (%1)").arg(keys));
}

void TensorWorkspace::resetViews()
{
    m_document.adjustView([](Session& session) { session.tensor.view.x.reset(); });
    for (const auto& place : m_grid->places())
        place.view->resetView();
}

void TensorWorkspace::setTheme(ThemeId theme)
{
    m_grid->setTheme(theme);
}

void TensorWorkspace::rescale()
{
    m_splitter->rescale();
    m_grid->setScale(interfaceScale());
}

const Figure& TensorWorkspace::focusedFigure() const
{
    return m_grid->places()[static_cast<std::size_t>(m_grid->focusedPlace())].view->figure();
}

QString TensorWorkspace::focusedPanel() const
{
    const auto& places = m_grid->places();
    return QLatin1String(places[static_cast<std::size_t>(m_grid->focusedPlace())].panel->id);
}

std::vector<const PanelInfo*> TensorWorkspace::visiblePanels() const
{
    std::vector<const PanelInfo*> shown;
    for (const auto& place : m_grid->places())
        shown.push_back(place.panel);
    return shown;
}

} // namespace qs
