// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/integer/integer_network_impl.h"

namespace qs {

using namespace integer;

std::unique_ptr<IntegerScratch> IntegerNetwork::Impl::takeScratch() const
{
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_free.empty()) {
            auto scratch = std::move(m_free.back());
            m_free.pop_back();
            return scratch;
        }
    }
    auto scratch = std::make_unique<IntegerScratch>();
    scratch->input.resize(static_cast<std::size_t>(kChunk * std::ptrdiff_t{spec.input.numel()}));
    scratch->work.resize(ops.size());
    scratch->codes.resize(ops.size());
    scratch->reals.resize(ops.size());
    for (std::size_t i = 0; i < ops.size(); ++i) {
        const auto size =
            static_cast<std::size_t>(kChunk * std::ptrdiff_t{plans[i].shape.numel()} + kSlack);
        ops[i]->prepare(scratch->work[i]);
        if (plans[i].quant)
            scratch->codes[i].resize(size);
        else
            scratch->reals[i].resize(size);
    }
    return scratch;
}

void IntegerNetwork::Impl::giveBack(std::unique_ptr<IntegerScratch> scratch) const
{
    const std::scoped_lock lock(m_mutex);
    m_free.push_back(std::move(scratch));
}

void IntegerNetwork::Impl::runChunk(IntegerScratch& scratch, const float* x, int n, int end,
                                    const IntegerRunOptions& options,
                                    std::vector<IntegerCounters>& counters) const
{
    const auto kept = [&](int op) {
        return std::find(options.keep.begin(), options.keep.end(), op) != options.keep.end();
    };
    std::vector<char> done(ops.size(), 0);
    for (int i = 0; i < end; ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (done[at])
            continue;
        const OpPlan& plan = plans[at];
        Run run;
        run.samples = n;
        run.reference = options.reference;
        if (plan.input < 0)
            run.realX = x;
        else if (plans[static_cast<std::size_t>(plan.input)].quant)
            run.x = scratch.codes[static_cast<std::size_t>(plan.input)].data();
        else
            run.realX = scratch.reals[static_cast<std::size_t>(plan.input)].data();
        if (plan.other >= 0)
            run.other = scratch.codes[static_cast<std::size_t>(plan.other)].data();
        Saturation saturation;
        if (options.countSaturation)
            run.saturation = &saturation;

        const Product* product = ops[at]->product();
        if (product != nullptr && product->overflowPossible())
            counters[at].overflows += product->countOverflows(run.x, n);
        const int pool = pooledBy[at];
        if (pool >= 0 && pool < end && !options.countSaturation && !options.reference && !kept(i)) {
            const auto poolAt = static_cast<std::size_t>(pool);
            product->runPooled(scratch.work[at].product, run.x, scratch.codes[poolAt].data(), n,
                               spec.ops[poolAt].kernel);
            done[poolAt] = 1;
        } else {
            run.y = scratch.codes[at].data();
            run.realY = scratch.reals[at].data();
            ops[at]->run(scratch.work[at], run);
        }
        counters[at].outputs += std::int64_t{n} * plan.shape.numel();
        counters[at].saturatedLow += saturation.low;
        counters[at].saturatedHigh += saturation.high;
    }
    for (int i = 0; i < end; ++i)
        if (done[static_cast<std::size_t>(i)])
            counters[static_cast<std::size_t>(i)].outputs +=
                std::int64_t{n} * plans[static_cast<std::size_t>(i)].shape.numel();
}

Result<IntegerRun> IntegerNetwork::run(const float* x, std::int64_t count,
                                       const IntegerRunOptions& options,
                                       const JobContext& context) const
{
    const auto size = std::ptrdiff_t{m_impl->spec.input.numel()};
    return m_impl->run(
        [&](std::int64_t first, int, std::vector<float>&) { return x + first * size; }, count,
        options, context);
}

Result<IntegerRun> IntegerNetwork::run(const SampleWriter& samples, std::int64_t count,
                                       const IntegerRunOptions& options,
                                       const JobContext& context) const
{
    const auto size = std::ptrdiff_t{m_impl->spec.input.numel()};
    return m_impl->run(
        [&](std::int64_t first, int n, std::vector<float>& input) {
            for (int i = 0; i < n; ++i)
                samples(first + i, input.data() + i * size);
            return static_cast<const float*>(input.data());
        },
        count, options, context);
}

Result<IntegerRun> IntegerNetwork::Impl::run(const ChunkReader& read, std::int64_t count,
                                             const IntegerRunOptions& options,
                                             const JobContext& context) const
{
    if (count < 0)
        return Error::usage("count: at least 0 is expected, found " + std::to_string(count));
    for (const int op : options.keep) {
        if (op < 0 || op >= static_cast<int>(ops.size()))
            return Error::usage("keep: an op below " + std::to_string(ops.size()) +
                                " is expected, found " + std::to_string(op));
        if (!plans[static_cast<std::size_t>(op)].quant)
            return Error::usage("keep: " + opTitle(spec, op) + " has real values, no codes");
    }
    IntegerRun result;
    const OpPlan& last = plans.back();
    const auto features = std::ptrdiff_t{last.shape.numel()};
    result.output.resize(static_cast<std::size_t>(count * features));
    result.counters.resize(ops.size());
    result.codes.resize(ops.size());
    for (const int op : options.keep)
        result.codes[static_cast<std::size_t>(op)].resize(
            static_cast<std::size_t>(count * plans[static_cast<std::size_t>(op)].shape.numel()));

    std::mutex mutex;
    const int end = static_cast<int>(ops.size());
    const bool done = forEachIndex((count + kChunk - 1) / kChunk, context, [&](std::int64_t k) {
        const std::int64_t first = k * kChunk;
        const int n = static_cast<int>(std::min<std::int64_t>(kChunk, count - first));
        auto scratch = takeScratch();
        std::vector<IntegerCounters> counters(ops.size());
        runChunk(*scratch, read(first, n, scratch->input), n, end, options, counters);

        float* to = result.output.data() + first * features;
        if (last.quant) {
            const IntegerQuant quant = asBytes(*last.quant);
            for (std::ptrdiff_t i = 0; i < n * features; ++i)
                to[i] = dequantizeCode(scratch->codes.back()[static_cast<std::size_t>(i)], quant);
        } else {
            std::copy_n(scratch->reals.back().data(), n * features, to);
        }
        for (const int op : options.keep) {
            const auto at = static_cast<std::size_t>(op);
            const auto size = std::ptrdiff_t{plans[at].shape.numel()};
            const std::int32_t lowest = lowestCode(*plans[at].quant);
            std::transform(scratch->codes[at].begin(), scratch->codes[at].begin() + n * size,
                           result.codes[at].begin() + first * size, [&](std::uint8_t byte) {
                               return static_cast<std::int16_t>(byte + lowest);
                           });
        }
        giveBack(std::move(scratch));
        const std::scoped_lock lock(mutex); // sums of whole numbers: in any order the same
        for (std::size_t i = 0; i < counters.size(); ++i) {
            result.counters[i].outputs += counters[i].outputs;
            result.counters[i].saturatedLow += counters[i].saturatedLow;
            result.counters[i].saturatedHigh += counters[i].saturatedHigh;
            result.counters[i].overflows += counters[i].overflows;
        }
    });
    if (!done)
        return Error::cancelled();
    return result;
}

Result<IntegerTrace> IntegerNetwork::trace(const float* x, int op, int channel, int row,
                                           int column) const
{
    if (op < 0 || op >= opCount())
        return Error::usage("op: below " + std::to_string(opCount()) + " is expected, found " +
                            std::to_string(op));
    const auto at = static_cast<std::size_t>(op);
    const Product* product = m_impl->ops[at]->product();
    if (product == nullptr)
        return Error::usage(title(op) + ": only Linear and Conv2d have products");
    const OpPlan& plan = m_impl->plans[at];
    const SampleShape& shape = plan.shape;
    if (channel < 0 || channel >= shape.channels || row < 0 || row >= shape.height || column < 0 ||
        column >= shape.width)
        return Error::usage(title(op) + ": has no output " + std::to_string(channel) + ", " +
                            std::to_string(row) + ", " + std::to_string(column));
    const OpInput in = m_impl->inputAt(plan.input);
    auto scratch = m_impl->takeScratch();
    std::vector<IntegerCounters> counters(m_impl->ops.size());
    m_impl->runChunk(*scratch, x, 1, op, {}, counters);
    const std::uint8_t* codes = scratch->codes[static_cast<std::size_t>(plan.input)].data();

    IntegerTrace trace;
    const IntegerOp& spec = m_impl->spec.ops[at];
    const int kernel = spec.kind == IntegerOpKind::Conv2d ? spec.kernel : 1;
    const std::int32_t lowest = lowestCode(*in.quant);
    product->forEachTerm(channel, row, column, [&](std::ptrdiff_t from, std::ptrdiff_t weight) {
        IntegerTrace::Term term;
        const auto place = static_cast<int>(trace.terms.size());
        term.channel = place % in.shape.channels;
        term.kx = place / in.shape.channels % kernel;
        term.ky = place / in.shape.channels / kernel;
        term.padding = from < 0;
        term.xZeroPoint = in.quant->zeroPoint;
        term.x = from < 0 ? term.xZeroPoint : codes[from] + lowest;
        term.wZeroPoint = product->weightZeroPoint(channel);
        const std::int32_t centred = product->weights()[static_cast<std::size_t>(weight)];
        term.w = centred + term.wZeroPoint;
        term.product = (term.x - term.xZeroPoint) * centred;
        term.sum = (trace.terms.empty() ? 0 : trace.terms.back().sum) + term.product;
        trace.terms.push_back(term);
    });
    m_impl->giveBack(std::move(scratch));
    trace.bias = product->bias(channel);
    trace.exact = trace.terms.back().sum + trace.bias;
    trace.accumulator = static_cast<std::int32_t>(trace.exact);
    trace.mode = m_impl->spec.mode;
    trace.multiplier = product->multiplier(channel);
    trace.level = requantizedLevel(trace.mode, trace.multiplier, trace.accumulator);
    trace.output = *plan.quant;
    trace.unclamped = trace.level + trace.output.zeroPoint;
    trace.activation = spec.activation;
    trace.code = product->clamp().byte(trace.level) + lowestCode(trace.output);
    trace.value = dequantizeCode(trace.code, trace.output);
    return trace;
}

} // namespace qs
