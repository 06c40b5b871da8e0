// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/io/formats.h"

#include <QDir>
#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>
#include <limits>
#include <nlohmann/json.hpp>

using namespace qs;
using Json = nlohmann::ordered_json;

/// sweep and merge through the real program.
class TestCliSweep : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_model;
    QString m_small;

    QString path(const QString& name) const { return m_folder.filePath(name); }

    struct Run {
        int status = -1;
        QByteArray out;
        QByteArray err;
    };

    static Run run(const QStringList& arguments)
    {
        QProcess process;
        process.start(QStringLiteral(QS_BIN_DIR "/quantoscope-cli"), arguments);
        process.waitForFinished(120000);
        return {process.exitCode(), process.readAllStandardOutput(),
                process.readAllStandardError()};
    }

    static Json json(const Run& r) { return Json::parse(r.out.toStdString()); }

    QByteArray read(const QString& name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
    }
    void write(const QString& name, const QByteArray& bytes) const
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

    static std::vector<float> values(std::size_t n, std::uint64_t seed)
    {
        std::vector<float> x(n);
        for (std::size_t i = 0; i < n; ++i)
            x[i] = static_cast<float>(inverseNormal(CounterRng(seed).uniform(i)));
        return x;
    }

    /// A sweep with rows that fail, in two files and a generator.
    QStringList sweep() const
    {
        return {"sweep",        m_model,
                m_small,        "generator:normal?numel=500&seed=3",
                "--bits",       "2,4",
                "--dtypes",     "q4_0,mxfp4,float16",
                "--qschemes",   "per_tensor_affine,per_channel_symmetric,per_group_symmetric",
                "--group-size", "16,32"};
    }

private slots:
    void initTestCase()
    {
        const std::vector<Tensor> tensors = {
            Tensor::fromFloats("layers.0.weight", *Shape::make({8, 256}), values(2048, 1)),
            Tensor::fromFloats("layers.0.bias", *Shape::make({8}), values(8, 2)),
            Tensor::fromFloats("layers.1.weight", *Shape::make({4, 64}), values(256, 3)),
            Tensor::fromFloats("empty", *Shape::make({0, 4}), {}),
            Tensor::fromFloats("nan", *Shape::make({3}),
                               std::vector<float>(3, std::numeric_limits<float>::quiet_NaN()))};
        m_model = path(QStringLiteral("model.safetensors"));
        QVERIFY(writeTensors(m_model.toStdString(), tensors));
        m_small = path(QStringLiteral("a,\"b.npy")); // a name that CSV has to quote
        QVERIFY(writeTensors(m_small.toStdString(), {&tensors[2], 1}));
    }

    void emptyOptions_areRefused()
    {
        // As an unset variable leaves them: without the shard the whole sweep would run.
        for (const char* option : {"--shard", "--bits", "--dtypes", "--csv"}) {
            const auto r =
                run({QStringLiteral("sweep"), QStringLiteral("generator:normal?numel=100"),
                     QLatin1String(option), QString()});
            QCOMPARE(r.status, 2);
            QVERIFY2(r.err.contains("expected a value"), r.err.constData());
        }
    }

    void rows_areQuantizesReports()
    {
        const auto r = run(sweep() + QStringList{"--json"});
        QVERIFY2(r.status == 0, r.err.constData());
        QVERIFY(r.err.isEmpty());
        const auto document = json(r);
        QCOMPARE(document.at("sweep").at("configurations").get<int>(), 11);
        QCOMPARE(document.at("rows").size(), std::size_t{7 * 11});
        int compared = 0;
        int errors = 0;
        for (std::size_t i = 0; i < document.at("rows").size(); i += 3) {
            const auto& row = document.at("rows").at(i);
            const auto text = [&](const char* key) {
                return QString::fromStdString(row.at(key).get<std::string>());
            };
            QStringList arguments{"quantize",   text("file"),     "--tensor",  text("tensor"),
                                  "--dtype",    text("dtype"),    "--qscheme", text("qscheme"),
                                  "--observer", text("observer"), "--json"};
            if (row.at("group_size").is_number() && text("dtype") != "q4_0")
                arguments += {"--group-size", QString::number(row.at("group_size").get<int>())};
            const auto alone = run(arguments);
            if (row.contains("error")) {
                ++errors;
                QVERIFY(alone.status != 0);
                QVERIFY2(alone.err.contains(row.at("error").get<std::string>().c_str()),
                         alone.err.constData());
                continue;
            }
            QVERIFY2(alone.status == 0, alone.err.constData());
            auto report = json(alone);
            auto it = row.begin();
            for (const auto& [key, value] : report.items()) {
                QCOMPARE(QString::fromStdString(it.key()), QString::fromStdString(key));
                auto expected = value;
                if (value.is_array() && value.size() > 64) {
                    QCOMPARE(row.at("cut").at(key).at("count").get<std::size_t>(), value.size());
                    expected.erase(expected.begin() + 64, expected.end());
                }
                QVERIFY2(it.value() == expected, key.c_str());
                ++it;
            }
            ++compared;
        }
        QVERIFY(compared > 10);
        QVERIFY(errors > 5);
    }

    void csv_hasTheFiguresOfJson()
    {
        const auto document = json(run(sweep() + QStringList{"--json"}));
        const auto r = run(sweep() + QStringList{"--csv", "-"});
        QCOMPARE(r.status, 0);
        const auto lines = r.out.trimmed().split('\n');
        QCOMPARE(static_cast<std::size_t>(lines.size()), document.at("rows").size() + 1);
        const auto columns = lines[0].split(',');
        QCOMPARE(columns[0], QByteArray("file"));
        QCOMPARE(columns.last(), QByteArray("error"));
        QVERIFY(r.out.contains("\"" + path(QStringLiteral("a,\"\"b.npy")).toUtf8() + "\""));
        const auto fields = lines[1].split(',');
        QCOMPARE(fields.size(), columns.size());
        const auto& row = document.at("rows").at(0);
        for (const char* key :
             {"numel", "mse", "sqnr_db", "bits_per_weight", "levels_used", "sets"})
            QCOMPARE(fields[columns.indexOf(key)].toDouble(), row.at(key).get<double>());
        for (const char* key : {"scale_min", "scale_median", "scale_max"})
            QCOMPARE(fields[columns.indexOf(key)].toDouble(), row.at("scale")[0].get<double>());
        QCOMPARE(fields[columns.indexOf("shape")], QByteArray("8x256"));
        QCOMPARE(run(sweep() + QStringList{"--csv", path("whole.csv")}).status, 0);
        QCOMPARE(read("whole.csv"), r.out);
    }

    void mergedShards_areTheWhole_byteForByte()
    {
        const auto whole = run(sweep() + QStringList{"--json"});
        const auto csv = run(sweep() + QStringList{"--csv", "-"});
        const auto table = run(sweep());
        for (const int shards : {1, 3, 9}) {
            QStringList jsonParts{"merge"};
            QStringList csvParts{"merge"};
            for (int k = shards; k >= 1; --k) {
                const QStringList shard{"--shard", QStringLiteral("%1/%2").arg(k).arg(shards)};
                const auto part = run(sweep() + shard + QStringList{"--json"});
                QVERIFY2(part.status == 0, part.err.constData());
                write(QStringLiteral("p%1.json").arg(k), part.out);
                jsonParts += path(QStringLiteral("p%1.json").arg(k));
                csvParts += path(QStringLiteral("p%1.csv").arg(k));
                QCOMPARE(run(sweep() + shard + QStringList{"--csv", csvParts.last()}).status, 0);
            }
            QCOMPARE(run(jsonParts + QStringList{"--json"}).out, whole.out);
            QCOMPARE(run(jsonParts + QStringList{"--csv", "-"}).out, csv.out);
            QCOMPARE(run(csvParts + QStringList{"--csv", path("m.csv")}).status, 0);
            QCOMPARE(read("m.csv"), csv.out);
            QCOMPARE(run(csvParts).out, table.out);
        }
    }

    void moreShardsThanRows_someAreEmpty_andMerge()
    {
        const QStringList one{"sweep", m_small, "--bits", "2-4"};
        QStringList parts{"merge"};
        for (int k = 1; k <= 5; ++k) {
            parts += path(QStringLiteral("e%1.csv").arg(k));
            QCOMPARE(run(one + QStringList{"--shard", QStringLiteral("%1/5").arg(k), "--csv",
                                           parts.last()})
                         .status,
                     0);
        }
        QCOMPARE(run(parts + QStringList{"--csv", "-"}).out,
                 run(one + QStringList{"--csv", "-"}).out);
        parts.removeLast();
        const auto r = run(parts);
        QCOMPARE(r.status, 1);
        QVERIFY(r.err.contains("no part with shard 5"));
    }

    void globs_chooseTensors()
    {
        const auto names = [&](const QStringList& patterns) {
            QStringList arguments{"sweep", "--bits", "4", "--json"};
            for (const auto& pattern : patterns)
                arguments += {"--tensor", pattern};
            QStringList found;
            const auto document = json(run(arguments + QStringList{m_model}));
            for (const auto& row : document.at("rows"))
                found += QString::fromStdString(row.at("tensor").get<std::string>());
            return found;
        };
        QCOMPARE(names({}).size(), 5);
        QCOMPARE(names({"*.weight"}), (QStringList{"layers.0.weight", "layers.1.weight"}));
        QCOMPARE(names({"layers.[1-9].*"}), QStringList{"layers.1.weight"});
        QCOMPARE(names({"layers.?.bias", "*1*"}),
                 (QStringList{"layers.0.bias", "layers.1.weight"}));
    }

    void tensorsThatFail_areRows_andTheStatusTells()
    {
        const auto r = run({"sweep", m_model, "--bits", "4", "--qschemes", "per_channel_affine",
                            "--axis", "1", "--json"});
        QCOMPARE(r.status, 0);
        const auto rows = json(r).at("rows");
        QVERIFY(!rows[0].contains("error"));
        QVERIFY(rows[1].at("error").get<std::string>().find("axis 1") != std::string::npos);
        QVERIFY(rows[4].contains("error"));
        const auto none = run({"sweep", m_model, "--tensor", "nan", "--bits", "4"});
        QCOMPARE(none.status, 1);
        QVERIFY(none.out.contains("nan")); // the row is there
        QVERIFY2(none.err.contains("none of 1 rows worked"), none.err.constData());
        QCOMPARE(none.err.count('\n'), 1);
    }

    void unreadableFiles_areTold_andTheOthersSwept()
    {
        write("bad.npy", "\x93NUMPY\x01");
        const QStringList files{path("bad.npy"), m_small, path("missing.npy")};
        const auto r = run(QStringList{"sweep", "--bits", "4", "--json"} + files);
        QCOMPARE(r.status, 1);
        QCOMPARE(r.err.count('\n'), 2);
        QVERIFY(r.err.contains("bad.npy") && r.err.contains("missing.npy"));
        const auto document = json(r);
        QCOMPARE(document.at("rows").size(), std::size_t{1});
        QCOMPARE(document.at("sweep").at("unreadable").size(), std::size_t{2});
        const auto alone =
            run({"sweep", path("bad.npy"), "--bits", "4", "--csv", path("none.csv")});
        QCOMPARE(alone.status, 1);
        QVERIFY(!QFile::exists(path("none.csv")));
    }

    void wrongArguments_areStatus2_inOneLine()
    {
        const QStringList s{"sweep", m_small};
        QCOMPARE(
            run(s + QStringList{"--bits", "4", "--csv", path("p.csv"), "--shard", "1/1"}).status,
            0);
        const QList<QStringList> wrong{
            {"sweep"},
            s + QStringList{"--bits", "2-999999999"},
            s + QStringList{"--bits", "8-2"},
            s + QStringList{"--dtypes", "int4,,int8"},
            s + QStringList{"--dtypes", "codebook"},
            s + QStringList{"--qschemes", "per_banana"},
            s + QStringList{"--observers", "fixed"},
            s + QStringList{"--group-size", "0", "--qschemes", "per_group_affine"},
            s + QStringList{"--axis", "0"},
            s + QStringList{"--tensor", "nothing"},
            s + QStringList{"--shard", "0/2", "--json"},
            s + QStringList{"--shard", "3/2", "--json"},
            s + QStringList{"--shard", "1/2x", "--json"},
            s + QStringList{"--shard", "1/2"},
            s + QStringList{"--csv", m_small},
            s + QStringList{"--csv", path("x.csv"), "--json"},
            s + QStringList{"--rounding", "floor", "--dialect", "openvino"},
            s + QStringList{"--seed", "1"},
            {"sweep", "generator:nothing"},
            {"merge"},
            {"merge", path("p.csv"), "--json"},
            {"merge", path("p.csv"), "--csv", path("p.csv")}};
        for (const auto& arguments : wrong) {
            const auto r = run(arguments);
            QVERIFY2(r.status == 2, qPrintable(arguments.join(' ')));
            QVERIFY(r.out.isEmpty());
            QVERIFY(r.err.startsWith("quantoscope: "));
            QCOMPARE(r.err.count('\n'), 1);
        }
    }

    void hostileParts_areStatus1_inOneLine()
    {
        const QStringList s{"sweep", m_small, "--bits", "2-5"};
        for (int k = 1; k <= 2; ++k) {
            const auto shard = QStringLiteral("%1/2").arg(k);
            write(QStringLiteral("h%1.json").arg(k),
                  run(s + QStringList{"--shard", shard, "--json"}).out);
            run(s + QStringList{"--shard", shard, "--csv", path(QStringLiteral("h%1.csv").arg(k))});
        }
        const auto other = run({"sweep", m_small, "--bits", "2-6", "--shard", "2/2", "--json"});
        write("other.json", other.out);
        write("cut.json", read("h2.json").chopped(40));
        write("cut.csv", read("h2.csv").chopped(5));
        write("deep.json", QByteArray(2000000, '[').replace(0, 1, "{\"sweep\":"));
        write("random", QByteArray::fromHex("00ff00ff93"));
        write("empty", "");
        const QList<QStringList> wrong{{"h1.json"},
                                       {"h1.json", "h1.json"},
                                       {"h1.json", "h2.json", "h2.json"},
                                       {"h1.json", "other.json"},
                                       {"h1.json", "h2.csv"},
                                       {"h1.json", "cut.json"},
                                       {"h1.csv", "cut.csv"},
                                       {"deep.json"},
                                       {"random"},
                                       {"empty"},
                                       {"missing"},
                                       {"."}};
        for (const auto& names : wrong) {
            QStringList arguments{"merge", "--csv", path("out.csv")};
            for (const auto& name : names)
                arguments += path(name);
            const auto r = run(arguments);
            QVERIFY2(r.status == 1, qPrintable(names.join(' ')));
            QVERIFY(r.out.isEmpty());
            QVERIFY(r.err.startsWith("quantoscope: " + m_folder.path().toUtf8()));
            QCOMPARE(r.err.count('\n'), 1);
            QVERIFY(!QFile::exists(path("out.csv")));
        }
    }

    void interrupt_stopsWithinHalfASecond_andLeavesTheFile()
    {
        write("kept.csv", "former");
        const auto before = QDir(m_folder.path()).entryList(QDir::Files | QDir::Hidden).size();
        QProcess process;
        process.start(QStringLiteral(QS_BIN_DIR "/quantoscope-cli"),
                      {"sweep", "generator:normal?shape=4096x8192", "--bits", "2-16", "--qschemes",
                       "per_tensor_affine,per_channel_symmetric", "--observers", "minmax,mse",
                       "--csv", path("kept.csv")});
        QVERIFY(process.waitForStarted());
        QTest::qWait(2500);
        QElapsedTimer timer;
        timer.start();
        kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(5000));
        // Half a second is the contract; the rest is for a busy machine.
        QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(process.exitCode() != 0);
        QCOMPARE(read("kept.csv"), QByteArray("former"));
        QCOMPARE(QDir(m_folder.path()).entryList(QDir::Files | QDir::Hidden).size(), before);
    }
};

QTEST_GUILESS_MAIN(TestCliSweep)
#include "test_cli_sweep.moc"
