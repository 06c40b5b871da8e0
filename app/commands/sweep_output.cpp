// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/sweep_output.h"

#include "app/commands/same_file.h"
#include "app/commands/sweep_row.h"
#include "core/io/file.h"
#include "core/sweep/csv.h"

namespace qs {

void addSweepOutput(CLI::App& app, SweepOutput& output)
{
    auto* csv = app.add_option("--csv", output.csv,
                               "Write the rows to this file as CSV (RFC 4180); - for standard "
                               "output");
    app.add_flag("--json", output.json, "Print the rows as one JSON document")->excludes(csv);
}

Result<void> checkOutput(const SweepOutput& output, const std::vector<std::string>& inputs)
{
    if (output.csv.empty() || output.csv == "-")
        return {};
    for (const auto& input : inputs) {
        if (sameFile(output.csv, input))
            return Error::usage("--csv: " + output.csv + " is an input, too");
    }
    return checkWritable(output.csv);
}

Result<void> writeSweep(const SweepOutput& output, CommandContext& context,
                        const std::vector<std::string>& columns, const std::string& asked,
                        const SweepRows& rows, const std::optional<SweepStamp>& stamp)
{
    if (output.json) {
        context.out << jsonDocument(asked, rows, stamp);
    } else if (output.csv == "-") {
        context.out << csvDocument(columns, rows, stamp);
    } else if (!output.csv.empty()) {
        return writeAtomically(output.csv, [&](std::ostream& out) -> Result<void> {
            out << csvDocument(columns, rows, stamp);
            return {};
        });
    } else {
        std::vector<std::vector<std::string>> fields;
        for (const auto& text : rows.texts) {
            const auto line = text + '\n';
            if (auto record = CsvReader(line).next())
                fields.push_back(std::move(*record));
        }
        printSweep(context.out, columns, fields);
    }
    return {};
}

} // namespace qs
