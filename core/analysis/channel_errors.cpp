// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/channel_errors.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

namespace qs {
namespace {

/// Elements evaluated at a time; a multiple of every block of ggml.
constexpr std::size_t kPiece = 1024;
/// Blocks read before what they found is joined: bounds what waits to be joined.
constexpr std::int64_t kWave = 32;
constexpr std::int64_t kMostCodes = 65536;

/// What some neighbouring elements of one channel add to it.
struct Part {
    std::int64_t channel = 0;
    std::int64_t n = 0;
    std::int64_t clipped = 0;
    float min = std::numeric_limits<float>::infinity();
    float max = -std::numeric_limits<float>::infinity();
    double signal = 0;
    double squares = 0;
};

/// Adds with what additions round away (Neumaier 1974).
struct Sum {
    double sum = 0;
    double lost = 0;
    void add(double value)
    {
        const double next = sum + value;
        lost += std::fabs(sum) >= std::fabs(value) ? (sum - next) + value : (value - next) + sum;
        sum = next;
    }
};

struct Total {
    Sum signal;
    Sum squares;
};

/// Which codes each channel has, a bit each. Setting bits gives the same whoever is first.
class CodesInUse {
public:
    CodesInUse(const QuantParams& params, std::int64_t channels, std::uint64_t bytes)
        : m_first(params.firstCode())
    {
        const auto codes = params.codeCount();
        const auto words = static_cast<std::uint64_t>((codes + 63) / 64);
        const auto most = bytes / (8 * words);
        if (codes > kMostCodes || static_cast<std::uint64_t>(channels) > most)
            return;
        m_words = words;
        m_bits.resize(words * static_cast<std::uint64_t>(channels));
    }

    bool exist() const { return m_words > 0; }

    void add(std::int64_t channel, std::int32_t code)
    {
        const auto place = static_cast<std::uint32_t>(code - m_first);
        std::atomic_ref word(m_bits[static_cast<std::size_t>(channel) * m_words + place / 64]);
        const std::uint64_t bit = std::uint64_t{1} << (place % 64);
        // Hardly any bit is new: reading shares the cache line, writing would not.
        if ((word.load(std::memory_order_relaxed) & bit) == 0)
            word.fetch_or(bit, std::memory_order_relaxed);
    }

    std::int64_t count(std::int64_t channel) const
    {
        std::int64_t n = 0;
        const auto from = static_cast<std::size_t>(channel) * m_words;
        for (std::size_t i = 0; i < m_words; ++i)
            n += std::popcount(m_bits[from + i]);
        return n;
    }

private:
    std::int32_t m_first;
    std::size_t m_words = 0;
    std::vector<std::uint64_t> m_bits;
};

/// What evaluate() says of up to kPiece elements.
struct Piece {
    float y[kPiece];
    float t[kPiece];
    float clip[kPiece];
    float lsb[kPiece];
    std::int32_t code[kPiece];
};

/// Reads blocks of one tensor.
class Reader {
public:
    Reader(const Tensor& tensor, const Quantizer& quantizer, const ParamLayout& channels,
           CodesInUse& codes)
        : m_tensor(tensor), m_quantizer(quantizer), m_channels(channels), m_codes(codes)
    {
    }

    /// What a block has of each channel: in the order in which channels come, each once where all
    /// of them come round in it.
    std::vector<Part> read(std::int64_t begin, std::int64_t end) const
    {
        thread_local std::vector<float> buffer;
        thread_local Piece piece;
        const auto all = m_tensor.read(begin, end, buffer);
        std::vector<Part> parts;
        const bool comesRound = m_channels.groupSize() == 0 && m_channels.channels() > 1 &&
                                m_channels.channels() * m_channels.inner() < end - begin;
        if (comesRound) {
            parts.resize(static_cast<std::size_t>(m_channels.channels()));
            for (std::size_t i = 0; i < parts.size(); ++i)
                parts[i].channel = static_cast<std::int64_t>(i);
        }
        const auto partOf = [&](std::int64_t channel) -> Part& {
            if (comesRound)
                return parts[static_cast<std::size_t>(channel)];
            if (parts.empty() || parts.back().channel != channel) {
                parts.emplace_back();
                parts.back().channel = channel;
            }
            return parts.back();
        };
        for (std::size_t at = 0; at < all.size(); at += kPiece) {
            const auto x = all.subspan(at, std::min(kPiece, all.size() - at));
            const auto first = begin + static_cast<std::int64_t>(at);
            m_quantizer.evaluate(x, first, {piece.y, piece.t, piece.clip, piece.lsb, piece.code});
            m_channels.forEachRun(first, static_cast<std::int64_t>(x.size()),
                                  [&](std::int64_t channel, std::int64_t offset, std::int64_t n) {
                                      const auto from = static_cast<std::size_t>(offset);
                                      if (m_channels.stride() == 0) {
                                          add(partOf(channel), x, piece, from,
                                              from + static_cast<std::size_t>(n));
                                          return;
                                      }
                                      for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
                                          add(partOf(channel + static_cast<std::int64_t>(i)), x,
                                              piece, from + i, from + i + 1);
                                  });
        }
        return parts;
    }

private:
    void add(Part& part, std::span<const float> x, const Piece& piece, std::size_t from,
             std::size_t to) const
    {
        constexpr float kMost = std::numeric_limits<float>::max();
        for (std::size_t i = from; i < to; ++i) {
            if (!std::isfinite(x[i]))
                continue;
            const auto v = static_cast<double>(x[i]);
            const double e = static_cast<double>(std::clamp(piece.y[i], -kMost, kMost)) - v;
            ++part.n;
            part.clipped += piece.clip[i] != 0 ? 1 : 0;
            part.min = std::min(part.min, x[i]);
            part.max = std::max(part.max, x[i]);
            part.signal += v * v;
            part.squares += e * e;
            if (m_codes.exist())
                m_codes.add(part.channel, piece.code[i]);
        }
    }

    const Tensor& m_tensor;
    const Quantizer& m_quantizer;
    const ParamLayout& m_channels;
    CodesInUse& m_codes;
};

/// The value that a share of the elements lies below; `values` are reordered.
double quantile(std::vector<float>& values, double share)
{
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::ptrdiff_t>(place);
    const auto at = values.begin() + below;
    std::nth_element(values.begin(), at, values.end());
    const auto low = static_cast<double>(*at);
    if (at + 1 == values.end())
        return low;
    const auto high = static_cast<double>(*std::min_element(at + 1, values.end()));
    return low + (high - low) * (place - static_cast<double>(below));
}

bool addQuartiles(const Tensor& tensor, const ParamLayout& channels,
                  std::vector<ChannelErrors>& errors, const JobContext& context)
{
    return forEachIndex(channels.count(), context, [&](std::int64_t channel) {
        auto& to = errors[static_cast<std::size_t>(channel)];
        if (to.n == 0)
            return;
        const Tensor gathered = tensor.gather(channels, channel);
        const auto x = gathered.floats();
        std::vector<float> values(x.begin(), x.end());
        std::erase_if(values, [](float v) { return !std::isfinite(v); });
        const double low = quantile(values, 0.25);
        to.quartiles = {low, quantile(values, 0.75)};
    });
}

} // namespace

std::optional<double> ChannelErrors::sqnrDb() const
{
    if (!(signal > 0) || !(squares > 0))
        return std::nullopt;
    return 10 * std::log10(signal / squares);
}

double ChannelErrors::reach() const
{
    return std::max(std::fabs(static_cast<double>(min)), std::fabs(static_cast<double>(max)));
}

Result<std::vector<ChannelErrors>> channelErrors(const Tensor& tensor, const Quantizer& quantizer,
                                                 const ParamLayout& channels,
                                                 const ChannelErrorOptions& options,
                                                 const JobContext& context)
{
    const auto count = static_cast<std::size_t>(channels.count());
    std::vector<ChannelErrors> errors(count);
    std::vector<Total> totals(count);
    CodesInUse codes(quantizer.params(), channels.count(), options.codeBytes);
    const Reader reader(tensor, quantizer, channels, codes);
    const std::int64_t numel = tensor.numel();
    const std::int64_t blocks = blockCount(numel);
    std::vector<std::vector<Part>> parts(static_cast<std::size_t>(std::min(kWave, blocks)));
    for (std::int64_t wave = 0; wave < blocks; wave += kWave) {
        const std::int64_t n = std::min(kWave, blocks - wave);
        const bool done = forEachIndex(n, context, [&](std::int64_t i) {
            const std::int64_t begin = (wave + i) * kBlockSize;
            parts[static_cast<std::size_t>(i)] =
                reader.read(begin, std::min(begin + kBlockSize, numel));
        });
        if (!done)
            return Error::cancelled();
        for (std::int64_t i = 0; i < n; ++i) {
            for (const auto& part : parts[static_cast<std::size_t>(i)]) {
                if (part.n == 0)
                    continue;
                const auto c = static_cast<std::size_t>(part.channel);
                auto& to = errors[c];
                to.min = to.n > 0 ? std::min(to.min, part.min) : part.min;
                to.max = to.n > 0 ? std::max(to.max, part.max) : part.max;
                to.n += part.n;
                to.clipped += part.clipped;
                totals[c].signal.add(part.signal);
                totals[c].squares.add(part.squares);
            }
        }
        context.report("channels", static_cast<double>(wave + n) / static_cast<double>(blocks));
    }
    for (std::size_t c = 0; c < count; ++c) {
        errors[c].signal = totals[c].signal.sum + totals[c].signal.lost;
        errors[c].squares = totals[c].squares.sum + totals[c].squares.lost;
        if (codes.exist())
            errors[c].codesUsed = codes.count(static_cast<std::int64_t>(c));
    }
    if (options.quartiles && !addQuartiles(tensor, channels, errors, context))
        return Error::cancelled();
    return errors;
}

} // namespace qs
