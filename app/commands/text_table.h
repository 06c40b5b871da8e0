// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace qs {

/// Rows in straight columns, two spaces apart: those whose heading (rows[0]) is one of `left` to
/// the left, the others, numbers, to the right.
void printColumns(std::ostream& out, const std::vector<std::vector<std::string>>& rows,
                  const std::set<std::string>& left);

} // namespace qs
