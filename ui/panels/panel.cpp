// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/panel.h"

#include "ui/panels/bit_inspector_panel.h"
#include "ui/panels/bits_sweep_panel.h"
#include "ui/panels/calibration_search_panel.h"
#include "ui/panels/cells_panel.h"
#include "ui/panels/channels_panel.h"
#include "ui/panels/code_usage_panel.h"
#include "ui/panels/dialects_panel.h"
#include "ui/panels/error_histogram_panel.h"
#include "ui/panels/error_panel.h"
#include "ui/panels/formats_panel.h"
#include "ui/panels/histogram_panel.h"
#include "ui/panels/landscape_panel.h"
#include "ui/panels/mapping_panel.h"
#include "ui/panels/number_lines_panel.h"
#include "ui/panels/range_curve_panel.h"
#include "ui/panels/training_panel.h"
#include "ui/panels/transfer_panel.h"
#include "ui/panels/weights_panel.h"

#include <QCoreApplication>

namespace qs {
namespace {

constexpr PanelInfo kPanels[] = {
    {"transfer", QT_TRANSLATE_NOOP("Panels", "Transfer"),
     QT_TRANSLATE_NOOP("Panels",
                       "What the quantizer makes of every real value x: the staircase of "
                       "levels beside the identity. Beyond the handles values are clipped."),
     WorkspaceId::Tensor, true, StudyKind::None, transferFigure},
    {"histogram", QT_TRANSLATE_NOOP("Panels", "Histogram and grid"),
     QT_TRANSLATE_NOOP("Panels",
                       "How often each real value occurs in the float tensor, and how many "
                       "of them land on each level of the grid."),
     WorkspaceId::Tensor, true, StudyKind::None, histogramFigure, SelectedBy::Code},
    {"error", QT_TRANSLATE_NOOP("Panels", "Error"),
     QT_TRANSLATE_NOOP("Panels",
                       "The error of every real value x in LSB, the distance of the levels "
                       "around x: at most half of it inside the range, growing without bound "
                       "outside."),
     WorkspaceId::Tensor, true, StudyKind::None, errorFigure},
    {"error_histogram", QT_TRANSLATE_NOOP("Panels", "Error histogram"),
     QT_TRANSLATE_NOOP("Panels",
                       "How the errors of all elements spread, in LSB, the distance of the levels "
                       "around each. Evenly spread rounding errors lie on the reference line."),
     WorkspaceId::Tensor, false, StudyKind::None, errorHistogramFigure, SelectedBy::Error},
    {"code_usage", QT_TRANSLATE_NOOP("Panels", "Code usage"),
     QT_TRANSLATE_NOOP("Panels", "How many elements have each code. Codes nobody uses are bits "
                                 "paid for nothing."),
     WorkspaceId::Tensor, false, StudyKind::None, codeUsageFigure, SelectedBy::Code},
    {"range_curve", QT_TRANSLATE_NOOP("Panels", "Range"),
     QT_TRANSLATE_NOOP("Panels",
                       "The mean squared error for every width of the range: narrower clips more, "
                       "wider rounds more coarsely. Points are what the observers choose; drag the "
                       "handle to choose another."),
     WorkspaceId::Tensor, false, StudyKind::RangeCurve, rangeCurveFigure},
    {"bits_sweep", QT_TRANSLATE_NOOP("Panels", "Bits"),
     QT_TRANSLATE_NOOP("Panels",
                       "The signal-to-noise ratio for 2 to 16 bits. Evenly spread values gain 6.02 "
                       "dB with every bit; others lie below, because of what the range spends on "
                       "their tails."),
     WorkspaceId::Tensor, false, StudyKind::Bits, bitsSweepFigure},
    {"formats", QT_TRANSLATE_NOOP("Panels", "Formats"),
     QT_TRANSLATE_NOOP("Panels",
                       "Every dtype with what it costs and what it buys. On the line are those "
                       "that no smaller one equals; the pointer names the others."),
     WorkspaceId::Tensor, false, StudyKind::Formats, formatsFigure},
    {"landscape", QT_TRANSLATE_NOOP("Panels", "Landscape"),
     QT_TRANSLATE_NOOP("Panels",
                       "The signal-to-noise ratio of every pair of scale and zero_point as a "
                       "colour. The cross is the quantizer in use, the disc the best there is."),
     WorkspaceId::Tensor, false, StudyKind::Landscape, landscapeFigure},
    {"mapping", QT_TRANSLATE_NOOP("Panels", "Mapping"),
     QT_TRANSLATE_NOOP("Panels",
                       "Which real value each code stands for: real values above, codes below. "
                       "Evenly spaced levels give parallel lines, those of floats fan out."),
     WorkspaceId::Tensor, true, StudyKind::None, mappingFigure},
    {"number_lines", QT_TRANSLATE_NOOP("Panels", "Number lines"),
     QT_TRANSLATE_NOOP("Panels",
                       "Every value that each dtype has a code for, by size. Integers are evenly "
                       "spaced; floats have as many values in each power of two, so their distance "
                       "doubles."),
     WorkspaceId::Tensor, false, StudyKind::None, numberLinesFigure},
    {"bit_inspector", QT_TRANSLATE_NOOP("Panels", "Bits of an element"),
     QT_TRANSLATE_NOOP("Panels",
                       "One element taken apart: the bits it is stored in, the scale, the code, "
                       "and how the code becomes a real value again."),
     WorkspaceId::Tensor, false, StudyKind::None, bitInspectorFigure},
    {"dialects", QT_TRANSLATE_NOOP("Panels", "Dialects"),
     QT_TRANSLATE_NOOP("Panels",
                       "The same ranges as other programs round and scale them, and how many "
                       "elements come out differently. The rule is the one whose exchange alone "
                       "leaves the fewest differences. A click picks the first that differs."),
     WorkspaceId::Tensor, false, StudyKind::Dialects, dialectsFigure},
    {"calibration_search", QT_TRANSLATE_NOOP("Panels", "Search"),
     QT_TRANSLATE_NOOP("Panels",
                       "The ranges that the observer looked at, one after the other, and the "
                       "number it compares them by. It takes the range where that is smallest."),
     WorkspaceId::Tensor, false, StudyKind::Search, calibrationSearchFigure},
    {"channels", QT_TRANSLATE_NOOP("Panels", "Channels"),
     QT_TRANSLATE_NOOP("Panels",
                       "The values of every channel, from the smallest to the largest, beside the "
                       "range that its codes cover, and its signal-to-noise ratio. One range for "
                       "channels of different sizes leaves the small ones with a few codes."),
     WorkspaceId::Tensor, false, StudyKind::Channels, channelsFigure},
    {"cells", QT_TRANSLATE_NOOP("Panels", "Cells"),
     QT_TRANSLATE_NOOP("Panels",
                       "The last two axes of the tensor as rows and columns: the float values, "
                       "their codes, what the codes stand for, or the error. Numbers appear where "
                       "a cell has room for them."),
     WorkspaceId::Tensor, false, StudyKind::Cells, cellsFigure},
    {"training", QT_TRANSLATE_NOOP("Panels", "Loss and accuracy"),
     QT_TRANSLATE_NOOP("Panels",
                       "Two networks with the same start and the same batches: one in float, "
                       "one under fake quantization. Lines with letters are your changes."),
     WorkspaceId::Train, false, StudyKind::None, trainingFigure},
    {"weights", QT_TRANSLATE_NOOP("Panels", "Weights"),
     QT_TRANSLATE_NOOP("Panels",
                       "The weights that the fake-quantized network trains, before they are "
                       "rounded, and the levels they are rounded to. Weights with a gradient mask "
                       "of 0 are clipped and learn nothing; oscillating ones jump between levels."),
     WorkspaceId::Train, false, StudyKind::None, weightsFigure},
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
