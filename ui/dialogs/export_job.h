// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"
#include "ui/panels/panel.h"

#include <QString>

#include <array>
#include <functional>
#include <optional>
#include <vector>

namespace qs {

/// A panel that may be exported.
struct ExportItem {
    const PanelInfo* panel = nullptr;
    bool visible = false; ///< shown in the window now
    /// Makes its figure, on another thread than the window's, one at a time: it holds all that it
    /// needs by itself. Errors: cancelled.
    std::function<Result<Figure>(const JobContext&)> figure;
};

/// What the export dialog is opened with.
struct ExportJob {
    std::vector<ExportItem> items;      ///< in the order of the panel table
    QString current;                    ///< the id of the panel that is shown first
    std::optional<SessionFile> session; ///< what the files carry; nothing: they carry none
    /// The stretch of values that is looked at, for panels that share it.
    std::optional<std::array<double, 2>> xView;
};

} // namespace qs
