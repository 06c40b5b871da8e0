// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/embedded_session.h"
#include "ui/plot/sheet_canvas.h"

#include <QBuffer>
#include <QHash>
#include <QPdfWriter>

#include <qcustomplot.h>

namespace qs {
namespace {

constexpr int resolution = 1200;
constexpr double pixelsPerInch = 96;
constexpr double pointsPerInch = 72;

/// The document's XMP packet (ISO 16684-1), which is not compressed.
QByteArray xmpPacket(const QString& title, const std::string& session)
{
    QByteArray xmp = "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                     "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                     "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
                     "<rdf:Description rdf:about=\"\""
                     " xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
                     " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n"
                     "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">" +
                     title.toHtmlEscaped().toUtf8() +
                     "</rdf:li></rdf:Alt></dc:title>\n"
                     "<xmp:CreatorTool>Quantoscope</xmp:CreatorTool>\n";
    if (!session.empty())
        xmp += QByteArray::fromStdString(sessionElement(session)) + '\n';
    return xmp + "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>\n";
}

/// Takes the time out, so that the same picture is the same file; in its place blanks, so that
/// everything stays where the table of contents says.
void removeCreationDate(QByteArray& pdf)
{
    const auto begin = pdf.indexOf("/CreationDate (");
    const auto end = begin < 0 ? -1 : pdf.indexOf(')', begin);
    // It is in the first object; what comes later may be any data.
    if (end < 0 || begin > pdf.indexOf("endobj"))
        return;
    for (auto at = begin; at <= end; ++at)
        pdf[at] = ' ';
}

/// Qt writes fonts in the order of a hash, which changes with every start of the program. While
/// this lives new hashes have the same order always.
struct SteadyHashes {
    SteadyHashes() { QHashSeed::setDeterministicGlobalSeed(); }
    ~SteadyHashes() { QHashSeed::resetRandomGlobalSeed(); }
    SteadyHashes(const SteadyHashes&) = delete;
    SteadyHashes& operator=(const SteadyHashes&) = delete;
};

} // namespace

QByteArray sheetPdf(const SheetCanvas& sheet, const std::string& session)
{
    const SteadyHashes steady;
    const QString title = sheet.title();
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setResolution(resolution);
        writer.setCreator(QStringLiteral("Quantoscope"));
        writer.setTitle(title);
        writer.setDocumentXmpMetadata(xmpPacket(title, session));
        writer.setPageSize(QPageSize(sheet.at(0).size() / pixelsPerInch * pointsPerInch,
                                     QPageSize::Point, QString(), QPageSize::ExactMatch));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        QCPPainter painter;
        if (!painter.begin(&writer))
            return {};
        for (std::size_t i = 0; i < sheet.count(); ++i) {
            if (i > 0 && !writer.newPage())
                return {};
            painter.save();
            painter.scale(resolution / pixelsPerInch, resolution / pixelsPerInch);
            sheet.at(i).paint(painter, FigureCanvas::Pass::All, true);
            painter.restore();
        }
        if (!painter.end())
            return {};
    }
    QByteArray pdf = buffer.data();
    removeCreationDate(pdf);
    return pdf;
}

} // namespace qs
