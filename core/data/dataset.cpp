// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include "core/base/text.h"
#include "core/data/dataset_name.h"

#include <array>
#include <new>

namespace qs {
namespace {

constexpr std::array<DatasetSource, 9> kSources = {{
    {"fashion-mnist", "", "60,000 pictures of clothes, 28x28, from dataset-fashion-mnist",
     readFashionMnist},
    {"digits", "", "1,797 handwritten digits, 8x8, bundled: train on 1,437, test on 360",
     readDigits},
    {"moons", "n=1000&noise=0.1&seed=0", "Two half circles that interlock: 2 features", makeMoons},
    {"circles", "n=1000&noise=0.05&factor=0.5&seed=0",
     "A circle inside another: 2 features; factor is its radius", makeCircles},
    {"spiral", "n=1000&noise=0.03&arms=3&seed=0", "Arms of a spiral, a class each: 2 features",
     makeSpiral},
    {"xor", "n=1000&noise=0.1&seed=0", "Four squares, opposite ones of a class: 2 features",
     makeXor},
    {"gaussians", "n=1000&noise=0.2&classes=4&seed=0",
     "Round clouds on the unit circle, a class each: 2 features", makeGaussians},
    {"idx:DIR", "", "A folder of MNIST's four files, gzipped or not", readIdxFolder},
    {"csv:FILE", "targets=K&test=FILE2",
     "Lines of numbers, kept as they are; the last column is the class, or the last K are real "
     "targets; a fifth is the test set where there is no FILE2",
     readCsv},
}};

/// "1x28x28".
std::string sizeText(const SampleSet& set)
{
    std::vector<std::string> sizes;
    for (const auto size : set.shape().sizes())
        sizes.push_back(std::to_string(size));
    return join(sizes, "x");
}

} // namespace

std::span<const DatasetSource> datasets()
{
    return kSources;
}

Result<Dataset> checkDataset(Dataset dataset)
{
    const auto& train = dataset.train;
    const auto& test = dataset.test;
    const auto wrong = [&](const std::string& text) {
        return Error::data(dataset.name + ": " + text);
    };
    if (test.shape() != train.shape())
        return wrong("expected test samples of the training samples' size " + sizeText(train) +
                     ", found " + sizeText(test));
    if (test.outputs() != train.outputs())
        return wrong("expected test samples with " + std::to_string(train.outputs()) +
                     " targets, found " + std::to_string(test.outputs()));
    if (test.largestLabel() > train.largestLabel())
        return wrong("expected test labels up to " + std::to_string(train.largestLabel()) +
                     ", the largest training label, found " + std::to_string(test.largestLabel()));
    dataset.classes = train.largestLabel() + 1;
    if (dataset.classNames.size() != static_cast<std::size_t>(dataset.classes))
        dataset.classNames.clear();
    std::vector<bool> seen(static_cast<std::size_t>(dataset.classes));
    for (std::int64_t i = 0; i < train.count() && !train.hasTargets(); ++i)
        seen[static_cast<std::size_t>(train.label(i))] = true;
    for (std::size_t k = 0; k < seen.size(); ++k)
        if (!seen[k])
            return wrong("expected training samples of each class from 0 to " +
                         std::to_string(train.largestLabel()) + ", found none of class " +
                         std::to_string(k));
    return dataset;
}

Result<std::shared_ptr<const Dataset>> readDataset(const std::string& name,
                                                   const JobContext& context)
{
    const auto parsed = DatasetName::parse(name);
    if (!parsed)
        return parsed.error();
    try {
        auto dataset = parsed->source().read(*parsed, context);
        if (!dataset)
            return dataset.error();
        dataset->name = name;
        auto checked = checkDataset(std::move(*dataset));
        if (!checked)
            return checked.error();
        return std::shared_ptr<const Dataset>(std::make_shared<Dataset>(std::move(*checked)));
    } catch (const std::bad_alloc&) {
        return Error::data(name + ": not enough memory");
    }
}

} // namespace qs
