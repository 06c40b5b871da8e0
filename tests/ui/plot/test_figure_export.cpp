// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/plot/sample_figure.h"
#include "ui/plot/figure_export.h"

#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <cmath>
#include <map>
#include <set>

using namespace qs;

namespace {

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The share of pixels that are not `ground`.
double inkOf(const QImage& image, const QColor& ground)
{
    qint64 other = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            other += image.pixelColor(x, y).rgb() != ground.rgb();
    }
    return static_cast<double>(other) / (static_cast<double>(image.width()) * image.height());
}

} // namespace

class TestFigureExport : public QObject {
    Q_OBJECT

private slots:
    void png_inMillimetres_hasTheSizeAndDensityAskedFor()
    {
        const QString path = m_dir.filePath(QStringLiteral("a.png"));
        ExportOptions options;
        options.size = {85, 60};
        options.dpi = 300;
        QVERIFY(exportFigure(test::lineFigure(), ThemeId::Print, options, path));
        const QImage image(path);
        QCOMPARE(image.width(), 1004);
        QCOMPARE(image.height(), 709);
        QCOMPARE(image.dotsPerMeterX(), 11811);
        QVERIFY(inkOf(image, Qt::white) > 0.01);
    }

    void png_inPixels_hasThesePixels()
    {
        const QString path = m_dir.filePath(QStringLiteral("b.PNG"));
        ExportOptions options;
        options.size = {640, 300};
        options.unit = SizeUnit::Pixel;
        options.dpi = 192;
        QVERIFY(exportFigure(test::lineFigure(), ThemeId::Dark, options, path));
        const QImage image(path);
        QCOMPARE(image.size(), QSize(640, 300));
        QCOMPARE(image.pixelColor(2, 2), plotTheme(ThemeId::Dark).background);
        QVERIFY(inkOf(image, plotTheme(ThemeId::Dark).background) > 0.01);
    }

    void picture_hasNoHandles()
    {
        ExportOptions options;
        options.size = {640, 300};
        options.unit = SizeUnit::Pixel;
        options.dpi = 96;
        Figure figure = test::lineFigure();
        const QImage draggable = renderFigure(figure, ThemeId::Print, options);
        for (Marker& marker : figure.markers)
            marker.handle = false;
        QCOMPARE(draggable, renderFigure(figure, ThemeId::Print, options));
    }

    void ranges_moveThePicture()
    {
        ExportOptions options;
        options.size = {640, 300};
        options.unit = SizeUnit::Pixel;
        options.dpi = 96;
        const Figure figure = test::lineFigure();
        const QImage whole = renderFigure(figure, ThemeId::Print, options);
        options.xRange = {{0.0, 10.0}};
        options.yRange = {{0.0, 10.0}};
        QCOMPARE(renderFigure(figure, ThemeId::Print, options), whole);
        options.xRange = {{0.0, 1.0}};
        QVERIFY(renderFigure(figure, ThemeId::Print, options) != whole);
        options.xRange = {{std::nan(""), 1.0}};
        QVERIFY(!renderFigure(figure, ThemeId::Print, options).isNull());
    }

    void svg_isXmlAndTheSameEachTime()
    {
        const QString first = m_dir.filePath(QStringLiteral("a.svg"));
        const QString second = m_dir.filePath(QStringLiteral("b.svg"));
        Figure figure = test::everyKind(false);
        figure.title = QStringLiteral("x < y & z");
        QVERIFY(exportFigure(figure, ThemeId::Print, {}, first));
        QVERIFY(exportFigure(figure, ThemeId::Print, {}, second));
        const QByteArray svg = contentOf(first);
        QCOMPARE(svg, contentOf(second));
        QXmlStreamReader xml(svg);
        std::set<QString> ids;
        while (!xml.atEnd()) {
            xml.readNext();
            if (xml.isStartElement() && xml.attributes().hasAttribute(QLatin1String("id")))
                QVERIFY(ids.insert(xml.attributes().value(QLatin1String("id")).toString()).second);
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY(svg.contains("width=\"160mm\" height=\"100mm\""));
        for (const char* text :
             {"value x [-]", "value y [LSB]", "right [%]", "clipped 1 %", ">100<"})
            QVERIFY2(svg.contains(text), text);
        QVERIFY(svg.contains("clip-path=\"url(#axes)\""));
    }

    void pdf_hasThePageAskedFor()
    {
        const QString path = m_dir.filePath(QStringLiteral("a.pdf"));
        ExportOptions options;
        options.size = {127, 50.8}; // 5 × 2 inches: 360 × 144 points
        QVERIFY(exportFigure(test::lineFigure(), ThemeId::Print, options, path));
        const QByteArray pdf = contentOf(path);
        QVERIFY(pdf.startsWith("%PDF-"));
        QVERIFY2(pdf.contains("/MediaBox [0 0 360.000000 144.000000]") ||
                     pdf.contains("/MediaBox [0 0 360 144]"),
                 pdf.mid(pdf.indexOf("/MediaBox"), 60).constData());
        QVERIFY(pdf.contains("/FontFile"));
    }

    void csv_sharesColumnsOfTheSameX()
    {
        Figure figure = test::lineFigure();
        Series second = test::series(SeriesKind::Steps, {0, 5, 10}, {0.1, std::nan(""), 1e300});
        second.csvName = QStringLiteral("value [-]");
        Series other = test::series(SeriesKind::Band, {1, 2}, {-1, -2});
        other.csvName = QStringLiteral("bound, both");
        other.y2 = {1, 2};
        figure.series.push_back(other);
        figure.series.push_back(second);
        QCOMPARE(figureCsv(figure),
                 QByteArray("# title: A line\n"
                            "# dtype: qint8\n"
                            "value x [-],value [-],value [-] (2),value x [-] (2),"
                            "\"bound, both from\",\"bound, both to\"\n"
                            "0,0,0.1,1,-1,1\n"
                            "5,5,nan,2,-2,2\n"
                            "10,10,1e+300,,,\n"));
    }

    void csv_numbersReadBackExactly()
    {
        const double values[] = {1.0 / 3, 0.1F, 5e-324, -1.7976931348623157e308, 123456789};
        Figure figure;
        figure.series = {test::series(SeriesKind::Line, {1, 2, 3, 4, 5},
                                      {std::begin(values), std::end(values)})};
        const QList<QByteArray> lines = figureCsv(figure).split('\n');
        for (int i = 0; i < 5; ++i)
            QCOMPARE(lines[1 + i].split(',').at(1).toDouble(), values[i]);
    }

    void everyKind_everyFormat_isWritten()
    {
        for (bool log : {false, true}) {
            for (const char* ending : {"png", "svg", "pdf", "csv"}) {
                const QString path =
                    m_dir.filePath(QStringLiteral("every.") + QLatin1String(ending));
                QVERIFY(exportFigure(test::everyKind(log), ThemeId::Light, {}, path));
                QVERIFY(contentOf(path).size() > 200);
            }
        }
    }

    void map_hasTheColoursOfItsScale_inEveryFormat()
    {
        Figure figure;
        figure.x = {QStringLiteral("scale"), QStringLiteral("-"), 0.5, 8, true, false};
        figure.y = {QStringLiteral("code"), QStringLiteral("code"), -0.5, 1.5, false, true};
        figure.y2 = Axis{QStringLiteral("SQNR"), QStringLiteral("dB"), 0, 10, false, false};
        figure.map = ColorMap{QStringLiteral("SQNR [dB]"),      {1, 2, 4},        {0, 1},
                              {0, 5, 10, std::nan(""), 20, -7}, Palette::Viridis, {}};
        ExportOptions options;
        options.size = {640, 300};
        options.unit = SizeUnit::Pixel;
        options.dpi = 96;
        const QImage image = renderFigure(figure, ThemeId::Print, options);
        std::map<QRgb, int> seen;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x)
                ++seen[image.pixel(x, y)];
        }
        // Cells of the lowest, the middle and the highest value; those beyond take the ends'.
        for (const QRgb color :
             {qRgb(0x44, 0x01, 0x54), qRgb(0x23, 0x90, 0x8C), qRgb(0xFD, 0xE7, 0x25)})
            QVERIFY2(seen[color] > 3000, qPrintable(QColor(color).name()));
        for (const char* ending : {"png", "svg", "pdf"}) {
            const QString path = m_dir.filePath(QStringLiteral("map.") + QLatin1String(ending));
            QVERIFY(exportFigure(figure, ThemeId::Light, {}, path));
            QVERIFY(contentOf(path).size() > 2000);
        }
        const auto svg = contentOf(m_dir.filePath(QStringLiteral("map.svg")));
        QVERIFY(svg.contains("<image") && svg.contains("SQNR [dB]"));
        const auto lines = figureCsv(figure).split('\n');
        QCOMPARE(lines[0], QByteArray("scale [-],code [code],SQNR [dB]"));
        QCOMPARE(lines[1], QByteArray("1,0,0"));
        QCOMPARE(lines[4], QByteArray("1,1,nan"));
    }

    void namesOfPoints_areAColumn()
    {
        Figure figure;
        figure.x.title = QStringLiteral("bits");
        figure.series = {test::series(SeriesKind::Points, {1, 2}, {3, 4})};
        figure.series[0].csvName = QStringLiteral("SQNR");
        figure.series[0].labels = {QStringLiteral("int4"), QStringLiteral("a, b")};
        const auto lines = figureCsv(figure).split('\n');
        QVERIFY(lines[0].endsWith("SQNR,SQNR: name"));
        QCOMPARE(lines[1], QByteArray("1,3,int4"));
        QCOMPARE(lines[2], QByteArray("2,4,\"a, b\""));
    }

    void emptyFigure_isWritten()
    {
        Figure figure;
        QVERIFY(!renderFigure(figure, ThemeId::Light, {}).isNull());
        figure.emptyText = QStringLiteral("Open a tensor");
        QVERIFY(inkOf(renderFigure(figure, ThemeId::Print, {}), Qt::white) > 0);
    }

    void unwritablePath_isOneLineThatNamesIt()
    {
        const QString path = m_dir.filePath(QStringLiteral("no/such/directory/a.png"));
        const Result<void> result = exportFigure(test::lineFigure(), ThemeId::Print, {}, path);
        QVERIFY(!result);
        QVERIFY(result.error().kind == ErrorKind::Io);
        const QString message = QString::fromStdString(result.error().message);
        QVERIFY2(message.startsWith(path + u':'), qPrintable(message));
        QVERIFY(!message.contains(u'\n'));
    }

    void badArguments_areRefused()
    {
        const Figure figure = test::lineFigure();
        const Result<void> ending =
            exportFigure(figure, ThemeId::Print, {}, m_dir.filePath(QStringLiteral("a.bmp")));
        QVERIFY(!ending && ending.error().kind == ErrorKind::Usage);
        for (const QSizeF& size :
             {QSizeF(0, 10), QSizeF(-5, 10), QSizeF(1e6, 10), QSizeF(std::nan(""), 10)}) {
            ExportOptions options;
            options.size = size;
            const QString path = m_dir.filePath(QStringLiteral("size.png"));
            QVERIFY(!exportFigure(figure, ThemeId::Print, options, path));
            QVERIFY(!QFile::exists(path));
        }
    }

    void format_ofPath_ignoresCase()
    {
        QVERIFY(exportFormatOf(QStringLiteral("/a/b.SVG")) == ExportFormat::Svg);
        QVERIFY(!exportFormatOf(QStringLiteral("svg")));
    }

private:
    QTemporaryDir m_dir;
};

QTEST_MAIN(TestFigureExport)
#include "test_figure_export.moc"
