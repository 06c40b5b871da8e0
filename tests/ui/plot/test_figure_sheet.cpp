// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Several pictures in one file, letters as outlines, titles in the place of a figure's own.
#include "core/session/embedded_session.h"
#include "tests/ui/plot/sample_figure.h"
#include "ui/plot/figure_sheet.h"

#include <QPainter>
#include <QRegularExpression>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <cmath>
#include <set>

using namespace qs;

namespace {

Figure figureTo(double most, const QString& title)
{
    Figure figure = test::lineFigure();
    figure.title = title;
    figure.accessible = title + QStringLiteral(" in words");
    figure.x.max = most;
    return figure;
}

ExportOptions options(ExportFormat format)
{
    ExportOptions made;
    made.format = format;
    made.size = {100, 60};
    made.dpi = 96;
    return made;
}

/// `count` pictures, each with another x axis, so that none has to line up.
FigureSheet sheetOfLines(ExportFormat format, int count, int columns)
{
    FigureSheet sheet;
    sheet.columns = columns;
    for (int i = 0; i < count; ++i)
        sheet.parts.push_back(
            {QStringLiteral("line%1").arg(i),
             std::make_shared<const Figure>(figureTo(10 + i, QStringLiteral("Line %1").arg(i))),
             options(format)});
    return sheet;
}

QByteArray bytesOf(const FigureSheet& sheet)
{
    const auto made = sheetBytes(sheet, ThemeId::Print);
    return made ? *made : QByteArray();
}

QByteArray bytesOf(const Figure& figure, const ExportOptions& how)
{
    return bytesOf(sheetOf(figure, how));
}

QImage painted(const QByteArray& svg)
{
    QSvgRenderer renderer(svg);
    QImage image(renderer.defaultSize(), QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    renderer.render(&painter);
    return image;
}

/// The mean difference of two pictures' grey, 0 to 255.
double difference(const QImage& a, const QImage& b)
{
    double sum = 0;
    for (int y = 0; y < a.height(); ++y) {
        for (int x = 0; x < a.width(); ++x)
            sum += std::abs(qGray(a.pixel(x, y)) - qGray(b.pixel(x, y)));
    }
    return sum / (1.0 * a.width() * a.height());
}

std::string sessionOf(const QByteArray& data)
{
    const auto found = sessionInside(
        "chart", std::as_bytes(std::span(data.constData(), static_cast<std::size_t>(data.size()))));
    return found ? *found : found.error().message;
}

} // namespace

class TestFigureSheet : public QObject {
    Q_OBJECT

private slots:
    void outlines_lookLikeText_andNeedNoFont()
    {
        const Figure figure = test::lineFigure();
        auto how = options(ExportFormat::Svg);
        how.session = "{\"a\":1}";
        how.text = SvgText::Text;
        const auto text = bytesOf(figure, how);
        how.text = SvgText::Outlines;
        const auto outlines = bytesOf(figure, how);
        QCOMPARE(outlines, bytesOf(figure, how));
        QVERIFY(text.contains("<text") && text.contains("value x [-]"));
        QVERIFY(!outlines.contains("<text") && !outlines.contains("value x [-]"));
        for (const auto& svg : {text, outlines}) {
            QVERIFY(svg.contains("<title>A line</title>"));
            QVERIFY(svg.contains("<desc>A line from 0 to 10</desc>"));
            QCOMPARE(sessionOf(svg), how.session);
        }
        const QImage a = painted(text);
        const QImage b = painted(outlines);
        QCOMPARE(a.size(), b.size());
        // A letter's edge may be a shade darker; a letter that is missing or moved is more.
        QVERIFY2(difference(a, b) < 0.5, qPrintable(QString::number(difference(a, b))));
        Figure unnamed = figure;
        unnamed.title.clear();
        how.text = SvgText::Text;
        QVERIFY(difference(a, painted(bytesOf(unnamed, how))) > 0.5);
    }

    void letters_areOutlines_whereFewFontsHaveThem()
    {
        const auto how = options(ExportFormat::Svg);
        Figure figure = test::lineFigure();
        QVERIFY(bytesOf(figure, how).contains("<text"));
        figure.title =
            QStringLiteral("\u03bc \u2192 \u00fc \u2212 3 \u00d7 4\u2026"); // in most fonts
        QVERIFY(bytesOf(figure, how).contains("<text"));
        for (const char16_t* title : {u"\u91cf\u5b50\u5316", u"\u30b9\u30b1\u30fc\u30eb",
                                      u"\uc591\uc790\ud654", u"\u91cf\u5316", u"\uff11"}) {
            figure.title = QString::fromUtf16(title);
            const auto svg = bytesOf(figure, how);
            QVERIFY(!svg.contains("<text"));
            QVERIFY(svg.contains("<title>" + figure.title.toUtf8() + "</title>"));
            auto asked = how;
            asked.text = SvgText::Text;
            QVERIFY(bytesOf(figure, asked).contains("<text"));
        }
        // One picture of a sheet is enough.
        auto sheet = sheetOfLines(ExportFormat::Svg, 2, 2);
        QVERIFY(bytesOf(sheet).contains("<text"));
        sheet.parts[1].options.caption = QString::fromUtf16(u"\u6ce8");
        QVERIFY(!bytesOf(sheet).contains("<text"));
    }

    void pdf_hasEveryFontInside()
    {
        Figure figure = test::lineFigure();
        figure.note = QString::fromUtf16(u"\u03bc \u91cf");
        const auto pdf = bytesOf(figure, options(ExportFormat::Pdf));
        const auto fonts = pdf.count("/Type /FontDescriptor");
        QVERIFY(fonts > 0);
        QCOMPARE(pdf.count("/FontFile"), fonts); // also FontFile2 and FontFile3
    }

    void pdf_hasAPageForEach()
    {
        const auto sheet = sheetOfLines(ExportFormat::Pdf, 3, 2);
        const auto pdf = bytesOf(sheet);
        QCOMPARE(pdf, bytesOf(sheet));
        const QRegularExpression page(QStringLiteral("/Type /Page\\s"));
        auto pages = page.globalMatch(QString::fromLatin1(pdf));
        int count = 0;
        for (; pages.hasNext(); pages.next())
            ++count;
        QCOMPARE(count, 3);
        QVERIFY(pdf.contains("/Count 3"));
    }

    void png_isAGridOfThePictures()
    {
        const auto sheet = sheetOfLines(ExportFormat::Png, 3, 2);
        const auto image = QImage::fromData(bytesOf(sheet), "PNG");
        const QSize one(378, 227);
        QCOMPARE(image.size(), QSize(2 * one.width(), 2 * one.height()));
        for (int i = 0; i < 3; ++i) {
            const auto& part = sheet.parts[static_cast<std::size_t>(i)];
            const auto alone = renderFigure(*part.figure, ThemeId::Print, part.options);
            const QRect place(QPoint(i % 2 * one.width(), i / 2 * one.height()), one);
            QVERIFY2(image.copy(place).convertToFormat(QImage::Format_RGB32) ==
                         alone.convertToFormat(QImage::Format_RGB32),
                     qPrintable(QString::number(i)));
        }
        const auto dark = renderSheet(sheet, ThemeId::Dark);
        QCOMPARE(dark.pixelColor(one.width() + 50, one.height() + 50),
                 plotTheme(ThemeId::Dark).background);
    }

    void svg_isAGridOfThePictures()
    {
        auto sheet = sheetOfLines(ExportFormat::Svg, 3, 2);
        const auto svg = bytesOf(sheet);
        QCOMPARE(svg, bytesOf(sheet));
        QVERIFY(svg.contains("width=\"200mm\" height=\"120mm\""));
        QXmlStreamReader xml(svg);
        std::set<QString> ids;
        QStringList titles;
        while (!xml.atEnd()) {
            xml.readNext();
            if (!xml.isStartElement())
                continue;
            if (xml.attributes().hasAttribute(QLatin1String("id")))
                QVERIFY(ids.insert(xml.attributes().value(QLatin1String("id")).toString()).second);
            if (xml.name() == QStringLiteral("title") || xml.name() == QStringLiteral("desc"))
                titles += xml.readElementText();
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QCOMPARE(titles.size(), 7);
        QCOMPARE(titles.first(), QStringLiteral("Line 0, Line 1, Line 2"));
        QCOMPARE(titles[5], QStringLiteral("Line 2"));
        QCOMPARE(titles[6], QStringLiteral("Line 2 in words"));
        // Every reference leads to what was defined.
        auto used = QRegularExpression(QStringLiteral("url\\(#([^)]+)\\)"))
                        .globalMatch(QString::fromUtf8(svg));
        QVERIFY(used.hasNext());
        while (used.hasNext())
            QVERIFY(ids.count(used.next().captured(1)) == 1);
    }

    void axesOfTheSameValues_lineUp()
    {
        FigureSheet sheet = sheetOfLines(ExportFormat::Svg, 3, 1);
        Figure wide = figureTo(10, QStringLiteral("Long numbers at the side"));
        wide.y.max = 1e8;
        sheet.parts[1].figure = std::make_shared<const Figure>(wide);
        const auto leftEdges = [](const QByteArray& svg) {
            auto found = QRegularExpression(
                             QStringLiteral("axes\\x22><rect x=\\x22([0-9.]+)\\x22 y=\\x22[0-9.]+"
                                            "\\x22 width=\\x22([0-9.]+)"))
                             .globalMatch(QString::fromUtf8(svg));
            std::vector<std::pair<double, double>> edges;
            while (found.hasNext()) {
                const auto match = found.next();
                edges.emplace_back(match.captured(1).toDouble(), match.captured(2).toDouble());
            }
            return edges;
        };
        const auto column = leftEdges(bytesOf(sheet));
        QCOMPARE(column.size(), std::size_t{3});
        QCOMPARE(column[0], column[1]);
        QVERIFY(column[2].first < column[0].first); // its x axis is another one
        sheet.columns = 3;
        const auto row = leftEdges(bytesOf(sheet));
        QVERIFY(row[0].first < row[1].first);
    }

    void session_isInTheOneFile()
    {
        for (const auto format : {ExportFormat::Png, ExportFormat::Svg, ExportFormat::Pdf}) {
            auto sheet = sheetOfLines(format, 2, 2);
            sheet.parts[0].options.session = "{\"a\":[1,2]}";
            QCOMPARE(sessionOf(bytesOf(sheet)), std::string("{\"a\":[1,2]}"));
        }
    }

    void tooLarge_saysWhatToDo()
    {
        auto sheet = sheetOfLines(ExportFormat::Png, 8, 1);
        for (auto& part : sheet.parts)
            part.options.dpi = 2000; // 4724 pixels high each
        const auto made = sheetBytes(sheet, ThemeId::Print);
        QVERIFY(!made && made.error().kind == ErrorKind::Usage);
        const auto message = QString::fromStdString(made.error().message);
        QVERIFY2(message.contains(QStringLiteral("1 \u00d7 8 panels")) &&
                     message.contains(QStringLiteral("30000")) &&
                     message.contains(QStringLiteral("fewer panels")),
                 qPrintable(message));
        QVERIFY(renderSheet(sheet, ThemeId::Print).isNull());
        // Pages are as small as ever, and lines have no pixels.
        for (const auto format : {ExportFormat::Pdf, ExportFormat::Svg}) {
            for (auto& part : sheet.parts)
                part.options.format = format;
            QVERIFY(checkSheet(sheet));
        }
        sheet.parts[3].options.size = {0, 10};
        QVERIFY(!checkSheet(sheet));
        sheet = sheetOfLines(ExportFormat::Csv, 2, 1);
        QVERIFY(!sheetBytes(sheet, ThemeId::Print));
    }

    void columns_whereNobodyChose()
    {
        QCOMPARE(defaultColumns(3, true), 1);
        QCOMPARE(defaultColumns(1, false), 1);
        QCOMPARE(defaultColumns(2, false), 2);
        QCOMPARE(defaultColumns(4, false), 2);
        QCOMPARE(defaultColumns(5, false), 3);
        QCOMPARE(defaultColumns(18, false), 3);
        QCOMPARE(sheetGrid(sheetOfLines(ExportFormat::Png, 2, 6)), QSize(2, 1));
        QCOMPARE(sheetGrid(sheetOfLines(ExportFormat::Svg, 5, 3)), QSize(3, 2));
        QCOMPARE(sheetGrid(sheetOfLines(ExportFormat::Pdf, 5, 3)), QSize(1, 1));
    }

    void data_areBesideTheSheet()
    {
        const QTemporaryDir dir;
        const auto sheet = sheetOfLines(ExportFormat::Svg, 2, 2);
        const QString path = dir.filePath(QStringLiteral("fig.svg"));
        const auto written = exportSheetWithData(sheet, ThemeId::Print, ExportFormat::Csv, path);
        QVERIFY(written);
        QCOMPARE(*written, QStringList({path, dir.filePath(QStringLiteral("fig-line0.csv")),
                                        dir.filePath(QStringLiteral("fig-line1.csv"))}));
        QFile csv(written->last());
        QVERIFY(csv.open(QIODevice::ReadOnly));
        QCOMPARE(csv.readAll(), figureCsv(*sheet.parts[1].figure));
    }

    void ownTitles_replaceThoseOfTheFigure_unitsStay()
    {
        auto how = options(ExportFormat::Svg);
        how.titles = {QStringLiteral("Mine & yours"), QStringLiteral(" weight\n"), {}};
        const auto svg = bytesOf(test::lineFigure(), how);
        for (const char* text : {"<title>Mine &amp; yours</title>", ">Mine &amp; yours<",
                                 ">weight [-]<", ">value y [LSB]<"})
            QVERIFY2(svg.contains(text), text);
        QVERIFY(!svg.contains("A line<") && !svg.contains("value x"));
        how.titles = {QStringLiteral("  "), {}, {}};
        QCOMPARE(bytesOf(test::lineFigure(), how),
                 bytesOf(test::lineFigure(), options(ExportFormat::Svg)));
        // What a script reads keeps its names.
        how.titles.x = QStringLiteral("weight");
        how.format = ExportFormat::Csv;
        const auto csv = figureBytes(test::lineFigure(), ThemeId::Print, how);
        QVERIFY(csv && *csv == figureCsv(test::lineFigure()));
    }

    /// A few dots show as much as many.
    void png_ofFewDots_isWhole()
    {
        auto how = options(ExportFormat::Png);
        how.dpi = 192;
        const auto fine = renderFigure(test::lineFigure(), ThemeId::Print, how);
        how.dpi = 48;
        const auto coarse = renderFigure(test::lineFigure(), ThemeId::Print, how);
        const auto scaled =
            fine.scaled(coarse.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
        QVERIFY2(difference(coarse, scaled) < 8,
                 qPrintable(QString::number(difference(coarse, scaled))));
        QVERIFY(difference(coarse, fine.copy(QRect(QPoint(0, 0), coarse.size()))) > 8);
    }
};

QTEST_MAIN(TestFigureSheet)
#include "test_figure_sheet.moc"
