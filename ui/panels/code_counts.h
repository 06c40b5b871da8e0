// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/code_place.h"
#include "ui/panels/panel.h"

#include <optional>

namespace qs {

/// How often each code occurs, as bars over the codes in the order of their values.
struct CodeBars {
    Axis x;
    Series bars;             ///< a histogram; its csvName and colour are set, its name is not
    double tallest = 1;      ///< at least 1
    std::int64_t perBar = 1; ///< at most 1024 bars: one of several codes shows the fullest of them
};

/// "code q", and in which sense it is a number.
QString codeAxisTitle(const DTypeInfo& row);
/// None where the codes are too many to be counted.
std::optional<CodeBars> codeBars(const Report& report);
/// "3 of 4,294,967,296 codes are used. qint32 has too many for a bar each."
QString tooManyCodes(const Report& report);

} // namespace qs
