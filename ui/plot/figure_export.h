// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "ui/plot/figure.h"
#include "ui/plot/table_fit.h"
#include "ui/plot/theme.h"

#include <QByteArray>
#include <QImage>
#include <QSizeF>
#include <QString>
#include <QStringList>

#include <optional>
#include <string>
#include <utility>

namespace qs {

enum class ExportFormat { Png, Svg, Pdf, Csv, Npy };
enum class SizeUnit { Millimetre, Pixel };

/// What an SVG writes letters as. Fonts are not inside the file, so that text looks right only
/// where they are installed; outlines look right everywhere, but cannot be searched or edited.
enum class SvgText {
    Auto, ///< outlines where there are Chinese, Japanese or Korean letters, else text
    Text,
    Outlines,
};

/// Titles of a picture in the place of its figure's; empty: the figure's own. Units stay.
struct FigureTitles {
    QString title;
    QString x;
    QString y;
    bool operator==(const FigureTitles&) const = default;
};

/// How big and what part. Pixels are those of the PNG; its dots per inch then give the size on
/// paper.
struct ExportOptions {
    std::optional<ExportFormat> format; ///< nothing: by the ending of the file's name
    QSizeF size{160, 100};
    SizeUnit unit = SizeUnit::Millimetre;
    double dpi = 300;
    double fontPoints = 9; ///< tick labels a little smaller, the title a little larger
    std::optional<std::pair<double, double>> xRange; ///< nothing: the figure's own
    std::optional<std::pair<double, double>> yRange;
    /// Under the picture, in as many lines as it needs, but not more than half of the picture.
    QString caption;
    bool legend = true; ///< false: without, whatever the figure says
    FigureTitles titles;
    SvgText text = SvgText::Auto;
    /// What every file carries, to be read by sessionInside(): one line of text. Empty: nothing.
    std::string session;
};

/// The format that the ending of `path` names, whatever its case.
std::optional<ExportFormat> exportFormatOf(const QString& path);

/// Whether a format has a size and a look.
bool isPicture(ExportFormat format);

/// "png": the ending of its files.
QString exportEnding(ExportFormat format);

/// The content of the file that exportFigure() writes; options.format must be given. Errors
/// (Usage): a size that cannot be made; (Io) painting failed.
Result<QByteArray> figureBytes(const Figure& figure, ThemeId theme, const ExportOptions& options);

/// Writes `bytes` to `path`, wholly or not at all. Errors (Io) name it.
Result<void> writeExport(const QByteArray& bytes, const QString& path);

/// Writes what `figure` shows (or, for CSV and NPY, its numbers) to `path`, wholly or not at all.
/// Handles are plain lines; there is no cursor and no focus ring. The same arguments give the same
/// bytes. Data have the figure's own titles.
Result<void> exportFigure(const Figure& figure, ThemeId theme, const ExportOptions& options,
                          const QString& path);

/// The file beside a picture that holds its data: the same name with the format's ending.
QString dataPathBeside(const QString& path, ExportFormat data);

/// exportFigure(), and the data beside a picture where they are wanted. The names of what was
/// written.
Result<QStringList> exportWithData(const Figure& figure, ThemeId theme,
                                   const ExportOptions& options, std::optional<ExportFormat> data,
                                   const QString& path);

/// The picture as a PNG export would write it; empty when the size is not usable.
QImage renderFigure(const Figure& figure, ThemeId theme, const ExportOptions& options);

/// Whether the whole caption fits under the picture.
bool captionFits(const Figure& figure, const ExportOptions& options);

/// What of the figure's table has no room in the picture.
TableFit tableFit(const Figure& figure, const ExportOptions& options);

/// What made the picture, on one line, to be offered as its caption; empty where it does not say.
QString suggestedCaption(const Figure& figure);

/// The numbers of `figure` (figureColumns): `# key: value` lines, one header line, then a row per
/// point; a column without more values leaves its fields empty.
QByteArray figureCsv(const Figure& figure, const std::string& session = {});

/// The same as a .npy file that NumPy loads without pickle: a structured array with a field for
/// each column, named by its title with the unit; float64, or unicode for texts; short columns end
/// in NaN or empty texts. The `# key: value` lines stand in the header as comments, as many as fit
/// into the 10,000 bytes that NumPy reads; the session comes after the data, where NumPy does not
/// look.
QByteArray figureNpy(const Figure& figure, const std::string& session = {});

} // namespace qs
