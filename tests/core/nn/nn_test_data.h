// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/data/dataset.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace qs::test {

/// tests/golden/nn/NAME, made by tests/golden/make_nn_*golden.py.
inline nlohmann::json golden(const std::string& name)
{
    std::ifstream file(QS_SOURCE_DIR "/tests/golden/nn/" + name);
    return nlohmann::json::parse(file);
}

inline std::vector<float> floats(const nlohmann::json& json)
{
    return json.get<std::vector<float>>();
}

/// size x size images: noise, and a bright row that tells the class, of which there are ten.
inline SampleSet makeImages(std::int64_t count, int size, std::uint64_t seed)
{
    const CounterRng rng(seed);
    const auto pixels = static_cast<std::uint64_t>(size) * static_cast<std::uint64_t>(size);
    std::vector<std::uint8_t> images(static_cast<std::size_t>(count) * pixels);
    std::vector<std::uint8_t> labels(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < images.size(); ++i)
        images[i] = static_cast<std::uint8_t>(rng.below(i, 100));
    for (std::size_t i = 0; i < labels.size(); ++i) {
        labels[i] = static_cast<std::uint8_t>(i % 10);
        const std::size_t row = labels[i] % static_cast<std::size_t>(size);
        for (std::size_t x = 0; x < static_cast<std::size_t>(size); ++x)
            images[i * pixels + row * static_cast<std::size_t>(size) + x] = 255;
    }
    return *SampleSet::make(
        Tensor::fromVector("images", ElementType::Uint8, *Shape::make({count, size, size}),
                           std::move(images)),
        Tensor::fromVector("labels", ElementType::Uint8, *Shape::make({count}), std::move(labels)));
}

inline std::shared_ptr<const Dataset> makeDataset(int size, std::int64_t train = 200,
                                                  std::int64_t test = 100)
{
    auto dataset = std::make_shared<Dataset>();
    dataset->name = "rows";
    dataset->train = makeImages(train, size, 1);
    dataset->test = makeImages(test, size, 2);
    dataset->classes = 10;
    return dataset;
}

} // namespace qs::test
