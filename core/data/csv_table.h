// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/data: lines of numbers as a text file has them.

#include "core/base/job_context.h"
#include "core/data/sample_set.h"

#include <string>

namespace qs {

/// The largest text file that is read: 1 GiB.
inline constexpr std::uint64_t kMaxCsvBytes = std::uint64_t{1} << 30;
inline constexpr std::int64_t kMaxCsvColumns = 65536;

/// Reads a file of samples, one a line: features, then a class (targets == 0) or `targets` real
/// targets. Numbers have '.' decimals whatever the locale, and are rounded to float32 once; they
/// are separated by what the first line has of: semicolons, tabs, commas, spaces (any number of
/// them). No quotes. A first line without any number is a header. Empty lines and those that start
/// with '#' are passed over.
/// Errors: Io: a file that cannot be read or is none; Data, naming the file and the line: other
/// columns than the first line's, fewer than two of them, more than 65,536; no number, or one that
/// is not finite in float32; a class that is not whole or not in 0 … 4095; no line; a file above
/// 1 GiB or than memory has room for; cancelled.
Result<SampleSet> readSampleLines(const std::string& path, int targets, const JobContext& context);

} // namespace qs
