// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/optimizer.h"

#include "core/base/text.h"

#include <cmath>

namespace qs {

Result<Optimizer> Optimizer::make(const OptimizerSpec& spec)
{
    if (spec.name != "adam" && spec.name != "sgd")
        return Error::usage("optimizer '" + spec.name + "' does not exist: there are adam, sgd");
    if (!(spec.lr > 0) || !std::isfinite(spec.lr))
        return Error::usage("lr must be a finite number above 0, found " + formatExact(spec.lr));
    const auto fraction = [](double v) {
        return v >= 0 && v < 1;
    };
    if (!fraction(spec.momentum) || !fraction(spec.beta1) || !fraction(spec.beta2))
        return Error::usage("momentum and betas must be in [0, 1), found " +
                            formatExact(spec.momentum) + ", " + formatExact(spec.beta1) + ", " +
                            formatExact(spec.beta2));
    return Optimizer(spec);
}

void Optimizer::step(std::vector<Parameter>& parameters)
{
    ++m_steps;
    const bool adam = m_spec.name == "adam";
    const bool keepsFirst = adam || m_spec.momentum != 0;
    m_first.resize(parameters.size());
    m_second.resize(parameters.size());
    const auto t = static_cast<double>(m_steps);
    const auto beta1 = static_cast<float>(m_spec.beta1);
    const auto beta2 = static_cast<float>(m_spec.beta2);
    const auto rest1 = static_cast<float>(1 - m_spec.beta1);
    const auto rest2 = static_cast<float>(1 - m_spec.beta2);
    const auto stepSize = static_cast<float>(m_spec.lr / (1 - std::pow(m_spec.beta1, t)));
    const auto root = static_cast<float>(std::sqrt(1 - std::pow(m_spec.beta2, t)));
    const auto eps = static_cast<float>(m_spec.eps);
    const auto lr = static_cast<float>(m_spec.lr);
    const auto momentum = static_cast<float>(m_spec.momentum);

    for (std::size_t p = 0; p < parameters.size(); ++p) {
        const std::size_t count = parameters[p].value.size();
        float* __restrict w = parameters[p].value.data();
        const float* __restrict g = parameters[p].gradient.data();
        if (keepsFirst)
            m_first[p].resize(count);
        if (adam)
            m_second[p].resize(count);
        float* __restrict first = m_first[p].data();
        float* __restrict second = m_second[p].data();
        if (adam) {
            for (std::size_t i = 0; i < count; ++i) {
                first[i] = first[i] * beta1 + g[i] * rest1;
                second[i] = second[i] * beta2 + g[i] * g[i] * rest2;
                w[i] -= stepSize * (first[i] / (std::sqrt(second[i]) / root + eps));
            }
        } else if (keepsFirst) {
            // The first step of torch.optim.SGD sets b = g, which momentum * 0 + g is, too.
            for (std::size_t i = 0; i < count; ++i) {
                first[i] = first[i] * momentum + g[i];
                w[i] -= lr * first[i];
            }
        } else {
            for (std::size_t i = 0; i < count; ++i)
                w[i] -= lr * g[i];
        }
    }
}

} // namespace qs
