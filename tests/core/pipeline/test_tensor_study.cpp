// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/pipeline/tensor_study.h"

#include <QTest>

#include <cmath>

using namespace qs;

namespace {

Tensor normal(std::vector<std::int64_t> sizes)
{
    const auto shape = *Shape::make(std::move(sizes));
    const CounterRng rng(3);
    std::vector<float> values(static_cast<std::size_t>(shape.numel()));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(inverseNormal(rng.uniform(i)));
    return Tensor::fromFloats("w", shape, std::move(values));
}

QuantSpec specOf(DType dtype, QScheme scheme = QScheme::PerTensorSymmetric)
{
    QuantSpec spec;
    spec.dtype = dtype;
    spec.qscheme = scheme;
    return spec;
}

QuantSpec fixed(QuantSpec spec, float scale, std::int32_t zeroPoint)
{
    spec.observer = "fixed";
    spec.scale = {scale};
    spec.zeroPoint = {zeroPoint};
    return spec;
}

std::shared_ptr<const TensorStudy> studyOf(const Tensor& tensor, const QuantSpec& spec,
                                           StudyKind kind, std::int64_t channel = 0)
{
    TensorPipeline pipeline;
    TensorStudies studies(pipeline);
    auto study = studies.run({{tensor, spec, channel}, kind});
    if (!study)
        qFatal("%s", study.error().message.c_str());
    return *study;
}

std::shared_ptr<const Report> reportOf(const Tensor& tensor, const QuantSpec& spec,
                                       std::int64_t channel = 0)
{
    TensorPipeline pipeline;
    return (*pipeline.run({tensor, spec, channel}))->shown;
}

bool close(double a, double b, double within)
{
    return std::fabs(a - b) <= within * std::max(std::fabs(a), std::fabs(b));
}

} // namespace

class TestTensorStudy : public QObject {
    Q_OBJECT

private slots:
    void rangeCurve_agreesWithReports_andIsPlacedByScale()
    {
        const auto tensor = normal({20000});
        for (const auto& spec :
             {specOf(DType::Int4), specOf(DType::Uint4, QScheme::PerTensorAffine),
              specOf(DType::Float8E4m3fn)}) {
            const auto study = studyOf(tensor, spec, StudyKind::RangeCurve);
            QVERIFY(study->problem.empty());
            QCOMPARE(study->curve.size(), std::size_t{512});
            for (const std::size_t i : {0, 100, 300, 511}) {
                const auto& point = study->curve[i];
                auto parts = spec;
                parts.observer = "fixed";
                parts.scale = point.params.scale();
                parts.zeroPoint = point.params.zeroPoint();
                const auto report = reportOf(tensor, parts);
                QVERIFY(close(point.errors.mse(), report->mse, 1e-9));
                QVERIFY(close(point.errors.roundingMse(), report->roundingMse, 1e-6));
                QVERIFY(close(point.errors.clippingMse(), report->clippingMse, 1e-9));
                const auto step = static_cast<double>(point.params.stepAt(0));
                QVERIFY(close(study->clipOf(step), point.at, 1e-5));
                QVERIFY(close(study->scaleOf(point.at), step, 1e-5));
                QVERIFY(close(study->scaleOf(study->clipOf(step * 1.003)), step * 1.003, 1e-5));
            }
        }
    }

    void rangeCurve_hasEveryObserver_whereItsOwnReportIs()
    {
        const auto tensor = normal({20000});
        const auto spec = specOf(DType::Int4);
        const auto study = studyOf(tensor, spec, StudyKind::RangeCurve);
        QVERIFY(study->choices.size() >= 5);
        double best = 1e300;
        for (const auto& point : study->curve)
            best = std::min(best, point.errors.mse());
        for (const auto& choice : study->choices) {
            auto own = spec;
            own.observer = choice.observer;
            const auto report = reportOf(tensor, own);
            QVERIFY(close(choice.errors.mse(), report->mse, 1e-9));
            if (choice.observer == "minmax")
                QVERIFY(close(choice.clip,
                              std::max(std::fabs(static_cast<double>(report->stats.min)),
                                       static_cast<double>(report->stats.max)),
                              0.01));
            if (choice.observer == "mse")
                QVERIFY(choice.errors.mse() <= best * (1 + 1e-9));
        }
    }

    void rangeCurve_ofAChannel_isThatOfTheChannelAlone()
    {
        const auto tensor = normal({4, 3000});
        for (const auto scheme : {QScheme::PerChannelSymmetric, QScheme::PerChannelAffine,
                                  QScheme::PerGroupAffine, QScheme::PerChannelAffineFloatQParams}) {
            auto spec = specOf(DType::Uint4, scheme);
            if (info(scheme).perGroup()) {
                spec.axis = -1;
                spec.groupSize = 1000;
            }
            const auto study = studyOf(tensor, spec, StudyKind::RangeCurve, 2);
            const auto report = reportOf(tensor, spec, 2);
            const double clip = study->clipOf(static_cast<double>(report->params.stepAt(0)));
            const auto near = std::min_element(
                study->curve.begin(), study->curve.end(), [&](const auto& a, const auto& b) {
                    return std::fabs(a.at - clip) < std::fabs(b.at - clip);
                });
            QCOMPARE(near->errors.count, report->n());
            QVERIFY(close(near->errors.mse(), report->mse, 0.1));
        }
    }

    void dragging_andObservers_ChangeNoRangeCurve_butDTypesDo()
    {
        const auto tensor = normal({2000});
        const auto spec = specOf(DType::Int4);
        const auto keyOf = [&](const QuantSpec& s, StudyKind kind) {
            return StudyKey::of({{tensor, s}, kind});
        };
        for (const auto kind : {StudyKind::RangeCurve, StudyKind::Landscape}) {
            QVERIFY(keyOf(fixed(spec, 0.1F, 0), kind) == keyOf(spec, kind));
            auto mse = spec;
            mse.observer = "mse";
            QVERIFY(keyOf(mse, kind) == keyOf(spec, kind));
            QVERIFY(keyOf(specOf(DType::Int5), kind) != keyOf(spec, kind));
        }
        for (const auto kind : {StudyKind::Bits, StudyKind::Formats}) {
            QVERIFY(keyOf(fixed(spec, 0.1F, 0), kind) == keyOf(spec, kind));
            QVERIFY(keyOf(specOf(DType::Int5), kind) == keyOf(spec, kind));
            auto mse = spec;
            mse.observer = "mse";
            QVERIFY(keyOf(mse, kind) != keyOf(spec, kind));
        }
        TensorPipeline pipeline;
        TensorStudies studies(pipeline);
        const auto first = *studies.run({{tensor, spec}, StudyKind::RangeCurve});
        QVERIFY(*studies.run({{tensor, spec}, StudyKind::Bits}) != nullptr);
        QCOMPARE(*studies.run({{tensor, fixed(spec, 0.1F, 0)}, StudyKind::RangeCurve}), first);
        QCOMPARE(*studies.run({{tensor, spec}, StudyKind::None}), nullptr);
        // Another tensor ends what was kept, and the tensor with it.
        const std::weak_ptr<const TensorStudy> kept = first;
        QCOMPARE(first->tensor.bytes().data(), tensor.bytes().data());
        QVERIFY(*studies.run({{normal({3000}), spec}, StudyKind::Bits}) != nullptr);
        QCOMPARE(kept.use_count(), 1L);
    }

    void bits_haveTheObserversCurve_andThatOfMse()
    {
        const auto tensor = normal({20000});
        const auto study = studyOf(tensor, specOf(DType::Int4), StudyKind::Bits);
        QCOMPARE(study->bits.size(), std::size_t{2});
        QCOMPARE(study->bits[0].observer, std::string("minmax"));
        QCOMPARE(study->bits[1].observer, std::string("mse"));
        QCOMPARE(study->bits[1].curve.size(), std::size_t{7});
        for (std::size_t i = 0; i < 15; ++i) {
            const auto bits = static_cast<int>(i) + 2;
            QCOMPARE(study->bits[0].curve[i].at, static_cast<double>(bits));
            const auto report =
                reportOf(tensor, specOf(*dtypeByName("int" + std::to_string(bits))));
            QVERIFY(close(*study->bits[0].curve[i].errors.sqnrDb(), *report->sqnrDb(), 1e-9));
            if (i < 7)
                QVERIFY(*study->bits[1].curve[i].errors.sqnrDb() >= *report->sqnrDb() - 1e-9);
        }
    }

    void formats_agreeWithReports()
    {
        const auto tensor = normal({64, 256});
        const auto study = studyOf(tensor, specOf(DType::Int4), StudyKind::Formats);
        int shown = 0;
        int front = 0;
        for (const auto& point : study->formats) {
            if (!point.problem.empty())
                continue;
            ++shown;
            front += point.onFront ? 1 : 0;
            TensorPipeline pipeline;
            const auto report = (*pipeline.run({tensor, point.spec}))->report;
            QCOMPARE(point.bitsPerWeight, report->bitsPerWeight());
            QVERIFY(close(point.errors.mse(), report->mse, 1e-6));
        }
        QVERIFY(shown > 30 && front >= 3 && front < shown);
    }

    void landscape_hasItsMinimumMarked_andAgreesWithReports()
    {
        const auto tensor = normal({20000});
        const auto spec = specOf(DType::Uint4, QScheme::PerTensorAffine);
        const auto study = studyOf(tensor, spec, StudyKind::Landscape);
        const auto& land = study->landscape;
        QCOMPARE(land.scales.size(), std::size_t{256});
        QCOMPARE(land.zeroPoints.size(), std::size_t{16});
        for (const double mse : land.mse)
            QVERIFY(mse >= land.at(study->bestScale, study->bestZeroPoint));
        for (const std::size_t s : {0, 77, 200}) {
            const auto report = reportOf(tensor, fixed(spec, land.scales[s], land.zeroPoints[9]));
            QVERIFY(close(land.at(s, 9), report->mse, 1e-9));
        }
    }

    void dialects_startFromTheRangesInForce_andFollowThem()
    {
        const auto tensor = normal({4, 500});
        auto spec = specOf(DType::Int8, QScheme::PerChannelAffine);
        const auto study = studyOf(tensor, spec, StudyKind::Dialects, 2);
        QCOMPARE(study->dialects.size(), dialects().size());
        QVERIFY(study->dialects[0].dialect == Dialect::Torch);
        // PyTorch's row is the report's own quantizer.
        const auto own = [&](const QuantSpec& s) {
            TensorPipeline pipeline;
            return (*pipeline.run({tensor, s, 2}))->report->params;
        };
        QVERIFY(study->dialects[0].report.params == own(spec));
        spec.observer = "percentile";
        spec.percentile = 99;
        QVERIFY(studyOf(tensor, spec, StudyKind::Dialects)->dialects[0].report.params == own(spec));
        // Neither the channel shown nor the dialect in force matters, but the scale does.
        const auto keyOf = [&](const QuantSpec& s, std::int64_t channel) {
            return StudyKey::of({{tensor, s, channel}, StudyKind::Dialects});
        };
        auto onnx = spec;
        onnx.dialect = Dialect::Onnx;
        QVERIFY(keyOf(onnx, 1) == keyOf(spec, 3));
        const auto given = specOf(DType::Int8);
        QVERIFY(keyOf(fixed(given, 0.1F, 0), 0) != keyOf(fixed(given, 0.2F, 0), 0));
    }

    void search_isOfTheShownSet_withTheObserverInForce()
    {
        const auto tensor = normal({4, 500});
        auto spec = specOf(DType::Int4, QScheme::PerChannelSymmetric);
        spec.observer = "mse";
        const auto study = studyOf(tensor, spec, StudyKind::Search, 2);
        const auto observer = *observerByName("mse")->make(spec);
        QVERIFY(observer->observe(tensor, {}));
        const auto evidence = *observer->evidence(2);
        QVERIFY(!evidence.steps.empty());
        QVERIFY(study->search.steps == evidence.steps);
        QCOMPARE(study->search.chosen.at(0).min, evidence.chosen.at(2).min);
        QCOMPARE(study->search.chosen.at(0).max, evidence.chosen.at(2).max);
        const auto keyOf = [&](const QuantSpec& s, std::int64_t channel) {
            return StudyKey::of({{tensor, s, channel}, StudyKind::Search});
        };
        auto entropy = spec;
        entropy.observer = "entropy";
        QVERIFY(keyOf(entropy, 2) != keyOf(spec, 2) && keyOf(spec, 1) != keyOf(spec, 2));
        const auto given = studyOf(tensor, fixed(specOf(DType::Int4), 0.1F, 0), StudyKind::Search);
        QVERIFY(!given->problem.empty());
    }

    void whatCannotBe_isSaid()
    {
        const auto tensor = normal({256});
        for (const auto& row : dtypes()) {
            auto spec = specOf(row.id);
            if (row.id == DType::Codebook)
                spec.codebook = {-1, 0, 1};
            for (const auto kind : {StudyKind::RangeCurve, StudyKind::Bits, StudyKind::Formats,
                                    StudyKind::Landscape, StudyKind::Dialects, StudyKind::Search}) {
                const auto study = studyOf(tensor, spec, kind);
                const bool empty = study->curve.empty() && study->bits.empty() &&
                                   study->formats.empty() && study->landscape.mse.empty() &&
                                   study->dialects.empty() && study->search.chosen.empty();
                QCOMPARE(study->problem.empty(), !empty);
            }
        }
        const auto zeros = Tensor::fromFloats("0", *Shape::make({8}), std::vector<float>(8));
        QVERIFY(!studyOf(zeros, specOf(DType::Int4), StudyKind::RangeCurve)->problem.empty());
        TensorPipeline pipeline;
        TensorStudies studies(pipeline);
        const auto nan = Tensor::fromFloats("n", *Shape::make({1}), {std::nanf("")});
        QVERIFY(!studies.run({{nan, specOf(DType::Int4)}, StudyKind::Bits}));
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = studies.run({{tensor, specOf(DType::Int4)}, StudyKind::RangeCurve},
                                         JobContext(stop.get_token()));
        QVERIFY(!stopped && stopped.error().kind == ErrorKind::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestTensorStudy)
#include "test_tensor_study.moc"
