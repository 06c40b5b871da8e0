// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/bias_correction.h"

#include "core/ptq/ptq_checks.h"

namespace qs {

Result<std::vector<float>> correctBias(std::span<const float> bias,
                                       std::span<const double> floatMean,
                                       std::span<const double> quantizedMean)
{
    const auto channels = static_cast<std::int64_t>(bias.size());
    if (channels == 0)
        return Error::usage("bias: expected 1 or more channels, found 0");
    if (auto ok = checkCount("float_mean", floatMean.size(), channels); !ok)
        return ok.error();
    if (auto ok = checkCount("quantized_mean", quantizedMean.size(), channels); !ok)
        return ok.error();
    std::vector<float> corrected(bias.size());
    for (std::size_t o = 0; o < bias.size(); ++o)
        corrected[o] =
            static_cast<float>(static_cast<double>(bias[o]) - (quantizedMean[o] - floatMean[o]));
    if (auto ok = checkAllFinite("corrected bias", corrected); !ok)
        return ok.error();
    return corrected;
}

Result<void> ChannelMeans::add(std::span<const float> values, std::int64_t pixels,
                               bool channelsLast)
{
    const std::size_t channels = m_sum.size();
    if (pixels < 1)
        return Error::usage("pixels: expected 1 or more, found " + std::to_string(pixels));
    const auto area = static_cast<std::size_t>(pixels);
    if (values.size() / area % channels != 0 || values.size() % area != 0)
        return Error::usage("values: expected whole samples of " + std::to_string(channels) +
                            " channels and " + std::to_string(pixels) + " pixels, found " +
                            std::to_string(values.size()) + " elements");
    for (std::size_t i = 0; i < values.size(); ++i)
        m_sum[(channelsLast ? i : i / area) % channels] += static_cast<double>(values[i]);
    m_count += static_cast<std::int64_t>(values.size() / channels);
    return {};
}

std::vector<double> ChannelMeans::mean() const
{
    std::vector<double> means = m_sum;
    for (double& value : means)
        value = m_count > 0 ? value / static_cast<double>(m_count) : 0.0;
    return means;
}

} // namespace qs
