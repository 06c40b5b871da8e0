// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// The columns beside the plots that can be hidden: "sources" and "quantizer" of the Tensor
/// workspace, "recipe" and "network_quantizers" of the Train workspace; the left one first.
inline constexpr std::string_view kTensorColumns[] = {"sources", "quantizer"};
inline constexpr std::string_view kTrainColumns[] = {"recipe", "network_quantizers"};

/// How the window is divided: what a session takes along to another screen. The window's own size
/// and place, the size of its letters, the theme and the keys are not in it: they belong to the
/// machine, and the program keeps them in its settings there. Which workspace is in front is
/// Session::workspace.
struct WindowView {
    std::vector<std::string> hidden; ///< columns that are not shown, in the order they were hidden
    /// Widths of columns as shares of the workspace's, each above 0 and below 1; those that nobody
    /// has changed are not in it.
    std::map<std::string, double> columns;
    /// Members that this version does not know, kept for the one that wrote them.
    nlohmann::ordered_json unknown = nlohmann::ordered_json::object();

    bool isHidden(std::string_view column) const;
    void setHidden(std::string_view column, bool isHidden);
    /// nothing: the usual width.
    std::optional<double> share(std::string_view column) const;

    bool operator==(const WindowView&) const = default;
};

/// {"hidden": ["sources", …], "columns": {"quantizer": 0.25, …}}; what is as in a new window is
/// left out.
nlohmann::ordered_json toJson(const WindowView& view);
/// Reads what toJson wrote. Errors (Data): a member of the wrong type, a column that is not known
/// or is named twice, a share out of its range; by its path.
Result<WindowView> windowViewFromJson(const nlohmann::ordered_json& json, const std::string& where);

} // namespace qs
