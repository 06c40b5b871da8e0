// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pipeline/tensor_pipeline.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace qs {

int valueBins(std::int64_t n)
{
    const auto wanted = static_cast<unsigned>(
        4 * std::sqrt(static_cast<double>(std::min<std::int64_t>(n, 1 << 20))));
    return static_cast<int>(std::clamp(std::bit_floor(wanted), 32U, 512U));
}

Result<TensorPipeline::Facts> TensorPipeline::factsOf(const Tensor& tensor,
                                                      const JobContext& context)
{
    auto facts = std::make_shared<TensorFacts>();
    facts->tensor = tensor;
    context.report("statistics", 0);
    auto stats = computeStats(tensor, context);
    if (!stats)
        return stats.error();
    facts->stats = *stats;
    context.report("histogram", 0.5);
    auto values =
        computeHistogram(tensor, facts->stats, valueBins(facts->stats.finiteCount()), context);
    if (!values)
        return values.error();
    facts->values = std::move(*values);
    return Facts(std::move(facts));
}

Result<std::shared_ptr<const TensorResult>> TensorPipeline::run(const TensorRequest& request,
                                                                const JobContext& context)
{
    const auto& spec = request.spec;
    const auto layout = spec.layout(request.tensor.shape());
    if (!layout)
        return layout.error();
    const auto& scheme = info(spec.qschemeInUse());
    const bool parted = scheme.granularity != Granularity::Tensor;
    if (parted && (request.channel < 0 || request.channel >= layout->count()))
        return Error::usage(std::string(scheme.perGroup() ? "group " : "channel ") +
                            std::to_string(request.channel) + " does not exist: axis " +
                            std::to_string(spec.axis) + " has " + std::to_string(layout->count()) +
                            (scheme.perGroup() ? " groups" : " channels"));

    const std::scoped_lock lock(m_mutex);
    const Key whole{request.tensor.bytes().data(), request.tensor.name(), ParamLayout::perTensor(0),
                    -1};
    if (!m_whole || m_wholeKey != whole) {
        auto facts = factsOf(request.tensor, context);
        if (!facts)
            return facts.error();
        m_whole = *facts;
        m_wholeKey = whole;
        m_channel.reset();
    }
    auto params = chooseQuantParams(request.tensor, spec, context, &m_whole->stats);
    if (!params)
        return params.error();
    auto result = std::make_shared<TensorResult>();
    result->facts = m_whole;
    auto report = analyze(request.tensor, m_whole->stats, spec, *params, context);
    if (!report)
        return report.error();
    result->report = std::make_shared<const Report>(std::move(*report));
    result->shownFacts = result->facts;
    result->shown = result->report;
    if (parted) {
        Key key = whole;
        key.layout = *layout;
        key.channel = request.channel;
        if (!m_channel || m_channelKey != key) {
            auto facts = factsOf(request.tensor.gather(*layout, request.channel), context);
            if (!facts)
                return facts.error();
            m_channel = *facts;
            m_channelKey = key;
        }
        auto shown =
            analyze(m_channel->tensor, m_channel->stats, spec,
                    params->forChannel(static_cast<std::size_t>(request.channel)), context);
        if (!shown)
            return shown.error();
        result->shownFacts = m_channel;
        result->shown = std::make_shared<const Report>(std::move(*shown));
        result->channel = request.channel;
    }
    return std::shared_ptr<const TensorResult>(std::move(result));
}

} // namespace qs
