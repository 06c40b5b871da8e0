// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace qs {

/// Reads bytes from the front to the back. No call reads past the end: each one returns nullopt,
/// and moves nothing, where fewer bytes are left than it needs.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) : m_bytes(bytes) {}

    std::size_t position() const { return m_position; }
    std::size_t remaining() const { return m_bytes.size() - m_position; }
    std::span<const std::byte> rest() const { return m_bytes.subspan(m_position); }

    /// The next count bytes; any count may be asked for, also one a hostile file made up.
    std::optional<std::span<const std::byte>> take(std::uint64_t count)
    {
        if (count > remaining())
            return std::nullopt;
        const auto part = m_bytes.subspan(m_position, static_cast<std::size_t>(count));
        m_position += part.size();
        return part;
    }

    /// The next count bytes as text, not checked for an encoding.
    std::optional<std::string_view> takeText(std::uint64_t count)
    {
        const auto part = take(count);
        if (!part)
            return std::nullopt;
        return std::string_view(reinterpret_cast<const char*>(part->data()), part->size());
    }

    /// The next sizeof(T) bytes, the least significant one first.
    template <std::unsigned_integral T>
    std::optional<T> little()
    {
        return integer<T>(false);
    }

    /// The next sizeof(T) bytes, the most significant one first.
    template <std::unsigned_integral T>
    std::optional<T> big()
    {
        return integer<T>(true);
    }

private:
    template <std::unsigned_integral T>
    std::optional<T> integer(bool bigEndian)
    {
        const auto part = take(sizeof(T));
        if (!part)
            return std::nullopt;
        T value = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i) {
            const std::size_t at = bigEndian ? i : sizeof(T) - 1 - i;
            value = static_cast<T>((std::uint64_t{value} << 8) |
                                   std::to_integer<std::uint64_t>((*part)[at]));
        }
        return value;
    }

    std::span<const std::byte> m_bytes;
    std::size_t m_position = 0;
};

} // namespace qs
