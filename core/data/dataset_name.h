// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Private to core/data: the text that names a data set, taken apart.

#include "core/data/dataset.h"

#include <map>

namespace qs {

/// "csv:FILE?targets=2": its row, what stands for the row's word in capitals, and its options.
class DatasetName {
public:
    /// Errors (Usage): no row of this name; an option that the row does not have, or has twice.
    static Result<DatasetName> parse(const std::string& text);

    const DatasetSource& source() const { return *m_source; }
    const std::string& text() const { return m_text; }
    const std::string& path() const { return m_path; } ///< "" where the pattern has no colon

    /// The option's value, or its default; none where it has no default.
    std::optional<std::string> option(const std::string& key) const;
    /// Errors (Usage): a value that is no whole number from least to most, by name.
    Result<std::int64_t> whole(const std::string& key, std::int64_t least, std::int64_t most) const;
    /// Errors (Usage): likewise of real numbers.
    Result<double> number(const std::string& key, double least, double most) const;
    /// The option "seed". Errors (Usage): no whole number from 0 to 2^64 - 1.
    Result<std::uint64_t> seed() const;
    Error wrong(const std::string& key, const std::string& expected) const;

private:
    const DatasetSource* m_source = nullptr;
    std::string m_text;
    std::string m_path;
    std::map<std::string, std::string> m_options;
};

// What the rows read with.
Result<Dataset> readFashionMnist(const DatasetName& name, const JobContext& context);
Result<Dataset> readIdxFolder(const DatasetName& name, const JobContext& context);
Result<Dataset> readCsv(const DatasetName& name, const JobContext& context);
Result<Dataset> readDigits(const DatasetName& name, const JobContext& context);
Result<Dataset> makeMoons(const DatasetName& name, const JobContext& context);
Result<Dataset> makeCircles(const DatasetName& name, const JobContext& context);
Result<Dataset> makeSpiral(const DatasetName& name, const JobContext& context);
Result<Dataset> makeXor(const DatasetName& name, const JobContext& context);
Result<Dataset> makeGaussians(const DatasetName& name, const JobContext& context);

/// What everything that is read must be: sets `classes` from the training labels. Errors (Data,
/// naming the data set): an empty class, test samples that do not fit the training samples.
Result<Dataset> checkDataset(Dataset dataset);

/// n of the set's samples, ascending, shared among the classes as holdOut says.
/// Errors (Usage): "expected 0 to <most>, found <n>".
Result<std::vector<std::int64_t>> chooseShare(const SampleSet& set, std::int64_t n,
                                              std::uint64_t seed);
/// All indices of [0, count) that are not in `chosen`, which is ascending.
std::vector<std::int64_t> othersThan(const std::vector<std::int64_t>& chosen, std::int64_t count);

} // namespace qs
