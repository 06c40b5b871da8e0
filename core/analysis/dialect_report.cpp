// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/dialect_report.h"

#include "core/analysis/analyze.h"
#include "core/analysis/rule_swaps.h"
#include "core/base/parallel.h"
#include "core/calib/params_from_ranges.h"
#include "core/quant/quantizer.h"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace qs {
namespace {

struct Counts {
    std::int64_t elements = 0;
    std::int64_t codes = 0;
    std::int64_t values = 0;
    double largest = 0;
    std::vector<std::int64_t> remaining; ///< per swap
    std::vector<std::int64_t> first;     ///< the block's first differing elements
};

class Comparison {
public:
    Comparison(const Tensor& tensor, ParamLayout layout, const QuantParams& base,
               const QuantParams& other, std::size_t first)
        : m_tensor(tensor),
          m_layout(layout),
          m_base(base),
          m_other(other),
          m_swaps(makeRuleSwaps(base, other)),
          m_first(first)
    {
    }

    Result<DialectDifference> run(const JobContext& context) const
    {
        const auto base = Quantizer::make(m_base, m_tensor.shape());
        const auto other = Quantizer::make(m_other, m_tensor.shape());
        if (!base)
            return base.error();
        if (!other)
            return other.error();
        std::vector<Counts> parts(static_cast<std::size_t>(blockCount(m_tensor.numel())));
        std::atomic<std::int64_t> finished{0};
        const bool done = forEachBlock(
            m_tensor.numel(), context,
            [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
                thread_local std::vector<float> buffer;
                parts[static_cast<std::size_t>(block)] =
                    count(*base, *other, m_tensor.read(begin, end, buffer), begin);
                context.report("comparing", static_cast<double>(finished.fetch_add(1) + 1) /
                                                static_cast<double>(parts.size()));
            });
        if (!done)
            return Error::cancelled();
        return joined(parts);
    }

private:
    Counts count(const Quantizer& base, const Quantizer& other, std::span<const float> x,
                 std::int64_t begin) const
    {
        Counts c;
        c.remaining.resize(m_swaps.size());
        std::vector<float> yBase(x.size());
        std::vector<float> yOther(x.size());
        std::vector<std::int32_t> codeBase(x.size());
        std::vector<std::int32_t> codeOther(x.size());
        base.fakeQuantize(x, begin, yBase.data());
        other.fakeQuantize(x, begin, yOther.data());
        base.quantize(x, begin, codeBase.data());
        other.quantize(x, begin, codeOther.data());
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (!std::isfinite(x[i]))
                continue;
            const bool codes = codeBase[i] != codeOther[i];
            const bool values = yBase[i] != yOther[i];
            c.codes += codes ? 1 : 0;
            c.values += values ? 1 : 0;
            if (values)
                c.largest = std::max(c.largest, std::fabs(static_cast<double>(yBase[i]) -
                                                          static_cast<double>(yOther[i])));
            if (!codes && !values)
                continue;
            ++c.elements;
            if (c.first.size() < m_first)
                c.first.push_back(begin + static_cast<std::int64_t>(i));
        }
        for (std::size_t s = 0; s < m_swaps.size(); ++s) {
            const auto& swap = m_swaps[s];
            m_layout.forEachRun(
                begin, static_cast<std::int64_t>(x.size()),
                [&](std::int64_t set, std::int64_t at, std::int64_t n) {
                    for (std::int64_t k = 0; k < n; ++k) {
                        const auto i = static_cast<std::size_t>(at + k);
                        const auto own = static_cast<std::size_t>(set + k * m_layout.stride());
                        if (!std::isfinite(x[i]))
                            continue;
                        const auto e = elementSteps(swap.rules, swap.numbers[own], x[i]);
                        const bool differs =
                            e.y != yOther[i] || e.code != static_cast<float>(codeOther[i]);
                        c.remaining[s] += differs ? 1 : 0;
                    }
                });
        }
        return c;
    }

    DialectDifference joined(const std::vector<Counts>& parts) const
    {
        DialectDifference d;
        std::vector<std::int64_t> remaining(m_swaps.size());
        std::vector<std::int64_t> first;
        for (const auto& part : parts) {
            d.elements += part.elements;
            d.codes += part.codes;
            d.values += part.values;
            d.largest = std::max(d.largest, part.largest);
            for (std::size_t s = 0; s < remaining.size(); ++s)
                remaining[s] += part.remaining[s];
            for (const auto i : part.first) {
                if (first.size() < m_first)
                    first.push_back(i);
            }
        }
        for (const auto i : first)
            d.first.push_back(differing(i));
        for (std::size_t s = 0; s < m_swaps.size(); ++s) {
            if (m_swaps[s].rule == kAllParameters)
                d.remainingWithItsParameters = remaining[s];
            else if (m_swaps[s].rule == kAllArithmetic)
                d.remainingWithItsArithmetic = remaining[s];
            else
                d.rules.push_back(
                    {m_swaps[s].rule, m_swaps[s].base, m_swaps[s].other, remaining[s]});
        }
        std::stable_sort(d.rules.begin(), d.rules.end(),
                         [](const RuleDifference& a, const RuleDifference& b) {
                             return a.remaining < b.remaining;
                         });
        return d;
    }

    DifferingElement differing(std::int64_t i) const
    {
        std::vector<float> buffer;
        const float x = m_tensor.read(i, i + 1, buffer)[0];
        const auto set = static_cast<std::size_t>(m_layout.indexOf(i));
        return {i, namedSteps(elementRules(m_base), elementNumbers(m_base, set), x),
                namedSteps(elementRules(m_other), elementNumbers(m_other, set), x)};
    }

    const Tensor& m_tensor;
    ParamLayout m_layout;
    const QuantParams& m_base;
    const QuantParams& m_other;
    std::vector<RuleSwap> m_swaps;
    std::size_t m_first;
};

Result<void> check(const DialectRequest& request, const ParamLayout& layout)
{
    constexpr int kMostBits = 16;
    const auto& row = info(request.spec.dtype);
    if (!row.isInteger() || row.bits > kMostBits)
        return Error::usage("dtype: dialects are compared for integers of at most 16 bits, found " +
                            std::string(row.name));
    if (info(request.spec.qscheme).floatZeroPoint)
        return Error::usage("qscheme: dialects are compared with an integer zero_point, found " +
                            std::string(info(request.spec.qscheme).name));
    if (request.spec.isFixed())
        return Error::usage("observer: dialects are compared from a range, found fixed");
    if (request.spec.rounding != Rounding::HalfEven)
        return Error::usage("rounding: dialects are compared with their own");
    if (static_cast<std::int64_t>(request.ranges.size()) != layout.count())
        return Error::usage("ranges: expected " + std::to_string(layout.count()) + ", found " +
                            std::to_string(request.ranges.size()));
    if (request.first < 0)
        return Error::usage("first: expected at least 0, found " + std::to_string(request.first));
    return {};
}

} // namespace

std::vector<NamedStep> namedSteps(const ElementRules& rules, const ElementNumbers& numbers, float x)
{
    const auto e = elementSteps(rules, numbers, x);
    std::vector<NamedStep> steps{{"x", e.x}};
    if (rules.clamp == ClampRule::Reals)
        steps.push_back({"clamped x", e.clamped});
    if (rules.origin != Origin::Zero)
        steps.push_back({"x - low", e.shifted});
    steps.push_back({"t", e.t});
    steps.push_back({"rounded", e.rounded});
    if (rules.origin == Origin::Zero)
        steps.push_back({"zero_point", numbers.zero});
    if (rules.origin == Origin::LowToZero)
        steps.push_back({"quant_zero", numbers.quantZero});
    steps.push_back({"raw", e.raw});
    steps.push_back({"code", e.code});
    steps.push_back({"scale", numbers.decode});
    steps.push_back({"dequantized", e.y});
    return steps;
}

Result<std::vector<DialectResult>> compareDialects(const Tensor& tensor, const TensorStats& stats,
                                                   const DialectRequest& request,
                                                   const JobContext& context)
{
    const auto layout = request.spec.layout(tensor.shape());
    if (!layout)
        return layout.error();
    if (auto ok = check(request, *layout); !ok)
        return ok.error();
    auto wanted = request.dialects;
    if (wanted.empty()) {
        for (const auto& row : dialects())
            wanted.push_back(row.id);
    }
    if (std::find(wanted.begin(), wanted.end(), request.base) == wanted.end())
        wanted.insert(wanted.begin(), request.base);

    QuantSpec spec = request.spec;
    spec.dialect = request.base;
    const auto base = paramsFromRanges(spec, request.ranges);
    if (!base)
        return base.error();
    std::vector<DialectResult> results;
    for (const Dialect dialect : wanted) {
        spec.dialect = dialect;
        DialectResult result;
        result.dialect = dialect;
        const auto params = paramsFromRanges(spec, request.ranges);
        if (!params) {
            result.error = params.error().message;
            results.push_back(std::move(result));
            continue;
        }
        auto report = analyze(tensor, stats, spec, *params, context);
        if (!report)
            return report.error();
        result.report = std::move(*report);
        if (dialect != request.base) {
            const Comparison comparison(tensor, *layout, *base, *params,
                                        static_cast<std::size_t>(request.first));
            auto difference = comparison.run(context);
            if (!difference)
                return difference.error();
            result.difference = std::move(*difference);
        }
        results.push_back(std::move(result));
    }
    return results;
}

} // namespace qs
