// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/render_session.h"

#include "app/commands/name_list.h"
#include "core/io/formats.h"
#include "core/pipeline/session_request.h"
#include "core/session/session_file.h"
#include "ui/panels/panel_figure.h"
#include "ui/plot/figure_export.h"

#include <filesystem>
#include <regex>

namespace qs {
namespace {

namespace fs = std::filesystem;

std::string panelNames()
{
    std::vector<std::string> names{"all"};
    for (const auto& panel : panels())
        names.emplace_back(panel.id);
    return join(names);
}

/// "85x60mm" or "1280x800". Errors (Usage).
Result<ExportOptions> sizeOf(const RenderOptions& o)
{
    static const std::regex pattern(R"((\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)(mm|px)?)");
    std::smatch match;
    if (!std::regex_match(o.size, match, pattern))
        return Error::usage("--size: expected 85x60mm or 1280x800, found '" + o.size + "'");
    ExportOptions options;
    options.size = {std::stod(match[1]), std::stod(match[2])};
    options.unit = match[3] == "mm" ? SizeUnit::Millimetre : SizeUnit::Pixel;
    if (!(o.dpi >= 36 && o.dpi <= 2400))
        return Error::usage("--dpi: expected 36 to 2400, found " + formatExact(o.dpi));
    options.dpi = o.dpi;
    const double largest = options.unit == SizeUnit::Pixel ? 20000 : 2000;
    if (options.size.width() < 1 || options.size.height() < 1 || options.size.width() > largest ||
        options.size.height() > largest)
        return Error::usage("--size: expected at most 20000 pixels or 2000 mm a side, found '" +
                            o.size + "'");
    return options;
}

/// Everything the panels draw from, computed as the window does.
struct Source {
    TensorPipeline pipeline;
    TensorStudies studies{pipeline};
    PanelInput input;
    std::optional<TensorRequest> request;

    Result<void> read(const SessionFile& file, const JobContext& job);
    /// What one panel needs beside the result.
    Result<void> study(const PanelInfo& panel, const JobContext& job);
};

Result<void> Source::read(const SessionFile& file, const JobContext& job)
{
    input.training = file.training;
    const auto& chosen = file.session.tensor;
    input.view = chosen.view;
    if (chosen.source.empty())
        return {};
    const auto source = readTensors(chosen.source, job);
    if (!source)
        return source.error();
    const auto tensor = source->tensor(chosen.tensor);
    if (!tensor)
        return Error::data(tensor.error().message);
    request = requestOf(*tensor, chosen);
    auto result = pipeline.run(*request, job);
    if (!result)
        return Error{ErrorKind::Data, chosen.source + ": " + result.error().message};
    input.tensor = std::move(*result);
    return {};
}

Result<void> Source::study(const PanelInfo& panel, const JobContext& job)
{
    if (!request || panel.study == StudyKind::None)
        return {};
    if (pipeline.wantsIndex(*request)) {
        if (auto built = pipeline.prepareIndex(*request, job); !built)
            return built.error();
    }
    auto made = studies.run(studyRequestOf(*input.tensor, input.view, panel.study), job);
    if (!made && made.error().kind == ErrorKind::Cancelled)
        return made.error();
    input.study = made ? std::move(*made) : nullptr;
    input.studyNote = made ? QString() : QString::fromStdString(made.error().message);
    return {};
}

} // namespace

void addRenderOptions(CLI::App& app, RenderOptions& o)
{
    app.add_option("--output", o.output, "A folder, or a file for one plot")->required();
    app.add_option("--plot", o.plot, "One of " + panelNames())->capture_default_str();
    app.add_option("--format", o.format, "png, svg, pdf or csv")->capture_default_str();
    app.add_option("--size", o.size, "85x60mm, or 1280x800 in pixels")->capture_default_str();
    app.add_option("--dpi", o.dpi, "Pixels per inch of a PNG")->capture_default_str();
    app.add_option("--theme", o.theme, "light, dark, high-contrast or print")
        ->capture_default_str();
}

Result<void> renderSession(const SessionFile& file, const RenderOptions& o, CommandContext& context)
{
    auto options = sizeOf(o);
    if (!options)
        return options.error();
    const auto theme = parseTheme(QString::fromStdString(o.theme));
    if (!theme)
        return Error::usage("--theme: expected one of light, dark, high-contrast, print, found '" +
                            o.theme + "'");
    const auto format = exportFormatOf(QStringLiteral("x.") + QString::fromStdString(o.format));
    if (!format)
        return Error::usage("--format: expected one of png, svg, pdf, csv, found '" + o.format +
                            "'");
    const bool all = o.plot == "all";
    if (!all && panelById(QString::fromStdString(o.plot)) == nullptr)
        return Error::usage("--plot: expected one of " + panelNames() + ", found '" + o.plot + "'");

    const JobContext job(context.stop);
    Source source;
    if (auto read = source.read(file, job); !read)
        return read.error();
    // One named plot may go to a file of its own; several go to a folder.
    const bool toFile = !all && exportFormatOf(QString::fromStdString(o.output)).has_value() &&
                        !fs::is_directory(o.output);
    if (!toFile) {
        std::error_code error;
        fs::create_directories(o.output, error);
        if (error)
            return Error::io(o.output + ": the folder cannot be made: " + error.message());
    }
    for (const auto& panel : panels()) {
        if (context.stop.stop_requested())
            return Error::cancelled();
        if (!all && o.plot != panel.id)
            continue;
        if (auto studied = source.study(panel, job); !studied)
            return studied.error();
        const Figure figure = figureOf(panel, source.input);
        if (all && !figure.emptyText.isEmpty())
            continue; // nothing to show: a session without a training has no curves
        options->format = toFile ? std::nullopt : format;
        options->xRange.reset();
        if (const auto& view = source.input.view.x; panel.sharesX && view)
            options->xRange = {(*view)[0], (*view)[1]};
        const fs::path path = toFile
                                  ? fs::path(o.output)
                                  : fs::path(o.output) / (std::string(panel.id) + "." + o.format);
        if (auto done =
                exportFigure(figure, *theme, *options, QString::fromStdString(path.string()));
            !done)
            return done;
        context.out << path.string() << '\n';
    }
    return {};
}

} // namespace qs
