// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/trainer.h"

#include "core/base/rng.h"
#include "core/base/text.h"

#include <algorithm>
#include <numeric>

namespace qs {
namespace {

Error wrong(const std::string& field, const std::string& expected, std::int64_t found)
{
    return Error::usage(field + " must be " + expected + ", found " + std::to_string(found));
}

/// Zeros around each image that make it as large as the model's input; -1: it does not fit.
int paddingFor(const ImageSet& images, SampleShape input)
{
    const int pixels = images.channels() * images.height() * images.width();
    if (input.height == 1 && input.width == 1 && input.channels == pixels)
        return images.channels() == 1 ? 0 : -1;
    const int extra = input.height - images.height();
    const bool fits = input.channels == images.channels() && extra >= 0 && extra % 2 == 0 &&
                      input.width - images.width() == extra;
    return fits ? extra / 2 : -1;
}

OptimizerSpec optimizerOf(const TrainRecipe& recipe)
{
    return {.name = recipe.optimizer, .lr = recipe.lr, .momentum = recipe.momentum};
}

} // namespace

Result<void> checkRecipe(const TrainRecipe& recipe)
{
    constexpr int mostEpochs = 1000000;
    constexpr int largestBatch = 4096;
    if (recipe.epochs < 1 || recipe.epochs > mostEpochs)
        return wrong("epochs", "from 1 to " + std::to_string(mostEpochs), recipe.epochs);
    if (recipe.batch < 1 || recipe.batch > largestBatch)
        return wrong("batch", "from 1 to " + std::to_string(largestBatch), recipe.batch);
    if (recipe.loss != "cross_entropy")
        return Error::usage("loss '" + recipe.loss + "' does not exist: there is cross_entropy");
    if (recipe.observeEpochs < 0)
        return wrong("observe_epochs", "0 or more", recipe.observeEpochs);
    if (recipe.freezeObserversAfter < 0)
        return wrong("freeze_observers_after", "0 or more", recipe.freezeObserversAfter);
    if (recipe.limitTrain < 0)
        return wrong("limit_train", "0 or more", recipe.limitTrain);
    if (recipe.limitTest < 0)
        return wrong("limit_test", "0 or more", recipe.limitTest);
    const auto model = modelByName(recipe.model);
    if (!model)
        return model.error();
    if (auto optimizer = Optimizer::make(optimizerOf(recipe)); !optimizer)
        return optimizer.error();
    // Each chunk of the batch has gradients of its own.
    constexpr std::int64_t mostGradients = std::int64_t{1} << 28;
    const std::int64_t count = parameterCount(*model);
    if (count * ((recipe.batch + 7) / 8) > mostGradients)
        return Error::usage("model " + recipe.model + " has " + formatCount(count) +
                            " parameters, too many for a batch of " + std::to_string(recipe.batch));
    auto network = Network::make(*model, recipe.seed);
    if (!network)
        return network.error();
    return recipe.qat ? network->setQuantization(&*recipe.qat) : Result<void>{};
}

Trainer::Trainer(TrainRecipe recipe, std::shared_ptr<const Dataset> data, Network network,
                 Optimizer optimizer, int padding)
    : m_recipe(std::move(recipe)),
      m_data(std::move(data)),
      m_network(std::move(network)),
      m_optimizer(std::move(optimizer)),
      m_padding(padding)
{
    shuffle();
}

Result<Trainer> Trainer::make(TrainRecipe recipe, std::shared_ptr<const Dataset> data)
{
    if (auto ok = checkRecipe(recipe); !ok)
        return ok.error();
    const auto model = modelByName(recipe.model);
    if (!model)
        return model.error();
    auto optimizer = Optimizer::make(optimizerOf(recipe));
    if (!optimizer)
        return optimizer.error();
    auto network = Network::make(*model, recipe.seed);
    if (!network)
        return network.error();
    if (network->outputs() < data->classes)
        return Error::usage("model " + recipe.model + " has " + std::to_string(network->outputs()) +
                            " outputs, " + data->name + " has " + std::to_string(data->classes) +
                            " classes");
    const int padding = paddingFor(data->train, model->input);
    if (padding < 0)
        return Error::usage(
            "model " + recipe.model + " expects inputs of " +
            std::to_string(model->input.channels) + "x" + std::to_string(model->input.height) +
            "x" + std::to_string(model->input.width) + ", " + data->name + " has " +
            std::to_string(data->train.channels()) + "x" + std::to_string(data->train.height()) +
            "x" + std::to_string(data->train.width()));
    if (recipe.qat)
        if (auto ok = network->setQuantization(&*recipe.qat); !ok)
            return ok.error();
    return Trainer(std::move(recipe), std::move(data), std::move(*network), std::move(*optimizer),
                   padding);
}

std::int64_t Trainer::trainCount() const
{
    const std::int64_t all = m_data->train.count();
    return m_recipe.limitTrain > 0 ? std::min(m_recipe.limitTrain, all) : all;
}

std::int64_t Trainer::testCount() const
{
    const std::int64_t all = m_data->test.count();
    return m_recipe.limitTest > 0 ? std::min(m_recipe.limitTest, all) : all;
}

std::int64_t Trainer::stepsPerEpoch() const
{
    return (trainCount() + m_recipe.batch - 1) / m_recipe.batch;
}

/// Fisher and Yates, of numbers that are a function of seed and epoch.
void Trainer::shuffle()
{
    constexpr std::uint64_t shuffling = 1ULL << 32; // apart from the streams of the parameters
    const CounterRng rng(
        CounterRng(m_recipe.seed).bits(shuffling + static_cast<std::uint64_t>(m_epoch)));
    m_order.resize(static_cast<std::size_t>(trainCount()));
    std::iota(m_order.begin(), m_order.end(), 0U);
    for (std::size_t i = m_order.size(); i > 1; --i)
        std::swap(m_order[i - 1], m_order[rng.below(i, i)]);
    m_next = 0;
}

/// Which halves of the fake-quantize modules work in the step that comes.
void Trainer::applyPhase()
{
    if (!m_recipe.qat)
        return;
    const bool frozen =
        m_recipe.freezeObserversAfter > 0 && m_epoch > m_recipe.freezeObserversAfter;
    const bool enough = m_recipe.qat->observeSteps > 0 &&
                        m_steps - m_quantizationStep >= m_recipe.qat->observeSteps;
    m_network.setObserversEnabled(!frozen, !frozen && !enough);
    m_network.setFakeQuantEnabled(m_epoch > m_recipe.observeEpochs);
}

Result<StepResult> Trainer::step(const JobContext& context)
{
    if (finished())
        return Error::usage("all " + std::to_string(m_recipe.epochs) + " epochs are done");
    applyPhase();
    const std::int64_t count =
        std::min<std::int64_t>(m_recipe.batch, static_cast<std::int64_t>(m_order.size()) - m_next);
    const auto image = [&](std::int64_t i) {
        return static_cast<std::int64_t>(m_order[static_cast<std::size_t>(m_next + i)]);
    };
    std::vector<int> labels(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = m_data->train.label(image(static_cast<std::int64_t>(i)));
    const auto batch = m_network.trainBatch(
        [&](std::int64_t i, float* out) {
            m_data->train.copyChannelsLast(image(i), m_padding, out);
        },
        labels, context);
    auto& parameters = m_network.parameters();
    if (!batch) {
        if (batch.error().kind != ErrorKind::Data)
            return batch.error();
        for (std::size_t p = 0; p < m_lastGood.size(); ++p)
            parameters[p].value = m_lastGood[p];
        return Error::data("step " + std::to_string(m_steps + 1) + ": " + batch.error().message +
                           "; lr " + formatShort(m_recipe.lr) + " may be too large");
    }
    m_lastGood.resize(parameters.size());
    for (std::size_t p = 0; p < parameters.size(); ++p)
        m_lastGood[p] = parameters[p].value;
    m_optimizer.step(parameters);

    m_next += count;
    ++m_steps;
    const bool endsEpoch = m_next == static_cast<std::int64_t>(m_order.size());
    const StepResult result{m_steps,        m_epoch, batch->lossSum / static_cast<double>(count),
                            batch->correct, count,   endsEpoch};
    if (endsEpoch) {
        ++m_epoch;
        if (!finished())
            shuffle();
    }
    return result;
}

Result<Evaluation> Trainer::evaluate(const JobContext& context, std::int64_t n)
{
    const std::int64_t images = n > 0 ? std::min(n, testCount()) : testCount();
    BatchResult sum;
    // As large as a training batch: the network has the memory for it already.
    for (std::int64_t begin = 0; begin < images; begin += m_recipe.batch) {
        const std::int64_t count = std::min<std::int64_t>(m_recipe.batch, images - begin);
        std::vector<int> labels(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < labels.size(); ++i)
            labels[i] = m_data->test.label(begin + static_cast<std::int64_t>(i));
        const auto batch = m_network.testBatch(
            [&](std::int64_t i, float* out) {
                m_data->test.copyChannelsLast(begin + i, m_padding, out);
            },
            labels, context);
        if (!batch)
            return batch.error();
        sum.lossSum += batch->lossSum;
        sum.correct += batch->correct;
        sum.count += batch->count;
    }
    const auto total = static_cast<double>(std::max<std::int64_t>(sum.count, 1));
    return Evaluation{sum.lossSum / total, static_cast<double>(sum.correct) / total, sum.count};
}

Result<void> Trainer::setQuantization(const std::optional<QatConfig>& config)
{
    if (auto done = m_network.setQuantization(config ? &*config : nullptr); !done)
        return done.error();
    m_recipe.qat = config;
    m_quantizationStep = m_steps;
    return {};
}

} // namespace qs
