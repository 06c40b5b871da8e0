// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_name.h"
#include "core/io/formats.h"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>

namespace qs {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTrainImages = "train-images-idx3-ubyte";
constexpr const char* kTrainLabels = "train-labels-idx1-ubyte";
constexpr const char* kTestImages = "t10k-images-idx3-ubyte";
constexpr const char* kTestLabels = "t10k-labels-idx1-ubyte";

/// DIR/stem or DIR/stem.gz, whichever is there.
std::optional<std::string> findFile(const fs::path& dir, const std::string& stem)
{
    std::error_code ignored;
    for (const char* ending : {"", ".gz"}) {
        const fs::path path = dir / (stem + ending);
        if (fs::is_regular_file(path, ignored))
            return path.string();
    }
    return std::nullopt;
}

Result<SampleSet> readSampleSet(const fs::path& dir, const std::string& imagesName,
                                const std::string& labelsName, const JobContext& context)
{
    Tensor parts[2];
    for (int i = 0; i < 2; ++i) {
        const std::string& name = i == 0 ? imagesName : labelsName;
        const auto path = findFile(dir, name);
        if (!path)
            return Error::io(dir.string() + ": expected the file " + name + " or " + name +
                             ".gz, found neither; or use the bundled digits");
        const auto file = readTensors(*path, context);
        if (!file)
            return file.error();
        auto tensor = file->tensor();
        if (!tensor)
            return tensor.error();
        parts[i] = std::move(*tensor);
    }
    auto set = SampleSet::make(parts[0], parts[1]);
    if (!set)
        return Error::data((dir / imagesName).string() + ": " + set.error().message);
    return set;
}

Result<Dataset> readFolder(const fs::path& dir, const JobContext& context)
{
    auto train = readSampleSet(dir, kTrainImages, kTrainLabels, context);
    if (!train)
        return train.error();
    auto test = readSampleSet(dir, kTestImages, kTestLabels, context);
    if (!test)
        return test.error();
    Dataset dataset;
    dataset.train = std::move(*train);
    dataset.test = std::move(*test);
    return dataset;
}

} // namespace

std::optional<std::string> findFashionMnist()
{
    std::vector<fs::path> roots;
    const char* dirs = std::getenv("XDG_DATA_DIRS");
    std::istringstream list(dirs != nullptr ? dirs : "");
    for (std::string dir; std::getline(list, dir, ':');)
        if (!dir.empty())
            roots.emplace_back(dir);
    roots.emplace_back("/usr/share");
    for (const auto& root : roots)
        if (findFile(root / "datasets" / "fashion-mnist", kTrainImages))
            return (root / "datasets" / "fashion-mnist").string();
    return std::nullopt;
}

Result<Dataset> readFashionMnist(const DatasetName&, const JobContext& context)
{
    const auto dir = findFashionMnist();
    if (!dir)
        return Error::io("fashion-mnist: not found in /usr/share/datasets/fashion-mnist or below "
                         "XDG_DATA_DIRS: install it with \"sudo apt install "
                         "dataset-fashion-mnist\", give idx:DIR, or use the bundled digits");
    auto dataset = readFolder(*dir, context);
    if (dataset)
        dataset->classNames = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                               "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
    return dataset;
}

Result<Dataset> readIdxFolder(const DatasetName& name, const JobContext& context)
{
    return readFolder(name.path(), context);
}

} // namespace qs
