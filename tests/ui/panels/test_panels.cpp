// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/nn/twin_trainer.h"
#include "ui/panels/grid_view.h"
#include "ui/panels/panel.h"
#include "ui/plot/figure_export.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

using namespace qs;

namespace {

PanelInput inputOf(const QuantSpec& spec, std::vector<float> values = {})
{
    if (values.empty()) {
        const CounterRng rng(1);
        for (std::uint64_t i = 0; i < 5120; ++i) // rows of whole ggml blocks
            values.push_back(static_cast<float>(inverseNormal(rng.uniform(i))));
    }
    const auto n = static_cast<std::int64_t>(values.size());
    TensorPipeline pipeline;
    PanelInput input;
    input.tensor =
        *pipeline.run({Tensor::fromFloats("w", *Shape::make({n}), std::move(values)), spec, 0});
    return input;
}

/// With the study that the panel needs.
Figure figureOf(const PanelInfo& panel, PanelInput input)
{
    if (panel.study == StudyKind::None)
        return panel.build(input);
    TensorPipeline pipeline;
    TensorStudies studies(pipeline);
    const auto& result = *input.tensor;
    const auto study = studies.run(
        {{result.facts->tensor, result.report->spec, result.channel.value_or(0)}, panel.study});
    if (!study)
        qFatal("%s", study.error().message.c_str());
    input.study = *study;
    return panel.build(input);
}

Figure figureOf(const char* panel, const PanelInput& input)
{
    return figureOf(*panelById(QLatin1String(panel)), input);
}

const Series& named(const Figure& figure, const char* csvName)
{
    for (const auto& series : figure.series) {
        if (series.csvName == QString::fromUtf8(csvName))
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

/// A spec that a person gets by choosing the dtype in the window.
QuantSpec specOf(DType dtype)
{
    QuantSpec spec;
    spec.dtype = dtype;
    if (dtype == DType::Codebook)
        spec.codebook = {-1.0F, -0.25F, -0.1F, 0.0F, 0.3F, 1.0F};
    return spec;
}

QByteArray nameOf(DType dtype)
{
    return {info(dtype).name.data(), static_cast<qsizetype>(info(dtype).name.size())};
}

/// Listed dtypes and two of those typed by hand, without those that have no grid.
std::vector<DType> gridDTypes()
{
    std::vector<DType> all;
    for (const auto& row : dtypes()) {
        if (row.family != Family::Ggml)
            all.push_back(row.id);
    }
    all.push_back(*dtypeByName("e3m4"));
    all.push_back(*dtypeByName("e8m2"));
    return all;
}

float outputOf(const Quantizer& quantizer, float x)
{
    float y = 0;
    quantizer.fakeQuantize({&x, 1}, 0, &y);
    return y;
}

} // namespace

class TestPanels : public QObject {
    Q_OBJECT

    static void checkFigure(const PanelInfo& panel, const PanelInput& input, DType dtype)
    {
        const auto what = nameOf(dtype) + ' ' + panel.id;
        const auto figure = figureOf(panel, input);
        QVERIFY2(!figure.title.isEmpty() && !figure.accessible.isEmpty(), what);
        if (!figure.emptyText.isEmpty())
            return;
        if (figure.table) {
            QVERIFY2(!figure.table->rows.empty() && !figure.table->columns.empty(), what);
            for (const auto& row : figure.table->rows)
                QVERIFY2(row.size() == figure.table->columns.size(), what);
            return;
        }
        for (const auto* axis : {&figure.x, &figure.y}) {
            QVERIFY2(!axis->title.isEmpty() && !axis->unit.isEmpty(), what);
            QVERIFY2(std::isfinite(axis->min) && std::isfinite(axis->max) &&
                         axis->min < axis->max && (!axis->log || axis->min > 0),
                     what);
        }
        QVERIFY2(!figure.series.empty() || figure.map, what);
        for (const auto& series : figure.series) {
            QVERIFY2(series.x.size() == series.y.size(), what);
            QVERIFY2(series.x.size() <= 2100, what);
            QVERIFY2(!series.csvName.isEmpty(), what);
            QVERIFY2(series.labels.empty() || series.labels.size() == series.x.size(), what);
            for (std::size_t i = 1; i < series.x.size(); ++i)
                QVERIFY2(series.x[i - 1] <= series.x[i], what);
        }
    }

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
            for (const auto rounding : {Rounding::HalfEven, Rounding::Stochastic}) {
                auto spec = specOf(dtype.id);
                spec.rounding = rounding;
                auto input = inputOf(spec);
                for (const bool log : {false, true}) {
                    input.view.counts = log ? CountScale::Log : CountScale::Linear;
                    for (const auto& panel : panels()) {
                        // Studies know nothing of the counts' axis, and take their time.
                        const bool once = panel.study == StudyKind::None ||
                                          (!log && rounding == Rounding::HalfEven);
                        if (panel.workspace == WorkspaceId::Tensor && once)
                            checkFigure(panel, input, dtype.id);
                    }
                }
            }
        }
    }

    void studies_thatAreNotThere_areSaid()
    {
        auto input = inputOf(specOf(DType::Int4));
        for (const auto& panel : panels()) {
            if (panel.study == StudyKind::None)
                continue;
            QVERIFY(panel.build(input).emptyText.contains(QStringLiteral("computed")));
            input.studyNote = QStringLiteral("no memory");
            QCOMPARE(panel.build(input).emptyText, QStringLiteral("no memory"));
            input.studyNote.clear();
            // One of another quantizer is none.
            TensorPipeline pipeline;
            TensorStudies studies(pipeline);
            input.study =
                *studies.run({{input.tensor->facts->tensor, specOf(DType::Quint8)}, panel.study});
            QVERIFY2(!panel.build(input).emptyText.isEmpty(), panel.id);
            input.study = nullptr;
        }
    }

    void rangeCurve_hasItsParts_theObservers_andTheQuantizerInUse()
    {
        auto spec = specOf(DType::Int4);
        spec.qscheme = QScheme::PerTensorSymmetric;
        const auto figure = figureOf("range_curve", inputOf(spec));
        QVERIFY(figure.x.log && figure.y.log);
        const auto& total = named(figure, "MSE [x\u00b2]");
        const auto& rounding = named(figure, "rounding MSE [x\u00b2]");
        const auto& clipping = named(figure, "clipping MSE [x\u00b2]");
        QCOMPARE(total.x.size(), std::size_t{512});
        for (std::size_t i = 0; i < total.x.size(); ++i)
            QVERIFY(std::fabs(total.y[i] - rounding.y[i] - clipping.y[i]) <= 1e-12 * total.y[i]);
        QVERIFY(total.style != rounding.style && rounding.style != clipping.style);
        const auto& observers = named(figure, "observers' MSE [x\u00b2]");
        const QStringList names(observers.labels.begin(), observers.labels.end());
        for (const char* name : {"minmax", "percentile", "mse", "entropy", "histogram"})
            QVERIFY2(names.contains(QLatin1String(name)), name);
        QCOMPARE(figure.markers.size(), std::size_t{1});
        QVERIFY(figure.markers[0].handle);
        const auto at = std::find_if(observers.labels.begin(), observers.labels.end(),
                                     [](const auto& l) { return l == u"minmax"; });
        const auto i = static_cast<std::size_t>(at - observers.labels.begin());
        QVERIFY(std::fabs(figure.markers[0].x / observers.x[i] - 1) < 1e-6);
        QVERIFY(std::fabs(named(figure, "current MSE [x\u00b2]").y[0] / observers.y[i] - 1) < 1e-9);
        const auto csv = figureCsv(figure);
        QVERIFY(csv.contains("clip range") && csv.contains("percentile"));
    }

    void bits_riseByAboutSixDb_andMarkTheDTypeInUse()
    {
        auto spec = specOf(DType::Int6);
        spec.qscheme = QScheme::PerTensorSymmetric;
        const auto input = inputOf(spec);
        const auto figure = figureOf("bits_sweep", input);
        const auto& minmax = named(figure, "SQNR, minmax [dB]");
        QCOMPARE(minmax.x.size(), std::size_t{15});
        const double slope = (minmax.y[14] - minmax.y[4]) / 10;
        QVERIFY(slope > 5.9 && slope < 6.15);
        QCOMPARE(named(figure, "SQNR, mse [dB]").x.size(), std::size_t{7});
        QVERIFY(named(figure, "SQNR of evenly spread values [dB]").style == LineStyle::Dotted);
        const auto& current = named(figure, "current SQNR [dB]");
        QCOMPARE(current.x[0], 6.0);
        QCOMPARE(current.y[0], minmax.y[4]);
        QCOMPARE(current.labels[0], QStringLiteral("int6"));
    }

    void formats_haveEachDTypeOnce_andTheFrontRises()
    {
        const auto figure = figureOf("formats", inputOf(specOf(DType::Int4)));
        const auto& front = named(figure, "SQNR of the front [dB]");
        const auto& others = named(figure, "SQNR [dB]");
        for (std::size_t i = 1; i < front.x.size(); ++i)
            QVERIFY((front.x[i] > front.x[i - 1] && front.y[i] > front.y[i - 1]) ||
                    (front.x[i] == front.x[i - 1] && front.y[i] == front.y[i - 1]));
        std::set<QString> names(front.labels.begin(), front.labels.end());
        names.insert(others.labels.begin(), others.labels.end());
        QCOMPARE(names.size(), front.x.size() + others.x.size());
        QVERIFY(names.size() > 40);
        QVERIFY(front.labelsShown && !others.labelsShown);
        QVERIFY(figureCsv(figure).contains("nvfp4"));
    }

    void landscape_isAMap_withItsScale_andBothPlaces()
    {
        const auto figure = figureOf("landscape", inputOf(specOf(DType::Uint4)));
        QVERIFY(figure.map && figure.y2 && figure.x.log);
        QCOMPARE(figure.y2->unit, QStringLiteral("dB"));
        QCOMPARE(figure.map->values.size(), figure.map->x.size() * figure.map->y.size());
        QCOMPARE(figure.map->y.size(), std::size_t{16});
        const double best = *std::max_element(figure.map->values.begin(), figure.map->values.end());
        QCOMPARE(figure.y2->max, best);
        QCOMPARE(named(figure, "current zero_point [code]").x.size(), std::size_t{1});
        const auto csv = figureCsv(figure);
        const auto lines = csv.split('\n');
        QVERIFY(lines.size() > 256 * 16);
        QVERIFY(csv.contains("scale [-],zero_point [code],SQNR [dB]"));
    }

    void zoomedHistogram_hasItsOwnBins()
    {
        auto input = inputOf(specOf(DType::Int4));
        TensorPipeline pipeline;
        input.view.x = {0.1, 0.2};
        input.tensor = *pipeline.run(
            {input.tensor->facts->tensor, specOf(DType::Int4), 0, std::array{0.1, 0.2}});
        const auto figure = figureOf("histogram", input);
        QVERIFY(figure.note.contains(QStringLiteral("over the view")));
        QCOMPARE(named(figure, "count per bin").x.front(), 0.1);
        QCOMPARE(named(figure, "count per bin").x.back(), 0.2);
        const auto& bars = named(figure, "count per bin").y;
        QVERIFY(figure.y.max <= std::max(2.0, 1.2 * *std::max_element(bars.begin(), bars.end())));
    }

    void staircase_agreesWithTheQuantizer_forEveryDTypeAndRounding()
    {
        const CounterRng rng(7);
        for (const DType dtype : gridDTypes()) {
            for (const auto& rounding : roundings()) {
                auto spec = specOf(dtype);
                spec.rounding = rounding.id;
                auto input = inputOf(spec);
                const GridView grid(*input.tensor);
                const auto& params = input.tensor->shown->params;
                const auto quantizer = *Quantizer::make(params, *Shape::make({1}), rounding.id, 3);
                // Zoom in until no step is left out.
                auto figure = figureOf("transfer", input);
                double half = (figure.x.max - figure.x.min) / 2;
                const double middle = 0.6;
                while (figure.note.contains(QStringLiteral("finer"))) {
                    half /= 2;
                    input.view.x = {middle - half, middle + half};
                    figure = figureOf("transfer", input);
                }
                const auto view = input.view.x.value_or(std::array{figure.x.min, figure.x.max});
                const auto& steps = named(figure, "dequantized [-]");
                for (std::uint64_t i = 0; i < 1000; ++i) {
                    const auto x =
                        static_cast<float>(view[0] + rng.uniform(i) * (view[1] - view[0]));
                    const auto real = static_cast<double>(x);
                    const auto y = static_cast<double>(outputOf(quantizer, x));
                    const auto after =
                        std::upper_bound(steps.x.begin(), steps.x.end(), real) - steps.x.begin();
                    if (after == 0 || steps.x[static_cast<std::size_t>(after - 1)] == real)
                        continue; // on an edge: both are drawn
                    const double drawn = steps.y[static_cast<std::size_t>(after - 1)];
                    const auto place = grid.indexAt(real);
                    const bool right =
                        grid.isStochastic()
                            ? y == drawn || y == grid.level(std::min(place + 1, grid.size() - 1))
                            : y == drawn && y == grid.level(place);
                    QVERIFY2(right, (nameOf(dtype) + " at " + QByteArray::number(real, 'g', 9) +
                                     ": " + QByteArray::number(y, 'g', 9) + ", drawn " +
                                     QByteArray::number(drawn, 'g', 9))
                                        .constData());
                }
            }
        }
    }

    void error_agreesWithTheQuantizersLsb_forEveryDType()
    {
        const CounterRng rng(9);
        for (const DType dtype : gridDTypes()) {
            const auto input = inputOf(specOf(dtype));
            const auto figure = figureOf("error", input);
            const auto quantizer = *Quantizer::make(input.tensor->shown->params, *Shape::make({1}));
            const Series* teeth = nullptr;
            for (const auto& series : figure.series) {
                if (series.csvName == QLatin1String("error [LSB]"))
                    teeth = &series;
            }
            if (teeth == nullptr)
                continue; // all of it is a band
            const double width = figure.x.max - figure.x.min;
            for (std::uint64_t i = 0; i < 1000; ++i) {
                const auto x = static_cast<float>(figure.x.min + rng.uniform(i) * width);
                const auto real = static_cast<double>(x);
                const auto at = static_cast<std::size_t>(
                    std::upper_bound(teeth->x.begin(), teeth->x.end(), real) - teeth->x.begin());
                if (at == 0 || at == teeth->x.size() || std::isnan(teeth->y[at]) ||
                    std::isnan(teeth->y[at - 1]))
                    continue;
                const double share = (real - teeth->x[at - 1]) / (teeth->x[at] - teeth->x[at - 1]);
                const double drawn = teeth->y[at - 1] + share * (teeth->y[at] - teeth->y[at - 1]);
                float y = 0;
                float t = 0;
                float clip = 0;
                float lsb = 0;
                std::int32_t code = 0;
                quantizer.evaluate({&x, 1}, 0, {&y, &t, &clip, &lsb, &code});
                if (std::isinf(lsb)) { // beyond float32, in the quantizer
                    QVERIFY(std::isinf(t) || std::fabs(drawn) > 3.4e38);
                    continue;
                }
                QVERIFY2(std::fabs(drawn - static_cast<double>(lsb)) <=
                             1e-3 * std::max(1.0, std::fabs(drawn)) +
                                 0x1p-22 * std::fabs(static_cast<double>(t)),
                         (nameOf(dtype) + " at " + QByteArray::number(real) + ": drawn " +
                          QByteArray::number(drawn) + ", quantizer " + QByteArray::number(lsb))
                             .constData());
            }
        }
    }

    void nonUniformGrids_sayWhatAnLsbIs()
    {
        QCOMPARE(figureOf("error", inputOf(specOf(DType::Int4))).y.unit, QStringLiteral("LSB"));
        const auto figure = figureOf("error", inputOf(specOf(DType::Nf4)));
        QCOMPARE(figure.y.unit, QStringLiteral("local LSB"));
        QVERIFY(figure.note.contains(QStringLiteral("distance of the levels")));
    }

    void levels_areAscending_andDistinct()
    {
        for (const DType dtype : gridDTypes()) {
            const auto input = inputOf(specOf(dtype));
            const GridView grid(*input.tensor);
            if (grid.table() == nullptr)
                continue;
            const auto& levels = grid.table()->levels();
            const auto& thresholds = grid.table()->thresholds();
            QCOMPARE(thresholds.size() + 1, levels.size());
            for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
                QVERIFY2(levels[i] < levels[i + 1], nameOf(dtype));
                QVERIFY2(levels[i] <= thresholds[i] && thresholds[i] <= levels[i + 1],
                         nameOf(dtype));
            }
        }
        // -448 … 448 with one 0 for two codes.
        auto cast = specOf(DType::Float8E4m3fn);
        cast.observer = "fixed";
        cast.scale = {1.0F};
        const auto input = inputOf(cast);
        const GridView grid(*input.tensor);
        QCOMPARE(grid.size(), std::int64_t{253});
        QCOMPARE(grid.highest(), 448.0);
        QCOMPARE(grid.clipHigh(), 464.0);
        QCOMPARE(grid.level(126), 0.0);
        QCOMPARE(grid.table()->placeOf(0x80), std::int64_t{126});
        QCOMPARE(grid.stepAt(1.5), 0.125);
    }

    void codeUsage_countsEveryElement_onceForEachDType()
    {
        for (const auto& dtype : dtypes()) {
            const auto input = inputOf(specOf(dtype.id));
            const auto figure = figureOf("code_usage", input);
            if (dtype.bits > 16) {
                QVERIFY(figure.emptyText.contains(QStringLiteral("too many")));
                continue;
            }
            const auto& used = named(figure, "count per code");
            if (!figure.note.contains(QStringLiteral("fullest"))) {
                double sum = 0;
                for (const double y : used.y)
                    sum += y;
                QCOMPARE(sum, 5120.0);
            }
        }
        const auto figure = figureOf("code_usage", inputOf(specOf(DType::Float8E4m3fn)));
        QVERIFY(figure.x.title.contains(QStringLiteral("magnitude")));
        QCOMPARE(figure.x.min, -126.5);
        QCOMPARE(figure.x.max, 126.5);
    }

    void handles_ofFloatsAreSymmetric_andGgmlHasNone()
    {
        auto spec = specOf(DType::Float8E4m3fn);
        spec.observer = "fixed";
        spec.scale = {1.0F / 128};
        const auto figure = figureOf("transfer", inputOf(spec));
        QCOMPARE(figure.markers[0].x, -3.5);
        QCOMPARE(figure.markers[1].x, 3.5);
        QVERIFY(figureOf("transfer", inputOf(specOf(DType::Q4_0))).markers.empty());
    }

    void groups_areNamed()
    {
        auto spec = specOf(DType::Nf4);
        TensorPipeline pipeline;
        PanelInput input;
        input.tensor = *pipeline.run(
            {Tensor::fromFloats("w", *Shape::make({4, 128}), std::vector<float>(512, 0.5F)), spec,
             3});
        QCOMPARE(figureOf("transfer", input).title, QStringLiteral("Transfer of w, group 3"));
    }

    void codes_areShownAsNumbersAndBits()
    {
        QCOMPARE(codeText(DType::Int8, -12), QStringLiteral("-12"));
        QCOMPARE(codeText(DType::Float8E4m3fn, 0x3c), QStringLiteral("0x3c"));
        const auto params = [](DType dtype) {
            return *QuantParams::make(dtype, QScheme::PerTensorSymmetric,
                                      {info(dtype).quantMin, info(dtype).quantMax}, {1.0F}, {0});
        };
        QCOMPARE(codeBits(params(DType::Float8E4m3fn), 0x3c), QStringLiteral("0 0111 100"));
        QCOMPARE(codeBits(params(DType::Int8), -12), QStringLiteral("1111 0100"));
        QCOMPARE(codeBits(params(DType::Qint32), -1), QStringLiteral("0xffffffff"));
        QCOMPARE(codeBits(params(DType::Float4E2m1), 0xf), QStringLiteral("1 11 1"));
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
        // Where the float32 arithmetic begins to clip: half a step above the last level, but for
        // its last bit.
        QVERIFY(std::fabs(clipped.regions[1].from / (7.5 * static_cast<double>(0.1F)) - 1) < 1e-7);
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

    void weights_showTheGrid_theMasked_andTheOscillating()
    {
        auto snapshot = std::make_shared<TwinSnapshot>();
        PanelInput input;
        input.training = snapshot;
        QVERIFY(figureOf("weights", input).emptyText.contains(QStringLiteral("session")));
        // int3 with the scale 0.5: levels -2 … 1.5; the first and the last weight are clipped.
        const std::vector<float> latent{-2.6F, -0.9F, -0.25F, 0.1F, 0.74F, 1.9F};
        const auto shape = *Shape::make({2, 3});
        const auto tensor = [&](std::vector<float> values) {
            return Tensor::fromFloats("w", shape, std::move(values));
        };
        WeightView view;
        view.name = "0.weight";
        view.latent = tensor(latent);
        view.mask = tensor({0, 1, 1, 1, 1, 0});
        view.params =
            *QuantParams::make(DType::Int3, QScheme::PerTensorSymmetric, {-4, 3}, {0.5F}, {0});
        auto other = view;
        other.name = "3.weight";
        other.params = *QuantParams::make(DType::Int3, QScheme::PerChannelSymmetric, {-4, 3},
                                          {0.5F, 0.25F}, {0, 0}, 0);
        snapshot->weightViews = {view, other};
        OscillationState state;
        state.name = "0.weight";
        state.frequency = {0, 0, 0.02F, 0, 0.001F, 0};
        state.oscillating = 1;
        snapshot->oscillations = {state};

        const auto figure = figureOf("weights", input); // of the first layer
        QVERIFY(figure.title.contains(QStringLiteral("0.weight")));
        QCOMPARE(named(figure, "level").x,
                 (std::vector<double>{-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5}));
        const auto total = [&](const char* name) {
            const auto& y = named(figure, name).y;
            return std::accumulate(y.begin(), y.end(), 0.0);
        };
        QCOMPARE(total("latent weights per bin"), 6.0);
        QCOMPARE(total("weights with gradient mask 0 per bin"), 2.0);
        QCOMPARE(total("oscillating weights per bin"), 1.0);
        QVERIFY(figure.note.contains(QStringLiteral("2 of 6")));
        QCOMPARE(figure.regions.size(), std::size_t{2});
        QVERIFY(figure.regions[0].to < -2 && figure.regions[1].from > 1.5);
        for (const auto* axis : {&figure.x, &figure.y, &*figure.y2})
            QVERIFY(!axis->title.isEmpty() && !axis->unit.isEmpty() && axis->min < axis->max);

        // Channels share the axis in code units: -2.6 / 0.5 and 1.9 / 0.25.
        input.weightLayer = QStringLiteral("3.weight");
        const auto codes = figureOf("weights", input);
        QCOMPARE(codes.x.unit, QStringLiteral("code"));
        QCOMPARE(named(codes, "level").x, (std::vector<double>{-4, -3, -2, -1, 0, 1, 2, 3}));
        QVERIFY(codes.x.min < -5.2 && codes.x.max > 7.6);
        QVERIFY(!codes.y2.has_value());
    }
};

QTEST_GUILESS_MAIN(TestPanels)
#include "test_panels.moc"
