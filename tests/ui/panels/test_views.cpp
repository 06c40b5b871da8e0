// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Channels, cells, and what a view makes of the histogram and of errors.
#include "core/base/rng.h"
#include "core/pipeline/session_request.h"
#include "ui/panels/panel.h"
#include "ui/plot/figure_export.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace qs;

namespace {

/// Rows of whole ggml blocks; each row twice as wide as the one before.
Tensor rows(std::int64_t count, std::int64_t columns = 512)
{
    const CounterRng rng(5);
    const auto n = static_cast<std::size_t>(count * columns);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i)
        x[i] = static_cast<float>(std::ldexp(inverseNormal(rng.uniform(i)),
                                             static_cast<int>(i) / static_cast<int>(columns) % 8));
    return Tensor::fromFloats("w", *Shape::make({count, columns}), std::move(x));
}

PanelInput inputOf(const Tensor& tensor, const QuantSpec& spec, const TensorView& view = {},
                   std::int64_t channel = 0)
{
    TensorPipeline pipeline;
    TensorSession session;
    session.spec = spec;
    session.channel = channel;
    session.view = view;
    auto result = pipeline.run(requestOf(tensor, session));
    if (!result)
        qFatal("%s", result.error().message.c_str());
    PanelInput input;
    input.tensor = *result;
    input.view = view;
    return input;
}

Figure figureOf(const char* id, PanelInput input)
{
    const auto& panel = *panelById(QLatin1String(id));
    if (panel.study != StudyKind::None) {
        TensorPipeline pipeline;
        TensorStudies studies(pipeline);
        const auto study = studies.run(studyRequestOf(*input.tensor, input.view, panel.study));
        if (!study)
            qFatal("%s", study.error().message.c_str());
        input.study = *study;
    }
    return panel.build(input);
}

const Series& named(const Figure& figure, const char* csvName)
{
    for (const auto& series : figure.series) {
        if (series.csvName == QString::fromUtf8(csvName))
            return series;
    }
    qFatal("no series %s", csvName);
}

QuantSpec specOf(DType dtype, QScheme scheme = QScheme::PerTensorAffine)
{
    QuantSpec spec;
    spec.dtype = dtype;
    spec.qscheme = scheme;
    if (dtype == DType::Codebook)
        spec.codebook = {-1.0F, -0.25F, 0.0F, 0.3F, 1.0F};
    return spec;
}

double sum(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

void check(const Figure& figure, const QByteArray& what)
{
    QVERIFY2(!figure.title.isEmpty() && !figure.accessible.isEmpty(), what);
    if (!figure.emptyText.isEmpty())
        return;
    QVERIFY2(!figure.provenance.empty(), what);
    const auto checkAxis = [&](const Axis& axis) {
        QVERIFY2(!axis.title.isEmpty() && !axis.unit.isEmpty(), what);
        QVERIFY2(std::isfinite(axis.min) && std::isfinite(axis.max) && axis.min < axis.max, what);
        QVERIFY2(!axis.log || axis.min > 0, what);
    };
    checkAxis(figure.x);
    checkAxis(figure.y);
    if (figure.y2)
        checkAxis(*figure.y2);
    for (const auto& series : figure.series) {
        QVERIFY2(series.x.size() == series.y.size() && series.x.size() <= 4200, what);
        QVERIFY2(series.labels.empty() || series.labels.size() == series.x.size(), what);
        QVERIFY2(!series.csvName.isEmpty(), what);
        QVERIFY2(std::is_sorted(series.x.begin(), series.x.end()), what);
    }
    if (!figure.map)
        return;
    QCOMPARE(figure.map->values.size(), figure.map->x.size() * figure.map->y.size());
    QVERIFY2(!figure.map->describe(0).isEmpty() && !figure.map->textOf(0).isEmpty(), what);
}

} // namespace

class TestViews : public QObject {
    Q_OBJECT

private slots:
    void everyView_ofEveryDType_hasTitlesUnitsAndFiniteAxes()
    {
        const auto tensor = rows(4);
        for (const auto& row : dtypes()) {
            for (const auto scheme : {QScheme::PerTensorAffine, QScheme::PerChannelSymmetric,
                                      QScheme::PerGroupSymmetric}) {
                const QByteArray what(row.name.data(), static_cast<int>(row.name.size()));
                auto input = inputOf(tensor, specOf(row.id, scheme));
                for (int i = 0; i < 4; ++i) {
                    input.view.sliceOf = static_cast<SliceOf>(i);
                    input.view.channelOrder = static_cast<ChannelOrder>(i % 3);
                    input.view.errorUnit = static_cast<ErrorUnit>(i % 2);
                    for (const char* id : {"channels", "cells", "error", "error_histogram"})
                        check(figureOf(id, input), what + ' ' + id);
                }
                for (int i = 0; i < 9; ++i) {
                    input.view.histogramOf = static_cast<HistogramOf>(i / 3);
                    input.view.counts = static_cast<CountScale>(i % 3);
                    check(figureOf("histogram", input), what + " histogram");
                }
            }
        }
    }

    void hostileSizes_areDrawnOrSaidToBeEmpty()
    {
        for (const auto& shape : std::vector<std::vector<std::int64_t>>{
                 {}, {1}, {7}, {1, 1}, {5000, 1}, {1, 5000}, {2, 1, 1, 3}, {700, 900}}) {
            const auto made = *Shape::make(shape);
            std::vector<float> x(static_cast<std::size_t>(made.numel()), 0.5F);
            x[0] = -1;
            const auto tensor = Tensor::fromFloats("w", made, std::move(x));
            for (const char* id : {"channels", "cells", "histogram", "error"})
                check(figureOf(id, inputOf(tensor, specOf(DType::Int4))), id);
        }
        const auto constant = Tensor::fromFloats("w", *Shape::make({2, 2}), {0, 0, 0, 0});
        for (const char* id : {"channels", "cells", "histogram", "error", "error_histogram"})
            check(figureOf(id, inputOf(constant, specOf(DType::Qint8))), id);
    }

    /// One scale for rows of eight sizes, and a scale each.
    void channels_ofOneScale_areOneBandOverBoxesOfManySizes()
    {
        const auto tensor = rows(8);
        const auto input = inputOf(tensor, specOf(DType::Qint8, QScheme::PerTensorSymmetric));
        const auto one = figureOf("channels", input);
        QCOMPARE(one.x.title, QStringLiteral("channel (axis 0)"));
        const auto& range = named(one, "value");
        QCOMPARE(range.kind, SeriesKind::Bars);
        QCOMPARE(range.x.size(), std::size_t{8});
        for (std::size_t c = 0; c < 8; ++c) {
            std::vector<float> buffer;
            const auto i = static_cast<std::int64_t>(c) * 512;
            const auto x = tensor.read(i, i + 512, buffer);
            QCOMPARE(range.y[c], static_cast<double>(*std::min_element(x.begin(), x.end())));
            QCOMPARE(range.y2[c], static_cast<double>(*std::max_element(x.begin(), x.end())));
        }
        const auto& band = named(one, "range of the grid");
        const auto covered = *input.tensor->report->params.coveredRange(0);
        QCOMPARE(band.y[0], static_cast<double>(covered[0]));
        QCOMPARE(band.y2[0], static_cast<double>(covered[1]));
        const auto& sqnr = named(one, "SQNR [dB]");
        QVERIFY(sqnr.rightAxis && one.y2 && one.y2->unit == u"dB");
        QVERIFY(sqnr.y[0] < sqnr.y[7] - 30);
        QVERIFY(sqnr.labels[0].startsWith(QStringLiteral("channel 0: ")));
        QVERIFY(sqnr.labels[0].contains(QStringLiteral(" codes used")));
        QVERIFY(one.markers.empty());

        const auto each = figureOf(
            "channels", inputOf(tensor, specOf(DType::Qint8, QScheme::PerChannelSymmetric), {}, 3));
        const auto& own = named(each, "SQNR [dB]");
        for (std::size_t c = 0; c < 8; ++c)
            QVERIFY(own.y[c] > 38);
        const auto& low = named(each, "lowest level");
        const auto& high = named(each, "highest level");
        for (std::size_t c = 0; c < 8; ++c)
            QVERIFY(low.y[c] < 0 && high.y[c] > 0 && low.y[c] == low.y2[c]);
        QCOMPARE(each.markers.size(), std::size_t{1});
        QCOMPARE(each.markers[0].x, 3.0);
        QCOMPARE(each.markers[0].label, QStringLiteral("channel 3"));
        QVERIFY(figureCsv(each).contains("quartiles from"));
    }

    void channels_areInTheOrderThatIsAskedFor()
    {
        TensorView view;
        view.channelOrder = ChannelOrder::Range;
        const auto spec = specOf(DType::Qint8, QScheme::PerChannelSymmetric);
        const auto widest = figureOf("channels", inputOf(rows(8), spec, view, 2));
        const auto& range = named(widest, "value");
        for (std::size_t i = 1; i < range.x.size(); ++i)
            QVERIFY(std::max(-range.y[i], range.y2[i]) <=
                    std::max(-range.y[i - 1], range.y2[i - 1]));
        QVERIFY(widest.x.title.endsWith(QStringLiteral("widest first")));
        QCOMPARE(widest.markers[0].x, 5.0);
        view.channelOrder = ChannelOrder::Sqnr;
        const auto worst = figureOf("channels", inputOf(rows(8), spec, view));
        const auto& sqnr = named(worst, "SQNR [dB]").y;
        QVERIFY(std::is_sorted(sqnr.begin(), sqnr.end()));
    }

    void manyChannels_areDrawnTogether_andTheNoteSaysSo()
    {
        auto spec = specOf(DType::Int4, QScheme::PerGroupSymmetric);
        spec.axis = -1;
        spec.groupSize = 2;
        const auto figure = figureOf("channels", inputOf(rows(64), spec));
        const auto& range = named(figure, "value");
        QVERIFY(range.x.size() <= 2000 && range.x.size() > 1000);
        QVERIFY(figure.note.contains(QStringLiteral("9 neighbours")));
        const auto& stats = inputOf(rows(64), spec).tensor->facts->stats;
        QCOMPARE(*std::min_element(range.y.begin(), range.y.end()), static_cast<double>(stats.min));
        QCOMPARE(*std::max_element(range.y2.begin(), range.y2.end()),
                 static_cast<double>(stats.max));
    }

    void cells_areTheSlice_rowsFromTheTop()
    {
        const auto tensor = Tensor::fromFloats("w", *Shape::make({2, 2, 3}),
                                               {0, 0, 0, 0, 0, 0, 0.3F, -1, 2, 1.2F, 0.6F, -4});
        auto spec = specOf(DType::Int4, QScheme::PerTensorSymmetric);
        spec.observer = "fixed";
        spec.scale = {0.5F};
        spec.zeroPoint = {0};
        TensorView view;
        view.sliceAt = {1};
        view.picked = 10;
        const auto input = inputOf(tensor, spec, view);
        const auto floats = figureOf("cells", input);
        QCOMPARE(floats.title, QStringLiteral("Cells of w[1, :, :] (float)"));
        QVERIFY(floats.y.reversed && !floats.x.reversed);
        QCOMPARE(floats.map->at(2, 1), -4.0);
        QCOMPARE(floats.map->at(1, 0), -1.0);
        QCOMPARE(*floats.map->marked, std::size_t{4});
        auto other = input;
        other.view.sliceOf = SliceOf::Code;
        const auto codes = figureOf("cells", other);
        QCOMPARE(codes.map->values, (std::vector<double>{1, -2, 4, 2, 1, -8}));
        QCOMPARE(codes.map->textOf(5), QStringLiteral("-8"));
        other.view.sliceOf = SliceOf::Dequantized;
        QCOMPARE(figureOf("cells", other).map->values,
                 (std::vector<double>{0.5, -1, 2, 1, 0.5, -4}));
        other.view.sliceOf = SliceOf::Error;
        const auto errors = figureOf("cells", other);
        QCOMPARE(errors.map->palette, Palette::Diverging);
        QCOMPARE(errors.y2->min, -errors.y2->max);
        QVERIFY(std::fabs(errors.map->at(0, 0) - 0.4) < 1e-6); // 0.2 of a scale of 0.5
        QVERIFY(errors.map->describe(0).startsWith(QStringLiteral("[1, 0, 0]")));
        other.view.errorUnit = ErrorUnit::Value;
        QVERIFY(std::fabs(figureOf("cells", other).map->at(0, 0) - 0.2) < 1e-6);
        // An element of another slice is not in this picture.
        other.view.picked = 3;
        QVERIFY(!figureOf("cells", other).map->marked);
    }

    void largeSlices_showElementsThatStandOut_andSaySo()
    {
        std::vector<float> x(600 * 700, 0.25F);
        x[1] = -3; // not the first of its cell
        const auto tensor = Tensor::fromFloats("w", *Shape::make({600, 700}), std::move(x));
        const auto figure = figureOf("cells", inputOf(tensor, specOf(DType::Qint8)));
        QCOMPARE(figure.map->x.size(), std::size_t{350});
        QCOMPARE(figure.map->y.size(), std::size_t{300});
        QCOMPARE(figure.map->at(0, 0), -3.0);
        QVERIFY(figure.note.contains(QStringLiteral("largest |x|")));
        QVERIFY(figure.map->describe(0).startsWith(QStringLiteral("[0, 1]")));
        QCOMPARE(figure.x.max, 699.5);
    }

    void elementsThatAreNotFinite_haveNoColour()
    {
        const auto tensor =
            Tensor::fromFloats("w", *Shape::make({1, 3}), {1, std::nanf(""), INFINITY});
        for (int i = 0; i < 4; ++i) {
            TensorView view;
            view.sliceOf = static_cast<SliceOf>(i);
            const auto figure = figureOf("cells", inputOf(tensor, specOf(DType::Qint8), view));
            QVERIFY(std::isfinite(figure.map->values[0]));
            QVERIFY(std::isnan(figure.map->values[1]) && std::isnan(figure.map->values[2]));
            QVERIFY(figure.note.contains(QStringLiteral("not finite")));
        }
    }

    void densities_haveTheAreaOfOne()
    {
        const auto tensor = rows(1, 4096);
        TensorView view;
        view.counts = CountScale::Density;
        view.bins = 100;
        const auto spec = specOf(DType::Int4);
        const auto input = inputOf(tensor, spec, view);
        const auto figure = figureOf("histogram", input);
        const auto& floats = named(figure, "density [1/x]");
        QCOMPARE(floats.x.size(), std::size_t{101});
        QVERIFY(std::fabs(sum(floats.y) * (floats.x[1] - floats.x[0]) - 1) < 1e-9);
        const auto& levels = named(figure, "density on levels [1/x]");
        QVERIFY(!levels.rightAxis && !figure.y2); // one axis for both
        const auto step = static_cast<double>(input.tensor->report->params.stepAt(0));
        QVERIFY(std::fabs(sum(levels.y) * step - 1) < 1e-6);
        QCOMPARE(figure.y.unit, QStringLiteral("1/x"));
        view.histogramOf = HistogramOf::Code;
        const auto codes = figureOf("histogram", inputOf(tensor, spec, view));
        QVERIFY(std::fabs(sum(named(codes, "density [1/code]").y) - 1) < 1e-9);
    }

    void histograms_sayOfWhichTensorTheyAre()
    {
        const auto tensor = rows(2);
        const auto spec = specOf(DType::Int4);
        TensorView view;
        QVERIFY(figureOf("histogram", inputOf(tensor, spec, view)).title.contains(u"(float)"));
        view.histogramOf = HistogramOf::Dequantized;
        const auto dequantized = figureOf("histogram", inputOf(tensor, spec, view));
        QVERIFY(dequantized.title.contains(u"(dequantized)"));
        QVERIFY(!dequantized.ownX && !dequantized.y2);
        QCOMPARE(sum(named(dequantized, "count per level").y), 1024.0);
        view.histogramOf = HistogramOf::Code;
        const auto codes = figureOf("histogram", inputOf(tensor, spec, view));
        QVERIFY(codes.title.contains(u"(code)") && codes.ownX);
        QCOMPARE(sum(named(codes, "count per code").y), 1024.0);
        QCOMPARE(codes.x.min, -8.5);
        QCOMPARE(codes.x.max, 7.5);
        QVERIFY(!figureOf("histogram", inputOf(tensor, specOf(DType::Qint32), view))
                     .emptyText.isEmpty());
    }

    void errorsAsValues_areThoseInLsb_timesTheScale()
    {
        const auto tensor = rows(1);
        const auto spec = specOf(DType::Int4);
        TensorView view;
        const auto lsb = figureOf("error", inputOf(tensor, spec, view));
        const auto lsbHistogram = figureOf("error_histogram", inputOf(tensor, spec, view));
        view.errorUnit = ErrorUnit::Value;
        const auto input = inputOf(tensor, spec, view);
        const auto value = figureOf("error", input);
        const auto step = static_cast<double>(input.tensor->report->params.stepAt(0));
        const auto& a = named(lsb, "error [LSB]");
        const auto& b = named(value, "error [x]");
        QCOMPARE(a.x, b.x);
        for (std::size_t i = 0; i < a.y.size(); ++i)
            QVERIFY(std::fabs(a.y[i] * step - b.y[i]) < 1e-6 * step);
        QVERIFY(lsb.y.unit == u"LSB" && value.y.unit == u"-");
        QVERIFY(std::fabs(lsb.y.max * step - value.y.max) < 1e-6 * step);
        const auto histogram = figureOf("error_histogram", input);
        const auto& c = named(lsbHistogram, "rounding density [1/LSB]");
        const auto& d = named(histogram, "rounding density [1/x]");
        for (std::size_t i = 0; i < c.y.size(); ++i)
            QVERIFY(std::fabs(c.y[i] / step - d.y[i]) <= 1e-9 * d.y[i]);
        QVERIFY(std::fabs(histogram.x.max - step) < 1e-12);
        // No one step: LSB stays, and the note says why.
        const auto channels =
            inputOf(rows(3), specOf(DType::Int4, QScheme::PerChannelSymmetric), view);
        const auto kept = figureOf("error_histogram", channels);
        QCOMPARE(kept.x.unit, QStringLiteral("LSB"));
        QVERIFY(kept.note.contains(QStringLiteral("in LSB")));
    }
};

QTEST_GUILESS_MAIN(TestViews)
#include "test_views.moc"
