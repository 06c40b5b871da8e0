// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/gradient/estimators.h"
#include "core/quant/quant_spec.h"

namespace qs {

/// What a person chose for one fake-quantize module: its quantizer, how gradients pass through it,
/// and PyTorch's two switches.
struct FakeQuantizeSpec : QuantSpec {
    FakeQuantizeSpec() = default;
    FakeQuantizeSpec(QuantSpec quant) : QuantSpec(std::move(quant)) {} // as a float's int: no loss

    /// ste: PyTorch's mask; pass_through: none; the others learn their parameters instead of
    /// observing them: learnable, lsq, lsq_plus, pact (activations), dorefa.
    Estimator estimator = Estimator::Ste;
    bool observerEnabled = true;
    bool fakeQuantEnabled = true;

    /// Whether the estimator has parameters of its own, so that the observer has nothing to say.
    bool isLearned() const
    {
        return estimator != Estimator::Ste && estimator != Estimator::PassThrough &&
               estimator != Estimator::SteTensorflow;
    }
    /// Whether a module of one is a module of the other, switched.
    bool sameModule(const FakeQuantizeSpec& other) const
    {
        return estimator == other.estimator &&
               static_cast<const QuantSpec&>(*this) == static_cast<const QuantSpec&>(other);
    }
    bool operator==(const FakeQuantizeSpec&) const = default;
};

} // namespace qs
