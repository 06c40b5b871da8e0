// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/figure_export.h"

namespace qs {

std::optional<ExportFormat> exportFormatOf(const QString&)
{
    return std::nullopt;
}

Result<void> exportFigure(const Figure&, ThemeId, const ExportOptions&, const QString& path)
{
    return Error::io(path.toStdString() + ": pictures cannot be written yet");
}

QImage renderFigure(const Figure&, ThemeId, const ExportOptions&)
{
    return {};
}
QByteArray figureCsv(const Figure&)
{
    return {};
}

} // namespace qs
