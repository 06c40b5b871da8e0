// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_spec.h"

#include <string>

namespace qs {

/// One quantizer as a line of text for a chat: quantoscope:v1?dt=qint8&qs=per_tensor_affine&
/// s=0.00390625&z=0. `params` are what the spec resolved to. Keys, in this order, defaults left
/// out:
///     dt dtype, qs qscheme, ax axis, gs group_size, qmin quant_min, qmax quant_max,
///     s scale and z zero_point (one, or one per channel or group, between commas),
///     cb codebook, r rounding, seed, d dialect
/// and where scale and zero_point cannot say the quantizer (fixedSpec), instead of s and z
///     o observer, ac averaging_constant, pc percentile, sr scale_rule, nr narrow_range,
///     rr reduce_range.
/// Numbers are the shortest that read back as the same float32: parseParams of a link with s and z
/// gives `params` to the bit. Unknown keys are reported in the notes, bad values are errors.
std::string textLink(const QuantSpec& spec, const QuantParams& params);

/// The quantizer as JSON: {"format": "quantoscope.quantizer", "version": 1, "quantizer": the spec
/// as toJson writes it, "parameters": what it resolved to, in the same words}; parseParams reads
/// both. "global_scale" is nvfp4's; "needs_tensor": true says that a fixed spec cannot say the
/// parameters (fixedSpec), so that only the quantizer is read. ggml's blocks have none.
std::string paramsJson(const QuantSpec& spec, const QuantParams& params);

} // namespace qs
