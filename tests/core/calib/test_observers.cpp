// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/calib/observer.h"
#include "core/quant/quantizer.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <stop_token>

using namespace qs;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kMax = std::numeric_limits<float>::max();

/// Bell-shaped, a little off zero, with a few far values.
std::vector<float> values(std::size_t n, std::uint64_t seed)
{
    std::vector<float> x(n);
    std::uint64_t state = seed * 0x9e3779b97f4a7c15ULL + 1;
    for (std::size_t i = 0; i < n; ++i) {
        double sum = 0;
        for (int k = 0; k < 6; ++k) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            sum += static_cast<double>(state >> 11) * 0x1p-53 - 0.5;
        }
        x[i] = static_cast<float>(sum + 0.1) * (i % 97 == 0 ? 9.0F : 1.0F);
    }
    return x;
}

Tensor tensor(std::vector<std::int64_t> sizes, std::vector<float> x)
{
    return Tensor::fromFloats("x", *Shape::make(std::move(sizes)), std::move(x));
}

Tensor tensor(std::vector<float> x)
{
    const auto n = static_cast<std::int64_t>(x.size());
    return tensor({n}, std::move(x));
}

std::unique_ptr<Observer> make(const QuantSpec& spec)
{
    auto observer = observerByName(spec.observer)->make(spec);
    if (!observer)
        qFatal("%s", observer.error().message.c_str());
    return std::move(*observer);
}

std::unique_ptr<Observer> fed(const QuantSpec& spec, const std::vector<Tensor>& batches)
{
    auto observer = make(spec);
    for (const auto& batch : batches) {
        const auto seen = observer->observe(batch, {});
        if (!seen)
            qFatal("%s", seen.error().message.c_str());
    }
    return observer;
}

std::string text(const QuantSpec& spec)
{
    return spec.observer + ", " + std::string(info(spec.dtype).name) + ", " +
           std::string(info(spec.qscheme).name);
}

/// Every observer of the table that looks at elements, for some dtypes and all kinds of schemes.
std::vector<QuantSpec> specs()
{
    std::vector<QuantSpec> all;
    for (const auto& row : observers()) {
        if (row.name == "fixed" || row.name == "noop" || row.name == "recording")
            continue;
        for (const auto dtype : {DType::Qint8, DType::Quint8, DType::Int4, DType::Float8E4m3fn,
                                 DType::Nf4, DType::Mxfp4, DType::Nvfp4}) {
            for (const auto scheme :
                 {QScheme::PerTensorAffine, QScheme::PerTensorSymmetric, QScheme::PerChannelAffine,
                  QScheme::PerChannelAffineFloatQParams, QScheme::PerGroupSymmetric}) {
                QuantSpec spec;
                spec.observer = row.name;
                spec.dtype = dtype;
                spec.qscheme = scheme;
                if (info(spec.qschemeInUse()).perGroup())
                    spec.axis = 1;
                if (info(scheme).floatZeroPoint && !info(dtype).isInteger())
                    continue;
                if (info(dtype).isBlock() && scheme != QScheme::PerGroupSymmetric)
                    continue;
                all.push_back(spec);
            }
        }
    }
    return all;
}

/// Whether the order in which a batch's elements come leaves the choice as it is, to the bit. mse
/// adds errors in memory order: where two ranges are as good, their sums' last bits decide.
bool ignoresOrder(const QuantSpec& spec)
{
    return spec.observer != "mse";
}

} // namespace

/// What holds for every observer of the table.
class TestObservers : public QObject {
    Q_OBJECT

    void checkMerge(const QuantSpec& spec, const std::vector<Tensor>& batches)
    {
        const auto whole = fed(spec, batches)->calculateQParams();
        QVERIFY2(whole, text(spec).c_str());
        for (std::size_t cut = 0; cut <= batches.size(); ++cut) {
            const auto at = batches.begin() + static_cast<std::ptrdiff_t>(cut);
            const auto first = fed(spec, {batches.begin(), at});
            const auto second = fed(spec, {at, batches.end()});
            const auto merged = first->merge(*second);
            QVERIFY2(merged, merged ? "" : merged.error().message.c_str());
            QVERIFY2(*first->calculateQParams() == *whole, text(spec).c_str());
            QCOMPARE(first->batchesSeen(), static_cast<std::int64_t>(batches.size()));
            QCOMPARE(first->samplesSeen(), batches.front().numel() * first->batchesSeen());
        }
    }

private slots:
    void table_hasTheseRows()
    {
        std::vector<std::string> names;
        for (const auto& row : observers()) {
            names.emplace_back(row.name);
            QVERIFY(!row.description.empty());
            QCOMPARE(observerByName(row.name), &row);
        }
        const std::vector<std::string> expected{"minmax",     "moving_average_minmax",
                                                "histogram",  "histogram_1_13",
                                                "percentile", "entropy",
                                                "mse",        "recording",
                                                "noop",       "fixed"};
        QCOMPARE(names, expected);
    }

    void merging_equalsFeeding_whereTheTableSaysSo()
    {
        std::vector<Tensor> batches;
        for (std::uint64_t k = 0; k < 3; ++k)
            batches.push_back(tensor({2, 64}, values(128, k)));
        for (const auto& spec : specs()) {
            if (observerByName(spec.observer)->mergeable)
                checkMerge(spec, batches);
        }
    }

    void mergingHistograms_losesNoCount()
    {
        for (const char* name : {"histogram", "histogram_1_13"}) {
            QuantSpec spec;
            spec.observer = name;
            auto wide = values(3000, 1);
            for (float& v : wide)
                v *= 40;
            const auto a = fed(spec, {tensor(values(2000, 2))});
            const auto b = fed(spec, {tensor(wide)});
            const auto sumOf = [](const Observer& o) {
                const auto evidence = o.evidence();
                double sum = 0;
                for (const double n : evidence->histogram->counts)
                    sum += n;
                return sum;
            };
            const double expected = sumOf(*a) + sumOf(*b);
            QVERIFY(a->merge(*b));
            QVERIFY(std::fabs(sumOf(*a) - expected) < 0.01);
            QCOMPARE(a->evidence()->samples, std::int64_t{5000});
        }
        // Of equal ranges nothing moves: the same as feeding.
        QuantSpec spec;
        spec.observer = "histogram";
        auto other = values(2000, 3);
        std::reverse(other.begin(), other.end());
        const auto a = fed(spec, {tensor(values(2000, 3))});
        QVERIFY(a->merge(*fed(spec, {tensor(other)})));
        const auto fedBoth = fed(spec, {tensor(values(2000, 3)), tensor(other)});
        QCOMPARE(a->evidence()->histogram->counts, fedBoth->evidence()->histogram->counts);
    }

    void merging_refusesOthers()
    {
        QuantSpec spec;
        const auto a = fed(spec, {tensor(values(9, 1))});
        spec.observer = "mse";
        QVERIFY(!a->merge(*make(spec)));
        spec.observer = "minmax";
        spec.dtype = DType::Quint8;
        QVERIFY(!a->merge(*make(spec)));
        spec.observer = "moving_average_minmax";
        const auto b = fed(spec, {tensor(values(9, 1))});
        const auto merged = b->merge(*fed(spec, {tensor(values(9, 2))}));
        QVERIFY(!merged);
        QVERIFY(merged.error().message.find("order") != std::string::npos);
        QCOMPARE(b->batchesSeen(), std::int64_t{1});
    }

    void order_ofElements_doesNotMatter()
    {
        for (const auto& spec : specs()) {
            if (!ignoresOrder(spec))
                continue;
            // Turned round within the smallest block there is, so that every set keeps its own.
            auto x = values(128, 5);
            const auto before = fed(spec, {tensor({4, 32}, x)})->calculateQParams();
            for (auto block = x.begin(); block != x.end(); block += 16)
                std::reverse(block, block + 16);
            const auto after = fed(spec, {tensor({4, 32}, x)})->calculateQParams();
            QVERIFY2(before && after && *before == *after, text(spec).c_str());
        }
    }

    void threads_doNotMatter()
    {
        const auto big = tensor({4, 20000}, values(80000, 6));
        for (const auto& spec : specs()) {
            if (info(spec.dtype).isBlock() || spec.dtype == DType::Int4 ||
                info(spec.qscheme).perGroup())
                continue;
            std::optional<QuantParams> one;
            {
                const ThreadLimit limit(1);
                one = *fed(spec, {big})->calculateQParams();
            }
            const ThreadLimit limit(2);
            QVERIFY2(*fed(spec, {big})->calculateQParams() == *one, text(spec).c_str());
        }
    }

    void nothingObserved_isAnErrorInWords()
    {
        for (const auto& spec : specs()) {
            QVERIFY(!make(spec)->calculateQParams());
            QVERIFY(make(spec)->evidence()->chosen.empty());
            const auto params =
                fed(spec, {tensor({2, 64}, std::vector<float>(128, kNan))})->calculateQParams();
            QVERIFY2(!params &&
                         params.error().message.find("no finite element") != std::string::npos,
                     text(spec).c_str());
        }
    }

    void everySet_isLookedAtOnItsOwn()
    {
        for (const auto& base : specs()) {
            if (!info(base.qscheme).perChannel() || base.dtype == DType::Nf4)
                continue;
            auto x = values(3 * 200, 7);
            for (std::size_t i = 0; i < x.size(); ++i)
                x[i] *= i < 200 ? 1.0F : i < 400 ? 10.0F : 0.01F;
            const auto params = fed(base, {tensor({3, 200}, x)})->calculateQParams();
            QVERIFY2(params, text(base).c_str());
            for (std::size_t c = 0; c < 3; ++c) {
                const auto first = x.begin() + static_cast<std::ptrdiff_t>(c * 200);
                const auto alone =
                    fed(base, {tensor({1, 200}, {first, first + 200})})->calculateQParams();
                QVERIFY(alone);
                QCOMPARE(params->scaleAt(c), alone->scaleAt(0));
            }
        }
    }

    void evidence_tellsWhatWasSeen()
    {
        auto x = values(1000, 8);
        x[3] = kNan;
        x[5] = kInf;
        x[7] = -kInf;
        for (const auto& spec : specs()) {
            if (spec.dtype != DType::Quint8 || spec.qscheme != QScheme::PerTensorAffine)
                continue;
            const auto observer = fed(spec, {tensor(x), tensor(values(10, 9))});
            const auto evidence = observer->evidence();
            QVERIFY(evidence);
            QCOMPARE(evidence->batches, std::int64_t{2});
            QCOMPARE(evidence->samples, std::int64_t{1010});
            QCOMPARE(evidence->nonfinite, std::int64_t{3});
            QCOMPARE(evidence->observed.size(), std::size_t{1});
            QCOMPARE(evidence->chosen.size(), std::size_t{1});
            QVERIFY(evidence->chosen[0].observed);
            const bool counts = spec.observer == "histogram" || spec.observer == "histogram_1_13" ||
                                spec.observer == "percentile" || spec.observer == "entropy";
            QCOMPARE(evidence->histogram.has_value(), counts);
            if (evidence->histogram && spec.observer != "histogram_1_13") {
                double sum = 0;
                for (const double n : evidence->histogram->counts)
                    sum += n;
                QVERIFY(std::fabs(sum - 1007) < 0.01);
            }
            const bool searches = counts && spec.observer != "percentile";
            QCOMPARE(evidence->steps.empty(), !(searches || spec.observer == "mse"));
            if (spec.observer == "mse") {
                // The trace is honest: the smallest error in it is that of the choice.
                double best = std::numeric_limits<double>::infinity();
                for (const auto& step : evidence->steps)
                    best = std::min(best, step.error);
                for (const auto& step : evidence->steps) {
                    if (step.error == best)
                        QVERIFY(step.best || step.error == best);
                }
                QVERIFY(evidence->steps.size() > 20);
            }
            QVERIFY(!observer->evidence(1));
        }
    }

    void degenerateInput_givesSensibleParametersOrAnErrorInWords()
    {
        const float tiny = std::numeric_limits<float>::denorm_min();
        const std::vector<std::pair<std::string, std::vector<float>>> inputs = {
            {"one", {3.5F}},
            {"constant", std::vector<float>(64, -2.0F)},
            {"zeros", std::vector<float>(64, 0.0F)},
            {"minus zero", {-0.0F, 0.0F, -0.0F}},
            {"denormals", {tiny, -tiny, 5 * tiny, 0.0F}},
            {"smallest", {std::numeric_limits<float>::min(), -tiny}},
            {"widest", {-kMax, kMax, 1.0F, 0.0F}},
            {"largest", {kMax, 1.0F, 2.0F}},
            {"infinities", {kInf, -kInf, 1.0F, -1.0F, kNan}},
            {"nearly all the same", {1.0F, 1.0F, std::nextafter(1.0F, 2.0F)}},
            {"far outlier", {1e-30F, 2e-30F, 1e30F}},
        };
        int made = 0;
        for (const auto& spec : specs()) {
            if (info(spec.qschemeInUse()).granularity != Granularity::Tensor)
                continue;
            for (const auto& [name, x] : inputs) {
                const auto what = text(spec) + " of " + name;
                const auto observer = make(spec);
                const auto seen = observer->observe(tensor(x), {});
                if (!seen) {
                    QVERIFY2(seen.error().message.find("range") != std::string::npos, what.c_str());
                    QCOMPARE(observer->batchesSeen(), std::int64_t{0});
                    continue;
                }
                const auto params = observer->calculateQParams();
                if (!params) {
                    QVERIFY2(name == "widest" || name == "largest" || name == "far outlier",
                             (what + ": " + params.error().message).c_str());
                    QVERIFY(!params.error().message.empty());
                    continue;
                }
                QVERIFY2(std::isnormal(params->scaleAt(0)) && params->scaleAt(0) > 0, what.c_str());
                ++made;
            }
            const auto empty = make(spec);
            QVERIFY(empty->observe(tensor(std::vector<float>{}), {}));
            QVERIFY2(!empty->calculateQParams(), text(spec).c_str());
        }
        QVERIFY(made > 200);
    }

    void recording_keepsBatches_andHasNoParameters()
    {
        QuantSpec spec;
        spec.observer = "recording";
        const auto observer = fed(spec, {tensor(values(9, 1)), tensor(values(4, 2))});
        const auto params = observer->calculateQParams();
        QVERIFY(!params);
        QVERIFY(params.error().message.find("has no parameters") != std::string::npos);
        QCOMPARE(observer->evidence()->batches, std::int64_t{2});
        QCOMPARE(observer->evidence()->samples, std::int64_t{13});
        QVERIFY(observer->merge(*observer));
        QCOMPARE(observer->batchesSeen(), std::int64_t{4});
    }

    void noop_isACast_andNothingElse()
    {
        QuantSpec spec;
        spec.observer = "noop";
        spec.dtype = DType::Float16;
        const auto observer = make(spec);
        QVERIFY(!observer->calculateQParams());
        QVERIFY(observer->observe(tensor({3, 8}, values(24, 1)), {}));
        QCOMPARE(observer->calculateQParams()->scaleAt(0), 1.0F);
        QVERIFY(observer->ranges().empty());
        spec.dtype = DType::Float8E4m3fn;
        spec.qscheme = QScheme::PerChannelSymmetric;
        const auto channels = fed(spec, {tensor({3, 8}, values(24, 1))});
        QCOMPARE(channels->calculateQParams()->scale(), std::vector<float>(3, 1.0F));
        QVERIFY(!channels->observe(tensor({2, 8}, values(16, 1)), {}));
        QVERIFY(channels->merge(*fed(spec, {tensor({3, 1}, values(3, 1))})));
        QCOMPARE(channels->samplesSeen(), std::int64_t{27});
        spec.dtype = DType::Qint8;
        const auto params = fed(spec, {tensor({3, 8}, values(24, 1))})->calculateQParams();
        QVERIFY(!params && params.error().message.find("qint8") != std::string::npos);
    }

    void percentile_outsideItsRange_isRefused()
    {
        QuantSpec spec;
        spec.observer = "percentile";
        for (const double p : {0.0, -1.0, 100.5, std::nan("")}) {
            spec.percentile = p;
            const auto made = observerByName("percentile")->make(spec);
            QVERIFY(!made && made.error().message.find("percentile") != std::string::npos);
        }
    }

    void cancelling_stopsBothHalves_andChangesNothing()
    {
        std::stop_source source;
        source.request_stop();
        const JobContext stopped(source.get_token());
        for (const auto& spec : specs()) {
            const auto observer = fed(spec, {tensor({2, 64}, values(128, 1))});
            const auto seen = observer->observe(tensor({2, 64}, values(128, 2)), stopped);
            QVERIFY2(!seen && seen.error().kind == ErrorKind::Cancelled, text(spec).c_str());
            QCOMPARE(observer->batchesSeen(), std::int64_t{1});
            if (spec.observer == "mse" || spec.observer == "histogram") {
                const auto params = observer->calculateQParams(stopped);
                QVERIFY(!params && params.error().kind == ErrorKind::Cancelled);
            }
        }
    }

    void mse_isCloseToABruteForceSearch()
    {
        for (const auto dtype : {DType::Uint2, DType::Int3, DType::Uint4, DType::Qint8}) {
            QuantSpec spec;
            spec.dtype = dtype;
            spec.observer = "mse";
            const auto x = tensor(values(300, 11));
            const auto errorOf = [&](const QuantParams& params) {
                const auto y = *fakeQuantize(x, *Quantizer::make(params, x.shape()));
                double sum = 0;
                for (std::int64_t i = 0; i < x.numel(); ++i)
                    sum += std::pow(static_cast<double>(x.at(i)) - static_cast<double>(y.at(i)), 2);
                return sum;
            };
            const double found = errorOf(*chooseQuantParams(x, spec));
            // Every zero_point with 2000 scales each.
            const auto range = *spec.range();
            double best = std::numeric_limits<double>::infinity();
            for (std::int32_t z = range.quantMin; z <= range.quantMax;
                 z += dtype == DType::Qint8 ? 16 : 1) {
                for (int k = 1; k <= 1000; ++k) {
                    const auto scale = static_cast<float>(10.0 * k / 1000 /
                                                          static_cast<double>(range.levels() - 1));
                    best = std::min(best, errorOf(*QuantParams::make(dtype, spec.qscheme, range,
                                                                     {scale}, {z})));
                }
            }
            QVERIFY2(found <= 1.02 * best,
                     (std::string(info(dtype).name) + ": found " + std::to_string(found) +
                      ", best " + std::to_string(best))
                         .c_str());
        }
    }
};

QTEST_APPLESS_MAIN(TestObservers)
#include "test_observers.moc"
