// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/npy.h"

#include "core/io/byte_reader.h"
#include "core/io/messages.h"
#include "core/io/reorder.h"
#include "core/io/write_bytes.h"

#include <algorithm>

namespace qs {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;
/// Far beyond any header of numbers; numpy itself stops at 10,000.
constexpr std::uint32_t kMaxHeaderBytes = 1 << 20;

/// The header's dict, not yet judged.
struct NpyDict {
    std::string descr;
    bool fortranOrder = false;
    std::vector<std::int64_t> sizes;
    std::size_t descrAt = 0; ///< where they begin in the text
    std::size_t shapeAt = 0;
};

struct NpyHeader {
    ElementType type = ElementType::Float32;
    bool bigEndian = false;
    bool fortranOrder = false;
    Shape shape;
    std::size_t size = 0; ///< of everything before the data
};

/// Reads the one kind of Python literal a header may be. Nothing nests, so nothing recurses: a
/// nested descr (a structured type) is taken as text up to its closing bracket.
class DictReader {
public:
    explicit DictReader(std::string_view text) : m_text(text) {}

    /// How far it came: where what was expected is not.
    std::size_t position() const { return m_pos; }

    /// The dict, or what was expected where it is not one.
    Result<NpyDict> dict()
    {
        NpyDict dict;
        bool descr = false;
        bool order = false;
        bool shape = false;
        if (!accept('{'))
            return wrong("'{'");
        while (!accept('}')) {
            skipSpace();
            const std::size_t keyAt = m_pos;
            const auto key = quoted();
            if (!key || !accept(':'))
                return wrong("'descr', 'fortran_order' or 'shape' and a colon");
            skipSpace();
            const std::size_t valueAt = m_pos;
            if (*key == "descr" && !descr) {
                dict.descrAt = valueAt;
                descr = readDescr(dict.descr);
                if (!descr)
                    return wrong("the text of a type", valueAt);
            } else if (*key == "fortran_order" && !order) {
                order = readBool(dict.fortranOrder);
                if (!order)
                    return wrong("True or False", valueAt);
            } else if (*key == "shape" && !shape) {
                dict.shapeAt = valueAt;
                shape = readSizes(dict.sizes);
                if (!shape)
                    return wrong("a tuple of at most 32 sizes", valueAt);
            } else {
                return wrong("each of the keys 'descr', 'fortran_order' and 'shape' once", keyAt);
            }
            if (!accept(',') && !next('}'))
                return wrong("',' or '}'");
        }
        skipSpace();
        if (m_pos != m_text.size())
            return wrong("nothing after '}'");
        if (!descr || !order || !shape)
            return wrong("the keys 'descr', 'fortran_order' and 'shape'");
        return dict;
    }

private:
    Error wrong(std::string_view expected) const { return Error::data(std::string(expected)); }
    Error wrong(std::string_view expected, std::size_t at)
    {
        m_pos = at;
        return wrong(expected);
    }

    void skipSpace()
    {
        while (m_pos < m_text.size() && (m_text[m_pos] == ' ' || m_text[m_pos] == '\n' ||
                                         m_text[m_pos] == '\t' || m_text[m_pos] == '\r'))
            ++m_pos;
    }

    bool next(char c)
    {
        skipSpace();
        return m_pos < m_text.size() && m_text[m_pos] == c;
    }

    bool accept(char c)
    {
        if (!next(c))
            return false;
        ++m_pos;
        return true;
    }

    bool acceptWord(std::string_view word)
    {
        skipSpace();
        if (!m_text.substr(m_pos).starts_with(word))
            return false;
        m_pos += word.size();
        return true;
    }

    std::optional<std::string_view> quoted()
    {
        skipSpace();
        if (m_pos == m_text.size() || (m_text[m_pos] != '\'' && m_text[m_pos] != '"'))
            return std::nullopt;
        const auto end = m_text.find(m_text[m_pos], m_pos + 1);
        if (end == std::string_view::npos)
            return std::nullopt;
        const auto text = m_text.substr(m_pos + 1, end - m_pos - 1);
        m_pos = end + 1;
        return text;
    }

    bool readDescr(std::string& descr)
    {
        if (next('[')) {
            int depth = 0;
            const std::size_t begin = m_pos;
            for (; m_pos < m_text.size(); ++m_pos) {
                const char c = m_text[m_pos];
                depth += c == '[' ? 1 : (c == ']' ? -1 : 0);
                if (depth == 0) {
                    ++m_pos;
                    descr = m_text.substr(begin, m_pos - begin);
                    return true;
                }
            }
            return false;
        }
        const auto text = quoted();
        if (text)
            descr = *text;
        return text.has_value();
    }

    bool readBool(bool& value)
    {
        value = acceptWord("True");
        return value || acceptWord("False");
    }

    bool readSizes(std::vector<std::int64_t>& sizes)
    {
        if (!accept('('))
            return false;
        bool comma = true;
        while (!accept(')')) {
            const auto size = comma && sizes.size() < 32 ? integer() : std::nullopt;
            if (!size)
                return false;
            sizes.push_back(*size);
            comma = accept(',');
        }
        return sizes.size() != 1 || comma; // (3) is a number in Python, not a tuple
    }

    std::optional<std::int64_t> integer()
    {
        skipSpace();
        std::int64_t value = 0;
        const std::size_t begin = m_pos;
        for (; m_pos < m_text.size() && m_text[m_pos] >= '0' && m_text[m_pos] <= '9'; ++m_pos) {
            const int digit = m_text[m_pos] - '0';
            if (value > (INT64_MAX - digit) / 10)
                return std::nullopt;
            value = 10 * value + digit;
        }
        if (m_pos == begin)
            return std::nullopt;
        acceptWord("L"); // Python 2 wrote long numbers so
        return value;
    }

    std::string_view m_text;
    std::size_t m_pos = 0;
};

/// What the type of descr is called where it is none of ours.
std::string_view kindOf(std::string_view descr)
{
    if (descr.starts_with('['))
        return "a structured type";
    const char kind = descr.size() > 1 ? descr[1] : '\0';
    switch (kind) {
    case 'c':
        return "complex numbers";
    case 'O':
        return "Python objects";
    case 'S':
    case 'a':
    case 'U':
        return "strings";
    case 'm':
    case 'M':
        return "times";
    case 'V':
        return "raw bytes: bfloat16 and float8 lose their type in a .npy file, save them as "
               ".safetensors";
    case 'f':
        return "a float of another size";
    default:
        return "an unknown type";
    }
}

Result<ElementType> typeOf(const std::string& path, const std::string& descr, std::uint64_t at)
{
    const std::string_view text = descr;
    for (const auto& row : elementTypes()) {
        const bool order = text.starts_with('<') || text.starts_with('>') ||
                           (text.starts_with('|') && row.size == 1);
        if (!row.npyCode.empty() && order && text.substr(1) == row.npyCode)
            return row.type;
    }
    return damaged(path, "numbers such as '<f4', '<f2', '|i1' or '|b1'",
                   "'" + printable(text, 40) + "' (" + std::string(kindOf(text)) + ")", at);
}

std::optional<std::uint32_t> headerLength(unsigned major, ByteReader& reader)
{
    if (major != 1)
        return reader.little<std::uint32_t>();
    const auto length = reader.little<std::uint16_t>();
    return length ? std::optional<std::uint32_t>(*length) : std::nullopt;
}

Result<NpyHeader> readHeader(const std::string& path, std::span<const std::byte> bytes)
{
    ByteReader reader(bytes);
    const auto magic = reader.takeText(kMagic.size());
    if (!magic || *magic != kMagic)
        return damaged(path, "'\\x93NUMPY' at the start of a .npy file",
                       bytes.size() < kMagic.size() ? bytesText(bytes.size()) : "other bytes", 0);
    const auto major = reader.little<std::uint8_t>();
    const auto minor = reader.little<std::uint8_t>();
    if (!minor)
        return damaged(path, "a .npy header of at least 10 bytes", bytesText(bytes.size()),
                       bytes.size());
    if (*major < 1 || *major > 3 || *minor != 0)
        return damaged(path, "version 1.0, 2.0 or 3.0 of the .npy format",
                       std::to_string(*major) + "." + std::to_string(*minor), kMagic.size());
    const auto length = headerLength(*major, reader);
    if (!length)
        return damaged(path, "the length of the .npy header", "the end of the file", bytes.size());
    const std::size_t lengthAt = kMagic.size() + 2;
    if (*length > kMaxHeaderBytes)
        return damaged(path, "a .npy header of at most " + bytesText(kMaxHeaderBytes),
                       bytesText(*length), lengthAt);
    const std::size_t textAt = reader.position();
    const auto text = reader.takeText(*length);
    if (!text)
        return damaged(path, bytesText(*length) + " of .npy header", bytesText(reader.remaining()),
                       bytes.size());
    DictReader dictReader(*text);
    auto dict = dictReader.dict();
    if (!dict)
        return damaged(path, dict.error().message + " in the .npy header",
                       "'" + printable(*text) + "'", textAt + dictReader.position());
    const auto type = typeOf(path, dict->descr, textAt + dict->descrAt);
    if (!type)
        return type.error();
    auto shape = Shape::make(std::move(dict->sizes));
    if (!shape)
        return damaged(path, "the shape of a tensor", shape.error().message,
                       textAt + dict->shapeAt);
    return NpyHeader{*type, dict->descr.starts_with('>'), dict->fortranOrder, *std::move(shape),
                     reader.position()};
}

constexpr std::string_view kEndings[] = {".npy"};

} // namespace

bool npyMatches(std::span<const std::byte> start)
{
    const auto magic = ByteReader(start).takeText(kMagic.size());
    return magic && *magic == kMagic;
}

Result<std::optional<std::uint64_t>> npyAnnouncedSize(const std::string& path,
                                                      std::span<const std::byte> start)
{
    // Cut off before the end of the header: nothing to tell yet. All else readHeader judges.
    ByteReader reader(start);
    reader.take(kMagic.size());
    const auto version = reader.little<std::uint16_t>();
    const auto length = version ? headerLength(*version & 0xFF, reader) : std::nullopt;
    if (!length || (*length <= kMaxHeaderBytes && *length > reader.remaining()))
        return std::optional<std::uint64_t>();
    const auto header = readHeader(path, start);
    if (!header)
        return header.error();
    return std::optional(fileSize(header->size, header->shape, info(header->type).size));
}

Result<TensorFile> readNpy(const std::string& path, const Content& content,
                           const JobContext& context)
{
    auto header = readHeader(path, content.bytes);
    if (!header)
        return header.error();
    const std::size_t elementSize = info(header->type).size;
    auto tensor = viewTensor(path, tensorNameFor(path, kEndings), header->type, header->shape,
                             content, content.bytes.subspan(header->size));
    const auto replace = [&](const Result<Content>& copy) {
        if (copy)
            tensor =
                viewTensor(path, tensor->name(), header->type, header->shape, *copy, copy->bytes);
        else
            tensor = copy.error();
    };
    if (tensor && header->bigEndian && elementSize > 1)
        replace(swapByteOrder(tensor->bytes(), elementSize, context));
    if (tensor && header->fortranOrder && header->shape.rank() > 1 && tensor->numel() > 0)
        replace(rowMajorCopy(header->shape, elementSize, tensor->bytes(), context));
    if (!tensor)
        return tensor.error();
    return singleTensorFile(path, "npy", *std::move(tensor));
}

Result<void> writeNpy(const std::string& path, std::span<const Tensor> tensors, std::ostream& out,
                      const JobContext& context)
{
    if (tensors.size() != 1)
        return Error::usage(printable(path, 4096) +
                            ": expected one tensor for a .npy file, found " +
                            std::to_string(tensors.size()));
    const Tensor& tensor = tensors.front();
    const auto& row = info(tensor.type());
    if (row.npyCode.empty())
        return Error::usage(printable(path, 4096) + ": expected a type that NumPy has, found " +
                            std::string(row.name) + " (write it as .safetensors)");
    std::string header = "{'descr': '";
    header += row.size == 1 ? '|' : '<';
    header += row.npyCode;
    header += "', 'fortran_order': False, 'shape': (";
    for (int axis = 0; axis < tensor.shape().rank(); ++axis)
        header += std::to_string(tensor.shape()[axis]) +
                  (axis + 1 < tensor.shape().rank() ? ", " : (axis == 0 ? "," : ""));
    header += "), }";
    const std::size_t before = kMagic.size() + 4;
    header.append(kAlignment - 1 - (before + header.size()) % kAlignment, ' ');
    header += '\n';
    out << kMagic << '\x01' << '\0';
    writeLittle(out, static_cast<std::uint16_t>(header.size()));
    out << header;
    return writeBytes(out, tensor.bytes(), context);
}

} // namespace qs
