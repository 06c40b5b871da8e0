// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/nn/twin_trainer.h"
#include "ui/panels/panel.h"

#include <QTest>

#include <cmath>

using namespace qs;

namespace {

PanelInput inputOf(const QuantSpec& spec, std::vector<float> values = {})
{
    if (values.empty()) {
        const CounterRng rng(1);
        for (std::uint64_t i = 0; i < 5000; ++i)
            values.push_back(static_cast<float>(inverseNormal(rng.uniform(i))));
    }
    const auto n = static_cast<std::int64_t>(values.size());
    TensorPipeline pipeline;
    PanelInput input;
    input.tensor =
        *pipeline.run({Tensor::fromFloats("w", *Shape::make({n}), std::move(values)), spec, 0});
    return input;
}

Figure figureOf(const char* panel, const PanelInput& input)
{
    return panelById(QLatin1String(panel))->build(input);
}

const Series& named(const Figure& figure, const char* csvName)
{
    for (const auto& series : figure.series) {
        if (series.csvName == QLatin1String(csvName))
            return series;
    }
    qFatal("no series %s", csvName);
}

QuantSpec fixedSpec(DType dtype, float scale, std::int32_t zeroPoint)
{
    QuantSpec spec;
    spec.dtype = dtype;
    spec.observer = "fixed";
    spec.scale = {scale};
    spec.zeroPoint = {zeroPoint};
    return spec;
}

} // namespace

class TestPanels : public QObject {
    Q_OBJECT

private slots:
    void everyPanel_withoutResults_saysWhatToDo()
    {
        for (const auto& panel : panels()) {
            const auto figure = panel.build({});
            QVERIFY2(!figure.emptyText.isEmpty(), panel.id);
        }
    }

    void everyFigure_hasTitlesUnitsAndFiniteAxes_forEveryDType()
    {
        for (const auto& dtype : dtypes()) {
            if (!dtype.isInteger() || dtype.bits > 16)
                continue;
            QuantSpec spec;
            spec.dtype = dtype.id;
            auto input = inputOf(spec);
            for (const bool log : {false, true}) {
                input.logCounts = log;
                for (const auto& panel : panels()) {
                    if (panel.workspace != WorkspaceId::Tensor)
                        continue;
                    const auto figure = panel.build(input);
                    QVERIFY2(!figure.title.isEmpty() && !figure.accessible.isEmpty(), panel.id);
                    for (const auto* axis : {&figure.x, &figure.y}) {
                        QVERIFY2(!axis->title.isEmpty() && !axis->unit.isEmpty(), panel.id);
                        QVERIFY2(std::isfinite(axis->min) && std::isfinite(axis->max) &&
                                     axis->min < axis->max && (!axis->log || axis->min > 0),
                                 panel.id);
                    }
                    for (const auto& series : figure.series) {
                        QVERIFY2(series.x.size() == series.y.size(), panel.id);
                        QVERIFY2(series.x.size() <= 2100, panel.id);
                        QVERIFY2(!series.csvName.isEmpty(), panel.id);
                    }
                }
            }
        }
    }

    void sharedPanels_haveTheSameX()
    {
        const auto input = inputOf({});
        const auto x = figureOf("transfer", input).x;
        for (const char* panel : {"histogram", "error"}) {
            QCOMPARE(figureOf(panel, input).x.min, x.min);
            QCOMPARE(figureOf(panel, input).x.max, x.max);
        }
    }

    void staircase_stepsWhereTheQuantizerDoes()
    {
        const auto spec = fixedSpec(DType::Int3, 0.5F, 1);
        const auto figure = figureOf("transfer", inputOf(spec));
        const auto& steps = named(figure, "dequantized [-]");
        QVERIFY(steps.kind == SeriesKind::Steps);
        const auto params =
            *QuantParams::make(spec.dtype, spec.qscheme, *spec.range(), spec.scale, spec.zeroPoint);
        const auto quantizer = *Quantizer::make(params, *Shape::make({1}));
        for (std::size_t i = 0; i + 1 < steps.x.size(); ++i) {
            const auto middle = static_cast<float>((steps.x[i] + steps.x[i + 1]) / 2);
            float y = 0;
            quantizer.fakeQuantize({&middle, 1}, 0, &y);
            QCOMPARE(steps.y[i], static_cast<double>(y));
        }
        QCOMPARE(steps.y.front(), (-4 - 1) * 0.5);
        QCOMPARE(steps.y.back(), (3 - 1) * 0.5);
    }

    void handles_standAtTheEndsOfTheRange()
    {
        const auto figure = figureOf("histogram", inputOf(fixedSpec(DType::Int4, 0.25F, 0)));
        QCOMPARE(figure.markers[0].id, QStringLiteral("range_min"));
        QCOMPARE(figure.markers[0].x, -2.0);
        QCOMPARE(figure.markers[1].x, 1.75);
        QVERIFY(figure.markers[0].handle);
    }

    void clippedRegions_areThereOnlyWhereSomethingIsClipped()
    {
        QVERIFY(figureOf("histogram", inputOf({})).regions.empty());
        const auto clipped = figureOf("histogram", inputOf(fixedSpec(DType::Int4, 0.1F, 0)));
        QCOMPARE(clipped.regions.size(), std::size_t{2});
        QVERIFY(clipped.regions[0].label.contains(QStringLiteral("clipped")));
        QCOMPARE(clipped.regions[1].from, 7.5 * static_cast<double>(0.1F));
    }

    void histogram_showsEveryElementOnItsLevel()
    {
        const auto figure =
            figureOf("histogram", inputOf(fixedSpec(DType::Int4, 1.0F, 0), {0, 0, 1, 2, 2, 2}));
        const auto& levels = named(figure, "count per level");
        QCOMPARE(levels.x, (std::vector<double>{0, 1, 2}));
        QCOMPARE(levels.y, (std::vector<double>{2, 1, 3}));
    }

    void error_ofAFineGrid_isABand()
    {
        const auto figure = figureOf("error", inputOf({}));
        QVERIFY(figure.series[0].kind == SeriesKind::Band);
        QVERIFY(!figure.note.isEmpty());
        const auto coarse = figureOf("error", inputOf(fixedSpec(DType::Int4, 0.5F, 0)));
        QVERIFY(coarse.series[0].kind == SeriesKind::Line);
        for (const double y : coarse.series[0].y)
            QVERIFY(std::isfinite(y));
    }

    void sharedRange_movesInStepsOnly()
    {
        // While a handle is dragged the axis must rest under the hand.
        const auto a = figureOf("transfer", inputOf(fixedSpec(DType::Int8, 0.03F, 0))).x;
        const auto b = figureOf("transfer", inputOf(fixedSpec(DType::Int8, 0.0301F, 0))).x;
        QCOMPARE(a.min, b.min);
        QCOMPARE(a.max, b.max);
    }

    void training_hasBothNetworksAndMarkers()
    {
        auto snapshot = std::make_shared<TwinSnapshot>();
        snapshot->recipe.epochs = 2;
        snapshot->stepsPerEpoch = 100;
        snapshot->step = 60;
        snapshot->train = {{20, 2, 2.1}, {60, 1, std::nan("")}};
        snapshot->test = {{50, {1, 0.7, 1000}, {1, 0.6, 1000}},
                          {60, {1, 0.72, 9000}, {1, 0.61, 9000}}};
        snapshot->events = {{30, "weights int4"}};
        PanelInput input;
        input.training = snapshot;
        const auto figure = figureOf("training", input);
        QVERIFY(figure.emptyText.isEmpty());
        QCOMPARE(figure.series.size(), std::size_t{6});
        QCOMPARE(figure.x.max, 204.0); // all planned steps and a little room
        QVERIFY(figure.y2.has_value());
        QCOMPARE(figure.markers.size(), std::size_t{1});
        QCOMPARE(figure.markers[0].x, 30.0);
        QCOMPARE(named(figure, "fake-quantized test accuracy [%]").y[0], 60.0);
        // Accuracies on different images never share a line.
        QCOMPARE(named(figure, "fake-quantized test accuracy [%]").y.size(), std::size_t{1});
        QCOMPARE(named(figure, "fake-quantized accuracy on all test images [%]").y[0], 61.0);
        QVERIFY(figure.note.contains(QStringLiteral("1,000")));
        QVERIFY(figure.note.contains(QStringLiteral("9,000")));
    }
};

QTEST_GUILESS_MAIN(TestPanels)
#include "test_panels.moc"
