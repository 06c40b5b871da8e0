// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What the export dialog shows and says of what it would write.
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/export_preview.h"

#include <QLabel>

namespace qs {
namespace {

constexpr double smallestPrint = 6; // points: what print can be read at

} // namespace

void ExportDialog::updatePreviewNow()
{
    m_soon.stop();
    if (m_exporting)
        return; // the work is the export's, and the notice
    if (inOneFile())
        previewSheet();
    else
        previewPanel();
}

/// What has no room in one panel's picture.
QString ExportDialog::noteOn(std::size_t item) const
{
    const auto figure = m_work.figure(item);
    const auto options = optionsFor(item);
    if (!figure || !isPicture(settings().format))
        return {};
    QStringList notes;
    if (!options.caption.isEmpty() && !captionFits(*figure, options))
        notes += tr("The caption is longer than half of the picture: its end is cut off.");
    const TableFit fit = tableFit(*figure, options);
    if (fit.rowsLeftOut > 0 || fit.textsCut) {
        const QString what = fit.rowsLeftOut == 1 ? tr("1 row of the table has no room")
                             : fit.rowsLeftOut > 1
                                 ? tr("%1 rows of the table have no room").arg(fit.rowsLeftOut)
                                 : tr("Texts of the table are cut off");
        notes += tr("%1: choose a larger size or a smaller font.").arg(what);
    }
    return notes.join(u' ');
}

void ExportDialog::previewPanel()
{
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
        m_preview->showSheet({{{{}, figure, optionsFor(item)}}, 1}, s.theme);
        if (isPicture(s.format) && s.fontPoints < smallestPrint)
            notes += tr("Letters below %1 points can hardly be read in print.").arg(smallestPrint);
        notes += noteOn(item);
    }
    notes.removeAll(QString());
    m_notice->setText(notes.join(u' '));
}

void ExportDialog::previewSheet()
{
    const auto items = chosen();
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (m_work.figure(items[i]))
            continue;
        const QString title = panelTitle(*m_job.items[items[i]].panel);
        m_notice->clear();
        if (const QString problem = m_work.problem(items[i]); !problem.isEmpty()) {
            m_preview->showText(tr("%1: %2").arg(title, problem));
            return;
        }
        if (m_work.underWay() != items[i])
            m_work.request(items[i]);
        m_preview->showText(
            tr("%1 is being computed, %2 of %3\u2026").arg(title).arg(i + 1).arg(items.size()));
        return;
    }
    const auto s = settings();
    const FigureSheet all = sheet();
    if (all.parts.empty()) {
        m_preview->showText(tr("These panels have nothing to show"));
        m_notice->clear();
        return;
    }
    m_preview->showSheet(all, s.theme);
    QStringList notes;
    if (const auto good = checkSheet(all); !good) {
        notes += QString::fromStdString(good.error().message);
    } else {
        if (s.fontPoints < smallestPrint)
            notes += tr("Letters below %1 points can hardly be read in print.").arg(smallestPrint);
        for (const auto item : items) {
            const QString note = noteOn(item);
            if (!note.isEmpty())
                notes += tr("%1: %2").arg(panelTitle(*m_job.items[item].panel), note);
        }
    }
    m_notice->setText(notes.join(u'\n'));
}

} // namespace qs
