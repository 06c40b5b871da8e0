// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What MainWindow opens, saves and keeps.
#include "core/io/formats.h"
#include "core/session/embedded_session.h"
#include "core/session/session_file.h"
#include "ui/dialogs/save_path.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/recovery_bar.h"
#include "ui/main_window/samples.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>

#include <algorithm>
#include <span>

namespace qs {
namespace {

constexpr auto kSessionFilter =
    QT_TRANSLATE_NOOP("qs::MainWindow", "Quantoscope session (*.qscope)");

QString filterText(const FileFilter& filter)
{
    QStringList patterns;
    for (const auto& pattern : filter.patterns)
        patterns << QString::fromStdString(pattern);
    return QStringLiteral("%1 (%2)").arg(QString::fromStdString(filter.description),
                                         patterns.join(QLatin1Char(' ')));
}

QString openFilter(const QString& all)
{
    QStringList patterns{QStringLiteral("*.qscope")};
    QStringList rows;
    for (const auto& filter : readFilters()) {
        for (const auto& pattern : filter.patterns)
            patterns << QString::fromStdString(pattern);
        rows << filterText(filter);
    }
    rows.prepend(QStringLiteral("%1 (%2)").arg(all, patterns.join(QLatin1Char(' '))));
    rows << QCoreApplication::translate("qs::MainWindow", kSessionFilter);
    return rows.join(QStringLiteral(";;"));
}

/// Whether the file is an exported one, not a tensor.
bool carriesSession(const QString& path)
{
    QFile file(path);
    // A pipe would keep the window waiting.
    if (!QFileInfo(path).isFile() || !file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray start = file.read(static_cast<qint64>(kCarrierStart));
    return mayCarrySession(
        std::as_bytes(std::span(start.data(), static_cast<std::size_t>(start.size()))));
}

} // namespace

void MainWindow::openExample()
{
    if (!mayDiscard())
        return;
    m_document.replace(exampleSession(samplePath().toStdString()), {});
    m_train->setTraining(nullptr);
}

void MainWindow::openPaths(const QStringList& paths)
{
    for (const auto& path : paths) {
        if (path.endsWith(QLatin1String(".qscope"), Qt::CaseInsensitive) || carriesSession(path))
            openSession(path);
        else
            addSource(path);
    }
}

void MainWindow::addSource(const QString& path)
{
    const QString source =
        path.startsWith(QLatin1String("generator:")) ? path : QFileInfo(path).absoluteFilePath();
    m_pendingSelect = source;
    m_tensor->showFileProblem({});
    // Listed at once, so that a large file is seen to be on its way.
    m_document.adjustView([&](Session& session) {
        session.workspace = "tensor";
        const auto name = source.toStdString();
        if (std::find(session.sources.begin(), session.sources.end(), name) ==
                session.sources.end() &&
            !source.startsWith(QLatin1String("generator:")))
            session.sources.push_back(name);
    });
    m_sources.reload(source);
}

void MainWindow::selectLoaded(const QString& source)
{
    if (source != m_pendingSelect)
        return;
    m_pendingSelect.clear();
    if (!source.startsWith(QLatin1String("generator:")))
        m_recent.add(RecentFiles::Kind::Data, source);
    const auto file = m_sources.file(source);
    const auto* entry = SourceStore::mainTensor(*file);
    m_document.edit(tr("open %1").arg(QFileInfo(source).fileName()), {}, [&](Session& session) {
        session.tensor.choose(source.toStdString(), entry != nullptr ? entry->name : std::string());
    });
}

bool MainWindow::openSession(const QString& path)
{
    if (!mayDiscard())
        return false;
    auto file = readSession(path.toStdString());
    if (!file) {
        const auto message = QString::fromStdString(file.error().message);
        m_tensor->showFileProblem(message);
        say(message, true);
        return false;
    }
    for (const auto& source : file->session.sources)
        m_sources.request(QString::fromStdString(source));
    // A picture is no session file: saving must not write over it.
    const bool isSession = path.endsWith(QLatin1String(".qscope"), Qt::CaseInsensitive);
    m_document.replace(std::move(file->session),
                       isSession ? QFileInfo(path).absoluteFilePath() : QString());
    m_train->setTraining(file->training);
    m_recent.add(RecentFiles::Kind::Session, path);
    say(tr("Opened %1").arg(path), false);
    makeRoom(); // its columns are seen or not as it says, its screen may have been another
    return true;
}

void MainWindow::openDialog()
{
    openPaths(QFileDialog::getOpenFileNames(this, tr("Open"), QString(),
                                            openFilter(tr("All that can be opened"))));
}

bool MainWindow::save()
{
    return m_document.path().isEmpty() ? saveAs() : saveTo(m_document.path());
}

bool MainWindow::saveAs()
{
    const QString path = askSavePath(this, tr("Save session"), tr("session"), tr(kSessionFilter),
                                     QStringLiteral("qscope"));
    return !path.isEmpty() && saveTo(path);
}

bool MainWindow::saveTo(const QString& path)
{
    const auto saved =
        writeSession(path.toStdString(), {m_document.session(), m_train->training()});
    if (!saved) {
        const auto message = QString::fromStdString(saved.error().message);
        say(message, true);
        QMessageBox::warning(this, tr("The session was not saved"), message);
        return false;
    }
    m_document.setSaved(path);
    m_train->setTrainingSaved();
    m_recent.add(RecentFiles::Kind::Session, path);
    follow();
    keepUnsaved();
    say(tr("Saved %1").arg(path), false);
    return true;
}

bool MainWindow::mayDiscard()
{
    if (!hasUnsavedWork())
        return true;
    const auto answer = QMessageBox::question(
        this, tr("Unsaved changes"), tr("Save the changes of this session first?"),
        QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Save);
    if (answer == QMessageBox::Save)
        return save();
    return answer == QMessageBox::Discard;
}

bool MainWindow::hasUnsavedWork() const
{
    return m_document.isModified() || m_train->hasUnsavedTraining();
}

void MainWindow::startRecovery(const QString& folder, Recovery::Timing timing)
{
    m_recovery = new Recovery(
        folder,
        [this]() -> std::optional<Recovery::Work> {
            if (!hasUnsavedWork())
                return std::nullopt;
            return Recovery::Work{{m_document.session(), m_train->training()}, m_document.path()};
        },
        timing, this);
    connect(m_recovery, &Recovery::failed, this, [this](const QString& message) {
        say(tr("Unsaved work is not kept for a restart: %1").arg(message), true);
    });
    connect(m_recoveryBar, &RecoveryBar::restoreRequested, this, &MainWindow::restore);
    connect(m_recoveryBar, &RecoveryBar::discardRequested, this, [this](const Leftover& leftover) {
        Recovery::discard(leftover);
        m_recoveryBar->next();
    });
    m_recoveryBar->offer(m_recovery->leftovers());
    keepUnsaved();
}

void MainWindow::restore(const Leftover& leftover)
{
    if (!mayDiscard())
        return;
    auto file = readSession(leftover.file.toStdString());
    if (!file) {
        // It stays where it is: another version may read it.
        say(QString::fromStdString(file.error().message), true);
        m_recoveryBar->next();
        return;
    }
    for (const auto& source : file->session.sources)
        m_sources.request(QString::fromStdString(source));
    m_document.replaceUnsaved(std::move(file->session), leftover.origin);
    m_train->setTraining(file->training);
    // Last: a document that counts as saved on the way would delete the file.
    m_recovery->adopt(leftover);
    m_recoveryBar->next();
    say(tr("Restored. Save the session to keep it."), false);
}

void MainWindow::keepUnsaved()
{
    if (m_recovery == nullptr)
        return;
    if (hasUnsavedWork())
        m_recovery->touch();
    else
        m_recovery->forget();
}

void MainWindow::saveWeights()
{
    const auto training = m_train->training();
    if (!training || training->quantizedWeights.empty()) {
        say(tr("There are no weights yet: start the training first."), true);
        return;
    }
    const QString path =
        askSavePath(this, tr("Save weights"), tr("weights"), tr("safetensors (*.safetensors)"),
                    QStringLiteral("safetensors"));
    if (path.isEmpty())
        return;
    std::vector<Tensor> tensors;
    for (const auto& t : training->floatWeights)
        tensors.push_back(t.renamed("float." + t.name()));
    for (const auto& t : training->quantizedWeights)
        tensors.push_back(t.renamed("qat." + t.name()));
    if (const auto written = writeTensors(path.toStdString(), tensors); !written) {
        say(QString::fromStdString(written.error().message), true);
        return;
    }
    addSource(path);
}

} // namespace qs
