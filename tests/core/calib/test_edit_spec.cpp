// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/edit_spec.h"
#include "core/calib/observer.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace qs;

namespace {

QuantParams paramsOf(const QuantSpec& spec)
{
    return *QuantParams::make(spec.dtype, spec.qscheme, *spec.range(), spec.scale, spec.zeroPoint,
                              spec.axis);
}

QuantSpec fixedSpec(DType dtype, QScheme scheme, float scale, std::int32_t zeroPoint)
{
    QuantSpec spec;
    spec.dtype = dtype;
    spec.qscheme = scheme;
    spec.observer = "fixed";
    spec.scale = {scale};
    spec.zeroPoint = {zeroPoint};
    return spec;
}

Tensor tensorOf(std::vector<float> values)
{
    const auto n = static_cast<std::int64_t>(values.size());
    return Tensor::fromFloats("x", *Shape::make({n}), std::move(values));
}

} // namespace

/// What gestures make of a spec, and what observers say of degenerate tensors.
class TestEditSpec : public QObject {
    Q_OBJECT

private slots:
    void aGestureOnTheScale_fixesWhatWasObserved()
    {
        QuantSpec spec; // minmax
        const auto params = *chooseQuantParams(tensorOf({-1, 3}), spec);
        const auto moved = withScale(spec, params, 0, 0.5F);
        QVERIFY(moved.isFixed());
        QCOMPARE(moved.scale, std::vector<float>{0.5F});
        QCOMPARE(moved.zeroPoint, params.zeroPoint());
    }

    void draggingMax_movesTheHighestLevelThere_affine()
    {
        const auto spec = fixedSpec(DType::Quint8, QScheme::PerTensorAffine, 0.01F, 100);
        const auto moved = withRangeEnd(spec, paramsOf(spec), 0, RangeEnd::Max, 3.0);
        const auto after = paramsOf(moved);
        const double step = static_cast<double>(after.scaleAt(0));
        QVERIFY(std::fabs(static_cast<double>(after.level(255)) - 3.0) <= step / 2 * 1.001);
        QVERIFY(std::fabs(static_cast<double>(after.level(0)) - -1.0) <= step / 2 * 1.001);
    }

    void draggingAnEnd_inASymmetricScheme_keepsTheZeroPoint()
    {
        const auto spec = fixedSpec(DType::Qint8, QScheme::PerTensorSymmetric, 0.01F, 0);
        const auto moved = withRangeEnd(spec, paramsOf(spec), 0, RangeEnd::Max, 2.54);
        QCOMPARE(moved.zeroPoint, std::vector<std::int32_t>{0});
        QVERIFY(std::fabs(moved.scale[0] - 0.02F) < 1e-6F);
        const auto low = withRangeEnd(spec, paramsOf(spec), 0, RangeEnd::Min, -2.56);
        QVERIFY(std::fabs(low.scale[0] - 0.02F) < 1e-6F);
    }

    void draggingAnEnd_pastTheOther_stopsAtEps()
    {
        for (const auto scheme : {QScheme::PerTensorAffine, QScheme::PerTensorSymmetric}) {
            const auto spec = fixedSpec(DType::Qint8, scheme, 0.01F, 0);
            const auto moved = withRangeEnd(spec, paramsOf(spec), 0, RangeEnd::Max, -9);
            QCOMPARE(moved.scale[0], kScaleEps);
            QVERIFY(QuantParams::make(moved.dtype, moved.qscheme, *moved.range(), moved.scale,
                                      moved.zeroPoint));
        }
    }

    void anotherDType_keepsTheRealRange()
    {
        const auto spec = fixedSpec(DType::Quint8, QScheme::PerTensorAffine, 0.01F, 100);
        const auto four = withDType(spec, paramsOf(spec), DType::Int4);
        const auto after = paramsOf(four);
        QVERIFY(std::fabs(after.level(7) - after.level(-8) - 2.55F) < 1e-4F);
    }

    void otherGranularity_returnsToMinMax()
    {
        const auto spec = fixedSpec(DType::Qint8, QScheme::PerTensorAffine, 0.01F, 3);
        const auto after = withQScheme(spec, paramsOf(spec), QScheme::PerChannelAffine);
        QCOMPARE(after.observer, std::string("minmax"));
        const auto symmetric = withQScheme(spec, paramsOf(spec), QScheme::PerTensorSymmetric);
        QVERIFY(symmetric.isFixed());
        QCOMPARE(symmetric.zeroPoint, std::vector<std::int32_t>{0});
    }

    void smallerCodeRange_clampsTheZeroPoint()
    {
        const auto spec = fixedSpec(DType::Quint8, QScheme::PerTensorAffine, 0.01F, 200);
        QCOMPARE(withQuantRange(spec, 0, 127).zeroPoint, std::vector<std::int32_t>{127});
    }

    void observer_thatSawNothing_saysSo()
    {
        const auto observer = *observerByName("minmax")->make({});
        const auto params = observer->calculateQParams();
        QVERIFY(!params);
        QVERIFY(params.error().message.find("nothing was observed") != std::string::npos);
        const float nan = std::numeric_limits<float>::quiet_NaN();
        for (const auto& values : {std::vector<float>{}, {nan, nan}}) {
            const auto found = chooseQuantParams(tensorOf(values), {});
            QVERIFY(!found);
            QVERIFY(found.error().message.find("no finite element") != std::string::npos);
        }
    }

    void observer_leavesNonFiniteElementsOut()
    {
        const float inf = std::numeric_limits<float>::infinity();
        const auto some = *chooseQuantParams(tensorOf({-1, 2, inf, -inf, std::nanf("")}), {});
        const auto same = *chooseQuantParams(tensorOf({-1, 2}), {});
        QVERIFY(some == same);
    }

    void rangeWiderThanFloat32_isAnErrorNotInfinity()
    {
        const auto found = chooseQuantParams(tensorOf({-3e38F, 3e38F}), {});
        QVERIFY(!found);
        QVERIFY(found.error().message.find("finite") != std::string::npos);
    }

    void symmetricZeroPoint_isTheMiddleCode()
    {
        QCOMPARE(symmetricZeroPoint(DType::Qint8, {-128, 127}), 0);
        QCOMPARE(symmetricZeroPoint(DType::Quint8, {0, 255}), 128);
        QCOMPARE(symmetricZeroPoint(DType::Quint8, {0, 15}), 7);
        QCOMPARE(symmetricZeroPoint(DType::Uint16, {0, 65535}), 32768);
    }
};

QTEST_APPLESS_MAIN(TestEditSpec)
#include "test_edit_spec.moc"
