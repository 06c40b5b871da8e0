// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/byte_reader.h"
#include "core/io/gzip.h"
#include "core/io/messages.h"
#include "io_testing.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace qs;

class TestFile : public QObject {
    Q_OBJECT

private slots:
    void aByteReaderReadsBothOrdersAndNeverPastTheEnd()
    {
        const std::uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7};
        ByteReader reader(std::as_bytes(std::span(bytes)));
        QCOMPARE(*reader.little<std::uint16_t>(), 0x0201U);
        QCOMPARE(*reader.big<std::uint16_t>(), 0x0304U);
        QVERIFY(!reader.little<std::uint32_t>());
        QVERIFY(!reader.take(~std::uint64_t{0}));
        QCOMPARE(reader.position(), std::size_t{4}); // a refused read moves nothing
        QCOMPARE(reader.take(3)->size(), std::size_t{3});
        QCOMPARE(reader.remaining(), std::size_t{0});
        QCOMPARE(reader.take(0)->size(), std::size_t{0});
        QVERIFY(!reader.big<std::uint8_t>());
    }

    void aFileIsReadWholeWhetherMappedOrNot()
    {
        const Folder folder;
        // The last two are read in pieces.
        for (const int size :
             {0, 1, 4096, (1 << 20) - 1, 1 << 20, (3 << 20) + 7, 16 << 20, (21 << 20) + 13}) {
            QByteArray content(size, 'a');
            for (int i = 0; i < size; i += 1021) // no two pieces are alike
                content[i] = static_cast<char>(i / 1021 * 37);
            if (size > 0)
                content.back() = 'z';
            const auto read = readFile(folder.file("x", content));
            QVERIFY(read);
            QCOMPARE(QByteArray(reinterpret_cast<const char*>(read->bytes.data()),
                                static_cast<qsizetype>(read->bytes.size())),
                     content);
        }
    }

    void aMappedFileOutlivesItsReplacement()
    {
        const Folder folder;
        const auto path = folder.file("x", QByteArray(2 << 20, 'a'));
        const auto read = readFile(path);
        QVERIFY(writeAtomically(path, [](std::ostream& out) -> Result<void> {
            out << "new";
            return {};
        }));
        QCOMPARE(contentOfFile(path), "new");
        QCOMPARE(static_cast<char>(read->bytes.back()), 'a');
    }

    void whatCannotBeReadIsNamedWithTheReason()
    {
        const Folder folder;
        const auto error = [](const std::string& path) {
            return readTensors(path).error();
        };
        QCOMPARE(problemOf(folder.path("missing.npy")),
                 "missing.npy: expected a readable file, found No such file or directory");
        QCOMPARE(error(folder.path("missing.npy")).kind, ErrorKind::Io);
        QVERIFY(
            problemOf(folder.path()).endsWith("expected a readable file, found Is a directory"));
        QCOMPARE(error("/dev/zero").message,
                 "/dev/zero: expected a readable file, found a device or a socket");
        QCOMPARE(error("").kind, ErrorKind::Io);
        if (::geteuid() != 0) {
            const auto path = folder.file("secret.npy", "x");
            ::chmod(path.c_str(), 0);
            QCOMPARE(problemOf(path),
                     "secret.npy: expected a readable file, found Permission denied");
        }
    }

    void aPipeIsReadToItsEnd()
    {
        const Folder folder;
        const auto path = folder.path("pipe");
        QCOMPARE(::mkfifo(path.c_str(), 0600), 0);
        const auto content = contentOfFile(golden("c_f4.npy"));
        const std::jthread writer([&] { folder.file("pipe", content); });
        const auto file = readTensors(path);
        QVERIFY2(file, file ? "" : file.error().message.c_str());
        QCOMPARE(valuesOf(*file->tensor()), counting(6));
    }

    void contentDecidesBeforeTheEnding()
    {
        const Folder folder;
        const auto named = [&](const char* name, const char* goldenName) {
            const auto file = readTensors(folder.file(name, contentOfFile(golden(goldenName))));
            return file ? file->formatId : file.error().message;
        };
        QCOMPARE(named("weights.safetensors", "c_f4.npy"), "npy");
        QCOMPARE(named("weights.npy", "all_types.safetensors"), "safetensors");
        QCOMPARE(named("weights", "u1.idx"), "idx");
        QCOMPARE(named("browsers-unpack.npy.gz", "c_f4.npy"), "npy");
        QCOMPARE(named("compressed.npy", "c_f4.npy.gz"), "npy");
        QCOMPARE(problemOf(folder.file("notes.txt", "To do\n")),
                 "notes.txt: expected one of NumPy array (.npy), NumPy arrays (.npz), safetensors "
                 "model (.safetensors), "
                 "IDX data set (MNIST) (.idx), found a file that starts with 'To do\\x0a' "
                 "(at byte 0)");
        QVERIFY(problemOf(folder.file("weights", "")).endsWith("found an empty file (at byte 0)"));
    }

    void everyFormatIsInTheFiltersOfTheDialogs()
    {
        QCOMPARE(readFilters().size(), fileFormats().size());
        QCOMPARE(readFilters()[0].description, "NumPy array");
        QCOMPARE(readFilters()[0].patterns, std::vector<std::string>({"*.npy", "*.npy.gz"}));
        QCOMPARE(writeFilters()[0].patterns, std::vector<std::string>({"*.npy"}));
        for (const auto& format : fileFormats())
            QVERIFY(!format.endings.empty());
    }

    void gzipIsReadInOneOrSeveralMembers()
    {
        const auto read = [](const QByteArray& packed) -> QByteArray {
            const auto content =
                inflateGzip("x.gz", std::as_bytes(std::span(packed.data(), size_t(packed.size()))),
                            [](auto) { return std::optional<std::uint64_t>(); });
            return content ? QByteArray(reinterpret_cast<const char*>(content->bytes.data()),
                                        static_cast<qsizetype>(content->bytes.size()))
                           : QByteArray::fromStdString(content.error().message);
        };
        const QByteArray large = QByteArray("0123456789abcde").repeated(500'000);
        QCOMPARE(read(gzip("")), "");
        QCOMPARE(read(gzip("one")), "one");
        QCOMPARE(read(gzip("one") + gzip(large)), "one" + large);
        QCOMPARE(
            read(gzip("one") + "rest"),
            "x.gz: expected gzip data, found damage after 3 bytes were decompressed (at byte " +
                QByteArray::number(gzip("one").size()) + ")");
        QVERIFY(
            read(gzip(large).left(1000)).startsWith("x.gz: expected complete gzip data, found"));
        QByteArray wrong = gzip("one");
        wrong[wrong.size() - 5] = static_cast<char>(wrong[wrong.size() - 5] ^ 1); // of its CRC
        // The checksum is behind the data and before the length, 4 bytes each (RFC 1952, 2.3).
        QCOMPARE(
            read(wrong),
            "x.gz: expected gzip data, found damage after 3 bytes were decompressed (at byte " +
                QByteArray::number(wrong.size() - 4) + ")");
    }

    void aCompressedFileHasExactlyTheSizeItsHeaderSays()
    {
        const Folder folder;
        const auto content = contentOfFile(golden("c_f4.npy"));
        QCOMPARE(problemOf(folder.file("x.npy.gz", gzip(content + "1"))),
                 "x.npy.gz: expected 24 bytes of data for shape [2, 3] of float32, found 25 bytes "
                 "(at byte 152 after decompression)");
        QCOMPARE(problemOf(folder.file("x.npy.gz", gzip(content.left(150)))),
                 "x.npy.gz: expected 24 bytes of data for shape [2, 3] of float32, found 22 bytes "
                 "(at byte 150 after decompression)");
        // Beyond 64 KiB the header is believed before the data are there.
        auto large = QByteArray("\0\0\x08\x01\x00\x02\x00\x00", 8) + QByteArray(0x20000, '7');
        QCOMPARE(problemOf(folder.file("x.idx.gz", gzip(large))), "");
        QCOMPARE(problemOf(folder.file("x.idx.gz", gzip(large + "1"))),
                 "x.idx.gz: expected 131,080 bytes after decompression, as the header says, found "
                 "131,081 bytes");
        large.chop(2);
        QCOMPARE(problemOf(folder.file("x.idx.gz", gzip(large))),
                 "x.idx.gz: expected 131,080 bytes after decompression, as the header says, found "
                 "131,078 bytes");
        QVERIFY(problemOf(folder.file("x.npy.gz", gzip(content).left(80)))
                    .startsWith("x.npy.gz: expected complete gzip data"));
    }

    void aDecompressionBombIsRefusedEarly()
    {
        const Folder folder;
        const QByteArray zeros(64 << 20, '\0');
        const auto peak = [] {
            rusage usage{};
            ::getrusage(RUSAGE_SELF, &usage);
            return usage.ru_maxrss; // KiB
        };
        const auto bomb = gzip(contentOfFile(golden("u1.idx")) + zeros);
        const auto header = [](const QByteArray& sizes) {
            return QByteArray("\0\0\x08\x02", 4) + sizes;
        };
        const auto lie = gzip(header("\x7F\xFF\xFF\xFF\x7F\xFF\xFF\xFF") + zeros.left(100'000));
        const auto smallerLie =
            gzip(header(QByteArray("\0\0\xFF\xFF\0\0\xFF\xFF", 8)) + zeros.left(100'000));
        const auto before = peak();
        QCOMPARE(problemOf(folder.file("u1.idx.gz", bomb)),
                 "u1.idx.gz: expected 18 bytes after decompression, as the header says, found "
                 "more");
        QCOMPARE(problemOf(folder.file("lie.idx.gz", lie)),
                 "lie.idx.gz: expected at most 17,179,869,184 bytes decompressed, found a header "
                 "that announces 4,611,686,014,132,420,621 bytes");
        QCOMPARE(problemOf(folder.file("lie.idx.gz", smallerLie)),
                 "lie.idx.gz: expected 4,294,836,237 bytes after decompression, as the header "
                 "says, found 100,012 bytes");
        QVERIFY2(peak() - before < 32 << 10, "memory follows the data, not the promises");
    }

    void aWrittenFileIsThereWhollyOrNotAtAll()
    {
        const Folder folder;
        const auto path = folder.file("x.npy", "former");
        const auto failed = writeAtomically(path, [](std::ostream& out) -> Result<void> {
            out << std::string(1 << 20, 'x');
            return Error::data("no more");
        });
        QVERIFY(!failed);
        QCOMPARE(failed.error().message, "no more");
        QCOMPARE(contentOfFile(path), "former");
        QCOMPARE(folder.names(), QStringList("x.npy"));

        QVERIFY(writeAtomically(path, [](std::ostream& out) -> Result<void> {
            out << "latter";
            return {};
        }));
        QCOMPARE(contentOfFile(path), "latter");
        QCOMPARE(folder.names(), QStringList("x.npy"));
    }

    void stoppedWritingLeavesTheFormerFile()
    {
        const Folder folder;
        const auto path = folder.file("x.npy", "former");
        std::stop_source stop;
        stop.request_stop();
        const auto tensor = Tensor::fromFloats("x", *Shape::make({4}), counting(4));
        const auto written =
            writeTensors(path, std::span(&tensor, 1), JobContext(stop.get_token()));
        QCOMPARE(written.error().kind, ErrorKind::Cancelled);
        QCOMPARE(contentOfFile(path), "former");
        QCOMPARE(folder.names(), QStringList("x.npy"));
    }

    void permissionsAndLinksSurviveReplacement()
    {
        const Folder folder;
        const auto path = folder.file("x", "former");
        ::chmod(path.c_str(), 0640);
        QCOMPARE(::symlink("x", folder.path("link").c_str()), 0);
        QVERIFY(writeAtomically(folder.path("link"), [](std::ostream& out) -> Result<void> {
            out << "latter";
            return {};
        }));
        struct stat status {};
        ::lstat(folder.path("link").c_str(), &status);
        QVERIFY(S_ISLNK(status.st_mode));
        ::stat(path.c_str(), &status);
        QCOMPARE(status.st_mode & 0777, 0640U);
        QCOMPARE(contentOfFile(path), "latter");
    }

    void whatCannotBeWrittenIsNamedWithTheReason()
    {
        const Folder folder;
        const auto tensor = Tensor::fromFloats("x", *Shape::make({4}), counting(4));
        const auto one = std::span(&tensor, 1);
        const auto missing = writeTensors(folder.path("no/x.npy"), one);
        QCOMPARE(missing.error().kind, ErrorKind::Io);
        QCOMPARE(missing.error().message, folder.path("no/x.npy") +
                                              ": expected a writable path, found No such file or "
                                              "directory");
        QDir(QString::fromStdString(folder.path())).mkdir("folder.npy");
        QVERIFY(writeTensors(folder.path("folder.npy"), one)
                    .error()
                    .message.ends_with("expected a writable path, found Is a directory"));
        const auto ending = writeTensors(folder.path("x.txt"), one);
        QCOMPARE(ending.error().kind, ErrorKind::Usage);
        QCOMPARE(ending.error().message,
                 folder.path("x.txt") + ": expected a name that ends as one of NumPy array (.npy), "
                                        "NumPy arrays (.npz), "
                                        "safetensors model (.safetensors), found another ending");
        QVERIFY(!writeTensors(folder.path("x.idx"), one)); // read only
        QVERIFY(folder.names().isEmpty());
    }

    void aFullDiskIsTold()
    {
        if (!QFile::exists("/dev/full"))
            QSKIP("no /dev/full here");
        const auto written = writeAtomically("/dev/full", [](std::ostream& out) -> Result<void> {
            out << std::string(1 << 20, 'x');
            return {};
        });
        QVERIFY(!written);
        QCOMPARE(written.error().message,
                 "/dev/full: expected a writable path, found No space left on device");
        struct stat status {};
        ::stat("/dev/full", &status);
        QVERIFY(S_ISCHR(status.st_mode)); // a device is written to, never replaced
    }

    void messagesStayOneLine()
    {
        QCOMPARE(printable("a\nb\tc\x1b[0m"), "a\\nb\\tc\\x1b[0m");
        QCOMPARE(printable("äöü", 3), "äö…");
        QCOMPARE(bytesText(1), "1 byte");
        QCOMPARE(bytesText(16777216), "16,777,216 bytes");
    }
};

QTEST_APPLESS_MAIN(TestFile)
#include "test_file.moc"
