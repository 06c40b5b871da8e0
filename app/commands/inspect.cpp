// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/inspect.h"

#include "app/commands/text_table.h"
#include "core/base/text.h"
#include "core/io/formats.h"
#include "core/io/messages.h"
#include "core/tensor/tensor_stats.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>

namespace qs {
namespace {

struct InspectOptions {
    std::string file;
    bool json = false;
    bool stats = false;
};

using StatsOf = std::vector<std::optional<TensorStats>>; ///< one per entry; none where unreadable

Result<StatsOf> statsOfAll(const TensorFile& file, const JobContext& job)
{
    StatsOf all;
    for (const auto& entry : file.tensors) {
        job.report("Statistics of " + printable(entry.name, 40),
                   static_cast<double>(all.size()) / static_cast<double>(file.tensors.size()));
        std::optional<TensorStats> stats;
        if (entry.tensor) {
            const auto computed = computeStats(*entry.tensor, job);
            if (!computed)
                return computed.error();
            stats = *computed;
        }
        all.push_back(stats);
    }
    return all;
}

nlohmann::ordered_json toJson(const TensorFile& file, const StatsOf& allStats)
{
    auto tensors = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < file.tensors.size(); ++i) {
        const auto& entry = file.tensors[i];
        nlohmann::ordered_json row{{"name", entry.name},
                                   {"dtype", entry.dtype},
                                   {"shape", entry.shape.sizes()},
                                   {"numel", entry.shape.numel()},
                                   {"bytes", entry.bytes}};
        if (!entry.problem.empty())
            row["unsupported"] = entry.problem;
        if (!allStats.empty() && allStats[i]) {
            const auto& stats = *allStats[i];
            const bool any = stats.finiteCount() > 0;
            const auto orNull = [any](auto value) {
                return any ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
            };
            row["min"] = orNull(stats.min);
            row["max"] = orNull(stats.max);
            row["mean"] = orNull(stats.mean);
            row["std"] = orNull(stats.stddev);
            row["nan_count"] = stats.nanCount;
            row["inf_count"] = stats.posInfCount + stats.negInfCount;
        }
        tensors.push_back(std::move(row));
    }
    nlohmann::ordered_json document{{"file", file.path}, {"format", file.formatId}};
    if (!file.metadata.empty())
        document["metadata"] = file.metadata;
    document["tensors"] = std::move(tensors);
    return document;
}

void printText(std::ostream& out, const TensorFile& file, const StatsOf& allStats)
{
    std::vector<std::vector<std::string>> rows{{"name", "dtype", "shape", "numel", "bytes"}};
    if (!allStats.empty())
        rows[0].insert(rows[0].end(), {"min", "max", "mean", "std", "nan_count", "inf_count"});
    for (std::size_t i = 0; i < file.tensors.size(); ++i) {
        const auto& entry = file.tensors[i];
        std::vector<std::string> row{printable(entry.name), printable(entry.dtype),
                                     entry.shape.toString(), formatCount(entry.shape.numel()),
                                     formatCount(static_cast<long long>(entry.bytes))};
        if (!allStats.empty() && allStats[i]) {
            const auto& stats = *allStats[i];
            for (const double value : {static_cast<double>(stats.min),
                                       static_cast<double>(stats.max), stats.mean, stats.stddev})
                row.push_back(stats.finiteCount() > 0 ? formatShort(value) : "-");
            row.push_back(formatCount(stats.nanCount));
            row.push_back(formatCount(stats.posInfCount + stats.negInfCount));
        }
        rows.push_back(std::move(row));
    }
    printColumns(out, rows, {"name", "dtype", "shape"});
}

Result<void> inspect(const InspectOptions& options, CommandContext& context)
{
    JobContext::Progress progress;
    if (context.showProgress)
        progress = [&context](std::string_view stage, double fraction) {
            context.err << "\r\x1b[K" << stage << ' ' << static_cast<int>(100 * fraction) << " %"
                        << std::flush;
        };
    const JobContext job(context.stop, progress);
    const auto file = readTensors(options.file, job);
    if (!file)
        return file.error();
    StatsOf stats;
    if (options.stats) {
        auto computed = statsOfAll(*file, job);
        if (context.showProgress)
            context.err << "\r\x1b[K" << std::flush;
        if (!computed)
            return computed.error();
        stats = *std::move(computed);
    }
    if (options.json) {
        // A name that is no UTF-8 must not end in an exception.
        context.out << toJson(*file, stats)
                           .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
                    << '\n';
        return {};
    }
    printText(context.out, *file, stats);
    for (const auto& entry : file->tensors) {
        if (!entry.problem.empty())
            context.err << "quantoscope: " << printable(file->path, 4096) << ": tensor '"
                        << printable(entry.name) << "': " << entry.problem << '\n';
    }
    return {};
}

} // namespace

Command inspectCommand()
{
    return {"inspect", "List the tensors of a file", [](CLI::App& app) -> CommandAction {
                const auto options = std::make_shared<InspectOptions>();
                app.add_option("FILE", options->file,
                               "A file of tensors (.npy, .safetensors, IDX; also .gz) or "
                               "generator:ID?numel=N&seed=S")
                    ->required();
                app.add_flag("--stats", options->stats,
                             "Also min, max, mean, std, nan_count and inf_count");
                app.add_flag("--json", options->json, "Print one JSON document");
                return [options](CommandContext& context) {
                    return inspect(*options, context);
                };
            }};
}

} // namespace qs
