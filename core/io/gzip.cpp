// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/gzip.h"

#include "core/io/messages.h"

#include <algorithm>
#include <limits>

#include <zlib.h>

namespace qs {
namespace {

/// zlib's stream over a span of any size (its own counts have 32 bits).
class Inflater {
public:
    enum class State { More, Done, Damaged, Truncated };

    explicit Inflater(std::span<const std::byte> compressed)
        : m_input(compressed), m_compressed(compressed.size())
    {
        m_ready = ::inflateInit2(&m_stream, 15 + 16) == Z_OK; // 16: gzip, not zlib
    }
    ~Inflater()
    {
        if (m_ready)
            ::inflateEnd(&m_stream);
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// The compressed bytes that were taken: where a damage was noticed.
    std::uint64_t position() const { return m_compressed - m_input.size(); }

    /// Fills the front of `to`; `written` says how much of it. More: all of it, there may be more.
    State fill(std::span<std::byte> to, std::size_t& written)
    {
        written = 0;
        if (!m_ready)
            return State::Damaged;
        while (written < to.size()) {
            const auto in = std::min<std::size_t>(m_input.size(), kMaxStep);
            const auto out = std::min<std::size_t>(to.size() - written, kMaxStep);
            m_stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(m_input.data()));
            m_stream.avail_in = static_cast<uInt>(in);
            m_stream.next_out = reinterpret_cast<Bytef*>(to.data() + written);
            m_stream.avail_out = static_cast<uInt>(out);
            const int code = ::inflate(&m_stream, Z_NO_FLUSH);
            m_input = m_input.subspan(in - m_stream.avail_in);
            written += out - m_stream.avail_out;
            if (code == Z_STREAM_END) {
                // Another member may follow; padding after the last one is common on tapes only.
                if (!isGzip(m_input))
                    return m_input.empty() ? State::Done : State::Damaged;
                if (::inflateReset(&m_stream) != Z_OK)
                    return State::Damaged;
            } else if (code == Z_BUF_ERROR ||
                       (code == Z_OK && m_input.empty() && m_stream.avail_out != 0)) {
                return State::Truncated;
            } else if (code != Z_OK) {
                return State::Damaged;
            }
        }
        return State::More;
    }

private:
    static constexpr std::size_t kMaxStep = std::size_t{1} << 20;

    std::span<const std::byte> m_input;
    std::uint64_t m_compressed;
    z_stream m_stream{};
    bool m_ready = false;
};

Error wrongSize(const std::string& path, std::uint64_t expected, const std::string& found)
{
    return damaged(path, bytesText(expected) + " after decompression, as the header says", found);
}

} // namespace

bool isGzip(std::span<const std::byte> bytes)
{
    return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

std::vector<std::byte> inflatePrefix(std::span<const std::byte> compressed, std::size_t count)
{
    std::vector<std::byte> bytes(count);
    std::size_t written = 0;
    Inflater(compressed).fill(bytes, written);
    bytes.resize(written);
    return bytes;
}

Result<Content> inflateGzip(const std::string& path, std::span<const std::byte> compressed,
                            const AnnouncedSize& announced, const JobContext& context)
{
    Inflater inflater(compressed);
    std::vector<std::byte> bytes;
    std::size_t size = 0;
    std::optional<std::uint64_t> expected;
    auto state = Inflater::State::More;
    while (state == Inflater::State::More) {
        if (context.stopRequested())
            return Error::cancelled();
        if (size == bytes.size()) {
            // Only here, so that headers are parsed a logarithmic number of times.
            if (!expected) {
                const auto told = announced(bytes);
                if (!told)
                    return insideGzip(told.error());
                expected = *told;
            }
            const std::uint64_t limit = expected.value_or(kMaxContentBytes);
            if (limit > kMaxContentBytes || (!expected && size > limit))
                return damaged(path, "at most " + bytesText(kMaxContentBytes) + " decompressed",
                               expected ? "a header that announces " + bytesText(*expected)
                                        : "more");
            if (size > limit)
                return wrongSize(path, limit, "more");
            // One byte beyond the limit tells a longer file; doubling keeps a made-up size
            // harmless.
            bytes.resize(static_cast<std::size_t>(
                std::min<std::uint64_t>(std::max<std::uint64_t>(65536, 2 * size), limit + 1)));
        }
        const auto step = std::min<std::size_t>(bytes.size() - size, std::size_t{4} << 20);
        std::size_t written = 0;
        state = inflater.fill(std::span(bytes).subspan(size, step), written);
        size += written;
    }
    if (state == Inflater::State::Damaged)
        return damaged(path, "gzip data", "damage after " + bytesText(size) + " were decompressed",
                       inflater.position());
    if (state == Inflater::State::Truncated)
        return damaged(path, "complete gzip data",
                       "their end after " + bytesText(size) + " were decompressed",
                       inflater.position());
    bytes.resize(size);
    if (expected && *expected != size)
        return wrongSize(path, *expected, bytesText(size));
    return contentOf(std::move(bytes));
}

} // namespace qs
