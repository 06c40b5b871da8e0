// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/bias_correction.h"

#include "core/ptq/ptq_checks.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace qs {

Result<std::vector<float>> correctBias(std::span<const float> bias,
                                       std::span<const double> floatMean,
                                       std::span<const double> quantizedMean)
{
    const auto channels = static_cast<std::int64_t>(bias.size());
    if (auto ok = checkCount("float_mean", floatMean.size(), channels); !ok)
        return ok.error();
    if (auto ok = checkCount("quantized_mean", quantizedMean.size(), channels); !ok)
        return ok.error();
    std::vector<double> shift(bias.size());
    for (std::size_t o = 0; o < bias.size(); ++o)
        shift[o] = quantizedMean[o] - floatMean[o];
    return subtractShift(bias, shift);
}

Result<std::vector<double>> expectedShift(std::span<const float> weight,
                                          std::span<const float> quantized, std::int64_t outputs,
                                          std::int64_t inputs, std::int64_t perInput,
                                          std::span<const double> inputMean)
{
    if (auto ok = checkSizes("weight", weight.size(), outputs, inputs, perInput); !ok)
        return ok.error();
    if (auto ok = checkSizes("quantized", quantized.size(), outputs, inputs, perInput); !ok)
        return ok.error();
    const auto columns = static_cast<std::size_t>(inputs * perInput);
    const bool eachColumn = inputMean.size() == columns;
    if (auto ok = checkCount("input_mean", inputMean.size(), inputs); !ok && !eachColumn)
        return ok.error();
    for (const auto values : {weight, quantized}) {
        if (auto ok = checkAllFinite("weight", values); !ok)
            return ok.error();
    }
    if (auto ok = checkAllFinite("input_mean", inputMean); !ok)
        return ok.error();
    const auto per = eachColumn ? std::size_t{1} : static_cast<std::size_t>(perInput);
    std::vector<double> shift(static_cast<std::size_t>(outputs));
    for (std::size_t o = 0; o < shift.size(); ++o) {
        for (std::size_t k = 0; k < columns; ++k) {
            const std::size_t i = o * columns + k;
            shift[o] += (static_cast<double>(quantized[i]) - static_cast<double>(weight[i])) *
                        inputMean[k / per];
        }
    }
    return shift;
}

Result<std::vector<float>> subtractShift(std::span<const float> bias, std::span<const double> shift)
{
    if (bias.empty())
        return Error::usage("bias: expected one for each output, found none");
    if (auto ok = checkCount("shift", shift.size(), static_cast<std::int64_t>(bias.size())); !ok)
        return ok.error();
    std::vector<float> corrected(bias.size());
    for (std::size_t o = 0; o < bias.size(); ++o)
        corrected[o] = static_cast<float>(static_cast<double>(bias[o]) - shift[o]);
    if (auto ok = checkAllFinite("corrected bias", corrected); !ok)
        return ok.error();
    return corrected;
}

double reluMean(double mean, double deviation)
{
    if (deviation <= 0)
        return std::max(mean, 0.0);
    const double t = mean / deviation;
    const double density = std::exp(-t * t / 2) / std::sqrt(2 * std::numbers::pi);
    return deviation * density + mean * std::erfc(-t / std::numbers::sqrt2) / 2;
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
