// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace qs {

/// How many scales there are and whether the range is symmetric about zero. Names are PyTorch's.
enum class QScheme : std::uint8_t {
    PerTensorAffine,
    PerTensorSymmetric,
    PerChannelAffine,
    PerChannelSymmetric,
};

struct QSchemeInfo {
    QScheme id;
    std::string_view name; ///< "per_channel_symmetric"
    bool perChannel;
    bool symmetric;
};

std::span<const QSchemeInfo> qschemes();
const QSchemeInfo& info(QScheme qscheme);
std::optional<QScheme> qschemeByName(std::string_view name);
QScheme qscheme(bool perChannel, bool symmetric);

/// How x / scale becomes a whole number.
enum class Rounding : std::uint8_t {
    HalfEven, ///< to nearest, ties to the even one: PyTorch, ONNX
    HalfAway, ///< to nearest, ties away from zero
    Floor,    ///< towards -infinity
};

/// Whose arithmetic is followed.
enum class Dialect : std::uint8_t {
    Torch, ///< t = x * (1.0f / scale), a float32 reciprocal (FakeQuantPerTensorAffine.cpp)
    Onnx,  ///< t = x / scale (QuantizeLinear)
};

struct RoundingInfo {
    Rounding id;
    std::string_view name;
};
struct DialectInfo {
    Dialect id;
    std::string_view name;
};
std::span<const RoundingInfo> roundings();
std::span<const DialectInfo> dialects();

} // namespace qs
