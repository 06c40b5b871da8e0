// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io_testing.h"

using namespace qs;

class TestIdx : public QObject {
    Q_OBJECT

private slots:
    void everyTypeIsRead_data()
    {
        QTest::addColumn<QString>("type");
        QTest::newRow("u1") << "uint8";
        QTest::newRow("i1") << "int8";
        QTest::newRow("i2") << "int16";
        QTest::newRow("i4") << "int32";
        QTest::newRow("f4") << "float32";
        QTest::newRow("f8") << "float64";
    }
    void everyTypeIsRead()
    {
        QFETCH(QString, type);
        const auto file = readTensors(golden(QByteArray(QTest::currentDataTag()) + ".idx"));
        QVERIFY2(file, file ? "" : file.error().message.c_str());
        QCOMPARE(file->formatId, "idx");
        const auto tensor = *file->tensor();
        QCOMPARE(tensor.name(), QTest::currentDataTag());
        QCOMPARE(QString::fromStdString(file->tensors[0].dtype), type);
        QCOMPARE(tensor.shape().toString(), "[2, 3]");
        QCOMPARE(valuesOf(tensor), counting(6));
    }

    void theFilesOfMnistOpenAsTheyAreDistributed()
    {
        const auto tensor = *readTensors(golden("train-images-idx3-ubyte.gz"))->tensor();
        QCOMPARE(tensor.name(), "train-images-idx3-ubyte");
        QCOMPARE(tensor.shape().toString(), "[2, 4, 4]");
        QCOMPARE(valuesOf(tensor), counting(32));
    }

    void damageIsToldInOneLine_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("problem");
        const QByteArray good = contentOfFile(golden("i4.idx"));
        QTest::newRow("truncated")
            << good.left(33)
            << "expected 24 bytes of data for shape [2, 3] of int32, found 21 bytes (at byte 33)";
        QTest::newRow("too long")
            << good + "x"
            << "expected 24 bytes of data for shape [2, 3] of int32, found 25 bytes (at byte 36)";
        QTest::newRow("cut in the sizes")
            << good.left(10) << "expected 12 bytes of IDX header, found 10 bytes (at byte 10)";
        QTest::newRow("cut in the magic")
            << good.left(3)
            << "expected an IDX header of at least 4 bytes, found 3 bytes (at byte 3)";
        QTest::newRow("empty") << QByteArray()
                               << "expected IDX data set (MNIST), found an empty file (at byte 0)";
        QTest::newRow("unknown type")
            << QByteArray(good).replace(2, 1, "\x0A")
            << "expected an IDX type of 8, 9, 11, 12, 13 or 14, found 10 (at byte 2)";
        QTest::newRow("no dimension") << QByteArray(good).replace(3, 1, QByteArray(1, '\0'))
                                      << "expected 1 to 32 dimensions, found 0 (at byte 3)";
        QTest::newRow("no zeros")
            << QByteArray(good).replace(0, 1, "A")
            << "expected two zero bytes at the start of an IDX file, found 65 "
               "and 0 (at byte 0)";
        QTest::newRow("more than exists")
            << QByteArray(good).replace(4, 8, "\xFF\xFF\xFF\xFF\x3F\xFF\xFF\xFF")
            << "expected more than 2^63 bytes of data for shape [4294967295, 1073741823] of int32, "
               "found 24 bytes (at byte 36)";
    }
    void damageIsToldInOneLine()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, problem);
        const Folder folder;
        QCOMPARE(problemOf(folder.file("labels.idx", content)), "labels.idx: " + problem);
    }
};

QTEST_APPLESS_MAIN(TestIdx)
#include "test_idx.moc"
