// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"
#include "ui/plot/figure.h"

#include <QString>

#include <array>
#include <optional>

class QWidget;

namespace qs {

struct ExportOutcome {
    QString message; ///< empty: nothing was asked for
    bool problem = false;
};

/// Asks for size, theme and file, then writes the figure by the one export path. With "data too" a
/// .csv of the same name stands beside a picture.
ExportOutcome runExportDialog(QWidget* parent, const PanelInfo& panel, const Figure& figure,
                              const std::optional<std::array<double, 2>>& xView);

} // namespace qs
