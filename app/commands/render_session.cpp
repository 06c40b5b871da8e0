// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/render_session.h"

#include "app/commands/name_list.h"
#include "core/base/text.h"
#include "core/session/session_file.h"
#include "ui/panels/session_figures.h"
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

/// Everything but the size. Errors (Usage).
Result<ExportOptions> optionsOf(const RenderOptions& o)
{
    auto options = sizeOf(o);
    if (!options)
        return options;
    if (!(o.font >= 1 && o.font <= 200))
        return Error::usage("--font: expected 1 to 200 points, found " + formatExact(o.font));
    options->fontPoints = o.font;
    options->legend = o.legend;
    return options;
}

/// Errors (Usage).
Result<std::optional<ExportFormat>> dataOf(const RenderOptions& o)
{
    if (o.data == "none")
        return std::optional<ExportFormat>();
    const auto format = exportFormatOf(QStringLiteral("x.") + QString::fromStdString(o.data));
    if (!format || isPicture(*format))
        return Error::usage("--data: expected one of none, csv, npy, found '" + o.data + "'");
    return format;
}

/// Errors (Usage).
Result<ThemeId> themeOf(const RenderOptions& o)
{
    const auto theme = parseTheme(QString::fromStdString(o.theme));
    if (theme)
        return *theme;
    std::vector<std::string> names;
    for (const ThemeId id : themeIds)
        names.push_back(themeName(id).toStdString());
    return Error::usage("--theme: expected one of " + join(names) + ", found '" + o.theme + "'");
}

} // namespace

void addRenderOptions(CLI::App& app, RenderOptions& o)
{
    app.add_option("--output", o.output, "A folder, or a file for one plot")->required();
    app.add_option("--plot", o.plot, "One of " + panelNames())->capture_default_str();
    app.add_option("--format", o.format, "png, svg, pdf, csv or npy")->capture_default_str();
    app.add_option("--size", o.size, "85x60mm, or 1280x800 in pixels")->capture_default_str();
    app.add_option("--dpi", o.dpi, "Pixels per inch of a PNG")->capture_default_str();
    app.add_option("--theme", o.theme, "light, dark or print")->capture_default_str();
    app.add_option("--font", o.font, "Size of the letters in points")->capture_default_str();
    app.add_option("--caption", o.caption,
                   "A text under each picture; auto: the parameters that made it");
    app.add_flag("!--no-legend", o.legend, "Leave the legend out");
    app.add_option("--data", o.data, "The data beside each picture: none, csv or npy")
        ->capture_default_str();
    app.add_flag("--session,!--no-session", o.session,
                 "Put the session inside every file, so that each opens as a session (default)");
}

Result<void> renderSession(const SessionFile& file, const RenderOptions& o, CommandContext& context)
{
    auto options = optionsOf(o);
    if (!options)
        return options.error();
    const auto data = dataOf(o);
    if (!data)
        return data.error();
    const auto theme = themeOf(o);
    if (!theme)
        return theme.error();
    const auto format = exportFormatOf(QStringLiteral("x.") + QString::fromStdString(o.format));
    if (!format)
        return Error::usage("--format: expected one of png, svg, pdf, csv, npy, found '" +
                            o.format + "'");
    const bool all = o.plot == "all";
    if (!all && panelById(QString::fromStdString(o.plot)) == nullptr)
        return Error::usage("--plot: expected one of " + panelNames() + ", found '" + o.plot + "'");

    const JobContext job(context.stop);
    const auto figures = SessionFigures::compute(file, job);
    if (!figures)
        return figures.error();
    // One named plot may go to a file of its own; several go to a folder.
    const bool toFile = !all && exportFormatOf(QString::fromStdString(o.output)).has_value() &&
                        !fs::is_directory(o.output);
    if (!toFile) {
        std::error_code error;
        fs::create_directories(o.output, error);
        if (error)
            return Error::io(o.output + ": the folder cannot be made: " + error.message());
    }
    const fs::path folder = toFile ? fs::absolute(o.output).parent_path() : fs::path(o.output);
    if (o.session)
        options->session = sessionText(file, folder);
    for (const auto& panel : panels()) {
        if (context.stop.stop_requested())
            return Error::cancelled();
        if (!all && o.plot != panel.id)
            continue;
        const auto drawn = (*figures)->figure(panel, job);
        if (!drawn)
            return drawn.error();
        const Figure& figure = *drawn;
        if (all && !figure.emptyText.isEmpty())
            continue; // nothing to show: a session without a training has no curves
        options->format = toFile ? std::nullopt : format;
        options->xRange.reset();
        if (const auto& view = (*figures)->input().view.x; panel.sharesX && !figure.ownX && view)
            options->xRange = {(*view)[0], (*view)[1]};
        const fs::path path = toFile
                                  ? fs::path(o.output)
                                  : fs::path(o.output) / (std::string(panel.id) + "." + o.format);
        options->caption =
            o.caption == "auto" ? suggestedCaption(figure) : QString::fromStdString(o.caption);
        const auto written =
            exportWithData(figure, *theme, *options, *data, QString::fromStdString(path.string()));
        if (!written)
            return written.error();
        for (const QString& name : *written)
            context.out << name.toStdString() << '\n';
    }
    return {};
}

} // namespace qs
