// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What an IntegerNetwork promises besides its kernels: arithmetic by hand, counters, traces, ops in
// float, and errors that name what is wrong.
#include "integer_test_data.h"

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

IntegerOp linearOp(std::vector<std::int32_t> codes, int out, float scale, IntegerQuant output)
{
    IntegerOp op;
    op.kind = IntegerOpKind::Linear;
    op.out = out;
    op.weights.codes = std::move(codes);
    op.weights.scale = {scale};
    op.output = output;
    return op;
}

IntegerOp plainOp(IntegerOpKind kind)
{
    IntegerOp op;
    op.kind = kind;
    return op;
}

/// The codes behind the last op for one sample.
std::vector<std::int16_t> codesOf(const IntegerSpec& spec, const std::vector<float>& x)
{
    const auto network = make(spec);
    const int last = network.opCount() - 1;
    return network.run(x.data(), 1, {.keep = {last}})->codes.back();
}

using Codes = std::vector<std::int16_t>;

} // namespace

class TestIntegerNetwork : public QObject {
    Q_OBJECT

private slots:
    void byHand()
    {
        // x = 1, -2: codes 12, 6 (scale 0.5, zero_point 10). w = 3, 5 of scale 0.25, zero_point 1.
        // acc = 2 * 2 + -4 * 4 + nearbyint(0.3 / 0.125) = -10; M = 0.125 / 0.5.
        IntegerOp linear = linearOp({3, 5}, 1, 0.25F, {0.5F, 7, 0, 255});
        linear.weights.zeroPoint = {1};
        linear.weights.bias = {0.3F};
        IntegerSpec spec{
            {2, 1, 1}, RequantizeMode::Float, {quantizeOp({0.5F, 10, 0, 255}), linear}};
        const std::vector<float> x{1, -2};
        QCOMPARE(codesOf(spec, x), Codes{5}); // -2.5 to even, + 7
        QCOMPARE(make(spec).run(x.data(), 1)->output, std::vector<float>{-1});
        spec.mode = RequantizeMode::FixedPoint;
        QCOMPARE(codesOf(spec, x), Codes{4}); // -2.5 away from zero
        // 2 weights of 8 bits, a bias, 3 scales with zero_point.
        QCOMPARE(make(spec).bytes(), 2 + 4 + 3 * 8);
    }

    void bytesOfNarrowWeights()
    {
        IntegerOp linear = linearOp({-8, 7, 0, 1, 2}, 1, 1, {1, 0, 0, 255});
        linear.weights.quantMin = -8;
        linear.weights.quantMax = 7;
        const auto network =
            make({{5, 1, 1}, RequantizeMode::Float, {quantizeOp({1, 0, 0, 15}), linear}});
        QCOMPARE(network.bytes(), 3 + 4 + 3 * 8);
    }

    void inputCodes()
    {
        const IntegerSpec spec{{6, 1, 1}, RequantizeMode::Float, {quantizeOp({0.5F, -3, -8, 7})}};
        const float inf = std::numeric_limits<float>::infinity();
        const std::vector<float> x{0.25F, 0.75F, inf, -inf, std::nanf(""), 100};
        QCOMPARE(codesOf(spec, x), (Codes{-3, -1, 7, -8, -3, 7}));
        const auto run = make(spec).run(x.data(), 1, {.countSaturation = true, .keep = {}});
        QCOMPARE(run->counters[0].outputs, 6);
        QCOMPARE(run->counters[0].saturatedLow, 1);
        QCOMPARE(run->counters[0].saturatedHigh, 2);
        QCOMPARE(run->output[4], 0.0F);
    }

    // What ReLU and ReLU6 cut off is not saturated; what they leave and the codes do not hold is.
    void saturation()
    {
        const std::vector<float> x{-100, -1, 1, 5, 7, 100};
        std::vector<std::int32_t> identity(36, 0);
        for (std::size_t i = 0; i < 6; ++i)
            identity[i * 7] = 1;
        const auto count = [&](IntegerActivation activation, float scale) {
            IntegerOp linear = linearOp(identity, 6, 1, {scale, 0, -10, 10});
            linear.activation = activation;
            const auto network =
                make({{6, 1, 1}, RequantizeMode::Float, {quantizeOp({1, 0, -128, 127}), linear}});
            const auto run = network.run(x.data(), 1, {.countSaturation = true, .keep = {}});
            return std::pair(run->counters[1].saturatedLow, run->counters[1].saturatedHigh);
        };
        using Pair = std::pair<std::int64_t, std::int64_t>;
        QCOMPARE(count(IntegerActivation::None, 1), Pair(1, 1));
        QCOMPARE(count(IntegerActivation::ReLU, 1), Pair(0, 1));
        QCOMPARE(count(IntegerActivation::ReLU6, 1), Pair(0, 0));
        QCOMPARE(count(IntegerActivation::ReLU6, 0.55F), Pair(0, 2)); // 6 has no code
    }

    void overflow()
    {
        const int inputs = 40000;
        IntegerOp linear = linearOp(std::vector<std::int32_t>(std::size_t{2} * inputs, 255), 2, 1,
                                    {1e9F, 0, 0, 255});
        linear.weights.quantMin = 0;
        linear.weights.quantMax = 255;
        std::fill(linear.weights.codes.begin() + inputs, linear.weights.codes.end(), 1);
        const auto network =
            make({{inputs, 1, 1}, RequantizeMode::Float, {quantizeOp({1, 0, 0, 255}), linear}});
        QVERIFY(network.overflowPossible(1));
        std::vector<float> x(std::size_t{2} * inputs, 255);
        std::fill(x.begin() + inputs, x.end(), 200.0F);
        const auto run = network.run(x.data(), 2);
        QCOMPARE(run->counters[1].overflows, 1); // 255 * 255 * 40000 is, 200 * 255 * 40000 is not
        const auto trace = network.trace(x.data(), 1, 0);
        QCOMPARE(trace->exact, std::int64_t{255} * 255 * inputs);
        QCOMPARE(trace->accumulator, static_cast<std::int32_t>(std::int64_t{255} * 255 * inputs));
    }

    void biasSaturation()
    {
        IntegerOp linear = linearOp({1, 1}, 2, 1e-10F, {1, 0, 0, 255});
        linear.weights.bias = {1, 1e-9F};
        const auto network =
            make({{1, 1, 1}, RequantizeMode::Float, {quantizeOp({0.1F, 0, 0, 255}), linear}});
        QCOMPARE(network.biasSaturations(1), 1);
        QVERIFY(network.overflowPossible(1)); // the bias alone is at int32's end
    }

    // Every output of a convolution, put together again from its terms.
    void trace()
    {
        Draw draw(5);
        for (const auto mode : {RequantizeMode::Float, RequantizeMode::FixedPoint}) {
            const auto network =
                make({{3, 5, 4},
                      mode,
                      {quantizeOp(drawQuant(draw, 0.05F)),
                       drawProduct(draw, IntegerOpKind::Conv2d, 3, 4, 3, 2, 1, 0.05F)}});
            const auto x = drawSamples(draw, 60, -8, 8);
            const auto run = network.run(x.data(), 1, {.keep = {0, 1}});
            const auto y = network.shapeAfter(1);
            std::size_t at = 0;
            for (int row = 0; row < y.height; ++row)
                for (int column = 0; column < y.width; ++column)
                    for (int c = 0; c < y.channels; ++c, ++at) {
                        const auto trace = network.trace(x.data(), 1, c, row, column);
                        QVERIFY(trace);
                        QCOMPARE(trace->terms.size(), std::size_t{27});
                        std::int64_t sum = 0;
                        for (const auto& term : trace->terms) {
                            const int iy = row * 2 + term.ky - 1;
                            const int ix = column * 2 + term.kx - 1;
                            QCOMPARE(term.padding, iy < 0 || iy >= 5 || ix < 0 || ix >= 4);
                            if (!term.padding)
                                QCOMPARE(term.x, run->codesAt(0)[static_cast<std::size_t>(
                                                     (iy * 4 + ix) * 3 + term.channel)]);
                            QCOMPARE(term.w,
                                     network.spec().ops[1].weights.codes[static_cast<std::size_t>(
                                         ((c * 3 + term.channel) * 3 + term.ky) * 3 + term.kx)]);
                            sum += (term.x - term.xZeroPoint) * (term.w - term.wZeroPoint);
                            QCOMPARE(term.sum, sum);
                        }
                        QCOMPARE(trace->exact, sum + trace->bias);
                        QCOMPARE(std::int16_t(trace->code), run->codesAt(1)[at]);
                        QCOMPARE(trace->value, run->output[at]);
                    }
        }
        const auto network = make({{1, 1, 1}, RequantizeMode::Float, {quantizeOp({})}});
        const float x = 1;
        QVERIFY(!network.trace(&x, 0, 0));
        QVERIFY(!network.trace(&x, 7, 0));
    }

    void simpleOps()
    {
        const IntegerQuant q{0.5F, 2, 0, 15};
        const std::vector<float> x{-1, 0.5F, 4, 1};
        const auto after = [&](IntegerOp op) {
            return codesOf({{1, 2, 2}, RequantizeMode::Float, {quantizeOp(q), std::move(op)}}, x);
        };
        QCOMPARE(after(plainOp(IntegerOpKind::ReLU)), (Codes{2, 3, 10, 4}));
        IntegerOp relu6 = plainOp(IntegerOpKind::ReLU6);
        relu6.output = IntegerQuant{1, -1, -8, 2};
        QCOMPARE(after(relu6), (Codes{-1, -1, 2, 0})); // 0.5 to even
        IntegerOp again = quantizeOp({0.25F, 100, 0, 255});
        QCOMPARE(after(again), (Codes{96, 102, 116, 104}));
        IntegerOp table = plainOp(IntegerOpKind::Table);
        table.output = IntegerQuant{1, 0, -128, 127};
        for (int code = 0; code < 16; ++code)
            table.table.push_back(-code);
        QCOMPARE(after(table), (Codes{0, -3, -10, -4}));
        table.table.clear();
        table.function = [](float v) {
            return v * v;
        };
        QCOMPARE(after(table), (Codes{1, 0, 16, 1}));
        IntegerOp mean = plainOp(IntegerOpKind::AvgPool2d);
        mean.kernel = 2;
        QCOMPARE(after(mean), Codes{4}); // 17 / 4
    }

    void flattenIsPyTorchs()
    {
        std::vector<float> x(12);
        Codes expected;
        for (int c = 0; c < 2; ++c)
            for (int pixel = 0; pixel < 6; ++pixel) {
                x[static_cast<std::size_t>(pixel * 2 + c)] = static_cast<float>(c * 6 + pixel);
                expected.push_back(static_cast<std::int16_t>(c * 6 + pixel));
            }
        QCOMPARE(codesOf({{2, 2, 3},
                          RequantizeMode::Float,
                          {quantizeOp({1, 0, 0, 255}), plainOp(IntegerOpKind::Flatten)}},
                         x),
                 expected);
    }

    void softmax()
    {
        IntegerOp op = plainOp(IntegerOpKind::Softmax);
        op.output = IntegerQuant{1 / 256.0F, 0, 0, 255};
        // 1, 3 and 4 in a ratio of 1 : e^2 : e^3
        QCOMPARE(codesOf({{3, 1, 1}, RequantizeMode::Float, {quantizeOp({1, 0, 0, 255}), op}},
                         {1, 3, 4}),
                 (Codes{9, 66, 181}));
    }

    // A layer that was left in float, first, in the middle and last.
    void floatOps()
    {
        IntegerOp twice = plainOp(IntegerOpKind::Float);
        twice.floatShape = {2, 1, 1};
        twice.floatFunction = [](const float* x, float* y, int samples) {
            for (int i = 0; i < 2 * samples; ++i)
                y[i] = 2 * x[i];
        };
        IntegerOp twiceToCodes = twice;
        twiceToCodes.output = IntegerQuant{1, 0, 0, 255};
        const auto network = make({{2, 1, 1},
                                   RequantizeMode::Float,
                                   {twice, quantizeOp({1, 0, 0, 255}), twiceToCodes,
                                    linearOp({1, 0, 0, 1}, 2, 1, {1, 0, 0, 255}), twice}});
        std::vector<float> x;
        std::vector<float> expected;
        for (int i = 0; i < 34; ++i) {
            x.push_back(static_cast<float>(i) / 2);
            expected.push_back(static_cast<float>(4 * i));
        }
        const auto run = network.run(x.data(), 17);
        QCOMPARE(run->output, expected);
        QVERIFY(!network.quantAfter(0));
        QVERIFY(!network.run(x.data(), 17, {.keep = {0}})); // real values, no codes
        QVERIFY(!network.run(x.data(), 17, {.keep = {5}}));
        QVERIFY(!network.run(x.data(), -1));
    }

    void cancelled()
    {
        std::stop_source source;
        source.request_stop();
        const auto network = make({{1, 1, 1}, RequantizeMode::Float, {quantizeOp({})}});
        const float x = 0;
        const auto run = network.run(&x, 1, {}, JobContext(source.get_token()));
        QVERIFY(!run);
        QCOMPARE(run.error().kind, ErrorKind::Cancelled);
    }

    void errors_data()
    {
        QTest::addColumn<int>("change");
        QTest::addColumn<QString>("message");
        const char* messages[] = {
            "op 1 (Linear, fc): weights: 6 codes are expected, found 5",
            "op 1 (Linear, fc): weights' scale: 1 or 2 are expected, found 3",
            "op 1 (Linear, fc): output scale: a normal number above 0 is expected, found 0",
            "op 0 (Quantize): output zero_point: a code in [0, 255] is expected, found 256",
            "op 1 (Linear, fc): output quant_min, quant_max: a range within int8 or uint8 is "
            "expected, found [-1, 128]",
            "op 1 (Linear, fc): input: an op before this one is expected, found 1",
            "op 1 (Linear, fc): input: codes are expected, but its values are real",
            "op 1 (Linear, fc): weights: codes in [-128, 127] are expected, found 128",
            "op 1 (Linear, fc): bias: 2 or none are expected, found 1",
            "op 1 (Linear, fc): bias: finite numbers are expected, found inf",
            "op 1 (Linear, fc): output: a scale and a zero_point are expected, found none",
            "op 1 (Linear, fc): table: only Table has one",
            "op 1 (Linear, fc): s_x * s_w / s_y: a normal float32 is expected, found inf (channel "
            "0)",
            "op 1 (Conv2d, fc): kernel: 2 is larger than the image of 1x1 with its padding",
            "op 1 (MaxPool2d, fc): padding: at most half of kernel 1 is expected, found 1",
            "op 1 (Table, fc): table: either a table or a function is expected",
            "op 2 (Add, fc): the summands have shapes 3x1x1 and 1x1x1",
            "ops: at least one is expected, found none",
            "input: sizes above 0 and at most 2^26 elements are expected, found 0x1x1",
        };
        for (int i = 0; i < static_cast<int>(std::size(messages)); ++i)
            QTest::newRow(messages[i]) << i << QString::fromUtf8(messages[i]);
    }
    void errors()
    {
        QFETCH(int, change);
        QFETCH(QString, message);
        IntegerSpec spec{
            {3, 1, 1},
            RequantizeMode::Float,
            {quantizeOp({1, 0, 0, 255}), linearOp({1, 2, 3, 4, 5, 6}, 2, 1, {1, 0, 0, 255})}};
        IntegerOp& op = spec.ops[1];
        op.name = "fc";
        QVERIFY(IntegerNetwork::make(spec));
        const auto become = [&](IntegerOpKind kind) {
            op = plainOp(kind);
            op.name = "fc";
        };
        const float inf = std::numeric_limits<float>::infinity();
        const std::vector<std::function<void()>> changes = {
            [&] { op.weights.codes.pop_back(); },
            [&] {
                op.weights.scale = {1, 1, 1};
            },
            [&] { op.output->scale = 0; },
            [&] { spec.ops[0].output->zeroPoint = 256; },
            [&] {
                op.output = IntegerQuant{1, 0, -1, 128};
            },
            [&] { op.input = 1; },
            [&] { op.input = kNetworkInput; },
            [&] { op.weights.codes[3] = 128; },
            [&] { op.weights.bias = {1}; },
            [&] {
                op.weights.bias = {1, inf};
            },
            [&] { op.output.reset(); },
            [&] { op.table = {1}; },
            [&] { op.output->scale = 2e-38F, op.weights.scale[0] = 1e30F; },
            [&] { op.kind = IntegerOpKind::Conv2d, op.kernel = 2; },
            [&] { become(IntegerOpKind::MaxPool2d), op.kernel = 1, op.padding = 1; },
            [&] { become(IntegerOpKind::Table), op.output = IntegerQuant{}; },
            [&] {
                IntegerOp one = plainOp(IntegerOpKind::Float);
                one.floatShape = {1, 1, 1};
                one.floatFunction = [](const float*, float*, int) {
                };
                one.output = IntegerQuant{};
                become(IntegerOpKind::Add);
                op.output = IntegerQuant{};
                op.input = 0;
                op.other = 1;
                spec.ops.insert(spec.ops.begin() + 1, one);
            },
            [&] { spec.ops.clear(); },
            [&] { spec.input.channels = 0; },
        };
        changes[static_cast<std::size_t>(change)]();
        const auto network = IntegerNetwork::make(spec);
        QVERIFY(!network);
        QCOMPARE(network.error().kind, ErrorKind::Usage);
        QCOMPARE(QString::fromStdString(network.error().message), message);
    }
};

QTEST_APPLESS_MAIN(TestIntegerNetwork)
#include "tst_integer_network.moc"
