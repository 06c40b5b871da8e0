// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exchange/pasted_params.h"
#include "ui/document/document.h"

#include <memory>

class QMimeData;

namespace qs {

/// Where pasted parameters go.
enum class PasteTarget {
    Quantizer, ///< what the Tensor workspace shows
    SideB,     ///< the other side of A|B, or the shown one while that is B
};

/// Makes a pasted configuration the tensor's quantizer, or B: one undo step called "paste
/// parameters".
void applyPasted(Document& document, const PastedConfiguration& configuration,
                 PasteTarget target = PasteTarget::Quantizer);

/// How a quantizer is copied.
enum class CopyForm { TorchCode, Json, TextLink };

/// The quantizer for the clipboard: as text, and JSON as application/json too. `params` are what
/// the spec resolved to.
std::unique_ptr<QMimeData> parametersMimeData(CopyForm form, const QuantSpec& spec,
                                              const QuantParams& params);

} // namespace qs
