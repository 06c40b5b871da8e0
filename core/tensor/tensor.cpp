// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/tensor.h"

#include "core/base/parallel.h"

namespace qs {

Tensor::Tensor() : m_shape(*Shape::make({0})) {}

Result<Tensor> Tensor::make(std::string name, ElementType type, Shape shape,
                            std::shared_ptr<const void> owner, std::span<const std::byte> storage)
{
    const auto size = static_cast<std::int64_t>(info(type).size);
    if (shape.numel() > INT64_MAX / size ||
        shape.numel() * size != static_cast<std::int64_t>(storage.size()))
        return Error::data("tensor '" + name + "': shape " + shape.toString() + " of " +
                           std::string(info(type).name) + " does not fit its " +
                           std::to_string(storage.size()) + " bytes");
    Tensor tensor;
    tensor.m_name = std::move(name);
    tensor.m_type = type;
    tensor.m_shape = std::move(shape);
    tensor.m_owner = std::move(owner);
    tensor.m_bytes = storage;
    return tensor;
}

Tensor Tensor::fromFloats(std::string name, Shape shape, std::vector<float> values)
{
    return fromVector(std::move(name), ElementType::Float32, std::move(shape), std::move(values));
}

Tensor Tensor::renamed(std::string name) const
{
    Tensor copy = *this;
    copy.m_name = std::move(name);
    return copy;
}

bool Tensor::isFloat32() const
{
    return m_type == ElementType::Float32 &&
           reinterpret_cast<std::uintptr_t>(m_bytes.data()) % alignof(float) == 0;
}

std::span<const float> Tensor::floats() const
{
    return {reinterpret_cast<const float*>(m_bytes.data()), static_cast<std::size_t>(numel())};
}

std::span<const float> Tensor::read(std::int64_t begin, std::int64_t end,
                                    std::vector<float>& buffer) const
{
    const auto count = static_cast<std::size_t>(end - begin);
    if (isFloat32())
        return floats().subspan(static_cast<std::size_t>(begin), count);
    if (buffer.size() < count)
        buffer.resize(count);
    const auto& row = info(m_type);
    row.toFloat32(m_bytes.data() + static_cast<std::size_t>(begin) * row.size, buffer.data(),
                  end - begin);
    return {buffer.data(), count};
}

float Tensor::at(std::int64_t i) const
{
    const auto& row = info(m_type);
    float value = 0;
    row.toFloat32(m_bytes.data() + static_cast<std::size_t>(i) * row.size, &value, 1);
    return value;
}

Tensor Tensor::toFloat32() const
{
    if (isFloat32())
        return *this;
    std::vector<float> values(static_cast<std::size_t>(numel()));
    forEachBlock(numel(), {}, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
        const auto& row = info(m_type);
        row.toFloat32(m_bytes.data() + static_cast<std::size_t>(begin) * row.size,
                      values.data() + begin, end - begin);
    });
    return fromFloats(m_name, m_shape, std::move(values));
}

Tensor Tensor::gather(const ParamLayout& layout, std::int64_t index) const
{
    std::vector<float> values;
    std::vector<float> buffer;
    layout.forEachRunOf(index, [&](std::int64_t begin, std::int64_t n) {
        const auto run = read(begin, begin + n, buffer);
        values.insert(values.end(), run.begin(), run.end());
        return true;
    });
    auto shape = Shape::make({static_cast<std::int64_t>(values.size())});
    return fromFloats(m_name, *shape, std::move(values));
}

} // namespace qs
