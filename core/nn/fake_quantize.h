// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/calib/observer.h"
#include "core/nn/fake_quantize_spec.h"
#include "core/quant/quantizer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qs {

class LearnedQuantizer;
enum class QuantizerRole : std::uint8_t;

/// What a fake-quantize module stands at, for whoever shows it.
struct FakeQuantizeState {
    std::string name; ///< "0.weight", "input", "0.activation"
    FakeQuantizeSpec spec;
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
/// dx = dy where the rounded code lies in [quant_min, quant_max] before clamping, 0 elsewhere;
/// with the estimator pass_through dx = dy. Before anything was observed it passes x through.
///
/// With an estimator that learns (FakeQuantizeSpec::isLearned) the first batch that is observed
/// gives the first parameters, and learned() does the arithmetic.
class FakeQuantize {
public:
    /// Errors (Usage): an observer that does not exist; what the observer's make or the estimator
    /// refuses.
    static Result<FakeQuantize> make(std::string name, const FakeQuantizeSpec& spec,
                                     QuantizerRole role);
    static Result<FakeQuantize> make(std::string name, const FakeQuantizeSpec& spec);
    FakeQuantize(FakeQuantize&&) noexcept;
    FakeQuantize& operator=(FakeQuantize&&) noexcept;
    ~FakeQuantize();

    /// Observes (where enabled) and fake-quantizes x. Errors: the observer's; cancelled.
    Result<Tensor> forward(const Tensor& x, const JobContext& context = {});
    /// dy * mask of the last forward, of the same shape. Errors: another number of elements.
    Result<Tensor> backward(const Tensor& dy) const;

    /// The two halves of forward, for whoever runs the arithmetic itself. observe does nothing
    /// where the observer is disabled.
    /// With newestOnly an observer that keeps every batch forgets the former ones: a training has
    /// no end.
    Result<void> observe(const Tensor& x, const JobContext& context = {}, bool newestOnly = false);
    /// Whether a forward changes values: enabled, and there are parameters.
    bool active() const;
    /// Only where active() and not learned. `step` draws other numbers for stochastic rounding.
    /// Errors: a shape without the spec's axis.
    Result<Quantizer> quantizer(const Shape& shape, std::uint64_t step = 0) const;
    /// The arithmetic of an estimator that learns; null for others.
    LearnedQuantizer* learned() { return m_learned.get(); }
    const LearnedQuantizer* learned() const { return m_learned.get(); }

    /// Takes over the observed range of another module, where both observe ranges with equally many
    /// channels: it becomes this observer's first batch. Otherwise nothing happens.
    void inherit(const FakeQuantize& other);

    /// Takes over the switches of a spec that is the same module's (FakeQuantizeSpec::sameModule).
    void takeSwitches(const FakeQuantizeSpec& spec)
    {
        m_spec.observerEnabled = spec.observerEnabled;
        m_spec.fakeQuantEnabled = spec.fakeQuantEnabled;
    }
    void setObserverEnabled(bool enabled) { m_observerEnabled = enabled; }
    void setFakeQuantEnabled(bool enabled) { m_fakeQuantEnabled = enabled; }
    bool observerEnabled() const { return m_observerEnabled; }
    bool fakeQuantEnabled() const { return m_fakeQuantEnabled; }
    /// Whether a batch has to be observed: the observer is enabled and has something to learn.
    bool observes() const;
    /// Whether observing needs no more than a batch's smallest and largest element.
    bool needsOnlyExtremes() const;

    const std::string& name() const { return m_name; }
    const FakeQuantizeSpec& spec() const { return m_spec; }
    /// None before anything was observed. Of a learned one what it stands at.
    std::optional<QuantParams> params() const;
    FakeQuantizeState state() const;
    /// What a checkpoint keeps beside learned parameters: the observer's state (Observer::state),
    /// or of one that keeps batches the parameters it chose: "scale" [sets], "zero_point" [sets].
    std::vector<Tensor> observerState() const;
    /// An empty state is that of an observer that saw nothing.
    /// Errors (Data): Observer::restore's; parameters that cannot be; with the module's name.
    Result<void> restoreObserver(std::span<const Tensor> state);

private:
    FakeQuantize();
    Result<void> updateParams();

    std::string m_name;
    FakeQuantizeSpec m_spec;
    std::unique_ptr<LearnedQuantizer> m_learned;
    std::unique_ptr<Observer> m_observer;
    std::optional<QuantParams> m_params;
    std::vector<float> m_mask;
    std::vector<float> m_input; ///< of the last forward of a learned one
    bool m_observerEnabled = true;
    bool m_fakeQuantEnabled = true;
};

} // namespace qs
