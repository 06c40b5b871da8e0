// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/recovery.h"

#include "core/session/session_file.h"

#include <QDir>
#include <QFile>
#include <QSaveFile>
#include <QStandardPaths>
#include <QUuid>

#include <algorithm>

namespace qs {
namespace {

QString lockOf(const QString& file)
{
    return file + QStringLiteral(".lock");
}

/// Where the path is kept of the file that a session belongs to.
QString originOf(const QString& file)
{
    return file + QStringLiteral(".origin");
}

/// A lock that only the end of its program makes stale, not its age.
std::shared_ptr<QLockFile> tryLock(const QString& file)
{
    auto lock = std::make_shared<QLockFile>(lockOf(file));
    lock->setStaleLockTime(0);
    return lock->tryLock(0) ? lock : nullptr;
}

void removeWithItsOrigin(const QString& file)
{
    QFile::remove(file);
    QFile::remove(originOf(file));
}

Result<bool> write(const QString& file, const Recovery::Work& work)
{
    // The origin first: a session without one would be restored as untitled.
    if (work.origin.isEmpty()) {
        QFile::remove(originOf(file));
    } else {
        QSaveFile origin(originOf(file));
        if (!origin.open(QIODevice::WriteOnly) || origin.write(work.origin.toUtf8()) < 0 ||
            !origin.commit())
            return Error::data(originOf(file).toStdString() + ": " +
                               origin.errorString().toStdString());
    }
    if (const auto written = writeSession(file.toStdString(), work.session); !written)
        return written.error();
    return true;
}

} // namespace

QString Recovery::defaultFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
           QStringLiteral("/recovery");
}

Recovery::Recovery(QString folder, Content content, Timing timing, QObject* parent)
    : QObject(parent), m_folder(std::move(folder)), m_content(std::move(content)), m_timing(timing)
{
    m_file = QDir(m_folder).filePath(QUuid::createUuid().toString(QUuid::WithoutBraces) +
                                     QStringLiteral(".qscope"));
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, &Recovery::keepSoon);
    connect(&m_regular, &QTimer::timeout, this, &Recovery::keep);
    m_regular.start(m_timing.regular);
    m_job = new LatestJob<Request, bool>(
        [](const Request& request, const JobContext&) {
            return write(request.file, *request.work);
        },
        [this](const Request& request, const Result<bool>& done) {
            if (!done)
                emit failed(QString::fromStdString(done.error().message));
            else if (m_wanted && m_lock != nullptr && request.file == m_file)
                emit kept();
            else
                removeWithItsOrigin(request.file); // saved or let go while it was written
        },
        this);
}

Recovery::~Recovery()
{
    delete m_job; // waits for what is being written
    if (!m_wanted)
        removeFiles();
}

bool Recovery::claim()
{
    if (m_lock != nullptr)
        return true;
    QDir().mkpath(m_folder);
    m_lock = tryLock(m_file);
    if (m_lock == nullptr)
        emit failed(tr("%1 cannot be written: unsaved work is not kept").arg(m_file));
    return m_lock != nullptr;
}

void Recovery::removeFiles()
{
    if (m_lock == nullptr)
        return; // nothing was ever written
    removeWithItsOrigin(m_file);
    m_lock.reset(); // removes the lock's file
}

std::vector<Leftover> Recovery::leftovers() const
{
    std::vector<Leftover> found;
    const auto files = QDir(m_folder).entryInfoList({QStringLiteral("*.qscope")},
                                                    QDir::Files | QDir::Hidden, QDir::Time);
    for (const auto& info : files) {
        const QString file = info.absoluteFilePath();
        if (file == QFileInfo(m_file).absoluteFilePath())
            continue;
        auto lock = tryLock(file);
        if (lock == nullptr)
            continue; // its program runs
        QFile origin(originOf(file));
        const QString path =
            origin.open(QIODevice::ReadOnly) ? QString::fromUtf8(origin.readAll()) : QString();
        found.push_back({file, path, info.lastModified(), std::move(lock)});
    }
    return found;
}

void Recovery::discard(const Leftover& leftover)
{
    removeWithItsOrigin(leftover.file);
    leftover.lock->unlock();
}

void Recovery::adopt(const Leftover& leftover)
{
    m_wanted = false;
    removeFiles();
    m_file = leftover.file;
    m_lock = leftover.lock;
    m_wanted = true;
}

void Recovery::touch()
{
    m_wanted = true;
    m_pause.start(m_timing.pause);
}

void Recovery::keepSoon()
{
    const qint64 wait = m_sinceKept.isValid() ? m_timing.apart - m_sinceKept.elapsed() : 0;
    if (wait > 0)
        m_pause.start(static_cast<int>(wait));
    else
        keep();
}

void Recovery::keep()
{
    auto work = m_content();
    if (!work) {
        forget();
        return;
    }
    if (!claim())
        return;
    m_wanted = true;
    m_sinceKept.start();
    m_pause.stop();
    m_job->request({m_file, std::make_shared<const Work>(std::move(*work))});
}

void Recovery::forget()
{
    m_pause.stop();
    m_wanted = false;
    removeFiles();
}

} // namespace qs
