// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/nn/network.h"
#include "core/nn/optimizer.h"
#include "core/nn/train_recipe.h"
#include "core/nn/weight_oscillation.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace qs {

struct StepResult {
    std::int64_t step = 0; ///< steps done, this one included
    int epoch = 1;         ///< the epoch that the step belongs to, from 1
    double loss = 0;       ///< mean over the batch, before the update
    std::int64_t correct = 0;
    std::int64_t samples = 0;
    bool endsEpoch = false;
};

struct Evaluation {
    double loss = 0;     ///< mean
    double accuracy = 0; ///< 0 … 1
    std::int64_t images = 0;
};

/// Trains a network, step by step. One thread at a time: parameters that another thread changes are
/// handed over between steps (TwinTrainer::requestQuantization). The same recipe and data give the
/// same bits whatever the number of threads.
class Trainer {
public:
    /// Errors (Usage): checkRecipe's; samples, labels or targets that do not fit the model and
    /// the loss; more calibration samples than there are. Images smaller
    /// than the model's input by an even number are padded with zeros all around.
    static Result<Trainer> make(TrainRecipe recipe, std::shared_ptr<const Dataset> data);

    /// The next batch: forward, backward, update. Each epoch shuffles the images anew, as a
    /// function of the seed and the epoch alone. Errors: Usage: finished(); Data: a loss or
    /// gradient that is not finite, naming step and layer, with the network restored for which the
    /// loss was finite last; cancelled, with everything as before the step.
    Result<StepResult> step(const JobContext& context = {});
    /// Everything that the steps to come depend on, as named tensors: the network's stateDict() and
    /// trainingState(), "optimizer.…", "oscillation.…", "trainer.progress" and "trainer.recipe"
    /// (the recipe as JSON, in bytes). Between steps.
    std::vector<Tensor> checkpoint() const;
    /// Goes on where a checkpoint of the same recipe was made: the same steps follow, bit for bit.
    /// The number of epochs may differ. Errors (Data): another recipe, with what differs; tensors
    /// that do not fit. What is there then is unspecified: make another trainer.
    Result<void> resume(std::span<const Tensor> checkpoint);
    /// The recipe of a checkpoint. Errors (Data): none.
    static Result<TrainRecipe> recipeOf(std::span<const Tensor> checkpoint);

    /// Loss and accuracy on the first n test images; n <= 0: all (of limit_test). Observes nothing.
    Result<Evaluation> evaluate(const JobContext& context = {}, std::int64_t n = 0);

    bool finished() const { return m_epoch > m_recipe.epochs; }
    std::int64_t steps() const { return m_steps; }
    int epoch() const { return m_epoch; } ///< of the next step, from 1; epochs + 1 when finished
    std::int64_t stepsPerEpoch() const;

    /// From the next step on; nullopt: float. Weights, the optimizer's state and observed ranges
    /// that still mean something are kept. Errors: Network::setQuantization's; the old ones stay.
    Result<void> setQuantization(const std::optional<QatConfig>& config);

    const TrainRecipe& recipe() const { return m_recipe; }
    const Dataset& data() const { return *m_data; }
    int padding() const { return m_padding; } ///< zeros around each image
    double lr() const;                        ///< of the next step, as the schedule has it
    /// Flips of weights' codes: empty unless the qat config asks for it.
    const WeightOscillation& oscillation() const { return m_oscillation; }
    Network& network() { return m_network; }
    const Network& network() const { return m_network; }

private:
    Trainer(TrainRecipe recipe, std::shared_ptr<const Dataset> data, Network network,
            Optimizer optimizer, int padding, Loss loss);
    struct Batch;
    Batch gather(const SampleSet& samples, std::span<const std::int64_t> indices,
                 bool augmented) const;
    /// The network and what its observers know, before a step; and back to it.
    std::vector<Tensor> networkState() const;
    Result<void> restore(std::span<const Tensor> state);
    void shuffle();
    void applyPhase();
    std::int64_t trainCount() const;
    std::int64_t testCount() const;

    TrainRecipe m_recipe;
    std::shared_ptr<const Dataset> m_data;
    Network m_network;
    Optimizer m_optimizer;
    int m_padding = 0;
    Loss m_loss = Loss::CrossEntropy;
    int m_epoch = 1;
    std::int64_t m_steps = 0;
    std::int64_t m_next = 0;             ///< position in m_order
    std::int64_t m_quantizationStep = 0; ///< steps done when quantization was last set
    std::vector<std::uint32_t> m_order;
    std::vector<Tensor> m_lastGood; ///< the network's state for which the loss was finite last
    WeightOscillation m_oscillation;
};

} // namespace qs
