// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/report.h"
#include "core/tensor/tensor.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace qs {

/// What a report starts with: file, tensor, shape, numel, and the spec in use from dtype to
/// group_size.
nlohmann::ordered_json reportHead(const std::string& file, const std::string& tensor,
                                  const Shape& shape, const QuantSpec& spec);

/// The report of a quantizer, as quantize and sweep print it. observed: Observer::ranges(); for
/// fixed parameters none, and then the ranges are what the codes cover. Of lists (one value for
/// each scale) longer than mostListed the first values are there, and "cut" has for each such list
/// its count, min, max and median (of an even count the lower one in the middle).
nlohmann::ordered_json reportJson(const std::string& file, const Tensor& tensor,
                                  const Report& report, const std::vector<ChannelRange>& observed,
                                  std::size_t mostListed = SIZE_MAX);

} // namespace qs
