// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// A converted network gives its fake-quantized twin's codes, layer by layer, for every kind of
// layer.
#include "core/convert/convert.h"
#include "core/nn/model_json.h"
#include "core/nn/trainer.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QTest>
#include <cmath>

using namespace qs;

namespace {

/// Layers and a quantization, in words.
struct Case {
    const char* name;
    const char* model; ///< its layers, from 1x8x8 to 10 classes
    const char* qat;
    int floatLayers;         ///< layers that stay in float
    double borders = 0.0005; ///< codes that float32 may put on the other side of a border
};

constexpr const char* kPlain =
    R"([{"type":"Conv2d","out_channels":6,"kernel_size":3},{"type":"ReLU"},)"
    R"({"type":"MaxPool2d","kernel_size":2},{"type":"Flatten"},{"type":"Linear","out_features":10}])";
constexpr const char* kResidual =
    R"([{"type":"Conv2d","out_channels":8,"kernel_size":3,"padding":1,"bias":false},)"
    R"({"type":"BatchNorm2d"},{"type":"ReLU"},)"
    R"({"type":"Conv2d","out_channels":8,"kernel_size":3,"padding":1},{"type":"BatchNorm2d"},)"
    R"({"type":"Add","from":"2"},{"type":"ReLU"},{"type":"AvgPool2d","kernel_size":2},)"
    R"({"type":"Dropout","p":0.2},{"type":"Flatten"},{"type":"Linear","out_features":10}])";
constexpr const char* kSmooth =
    R"([{"type":"BatchNorm2d"},{"type":"Conv2d","out_channels":5,"kernel_size":3,"stride":2,"padding":1},)"
    R"({"type":"Tanh"},{"type":"Flatten"},{"type":"Linear","out_features":12},{"type":"Sigmoid"},)"
    R"({"type":"Linear","out_features":12},{"type":"Hardsigmoid"},{"type":"Linear","out_features":10},)"
    R"({"type":"Softmax"}])";
constexpr const char* kSix =
    R"([{"type":"Conv2d","out_channels":4,"kernel_size":3},{"type":"ReLU6"},)"
    R"({"type":"MaxPool2d","kernel_size":3,"stride":2,"padding":1},{"type":"Flatten"},)"
    R"({"type":"Linear","out_features":16},{"type":"BatchNorm1d"},{"type":"ReLU"},)"
    R"({"type":"Linear","out_features":10}])";

constexpr Case kCases[] = {
    {"default", kPlain, "{}", 0},
    {"per channel, affine weights", kPlain, R"({"weight":{"qscheme":"per_channel_affine"}})", 0},
    {"four bits everywhere", kPlain,
     R"({"weight":{"dtype":"int4"},"activation":{"dtype":"uint4"}})", 0},
    {"signed activations", kPlain, R"({"activation":{"dtype":"qint8"}})", 0},
    // A quarter of the means of four codes lies between two of them.
    {"batch norm folded, residual", kResidual, "{}", 0, 0.01},
    {"batch norm folded per channel", kResidual,
     R"({"weight":{"qscheme":"per_channel_symmetric"}})", 0, 0.01},
    {"functions by table", kSmooth, "{}", 0},
    {"relu6, pools with padding", kSix, "{}", 0},
    {"lsq", kPlain, R"({"weight":{"dtype":"int4","estimator":"lsq"}})", 0},
    {"pact and dorefa", kPlain,
     R"({"weight":{"dtype":"int4","estimator":"dorefa"},)"
     R"("layers":{"0":{"activation":{"dtype":"uint4","estimator":"pact"}}}})",
     0},
    {"a layer in float", kPlain, R"({"layers":{"0":"float"}})", 5},
    {"an activation in float8", kSix,
     R"({"layers":{"0":{"activation":{"dtype":"float8_e4m3fn","qscheme":"per_tensor_symmetric"}}}})",
     7},
};

Trainer trained(const Case& c)
{
    TrainRecipe recipe;
    recipe.data = "digits";
    recipe.batch = 32;
    recipe.lr = 0.005;
    recipe.seed = 3;
    recipe.limitTrain = 640;
    recipe.limitTest = 200;
    recipe.epochs = 2;
    const auto path = QDir::temp().filePath(
        QString("quantoscope_tst_convert_%1.json").arg(QCoreApplication::applicationPid()));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        qFatal("cannot write %s", qPrintable(path));
    file.write(QByteArray(R"({"input":[1,8,8],"layers":)") + c.model + "}");
    file.close();
    recipe.model = path.toStdString();
    const auto qat = qatConfigFromJson(nlohmann::json::parse(c.qat));
    if (!qat)
        qFatal("%s", qat.error().message.c_str());
    recipe.qat = *qat;
    auto trainer = Trainer::make(recipe, *readDataset("digits"));
    QFile::remove(path);
    if (!trainer)
        qFatal("%s", trainer.error().message.c_str());
    while (!trainer->finished())
        if (const auto step = trainer->step(); !step)
            qFatal("%s", step.error().message.c_str());
    return std::move(*trainer);
}

Network::SampleWriter samplesOf(const Trainer& trainer)
{
    return [&trainer](std::int64_t i, float* out) {
        trainer.data().test.copyChannelsLast(i, trainer.padding(), out);
    };
}

} // namespace

class TestConvert : public QObject {
    Q_OBJECT

    static void rows()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(std::size(kCases)); ++i)
            QTest::newRow(kCases[i].name) << i;
    }

private slots:
    void codes_areTheTwinsOwn_data() { rows(); }
    void codes_areTheTwinsOwn()
    {
        QFETCH(int, index);
        auto trainer = trained(kCases[index]);
        auto& network = trainer.network();
        constexpr std::int64_t count = 200;
        const auto prepared = useIntegerBias(network);
        QVERIFY2(prepared, prepared ? "" : prepared.error().message.c_str());
        const auto converted = convert(network);
        QVERIFY2(converted, converted ? "" : converted.error().message.c_str());
        QCOMPARE(static_cast<int>(converted->floatLayers.size()), kCases[index].floatLayers);
        for (const auto& layer : converted->floatLayers)
            QVERIFY(!layer.why.empty());

        IntegerRunOptions options;
        for (const auto& op : converted->ops)
            if (converted->network.quantAfter(op.op))
                options.keep.push_back(op.op);
        const auto run = converted->network.run(samplesOf(trainer), count, options);
        QVERIFY2(run, run ? "" : run.error().message.c_str());
        const auto twin = network.layerOutputs(samplesOf(trainer), count);
        QVERIFY(twin);
        std::int64_t compared = 0;
        std::int64_t different = 0;
        for (const auto& op : converted->ops) {
            const auto quant = converted->network.quantAfter(op.op);
            if (!quant)
                continue;
            const auto shape = converted->network.shapeAfter(op.op);
            const auto values = (*twin)[op.point].value.floats();
            const auto codes = run->codesAt(op.op);
            QCOMPARE(codes.size(), values.size());
            const auto pixels = static_cast<std::size_t>(shape.height * shape.width);
            const auto channels = static_cast<std::size_t>(shape.channels);
            // Where max moved before the quantizer, the twin has no quantized value there.
            if (!network.activationParams(op.point))
                continue;
            for (std::size_t s = 0; s < static_cast<std::size_t>(count); ++s)
                for (std::size_t p = 0; p < pixels; ++p)
                    for (std::size_t c = 0; c < channels; ++c) {
                        const double level =
                            static_cast<double>(values[(s * channels + c) * pixels + p]) /
                                static_cast<double>(quant->scale) +
                            quant->zeroPoint;
                        const double code = codes[(s * pixels + p) * channels + c];
                        QVERIFY2(
                            std::abs(level - code) < 16.01,
                            qPrintable(
                                QString("op %1: %2, twin %3").arg(op.op).arg(code).arg(level)));
                        different += std::abs(level - code) > 0.01 ? 1 : 0;
                        ++compared;
                    }
        }
        QVERIFY(compared > 0);
        // Sums in float32 fall on the other side of a border now and then.
        QVERIFY2(static_cast<double>(different) <=
                     kCases[index].borders * static_cast<double>(compared),
                 qPrintable(QString("%1 of %2 codes").arg(different).arg(compared)));

        const auto outputs = network.outputsOf(samplesOf(trainer), count);
        const auto classes = static_cast<std::size_t>(network.outputs());
        std::int64_t mismatches = 0;
        for (std::size_t s = 0; s < static_cast<std::size_t>(count); ++s) {
            const auto best = [&](const std::vector<float>& all) {
                const auto* row = all.data() + s * classes;
                return std::max_element(row, row + classes) - row;
            };
            mismatches += best(*outputs) != best(run->output) ? 1 : 0;
        }
        QVERIFY2(mismatches <= (kCases[index].borders > 0.001 ? 2 : 0),
                 qPrintable(QString::number(mismatches)));
    }

    void fixedPoint_differsInFewClasses()
    {
        auto trainer = trained(kCases[0]);
        QVERIFY(useIntegerBias(trainer.network()));
        const auto floating = convert(trainer.network(), RequantizeMode::Float);
        const auto fixed = convert(trainer.network(), RequantizeMode::FixedPoint);
        QVERIFY(floating && fixed);
        const auto a = floating->network.run(samplesOf(trainer), 200);
        const auto b = fixed->network.run(samplesOf(trainer), 200);
        std::int64_t different = 0;
        for (std::size_t i = 0; i < a->output.size(); ++i)
            different += a->output[i] != b->output[i] ? 1 : 0;
        QVERIFY(different * 50 <= static_cast<std::int64_t>(a->output.size()));
    }

    void bytes_fourBitsAreHalfOfEight()
    {
        auto eight = trained(kCases[0]);
        auto four = trained(kCases[2]);
        const auto large = convert(eight.network());
        const auto small = convert(four.network());
        QVERIFY(large && small);
        const std::int64_t weights = 6 * 9 + 10 * 54;
        QCOMPARE(large->network.bytes() - small->network.bytes(), weights / 2);
    }

    void unobserved_isRefusedByName()
    {
        auto network = Network::make(*modelByName("mlp:4-3-2"), 1);
        const auto config = defaultQatConfig();
        QVERIFY(network->setQuantization(&config));
        const auto converted = convert(*network);
        QVERIFY(!converted);
        QVERIFY(converted.error().message.starts_with("input: "));
    }

    void nothingQuantized_staysInFloat()
    {
        auto network = Network::make(*modelByName("mlp:4-3-2"), 1);
        QVERIFY(network);
        const auto converted = convert(*network);
        // Every layer stays in float, and says why.
        QVERIFY(converted);
        QCOMPARE(converted->floatLayers.size(), std::size_t{3});
    }
};

QTEST_GUILESS_MAIN(TestConvert)
#include "tst_convert.moc"
