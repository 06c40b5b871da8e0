// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// The files that the export dialog writes.
#include "core/session/session_file.h"
#include "ui/dialogs/export_dialog.h"

#include <QDir>
#include <QFileInfo>
#include <QLabel>

#include <algorithm>

namespace qs {

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
    if (inOneFile())
        files += path;
    for (const auto item : chosen()) {
        if (inOneFile()) {
            if (s.data)
                files += sheetDataPath(path, QLatin1String(m_job.items[item].panel->id), *s.data);
            continue;
        }
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

FigureSheet ExportDialog::sheet() const
{
    FigureSheet sheet;
    bool allShareX = true;
    for (const auto item : chosen()) {
        const PanelInfo& panel = *m_job.items[item].panel;
        const auto figure = m_work.figure(item);
        if (!figure || !figure->emptyText.isEmpty())
            continue;
        allShareX = allShareX && panel.sharesX && !figure->ownX;
        sheet.parts.push_back({QLatin1String(panel.id), figure, optionsFor(item)});
    }
    const int columns = settings().columns;
    sheet.columns = columns > 0 ? columns : defaultColumns(sheet.parts.size(), allShareX);
    return sheet;
}

Result<ExportOutcome> ExportDialog::exportNow(const QString& path)
{
    const auto s = settings();
    const bool toFolder = s.what != ExportWhat::Panel && !inOneFile();
    if (toFolder && !QDir().mkpath(path))
        return Error::io(tr("%1: the folder cannot be made").arg(path).toStdString());
    const QString folder = toFolder ? path : QFileInfo(path).absolutePath();
    const std::string session = s.session && m_job.session
                                    ? sessionText(*m_job.session, folder.toStdString())
                                    : std::string();
    m_exporting = true;
    // All figures first: a sheet needs them together.
    QStringList leftOut;
    Result<ExportOutcome> done = ExportOutcome();
    for (const auto item : chosen()) {
        const QString title = panelTitle(*m_job.items[item].panel);
        m_notice->setText(tr("Computing %1\u2026").arg(title));
        const auto figure = m_work.wait(item);
        if (!figure) {
            done = figure.error();
            break;
        }
        if (s.what != ExportWhat::Panel && !(*figure)->emptyText.isEmpty())
            leftOut += title;
    }
    if (done)
        done = inOneFile() ? exportSheetFile(path, session) : exportFiles(path, session);
    m_exporting = false;
    m_notice->clear();
    if (done && !leftOut.isEmpty())
        done->message += tr("; nothing to show in %1").arg(leftOut.join(QStringLiteral(", ")));
    return done;
}

Result<ExportOutcome> ExportDialog::exportFiles(const QString& path, const std::string& session)
{
    const auto s = settings();
    const bool several = s.what != ExportWhat::Panel;
    ExportOutcome outcome;
    for (const auto item : chosen()) {
        const auto figure = m_work.figure(item);
        if (several && !figure->emptyText.isEmpty())
            continue;
        ExportOptions options = optionsFor(item);
        options.session = session;
        const auto written = exportWithData(*figure, s.theme, options, s.data, fileFor(item, path));
        if (!written)
            return written.error();
        outcome.files += *written;
    }
    outcome.message = !several ? tr("Wrote %1").arg(outcome.files.join(QStringLiteral(", ")))
                      : outcome.files.size() == 1
                          ? tr("Wrote 1 file to %1").arg(path)
                          : tr("Wrote %1 files to %2").arg(outcome.files.size()).arg(path);
    return outcome;
}

Result<ExportOutcome> ExportDialog::exportSheetFile(const QString& path, const std::string& session)
{
    const auto s = settings();
    FigureSheet all = sheet();
    if (all.parts.empty())
        return Error::data(tr("these panels have nothing to show").toStdString());
    for (auto& part : all.parts)
        part.options.session = session;
    const auto written = exportSheetWithData(all, s.theme, s.data, path);
    if (!written)
        return written.error();
    ExportOutcome outcome;
    outcome.files = *written;
    outcome.message = all.parts.size() == 1
                          ? tr("Wrote 1 panel to %1").arg(path)
                          : tr("Wrote %1 panels to %2").arg(all.parts.size()).arg(path);
    return outcome;
}

} // namespace qs
