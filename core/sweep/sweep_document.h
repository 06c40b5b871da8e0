// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// Which part of which sweep: what merging checks.
struct SweepStamp {
    std::string sweep; ///< sweepFingerprint
    std::int64_t shard = 1;
    std::int64_t shards = 1;
    std::int64_t shardRows = 0; ///< in this part
    std::int64_t rows = 0;      ///< in the whole sweep
    bool operator==(const SweepStamp&) const = default;
};

/// Rows as they are written: a CSV record, or a JSON object in one line.
struct SweepRows {
    std::vector<std::int64_t> numbers; ///< ascending, from 1; of a whole sweep 1, 2, 3 …
    std::vector<std::string> texts;
};

/// The columns that a part has before the others.
std::span<const std::string_view> stampColumns();

/// The header and the rows. A part's rows start with sweep, shard, shards, shard_rows, rows, row; a
/// part without rows has one line with these alone, and no row, so that merging can tell it from
/// one that is missing.
std::string csvDocument(const std::vector<std::string>& columns, const SweepRows& rows,
                        const std::optional<SweepStamp>& stamp);

/// {"sweep": asked, "rows": […]}, a row in a line each. A part has "part": {"sweep": …, "shard": …,
/// "shards": …, "shard_rows": …, "rows": …} beside them, and "row" as the first key of each row.
/// asked: a JSON object as nlohmann's dump(2) writes it.
std::string jsonDocument(const std::string& asked, const SweepRows& rows,
                         const std::optional<SweepStamp>& stamp);

} // namespace qs
