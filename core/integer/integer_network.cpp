// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/integer_network_impl.h"

#include "core/quant/packing.h"

namespace qs {

using namespace integer;

namespace {

std::int64_t bytesOf(const IntegerOp& op, std::int64_t tableEntries)
{
    std::int64_t bytes = op.output ? 8 : 0;
    if (!op.weights.codes.empty()) {
        const auto packed =
            packedBytes(op.weights.codes.size(), codeBits(op.weights.quantMin, op.weights.quantMax),
                        PackingOrder::Onnx);
        bytes += static_cast<std::int64_t>(*packed + 8 * op.weights.scale.size());
        bytes += 4 * std::int64_t{op.out};
    }
    return bytes + tableEntries;
}

} // namespace

IntegerNetwork::IntegerNetwork(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
IntegerNetwork::IntegerNetwork(IntegerNetwork&&) noexcept = default;
IntegerNetwork& IntegerNetwork::operator=(IntegerNetwork&&) noexcept = default;
IntegerNetwork::~IntegerNetwork() = default;

Result<IntegerNetwork> IntegerNetwork::make(IntegerSpec spec)
{
    auto plans = checkIntegerSpec(spec);
    if (!plans)
        return plans.error();
    auto impl = std::make_unique<Impl>();
    impl->spec = std::move(spec);
    impl->plans = std::move(*plans);
    const auto count = impl->plans.size();
    std::vector<int> readers(count, 0);
    for (std::size_t i = 0; i < count; ++i) {
        const OpPlan& plan = impl->plans[i];
        const IntegerOp& op = impl->spec.ops[i];
        const OpInput in = impl->inputAt(plan.input);
        impl->ops.push_back(makeOp(op, impl->spec.mode, in, impl->inputAt(plan.other), plan.shape));
        if (plan.input >= 0)
            ++readers[static_cast<std::size_t>(plan.input)];
        if (op.kind == IntegerOpKind::Add && plan.other >= 0)
            ++readers[static_cast<std::size_t>(plan.other)];
        const bool lookedUp = op.kind == IntegerOpKind::Table;
        const std::int64_t levels = in.quant ? in.quant->quantMax - in.quant->quantMin + 1 : 0;
        impl->bytes += bytesOf(
            op, lookedUp ? std::max(levels, static_cast<std::int64_t>(op.table.size())) : 0);
    }
    impl->pooledBy.assign(count, -1);
    for (std::size_t i = 0; i < count; ++i) {
        const IntegerOp& op = impl->spec.ops[i];
        const int input = impl->plans[i].input;
        if (op.kind != IntegerOpKind::MaxPool2d || op.stride != op.kernel || op.padding != 0 ||
            input < 0)
            continue;
        const auto at = static_cast<std::size_t>(input);
        if (readers[at] == 1 && impl->ops[at]->product() != nullptr)
            impl->pooledBy[at] = static_cast<int>(i);
    }
    return IntegerNetwork(std::move(impl));
}

OpInput IntegerNetwork::Impl::inputAt(int op) const
{
    if (op < 0)
        return {spec.input, std::nullopt};
    const OpPlan& plan = plans[static_cast<std::size_t>(op)];
    return {plan.shape, plan.quant};
}

const IntegerSpec& IntegerNetwork::spec() const
{
    return m_impl->spec;
}

int IntegerNetwork::opCount() const
{
    return static_cast<int>(m_impl->ops.size());
}

std::string IntegerNetwork::title(int op) const
{
    return opTitle(m_impl->spec, op);
}

SampleShape IntegerNetwork::shapeAfter(int op) const
{
    return m_impl->plans[static_cast<std::size_t>(op)].shape;
}

std::optional<IntegerQuant> IntegerNetwork::quantAfter(int op) const
{
    return m_impl->plans[static_cast<std::size_t>(op)].quant;
}

std::int64_t IntegerNetwork::bytes() const
{
    return m_impl->bytes;
}

int IntegerNetwork::biasSaturations(int op) const
{
    const Product* product = m_impl->ops[static_cast<std::size_t>(op)]->product();
    return product != nullptr ? product->biasSaturations() : 0;
}

bool IntegerNetwork::overflowPossible(int op) const
{
    const Product* product = m_impl->ops[static_cast<std::size_t>(op)]->product();
    return product != nullptr && product->overflowPossible();
}

} // namespace qs
