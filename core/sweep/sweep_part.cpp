// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sweep/sweep_part.h"

#include "core/base/json_reader.h"
#include "core/io/json_text.h"
#include "core/io/messages.h"
#include "core/sweep/csv.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostRows = std::int64_t{1} << 53; ///< what JSON's numbers tell apart

std::optional<std::int64_t> wholeNumber(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value < 0 || value > kMostRows)
        return std::nullopt;
    return value;
}

/// What holds for every part, whatever its format.
Result<void> checkPart(const SweepPart& part)
{
    const auto& stamp = part.stamp;
    if (stamp.shard < 1 || stamp.shard > stamp.shards)
        return damaged(part.path, "a shard of 1 to " + std::to_string(stamp.shards),
                       std::to_string(stamp.shard));
    std::int64_t last = 0;
    for (const auto number : part.rows.numbers) {
        if (number <= last || number > stamp.rows)
            return damaged(part.path,
                           "ascending numbers of rows from 1 to " + std::to_string(stamp.rows),
                           std::to_string(number) + " behind " + std::to_string(last));
        last = number;
    }
    const auto found = static_cast<std::int64_t>(part.rows.numbers.size());
    if (found != stamp.shardRows)
        return damaged(part.path,
                       std::to_string(stamp.shardRows) + " rows of shard " +
                           std::to_string(stamp.shard) + '/' + std::to_string(stamp.shards),
                       std::to_string(found));
    return {};
}

Result<SweepPart> readCsvPart(const std::string& path, std::string_view text)
{
    SweepPart part;
    part.path = path;
    CsvReader reader(text);
    const auto header = reader.next();
    const auto stamps = stampColumns();
    if (!header || header->size() <= stamps.size() ||
        !std::equal(stamps.begin(), stamps.end(), header->begin())) {
        const bool whole = header && header->front() == "file";
        return damaged(path, "a part of a sweep, made with --shard",
                       whole ? "a sweep without shards" : "something else");
    }
    const auto n = static_cast<std::ptrdiff_t>(stamps.size());
    part.columns.assign(header->begin() + n, header->end());
    const auto errorAt = static_cast<std::size_t>(
        std::find(header->begin(), header->end(), "error") - header->begin());
    bool first = true;
    while (!reader.atEnd()) {
        const auto where = "line " + std::to_string(reader.line()) + ": ";
        auto fields = reader.next();
        if (!fields)
            return Error::data(printable(path, 4096) + ": " + fields.error().message);
        if (fields->size() != header->size())
            return damaged(path + ": " + where, std::to_string(header->size()) + " fields",
                           std::to_string(fields->size()));
        SweepStamp stamp{fields->at(0)};
        std::int64_t row = 0;
        const bool empty = fields->at(5).empty();
        const std::pair<std::int64_t*, std::string_view> numbers[] = {
            {&stamp.shard, fields->at(1)},
            {&stamp.shards, fields->at(2)},
            {&stamp.shardRows, fields->at(3)},
            {&stamp.rows, fields->at(4)},
            {&row, empty ? std::string_view("0") : fields->at(5)}};
        for (const auto& [to, field] : numbers) {
            const auto value = wholeNumber(field);
            if (!value)
                return damaged(path + ": " + where, "a whole number",
                               "'" + printable(field, 40) + "'");
            *to = *value;
        }
        if (!first && !(stamp == part.stamp))
            return damaged(path + ": " + where, "the same sweep and shard as in the lines before",
                           "another");
        if (empty && !(first && reader.atEnd()))
            return damaged(path + ": " + where, "the number of a row", "none");
        part.stamp = std::move(stamp);
        first = false;
        if (empty)
            break;
        part.anyWorked = part.anyWorked || errorAt == fields->size() || fields->at(errorAt).empty();
        part.rows.numbers.push_back(row);
        part.rows.texts.push_back(csvLine({fields->begin() + n, fields->end()}));
    }
    if (first)
        return damaged(path, "at least one line behind the header", "none");
    if (auto ok = checkPart(part); !ok)
        return ok.error();
    return part;
}

/// How deep brackets nest, looking no further than `limit` + 1: a document is only built, and
/// walked through by functions that call themselves, where it is shallow.
int nesting(std::string_view text, int limit)
{
    int depth = 0;
    int most = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size() && most <= limit; ++i) {
        const char c = text[i];
        if (quoted) {
            i += c == '\\' ? 1 : 0;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            most = std::max(most, ++depth);
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return most;
}

Result<Json> parseJson(const std::string& path, std::string_view text)
{
    constexpr int kMostNesting = 8;
    if (nesting(text, kMostNesting) > kMostNesting)
        return damaged(path, "a part of a sweep", "JSON that nests too deeply");
    try {
        return Json::parse(text.begin(), text.end());
    } catch (const nlohmann::json::exception&) {
        return notJson(path, "a part of a sweep as JSON", text);
    }
}

Result<SweepPart> readJsonPart(const std::string& path, std::string_view text)
{
    SweepPart part;
    part.path = path;
    part.json = true;
    const auto json = parseJson(path, text);
    if (!json)
        return json.error();
    const auto named = [&](const Error& error) {
        return Error::data(printable(path, 4096) + ": " + error.message);
    };
    if (json->contains("sweep") && json->contains("rows") && !json->contains("part"))
        return damaged(path, "a part of a sweep, made with --shard", "a sweep without shards");
    JsonReader reader(*json, "");
    const Json* asked = reader.member("sweep");
    const Json* stamp = reader.member("part");
    const Json* rows = reader.member("rows");
    if (auto ok = reader.finish(); !ok)
        return named(ok.error());
    if (asked == nullptr || stamp == nullptr || rows == nullptr || !asked->is_object() ||
        !rows->is_array())
        return damaged(path, "the keys sweep, part and rows of a part of a sweep", "others");
    part.asked = asked->dump(2, ' ', false, Json::error_handler_t::replace);
    JsonReader stampReader(*stamp, "part.");
    stampReader.text("sweep", part.stamp.sweep);
    part.stamp.shard = part.stamp.shards = part.stamp.shardRows = part.stamp.rows = -1;
    const auto number = [&](const char* key, std::int64_t& to) {
        stampReader.integer(key, to, std::int64_t{0}, kMostRows);
    };
    number("shard", part.stamp.shard);
    number("shards", part.stamp.shards);
    number("shard_rows", part.stamp.shardRows);
    number("rows", part.stamp.rows);
    if (auto ok = stampReader.finish(); !ok)
        return named(ok.error());
    for (const auto& row : *rows) {
        const auto where = "rows[" + std::to_string(part.rows.numbers.size()) + "].";
        std::int64_t n = 0;
        JsonReader rowReader(row, where);
        rowReader.integer("row", n, std::int64_t{1}, kMostRows);
        if (auto ok = rowReader.finishKeepingUnknown(); !ok)
            return named(ok.error());
        if (row.size() < 2 || row.begin().key() != "row")
            return damaged(path + ": " + where + "row", "the number of a row first", "none");
        auto rest = row;
        rest.erase("row");
        part.anyWorked = part.anyWorked || !rest.contains("error");
        part.rows.numbers.push_back(n);
        part.rows.texts.push_back(rest.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    if (auto ok = checkPart(part); !ok)
        return ok.error();
    return part;
}

Result<void> checkSame(const SweepPart& first, const SweepPart& part)
{
    const auto as = " as in " + printable(first.path, 4096);
    if (part.json != first.json)
        return damaged(part.path, (first.json ? "JSON" : "CSV") + as, part.json ? "JSON" : "CSV");
    if (part.stamp.sweep != first.stamp.sweep || part.asked != first.asked ||
        part.columns != first.columns || part.stamp.rows != first.stamp.rows)
        return damaged(part.path, "a part of the sweep " + printable(first.stamp.sweep, 40) + as,
                       part.stamp.sweep != first.stamp.sweep
                           ? "one of " + printable(part.stamp.sweep, 40)
                           : std::string("one whose options, columns or rows differ"));
    if (part.stamp.shards != first.stamp.shards)
        return damaged(part.path, "one of " + std::to_string(first.stamp.shards) + " shards" + as,
                       "one of " + std::to_string(part.stamp.shards));
    return {};
}

} // namespace

Result<SweepPart> readPart(const std::string& path, std::string_view text)
{
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos)
        return damaged(path, "a part of a sweep", "an empty file");
    return text[start] == '{' ? readJsonPart(path, text) : readCsvPart(path, text);
}

Result<JoinedSweep> joinParts(std::vector<SweepPart> parts)
{
    if (parts.empty())
        return Error::usage("expected at least one part, found none");
    const auto& first = parts.front();
    std::map<std::int64_t, const SweepPart*> byShard;
    for (const auto& part : parts) {
        if (auto same = checkSame(first, part); !same)
            return same.error();
        const auto [at, fresh] = byShard.emplace(part.stamp.shard, &part);
        if (!fresh)
            return damaged(part.path, "each shard once",
                           "shard " + std::to_string(part.stamp.shard) + '/' +
                               std::to_string(part.stamp.shards) + ", which " +
                               printable(at->second->path, 4096) + " is, too");
    }
    std::int64_t expected = 1;
    for (const auto& [shard, part] : byShard) {
        if (shard != expected)
            break;
        ++expected;
    }
    if (expected <= first.stamp.shards)
        return damaged(first.path, "all of its " + std::to_string(first.stamp.shards) + " shards",
                       "no part with shard " + std::to_string(expected));

    struct Place {
        std::int64_t number;
        SweepPart* part;
        std::size_t row;
    };
    std::vector<Place> places;
    for (auto& part : parts) {
        for (std::size_t i = 0; i < part.rows.numbers.size(); ++i)
            places.push_back({part.rows.numbers[i], &part, i});
    }
    std::stable_sort(places.begin(), places.end(),
                     [](const Place& a, const Place& b) { return a.number < b.number; });
    JoinedSweep joined{first.json, first.columns, first.asked, {}, false};
    for (const auto& part : parts)
        joined.anyWorked = joined.anyWorked || part.anyWorked;
    std::int64_t next = 1;
    for (std::size_t i = 0; i < places.size(); ++i, ++next) {
        const auto& place = places[i];
        if (place.number < next)
            return damaged(place.part->path, "each row once",
                           "row " + std::to_string(place.number) + ", which " +
                               printable(places[i - 1].part->path, 4096) + " has, too");
        if (place.number > next)
            break;
        joined.rows.numbers.push_back(place.number);
        joined.rows.texts.push_back(std::move(place.part->rows.texts[place.row]));
    }
    if (next <= first.stamp.rows)
        return damaged(first.path, "all " + std::to_string(first.stamp.rows) + " rows of its sweep",
                       "no part with row " + std::to_string(next));
    return joined;
}

} // namespace qs
