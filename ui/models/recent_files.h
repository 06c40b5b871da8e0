// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <vector>

namespace qs {

/// The files that were opened last, data and sessions apart, the newest first, kept in the
/// settings. Ten of each beside those that are pinned, which stay until they are removed. A file
/// that is not there any more stays listed: its disk may come back.
class RecentFiles : public QObject {
    Q_OBJECT

public:
    enum class Kind { Data, Session };
    static constexpr int kDepth = 10;

    struct Entry {
        QString path; ///< absolute
        bool pinned = false;
        bool operator==(const Entry&) const = default;
    };

    explicit RecentFiles(QObject* parent = nullptr);

    /// Pinned ones first, then the newest first.
    const std::vector<Entry>& entries(Kind kind) const;
    /// It was opened or saved just now.
    void add(Kind kind, const QString& path);
    void setPinned(Kind kind, const QString& path, bool pinned);
    void remove(Kind kind, const QString& path);
    /// Removes all that are not pinned.
    void clear(Kind kind);

signals:
    void changed();

private:
    std::vector<Entry>& list(Kind kind);
    void settle(Kind kind);

    std::vector<Entry> m_data;
    std::vector<Entry> m_sessions;
};

} // namespace qs
