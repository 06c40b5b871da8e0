// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What `render` is told, checked.
#include "app/commands/name_list.h"
#include "app/commands/render_session.h"
#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <regex>

namespace qs {
namespace {

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
    if (o.text != "auto" && o.text != "text" && o.text != "outlines")
        return Error::usage("--text: expected one of auto, text, outlines, found '" + o.text + "'");
    options->text = o.text == "text"       ? SvgText::Text
                    : o.text == "outlines" ? SvgText::Outlines
                                           : SvgText::Auto;
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

/// Errors (Usage).
Result<int> columnsOf(const RenderOptions& o)
{
    if (o.columns == "auto")
        return 0;
    const auto number = parseNumber(o.columns);
    const auto most = static_cast<double>(panels().size());
    if (!number || *number != std::floor(*number) || *number < 1 || *number > most)
        return Error::usage("--columns: expected auto or 1 to " + formatExact(most) + ", found '" +
                            o.columns + "'");
    return static_cast<int>(*number);
}

/// Errors (Usage).
Result<std::vector<const PanelInfo*>> panelsOf(const RenderOptions& o)
{
    std::vector<const PanelInfo*> chosen;
    if (o.plot == "all") {
        for (const auto& panel : panels())
            chosen.push_back(&panel);
        return chosen;
    }
    for (const QString& name : QString::fromStdString(o.plot).split(u',')) {
        const auto* panel = panelById(name.trimmed());
        if (panel == nullptr)
            return Error::usage("--plot: expected one of " + panelNames() + ", found '" +
                                name.toStdString() + "'");
        if (std::find(chosen.begin(), chosen.end(), panel) != chosen.end())
            return Error::usage("--plot: " + name.toStdString() + " stands there twice");
        chosen.push_back(panel);
    }
    return chosen;
}

/// Errors (Usage).
Result<std::vector<FigureTitles>> titlesOf(const RenderOptions& o, std::size_t plots)
{
    std::vector<FigureTitles> titles(plots);
    const auto put = [&](const char* option, const std::vector<std::string>& from,
                         QString FigureTitles::*to) -> Result<void> {
        if (!from.empty() && from.size() != plots)
            return Error::usage(std::string(option) + ": expected one for each of " +
                                std::to_string(plots) + " plots, found " +
                                std::to_string(from.size()));
        for (std::size_t i = 0; i < from.size(); ++i)
            titles[i].*to = from[i] == "auto" ? QString() : QString::fromStdString(from[i]);
        return {};
    };
    if (auto good = put("--title", o.titles, &FigureTitles::title); !good)
        return good.error();
    if (auto good = put("--x-title", o.xTitles, &FigureTitles::x); !good)
        return good.error();
    if (auto good = put("--y-title", o.yTitles, &FigureTitles::y); !good)
        return good.error();
    return titles;
}

} // namespace

void addRenderOptions(CLI::App& app, RenderOptions& o)
{
    app.add_option(
           "-o,--output", o.output,
           "A folder, or a file: several plots are a PDF's pages or a grid in an SVG or PNG")
        ->required();
    app.add_option("--plot", o.plot, "Several with commas between them, of " + panelNames())
        ->capture_default_str();
    app.add_option("--columns", o.columns,
                   "Of a grid of several plots in one file: 1 to " +
                       std::to_string(panels().size()) + ", or auto")
        ->capture_default_str();
    app.add_option("--format", o.format, "png, svg, pdf, csv or npy")->capture_default_str();
    app.add_option("--size", o.size, "85x60mm, or 1280x800 in pixels")->capture_default_str();
    app.add_option("--dpi", o.dpi, "Pixels per inch of a PNG")->capture_default_str();
    app.add_option("--theme", o.theme, "light, dark or print")->capture_default_str();
    app.add_option("--font", o.font, "Size of the letters in points")->capture_default_str();
    app.add_option("--caption", o.caption,
                   "A text under each picture; auto: the parameters that made it");
    app.add_option("--text", o.text,
                   "Letters of an SVG: text, outlines (look the same without the fonts), or auto: "
                   "outlines where there are Chinese, Japanese or Korean ones")
        ->capture_default_str();
    const auto titles = [&](const char* name, std::vector<std::string>& to, const char* what) {
        app.add_option(name, to, what)->allow_extra_args(false);
    };
    titles("--title", o.titles,
           "A title in the place of the plot's own; one for each of --plot, auto: its own");
    titles("--x-title", o.xTitles, "Likewise the x axis' title; its unit stays");
    titles("--y-title", o.yTitles, "Likewise the y axis' title; its unit stays");
    app.add_flag("!--no-legend", o.legend, "Leave the legend out");
    app.add_option("--data", o.data, "The data beside each picture: none, csv or npy")
        ->capture_default_str();
    app.add_flag("--session,!--no-session", o.session,
                 "Put the session inside every file, so that each opens as a session (default)");
}

Result<RenderPlan> renderPlan(const RenderOptions& o)
{
    RenderPlan plan;
    auto options = optionsOf(o);
    if (!options)
        return options.error();
    plan.options = std::move(*options);
    const auto data = dataOf(o);
    if (!data)
        return data.error();
    plan.data = *data;
    const auto theme = themeOf(o);
    if (!theme)
        return theme.error();
    plan.theme = *theme;
    const auto format = exportFormatOf(QStringLiteral("x.") + QString::fromStdString(o.format));
    if (!format)
        return Error::usage("--format: expected one of png, svg, pdf, csv, npy, found '" +
                            o.format + "'");
    const auto columns = columnsOf(o);
    if (!columns)
        return columns.error();
    plan.columns = *columns;
    auto chosen = panelsOf(o);
    if (!chosen)
        return chosen.error();
    plan.all = o.plot == "all";
    plan.panels = std::move(*chosen);
    auto titles = titlesOf(o, plan.panels.size());
    if (!titles)
        return titles.error();
    plan.titles = std::move(*titles);
    const auto ending = exportFormatOf(QString::fromStdString(o.output));
    plan.toFile = ending && !std::filesystem::is_directory(o.output);
    plan.options.format = plan.toFile ? ending : format;
    if (plan.toFile && plan.panels.size() > 1 && !isPicture(*ending))
        return Error::usage("--output: data of several plots go to a folder, found '" + o.output +
                            "'");
    return plan;
}

} // namespace qs
