// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/memory.h"

#include <QTest>

#include <map>

using namespace qs;

namespace {

using Files = std::map<std::string, std::string>;
using Bytes = std::optional<std::uint64_t>;

Bytes cgroupAvailableOf(const Files& files)
{
    return cgroupAvailable([&](const std::string& path) -> std::optional<std::string> {
        const auto at = files.find(path);
        return at == files.end() ? std::nullopt : std::optional(at->second);
    });
}

} // namespace

class TestMemory : public QObject {
    Q_OBJECT

private slots:
    void meminfo_isReadByKey()
    {
        const char* text = "MemTotal:       24682416 kB\nMemAvailable:   2 kB\nSwapFree: 7 kB\n";
        QCOMPARE(kilobytesOf(text, "MemAvailable"), Bytes(2048));
        QCOMPARE(kilobytesOf(text, "SwapFree"), Bytes(7168));
        QCOMPARE(kilobytesOf("MemAvailable:\t5 kB", "MemAvailable"), Bytes(5120)); // no last \n
    }

    void meminfo_thatSaysNothing_hasNoNumber()
    {
        for (const std::string text :
             {"", "\n\n\n", "MemAvailable", "MemAvailable:", "MemAvailable: kB",
              "MemAvailable: -5 kB", "MemAvailable: many kB", "XMemAvailable: 5 kB",
              "MemAvailableX: 5 kB", "MemAvailable: 99999999999999999999999 kB",
              "MemAvailable: 18446744073709551615 kB", "\xff\xfe: 5"})
            QVERIFY2(!kilobytesOf(text, "MemAvailable"), text.c_str());
        QVERIFY(!kilobytesOf(std::string("\0MemAvailable: 5 kB", 19), "MemAvailable"));
    }

    void cgroupNumbers_areBytes_orNoLimit()
    {
        QCOMPARE(cgroupNumber("4096\n"), Bytes(4096));
        QCOMPARE(cgroupNumber("0"), Bytes(0));
        for (const char* text : {"max\n", "", "\n", "-1", "0x", "18446744073709551616"})
            QCOMPARE(cgroupNumber(text), text[0] == '0' ? Bytes(0) : Bytes());
        const char* stat = "anon 5\ninactive_file 7\nactive_file 9\nfile_mapped x\n";
        QCOMPARE(cgroupStat(stat, "inactive_file"), Bytes(7));
        QCOMPARE(cgroupStat(stat, "active_file"), Bytes(9));
        QVERIFY(!cgroupStat(stat, "file_mapped"));
        QVERIFY(!cgroupStat(stat, "file"));
        QVERIFY(!cgroupStat("", "file"));
    }

    void cgroupPaths_areFoundAmongControllers()
    {
        const char* text = "9:name=systemd:/s\n4:cpu,memory:/a/b\n2:memoryx:/c\n0::/user:1\n";
        QCOMPARE(cgroupPath(text, 2), std::optional<std::string>("/user:1"));
        QCOMPARE(cgroupPath(text, 1), std::optional<std::string>("/a/b"));
        for (const char* none : {"", ":", "::", "0:", "0", "1:memory", "\n\n"}) {
            QVERIFY2(!cgroupPath(none, 1), none);
            QVERIFY2(!cgroupPath(none, 2), none);
        }
    }

    void cgroup2_leavesTheLeastOfItAndAllAbove()
    {
        Files files{{"/proc/self/cgroup", "0::/a/b\n"},
                    {"/sys/fs/cgroup/a/b/memory.max", "max\n"},
                    {"/sys/fs/cgroup/a/b/memory.current", "100\n"},
                    {"/sys/fs/cgroup/a/memory.max", "1000\n"},
                    {"/sys/fs/cgroup/a/memory.current", "700\n"}};
        QCOMPARE(cgroupAvailableOf(files), Bytes(300));
        // The page cache is given back.
        files["/sys/fs/cgroup/a/memory.stat"] = "inactive_file 50\nactive_file 40\n";
        QCOMPARE(cgroupAvailableOf(files), Bytes(390));
        files["/sys/fs/cgroup/a/b/memory.max"] = "150";
        QCOMPARE(cgroupAvailableOf(files), Bytes(50));
        files["/sys/fs/cgroup/a/b/memory.current"] = "999";
        QCOMPARE(cgroupAvailableOf(files), Bytes(0));
    }

    void cgroup1_isLookedAt_andTheContainersRoot()
    {
        Files files{
            {"/proc/self/cgroup", "4:memory:/docker/123\n0::/\n"},
            {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "2000"},
            {"/sys/fs/cgroup/memory/memory.usage_in_bytes", "500"},
            {"/sys/fs/cgroup/memory/memory.stat", "inactive_file 999\ntotal_inactive_file 100\n"}};
        QCOMPARE(cgroupAvailableOf(files), Bytes(1600));
    }

    void cgroups_thatSayNonsense_areNoLimit()
    {
        QVERIFY(!cgroupAvailableOf({}));
        QVERIFY(!cgroupAvailableOf({{"/proc/self/cgroup", ""}}));
        QVERIFY(!cgroupAvailableOf({{"/proc/self/cgroup", "0::\n"}}));
        QVERIFY(!cgroupAvailableOf({{"/proc/self/cgroup", "0::////\n"}}));
        QVERIFY(!cgroupAvailableOf({{"/proc/self/cgroup", "0::no/slash/first\n"}}));
        // A limit without a usage says nothing; a cache larger than the usage is cut to it.
        Files files{{"/proc/self/cgroup", "0::/\n"}, {"/sys/fs/cgroup/memory.max", "10"}};
        QVERIFY(!cgroupAvailableOf(files));
        files["/sys/fs/cgroup/memory.current"] = "4";
        files["/sys/fs/cgroup/memory.stat"] =
            "inactive_file 18446744073709551615\nactive_file 18446744073709551615\n";
        QCOMPARE(cgroupAvailableOf(files), Bytes(10));
    }

    void limitsOfTheProcess_areLessWhatIsInUse()
    {
        QCOMPARE(leftOf(10240, "VmSize:  4 kB\n", "VmSize"), std::uint64_t{6144});
        QCOMPARE(leftOf(1024, "VmSize:  4 kB\n", "VmSize"), std::uint64_t{0});
        QCOMPARE(leftOf(1024, "", "VmSize"), std::uint64_t{1024});
    }

    void thisMachine_hasMemory()
    {
        const auto available = availableMemory();
        QVERIFY(available > (std::uint64_t{1} << 20));
        QVERIFY(available < (std::uint64_t{1} << 60));
    }

    void tooMuch_isAWordedError()
    {
        QVERIFY(checkMemory(0, "nothing", "choose"));
        QVERIFY(checkMemory(1000, "little", "choose"));
        const auto much = checkMemory(std::uint64_t{1} << 60, "the whole", "choose less");
        QVERIFY(!much && much.error().kind == ErrorKind::Data);
        const auto& text = much.error().message;
        QVERIFY2(text.find("not enough memory: the whole needs 1.0 EiB, ") == 0, text.c_str());
        QVERIFY2(text.find(" are available; choose less") != text.npos, text.c_str());
    }

    void bytes_haveOneDigitOfTheirUnit()
    {
        QCOMPARE(binaryBytesText(1), std::string("1 byte"));
        QCOMPARE(binaryBytesText(1023), std::string("1023 bytes"));
        QCOMPARE(binaryBytesText(1536), std::string("1.5 KiB"));
        QCOMPARE(binaryBytesText((1 << 20) - 1), std::string("1.0 MiB"));
        QCOMPARE(binaryBytesText(std::uint64_t{12} << 30), std::string("12.0 GiB"));
        QCOMPARE(binaryBytesText(~std::uint64_t{0}), std::string("16.0 EiB"));
    }
};

QTEST_APPLESS_MAIN(TestMemory)
#include "test_memory.moc"
