// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pipeline/quantizer_study.h"

#include "core/calib/observer.h"

namespace qs {
namespace {

/// Quartiles of more elements take longer than their errors.
constexpr std::int64_t kMostForQuartiles = 1 << 24;
constexpr std::int64_t kCellSide = 512;

} // namespace

Result<Quantizer> quantizerOf(const ErrorSource& source, const QuantSpec& spec,
                              const Report* report, const JobContext& context)
{
    const auto& shape = source.tensor.shape();
    if (report != nullptr && report->spec == spec)
        return Quantizer::make(report->params, shape, spec.rounding, spec.seed);
    auto params = chooseQuantParams(source.tensor, spec, context, &source.stats, source.index);
    if (!params)
        return params.error();
    return Quantizer::make(std::move(*params), shape, spec.rounding, spec.seed);
}

int channelAxis(const QuantSpec& spec, const Shape& shape)
{
    const bool rows = info(spec.dtype).family == Family::Ggml;
    const auto axis = shape.resolveAxis(rows ? -1 : spec.axis);
    return axis ? *axis : 0;
}

Result<ParamLayout> channelLayout(const QuantSpec& spec, const Shape& shape)
{
    if (info(spec.qschemeInUse()).granularity != Granularity::Tensor || shape.rank() == 0)
        return spec.layout(shape);
    return ParamLayout::perChannel(shape, channelAxis(spec, shape));
}

Result<void> addChannels(const ErrorSource& source, const QuantSpec& spec,
                         const Quantizer& quantizer, TensorStudy& study, const JobContext& context)
{
    const auto& shape = source.tensor.shape();
    if (info(spec.qschemeInUse()).granularity == Granularity::Tensor && shape.rank() < 2) {
        study.problem = "a tensor of " + std::string(shape.rank() == 0 ? "no" : "one") +
                        " axis has no channels of several elements";
        return {};
    }
    const auto channels = channelLayout(spec, shape);
    if (!channels)
        return channels.error();
    ChannelErrorOptions options;
    options.quartiles = source.tensor.numel() <= kMostForQuartiles;
    auto errors = channelErrors(source.tensor, quantizer, *channels, options, context);
    if (!errors)
        return errors.error();
    study.channels = std::move(*errors);
    return {};
}

Result<void> addCells(const ErrorSource& source, const Quantizer& quantizer,
                      const SlicePlace& place, TensorStudy& study, const JobContext& context)
{
    auto cells = sliceCells(source.tensor, quantizer, place, kCellSide, context);
    if (!cells)
        return cells.error();
    study.cells = std::move(*cells);
    return {};
}

} // namespace qs
