// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/file.h"
#include "core/tensor/tensor.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// One tensor of a file: readable, or at least listed.
struct TensorEntry {
    std::string name;
    std::string dtype; ///< PyTorch's name where it is known, else the file's own
    Shape shape;
    std::uint64_t bytes = 0;      ///< of its data in the file, decompressed
    std::optional<Tensor> tensor; ///< none where problem is not empty
    std::string problem;          ///< why the tensor cannot be read, without the file's name
};

/// What a file holds, in the file's own order.
struct TensorFile {
    std::string path;     ///< as the caller wrote it
    std::string formatId; ///< "npy", "safetensors", "idx", "generator"
    std::vector<TensorEntry> tensors;
    std::map<std::string, std::string> metadata; ///< safetensors' __metadata__

    /// The tensor called name; an empty name stands for the only one.
    /// Errors: Usage where there is no such tensor or none was named among several (the message
    /// lists the names); Data where it cannot be read.
    Result<Tensor> tensor(std::string_view name = {}) const;
};

/// A file of one readable tensor.
TensorFile singleTensorFile(std::string path, std::string formatId, Tensor tensor);

/// The name of a tensor whose format stores none: the file's name without folder, ".gz" and the
/// first of `endings` that starts with a dot and fits. Never empty.
std::string tensorNameFor(const std::string& path, std::span<const std::string_view> endings);

/// The bytes of a tensor of this type and shape; nullopt where 63 bits do not suffice.
std::optional<std::uint64_t> byteCount(const Shape& shape, std::size_t elementSize);

/// The bytes of a file of a header and one tensor; the largest number where 64 bits do not suffice.
std::uint64_t fileSize(std::size_t headerSize, const Shape& shape, std::size_t elementSize);

/// The elements of a tensor whose bytes are `data` of a file: a view into the content.
/// Errors (naming path): data of another size: "expected 4,096 bytes of data for shape [32, 32] of
/// float32, found 4,000 bytes".
Result<Tensor> viewTensor(const std::string& path, std::string name, ElementType type, Shape shape,
                          const Content& content, std::span<const std::byte> data);

} // namespace qs
