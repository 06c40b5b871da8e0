// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/main_window/window_driver.h"
#include "ui/controls/number_field.h"
#include "ui/controls/train_recipe_controls.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/train_workspace.h"

#include <QCheckBox>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabBar>
#include <QTemporaryDir>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <functional>

using namespace qs;

/// The Train workspace of the real window, driven as a person does.
class TestTrainWorkspace : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;

    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    const Session& session() const { return m_window->document().session(); }

private slots:
    void initTestCase() { QVERIFY(m_folder.isValid()); }
    void init()
    {
        m_window = std::make_unique<MainWindow>();
        m_window->setTheme(ThemeId::Light);
        m_window->resize(1280, 800);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }
    void cleanup()
    {
        m_window->document().undoStack().setClean();
        m_window.reset();
    }

    void anotherModel_dropsQuantizersOfLayersItDoesNotHave()
    {
        auto& train = m_window->trainWorkspace();
        type(control<QLineEdit>(train, "activation scale"), "1/64"); // of layer 0
        m_window->document().edit(QStringLiteral("layer"), {}, [](Session& session) {
            auto& qat = *session.train.recipe.qat;
            qat.layers["7"] = qat.all;
        });
        auto* model = control<QComboBox>(train, "model");
        model->setEditText(QStringLiteral("mlp:784-16-10"));
        emit model->lineEdit()->editingFinished();
        const auto& layers = session().train.recipe.qat->layers;
        QVERIFY(layers.contains("0"));
        QVERIFY(!layers.contains("7"));
    }

    void train_offersOnlyWhatANetworkCanLearnUnder()
    {
        auto& train = m_window->trainWorkspace();
        auto* combo = control<QComboBox>(train, "weight dtype");
        for (const char* name : {"int4", "float8_e4m3fn", "bfloat16"})
            QVERIFY(combo->findText(QLatin1String(name)) >= 0);
        for (const char* name : {"qint32", "q4_0", "float8_e8m0fnu", "mxfp4", "codebook"})
            QCOMPARE(combo->findText(QLatin1String(name)), -1);
        choose(combo, "float8_e4m3fn");
        QVERIFY(session().train.recipe.qat->all.weight->dtype == DType::Float8E4m3fn);
        QVERIFY(!control<QSpinBox>(train, "weight bits")->isEnabled());
        m_window->document().undoStack().undo();
        QVERIFY(control<QSpinBox>(train, "weight bits")->isEnabled());
    }

    void training_runs_changesQuantizersWhileItRuns_pausesAndStops()
    {
        auto& train = m_window->trainWorkspace();
        m_window->document().edit(QStringLiteral("recipe"), {}, [](Session& session) {
            session.workspace = "train";
            session.train.recipe.model = "mlp:784-16-10";
            session.train.recipe.limitTrain = 20000;
            session.train.recipe.limitTest = 200;
            session.train.recipe.epochs = 200;
        });
        train.togglePlay();
        QTRY_VERIFY_WITH_TIMEOUT(train.training() && train.training()->step > 20, 30000);
        auto* bits = control<QSpinBox>(train, "weight bits");
        bits->setValue(3);
        QTRY_VERIFY_WITH_TIMEOUT(!train.training()->events.empty(), 30000);
        // Changes close to each other are one event: this one is to stand alone.
        const auto changedAt = train.training()->events[0].step;
        QTRY_VERIFY_WITH_TIMEOUT(train.training()->step > changedAt + 25, 30000);
        QVERIFY(session().train.recipe.qat->all.weight->dtype == DType::Int3);
        // An activation's scale, typed while the training runs.
        type(control<QLineEdit>(train, "activation scale"), "1/64");
        QTRY_VERIFY_WITH_TIMEOUT(train.training()->events.size() >= 2, 30000);
        bool found = false;
        for (const auto& state : train.training()->quantizers)
            found = found || (state.params && state.params->scaleAt(0) == 1.0F / 64);
        QVERIFY(found);
        train.togglePlay();
        QTRY_VERIFY_WITH_TIMEOUT(train.training()->paused, 30000);
        const auto step = train.training()->step;
        QTest::qWait(100);
        QCOMPARE(train.training()->step, step);
        train.togglePlay();
        QTRY_VERIFY_WITH_TIMEOUT(train.training()->step > step, 30000);
        train.stop();
        QTRY_COMPARE_WITH_TIMEOUT(train.runner().state(), TrainingRunner::State::Idle, 30000);
        QVERIFY(!train.figure().series.empty());
        QVERIFY(train.figure().markers.size() >= 2);
    }

    void recipe_isEditedAndUndone()
    {
        auto& train = m_window->trainWorkspace();
        auto& undo = m_window->document().undoStack();
        const auto before = session();
        const auto once = [&](const std::function<void()>& act, const auto& holds) {
            act();
            QVERIFY(holds(session().train.recipe));
            QCOMPARE(undo.count(), 1);
            undo.undo();
            QVERIFY(session() == before);
        };
        once([&] { choose(control<QComboBox>(train, "optimizer"), "adamw"); },
             [](const TrainRecipe& r) { return r.optimizer == "adamw"; });
        once([&] { choose(control<QComboBox>(train, "schedule"), "cosine"); },
             [](const TrainRecipe& r) { return r.schedule.name == "cosine"; });
        once([&] { choose(control<QComboBox>(train, "loss"), "mse"); },
             [](const TrainRecipe& r) { return r.loss == "mse"; });
        once([&] { type(control<QLineEdit>(train, "weight_decay"), "0.01"); },
             [](const TrainRecipe& r) { return r.weightDecay == 0.01; });
        once([&] { control<QSpinBox>(train, "shift")->setValue(2); },
             [](const TrainRecipe& r) { return r.augmentation.shift == 2; });
        once([&] { choose(control<QComboBox>(train, "quantizer preset"), "pact"); },
             [](const TrainRecipe& r) { return r.qat == pactQatConfig(*modelByName(r.model)); });
        once([&] { choose(control<QComboBox>(train, "weight estimator"), "lsq"); },
             [](const TrainRecipe& r) { return r.qat->all.weight->estimator == Estimator::Lsq; });
        once([&] { choose(control<QComboBox>(train, "activation estimator"), "pact"); },
             [](const TrainRecipe& r) {
                 return r.qat->of("0").activation->estimator == Estimator::Pact;
             });
        once([&] { control<QCheckBox>(train, "weight observer enabled")->click(); },
             [](const TrainRecipe& r) { return !r.qat->all.weight->observerEnabled; });
        once([&] { control<QCheckBox>(train, "weight fake quantize enabled")->click(); },
             [](const TrainRecipe& r) { return !r.qat->all.weight->fakeQuantEnabled; });
        once([&] { control<QCheckBox>(train, "activation observer enabled")->click(); },
             [](const TrainRecipe& r) { return !r.qat->of("0").activation->observerEnabled; });
        once([&] { control<QCheckBox>(train, "activation fake quantize enabled")->click(); },
             [](const TrainRecipe& r) { return !r.qat->of("0").activation->fakeQuantEnabled; });
        once([&] { control<QCheckBox>(train, "track oscillations")->click(); },
             [](const TrainRecipe& r) { return r.qat->oscillation.track; });
    }

    void dataThatTheModelDoesNotTake_isSaid_andAModelOffered()
    {
        auto& train = m_window->trainWorkspace();
        auto* model = control<QComboBox>(train, "model");
        auto* problem = control<QLabel>(train, "problem of model and data");
        QVERIFY(problem->isHidden());
        choose(control<QComboBox>(train, "data"), "moons");
        QCOMPARE(session().train.recipe.model, std::string("seed-cnn")); // never changed unasked
        QVERIFY(problem->text().contains(QStringLiteral("moons has 1x1x2")));
        QVERIFY(model->findText(QStringLiteral("mlp:2-32-32-2")) >= 0);
        emit problem->linkActivated(QStringLiteral("use"));
        QCOMPARE(session().train.recipe.model, std::string("mlp:2-32-32-2"));
        QVERIFY(problem->isHidden());
        m_window->document().undoStack().undo();
        QCOMPARE(session().train.recipe.model, std::string("seed-cnn"));
        QVERIFY(!problem->isHidden());
        // seed-cnn takes the digits with zeros around them; the MLP of 784 pixels does not.
        choose(control<QComboBox>(train, "data"), "digits");
        QVERIFY(problem->isHidden());
        choose(model, "mlp:784-128-64-10");
        QVERIFY(model->findText(QStringLiteral("mlp:64-32-10")) >= 0);
        QCOMPARE(model->findText(QStringLiteral("mlp:2-32-32-2")), -1);
    }

    void modelFile_isOpened_orItsErrorSaid()
    {
        auto& train = m_window->trainWorkspace();
        auto* recipe = train.findChild<TrainRecipeControls*>();
        auto* problem = control<QLabel>(train, "problem of model and data");
        auto* freeze = control<QCheckBox>(train, "freeze BatchNorm statistics");
        QVERIFY(!freeze->isEnabled());
        const auto write = [&](const char* name, const char* json) {
            QFile file(path(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(json);
        };
        write("bad.json", "{'input': 1}");
        recipe->openModel(path("bad.json"));
        QVERIFY(problem->text().contains(QStringLiteral("bad.json")));
        QCOMPARE(session().train.recipe.model, std::string("seed-cnn"));
        std::string json = "{'name': 'small', 'input': [1, 28, 28], 'layers': ["
                           "{'type': 'Conv2d', 'out_channels': 2, 'kernel_size': 3}, "
                           "{'type': 'BatchNorm2d'}, {'type': 'ReLU'}, {'type': 'Flatten'}, "
                           "{'type': 'Linear', 'out_features': 10}]}";
        std::replace(json.begin(), json.end(), '\'', '"');
        write("small.json", json.c_str());
        recipe->openModel(path("small.json"));
        QCOMPARE(session().train.recipe.model, path("small.json").toStdString());
        QVERIFY(problem->isHidden());
        QVERIFY(freeze->isEnabled());
        freeze->click();
        QVERIFY(session().train.recipe.qat->freezeBatchNorm);
        // A BatchNorm that is folded into the convolution has no quantizer of its own.
        QCOMPARE(control<QComboBox>(train, "activation")->count(), 3);
    }

    void quantizersThatCannotBe_areSaidAtOnce()
    {
        auto& train = m_window->trainWorkspace();
        auto* problem = control<QLabel>(train, "problem of the quantizers");
        QVERIFY(problem->isHidden());
        choose(control<QComboBox>(train, "weight estimator"), "lsq_plus");
        choose(control<QComboBox>(train, "weight granularity"), "per channel");
        QVERIFY(problem->text().contains(QStringLiteral("lsq_plus")));
        choose(control<QComboBox>(train, "weight granularity"), "per tensor");
        QVERIFY(problem->isHidden());
    }

    void aSmallTraining_drawsItsWeights()
    {
        auto& train = m_window->trainWorkspace();
        m_window->document().edit(QStringLiteral("recipe"), {}, [](Session& session) {
            session.workspace = "train";
            session.train.recipe.model = "mlp:2-8-2";
            session.train.recipe.data = "moons";
            session.train.recipe.qat->oscillation.track = true;
        });
        auto* tabs = control<QTabBar>(train, "Plot of the training");
        tabs->setCurrentIndex(1);
        QCOMPARE(train.shownPanel(), QStringLiteral("weights"));
        QVERIFY(!train.figure().emptyText.isEmpty());
        train.togglePlay();
        QTRY_VERIFY_WITH_TIMEOUT(train.training() && train.training()->finished, 30000);
        QTRY_COMPARE(train.runner().state(), TrainingRunner::State::Idle);
        auto* layer = control<QComboBox>(train, "weights of layer");
        QCOMPARE(layer->count(), 2);
        choose(layer, "2.weight");
        QCOMPARE(train.weightLayer(), QStringLiteral("2.weight"));
        QVERIFY(train.figure().title.contains(QStringLiteral("2.weight")));
        QVERIFY(train.figure().y2.has_value());
        tabs->setCurrentIndex(0);
        QVERIFY(!layer->isVisible());
    }

    void training_withoutData_saysHowToGetIt()
    {
        auto& train = m_window->trainWorkspace();
        m_window->document().edit(QStringLiteral("recipe"), {}, [](Session& session) {
            session.train.recipe.data = "idx:/nonexistent";
        });
        train.togglePlay();
        QTRY_VERIFY(banner(train).contains(QStringLiteral("/nonexistent")));
        QTRY_COMPARE(train.runner().state(), TrainingRunner::State::Idle);
    }
};

QTEST_MAIN(TestTrainWorkspace)
#include "test_train_workspace.moc"
