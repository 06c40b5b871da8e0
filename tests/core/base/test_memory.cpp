// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/memory.h"

#include <QTest>

using namespace qs;

class TestMemory : public QObject {
    Q_OBJECT

private slots:
    void meminfo_saysWhatIsAvailable()
    {
        QCOMPARE(memAvailableIn("MemTotal:  1000 kB\nMemAvailable:    512 kB\nBuffers: 1 kB\n"),
                 std::optional<std::uint64_t>(512 * 1024));
        QVERIFY(!memAvailableIn(""));
        QVERIFY(!memAvailableIn("MemTotal: 1000 kB"));
        QVERIFY(!memAvailableIn("MemAvailable: much kB"));
        QVERIFY(!memAvailableIn("MemAvailable:"));
        QVERIFY(!memAvailableIn("MemAvailable: 99999999999999999999999 kB"));
        QVERIFY(!memAvailableIn("MemAvailable: 18446744073709551615 kB")); // more than 64 bits hold
        QVERIFY(!memAvailableIn("xMemAvailable: 5 kB"));
    }

    void cgroups_haveLimitsOrNone()
    {
        QCOMPARE(cgroupBytes("4096\n"), std::optional<std::uint64_t>(4096));
        QVERIFY(!cgroupBytes("max\n"));
        QVERIFY(!cgroupBytes(""));
        QVERIFY(!cgroupBytes("-5"));
    }

    void cgroups_areFoundInBothVersions()
    {
        const auto two = cgroupPathIn("0::/user.slice/a\n");
        QVERIFY(two && two->version2 && two->path == "/user.slice/a");
        const auto one = cgroupPathIn("5:cpu,memory:/x\n0::/y\n1:name=systemd:/z");
        QVERIFY(one && !one->version2 && one->path == "/x");
        const auto mixed = cgroupPathIn("0::/y\n7:memory:/x\n");
        QVERIFY(mixed && !mixed->version2);
        QVERIFY(!cgroupPathIn(""));
        QVERIFY(!cgroupPathIn("::::\n:\n\n"));
        QVERIFY(!cgroupPathIn("3:memoryless:/x"));
    }

    void checks_nameBothAmounts()
    {
        QVERIFY(availableMemory() > 0);
        QVERIFY(checkMemory(1, "this"));
        const auto no = checkMemory(std::uint64_t{1} << 60, "this");
        QVERIFY(!no);
        QVERIFY(no.error().message.starts_with("this needs 1073741824.0 GiB of memory, "));
        QVERIFY(no.error().message.ends_with(" GiB are available"));
    }
};

QTEST_APPLESS_MAIN(TestMemory)
#include "test_memory.moc"
