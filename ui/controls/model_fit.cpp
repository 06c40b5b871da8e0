// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/controls/model_fit.h"

#include "core/data/dataset.h"
#include "core/nn/trainer.h"

#include <numeric>

namespace qs {
namespace {

/// A set of the same sizes and classes: one empty picture of each of the ten.
Result<std::shared_ptr<const Dataset>> likeFashionMnist()
{
    constexpr std::int64_t kClasses = 10;
    constexpr std::int64_t kSide = 28;
    std::vector<std::int32_t> labels(kClasses);
    std::iota(labels.begin(), labels.end(), 0);
    auto set = SampleSet::make(
        Tensor::fromVector("images", ElementType::Uint8, *Shape::make({kClasses, kSide, kSide}),
                           std::vector<std::uint8_t>(kClasses * kSide * kSide)),
        Tensor::fromVector("labels", ElementType::Int32, *Shape::make({kClasses}), labels));
    if (!set)
        return set.error();
    auto data = std::make_shared<Dataset>();
    data->name = "fashion-mnist";
    data->classes = static_cast<int>(kClasses);
    data->train = data->test = std::move(*set);
    return std::shared_ptr<const Dataset>(std::move(data));
}

/// "moons?n=1000000&noise=0.2" without n: its size says nothing about what fits.
std::string withoutCount(const std::string& name)
{
    const auto question = name.find('?');
    std::string kept = name.substr(0, question);
    char joint = '?';
    for (auto at = question; at != std::string::npos;) {
        const auto end = name.find('&', at + 1);
        const std::string option =
            name.substr(at + 1, end == std::string::npos ? end : end - at - 1);
        if (!option.starts_with("n=")) {
            kept += joint + option;
            joint = '&';
        }
        at = end;
    }
    return kept;
}

/// Null: it would have to be read from the disk.
Result<std::shared_ptr<const Dataset>> sampleOf(const std::string& name)
{
    if (name == "fashion-mnist")
        return likeFashionMnist();
    for (const auto& row : datasets()) {
        if (row.pattern.find(':') == std::string_view::npos && row.pattern != "fashion-mnist" &&
            name.substr(0, name.find('?')) == row.pattern)
            return readDataset(withoutCount(name));
    }
    return std::shared_ptr<const Dataset>();
}

/// A small model for samples of this kind.
std::string modelFor(const Dataset& data)
{
    const auto& samples = data.train;
    const int inputs = samples.channels() * samples.height() * samples.width();
    if (samples.channels() == 1 && samples.height() == 28 && samples.width() == 28)
        return "seed-cnn";
    const std::string hidden = inputs == 2 ? "-32-32-" : "-32-";
    return "mlp:" + std::to_string(inputs) + hidden + std::to_string(data.classes);
}

} // namespace

ModelFit modelFit(const TrainRecipe& recipe)
{
    TrainRecipe floating = recipe;
    floating.qat.reset();
    floating.calibration = 0;
    const auto data = sampleOf(recipe.data);
    if (!data)
        return {data.error().message, {}};
    if (*data == nullptr) {
        const auto model = modelByName(recipe.model);
        return {model ? std::string() : model.error().message, {}};
    }
    const auto trainer = Trainer::make(std::move(floating), *data);
    if (trainer)
        return {};
    const std::string suggestion = modelFor(**data);
    return {trainer.error().message, suggestion == recipe.model ? std::string() : suggestion};
}

} // namespace qs
