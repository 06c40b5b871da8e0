// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/twin_trainer.h"

#include "core/nn/qat_change.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

namespace qs {
namespace {

/// Changes that follow each other within so many steps are one event.
constexpr std::int64_t kOneGesture = 20;

using Clock = std::chrono::steady_clock;

/// Steps that a point of the training curve is the mean of. Counted, not timed: the same seed gives
/// the same curve.
constexpr std::int64_t kPointInterval = 10;
constexpr auto kSnapshotInterval = std::chrono::milliseconds(120);
constexpr std::int64_t kTestInterval = 100; ///< steps between evaluations on a few images
constexpr std::int64_t kTestImages = 1000;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

Error in(const std::string& network, const Error& error)
{
    if (error.kind == ErrorKind::Cancelled)
        return error;
    return {error.kind, network + " network: " + error.message};
}

} // namespace

TwinTrainer::TwinTrainer(Trainer floating, Trainer quantized)
    : m_float(std::move(floating)), m_quantized(std::move(quantized))
{
}

Result<std::unique_ptr<TwinTrainer>> TwinTrainer::make(TrainRecipe recipe,
                                                       std::shared_ptr<const Dataset> data)
{
    if (!recipe.qat)
        recipe.qat = defaultQatConfig();
    auto quantized = Trainer::make(recipe, data);
    if (!quantized)
        return quantized.error();
    recipe.qat.reset();
    auto floating = Trainer::make(std::move(recipe), std::move(data));
    if (!floating)
        return floating.error();
    return std::unique_ptr<TwinTrainer>(
        new TwinTrainer(std::move(*floating), std::move(*quantized)));
}

void TwinTrainer::pause()
{
    const std::scoped_lock lock(m_mutex);
    m_paused = true;
    m_changed.notify_all();
}

void TwinTrainer::resume()
{
    const std::scoped_lock lock(m_mutex);
    m_paused = false;
    m_changed.notify_all();
}

void TwinTrainer::stop()
{
    const std::scoped_lock lock(m_mutex);
    m_stop = true;
    m_changed.notify_all();
}

bool TwinTrainer::paused() const
{
    const std::scoped_lock lock(m_mutex);
    return m_paused;
}

void TwinTrainer::requestQuantization(QatConfig config)
{
    const std::scoped_lock lock(m_mutex);
    m_request = std::move(config);
}

void TwinTrainer::applyRequest()
{
    std::optional<QatConfig> request;
    {
        const std::scoped_lock lock(m_mutex);
        request.swap(m_request);
    }
    if (!request || request == m_quantized.recipe().qat)
        return;
    const auto step = m_quantized.steps();
    auto& events = m_history.events;
    const QatConfig before = m_quantized.recipe().qat.value_or(QatConfig());
    if (const auto done = m_quantized.setQuantization(request); !done) {
        events.push_back({step, "refused: " + done.error().message});
        return;
    }
    // A slider that is dragged asks at every step: that is one event, from its first step on.
    if (m_lastChangeStep && step - *m_lastChangeStep <= kOneGesture && !events.empty()) {
        events.back().text = describeChange(m_beforeLastEvent, *request);
        if (events.back().text.empty()) { // back where it began
            events.pop_back();
            m_lastChangeStep.reset();
            return;
        }
    } else {
        m_beforeLastEvent = before;
        events.push_back({step, describeChange(before, *request)});
    }
    m_lastChangeStep = step;
}

Result<TwinStep> TwinTrainer::step(const JobContext& context)
{
    applyRequest();
    const auto start = Clock::now();
    // Where the float network was a step ahead when the other was cancelled, it waits.
    TwinStep step;
    if (m_float.steps() == m_quantized.steps()) {
        auto result = m_float.step(context);
        if (!result)
            return in("float", result.error());
        m_floatStep = *result;
    }
    step.floating = m_floatStep;
    auto quantized = m_quantized.step(context);
    if (!quantized)
        return in("quantized", quantized.error());
    step.quantized = *quantized;
    m_floatLossSum += step.floating.loss;
    m_quantizedLossSum += step.quantized.loss;
    ++m_lossSteps;
    if (m_quantized.steps() % kPointInterval == 0 || quantized->endsEpoch)
        addTrainPoint();
    // A mean that forgets older steps: the machine's other work comes and goes.
    constexpr double memory = 0.98;
    m_trainingSeconds = memory * m_trainingSeconds + secondsSince(start);
    m_trainingSamples = memory * m_trainingSamples + static_cast<double>(step.quantized.samples);
    return step;
}

void TwinTrainer::addTrainPoint()
{
    if (m_lossSteps == 0)
        return;
    const auto steps = static_cast<double>(m_lossSteps);
    m_history.train.push_back(
        {m_quantized.steps(), m_floatLossSum / steps, m_quantizedLossSum / steps});
    m_floatLossSum = 0;
    m_quantizedLossSum = 0;
    m_lossSteps = 0;
}

Result<void> TwinTrainer::evaluateBoth(const JobContext& context, std::int64_t images)
{
    const auto floating = m_float.evaluate(context, images);
    if (!floating)
        return floating.error();
    const auto quantized = m_quantized.evaluate(context, images);
    if (!quantized)
        return quantized.error();
    m_history.test.push_back({m_quantized.steps(), *floating, *quantized});
    return {};
}

std::shared_ptr<const TwinSnapshot> TwinTrainer::snapshot() const
{
    auto snapshot = std::make_shared<TwinSnapshot>(m_history);
    snapshot->recipe = m_quantized.recipe();
    snapshot->step = m_quantized.steps();
    snapshot->stepsPerEpoch = m_quantized.stepsPerEpoch();
    snapshot->epoch = std::min(m_quantized.epoch(), m_quantized.recipe().epochs);
    snapshot->paused = paused();
    snapshot->finished = finished();
    snapshot->samplesPerSecond = m_trainingSeconds > 0 ? m_trainingSamples / m_trainingSeconds : 0;
    snapshot->floatWeights = m_float.network().stateDict();
    snapshot->quantizedWeights = m_quantized.network().stateDict();
    snapshot->quantizers = m_quantized.network().quantizers();
    snapshot->weightViews = m_quantized.network().weightViews();
    snapshot->oscillations = m_quantized.oscillation().states();
    return snapshot;
}

/// False: the run is to end.
bool TwinTrainer::waitWhilePaused(const JobContext& context, const OnSnapshot& onSnapshot)
{
    std::unique_lock lock(m_mutex);
    if (m_paused && !m_stop) {
        lock.unlock();
        onSnapshot(snapshot());
        lock.lock();
        m_changed.wait(lock, context.stopToken(), [this] { return !m_paused || m_stop; });
    }
    const bool goesOn = !m_stop;
    m_stop = false;
    return goesOn;
}

Result<TwinTrainer::End> TwinTrainer::run(const JobContext& context, const OnSnapshot& onSnapshot)
{
    auto lastSnapshot = Clock::now();
    const auto emit = [&] {
        onSnapshot(snapshot());
        lastSnapshot = Clock::now();
    };
    while (!finished()) {
        if (!waitWhilePaused(context, onSnapshot)) {
            emit();
            return End::Stopped;
        }
        if (context.stopRequested())
            return Error::cancelled();
        const auto step = this->step(context);
        if (!step) {
            if (step.error().kind != ErrorKind::Cancelled)
                emit();
            return step.error();
        }
        const bool endsEpoch = step->quantized.endsEpoch;
        if (endsEpoch || m_quantized.steps() % kTestInterval == 0) {
            if (auto tested = evaluateBoth(context, endsEpoch ? 0 : kTestImages); !tested)
                return tested.error();
            emit();
        } else if (Clock::now() - lastSnapshot >= kSnapshotInterval) {
            emit();
        }
        context.report("train", static_cast<double>(m_quantized.steps()) /
                                    static_cast<double>(m_quantized.stepsPerEpoch() *
                                                        m_quantized.recipe().epochs));
    }
    return End::Finished;
}

} // namespace qs
