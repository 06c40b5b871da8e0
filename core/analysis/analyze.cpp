// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/analyze.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_sort.h>

namespace qs {
namespace {

/// Elements evaluated at a time: five arrays of them stay in the first-level cache.
constexpr std::size_t kPiece = 1024;
/// Codes are counted in a table up to this many.
constexpr std::int64_t kMostCounted = 65536;
/// Lanes of every sum. Fixed, so that the order of additions is the same on every machine.
constexpr std::size_t kLanes = 8;

using Floats = float __attribute__((vector_size(kLanes * sizeof(float))));
using Ints = std::int32_t __attribute__((vector_size(kLanes * sizeof(float))));
using Doubles = double __attribute__((vector_size(kLanes * sizeof(double))));

Floats load(const float* p)
{
    Floats v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

double total(const Doubles& v)
{
    double sum = 0;
    for (std::size_t i = 0; i < kLanes; ++i)
        sum += v[i];
    return sum;
}

struct Sums {
    double e2 = 0;
    double e2Clipped = 0;
    double e = 0;
    double absE = 0;
    double maxE = 0;
    double x2 = 0;
    double y2 = 0;
    double xy = 0;
    std::int64_t low = 0;
    std::int64_t high = 0;

    void add(const Sums& o)
    {
        e2 += o.e2;
        e2Clipped += o.e2Clipped;
        e += o.e;
        absE += o.absE;
        maxE = std::max(maxE, o.maxE);
        x2 += o.x2;
        y2 += o.y2;
        xy += o.xy;
        low += o.low;
        high += o.high;
    }
};

struct Counts {
    std::vector<std::int64_t> codes;
    /// Of unclipped elements kErrorBins bins, below and above; then the same of clipped ones.
    std::vector<std::int64_t> errors;
};

/// What evaluate() says of up to kPiece elements.
struct Piece {
    alignas(64) float x[kPiece];
    alignas(64) float y[kPiece];
    alignas(64) float t[kPiece];
    alignas(64) float clip[kPiece];
    alignas(64) float lsb[kPiece]; ///< e in units of the distance of levels
    alignas(64) std::int32_t code[kPiece];
    std::size_t n = 0;

    /// Levels beyond float32 count as its largest number: sums of infinities would say nothing.
    void limitLevels()
    {
        constexpr float kMost = std::numeric_limits<float>::max();
        for (std::size_t i = 0; i < n; ++i)
            y[i] = std::clamp(y[i], -kMost, kMost);
    }

    void keepFinite()
    {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (!std::isfinite(x[i]))
                continue;
            x[kept] = x[i];
            y[kept] = y[i];
            t[kept] = t[i];
            clip[kept] = clip[i];
            lsb[kept] = lsb[i];
            code[kept] = code[i];
            ++kept;
        }
        n = kept;
    }
};

void sumUp(const Piece& p, Sums& sums)
{
    Doubles e2{};
    Doubles e2Clipped{};
    Doubles e{};
    Doubles absE{};
    Doubles maxE{};
    Doubles x2{};
    Doubles y2{};
    Doubles xy{};
    Ints low{};
    Ints high{};
    const auto addLanes = [&](const Floats& x, const Floats& y, const Floats& clip) {
        const Doubles dx = __builtin_convertvector(x, Doubles);
        const Doubles dy = __builtin_convertvector(y, Doubles);
        const Ints isLow = clip < 0;
        const Ints isHigh = clip > 0;
        // Comparisons are 0 or -1; as doubles they select the clipped part.
        const Doubles clipped = -__builtin_convertvector(isLow | isHigh, Doubles);
        const Doubles d = dy - dx;
        const Doubles a = d < 0 ? -d : d;
        const Doubles d2 = d * d;
        low -= isLow;
        high -= isHigh;
        e += d;
        absE += a;
        maxE = a > maxE ? a : maxE;
        e2 += d2;
        e2Clipped += d2 * clipped;
        x2 += dx * dx;
        y2 += dy * dy;
        xy += dx * dy;
    };
    const std::size_t whole = p.n - p.n % kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes)
        addLanes(load(p.x + i), load(p.y + i), load(p.clip + i));
    if (whole < p.n) {
        // The last lanes are filled with an element that adds nothing.
        float x[kLanes] = {};
        float y[kLanes] = {};
        float clip[kLanes] = {};
        std::copy(p.x + whole, p.x + p.n, x);
        std::copy(p.y + whole, p.y + p.n, y);
        std::copy(p.clip + whole, p.clip + p.n, clip);
        addLanes(load(x), load(y), load(clip));
    }
    Sums part{total(e2), total(e2Clipped), total(e),  total(absE), 0,
              total(x2), total(y2),        total(xy), 0,           0};
    for (std::size_t i = 0; i < kLanes; ++i) {
        part.maxE = std::max(part.maxE, maxE[i]);
        part.low += low[i];
        part.high += high[i];
    }
    sums.add(part);
}

void count(const Piece& p, std::int32_t firstCode, Counts& counts)
{
    std::int32_t bin[kPiece];
    constexpr std::int32_t kClipped = kErrorBins + 2;
    for (std::size_t i = 0; i < p.n; ++i)
        bin[i] = errorBin(p.lsb[i]) + (p.clip[i] != 0 ? kClipped : 0);
    for (std::size_t i = 0; i < p.n; ++i)
        ++counts.errors[static_cast<std::size_t>(bin[i])];
    if (!counts.codes.empty()) {
        for (std::size_t i = 0; i < p.n; ++i)
            ++counts.codes[static_cast<std::size_t>(p.code[i] - firstCode)];
    }
}

/// Which codes were used, where there are too many for a table: by sorting them.
void countSorted(std::vector<std::int32_t>& codes, Report& report)
{
    tbb::parallel_sort(codes.begin(), codes.end());
    const auto n = static_cast<double>(codes.size());
    for (auto first = codes.begin(); first != codes.end();) {
        const auto last = std::upper_bound(first, codes.end(), *first);
        const double p = static_cast<double>(last - first) / n;
        ++report.levelsUsed;
        report.codeEntropyBits -= p * std::log2(p);
        first = last;
    }
}

Histogram errorHistogram(const std::vector<std::int64_t>& table, std::size_t at)
{
    Histogram h;
    h.lo = -1;
    h.hi = 1;
    const auto first = table.begin() + static_cast<std::ptrdiff_t>(at);
    h.counts.assign(first, first + kErrorBins);
    h.below = table[at + kErrorBins];
    h.above = table[at + kErrorBins + 1];
    return h;
}

} // namespace

Result<Report> analyze(const Tensor& tensor, const TensorStats& stats, const QuantSpec& spec,
                       const QuantParams& params, const JobContext& context)
{
    const auto quantizer = Quantizer::make(params, tensor.shape(), spec.rounding, spec.seed);
    if (!quantizer)
        return quantizer.error();
    const bool allFinite = stats.nonfiniteCount() == 0;
    bool allLevelsFinite = true;
    for (std::size_t c = 0; c < params.channels() && allLevelsFinite; ++c) {
        const auto covered = params.coveredRange(c);
        allLevelsFinite =
            !covered || (std::isfinite((*covered)[0]) && std::isfinite((*covered)[1]));
    }
    const std::int32_t firstCode = params.firstCode();
    const bool counted = params.codeCount() <= kMostCounted;
    const auto levels = static_cast<std::size_t>(counted ? params.codeCount() : 0);
    std::vector<std::int32_t> codes(static_cast<std::size_t>(counted ? 0 : stats.finiteCount()));
    std::atomic<std::size_t> codesKept{0};
    const std::size_t errorTable = 2 * (kErrorBins + 2);

    std::vector<Sums> parts(static_cast<std::size_t>(blockCount(tensor.numel())));
    tbb::enumerable_thread_specific<Counts> perThread([&] {
        return Counts{std::vector<std::int64_t>(levels), std::vector<std::int64_t>(errorTable)};
    });
    const auto blocks = static_cast<double>(parts.size());
    std::atomic<std::int64_t> finished{0};
    const bool done = forEachBlock(
        tensor.numel(), context, [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
            thread_local std::vector<float> buffer;
            thread_local Piece piece;
            Counts& counts = perThread.local();
            Sums sums;
            const auto x = tensor.read(begin, end, buffer);
            for (std::size_t at = 0; at < x.size(); at += kPiece) {
                const auto some = x.subspan(at, std::min(kPiece, x.size() - at));
                std::copy(some.begin(), some.end(), piece.x);
                piece.n = some.size();
                quantizer->evaluate(some, begin + static_cast<std::int64_t>(at),
                                    {piece.y, piece.t, piece.clip, piece.lsb, piece.code});
                if (!allFinite)
                    piece.keepFinite();
                if (!allLevelsFinite)
                    piece.limitLevels();
                sumUp(piece, sums);
                count(piece, firstCode, counts);
                if (!counted)
                    std::copy(piece.code, piece.code + piece.n,
                              codes.begin() +
                                  static_cast<std::ptrdiff_t>(codesKept.fetch_add(piece.n)));
            }
            parts[static_cast<std::size_t>(block)] = sums;
            context.report("quantizing", static_cast<double>(finished.fetch_add(1) + 1) / blocks);
        });
    if (!done)
        return Error::cancelled();

    Sums sums;
    for (const auto& part : parts)
        sums.add(part);
    Counts counts{std::vector<std::int64_t>(levels), std::vector<std::int64_t>(errorTable)};
    for (const auto& some : perThread) {
        std::transform(some.codes.begin(), some.codes.end(), counts.codes.begin(),
                       counts.codes.begin(), std::plus<>());
        std::transform(some.errors.begin(), some.errors.end(), counts.errors.begin(),
                       counts.errors.begin(), std::plus<>());
    }

    Report report;
    report.spec = spec;
    report.params = params;
    report.stats = stats;
    report.codeCounts = std::move(counts.codes);
    if (counted)
        report.countCodes();
    else
        countSorted(codes, report);
    report.roundingErrors = errorHistogram(counts.errors, 0);
    report.clippingErrors = errorHistogram(counts.errors, kErrorBins + 2);
    report.clippedLow = sums.low;
    report.clippedHigh = sums.high;
    const auto n = static_cast<double>(stats.finiteCount());
    if (n > 0) {
        report.mse = sums.e2 / n;
        report.meanError = sums.e / n;
        report.meanAbsError = sums.absE / n;
        report.maxAbsError = sums.maxE;
        report.clippingMse = sums.e2Clipped / n;
        report.roundingMse = (sums.e2 - sums.e2Clipped) / n;
        report.signalPower = sums.x2 / n;
        const double norms = std::sqrt(sums.x2) * std::sqrt(sums.y2);
        if (norms > 0)
            report.cosineSimilarity = std::min(sums.xy / norms, 1.0);
    }
    return report;
}

Result<Analysis> analyzeInOneRead(const Tensor& tensor, const TensorStats& stats,
                                  std::span<const AnalysisItem> items,
                                  const AnalysisOptions& options, const JobContext& context)
{
    Analysis all;
    for (const auto& item : items) {
        all.reports.push_back(analyze(tensor, stats, item.spec, item.params, context));
        if (context.stopRequested())
            return Error::cancelled();
    }
    if (options.valueBins) {
        auto values = computeHistogram(tensor, stats, *options.valueBins, context);
        if (!values)
            return values.error();
        all.values = std::move(*values);
    }
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

} // namespace qs
