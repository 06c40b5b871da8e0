// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/text.h"

#include <string>
#include <vector>

namespace qs {

/// The names of a table's rows: "qint8, quint8, …".
template <typename Rows>
std::string namesOf(const Rows& rows)
{
    std::vector<std::string> names;
    for (const auto& row : rows)
        names.emplace_back(row.name);
    return join(names);
}

/// Looks `name` up in a table of rows with id and name. Errors (Usage): the option, what there is
/// and what was found.
template <typename T, typename Rows>
Result<void> assignByName(T& to, const Rows& rows, const std::string& name,
                          const std::string& option)
{
    for (const auto& row : rows) {
        if (row.name == name) {
            to = row.id;
            return {};
        }
    }
    return Error::usage(option + ": expected one of " + namesOf(rows) + ", found '" + name + "'");
}

} // namespace qs
