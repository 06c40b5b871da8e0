// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "states.h"

#include "ui/dialogs/export_settings.h"
#include "ui/main_window/main_window.h"

namespace qs {

std::vector<State> dialogStates()
{
    const QString exports = QStringLiteral("Export plots\u2026");
    // What was chosen the last time is there again.
    const auto exporting = [](ExportWhat what, ExportFormat format) {
        return [what, format](MainWindow& window) {
            ExportSettings settings;
            settings.what = what;
            settings.format = format;
            settings.oneFile = true;
            keepExportSettings(settings);
            window.openExample();
        };
    };
    return {{"export_dialog", exporting(ExportWhat::Panel, ExportFormat::Pdf), exports},
            {"export_sheet", exporting(ExportWhat::Visible, ExportFormat::Svg), exports},
            {"export_pages", exporting(ExportWhat::All, ExportFormat::Pdf), exports},
            {"about", [](MainWindow& window) { window.openExample(); },
             QStringLiteral("About Quantoscope")}};
}

} // namespace qs
