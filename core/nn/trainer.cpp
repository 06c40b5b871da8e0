// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/trainer.h"

#include "core/base/rng.h"
#include "core/base/text.h"

#include <algorithm>
#include <numeric>

namespace qs {
namespace {

/// Zeros around each image that make it as large as the model's input; -1: it does not fit.
int paddingFor(const SampleSet& images, SampleShape input)
{
    const int pixels = images.channels() * images.height() * images.width();
    if (input.height == 1 && input.width == 1 && input.channels == pixels)
        return images.channels() == 1 ? 0 : -1;
    const int extra = input.height - images.height();
    const bool fits = input.channels == images.channels() && extra >= 0 && extra % 2 == 0 &&
                      input.width - images.width() == extra;
    return fits ? extra / 2 : -1;
}

/// Whether the data have what the loss compares with.
Result<void> checkTargets(const TrainRecipe& recipe, const Dataset& data, int outputs)
{
    const std::string model = "model " + recipe.model + " has " + std::to_string(outputs) +
                              " outputs, " + data.name + " has ";
    if (data.train.hasTargets()) {
        if (recipe.loss != "mse")
            return Error::usage("loss " + recipe.loss + " needs classes, " + data.name +
                                " has real targets: choose the loss mse");
        if (data.train.outputs() != outputs)
            return Error::usage(model + std::to_string(data.train.outputs()) + " targets");
        return {};
    }
    if (outputs < data.classes)
        return Error::usage(model + std::to_string(data.classes) + " classes");
    return {};
}

} // namespace

Trainer::Trainer(TrainRecipe recipe, std::shared_ptr<const Dataset> data, Network network,
                 Optimizer optimizer, int padding, Loss loss)
    : m_recipe(std::move(recipe)),
      m_data(std::move(data)),
      m_network(std::move(network)),
      m_optimizer(std::move(optimizer)),
      m_padding(padding),
      m_loss(loss)
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
    auto optimizer = makeOptimizer(recipe);
    if (!optimizer)
        return optimizer.error();
    auto network = Network::make(*model, recipe.seed);
    if (!network)
        return network.error();
    if (auto ok = checkTargets(recipe, *data, network->outputs()); !ok)
        return ok.error();
    if (recipe.calibration > 0 && data->calibration.count() != recipe.calibration) {
        auto split = holdOut(*data, recipe.calibration, recipe.seed);
        if (!split)
            return Error::usage("calibration: " + split.error().message);
        data = std::make_shared<const Dataset>(std::move(*split));
    }
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
    const Loss loss = *lossByName(recipe.loss);
    return Trainer(std::move(recipe), std::move(data), std::move(*network), std::move(*optimizer),
                   padding, loss);
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
    m_network.setBatchNormFrozen(
        (m_recipe.freezeBatchNormAfter > 0 && m_epoch > m_recipe.freezeBatchNormAfter) ||
        (m_recipe.qat && m_recipe.qat->freezeBatchNorm));
    if (!m_recipe.qat)
        return;
    const bool frozen =
        m_recipe.freezeObserversAfter > 0 && m_epoch > m_recipe.freezeObserversAfter;
    const bool enough = m_recipe.qat->observeSteps > 0 &&
                        m_steps - m_quantizationStep >= m_recipe.qat->observeSteps;
    m_network.setObserversEnabled(!frozen, !frozen && !enough);
    m_network.setFakeQuantEnabled(m_epoch > m_recipe.observeEpochs);
}

double Trainer::lr() const
{
    return lrAt(m_recipe.schedule, m_recipe.lr, m_epoch - 1, m_steps);
}

/// What a batch is compared with, and how its samples are written.
struct Trainer::Batch {
    std::vector<int> labels;
    std::vector<float> values;
    Network::SampleWriter writer;
    BatchTargets targets(Loss loss) const { return {labels, values, loss}; }
};

Trainer::Batch Trainer::gather(const SampleSet& samples, std::span<const std::int64_t> indices,
                               bool augmented) const
{
    Batch batch;
    for (const std::int64_t index : indices)
        if (samples.hasTargets()) {
            const auto targets = samples.targets(index);
            batch.values.insert(batch.values.end(), targets.begin(), targets.end());
        } else {
            batch.labels.push_back(samples.label(index));
        }
    const AugmentedSize size{samples.channels(), samples.height() + 2 * m_padding,
                             samples.width() + 2 * m_padding};
    batch.writer = [this, &samples, indices, augmented, size](std::int64_t i, float* out) {
        const std::int64_t index = indices[static_cast<std::size_t>(i)];
        samples.copyChannelsLast(index, m_padding, out);
        if (augmented)
            augment(m_recipe.augmentation, size, m_recipe.seed, static_cast<std::uint64_t>(m_epoch),
                    static_cast<std::uint64_t>(index), out);
    };
    return batch;
}

std::vector<Tensor> Trainer::networkState() const
{
    std::vector<Tensor> state = m_network.stateDict();
    for (auto& tensor : m_network.trainingState())
        state.push_back(std::move(tensor));
    return state;
}

Result<void> Trainer::restore(std::span<const Tensor> state)
{
    if (auto done = m_network.loadStateDict(state); !done)
        return done;
    return m_network.loadTrainingState(state);
}

Result<StepResult> Trainer::step(const JobContext& context)
{
    if (finished())
        return Error::usage("all " + std::to_string(m_recipe.epochs) + " epochs are done");
    applyPhase();
    const std::int64_t count =
        std::min<std::int64_t>(m_recipe.batch, static_cast<std::int64_t>(m_order.size()) - m_next);
    const std::vector<std::int64_t> indices(m_order.begin() + m_next,
                                            m_order.begin() + m_next + count);
    const Batch samples = gather(m_data->train, indices, m_recipe.augmentation.any());
    // Half a step moves observers and running statistics: no checkpoint could go on from there.
    std::vector<Tensor> before = networkState();
    const auto batch = m_network.trainBatch(samples.writer, samples.targets(m_loss), context);
    if (!batch) {
        const bool cancelled = batch.error().kind == ErrorKind::Cancelled;
        if (auto restored = restore(cancelled || m_lastGood.empty() ? before : m_lastGood);
            !restored)
            return restored.error();
        if (cancelled)
            return batch.error();
        const bool notFinite = batch.error().message.find("not finite") != std::string::npos;
        return Error::data(
            "step " + std::to_string(m_steps + 1) + ": " + batch.error().message +
            (notFinite ? "; lr " + formatShort(lr()) + " may be too large" : std::string()));
    }
    m_lastGood = std::move(before);
    auto& parameters = m_network.parameters();
    if (m_recipe.qat)
        if (auto ok = m_oscillation.beforeStep(m_network, m_recipe.qat->oscillation); !ok)
            return ok.error();
    // Adam's steps have the learning rate's size, whatever the gradient's: for a scale of 0.01 that
    // must mean a part of it (of several, of their mean). A function of the value, so that a
    // checkpoint need not know it.
    if (m_recipe.optimizer != "sgd")
        for (auto& p : parameters)
            if (p.positive && !p.value.empty())
                p.lrFactor = std::accumulate(p.value.begin(), p.value.end(), 0.0) /
                             static_cast<double>(p.value.size());
    m_optimizer.setLr(lr());
    m_optimizer.step(parameters);
    m_network.constrainLearned();
    if (auto ok = m_oscillation.afterStep(m_network); !ok)
        return ok.error();

    m_next += count;
    ++m_steps;
    const bool endsEpoch = m_next == static_cast<std::int64_t>(m_order.size());
    const StepResult result{m_steps,        m_epoch, batch->lossSum / static_cast<double>(count),
                            batch->correct, count,   endsEpoch};
    if (endsEpoch) {
        ++m_epoch;
        m_next = 0;
        m_oscillation.endEpoch();
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
        std::vector<std::int64_t> indices(
            static_cast<std::size_t>(std::min<std::int64_t>(m_recipe.batch, images - begin)));
        std::iota(indices.begin(), indices.end(), begin);
        const Batch samples = gather(m_data->test, indices, false);
        const auto batch = m_network.testBatch(samples.writer, samples.targets(m_loss), context);
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
