// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calib/entropy.h"
#include "core/calib/histogram_search.h"
#include "core/calib/mse_range.h"
#include "core/calib/observer.h"
#include "core/calib/percentile.h"
#include "core/calib/torch_histogram.h"
#include "core/quant/quantizer.h"
#include "tests/core/golden.h"

#include <set>

using namespace qs;
using qs::test::differingBits;

/// Observers against PyTorch's and ONNX Runtime's, bit for bit
/// (tests/golden/make_observer_golden.py).
class TestObserverGolden : public QObject {
    Q_OBJECT

    test::Golden m_golden{"calib"};

    template <typename Check>
    int forEach(const std::string& kind, Check check)
    {
        int count = 0;
        for (const auto& c : m_golden.cases()) {
            if (c.at("kind") == kind) {
                check(c, kind + " of " + c.at("name").template get<std::string>());
                ++count;
            }
        }
        return count;
    }

    std::vector<Tensor> batches(const nlohmann::json& c)
    {
        std::vector<Tensor> tensors;
        for (const auto& at : c.at("batches")) {
            auto x = m_golden.floats(at);
            const auto n = static_cast<std::int64_t>(x.size());
            tensors.push_back(Tensor::fromFloats("x", *Shape::make({n}), std::move(x)));
        }
        return tensors;
    }

    static QuantSpec specOf(const nlohmann::json& p, const std::string& observer)
    {
        QuantSpec spec;
        spec.observer = observer;
        spec.dtype = *dtypeByName(p.at("dtype").get<std::string>());
        spec.qscheme = *qschemeByName(p.at("qscheme").get<std::string>());
        if (!p.at("quant_min").is_null()) {
            spec.quantMin = p.at("quant_min").get<std::int32_t>();
            spec.quantMax = p.at("quant_max").get<std::int32_t>();
        }
        spec.reduceRange = p.at("reduce_range").get<bool>();
        return spec;
    }

    void checkHistogram(const nlohmann::json& c, const std::string& kind, const std::string& what)
    {
        const auto tensors = batches(c);
        TorchHistogram h(kind == "histogram" ? TorchHistogram::Version::Current
                                             : TorchHistogram::Version::V113);
        for (const auto& x : tensors)
            QVERIFY2(h.add(x.floats()), what.c_str());
        if (c.contains("histogram"))
            QCOMPARE(differingBits(h.counts(), m_golden.floats(c.at("histogram")), what), 0);
        QCOMPARE(differingBits({h.min(), h.max()}, m_golden.floats(c.at("observed")), what), 0);
        const auto found = nonLinearParamSearch(h.counts(), h.min(), h.max(), 256);
        QCOMPARE(differingBits({found.min, found.max}, m_golden.floats(c.at("chosen")), what), 0);
        for (const auto& p : c.at("params")) {
            const auto spec = specOf(p, kind);
            const auto observer = *observerByName(kind)->make(spec);
            for (const auto& x : tensors)
                QVERIFY(observer->observe(x, {}));
            const auto params = observer->calculateQParams();
            QVERIFY2(params, params ? "" : params.error().message.c_str());
            QCOMPARE(differingBits(params->scale(), m_golden.floats(p.at("scale")), what), 0);
            QCOMPARE(params->zeroPointAt(0), p.at("zero_point").get<std::int32_t>());
        }
    }

    static double errorOf(const Tensor& x, const QuantSpec& spec)
    {
        const auto params = chooseQuantParams(x, spec);
        const auto y = *fakeQuantize(x, *Quantizer::make(*params, x.shape()));
        double sum = 0;
        for (std::int64_t i = 0; i < x.numel(); ++i) {
            const double d = static_cast<double>(x.at(i)) - static_cast<double>(y.at(i));
            sum += d * d;
        }
        return sum;
    }

private slots:
    void histogram_isPyTorchsCurrentOne()
    {
        const int cases = forEach("histogram", [&](const auto& c, const std::string& what) {
            checkHistogram(c, "histogram", what);
        });
        QVERIFY(cases >= 30);
    }

    void histogram113_isPyTorch113s()
    {
        const int cases = forEach("histogram_1_13", [&](const auto& c, const std::string& what) {
            checkHistogram(c, "histogram_1_13", what);
        });
        QVERIFY(cases >= 28);
    }

    void percentile_isOnnxRuntimes()
    {
        int crossed = 0;
        const int cases = forEach("percentile", [&](const auto& c, const std::string& what) {
            const auto x = batches(c).front();
            const auto found =
                percentileRange(x.floats(), c.at("percentile").template get<double>(),
                                c.at("symmetric").template get<bool>());
            auto expected = m_golden.floats(c.at("chosen"));
            if (expected[0] > expected[1]) { // its ends passed each other: ours are exchanged
                std::swap(expected[0], expected[1]);
                ++crossed;
            }
            QCOMPARE(differingBits({found.min + 0.0F, found.max + 0.0F},
                                   {expected[0] + 0.0F, expected[1] + 0.0F}, what),
                     0);
        });
        QVERIFY(cases >= 180);
        QVERIFY(crossed > 0);
    }

    void entropy_isOnnxRuntimes()
    {
        const int cases = forEach("entropy", [&](const auto& c, const std::string& what) {
            const auto x = batches(c).front();
            const auto found = entropyRange(x.floats(), c.at("levels").template get<int>(),
                                            c.at("bins").template get<int>());
            const auto expected = m_golden.floats(c.at("chosen"));
            QCOMPARE(differingBits({found.search.min + 0.0F, found.search.max + 0.0F},
                                   {expected[0] + 0.0F, expected[1] + 0.0F}, what),
                     0);
            // 128 bins for 128 levels, ONNX Runtime's defaults, leave a single candidate.
            if (c.at("bins") == 128)
                QCOMPARE(found.search.steps.size(), std::size_t{1});
        });
        QVERIFY(cases >= 30);
    }

    void mse_isNeverWorseThanTheOthers_onAnyTensorHere()
    {
        std::set<std::string> names;
        int cases = 0;
        for (const auto& c : m_golden.cases()) {
            if (c.at("batches").size() != 1 ||
                !names.insert(c.at("name").get<std::string>()).second)
                continue;
            const auto x = batches(c).front();
            for (const auto dtype : {DType::Qint8, DType::Uint4, DType::Int2, DType::Float8E4m3fn,
                                     DType::Nf4, DType::Int16}) {
                for (const auto scheme : {QScheme::PerTensorAffine, QScheme::PerTensorSymmetric}) {
                    QuantSpec spec;
                    spec.dtype = dtype;
                    spec.qscheme = scheme;
                    spec.observer = "mse";
                    const double best = errorOf(x, spec);
                    for (const char* other : {"minmax", "histogram", "percentile", "entropy"}) {
                        spec.observer = other;
                        const double error = errorOf(x, spec);
                        const auto what = c.at("name").get<std::string>() + ": mse " +
                                          std::to_string(best) + ", " + other + " " +
                                          std::to_string(error);
                        QVERIFY2(best <= error, what.c_str());
                    }
                    ++cases;
                }
            }
        }
        QVERIFY(cases >= 18 * 12);
    }
};

QTEST_APPLESS_MAIN(TestObserverGolden)
#include "test_observer_golden.moc"
