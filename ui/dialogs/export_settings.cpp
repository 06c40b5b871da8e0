// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/export_settings.h"

#include <QSettings>

#include <array>

namespace qs {
namespace {

constexpr std::array whatNames{"panel", "visible", "all"};
constexpr std::array textNames{"auto", "text", "outlines"};
constexpr auto kNone = "none";

QString key(const char* name)
{
    return QStringLiteral("export/") + QLatin1String(name);
}

std::optional<ExportFormat> formatNamed(const QString& name)
{
    return exportFormatOf(QStringLiteral("x.") + name);
}

} // namespace

ExportSettings lastExportSettings()
{
    const QSettings file;
    ExportSettings s;
    const auto text = [&](const char* name) {
        return file.value(key(name)).toString();
    };
    const auto number = [&](const char* name, double& to, double least, double most) {
        bool isNumber = false;
        const double value = file.value(key(name)).toDouble(&isNumber);
        if (isNumber && value >= least && value <= most)
            to = value;
    };
    const auto flag = [&](const char* name, bool& to) {
        to = file.value(key(name), to).toBool();
    };
    for (std::size_t i = 0; i < whatNames.size(); ++i) {
        if (text("what") == QLatin1String(whatNames[i]))
            s.what = static_cast<ExportWhat>(i);
    }
    for (std::size_t i = 0; i < textNames.size(); ++i) {
        if (text("text") == QLatin1String(textNames[i]))
            s.text = static_cast<SvgText>(i);
    }
    flag("one_file", s.oneFile);
    double columns = 0;
    number("columns", columns, 0, kMostColumns);
    s.columns = static_cast<int>(columns);
    s.format = formatNamed(text("format")).value_or(s.format);
    if (text("unit") == QStringLiteral("px"))
        s.unit = SizeUnit::Pixel;
    const double most = s.unit == SizeUnit::Pixel ? 20000 : 1200;
    number("width", s.size.rwidth(), 1, most);
    number("height", s.size.rheight(), 1, most);
    number("dpi", s.dpi, 72, 1200);
    number("font", s.fontPoints, 5, 24);
    s.theme = parseTheme(text("theme")).value_or(s.theme);
    flag("legend", s.legend);
    flag("caption", s.caption);
    flag("session", s.session);
    s.data = formatNamed(text("data"));
    if (s.data && isPicture(*s.data))
        s.data.reset();
    return s;
}

void keepExportSettings(const ExportSettings& s)
{
    QSettings file;
    file.setValue(key("what"), QLatin1String(whatNames[static_cast<std::size_t>(s.what)]));
    file.setValue(key("one_file"), s.oneFile);
    file.setValue(key("columns"), s.columns);
    file.setValue(key("text"), QLatin1String(textNames[static_cast<std::size_t>(s.text)]));
    file.setValue(key("format"), exportEnding(s.format));
    file.setValue(key("unit"),
                  s.unit == SizeUnit::Pixel ? QStringLiteral("px") : QStringLiteral("mm"));
    file.setValue(key("width"), s.size.width());
    file.setValue(key("height"), s.size.height());
    file.setValue(key("dpi"), s.dpi);
    file.setValue(key("font"), s.fontPoints);
    file.setValue(key("theme"), themeName(s.theme));
    file.setValue(key("legend"), s.legend);
    file.setValue(key("caption"), s.caption);
    file.setValue(key("session"), s.session);
    file.setValue(key("data"), s.data ? exportEnding(*s.data) : QLatin1String(kNone));
}

} // namespace qs
