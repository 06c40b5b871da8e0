// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace qs::test {

/// tests/golden/data/NAME, made by tests/golden/make_data_golden.py.
inline nlohmann::json golden(const std::string& name)
{
    std::ifstream file(QS_SOURCE_DIR "/tests/golden/data/" + name);
    return nlohmann::json::parse(file);
}

/// The message, or nothing where the name can be read.
inline std::string problemOf(const std::string& name)
{
    const auto data = readDataset(name);
    return data ? std::string() : data.error().message;
}

inline Tensor labelTensor(std::vector<std::int32_t> labels)
{
    const auto n = static_cast<std::int64_t>(labels.size());
    return Tensor::fromVector("labels", ElementType::Int32, *Shape::make({n}), std::move(labels));
}

inline Tensor floatTensor(std::vector<std::int64_t> shape, std::vector<float> values)
{
    return Tensor::fromFloats("values", *Shape::make(std::move(shape)), std::move(values));
}

} // namespace qs::test

/// Fails, with the text, where it does not contain the part.
#define QS_CONTAINS(text, part)                                                                    \
    do {                                                                                           \
        const std::string whole = (text);                                                          \
        QVERIFY2(whole.find(part) != std::string::npos, whole.c_str());                            \
    } while (false)
