// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"
#include "core/sweep/sweep_document.h"

#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// One part of a sweep, as csvDocument or jsonDocument wrote it.
struct SweepPart {
    std::string path;
    bool json = false;
    SweepStamp stamp;
    std::vector<std::string> columns; ///< of CSV, without the stamp's
    std::string asked;                ///< of JSON, as dump(2) writes it
    SweepRows rows;
    bool anyWorked = false; ///< a row without an error
};

/// Reads a part, CSV or JSON by its content. Nothing in it is believed: numbers of rows ascend and
/// lie in the sweep, there are as many rows as the stamp says, JSON's rows are objects of plain
/// values, lists of them or objects of numbers.
/// Errors (Data): "path: expected …, found …".
Result<SweepPart> readPart(const std::string& path, std::string_view text);

/// A whole sweep put together.
struct JoinedSweep {
    bool json = false;
    std::vector<std::string> columns;
    std::string asked;
    SweepRows rows;
    bool anyWorked = false;
};

/// All parts of one sweep to what it would have been without shards.
/// Errors (Data), naming a part: CSV and JSON; parts of different sweeps, or of other numbers of
/// shards; a shard twice or not at all; a row twice or not at all.
Result<JoinedSweep> joinParts(std::vector<SweepPart> parts);

} // namespace qs
