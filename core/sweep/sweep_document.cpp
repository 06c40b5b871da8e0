// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sweep/sweep_document.h"

#include "core/sweep/csv.h"

namespace qs {
namespace {

constexpr std::string_view kStampColumns[] = {"sweep",      "shard", "shards",
                                              "shard_rows", "rows",  "row"};

} // namespace

std::span<const std::string_view> stampColumns()
{
    return kStampColumns;
}

std::string csvDocument(const std::vector<std::string>& columns, const SweepRows& rows,
                        const std::optional<SweepStamp>& stamp)
{
    std::string text;
    if (stamp) {
        for (const auto column : kStampColumns)
            text += std::string(column) + ',';
    }
    text += csvLine(columns) + '\n';
    const auto number = [](std::int64_t n) {
        return std::to_string(n) + ',';
    };
    const auto start = stamp ? csvLine({stamp->sweep}) + ',' + number(stamp->shard) +
                                   number(stamp->shards) + number(stamp->shardRows) +
                                   number(stamp->rows)
                             : std::string();
    for (std::size_t i = 0; i < rows.texts.size(); ++i) {
        if (stamp)
            text += start + number(rows.numbers[i]);
        text += rows.texts[i] + '\n';
    }
    if (stamp && rows.texts.empty())
        text += start + std::string(columns.size(), ',') + '\n';
    return text;
}

std::string jsonDocument(const std::string& asked, const SweepRows& rows,
                         const std::optional<SweepStamp>& stamp)
{
    std::string text = "{\n  \"sweep\": ";
    for (const char c : asked) {
        text += c;
        text += c == '\n' ? "  " : "";
    }
    if (stamp)
        text += ",\n  \"part\": {\"sweep\":\"" + stamp->sweep +
                "\",\"shard\":" + std::to_string(stamp->shard) +
                ",\"shards\":" + std::to_string(stamp->shards) +
                ",\"shard_rows\":" + std::to_string(stamp->shardRows) +
                ",\"rows\":" + std::to_string(stamp->rows) + "}";
    text += ",\n  \"rows\": [";
    for (std::size_t i = 0; i < rows.texts.size(); ++i) {
        text += i > 0 ? ",\n    " : "\n    ";
        if (stamp)
            text += "{\"row\":" + std::to_string(rows.numbers[i]) + ',' + rows.texts[i].substr(1);
        else
            text += rows.texts[i];
    }
    return text + (rows.texts.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

} // namespace qs
