// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/recent_files.h"

#include <QCoreApplication>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace qs;
using Kind = RecentFiles::Kind;

class TestRecentFiles : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    static QStringList paths(const RecentFiles& files, Kind kind)
    {
        QStringList list;
        for (const auto& entry : files.entries(kind))
            list << entry.path;
        return list;
    }

private slots:
    void initTestCase()
    {
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_folder.path());
        QCoreApplication::setOrganizationName(QStringLiteral("Quantoscope"));
    }
    void init() { QSettings().clear(); }

    void newestIsFirst_eachOnce_kindsApart()
    {
        RecentFiles files;
        QSignalSpy changed(&files, &RecentFiles::changed);
        for (const char* name : {"/a.npy", "/b.npy", "/a.npy"})
            files.add(Kind::Data, QLatin1String(name));
        files.add(Kind::Session, QStringLiteral("/s.qscope"));
        QCOMPARE(paths(files, Kind::Data),
                 (QStringList{QStringLiteral("/a.npy"), QStringLiteral("/b.npy")}));
        QCOMPARE(paths(files, Kind::Session), QStringList{QStringLiteral("/s.qscope")});
        QCOMPARE(changed.count(), 4);
    }

    void tenStay_besideThePinned()
    {
        RecentFiles files;
        files.add(Kind::Data, QStringLiteral("/pinned.npy"));
        files.setPinned(Kind::Data, QStringLiteral("/pinned.npy"), true);
        for (int i = 0; i < 12; ++i)
            files.add(Kind::Data, QStringLiteral("/%1.npy").arg(i));
        const auto list = paths(files, Kind::Data);
        QCOMPARE(list.size(), RecentFiles::kDepth + 1);
        QCOMPARE(list[0], QStringLiteral("/pinned.npy"));
        QCOMPARE(list[1], QStringLiteral("/11.npy"));
        QCOMPARE(list.last(), QStringLiteral("/2.npy"));
    }

    void pinned_staysPinnedWhenOpened_andOutlivesClear()
    {
        RecentFiles files;
        for (const char* name : {"/a.npy", "/b.npy"})
            files.add(Kind::Data, QLatin1String(name));
        files.setPinned(Kind::Data, QStringLiteral("/a.npy"), true);
        files.add(Kind::Data, QStringLiteral("/a.npy"));
        files.clear(Kind::Data);
        QCOMPARE(files.entries(Kind::Data),
                 (std::vector<RecentFiles::Entry>{{QStringLiteral("/a.npy"), true}}));
        files.remove(Kind::Data, QStringLiteral("/a.npy"));
        QVERIFY(files.entries(Kind::Data).empty());
    }

    void lists_areReadBack_missingFilesToo()
    {
        {
            RecentFiles files;
            files.add(Kind::Data, QStringLiteral("/not there.npy"));
            files.add(Kind::Session, QStringLiteral("/\u91cf\u5b50\u5316 & x.qscope"));
            files.setPinned(Kind::Session, QStringLiteral("/\u91cf\u5b50\u5316 & x.qscope"), true);
        }
        const RecentFiles files;
        QCOMPARE(paths(files, Kind::Data), QStringList{QStringLiteral("/not there.npy")});
        QCOMPARE(files.entries(Kind::Session),
                 (std::vector<RecentFiles::Entry>{
                     {QStringLiteral("/\u91cf\u5b50\u5316 & x.qscope"), true}}));
    }
};

QTEST_GUILESS_MAIN(TestRecentFiles)
#include "test_recent_files.moc"
