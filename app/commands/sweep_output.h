// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commands/command.h"
#include "core/sweep/sweep_document.h"

#include <optional>
#include <string>
#include <vector>

namespace qs {

/// Where a sweep goes: a CSV file, JSON on standard output, or else a table there.
struct SweepOutput {
    std::string csv;
    bool json = false;
};

void addSweepOutput(CLI::App& app, SweepOutput& output);

/// Whether the CSV file can be written, and none of the files that are read is it.
/// Errors: Usage where it is one of them; Io.
Result<void> checkOutput(const SweepOutput& output, const std::vector<std::string>& inputs);

/// Writes the whole sweep or a part. rows.texts are JSON rows for --json, else CSV records of
/// `columns`; asked: see jsonDocument. Errors: Io.
Result<void> writeSweep(const SweepOutput& output, CommandContext& context,
                        const std::vector<std::string>& columns, const std::string& asked,
                        const SweepRows& rows, const std::optional<SweepStamp>& stamp);

} // namespace qs
