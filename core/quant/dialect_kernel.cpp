// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/dialect_rules.h"

#include <array>
#include <bit>

namespace qs {
namespace {

constexpr std::size_t kFields = sizeof(ElementNumbers) / sizeof(float);
using Fields = std::array<float, kFields>;

/// Runs of fewer elements than this are gathered into rows, and rows repeated to about this many.
constexpr std::int64_t kShortRun = 64;
constexpr std::int64_t kRow = 4096;

/// The numbers of a run of elements that share them.
struct SharedNumbers {
    ElementNumbers numbers;
    const ElementNumbers& at(std::int64_t) const { return numbers; }
};

/// The numbers of a run of elements that have their own each: one array per field, so that a loop
/// over elements stays one vectorized loop.
struct OwnNumbers {
    std::array<const float*, kFields> fields;
    ElementNumbers at(std::int64_t i) const
    {
        Fields all;
        for (std::size_t f = 0; f < kFields; ++f)
            all[f] = fields[f][i];
        return std::bit_cast<ElementNumbers>(all);
    }
};

/// The numbers of all sets, cut into runs as KernelRuns does it.
class NumberRuns {
public:
    NumberRuns(const ParamLayout& layout, std::vector<ElementNumbers> sets)
        : m_layout(layout), m_sets(std::move(sets))
    {
        const bool strided = layout.stride() == 1;
        const bool shortRuns =
            layout.groupSize() == 0 && layout.channels() > 1 && layout.inner() < kShortRun;
        if (!strided && !shortRuns)
            return;
        std::int64_t repeats = 1;
        if (shortRuns) {
            const std::int64_t row = layout.channels() * layout.inner();
            repeats = std::max<std::int64_t>(kRow / row, 1);
            m_row = row * repeats;
        }
        const std::int64_t each = shortRuns ? layout.inner() : 1;
        for (std::int64_t r = 0; r < repeats; ++r) {
            for (const auto& numbers : m_sets) {
                const auto all = std::bit_cast<Fields>(numbers);
                for (std::size_t f = 0; f < kFields; ++f)
                    m_fields[f].insert(m_fields[f].end(), static_cast<std::size_t>(each), all[f]);
            }
        }
    }

    template <typename Body>
    void forEachRun(std::int64_t begin, std::int64_t count, Body body) const
    {
        if (m_row > 0) {
            for (std::int64_t done = 0; done < count;) {
                const std::int64_t at = (begin + done) % m_row;
                const std::int64_t n = std::min(m_row - at, count - done);
                body(own(at), done, n);
                done += n;
            }
            return;
        }
        m_layout.forEachRun(begin, count, [&](std::int64_t set, std::int64_t at, std::int64_t n) {
            if (m_layout.stride() == 1)
                body(own(set), at, n);
            else
                body(SharedNumbers{m_sets[static_cast<std::size_t>(set)]}, at, n);
        });
    }

private:
    OwnNumbers own(std::int64_t at) const
    {
        OwnNumbers numbers{};
        for (std::size_t f = 0; f < kFields; ++f)
            numbers.fields[f] = m_fields[f].data() + at;
        return numbers;
    }

    ParamLayout m_layout;
    std::vector<ElementNumbers> m_sets;
    std::array<std::vector<float>, kFields> m_fields;
    std::int64_t m_row = 0;
};

template <ElementRules rules>
class DialectKernel : public QuantizerKernel {
public:
    explicit DialectKernel(NumberRuns runs) : m_runs(std::move(runs)) {}

    void evaluate(std::span<const float> x, std::int64_t begin,
                  const QuantizerSteps& steps) const override
    {
        m_runs.forEachRun(begin, size(x), [&](const auto& p, std::int64_t at, std::int64_t n) {
            evaluateRun(p, x.data() + at, n, steps.y + at, steps.t + at, steps.clip + at,
                        steps.lsb + at, steps.code + at);
        });
    }

    void fakeQuantize(std::span<const float> x, std::int64_t begin, float* out,
                      float* mask) const override
    {
        m_runs.forEachRun(begin, size(x), [&](const auto& p, std::int64_t at, std::int64_t n) {
            const float* in = x.data() + at;
            float* y = out + at;
            if (mask == nullptr) {
                for (std::int64_t i = 0; i < n; ++i)
                    y[i] = elementSteps(rules, p.at(i), in[i]).y;
                return;
            }
            float* pass = mask + at;
            for (std::int64_t i = 0; i < n; ++i) {
                const auto e = elementSteps(rules, p.at(i), in[i]);
                y[i] = e.y;
                pass[i] = e.mask;
            }
        });
    }

    void quantize(std::span<const float> x, std::int64_t begin, std::int32_t* codes) const override
    {
        m_runs.forEachRun(begin, size(x), [&](const auto& p, std::int64_t at, std::int64_t n) {
            const float* in = x.data() + at;
            std::int32_t* out = codes + at;
            for (std::int64_t i = 0; i < n; ++i) {
                const ElementNumbers numbers = p.at(i);
                const float code = elementSteps(rules, numbers, in[i]).code;
                out[i] = static_cast<std::int32_t>(code == code ? code : numbers.zero);
            }
        });
    }

private:
    /// n elements of a run. A function, because only of parameters does the compiler believe
    /// __restrict; with less it does not vectorize a loop that writes five arrays.
    template <typename Run>
    static void evaluateRun(const Run& p, const float* __restrict in, std::int64_t n,
                            float* __restrict y, float* __restrict t, float* __restrict clip,
                            float* __restrict lsb, std::int32_t* __restrict code)
    {
        for (std::int64_t i = 0; i < n; ++i) {
            const ElementNumbers numbers = p.at(i);
            const auto e = elementSteps(rules, numbers, in[i]);
            const float perStep = 1.0F / numbers.decode;
            y[i] = e.y;
            t[i] = in[i] * perStep;
            clip[i] = e.clip;
            lsb[i] = (e.y - in[i]) * perStep;
            code[i] = static_cast<std::int32_t>(e.code == e.code ? e.code : numbers.zero);
        }
    }

    static std::int64_t size(std::span<const float> x)
    {
        return static_cast<std::int64_t>(x.size());
    }

    NumberRuns m_runs;
};

} // namespace

std::unique_ptr<const QuantizerKernel> makeDialectKernel(const KernelSetup& setup)
{
    std::vector<ElementNumbers> sets;
    for (std::size_t c = 0; c < setup.params.channels(); ++c)
        sets.push_back(elementNumbers(setup.params, c));
    NumberRuns runs(setup.layout, std::move(sets));
    const auto rules = elementRules(setup.params);
    if (rules == kTensorflowVarsRules)
        return std::make_unique<DialectKernel<kTensorflowVarsRules>>(std::move(runs));
    if (rules == kTensorflowArgsRules)
        return std::make_unique<DialectKernel<kTensorflowArgsRules>>(std::move(runs));
    if (rules == kOpenVinoRules)
        return std::make_unique<DialectKernel<kOpenVinoRules>>(std::move(runs));
    if (rules == kGgmlSymmetricRules)
        return std::make_unique<DialectKernel<kGgmlSymmetricRules>>(std::move(runs));
    return std::make_unique<DialectKernel<kGgmlAffineRules>>(std::move(runs));
}

} // namespace qs
