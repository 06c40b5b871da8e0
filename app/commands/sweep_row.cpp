// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/sweep_row.h"

#include "app/commands/report_json.h"
#include "app/commands/text_table.h"
#include "core/analysis/metrics.h"
#include "core/base/text.h"
#include "core/io/messages.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostListed = 64;

/// How a column is told from a row.
enum class Fold { None, Min, Median, Max };
struct Column {
    std::string name;
    std::string key;
    Fold fold = Fold::None;
};

std::vector<Column> makeColumns()
{
    std::vector<Column> columns;
    const auto add = [&](std::initializer_list<const char*> names) {
        for (const char* name : names)
            columns.push_back({name, name});
    };
    const auto addFolds = [&](const std::string& key) {
        columns.push_back({key + "_min", key, Fold::Min});
        columns.push_back({key + "_median", key, Fold::Median});
        columns.push_back({key + "_max", key, Fold::Max});
    };
    add({"file", "tensor", "shape", "numel", "dtype", "qscheme", "dialect", "rounding", "observer",
         "axis", "group_size"});
    addFolds("scale");
    add({"global_scale"});
    addFolds("zero_point");
    add({"quant_min", "quant_max"});
    columns.push_back({"range_min", "range_min", Fold::Min});
    columns.push_back({"range_max", "range_max", Fold::Max});
    for (const auto& metric : metrics())
        columns.push_back({std::string(metric.id), std::string(metric.id)});
    add({"nonfinite_count", "sets", "scale_rule", "error"});
    return columns;
}

const std::vector<Column>& columns()
{
    static const auto all = makeColumns();
    return all;
}

const Json* find(const Json& object, const std::string& key)
{
    if (!object.is_object())
        return nullptr;
    const auto at = object.find(key);
    return at == object.end() ? nullptr : &*at;
}

std::string plain(const Json& value)
{
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_number_float())
        return formatExact(value.get<double>());
    if (value.is_null() || value.is_structured())
        return {};
    return value.dump();
}

std::string folded(const Json& row, const Column& column)
{
    static constexpr const char* kNames[] = {"", "min", "median", "max"};
    if (const Json* cut = find(row, "cut")) {
        if (const Json* summary = find(*cut, column.key)) {
            const Json* value = find(*summary, kNames[static_cast<int>(column.fold)]);
            return value != nullptr ? plain(*value) : std::string();
        }
    }
    const Json* list = find(row, column.key);
    if (list == nullptr || !list->is_array())
        return {};
    std::vector<const Json*> values;
    for (const auto& value : *list) {
        if (value.is_number())
            values.push_back(&value);
    }
    if (values.empty())
        return {};
    const std::size_t place = column.fold == Fold::Min   ? 0
                              : column.fold == Fold::Max ? values.size() - 1
                                                         : (values.size() - 1) / 2;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(place);
    std::nth_element(values.begin(), at, values.end(), [](const Json* a, const Json* b) {
        return a->get<double>() < b->get<double>();
    });
    return plain(**at);
}

std::string shapeText(const Json& shape)
{
    std::vector<std::string> sizes;
    if (shape.is_array()) {
        for (const auto& size : shape)
            sizes.push_back(plain(size));
    }
    return join(sizes, "x");
}

} // namespace

Json sweepRow(const std::string& file, const Tensor& tensor, const SweepOutcome& outcome)
{
    auto row = reportJson(file, tensor, outcome.report, outcome.observed, kMostListed);
    const auto observed = outcome.observed.size();
    row["sets"] = observed > 0 ? observed : outcome.report.params.channels();
    const auto rule = static_cast<std::size_t>(outcome.report.spec.scaleRule);
    row["scale_rule"] = scaleRules()[rule].name;
    return row;
}

Json sweepErrorRow(const std::string& file, const std::string& tensor, const Shape& shape,
                   const QuantSpec& spec, const std::string& error)
{
    auto row = reportHead(file, tensor, shape, spec);
    row["error"] = error;
    return row;
}

std::string jsonRowText(const Json& row)
{
    return row.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const std::vector<std::string>& sweepColumns()
{
    static const auto names = [] {
        std::vector<std::string> all;
        for (const auto& column : columns())
            all.push_back(column.name);
        return all;
    }();
    return names;
}

std::vector<std::string> csvFields(const Json& row)
{
    std::vector<std::string> fields;
    for (const auto& column : columns()) {
        const Json* value = find(row, column.key);
        if (column.fold != Fold::None)
            fields.push_back(folded(row, column));
        else if (value == nullptr)
            fields.emplace_back();
        else
            fields.push_back(column.key == "shape" ? shapeText(*value) : plain(*value));
    }
    return fields;
}

void printSweep(std::ostream& out, const std::vector<std::string>& columns,
                const std::vector<std::vector<std::string>>& rows)
{
    const std::vector<std::string> text{"file", "tensor", "dtype", "qscheme", "observer"};
    const std::vector<std::string> numbers{
        "group_size",           "bits_per_weight",      "sqnr_db", "mse", "max_abs_error",
        "clipped_low_fraction", "clipped_high_fraction"};
    std::vector<std::string> shown = text;
    shown.insert(shown.end(), numbers.begin(), numbers.end());
    shown.push_back("error");
    std::vector<std::size_t> places;
    for (const auto& name : shown)
        places.push_back(static_cast<std::size_t>(std::find(columns.begin(), columns.end(), name) -
                                                  columns.begin()));
    const auto fieldOf = [&](const std::vector<std::string>& row, std::size_t i) {
        return places[i] < row.size() ? row[places[i]] : std::string();
    };
    // Nothing to tell in a column: nothing to read.
    std::vector<bool> used(shown.size());
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const bool optional = shown[i] == "group_size" || shown[i] == "error";
        used[i] = !optional || std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
            return !fieldOf(row, i).empty();
        });
    }
    std::vector<std::vector<std::string>> table(1);
    for (std::size_t i = 0; i < shown.size(); ++i) {
        if (used[i])
            table[0].push_back(shown[i]);
    }
    for (const auto& row : rows) {
        auto& line = table.emplace_back();
        for (std::size_t i = 0; i < shown.size(); ++i) {
            if (!used[i])
                continue;
            const auto field = fieldOf(row, i);
            const bool number =
                std::find(numbers.begin(), numbers.end(), shown[i]) != numbers.end();
            const auto value = number ? parseNumber(field) : std::nullopt;
            line.push_back(value                 ? formatShort(*value)
                           : shown[i] == "error" ? printable(field, 200)
                           : field.empty()       ? "-"
                                                 : printable(field));
        }
    }
    printColumns(out, table, {"file", "tensor", "dtype", "qscheme", "observer", "error"});
}

} // namespace qs
