// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/observer.h"
#include "core/quant/quantizer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qs {

/// What a fake-quantize module stands at, for whoever shows it.
struct FakeQuantizeState {
    std::string name; ///< "0.weight", "input", "0.activation"
    QuantSpec spec;
    std::optional<QuantParams> params; ///< none before anything was observed
    std::vector<ChannelRange> ranges;  ///< observed; empty for fixed parameters
    std::int64_t batchesSeen = 0;
    bool observerEnabled = true;
    bool fakeQuantEnabled = true;
};

/// PyTorch's FakeQuantize (torch/ao/quantization/fake_quantize.py), and with the observer "fixed"
/// its FixedQParamsFakeQuantize. forward:
///
///     observer_enabled:   the observer sees x; scale, zero_point = calculate_qparams()
///     fake_quant_enabled: y = (code(x) - zero_point) * scale, otherwise y = x
///
/// The batch moves the range before it is quantized. backward is the straight-through estimator:
/// dx = dy where the rounded code lies in [quant_min, quant_max] before clamping, 0 elsewhere.
/// Before anything was observed it passes x through.
class FakeQuantize {
public:
    /// Errors (Usage): an observer that does not exist; what the observer's make refuses.
    static Result<FakeQuantize> make(std::string name, const QuantSpec& spec);

    /// Observes (where enabled) and fake-quantizes x. Errors: the observer's; cancelled.
    Result<Tensor> forward(const Tensor& x, const JobContext& context = {});
    /// dy * mask of the last forward, of the same shape. Errors: another number of elements.
    Result<Tensor> backward(const Tensor& dy) const;

    /// The two halves of forward, for whoever runs the arithmetic itself. observe does nothing
    /// where the observer is disabled.
    Result<void> observe(const Tensor& x, const JobContext& context = {});
    /// Whether a forward changes values: enabled, and there are parameters.
    bool active() const { return m_fakeQuantEnabled && m_params.has_value(); }
    /// Only where active(). Errors: a shape without the spec's axis.
    Result<Quantizer> quantizer(const Shape& shape) const;

    /// Takes over the observed range of another module, where both observe ranges with equally many
    /// channels: it becomes this observer's first batch. Otherwise nothing happens.
    void inherit(const FakeQuantize& other);

    void setObserverEnabled(bool enabled) { m_observerEnabled = enabled; }
    void setFakeQuantEnabled(bool enabled) { m_fakeQuantEnabled = enabled; }
    bool observerEnabled() const { return m_observerEnabled; }
    bool fakeQuantEnabled() const { return m_fakeQuantEnabled; }
    /// Whether observing needs no more than a batch's smallest and largest element.
    bool needsOnlyExtremes() const;

    const std::string& name() const { return m_name; }
    const QuantSpec& spec() const { return m_spec; }
    const std::optional<QuantParams>& params() const { return m_params; }
    FakeQuantizeState state() const;

private:
    FakeQuantize() = default;
    Result<void> updateParams();

    std::string m_name;
    QuantSpec m_spec;
    std::unique_ptr<Observer> m_observer;
    std::optional<QuantParams> m_params;
    std::vector<float> m_mask;
    bool m_observerEnabled = true;
    bool m_fakeQuantEnabled = true;
};

} // namespace qs
