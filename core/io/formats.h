// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/io/tensor_file.h"

#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// One row of THE file format table. Every reader also gets its format compressed by gzip.
struct FormatInfo {
    std::string_view id;          ///< "npy"; kept for ever: sessions store it
    std::string_view description; ///< "NumPy array"
    /// How file names end, ".npy" first; the first one is what a new file gets.
    std::span<const std::string_view> endings;
    /// Whether a file that starts with these bytes (all, or the first kSniffBytes) is of this
    /// format.
    bool (*matches)(std::span<const std::byte> start);
    /// How long the whole file must be, from its first bytes; nullopt where these end before they
    /// tell. Errors (naming path): what read would find wrong with the header.
    Result<std::optional<std::uint64_t>> (*announcedSize)(const std::string& path,
                                                          std::span<const std::byte> start);
    /// Errors (naming path): Data with what was expected and what was found; cancelled.
    Result<TensorFile> (*read)(const std::string& path, const Content& content,
                               const JobContext& context);
    /// Null where the format is only read. Errors: Usage where the format cannot hold the tensors;
    /// cancelled. Failed writes are the stream's state.
    Result<void> (*write)(const std::string& path, std::span<const Tensor> tensors,
                          std::ostream& out, const JobContext& context);
};

/// What FormatInfo::matches gets to see.
inline constexpr std::size_t kSniffBytes = 64;

std::span<const FormatInfo> fileFormats();

/// One line of a file dialog: a description and shell patterns, "*.npy".
struct FileFilter {
    std::string description;
    std::vector<std::string> patterns;
};
/// A filter for each format that can be read (with "*.npy.gz" beside "*.npy") or written.
std::vector<FileFilter> readFilters();
std::vector<FileFilter> writeFilters();

/// Every tensor of a file. The format is recognized by content first, by the name's ending where
/// the content fits none (so that the message can say what is wrong with it). Large uncompressed
/// files are mapped: their tensors are views, see readFile. A path that starts with "generator:" is
/// made by generate() instead. Tensors of unknown types are listed with the reason; the others
/// open. Non-finite elements are no error. Errors: Io where the file cannot be read; Data "FILE:
/// expected …, found …"; Usage for a wrong generator; cancelled.
Result<TensorFile> readTensors(const std::string& path, const JobContext& context = {});

/// Writes the tensors in the format that the path's ending names, all or nothing (writeAtomically).
/// Errors: Usage for another ending or tensors the format cannot hold; Io; cancelled.
Result<void> writeTensors(const std::string& path, std::span<const Tensor> tensors,
                          const JobContext& context = {});

} // namespace qs
