// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io_testing.h"

#include <cmath>
#include <limits>

using namespace qs;

namespace {

/// A version 1 file with the header as given, and so much data.
QByteArray npy(const QByteArray& header, int dataBytes)
{
    QByteArray bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size() & 0xFF);
    bytes += static_cast<char>(header.size() >> 8);
    return bytes + header + QByteArray(dataBytes, '\0');
}

} // namespace

class TestNpy : public QObject {
    Q_OBJECT

private slots:
    void everyElementTypeIsRead_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<bool>("isBool");
        for (const auto& row : elementTypes()) {
            if (!row.npyCode.empty())
                QTest::newRow(row.npyCode.data())
                    << QString::fromLatin1(row.name.data()) << (row.type == ElementType::Bool);
        }
    }
    void everyElementTypeIsRead()
    {
        QFETCH(QString, type);
        QFETCH(bool, isBool);
        const auto name = QByteArray("c_") + QTest::currentDataTag();
        const auto file = readTensors(golden(name + ".npy"));
        QVERIFY2(file, file ? "" : file.error().message.c_str());
        QCOMPARE(file->formatId, "npy");
        const auto tensor = *file->tensor();
        QCOMPARE(tensor.name(), name.toStdString());
        QCOMPARE(QString::fromStdString(std::string(info(tensor.type()).name)), type);
        QCOMPARE(tensor.shape().toString(), "[2, 3]");
        QCOMPARE(valuesOf(tensor), isBool ? std::vector<float>({0, 1, 0, 1, 0, 1}) : counting(6));
    }

    void theOrderInTheFileDoesNotShow_data()
    {
        QTest::addColumn<QString>("shape");
        QTest::addColumn<int>("numel");
        for (const char* big :
             {"big_f2", "big_f4", "big_f8", "big_i2", "big_i4", "big_i8", "big_u4"})
            QTest::newRow(big) << "[2, 3]" << 6;
        QTest::newRow("fortran_2d") << "[3, 5]" << 15;
        QTest::newRow("fortran_4d") << "[2, 3, 4, 5]" << 120;
        QTest::newRow("fortran_big_i2") << "[3, 4, 2]" << 24;
        QTest::newRow("fortran_tiles_u1") << "[70, 3]" << 210;
        QTest::newRow("version2") << "[2, 3]" << 6;
        QTest::newRow("version3") << "[2, 3]" << 6;
        QTest::newRow("empty") << "[0]" << 0;
        QTest::newRow("empty_2d") << "[3, 0]" << 0;
    }
    void theOrderInTheFileDoesNotShow()
    {
        QFETCH(QString, shape);
        QFETCH(int, numel);
        const auto file = readTensors(golden(QByteArray(QTest::currentDataTag()) + ".npy"));
        QVERIFY2(file, file ? "" : file.error().message.c_str());
        const auto tensor = *file->tensor();
        QCOMPARE(QString::fromStdString(tensor.shape().toString()), shape);
        QCOMPARE(valuesOf(tensor), counting(numel));
    }

    void aScalarHasNoDimensions()
    {
        const auto scalar = *readTensors(golden("scalar.npy"))->tensor();
        QCOMPARE(scalar.shape().toString(), "[]");
        QCOMPARE(valuesOf(scalar), std::vector<float>{2.5F});
        QCOMPARE(readTensors(golden("one.npy"))->tensor()->shape().toString(), "[1]");
    }

    void signsAndSpecialValuesSurvive()
    {
        QCOMPARE(valuesOf(*readTensors(golden("negative_i2.npy"))->tensor()),
                 std::vector<float>({-32768, -1, 0, 32767}));
        constexpr float kInf = std::numeric_limits<float>::infinity();
        const auto x = valuesOf(*readTensors(golden("special_f4.npy"))->tensor());
        QVERIFY(std::isnan(x[0]));
        QCOMPARE(x[1], kInf);
        QCOMPARE(x[2], -kInf);
        QVERIFY(x[3] == 0 && std::signbit(x[3]));
        QCOMPARE(x[4], std::numeric_limits<float>::denorm_min());
        QCOMPARE(x[5], std::numeric_limits<float>::max());
        const auto half = valuesOf(*readTensors(golden("special_f2.npy"))->tensor());
        QVERIFY(std::isnan(half[0]));
        QCOMPARE(half[1], kInf);
        QCOMPARE(half[2], -kInf);
        QCOMPARE(half[3], 0x1p-24F);
        QCOMPARE(half[4], 65504.0F);
    }

    void typesThatAreNoNumbersAreRefusedByName_data()
    {
        QTest::addColumn<QString>("found");
        QTest::newRow("complex") << "'<c8' (complex numbers)";
        QTest::newRow("object") << "'|O' (Python objects)";
        QTest::newRow("structured") << "'[('a', '<f4'), ('b', '<i4')]' (a structured type)";
        QTest::newRow("string") << "'<U2' (strings)";
        QTest::newRow("time") << "'<M8[s]' (times)";
        QTest::newRow("void") << "'|V2' (raw bytes: bfloat16 and float8 lose their type in a .npy "
                                 "file, save them as .safetensors)";
        QTest::newRow("longdouble") << "'<f16' (a float of another size)";
    }
    void typesThatAreNoNumbersAreRefusedByName()
    {
        QFETCH(QString, found);
        const auto name = QByteArray("refused_") + QTest::currentDataTag() + ".npy";
        QCOMPARE(problemOf(golden(name)),
                 name + ": expected numbers such as '<f4', '<f2', '|i1' or '|b1', found " + found +
                     " (at byte 20)");
    }

    void damageIsToldInOneLine_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("problem");
        const QByteArray good = "{'descr': '<f4', 'fortran_order': False, 'shape': (32, 32), }\n";
        const auto with = [&](const char* from, const char* to) {
            return npy(QByteArray(good).replace(from, to), 4096);
        };
        QTest::newRow("sound") << npy(good, 4096) << "";
        QTest::newRow("other quotes, order and spaces")
            << npy("{\"shape\":(32,32),\"descr\":\"<f4\",\"fortran_order\":False}", 4096) << "";
        QTest::newRow("Python 2 numbers") << with("(32, 32)", "(32L, 32L)") << "";
        QTest::newRow("truncated") << npy(good, 4000)
                                   << "expected 4,096 bytes of data for shape [32, 32] of float32, "
                                      "found 4,000 bytes (at byte 4072)";
        QTest::newRow("too long") << npy(good, 4097)
                                  << "expected 4,096 bytes of data for shape [32, 32] of float32, "
                                     "found 4,097 bytes (at byte 4168)";
        QTest::newRow("empty") << QByteArray()
                               << "expected NumPy array, found an empty file (at byte 0)";
        QTest::newRow("text") << QByteArray("hello, world")
                              << "expected '\\x93NUMPY' at the start of a .npy file, found other "
                                 "bytes (at byte 0)";
        QTest::newRow("cut in the magic") << QByteArray("\x93NU")
                                          << "expected '\\x93NUMPY' at the start of a .npy file, "
                                             "found 3 bytes (at byte 0)";
        QTest::newRow("cut before the length")
            << npy(good, 0).left(9)
            << "expected the length of the .npy header, found the end of "
               "the file (at byte 9)";
        QTest::newRow("cut in the header")
            << npy(good, 0).left(30)
            << "expected 62 bytes of .npy header, found 20 bytes (at byte 30)";
        QTest::newRow("version")
            << QByteArray("\x93NUMPY\x04\x00\x00\x00", 10)
            << "expected version 1.0, 2.0 or 3.0 of the .npy format, found 4.0 (at byte 6)";
        QTest::newRow("4 GiB of header") << QByteArray("\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF{", 13)
                                         << "expected a .npy header of at most 1,048,576 bytes, "
                                            "found 4,294,967,295 bytes (at byte 8)";
        QTest::newRow("no dict") << npy("[]", 4)
                                 << "expected '{' in the .npy header, found '[]' (at byte 10)";
        QTest::newRow("key twice")
            << npy("{'descr': '<f4', 'descr': '<f4'}", 4)
            << "expected each of the keys 'descr', 'fortran_order' and 'shape' once in the .npy "
               "header, found '{'descr': '<f4', 'descr': '<f4'}' (at byte 27)";
        QTest::newRow("key missing") << npy("{'descr': '<f4'}", 4)
                                     << "expected the keys 'descr', 'fortran_order' and 'shape' in "
                                        "the .npy header, found '{'descr': '<f4'}' (at byte 26)";
        QTest::newRow("one number is no tuple")
            << npy("{'descr':'<f4','fortran_order':False,'shape':(3)}", 12)
            << "expected a tuple of at most 32 sizes in the .npy header, found "
               "'{'descr':'<f4','fortran_order':False,'shape':(3)}' (at byte 55)";
        QTest::newRow("code instead of a literal")
            << npy("{'descr':'<f4','fortran_order':False,'shape':(exit(),)}", 12)
            << "expected a tuple of at most 32 sizes in the .npy header, found "
               "'{'descr':'<f4','fortran_order':False,'shape':(exit(),)}' (at byte 55)";
        QTest::newRow("more than 2^62 elements") << with("(32, 32)", "(4294967296, 4294967296)")
                                                 << "expected the shape of a tensor, found shape "
                                                    "has more than 2^62 elements (at byte 60)";
        QTest::newRow("2^62 elements of 4 bytes")
            << with("(32, 32)", "(4611686018427387904,)")
            << "expected more than 2^63 bytes of data for shape [4611686018427387904] of float32, "
               "found 4,096 bytes (at byte 4182)";
    }
    void damageIsToldInOneLine()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, problem);
        const Folder folder;
        QCOMPARE(problemOf(folder.file("weights.npy", content)),
                 problem.isEmpty() ? problem : "weights.npy: " + problem);
    }

    void whatIsWrittenReadsBack()
    {
        const Folder folder;
        for (const auto& sizes :
             std::vector<std::vector<std::int64_t>>{{}, {1}, {6}, {2, 3}, {0, 4}}) {
            const auto shape = *Shape::make(sizes);
            const auto tensor =
                Tensor::fromFloats("x", shape, counting(static_cast<int>(shape.numel())));
            const auto path = folder.path("x.npy");
            QVERIFY(writeTensors(path, std::span(&tensor, 1)));
            const auto back = *readTensors(path)->tensor();
            QCOMPARE(back.name(), tensor.name());
            QVERIFY(back.shape() == shape);
            QCOMPARE(valuesOf(back), valuesOf(tensor));
        }
    }

    void everyElementTypeButBfloat16IsWrittenAsNumpyWritesIt()
    {
        const Folder folder;
        for (const auto& row : elementTypes()) {
            if (row.npyCode.empty())
                continue;
            const auto name = "c_" + std::string(row.npyCode) + ".npy";
            const auto tensor = *readTensors(golden(name.c_str()))->tensor();
            QVERIFY(writeTensors(folder.path("x.npy"), std::span(&tensor, 1)));
            QCOMPARE(contentOfFile(folder.path("x.npy")).size(),
                     contentOfFile(golden(name.c_str())).size());
            const auto back = *readTensors(folder.path("x.npy"))->tensor();
            QCOMPARE(back.type(), row.type);
            QCOMPARE(valuesOf(back), valuesOf(tensor));
        }
        const auto bf16 = *readTensors(golden("all_types.safetensors"))->tensor("bf16");
        const auto written = writeTensors(folder.path("b.npy"), std::span(&bf16, 1));
        QVERIFY(!written);
        QCOMPARE(written.error().kind, ErrorKind::Usage);
        QVERIFY(!folder.names().contains("b.npy"));
    }

    void dataAreAViewOfTheContent()
    {
        const Folder folder;
        const auto tensor = Tensor::fromFloats("x", *Shape::make({1 << 20}), counting(1 << 20));
        QVERIFY(writeTensors(folder.path("x.npy"), std::span(&tensor, 1)));
        auto file = readTensors(folder.path("x.npy"));
        const auto back = *file->tensor();
        file = Error::data("the file object is gone, the tensor keeps the content");
        QVERIFY(back.isFloat32());
        // Behind the header, aligned for every element type: nothing was copied or moved.
        QCOMPARE(reinterpret_cast<std::uintptr_t>(back.bytes().data()) % 16, std::uintptr_t{0});
        QVERIFY(std::ranges::equal(back.floats(), tensor.floats()));
    }

    void compressedFilesOpenToo()
    {
        QCOMPARE(valuesOf(*readTensors(golden("c_f4.npy.gz"))->tensor()), counting(6));
        QCOMPARE(readTensors(golden("c_f4.npy.gz"))->tensor()->name(), "c_f4");
    }
};

QTEST_APPLESS_MAIN(TestNpy)
#include "test_npy.moc"
