// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/export_dialog.h"

#include "ui/dialogs/save_path.h"
#include "ui/plot/figure_export.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QMessageBox>

namespace qs {
namespace {

struct ExportDialog {
    Q_DECLARE_TR_FUNCTIONS(ExportDialog)
};

struct Format {
    ExportFormat format;
    const char* name;
};
constexpr Format kFormats[] = {{ExportFormat::Pdf, "pdf"},
                               {ExportFormat::Svg, "svg"},
                               {ExportFormat::Png, "png"},
                               {ExportFormat::Csv, "csv"}};

QDoubleSpinBox* spin(const QString& name, double value, double min, double max,
                     const QString& suffix, QWidget* parent)
{
    auto* box = new QDoubleSpinBox(parent);
    box->setAccessibleName(name);
    box->setDecimals(0);
    box->setRange(min, max);
    box->setValue(value);
    box->setSuffix(suffix);
    return box;
}

} // namespace

ExportOutcome runExportDialog(QWidget* parent, const PanelInfo& panel, const Figure& figure,
                              const std::optional<std::array<double, 2>>& xView)
{
    QDialog dialog(parent);
    dialog.setWindowTitle(ExportDialog::tr("Export %1").arg(panelTitle(panel)));
    auto* form = new QFormLayout(&dialog);
    auto* format = new QComboBox(&dialog);
    format->setAccessibleName(ExportDialog::tr("format"));
    for (const auto& row : kFormats)
        format->addItem(QString::fromLatin1(row.name).toUpper());
    auto* width = spin(ExportDialog::tr("width"), 160, 20, 1200, QStringLiteral(" mm"), &dialog);
    auto* height = spin(ExportDialog::tr("height"), 100, 20, 1200, QStringLiteral(" mm"), &dialog);
    auto* dpi =
        spin(ExportDialog::tr("resolution"), 300, 72, 1200, QStringLiteral(" dpi"), &dialog);
    auto* theme = new QComboBox(&dialog);
    theme->setAccessibleName(ExportDialog::tr("theme"));
    for (const auto id : {ThemeId::Print, ThemeId::Light, ThemeId::Dark, ThemeId::HighContrast})
        theme->addItem(themeName(id));
    auto* data = new QCheckBox(ExportDialog::tr("the data as CSV beside it"), &dialog);
    auto* buttons =
        new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, &dialog);
    form->addRow(ExportDialog::tr("&format"), format);
    form->addRow(ExportDialog::tr("&width"), width);
    form->addRow(ExportDialog::tr("&height"), height);
    form->addRow(ExportDialog::tr("&resolution"), dpi);
    form->addRow(ExportDialog::tr("&theme"), theme);
    form->addRow(QString(), data);
    form->addRow(buttons);
    QObject::connect(format, &QComboBox::currentIndexChanged, &dialog, [=](int row) {
        const bool picture = kFormats[row].format != ExportFormat::Csv;
        for (QWidget* field : {static_cast<QWidget*>(width), static_cast<QWidget*>(height),
                               static_cast<QWidget*>(theme), static_cast<QWidget*>(data)})
            field->setEnabled(picture);
        dpi->setEnabled(kFormats[row].format == ExportFormat::Png);
    });
    dpi->setEnabled(false);
    QObject::connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    if (dialog.exec() != QDialog::Accepted)
        return {};

    const auto& chosen = kFormats[format->currentIndex()];
    const QString ending = QLatin1String(chosen.name);
    const QString path =
        askSavePath(parent, ExportDialog::tr("Export"), QLatin1String(panel.id),
                    QStringLiteral("%1 (*.%2)").arg(ending.toUpper(), ending), ending);
    if (path.isEmpty())
        return {};
    ExportOptions options;
    options.format = chosen.format;
    options.size = {width->value(), height->value()};
    options.dpi = dpi->value();
    if (panel.sharesX && xView)
        options.xRange = {(*xView)[0], (*xView)[1]};
    const auto themeId = parseTheme(theme->currentText()).value_or(ThemeId::Print);
    if (const auto done = exportFigure(figure, themeId, options, path); !done)
        return {QString::fromStdString(done.error().message), true};
    if (data->isChecked() && chosen.format != ExportFormat::Csv) {
        const QFileInfo info(path);
        options.format = ExportFormat::Csv;
        const QString csv =
            info.path() + QLatin1Char('/') + info.completeBaseName() + QStringLiteral(".csv");
        if (QFileInfo::exists(csv) &&
            QMessageBox::question(parent, ExportDialog::tr("Export"),
                                  ExportDialog::tr("%1 exists. Replace it?").arg(csv)) !=
                QMessageBox::Yes)
            return {ExportDialog::tr("Wrote %1; %2 was left as it was").arg(path, csv), false};
        if (const auto done = exportFigure(figure, themeId, options, csv); !done)
            return {QString::fromStdString(done.error().message), true};
    }
    return {ExportDialog::tr("Wrote %1").arg(path), false};
}

} // namespace qs
