// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/report.h"

#include <optional>
#include <span>
#include <string_view>

namespace qs {

/// One row of THE metric table: a number of a report under its one name. The result box, the
/// command line and the JSON report iterate it.
struct MetricInfo {
    std::string_view id;    ///< key in the JSON report: "sqnr_db"
    std::string_view title; ///< for people: "SQNR"
    std::string_view
        unit; ///< "dB", "%" (value is a fraction), "bit", ""; "x" is the data's own unit
    std::string_view help; ///< the formula, in one line
    bool headline;         ///< shown in the result box
    std::optional<double> (*value)(const Report& report);
};

std::span<const MetricInfo> metrics();

} // namespace qs
