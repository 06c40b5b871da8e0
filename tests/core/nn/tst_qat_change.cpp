// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/qat_change.h"
#include "core/nn/twin_trainer.h"

#include <QTest>

using namespace qs;

namespace {

std::shared_ptr<const Dataset> noise()
{
    std::vector<std::uint8_t> pixels(640 * 16);
    std::vector<std::uint8_t> labels(640);
    for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<std::uint8_t>(i * 37 % 251);
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = static_cast<std::uint8_t>(i % 3);
    auto data = std::make_shared<Dataset>();
    data->name = "noise";
    data->classes = 3;
    data->train = *SampleSet::make(
        Tensor::fromVector("", ElementType::Uint8, *Shape::make({640, 4, 4}), std::move(pixels)),
        Tensor::fromVector("", ElementType::Uint8, *Shape::make({640}), std::move(labels)));
    data->test = data->train;
    return data;
}

} // namespace

/// The words on the markers, and that a dragged slider is one marker.
class TestQatChange : public QObject {
    Q_OBJECT

private slots:
    void changes_areSaidInFewWords()
    {
        const auto before = defaultQatConfig();
        QCOMPARE(describeChange(before, before), std::string());
        auto after = before;
        after.all.weight->dtype = DType::Int4;
        QCOMPARE(describeChange(before, after), std::string("weights int4"));
        auto layer = after.of("3");
        layer.activation->observer = "fixed";
        layer.activation->scale = {0.0125F};
        layer.activation->zeroPoint = {3};
        after.layers["3"] = layer;
        QCOMPARE(describeChange(before, after),
                 std::string("weights int4, 3.activation scale 0.0125 zero_point 3"));
        auto floating = before;
        floating.input.reset();
        QCOMPARE(describeChange(before, floating), std::string("input float"));
    }

    void draggedScale_isOneEvent_fromItsFirstStep()
    {
        TrainRecipe recipe;
        recipe.model = "mlp:16-4-3";
        recipe.batch = 8;
        recipe.epochs = 2;
        const auto twin = *TwinTrainer::make(recipe, noise());
        for (int i = 0; i < 5; ++i)
            QVERIFY(twin->step());
        auto config = defaultQatConfig();
        config.all.activation->observer = "fixed";
        config.all.activation->zeroPoint = {0};
        for (int i = 1; i <= 10; ++i) {
            config.all.activation->scale = {0.01F * static_cast<float>(i)};
            twin->requestQuantization(config);
            QVERIFY(twin->step());
        }
        auto events = twin->snapshot()->events;
        QCOMPARE(events.size(), std::size_t{1});
        QCOMPARE(events[0].step, 5);
        QCOMPARE(events[0].text, std::string("activations scale 0.1 zero_point 0"));
        for (int i = 0; i < 30; ++i)
            QVERIFY(twin->step());
        config.all.weight->dtype = DType::Int3;
        twin->requestQuantization(config);
        QVERIFY(twin->step());
        events = twin->snapshot()->events;
        QCOMPARE(events.size(), std::size_t{2});
        QCOMPARE(events[1].text, std::string("weights int3"));
    }
};

QTEST_APPLESS_MAIN(TestQatChange)
#include "tst_qat_change.moc"
