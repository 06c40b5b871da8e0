// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/nn.

#include "core/nn/fake_quantize_spec.h"
#include "core/quant/quant_params.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace qs {

enum class QuantizerRole : std::uint8_t { Weight, Activation };

/// A parameter that a quantizer learns, one value or one per channel.
struct LearnedParameter {
    std::string name; ///< "scale", "zero_point", "beta", "alpha"
    std::vector<float> value;
    bool positive = true; ///< kept above 0 by whoever trains
};

/// The estimators of core/gradient that learn their parameters, behind one interface. Weights have
/// one set of parameters, or one per output channel (lsq, learnable); activations have one.
///
///     learnable  torch's _LearnableFakeQuantize: scale and zero_point (symmetric: 0), from minmax
///     lsq        scale; first 2 mean|x| / sqrt(quant_max)
///     lsq_plus   scale (weights: from mean and deviation), beta (activations: from minmax)
///     pact       activations: alpha, first 6; codes 0 … 2^bits - 1
///     dorefa     nothing is learned; weights through tanh, activations clipped to 0 … 1
///
/// Gradients of the parameters are scaled by 1 / sqrt(n quant_max) with n the weights, or the
/// features of one sample (lsq, lsq_plus, learnable).
class LearnedQuantizer {
public:
    /// Errors (Usage), with the module's name: a dtype that is no integer; pact for weights;
    /// channels for an activation, or for weights but at axis 0 of lsq and learnable.
    static Result<std::unique_ptr<LearnedQuantizer>>
    make(const std::string& module, const FakeQuantizeSpec& spec, QuantizerRole role);
    virtual ~LearnedQuantizer() = default;

    std::vector<LearnedParameter>& parameters() { return m_parameters; }
    const std::vector<LearnedParameter>& parameters() const { return m_parameters; }
    bool initialized() const { return m_initialized; }
    void setInitialized() { m_initialized = true; }

    /// The first parameters from the first values: x is [channels, n / channels] for weights.
    /// `features` are the elements of one sample, or of the weights. Errors: values that give none.
    virtual Result<void> initialize(std::span<const float> x, std::int64_t channels) = 0;
    /// Before forward of whole weights: what the estimator takes from all of them.
    virtual Result<void> look(std::span<const float>) { return {}; }
    virtual Result<void> forward(std::span<const float> x, float* y) const = 0;
    /// Overwrites dx; adds the parameters' gradients to `sums`, in the order of parameters() and
    /// their values. `features` as in the gradients' scale.
    virtual Result<void> backward(std::span<const float> x, std::span<const float> dy, float* dx,
                                  std::int64_t features, std::span<double> sums) const = 0;
    /// As an affine quantizer, for whoever shows it or runs it on integers. Of lsq_plus the
    /// zero_point is the nearest whole one.
    virtual Result<QuantParams> params() const = 0;
    /// Values of all parameters together.
    std::size_t parameterCount() const;

protected:
    std::vector<LearnedParameter> m_parameters;
    bool m_initialized = false;
};

} // namespace qs
