// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/controls/quantizer_controls.h"
#include "ui/document/spec_gesture.h"
#include "ui/jobs/tensor_answers.h"
#include "ui/main_window/panel_grid.h"

#include <QTimer>

namespace qs {

/// What a hand does in the plots of a tensor, as edits of the document: handles and the grid
/// dragged, scale and bits by the wheel, a choice clicked, an element picked, values selected.
class PlotGestures : public QObject {
    Q_OBJECT

public:
    PlotGestures(Document& document, TensorAnswers& answers, QuantizerControls& controls,
                 PanelGrid& grid, QObject* parent);

    /// Scale times 2^(notches / 12).
    void turnScale(double notches);
    /// The dtype of the same kind with the next fewer (-1) or more (1) bits; at the end nothing.
    void stepBits(int direction);
    /// Another dtype; a fixed range stays.
    void chooseDType(DType dtype);

private:
    void attach(int place);
    bool take();
    void move(const PanelInfo& panel, const QString& id, double x, double y);
    void choose(const QString& choice);
    void pick(const PanelInfo& panel, const Figure& figure, double x, double y);

    Document& m_document;
    TensorAnswers& m_answers;
    QuantizerControls& m_controls;
    PanelGrid& m_grid;
    SpecGesture m_gesture;
};

} // namespace qs
