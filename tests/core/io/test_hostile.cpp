// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/io/messages.h"
#include "io_testing.h"

#include <QDirIterator>

using namespace qs;

namespace {

/// Reads bytes as a file would be, through the format's own entry points: an error of one line, or
/// tensors all of whose elements can be read.
class Victim {
public:
    void open(const QByteArray& bytes)
    {
        // A heap copy of the exact size, so that the address sanitizer sees each byte too far.
        const auto span =
            std::as_bytes(std::span(bytes.data(), static_cast<std::size_t>(bytes.size())));
        std::vector<std::byte> copy(span.begin(), span.end());
        copy.shrink_to_fit();
        const auto content = contentOf(std::move(copy));
        for (const auto& format : fileFormats()) {
            if (format.matches(content.bytes.first(std::min(content.bytes.size(), kSniffBytes))))
                ++sniffed;
            const auto announced = format.announcedSize("hostile", content.bytes);
            if (!announced)
                checkLine(announced.error(), content.bytes.size());
            const auto file = format.read("hostile", content, {});
            if (file)
                use(*file, announced ? *announced : std::nullopt, content.bytes.size());
            else
                checkLine(file.error(), content.bytes.size());
        }
    }

    int opened = 0;
    int refused = 0;
    int sniffed = 0;

private:
    void use(const TensorFile& file, std::optional<std::uint64_t> announced, std::size_t size)
    {
        ++opened;
        // What opens has exactly the size it announces; an archive announces none.
        QVERIFY(announced == size || (!announced && file.formatId == "npz"));
        for (const auto& entry : file.tensors) {
            QCOMPARE(entry.tensor.has_value(), entry.problem.empty());
            if (!entry.tensor)
                continue;
            const auto& tensor = *entry.tensor;
            QCOMPARE(tensor.name(), entry.name);
            QVERIFY(tensor.shape() == entry.shape);
            QCOMPARE(tensor.bytes().size(),
                     static_cast<std::size_t>(tensor.numel()) * info(tensor.type()).size);
            std::vector<float> buffer;
            float sum = 0;
            for (const float x : tensor.read(0, tensor.numel(), buffer))
                sum += x;
            m_sink = sum;
        }
    }

    void checkLine(const Error& error, std::size_t size)
    {
        ++refused;
        QVERIFY2(error.message.starts_with("hostile: expected "), error.message.c_str());
        QVERIFY2(error.message.find(", found ") != std::string::npos, error.message.c_str());
        QVERIFY2(error.message.find('\n') == std::string::npos, error.message.c_str());
        QVERIFY2(error.message.size() < 1000, error.message.c_str());
        // Whoever shows more than the line finds its parts, and a place that is in the file.
        const auto problem = fileProblem(error.message);
        QVERIFY2(problem && problem->where == "hostile", error.message.c_str());
        QVERIFY2(!problem->offset || *problem->offset <= size, error.message.c_str());
    }

    volatile float m_sink = 0;
};

/// One of many ways to damage bytes, chosen by i alone.
QByteArray mutated(QByteArray bytes, std::uint64_t i)
{
    static const QByteArray kTokens[] = {"\xFF\xFF\xFF\xFF",
                                         QByteArray(4, '\0'),
                                         "\x80",
                                         "{",
                                         "}",
                                         "[",
                                         "]",
                                         "(",
                                         ")",
                                         ",",
                                         "\"",
                                         "'",
                                         "-1",
                                         "9999999999999999999",
                                         "4294967296",
                                         "null",
                                         "1e999",
                                         "\"a\":{}",
                                         "'shape':",
                                         "\\u0000",
                                         "\xC3",
                                         "F64",
                                         ">f8",
                                         "True"};
    const CounterRng rng(i);
    std::uint64_t draw = 0;
    const auto below = [&](std::uint64_t n) {
        return static_cast<qsizetype>(rng.below(draw++, n));
    };
    // Most of the structure is at the front.
    const auto place = [&] {
        const auto size = static_cast<std::uint64_t>(bytes.size());
        return below(below(4) == 0 ? size : std::min<std::uint64_t>(size, 200));
    };
    for (auto left = 1 + below(4); left > 0 && !bytes.isEmpty(); --left) {
        const auto at = place();
        const auto& token = kTokens[below(std::size(kTokens))];
        switch (below(6)) {
        case 0:
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
            break;
        case 1:
            bytes[at] = static_cast<char>(below(256));
            break;
        case 2:
            bytes.insert(at, token);
            break;
        case 3:
            bytes.replace(at, token.size(), token);
            break;
        case 4:
            bytes.remove(at, 1 + below(8));
            break;
        default:
            bytes.insert(at, bytes.mid(place(), 1 + below(16)));
            break;
        }
    }
    return bytes;
}

} // namespace

class TestHostile : public QObject {
    Q_OBJECT

private slots:
    /// Every format that is cut off after half of its bytes says after how many.
    void aFileThatEndsTooEarly_saysWhere_data()
    {
        QTest::addColumn<QByteArray>("name");
        for (const char* name : {"c_f4.npy", "stored.npz", "all_types.safetensors", "i4.idx"})
            QTest::newRow(name) << QByteArray(name);
        for (const char* name : {"c_f4.npy.gz", "train-images-idx3-ubyte.gz"})
            QTest::newRow(name) << QByteArray(name);
    }
    void aFileThatEndsTooEarly_saysWhere()
    {
        QFETCH(QByteArray, name);
        const Folder folder;
        const auto content = contentOfFile(golden(name));
        QVERIFY(!content.isEmpty());
        const auto half = content.left(content.size() / 2);
        const auto path = folder.file(name, half);
        const auto file = readTensors(path);
        QVERIFY(!file);
        const auto problem = fileProblem(file.error().message);
        QVERIFY2(problem, file.error().message.c_str());
        QCOMPARE(problem->where, path);
        QVERIFY2(problem->offset, file.error().message.c_str());
        QCOMPARE(*problem->offset, static_cast<std::uint64_t>(half.size()));
        QVERIFY(!problem->decompressed);
    }

    void theLineOfAnError_isTakenApart()
    {
        const auto whole = fileProblem(damaged("/a/b.npy", "12 bytes", "7 bytes", 19).message);
        QVERIFY(whole);
        QCOMPARE(whole->where, "/a/b.npy");
        QCOMPARE(whole->expected, "12 bytes");
        QCOMPARE(whole->found, "7 bytes");
        QCOMPARE(whole->offset.value_or(0), std::uint64_t{19});
        QVERIFY(!whole->decompressed);
        const auto inside = insideGzip(damaged("b.npy.gz", "12 bytes", "7 bytes", 19));
        QCOMPARE(inside.message, "b.npy.gz: expected 12 bytes, found 7 bytes (at byte 19 after "
                                 "decompression)");
        QVERIFY(fileProblem(inside.message)->decompressed);
        QCOMPARE(fileProblem(inside.message)->found, "7 bytes");
        QCOMPARE(insideGzip(inside).message, inside.message);
        const auto without = fileProblem(damaged("b", "a (at byte 3)", "'(at byte x)'").message);
        QVERIFY(without && !without->offset);
        QCOMPARE(without->expected, "a (at byte 3)");
        QCOMPARE(without->found, "'(at byte x)'");
        QVERIFY(!fileProblem("cancelled"));
    }

    void files_data()
    {
        QTest::addColumn<QByteArray>("content");
        QDirIterator files(QS_SOURCE_DIR "/tests/golden/io", QDir::Files);
        while (files.hasNext()) {
            const auto path = files.next();
            QTest::newRow(qPrintable(files.fileName())) << contentOfFile(path.toStdString());
        }
    }

    void everyTruncationIsRefusedOrConsistent_data() { files_data(); }
    void everyTruncationIsRefusedOrConsistent()
    {
        QFETCH(QByteArray, content);
        Victim victim;
        for (qsizetype size = 0; size < content.size(); ++size)
            victim.open(content.left(size));
        QCOMPARE(victim.opened, 0); // no format has an end that can be left out
        QVERIFY(victim.refused > 0);
    }

    void everyMutationIsRefusedOrConsistent_data() { files_data(); }
    void everyMutationIsRefusedOrConsistent()
    {
        QFETCH(QByteArray, content);
        Victim victim;
        for (std::uint64_t i = 0; i < 1000; ++i)
            victim.open(mutated(content, i));
        QCOMPARE(victim.opened + victim.refused > 1000, true);
    }

    void everyBitOfTheHeaderMayFlip_data() { files_data(); }
    void everyBitOfTheHeaderMayFlip()
    {
        QFETCH(QByteArray, content);
        Victim victim;
        for (qsizetype at = 0; at < std::min<qsizetype>(content.size(), 256); ++at) {
            for (int bit = 0; bit < 8; ++bit) {
                auto flipped = content;
                flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
                victim.open(flipped);
            }
        }
    }

    void damagedGzipIsRefusedOrConsistent()
    {
        const Folder folder;
        for (const char* name : {"c_f4.npy.gz", "train-images-idx3-ubyte.gz"}) {
            const auto content = contentOfFile(golden(name));
            for (qsizetype size = 0; size < content.size(); ++size)
                QVERIFY(!readTensors(folder.file(name, content.left(size))));
            for (std::uint64_t i = 0; i < 500; ++i) {
                const auto file = readTensors(folder.file(name, mutated(content, i)));
                if (file)
                    QVERIFY(file->tensors.size() == 1);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestHostile)
#include "test_hostile.moc"
