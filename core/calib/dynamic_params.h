// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_params.h"

namespace qs {

/// The parameters of an activation that is quantized as it comes, from the minimum and maximum of
/// its own batch: those of torch.quantize_per_tensor_dynamic and of the Linear and LSTM layers that
/// torch.ao.quantization.quantize_dynamic makes. Per tensor, affine: fusedQParams
/// (ChooseQuantizationParams) for all codes of the dtype, or with both ends halved towards 0 where
/// reduceRange (0 … 127, -64 … 63). Those layers use quint8 and, with the engines fbgemm and x86
/// but not with qnnpack, reduceRange. As in PyTorch, codes saturate at the dtype's own ends all the
/// same. The dialect is torch_fused.
/// Errors (Usage): a dtype that is no integer of at most 8 bits; min > max or not finite; a range
/// that float32 cannot hold.
Result<QuantParams> dynamicActivationParams(float min, float max, DType dtype = DType::Quint8,
                                            bool reduceRange = true);

} // namespace qs
