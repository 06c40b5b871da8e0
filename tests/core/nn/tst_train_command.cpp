// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
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

struct Ended {
    int status = -1;
    QByteArray out;
    QByteArray err;
};

QStringList train(const QStringList& more)
{
    return QStringList{"train", "--data", "fashion-mnist"} + more;
}

Ended run(const QStringList& arguments)
{
    QProcess process;
    process.start(QS_BIN_DIR "/quantoscope-cli", arguments);
    process.waitForFinished(kPatience);
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

} // namespace

class TestTrainCommand : public QObject {
    Q_OBJECT
private slots:
    void json_smallRun_hasTheContractsShape()
    {
        const QTemporaryDir dir;
        const auto weights = dir.filePath("w.safetensors");
        const auto curves = dir.filePath("c.csv");
        const QStringList arguments{"--model",       "mlp:784-16-10", "--epochs",     "2",
                                    "--limit-train", "300",           "--limit-test", "100",
                                    "--qat",         "default",       "--json"};
        const auto first =
            run(train(arguments + QStringList{"--save", weights, "--curves", curves}));
        QCOMPARE(first.err, QByteArray());
        QCOMPARE(first.status, 0);
        const auto json = QJsonDocument::fromJson(first.out).object();
        const auto epochs = json["epochs"].toArray();
        QCOMPARE(epochs.size(), 2);
        for (const char* key :
             {"epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds"})
            QVERIFY2(epochs[1][key].isDouble(), key);
        QVERIFY(json["samples_per_second"].toDouble() > 0);
        const auto layers = json["layers"].toArray();
        QCOMPARE(layers.size(), 3);
        QCOMPARE(layers[1]["name"].toString(), "0");
        QVERIFY(layers[1]["weight_scale"][0].toDouble() > 0);
        QVERIFY(QFile::exists(weights));
        QFile csv(curves);
        QVERIFY(csv.open(QIODevice::ReadOnly));
        const auto lines = csv.readAll().split('\n');
        QCOMPARE(lines[0],
                 QByteArray("step,epoch,train_loss,train_accuracy,test_loss,test_accuracy"));
        QCOMPARE(lines.size(), 1 + 10 + 1);

        // Seeded: the same again, but for the times. And weights can be trained on.
        const auto second = QJsonDocument::fromJson(run(train(arguments)).out);
        QCOMPARE(second["epochs"][1]["test_loss"].toDouble(), epochs[1]["test_loss"].toDouble());
        const auto more = run(train(arguments + QStringList{"--init", weights}));
        const auto trainedOn = QJsonDocument::fromJson(more.out);
        QVERIFY(trainedOn["epochs"][0]["train_loss"].toDouble() <
                epochs[0]["train_loss"].toDouble());
    }

    void wrongArguments_areTwo_missingDataOne()
    {
        const auto status = [](const QStringList& more) {
            return run(train(more)).status;
        };
        QCOMPARE(status({"--model", "resnet"}), 2);
        QCOMPARE(status({"--model", "seed-cnn", "--qat", "int4"}), 2);
        QCOMPARE(status({"--model", "seed-cnn", "--batch", "0"}), 2);
        QCOMPARE(status({"--model", "seed-cnn", "--lr", "-1"}), 2);
        QCOMPARE(status({"--model", "seed-cnn", "--observe-epochs", "1"}), 2);
        QCOMPARE(status({"--model", "seed-cnn", "--qat", "/nowhere/q.json"}), 1);
        QCOMPARE(run({"train", "--model", "seed-cnn", "--data", "idx:/nowhere"}).status, 1);
        const auto lsq = run(train({"--model", "seed-cnn", "--qat", "int4"}));
        QCOMPARE(lsq.err.count('\n'), 1);
        QVERIFY(lsq.err.contains("default, fixed"));
        QVERIFY(lsq.out.isEmpty());
    }

    void interrupted_stopsAtOnceAndSaves()
    {
        const QTemporaryDir dir;
        const auto weights = dir.filePath("w.safetensors");
        // A busy machine may still be reading the images when the interrupt comes: then there is
        // nothing to save yet, and it is tried again later.
        for (const int wait : {1500, 6000, 20000}) {
            QProcess process;
            process.start(QS_BIN_DIR "/quantoscope-cli",
                          train({"--model", "seed-cnn", "--epochs", "100", "--save", weights}));
            QVERIFY(process.waitForStarted());
            QTest::qWait(wait);
            QElapsedTimer timer;
            timer.start();
            ::kill(static_cast<pid_t>(process.processId()), SIGINT);
            QVERIFY(process.waitForFinished(kPatience));
            QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
            QCOMPARE(process.exitCode(), 130);
            if (QFile::exists(weights))
                break;
        }
        QVERIFY(QFile::exists(weights));
    }
};

QTEST_GUILESS_MAIN(TestTrainCommand)
#include "tst_train_command.moc"
