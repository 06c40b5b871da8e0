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
