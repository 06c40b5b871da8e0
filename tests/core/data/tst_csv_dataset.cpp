// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "data_testing.h"

#include <QTemporaryDir>
#include <QTest>

#include <clocale>
#include <filesystem>
#include <locale>

using namespace qs;
using namespace qs::test;

namespace {

class Folder {
public:
    /// The data set's name for a file of this text.
    std::string csv(const std::string& text, const std::string& name = "a.csv") const
    {
        std::ofstream(path(name), std::ios::binary) << text;
        return "csv:" + path(name);
    }
    std::string path(const std::string& name) const
    {
        return m_dir.filePath(QString::fromStdString(name)).toStdString();
    }

private:
    QTemporaryDir m_dir;
};

/// Ten lines of two classes.
std::string lines(const std::string& separator)
{
    std::string text;
    for (int i = 0; i < 10; ++i)
        text += std::to_string(i) + ".5" + separator + "-1e-3" + separator + std::to_string(i % 2) +
                "\n";
    return text;
}

std::string problem(const std::string& text)
{
    return problemOf(Folder().csv(text));
}

} // namespace

class TestCsvDataset : public QObject {
    Q_OBJECT

private slots:
    void separators_header_comments_andLineEnds_areUnderstood()
    {
        const Folder folder;
        const std::vector<std::string> texts{
            lines(","),
            lines(" , "),
            lines(";"),
            lines("\t"),
            lines("   "),
            "width,height,kind\n" + lines(","),
            "\xEF\xBB\xBF# made by hand\n\nwidth;height;kind\r\n" + lines(";") + "\n\n",
        };
        for (const auto& text : texts) {
            const auto data = readDataset(folder.csv(text));
            QVERIFY2(data, data ? "" : data.error().message.c_str());
            const auto& train = (*data)->train;
            QCOMPARE((*data)->classes, 2);
            QCOMPARE(train.count(), 8);
            QCOMPARE((*data)->test.count(), 2);
            QCOMPARE(train.shape().toString(), std::string("[2]"));
            for (std::int64_t i = 0; i < 8; ++i) {
                const auto sample = train.images(i, 1);
                QCOMPARE(static_cast<int>(sample.at(0)) % 2, train.label(i));
                QCOMPARE(sample.at(1), -1e-3F);
            }
        }
    }

    void split_isTheSameEachTime_andHasEachClass()
    {
        const Folder folder;
        const auto name = folder.csv(lines(","));
        const auto first = *readDataset(name);
        const auto second = *readDataset(name);
        QVERIFY(first->test.label(0) != first->test.label(1));
        QCOMPARE(first->test.images(0, 2).at(0), second->test.images(0, 2).at(0));
    }

    void ownTestFile_isUsed()
    {
        const Folder folder;
        folder.csv("7,8,1\n", "test.csv");
        const auto data = *readDataset(folder.csv(lines(",")) + "?test=" + folder.path("test.csv"));
        QCOMPARE(data->train.count(), 10);
        QCOMPARE(data->test.count(), 1);
        folder.csv("7,8,2\n", "more.csv");
        QS_CONTAINS(problemOf(folder.csv(lines(",")) + "?test=" + folder.path("more.csv")),
                    "test labels up to 1");
        folder.csv("7,1\n", "fewer.csv");
        QS_CONTAINS(problemOf(folder.csv(lines(",")) + "?test=" + folder.path("fewer.csv")),
                    "size 2, found 1");
    }

    void lastColumns_canBeTargets()
    {
        const Folder folder;
        const auto name = folder.csv(lines(","));
        const auto data = *readDataset(name + "?targets=2");
        QCOMPARE(data->classes, 0);
        QCOMPARE(data->train.shape().toString(), std::string("[1]"));
        QCOMPARE(data->train.outputs(), 2);
        QCOMPARE(data->train.targets(0)[0], -1e-3F);
        QCOMPARE(data->train.count() + data->test.count(), 10);
        QS_CONTAINS(problemOf(name + "?targets=3"), "line 1: expected 4 to 65536 columns");
        QS_CONTAINS(problemOf(name + "?targets=0"), "targets must be a whole number from 1");
        QS_CONTAINS(problemOf(name + "?target=1"), "expected targets, test");
    }

    void damagedLines_areNamed()
    {
        QS_CONTAINS(problem("1,2,0\n3,1\n"),
                    "a.csv: line 2: expected 3 columns as in the first line, found 2 (at byte 6)");
        QS_CONTAINS(problem("1,2,0\n\n3,1,0,0\n"), "line 3: expected 3 columns");
        QS_CONTAINS(
            problem("1,2,0\n3,x,1\n"),
            "line 2: expected a number with a decimal point in column 2, found 'x' (at byte 8)");
        QS_CONTAINS(problem("1;2;0\n3;2,5;1\n"), "found '2,5'");
        QS_CONTAINS(problem("1,2,0\n3,,1\n"), "found ''");
        QS_CONTAINS(problem("1,2,0\n3,0x10,1\n"), "found '0x10'");
        QS_CONTAINS(problem("1,b,0\n"), "line 1: expected a number");
        QS_CONTAINS(problem("1,2,0\nnan,2,1\n"), "line 2: expected a finite float32 in column 1");
        QS_CONTAINS(problem("1,2,0\n-inf,2,1\n"), "found '-inf'");
        QS_CONTAINS(problem("1,2,0\n1e39,2,1\n"), "found '1e39'");
        QS_CONTAINS(problem("1,2,0\n1e999,2,1\n"), "found '1e999'");
        QS_CONTAINS(problem(std::string("1,2,0\n3\0,2,1\n", 13)), "line 2: expected a number");
    }

    void badClasses_areNamed()
    {
        QS_CONTAINS(problem("1,0\n2,-1\n"), "line 2: expected a class in column 2, a whole number");
        QS_CONTAINS(problem("1,0\n2,0.5\n"), "found '0.5'");
        QS_CONTAINS(problem("1,0\n2,4096\n"), "from 0 to 4095, found '4096'");
        QS_CONTAINS(problem("1,0\n2,1\n3,3\n4,0\n"), "found none of class 2");
        QS_CONTAINS(problem("1,0\n2,1\n3,2\n"), "expected a class with two samples");
        QVERIFY(problem("1,0\n2,1\n3,2.0\n4,0\n").empty());
    }

    void filesWithoutData_areRefused()
    {
        QS_CONTAINS(problem(""), "expected lines of numbers, found none");
        QS_CONTAINS(problem("\n\n# nothing\n"), "found none");
        QS_CONTAINS(problem("a,b\n"), "found none");
        QS_CONTAINS(problem("1\n2\n"), "line 1: expected 2 to 65536 columns");
        QS_CONTAINS(problem(std::string(70000, ',')), "found 70001");
        const Folder folder;
        const auto missing = readDataset("csv:" + folder.path("none.csv"));
        QVERIFY(missing.error().kind == ErrorKind::Io);
        QVERIFY(readDataset("csv:" + folder.path("")).error().kind == ErrorKind::Io);
        QVERIFY(readDataset("csv:/dev/zero").error().kind == ErrorKind::Io);
    }

    void hugeFile_isRefusedUnread()
    {
        const Folder folder;
        const auto name = folder.csv("1,0\n");
        std::filesystem::resize_file(folder.path("a.csv"), std::uintmax_t{3} << 40);
        QS_CONTAINS(problemOf(name), "expected up to 1.0 GiB, found 3.0 TiB");
    }

    void tinyNumbers_roundToZero_andOthersOnce()
    {
        const Folder folder;
        const auto data = *readDataset(folder.csv("1e-60,+0.1,0\n1e-60,0.1,0\n") +
                                       "?test=" + folder.path("a.csv"));
        QCOMPARE(data->train.images(0, 1).at(0), 0.0F);
        QCOMPARE(data->train.images(0, 1).at(1), 0.1F);
    }

    void locale_changesNothing()
    {
        struct Comma : std::numpunct<char> {
            char do_decimal_point() const override { return ','; }
            char do_thousands_sep() const override { return '.'; }
            std::string do_grouping() const override { return "\3"; }
        };
        const auto before = std::locale::global(std::locale(std::locale::classic(), new Comma));
        std::setlocale(LC_NUMERIC, "de_DE.UTF-8"); // where it is installed
        const auto text = problem(lines(","));
        std::locale::global(before);
        std::setlocale(LC_NUMERIC, "C");
        QVERIFY2(text.empty(), text.c_str());
    }

    void cancelled_stops()
    {
        const Folder folder;
        std::stop_source stop;
        stop.request_stop();
        std::string text;
        for (int i = 0; i < 300; ++i)
            text += lines(",");
        const auto data = readDataset(folder.csv(text), JobContext(stop.get_token()));
        QVERIFY(!data);
        QVERIFY(data.error().kind == ErrorKind::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestCsvDataset)
#include "tst_csv_dataset.moc"
