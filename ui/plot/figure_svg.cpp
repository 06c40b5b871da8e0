// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/embedded_session.h"
#include "ui/plot/figure_canvas.h"

#include <QBuffer>
#include <QSvgGenerator>

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
Parts partsOf(const FigureCanvas& canvas, FigureCanvas::Pass pass, const QByteArray& prefix)
{
    QBuffer buffer;
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(96);
    generator.setSize(canvas.size().toSize());
    if (!canvas.paint(generator, pass, 1, true))
        return {};
    QByteArray svg = buffer.data();
    svg.replace("id=\"", "id=\"" + prefix).replace("url(#", "url(#" + prefix);
    return {between(svg, "<defs>", "</defs>"), between(svg, "</defs>", "</svg>")};
}

QByteArray number(double value)
{
    return QByteArray::number(value, 'g', 8);
}

} // namespace

// The generator leaves out every clip, so the data are painted by themselves and clipped as a
// group.
QByteArray figureSvg(const FigureCanvas& canvas, const QString& title, const std::string& session)
{
    const Parts below = partsOf(canvas, FigureCanvas::Pass::BelowData, "below-");
    const Parts data = partsOf(canvas, FigureCanvas::Pass::Data, "data-");
    const Parts above = partsOf(canvas, FigureCanvas::Pass::AboveData, "above-");
    if (below.body.isEmpty())
        return {};
    const QSizeF size = canvas.size();
    const QRectF axes = canvas.axesRect();
    const QByteArray metadata =
        session.empty()
            ? QByteArray()
            : "<metadata>" + QByteArray::fromStdString(sessionElement(session)) + "</metadata>\n";
    QByteArray svg =
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<svg width=\"" +
        number(size.width() / 96 * 25.4) + "mm\" height=\"" + number(size.height() / 96 * 25.4) +
        "mm\" viewBox=\"0 0 " + number(size.width()) + ' ' + number(size.height()) +
        "\" xmlns=\"http://www.w3.org/2000/svg\" "
        "xmlns:xlink=\"http://www.w3.org/1999/xlink\" version=\"1.1\">\n<title>" +
        title.toHtmlEscaped().toUtf8() + "</title>\n" + metadata +
        "<defs>\n<clipPath id=\"axes\"><rect x=\"" + number(axes.left()) + "\" y=\"" +
        number(axes.top()) + "\" width=\"" + number(axes.width()) + "\" height=\"" +
        number(axes.height()) + "\"/></clipPath>\n" + below.definitions + data.definitions +
        above.definitions + "\n</defs>\n" + below.body + "\n<g clip-path=\"url(#axes)\">\n" +
        data.body + "\n</g>\n" + above.body + "\n</svg>\n";
    return svg;
}

} // namespace qs
