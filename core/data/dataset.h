// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"
#include "core/data/sample_set.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// What a network is trained and tested on.
struct Dataset {
    std::string name;                    ///< as it was asked for: "fashion-mnist", "idx:DIR"
    int classes = 0;                     ///< the largest training label + 1; 0: regression
    std::vector<std::string> classNames; ///< of each class; empty where they are not known
    SampleSet train;
    SampleSet test;
    SampleSet calibration; ///< held out from train; empty: none
};

/// The data set with n training samples as its calibration set, which leave the training set; both
/// keep their order. Which ones is a function of the seed (CounterRng). Each class gives its share,
/// rounded by largest remainders, and keeps at least one training sample. A calibration set that
/// the data set had is replaced. Errors (Usage): n below 0 or larger than what is there.
Result<Dataset> holdOut(const Dataset& dataset, std::int64_t n, std::uint64_t seed);

class DatasetName;

/// One row of THE data set table.
struct DatasetSource {
    std::string_view pattern; ///< "digits", "idx:DIR": the word in capitals is to be replaced
    /// What may follow "?", with its defaults: "n=1000&seed=0"; capitals: no default.
    std::string_view options;
    std::string_view description;
    /// Errors: see readDataset.
    Result<Dataset> (*read)(const DatasetName& name, const JobContext& context);
};

// fashion-mnist, idx:DIR, csv:FILE, digits: see their rows. The sets of two features, in float32,
// have n training and max(1, n / 4) test samples, shuffled; the values are worked out in double and
// rounded once. N(0, noise²) is added to each; noise and order are functions of the seed
// (CounterRng), other ones for training and test.
//   moons      scikit-learn's make_moons: n / 2 points (cos t, sin t) of class 0, the others
//              (1 - cos t, 1/2 - sin t) of class 1; t evenly from 0 to π, both included
//   circles    scikit-learn's make_circles: n / 2 points (cos t, sin t) of class 0, the others
//              factor (cos t, sin t) of class 1; t evenly from 0 to 2π, 2π excluded
//   spiral     arm a of `arms` is class a: r (sin t, cos t) with t = 2πa / arms + 4r and r evenly
//              from 1/m to 1 for its m points
//   xor        uniform in the quadrants of [-1, 1]², in turn; class 0 where both have one sign
//   gaussians  class k of `classes`: (cos t, sin t), t = 2πk / classes; all spread is the noise
std::span<const DatasetSource> datasets();

/// "csv:FILE[?targets=K&test=FILE2]".
std::string datasetPattern(const DatasetSource& source);

/// All of them: "fashion-mnist, idx:DIR, csv:FILE[?targets=K&test=FILE], …": for messages and help.
std::string datasetNames();

/// Reads or makes the data set of this name: a row's pattern, optionally followed by "?" and some
/// of the row's options, joined by "&", each at most once.
/// Errors: Usage: a name that is no row's; an unknown option or a value out of its range, by name;
/// Io: files that are not there, with how to get them; Data: a damaged file, other counts of
/// samples and labels, labels out of range, a class up to the largest label without a training
/// sample, test samples of another shape or with labels that no training sample has; cancelled.
Result<std::shared_ptr<const Dataset>> readDataset(const std::string& name,
                                                   const JobContext& context = {});

/// The folder of Debian's package dataset-fashion-mnist, below /usr/share or $XDG_DATA_DIRS; none
/// where it is not installed.
std::optional<std::string> findFashionMnist();

} // namespace qs
