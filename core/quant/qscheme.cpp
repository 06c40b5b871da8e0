// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/qscheme.h"

namespace qs {
namespace {

constexpr QSchemeInfo kSchemes[] = {
    {QScheme::PerTensorAffine, "per_tensor_affine", false, false},
    {QScheme::PerTensorSymmetric, "per_tensor_symmetric", false, true},
    {QScheme::PerChannelAffine, "per_channel_affine", true, false},
    {QScheme::PerChannelSymmetric, "per_channel_symmetric", true, true},
};
constexpr RoundingInfo kRoundings[] = {
    {Rounding::HalfEven, "half_even"},
    {Rounding::HalfAway, "half_away"},
    {Rounding::Floor, "floor"},
};
constexpr DialectInfo kDialects[] = {
    {Dialect::Torch, "torch"},
    {Dialect::Onnx, "onnx"},
};

} // namespace

std::span<const QSchemeInfo> qschemes()
{
    return kSchemes;
}

const QSchemeInfo& info(QScheme qscheme)
{
    return kSchemes[static_cast<std::size_t>(qscheme)];
}

std::optional<QScheme> qschemeByName(std::string_view name)
{
    for (const auto& row : kSchemes) {
        if (row.name == name)
            return row.id;
    }
    return std::nullopt;
}

QScheme qscheme(bool perChannel, bool symmetric)
{
    return kSchemes[(perChannel ? 2 : 0) + (symmetric ? 1 : 0)].id;
}

std::span<const RoundingInfo> roundings()
{
    return kRoundings;
}

std::span<const DialectInfo> dialects()
{
    return kDialects;
}

} // namespace qs
