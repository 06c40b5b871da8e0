// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/model_json.h"
#include "core/nn/network.h"
#include "nn_test_data.h"

#include <QTest>
#include <cmath>

namespace qs::test {

inline Tensor tensorOf(const nlohmann::json& shape, const nlohmann::json& values,
                       const std::string& name = "x")
{
    return Tensor::fromFloats(name, *Shape::make(shape.get<std::vector<std::int64_t>>()),
                              floats(values));
}

/// A state_dict as nn_golden.py's tensor_json has it.
inline std::vector<Tensor> stateOf(const nlohmann::json& json)
{
    std::vector<Tensor> state;
    for (const auto& [name, tensor] : json.items())
        if (name.ends_with("num_batches_tracked"))
            state.push_back(
                Tensor::fromVector(name, ElementType::Int64, *Shape::make({}),
                                   std::vector<std::int64_t>{tensor["value"][0].get<int>()}));
        else
            state.push_back(tensorOf(tensor["shape"], tensor["value"], name));
    return state;
}

/// The "model" of golden data with its "state".
inline Network networkOf(const nlohmann::json& json)
{
    auto model = modelFromJson(nlohmann::ordered_json::parse(json["model"].dump()));
    if (!model)
        qFatal("%s", model.error().message.c_str());
    auto network = Network::make(*model, 0);
    if (!network)
        qFatal("%s", network.error().message.c_str());
    if (auto loaded = network->loadStateDict(stateOf(json["state"])); !loaded)
        qFatal("%s", loaded.error().message.c_str());
    return std::move(*network);
}

/// The largest |a - b| relative to the largest |b|, or to `least` where that is larger: what
/// cancels out, as the gradient of a bias before a BatchNorm, is noise of float32's size.
inline double difference(std::span<const float> a, const nlohmann::json& b, double least = 0.01)
{
    const auto expected = b.is_array() ? floats(b) : std::vector<float>{b.get<float>()};
    if (a.size() != expected.size())
        return INFINITY;
    double largest = least;
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
        const double off = std::abs(static_cast<double>(a[i]) - static_cast<double>(expected[i]));
        if (!(off <= worst))
            worst = std::isnan(off) ? INFINITY : off;
    }
    return worst / largest;
}

/// Writes sample i of [n, channels, height, width] channels last.
inline Network::SampleWriter writerOf(std::vector<float> values, SampleShape shape)
{
    return [values = std::move(values), shape](std::int64_t i, float* out) {
        const int pixels = shape.height * shape.width;
        const float* from = values.data() + i * shape.numel();
        for (int c = 0; c < shape.channels; ++c)
            for (int p = 0; p < pixels; ++p)
                out[p * shape.channels + c] = from[c * pixels + p];
    };
}

} // namespace qs::test
