// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Static and weight-only quantization of whole networks, and what improves them.
#include "core/base/parallel.h"
#include "core/ptq/calibrate.h"
#include "core/ptq/post_training.h"
#include "core/quant/quantizer.h"

#include <QTest>
#include <cmath>

#include "network_testing.h"

using namespace qs;

namespace {

/// Four-bit weights, where each improvement shows.
PtqRecipe fourBits()
{
    PtqRecipe recipe;
    recipe.config = staticConfig("minmax");
    recipe.config.all.weight->dtype = DType::Int4;
    recipe.rounding.iterations = 300;
    return recipe;
}

std::vector<std::int32_t> codesOf(Network& network, std::size_t layer)
{
    const auto weights = *network.effectiveWeights(layer);
    const auto quantizer = *Quantizer::make(*weights.params, weights.latent.shape());
    std::vector<std::int32_t> codes(static_cast<std::size_t>(weights.latent.numel()));
    quantizer.quantize(weights.latent.floats(), 0, codes.data());
    return codes;
}

double meanSquaredDifference(Network& a, Network& b, const NetworkSamples& samples)
{
    const auto x = *a.outputsOf(samples.writer(0), samples.count());
    const auto y = *b.outputsOf(samples.writer(0), samples.count());
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += std::pow(static_cast<double>(x[i]) - static_cast<double>(y[i]), 2);
    return sum / static_cast<double>(x.size());
}

/// The same function, with every second channel of the first layer 20 times as large.
Network unevenCopy(const Network& network)
{
    auto uneven = *floatCopy(network);
    for (auto& parameter : uneven.parameters()) {
        const bool next = parameter.name == "4.weight";
        if (!next && parameter.name != "1.weight" && parameter.name != "1.bias")
            continue;
        const std::size_t perChannel = next ? 4 : 1; // 2 x 2 weights for each input
        for (std::size_t i = 0; i < parameter.value.size(); ++i)
            if (i / perChannel % 8 % 2 == 0)
                parameter.value[i] *= next ? 1 / 20.0F : 20.0F;
    }
    return uneven;
}

} // namespace

class TestPostTraining : public QObject {
    Q_OBJECT

    Network m_network = test::trainedOnDigits(test::smallCnn());
    NetworkSamples m_calibration;
    NetworkSamples m_test;

private slots:
    void initTestCase()
    {
        const auto data = *holdOut(**readDataset("digits"), 128, 1);
        m_calibration = *samplesFor(m_network.model(), data.calibration, "calibration");
        m_test = *samplesFor(m_network.model(), data.test, "test");
    }

    void static_golden_hasPyTorchsRangesAndCodes()
    {
        const auto one = test::convertedCase("static");
        const auto network = test::networkOf(one);
        const auto calibration = test::samplesOf(
            test::tensorOf("x", one["calibration_shape"], one["calibration"]), network.model());
        PtqRecipe recipe;
        recipe.config = staticConfig("minmax");
        recipe.batch = 4;
        auto done = quantizeAfterTraining(network, recipe, &calibration);
        QVERIFY(done);
        const std::map<std::string, std::string> observers{
            {"input", "activation_post_process_0"},
            {"0.activation", "activation_post_process_1"},
            {"3.activation", "activation_post_process_3"},
            {"7.activation", "activation_post_process_6"}};
        std::size_t seen = 0;
        for (const auto& module : done->network.quantizers()) {
            const auto found = observers.find(module.name);
            if (found == observers.end())
                continue;
            const auto& range = one["observers"][found->second];
            // Sums of products are in another order than PyTorch's.
            QVERIFY(std::abs(module.ranges[0].min - range["min_val"].get<float>()) <= 1e-6F);
            QVERIFY(std::abs(module.ranges[0].max - range["max_val"].get<float>()) <= 1e-6F);
            ++seen;
        }
        QCOMPARE(seen, observers.size());
        for (const std::size_t layer : {0U, 3U, 7U}) {
            const auto& expected = one["layers"][std::to_string(layer)];
            QCOMPARE(codesOf(done->network, layer),
                     expected["weight_int_repr"].get<std::vector<std::int32_t>>());
            const auto params = *done->network.effectiveWeights(layer)->params;
            QCOMPARE(params.scaleAt(0), expected["weight_scale"][0].get<float>());
        }
        // The observers of the golden network saw x, too, before it was converted.
        const auto x =
            test::samplesOf(test::tensorOf("x", one["x_shape"], one["x"]), network.model());
        QVERIFY(calibrate(done->network, &x, 16));
        for (const auto& module : done->network.quantizers()) {
            const auto layer = module.name.substr(0, module.name.find('.'));
            if (!module.name.ends_with(".activation"))
                continue;
            const float scale = one["layers"][layer]["scale"].get<float>();
            QVERIFY(std::abs(module.params->scaleAt(0) - scale) <= 1e-6F * scale);
            QCOMPARE(module.params->zeroPointAt(0), one["layers"][layer]["zero_point"].get<int>());
        }
        const auto outputs = *done->network.outputsOf(x.writer(0), x.count());
        const auto expected = test::floatsOf(one["logits"]);
        std::size_t same = 0;
        const float step = one["layers"]["7"]["scale"].get<float>();
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            same += std::abs(outputs[i] - expected[i]) < 0.01F * step ? 1 : 0;
            QVERIFY(std::abs(outputs[i] - expected[i]) < 1.01F * step);
        }
        QVERIFY2(same * 10 >= outputs.size() * 9, std::to_string(same).c_str());
    }

    void weightOnly_neverSeesSamples()
    {
        PtqRecipe recipe;
        recipe.config = weightOnlyConfig();
        auto done = quantizeAfterTraining(m_network, recipe, nullptr);
        QVERIFY(done);
        QCOMPARE(done->network.quantizers().size(), 3U);
        for (const auto& module : done->network.quantizers())
            QVERIFY(module.params && module.name.ends_with(".weight"));
        recipe.config = staticConfig();
        const auto refused = quantizeAfterTraining(m_network, recipe, nullptr);
        QVERIFY(!refused && refused.error().kind == ErrorKind::Usage);
    }

    void equalizableChains_stopWhereScalesDoNotPass()
    {
        const auto chains = equalizableChains(test::smallCnn());
        QCOMPARE(chains.size(), 1U);
        QCOMPARE(chains[0].layers, (std::vector<std::size_t>{0, 4, 7}));
        const auto blocked = equalizableChains(test::modelOf(
            "[4]", R"([{"type": "Linear", "in_features": 4, "out_features": 4}, {"type": "Sigmoid"},
                       {"type": "Linear", "in_features": 4, "out_features": 4}, {"type": "ReLU"},
                       {"type": "Linear", "in_features": 4, "out_features": 4},
                       {"type": "Add", "from": "3"},
                       {"type": "Linear", "in_features": 4, "out_features": 4}])"));
        QVERIFY(blocked.empty());
    }

    void equalize_keepsOutputsAndEvensOutRanges()
    {
        auto equalized = unevenCopy(m_network);
        auto before = *floatCopy(equalized);
        const auto chains = equalize(equalized);
        QVERIFY(chains);
        QCOMPARE(chains->size(), 1U);
        for (const auto& link : (*chains)[0].links)
            for (std::size_t i = 0; i < link.scale.size(); ++i)
                QVERIFY(std::abs(link.outputAfter[i] - link.inputAfter[i]) <=
                        1e-3 * link.inputAfter[i]);
        const auto x = *before.outputsOf(m_test.writer(0), 64);
        const auto y = *equalized.outputsOf(m_test.writer(0), 64);
        QVERIFY(test::relative(x, y) < 1e-4);
        QVERIFY(before.parameters()[0].value != equalized.parameters()[0].value);
    }

    void equalize_recipe_helpsUnevenChannels()
    {
        auto uneven = unevenCopy(m_network);
        auto recipe = fourBits();
        recipe.config = weightsOf(recipe.config);
        auto plain = *quantizeAfterTraining(uneven, recipe, nullptr);
        recipe.equalize = true;
        auto equalized = *quantizeAfterTraining(uneven, recipe, nullptr);
        const auto some = m_test.first(128);
        QVERIFY(meanSquaredDifference(equalized.network, uneven, some) <
                0.5 * meanSquaredDifference(plain.network, uneven, some));
    }

    void correctBiases_bringsMeansBack()
    {
        auto recipe = fourBits();
        auto plain = *quantizeAfterTraining(m_network, recipe, &m_calibration);
        recipe.biasCorrection = true;
        auto corrected = *quantizeAfterTraining(m_network, recipe, &m_calibration);
        QCOMPARE(corrected.corrected.size(), 3U);
        QVERIFY(corrected.corrected[0].skipped.empty()); // by the BatchNorm's beta
        QVERIFY(!corrected.corrected[1].skipped.empty());
        QVERIFY(corrected.corrected[2].skipped.empty());
        // Once more finds nothing left to do, in the first layer at least: float32's rounding.
        const auto again =
            *correctBiases(corrected.network, corrected.reference, m_calibration, 64);
        QVERIFY(again[0].largestShift < 1e-5);
        QVERIFY(again[2].largestShift < 1e-4);
        QVERIFY(corrected.corrected[2].largestShift > 1e-3);
        const auto some = m_test.first(128);
        QVERIFY(meanSquaredDifference(corrected.network, m_network, some) <
                meanSquaredDifference(plain.network, m_network, some));
    }

    void adaRound_choosesCodesThatRoundToThemselves()
    {
        auto recipe = fourBits();
        auto plain = *quantizeAfterTraining(m_network, recipe, &m_calibration);
        auto rounded = *quantizeAfterTraining(m_network, recipe, &m_calibration);
        const auto report = *adaRoundWeights(rounded.network, rounded.config, rounded.reference,
                                             m_calibration, 64, recipe.rounding);
        QCOMPARE(report.size(), 3U);
        std::int64_t all = 0;
        for (const auto& layer : report) {
            QVERIFY(layer.skipped.empty());
            QVERIFY(layer.error <= layer.errorNearest);
            all += layer.changed;
            const auto nearest = codesOf(plain.network, layer.layer);
            const auto codes = codesOf(rounded.network, layer.layer);
            std::int64_t changed = 0;
            for (std::size_t i = 0; i < codes.size(); ++i) {
                QVERIFY(std::abs(codes[i] - nearest[i]) <= 1);
                changed += codes[i] != nearest[i] ? 1 : 0;
            }
            QCOMPARE(changed, layer.changed);
            // The weight is its level: rounding it again moves nothing but the last bit.
            const auto weights = *rounded.network.effectiveWeights(layer.layer);
            QVERIFY(test::relative(weights.weight.floats(), weights.latent.floats()) < 1e-6);
            QCOMPARE(weights.params->scale(),
                     plain.network.effectiveWeights(layer.layer)->params->scale());
        }
        QVERIFY(all > 50);
        const auto some = m_test.first(128);
        QVERIFY(meanSquaredDifference(rounded.network, m_network, some) <
                meanSquaredDifference(plain.network, m_network, some));
        // Activations kept the ranges that they were calibrated to.
        QVERIFY(rounded.network.activationParams(0) == plain.network.activationParams(0));
    }

    void quantizeAfterTraining_anyThreads_givesTheSameBits()
    {
        auto recipe = fourBits();
        recipe.equalize = recipe.adaRound = recipe.biasCorrection = true;
        recipe.rounding.iterations = 20;
        const auto some = m_calibration.first(32);
        std::vector<float> first;
        for (const int threads : {1, 2, 4}) {
            const ThreadLimit limit(threads);
            auto done = *quantizeAfterTraining(m_network, recipe, &some);
            const auto outputs = *done.network.outputsOf(m_test.writer(0), 32);
            if (first.empty())
                first = outputs;
            QVERIFY(outputs == first);
        }
    }

    void samplesFor_otherShape_saysWhatIsExpected()
    {
        const auto model = test::modelOf("[3, 8, 8]", R"([{"type": "Flatten"},
                             {"type": "Linear", "in_features": 192, "out_features": 2}])");
        const auto refused = samplesFor(model, m_test.set, "digits");
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.find("3x8x8") != std::string::npos,
                 refused.error().message.c_str());
    }
};

QTEST_APPLESS_MAIN(TestPostTraining)
#include "test_post_training.moc"
