// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Methods beside each other: scores, mismatches, bytes, coverage, layers, sensitivity, the guide.
#include "core/compare/advice.h"
#include "core/compare/guide.h"
#include "core/compare/model_bytes.h"
#include "core/compare/qat_weights.h"
#include "core/nn/weights_file.h"
#include "core/ptq/calibrate.h"
#include "tests/core/ptq/network_testing.h"

#include <QTemporaryDir>
#include <QTest>
#include <cmath>

using namespace qs;

namespace {

MethodReport reportWith(PtqMethod method, double accuracy, std::int64_t bytes, double ms)
{
    MethodReport report;
    report.method = method;
    report.score.accuracy = accuracy;
    report.score.loss = 1 - accuracy;
    report.bytes = bytes;
    report.time.msPer1000 = ms;
    return report;
}

} // namespace

class TestCompare : public QObject {
    Q_OBJECT

    Network m_network = test::trainedOnDigits(test::smallCnn());
    NetworkSamples m_calibration;
    NetworkSamples m_test;

    std::vector<MethodReport> compare(const std::vector<PtqMethod>& methods) const
    {
        CompareInputs inputs{&m_network, &m_test, &m_calibration, nullptr};
        CompareOptions options;
        options.methods = methods;
        options.runs = 1;
        auto reports = compareMethods(inputs, options);
        if (!reports)
            qFatal("%s", reports.error().message.c_str());
        return std::move(*reports);
    }

private slots:
    void initTestCase()
    {
        const auto data = *holdOut(**readDataset("digits"), 128, 1);
        m_calibration = *samplesFor(m_network.model(), data.calibration, "calibration");
        m_test = *samplesFor(m_network.model(), data.test, "test");
    }

    void errorFigures_byHand()
    {
        ErrorFigures figures;
        const std::vector<float> exact{3, 4};
        const std::vector<float> found{3, 3};
        figures.add(exact, found);
        QCOMPARE(figures.mse(), 0.5);
        QCOMPARE(figures.meanError(), -0.5);
        QVERIFY(std::abs(*figures.sqnrDb() - 10 * std::log10(25.0)) < 1e-12);
        QVERIFY(std::abs(*figures.cosine() - 21 / std::sqrt(25.0 * 18.0)) < 1e-12);
        ErrorFigures none;
        none.add(exact, exact);
        QVERIFY(!none.sqnrDb() && none.exact());
        QVERIFY(std::abs(*none.cosine() - 1) < 1e-12);
    }

    void scoreOf_sameAsTheNetworksOwnTest()
    {
        auto network = *floatCopy(m_network);
        const auto score = *scoreOf(outputsOf(network, {}), m_test, 50);
        std::vector<int> labels;
        for (std::int64_t i = 0; i < m_test.count(); ++i)
            labels.push_back(m_test.set.label(i));
        const auto own = *network.testBatch(m_test.writer(0), labels);
        const auto n = static_cast<double>(own.count);
        QCOMPARE(*score.accuracy, static_cast<double>(own.correct) / n);
        QVERIFY(std::abs(score.loss - own.lossSum / n) < 1e-6);
        QVERIFY2(*score.accuracy > 0.8, std::to_string(*score.accuracy).c_str());
    }

    void mismatchesOf_countsPredictionsAndNumbers()
    {
        ModelScore a;
        a.samples = 2;
        a.outputs = {1, 2, 5, 3};
        ModelScore b = a;
        b.outputs = {3, 2, 5, 3.5F};
        const auto found = mismatchesOf(a, b);
        QCOMPARE(found.predictions, 1);
        QCOMPARE(found.outputs, 2);
        QCOMPARE(found.numbers, 4);
        QCOMPARE(found.largest, 2.0);
    }

    void compareMethods_small_hasEveryFigure()
    {
        const auto reports = compare(
            {PtqMethod::Float, PtqMethod::Dynamic, PtqMethod::Static, PtqMethod::WeightOnly});
        QCOMPARE(reports.size(), 4U);
        const auto& base = reports[0];
        for (const auto& report : reports) {
            QVERIFY(*report.score.accuracy > *base.score.accuracy - 0.03);
            QVERIFY(report.time.msPer1000 > 0 && report.time.threads >= 1);
            QCOMPARE(report.coverage.size(), 8U);
        }
        // float: parameters and running statistics.
        QCOMPARE(base.bytes, 4 * ((72 + 8) + 16 + 384 + (480 + 10)) + 8 * 8);
        QVERIFY(!base.integer);
        QCOMPARE(countOf(base.coverage).integers, 0);

        const auto& dynamic = reports[1];
        QCOMPARE(dynamic.bytes, base.bytes - 3 * 480 + 8);
        QCOMPARE(countOf(dynamic.coverage).integers, 1);
        QVERIFY(dynamic.integer && dynamic.mismatches->predictions <= 1);

        const auto& quantized = reports[2];
        QCOMPARE(countOf(quantized.coverage).integers, 3);
        QCOMPARE(countOf(quantized.coverage).weights, 3);
        QVERIFY(quantized.integer);
        QVERIFY(*quantized.integer->accuracy > *base.score.accuracy - 0.03);
        QCOMPARE(quantized.mismatches->samples, m_test.count());
        // One step of the last quantizer, where float32's sum rounds to the other side.
        QVERIFY(quantized.mismatchesOnGrid->outputs <= quantized.mismatches->numbers / 100);
        // Codes, a scale and zero_point each, biases (a folded BatchNorm is one), activations.
        QCOMPARE(quantized.bytes, (72 + 8 + 32) + (384 + 8) + (480 + 8 + 40) + 4 * 8);

        const auto& weights = reports[3];
        QVERIFY(!weights.integer);
        QCOMPARE(countOf(weights.coverage).weights, 3);
        QCOMPARE(countOf(weights.coverage).integers, 0);
        QCOMPARE(weights.bytes, quantized.bytes - 4 * 8);
        for (const auto& layer : weights.coverage)
            QVERIFY(!layer.why.empty());
    }

    void compareMethods_leavesTheNetworkAlone()
    {
        const auto before = m_network.stateDict();
        (void)compare({PtqMethod::Static});
        const auto after = m_network.stateDict();
        for (std::size_t i = 0; i < before.size(); ++i)
            QVERIFY(std::equal(before[i].bytes().begin(), before[i].bytes().end(),
                               after[i].bytes().begin()));
    }

    void compareMethods_qatWithoutWeights_isRefused()
    {
        CompareInputs inputs{&m_network, &m_test, &m_calibration, nullptr};
        CompareOptions options;
        options.methods = {PtqMethod::Qat};
        const auto refused = compareMethods(inputs, options);
        QVERIFY(!refused && refused.error().kind == ErrorKind::Usage);
    }

    void moduleSwitches_onlyOne_thenAllAsBefore()
    {
        auto done = *quantizeAfterTraining(m_network, {}, &m_calibration);
        const auto all = *done.network.outputsOf(m_test.writer(0), 16);
        {
            auto switches = *ModuleSwitches::make(done.network);
            QCOMPARE(switches.places().size(), 4U);
            QCOMPARE(switches.places()[0].name, std::string("input"));
            // Behind Conv2d, BatchNorm2d and ReLU.
            QCOMPARE(switches.places()[1].outputPoint, 3U);
            QVERIFY(switches.set([](std::size_t) { return false; }));
            const auto none = *done.network.outputsOf(m_test.writer(0), 16);
            const auto exact = *done.reference.outputsOf(m_test.writer(0), 16);
            QVERIFY(test::relative(exact, none) < 1e-5);
            QVERIFY(switches.setOnly(1, true, false));
            int on = 0;
            for (const auto& module : done.network.quantizers())
                on += module.fakeQuantEnabled ? 1 : 0;
            QCOMPARE(on, 1);
        }
        QVERIFY(*done.network.outputsOf(m_test.writer(0), 16) == all);
    }

    void layerReport_alone_isOneLayersError()
    {
        auto done = *quantizeAfterTraining(m_network, {}, &m_calibration);
        const auto report = *layerReport(done, m_test.first(64), 32);
        QCOMPARE(report.size(), 4U);
        for (const auto& layer : report) {
            QVERIFY(layer.activation && layer.activation->sqnrDb());
            QVERIFY(*layer.outputAlone.sqnrDb() > 20);
            QVERIFY(*layer.networkAlone.sqnrDb() > 20);
            QVERIFY(layer.activationFacts->codesTotal == 256);
            if (layer.place.layer)
                QVERIFY(*layer.weight->sqnrDb() > 30);
        }
        // The first layer sees the input's error, too, the input nothing.
        QCOMPARE(report[0].outputAlone.mse(), report[0].outputAccumulated.mse());
        QVERIFY(report[3].outputAccumulated.mse() > report[3].outputAlone.mse());
        const auto again = *outputAloneOf(done, "4", m_test.first(64), 32);
        QCOMPARE(again.mse(), report[2].outputAlone.mse());
        // Its weight by hand.
        const auto weights = *done.network.effectiveWeights(4);
        ErrorFigures figures;
        figures.add(weights.latent.floats(), weights.weight.floats());
        QCOMPARE(report[2].weight->mse(), figures.mse());
    }

    void sensitivityOf_fewBits_findsTheLayer()
    {
        PtqRecipe recipe;
        recipe.config = weightOnlyConfig();
        recipe.config.layers["4"] = recipe.config.all;
        recipe.config.layers["4"].weight->dtype = DType::Int2;
        auto done = *quantizeAfterTraining(m_network, recipe, nullptr);
        const auto rows = *sensitivityOf(done.network, m_test, 64);
        QCOMPARE(rows.size(), 3U);
        auto exact = *floatCopy(m_network);
        const auto base = *scoreOf(outputsOf(exact, {}), m_test, 64);
        const auto moved = [&](const ModelScore& score) {
            return std::abs(score.loss - base.loss);
        };
        // To the better or the worse: two bits are another network.
        QVERIFY(moved(rows[1].only) > 20 * moved(rows[0].only));
        QVERIFY(moved(rows[1].only) > 20 * moved(rows[2].only));
        QVERIFY(moved(rows[1].allBut) < 0.1 * moved(rows[0].allBut));
    }

    void adviseLayer_twoBits_findsWhatHelpsByMeasuring()
    {
        PtqRecipe recipe;
        recipe.config.layers["4"] = recipe.config.all;
        recipe.config.layers["4"].weight->dtype = DType::Int2;
        recipe.rounding.iterations = 100;
        auto base = *quantizeAfterTraining(m_network, recipe, &m_calibration);
        const auto some = m_test.first(32);
        const auto report = *layerReport(base, some, 32);
        const auto worst = worstPlaces(report, 1);
        QCOMPARE(report[worst[0]].place.name, std::string("4"));
        const AdviceInputs inputs{&m_network, recipe, &m_calibration, &m_test, &some, 64};
        const auto advice = *adviseLayer(inputs, base, report[worst[0]]);
        QVERIFY(!advice.findings.empty());
        QVERIFY(advice.tried.size() > 2);
        QVERIFY(advice.tried.front().helps);
        for (const auto& tried : advice.tried) {
            QVERIFY2(tried.failed.empty(), tried.failed.c_str());
            QCOMPARE(tried.helps,
                     tried.after.loss < 0.999 * advice.before.loss &&
                         *tried.after.accuracy >= *advice.before.accuracy &&
                         tried.after.layerSqnrDb.value_or(1e9) >= *advice.before.layerSqnrDb);
        }
        QVERIFY2(advice.conclusion.starts_with("Try "), advice.conclusion.c_str());
    }

    void loadQatNetwork_savedTraining_isTested()
    {
        const QTemporaryDir dir;
        const auto path = dir.filePath("qat.safetensors").toStdString();
        auto trained = *floatCopy(m_network);
        const auto config = defaultQatConfig();
        QVERIFY(trained.setQuantization(&config));
        QVERIFY(saveWeights(trained, path));
        auto qat = loadQatNetwork(m_network.model(), config, path, &m_calibration, 64);
        QVERIFY(qat);
        QCOMPARE(qat->observedAnew.size(), 4U);
        const CompareInputs inputs{&m_network, &m_test, &m_calibration,
                                   std::make_shared<Network>(std::move(qat->network))};
        CompareOptions options;
        options.methods = {PtqMethod::Qat};
        options.runs = 1;
        const auto reports = *compareMethods(inputs, options);
        QVERIFY(*reports[0].integer->accuracy > 0.8);
        QVERIFY(!loadQatNetwork(m_network.model(), config, path, nullptr, 64));
    }

    void guideOf_figures_decide()
    {
        const std::vector<MethodReport> reports{reportWith(PtqMethod::Float, 0.95, 4000, 10),
                                                reportWith(PtqMethod::Dynamic, 0.95, 3000, 8),
                                                reportWith(PtqMethod::Static, 0.945, 1000, 4),
                                                reportWith(PtqMethod::WeightOnly, 0.949, 1010, 10)};
        const auto guide = guideOf(reports);
        QVERIFY(guide.recommended == PtqMethod::Static);
        QVERIFY(guide.sentences[0].starts_with("Choose static"));
        QVERIFY(guide.sentences[1].find("weight_only") != std::string::npos);
        const auto strict = guideOf(reports, 0.002);
        QVERIFY(strict.recommended == PtqMethod::WeightOnly);
        const auto none = guideOf({reports[0], reportWith(PtqMethod::Static, 0.5, 1000, 4)});
        QVERIFY(!none.recommended);
        QVERIFY(none.sentences.back().find("qat") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestCompare)
#include "test_compare.moc"
