// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/panel.h"

namespace qs {

/// The study that is about what `input` shows, ready to be drawn. Null: `figure` says in its
/// emptyText what is missing (`name`: of the picture).
const TensorStudy* studyOf(const PanelInput& input, StudyKind kind, const QString& name,
                           Figure& figure);
/// SQNR in dB, for an axis.
Axis sqnrAxis(double min, double max);
/// One named point of `result`'s own quantizer, drawn above all others.
Series currentPoint(const QString& csvName, double x, double y, const QString& label);

} // namespace qs
