// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gradient/tensorflow_gradient.h"
#include "core/quant/nudge.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace qs;

namespace {

ParamLayout layoutOf(std::int64_t outer, std::int64_t channels, std::int64_t inner)
{
    return ParamLayout::perChannel(*Shape::make({outer, channels, inner}), 1);
}

/// What TensorFlow's own tests (tensorflow/core/kernels/fake_quant_ops_test.cc) expect of
/// FakeQuantWithMinMaxArgs and …Vars: facts of that file, by the names it gives them.
struct Published {
    const char* name;
    int bits;
    bool narrow;
    float min;
    float max;
    std::vector<float> x;
    std::vector<float> y;
};

const std::vector<Published> kPublished = {
    {"SymmetricRangeZeroInput_Regular", 8, false, -10, 10, {0}, {0}},
    {"SymmetricRangeZeroInput_Narrow", 8, true, -10, 10, {0}, {0}},
    {"NoNudging_Regular",
     8,
     false,
     -10,
     53.75F,
     {-10.1F, -10, -9.9F, -9.75F, 53.75F, 53.8F},
     {-10, -10, -10, -9.75F, 53.75F, 53.75F}},
    {"NoNudging_Narrow",
     8,
     true,
     -10,
     53.5F,
     {-10.1F, -10, -9.9F, -9.75F, 53.5F, 53.6F},
     {-10, -10, -10, -9.75F, 53.5F, 53.5F}},
    {"NudgedDown_Regular",
     8,
     false,
     -0.1F,
     63.65F,
     {-0.1F, 0, 0.1F, 0.25F, 63.75F, 63.8F},
     {0, 0, 0, 0.25F, 63.75F, 63.75F}},
    {"NudgedDown_Narrow",
     8,
     true,
     -0.1F,
     63.4F,
     {-0.1F, 0, 0.1F, 0.25F, 63.5F, 63.6F},
     {0, 0, 0, 0.25F, 63.5F, 63.5F}},
    {"NudgedUp_Args_Regular",
     8,
     false,
     -0.1275F,
     63.6225F,
     {-0.26F, -0.25F, -0.24F, 0, 63.5F, 63.6F},
     {-0.25F, -0.25F, -0.25F, 0, 63.5F, 63.5F}},
    {"NudgedUp_Args_Narrow",
     8,
     true,
     -0.1275F,
     63.3725F,
     {-0.26F, -0.25F, -0.24F, 0, 63.25F, 63.3F},
     {-0.25F, -0.25F, -0.25F, 0, 63.25F, 63.25F}},
    {"NudgedUp_Vars_Regular",
     8,
     false,
     -0.125F,
     63.625F,
     {-0.26F, -0.25F, -0.24F, 0, 63.5F, 63.6F},
     {-0.25F, -0.25F, -0.25F, 0, 63.5F, 63.5F}},
    {"NudgedUp_Vars_Narrow",
     8,
     true,
     -0.125F,
     63.375F,
     {-0.26F, -0.25F, -0.24F, 0, 63.25F, 63.3F},
     {-0.25F, -0.25F, -0.25F, 0, 63.25F, 63.25F}},
    {"NudgedZeroIs255_Regular",
     8,
     false,
     -63.65F,
     0.1F,
     {-63.8F, -63.75F, -63.7F, -63.5F, 0, 0.1F},
     {-63.75F, -63.75F, -63.75F, -63.5F, 0, 0}},
    {"NudgedZeroIs255_Narrow",
     8,
     true,
     -63.4F,
     0.1F,
     {-63.6F, -63.5F, -63.4F, -63.25F, 0, 0.1F},
     {-63.5F, -63.5F, -63.5F, -63.25F, 0, 0}},
    {"NoNudging_4Bits_Regular",
     4,
     false,
     -6,
     1.5F,
     {-6.1F, -6, -5.9F, -5.5F, 1.5F, 1.6F},
     {-6, -6, -6, -5.5F, 1.5F, 1.5F}},
    {"NoNudging_4Bits_Narrow",
     4,
     true,
     -6,
     1,
     {-6.1F, -6, -5.9F, -5.5F, 1, 1.1F},
     {-6, -6, -6, -5.5F, 1, 1}},
    {"NudgedDown_4Bits_Regular",
     4,
     false,
     -0.1F,
     7.4F,
     {-0.1F, 0, 0.1F, 0.5F, 7.5F, 7.6F},
     {0, 0, 0, 0.5F, 7.5F, 7.5F}},
    {"NudgedDown_4Bits_Narrow",
     4,
     true,
     -0.1F,
     6.9F,
     {-0.1F, 0, 0.1F, 0.5F, 7, 7.1F},
     {0, 0, 0, 0.5F, 7, 7}},
    {"NudgedUp_4Bits_Regular",
     4,
     false,
     -0.4F,
     7.1F,
     {-0.6F, -0.5F, -0.24F, 0, 7, 7.1F},
     {-0.5F, -0.5F, 0, 0, 7, 7}},
    {"NudgedUp_4Bits_Narrow",
     4,
     true,
     -0.4F,
     6.6F,
     {-0.6F, -0.5F, -0.24F, 0, 6.5F, 6.6F},
     {-0.5F, -0.5F, 0, 0, 6.5F, 6.5F}},
    {"NudgedZeroIs15_4Bits_Regular",
     4,
     false,
     -7.3F,
     0.2F,
     {-7.6F, -7.5F, -7.4F, -7.2F, 0, 0.1F},
     {-7.5F, -7.5F, -7.5F, -7, 0, 0}},
    {"NudgedZeroIs15_4Bits_Narrow",
     4,
     true,
     -6.8F,
     0.2F,
     {-7.1F, -7, -6.9F, -6.7F, 0, 0.1F},
     {-7, -7, -7, -6.5F, 0, 0}},
    {"NoNudging_2Bits_Regular",
     2,
     false,
     -1,
     0.5F,
     {-1.1F, -1, -0.9F, -0.3F, 0.1F, 0.6F},
     {-1, -1, -1, -0.5F, 0, 0.5F}},
    {"NoNudging_2Bits_Narrow",
     2,
     true,
     -1,
     0,
     {-1.1F, -1, -0.9F, -0.3F, 0, 0.1F},
     {-1, -1, -1, -0.5F, 0, 0}},
    {"NudgedDown_2Bits_Regular",
     2,
     false,
     -0.1F,
     1.4F,
     {-0.2F, 0.1F, 0.7F, 1, 1.3F, 1.6F},
     {0, 0, 0.5F, 1, 1.5F, 1.5F}},
    {"NudgedDown_2Bits_Narrow",
     2,
     true,
     -0.1F,
     0.9F,
     {-0.1F, 0.1F, 0.7F, 0.9F, 1, 1.1F},
     {0, 0, 0.5F, 1, 1, 1}},
    {"NudgedUp_2Bits_Regular",
     2,
     false,
     -0.4F,
     1.1F,
     {-0.6F, -0.5F, -0.24F, 0, 1, 1.1F},
     {-0.5F, -0.5F, 0, 0, 1, 1}},
    {"NudgedUp_2Bits_Narrow",
     2,
     true,
     -0.4F,
     0.6F,
     {-0.6F, -0.5F, -0.24F, 0, 0.5F, 0.6F},
     {-0.5F, -0.5F, 0, 0, 0.5F, 0.5F}},
};

/// The same file's gradients: 0 for the first and the last x, dy for the four between them; the
/// first dy goes to min, the last to max.
struct PublishedGradient {
    int bits;
    bool narrow;
    float min;
    float max;
    std::vector<float> x;
};

const std::vector<PublishedGradient> kPublishedGradients = {
    {8, false, -0.125F, 63.625F, {-0.26F, -0.25F, -0.24F, 0, 63.5F, 63.6F}},
    {8, true, -0.125F, 63.375F, {-0.26F, -0.25F, -0.24F, 0, 63.25F, 63.3F}},
    {4, false, -0.4F, 7.1F, {-0.6F, -0.5F, -0.4F, 0, 7, 7.1F}},
    {4, true, -0.4F, 6.6F, {-0.6F, -0.5F, -0.4F, 0, 6.5F, 6.6F}},
};

constexpr float kDy[] = {0.7F, -0.3F, 1.1F, 0.2F, -0.9F, 0.4F};

TensorflowFakeQuant ruleOf(const float& min, const float& max, int bits, bool narrow,
                           TensorflowOp op = TensorflowOp::Vars)
{
    return {{&min, 1}, {&max, 1}, narrow ? 1 : 0, (1 << bits) - 1, {}, op};
}

bool isUsage(const auto& result, const char* field)
{
    return !result && result.error().kind == ErrorKind::Usage &&
           result.error().message.rfind(field, 0) == 0;
}

} // namespace

class TestTensorflowGradient : public QObject {
    Q_OBJECT

private slots:
    void forward_isWhatTensorflowsTestsExpect()
    {
        for (const auto& c : kPublished) {
            for (const auto op : {TensorflowOp::Vars, TensorflowOp::Args}) {
                std::vector<float> y(c.x.size());
                const auto ran = forward(ruleOf(c.min, c.max, c.bits, c.narrow, op), c.x, y);
                QVERIFY2(ran, c.name);
                for (std::size_t i = 0; i < y.size(); ++i) {
                    // ExpectClose of that file: 5 epsilon, absolute and relative.
                    const double bound =
                        5 * 1.1920929e-7 * (1 + std::fabs(static_cast<double>(c.y[i])));
                    QVERIFY2(std::fabs(static_cast<double>(y[i]) - static_cast<double>(c.y[i])) <=
                                 bound,
                             (std::string(c.name) + " " + std::to_string(c.x[i]) + " gives " +
                              std::to_string(y[i]))
                                 .c_str());
                }
            }
        }
    }

    void backward_isWhatTensorflowsTestsExpect()
    {
        for (const auto& c : kPublishedGradients) {
            std::vector<float> dx(c.x.size());
            const auto g = backward(ruleOf(c.min, c.max, c.bits, c.narrow), c.x, kDy, dx);
            QVERIFY(g);
            const std::vector<float> expected{0, kDy[1], kDy[2], kDy[3], kDy[4], 0};
            QVERIFY(dx == expected);
            QCOMPARE(g->min, std::vector<double>{static_cast<double>(kDy[0])});
            QCOMPARE(g->max, std::vector<double>{static_cast<double>(kDy[5])});
        }
    }

    /// WithVarsPerChannelDim2GradientNudgedUp and Dim4GradientNudgedDown of the same file.
    void backward_perChannel_isWhatTensorflowsTestsExpect()
    {
        const std::vector<float> min(3, -0.125F);
        const std::vector<float> max(3, 63.625F);
        const std::vector<float> x{-0.3F, -0.25F, -0.2F, 0, 63.5F, 63.6F};
        std::vector<float> dx(6);
        const auto g =
            backward(TensorflowFakeQuant{min, max, 0, 255, layoutOf(2, 3, 1), TensorflowOp::Args},
                     x, kDy, dx);
        QVERIFY(g);
        QVERIFY((dx == std::vector<float>{0, kDy[1], kDy[2], kDy[3], kDy[4], 0}));
        QCOMPARE(g->min, (std::vector<double>{static_cast<double>(kDy[0]), 0, 0}));
        QCOMPARE(g->max, (std::vector<double>{0, 0, static_cast<double>(kDy[5])}));

        const std::vector<float> min4(4, -0.1F);
        const std::vector<float> max4(4, 63.65F);
        std::vector<float> x4;
        std::vector<float> dy4;
        double sumFirst = 0;
        double sumLast = 0;
        for (int row = 0; row < 6; ++row) {
            for (const float value : {-0.1F, 0.0F, 63.75F, 63.8F})
                x4.push_back(value);
            for (int k = 0; k < 4; ++k)
                dy4.push_back(static_cast<float>(row * 4 + k + 1) / 32);
            sumFirst += static_cast<double>(dy4[dy4.size() - 4]);
            sumLast += static_cast<double>(dy4.back());
        }
        std::vector<float> dx4(24);
        const auto g4 =
            backward(TensorflowFakeQuant{min4, max4, 0, 255, layoutOf(6, 4, 1)}, x4, dy4, dx4);
        QVERIFY(g4);
        QCOMPARE(g4->min, (std::vector<double>{sumFirst, 0, 0, 0}));
        QCOMPARE(g4->max, (std::vector<double>{0, 0, 0, sumLast}));
        for (std::size_t i = 0; i < 24; ++i)
            QCOMPARE(dx4[i], i % 4 == 1 || i % 4 == 2 ? dy4[i] : 0.0F);
    }

    void zeroRange_isZeroAndPassesAllGradient()
    {
        const float zero = 0;
        const auto rule = ruleOf(zero, zero, 8, false);
        const std::vector<float> x{0, 1, -1, 5, -5, 0};
        std::vector<float> y(6, 9.0F);
        std::vector<float> dx(6);
        QVERIFY(forward(rule, x, y));
        QVERIFY(y == std::vector<float>(6, 0.0F));
        const auto g = backward(rule, x, kDy, dx);
        QVERIFY(std::equal(dx.begin(), dx.end(), kDy));
        QCOMPARE(g->min[0], 0.0);
        QCOMPARE(g->max[0], 0.0);
    }

    /// The comments of the same file name these zero points and ranges.
    void nudge_isWhatTensorflowsTestsSay()
    {
        struct Case {
            float min, max;
            int lo, hi;
            std::int32_t zero;
            float nudgedMin, nudgedMax, atZero;
        };
        for (const auto& c : {
                 Case{-10, 53.75F, 0, 255, 40, -10, 53.75F, 0},
                 Case{-10, 53.5F, 1, 255, 41, -10, 53.5F, 0},
                 Case{-0.1F, 63.65F, 0, 255, 0, 0, 63.75F, -0.1F},
                 Case{-0.125F, 63.625F, 0, 255, 1, -0.25F, 63.5F, 0.125F}, // a tie: away from zero
                 Case{-0.125F, 63.375F, 1, 255, 2, -0.25F, 63.25F, 0.125F},
                 Case{-63.65F, 0.1F, 0, 255, 255, -63.75F, 0, 0.1F},
                 Case{-0.4F, 6.6F, 1, 15, 2, -0.5F, 6.5F, 0.1F},
                 Case{-1, 0, 1, 3, 3, -1, 0, 0},
             }) {
            const auto n = nudge(c.min, c.max, c.lo, c.hi);
            QVERIFY(n);
            QCOMPARE(n->zeroPoint, c.zero);
            const auto close = [](float a, float b) {
                return std::fabs(a - b) <= 1e-5F;
            };
            QVERIFY(close(n->nudgedMin, c.nudgedMin) && close(n->nudgedMax, c.nudgedMax));
            QVERIFY(close(n->atZero, c.atZero));
            QVERIFY(close(n->atMin, c.nudgedMin - c.min) && close(n->atMax, c.nudgedMax - c.max));
            QVERIFY(close(n->atMin, -c.atZero));
        }
        // A range without 0 is moved to it, as the documentation says: 0 < min gives [0, max -
        // min].
        const auto above = nudge(2, 6, 0, 255);
        QCOMPARE(above->zeroPoint, 0);
        QCOMPARE(above->nudgedMin, 0.0F);
        QVERIFY(std::fabs(above->nudgedMax - 4) < 1e-5F);
        QCOMPARE(above->atZero, 2.0F);
        const auto below = nudge(-6, -2, 0, 255);
        QCOMPARE(below->zeroPoint, 255);
        QCOMPARE(below->nudgedMax, 0.0F);
    }

    /// The inverse of the scale is computed from the range: it is not always 1 / scale, and the two
    /// flavours of forward part at some x.
    void inverse_isNotTheReciprocal_andFlavoursDiffer()
    {
        int reciprocals = 0;
        int values = 0;
        for (int k = 1; k <= 400; ++k) {
            const float min = -static_cast<float>(k) * 0.0371F;
            const float max = static_cast<float>(401 - k) * 0.0513F;
            const auto n = nudge(min, max, 0, 255);
            reciprocals += n->invScale != 1 / n->scale ? 1 : 0;
            // Halfway between levels, and one float to each side.
            for (int code = 0; code < 255; ++code) {
                const float middle = (static_cast<float>(code - n->zeroPoint) + 0.5F) * n->scale;
                const float x[] = {middle, std::nextafter(middle, -1e9F),
                                   std::nextafter(middle, 1e9F)};
                float vars[3];
                float args[3];
                QVERIFY(forward(ruleOf(min, max, 8, false), x, vars));
                QVERIFY(forward(ruleOf(min, max, 8, false, TensorflowOp::Args), x, args));
                for (int i = 0; i < 3; ++i)
                    values += vars[i] != args[i] ? 1 : 0;
            }
        }
        QVERIFY(reciprocals > 0);
        QVERIFY(values > 0);
    }

    void badRanges_areUsageErrors()
    {
        constexpr float kInf = std::numeric_limits<float>::infinity();
        constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
        constexpr float kMax = std::numeric_limits<float>::max();
        QVERIFY(isUsage(nudge(1, -1, 0, 255), "min:"));
        QVERIFY(isUsage(nudge(5, 5, 0, 255), "min:"));
        QVERIFY(isUsage(nudge(kNan, 1, 0, 255), "min:"));
        QVERIFY(isUsage(nudge(-kInf, 1, 0, 255), "min:"));
        QVERIFY(isUsage(nudge(-1, kInf, 0, 255), "max:"));
        QVERIFY(isUsage(nudge(-kMax, kMax, 0, 255), "max:"));
        QVERIFY(isUsage(nudge(0, 1e-45F, 0, 255), "max:"));
        QVERIFY(isUsage(nudge(-1, 1, 255, 0), "quant_min:"));
        QVERIFY(nudge(0, 0, 1, 255));
        const float min = -1;
        const float max = 1;
        std::vector<float> two(2);
        QVERIFY(isUsage(forward(ruleOf(min, max, 8, false), {}, {}), "x:"));
        QVERIFY(isUsage(forward(ruleOf(min, max, 8, false), kDy, two), "y:"));
        auto rule = ruleOf(min, max, 8, false);
        rule.layout = layoutOf(1, 2, 3);
        std::vector<float> six(6);
        QVERIFY(isUsage(forward(rule, kDy, six), "min:"));
    }
};

QTEST_APPLESS_MAIN(TestTensorflowGradient)
#include "test_tensorflow_gradient.moc"
