// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// States of the Tensor workspace's panels beyond the plain ones, of A|B, of what is picked and
// selected, and of the window's own surfaces.
#include "states.h"

#include "ui/main_window/command_palette.h"
#include "ui/main_window/keys_dialog.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/recovery_bar.h"
#include "ui/main_window/shortcut_sheet.h"
#include "ui/main_window/tensor_workspace.h"

#include <QDateTime>
#include <QLineEdit>
#include <QTest>
#include <QTreeWidget>

namespace qs {
namespace {

void edit(MainWindow& window, const std::function<void(Session&)>& change)
{
    window.document().edit(QStringLiteral("state"), {}, change);
}

/// The example with another third plot.
std::function<void(MainWindow&)> lowerPanel(const char* id)
{
    return [id](MainWindow& window) {
        window.openExample();
        edit(window, [id](Session& session) { session.tensor.view.panels[2] = id; });
    };
}

/// Selected elements of the example in 4 bits, in three plots.
void selecting(MainWindow& w, const std::vector<std::string>& panels, const Selection& selection)
{
    w.openExample();
    edit(w, [&](Session& s) {
        s.tensor.spec.dtype = DType::Int4;
        s.tensor.view.panels = panels;
    });
    settle(w);
    w.document().adjustView([&](Session& s) { s.tensor.view.brush = selection; });
}

} // namespace

std::vector<State> panelVariants()
{
    return {
        {QStringLiteral("channels_per_channel"),
         [](MainWindow& w) {
             lowerPanel("channels")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Int4;
                 s.tensor.spec.qscheme = QScheme::PerChannelSymmetric;
                 s.tensor.channel = 7;
                 s.tensor.view.channelOrder = ChannelOrder::Range;
             });
         }},
        {QStringLiteral("channels_many"),
         [](MainWindow& w) {
             edit(w, [](Session& s) {
                 s.tensor.source = "generator:normal?numel=640000&seed=1";
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Int4;
                 s.tensor.spec.qscheme = QScheme::PerGroupSymmetric;
                 s.tensor.spec.axis = -1;
                 s.tensor.spec.groupSize = 32;
                 s.tensor.view.panels[2] = "channels";
                 s.tensor.view.channelOrder = ChannelOrder::Sqnr;
             });
         }},
        {QStringLiteral("cells_error"),
         [](MainWindow& w) {
             lowerPanel("cells")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Int4;
                 s.tensor.view.sliceOf = SliceOf::Error;
                 s.tensor.view.picked = 8;
             });
         }},
        {QStringLiteral("cells_large"),
         [](MainWindow& w) {
             lowerPanel("cells")(w);
             edit(w, [](Session& s) {
                 s.tensor.tensor = "7.weight";
                 s.tensor.spec.dtype = DType::Int4;
                 s.tensor.view.sliceOf = SliceOf::Error;
                 s.tensor.view.errorUnit = ErrorUnit::Value;
                 s.tensor.view.picked = 4321;
             });
         }},
        {QStringLiteral("histogram_density"),
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Int6;
                 s.tensor.view.counts = CountScale::Density;
                 s.tensor.view.bins = 64;
                 s.tensor.view.errorUnit = ErrorUnit::Value;
             });
         }},
        {QStringLiteral("histogram_dequantized"),
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Int6;
                 s.tensor.view.histogramOf = HistogramOf::Dequantized;
                 s.tensor.view.errorUnit = ErrorUnit::Value;
                 s.tensor.view.panels[2] = "error_histogram";
             });
         }},
        {QStringLiteral("histogram_code"),
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.view.histogramOf = HistogramOf::Code;
                 s.tensor.view.counts = CountScale::Log;
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Float8E4m3fn;
                 s.tensor.view.errorUnit = ErrorUnit::Value;
             });
         }},
        {QStringLiteral("mapping_float8"),
         [](MainWindow& w) {
             lowerPanel("mapping")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Float8E4m3fn;
             });
         }},
        {QStringLiteral("mapping_nf4"),
         [](MainWindow& w) {
             lowerPanel("mapping")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Nf4;
                 s.tensor.spec.axis = 0;
                 s.tensor.channel = 12;
             });
         }},
        {QStringLiteral("number_lines_float8"),
         [](MainWindow& w) {
             lowerPanel("number_lines")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Float8E5m2;
             });
         }},
        {QStringLiteral("bit_inspector_ggml"),
         [](MainWindow& w) {
             edit(w, [](Session& s) {
                 s.tensor.source = "generator:normal?numel=65536&seed=1";
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Q4_K;
                 s.tensor.channel = 12;
                 s.tensor.view.panels[2] = "bit_inspector";
             });
         }},
        {QStringLiteral("no_dialects"),
         [](MainWindow& w) {
             lowerPanel("dialects")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Nf4;
             });
         }},
        {QStringLiteral("search_histogram"),
         [](MainWindow& w) {
             lowerPanel("calibration_search")(w);
             edit(w, [](Session& s) { s.tensor.spec.observer = "histogram"; });
         }},
        {QStringLiteral("search_entropy"),
         [](MainWindow& w) {
             lowerPanel("calibration_search")(w);
             edit(w, [](Session& s) { s.tensor.spec.observer = "entropy"; });
         }},
        {QStringLiteral("search_mse"),
         [](MainWindow& w) {
             lowerPanel("calibration_search")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Int4;
                 s.tensor.spec.observer = "mse";
             });
         }},
    };
}

std::vector<State> comparisonStates()
{
    return {
        {QStringLiteral("overlay"),
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.other = s.tensor.spec;
                 s.tensor.other->dtype = DType::Int3;
                 s.tensor.other->observer = "mse";
                 s.tensor.view.overlay = true;
             });
         }},
        {QStringLiteral("picked"),
         [](MainWindow& w) {
             lowerPanel("error")(w);
             edit(w, [](Session& s) { s.tensor.spec.dtype = DType::Uint4; });
             settle(w);
             w.document().adjustView([](Session& s) { s.tensor.view.picked = 1234; });
         }},
        {QStringLiteral("selected"),
         [](MainWindow& w) {
             selecting(w, {"histogram", "channels", "error_histogram"},
                       {SelectedBy::Value, 0.08, 0.3});
         }},
        {QStringLiteral("selected_errors"),
         [](MainWindow& w) {
             selecting(w, {"histogram", "error", "error_histogram"},
                       {SelectedBy::Error, 0.2, 0.4, ErrorUnit::Lsb});
         }},
        {QStringLiteral("selected_codes"),
         [](MainWindow& w) {
             selecting(w, {"transfer", "code_usage", "cells"}, {SelectedBy::Code, -3, -1});
         }},
    };
}

std::vector<State> shellStates()
{
    return {
        {QStringLiteral("palette"),
         [](MainWindow& w) {
             w.openExample();
             settle(w);
             w.findChild<CommandPalette*>()->open();
             w.findChild<CommandPalette*>()->findChild<QLineEdit*>()->setText(QStringLiteral("re"));
         },
         {},
         [](MainWindow& w) -> QWidget* {
             return w.findChild<CommandPalette*>();
         }},
        {QStringLiteral("recovery_bar"),
         [](MainWindow& w) {
             w.openExample();
             w.findChild<RecoveryBar*>()->offer(
                 {{QString(), QString(), QDateTime(QDate::currentDate(), QTime(14, 5)), nullptr}});
         }},
        {QStringLiteral("shortcut_sheet"),
         [](MainWindow& w) {
             w.openExample();
             w.findChild<ShortcutSheet*>()->open();
         },
         {},
         [](MainWindow& w) -> QWidget* {
             return w.findChild<ShortcutSheet*>();
         }},
        {QStringLiteral("keys_dialog"),
         [](MainWindow& w) {
             w.openExample();
             auto* sheet = w.findChild<ShortcutSheet*>();
             sheet->open();
             auto* list = sheet->findChild<QTreeWidget*>();
             list->setCurrentItem(
                 list->findItems(QStringLiteral("Back"), Qt::MatchExactly | Qt::MatchRecursive)
                     .front());
             emit list->itemActivated(list->currentItem(), 0);
             QTest::keyClick(w.findChild<KeysDialog*>()->findChild<KeyField*>(), Qt::Key_H,
                             Qt::ControlModifier);
         },
         {},
         [](MainWindow& w) -> QWidget* {
             return w.findChild<KeysDialog*>();
         }},
        {QStringLiteral("size_150"),
         [](MainWindow& w) {
             w.setInterfaceSize(150);
             w.openExample();
         }},
        {QStringLiteral("size_150_train"),
         [](MainWindow& w) {
             w.setInterfaceSize(150);
             w.openExample();
             w.document().adjustView([](Session& s) { s.workspace = "train"; });
         }},
        {QStringLiteral("size_150_plots"),
         [](MainWindow& w) {
             w.setInterfaceSize(150);
             w.openExample();
             w.document().adjustView([](Session& s) {
                 for (const auto column : kTensorColumns)
                     s.window.setHidden(column, true);
             });
         }},
        {QStringLiteral("paste_parameters"), [](MainWindow& w) { w.openExample(); },
         QStringLiteral("Paste parameters\u2026")},
    };
}

} // namespace qs
