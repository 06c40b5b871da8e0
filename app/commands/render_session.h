// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"
#include "core/session/session_file.h"

#include <CLI/CLI.hpp>

#include <string>

namespace qs {

/// What and how to draw; texts as given on the command line, checked by renderSession.
struct RenderOptions {
    std::string output;       ///< a folder, or a file for one plot
    std::string plot = "all"; ///< a panel's id, or all
    std::string format = "png";
    std::string size = "160x100mm";
    double dpi = 150;
    std::string theme = "print";
    double font = 9;     ///< points
    std::string caption; ///< under each picture; "auto": what made it
    bool legend = true;
    std::string data = "none"; ///< none, csv or npy: beside each picture
    bool session = true;       ///< inside every file
};

void addRenderOptions(CLI::App& app, RenderOptions& options);

/// Computes the session's results as the window does and writes its figures, naming each file on
/// standard output. Panels without anything to show are left out of "all".
Result<void> renderSession(const SessionFile& file, const RenderOptions& options,
                           CommandContext& context);

} // namespace qs
