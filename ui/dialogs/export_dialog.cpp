// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/export_dialog.h"

#include "core/session/session_file.h"
#include "ui/controls/forms.h"
#include "ui/dialogs/export_preview.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalBlocker>

#include <cmath>

namespace qs {
namespace {

constexpr double millimetresPerInch = 25.4;
constexpr double smallestPrint = 6; // points: what print can be read at
constexpr int previewDelay = 60;    // milliseconds

struct Preset {
    QSizeF size;
    SizeUnit unit;
};
/// The rows after "own size".
constexpr Preset presets[] = {{{85, 60}, SizeUnit::Millimetre},
                              {{180, 110}, SizeUnit::Millimetre},
                              {{1280, 800}, SizeUnit::Pixel}};

/// Shows the row of a value, where there is one.
template <typename T>
void showValue(QComboBox* box, T value)
{
    if (const int row = box->findData(static_cast<int>(value)); row >= 0)
        box->setCurrentIndex(row);
}

} // namespace

ExportDialog::ExportDialog(ExportJob job, QWidget* parent)
    : QDialog(parent), m_job(std::move(job)), m_work(m_job.items, this)
{
    setWindowTitle(tr("Export"));
    build();
    resize(1040, 620);
    m_soon.setSingleShot(true);
    m_soon.setInterval(previewDelay);
    connect(&m_soon, &QTimer::timeout, this, &ExportDialog::updatePreviewNow);
    connect(&m_work, &ExportWork::ready, this, [this](int item) {
        if (static_cast<std::size_t>(item) == current()) {
            showCaption();
            follow();
        }
    });
    m_session->setEnabled(m_job.session.has_value());
    setSettings({});
    setPanel(m_job.current);
    m_work.request(current());
}

ExportSettings ExportDialog::settings() const
{
    ExportSettings s;
    s.what = static_cast<ExportWhat>(m_what->currentIndex());
    s.format = static_cast<ExportFormat>(m_format->currentData().toInt());
    s.unit = m_unit;
    s.size = {m_width->value(), m_height->value()};
    s.dpi = m_dpi->value();
    s.fontPoints = m_font->value();
    s.theme = static_cast<ThemeId>(m_theme->currentData().toInt());
    s.legend = m_legend->isChecked();
    s.caption = m_caption->isChecked();
    if (m_data->currentIndex() > 0)
        s.data = static_cast<ExportFormat>(m_data->currentData().toInt());
    s.session = m_session->isChecked();
    return s;
}

void ExportDialog::setSettings(const ExportSettings& s)
{
    m_changing = true;
    m_what->setCurrentIndex(static_cast<int>(s.what));
    showValue(m_format, s.format);
    m_dpi->setValue(s.dpi);
    m_units->setCurrentIndex(s.unit == SizeUnit::Pixel ? 1 : 0);
    m_width->setValue(s.size.width());
    m_height->setValue(s.size.height());
    m_font->setValue(s.fontPoints);
    showValue(m_theme, s.theme);
    m_legend->setChecked(s.legend);
    m_caption->setChecked(s.caption);
    if (s.data)
        showValue(m_data, *s.data);
    else
        m_data->setCurrentIndex(0);
    m_session->setChecked(s.session && m_job.session);
    m_changing = false;
    follow();
}

void ExportDialog::setPanel(const QString& id)
{
    for (std::size_t i = 0; i < m_job.items.size(); ++i) {
        if (id == QLatin1String(m_job.items[i].panel->id))
            m_panel->setCurrentIndex(static_cast<int>(i));
    }
}

void ExportDialog::setCaption(const QString& text)
{
    m_captionText->setPlainText(text);
}

QString ExportDialog::notice() const
{
    return m_notice->text();
}

std::size_t ExportDialog::current() const
{
    return static_cast<std::size_t>(std::max(0, m_panel->currentIndex()));
}

std::vector<std::size_t> ExportDialog::chosen() const
{
    const auto what = settings().what;
    if (what == ExportWhat::Panel)
        return {current()};
    std::vector<std::size_t> items;
    for (std::size_t i = 0; i < m_job.items.size(); ++i) {
        if (what == ExportWhat::All || m_job.items[i].visible)
            items.push_back(i);
    }
    return items;
}

QString ExportDialog::captionOf(std::size_t item) const
{
    const auto own = m_captions.find(item);
    if (own != m_captions.end() && !own->second.trimmed().isEmpty())
        return own->second;
    const auto figure = m_work.figure(item);
    return figure ? suggestedCaption(*figure) : QString();
}

void ExportDialog::showCaption()
{
    const QSignalBlocker quiet(m_captionText);
    m_captionText->setPlainText(captionOf(current()));
}

void ExportDialog::changeUnit()
{
    const auto unit = m_units->currentIndex() == 1 ? SizeUnit::Pixel : SizeUnit::Millimetre;
    if (unit == m_unit)
        return;
    const bool pixels = unit == SizeUnit::Pixel;
    const double factor =
        pixels ? m_dpi->value() / millimetresPerInch : millimetresPerInch / m_dpi->value();
    const bool nested = m_changing;
    m_changing = true;
    m_unit = unit;
    for (auto* box : {m_width, m_height}) {
        const double value = box->value() * factor;
        box->setDecimals(pixels ? 0 : 1);
        box->setRange(20, pixels ? 20000 : 1200);
        box->setValue(value);
    }
    m_changing = nested;
    follow();
}

void ExportDialog::usePreset(int row)
{
    if (row < 1)
        return;
    const Preset& preset = presets[row - 1];
    auto s = settings();
    s.unit = preset.unit;
    s.size = preset.size;
    setSettings(s);
}

ExportOptions ExportDialog::optionsFor(std::size_t item) const
{
    const auto s = settings();
    ExportOptions options;
    options.format = s.format;
    options.size = s.size;
    options.unit = s.unit;
    options.dpi = s.dpi;
    options.fontPoints = s.fontPoints;
    options.legend = s.legend;
    if (s.caption)
        options.caption = captionOf(item);
    const auto figure = m_work.figure(item);
    const bool shares = m_job.items[item].panel->sharesX && !(figure && figure->ownX);
    if (shares && m_job.xView && m_zoom->isChecked())
        options.xRange = {(*m_job.xView)[0], (*m_job.xView)[1]};
    return options;
}

void ExportDialog::follow()
{
    if (m_changing)
        return;
    const auto s = settings();
    const bool picture = isPicture(s.format);
    const QString why = tr("Data have no size and no look");
    for (QWidget* field : {static_cast<QWidget*>(m_preset), static_cast<QWidget*>(m_width),
                           static_cast<QWidget*>(m_height), static_cast<QWidget*>(m_units),
                           static_cast<QWidget*>(m_font), static_cast<QWidget*>(m_theme),
                           static_cast<QWidget*>(m_legend), static_cast<QWidget*>(m_caption)})
        allow(field, picture, why);
    allow(m_zoom, picture && m_job.xView, picture ? tr("The window shows all values") : why);
    allow(m_data, picture, tr("The file is the data"));
    allow(m_captionText, picture && s.caption, picture ? tr("Without a caption") : why);
    const bool pixels = s.unit == SizeUnit::Pixel;
    allow(m_dpi, picture && (pixels || s.format == ExportFormat::Png),
          picture ? tr("Lines and letters have no resolution") : why);
    int preset = 0;
    for (std::size_t i = 0; i < std::size(presets); ++i) {
        if (presets[i].size == s.size && presets[i].unit == s.unit)
            preset = static_cast<int>(i) + 1;
    }
    m_preset->setCurrentIndex(preset);
    const double factor = pixels ? millimetresPerInch / s.dpi : s.dpi / millimetresPerInch;
    const QSizeF other = s.size * factor;
    if (!picture)
        m_result->clear();
    else if (pixels)
        m_result->setText(tr("%1 \u00d7 %2 mm on paper")
                              .arg(other.width(), 0, 'f', 1)
                              .arg(other.height(), 0, 'f', 1));
    else if (s.format == ExportFormat::Png)
        m_result->setText(tr("%1 \u00d7 %2 pixels")
                              .arg(std::lround(other.width()))
                              .arg(std::lround(other.height())));
    else
        m_result->setText(tr("%1 \u00d7 %2 inches")
                              .arg(s.size.width() / millimetresPerInch, 0, 'f', 2)
                              .arg(s.size.height() / millimetresPerInch, 0, 'f', 2));
    const auto files = static_cast<int>(chosen().size());
    m_export->setText(s.what == ExportWhat::Panel ? tr("&Export\u2026")
                      : files == 1                ? tr("&Export 1 panel\u2026")
                                                  : tr("&Export %1 panels\u2026").arg(files));
    m_export->setEnabled(!m_exporting && files > 0);
    m_soon.start();
}

void ExportDialog::updatePreviewNow()
{
    m_soon.stop();
    const auto item = current();
    const auto figure = m_work.figure(item);
    const auto s = settings();
    QStringList notes;
    if (!figure) {
        const QString problem = m_work.problem(item);
        m_preview->showText(
            problem.isEmpty()
                ? tr("%1 is being computed\u2026").arg(panelTitle(*m_job.items[item].panel))
                : problem);
    } else {
        auto options = optionsFor(item);
        m_preview->showFigure(figure, s.theme, options);
        if (isPicture(s.format) && s.fontPoints < smallestPrint)
            notes += tr("Letters below %1 points can hardly be read in print.").arg(smallestPrint);
        if (isPicture(s.format) && !captionFits(*figure, options))
            notes += tr("The caption is longer than half of the picture: its end is cut off.");
    }
    m_notice->setText(notes.join(u' '));
}

QString ExportDialog::fileFor(std::size_t item, const QString& path) const
{
    const auto s = settings();
    if (s.what == ExportWhat::Panel)
        return path;
    return QDir(path).filePath(QLatin1String(m_job.items[item].panel->id) + u'.' +
                               exportEnding(s.format));
}

QStringList ExportDialog::existingFiles(const QString& path) const
{
    const auto s = settings();
    QStringList files;
    for (const auto item : chosen()) {
        const QString file = fileFor(item, path);
        files += file;
        if (s.data && isPicture(s.format))
            files += dataPathBeside(file, *s.data);
    }
    files.erase(std::remove_if(files.begin(), files.end(),
                               [](const QString& file) { return !QFileInfo::exists(file); }),
                files.end());
    return files;
}

Result<ExportOutcome> ExportDialog::exportNow(const QString& path)
{
    const auto s = settings();
    const bool several = s.what != ExportWhat::Panel;
    if (several && !QDir().mkpath(path))
        return Error::io(tr("%1: the folder cannot be made").arg(path).toStdString());
    const QString folder = several ? path : QFileInfo(path).absolutePath();
    const std::string session = s.session && m_job.session
                                    ? sessionText(*m_job.session, folder.toStdString())
                                    : std::string();
    ExportOutcome outcome;
    QStringList leftOut;
    for (const auto item : chosen()) {
        m_notice->setText(tr("Writing %1\u2026").arg(panelTitle(*m_job.items[item].panel)));
        const auto figure = m_work.wait(item);
        if (!figure)
            return figure.error();
        if (several && !(*figure)->emptyText.isEmpty()) {
            leftOut += panelTitle(*m_job.items[item].panel);
            continue;
        }
        ExportOptions options = optionsFor(item);
        options.session = session;
        const auto written =
            exportWithData(**figure, s.theme, options, s.data, fileFor(item, path));
        if (!written)
            return written.error();
        outcome.files += *written;
    }
    m_notice->clear();
    outcome.message = several
                          ? (outcome.files.size() == 1
                                 ? tr("Wrote 1 file to %1").arg(path)
                                 : tr("Wrote %1 files to %2").arg(outcome.files.size()).arg(path))
                          : tr("Wrote %1").arg(outcome.files.join(QStringLiteral(", ")));
    if (!leftOut.isEmpty())
        outcome.message += tr("; nothing to show in %1").arg(leftOut.join(QStringLiteral(", ")));
    return outcome;
}

} // namespace qs
