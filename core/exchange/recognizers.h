// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exchange/literal.h"
#include "core/exchange/pasted_params.h"

namespace qs {

/// A pasted text, as each recognizer gets it.
struct PasteInput {
    std::string_view text; ///< without white space around it
    const Literal& tree;   ///< parseLiterals(text)
    const QuantSpec& base;
};

using Pasted = std::vector<PastedConfiguration>;

/// Each returns no configuration where the text is not of its kind, an error where it is but cannot
/// be used.
Result<Pasted> readTextLink(const PasteInput& input);
Result<Pasted> readOwnJson(const PasteInput& input);
Result<Pasted> readAimet(const PasteInput& input);
Result<Pasted> readQConfig(const PasteInput& input);
Result<Pasted> readFakeQuantize(const PasteInput& input);
Result<Pasted> readQuantizedTensor(const PasteInput& input);
Result<Pasted> readQuantizedModule(const PasteInput& input);
Result<Pasted> readObserver(const PasteInput& input);
Result<Pasted> readTfliteDict(const PasteInput& input);
Result<Pasted> readTfliteTuple(const PasteInput& input);
Result<Pasted> readLinearFormula(const PasteInput& input);
Result<Pasted> readNamedFields(const PasteInput& input);

} // namespace qs
