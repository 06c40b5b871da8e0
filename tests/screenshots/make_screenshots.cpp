// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Draws the states of the window that README shows and people look at before a change lands:
//     make_screenshots DIR [STATE…]
// Each state in light, dark and high contrast at 1280x800. Run with QT_QPA_PLATFORM=offscreen
// (scripts/screenshots).
#include "core/io/formats.h"
#include "ui/dialogs/history_dialog.h"
#include "ui/dialogs/recent_dialog.h"
#include "ui/main_window/command_palette.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/recovery_bar.h"
#include "ui/main_window/shortcut_sheet.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"
#include "ui/main_window/window_style.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/samples.h"
#include "ui/main_window/tensor_workspace.h"
#include "ui/main_window/train_workspace.h"
#include "ui/panels/session_figures.h"

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPainter>
#include <QSettings>
#include <QTabBar>
#include <QTest>
#include <QToolButton>

#include <cmath>
#include <cstdio>
#include <functional>

using namespace qs;

namespace {

void settle(MainWindow& window)
{
    for (int quiet = 0; quiet < 3;) {
        QTest::qWait(40);
        quiet = window.tensorWorkspace().isIdle() ? quiet + 1 : 0;
    }
}

void edit(MainWindow& window, const std::function<void(Session&)>& change)
{
    window.document().edit(QStringLiteral("state"), {}, change);
}

struct State {
    const char* name;
    std::function<void(MainWindow&)> prepare;
};

/// The example with another third plot.
std::function<void(MainWindow&)> lowerPanel(const char* id)
{
    return [id](MainWindow& window) {
        window.openExample();
        edit(window, [id](Session& session) { session.tensor.view.panels[2] = id; });
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

/// The window with the dialogs over it, each in its middle.
QPixmap picture(MainWindow& window)
{
    QPixmap all = window.grab();
    QPainter painter(&all);
    for (auto* dialog : window.findChildren<QDialog*>()) {
        if (!dialog->isVisible())
            continue;
        const QPixmap one = dialog->grab();
        const QPoint at((all.width() - one.width()) / 2, (all.height() - one.height()) / 2);
        painter.drawPixmap(at, one);
        painter.setPen(Qt::gray);
        painter.drawRect(QRect(at, one.size()));
    }
    return all;
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

/// The export dialog over the example: a caption, and a panel that has a legend.
bool grabExportDialog(const QDir& folder)
{
    SessionFile file;
    file.session = exampleSession(samplePath().toStdString());
    auto made = SessionFigures::compute(file);
    if (!made)
        return false;
    const std::shared_ptr<SessionFigures> figures = std::move(*made);
    ExportJob job;
    for (const auto& panel : panels())
        job.items.push_back({&panel, panel.sharesX, [figures, &panel](const JobContext& context) {
                                 return figures->figure(panel, context);
                             }});
    job.current = QStringLiteral("histogram");
    job.session = file;
    for (const auto theme : {ThemeId::Light, ThemeId::Dark}) {
        MainWindow window; // whose style sheet the dialog has
        window.setTheme(theme);
        ExportDialog dialog(job);
        ExportSettings settings;
        settings.caption = true;
        settings.data = ExportFormat::Csv;
        settings.theme = theme == ThemeId::Dark ? ThemeId::Dark : ThemeId::Print;
        settings.fontPoints = theme == ThemeId::Dark ? 5.5 : 9;
        settings.format = theme == ThemeId::Dark ? ExportFormat::Png : ExportFormat::Pdf;
        dialog.setSettings(settings);
        dialog.show();
        QTest::qWait(800);
        const QString name = QStringLiteral("export_%1.png").arg(themeName(theme));
        if (!dialog.grab().save(folder.filePath(name)))
            return false;
        std::printf("%s\n", qPrintable(folder.filePath(name)));
    }
    return true;
}

} // namespace

int main(int argc, char** argv)
{
    QApplication app(argc, argv);
    QApplication::setStyle(makeWindowStyle());
    QApplication::setOrganizationName(QStringLiteral("Quantoscope"));
    QApplication::setApplicationName(QStringLiteral("screenshots"));
    const QDir folder(argc > 1 ? QString::fromLocal8Bit(argv[1]) : QStringLiteral("."));
    folder.mkpath(QStringLiteral("."));
    const std::string bad = folder.filePath(QStringLiteral("not_finite.npy")).toStdString();
    const auto tensor =
        Tensor::fromFloats("x", *Shape::make({6}), {1, -2, std::nanf(""), INFINITY, 0.5F, 3});
    if (!writeTensors(bad, {&tensor, 1}))
        return 1;

    const State states[] = {
        {"empty",
         [](MainWindow& w) {
             w.document().replace(Session(), {});
         }},
        {"tensor",
         [](MainWindow& w) {
             w.openExample();
         }},
        {"clipped",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec.observer = "fixed";
                 s.tensor.spec.scale = {1.0F / 64};
                 s.tensor.spec.zeroPoint = {0};
                 s.tensor.view.panels[2] = "error_histogram";
             });
         }},
        {"per_channel",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Qint8;
                 s.tensor.spec.qscheme = QScheme::PerChannelSymmetric;
                 s.tensor.channel = 7;
                 s.tensor.view.panels[2] = "code_usage";
             });
         }},
        {"sixteen_bit",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Int16;
                 s.tensor.view.counts = CountScale::Log;
             });
         }},
        {"float8",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Float8E4m3fn;
             });
         }},
        {"float8_usage",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Float8E5m2;
                 s.tensor.view.panels[2] = "code_usage";
                 s.tensor.view.counts = CountScale::Log;
             });
         }},
        {"cast_bfloat16",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Bfloat16;
             });
         }},
        {"powers_of_two",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Float8E8m0fnu;
             });
         }},
        {"nf4_group",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Nf4;
                 s.tensor.spec.axis = 0;
                 s.tensor.channel = 12;
             });
         }},
        {"mxfp4_block",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Mxfp4;
                 s.tensor.spec.axis = 0;
                 s.tensor.spec.groupSize = 32;
                 s.tensor.channel = 3;
                 s.tensor.view.panels[2] = "error_histogram";
             });
         }},
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
        {"float_zero_point",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Uint4;
                 s.tensor.spec.qscheme = QScheme::PerChannelAffineFloatQParams;
                 s.tensor.channel = 5;
             });
         }},
        {"ggml_block",
         [](MainWindow& w) {
             edit(w, [](Session& s) {
                 s.tensor.source = "generator:normal?numel=65536&seed=1";
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Q4_K;
                 s.tensor.channel = 12;
             });
         }},
        {"codebook_stochastic",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Codebook;
                 s.tensor.spec.codebook = {-1.0F, -0.4F, -0.15F, 0.0F, 0.15F, 0.4F, 1.0F};
                 s.tensor.spec.rounding = Rounding::Stochastic;
             });
         }},
        {"qint32",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Qint32;
                 s.tensor.view.panels[2] = "code_usage";
             });
         }},
        {"range_curve", lowerPanel("range_curve")},
        {"bits_sweep", lowerPanel("bits_sweep")},
        {"formats", lowerPanel("formats")},
        {"landscape", lowerPanel("landscape")},
        {"channels", lowerPanel("channels")},
        {"channels_per_channel",
         [](MainWindow& w) {
             lowerPanel("channels")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Int4;
                 s.tensor.spec.qscheme = QScheme::PerChannelSymmetric;
                 s.tensor.channel = 7;
                 s.tensor.view.channelOrder = ChannelOrder::Range;
             });
         }},
        {"channels_many",
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
        {"cells", lowerPanel("cells")},
        {"cells_error",
         [](MainWindow& w) {
             lowerPanel("cells")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Int4;
                 s.tensor.view.sliceOf = SliceOf::Error;
                 s.tensor.view.picked = 8;
             });
         }},
        {"cells_large",
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
        {"cells_not_finite",
         [&](MainWindow& w) {
             w.openPaths({QString::fromStdString(bad)});
             edit(w, [](Session& s) {
                 s.tensor.view.panels[2] = "cells";
                 s.tensor.view.mapColors = MapColors::Cividis;
             });
         }},
        {"histogram_density",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Int6;
                 s.tensor.view.counts = CountScale::Density;
                 s.tensor.view.bins = 64;
                 s.tensor.view.errorUnit = ErrorUnit::Value;
             });
         }},
        {"histogram_dequantized",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Int6;
                 s.tensor.view.histogramOf = HistogramOf::Dequantized;
                 s.tensor.view.errorUnit = ErrorUnit::Value;
                 s.tensor.view.panels[2] = "error_histogram";
             });
         }},
        {"histogram_code",
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
        {"range_curve_float8",
         [](MainWindow& w) {
             lowerPanel("range_curve")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Float8E4m3fn;
             });
         }},
        {"landscape_channel",
         [](MainWindow& w) {
             lowerPanel("landscape")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Quint8;
                 s.tensor.spec.qscheme = QScheme::PerChannelAffine;
                 s.tensor.channel = 7;
             });
         }},
        {"no_landscape",
         [](MainWindow& w) {
             lowerPanel("landscape")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Bfloat16;
             });
         }},
        {"mapping",
         [](MainWindow& w) {
             lowerPanel("mapping")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Uint4;
                 s.tensor.view.picked = 1234;
             });
         }},
        {"mapping_int8", lowerPanel("mapping")},
        {"mapping_float8",
         [](MainWindow& w) {
             lowerPanel("mapping")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Float8E4m3fn;
             });
         }},
        {"mapping_nf4",
         [](MainWindow& w) {
             lowerPanel("mapping")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Nf4;
                 s.tensor.spec.axis = 0;
                 s.tensor.channel = 12;
             });
         }},
        {"number_lines", lowerPanel("number_lines")},
        {"number_lines_float8",
         [](MainWindow& w) {
             lowerPanel("number_lines")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Float8E5m2;
             });
         }},
        {"bit_inspector", lowerPanel("bit_inspector")},
        {"bit_inspector_ggml",
         [](MainWindow& w) {
             edit(w, [](Session& s) {
                 s.tensor.source = "generator:normal?numel=65536&seed=1";
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Q4_K;
                 s.tensor.channel = 12;
                 s.tensor.view.panels[2] = "bit_inspector";
             });
         }},
        {"dialects", lowerPanel("dialects")},
        {"no_dialects",
         [](MainWindow& w) {
             lowerPanel("dialects")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec = {};
                 s.tensor.spec.dtype = DType::Nf4;
             });
         }},
        {"search_histogram",
         [](MainWindow& w) {
             lowerPanel("calibration_search")(w);
             edit(w, [](Session& s) { s.tensor.spec.observer = "histogram"; });
         }},
        {"search_entropy",
         [](MainWindow& w) {
             lowerPanel("calibration_search")(w);
             edit(w, [](Session& s) { s.tensor.spec.observer = "entropy"; });
         }},
        {"search_mse",
         [](MainWindow& w) {
             lowerPanel("calibration_search")(w);
             edit(w, [](Session& s) {
                 s.tensor.spec.dtype = DType::Int4;
                 s.tensor.spec.observer = "mse";
             });
         }},
        {"no_search", lowerPanel("calibration_search")},
        {"zoomed",
         [](MainWindow& w) {
             w.openExample();
             edit(w, [](Session& s) {
                 s.tensor.source = "generator:normal?numel=4000000&seed=1";
                 s.tensor.tensor.clear();
                 s.tensor.view.x = {0.1, 0.5};
             });
         }},
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
        {"not_finite",
         [&](MainWindow& w) {
             w.openPaths({QString::fromStdString(bad)});
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
        {"missing_file",
         [](MainWindow& w) {
             w.openExample();
             settle(w);
             w.openPaths({QStringLiteral("/nonexistent/weights.safetensors")});
         }},
        {"palette",
         [](MainWindow& w) {
             w.openExample();
             settle(w);
             w.findChild<CommandPalette*>()->open();
             w.findChild<CommandPalette*>()->findChild<QLineEdit*>()->setText(QStringLiteral("re"));
         }},
        {"shortcut_sheet",
         [](MainWindow& w) {
             w.openExample();
             w.findChild<ShortcutSheet*>()->open();
         }},
        {"history",
         [](MainWindow& w) {
             w.openExample();
             for (const auto dtype : {DType::Int3, DType::Int2, DType::Int8})
                 w.document().edit(QStringLiteral("dtype"), {},
                                   [dtype](Session& s) { s.tensor.spec.dtype = dtype; });
             w.document().undoStack().undo();
             (new HistoryDialog(w.document().undoStack(), &w))->show();
         }},
        {"recovery_bar",
         [](MainWindow& w) {
             w.openExample();
             w.findChild<RecoveryBar*>()->offer(
                 {{QString(), QString(), QDateTime(QDate::currentDate(), QTime(14, 5)), nullptr}});
         }},
        {"recent_files",
         [](MainWindow& w) {
             w.openExample();
             auto* files = new RecentFiles(&w);
             for (const char* name : {"/data/gone.npy", "/bin/sh"})
                 files->add(RecentFiles::Kind::Data, QLatin1String(name));
             files->add(RecentFiles::Kind::Session, QStringLiteral("/bin/cat"));
             files->setPinned(RecentFiles::Kind::Data, QStringLiteral("/bin/sh"), true);
             (new RecentDialog(*files, &w))->show();
         }},
        {"focus_ring",
         [](MainWindow& w) {
             w.openExample();
             settle(w);
             w.activateWindow();
             QTest::qWait(50);
             auto* spin = control<QWidget>(w.tensorWorkspace(), "scheme");
             spin->setFocus(Qt::TabFocusReason);
             QTest::qWait(50);
         }},
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
    for (const auto& state : states) {
        // Named states only, where any are named.
        bool wanted = argc <= 2;
        for (int i = 2; i < argc; ++i)
            wanted = wanted || QLatin1String(argv[i]) == QLatin1String(state.name);
        if (!wanted)
            continue;
        QSettings().clear(); // what the state before opened
        MainWindow window;
        window.resize(1280, 800);
        window.setTheme(ThemeId::Light);
        window.show();
        state.prepare(window);
        settle(window);
        for (const auto theme : windowThemes) {
            window.setTheme(theme);
            settle(window);
            const QString name =
                QStringLiteral("%1_%2.png").arg(QLatin1String(state.name), themeName(theme));
            if (!picture(window).save(folder.filePath(name))) {
                std::fprintf(stderr, "%s could not be written\n", qPrintable(name));
                return 1;
            }
            std::printf("%s\n", qPrintable(folder.filePath(name)));
        }
        window.document().undoStack().setClean();
    }
    QFile::remove(QString::fromStdString(bad));
    bool exports = argc <= 2;
    for (int i = 2; i < argc; ++i)
        exports = exports || QLatin1String(argv[i]) == QLatin1String("export");
    if (exports && !grabExportDialog(folder)) {
        std::fprintf(stderr, "the export dialog could not be drawn\n");
        return 1;
    }
    return 0;
}
