// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/panel.h"

#include "ui/panels/code_usage_panel.h"
#include "ui/panels/error_histogram_panel.h"
#include "ui/panels/error_panel.h"
#include "ui/panels/histogram_panel.h"
#include "ui/panels/training_panel.h"
#include "ui/panels/transfer_panel.h"

#include <QCoreApplication>

namespace qs {
namespace {

constexpr PanelInfo kPanels[] = {
    {"transfer", QT_TRANSLATE_NOOP("Panels", "Transfer"),
     QT_TRANSLATE_NOOP("Panels",
                       "What the quantizer makes of every real value x: the staircase of "
                       "levels beside the identity. Beyond the handles values are clipped."),
     WorkspaceId::Tensor, true, transferFigure},
    {"histogram", QT_TRANSLATE_NOOP("Panels", "Histogram and grid"),
     QT_TRANSLATE_NOOP("Panels",
                       "How often each real value occurs in the float tensor, and how many "
                       "of them land on each level of the grid."),
     WorkspaceId::Tensor, true, histogramFigure},
    {"error", QT_TRANSLATE_NOOP("Panels", "Error"),
     QT_TRANSLATE_NOOP("Panels",
                       "The error of every real value x in LSB, the distance of the levels "
                       "around x: at most half of it inside the range, growing without bound "
                       "outside."),
     WorkspaceId::Tensor, true, errorFigure},
    {"error_histogram", QT_TRANSLATE_NOOP("Panels", "Error histogram"),
     QT_TRANSLATE_NOOP("Panels",
                       "How the errors of all elements spread, in LSB, the distance of the levels "
                       "around each. Evenly spread rounding errors lie on the reference line."),
     WorkspaceId::Tensor, false, errorHistogramFigure},
    {"code_usage", QT_TRANSLATE_NOOP("Panels", "Code usage"),
     QT_TRANSLATE_NOOP("Panels", "How many elements have each code. Codes nobody uses are bits "
                                 "paid for nothing."),
     WorkspaceId::Tensor, false, codeUsageFigure},
    {"training", QT_TRANSLATE_NOOP("Panels", "Loss and accuracy"),
     QT_TRANSLATE_NOOP("Panels",
                       "Two networks with the same start and the same batches: one in float, "
                       "one under fake quantization. Lines with letters are your changes."),
     WorkspaceId::Train, false, trainingFigure},
};

} // namespace

std::span<const PanelInfo> panels()
{
    return kPanels;
}

const PanelInfo* panelById(const QString& id)
{
    for (const auto& panel : kPanels) {
        if (id == QLatin1String(panel.id))
            return &panel;
    }
    return nullptr;
}

QString panelTitle(const PanelInfo& panel)
{
    return QCoreApplication::translate("Panels", panel.title);
}

QString panelHelp(const PanelInfo& panel)
{
    return QCoreApplication::translate("Panels", panel.help);
}

} // namespace qs
