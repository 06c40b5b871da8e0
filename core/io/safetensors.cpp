// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/safetensors.h"

#include "core/io/byte_reader.h"
#include "core/io/messages.h"
#include "core/io/safetensors_header.h"
#include "core/io/write_bytes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <unordered_set>

namespace qs {
namespace {

/// Whether the tensors' data follow each other from 0 to dataSize without hole or overlap.
Result<void> checkLayout(const std::string& path, const std::vector<SafetensorsEntry>& entries,
                         std::uint64_t dataAt, std::uint64_t dataSize)
{
    std::vector<std::size_t> order(entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return entries[i].offsets; });
    std::uint64_t end = 0;
    for (const auto i : order) {
        const auto& entry = entries[i];
        const std::string name = "tensor '" + printable(entry.name) + "'";
        if (entry.offsets[0] > entry.offsets[1])
            return damaged(path, "data of " + name + " that end after their begin",
                           "data_offsets " + std::to_string(entry.offsets[0]) + " and " +
                               std::to_string(entry.offsets[1]),
                           entry.at);
        if (entry.offsets[0] != end)
            return damaged(path,
                           "data of " + name + " from byte " + std::to_string(end) +
                               ", where those before them end",
                           "data_offsets from " + std::to_string(entry.offsets[0]), entry.at);
        end = entry.offsets[1];
    }
    if (end != dataSize)
        return damaged(path, bytesText(end) + " of data for all tensors", bytesText(dataSize),
                       dataAt + std::min(end, dataSize));
    return {};
}

const ElementTypeInfo* typeOf(std::string_view code)
{
    for (const auto& row : elementTypes()) {
        if (!row.safetensorsCode.empty() && row.safetensorsCode == code)
            return &row;
    }
    return nullptr;
}

Result<TensorEntry> readEntry(const std::string& path, SafetensorsEntry&& header,
                              const Content& content, std::span<const std::byte> data)
{
    const std::string where = "tensor '" + printable(header.name) + "'";
    auto shape = Shape::make(std::move(header.sizes));
    if (!shape)
        return damaged(path, "the shape of " + where, shape.error().message, header.at);
    const std::uint64_t size = header.offsets[1] - header.offsets[0];
    TensorEntry entry{std::move(header.name), std::move(header.dtype), *shape, size, {}, {}};
    const auto* row = typeOf(entry.dtype);
    if (row == nullptr) {
        entry.problem = "expected a known element type, found " + printable(entry.dtype, 40);
        return entry;
    }
    entry.dtype = row->name;
    const auto expected = byteCount(*shape, row->size);
    if (expected != size)
        return damaged(path,
                       (expected ? bytesText(*expected) : "more than 2^63 bytes") +
                           " of data for " + where + ", shape " + shape->toString() + " of " +
                           entry.dtype,
                       bytesText(size), header.at);
    auto tensor = viewTensor(
        path, entry.name, row->type, *std::move(shape), content,
        data.subspan(static_cast<std::size_t>(header.offsets[0]), static_cast<std::size_t>(size)));
    if (!tensor)
        return tensor.error();
    entry.tensor = *std::move(tensor);
    return entry;
}

} // namespace

bool safetensorsMatches(std::span<const std::byte> start)
{
    ByteReader reader(start);
    const auto length = reader.little<std::uint64_t>();
    const auto brace = reader.little<std::uint8_t>();
    return brace && *length >= 2 && *length <= kMaxSafetensorsHeader && *brace == '{';
}

Result<std::optional<std::uint64_t>> safetensorsAnnouncedSize(const std::string& path,
                                                              std::span<const std::byte> start)
{
    ByteReader reader(start);
    const auto length = reader.little<std::uint64_t>();
    if (!length || (*length <= kMaxSafetensorsHeader && *length > reader.remaining()))
        return std::optional<std::uint64_t>();
    const auto header = parseSafetensorsHeader(path, start);
    if (!header)
        return header.error();
    std::uint64_t end = 0;
    for (const auto& entry : header->entries)
        end = std::max(end, entry.offsets[1]);
    return std::optional(end > UINT64_MAX - header->size ? UINT64_MAX : end + header->size);
}

Result<TensorFile> readSafetensors(const std::string& path, const Content& content,
                                   const JobContext& /*views take no time*/)
{
    auto header = parseSafetensorsHeader(path, content.bytes);
    if (!header)
        return header.error();
    auto& entries = header->entries;
    const auto data = content.bytes.subspan(header->size);
    const auto layout = checkLayout(path, entries, header->size, data.size());
    if (!layout)
        return layout.error();
    TensorFile file{path, "safetensors", {}, std::move(header->metadata)};
    file.tensors.reserve(entries.size());
    for (auto& described : entries) {
        auto entry = readEntry(path, std::move(described), content, data);
        if (!entry)
            return entry.error();
        file.tensors.push_back(*std::move(entry));
    }
    return file;
}

Result<void> writeSafetensors(const std::string& path, std::span<const Tensor> tensors,
                              std::ostream& out, const JobContext& context)
{
    std::vector<const Tensor*> order;
    std::unordered_set<std::string_view> names;
    for (const auto& tensor : tensors) {
        if (tensor.name() == kSafetensorsMetadata || !names.insert(tensor.name()).second)
            return Error::usage(printable(path, 4096) +
                                ": expected each tensor to have a name of " + "its own, found '" +
                                printable(tensor.name()) + "'" +
                                (tensor.name() == kSafetensorsMetadata ? "" : " twice"));
        order.push_back(&tensor);
    }
    std::ranges::stable_sort(order, std::greater<>{},
                             [](const Tensor* tensor) { return info(tensor->type()).size; });

    auto header = nlohmann::ordered_json::object();
    std::uint64_t end = 0;
    for (const auto* tensor : order) {
        const std::uint64_t begin = std::exchange(end, end + tensor->bytes().size());
        // Names are unique already, and ordered_json would search all of them.
        header.get_ref<nlohmann::ordered_json::object_t&>().push_back(
            {tensor->name(),
             {{"dtype", info(tensor->type()).safetensorsCode},
              {"shape", tensor->shape().sizes()},
              {"data_offsets", {begin, end}}}});
    }
    // Invalid UTF-8 in a name becomes U+FFFD rather than an exception.
    std::string text =
        header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    text.append((8 - text.size() % 8) % 8, ' ');
    writeLittle(out, std::uint64_t{text.size()});
    out << text;
    for (const auto* tensor : order) {
        const auto written = writeBytes(out, tensor->bytes(), context);
        if (!written)
            return written;
    }
    return {};
}

} // namespace qs
