// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/network.h"

#include <string>
#include <vector>

namespace qs {

struct OptimizerSpec {
    std::string name = "adam"; ///< adam or sgd
    double lr = 0.001;
    double momentum = 0; ///< sgd
    double beta1 = 0.9;  ///< adam, as the rest
    double beta2 = 0.999;
    double eps = 1e-8;
    bool operator==(const OptimizerSpec&) const = default;
};

/// PyTorch's formulas (torch/optim/adam.py, sgd.py), in float32 with the step's constants in
/// double:
///
///     adam: m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g²
///           w -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
///     sgd:  b = momentum b + g (first step: b = g);   w -= lr b
class Optimizer {
public:
    /// Errors (Usage): a name that does not exist, with what does; lr not above 0; momentum and the
    /// betas not in [0, 1).
    static Result<Optimizer> make(const OptimizerSpec& spec);

    /// One step on all parameters, always the same ones in the same order.
    void step(std::vector<Parameter>& parameters);
    const OptimizerSpec& spec() const { return m_spec; }
    std::int64_t steps() const { return m_steps; }

private:
    explicit Optimizer(OptimizerSpec spec) : m_spec(std::move(spec)) {}

    OptimizerSpec m_spec;
    std::int64_t m_steps = 0;
    std::vector<std::vector<float>> m_first;  ///< adam: m; sgd: b
    std::vector<std::vector<float>> m_second; ///< adam: v
};

} // namespace qs
