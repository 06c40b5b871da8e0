// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/command.h"
#include "app/commands/compare.h"
#include "app/commands/dialects.h"
#include "app/commands/inspect.h"
#include "app/commands/merge.h"
#include "app/commands/quantize.h"
#include "app/commands/sweep.h"
#include "app/commands/train.h"
#include "core/base/memory.h"
#include "core/base/text.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <iostream>
#include <mutex>
#include <new>
#include <thread>
#include <unistd.h>

namespace qs {
namespace {

std::stop_source& stopSource()
{
    static std::stop_source source;
    return source;
}

volatile std::sig_atomic_t g_interrupts = 0;

/// A signal handler may not touch a stop_source: a watcher thread does.
void onInterrupt(int)
{
    g_interrupts = g_interrupts + 1;
}

class InterruptWatcher {
public:
    InterruptWatcher()
    {
        std::signal(SIGINT, onInterrupt);
        std::signal(SIGTERM, onInterrupt);
        m_thread = std::jthread([](const std::stop_token& token) {
            std::mutex mutex;
            std::condition_variable_any wake; // by the token: a finished command does not wait
            std::unique_lock lock(mutex);
            while (!token.stop_requested()) {
                if (g_interrupts > 0)
                    stopSource().request_stop();
                wake.wait_for(lock, token, std::chrono::milliseconds(50), [] { return false; });
            }
        });
    }

private:
    std::jthread m_thread;
};

int fail(const Error& error)
{
    std::cerr << "quantoscope: " << error.message << '\n';
    if (error.kind == ErrorKind::Usage)
        return 2;
    return error.kind == ErrorKind::Cancelled ? 130 : 1;
}

/// Memory that was there when it was asked for may be gone when it is taken.
Result<void> runAction(const CommandAction& action, CommandContext& context)
{
    try {
        return action(context);
    } catch (const std::bad_alloc&) {
        return Error::data("not enough memory: " + binaryBytesText(availableMemory()) +
                           " are available; choose a smaller tensor, or close other programs");
    }
}

} // namespace

std::vector<Command> coreCommands()
{
    return {inspectCommand(), quantizeCommand(), dialectsCommand(), sweepCommand(),
            mergeCommand(),   trainCommand(),    compareCommand()};
}

int runCommands(int argc, char** argv, const std::vector<Command>& commands,
                const std::function<int(const std::vector<std::string>& files)>& fallback)
{
    CLI::App app{"Quantoscope: exact numbers and honest pictures of quantization", "quantoscope"};
    app.set_version_flag("--version", std::string("quantoscope ") + QUANTOSCOPE_VERSION);
    app.set_help_flag("-h,--help", "Print this help and exit");
    bool quiet = false;
    std::vector<std::string> files;
    if (fallback) {
        app.add_option("FILE", files,
                       "Tensors, data sets or .qscope sessions to open in the window");
        app.footer("Without a command the window opens.");
    } else {
        app.require_subcommand(1);
    }
    const std::string first = argc > 1 ? argv[1] : "";
    const auto isFirst = [&](const Command& command) {
        return command.name == first;
    };
    if (!fallback && !first.empty() && first[0] != '-' &&
        std::none_of(commands.begin(), commands.end(), isFirst)) {
        std::vector<std::string> names;
        for (const auto& command : commands)
            names.push_back(command.name);
        return fail(
            Error::usage("expected a command (" + join(names) + "), found '" + first + "'"));
    }
    CommandAction action;
    for (const auto& command : commands) {
        auto* sub = app.add_subcommand(command.name, command.description);
        sub->add_flag("--quiet", quiet, "No progress");
        const auto act = command.setUp(*sub);
        sub->callback([&action, act] { action = act; });
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& e) {
        return app.exit(e);
    } catch (const CLI::ParseError& e) {
        return fail(Error::usage(std::string(e.what()) + " (see --help)"));
    }
    if (!action)
        return fallback(files);
    // What an unset variable of a script leaves: as if not given it would do something else.
    for (const auto* sub : app.get_subcommands()) {
        for (const auto* option : sub->get_options()) {
            const auto& given = option->results();
            if (option->get_items_expected_max() > 0 &&
                std::find(given.begin(), given.end(), "") != given.end())
                return fail(Error::usage(option->get_name() + ": expected a value, found none"));
        }
    }

    const InterruptWatcher watcher;
    std::ios::sync_with_stdio(false);
    CommandContext context{std::cout, std::cerr, !quiet && isatty(STDERR_FILENO) == 1,
                           stopSource().get_token()};
    const auto result = runAction(action, context);
    std::cout.flush();
    if (!result)
        return fail(result.error());
    if (!std::cout)
        return fail(Error::io("standard output could not be written"));
    return 0;
}

} // namespace qs
