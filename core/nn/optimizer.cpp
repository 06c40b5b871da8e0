// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/optimizer.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

namespace qs {

namespace {

struct OptimizerRow {
    std::string_view name;
    bool adam = false;
    bool decoupled = false; ///< weight_decay acts on the weights, not through the gradient
};

constexpr std::array kOptimizers{
    OptimizerRow{"adam", true, false},
    OptimizerRow{"adamw", true, true},
    OptimizerRow{"sgd", false, false},
};

const OptimizerRow* rowOf(const std::string& name)
{
    const auto* const row = std::ranges::find(kOptimizers, name, &OptimizerRow::name);
    return row == kOptimizers.end() ? nullptr : row;
}

/// The number in a step's tensor.
Result<std::int64_t> readSteps(const Tensor& tensor)
{
    if (tensor.type() != ElementType::Int64 || tensor.shape() != Shape())
        return Error::data(tensor.name() + ": expected one int64, found the shape " +
                           tensor.shape().toString());
    std::int64_t steps = 0;
    std::memcpy(&steps, tensor.bytes().data(), sizeof(steps));
    if (steps < 1)
        return Error::data(tensor.name() + ": expected a number above 0, found " +
                           std::to_string(steps));
    return steps;
}

Result<std::vector<float>> readArray(const Tensor& tensor, const Shape& shape, double lowest)
{
    if (tensor.shape() != shape)
        return Error::data(tensor.name() + ": expected the shape " + shape.toString() + ", found " +
                           tensor.shape().toString());
    std::vector<float> buffer;
    const auto read = tensor.read(0, tensor.numel(), buffer);
    for (const float v : read)
        if (!std::isfinite(v) || v < lowest)
            return Error::data(tensor.name() + ": expected finite numbers" +
                               (lowest == 0 ? " not below 0" : "") + ", found " + formatExact(v));
    return std::vector<float>(read.begin(), read.end());
}

} // namespace

std::vector<std::string> optimizerNames()
{
    std::vector<std::string> names;
    for (const auto& row : kOptimizers)
        names.emplace_back(row.name);
    return names;
}

Result<Optimizer> Optimizer::make(const OptimizerSpec& spec)
{
    if (rowOf(spec.name) == nullptr)
        return Error::usage("optimizer '" + spec.name + "' does not exist: there are " +
                            join(optimizerNames()));
    if (!(spec.lr > 0) || !std::isfinite(spec.lr))
        return Error::usage("lr must be a finite number above 0, found " + formatExact(spec.lr));
    const auto fraction = [](double v) {
        return v >= 0 && v < 1;
    };
    if (!fraction(spec.momentum) || !fraction(spec.beta1) || !fraction(spec.beta2))
        return Error::usage("momentum and betas must be in [0, 1), found " +
                            formatExact(spec.momentum) + ", " + formatExact(spec.beta1) + ", " +
                            formatExact(spec.beta2));
    if (!(spec.eps >= 0) || !std::isfinite(spec.eps))
        return Error::usage("eps must be a finite number not below 0, found " +
                            formatExact(spec.eps));
    if (!(spec.weightDecay >= 0) || !std::isfinite(spec.weightDecay))
        return Error::usage("weight_decay must be a finite number not below 0, found " +
                            formatExact(spec.weightDecay));
    if (spec.nesterov && (spec.name != "sgd" || spec.momentum == 0))
        return Error::usage("nesterov needs sgd with a momentum above 0, found " + spec.name +
                            " with " + formatExact(spec.momentum));
    return Optimizer(spec);
}

std::vector<std::string> Optimizer::arrayNames() const
{
    if (rowOf(m_spec.name)->adam)
        return {"exp_avg", "exp_avg_sq"};
    if (m_spec.momentum != 0)
        return {"momentum_buffer"};
    return {};
}

Optimizer::State Optimizer::fresh(const Parameter& parameter) const
{
    State state{parameter.shape, 0, {}};
    state.arrays.resize(arrayNames().size(), std::vector<float>(parameter.value.size()));
    return state;
}

void Optimizer::step(std::vector<Parameter>& parameters)
{
    const bool adam = rowOf(m_spec.name)->adam;
    std::map<std::string, State> kept;
    for (auto& parameter : parameters) {
        auto known = m_states.extract(parameter.name);
        if (parameter.gradient.size() == parameter.value.size()) {
            if (known.empty() || known.mapped().shape != parameter.shape) {
                m_states.insert_or_assign(parameter.name, fresh(parameter));
                known = m_states.extract(parameter.name);
            }
            ++known.mapped().steps;
            adam ? stepAdam(parameter, known.mapped()) : stepSgd(parameter, known.mapped());
        }
        kept.insert(std::move(known));
    }
    m_states = std::move(kept);
}

void Optimizer::stepAdam(Parameter& parameter, State& state) const
{
    const double decay = parameter.decays ? m_spec.weightDecay : 0;
    const double lr = m_spec.lr * parameter.lrFactor;
    const bool decoupled = rowOf(m_spec.name)->decoupled;
    const auto t = static_cast<double>(state.steps);
    const auto beta1 = static_cast<float>(m_spec.beta1);
    const auto beta2 = static_cast<float>(m_spec.beta2);
    const auto rest1 = static_cast<float>(1 - m_spec.beta1);
    const auto rest2 = static_cast<float>(1 - m_spec.beta2);
    const auto stepSize = static_cast<float>(lr / (1 - std::pow(m_spec.beta1, t)));
    const auto root = static_cast<float>(std::sqrt(1 - std::pow(m_spec.beta2, t)));
    const auto eps = static_cast<float>(m_spec.eps);
    const auto shrink = static_cast<float>(decoupled ? 1 - lr * decay : 1);
    const auto pull = static_cast<float>(decoupled ? 0 : decay);

    const std::size_t count = parameter.value.size();
    float* __restrict w = parameter.value.data();
    const float* __restrict gradient = parameter.gradient.data();
    float* __restrict m = state.arrays[0].data();
    float* __restrict v = state.arrays[1].data();
    for (std::size_t i = 0; i < count; ++i) {
        const float g = gradient[i] + pull * w[i];
        m[i] = m[i] * beta1 + g * rest1;
        v[i] = v[i] * beta2 + g * g * rest2;
        w[i] = w[i] * shrink - stepSize * (m[i] / (std::sqrt(v[i]) / root + eps));
    }
}

void Optimizer::stepSgd(Parameter& parameter, State& state) const
{
    const auto lr = static_cast<float>(m_spec.lr * parameter.lrFactor);
    const auto momentum = static_cast<float>(m_spec.momentum);
    const auto pull = static_cast<float>(parameter.decays ? m_spec.weightDecay : 0);

    const std::size_t count = parameter.value.size();
    float* __restrict w = parameter.value.data();
    const float* __restrict gradient = parameter.gradient.data();
    if (state.arrays.empty()) {
        for (std::size_t i = 0; i < count; ++i)
            w[i] -= lr * (gradient[i] + pull * w[i]);
        return;
    }
    // The first step of torch.optim.SGD sets b = g, which momentum * 0 + g is, too.
    float* __restrict b = state.arrays[0].data();
    const float own = m_spec.nesterov ? 1.0F : 0.0F;
    const float past = m_spec.nesterov ? momentum : 1.0F;
    for (std::size_t i = 0; i < count; ++i) {
        const float g = gradient[i] + pull * w[i];
        b[i] = b[i] * momentum + g;
        w[i] -= lr * (own * g + past * b[i]);
    }
}

std::int64_t Optimizer::steps() const
{
    std::int64_t most = 0;
    for (const auto& [name, state] : m_states)
        most = std::max(most, state.steps);
    return most;
}

std::vector<Tensor> Optimizer::stateDict() const
{
    const auto names = arrayNames();
    std::vector<Tensor> tensors;
    for (const auto& [name, state] : m_states) {
        tensors.push_back(Tensor::fromVector(name + ".step", ElementType::Int64, Shape(),
                                             std::vector<std::int64_t>{state.steps}));
        for (std::size_t a = 0; a < names.size(); ++a)
            tensors.push_back(
                Tensor::fromFloats(name + "." + names[a], state.shape, state.arrays[a]));
    }
    return tensors;
}

Result<void> Optimizer::loadStateDict(std::span<const Tensor> tensors,
                                      std::span<const Parameter> parameters)
{
    std::map<std::string, const Tensor*> given;
    for (const auto& tensor : tensors)
        if (!given.emplace(tensor.name(), &tensor).second)
            return Error::data(tensor.name() + ": is there twice");
    const auto take = [&given](const std::string& name) {
        const auto found = given.extract(name);
        return found.empty() ? nullptr : found.mapped();
    };

    const auto names = arrayNames();
    std::map<std::string, State> states;
    for (const auto& parameter : parameters) {
        const Tensor* const steps = take(parameter.name + ".step");
        if (steps == nullptr)
            continue; // its other tensors, if there are any, are left over below
        const auto count = readSteps(*steps);
        if (!count)
            return count.error();
        State state{parameter.shape, *count, {}};
        for (const auto& part : names) {
            const std::string name = parameter.name + "." + part;
            const Tensor* const tensor = take(name);
            if (tensor == nullptr)
                return Error::data(name + ": is missing, but there is " + steps->name());
            auto array = readArray(*tensor, parameter.shape,
                                   part == "exp_avg_sq" ? 0 : -std::numeric_limits<double>::max());
            if (!array)
                return array.error();
            state.arrays.push_back(std::move(*array));
        }
        states.insert_or_assign(parameter.name, std::move(state));
    }
    if (!given.empty())
        return Error::data(given.begin()->first + ": is no state of " + m_spec.name +
                           " that belongs to a parameter with a step count");
    m_states = std::move(states);
    return {};
}

} // namespace qs
