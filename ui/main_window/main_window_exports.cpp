// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What MainWindow exports and copies: figures, their numbers.
#include "core/pipeline/session_request.h"
#include "core/session/session_file.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/table_dialog.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"
#include "ui/panels/panel_figure.h"
#include "ui/panels/session_figures.h"
#include "ui/plot/figure_clipboard.h"

#include <algorithm>

namespace qs {
namespace {

/// The width and height of a copied picture, in pixels of 1/96 inch.
constexpr QSizeF kCopied{800, 450};

} // namespace

PanelInput MainWindow::inputOf(const PanelInfo& panel) const
{
    auto input = m_tensor->panelInput(panel);
    input.training = m_train->training();
    input.weightLayer = m_train->weightLayer();
    return input;
}

QString MainWindow::focusedPanel() const
{
    return m_document.session().workspace == "train" ? m_train->shownPanel()
                                                     : m_tensor->focusedPanel();
}

/// Every panel of the workspace in front. What is known already is drawn from as it is; studies
/// that nobody looked at yet are made when their picture is asked for, by one pipeline for all.
ExportJob MainWindow::exportJob(const QString& panelId) const
{
    ExportJob job;
    job.current = panelId;
    job.session = SessionFile{m_document.session(), m_train->training()};
    job.xView = m_document.session().tensor.view.x;
    const auto* current = panelById(panelId);
    const auto visible = m_tensor->visiblePanels();
    const auto& result = m_tensor->answers().result();
    std::shared_ptr<SessionFigures> figures;
    for (const auto& panel : panels()) {
        if (current == nullptr || panel.workspace != current->workspace)
            continue;
        const auto input = inputOf(panel);
        const bool shown = panel.workspace == WorkspaceId::Train
                               ? &panel == current
                               : std::find(visible.begin(), visible.end(), &panel) != visible.end();
        const bool known =
            panel.study == StudyKind::None || !result ||
            (input.study &&
             input.study->key == StudyKey::of(studyRequestOf(*result, input.view, panel.study)));
        if (known) {
            job.items.push_back({&panel, shown, [&panel, input](const JobContext&) {
                                     return Result<Figure>(figureOf(panel, input));
                                 }});
            continue;
        }
        if (!figures)
            figures = std::make_shared<SessionFigures>(input,
                                                       TensorRequest{result->facts->tensor,
                                                                     result->report->spec,
                                                                     result->channel.value_or(0)},
                                                       m_tensor->answers().pipeline());
        job.items.push_back({&panel, shown, [&panel, figures](const JobContext& context) {
                                 return figures->figure(panel, context);
                             }});
    }
    return job;
}

void MainWindow::exportPlots(const QString& panelId)
{
    auto job = exportJob(panelId);
    if (job.items.empty())
        return;
    const auto written = runExportDialog(this, std::move(job));
    if (!written.message.isEmpty())
        say(written.message, written.problem);
}

void MainWindow::copyPlot(const QString& panelId, bool numbers)
{
    const auto* panel = panelById(panelId);
    if (panel == nullptr)
        return;
    const auto input = inputOf(*panel);
    const Figure figure = figureOf(*panel, input);
    if (!figure.emptyText.isEmpty()) {
        say(tr("There is nothing to copy: %1").arg(figure.emptyText), true);
        return;
    }
    // Nobody knows where it will be pasted: files by their whole names.
    const auto session = sessionText({m_document.session(), m_train->training()}, {});
    if (numbers) {
        copyFigureData(figure, session);
        say(tr("Copied the data of \"%1\"").arg(figure.title), false);
        return;
    }
    ExportOptions options;
    options.size = kCopied;
    options.unit = SizeUnit::Pixel;
    options.session = session;
    if (panel->sharesX && !figure.ownX && input.view.x)
        options.xRange = {(*input.view.x)[0], (*input.view.x)[1]};
    if (copyFigure(figure, m_theme, options))
        say(tr("Copied the picture of \"%1\"").arg(figure.title), false);
}

void MainWindow::showTable(const QString& panelId)
{
    if (const auto* panel = panelById(panelId)) {
        auto* dialog = new TableDialog(figureOf(*panel, inputOf(*panel)), this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->show();
    }
}

} // namespace qs
