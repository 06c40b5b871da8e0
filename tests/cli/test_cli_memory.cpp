// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

#include <cmath>
#include <nlohmann/json.hpp>

namespace {

/// Elements of a float64 file of 2 GiB, from which on files are mapped.
constexpr qint64 kNumel = qint64{1} << 28;

struct Run {
    int status = -1;
    bool crashed = false;
    QString out;
    QString err;
};

/// quantize in a process that may take so many KiB of memory of its own; mapped files are not.
Run quantize(const QString& file, const QString& options, int kilobytes)
{
    QProcess process;
    process.start(QStringLiteral("sh"),
                  {QStringLiteral("-c"), QStringLiteral("ulimit -d %1; exec " QS_BIN_DIR
                                                        "/quantoscope-cli quantize '%2' --quiet %3")
                                             .arg(kilobytes)
                                             .arg(file, options)});
    process.waitForFinished(200000);
    return {process.exitCode(), process.exitStatus() != QProcess::NormalExit,
            QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

} // namespace

/// Files larger than the memory there is: an answer or a reason, never the end of the program.
class TestCliMemory : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_file;

private slots:
    void initTestCase()
    {
        // Some elements, then a hole that takes no room on the disk.
        m_file = m_folder.filePath(QStringLiteral("large.npy"));
        QByteArray dict = "{'descr': '<f8', 'fortran_order': False, 'shape': (16384, 16384), }";
        dict.append(QByteArray(128 - 10 - dict.size() - 1, ' ')).append('\n');
        QByteArray head("\x93NUMPY\x01\x00", 8);
        head.append(static_cast<char>(dict.size())).append('\0').append(dict);
        for (const double v : {0.5, -3.0, 1.25, 7.0})
            head.append(reinterpret_cast<const char*>(&v), sizeof v);
        QFile file(m_file);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(head), head.size());
        QVERIFY(file.resize(128 + kNumel * 8));
    }

    void reports_needNoMemoryForTheElements_data()
    {
        QTest::addColumn<QString>("options");
        QTest::newRow("8 bits") << "--dtype qint8";
        QTest::newRow("16 bits per channel")
            << "--dtype int16 --qscheme per_channel_affine --axis 0";
    }
    void reports_needNoMemoryForTheElements()
    {
        QFETCH(QString, options);
        const auto run = quantize(m_file, options, 128 * 1024);
        QVERIFY2(!run.crashed && run.status == 0, qPrintable(run.err));
        QVERIFY2(run.out.contains(QLatin1String("nonfinite_count")), qPrintable(run.out));
    }

    void reports_areExact_inBlocks()
    {
        // 0.5, -3, 1.25, 7 and zeros, in three bits: scale 10/7, zero_point -2.
        const auto run = quantize(m_file, "--dtype int3 --json", 128 * 1024);
        QVERIFY2(run.status == 0, qPrintable(run.err));
        const auto json = nlohmann::json::parse(run.out.toStdString());
        QCOMPARE(json.at("numel").get<qint64>(), kNumel);
        const float scale = 10.0F / 7.0F;
        QCOMPARE(static_cast<float>(json.at("scale").at(0).get<double>()), scale);
        QCOMPARE(json.at("zero_point").at(0).get<int>(), -2);
        QCOMPARE(json.at("levels_used").get<int>(), 4); // of -3, 0 (and 0.5), 1.25 and 7
        double sum = 0;
        for (const auto& [x, level] :
             {std::pair(0.5, 0.0F), {-3.0, -2.0F}, {1.25, 1.0F}, {7.0, 5.0F}}) {
            const double e = static_cast<double>(level * scale) - x;
            sum += e * e;
        }
        const double expected = sum / static_cast<double>(kNumel);
        QVERIFY(std::fabs(json.at("mse").get<double>() - expected) <= 1e-12 * expected);
    }

    void whatDoesNotFit_isOneLineWithTheReason_data()
    {
        QTest::addColumn<QString>("options");
        QTest::newRow("percentile") << "--dtype qint8 --observer percentile";
        QTest::newRow("histogram") << "--dtype qint8 --observer histogram";
        QTest::newRow("codes") << "--dtype qint8 --codes " + m_folder.filePath("codes.npy");
    }
    void whatDoesNotFit_isOneLineWithTheReason()
    {
        QFETCH(QString, options);
        const auto run = quantize(m_file, options, 128 * 1024);
        QVERIFY2(!run.crashed && run.status == 1, qPrintable(run.err));
        QVERIFY2(run.err.contains(QLatin1String("not enough memory: ")), qPrintable(run.err));
        QVERIFY2(run.err.contains(QLatin1String("iB are available; choose ")), qPrintable(run.err));
        QCOMPARE(run.err.count(QLatin1Char('\n')), 1);
        QVERIFY(run.out.isEmpty());
    }
};

QTEST_APPLESS_MAIN(TestCliMemory)
#include "test_cli_memory.moc"
