// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What every format must show alike: sizes, axes, caption, legend, letters, numbers.
#include "tests/ui/plot/sample_figure.h"
#include "ui/plot/figure_columns.h"
#include "ui/plot/figure_export.h"

#include <QPainter>
#include <QProcess>
#include <QRegularExpression>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace qs;

namespace {

QByteArray bytes(const Figure& figure, ExportFormat format, ExportOptions options = {})
{
    options.format = format;
    const auto made = figureBytes(figure, ThemeId::Print, options);
    return made ? *made : QByteArray();
}

/// The numbers that the groups of a pattern find, written with ' for " in it: moc of Qt 6.4 does
/// not find the class behind raw strings with quotes.
std::vector<double> numbersIn(const QByteArray& text, const char* pattern)
{
    const QRegularExpression expression(QString::fromLatin1(pattern).replace(u'\'', u'"'));
    const auto match = expression.match(QString::fromLatin1(text));
    std::vector<double> numbers;
    for (int i = 1; i <= match.lastCapturedIndex(); ++i)
        numbers.push_back(match.captured(i).toDouble());
    return numbers;
}

double inkOf(const QImage& image, QRgb ground)
{
    qint64 other = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            other += (image.pixel(x, y) & 0xFFFFFF) != (ground & 0xFFFFFF);
    }
    return static_cast<double>(other) / (static_cast<double>(image.width()) * image.height());
}

} // namespace

class TestExportFormats : public QObject {
    Q_OBJECT

private slots:
    void sizes_areWithinHalfAMillimetre_data()
    {
        QTest::addColumn<QSizeF>("size");
        QTest::addColumn<double>("dpi");
        QTest::newRow("column") << QSizeF(85, 60) << 300.0;
        QTest::newRow("page") << QSizeF(180, 110.5) << 72.0;
        QTest::newRow("small") << QSizeF(20, 20) << 1200.0;
        QTest::newRow("odd") << QSizeF(33.3, 77.7) << 96.0;
    }

    void sizes_areWithinHalfAMillimetre()
    {
        QFETCH(QSizeF, size);
        QFETCH(double, dpi);
        ExportOptions options;
        options.size = size;
        options.dpi = dpi;
        options.fontPoints = 5;
        const auto image = QImage::fromData(bytes(test::lineFigure(), ExportFormat::Png, options));
        QVERIFY(std::abs(image.width() * 1000.0 / image.dotsPerMeterX() - size.width()) < 0.5);
        QVERIFY(std::abs(image.height() * 1000.0 / image.dotsPerMeterY() - size.height()) < 0.5);
        QVERIFY(inkOf(image, qRgb(255, 255, 255)) > 0.01);

        const auto svg = bytes(test::lineFigure(), ExportFormat::Svg, options);
        const auto page = numbersIn(
            svg, "width='([\\d.]+)mm' height='([\\d.]+)mm' viewBox='0 0 ([\\d.]+) ([\\d.]+)'");
        QCOMPARE(page.size(), std::size_t(4));
        QVERIFY(std::abs(page[0] - size.width()) < 0.01);
        QVERIFY(std::abs(page[1] - size.height()) < 0.01);
        QVERIFY(std::abs(page[2] / 96 * 25.4 - size.width()) < 0.01);

        const auto pdf = bytes(test::lineFigure(), ExportFormat::Pdf, options);
        const auto box = numbersIn(pdf, "/MediaBox \\[0 0 ([\\d.]+) ([\\d.]+)\\]");
        QCOMPARE(box.size(), std::size_t(2));
        QVERIFY(std::abs(box[0] / 72 * 25.4 - size.width()) < 0.5);
        QVERIFY(std::abs(box[1] / 72 * 25.4 - size.height()) < 0.5);
        QVERIFY(pdf.contains("/FontFile"));
    }

    void sameArguments_sameBytes()
    {
        ExportOptions options;
        options.caption = QStringLiteral("A caption");
        options.session = "{}";
        for (const auto format : {ExportFormat::Png, ExportFormat::Svg, ExportFormat::Pdf,
                                  ExportFormat::Csv, ExportFormat::Npy}) {
            const auto first = bytes(test::everyKind(false), format, options);
            QVERIFY(!first.isEmpty());
            QCOMPARE(bytes(test::everyKind(false), format, options), first);
        }
        QVERIFY(!bytes(test::lineFigure(), ExportFormat::Pdf).contains("/CreationDate"));
    }

    void caption_isDrawnAndWrapped_inEveryFormat()
    {
        ExportOptions options;
        options.size = {90, 80};
        const auto plain = bytes(test::lineFigure(), ExportFormat::Svg, options);
        options.caption = QStringLiteral("first words of a caption that is longer than one line of "
                                         "the picture, up to its last word");
        QVERIFY(captionFits(test::lineFigure(), options));
        const auto svg = bytes(test::lineFigure(), ExportFormat::Svg, options);
        QVERIFY(!plain.contains("first words"));
        QVERIFY(svg.contains(">first words of"));
        QVERIFY(svg.contains("last word<"));
        const auto height = [](const QByteArray& text) {
            return numbersIn(text, "<clipPath id='axes'><rect x='[\\d.]+' y='[\\d.]+' "
                                   "width='[\\d.]+' height='([\\d.]+)'")
                .at(0);
        };
        QVERIFY(height(svg) < height(plain) - 20);
        ExportOptions without = options;
        without.caption.clear();
        for (const auto format : {ExportFormat::Png, ExportFormat::Pdf})
            QVERIFY(bytes(test::lineFigure(), format, options) !=
                    bytes(test::lineFigure(), format, without));
        // The ink is below the axes, in the lowest part of the page.
        const QImage image = renderFigure(test::lineFigure(), ThemeId::Print, options);
        QVERIFY(inkOf(image.copy(0, image.height() * 9 / 10, image.width(), image.height() / 10),
                      qRgb(255, 255, 255)) > 0.01);
    }

    void captionOfABook_isCut_andSaidSo()
    {
        ExportOptions options;
        options.caption = QStringLiteral("words ").repeated(2000);
        QVERIFY(!captionFits(test::lineFigure(), options));
        QVERIFY(bytes(test::lineFigure(), ExportFormat::Svg, options).contains("\u2026<"));
        options.size = {20, 20};
        QVERIFY(!renderFigure(test::lineFigure(), ThemeId::Print, options).isNull());
    }

    void suggestedCaption_isTheParameters()
    {
        QCOMPARE(suggestedCaption(test::lineFigure()), QStringLiteral("dtype qint8."));
        QCOMPARE(suggestedCaption({}), QString());
    }

    void legend_canBeLeftOut()
    {
        Figure figure = test::lineFigure();
        figure.series[0].name = QStringLiteral("a name of a line");
        ExportOptions options;
        QVERIFY(bytes(figure, ExportFormat::Svg, options).contains("a name of a line"));
        options.legend = false;
        QVERIFY(!bytes(figure, ExportFormat::Svg, options).contains("a name of a line"));
    }

    /// Half points too: letters are as large as asked for on the page.
    void letters_haveTheirPoints()
    {
        for (const double points : {5.0, 5.5, 9.0, 9.5, 10.0, 12.5, 24.0}) {
            ExportOptions options;
            options.fontPoints = points;
            options.caption = QStringLiteral("caption");
            const auto svg = bytes(test::lineFigure(), ExportFormat::Svg, options);
            const auto group = numbersIn(
                svg, "transform='matrix\\(([\\d.]+),0,0,[\\d.]+,0,0\\)'\\s*"
                     "font-family='[^']*' font-size='([\\d.]+)'[^>]*>\\s*<text[^>]*>caption<");
            QCOMPARE(group.size(), std::size_t(2));
            QVERIFY2(std::abs(group[0] * group[1] - points * 96 / 72) < 0.01,
                     qPrintable(QString::number(group[0] * group[1])));
        }
    }

    /// The SVG, drawn by Qt's own reader, is the PNG; a PDF has the same canvas.
    void axes_areTheSameInEveryFormat()
    {
        ExportOptions options;
        options.size = {160, 100};
        options.dpi = 96;
        options.xRange = {{2.0, 4.0}};
        options.yRange = {{0.0, 20.0}};
        const auto svg = bytes(test::lineFigure(), ExportFormat::Svg, options);
        for (const char* tick : {">2.25<", ">2.50<", ">3.00<", ">17.5<"})
            QVERIFY2(svg.contains(tick), tick);
        const QImage png = renderFigure(test::lineFigure(), ThemeId::Print, options);
        QImage drawn(png.size(), QImage::Format_RGB32);
        QPainter painter(&drawn);
        QSvgRenderer(svg).render(&painter);
        painter.end();
        qint64 other = 0;
        for (int y = 0; y < png.height(); ++y) {
            for (int x = 0; x < png.width(); ++x)
                other += std::abs(qGray(png.pixel(x, y)) - qGray(drawn.pixel(x, y))) > 96;
        }
        const double share = static_cast<double>(other) / (png.width() * png.height());
        QVERIFY2(share < 0.01, qPrintable(QString::number(share)));
        options.xRange = {{2.0, 4.5}};
        QVERIFY(renderFigure(test::lineFigure(), ThemeId::Print, options) != png);
    }

    void bars_haveBothEnds_tablesTheirRows()
    {
        Figure figure = test::lineFigure();
        figure.series = {test::series(SeriesKind::Bars, {1, 2}, {0, -1})};
        figure.series[0].y2 = {3, 4};
        QVERIFY(
            figureCsv(figure).endsWith("value x [-],value [-] from,value [-] to\n1,0,3\n2,-1,4\n"));
        figure.table = FigureTable{
            {{QStringLiteral("dtype"), false},
             {QStringLiteral("SQNR [dB]"), true},
             {QStringLiteral("odd"), true}},
            {{QStringLiteral("int4"), QStringLiteral("\u22121,234.5"), QStringLiteral("n/a")},
             {QStringLiteral("int8"), QString(), QStringLiteral("2")}},
            std::nullopt};
        QVERIFY(figureCsv(figure).endsWith("dtype,SQNR [dB],odd\nint4,-1234.5,n/a\nint8,nan,2\n"));
        QCOMPARE(figureTable(figure).rows, figure.table->rows);
        const auto table = figureTable(test::lineFigure());
        QCOMPARE(table.columns[1].title, QStringLiteral("value [-]"));
        QVERIFY(table.columns[1].number);
        QCOMPARE(table.rows[1][1], QStringLiteral("5"));
    }

    /// NumPy reads the .npy without pickle, with the numbers of the CSV.
    void npy_isWhatNumpyReads()
    {
        const QString python = QStringLiteral("/usr/bin/python3");
        if (QProcess::execute(python, {QStringLiteral("-c"), QStringLiteral("import numpy")}) != 0)
            QSKIP("NumPy is not installed");
        const QTemporaryDir dir;
        Figure figure = test::lineFigure();
        figure.provenance.emplace_back(QStringLiteral("note"), QStringLiteral("two\nlines"));
        figure.provenance.emplace_back(QStringLiteral("long"), QStringLiteral("x").repeated(20000));
        Series other = test::series(SeriesKind::Points, {1.0 / 3, 5e-324}, {-0.1, INFINITY});
        other.csvName = QStringLiteral("it's \u03bc \\ [dB]");
        other.labels = {QStringLiteral("int4"), QStringLiteral("\U0001D7D8 wide")};
        figure.series.push_back(other);
        ExportOptions options;
        options.session = "{\"a\":1}";
        const QString npy = dir.filePath(QStringLiteral("a.npy"));
        QVERIFY(exportFigure(figure, ThemeId::Print, options, npy));
        QVERIFY(
            exportFigure(figure, ThemeId::Print, options, dir.filePath(QStringLiteral("a.csv"))));
        const char* const script =
            "import csv, sys\n"
            "import numpy as np\n"
            "a = np.load(sys.argv[1], allow_pickle=False)\n"
            "m = np.load(sys.argv[1], allow_pickle=False, mmap_mode='r')\n"
            "rows = [r for r in csv.reader(l for l in open(sys.argv[2], encoding='utf-8') if l[0] "
            "!= '#')]\n"
            "assert list(a.dtype.names) == rows[0], (a.dtype.names, rows[0])\n"
            "assert len(a) == len(rows) - 1 == 3\n"
            "for j, row in enumerate(rows[1:]):\n"
            "    for name, text in zip(rows[0], row):\n"
            "        v = a[name][j]\n"
            "        if a.dtype[name].kind == 'U':\n"
            "            assert v == text, (name, j)\n"
            "        elif text == '':\n"
            "            assert np.isnan(v), (name, j)\n"
            "        else:\n"
            "            assert v == float(text), (name, j, v, text)\n"
            "        assert m[name][j] == v or v != v\n"
            "head = open(sys.argv[1], 'rb').read(2000)\n"
            "assert b'# dtype: qint8' in head and b'# note: two lines' in head\n";
        QProcess process;
        process.start(python, {QStringLiteral("-c"), QString::fromLatin1(script), npy,
                               dir.filePath(QStringLiteral("a.csv"))});
        QVERIFY(process.waitForFinished(60000));
        QVERIFY2(process.exitCode() == 0, process.readAllStandardError().constData());
    }

    void npyOfNothing_isWritten()
    {
        const auto npy = bytes({}, ExportFormat::Npy);
        QVERIFY(npy.startsWith("\x93NUMPY\x01"));
        QCOMPARE(npy.size() % 64, 0);
    }
};

QTEST_MAIN(TestExportFormats)
#include "test_export_formats.moc"
