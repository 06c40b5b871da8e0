// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/io/file.h"
#include "core/tensor/shape.h"

namespace qs {

/// A copy of the bytes with the order within each group of elementSize bytes reversed (1, 2, 4, 8).
/// Errors: cancelled.
Result<Content> swapByteOrder(std::span<const std::byte> bytes, std::size_t elementSize,
                              const JobContext& context);

/// A row-major copy of the column-major (Fortran order) elements of a shape of two or more axes,
/// none of size zero. bytes.size() = numel * elementSize, elementSize 1, 2, 4 or 8.
/// Errors: cancelled.
Result<Content> rowMajorCopy(const Shape& shape, std::size_t elementSize,
                             std::span<const std::byte> bytes, const JobContext& context);

} // namespace qs
