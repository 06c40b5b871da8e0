// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/tensor_file.h"

#include "core/base/text.h"
#include "core/io/messages.h"

#include <algorithm>

namespace qs {
namespace {

std::string listNames(const std::vector<TensorEntry>& tensors)
{
    constexpr std::size_t kMost = 8;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(tensors.size(), kMost); ++i)
        names.push_back(printable(tensors[i].name));
    if (tensors.size() > kMost)
        names.push_back("… " + formatCount(static_cast<long long>(tensors.size() - kMost)) +
                        " more");
    return join(names);
}

/// The first missing byte of data that are too short, the first one too many of data that are not.
std::uint64_t wrongSizeAt(const Content& content, std::span<const std::byte> data,
                          std::optional<std::uint64_t> expected)
{
    const auto begin = static_cast<std::uint64_t>(data.data() - content.bytes.data());
    return begin + std::min<std::uint64_t>(expected.value_or(UINT64_MAX), data.size());
}

} // namespace

Result<Tensor> TensorFile::tensor(std::string_view name) const
{
    const TensorEntry* found = nullptr;
    if (name.empty()) {
        if (tensors.empty())
            return damaged(path, "at least one tensor", "none");
        if (tensors.size() == 1)
            found = &tensors.front();
    } else {
        const auto at = std::ranges::find(tensors, name, &TensorEntry::name);
        if (at != tensors.end())
            found = &*at;
    }
    if (found == nullptr) {
        auto error = damaged(path, "the name of one of its tensors (" + listNames(tensors) + ")",
                             name.empty() ? "none" : "'" + printable(name) + "'");
        error.kind = ErrorKind::Usage;
        return error;
    }
    if (!found->tensor)
        return Error::data(printable(path, 4096) + ": tensor '" + printable(found->name) +
                           "': " + found->problem);
    return *found->tensor;
}

TensorFile singleTensorFile(std::string path, std::string formatId, Tensor tensor)
{
    TensorFile file{std::move(path), std::move(formatId), {}, {}};
    file.tensors.push_back({tensor.name(),
                            std::string(info(tensor.type()).name),
                            tensor.shape(),
                            tensor.bytes().size(),
                            tensor,
                            {}});
    return file;
}

std::string tensorNameFor(const std::string& path, std::span<const std::string_view> endings)
{
    std::string name = path.substr(path.find_last_of('/') + 1);
    if (name.ends_with(".gz"))
        name.resize(name.size() - 3);
    for (const auto ending : endings) {
        if (ending.starts_with('.') && name.ends_with(ending)) {
            name.resize(name.size() - ending.size());
            break;
        }
    }
    return name.empty() ? "tensor" : name;
}

std::optional<std::uint64_t> byteCount(const Shape& shape, std::size_t elementSize)
{
    const auto numel = static_cast<std::uint64_t>(shape.numel());
    if (numel > static_cast<std::uint64_t>(INT64_MAX) / elementSize)
        return std::nullopt;
    return numel * elementSize;
}

std::uint64_t fileSize(std::size_t headerSize, const Shape& shape, std::size_t elementSize)
{
    const auto data = byteCount(shape, elementSize);
    return data ? headerSize + *data : UINT64_MAX; // 63 bits and a header fit in 64
}

Result<Tensor> viewTensor(const std::string& path, std::string name, ElementType type, Shape shape,
                          const Content& content, std::span<const std::byte> data)
{
    const auto expected = byteCount(shape, info(type).size);
    if (!expected || *expected != data.size())
        return damaged(path,
                       (expected ? bytesText(*expected) : std::string("more than 2^63 bytes")) +
                           " of data for shape " + shape.toString() + " of " +
                           std::string(info(type).name),
                       bytesText(data.size()), wrongSizeAt(content, data, expected));
    return Tensor::make(std::move(name), type, std::move(shape), content.owner, data);
}

} // namespace qs
