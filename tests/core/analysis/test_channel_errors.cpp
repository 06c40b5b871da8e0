// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/analyze.h"
#include "core/analysis/channel_errors.h"
#include "core/analysis/slice.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/calib/observer.h"
#include "core/pipeline/quantizer_study.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <numeric>
#include <set>

using namespace qs;

namespace {

Tensor normal(std::vector<std::int64_t> shape)
{
    const auto made = *Shape::make(std::move(shape));
    const CounterRng rng(3);
    std::vector<float> x(static_cast<std::size_t>(made.numel()));
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(inverseNormal(rng.uniform(i)) *
                                  std::exp2(static_cast<double>(i % 7)));
    return Tensor::fromFloats("x", made, std::move(x));
}

Quantizer quantizerOf(const Tensor& tensor, const QuantSpec& spec)
{
    return *Quantizer::make(*chooseQuantParams(tensor, spec), tensor.shape(), spec.rounding,
                            spec.seed);
}

bool areClose(double a, long double b)
{
    return std::fabs(static_cast<long double>(a) - b) <= 1e-12L * std::fabs(b);
}

QuantSpec specOf(DType dtype, QScheme scheme, int axis, std::int64_t group = 0)
{
    QuantSpec spec;
    spec.dtype = dtype;
    spec.qscheme = scheme;
    spec.axis = axis;
    spec.groupSize = group;
    return spec;
}

/// Element after element in long double.
void compare(const Tensor& tensor, const QuantSpec& spec, const ParamLayout& layout)
{
    const auto quantizer = quantizerOf(tensor, spec);
    const auto n = static_cast<std::size_t>(tensor.numel());
    std::vector<float> buffer;
    const auto x = tensor.read(0, tensor.numel(), buffer);
    std::vector<float> y(n);
    std::vector<float> t(n);
    std::vector<float> clip(n);
    std::vector<float> lsb(n);
    std::vector<std::int32_t> code(n);
    quantizer.evaluate(x, 0, {y.data(), t.data(), clip.data(), lsb.data(), code.data()});
    struct Truth {
        std::int64_t n = 0;
        std::int64_t clipped = 0;
        long double signal = 0;
        long double squares = 0;
        float min = std::numeric_limits<float>::infinity();
        float max = -std::numeric_limits<float>::infinity();
        std::set<std::int32_t> codes;
    };
    std::vector<Truth> truth(static_cast<std::size_t>(layout.count()));
    for (std::size_t i = 0; i < n; ++i) {
        if (!std::isfinite(x[i]))
            continue;
        auto& to = truth[static_cast<std::size_t>(layout.indexOf(static_cast<std::int64_t>(i)))];
        const long double e = static_cast<long double>(y[i]) - static_cast<long double>(x[i]);
        ++to.n;
        to.clipped += clip[i] != 0 ? 1 : 0;
        to.signal += static_cast<long double>(x[i]) * static_cast<long double>(x[i]);
        to.squares += e * e;
        to.min = std::min(to.min, x[i]);
        to.max = std::max(to.max, x[i]);
        to.codes.insert(code[i]);
    }
    const auto errors = *channelErrors(tensor, quantizer, layout);
    QCOMPARE(errors.size(), truth.size());
    for (std::size_t c = 0; c < truth.size(); ++c) {
        QCOMPARE(errors[c].n, truth[c].n);
        if (truth[c].n == 0)
            continue;
        QCOMPARE(errors[c].min, truth[c].min);
        QCOMPARE(errors[c].max, truth[c].max);
        QCOMPARE(errors[c].clipped, truth[c].clipped);
        QCOMPARE(*errors[c].codesUsed, static_cast<std::int64_t>(truth[c].codes.size()));
        QVERIFY(areClose(errors[c].signal, truth[c].signal));
        QVERIFY(areClose(errors[c].squares, truth[c].squares));
    }
}

} // namespace

class TestChannelErrors : public QObject {
    Q_OBJECT

private slots:
    void everyLayout_isWhatLongDoublesSay()
    {
        const auto tensor = normal({6, 40, 700}); // more than two blocks
        for (int axis = 0; axis < 3; ++axis) {
            const auto perChannel = specOf(DType::Qint8, QScheme::PerChannelSymmetric, axis);
            compare(tensor, perChannel, *perChannel.layout(tensor.shape()));
            const auto perGroup = specOf(DType::Int4, QScheme::PerGroupSymmetric, axis, 3);
            compare(tensor, perGroup, *perGroup.layout(tensor.shape()));
            // One scale for all: channels share it.
            const auto one = specOf(DType::Int4, QScheme::PerTensorAffine, axis);
            compare(tensor, one, ParamLayout::perChannel(tensor.shape(), axis));
        }
        const auto wide = normal({2, 70000});
        const auto last = specOf(DType::Quint8, QScheme::PerChannelAffine, 1);
        compare(wide, last, *last.layout(wide.shape()));
        const auto blocks = normal({4, 512});
        const auto ggml = specOf(DType::Q4_K, QScheme::PerTensorAffine, 0);
        compare(blocks, ggml, *ggml.layout(blocks.shape()));
    }

    void oneChannel_isTheReport()
    {
        const auto tensor = normal({3, 5000});
        const auto spec = specOf(DType::Int4, QScheme::PerTensorSymmetric, 0);
        const auto quantizer = quantizerOf(tensor, spec);
        const auto errors =
            *channelErrors(tensor, quantizer, ParamLayout::perTensor(tensor.numel()));
        const auto report = *analyze(tensor, *computeStats(tensor), spec, quantizer.params());
        QCOMPARE(errors.size(), std::size_t{1});
        QVERIFY(areClose(errors[0].mse(), report.mse));
        QVERIFY(areClose(*errors[0].sqnrDb(), *report.sqnrDb()));
        QCOMPARE(*errors[0].codesUsed, report.levelsUsed);
        QCOMPARE(errors[0].clipped, report.clippedLow + report.clippedHigh);
    }

    void bits_doNotDependOnThreads()
    {
        const auto tensor = normal({40, 30, 200});
        for (const int axis : {0, 1, 2}) {
            const auto spec = specOf(DType::Qint8, QScheme::PerChannelAffine, axis);
            const auto quantizer = quantizerOf(tensor, spec);
            const auto layout = *spec.layout(tensor.shape());
            const auto many = *channelErrors(tensor, quantizer, layout);
            const ThreadLimit one(1);
            const auto few = *channelErrors(tensor, quantizer, layout);
            for (std::size_t c = 0; c < many.size(); ++c) {
                QVERIFY(many[c].signal == few[c].signal && many[c].squares == few[c].squares);
                QVERIFY(many[c].codesUsed == few[c].codesUsed);
            }
        }
    }

    void elementsThatAreNotFinite_areLeftOut_andEmptyChannelsSaySo()
    {
        const float inf = std::numeric_limits<float>::infinity();
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const auto tensor =
            Tensor::fromFloats("x", *Shape::make({3, 3}), {1, nan, -2, inf, nan, -inf, 0, 0, 0});
        const auto spec = specOf(DType::Qint8, QScheme::PerTensorSymmetric, 0);
        const auto errors =
            *channelErrors(tensor, quantizerOf(tensor, spec),
                           ParamLayout::perChannel(tensor.shape(), 0), {.quartiles = true});
        QCOMPARE(errors[0].n, std::int64_t{2});
        QCOMPARE(errors[0].min, -2.0F);
        QCOMPARE(errors[0].reach(), 2.0);
        QCOMPARE((*errors[0].quartiles)[0], -1.25);
        QCOMPARE(errors[1].n, std::int64_t{0});
        QVERIFY(!errors[1].sqnrDb() && !errors[1].quartiles);
        QCOMPARE(*errors[1].codesUsed, std::int64_t{0});
        QCOMPARE(errors[2].n, std::int64_t{3});
        QVERIFY(!errors[2].sqnrDb()); // no error, no signal
    }

    /// numpy.quantile([3, -1, 4, 1, -5, 9, 2, 6], [.25, .75]) -> 0.5, 4.5; of its first five
    /// elements -1, 3; of 7 alone 7, 7.
    void quartiles_areNumpys()
    {
        const auto quartiles = [](std::vector<float> values) {
            const auto n = static_cast<std::int64_t>(values.size());
            const auto tensor = Tensor::fromFloats("x", *Shape::make({1, n}), std::move(values));
            const auto spec = specOf(DType::Qint8, QScheme::PerTensorAffine, 0);
            return *(*channelErrors(tensor, quantizerOf(tensor, spec),
                                    ParamLayout::perChannel(tensor.shape(), 0),
                                    {.quartiles = true}))[0]
                        .quartiles;
        };
        QCOMPARE(quartiles({3, -1, 4, 1, -5, 9, 2, 6}), (std::array{0.5, 4.5}));
        QCOMPARE(quartiles({3, -1, 4, 1, -5}), (std::array{-1.0, 3.0}));
        QCOMPARE(quartiles({7}), (std::array{7.0, 7.0}));
    }

    void codes_withoutRoom_areNotCounted_ratherThanGuessed()
    {
        const auto tensor = normal({8, 16});
        const auto layout = ParamLayout::perChannel(tensor.shape(), 0);
        const auto wide =
            quantizerOf(tensor, specOf(DType::Qint32, QScheme::PerTensorSymmetric, 0));
        QVERIFY(!(*channelErrors(tensor, wide, layout))[0].codesUsed);
        const auto narrow = quantizerOf(tensor, specOf(DType::Qint8, QScheme::PerTensorAffine, 0));
        QVERIFY((*channelErrors(tensor, narrow, layout, {.codeBytes = 256}))[0].codesUsed);
        QVERIFY(!(*channelErrors(tensor, narrow, layout, {.codeBytes = 255}))[0].codesUsed);
    }

    void stopped_saysSo()
    {
        const auto tensor = normal({8, 16});
        const auto quantizer =
            quantizerOf(tensor, specOf(DType::Qint8, QScheme::PerTensorAffine, 0));
        std::stop_source source;
        source.request_stop();
        const JobContext stopped(source.get_token());
        const auto errors = channelErrors(tensor, quantizer,
                                          ParamLayout::perChannel(tensor.shape(), 0), {}, stopped);
        QVERIFY(!errors && errors.error().kind == ErrorKind::Cancelled);
        const auto cells =
            sliceCells(tensor, quantizer, SlicePlace::of(tensor.shape(), {}), 4, stopped);
        QVERIFY(!cells && cells.error().kind == ErrorKind::Cancelled);
    }

    /// Eight sizes of channels, one scale: the smallest channel is left with a few codes.
    void study_showsChannelsUnderOneScale_andDependsOnTheWholeSpec()
    {
        const auto tensor = normal({16, 7});
        TensorPipeline pipeline;
        TensorStudies studies(pipeline);
        auto spec = specOf(DType::Qint8, QScheme::PerTensorSymmetric, 1);
        const auto one = *studies.run({{tensor, spec}, StudyKind::Channels});
        QCOMPARE(one->channels.size(), std::size_t{7});
        QVERIFY(*one->channels[0].sqnrDb() < *one->channels[6].sqnrDb() - 20);
        QVERIFY(*one->channels[0].codesUsed < *one->channels[6].codesUsed);
        QCOMPARE(*studies.run({{tensor, spec}, StudyKind::Channels}), one);
        spec.qscheme = QScheme::PerChannelSymmetric;
        const auto each = *studies.run({{tensor, spec}, StudyKind::Channels});
        QVERIFY(*each->channels[0].sqnrDb() > *one->channels[0].sqnrDb() + 20);
        spec.axis = 9;
        spec.qscheme = QScheme::PerTensorSymmetric;
        QCOMPARE((*studies.run({{tensor, spec}, StudyKind::Channels}))->channels.size(),
                 std::size_t{16});
        const auto flat = normal({32});
        QVERIFY(!(*studies.run({{flat, spec}, StudyKind::Channels}))->problem.empty());
    }

    void slice_liesWhereItsAxesSay()
    {
        const auto shape = *Shape::make({4, 3, 5, 6});
        const auto place = SlicePlace::of(shape, {3, 1});
        QCOMPARE(place.begin, std::int64_t{(3 * 3 + 1) * 30});
        QCOMPARE(place.rows, std::int64_t{5});
        QCOMPARE(place.columns, std::int64_t{6});
        QCOMPARE(place.toString(shape), std::string("[3, 1, :, :]"));
        QVERIFY(place.contains(300) && place.contains(329) && !place.contains(330));
        QVERIFY(SlicePlace::of(shape, {99, -5}) == SlicePlace::of(shape, {3, 0}));
        QVERIFY(SlicePlace::of(shape, {1}) == SlicePlace::of(shape, {1, 0, 7}));
        QCOMPARE(SlicePlace::of(*Shape::make({9}), {4}).toString(*Shape::make({9})),
                 std::string("[:]"));
        const auto scalar = SlicePlace::of(*Shape::make({}), {});
        QCOMPARE(scalar.rows * scalar.columns, std::int64_t{1});
        QCOMPARE(SlicePlace::of(*Shape::make({0, 2, 3}), {1}).rows, std::int64_t{0});
    }

    void cells_keepTheElementsThatStandOut()
    {
        const auto tensor = normal({2, 37, 45});
        const auto spec = specOf(DType::Int3, QScheme::PerChannelAffine, 1);
        const auto quantizer = quantizerOf(tensor, spec);
        const auto place = SlicePlace::of(tensor.shape(), {1});
        const auto whole = *sliceCells(tensor, quantizer, place, 64);
        QVERIFY(!whole.isReduced());
        for (std::size_t i = 0; i < whole.largest.size(); ++i) {
            const auto index = place.begin + static_cast<std::int64_t>(i);
            QCOMPARE(whole.largest[i].index, index);
            QCOMPARE(whole.worst[i].index, index);
            QCOMPARE(whole.largest[i].x, tensor.at(index));
            float y = 0;
            quantizer.fakeQuantize({&whole.largest[i].x, 1}, index, &y);
            QCOMPARE(whole.largest[i].y, y);
        }
        const auto few = *sliceCells(tensor, quantizer, place, 8);
        QVERIFY(few.isReduced());
        QCOMPARE(few.rows, std::int64_t{8});
        QCOMPARE(few.columns, std::int64_t{8});
        for (std::int64_t row = 0; row < few.rows; ++row) {
            for (std::int64_t column = 0; column < few.columns; ++column) {
                float x = -1;
                double e = -1;
                for (std::int64_t r = row * 5; r < std::min<std::int64_t>(row * 5 + 5, 37); ++r) {
                    for (std::int64_t c = column * 6;
                         c < std::min<std::int64_t>(column * 6 + 6, 45); ++c) {
                        const auto& at = whole.largest[static_cast<std::size_t>(r * 45 + c)];
                        x = std::max(x, std::fabs(at.x));
                        e = std::max(e, std::fabs(at.error()));
                    }
                }
                const auto cell = static_cast<std::size_t>(row * few.columns + column);
                QCOMPARE(std::fabs(few.largest[cell].x), x);
                QCOMPARE(std::fabs(few.worst[cell].error()), e);
            }
        }
    }

    void cells_ofGgmlBlocks_areThoseOfTheWholeTensor()
    {
        const auto tensor = normal({3, 9, 256});
        const auto spec = specOf(DType::Q4_K, QScheme::PerTensorAffine, 0);
        const auto quantizer = quantizerOf(tensor, spec);
        const auto whole = *fakeQuantize(tensor, quantizer);
        const auto cells =
            *sliceCells(tensor, quantizer, SlicePlace::of(tensor.shape(), {2}), 1000);
        for (const auto& cell : cells.largest)
            QCOMPARE(cell.y, whole.at(cell.index));
    }

    void histograms_haveTheBinsThatAreAskedFor()
    {
        const auto tensor = normal({4, 500});
        TensorPipeline pipeline;
        TensorRequest request{tensor, specOf(DType::Int4, QScheme::PerChannelAffine, 0), 2};
        const auto usual = *pipeline.run(request);
        QCOMPARE(usual->facts->values.counts.size(), static_cast<std::size_t>(valueBins(2000)));
        request.bins = 1024;
        const auto fine = *pipeline.run(request);
        QCOMPARE(fine->report, usual->report); // nothing was quantized again
        for (const auto* facts : {&fine->facts, &fine->shownFacts}) {
            const auto& values = (*facts)->values;
            QCOMPARE(values.counts.size(), std::size_t{1024});
            QCOMPARE(std::accumulate(values.counts.begin(), values.counts.end(), std::int64_t{0}),
                     (*facts)->tensor.numel());
            QVERIFY(values == *computeHistogram((*facts)->tensor, (*facts)->stats, 1024));
        }
        request.valueView = {{0.0, 1.0}};
        QCOMPARE((*pipeline.run(request))->viewValues->counts.size(), std::size_t{1024});
        request.bins = 0;
        QVERIFY((*pipeline.run(request))->facts->values == usual->facts->values);
    }
};

QTEST_APPLESS_MAIN(TestChannelErrors)
#include "test_channel_errors.moc"
