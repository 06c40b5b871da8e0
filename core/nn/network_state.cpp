// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/network_impl.h"

#include <cmath>
#include <map>

namespace qs {
namespace {

constexpr const char* kBatches = ".num_batches_tracked";
constexpr const char* kPasses = "network.passes";

bool isOfQuantizer(std::string_view name)
{
    return name.find("_fake_quant.") != std::string_view::npos ||
           name.find(".activation_post_process.") != std::string_view::npos;
}

Tensor wholeNumber(std::string name, std::int64_t value)
{
    return Tensor::fromVector(std::move(name), ElementType::Int64, *Shape::make({}),
                              std::vector<std::int64_t>{value});
}

Result<std::int64_t> wholeNumberOf(const Tensor& tensor)
{
    if (tensor.type() != ElementType::Int64 || tensor.numel() != 1)
        return Error::data(tensor.name() + ": expected one int64, found " +
                           std::string(info(tensor.type()).name) + " " + tensor.shape().toString());
    std::int64_t value = 0;
    std::copy_n(tensor.bytes().data(), sizeof value, reinterpret_cast<std::byte*>(&value));
    if (value < 0)
        return Error::data(tensor.name() + ": expected a count, found " + std::to_string(value));
    return value;
}

/// The tensor's elements, all of them finite.
Result<std::vector<float>> finiteValues(const Tensor& tensor)
{
    std::vector<float> buffer;
    const auto read = tensor.read(0, tensor.numel(), buffer);
    for (const float v : read)
        if (!std::isfinite(v))
            return Error::data(tensor.name() + ": expected finite numbers, found " +
                               std::to_string(v));
    return std::vector<float>(read.begin(), read.end());
}

} // namespace

std::vector<Tensor> Network::stateDict() const
{
    // A quantizer that has learned nothing yet has nothing to keep.
    std::vector<char> unknown(m_impl->parameters.size());
    m_impl->forEachModule([&](const FakeQuantize& module, std::ptrdiff_t first) {
        if (module.learned() != nullptr && first >= 0 && !module.learned()->initialized())
            std::fill_n(unknown.begin() + first, module.learned()->parameters().size(), 1);
    });
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < unknown.size(); ++i) {
        const auto& p = m_impl->parameters[i];
        if (unknown[i] == 0)
            tensors.push_back(Tensor::fromFloats(p.name, p.shape, p.value));
    }
    for (const auto& node : m_impl->nodes) {
        if (node.batchNorm == nullptr)
            continue;
        for (const auto& buffer : node.batchNorm->buffers())
            tensors.push_back(Tensor::fromFloats(
                node.name + "." + buffer.name,
                *Shape::make({static_cast<std::int64_t>(buffer.value.size())}), buffer.value));
        tensors.push_back(wholeNumber(node.name + kBatches, node.batchNorm->batchesTracked()));
    }
    return tensors;
}

Result<void> Network::loadStateDict(std::span<const Tensor> tensors)
{
    auto& impl = *m_impl;
    std::map<std::string, Buffer*> buffers;
    std::map<std::string, BatchNorm*> counts;
    for (auto& node : impl.nodes)
        if (node.batchNorm != nullptr) {
            for (auto& buffer : node.batchNorm->buffers())
                buffers[node.name + "." + buffer.name] = &buffer;
            counts[node.name + kBatches] = node.batchNorm;
        }
    std::map<std::string, std::vector<float>> values;
    std::map<std::string, std::int64_t> batches;
    const auto mismatch = [](const Tensor& tensor, const std::string& expected) {
        return Error::data(tensor.name() + ": expected the shape " + expected + ", found " +
                           tensor.shape().toString());
    };
    for (const auto& tensor : tensors) {
        const std::string& name = tensor.name();
        if (name.starts_with("network."))
            continue; // trainingState's
        if (counts.contains(name)) {
            const auto count = wholeNumberOf(tensor);
            if (!count)
                return count.error();
            batches[name] = *count;
            continue;
        }
        const auto parameter = std::find_if(impl.parameters.begin(), impl.parameters.end(),
                                            [&](const Parameter& p) { return p.name == name; });
        if (parameter == impl.parameters.end() && !buffers.contains(name)) {
            if (isOfQuantizer(name))
                continue;
            return Error::data(name + ": is no parameter of " + impl.model.name);
        }
        if (buffers.contains(name)) {
            const auto size = static_cast<std::int64_t>(buffers[name]->value.size());
            if (tensor.shape() != *Shape::make({size}))
                return mismatch(tensor, Shape::make({size})->toString());
        } else if (!parameter->learned && tensor.shape() != parameter->shape) {
            return mismatch(tensor, parameter->shape.toString());
        }
        auto read = finiteValues(tensor);
        if (!read)
            return read.error();
        values[name] = std::move(*read);
    }
    const auto missing = [&](const std::string& name) {
        return Error::data(name + ": expected a tensor of this name, found none");
    };
    for (const auto& p : impl.parameters)
        if (!p.learned && !values.contains(p.name))
            return missing(p.name);
    for (const auto& [name, buffer] : buffers)
        if (!values.contains(name))
            return missing(name);
    // A learned scale has one value or one per channel of its weight.
    Result<void> fits;
    impl.forEachModule([&](FakeQuantize& module, std::ptrdiff_t first) {
        if (module.learned() == nullptr || first < 0)
            return;
        for (std::size_t i = 0; i < module.learned()->parameters().size(); ++i) {
            const auto& p = impl.parameters[static_cast<std::size_t>(first) + i];
            const auto found = values.find(p.name);
            if (found == values.end())
                continue;
            std::size_t channels = 1;
            if (info(module.spec().qscheme).perChannel())
                for (const auto& node : impl.nodes)
                    if (node.weightQuantizer.get() == &module)
                        channels = static_cast<std::size_t>(
                            impl.parameters[static_cast<std::size_t>(node.weight)].shape[0]);
            if (found->second.size() != channels)
                fits = Error::data(p.name + ": expected " + std::to_string(channels) +
                                   " elements, found " + std::to_string(found->second.size()));
        }
    });
    if (!fits)
        return fits;
    for (auto& p : impl.parameters)
        if (values.contains(p.name)) {
            p.value = std::move(values[p.name]);
            if (p.learned) {
                p.gradient.assign(p.value.size(), 0.0F);
                p.shape = *Shape::make({static_cast<std::int64_t>(p.value.size())});
            }
        }
    impl.forEachModule([&](FakeQuantize& module, std::ptrdiff_t first) {
        if (module.learned() == nullptr || first < 0 ||
            !values.contains(impl.parameters[static_cast<std::size_t>(first)].name))
            return;
        impl.readLearned(module, first);
        module.learned()->setInitialized();
    });
    for (const auto& [name, buffer] : buffers)
        buffer->value = std::move(values[name]);
    for (const auto& [name, count] : batches)
        counts[name]->setBatchesTracked(count);
    return {};
}

std::vector<Tensor> Network::trainingState() const
{
    std::vector<Tensor> tensors{wholeNumber(kPasses, static_cast<std::int64_t>(m_impl->passes))};
    m_impl->forEachModule([&](FakeQuantize& module, std::ptrdiff_t) {
        for (const auto& tensor : module.observerState())
            tensors.push_back(tensor.renamed("network." + module.name() + "." + tensor.name()));
    });
    return tensors;
}

Result<void> Network::loadTrainingState(std::span<const Tensor> tensors)
{
    Result<void> done;
    std::uint64_t passes = 0;
    for (const auto& tensor : tensors)
        if (tensor.name() == kPasses) {
            const auto count = wholeNumberOf(tensor);
            if (!count)
                return count.error();
            passes = static_cast<std::uint64_t>(*count);
        }
    m_impl->forEachModule([&](FakeQuantize& module, std::ptrdiff_t) {
        const std::string prefix = "network." + module.name() + ".";
        std::vector<Tensor> own;
        for (const auto& tensor : tensors)
            if (tensor.name().starts_with(prefix) &&
                tensor.name().find('.', prefix.size()) == std::string::npos)
                own.push_back(tensor.renamed(tensor.name().substr(prefix.size())));
        if (auto restored = module.restoreObserver(own); !restored && done)
            done = restored;
    });
    if (done)
        m_impl->passes = passes;
    return done;
}

} // namespace qs
