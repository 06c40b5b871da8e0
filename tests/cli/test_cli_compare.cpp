// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// The command compare: its contract.
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>

namespace {

constexpr int kPatience = 60000;
const QString kModel = "mlp:64-24-10";

struct Ended {
    int status = -1;
    QByteArray out;
    QByteArray err;
};

Ended run(const QStringList& arguments)
{
    QProcess process;
    process.start(QS_BIN_DIR "/quantoscope-cli", arguments);
    process.waitForFinished(kPatience);
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

} // namespace

class TestCliCompare : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;
    QString m_weights = m_dir.filePath("float.safetensors");
    QString m_qat = m_dir.filePath("qat.safetensors");

    QStringList compare(const QStringList& more) const
    {
        return QStringList{"compare", "--model",   kModel,   "--data",
                           "digits",  "--weights", m_weights} +
               more;
    }

private slots:
    void initTestCase()
    {
        const QStringList train{"train",    "--model", kModel, "--data", "digits",
                                "--epochs", "20",      "--lr", "0.005"};
        QCOMPARE(run(train + QStringList{"--save", m_weights}).status, 0);
        QCOMPARE(run(train + QStringList{"--init", m_weights, "--qat", "default", "--save", m_qat})
                     .status,
                 0);
    }

    void json_allMethods_hasTheContractsFigures()
    {
        const auto ended = run(compare({"--methods", "float,dynamic,static,weight_only,qat",
                                        "--qat-weights", m_qat, "--calibration", "100", "--json"}));
        QCOMPARE(ended.err, QByteArray());
        QCOMPARE(ended.status, 0);
        const auto json = QJsonDocument::fromJson(ended.out).object();
        QCOMPARE(json["calibration_samples"].toInt(), 100);
        const auto methods = json["methods"].toArray();
        QCOMPARE(methods.size(), 5);
        const QStringList names{"float", "dynamic", "static", "weight_only", "qat"};
        for (int i = 0; i < names.size(); ++i) {
            const auto method = methods[i].toObject();
            QCOMPARE(method["method"].toString(), names[i]);
            QVERIFY(method["accuracy"].toDouble() > 0.8);
            QVERIFY(method["model_bytes"].toInt() > 0);
            QVERIFY(method["ms_per_1000_samples"].toDouble() > 0);
            QCOMPARE(method["layers"].toArray().size(), 3);
            const bool integers = names[i] != "float" && names[i] != "weight_only";
            QCOMPARE(method["integer_accuracy"].isDouble(), integers);
            QCOMPARE(method["mismatches"].isObject(), integers);
            QCOMPARE(method["covers"]["on_integers"].toInt(), integers ? 2 : 0);
        }
        QVERIFY(methods[2]["model_bytes"].toInt() < methods[0]["model_bytes"].toInt() / 3);
        QVERIFY(!json["guide"]["sentences"].toArray().isEmpty());
        QVERIFY(!json.contains("layers"));
    }

    void json_layers_haveErrorsSensitivityAndAdvice()
    {
        const QStringList arguments{"--methods", "static", "--layers",   "--advise",
                                    "1",         "--json", "--equalize", "--bias-correction"};
        const auto first = run(compare(arguments));
        QCOMPARE(first.status, 0);
        const auto json = QJsonDocument::fromJson(first.out).object();
        QCOMPARE(json["layers_of"].toString(), "static");
        const auto layers = json["layers"].toArray();
        QCOMPARE(layers.size(), 3);
        QCOMPARE(layers[0]["name"].toString(), "input");
        QVERIFY(layers[0]["weight"].isNull());
        QVERIFY(layers[1]["weight"]["sqnr_db"].toDouble() > 20);
        QVERIFY(layers[2]["output_accumulated"]["cosine_similarity"].toDouble() > 0.9);
        QCOMPARE(json["sensitivity"].toArray().size(), 3);
        const auto advice = json["advice"].toArray();
        QCOMPARE(advice.size(), 1);
        QVERIFY(!advice[0]["findings"].toArray().isEmpty());
        for (const auto& tried : advice[0]["tried"].toArray())
            QVERIFY(tried.toObject()["helps"].isBool());
        // Seeded: the same again, but for the times.
        const auto second = QJsonDocument::fromJson(run(compare(arguments)).out).object();
        for (const char* key : {"layers", "sensitivity", "advice"})
            QCOMPARE(second[key], json[key]);
    }

    void text_table_hasARowForEachMethod()
    {
        const auto ended = run(compare({"--limit-test", "50", "--methods", "float,static"}));
        QCOMPARE(ended.status, 0);
        QVERIFY(ended.out.startsWith("method "));
        QVERIFY(ended.out.contains("\nfloat "));
        QVERIFY(ended.out.contains("\nstatic "));
        QVERIFY(ended.out.contains("/50"));
    }

    void wrongArguments_areTwoAndOneLine_data()
    {
        QTest::addColumn<QStringList>("more");
        QTest::addColumn<int>("status");
        QTest::newRow("method") << QStringList{"--methods", "float,lut"} << 2;
        QTest::newRow("twice") << QStringList{"--methods", "float,float"} << 2;
        QTest::newRow("qat alone") << QStringList{"--methods", "qat"} << 2;
        QTest::newRow("calibration") << QStringList{"--calibration", "100000"} << 2;
        QTest::newRow("none to observe") << QStringList{"--calibration", "0"} << 2;
        QTest::newRow("observer") << QStringList{"--observer", "eye"} << 2;
        QTest::newRow("batch") << QStringList{"--batch", "0"} << 2;
        QTest::newRow("layers of float") << QStringList{"--methods", "float", "--layers"} << 2;
        QTest::newRow("qat weights") << QStringList{"--qat-weights", "/nowhere/w.safetensors"} << 1;
    }

    void wrongArguments_areTwoAndOneLine()
    {
        QFETCH(QStringList, more);
        QFETCH(int, status);
        const auto ended = run(compare(more));
        QCOMPARE(ended.status, status);
        QCOMPARE(ended.err.count('\n'), 1);
        QVERIFY(ended.err.startsWith("quantoscope: "));
        QVERIFY(ended.out.isEmpty());
    }

    void otherModel_saysWhatDoesNotFit()
    {
        const auto ended =
            run({"compare", "--model", "mlp:64-16-10", "--data", "digits", "--weights", m_weights});
        QCOMPARE(ended.status, 1);
        QVERIFY2(ended.err.contains("0.weight"), ended.err.constData());
        QCOMPARE(run({"compare", "--model", "mlp:10-4", "--data", "digits", "--weights", m_weights})
                     .status,
                 2);
    }

    void interrupted_stopsAtOnce()
    {
        QProcess process;
        process.start(QS_BIN_DIR "/quantoscope-cli",
                      compare({"--adaround", "--layers", "--advise", "9"}));
        QVERIFY(process.waitForStarted());
        QTest::qWait(400);
        QElapsedTimer timer;
        timer.start();
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(kPatience));
        QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
        QCOMPARE(process.exitCode(), 130);
    }
};

QTEST_GUILESS_MAIN(TestCliCompare)
#include "test_cli_compare.moc"
