// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pipeline/quantizer_study.h"

#include "core/calib/observer.h"

namespace qs {
namespace {

/// Quartiles of more elements take longer than their errors.
constexpr std::int64_t kMostForQuartiles = 1 << 24;
constexpr std::int64_t kCellSide = 512;

Result<Quantizer> quantizerOf(const ErrorSource& source, const QuantSpec& spec,
                              const JobContext& context)
{
    auto params = chooseQuantParams(source.tensor, spec, context, &source.stats, source.index);
    if (!params)
        return params.error();
    return Quantizer::make(std::move(*params), source.tensor.shape(), spec.rounding, spec.seed);
}

} // namespace

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

Result<void> addChannels(const ErrorSource& source, const QuantSpec& spec, TensorStudy& study,
                         const JobContext& context)
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
    const auto quantizer = quantizerOf(source, spec, context);
    if (!quantizer)
        return quantizer.error();
    ChannelErrorOptions options;
    options.quartiles = source.tensor.numel() <= kMostForQuartiles;
    auto errors = channelErrors(source.tensor, *quantizer, *channels, options, context);
    if (!errors)
        return errors.error();
    study.channels = std::move(*errors);
    return {};
}

Result<void> addCells(const ErrorSource& source, const QuantSpec& spec, const SlicePlace& place,
                      TensorStudy& study, const JobContext& context)
{
    const auto quantizer = quantizerOf(source, spec, context);
    if (!quantizer)
        return quantizer.error();
    auto cells = sliceCells(source.tensor, *quantizer, place, kCellSide, context);
    if (!cells)
        return cells.error();
    study.cells = std::move(*cells);
    return {};
}

} // namespace qs
