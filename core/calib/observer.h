// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/calib/calculate_qparams.h"
#include "core/quant/quant_spec.h"
#include "core/tensor/tensor.h"
#include "core/tensor/tensor_stats.h"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace qs {

/// Watches tensors and finds the parameters to quantize them with. Fed in batches, one thread at a
/// time. Never silently defaults: parameters of an observer that saw nothing are an error.
class Observer {
public:
    virtual ~Observer() = default;
    /// One more batch; per channel along the spec's axis where its scheme says so. Non-finite
    /// elements are left out. `known` are the batch's own stats, where the caller has them already.
    /// Errors: an axis the tensor does not have; other channels than before.
    virtual Result<void> observe(const Tensor& batch, const JobContext& context,
                                 const TensorStats* known = nullptr) = 0;
    /// Errors: nothing finite was observed; a range float32 cannot hold.
    virtual Result<QuantParams> calculateQParams() const = 0;
    /// The evidence: batches seen, and the range found, one per channel (empty for fixed).
    virtual std::int64_t batchesSeen() const = 0;
    virtual std::span<const ChannelRange> ranges() const = 0;
};

/// One row of THE observer table.
struct ObserverInfo {
    std::string_view name;        ///< "minmax"
    std::string_view torchName;   ///< "MinMaxObserver"
    std::string_view description; ///< one line for people
    Result<std::unique_ptr<Observer>> (*make)(const QuantSpec& spec);
};

std::span<const ObserverInfo> observers();
const ObserverInfo* observerByName(std::string_view name);

/// The parameters that a spec gives a tensor: its observer fed with the tensor once. `known` are
/// the tensor's own stats, where the caller has them already.
Result<QuantParams> chooseQuantParams(const Tensor& tensor, const QuantSpec& spec,
                                      const JobContext& context = {},
                                      const TensorStats* known = nullptr);

/// One row of the FixedQParams table: what PyTorch gives operators whose range is known
/// (torch/ao/quantization/qconfig_mapping.py, _FIXED_QPARAMS_OP_TO_OBSERVER).
struct FixedQParamsPreset {
    std::string_view name;      ///< "sigmoid"
    std::string_view torchName; ///< "default_fixed_qparams_range_0to1_fake_quant"
    float scale;
    std::int32_t zeroPoint;
    DType dtype;
    QScheme qscheme;
};

std::span<const FixedQParamsPreset> fixedQParamsPresets();
const FixedQParamsPreset* fixedQParamsPreset(std::string_view name);

} // namespace qs
