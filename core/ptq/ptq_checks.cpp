// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/ptq_checks.h"

#include "core/base/text.h"
#include "core/tensor/shape.h"

#include <cmath>

namespace qs {
namespace {

template <typename T>
Result<void> allFinite(const std::string& name, std::span<const T> values)
{
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i]))
            return Error::usage(name + ": expected finite numbers, found " +
                                formatExact(values[i]) + " at " + std::to_string(i));
    }
    return {};
}

} // namespace

Result<void> checkCount(const std::string& name, std::size_t found, std::int64_t expected)
{
    if (expected >= 0 && found == static_cast<std::size_t>(expected))
        return {};
    return Error::usage(name + ": expected " + std::to_string(expected) + " elements, found " +
                        std::to_string(found));
}

Result<void> checkSizes(const std::string& name, std::size_t found, std::int64_t outputs,
                        std::int64_t inputs, std::int64_t perInput)
{
    const auto shape = Shape::make({outputs, inputs, perInput});
    if (!shape || outputs < 1 || inputs < 1 || perInput < 1)
        return Error::usage(name + ": expected sizes of 1 or more, found [" +
                            std::to_string(outputs) + ", " + std::to_string(inputs) + ", " +
                            std::to_string(perInput) + "]");
    if (static_cast<std::size_t>(shape->numel()) == found)
        return {};
    return Error::usage(name + ": expected the " + std::to_string(shape->numel()) +
                        " elements of " + shape->toString() + ", found " + std::to_string(found));
}

Result<void> checkAllFinite(const std::string& name, std::span<const float> values)
{
    return allFinite(name, values);
}

Result<void> checkAllFinite(const std::string& name, std::span<const double> values)
{
    return allFinite(name, values);
}

} // namespace qs
