// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/model_json.h"
#include "core/nn/trainer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace qs {
namespace {

constexpr const char* kRecipe = "trainer.recipe";
constexpr const char* kModel = "trainer.model";
constexpr const char* kProgress = "trainer.progress";
constexpr const char* kOptimizer = "optimizer.";

const Tensor* find(std::span<const Tensor> tensors, std::string_view name)
{
    const auto found = std::find_if(tensors.begin(), tensors.end(),
                                    [&](const Tensor& t) { return t.name() == name; });
    return found == tensors.end() ? nullptr : &*found;
}

Tensor textTensor(const char* name, const std::string& text)
{
    return Tensor::fromVector(name, ElementType::Uint8,
                              *Shape::make({static_cast<std::int64_t>(text.size())}),
                              std::vector<std::uint8_t>(text.begin(), text.end()));
}

/// The members of two JSON objects that differ, by name.
std::string differences(const nlohmann::ordered_json& a, const nlohmann::ordered_json& b)
{
    std::string names;
    for (const auto* side : {&a, &b})
        for (const auto& [key, value] : side->items())
            if ((!a.contains(key) || !b.contains(key) || a[key] != b[key]) &&
                names.find(key) == std::string::npos)
                names += (names.empty() ? "" : ", ") + key;
    return names;
}

} // namespace

std::vector<Tensor> Trainer::checkpoint() const
{
    std::vector<Tensor> tensors = m_network.stateDict();
    const auto append = [&](std::vector<Tensor> more) {
        tensors.insert(tensors.end(), std::make_move_iterator(more.begin()),
                       std::make_move_iterator(more.end()));
    };
    append(m_network.trainingState());
    for (const auto& tensor : m_optimizer.stateDict())
        tensors.push_back(tensor.renamed(kOptimizer + tensor.name()));
    append(m_oscillation.checkpoint());
    tensors.push_back(textTensor(kRecipe, toJson(m_recipe).dump()));
    tensors.push_back(textTensor(kModel, toJson(m_network.model()).dump()));
    tensors.push_back(Tensor::fromVector(
        kProgress, ElementType::Int64, *Shape::make({4}),
        std::vector<std::int64_t>{m_epoch, m_steps, m_next, m_quantizationStep}));
    return tensors;
}

Result<TrainRecipe> Trainer::recipeOf(std::span<const Tensor> checkpoint)
{
    const Tensor* bytes = find(checkpoint, kRecipe);
    if (bytes == nullptr || bytes->type() != ElementType::Uint8)
        return Error::data("expected a checkpoint with its recipe, found none: weights alone are "
                           "no checkpoint");
    const auto* text = reinterpret_cast<const char*>(bytes->bytes().data());
    const auto json =
        nlohmann::ordered_json::parse(text, text + bytes->bytes().size(), nullptr, false);
    if (json.is_discarded())
        return Error::data(std::string(kRecipe) + ": expected JSON, found something else");
    return recipeFromJson(json, "trainer.recipe.", TrainRecipe());
}

Result<void> Trainer::resume(std::span<const Tensor> checkpoint)
{
    auto recipe = recipeOf(checkpoint);
    if (!recipe)
        return recipe.error();
    TrainRecipe own = m_recipe;
    own.epochs = recipe->epochs;
    if (own != *recipe)
        return Error::data("the checkpoint is of another recipe: " +
                           differences(toJson(own), toJson(*recipe)) + " differ");
    // A model's file may have changed since.
    const Tensor* model = find(checkpoint, kModel);
    const Tensor ownModel = textTensor(kModel, toJson(m_network.model()).dump());
    if (model == nullptr || !std::ranges::equal(model->bytes(), ownModel.bytes()))
        return Error::data("the checkpoint is of another model than " + m_recipe.model + " is now");
    const Tensor* progress = find(checkpoint, kProgress);
    std::array<std::int64_t, 4> numbers{};
    if (progress == nullptr || progress->type() != ElementType::Int64 || progress->numel() != 4)
        return Error::data(std::string(kProgress) + ": expected 4 int64, found none");
    std::copy_n(progress->bytes().data(), sizeof numbers,
                reinterpret_cast<std::byte*>(numbers.data()));
    const auto [epoch, steps, next, quantizationStep] = numbers;
    if (epoch < 1 || epoch > 1000001 ||
        steps != (epoch - 1) * stepsPerEpoch() + next / m_recipe.batch +
                     (next % m_recipe.batch != 0 ? 1 : 0) ||
        next < 0 || next > trainCount() || quantizationStep < 0 || quantizationStep > steps)
        return Error::data(std::string(kProgress) +
                           ": expected an epoch and a step of these data, "
                           "found epoch " +
                           std::to_string(epoch) + ", step " + std::to_string(steps));

    std::vector<Tensor> network;
    std::vector<Tensor> state;
    std::vector<Tensor> optimizer;
    std::vector<Tensor> oscillation;
    for (const auto& tensor : checkpoint) {
        const std::string& name = tensor.name();
        if (name.starts_with("network."))
            state.push_back(tensor);
        else if (name.starts_with(kOptimizer))
            optimizer.push_back(tensor.renamed(name.substr(std::string_view(kOptimizer).size())));
        else if (name.starts_with("oscillation."))
            oscillation.push_back(tensor);
        else if (!name.starts_with("trainer."))
            network.push_back(tensor);
    }
    if (auto ok = m_network.loadStateDict(network); !ok)
        return ok;
    if (auto ok = m_network.loadTrainingState(state); !ok)
        return ok;
    if (auto ok = m_optimizer.loadStateDict(optimizer, m_network.parameters()); !ok)
        return ok;
    if (auto ok = m_oscillation.resume(oscillation); !ok)
        return ok;
    m_epoch = static_cast<int>(epoch);
    m_steps = steps;
    m_quantizationStep = quantizationStep;
    m_lastGood.clear();
    if (!finished())
        shuffle();
    m_next = next;
    return {};
}

} // namespace qs
