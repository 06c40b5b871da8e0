// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "io_testing.h"

using namespace qs;

namespace {

/// A file with the header as given, where ' stands for ", and so much data.
QByteArray safetensors(QByteArray header, int dataBytes)
{
    header.replace('\'', '"');
    return little64(static_cast<quint64>(header.size())) + header + QByteArray(dataBytes, '\0');
}

} // namespace

class TestSafetensors : public QObject {
    Q_OBJECT

private slots:
    void everyElementTypeIsRead_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<bool>("isBool");
        for (const auto& row : elementTypes())
            QTest::newRow(row.safetensorsCode.data())
                << QString::fromLatin1(row.name.data()) << (row.type == ElementType::Bool);
    }
    void everyElementTypeIsRead()
    {
        QFETCH(QString, type);
        QFETCH(bool, isBool);
        const auto file = readTensors(golden("all_types.safetensors"));
        QVERIFY2(file, file ? "" : file.error().message.c_str());
        QCOMPARE(file->formatId, "safetensors");
        const auto name = QByteArray(QTest::currentDataTag()).toLower().toStdString();
        const auto tensor = file->tensor(name);
        QVERIFY2(tensor, tensor ? "" : tensor.error().message.c_str());
        QCOMPARE(tensor->name(), name);
        QCOMPARE(QString::fromStdString(std::string(info(tensor->type()).name)), type);
        QCOMPARE(tensor->shape().toString(), "[2, 3]");
        QCOMPARE(valuesOf(*tensor), isBool ? std::vector<float>({0, 1, 0, 1, 0, 1}) : counting(6));
    }

    void tensorsComeInTheOrderOfTheHeader()
    {
        QStringList names;
        const auto file = readTensors(golden("all_types.safetensors"));
        for (const auto& entry : file->tensors)
            names += QString::fromStdString(entry.name);
        QCOMPARE(names.join(" "),
                 "scalar empty f64 i64 u64 f32 i32 u32 f16 bf16 i16 u16 i8 u8 bool "
                 "f8_e4m3");
    }

    void scalarsAndEmptyTensorsAreTensors()
    {
        const auto file = readTensors(golden("all_types.safetensors"));
        QCOMPARE(file->tensor("scalar")->shape().toString(), "[]");
        QCOMPARE(valuesOf(*file->tensor("scalar")), std::vector<float>{2.5F});
        QCOMPARE(file->tensor("empty")->shape().toString(), "[0, 4]");
        QCOMPARE(file->tensor("empty")->numel(), 0);
    }

    void metadataAreKept()
    {
        const auto metadata = readTensors(golden("all_types.safetensors"))->metadata;
        QCOMPARE(metadata.at("format"), "pt");
        QCOMPARE(metadata.at("made_by"), "numpy");
    }

    void anUnknownTypeIsListedAndTheOthersOpen()
    {
        const auto file = readTensors(golden("all_types.safetensors"));
        const auto& entry = file->tensors.back();
        QCOMPARE(entry.dtype, "F8_E4M3");
        QCOMPARE(entry.shape.toString(), "[2, 3]");
        QCOMPARE(entry.bytes, 6U);
        QVERIFY(!entry.tensor);
        QCOMPARE(entry.problem, "expected a known element type, found F8_E4M3");
        const auto tensor = file->tensor("f8_e4m3");
        QVERIFY(!tensor);
        QCOMPARE(tensor.error().kind, ErrorKind::Data);
        QVERIFY(QString::fromStdString(tensor.error().message)
                    .endsWith("tensor 'f8_e4m3': expected a known element type, found F8_E4M3"));
    }

    void aNameThatDoesNotExistListsThoseThatDo()
    {
        const auto tensor = readTensors(golden("all_types.safetensors"))->tensor("weight");
        QVERIFY(!tensor);
        QCOMPARE(tensor.error().kind, ErrorKind::Usage);
        QVERIFY(QString::fromStdString(tensor.error().message)
                    .endsWith("expected the name of one of its tensors (scalar, empty, f64, i64, "
                              "u64, f32, i32, u32, … 8 more), found 'weight'"));
        QVERIFY(!readTensors(golden("all_types.safetensors"))->tensor());
    }

    void damageIsToldInOneLine_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("problem");
        const auto one = [](const QByteArray& fields) {
            return QByteArray("{'a':{") + fields + "}}";
        };
        const QByteArray good = one("'dtype':'F32','shape':[2],'data_offsets':[0,8]");
        const auto two = [](const char* first, const char* second) {
            return QByteArray("{'a':{'dtype':'U8','shape':[4],'data_offsets':") + first +
                   "},'b':{'dtype':'U8','shape':[4],'data_offsets':" + second + "}}";
        };
        QTest::newRow("sound") << safetensors(good, 8) << "";
        QTest::newRow("no tensor") << safetensors("{}", 0) << "";
        QTest::newRow("padded") << safetensors(good + "    ", 8) << "";
        QTest::newRow("data in another order than the header")
            << safetensors(two("[4,8]", "[0,4]"), 8) << "";
        QTest::newRow("a field of a later version")
            << safetensors(one("'x':{'y':[[1,{'z':null}],'t']},'dtype':'F32','shape':[2],'data_"
                               "offsets':[0,8]"),
                           8)
            << "";
        QTest::newRow("truncated")
            << safetensors(good, 7)
            << "expected 8 bytes of data for all tensors, found 7 bytes (at byte 69)";
        QTest::newRow("too long")
            << safetensors(good, 9)
            << "expected 8 bytes of data for all tensors, found 9 bytes (at byte 70)";
        QTest::newRow("empty") << QByteArray()
                               << "expected safetensors model, found an empty file (at byte 0)";
        QTest::newRow("cut in the length")
            << good.left(5)
            << "expected a safetensors header of at least 8 bytes, found 5 bytes (at byte 5)";
        QTest::newRow("header beyond the file")
            << little64(1000) + good
            << "expected 1,000 bytes of safetensors header, found 54 bytes (at byte 62)";
        QTest::newRow("header of 2^64 - 1 bytes")
            << little64(~quint64{0}) + good
            << "expected a safetensors header of at most 100,000,000 bytes, found "
               "18446744073709551615 bytes (at byte 0)";
        QTest::newRow("not JSON") << safetensors("{nonsense", 0)
                                  << "expected JSON in the header, found '{no' (at byte 10)";
        QTest::newRow("an array") << safetensors("[]", 0)
                                  << "expected a JSON object, found an array (at byte 8)";
        QTest::newRow("a tensor that is a number")
            << safetensors("{'a':1}", 0)
            << "expected an object of dtype, shape and data_offsets for tensor 'a', found 1 (at "
               "byte 13)";
        QTest::newRow("a missing field") << safetensors(one("'dtype':'F32','shape':[2]"), 8)
                                         << "expected dtype, shape and two data_offsets for tensor "
                                            "'a', found not all of them (at byte 39)";
        QTest::newRow("a field twice")
            << safetensors(one("'dtype':'F32','dtype':'F32'"), 8)
            << "expected each field of tensor 'a' once, found 'dtype' twice (at byte 28)";
        QTest::newRow("a name twice") << safetensors(two("[0,4]", "[4,8]").replace("'b'", "'a'"), 8)
                                      << "expected each name once, found 'a' twice (at byte 61)";
        QTest::newRow("a negative size")
            << safetensors(one("'dtype':'F32','shape':[-2],'data_offsets':[0,8]"), 8)
            << "expected an array of sizes for tensor 'a', found -2 (at byte 37)";
        QTest::newRow("a size that is not whole")
            << safetensors(one("'dtype':'F32','shape':[2.0],'data_offsets':[0,8]"), 8)
            << "expected an array of sizes for tensor 'a', found 2.0 (at byte 37)";
        QTest::newRow("three offsets")
            << safetensors(one("'dtype':'F32','shape':[2],'data_offsets':[0,8,9]"), 8)
            << "expected two data_offsets for tensor 'a', found more (at byte 60)";
        QTest::newRow("metadata that are no texts")
            << safetensors("{'__metadata__':{'a':1}}", 0)
            << "expected texts in __metadata__, found 1 (at byte 29)";
        QTest::newRow("end before begin")
            << safetensors(one("'dtype':'F32','shape':[2],'data_offsets':[8,0]"), 8)
            << "expected data of tensor 'a' that end after their begin, found data_offsets 8 and 0 "
               "(at byte 9)";
        QTest::newRow("hole") << safetensors(two("[0,4]", "[5,9]"), 9)
                              << "expected data of tensor 'b' from byte 4, where those before them "
                                 "end, found data_offsets from 5 (at byte 61)";
        QTest::newRow("overlap") << safetensors(two("[0,4]", "[3,7]"), 7)
                                 << "expected data of tensor 'b' from byte 4, where those before "
                                    "them end, found data_offsets from 3 (at byte 61)";
        QTest::newRow("size and shape disagree")
            << safetensors(one("'dtype':'F32','shape':[3],'data_offsets':[0,8]"), 8)
            << "expected 12 bytes of data for tensor 'a', shape [3] of float32, found 8 bytes (at "
               "byte 9)";
        QTest::newRow("sizes whose product wraps around to the right one")
            << safetensors(
                   one("'dtype':'U8','shape':[4294967296,4294967296,8],'data_offsets':[0,0]"), 0)
            << "expected the shape of tensor 'a', found shape has more than 2^62 elements (at byte "
               "9)";
        QTest::newRow("33 dimensions")
            << safetensors(one("'dtype':'U8','shape':[" + QByteArray("1,").repeated(32) +
                               "1],'data_offsets':[0,1]"),
                           1)
            << "expected at most 32 sizes below 2^63 for tensor 'a', found more (at byte 100)";
        QTest::newRow("a name with a line break stays one line")
            << safetensors("{'a\\nb':1}", 0)
            << "expected an object of dtype, shape and data_offsets for tensor 'a\\nb', found 1 "
               "(at byte 16)";
    }
    void damageIsToldInOneLine()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, problem);
        const Folder folder;
        QCOMPARE(problemOf(folder.file("model.safetensors", content)),
                 problem.isEmpty() ? problem : "model.safetensors: " + problem);
    }

    void aDeepHeaderIsRefusedWithoutRecursion()
    {
        const Folder folder;
        const auto deep = QByteArray("{'a':{'x':") + QByteArray("[").repeated(2'000'000);
        QVERIFY(problemOf(folder.file("deep.safetensors", safetensors(deep, 0)))
                    .startsWith("deep.safetensors: expected JSON in the header"));
    }

    void manyTensorsAreReadInLinearTime()
    {
        QByteArray header = "{";
        for (int i = 0; i < 200'000; ++i)
            header += "'t" + QByteArray::number(i) +
                      "':{'dtype':'U8','shape':[1],'data_offsets':[" + QByteArray::number(i) + "," +
                      QByteArray::number(i + 1) + "]},";
        header.back() = '}';
        const Folder folder;
        QElapsedTimer timer;
        const auto path = folder.file("many.safetensors", safetensors(header, 200'000));
        timer.start();
        QCOMPARE(readTensors(path)->tensors.size(), std::size_t{200'000});
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
    }

    void whatIsWrittenReadsBack()
    {
        const Folder folder;
        const auto file = readTensors(golden("all_types.safetensors"));
        std::vector<Tensor> tensors;
        for (const auto& entry : file->tensors) {
            if (entry.tensor)
                tensors.push_back(*entry.tensor);
        }
        std::ranges::reverse(tensors); // the narrow ones first
        QVERIFY(writeTensors(folder.path("x.safetensors"), tensors));
        const auto back = readTensors(folder.path("x.safetensors"));
        QVERIFY2(back, back ? "" : back.error().message.c_str());
        QCOMPARE(back->tensors.size(), tensors.size());
        for (const auto& tensor : tensors) {
            const auto other = *back->tensor(tensor.name());
            QCOMPARE(other.type(), tensor.type());
            QVERIFY(other.shape() == tensor.shape());
            QVERIFY(std::ranges::equal(other.bytes(), tensor.bytes()));
            QCOMPARE(reinterpret_cast<std::uintptr_t>(other.bytes().data()) %
                         info(tensor.type()).size,
                     std::uintptr_t{0});
        }
    }

    void aNameTwiceIsNotWritten()
    {
        const Folder folder;
        const std::vector<Tensor> tensors(2, Tensor().renamed("a"));
        const auto written = writeTensors(folder.path("x.safetensors"), tensors);
        QVERIFY(!written);
        QCOMPARE(written.error().kind, ErrorKind::Usage);
        QVERIFY(folder.names().isEmpty());
    }
};

QTEST_APPLESS_MAIN(TestSafetensors)
#include "test_safetensors.moc"
