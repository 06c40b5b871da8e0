// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/element_type.h"
#include "core/tensor/param_layout.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace qs {

/// An immutable, named, row-major array of elements of one type. Copies share the storage; safe to
/// read from any thread. Storage may be memory, a mapped file, anything a shared_ptr keeps alive.
class Tensor {
public:
    /// An empty float32 tensor of shape [0].
    Tensor();

    /// storage holds exactly shape.numel() little-endian elements.
    /// Errors: a storage of another size, named with both sizes.
    static Result<Tensor> make(std::string name, ElementType type, Shape shape,
                               std::shared_ptr<const void> owner,
                               std::span<const std::byte> storage);
    static Tensor fromFloats(std::string name, Shape shape, std::vector<float> values);
    /// Elements of any trivially copyable type whose size is that of the element type.
    template <typename T>
    static Tensor fromVector(std::string name, ElementType type, Shape shape,
                             std::vector<T> values);

    const std::string& name() const { return m_name; }
    Tensor renamed(std::string name) const;
    ElementType type() const { return m_type; }
    const Shape& shape() const { return m_shape; }
    std::int64_t numel() const { return m_shape.numel(); }
    std::span<const std::byte> bytes() const { return m_bytes; }

    /// Whether the storage is float32 and aligned, so that floats() costs nothing.
    bool isFloat32() const;
    /// The elements without a copy; only where isFloat32().
    std::span<const float> floats() const;
    /// Elements [begin, end) as float32, each rounded to nearest even. `buffer` is used (and grown)
    /// only where the storage is not float32; the span is valid as long as both.
    std::span<const float> read(std::int64_t begin, std::int64_t end,
                                std::vector<float>& buffer) const;
    /// One element as float32; 0 <= i < numel().
    float at(std::int64_t i) const;
    /// All elements as float32: itself where it is float32 already.
    Tensor toFloat32() const;
    /// The elements that share one of the layout's sets of parameters (a channel, a group), as
    /// float32 in one dimension, in memory order. layout.numel() == numel(), 0 <= index < count().
    Tensor gather(const ParamLayout& layout, std::int64_t index) const;

private:
    std::string m_name;
    ElementType m_type = ElementType::Float32;
    Shape m_shape;
    std::shared_ptr<const void> m_owner;
    std::span<const std::byte> m_bytes;
};

template <typename T>
Tensor Tensor::fromVector(std::string name, ElementType type, Shape shape, std::vector<T> values)
{
    const auto owner = std::make_shared<const std::vector<T>>(std::move(values));
    const auto bytes = std::as_bytes(std::span<const T>(*owner));
    return *make(std::move(name), type, std::move(shape), owner, bytes);
}

} // namespace qs
