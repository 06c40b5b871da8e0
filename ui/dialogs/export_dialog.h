// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/dialogs/export_job.h"
#include "ui/dialogs/export_settings.h"
#include "ui/dialogs/export_work.h"
#include "ui/plot/figure_sheet.h"

#include <QDialog>
#include <QStringList>
#include <QTimer>

#include <map>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;

namespace qs {

class ExportPreview;

struct ExportOutcome {
    QString message; ///< empty: nothing was written
    bool problem = false;
    QStringList files;
};

/// Asks what to export, how and where, beside a preview by the painter of the exports.
class ExportDialog : public QDialog {
    Q_OBJECT

public:
    /// At least one item.
    explicit ExportDialog(ExportJob job, QWidget* parent = nullptr);

    ExportSettings settings() const;
    void setSettings(const ExportSettings& settings);
    /// The panel in the preview, and its caption.
    void setPanel(const QString& id);
    void setCaption(const QString& text);
    /// Those of the panel in the preview.
    void setTitles(const FigureTitles& titles);

    /// Makes what is chosen: `path` is a file for one panel and for several in one file, else a
    /// folder, where each is called by its panel's id. Panels of several that have nothing to show
    /// are left out. Files that exist are replaced. Errors: the first that comes; files before it
    /// stay.
    Result<ExportOutcome> exportNow(const QString& path);
    /// Which files exportNow(path) would replace.
    QStringList existingFiles(const QString& path) const;

    const ExportPreview& preview() const { return *m_preview; }
    /// Paints what waits to be painted.
    void updatePreviewNow();
    /// What is wrong, or should be looked at; empty: nothing.
    QString notice() const;
    const ExportOutcome& outcome() const { return m_outcome; }

    void accept() override;
    void reject() override;

private:
    void build();
    void buildWhat(QFormLayout* form);
    void buildSize(QFormLayout* form);
    void buildLook(QFormLayout* form);
    void buildTitles(QFormLayout* form);
    void buildData(QFormLayout* form);
    void follow(); ///< after any change: what can be chosen, the notes, the preview soon
    void changeUnit();
    void usePreset(int row);
    void showCaption();
    void showTitles();
    bool inOneFile() const;
    FigureSheet sheet() const; ///< of what is chosen, was made and has something to show
    void previewPanel();
    void previewSheet();
    QString noteOn(std::size_t item) const;
    Result<ExportOutcome> exportFiles(const QString& folder, const std::string& session);
    Result<ExportOutcome> exportSheetFile(const QString& path, const std::string& session);
    std::size_t current() const;
    std::vector<std::size_t> chosen() const;
    QString captionOf(std::size_t item) const;
    ExportOptions optionsFor(std::size_t item) const;
    QString fileFor(std::size_t item, const QString& path) const;
    QString askPath();

    ExportJob m_job;
    ExportWork m_work;
    ExportOutcome m_outcome;
    std::map<std::size_t, QString> m_captions; ///< those that a person wrote
    std::map<std::size_t, FigureTitles> m_titles;
    QTimer m_soon;
    SizeUnit m_unit = SizeUnit::Millimetre; ///< of the numbers in the fields
    bool m_exporting = false;
    bool m_changing = false; ///< several fields at once: follow() waits

    ExportPreview* m_preview;
    QComboBox* m_what;
    QComboBox* m_files;
    QComboBox* m_columns;
    QComboBox* m_panel;
    QComboBox* m_format;
    QComboBox* m_preset;
    QComboBox* m_units;
    QDoubleSpinBox* m_width;
    QDoubleSpinBox* m_height;
    QDoubleSpinBox* m_dpi;
    QDoubleSpinBox* m_font;
    QComboBox* m_text;
    QComboBox* m_theme;
    QLineEdit* m_title;
    QLineEdit* m_xTitle;
    QLineEdit* m_yTitle;
    QCheckBox* m_legend;
    QCheckBox* m_zoom;
    QCheckBox* m_caption;
    QPlainTextEdit* m_captionText;
    QComboBox* m_data;
    QCheckBox* m_session;
    QLabel* m_result;
    QLabel* m_notice;
    QPushButton* m_export;
};

/// Runs the dialog, with the last choices, and writes what is asked for.
ExportOutcome runExportDialog(QWidget* parent, ExportJob job);

} // namespace qs
