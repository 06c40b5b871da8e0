// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/recent_files.h"

#include <QFileInfo>
#include <QSettings>

#include <algorithm>

namespace qs {
namespace {

QString key(RecentFiles::Kind kind)
{
    return kind == RecentFiles::Kind::Data ? QStringLiteral("recent/data")
                                           : QStringLiteral("recent/sessions");
}

std::vector<RecentFiles::Entry> read(RecentFiles::Kind kind)
{
    std::vector<RecentFiles::Entry> entries;
    QSettings settings;
    const int count = settings.beginReadArray(key(kind));
    for (int i = 0; i < count; ++i) {
        settings.setArrayIndex(i);
        const QString path = settings.value(QStringLiteral("path")).toString();
        if (!path.isEmpty())
            entries.push_back({path, settings.value(QStringLiteral("pinned")).toBool()});
    }
    return entries;
}

} // namespace

RecentFiles::RecentFiles(QObject* parent)
    : QObject(parent), m_data(read(Kind::Data)), m_sessions(read(Kind::Session))
{
}

const std::vector<RecentFiles::Entry>& RecentFiles::entries(Kind kind) const
{
    return kind == Kind::Data ? m_data : m_sessions;
}

std::vector<RecentFiles::Entry>& RecentFiles::list(Kind kind)
{
    return kind == Kind::Data ? m_data : m_sessions;
}

void RecentFiles::add(Kind kind, const QString& path)
{
    auto& entries = list(kind);
    Entry entry{QFileInfo(path).absoluteFilePath(), false};
    const auto old = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& e) { return e.path == entry.path; });
    if (old != entries.end()) {
        entry.pinned = old->pinned;
        entries.erase(old);
    }
    entries.insert(entries.begin(), entry);
    settle(kind);
}

void RecentFiles::setPinned(Kind kind, const QString& path, bool pinned)
{
    for (auto& entry : list(kind)) {
        if (entry.path == path)
            entry.pinned = pinned;
    }
    settle(kind);
}

void RecentFiles::remove(Kind kind, const QString& path)
{
    std::erase_if(list(kind), [&](const Entry& entry) { return entry.path == path; });
    settle(kind);
}

void RecentFiles::clear(Kind kind)
{
    std::erase_if(list(kind), [](const Entry& entry) { return !entry.pinned; });
    settle(kind);
}

void RecentFiles::settle(Kind kind)
{
    auto& entries = list(kind);
    std::stable_partition(entries.begin(), entries.end(), [](const Entry& e) { return e.pinned; });
    int unpinned = 0;
    std::erase_if(entries,
                  [&](const Entry& entry) { return !entry.pinned && ++unpinned > kDepth; });
    QSettings settings;
    settings.remove(key(kind));
    settings.beginWriteArray(key(kind), static_cast<int>(entries.size()));
    for (std::size_t i = 0; i < entries.size(); ++i) {
        settings.setArrayIndex(static_cast<int>(i));
        settings.setValue(QStringLiteral("path"), entries[i].path);
        settings.setValue(QStringLiteral("pinned"), entries[i].pinned);
    }
    settings.endArray();
    emit changed();
}

} // namespace qs
