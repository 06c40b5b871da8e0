// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "states.h"

#include "ui/dialogs/export_preview.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"
#include "ui/panels/panel.h"

#include <QAction>
#include <QApplication>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QTabBar>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include <algorithm>

namespace qs {
namespace {

void edit(MainWindow& window, const std::function<void(Session&)>& change)
{
    window.document().edit(QStringLiteral("state"), {}, change);
}

/// The example with a change.
std::function<void(MainWindow&)> example(const std::function<void(Session&)>& change = {})
{
    return [change](MainWindow& window) {
        window.openExample();
        if (change)
            edit(window, change);
    };
}

/// Trains for a while with two changes on the way.
void train(MainWindow& window)
{
    edit(window, [](Session& session) { session.train.recipe.epochs = 1; });
    window.document().adjustView([](Session& session) { session.workspace = "train"; });
    auto& workspace = window.trainWorkspace();
    workspace.togglePlay();
    QElapsedTimer timer;
    timer.start();
    const auto waitFor = [&](std::int64_t step) {
        while (timer.elapsed() < 120000 &&
               !(workspace.training() && workspace.training()->step >= step))
            QTest::qWait(20);
    };
    waitFor(300);
    edit(window,
         [](Session& session) { session.train.recipe.qat->all.weight->dtype = DType::Int2; });
    waitFor(600);
    edit(window,
         [](Session& session) { session.train.recipe.qat->all.weight->dtype = DType::Int4; });
    while (timer.elapsed() < 120000 && workspace.runner().state() != TrainingRunner::State::Idle)
        QTest::qWait(50);
}

template <typename Widget>
Widget* control(const QWidget& parent, const char* name)
{
    for (auto* widget : parent.findChildren<Widget*>()) {
        if (widget->accessibleName() == QLatin1String(name))
            return widget;
    }
    qFatal("no control called %s", name);
}

/// Trains 4-bit weights to the end, and shows them.
void trainWeights(MainWindow& window, const char* preset, bool perChannel, int steps)
{
    edit(window, [&](Session& session) {
        auto& recipe = session.train.recipe;
        recipe.limitTrain = 64 * steps;
        recipe.qat = *qatConfigByName(preset, *modelByName(recipe.model));
        recipe.qat->oscillation.track = true;
        recipe.qat->all.weight->dtype = DType::Int4;
        if (perChannel)
            recipe.qat->all.weight->qscheme = QScheme::PerChannelSymmetric;
    });
    window.document().adjustView([](Session& session) { session.workspace = "train"; });
    auto& workspace = window.trainWorkspace();
    workspace.togglePlay();
    QElapsedTimer timer;
    timer.start();
    do {
        QTest::qWait(50);
    } while (timer.elapsed() < 120000 && workspace.runner().state() != TrainingRunner::State::Idle);
    control<QTabBar>(workspace, "Plot of the training")->setCurrentIndex(1);
}

/// One quantizer after the other.
std::vector<State> quantizerStates()
{
    return {
        {"empty",
         [](MainWindow& w) {
             w.document().replace(Session(), {});
         }},
        {"tensor", example()},
        {"clipped", example([](Session& s) {
             s.tensor.spec.observer = "fixed";
             s.tensor.spec.scale = {1.0F / 64};
             s.tensor.spec.zeroPoint = {0};
             s.tensor.view.panels[2] = "error_histogram";
         })},
        {"per_channel", example([](Session& s) {
             s.tensor.spec.dtype = DType::Qint8;
             s.tensor.spec.qscheme = QScheme::PerChannelSymmetric;
             s.tensor.channel = 7;
             s.tensor.view.panels[2] = "code_usage";
         })},
        {"sixteen_bit", example([](Session& s) {
             s.tensor.spec.dtype = DType::Int16;
             s.tensor.view.counts = CountScale::Log;
         })},
        {"float8", example([](Session& s) {
             s.tensor.spec = {};
             s.tensor.spec.dtype = DType::Float8E4m3fn;
         })},
        {"float8_usage", example([](Session& s) {
             s.tensor.spec = {};
             s.tensor.spec.dtype = DType::Float8E5m2;
             s.tensor.view.panels[2] = "code_usage";
             s.tensor.view.counts = CountScale::Log;
         })},
        {"cast_bfloat16", example([](Session& s) {
             s.tensor.spec = {};
             s.tensor.spec.dtype = DType::Bfloat16;
         })},
        {"powers_of_two", example([](Session& s) {
             s.tensor.spec = {};
             s.tensor.spec.dtype = DType::Float8E8m0fnu;
         })},
        {"nf4_group", example([](Session& s) {
             s.tensor.spec = {};
             s.tensor.spec.dtype = DType::Nf4;
             s.tensor.spec.axis = 0;
             s.tensor.channel = 12;
         })},
        {"mxfp4_block", example([](Session& s) {
             s.tensor.spec = {};
             s.tensor.spec.dtype = DType::Mxfp4;
             s.tensor.spec.axis = 0;
             s.tensor.spec.groupSize = 32;
             s.tensor.channel = 3;
             s.tensor.view.panels[2] = "error_histogram";
         })},
        {"per_group_int4",
         [](MainWindow& w) {
             edit(w, [](Session& s) {
                 s.tensor.source = "generator:normal?numel=65536&seed=1";
                 s.tensor.tensor.clear();
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Int4;
                 s.tensor.spec.qscheme = QScheme::PerGroupAffine;
                 s.tensor.spec.axis = -1;
                 s.tensor.spec.groupSize = 128;
                 s.tensor.channel = 300;
             });
         }},
        {"float_zero_point", example([](Session& s) {
             s.tensor.spec = {};
             s.tensor.spec.dtype = DType::Uint4;
             s.tensor.spec.qscheme = QScheme::PerChannelAffineFloatQParams;
             s.tensor.channel = 5;
         })},
        {"ggml_block",
         [](MainWindow& w) {
             edit(w, [](Session& s) {
                 s.tensor.source = "generator:normal?numel=65536&seed=1";
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Q4_K;
                 s.tensor.channel = 12;
             });
         }},
        {"codebook_stochastic", example([](Session& s) {
             s.tensor.spec = {};
             s.tensor.spec.dtype = DType::Codebook;
             s.tensor.spec.codebook = {-1.0F, -0.4F, -0.15F, 0.0F, 0.15F, 0.4F, 1.0F};
             s.tensor.spec.rounding = Rounding::Stochastic;
         })},
        {"qint32", example([](Session& s) {
             s.tensor.spec = {};
             s.tensor.spec.dtype = DType::Qint32;
             s.tensor.view.panels[2] = "code_usage";
         })},
    };
}

/// Other ways to look at a tensor, and what is said when something is wrong.
std::vector<State> viewStates()
{
    return {
        {"range_curve_float8", example([](Session& s) {
             s.tensor.view.panels[2] = "range_curve";

             s.tensor.spec = {};
             s.tensor.spec.dtype = DType::Float8E4m3fn;
         })},
        {"landscape_channel", example([](Session& s) {
             s.tensor.view.panels[2] = "landscape";

             s.tensor.spec.dtype = DType::Quint8;
             s.tensor.spec.qscheme = QScheme::PerChannelAffine;
             s.tensor.channel = 7;
         })},
        {"no_landscape", example([](Session& s) {
             s.tensor.view.panels[2] = "landscape";

             s.tensor.spec = {};
             s.tensor.spec.dtype = DType::Bfloat16;
         })},
        {"zoomed", example([](Session& s) {
             s.tensor.source = "generator:normal?numel=4000000&seed=1";
             s.tensor.tensor.clear();
             s.tensor.view.x = {0.1, 0.5};
         })},
        {"indexing",
         [](MainWindow& w) {
             edit(w, [](Session& s) {
                 s.tensor.source = "generator:normal?numel=64000000&seed=1";
                 s.tensor.spec.dtype = DType::Qint8;
             });
             QElapsedTimer timer;
             timer.start();
             while (timer.elapsed() < 60000 && !(w.tensorWorkspace().indexJob().fraction() > 0.2))
                 QTest::qWait(5);
         }},
        {"invalid_scale",
         [](MainWindow& w) {
             w.openExample();
             settle(w);
             for (auto* field : w.findChildren<QLineEdit*>()) {
                 if (field->accessibleName() == QLatin1String("scale")) {
                     field->setFocus();
                     field->selectAll();
                     QTest::keyClicks(field, QStringLiteral("-1/256"));
                     QTest::keyClick(field, Qt::Key_Return);
                 }
             }
         }},
        {"pointed",
         [](MainWindow& w) {
             w.openExample();
             settle(w);
             auto* plot = plotsInSight(w).front();
             QTest::mouseMove(
                 plot, {static_cast<int>(plot->pixelOf(0.1)), plot->axesRect().center().y()});
         }},
    };
}

std::vector<State> trainingStates()
{
    return {
        {"train", train},
        {"train_weights",
         [](MainWindow& w) {
             trainWeights(w, "default", false, 120);
         }},
        {"train_weights_channel",
         [](MainWindow& w) {
             trainWeights(w, "lsq", true, 40);
         }},
        {"train_advanced",
         [](MainWindow& w) {
             w.document().adjustView([](Session& s) { s.workspace = "train"; });
             edit(w, [](Session& s) {
                 s.train.recipe.data = "moons";
                 s.train.recipe.optimizer = "sgd";
                 s.train.recipe.momentum = 0.9;
                 s.train.recipe.schedule.name = "cosine";
             });
             control<QToolButton>(w.trainWorkspace(), "advanced")->setChecked(true);
         }},
    };
}

/// Every panel that a new window does not show, in the third place.
std::vector<State> panelStates()
{
    std::vector<State> list;
    const auto shown = TensorView().panels;
    for (const auto& panel : panels()) {
        if (panel.workspace == WorkspaceId::Tensor &&
            std::find(shown.begin(), shown.end(), panel.id) == shown.end())
            list.push_back(
                {QLatin1String(panel.id), example([id = std::string(panel.id)](Session& session) {
                     session.tensor.view.panels[2] = id;
                 })});
    }
    return list;
}

} // namespace

std::vector<State> states(const QString& folder)
{
    auto all = quantizerStates();
    for (const auto& more :
         {panelStates(), panelVariants(), viewStates(), noteStates(folder), comparisonStates(),
          shellStates(), troubleStates(folder), dialogStates(), trainingStates()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

void settle(MainWindow& window)
{
    for (int quiet = 0; quiet < 3;) {
        QTest::qWait(40);
        quiet = window.tensorWorkspace().isIdle() ? quiet + 1 : 0;
    }
}

void settle(const State& state, MainWindow& window)
{
    if (!state.ready) {
        settle(window);
        return;
    }
    QElapsedTimer timer;
    timer.start();
    constexpr int kDimmed = 1200; // ms until plots are dimmed
    bool ready = false;
    while (timer.elapsed() < 60000 && !ready) {
        ready = state.ready(window);
        QTest::qWait(ready ? kDimmed : 20);
        ready = ready && state.ready(window);
    }
    if (!ready)
        qFatal("%s is not reached", qPrintable(state.name));
}

std::vector<PlotView*> plotsInSight(const QWidget& window)
{
    std::vector<PlotView*> plots;
    for (auto* plot : window.findChildren<PlotView*>()) {
        if (plot->isVisible())
            plots.push_back(plot);
    }
    const auto place = [&](const PlotView* plot) {
        const QPoint at = plot->mapTo(&window, QPoint(0, 0));
        return std::pair(at.y(), at.x());
    };
    std::sort(plots.begin(), plots.end(),
              [&](const PlotView* a, const PlotView* b) { return place(a) < place(b); });
    return plots;
}

void show(const State& state, MainWindow& window, const std::function<void(QWidget&)>& look)
{
    if (state.surface) {
        look(*state.surface(window));
        return;
    }
    if (state.dialog.isEmpty()) {
        look(window);
        return;
    }
    // The dialog has an event loop of its own: whoever looks has to come from inside of it.
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
        auto* dialog = QApplication::activeModalWidget();
        if (dialog == nullptr)
            return;
        timer.stop();
        QTest::qWait(50);
        if (const auto* preview = dialog->findChild<ExportPreview*>())
            static_cast<void>(QTest::qWaitFor([&] { return !preview->image().isNull(); }, 20000));
        look(*dialog);
        dialog->close();
    });
    timer.start(50);
    for (auto* action : window.findChildren<QAction*>()) {
        if (action->text().remove(QLatin1Char('&')) == state.dialog)
            action->trigger();
    }
    if (timer.isActive())
        qFatal("nothing called %s opens a dialog", qPrintable(state.dialog));
}

} // namespace qs
