// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_name.h"
#include "core/io/gzip.h"
#include "core/io/idx.h"

#include <numeric>

namespace qs {

// The bytes of resources/digits/*.gz: see sources.cmake.
namespace digits {
extern const unsigned char images[];
extern const std::size_t imagesSize;
extern const unsigned char labels[];
extern const std::size_t labelsSize;
} // namespace digits

namespace {

constexpr std::int64_t kTrain = 1437; ///< four fifths; the last fifth is the test set

Result<Tensor> readBundled(const std::string& name, const unsigned char* data, std::size_t size,
                           const JobContext& context)
{
    const std::span compressed(reinterpret_cast<const std::byte*>(data), size);
    const auto announced = [&](std::span<const std::byte> start) {
        return idxAnnouncedSize(name, start);
    };
    const auto content = inflateGzip(name, compressed, announced, context);
    if (!content)
        return content.error();
    const auto file = readIdx(name, *content, context);
    if (!file)
        return file.error();
    return file->tensor();
}

SampleSet stretch(const SampleSet& all, std::int64_t begin, std::int64_t end)
{
    std::vector<std::int64_t> indices(static_cast<std::size_t>(end - begin));
    std::iota(indices.begin(), indices.end(), begin);
    return all.select(indices);
}

} // namespace

Result<Dataset> readDigits(const DatasetName&, const JobContext& context)
{
    const auto images = readBundled("digits-images", digits::images, digits::imagesSize, context);
    if (!images)
        return images.error();
    const auto labels = readBundled("digits-labels", digits::labels, digits::labelsSize, context);
    if (!labels)
        return labels.error();
    // Pixels are 0 … 16: as float32 k / 16 they are exact, as bytes over 255 they would not be.
    std::vector<float> values;
    values.reserve(images->bytes().size());
    for (const std::byte pixel : images->bytes())
        values.push_back(static_cast<float>(pixel) / 16.0F);
    const auto all =
        SampleSet::make(Tensor::fromFloats("digits", images->shape(), std::move(values)), *labels);
    if (!all)
        return all.error();
    Dataset dataset;
    dataset.classNames = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    dataset.train = stretch(*all, 0, kTrain);
    dataset.test = stretch(*all, kTrain, all->count());
    return dataset;
}

} // namespace qs
