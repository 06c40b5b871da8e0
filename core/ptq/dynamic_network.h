// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ptq/network_samples.h"
#include "core/quant/quant_params.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qs {

/// How a DynamicNetwork multiplies: on integers, or its quantized values as float32, which is the
/// fake-quantized model of the same network.
enum class DynamicArithmetic : std::uint8_t { Integer, FakeQuantized };

/// PyTorch's torch.ao.quantization.quantize_dynamic with the engine qnnpack: Linear layers have
/// qint8 weights (per_tensor_symmetric, minmax), their input is quantized as it comes, to quint8
/// 0 … 255 by the minimum and maximum of the whole batch (dynamicActivationParams), and
///
///     y[o] = float(Σ (q_x - z_x) q_w[o]) * (s_x s_w) + b[o]
///
/// with an exact sum. All other layers are float. One scale for the batch: results depend on which
/// samples come together, as PyTorch's do.
class DynamicNetwork {
public:
    /// A copy of the network's layers; its quantizers do not count. Errors (Data): weights that
    /// have no range.
    static Result<DynamicNetwork> make(const Network& network);
    DynamicNetwork(DynamicNetwork&&) noexcept;
    DynamicNetwork& operator=(DynamicNetwork&&) noexcept;
    ~DynamicNetwork();

    /// One of its Linear layers.
    struct LinearLayer {
        std::size_t layer = 0;
        std::vector<std::int16_t> codes; ///< [out][in]
        QuantParams params;
        std::vector<float> bias; ///< empty: none
    };
    std::vector<LinearLayer> linearLayers() const;

    /// [n, outputs], channels first, of the batch [n, …] of samples. Errors (Data): an input of a
    /// Linear that is not finite, with the layer's name; cancelled.
    Result<std::vector<float>> outputsOf(const NetworkSamples& samples, std::int64_t begin,
                                         std::int64_t count, DynamicArithmetic arithmetic,
                                         const JobContext& context = {});
    /// The values by point (0 the input, i + 1 behind layer i) in PyTorch's layout; none inside of
    /// a run of float layers. Errors: as of outputsOf; a batch of another shape.
    Result<std::vector<std::optional<Tensor>>> run(const Tensor& x, DynamicArithmetic arithmetic,
                                                   const JobContext& context = {});

    /// Bytes of the parameters: codes of Linear weights with a float32 and an int32 for scale and
    /// zero_point, everything else 4 bytes each.
    std::int64_t bytes() const;

private:
    struct Impl;
    explicit DynamicNetwork(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace qs
