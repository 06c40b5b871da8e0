// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace qs {

/// What a command works with: where results go, where everything else goes, when to stop.
/// Everything about the contract (exit status, one-line errors) is in run_commands.cpp.
struct CommandContext {
    std::ostream& out;    ///< results only
    std::ostream& err;    ///< progress and warnings
    bool showProgress;    ///< err is a terminal and --quiet was not given
    std::stop_token stop; ///< set by Ctrl+C
};

/// The work of one parsed command.
using CommandAction = std::function<Result<void>(CommandContext&)>;

/// One row of the command table: adds its options to the subcommand it is given and returns what to
/// do once they are parsed.
struct Command {
    std::string name;
    std::string description;
    std::function<CommandAction(CLI::App& app)> setUp;
};

/// The commands that need no Qt; quantoscope adds render and demo.
std::vector<Command> coreCommands();

/// Parses argv against the table and runs the command. Returns the exit status: 0 done, 1 the input
/// was read but the work failed, 2 the arguments are wrong. `fallback` runs when no subcommand is
/// given (the window); without one that is a usage error.
int runCommands(int argc, char** argv, const std::vector<Command>& commands,
                const std::function<int(const std::vector<std::string>& files)>& fallback = {});

} // namespace qs
