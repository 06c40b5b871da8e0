// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/embedded_session.h"
#include "core/session/session_file.h"
#include "tests/ui/plot/sample_figure.h"
#include "ui/plot/figure_clipboard.h"
#include "ui/plot/figure_export.h"

#include <QMimeData>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <algorithm>
#include <span>

using namespace qs;

namespace {

const std::string kText =
    "{\"quantoscope_session\":1,\"name\":\"a < b & \\\"c\\\" > 'd' ]]> </quantoscope:session>\"}";

std::span<const std::byte> bytesOf(const QByteArray& data)
{
    return {reinterpret_cast<const std::byte*>(data.constData()),
            static_cast<std::size_t>(data.size())};
}

QByteArray exported(ExportFormat format, const std::string& session)
{
    ExportOptions options;
    options.format = format;
    options.size = {60, 40};
    options.dpi = 72;
    options.session = session;
    const auto bytes = figureBytes(test::lineFigure(), ThemeId::Print, options);
    return bytes ? *bytes : QByteArray();
}

Result<std::string> inside(const QByteArray& data)
{
    return sessionInside("chart", bytesOf(data));
}

QByteArray chunk(const QByteArray& type, const QByteArray& data)
{
    // The standard's own way to compute it, bit by bit (PNG 1.2, appendix D).
    quint32 crc = 0xFFFFFFFF;
    for (const char c : type + data) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1U) ? 0xEDB88320U ^ (crc >> 1) : crc >> 1;
    }
    const auto big = [](quint32 v) {
        return QByteArray{}
            .append(static_cast<char>(v >> 24))
            .append(static_cast<char>(v >> 16))
            .append(static_cast<char>(v >> 8))
            .append(static_cast<char>(v));
    };
    return big(static_cast<quint32>(data.size())) + type + data + big(crc ^ 0xFFFFFFFF);
}

QByteArray pngOf(const QByteArray& chunks)
{
    return QByteArrayLiteral("\x89PNG\r\n\x1a\n") + chunks;
}

} // namespace

class TestExportSession : public QObject {
    Q_OBJECT

private slots:
    void everyFormat_givesItsSessionBack_data()
    {
        QTest::addColumn<int>("format");
        for (const auto format : {ExportFormat::Png, ExportFormat::Svg, ExportFormat::Pdf,
                                  ExportFormat::Csv, ExportFormat::Npy})
            QTest::newRow(qPrintable(exportEnding(format))) << static_cast<int>(format);
    }

    void everyFormat_givesItsSessionBack()
    {
        QFETCH(int, format);
        for (const std::string& text :
             {kText, std::string("{}"), "{\"long\":\"" + std::string(200000, 'x') + "\"}",
              std::string("{\"unicode\":\"\u03bc \u2192 \u65e5\"}")}) {
            const auto data = exported(static_cast<ExportFormat>(format), text);
            QVERIFY(!data.isEmpty());
            const auto found = inside(data);
            QVERIFY2(found, found ? "" : found.error().message.c_str());
            QCOMPARE(*found, text);
            // Its beginning is enough to tell.
            const auto bytes =
                std::as_bytes(std::span(data.constData(), static_cast<std::size_t>(data.size())));
            QVERIFY(mayCarrySession(bytes.first(
                std::min<std::size_t>(bytes.size(), static_cast<std::size_t>(kCarrierStart)))));
        }
    }

    void tensorsOfNumPy_areNoExports()
    {
        const QByteArray text("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }");
        QByteArray npy("\x93NUMPY\1\0\x76\0", 10);
        npy += text + QByteArray(0x76 - 1 - text.size(), ' ') + "\n# a value may look so";
        for (const QByteArray& data : {npy, QByteArray("# x\n1,2\n"), QByteArray("1,2\n"),
                                       QByteArray("\x93NUMPY"), QByteArray()})
            QVERIFY(!mayCarrySession(
                std::as_bytes(std::span(data.constData(), static_cast<std::size_t>(data.size())))));
    }

    void withoutOne_saysSo()
    {
        for (const auto format : {ExportFormat::Png, ExportFormat::Svg, ExportFormat::Pdf}) {
            const auto found = inside(exported(format, {}));
            QVERIFY(!found && found.error().kind == ErrorKind::Data);
            QCOMPARE(found.error().message,
                     std::string("chart is a picture without a Quantoscope session"));
        }
        for (const auto format : {ExportFormat::Csv, ExportFormat::Npy})
            QCOMPARE(inside(exported(format, {})).error().message,
                     std::string("chart is a file of data without a Quantoscope session"));
        QVERIFY(!inside("GIF89a"));
        QVERIFY(!inside(""));
    }

    /// Cut anywhere, a file gives the whole session or an error, never a part of it.
    void everyFormat_truncated_data() { everyFormat_givesItsSessionBack_data(); }
    void everyFormat_truncated()
    {
        QFETCH(int, format);
        const auto whole = exported(static_cast<ExportFormat>(format), kText);
        for (qsizetype length = 0; length < whole.size(); ++length) {
            const auto found = inside(whole.left(length));
            if (found)
                QCOMPARE(*found, kText);
        }
    }

    void everyFormat_mutated_data() { everyFormat_givesItsSessionBack_data(); }
    void everyFormat_mutated()
    {
        QFETCH(int, format);
        const auto whole = exported(static_cast<ExportFormat>(format), kText);
        quint32 random = 12345;
        for (int i = 0; i < 5000; ++i) {
            auto changed = whole;
            for (int change = 0; change < 1 + i % 4; ++change) {
                random = random * 1664525U + 1013904223U;
                changed[static_cast<qsizetype>(random % static_cast<quint32>(whole.size()))] =
                    static_cast<char>(random >> 24);
            }
            const auto found = inside(changed);
            if (found && format == static_cast<int>(ExportFormat::Png))
                QCOMPARE(*found, kText); // its checksum sees every change
            else if (found)
                QVERIFY(found->size() < static_cast<std::size_t>(whole.size()));
        }
    }

    void png_kindsOfText()
    {
        const QByteArray key = QByteArray(kSessionKeyword) + '\0';
        const QByteArray packed = qCompress(QByteArray("{\"a\":1}"), 9).mid(4);
        const std::string text = "{\"a\":1}";
        const QByteArray plain = "{\"a\":1}";
        const QByteArray zero(1, '\0');
        QCOMPARE(*inside(pngOf(chunk("tEXt", key + plain))), text);
        QCOMPARE(*inside(pngOf(chunk("zTXt", key + zero + packed))), text);
        QCOMPARE(*inside(pngOf(chunk("iTXt", key + zero + zero + "en" + zero + zero + plain))),
                 text);
        QCOMPARE(*inside(pngOf(chunk("iTXt", key + '\1' + zero + zero + "k" + zero + packed))),
                 text);
        QVERIFY(!inside(pngOf(chunk("zTXt", key + '\1' + packed))));           // method 1
        QVERIFY(!inside(pngOf(chunk("zTXt", key + zero + packed.left(5)))));   // cut
        QVERIFY(!inside(pngOf(chunk("iTXt", key + '\2' + zero + plain))));     // flag 2
        QVERIFY(!inside(pngOf(chunk("iTXt", key + zero + zero + "no ends")))); // no language
        QVERIFY(!inside(pngOf(chunk("tEXt", "other" + zero + plain))));
        QVERIFY(!inside(pngOf(chunk("IEND", {}) + chunk("tEXt", key + plain))));
        QVERIFY(!inside(pngOf("\xff\xff\xff\xfftEXt")));
    }

    void png_bomb_isRefused()
    {
        const QByteArray packed = qCompress(QByteArray(70 << 20, 'x'), 9).mid(4);
        QVERIFY(packed.size() < (1 << 20));
        const auto found = inside(
            pngOf(chunk("zTXt", QByteArray(kSessionKeyword) + QByteArray(2, '\0') + packed)));
        QVERIFY(!found && found.error().kind == ErrorKind::Data);
    }

    void svg_withASession_isXml()
    {
        QXmlStreamReader xml(exported(ExportFormat::Svg, kText));
        QString text;
        while (!xml.atEnd()) {
            xml.readNext();
            if (xml.isStartElement() && xml.name() == QStringLiteral("session")) {
                QCOMPARE(xml.namespaceUri().toString(), QString::fromLatin1(kSessionNamespace));
                text = xml.readElementText();
            }
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QCOMPARE(text.toStdString(), kText);
    }

    /// A picture moved with the folder it was made in opens like the session itself.
    void picture_opensAsASession()
    {
        const QTemporaryDir dir;
        SessionFile file;
        file.session.tensor.source = dir.filePath(QStringLiteral("in/a.npy")).toStdString();
        file.session.tensor.tensor = "a";
        file.session.tensor.spec.dtype = DType::Int5;
        for (const char* ending : {"png", "svg", "pdf", "csv", "npy"}) {
            ExportOptions options;
            options.session = sessionText(file, dir.path().toStdString());
            QVERIFY(options.session.find(dir.path().toStdString()) == std::string::npos);
            const QString path = dir.filePath(QStringLiteral("chart.") + QLatin1String(ending));
            QVERIFY(exportFigure(test::lineFigure(), ThemeId::Print, options, path));
            const auto read = readSession(path.toStdString());
            QVERIFY2(read, read ? "" : read.error().message.c_str());
            QCOMPARE(read->session.tensor.source, file.session.tensor.source);
            QVERIFY(read->session.tensor.spec.dtype == DType::Int5);
        }
        QFile broken(dir.filePath(QStringLiteral("bad.csv")));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("# session: {\"x\":\n");
        broken.close();
        const auto read = readSession(broken.fileName().toStdString());
        QVERIFY(!read && QString::fromStdString(read.error().message).contains(broken.fileName()));
    }

    void clipboard_hasPngAndSvg_withTheirSession()
    {
        ExportOptions options;
        options.size = {400, 300};
        options.session = kText;
        const auto data = figureMimeData(test::lineFigure(), ThemeId::Light, options);
        QVERIFY(data && data->hasImage());
        const auto image = QImage::fromData(data->data(QStringLiteral("image/png")), "PNG");
        QCOMPARE(image.size(), QSize(800, 600));
        for (const char* type : {"image/png", "image/svg+xml"})
            QCOMPARE(*inside(data->data(QLatin1String(type))), kText);
        const auto numbers = figureDataMime(test::lineFigure());
        QCOMPARE(numbers->text(), QStringLiteral("value x [-]\tvalue [-]\n0\t0\n5\t5\n10\t10\n"));
        QCOMPARE(numbers->data(QStringLiteral("text/csv")), figureCsv(test::lineFigure()));
        options.size = {0, 0};
        QVERIFY(!figureMimeData(test::lineFigure(), ThemeId::Light, options));
    }
};

QTEST_MAIN(TestExportSession)
#include "test_export_session.moc"
