// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/sweep/sweep_tensor.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace qs {

/// A row of a sweep as JSON: quantize's report with its lists cut to 64 values, then sets (how many
/// parts of the tensor have parameters of their own) and scale_rule.
nlohmann::ordered_json sweepRow(const std::string& file, const Tensor& tensor,
                                const SweepOutcome& outcome);
/// The row of a spec that failed: the head of the report and error.
nlohmann::ordered_json sweepErrorRow(const std::string& file, const std::string& tensor,
                                     const Shape& shape, const QuantSpec& spec,
                                     const std::string& error);

/// A row in one line, as it is written.
std::string jsonRowText(const nlohmann::ordered_json& row);

/// The columns of CSV, always the same ones: the report's keys, where scale and zero_point are
/// their min, median and max over the sets, range_min the least, range_max the greatest one.
const std::vector<std::string>& sweepColumns();
/// A field for each column, empty where the row has no such value: numbers with '.' and the fewest
/// digits that read back as the same, shapes as AxBxC. Takes whatever JSON it is given.
std::vector<std::string> csvFields(const nlohmann::ordered_json& row);

/// A table for people, from the fields of rows and the columns that these have.
void printSweep(std::ostream& out, const std::vector<std::string>& columns,
                const std::vector<std::vector<std::string>>& rows);

} // namespace qs
