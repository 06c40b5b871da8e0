// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/rounding_block.h"

#include <Eigen/Core>

#include <cmath>
#include <numbers>

namespace qs {
namespace {

using Array = Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The rectified sigmoid's reach beyond 0 and 1 (the paper's zeta - gamma and gamma).
constexpr float kStretch = 1.2F;
constexpr float kBelow = -0.1F;

/// Adam's moments and step (Kingma, Ba 2015).
class Adam {
public:
    Adam(Eigen::Index rows, Eigen::Index columns, double rate)
        : m_first(Array::Zero(rows, columns)), m_second(Array::Zero(rows, columns)), m_rate(rate)
    {
    }

    void step(Array& v, const Array& gradient)
    {
        constexpr float kFirst = 0.9F;
        constexpr float kSecond = 0.999F;
        ++m_steps;
        const auto rate = static_cast<float>(m_rate / (1 - std::pow(0.9, m_steps)));
        const auto correction = static_cast<float>(1 / (1 - std::pow(0.999, m_steps)));
        m_first = kFirst * m_first + (1 - kFirst) * gradient;
        m_second = kSecond * m_second + (1 - kSecond) * gradient.square();
        v -= rate * m_first / ((correction * m_second).sqrt() + 1e-8F);
    }

private:
    Array m_first;
    Array m_second;
    double m_rate;
    int m_steps = 0;
};

/// β of an iteration; 0 during the warm start, when the rounding loss is off.
double betaAt(int iteration, const AdaRoundOptions& o)
{
    const double warm = o.warmStart * o.iterations;
    if (iteration < warm)
        return 0;
    const double t = (iteration - warm) / (o.iterations - warm);
    return o.betaEnd + (o.betaStart - o.betaEnd) * (1 + std::cos(std::numbers::pi * t)) / 2;
}

} // namespace

bool optimizeRounding(const RoundingBlock& block, const AdaRoundOptions& options,
                      std::span<std::uint8_t> up, const std::function<bool()>& next)
{
    const Eigen::Index rows = block.outputs;
    const Eigen::Index columns = block.columns;
    const auto map = [&](const float* values) {
        return Eigen::Map<const Array>(values, rows, columns);
    };
    // Copies are aligned: which elements are computed in vectors depends on the sizes alone.
    const Array step = map(block.step);
    const Array offset = map(block.offset);
    const Array push = map(block.push);
    const Eigen::Map<const Matrix> gram(block.gram, columns, columns);
    Matrix linear = Matrix::Zero(rows, columns);
    if (block.linear != nullptr)
        linear = map(block.linear).matrix();
    // h(V) = place.
    Array v = -(kStretch / (map(block.place) - kBelow) - 1).log();
    Array sigmoid(rows, columns);
    Array h(rows, columns);
    Array gradient(rows, columns);
    Matrix error(rows, columns);
    Matrix product(rows, columns);
    Adam adam(rows, columns, options.learningRate);
    const auto lambda = static_cast<float>(options.lambda);
    for (int i = 0; i < options.iterations; ++i) {
        if (!next())
            return false;
        sigmoid = (1 + (-v).exp()).inverse();
        h = (kStretch * sigmoid + kBelow).max(0.0F).min(1.0F);
        error = (offset - h * step).matrix();
        product = linear;
        product.noalias() += error * gram;
        gradient = -2 * product.array() * push;
        if (const auto beta = static_cast<float>(betaAt(i, options)); beta > 0) {
            // d/dh of 1 - |2h - 1|^β; the power by its logarithm, for vectors.
            gradient -= 2 * lambda * beta * (2 * h - 1).sign() *
                        ((beta - 1) * (2 * h - 1).abs().max(1e-30F).log()).exp();
        }
        gradient *= (h > 0.0F && h < 1.0F).select(kStretch * sigmoid * (1 - sigmoid), 0.0F);
        adam.step(v, gradient);
    }
    for (Eigen::Index r = 0; r < rows; ++r) {
        for (Eigen::Index k = 0; k < columns; ++k)
            up[static_cast<std::size_t>(r * columns + k)] = v(r, k) >= 0 ? 1 : 0;
    }
    return true;
}

} // namespace qs
