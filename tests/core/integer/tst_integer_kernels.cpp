// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels have the same bits as the formulas, whatever the sizes, ranges and zero_points.
#include "integer_test_data.h"

#include "core/base/parallel.h"

#include <QTest>

using namespace qs;
using namespace qs::test;

namespace {

IntegerNetwork make(IntegerSpec spec)
{
    auto network = IntegerNetwork::make(std::move(spec));
    if (!network)
        qFatal("%s", network.error().message.c_str());
    return std::move(*network);
}

/// All codes of the network by kernels and by formulas, and the output of what runs fused.
void compare(const IntegerNetwork& network, const std::vector<float>& x, int count)
{
    IntegerRunOptions options{.countSaturation = true, .keep = allOps(network.opCount())};
    const auto fast = network.run(x.data(), count, options);
    const auto fused = network.run(x.data(), count);
    options.reference = true;
    const auto slow = network.run(x.data(), count, options);
    QVERIFY(fast && slow && fused);
    for (int op = 0; op < network.opCount(); ++op) {
        QVERIFY2(std::ranges::equal(fast->codesAt(op), slow->codesAt(op)),
                 network.title(op).c_str());
        const auto at = static_cast<std::size_t>(op);
        QCOMPARE(fast->counters[at].saturatedLow, slow->counters[at].saturatedLow);
        QCOMPARE(fast->counters[at].saturatedHigh, slow->counters[at].saturatedHigh);
        QCOMPARE(fast->counters[at].outputs, fused->counters[at].outputs);
    }
    QCOMPARE(fast->output, slow->output);
    QCOMPARE(fused->output, slow->output);
}

} // namespace

class TestIntegerKernels : public QObject {
    Q_OBJECT

private slots:
    void linear_data() { modes(); }
    void linear()
    {
        QFETCH(int, mode);
        Draw draw(1);
        for (int round = 0; round < 150; ++round) {
            const int in = draw.whole(1, 90);
            const IntegerQuant input = drawQuant(draw, 0.05F);
            const auto network =
                make({{in, 1, 1},
                      static_cast<RequantizeMode>(mode),
                      {quantizeOp(input), drawProduct(draw, IntegerOpKind::Linear, in,
                                                      draw.whole(1, 70), 0, 1, 0, 0.05F)}});
            const int count = draw.whole(1, 19);
            compare(network, drawSamples(draw, static_cast<std::size_t>(in * count), -8, 8), count);
        }
    }

    void conv2d_data() { modes(); }
    void conv2d()
    {
        QFETCH(int, mode);
        Draw draw(2);
        for (int round = 0; round < 150; ++round) {
            const SampleShape shape{draw.whole(1, 9), draw.whole(1, 13), draw.whole(1, 13)};
            const int padding = draw.whole(0, 3);
            const int kernel =
                draw.whole(1, std::min({5, shape.height + 2 * padding, shape.width + 2 * padding}));
            const IntegerQuant input = drawQuant(draw, 0.05F);
            const auto network =
                make({shape,
                      static_cast<RequantizeMode>(mode),
                      {quantizeOp(input),
                       drawProduct(draw, IntegerOpKind::Conv2d, shape.channels, draw.whole(1, 40),
                                   kernel, draw.whole(1, 3), padding, 0.05F)}});
            const int count = draw.whole(1, 10);
            compare(network,
                    drawSamples(draw, static_cast<std::size_t>(shape.numel() * count), -8, 8),
                    count);
        }
    }

    // The pool behind a convolution takes the largest accumulator, not the largest code.
    void convWithPool_data() { modes(); }
    void convWithPool()
    {
        QFETCH(int, mode);
        Draw draw(3);
        for (int round = 0; round < 60; ++round) {
            const SampleShape shape{draw.whole(1, 4), draw.whole(6, 17), draw.whole(6, 17)};
            IntegerOp pool;
            pool.kind = IntegerOpKind::MaxPool2d;
            pool.kernel = draw.whole(1, 3);
            pool.stride = draw.coin() ? pool.kernel : draw.whole(1, 3);
            pool.padding = pool.kernel > 1 && draw.whole(0, 3) == 0 ? 1 : 0;
            IntegerOp flatten;
            flatten.kind = IntegerOpKind::Flatten;
            const auto network =
                make({shape,
                      static_cast<RequantizeMode>(mode),
                      {quantizeOp(drawQuant(draw, 0.05F)),
                       drawProduct(draw, IntegerOpKind::Conv2d, shape.channels, draw.whole(1, 33),
                                   draw.whole(1, 4), 1, draw.whole(0, 1), 0.05F),
                       pool, flatten}});
            compare(network, drawSamples(draw, static_cast<std::size_t>(shape.numel() * 9), -8, 8),
                    9);
        }
    }

    // Convolutions that compute two lines at once, with kernels of every remainder of 3, odd
    // heights, more lines than a block has, and pools whose lines are no pairs.
    void linePairs_data() { modes(); }
    void linePairs()
    {
        QFETCH(int, mode);
        Draw draw(6);
        for (int round = 0; round < 60; ++round) {
            const int kernel = draw.whole(2, 8);
            const int padding = draw.whole(0, 3);
            const int least = std::max(kernel - 2 * padding, 1);
            const SampleShape shape{draw.whole((16 + kernel - 1) / kernel, 21),
                                    least + draw.whole(1, 12),
                                    least + (draw.whole(0, 9) == 0 ? 140 : draw.whole(0, 9))};
            IntegerSpec spec{shape,
                             static_cast<RequantizeMode>(mode),
                             {quantizeOp(drawQuant(draw, 0.05F)),
                              drawProduct(draw, IntegerOpKind::Conv2d, shape.channels,
                                          draw.whole(1, 20), kernel, 1, padding, 0.05F)}};
            const int smallest = std::min(shape.height, shape.width) + 2 * padding - kernel + 1;
            if (draw.coin()) {
                IntegerOp pool;
                pool.kind = IntegerOpKind::MaxPool2d;
                pool.kernel = draw.whole(1, std::min(3, smallest));
                pool.stride = pool.kernel;
                spec.ops.push_back(pool);
            }
            compare(make(spec),
                    drawSamples(draw, static_cast<std::size_t>(shape.numel() * 3), -8, 8), 3);
        }
    }

    // Weights and activations at the ends of their ranges, in patterns that make sums and
    // differences of lines as large as they can be.
    void linePairsExtremes_data() { modes(); }
    void linePairsExtremes()
    {
        QFETCH(int, mode);
        const int channels = 9;
        for (const int kernel : {2, 3, 5})
            for (const int pattern : {0, 1, 2, 3})
                for (const int zeroPoint : {-128, 0, 127})
                    for (const int inputZero : {0, 100, 255}) {
                        const int out = 9;
                        IntegerOp conv;
                        conv.kind = IntegerOpKind::Conv2d;
                        conv.out = out;
                        conv.kernel = kernel;
                        conv.padding = 1;
                        for (int i = 0; i < out * channels * kernel * kernel; ++i) {
                            const int line = i / kernel % kernel;
                            const bool high = pattern == 0   ? true
                                              : pattern == 1 ? false
                                              : pattern == 2 ? line % 2 == 0
                                                             : i % 2 == 0;
                            conv.weights.codes.push_back(high ? 127 : -128);
                        }
                        conv.weights.scale = {0.01F};
                        conv.weights.zeroPoint = {zeroPoint};
                        conv.output = IntegerQuant{500, 100, 0, 255};
                        const auto network = make({{channels, 7, 6},
                                                   static_cast<RequantizeMode>(mode),
                                                   {quantizeOp({1, inputZero, 0, 255}), conv}});
                        std::vector<float> x(std::size_t{channels} * 42 * 2);
                        for (std::size_t i = 0; i < x.size(); ++i) // lines of 0 and of 255
                            x[i] = i / (std::size_t{channels} * 6) % 2 == 0 ? -300 : 300;
                        compare(network, x, 2);
                    }
    }

    // Doubled sums that would leave int32, although the sums themselves do not; and sums that do.
    void linePairsNearOverflow_data() { modes(); }
    void linePairsNearOverflow()
    {
        QFETCH(int, mode);
        for (const float bias : {0.499e9F, 0.501e9F, 1e9F, 2.1474e9F, -1.07e9F, -2.1474e9F}) {
            Draw draw(7);
            IntegerOp conv = drawProduct(draw, IntegerOpKind::Conv2d, 16, 9, 3, 1, 1, 1);
            conv.weights.scale = {1};
            conv.weights.zeroPoint = {conv.weights.quantMin};
            conv.weights.bias.assign(9, bias);
            conv.activation = IntegerActivation::None;
            conv.output = IntegerQuant{2e7F, 128, 0, 255};
            const auto network = make({{16, 8, 8},
                                       static_cast<RequantizeMode>(mode),
                                       {quantizeOp({1, 3, 0, 255}), conv}});
            compare(network, drawSamples(draw, std::size_t{16} * 64 * 2, -10, 300), 2);
        }
    }

    // Every weight and every activation at an end of its range, and sums far beyond 2^24.
    void extremes_data() { modes(); }
    void extremes()
    {
        QFETCH(int, mode);
        for (const int sign : {-1, 1})
            for (const float outScale : {1e-6F, 0.5F, 3e4F}) { // M far above 1, too
                IntegerOp linear;
                linear.kind = IntegerOpKind::Linear;
                linear.out = 9;
                linear.weights.codes.assign(std::size_t{9} * 4001, sign < 0 ? -128 : 127);
                linear.weights.scale = {0.01F};
                linear.weights.zeroPoint = {sign < 0 ? 127 : -128};
                linear.output = IntegerQuant{outScale, 100, 0, 255};
                const auto network = make({{4001, 1, 1},
                                           static_cast<RequantizeMode>(mode),
                                           {quantizeOp({1, 0, 0, 255}), linear}});
                QVERIFY(!network.overflowPossible(1));
                compare(network, std::vector<float>(std::size_t{4001} * 3, 300), 3);
            }
    }

    void sameForAnyThreads()
    {
        Draw draw(4);
        const auto network =
            make({{3, 12, 12},
                  RequantizeMode::Float,
                  {quantizeOp(drawQuant(draw, 0.05F)),
                   drawProduct(draw, IntegerOpKind::Conv2d, 3, 17, 3, 1, 1, 0.05F)}});
        const auto x = drawSamples(draw, std::size_t{3} * 144 * 50, -8, 8);
        std::vector<std::vector<float>> outputs;
        for (const int threads : {1, 2, 4}) {
            const ThreadLimit limit(threads);
            outputs.push_back(network.run(x.data(), 50)->output);
        }
        QCOMPARE(outputs[1], outputs[0]);
        QCOMPARE(outputs[2], outputs[0]);
        // A writer gives the same as an array.
        const auto written = network.run(
            [&](std::int64_t i, float* to) { std::copy_n(x.data() + i * 432, 432, to); }, 50);
        QCOMPARE(written->output, outputs[0]);
    }

private:
    static void modes()
    {
        QTest::addColumn<int>("mode");
        QTest::newRow("float") << static_cast<int>(RequantizeMode::Float);
        QTest::newRow("fixed point") << static_cast<int>(RequantizeMode::FixedPoint);
    }
};

QTEST_APPLESS_MAIN(TestIntegerKernels)
#include "tst_integer_kernels.moc"
