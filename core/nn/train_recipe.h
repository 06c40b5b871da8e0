// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/augmentation.h"
#include "core/nn/lr_schedule.h"
#include "core/nn/network.h"
#include "core/nn/optimizer.h"
#include "core/nn/qat_config.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace qs {

/// What a person chose to train: a plain value.
struct TrainRecipe {
    std::string model = "seed-cnn";     ///< modelByName
    std::string data = "fashion-mnist"; ///< readDataset
    int epochs = 1;
    int batch = 64;
    /// Learning rate. With adam and adamw, scales that quantizers learn take it as a part of their
    /// size.
    double lr = 0.001;
    std::string optimizer = "adam";     ///< adam, adamw or sgd
    double momentum = 0;                ///< sgd
    bool nesterov = false;              ///< sgd with momentum
    double weightDecay = 0;             ///< weight_decay
    LrSchedule schedule;                ///< of the learning rate
    std::string loss = "cross_entropy"; ///< or mse: one-hot labels, or the data's real targets
    std::uint64_t seed = 0;
    Augmentation augmentation;    ///< of training samples; none by default
    std::int64_t calibration = 0; ///< training samples that are held out for calibration
    std::optional<QatConfig> qat; ///< none: float
    int observeEpochs = 0;        ///< first only observe, for so many epochs
    int freezeObserversAfter = 0; ///< epochs after which observers stop; 0: never
    int freezeBatchNormAfter = 0; ///< epochs after which BatchNorm's statistics stop; 0: never
    std::int64_t limitTrain = 0;  ///< only the first so many training samples; 0: all
    std::int64_t limitTest = 0;   ///< likewise of the test samples
    bool operator==(const TrainRecipe&) const = default;
};

/// Everything about a recipe that can be judged without its data. Errors (Usage): each value that
/// cannot be, by name; modelByName's.
Result<void> checkRecipe(const TrainRecipe& recipe);

/// The optimizer of a recipe. Errors (Usage): Optimizer::make's.
Result<Optimizer> makeOptimizer(const TrainRecipe& recipe);

/// {"model": …, "data": …, "epochs": …, "batch": …, "lr": …, "optimizer": …, "momentum": …,
/// "weight_decay": …, "schedule": {"name": "step", "step_size": …, "gamma": …, "T_max": …,
/// "eta_min": …, "warmup_steps": …}, "loss": …, "seed": …, "augmentation": {"shift": …,
/// "horizontal_flip": …, "noise": …}, "qat": {…}, …}; what stands at its default may be left out.
nlohmann::ordered_json toJson(const TrainRecipe& recipe);
/// What is left out keeps its value in `base`. Errors (Data): a member of another type or range, by
/// its path, which begins with `where`. Unknown members are allowed.
Result<TrainRecipe> recipeFromJson(const nlohmann::ordered_json& json, const std::string& where,
                                   const TrainRecipe& base);

} // namespace qs
