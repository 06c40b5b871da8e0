// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/analyze.h"

#include "core/analysis/error_sums.h"
#include "core/analysis/shared_counts.h"
#include "core/analysis/value_counter.h"
#include "core/analysis/wide_codes.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>

namespace qs {
namespace {

/// Elements evaluated at a time: what is said of them stays in the first-level cache.
constexpr std::size_t kPiece = 1024;
/// An error falls into one of kErrorBins, below, or above; of unclipped elements, of those clipped
/// low, and of those clipped high.
constexpr auto kErrorPlaces = static_cast<int>(kErrorCounters);
constexpr int kErrorTable = 3 * kErrorPlaces;

constexpr std::size_t kLanes = 8;
using Floats = float __attribute__((vector_size(kLanes * sizeof(float))));
using Ints = std::int32_t __attribute__((vector_size(kLanes * sizeof(std::int32_t))));

/// What evaluate() says of up to kPiece elements.
struct Piece {
    alignas(64) float x[kPiece];
    alignas(64) float y[kPiece];
    alignas(64) float t[kPiece];
    alignas(64) float clip[kPiece];
    alignas(64) float lsb[kPiece]; ///< e in units of the distance of levels
    alignas(64) std::int32_t code[kPiece];
    alignas(64) std::uint32_t place[kPiece]; ///< in a table of counts
    std::size_t n = 0;

    /// Levels beyond float32 count as its largest number: sums of infinities would say nothing.
    void limitLevels()
    {
        constexpr float kMost = std::numeric_limits<float>::max();
        for (std::size_t i = 0; i < n; ++i)
            y[i] = std::clamp(y[i], -kMost, kMost);
    }

    /// Leaves out the elements i for which keeps(i) is false; they are `in`, and x becomes the kept
    /// ones.
    template <typename Keeps>
    void keep(const float* in, Keeps keeps)
    {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (!keeps(i))
                continue;
            x[kept] = in[i];
            y[kept] = y[i];
            clip[kept] = clip[i];
            lsb[kept] = lsb[i];
            code[kept] = code[i];
            ++kept;
        }
        n = kept;
    }

    /// Counts errors; returns whether any element is clipped.
    bool countErrors(CountTable& table)
    {
        const int shift = table.shift();
        // Up to whole lanes: elements beyond the last one are not counted.
        std::fill(clip + n, std::min(clip + n + kLanes, clip + kPiece), 0.0F);
        Ints anyClipped{};
        for (std::size_t i = 0; i < n; i += kLanes) {
            Floats e;
            Floats c;
            std::memcpy(&e, lsb + i, sizeof e);
            std::memcpy(&c, clip + i, sizeof c);
            const Floats bin = (e + 1.0F) * (kErrorBins / 2.0F);
            const Floats above = bin > 0.0F ? bin : Floats{}; // NaN becomes 0, too
            const Floats most = Floats{} + (kErrorBins - 1.0F);
            const Ints inside = __builtin_convertvector(above < most ? above : most, Ints);
            const Ints isBelow = e < -1.0F;
            const Ints isAbove = e > 1.0F;
            const Ints error = (inside & ~(isBelow | isAbove)) | (isBelow & kErrorBins) |
                               (isAbove & (kErrorBins + 1));
            const Ints clipped = ((c < 0.0F) & kErrorPlaces) | ((c > 0.0F) & (2 * kErrorPlaces));
            const Ints shifted = (error + clipped) << shift;
            std::memcpy(place + i, &shifted, sizeof shifted);
            anyClipped |= clipped;
        }
        table.count(place, n);
        std::int32_t any = 0;
        for (std::size_t i = 0; i < kLanes; ++i)
            any |= anyClipped[i];
        return any != 0;
    }

    /// Counts codes by what they are beyond the first one, without their lowest bits.
    void countCodes(CountTable& table, std::int32_t first, int lowBits)
    {
        const int shift = table.shift();
        const auto from = static_cast<std::uint32_t>(first);
        for (std::size_t i = 0; i < n; ++i)
            place[i] = ((static_cast<std::uint32_t>(code[i]) - from) >> lowBits) << shift;
        table.count(place, n);
    }
};

/// One quantizer while the tensor is read.
class Pass {
public:
    Pass(const AnalysisItem& item, Quantizer quantizer, std::int64_t numel)
        : m_item(&item),
          m_quantizer(std::move(quantizer)),
          m_firstCode(item.params.firstCode()),
          m_lowBits(item.params.codeCount() > kMostCounted ? kLowBits : 0),
          m_parts(static_cast<std::size_t>(blockCount(numel))),
          m_selected(item.only ? blockCount(numel) : 0)
    {
        for (std::size_t c = 0; c < item.params.channels() && m_levelsFinite; ++c) {
            const auto covered = item.params.coveredRange(c);
            m_levelsFinite =
                !covered || (std::isfinite((*covered)[0]) && std::isfinite((*covered)[1]));
        }
    }

    /// Counts the values of the selected elements, too.
    void countValues(const HistogramBins& bins) { m_values = std::make_unique<ValueCounter>(bins); }
    std::optional<Histogram> values() const
    {
        return m_values ? std::optional(m_values->total()) : std::nullopt;
    }

    static std::size_t codePlaces(const QuantParams& params)
    {
        const auto count = static_cast<std::size_t>(params.codeCount());
        return params.codeCount() > kMostCounted ? ((count - 1) >> kLowBits) + 1 : count;
    }
    /// Of everything that is kept for a pass with these parameters.
    static std::uint64_t bytes(const QuantParams& params, std::int64_t numel)
    {
        const std::size_t places = codePlaces(params);
        const auto totals = sizeof(std::int64_t) * (places + kErrorTable);
        return static_cast<std::uint64_t>(maxThreads()) *
                   (CountTable::bytes(places) + CountTable::bytes(kErrorTable)) +
               totals + sizeof(ErrorSums) * static_cast<std::uint64_t>(blockCount(numel));
    }

    /// Elements [begin, begin + x.size()): a block. `codes` and `errors` are the thread's own.
    void add(std::span<const float> x, std::int64_t begin, bool allFinite, CountTable& codes,
             CountTable& errors)
    {
        thread_local Piece piece;
        thread_local std::vector<float> kept;
        kept.clear();
        BlockSums sums;
        for (std::size_t at = 0; at < x.size(); at += kPiece) {
            const auto some = x.subspan(at, std::min(kPiece, x.size() - at));
            piece.n = some.size();
            m_quantizer.evaluate(some, begin + static_cast<std::int64_t>(at),
                                 {piece.y, piece.t, piece.clip, piece.lsb, piece.code});
            const float* in = some.data();
            if (!allFinite) {
                piece.keep(in, [&](std::size_t i) { return std::isfinite(some[i]); });
                in = piece.x;
            }
            if (m_item->only) {
                const auto& dtype = info(m_item->params.dtype());
                piece.keep(in, [&](std::size_t i) {
                    return m_item->only->has(in[i], piece.y[i], piece.lsb[i], piece.code[i], dtype);
                });
                in = piece.x;
                kept.insert(kept.end(), in, in + piece.n);
            }
            if (!m_levelsFinite)
                piece.limitLevels();
            const bool clipped = piece.countErrors(errors);
            piece.countCodes(codes, m_firstCode, m_lowBits);
            sums.add(in, piece.y, clipped ? piece.clip : nullptr, piece.n);
        }
        m_parts[static_cast<std::size_t>(begin / kBlockSize)] = sums.total();
        if (m_item->only)
            m_selected.set(begin / kBlockSize, kept);
        if (m_values)
            m_values->count(kept);
    }

    /// What came of it. May read the tensor again, where there are too many codes for a table.
    Result<Report> report(const Tensor& tensor, const TensorStats& stats,
                          const std::vector<std::int64_t>& codes,
                          const std::vector<std::int64_t>& errors, std::uint64_t tableBytes,
                          const JobContext& context) const
    {
        Report report;
        report.spec = m_item->spec;
        report.params = m_item->params;
        report.stats = m_item->only ? m_selected.total() : stats;
        if (m_lowBits == 0) {
            report.codeCounts = codes;
            report.countCodes();
        } else if (!m_item->only) {
            const auto use = countWideCodes(tensor, m_quantizer, codes, tableBytes, context);
            if (!use)
                return use.error();
            report.levelsUsed = use->levelsUsed;
            report.codeEntropyBits = use->entropyBits;
        }
        addErrors(errors, report);
        const ErrorSums sums = joined(m_parts);
        addErrorSums(sums, report);
        return report;
    }

private:
    static void addErrors(std::span<const std::int64_t> errors, Report& report)
    {
        const auto unclipped = errors.first(kErrorPlaces);
        const auto low = errors.subspan(kErrorPlaces, kErrorPlaces);
        const auto high = errors.subspan(std::size_t{2} * kErrorPlaces, kErrorPlaces);
        std::vector<std::int64_t> clipped(low.begin(), low.end());
        for (std::size_t i = 0; i < clipped.size(); ++i) {
            report.clippedLow += low[i];
            report.clippedHigh += high[i];
            clipped[i] += high[i];
        }
        report.roundingErrors = errorHistogram(unclipped);
        report.clippingErrors = errorHistogram(clipped);
    }

    const AnalysisItem* m_item;
    Quantizer m_quantizer;
    std::int32_t m_firstCode;
    int m_lowBits;
    bool m_levelsFinite = true;
    std::vector<ErrorSums> m_parts; ///< of each block
    StatsOfParts m_selected;        ///< likewise, of the selected elements
    std::unique_ptr<ValueCounter> m_values;
};

/// Some of the items, as many as fit, beside the place of their reports.
struct Batch {
    std::vector<Pass> passes;
    std::vector<std::size_t> items;
    std::vector<std::size_t> tables; ///< sizes: of codes and of errors for each pass
};

/// Takes items from `next` on until their tables fill `bytes`, at least one. Items whose quantizer
/// cannot be made leave their error among the reports.
Batch takeBatch(const Tensor& tensor, std::span<const AnalysisItem> items, std::uint64_t bytes,
                std::size_t& next, std::vector<Result<Report>>& reports)
{
    Batch batch;
    std::uint64_t taken = 0;
    for (; next < items.size(); ++next) {
        const auto& item = items[next];
        auto quantizer =
            Quantizer::make(item.params, tensor.shape(), item.spec.rounding, item.spec.seed);
        if (!quantizer) {
            reports[next] = quantizer.error();
            continue;
        }
        taken += Pass::bytes(item.params, tensor.numel());
        if (!batch.passes.empty() && taken > bytes)
            break;
        batch.passes.emplace_back(item, std::move(*quantizer), tensor.numel());
        batch.items.push_back(next);
        batch.tables.push_back(Pass::codePlaces(item.params));
        batch.tables.push_back(kErrorTable);
    }
    return batch;
}

} // namespace

Result<Analysis> analyzeInOneRead(const Tensor& tensor, const TensorStats& stats,
                                  std::span<const AnalysisItem> items,
                                  const AnalysisOptions& options, const JobContext& context)
{
    Analysis all;
    all.reports.assign(items.size(), Error::cancelled());
    all.selectedValues.resize(items.size());
    if (options.selectedBins) {
        if (auto checked = options.selectedBins->check(); !checked)
            return checked.error();
    }
    std::optional<ValueCounter> values;
    if (options.valueBins)
        values.emplace(HistogramBins::of(stats, *options.valueBins));
    // As many items to a read as memory has room for; asked only where it could matter.
    std::uint64_t needed = 0;
    for (const auto& item : items)
        needed += Pass::bytes(item.params, tensor.numel());
    const bool anyWide = std::any_of(items.begin(), items.end(), [](const AnalysisItem& item) {
        return item.params.codeCount() > kMostCounted;
    });
    constexpr std::uint64_t kLittle = std::uint64_t{16} << 20;
    const std::uint64_t tableBytes = anyWide || needed > kLittle
                                         ? std::min(options.tableBytes, availableMemory() / 2)
                                         : options.tableBytes;
    const auto steps = static_cast<double>(blockCount(tensor.numel())) *
                       static_cast<double>(std::max<std::size_t>(items.size(), 1));
    std::size_t next = 0;
    do {
        const std::size_t first = next;
        auto batch = takeBatch(tensor, items, tableBytes, next, all.reports);
        for (std::size_t i = 0; i < batch.passes.size(); ++i) {
            if (options.selectedBins && items[batch.items[i]].only)
                batch.passes[i].countValues(*options.selectedBins);
        }
        const bool countValues = values && first == 0;
        if (batch.passes.empty() && !countValues)
            continue;
        SharedCounts counts(batch.tables);
        std::atomic<std::int64_t> finished{0};
        const double before =
            static_cast<double>(first) * static_cast<double>(blockCount(tensor.numel()));
        const auto each = static_cast<double>(std::max<std::size_t>(next - first, 1));
        const bool done = forEachBlock(
            tensor.numel(), context, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                thread_local std::vector<float> buffer;
                const auto x = tensor.read(begin, end, buffer);
                if (countValues)
                    values->count(x);
                auto& tables = counts.local(x.size());
                const bool allFinite =
                    stats.nonfiniteCount() == 0 ||
                    std::all_of(x.begin(), x.end(), [](float v) { return std::isfinite(v); });
                for (std::size_t i = 0; i < batch.passes.size(); ++i)
                    batch.passes[i].add(x, begin, allFinite, tables[2 * i], tables[2 * i + 1]);
                context.report("quantizing",
                               (before + each * static_cast<double>(finished.fetch_add(1) + 1)) /
                                   steps);
            });
        if (!done)
            return Error::cancelled();
        const auto& totals = counts.totals();
        for (std::size_t i = 0; i < batch.passes.size(); ++i) {
            auto report = batch.passes[i].report(tensor, stats, totals[2 * i], totals[2 * i + 1],
                                                 tableBytes, context);
            if (!report && report.error().kind == ErrorKind::Cancelled)
                return report.error();
            all.reports[batch.items[i]] = std::move(report);
            all.selectedValues[batch.items[i]] = batch.passes[i].values();
        }
    } while (next < items.size());
    if (values)
        all.values = values->total();
    return all;
}

Result<std::vector<Result<Report>>> analyzeAll(const Tensor& tensor, const TensorStats& stats,
                                               std::span<const AnalysisItem> items,
                                               const JobContext& context)
{
    auto all = analyzeInOneRead(tensor, stats, items, {}, context);
    if (!all)
        return all.error();
    return std::move(all->reports);
}

Result<Report> analyze(const Tensor& tensor, const TensorStats& stats, const QuantSpec& spec,
                       const QuantParams& params, const JobContext& context)
{
    const AnalysisItem item{spec, params};
    auto all = analyzeInOneRead(tensor, stats, {&item, 1}, {}, context);
    if (!all)
        return all.error();
    return std::move(all->reports.front());
}

} // namespace qs
