// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/safetensors_header.h"

#include "core/io/byte_reader.h"
#include "core/io/messages.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <unordered_set>

namespace qs {
namespace {

constexpr std::size_t kMaxRank = 32;

/// Characters that tell how far they were read: the parser itself says so of its own errors only.
class Watched {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    Watched(const char* at, const char*& seen) : m_at(at), m_seen(&seen) {}
    reference operator*() const { return *m_at; }
    Watched& operator++()
    {
        *m_seen = ++m_at;
        return *this;
    }
    bool operator==(const Watched& other) const { return m_at == other.m_at; }
    bool operator!=(const Watched& other) const { return m_at != other.m_at; }

private:
    const char* m_at;
    const char** m_seen;
};

/// Takes the header's JSON piece by piece. No document is built and nothing recurses, so neither
/// depth nor size of a hostile header costs more than its bytes.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
public:
    /// `textAt`: where the text begins in the file.
    HeaderReader(std::string_view text, std::uint64_t textAt)
        : m_text(text), m_textAt(textAt), m_read(text.data())
    {
    }

    bool read()
    {
        return nlohmann::json::sax_parse(Watched(m_text.data(), m_read),
                                         Watched(m_text.data() + m_text.size(), m_read), this);
    }

    SafetensorsHeader header;
    std::string expected = "a JSON object"; ///< what the place where it stopped should have held
    std::string found;
    std::uint64_t offset = 0; ///< of that place in the file

    bool start_object(std::size_t) override
    {
        take();
        switch (m_place) {
        case Place::Start:
            m_place = Place::Names;
            return true;
        case Place::Tensor:
            m_place = Place::Fields;
            return true;
        case Place::Metadata:
            m_place = Place::MetadataFields;
            return true;
        default:
            return open("an object");
        }
    }

    bool end_object() override
    {
        take();
        switch (m_place) {
        case Place::Names:
            m_place = Place::End;
            return true;
        case Place::Fields: {
            const auto& entry = header.entries.back();
            if (entry.dtype.empty() || !entry.hasShape || entry.offsets.size() != 2)
                return stop("dtype, shape and two data_offsets for tensor '" +
                                printable(entry.name) + "'",
                            "not all of them");
            m_place = Place::Names;
            return true;
        }
        case Place::MetadataFields:
            m_place = Place::Names;
            return true;
        default:
            return close();
        }
    }

    bool key(string_t& name) override
    {
        take();
        switch (m_place) {
        case Place::Names:
            if (!m_names.insert(name).second)
                return stop("each name once", "'" + printable(name) + "' twice");
            if (name == kSafetensorsMetadata) {
                m_place = Place::Metadata;
            } else {
                header.entries.push_back({name, {}, {}, {}, false, m_textAt + m_token});
                m_place = Place::Tensor;
            }
            return true;
        case Place::Fields: {
            auto& entry = header.entries.back();
            const bool twice = (name == "dtype" && !entry.dtype.empty()) ||
                               (name == "shape" && entry.hasShape) ||
                               (name == "data_offsets" && !entry.offsets.empty());
            if (twice)
                return stop("each field of tensor '" + printable(entry.name) + "' once",
                            "'" + name + "' twice");
            m_place = name == "dtype"          ? Place::Dtype
                      : name == "shape"        ? Place::Shape
                      : name == "data_offsets" ? Place::Offsets
                                               : Place::OtherField;
            return true;
        }
        case Place::MetadataFields:
            m_metadataKey = name;
            m_place = Place::MetadataValue;
            return true;
        default:
            return true; // inside a field that is none of ours
        }
    }

    bool start_array(std::size_t) override
    {
        take();
        if (m_place == Place::Shape) {
            header.entries.back().hasShape = true;
            m_place = Place::ShapeItems;
            return true;
        }
        if (m_place == Place::Offsets) {
            m_place = Place::OffsetItems;
            return true;
        }
        return open("an array");
    }

    bool end_array() override
    {
        take();
        if (m_place == Place::ShapeItems || m_place == Place::OffsetItems) {
            m_place = Place::Fields;
            return true;
        }
        return close();
    }

    bool string(string_t& text) override
    {
        take();
        if (m_place == Place::Dtype) {
            if (text.empty())
                return stop("the name of a type", "an empty text");
            header.entries.back().dtype = text;
            m_place = Place::Fields;
            return true;
        }
        if (m_place == Place::MetadataValue) {
            header.metadata[m_metadataKey] = text;
            m_place = Place::MetadataFields;
            return true;
        }
        return scalar("'" + printable(text, 40) + "'");
    }

    bool number_unsigned(number_unsigned_t value) override
    {
        take(true);
        if (m_place == Place::ShapeItems) {
            auto& sizes = header.entries.back().sizes;
            if (value > static_cast<std::uint64_t>(INT64_MAX) || sizes.size() == kMaxRank)
                return stop("at most 32 sizes below 2^63 for tensor '" +
                                printable(header.entries.back().name) + "'",
                            "more");
            sizes.push_back(static_cast<std::int64_t>(value));
            return true;
        }
        if (m_place == Place::OffsetItems) {
            auto& offsets = header.entries.back().offsets;
            if (offsets.size() == 2)
                return stop("two data_offsets for tensor '" +
                                printable(header.entries.back().name) + "'",
                            "more");
            offsets.push_back(value);
            return true;
        }
        return scalar(std::to_string(value));
    }

    bool number_integer(number_integer_t value) override
    {
        take(true);
        return scalar(std::to_string(value));
    }
    bool number_float(number_float_t, const string_t& text) override
    {
        take(true);
        return scalar(printable(text, 40));
    }
    bool boolean(bool value) override
    {
        take();
        return scalar(value ? "true" : "false");
    }
    bool null() override
    {
        take();
        return scalar("null");
    }
    bool binary(binary_t&) override { return scalar("binary data"); }

    bool parse_error(std::size_t position, const std::string& token,
                     const nlohmann::detail::exception&) override
    {
        m_token = position > 0 ? position - 1 : 0; // it counts the byte that it stopped at
        return stop("JSON in the header", "'" + printable(token, 40) + "'");
    }

private:
    enum class Place {
        Start,
        Names,
        Tensor,
        Fields,
        Dtype,
        Shape,
        ShapeItems,
        Offsets,
        OffsetItems,
        OtherField,
        Metadata,
        MetadataFields,
        MetadataValue,
        End,
    };

    /// Called with each token: finds where it begins, behind the one before. A number was read when
    /// the character behind it was.
    void take(bool number = false)
    {
        m_token = std::min(m_text.find_first_not_of(" \t\r\n,:", m_end), m_text.size());
        m_end = static_cast<std::size_t>(m_read - m_text.data());
        if (number && m_end < m_text.size())
            --m_end;
    }

    bool stop(std::string what, std::string instead)
    {
        expected = std::move(what);
        found = std::move(instead);
        offset = m_textAt + m_token;
        return false;
    }

    std::string placeText() const
    {
        const std::string of = header.entries.empty()
                                   ? ""
                                   : " for tensor '" + printable(header.entries.back().name) + "'";
        switch (m_place) {
        case Place::Start:
        case Place::End:
        case Place::Names:
            return "a JSON object";
        case Place::Metadata:
        case Place::MetadataFields:
        case Place::MetadataValue:
            return "texts in __metadata__";
        case Place::Dtype:
            return "the text of a dtype" + of;
        case Place::Shape:
        case Place::ShapeItems:
            return "an array of sizes" + of;
        case Place::Offsets:
        case Place::OffsetItems:
            return "two data_offsets" + of;
        default:
            return "an object of dtype, shape and data_offsets" + of;
        }
    }

    bool open(const std::string& what)
    {
        if (m_place != Place::OtherField)
            return stop(placeText(), what);
        ++m_skipDepth;
        return true;
    }

    bool close()
    {
        --m_skipDepth;
        leaveOtherField();
        return true;
    }

    bool scalar(const std::string& what)
    {
        if (m_place != Place::OtherField)
            return stop(placeText(), what);
        leaveOtherField();
        return true;
    }

    void leaveOtherField()
    {
        if (m_skipDepth == 0)
            m_place = Place::Fields;
    }

    std::string_view m_text;
    std::uint64_t m_textAt;
    const char* m_read;      ///< behind the last character that was read
    std::size_t m_token = 0; ///< where the last token begins,
    std::size_t m_end = 0;   ///< and where it ends
    Place m_place = Place::Start;
    std::size_t m_skipDepth = 0;
    std::string m_metadataKey;
    std::unordered_set<std::string> m_names;
};

} // namespace

Result<SafetensorsHeader> parseSafetensorsHeader(const std::string& path,
                                                 std::span<const std::byte> bytes)
{
    ByteReader reader(bytes);
    const auto length = reader.little<std::uint64_t>();
    if (!length)
        return damaged(path, "a safetensors header of at least 8 bytes", bytesText(bytes.size()),
                       bytes.size());
    if (*length > kMaxSafetensorsHeader)
        return damaged(path, "a safetensors header of at most " + bytesText(kMaxSafetensorsHeader),
                       bytesText(*length), 0);
    const auto text = reader.takeText(*length);
    if (!text)
        return damaged(path, bytesText(*length) + " of safetensors header",
                       bytesText(reader.remaining()), bytes.size());
    HeaderReader parser(*text, reader.position() - text->size());
    if (!parser.read())
        return damaged(path, parser.expected, parser.found, parser.offset);
    parser.header.size = reader.position();
    return std::move(parser.header);
}

} // namespace qs
