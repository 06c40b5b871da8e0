// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

using Json = nlohmann::json;

/// A tensor of 3 GiB, mostly holes of a sparse file, through a program that may take a tenth of it.
class TestCliLarge : public QObject {
    Q_OBJECT

    static constexpr qint64 kNumel = qint64{3} << 28;
    QTemporaryDir m_folder;
    QString m_file = m_folder.filePath(QStringLiteral("large.npy"));

    struct Run {
        int status = -1;
        QByteArray out;
        QByteArray err;
    };

    static Run runWithLittleMemory(const QStringList& arguments)
    {
        QProcess process;
        // $0 is the program, $@ its arguments.
        process.start(QStringLiteral("bash"),
                      QStringList{QStringLiteral("-c"),
                                  QStringLiteral("ulimit -d 320000 && exec \"$0\" \"$@\""),
                                  QStringLiteral(QS_BIN_DIR "/quantoscope-cli")} +
                          arguments);
        process.waitForFinished(240000);
        return {process.exitCode(), process.readAllStandardOutput(),
                process.readAllStandardError()};
    }

private slots:
    void initTestCase()
    {
        std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" +
                             std::to_string(kNumel) + ",), }";
        header.resize(118 - 1, ' ');
        header += '\n';
        QByteArray start("\x93NUMPY\x01\x00", 8);
        const auto length = static_cast<std::uint16_t>(header.size());
        start.append(static_cast<char>(length & 0xff)).append(static_cast<char>(length >> 8));
        start.append(header.data(), static_cast<qsizetype>(header.size()));
        QFile file(m_file);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(start), qint64{128});
        const auto put = [&](qint64 index, float value) {
            file.seek(128 + 4 * index);
            file.write(reinterpret_cast<const char*>(&value), 4);
        };
        put(1000, 1.0F);
        put(kNumel / 2, -2.0F);
        put(kNumel / 3, std::nanf(""));
        put(kNumel - 5, INFINITY);
        put(kNumel - 1, 0.0F);
    }

    void report_isExact_inBlocks()
    {
        const auto r =
            runWithLittleMemory({QStringLiteral("quantize"), m_file, QStringLiteral("--dtype"),
                                 QStringLiteral("qint8"), QStringLiteral("--json")});
        QVERIFY2(r.status == 0, r.err.constData());
        const auto json = Json::parse(r.out.toStdString());
        QCOMPARE(json.at("numel").get<qint64>(), kNumel);
        QCOMPARE(json.at("nonfinite_count").get<int>(), 2);
        QCOMPARE(json.at("levels_used").get<int>(), 3);
        QCOMPARE(json.at("range_min").at(0).get<double>(), -2.0);
        QCOMPARE(json.at("range_max").at(0).get<double>(), 1.0);
        const auto scale = static_cast<float>(json.at("scale").at(0).get<double>());
        const double low = static_cast<double>(-170.0F * scale) + 2;
        const double high = static_cast<double>(85.0F * scale) - 1;
        const double expected = (low * low + high * high) / static_cast<double>(kNumel - 2);
        QVERIFY(std::fabs(json.at("mse").get<double>() - expected) <= 1e-12 * expected);
    }

    void whatNeedsMore_saysSo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("what");
        for (const char* observer : {"histogram", "mse"})
            QTest::newRow(observer)
                << QStringList{QStringLiteral("--observer"), QLatin1String(observer)}
                << QByteArray("observer ") + observer + " needs 6.0 GiB of memory";
        QTest::newRow("output") << QStringList{QStringLiteral("--output"),
                                               m_folder.filePath(QStringLiteral("out.npy"))}
                                << QByteArray("the dequantized tensor needs 3.0 GiB of memory");
    }

    void whatNeedsMore_saysSo()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, what);
        const auto r =
            runWithLittleMemory(QStringList{QStringLiteral("quantize"), m_file,
                                            QStringLiteral("--dtype"), QStringLiteral("qint8")} +
                                arguments);
        QCOMPARE(r.status, 1);
        QVERIFY2(r.err.contains(what), r.err.constData());
        QCOMPARE(r.err.count('\n'), 1);
        QVERIFY(!QFile::exists(m_folder.filePath(QStringLiteral("out.npy"))));
    }
};

QTEST_GUILESS_MAIN(TestCliLarge)
#include "test_cli_large.moc"
