// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"
#include "ui/jobs/latest_job.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QLockFile>
#include <QTimer>

#include <memory>
#include <vector>

namespace qs {

/// Work that a program left behind when it ended without saving. While one of these lives, no other
/// program offers the same.
struct Leftover {
    QString file;                    ///< a session file
    QString origin;                  ///< the file the session belongs to; empty: it was untitled
    QDateTime time;                  ///< when it was last kept
    std::shared_ptr<QLockFile> lock; ///< beside the file
};

/// Keeps unsaved work in a folder, so that nothing is lost when the program ends without a word: a
/// while after an edit, not too often, and once a minute. Files are written in the background and
/// under another name first; a lock beside each says that its program still runs.
class Recovery : public QObject {
    Q_OBJECT

public:
    /// In ms: after the last edit, at least between two files, and while nothing is edited.
    struct Timing {
        int pause = 2000;
        int apart = 10000;
        int regular = 60000;
    };
    struct Work {
        SessionFile session;
        QString origin;
    };
    /// What is to be kept; nothing where all of it is saved.
    using Content = std::function<std::optional<Work>()>;

    /// QStandardPaths::AppDataLocation/recovery.
    static QString defaultFolder();

    Recovery(QString folder, Content content, Timing timing, QObject* parent = nullptr);
    /// Unless forget() was called, the file stays for the next start.
    ~Recovery() override;

    /// What others left in the folder, the newest first; each is locked for this program.
    std::vector<Leftover> leftovers() const;
    /// Deletes one.
    static void discard(const Leftover& leftover);
    /// Goes on with the file of one that was restored, so that at no time no file has the work.
    void adopt(const Leftover& leftover);

    /// Something was edited.
    void touch();
    /// Everything is saved, or is not wanted: no file stays.
    void forget();
    /// Writes now, in the background.
    void keep();
    /// Where the work is kept.
    const QString& file() const { return m_file; }

signals:
    void kept();
    void failed(const QString& message);

private:
    struct Request {
        QString file;
        std::shared_ptr<const Work> work;
    };

    bool claim();
    void keepSoon();
    void removeFiles();

    QString m_folder;
    QString m_file;
    std::shared_ptr<QLockFile> m_lock;
    Content m_content;
    Timing m_timing;
    QTimer m_pause;
    QTimer m_regular;
    QElapsedTimer m_sinceKept;
    bool m_wanted = false; ///< the file is to stay
    LatestJob<Request, bool>* m_job;
};

} // namespace qs
