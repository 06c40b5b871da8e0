// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"
#include "core/calib/mse_range.h"
#include "core/calib/observer.h"
#include "core/calib/optimal_ranges.h"
#include "core/calib/optimal_scale.h"
#include "core/calib/params_from_ranges.h"
#include "core/index/squared_errors.h"
#include "tests/core/index/index_testing.h"

#include <QTest>

using namespace qs;
using namespace qs::test;

namespace {

QuantParams paramsOf(DType dtype, QScheme scheme, float scale, std::int32_t zeroPoint)
{
    QuantParts parts;
    parts.dtype = dtype;
    parts.qscheme = scheme;
    parts.range = {info(dtype).quantMin, info(dtype).quantMax};
    parts.scale = {scale};
    parts.zeroPoint = {zeroPoint};
    return *QuantParams::make(parts);
}

double mseOf(const SortedValues& values, const QuantParams& params)
{
    return squaredErrors(values, params, 0, Rounding::HalfEven)->mse();
}

struct Case {
    DType dtype;
    QScheme scheme;
};
constexpr Case kCases[] = {
    {DType::Int2, QScheme::PerTensorAffine},
    {DType::Int4, QScheme::PerTensorAffine},
    {DType::Uint4, QScheme::PerTensorSymmetric},
    {DType::Qint8, QScheme::PerTensorAffine},
    {DType::Quint8, QScheme::PerTensorSymmetric},
    {DType::Float4E2m1, QScheme::PerTensorSymmetric},
    {DType::Float8E4m3fn, QScheme::PerTensorSymmetric},
};

} // namespace

class TestOptimalScale : public QObject {
    Q_OBJECT

private slots:
    /// A dense grid over the plane of scales and zero_points finds nothing better, on tensors of
    /// few elements, whose error has many valleys, and of many.
    void nothingOnADenseGrid_isBetter()
    {
        for (const std::size_t n : {7U, 60U, 5000U}) {
            for (const auto& [name, x] : awkwardValues(n)) {
                const auto index = indexOf(tensorOf(x));
                const auto& values = index->set(0);
                for (const auto& [dtype, scheme] : kCases) {
                    const bool integer = info(dtype).isInteger();
                    const bool affine = integer && !info(scheme).symmetric;
                    const auto zero = integer && !info(dtype).isSigned && !affine
                                          ? 1 << (info(dtype).bits - 1)
                                          : 0;
                    const auto any = paramsOf(dtype, scheme, 1, zero);
                    const auto found = *optimalScale(values, any, Rounding::HalfEven);
                    if (!found) { // nothing, or nothing but zeros
                        QVERIFY2(values.count() == 0 || (values.valueAt(0) == 0 &&
                                                         values.valueAt(values.places() - 1) == 0),
                                 name.c_str());
                        continue;
                    }
                    const auto& best = found->best;
                    const double own = mseOf(
                        values, paramsOf(dtype, scheme, best.scale, integer ? best.zeroPoint : 0));
                    QVERIFY2(agree(best.mse, own), name.c_str());
                    QVERIFY(found->lowerBound <= best.mse);
                    const auto all = values.moments(0, values.count());
                    const double noise =
                        0x1p-44 * all.squares.value() / static_cast<double>(values.count());
                    QVERIFY2(found->lowerBound >= best.mse * (1 - 2 * kOptimalTolerance) - noise,
                             name.c_str());
                    const double amax = std::max(
                        std::fabs(static_cast<double>(values.valueAt(0))),
                        std::fabs(static_cast<double>(values.valueAt(values.places() - 1))));
                    const double top = amax / static_cast<double>(largestLevel(dtype)) * 4;
                    for (int i = 1; i <= 400; ++i) {
                        const auto scale = static_cast<float>(top * std::pow(0.97, i));
                        if (scale < std::numeric_limits<float>::min() || std::isinf(scale))
                            continue;
                        const std::int32_t step = info(dtype).bits > 4 ? 23 : 1;
                        for (std::int32_t z = affine ? info(dtype).quantMin : zero;
                             z <= (affine ? info(dtype).quantMax : zero); z += step) {
                            const double mse = mseOf(values, paramsOf(dtype, scheme, scale, z));
                            QVERIFY2(own <= mse * (1 + 2 * kOptimalTolerance) + noise,
                                     name.c_str());
                        }
                    }
                }
            }
        }
    }

    void bound_isBelowTheError_inEveryInterval()
    {
        // Σx² at scale 0 and the error at any scale: the bound must hold down to nothing.
        const auto index = indexOf(tensorOf({1.0F}));
        const auto found =
            *optimalScale(index->set(0), paramsOf(DType::Qint8, QScheme::PerTensorSymmetric, 1, 0),
                          Rounding::HalfEven);
        QVERIFY(found);
        QVERIFY(found->best.mse < 1e-12); // some scale puts 1 on a level
    }

    void mseObserver_reachesTheOptimum_andPlacesIt()
    {
        for (const auto& [name, x] : awkwardValues(20000)) {
            const auto tensor = tensorOf(x);
            const auto index = indexOf(tensor);
            const auto& values = index->set(0);
            if (name == "denormals")
                continue; // PyTorch's rule has no scale below 2^-23
            for (const auto& [dtype, scheme] : kCases) {
                QuantSpec spec;
                spec.dtype = dtype;
                spec.qscheme = scheme;
                spec.observer = "mse";
                const auto params = chooseQuantParams(tensor, spec);
                if (!params)
                    continue;
                const auto optimum = *optimalScale(values, *params, spec.rounding);
                if (!optimum)
                    continue;
                const double noise = 0x1p-44 * values.moments(0, values.count()).squares.value() /
                                     static_cast<double>(values.count());
                const double mse = mseOf(values, *params);
                QVERIFY2(mse <= optimum->best.mse * (1 + 1e-5) + noise,
                         (name + " " + std::string(info(dtype).name)).c_str());
                // An index that is there already changes nothing.
                QCOMPARE(*chooseQuantParams(tensor, spec, {}, nullptr, index), *params);
            }
        }
    }

    void everyChannel_hasItsOwnOptimum()
    {
        auto x = normal(8 * 500);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] *= static_cast<float>(1 << i / 500);
        const auto tensor = tensorOf(x, {8, 500});
        QuantSpec spec;
        spec.dtype = DType::Int4;
        spec.qscheme = QScheme::PerChannelAffine;
        spec.observer = "mse";
        const auto params = *chooseQuantParams(tensor, spec);
        const auto layout = *spec.layout(tensor.shape());
        for (std::int64_t c = 0; c < 8; ++c) {
            QuantSpec one = spec;
            one.qscheme = QScheme::PerTensorAffine;
            const auto own = *chooseQuantParams(tensor.gather(layout, c), one);
            QCOMPARE(params.scaleAt(static_cast<std::size_t>(c)), own.scaleAt(0));
            QCOMPARE(params.zeroPointAt(static_cast<std::size_t>(c)), own.zeroPointAt(0));
        }
    }

    void evidence_tellsEveryScaleItLookedAt()
    {
        QuantSpec spec;
        spec.observer = "mse";
        const auto observer = *observerByName("mse")->make(spec);
        QVERIFY(observer->observe(tensorOf(normal(5000)), {}));
        const auto evidence = *observer->evidence();
        QVERIFY(evidence.steps.size() > 50);
        double best = std::numeric_limits<double>::infinity();
        for (const auto& step : evidence.steps) {
            QCOMPARE(step.best, step.error < best);
            best = std::min(best, step.error);
        }
    }

    void threads_doNotMatter()
    {
        const auto index = indexOf(tensorOf(cauchy(50000)));
        const auto any = paramsOf(DType::Qint8, QScheme::PerTensorAffine, 1, 0);
        const auto many = **optimalScale(index->set(0), any, Rounding::HalfEven);
        const ThreadLimit one(1);
        const auto single = **optimalScale(index->set(0), any, Rounding::HalfEven);
        QCOMPARE(many.best.scale, single.best.scale);
        QCOMPARE(many.best.mse, single.best.mse);
        QCOMPARE(many.steps.size(), single.steps.size());
    }

    void otherQuantizers_areNotForIt()
    {
        const auto params = paramsOf(DType::Qint8, QScheme::PerTensorAffine, 1, 0);
        QVERIFY(hasOptimalScale(params, Rounding::HalfEven));
        QVERIFY(!hasOptimalScale(params, Rounding::Stochastic));
        QVERIFY(!hasOptimalScale(params, Rounding::Floor));
        QVERIFY(!hasOptimalScale(paramsOf(DType::Float16, QScheme::PerTensorSymmetric, 1, 0),
                                 Rounding::HalfEven)); // a cast has no scale to choose
    }

    void it_canBeStopped()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto index = indexOf(tensorOf(normal(100)));
        const auto found =
            optimalScale(index->set(0), paramsOf(DType::Qint8, QScheme::PerTensorAffine, 1, 0),
                         Rounding::HalfEven, JobContext(stop.get_token()));
        QVERIFY(!found);
        QCOMPARE(found.error().kind, ErrorKind::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestOptimalScale)
#include "test_optimal_scale.moc"
