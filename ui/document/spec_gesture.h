// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quant_params.h"
#include "ui/document/document.h"

#include <QCoreApplication>

#include <optional>

namespace qs {

/// A hand on the quantizer in a plot: its moves are one undo step, and each starts from what was in
/// force when the hand took hold, so that the rounding of zero_point does not add up.
class SpecGesture {
    Q_DECLARE_TR_FUNCTIONS(SpecGesture)

public:
    explicit SpecGesture(Document& document) : m_document(document) {}

    bool isOpen() const { return m_start.has_value(); }
    /// `params` are those in force, `channel` the set of them that is moved.
    void begin(const QuantParams& params, std::size_t channel);
    void end();

    /// The moves. Nothing happens before begin(), and where the value is no possible one.
    void moveRangeEnd(bool maximum, double x);
    /// zero_point stays.
    void moveScale(double scale);
    /// The grid by `distance`, to whole steps, as far as zero_point can follow.
    void moveZero(double distance);
    /// What was at `from` to `to`: near 0 the whole grid moves, elsewhere it is stretched about 0.
    void moveGrid(double from, double to);
    void moveScaleAndZeroPoint(double scale, double zeroPoint);

private:
    struct Start {
        QuantSpec spec;
        QuantParams params;
        std::size_t channel;
    };
    void edit(const QString& what, const QuantSpec& spec);
    double step() const;

    Document& m_document;
    std::optional<Start> m_start;
};

} // namespace qs
