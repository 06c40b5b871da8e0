// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_spec.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// One quantizer that a text describes.
struct PastedConfiguration {
    std::string name; ///< of the tensor, or "weight", "activation"; empty: the only one, unnamed
    QuantSpec spec;   ///< can be used: checkSpec
    std::optional<QuantParams> params; ///< where the spec is fixed: what it says
    std::vector<std::string> notes;    ///< what was assumed, rounded or not understood
};

/// What a pasted text was found to be.
struct PastedParams {
    std::string kind; ///< for people: "PyTorch's repr of a fake quantize module"
    /// At least one; the first is the default.
    std::vector<PastedConfiguration> configurations;
    std::vector<std::string> notes; ///< about the text as a whole
};

/// Reads the parameters of a quantizer from what people copy: PyTorch's reprs and qconfigs, AIMET's
/// encodings, TensorFlow Lite's tuples and dicts, names of ONNX, `scale=0.0039, zero_point=0` in a
/// line of text, our own JSON and text link. What the text does not say is kept from `base`, with a
/// note. A fixed spec is the result where there are scales (or an observed range, from which they
/// follow), an observed one where the text is a qconfig or an observer.
///
/// Errors (Data), each naming the field, what was expected and what was found: a text that is none
/// of these; more than 16 MiB, 2^20 numbers or brackets nested deeper than 64; a scale that is not
/// finite or not above 0; a zero_point outside [quant_min, quant_max]; a list that was printed with
/// "..." in it; an unknown dtype.
Result<PastedParams> parseParams(std::string_view text, const QuantSpec& base);

/// One row of THE table of what can be pasted.
struct PasteKind {
    std::string_view kind;    ///< "TensorFlow Lite's quantization parameters"
    std::string_view example; ///< a short text of it
};
std::vector<PasteKind> pasteKinds();

} // namespace qs
