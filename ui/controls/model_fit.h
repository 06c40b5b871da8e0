// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/nn/train_recipe.h"

#include <string>

namespace qs {

/// Whether a recipe's model takes its data.
struct ModelFit {
    std::string problem;    ///< Trainer::make's error; empty: none, as far as can be said
    std::string suggestion; ///< a model that takes the data; empty: this one does, or none is known
};

/// Judges without reading what is on the disk: of fashion-mnist the size is known, the sets that
/// are made or bundled are asked with few samples; of idx: and csv: only the model is judged.
/// qat is left out: quantizers are judged where they are chosen.
ModelFit modelFit(const TrainRecipe& recipe);

} // namespace qs
