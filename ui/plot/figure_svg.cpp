// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/embedded_session.h"
#include "ui/plot/sheet_canvas.h"
#include "ui/plot/svg_outlines.h"

#include <QBuffer>

#include <qcustomplot.h>

#include <algorithm>

namespace qs {
namespace {

struct Parts {
    QByteArray definitions;
    QByteArray body;
};

QByteArray between(const QByteArray& text, const QByteArray& begin, const QByteArray& end)
{
    const auto from = text.indexOf(begin);
    const auto to = text.lastIndexOf(end);
    if (from < 0 || to < from)
        return {};
    const auto start = from + begin.size();
    return text.mid(start, to - start).trimmed();
}

/// The body and the definitions of one pass, whose ids begin with `prefix`: each pass counts anew.
Parts partsOf(const FigureCanvas& canvas, FigureCanvas::Pass pass, bool outlines,
              const QByteArray& prefix)
{
    QBuffer buffer;
    std::unique_ptr<QSvgGenerator> generator = std::make_unique<QSvgGenerator>();
    if (outlines)
        generator = std::make_unique<SvgOutlineGenerator>();
    generator->setOutputDevice(&buffer);
    generator->setResolution(96);
    generator->setSize(canvas.size().toSize());
    QCPPainter painter;
    if (!painter.begin(generator.get()))
        return {};
    canvas.paint(painter, pass, true);
    painter.end();
    QByteArray svg = buffer.data();
    svg.replace("id=\"", "id=\"" + prefix).replace("url(#", "url(#" + prefix);
    return {between(svg, "<defs>", "</defs>"), between(svg, "</defs>", "</svg>")};
}

QByteArray number(double value)
{
    return QByteArray::number(value, 'g', 8);
}

QByteArray element(const QByteArray& name, const QString& text)
{
    if (text.isEmpty())
        return {};
    return '<' + name + '>' + text.toHtmlEscaped().toUtf8() + "</" + name + ">\n";
}

/// One picture, whose ids begin with `prefix`. The generator leaves out every clip, so the data are
/// painted by themselves and clipped as a group.
Parts pictureOf(const FigureCanvas& canvas, bool outlines, const QByteArray& prefix)
{
    using Pass = FigureCanvas::Pass;
    const Parts below = partsOf(canvas, Pass::BelowData, outlines, prefix + "below-");
    const Parts data = partsOf(canvas, Pass::Data, outlines, prefix + "data-");
    const Parts above = partsOf(canvas, Pass::AboveData, outlines, prefix + "above-");
    if (below.body.isEmpty())
        return {};
    const QRectF axes = canvas.axesRect();
    return {"<clipPath id=\"" + prefix + "axes\"><rect x=\"" + number(axes.left()) + "\" y=\"" +
                number(axes.top()) + "\" width=\"" + number(axes.width()) + "\" height=\"" +
                number(axes.height()) + "\"/></clipPath>\n" + below.definitions + data.definitions +
                above.definitions + "\n",
            below.body + "\n<g clip-path=\"url(#" + prefix + "axes)\">\n" + data.body + "\n</g>\n" +
                above.body + "\n"};
}

/// All pictures at their places. Empty: painting failed.
Parts picturesOf(const SheetCanvas& sheet, bool outlines)
{
    if (sheet.count() == 1)
        return pictureOf(sheet.at(0), outlines, {});
    Parts all;
    for (std::size_t i = 0; i < sheet.count(); ++i) {
        const FigureCanvas& canvas = sheet.at(i);
        const Parts one =
            pictureOf(canvas, outlines, "panel" + QByteArray::number(qulonglong(i + 1)) + '-');
        if (one.body.isEmpty())
            return {};
        const QPoint place = sheet.placeOf(i);
        all.definitions += one.definitions;
        all.body += "<g transform=\"translate(" + number(place.x() * canvas.size().width()) + ' ' +
                    number(place.y() * canvas.size().height()) + ")\">\n" +
                    element("title", canvas.title()) + element("desc", canvas.accessible()) +
                    one.body + "</g>\n";
    }
    return all;
}

/// Whether there are letters that few fonts have: Chinese, Japanese, Korean, their punctuation and
/// their wide forms.
bool hasCjkLetters(const QByteArray& svg)
{
    const auto letters = QString::fromUtf8(svg).toUcs4();
    return std::any_of(letters.begin(), letters.end(), [](char32_t letter) {
        switch (QChar::script(letter)) {
        case QChar::Script_Han:
        case QChar::Script_Hiragana:
        case QChar::Script_Katakana:
        case QChar::Script_Hangul:
        case QChar::Script_Bopomofo:
            return true;
        default:
            return (letter >= 0x3000 && letter <= 0x33FF) || (letter >= 0xFF00 && letter <= 0xFFEF);
        }
    });
}

} // namespace

QByteArray sheetSvg(const SheetCanvas& sheet, SvgText text, const std::string& session)
{
    Parts parts = picturesOf(sheet, text == SvgText::Outlines);
    if (text == SvgText::Auto && hasCjkLetters(parts.body))
        parts = picturesOf(sheet, true);
    if (parts.body.isEmpty())
        return {};
    const FigureCanvas& first = sheet.at(0);
    const double width = first.size().width() * sheet.grid().width();
    const double height = first.size().height() * sheet.grid().height();
    const QByteArray metadata =
        session.empty()
            ? QByteArray()
            : "<metadata>" + QByteArray::fromStdString(sessionElement(session)) + "</metadata>\n";
    // Places of the grid that no picture covers.
    const bool full =
        sheet.count() == static_cast<std::size_t>(sheet.grid().width() * sheet.grid().height());
    const QByteArray ground = full ? QByteArray()
                                   : "<rect width=\"" + number(width) + "\" height=\"" +
                                         number(height) + "\" fill=\"" +
                                         sheet.background().name().toLatin1() + "\"/>\n";
    return "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<svg width=\"" +
           number(width / 96 * 25.4) + "mm\" height=\"" + number(height / 96 * 25.4) +
           "mm\" viewBox=\"0 0 " + number(width) + ' ' + number(height) +
           "\" xmlns=\"http://www.w3.org/2000/svg\" "
           "xmlns:xlink=\"http://www.w3.org/1999/xlink\" version=\"1.1\">\n<title>" +
           sheet.title().toHtmlEscaped().toUtf8() + "</title>\n" +
           (sheet.count() == 1 ? element("desc", first.accessible()) : QByteArray()) + metadata +
           "<defs>\n" + parts.definitions + "</defs>\n" + ground + parts.body + "</svg>\n";
}

} // namespace qs
