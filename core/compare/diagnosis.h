// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/compare/layer_report.h"

#include <string>
#include <vector>

namespace qs {

enum class SuggestionKind : std::uint8_t {
    Configure, ///< another quantizer for this layer
    Equalize,  ///< cross-layer equalization of the network
    AdaRound,  ///< of this layer
    CorrectBias,
    KeepFloat,
};

/// A change that a rule suggests.
struct Suggestion {
    SuggestionKind kind = SuggestionKind::Configure;
    std::string change;           ///< "weight: observer mse"; also what tells two of them apart
    std::string why;              ///< the finding, in plain words
    LayerQuantization quantizers; ///< Configure: the layer's (the input's: its activation)
};

/// What the facts suggest, each change once.
struct Diagnosis {
    std::vector<std::string> findings;
    std::vector<Suggestion> suggestions;
};

/// Keeping the layer float is always the last suggestion. `calibrated`: whether there are samples
/// for AdaRound and bias correction.
Diagnosis diagnose(const LayerFigures& figures, bool calibrated);

} // namespace qs
