// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/bias_correction.h"
#include "core/ptq/image_rows.h"
#include "core/quant/quantizer.h"
#include "tests/core/ptq/ptq_testing.h"

#include <limits>

using namespace qs;
using namespace qs::test;

namespace {

constexpr std::int64_t kOutputs = 6;
constexpr std::int64_t kSamples = 20;
constexpr ImageRows kShape{3, 6, 5, 3, 1, 1, false};

/// A convolution with padding over some images, [samples][outputs][positions].
std::vector<float> convolve(const std::vector<float>& images, const std::vector<float>& weight,
                            const std::vector<float>& bias)
{
    const auto columns = static_cast<std::size_t>(kShape.columns());
    const auto positions = static_cast<std::size_t>(kShape.rows());
    const std::size_t pixels = images.size() / kSamples;
    std::vector<float> rows(positions * columns);
    std::vector<float> y;
    for (std::size_t s = 0; s < kSamples; ++s) {
        if (!writeImageRows(kShape, std::span(images).subspan(s * pixels, pixels), rows))
            qFatal("no rows");
        for (std::size_t o = 0; o < bias.size(); ++o) {
            for (std::size_t p = 0; p < positions; ++p) {
                double sum = static_cast<double>(bias[o]);
                for (std::size_t k = 0; k < columns; ++k)
                    sum += static_cast<double>(weight[o * columns + k]) *
                           static_cast<double>(rows[p * columns + k]);
                y.push_back(static_cast<float>(sum));
            }
        }
    }
    return y;
}

std::vector<double> meansOf(const std::vector<float>& y)
{
    ChannelMeans means(kOutputs);
    if (!means.add(y, kShape.rows(), false))
        qFatal("no means");
    return means.mean();
}

double worst(const std::vector<double>& a, const std::vector<double>& b)
{
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::fabs(a[i] - b[i]));
    return most;
}

} // namespace

class TestBiasCorrection : public QObject {
    Q_OBJECT

    std::vector<float> m_images = activations(3, kSamples, 3 * 6 * 5);
    std::vector<float> m_weight = normals(5, kOutputs * 27, 0.3);
    std::vector<float> m_bias = normals(6, kOutputs);
    std::vector<float> m_quantized;

private slots:
    void init()
    {
        const auto params = symmetricParams(m_weight, kOutputs, DType::Int3, false);
        m_quantized.resize(m_weight.size());
        Quantizer::make(params, *Shape::make({kOutputs, 27}))
            ->fakeQuantize(m_weight, 0, m_quantized.data());
    }

    void empirical_restoresTheMeans()
    {
        const auto wanted = meansOf(convolve(m_images, m_weight, m_bias));
        const auto found = meansOf(convolve(m_images, m_quantized, m_bias));
        QVERIFY(worst(wanted, found) > 0.05);
        const auto bias = correctBias(m_bias, wanted, found);
        QVERIFY(bias);
        QVERIFY(worst(wanted, meansOf(convolve(m_images, m_quantized, *bias))) < 1e-6);
    }

    void means_doNotDependOnTheOrder()
    {
        ChannelMeans first(2);
        ChannelMeans last(2);
        QVERIFY(first.add(std::vector<float>{1, 2, 3, 10, 20, 30}, 3, false));
        QVERIFY(last.add(std::vector<float>{1, 10, 2, 20, 3, 30}, 3, true));
        QCOMPARE(first.mean(), (std::vector<double>{2, 20}));
        QCOMPARE(last.mean(), first.mean());
        QVERIFY(first.add(std::vector<float>{6, 0}, 1, false));
        QCOMPARE(first.mean(), (std::vector<double>{3, 15}));
        QCOMPARE(first.count(), std::int64_t{4});
        QCOMPARE(ChannelMeans(1).mean(), std::vector<double>{0});
    }

    void mistakes_areNamed()
    {
        const std::vector<double> six(6, 0.5);
        const double nan = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(isUsage(correctBias({}, {}, {}), "bias"));
        QVERIFY(isUsage(correctBias(m_bias, std::span(six).first(5), six), "float_mean"));
        QVERIFY(isUsage(correctBias(m_bias, six, std::span(six).first(5)), "quantized_mean"));
        QVERIFY(isUsage(correctBias(m_bias, six, std::vector<double>(6, nan)), "corrected bias"));
        QVERIFY(isUsage(ChannelMeans(2).add(std::vector<float>(5), 1, false), "values"));
        QVERIFY(isUsage(ChannelMeans(2).add(std::vector<float>(4), 0, false), "pixels"));
    }
};

QTEST_GUILESS_MAIN(TestBiasCorrection)
#include "test_bias_correction.moc"
