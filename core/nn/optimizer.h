// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/network.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace qs {

struct OptimizerSpec {
    std::string name = "adam"; ///< one of optimizerNames()
    double lr = 0.001;
    double momentum = 0; ///< sgd
    double beta1 = 0.9;  ///< adam and adamw, as eps
    double beta2 = 0.999;
    double eps = 1e-8;
    double weightDecay = 0;
    bool nesterov = false; ///< sgd with momentum
    bool operator==(const OptimizerSpec&) const = default;
};

/// adam, adamw, sgd.
std::vector<std::string> optimizerNames();

/// PyTorch's formulas (torch/optim/adam.py, adamw.py, sgd.py), in float32 with the step's constants
/// in double; d is weight_decay, t counts the steps of each parameter from 1:
///
///     adam:  g += d w, then m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g²
///            w -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
///     adamw: w *= 1 - lr d, then as adam without d
///     sgd:   g += d w, then b = momentum b + g (first step: b = g; dampening is 0)
///            w -= lr b;   with nesterov w -= lr (g + momentum b)
///
/// What it knows of a parameter is kept by the parameter's name.
class Optimizer {
public:
    /// Errors (Usage): a name that does not exist, with what does; lr not above 0; momentum and the
    /// betas not in [0, 1); a weight_decay or eps below 0; nesterov without momentum.
    static Result<Optimizer> make(const OptimizerSpec& spec);

    /// One step on all parameters. Their names differ. Those without a gradient stay as they are.
    /// The list may change between steps: what is known of parameters that stay is kept; one that
    /// is new, or has another shape than before, starts anew; of those missing nothing is kept.
    void step(std::vector<Parameter>& parameters);

    const OptimizerSpec& spec() const { return m_spec; }
    /// From the next step on, as a schedule of learning rates does it; finite and not below 0.
    void setLr(double lr) { m_spec.lr = lr; }
    /// The steps of the parameter with the most of them.
    std::int64_t steps() const;

    /// What step keeps, for a checkpoint, with PyTorch's names after the parameter's:
    /// "0.weight.step" (int64, a scalar), "0.weight.exp_avg" (m) and "0.weight.exp_avg_sq" (v), or
    /// "0.weight.momentum_buffer" (b). The same parameters with the same state take the same
    /// further steps, bit for bit, at the same learning rate.
    std::vector<Tensor> stateDict() const;
    /// Replaces what is known. `parameters` are those of the steps to come; those without tensors
    /// start anew.
    /// Errors (Data): a tensor that is none of these parameters' and this optimizer's; one that is
    /// there twice; a parameter with some of its tensors, not all; another shape; elements that are
    /// not finite, or an exp_avg_sq below 0; a step that is no int64 or below 1. Nothing is loaded
    /// then.
    Result<void> loadStateDict(std::span<const Tensor> tensors,
                               std::span<const Parameter> parameters);

private:
    struct State {
        Shape shape;
        std::int64_t steps = 0;
        std::vector<std::vector<float>> arrays; ///< in the order of arrayNames()
    };

    explicit Optimizer(OptimizerSpec spec) : m_spec(std::move(spec)) {}
    std::vector<std::string> arrayNames() const;
    State fresh(const Parameter& parameter) const;
    void stepAdam(Parameter& parameter, State& state) const;
    void stepSgd(Parameter& parameter, State& state) const;

    OptimizerSpec m_spec;
    std::map<std::string, State> m_states;
};

} // namespace qs
