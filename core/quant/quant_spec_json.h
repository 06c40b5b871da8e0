// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/quant/quant_spec.h"

#include <nlohmann/json.hpp>

namespace qs {

/// A QuantSpec as people write it: PyTorch's words, defaults left out.
///     {"dtype": "qint8", "qscheme": "per_channel_symmetric", "axis": 0, "observer": "minmax",
///      "group_size": 32, "scale_rule": "ceil", "averaging_constant": 0.01, "percentile": 99.99,
///      "codebook": [..], "seed": 0, "scale": [..], "zero_point": [..], "quant_min": -127,
///      "quant_max": 127, "narrow_range": false, "reduce_range": false, "rounding": "half_even",
///      "dialect": "torch"}
nlohmann::ordered_json toJson(const QuantSpec& spec);

/// Reads what toJson wrote; what is left out keeps the value it has in `base`. scale and zero_point
/// may be one number or a list. Groups are along the last axis where none is named. Errors (kind
/// Data) name the key, what was expected and what was found; `where` stands before the key
/// ("weight."). An unknown key is an error.
Result<QuantSpec> quantSpecFromJson(const nlohmann::ordered_json& json, const std::string& where,
                                    const QuantSpec& base = {});

} // namespace qs
