// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/embedded_session.h"

#include "core/io/byte_reader.h"
#include "core/io/file.h"
#include "core/io/messages.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <zlib.h>

namespace qs {
namespace {

constexpr std::string_view kPngMagic = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kPdfMagic = "%PDF-";
constexpr std::string_view kNpyMagic = "\x93NUMPY";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kComment = "# session: ";
constexpr std::string_view kOpen = "<quantoscope:session";
constexpr std::string_view kClose = "</quantoscope:session>";

struct Entity {
    char letter;
    std::string_view name;
};
constexpr Entity kEntities[] = {
    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}};

enum class Carrier { Png, Svg, Pdf, Csv, Npy };

std::string_view textOf(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<Carrier> carrierOf(std::string_view start)
{
    if (start.starts_with(kPngMagic))
        return Carrier::Png;
    if (start.starts_with(kPdfMagic))
        return Carrier::Pdf;
    if (start.starts_with(kNpyMagic))
        return Carrier::Npy;
    if (start.starts_with(kByteOrderMark))
        start.remove_prefix(kByteOrderMark.size());
    if (start.starts_with('#'))
        return Carrier::Csv;
    const auto first = start.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && start[first] == '<')
        return Carrier::Svg;
    return std::nullopt;
}

Error without(const std::string& name, Carrier carrier)
{
    const bool picture = carrier != Carrier::Csv && carrier != Carrier::Npy;
    return Error::data(printable(name, 4096) + " is " + (picture ? "a picture" : "a file of data") +
                       " without a Quantoscope session");
}

Error tooLarge(const std::string& name, const std::string& found)
{
    return damaged(name, "at most " + bytesText(kMaxCarrierBytes) + " to search for a session",
                   found);
}

/// The inflated text; nothing where the data are damaged, truncated or more than is allowed. Grows
/// by what was really decompressed.
std::optional<std::string> inflated(std::string_view compressed)
{
    z_stream stream{};
    if (compressed.size() > kMaxCarrierBytes || ::inflateInit(&stream) != Z_OK)
        return std::nullopt;
    stream.next_in =
        const_cast<Bytef*>(reinterpret_cast<const Bytef*>(compressed.data())); // it is only read
    stream.avail_in = static_cast<uInt>(compressed.size());
    std::string text;
    std::array<char, 16384> part{};
    int code = Z_OK;
    while (code == Z_OK && text.size() <= kMaxCarrierBytes) {
        stream.next_out = reinterpret_cast<Bytef*>(part.data());
        stream.avail_out = static_cast<uInt>(part.size());
        code = ::inflate(&stream, Z_NO_FLUSH);
        text.append(part.data(), part.size() - stream.avail_out);
    }
    ::inflateEnd(&stream);
    if (code != Z_STREAM_END || text.size() > kMaxCarrierBytes)
        return std::nullopt;
    return text;
}

/// Takes what stands before the next 0 out of `rest`.
std::optional<std::string_view> takeString(std::string_view& rest)
{
    const auto end = rest.find('\0');
    if (end == std::string_view::npos)
        return std::nullopt;
    const auto text = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return text;
}

/// The text in a chunk's data behind its keyword (PNG 1.2, 4.2.3); nothing where it is damaged.
std::optional<std::string> chunkText(std::string_view type, std::string_view rest)
{
    if (type == "tEXt")
        return std::string(rest);
    if (type == "zTXt")
        return rest.starts_with('\0') ? inflated(rest.substr(1)) : std::nullopt;
    if (rest.size() < 2 || rest[1] != '\0')
        return std::nullopt;
    const bool compressed = rest[0] == '\1';
    if (!compressed && rest[0] != '\0')
        return std::nullopt;
    rest.remove_prefix(2);
    if (!takeString(rest) || !takeString(rest)) // its language, and the keyword in it
        return std::nullopt;
    return compressed ? inflated(rest) : std::string(rest);
}

Result<std::string> insidePng(const std::string& name, std::span<const std::byte> content)
{
    ByteReader reader(content);
    reader.take(kPngMagic.size());
    while (reader.remaining() > 0) {
        const auto length = reader.big<std::uint32_t>();
        const auto checked = length ? reader.rest() : std::span<const std::byte>();
        const auto type = reader.takeText(4);
        const auto data = type ? reader.takeText(*length) : std::nullopt;
        const auto checksum = data ? reader.big<std::uint32_t>() : std::nullopt;
        if (!checksum)
            return damaged(name, "a whole chunk of PNG", "the end of the file", content.size());
        if (*type == "IEND")
            break;
        std::string_view rest = *data;
        const bool isText = *type == "tEXt" || *type == "zTXt" || *type == "iTXt";
        if (!isText || takeString(rest) != std::string_view(kSessionKeyword))
            continue;
        // The content is not larger than kMaxCarrierBytes: zlib's counts are wide enough.
        const auto found = ::crc32(0, reinterpret_cast<const Bytef*>(checked.data()),
                                   static_cast<uInt>(data->size() + 4));
        if (found != *checksum)
            return damaged(name, "the session's checksum " + std::to_string(*checksum),
                           std::to_string(found), reader.position() - 4);
        auto text = chunkText(*type, rest);
        if (!text)
            return damaged(name, "a session in a text chunk of PNG", "a chunk that is damaged");
        return *std::move(text);
    }
    return without(name, Carrier::Png);
}

void appendUtf8(std::string& to, std::uint32_t c)
{
    const auto put = [&](std::uint32_t byte) {
        to += static_cast<char>(byte);
    };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6));
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3F));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

/// The letter of "&#10;" or "&#xA;".
std::optional<std::uint32_t> numberedLetter(std::string_view reference)
{
    reference.remove_prefix(2);
    reference.remove_suffix(1);
    const bool hex = reference.starts_with('x');
    if (hex)
        reference.remove_prefix(1);
    std::uint32_t c = 0;
    const auto* end = reference.data() + reference.size();
    const auto read = std::from_chars(reference.data(), end, c, hex ? 16 : 10);
    const bool whole = read.ec == std::errc() && read.ptr == end;
    const bool letter = c > 0 && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    return whole && letter ? std::optional(c) : std::nullopt;
}

/// XML's text as it was before it was escaped; nothing where it is not such text.
std::optional<std::string> unescaped(std::string_view xml)
{
    std::string text;
    text.reserve(xml.size());
    for (std::size_t at = 0; at < xml.size(); ++at) {
        if (xml[at] == '<')
            return std::nullopt;
        if (xml[at] != '&') {
            text += xml[at];
            continue;
        }
        const auto length = xml.substr(at, 12).find(';');
        if (length == std::string_view::npos)
            return std::nullopt;
        const auto reference = xml.substr(at, length + 1);
        const auto* known = std::find_if(std::begin(kEntities), std::end(kEntities),
                                         [&](const Entity& e) { return e.name == reference; });
        if (known != std::end(kEntities)) {
            text += known->letter;
        } else {
            const auto c = reference.starts_with("&#") ? numberedLetter(reference) : std::nullopt;
            if (!c)
                return std::nullopt;
            appendUtf8(text, *c);
        }
        at += length;
    }
    return text;
}

/// The last one: programs that change a PDF append what is new.
Result<std::string> insideElement(const std::string& name, std::string_view content,
                                  Carrier carrier)
{
    const auto open = content.rfind(kOpen);
    if (open == std::string_view::npos)
        return without(name, carrier);
    const auto begin = content.find('>', open);
    const auto end =
        begin == std::string_view::npos ? std::string_view::npos : content.find(kClose, begin);
    if (end == std::string_view::npos)
        return damaged(name, std::string(kClose), "the end of the file");
    auto text = unescaped(content.substr(begin + 1, end - begin - 1));
    if (!text)
        return damaged(name, "a session as the text of an element", "other XML");
    return *std::move(text);
}

Result<std::string> insideComments(const std::string& name, std::string_view content)
{
    if (content.starts_with(kByteOrderMark))
        content.remove_prefix(kByteOrderMark.size());
    while (content.starts_with('#')) {
        const auto end = content.find('\n');
        if (end == std::string_view::npos)
            return content.starts_with(kComment)
                       ? Result<std::string>(
                             damaged(name, "a whole line of session", "the end of the file"))
                       : without(name, Carrier::Csv);
        auto line = content.substr(0, end);
        content.remove_prefix(end + 1);
        if (!line.starts_with(kComment))
            continue;
        if (line.ends_with('\r')) // a program for tables may have ended the lines anew
            line.remove_suffix(1);
        return std::string(line.substr(kComment.size()));
    }
    return without(name, Carrier::Csv);
}

Result<std::string> insideNpy(const std::string& name, std::string_view content)
{
    if (!content.ends_with('\n'))
        return without(name, Carrier::Npy);
    content.remove_suffix(1);
    const auto line = content.substr(content.rfind('\n') + 1); // npos + 1 is 0
    if (!line.starts_with(kComment))
        return without(name, Carrier::Npy);
    return std::string(line.substr(kComment.size()));
}

} // namespace

std::string sessionElement(std::string_view text)
{
    std::string element(kOpen);
    element += std::string(" xmlns:quantoscope=\"") + kSessionNamespace + "\">";
    for (const char c : text) {
        const auto* known = std::find_if(std::begin(kEntities), std::end(kEntities),
                                         [&](const Entity& e) { return e.letter == c; });
        // Quotes need no escape in an element's text.
        if (known != std::end(kEntities) && c != '"' && c != '\'')
            element += known->name;
        else
            element += c;
    }
    return element += kClose;
}

std::string sessionComment(std::string_view text)
{
    return std::string(kComment) + std::string(text) + '\n';
}

bool isSessionCarrier(std::span<const std::byte> start)
{
    return carrierOf(textOf(start)).has_value();
}

bool mayCarrySession(std::span<const std::byte> start)
{
    const auto text = textOf(start);
    const auto carrier = carrierOf(text);
    if (!carrier)
        return false;
    if (*carrier == Carrier::Csv)
        return text.find(kComment) != std::string_view::npos;
    if (*carrier != Carrier::Npy)
        return true;
    // NumPy itself writes one line of header and no comments. Its length is in two bytes in version
    // 1, in four in later ones.
    const std::size_t bytes = text.size() > 6 && text[6] == 1 ? 2 : 4;
    std::size_t length = 0;
    for (std::size_t i = 0; i < bytes && 8 + i < text.size(); ++i)
        length |= std::size_t{static_cast<unsigned char>(text[8 + i])} << (8 * i);
    const auto header = text.substr(std::min(text.size(), 8 + bytes)).substr(0, length);
    return header.find("\n# ") != std::string_view::npos;
}

Result<std::string> sessionInside(const std::string& name, std::span<const std::byte> content)
{
    if (content.size() > kMaxCarrierBytes)
        return tooLarge(name, bytesText(content.size()));
    const auto text = textOf(content);
    const auto carrier = carrierOf(text);
    if (!carrier)
        return damaged(name, "a PNG, SVG, PDF, CSV or .npy file that carries a Quantoscope session",
                       "other content");
    switch (*carrier) {
    case Carrier::Png:
        return insidePng(name, content);
    case Carrier::Csv:
        return insideComments(name, text);
    case Carrier::Npy:
        return insideNpy(name, text);
    case Carrier::Svg:
    case Carrier::Pdf:
        break;
    }
    return insideElement(name, text, *carrier);
}

Result<std::string> sessionInside(const std::filesystem::path& path)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (!error && size > kMaxCarrierBytes)
        return tooLarge(path.string(), bytesText(size));
    const auto content = readFile(path.string());
    if (!content)
        return content.error();
    return sessionInside(path.string(), content->bytes);
}

} // namespace qs
