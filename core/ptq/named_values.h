// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor.h"

#include <map>
#include <string>
#include <vector>

namespace qs {

/// A state_dict whose float32 values can be changed.
class NamedValues {
public:
    explicit NamedValues(std::vector<Tensor> tensors) : m_tensors(std::move(tensors))
    {
        for (const auto& tensor : m_tensors)
            if (tensor.type() == ElementType::Float32) {
                std::vector<float> buffer;
                const auto values = tensor.read(0, tensor.numel(), buffer);
                m_values[tensor.name()].assign(values.begin(), values.end());
            }
    }

    /// The name exists.
    std::vector<float>& at(const std::string& name) { return m_values.at(name); }
    /// Null where it does not.
    std::vector<float>* find(const std::string& name)
    {
        const auto found = m_values.find(name);
        return found == m_values.end() ? nullptr : &found->second;
    }
    /// All tensors, with the values as they are now.
    std::vector<Tensor> tensors() const
    {
        std::vector<Tensor> all;
        for (const auto& tensor : m_tensors) {
            const auto found = m_values.find(tensor.name());
            all.push_back(found == m_values.end()
                              ? tensor
                              : Tensor::fromFloats(tensor.name(), tensor.shape(), found->second));
        }
        return all;
    }

private:
    std::vector<Tensor> m_tensors;
    std::map<std::string, std::vector<float>> m_values;
};

} // namespace qs
