// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/merge.h"

#include "app/commands/sweep_output.h"
#include "app/commands/sweep_row.h"
#include "core/base/text.h"
#include "core/io/file.h"
#include "core/sweep/csv.h"
#include "core/sweep/sweep_part.h"

#include <memory>

namespace qs {
namespace {

struct Options {
    std::vector<std::string> parts;
    SweepOutput output;
};

Result<void> run(const Options& o, CommandContext& context)
{
    if (auto ok = checkOutput(o.output, o.parts); !ok)
        return ok.error();
    const JobContext job(context.stop);
    std::vector<SweepPart> parts;
    for (const auto& path : o.parts) {
        const auto content = readFile(path, job);
        if (!content)
            return content.error();
        if (job.stopRequested())
            return Error::cancelled();
        auto part = readPart(
            path, {reinterpret_cast<const char*>(content->bytes.data()), content->bytes.size()});
        if (!part)
            return part.error();
        if (o.output.json && !part->json)
            return Error::usage("--json: " + path +
                                " is CSV, which has no lists; expected parts "
                                "made with --json");
        parts.push_back(std::move(*part));
    }
    auto joined = joinParts(std::move(parts));
    if (!joined)
        return joined.error();
    if (job.stopRequested())
        return Error::cancelled();
    if (joined->json && !o.output.json) {
        joined->columns = sweepColumns();
        for (auto& text : joined->rows.texts)
            text = csvLine(csvFields(nlohmann::ordered_json::parse(text)));
    }
    const auto rows = joined->rows.texts.size();
    auto written = writeSweep(o.output, context, joined->columns, joined->asked, joined->rows, {});
    if (written && !joined->anyWorked && rows > 0)
        return Error::data("none of " + std::to_string(rows) + " rows worked");
    return written;
}

} // namespace

Command mergeCommand()
{
    return {"merge", "Join the parts of a sweep", [](CLI::App& app) -> CommandAction {
                const auto o = std::make_shared<Options>();
                app.add_option("PART", o->parts,
                               "Every part that sweep --shard K/N wrote, in any order")
                    ->required();
                addSweepOutput(app, o->output);
                app.footer("The result is what the sweep would have written without --shard, byte "
                           "for byte.\nJSON parts can become JSON, CSV or a table; CSV parts CSV "
                           "or a table.\nA missing, double or damaged part, or one of another "
                           "sweep, is refused (status 1).\nAs sweep does, it ends "
                           "with status 1 where no row of the whole sweep worked.");
                return [o](CommandContext& context) {
                    return run(*o, context);
                };
            }};
}

} // namespace qs
