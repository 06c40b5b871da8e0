// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/render_session.h"

#include "core/session/session_file.h"
#include "ui/panels/session_figures.h"
#include "ui/plot/figure_sheet.h"

#include <algorithm>
#include <filesystem>
#include <memory>

namespace qs {
namespace {

namespace fs = std::filesystem;

/// The pictures of a plan, made one after the other.
class Pictures {
public:
    Pictures(const RenderPlan& plan, const RenderOptions& texts, SessionFigures& figures)
        : m_plan(plan), m_texts(texts), m_figures(figures)
    {
    }

    /// One of the plan's panels; no figure: there is nothing to show. Errors: cancelled.
    Result<FigureSheet::Part> make(std::size_t at, const JobContext& job) const
    {
        const PanelInfo& panel = *m_plan.panels[at];
        if (job.stopRequested())
            return Error::cancelled();
        auto drawn = m_figures.figure(panel, job);
        if (!drawn)
            return drawn.error();
        FigureSheet::Part part{QLatin1String(panel.id), nullptr, m_plan.options};
        if (m_plan.all && !drawn->emptyText.isEmpty())
            return part; // a session without a training has no curves
        if (const auto& view = m_figures.input().view.x; panel.sharesX && !drawn->ownX && view)
            part.options.xRange = {(*view)[0], (*view)[1]};
        part.options.titles = m_plan.titles[at];
        part.options.caption = m_texts.caption == "auto" ? suggestedCaption(*drawn)
                                                         : QString::fromStdString(m_texts.caption);
        part.figure = std::make_shared<const Figure>(std::move(*drawn));
        return part;
    }

private:
    const RenderPlan& m_plan;
    const RenderOptions& m_texts;
    SessionFigures& m_figures;
};

void tell(const QStringList& files, CommandContext& context)
{
    for (const QString& name : files)
        context.out << name.toStdString() << '\n';
}

/// Several pictures in one file.
Result<void> renderSheetFile(const RenderPlan& plan, const Pictures& pictures, const QString& path,
                             const JobContext& job, CommandContext& context)
{
    FigureSheet sheet;
    bool allShareX = true;
    for (std::size_t i = 0; i < plan.panels.size(); ++i) {
        auto part = pictures.make(i, job);
        if (!part)
            return part.error();
        if (!part->figure)
            continue;
        allShareX = allShareX && plan.panels[i]->sharesX && !part->figure->ownX;
        sheet.parts.push_back(std::move(*part));
    }
    if (sheet.parts.empty())
        return Error::data("the session has nothing to show");
    sheet.columns = plan.columns > 0 ? plan.columns : defaultColumns(sheet.parts.size(), allShareX);
    const auto written = exportSheetWithData(sheet, plan.theme, plan.data, path);
    if (!written)
        return written.error();
    tell(*written, context);
    return {};
}

} // namespace

Result<void> renderSession(const SessionFile& file, const RenderOptions& o, CommandContext& context)
{
    auto plan = renderPlan(o);
    if (!plan)
        return plan.error();
    const JobContext job(context.stop);
    const auto figures = SessionFigures::compute(file, job);
    if (!figures)
        return figures.error();
    if (!plan->toFile) {
        std::error_code error;
        fs::create_directories(o.output, error);
        if (error)
            return Error::io(o.output + ": the folder cannot be made: " + error.message());
    }
    const fs::path folder =
        plan->toFile ? fs::absolute(o.output).parent_path() : fs::path(o.output);
    if (o.session)
        plan->options.session = sessionText(file, folder);
    const Pictures pictures(*plan, o, **figures);
    if (plan->toFile && plan->panels.size() > 1)
        return renderSheetFile(*plan, pictures, QString::fromStdString(o.output), job, context);
    for (std::size_t i = 0; i < plan->panels.size(); ++i) {
        const auto part = pictures.make(i, job);
        if (!part)
            return part.error();
        if (!part->figure)
            continue;
        const fs::path path =
            plan->toFile ? fs::path(o.output)
                         : fs::path(o.output) / (std::string(plan->panels[i]->id) + "." + o.format);
        const auto written = exportWithData(*part->figure, plan->theme, part->options, plan->data,
                                            QString::fromStdString(path.string()));
        if (!written)
            return written.error();
        tell(*written, context);
    }
    return {};
}

} // namespace qs
