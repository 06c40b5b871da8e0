// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/sweep/csv.h"
#include "core/sweep/sweep_part.h"

#include <QTest>

#include <algorithm>

using namespace qs;

namespace {

const std::vector<std::string> kColumns{"file", "mse", "error"};
const char* const kAsked = "{\n  \"files\": [\n    \"a\"\n  ]\n}";

SweepRows allRows(bool json)
{
    SweepRows rows;
    for (std::int64_t n = 1; n <= 10; ++n) {
        rows.numbers.push_back(n);
        const auto text = std::to_string(n);
        rows.texts.push_back(json ? R"({"file":"a\"]é","mse":)" + text + R"(.5,"scale":[1.0,-0.0]})"
                                  : csvLine({"a,\"b\n" + text, "0." + text, ""}));
    }
    return rows;
}

/// Rows k, k + shards, … of all.
std::string partText(bool json, std::int64_t shard, std::int64_t shards,
                     const std::string& sweep = "0123456789abcdef")
{
    const auto all = allRows(json);
    SweepRows mine;
    for (auto n = shard; n <= 10; n += shards) {
        mine.numbers.push_back(n);
        mine.texts.push_back(all.texts[static_cast<std::size_t>(n - 1)]);
    }
    const SweepStamp stamp{sweep, shard, shards, static_cast<std::int64_t>(mine.numbers.size()),
                           10};
    return json ? jsonDocument(kAsked, mine, stamp) : csvDocument(kColumns, mine, stamp);
}

std::string wholeText(bool json)
{
    return json ? jsonDocument(kAsked, allRows(true), {})
                : csvDocument(kColumns, allRows(false), {});
}

/// The joined document, or the error's text.
std::string joined(const std::vector<std::string>& texts)
{
    std::vector<SweepPart> parts;
    for (const auto& text : texts) {
        auto part = readPart("part" + std::to_string(parts.size() + 1), text);
        if (!part)
            return part.error().message;
        parts.push_back(std::move(*part));
    }
    const auto j = joinParts(std::move(parts));
    if (!j)
        return j.error().message;
    return j->json ? jsonDocument(j->asked, j->rows, {}) : csvDocument(j->columns, j->rows, {});
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    const auto at = text.find(from);
    return at == std::string::npos ? "nothing replaced" : text.replace(at, from.size(), to);
}

} // namespace

/// Parts of sweeps: what is written, what is read back, what is refused.
class TestSweepPart : public QObject {
    Q_OBJECT

private slots:
    void csv_readsBackWhatItWrites()
    {
        const std::vector<std::vector<std::string>> records{
            {"a", "b"}, {"", ""}, {"a,b", "\"", "\"\"", "\n", "\r\n", " x "}, {"é", "1e-5"}};
        std::string text;
        for (const auto& r : records)
            text += csvLine(r) + '\n';
        CsvReader reader(text);
        for (const auto& r : records) {
            const auto read = reader.next();
            QVERIFY(read && *read == r);
        }
        QVERIFY(reader.atEnd());
        QVERIFY(*CsvReader("a,b\r\n").next() == (std::vector<std::string>{"a", "b"}));
        for (const char* bad : {"a", "\"a\n", "\"a\"b\n", "a\"b\n", "a\rb\n", ""})
            QVERIFY2(!CsvReader(bad).next(), bad);
    }

    void joinedParts_areTheWhole_inAnyOrder()
    {
        for (const bool json : {false, true}) {
            for (const std::int64_t shards : {1, 2, 3, 10, 14}) { // 14: some parts are empty
                std::vector<std::string> texts;
                for (std::int64_t k = 1; k <= shards; ++k)
                    texts.push_back(partText(json, k, shards));
                std::reverse(texts.begin(), texts.end());
                QCOMPARE(joined(texts), wholeText(json));
            }
        }
    }

    void anyWorked_isAboutErrors()
    {
        for (const bool json : {false, true}) {
            const auto rowText =
                json ? std::string(R"({"file":"a","error":"no"})") : csvLine({"a", "", "no"});
            const SweepRows rows{{1}, {rowText}};
            const SweepStamp stamp{"x", 1, 1, 1, 1};
            const auto part = readPart("p", json ? jsonDocument(kAsked, rows, stamp)
                                                 : csvDocument(kColumns, rows, stamp));
            QVERIFY(part && !part->anyWorked);
            QVERIFY(readPart("p", partText(json, 1, 2))->anyWorked);
        }
    }

    void wrongParts_areRefused_data()
    {
        QTest::addColumn<QStringList>("texts");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, std::initializer_list<std::string> texts,
                            const char* says) {
            QStringList list;
            for (const auto& text : texts)
                list.append(QString::fromStdString(text));
            QTest::newRow(name) << list << QString::fromUtf8(says);
        };
        for (const bool json : {false, true}) {
            const auto a = partText(json, 1, 2);
            const auto b = partText(json, 2, 2);
            const std::string name = json ? "json " : "csv ";
            const auto add = [&](const char* what, std::initializer_list<std::string> texts,
                                 const char* says) {
                row((name + what).c_str(), texts, says);
            };
            add("missing", {a}, "expected all of its 2 shards, found no part with shard 2");
            add("double", {a, b, a}, "part3: expected each shard once");
            add("other sweep", {a, partText(json, 2, 2, "other")}, "found one of other");
            add("other count", {a, partText(json, 2, 3)}, "found one of 3");
            add("mixed", {a, partText(!json, 2, 2)}, "part2: expected");
            add("whole", {wholeText(json)}, "a sweep without shards");
            const std::string five = json ? "\"row\":5," : ",10,5,";
            add("row twice", {replaced(a, five, json ? "\"row\":4," : ",10,4,"), b},
                "expected each row once, found row 4");
            add("row 0", {replaced(a, five, json ? "\"row\":0," : ",10,0,"), b}, "part1: ");
            add("row 11", {replaced(a, five, json ? "\"row\":11," : ",10,11,"), b}, "ascending");
            add("row text", {replaced(a, five, json ? "\"row\":\"x\"," : ",10,x,"), b},
                "whole number");
            add("shard 3 of 2",
                {a, replaced(b, json ? "\"shard\":2" : ",2,2,", json ? "\"shard\":3" : ",3,2,")},
                json ? "a shard of 1 to 2" : "the same sweep and shard");
            add("less rows",
                {replaced(a, json ? "\"shard_rows\":5" : ",5,10,",
                          json ? "\"shard_rows\":6" : ",6,10,"),
                 b},
                json ? "expected 6 rows of shard 1/2, found 5" : "the same sweep and shard");
        }
        row("empty", {""}, "an empty file");
        row("garbage", {"\x93NUMPY"}, "something else");
        row("other json", {"{\"a\":1}"}, "not known");
        row("rows no list", {"{\"sweep\":{},\"part\":{},\"rows\":{}}"}, "others");
        row("row no object", {"{\"sweep\":{},\"part\":{\"shard\":1},\"rows\":[1]}"}, "an object");
        row("deep", {"{\"sweep\":" + std::string(1000000, '[')}, "nests too deeply");
        row("header only", {"sweep,shard,shards,shard_rows,rows,row,file\n"}, "at least one line");
        row("columns", {replaced(partText(false, 1, 1), "mse", "rmse"), partText(false, 1, 1)},
            "options, columns or rows differ");
    }
    void wrongParts_areRefused()
    {
        QFETCH(QStringList, texts);
        QFETCH(QString, says);
        std::vector<std::string> all;
        for (const auto& text : texts)
            all.push_back(text.toStdString());
        const auto error = joined(all);
        QVERIFY2(QString::fromStdString(error).contains(says), error.c_str());
        QVERIFY(error.starts_with("part"));
        QVERIFY(error.find('\n') == std::string::npos);
    }

    /// Whatever is done to a part, it is refused in a line or still a part; nothing crashes.
    void damagedParts_areRefused()
    {
        const CounterRng rng(11);
        std::uint64_t i = 0;
        for (const bool json : {false, true}) {
            const auto good = partText(json, 1, 2);
            for (std::size_t size = 0; size < good.size() - 1; ++size) {
                const auto part = readPart("p", std::string_view(good).substr(0, size));
                if (json)
                    QVERIFY2(!part || size + 2 >= good.size(), qPrintable(QString::number(size)));
                else
                    QVERIFY2(!part, qPrintable(QString::number(size)));
            }
            for (int round = 0; round < 3000; ++round) {
                auto text = good;
                for (int change = 0; change < 3; ++change) {
                    const auto at = rng.below(i++, text.size());
                    text[at] = static_cast<char>(rng.below(i++, 256));
                }
                const auto part = readPart("p", text);
                if (!part)
                    QVERIFY(part.error().message.find('\n') == std::string::npos);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestSweepPart)
#include "test_sweep_part.moc"
