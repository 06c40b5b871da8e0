// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/io/tensor_file.h"
#include "core/sweep/shards.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// A tensor of a sweep, as its file lists it.
struct SweepTensor {
    std::size_t entry = 0; ///< place in TensorFile::tensors
    std::string name;
    std::string dtype;
    Shape shape;
    bool operator==(const SweepTensor&) const = default;
};

/// A file of a sweep with the tensors that were chosen.
struct SweepSource {
    std::string path;
    bool readable = true;
    std::vector<SweepTensor> tensors;
    bool operator==(const SweepSource&) const = default;
};

/// Whether a name is the pattern, or fits it as a shell's pattern (fnmatch): * any characters
/// ('.' and '/' too), ? one, [a-z] and [!a-z] one of a set, \ the next one as it is.
bool fitsPattern(const std::string& pattern, const std::string& name);

/// The tensors that fit one of the patterns, in the file's order; all without patterns.
SweepSource sourceOf(const TensorFile& file, std::span<const std::string> patterns);

/// Some configurations of one tensor: the rows firstRow … firstRow + count - 1. Rows are numbered
/// from 1, by file, tensor and configuration.
struct SweepTask {
    std::size_t source = 0;
    std::size_t tensor = 0; ///< place in the source's tensors
    std::int64_t first = 0; ///< configuration
    std::int64_t count = 0;
    std::int64_t firstRow = 1;
};

/// Every configuration of every tensor of the source, whose first row is firstRow.
std::vector<SweepTask> tasksOf(const SweepSource& source, std::size_t index,
                               std::int64_t configurations, std::int64_t firstRow);

/// The tasks of the K-th of N shards (shardPieces; the work of a row is the tensor's elements and
/// 4096 for what a row costs of its own).
std::vector<SweepTask> shardTasks(std::span<const SweepSource> sources, std::int64_t configurations,
                                  std::int64_t shard, std::int64_t shards);

std::int64_t rowCount(std::span<const SweepSource> sources, std::int64_t configurations);

/// 16 hexadecimal digits that tell this sweep from others: of what was asked for, the files' names,
/// and the names, types and shapes of their tensors (FNV-1a, 64 bits). Against mistakes, not
/// against malice.
std::string sweepFingerprint(std::string_view asked, std::span<const SweepSource> sources);

} // namespace qs
