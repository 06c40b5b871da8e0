// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/twin_trainer.h"

#include <nlohmann/json.hpp>

#include <memory>

namespace qs {

/// The curves of a training, its events and what its quantizers held last, as a session file has
/// them in "train.curves".
nlohmann::ordered_json trainingCurvesToJson(const TwinSnapshot& training);
/// Reads what trainingCurvesToJson wrote; `recipe` where the curves have none of their own. Errors
/// (Data): a member of the wrong type or out of its range, by its path.
Result<std::shared_ptr<const TwinSnapshot>>
trainingCurvesFromJson(const nlohmann::ordered_json& json, const TrainRecipe& recipe);

} // namespace qs
