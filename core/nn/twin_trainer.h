// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/trainer.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace qs {

/// A step of both networks on the same batch.
struct TwinStep {
    StepResult floating;
    StepResult quantized;
};

/// The state of a twin training at one moment: immutable, shared with whoever shows it.
struct TwinSnapshot {
    /// Mean training losses of the steps since the previous point: 10, or up to an epoch's end.
    struct TrainPoint {
        std::int64_t step = 0;
        double floatLoss = 0;
        double quantizedLoss = 0;
    };
    struct TestPoint {
        std::int64_t step = 0;
        Evaluation floating; ///< with the number of test images it is of
        Evaluation quantized;
    };
    struct Event {
        std::int64_t step = 0; ///< steps done when it happened; of a gesture, when it began
        std::string text;      ///< describeChange(), or why a change was refused
    };

    TrainRecipe recipe; ///< with the quantization in force
    std::int64_t step = 0;
    std::int64_t stepsPerEpoch = 0;
    int epoch = 1;
    bool paused = false;
    bool finished = false;
    double samplesPerSecond = 0; ///< training images through both networks, without evaluations
    std::vector<TrainPoint> train;
    std::vector<TestPoint> test;
    std::vector<Event> events;
    std::vector<Tensor> floatWeights;     ///< state_dict of the float network
    std::vector<Tensor> quantizedWeights; ///< of the other: the float weights behind the quantizers
    std::vector<FakeQuantizeState> quantizers;
    std::vector<WeightView> weightViews;        ///< latent weights, masks: of the last step
    std::vector<OscillationState> oscillations; ///< where the config tracks them
};

/// A float network and a fake-quantized one with the same initial weights, trained in lockstep on
/// the same batches. step and run belong to one thread at a time; everything else marked
/// thread-safe may be called from any.
class TwinTrainer {
public:
    using OnSnapshot = std::function<void(std::shared_ptr<const TwinSnapshot>)>;
    enum class End { Finished, Stopped };

    /// recipe.qat is the quantized network's; without one it is defaultQatConfig().
    /// Errors: Trainer::make's.
    static Result<std::unique_ptr<TwinTrainer>> make(TrainRecipe recipe,
                                                     std::shared_ptr<const Dataset> data);

    /// Applies what was requested, then trains both on the next batch. Errors: Trainer::step's,
    /// with which of the two networks.
    Result<TwinStep> step(const JobContext& context = {});

    /// Trains until all epochs are done or stop() was called; may be called again after that and
    /// goes on where it was. Calls onSnapshot on this thread about every 120 ms, after each
    /// evaluation (of the first 1,000 test images every 100 steps, of all at the end of an epoch),
    /// when it pauses and before it returns, unless cancelled. Errors: step's; cancelled when the
    /// context asks so.
    Result<End> run(const JobContext& context, const OnSnapshot& onSnapshot);

    void pause();  ///< thread-safe
    void resume(); ///< thread-safe
    void
    stop(); ///< thread-safe; ends the run that is under way, paused or not, or else the next one
    bool paused() const; ///< thread-safe: whether a pause was asked for
    /// Thread-safe. In force from the next step on, which is recorded as an event (changes within
    /// 20 steps of each other as one); a later request replaces one that was not applied yet. A
    /// config that cannot be is recorded as an event with the error, and the old one stays.
    void requestQuantization(QatConfig config);

    std::shared_ptr<const TwinSnapshot> snapshot() const; ///< between steps, of this moment
    bool finished() const { return m_quantized.finished(); }
    Trainer& floating() { return m_float; }
    Trainer& quantized() { return m_quantized; }

private:
    TwinTrainer(Trainer floating, Trainer quantized);
    void applyRequest();
    Result<void> evaluateBoth(const JobContext& context, std::int64_t images);
    bool waitWhilePaused(const JobContext& context, const OnSnapshot& onSnapshot);
    void addTrainPoint();

    Trainer m_float;
    Trainer m_quantized;
    TwinSnapshot m_history; ///< train, test, events
    QatConfig m_beforeLastEvent;
    std::optional<std::int64_t> m_lastChangeStep;
    double m_floatLossSum = 0;
    double m_quantizedLossSum = 0;
    std::int64_t m_lossSteps = 0;
    StepResult m_floatStep;
    double m_trainingSeconds = 0; ///< of the recent steps, as is the next
    double m_trainingSamples = 0;

    mutable std::mutex m_mutex; ///< for what follows
    std::condition_variable_any m_changed;
    std::optional<QatConfig> m_request;
    bool m_paused = false;
    bool m_stop = false;
};

} // namespace qs
