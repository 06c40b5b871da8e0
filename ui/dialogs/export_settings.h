// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/figure_export.h"

#include <optional>

namespace qs {

enum class ExportWhat { Panel, Visible, All };

/// What a person chose in the export dialog; kept for the next time.
struct ExportSettings {
    ExportWhat what = ExportWhat::Panel;
    bool oneFile = false; ///< several panels; else a file for each
    int columns = 0;      ///< of the grid in one file; 0: as many as suit it
    ExportFormat format = ExportFormat::Pdf;
    SizeUnit unit = SizeUnit::Millimetre;
    QSizeF size{160, 100};
    double dpi = 300;
    double fontPoints = 9;
    ThemeId theme = ThemeId::Print;
    SvgText text = SvgText::Auto;
    bool legend = true;
    bool caption = false;
    std::optional<ExportFormat> data; ///< beside a picture
    bool session = true;
    bool operator==(const ExportSettings&) const = default;
};

/// The most columns that can be chosen.
inline constexpr int kMostColumns = 6;

/// What was chosen the last time; values that cannot be are replaced by the first choice.
ExportSettings lastExportSettings();
void keepExportSettings(const ExportSettings& settings);

} // namespace qs
