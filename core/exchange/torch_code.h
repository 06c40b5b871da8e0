// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_spec.h"

#include <string>

namespace qs {

/// Python that does with PyTorch what the quantizer does: scale and zero_point as float32-exact
/// literals, fake_quantize(x) that returns y, quantize(x) that returns the codes as int32, and for
/// an observed spec make_fake_quantize(), the torch.ao.quantization module that observes as it
/// does (make_fake_quantize(x.dim()) where the axis counts from the end). `params` are what the
/// spec resolved to.
///
/// Runs with PyTorch 1.13 for integer dtypes, float16 and bfloat16; float8 needs 2.1, and a comment
/// says so. Groups are rows of the last axis. Comments say what PyTorch does not have: other
/// dialects' arithmetic, stochastic rounding, observers of our own. Where nothing is left (other
/// floats, codebooks, blocks) the functions raise NotImplementedError and the parameters stand in
/// the text.
std::string torchCode(const QuantSpec& spec, const QuantParams& params);

} // namespace qs
