// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// The export dialog's questions: where to, and whether files may be replaced.
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/save_path.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>

namespace qs {
namespace {

constexpr qsizetype namedFiles = 8; // in the question whether they may be replaced

QString fileList(const QStringList& files)
{
    QStringList names;
    for (const QString& file : files.mid(0, namedFiles))
        names += QFileInfo(file).fileName();
    return names.join(QStringLiteral(", ")) +
           (files.size() > namedFiles ? QStringLiteral(", \u2026") : QString());
}

} // namespace

QString ExportDialog::askPath()
{
    const auto s = settings();
    if (s.what != ExportWhat::Panel && !inOneFile())
        return QFileDialog::getExistingDirectory(this, tr("Folder for the panels"));
    const QString ending = exportEnding(s.format);
    return askSavePath(this, tr("Export"),
                       inOneFile() ? QStringLiteral("panels")
                                   : QString::fromLatin1(m_job.items[current()].panel->id),
                       QStringLiteral("%1 (*.%2)").arg(ending.toUpper(), ending), ending);
}

void ExportDialog::accept()
{
    if (m_exporting)
        return;
    const QString path = askPath();
    if (path.isEmpty())
        return;
    QStringList existing = existingFiles(path);
    existing.removeAll(path); // the file dialog asked about that one
    if (!existing.isEmpty() &&
        QMessageBox::question(
            this, tr("Export"),
            tr("These exist already: %1. Replace them?").arg(fileList(existing))) !=
            QMessageBox::Yes)
        return;
    m_export->setEnabled(false);
    auto done = exportNow(path);
    m_export->setEnabled(true);
    if (!done) {
        updatePreviewNow();
        m_notice->setText(QString::fromStdString(done.error().message));
        return;
    }
    m_outcome = std::move(*done);
    keepExportSettings(settings());
    QDialog::accept();
}

void ExportDialog::reject()
{
    if (m_exporting)
        m_work.cancel(); // the export ends with it, and says so
    else
        QDialog::reject();
}

ExportOutcome runExportDialog(QWidget* parent, ExportJob job)
{
    ExportDialog dialog(std::move(job), parent);
    dialog.setSettings(lastExportSettings());
    dialog.exec();
    return dialog.outcome();
}

} // namespace qs
