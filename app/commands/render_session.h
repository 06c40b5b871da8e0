// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"
#include "core/session/session_file.h"
#include "ui/panels/panel.h"
#include "ui/plot/figure_export.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace qs {

/// What and how to draw; texts as given on the command line, checked by renderSession.
struct RenderOptions {
    std::string output;           ///< a folder, or a file for one plot or for several as a sheet
    std::string plot = "all";     ///< panels' ids with commas between them, or all
    std::string columns = "auto"; ///< of a sheet: a number, or auto
    std::string format = "png";
    std::string size = "160x100mm";
    double dpi = 150;
    std::string theme = "print";
    double font = 9;     ///< points
    std::string caption; ///< under each picture; "auto": what made it
    bool legend = true;
    std::string text = "auto"; ///< letters of an SVG: auto, text or outlines
    /// In the place of the plots' own, one for each of `plot` in its order; auto: its own.
    std::vector<std::string> titles;
    std::vector<std::string> xTitles;
    std::vector<std::string> yTitles;
    std::string data = "none"; ///< none, csv or npy: beside each picture
    bool session = true;       ///< inside every file
};

/// RenderOptions that were checked.
struct RenderPlan {
    std::vector<const PanelInfo*> panels;
    bool all = false;                 ///< those without anything to show are left out
    std::vector<FigureTitles> titles; ///< one for each panel, or none
    ExportOptions options;            ///< of every picture
    std::optional<ExportFormat> data; ///< beside pictures
    ThemeId theme = ThemeId::Print;
    int columns = 0;     ///< of a sheet; 0: as many as suit it
    bool toFile = false; ///< the output is a file: a picture, or a sheet of several
};

/// Errors (Usage): the option, what was expected and what was found.
Result<RenderPlan> renderPlan(const RenderOptions& options);

void addRenderOptions(CLI::App& app, RenderOptions& options);

/// Computes the session's results as the window does and writes its figures, naming each file on
/// standard output. Panels without anything to show are left out of "all".
Result<void> renderSession(const SessionFile& file, const RenderOptions& options,
                           CommandContext& context);

} // namespace qs
