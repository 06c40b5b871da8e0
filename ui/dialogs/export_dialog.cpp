// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/export_dialog.h"

#include "ui/controls/forms.h"
#include "ui/controls/interface_scale.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScreen>
#include <QSignalBlocker>

#include <cmath>

namespace qs {
namespace {

constexpr double millimetresPerInch = 25.4;
constexpr int previewDelay = 60; // milliseconds

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
    resize(scaled(QSize(1060, 640)).boundedTo(screen()->availableSize()));
    m_soon.setSingleShot(true);
    m_soon.setInterval(previewDelay);
    connect(&m_soon, &QTimer::timeout, this, &ExportDialog::updatePreviewNow);
    connect(&m_work, &ExportWork::ready, this, [this](int item) {
        if (static_cast<std::size_t>(item) == current()) {
            showCaption();
            showTitles();
        }
        if (inOneFile())
            updatePreviewNow(); // the next of them is made without delay
        else if (static_cast<std::size_t>(item) == current())
            follow();
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
    s.oneFile = m_files->currentIndex() == 1;
    s.columns = m_columns->currentIndex();
    s.format = static_cast<ExportFormat>(m_format->currentData().toInt());
    s.unit = m_unit;
    s.size = {m_width->value(), m_height->value()};
    s.dpi = m_dpi->value();
    s.fontPoints = m_font->value();
    s.theme = static_cast<ThemeId>(m_theme->currentData().toInt());
    s.text = static_cast<SvgText>(m_text->currentIndex());
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
    m_files->setCurrentIndex(s.oneFile ? 1 : 0);
    m_columns->setCurrentIndex(s.columns);
    showValue(m_format, s.format);
    m_dpi->setValue(s.dpi);
    m_units->setCurrentIndex(s.unit == SizeUnit::Pixel ? 1 : 0);
    m_width->setValue(s.size.width());
    m_height->setValue(s.size.height());
    m_font->setValue(s.fontPoints);
    showValue(m_theme, s.theme);
    m_text->setCurrentIndex(static_cast<int>(s.text));
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

void ExportDialog::setTitles(const FigureTitles& titles)
{
    m_title->setText(titles.title);
    m_xTitle->setText(titles.x);
    m_yTitle->setText(titles.y);
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

/// What a person wrote for the panel in the preview, over the figure's own.
void ExportDialog::showTitles()
{
    const auto found = m_titles.find(current());
    const FigureTitles titles = found != m_titles.end() ? found->second : FigureTitles();
    const auto figure = m_work.figure(current());
    const auto show = [](QLineEdit* field, const QString& text, const QString& own) {
        const QSignalBlocker quiet(field);
        field->setText(text);
        field->setPlaceholderText(own);
        field->setCursorPosition(0);
    };
    show(m_title, titles.title, figure ? figure->title : QString());
    show(m_xTitle, titles.x, figure ? figure->x.title : QString());
    show(m_yTitle, titles.y, figure ? figure->y.title : QString());
}

bool ExportDialog::inOneFile() const
{
    const auto s = settings();
    return s.what != ExportWhat::Panel && s.oneFile && isPicture(s.format);
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
    options.text = s.text;
    if (const auto titles = m_titles.find(item); titles != m_titles.end())
        options.titles = titles->second;
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
                           static_cast<QWidget*>(m_legend), static_cast<QWidget*>(m_caption),
                           static_cast<QWidget*>(m_title)})
        allow(field, picture, why);
    const auto figure = m_work.figure(current());
    const bool axes = !figure || (figure->emptyText.isEmpty() && !figure->table);
    for (QWidget* field : {m_xTitle, m_yTitle})
        allow(field, picture && axes, picture ? tr("This picture has no axes") : why);
    const bool several = s.what != ExportWhat::Panel;
    allow(m_files, picture && several,
          several ? tr("The numbers of each panel are a file") : tr("One panel is one file"));
    allow(m_columns, inOneFile() && s.format != ExportFormat::Pdf,
          inOneFile() ? tr("Each panel has a page of its own") : tr("Each panel is a file"));
    allow(m_text, s.format == ExportFormat::Svg,
          s.format == ExportFormat::Pdf ? tr("A PDF has its fonts inside")
          : picture                     ? tr("Pixels have no letters")
                                        : why);
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

} // namespace qs
