// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/csv_table.h"
#include "core/data/dataset_name.h"

#include <algorithm>

namespace qs {
namespace {

/// A fifth, at least one, becomes the test set, as holdOut would choose it with the seed 0.
Result<Dataset> split(const std::string& path, const SampleSet& all)
{
    constexpr std::int64_t part = 5;
    const std::int64_t wanted = std::max<std::int64_t>(all.count() / part, 1);
    for (std::int64_t n = wanted; n > 0; --n)
        if (const auto chosen = chooseShare(all, n, 0)) {
            Dataset dataset;
            dataset.test = all.select(*chosen);
            dataset.train = all.select(othersThan(*chosen, all.count()));
            return dataset;
        }
    return Error::data(path + ": expected a class with two samples, one for training and one for "
                              "testing, found none: give test=FILE2");
}

} // namespace

Result<Dataset> readCsv(const DatasetName& name, const JobContext& context)
{
    int targets = 0;
    if (name.option("targets")) {
        const auto whole = name.whole("targets", 1, kMaxClasses);
        if (!whole)
            return whole.error();
        targets = static_cast<int>(*whole);
    }
    auto train = readSampleLines(name.path(), targets, context);
    if (!train)
        return train.error();
    const auto testPath = name.option("test");
    if (!testPath)
        return split(name.path(), *train);
    auto test = readSampleLines(*testPath, targets, context);
    if (!test)
        return test.error();
    Dataset dataset;
    dataset.train = std::move(*train);
    dataset.test = std::move(*test);
    return dataset;
}

} // namespace qs
