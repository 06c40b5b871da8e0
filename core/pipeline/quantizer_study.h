// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pipeline/tensor_study.h"

namespace qs {

/// The axis whose channels are looked at: the spec's, the last one for ggml's blocks, the first one
/// where the shape does not have it.
int channelAxis(const QuantSpec& spec, const Shape& shape);
/// Which elements are looked at together: those that share parameters; of one set of parameters
/// for all, the channels along channelAxis.
/// Errors: what QuantSpec::layout says.
Result<ParamLayout> channelLayout(const QuantSpec& spec, const Shape& shape);

/// What a spec resolves to for a tensor: `report`'s parameters where it is of that spec, else found
/// anew. Errors: what chooseQuantParams says; cancelled.
Result<Quantizer> quantizerOf(const ErrorSource& source, const QuantSpec& spec,
                              const Report* report, const JobContext& context);

/// The studies of the quantizer in use (StudyKind::Channels, Cells). Errors: a spec whose layout
/// does not fit; cancelled.
Result<void> addChannels(const ErrorSource& source, const QuantSpec& spec,
                         const Quantizer& quantizer, TensorStudy& study, const JobContext& context);
Result<void> addCells(const ErrorSource& source, const Quantizer& quantizer,
                      const SlicePlace& place, TensorStudy& study, const JobContext& context);

} // namespace qs
