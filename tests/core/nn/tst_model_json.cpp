// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Models that people write: what is refused, and in which words.
#include "core/base/rng.h"
#include "core/nn/model_json.h"
#include "core/nn/network.h"

#include <QTest>
#include <algorithm>
#include <limits>

using namespace qs;
using Json = nlohmann::ordered_json;

namespace {

const char* const kValid =
    "{'name': 'small', 'input': [1, 8, 8], 'layers': ["
    "{'type': 'Conv2d', 'out_channels': 4, 'kernel_size': 3, 'padding': 1},"
    "{'type': 'BatchNorm2d', 'eps': 0.001, 'momentum': 0.2}, {'type': 'ReLU'},"
    "{'type': 'Conv2d', 'in_channels': 4, 'out_channels': 4, 'kernel_size': 1, 'bias': false},"
    "{'type': 'Add', 'from': '2'}, {'type': 'MaxPool2d', 'kernel_size': 2, 'stride': 2},"
    "{'type': 'Flatten'}, {'type': 'Dropout', 'p': 0.25}, {'type': 'Linear', 'out_features': 10}]}";

Json parse(std::string text)
{
    std::replace(text.begin(), text.end(), '\'', '"');
    return Json::parse(text);
}

std::string errorOf(const Json& json)
{
    const auto model = modelFromJson(json);
    return model ? "accepted" : model.error().message;
}

/// Values that no reader may trust.
Json hostile(const CounterRng& rng, std::uint64_t i)
{
    const std::vector<Json> values = {nullptr,
                                      true,
                                      0,
                                      -1,
                                      1,
                                      65536,
                                      65537,
                                      2147483647,
                                      -2147483648LL,
                                      1e300,
                                      -1e-300,
                                      0.5,
                                      std::numeric_limits<double>::quiet_NaN(),
                                      std::numeric_limits<double>::infinity(),
                                      std::numeric_limits<std::int64_t>::min(),
                                      std::numeric_limits<std::uint64_t>::max(),
                                      "",
                                      "0",
                                      "-1",
                                      "99999999999999999999",
                                      "Conv2d",
                                      "Add",
                                      Json::array(),
                                      Json::object(),
                                      Json::array({1, 2, 3}),
                                      Json::array({65536, 65536, 65536}),
                                      std::string(5000, 'x')};
    return values[rng.below(i, values.size())];
}

/// All values of the document, the document itself too.
void collect(Json& json, std::vector<Json*>& to)
{
    to.push_back(&json);
    if (json.is_structured())
        for (auto& child : json)
            collect(child, to);
}

} // namespace

class TestModelJson : public QObject {
    Q_OBJECT

private slots:
    void toJson_readsBack()
    {
        const auto model = modelFromJson(parse(kValid));
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const auto again = modelFromJson(toJson(*model));
        QVERIFY(again);
        QCOMPARE(toJson(*again).dump(), toJson(*model).dump());
        QCOMPARE(again->layers.size(), std::size_t{9});
        QCOMPARE(again->layers[4].from, 2);
    }

    void wrongMember_isNamedWithWhatWasExpectedAndFound_data()
    {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value"); ///< empty: the member is taken away
        QTest::addColumn<QString>("message");
        const auto row = [](const char* pointer, const char* value, const char* message) {
            QTest::addRow("%s = %s", pointer, value) << pointer << value << message;
        };
        row("/input", "", "input: expected [features] or [channels, height, width]");
        row("/input", "[1, 8]", "input: expected [features] or [channels, height, width]");
        row("/input/0", "0", "input: expected [features]");
        row("/input/1", "-8", "input: expected [features]");
        row("/input/1", "1e300", "input: expected [features]");
        row("/input/1", "65537", "input: expected [features]");
        row("/layers", "", "layers: expected a list of 1 to 4096 layers");
        row("/layers", "[]", "layers: expected a list of 1 to 4096 layers");
        row("/layers/0/type", "", "layers.0.type: expected one of Linear, Conv2d");
        row("/layers/0/type", "'Conv3d'", "Conv3d");
        row("/layers/0/out_channels", "", "layers.0.out_channels: expected a whole number from 1");
        row("/layers/0/out_channels", "0", "layers.0.out_channels: expected a whole number from 1");
        row("/layers/0/out_channels", "2.5", "layers.0.out_channels: expected a whole number");
        row("/layers/0/out_channels", "99999999999", "layers.0.out_channels: expected a whole");
        row("/layers/0/kernel_size", "-3", "layers.0.kernel_size: expected a whole number from 1");
        row("/layers/0/kernel_size", "'3'", "layers.0.kernel_size: expected a whole number");
        row("/layers/0/kernel_size", "11", "layer 0: Conv2d expects at least 9x9 pixels, found");
        row("/layers/0/dilation", "2", "dilation");
        row("/layers/0/padding", "-1", "layers.0.padding: expected a whole number from 0");
        row("/layers/0/in_channels", "3", "layer 0: Conv2d expects 3 channels, found 1x8x8");
        row("/layers/1/eps", "0", "layers.1.eps: expected a number from");
        row("/layers/1/eps", "-1e-5", "layers.1.eps: expected a number from");
        row("/layers/1/momentum", "1.5", "layers.1.momentum: expected a number from 0");
        row("/layers/1/num_features", "5", "layer 1: BatchNorm2d expects 5 channels, found");
        row("/layers/2/inplace", "true", "inplace");
        row("/layers/3/bias", "1", "layers.3.bias: expected true or false");
        row("/layers/4/from", "'4'", "layers.4.from: expected the name of an earlier layer");
        row("/layers/4/from", "'8'", "layers.4.from: expected the name of an earlier layer");
        row("/layers/4/from", "'-1'", "layers.4.from: expected the name of an earlier layer");
        row("/layers/4/from", "2", "layers.4.from: expected a text");
        row("/layers/4/from", "", "layers.4.from: expected the name of an earlier layer");
        row("/layers/3/out_channels", "5", "layer 4: Add expects 5x8x8");
        row("/layers/5/padding", "2", "layer 5: MaxPool2d expects a kernel_size and a stride");
        row("/layers/7/p", "1", "layers.7.p: expected a number from 0");
        row("/layers/7/p", "-0.1", "layers.7.p: expected a number from 0");
        row("/layers/8/in_features", "63", "layer 8: Linear expects 63 features, found 64x1x1");
        row("/layers/8/out_features", "", "layers.8.out_features: expected a whole number from 1");
        row("/layers/6", "{'type': 'ReLU'}", "layers.8.Linear expects features, found 4x4x4");
        row("/extra", "1", "extra");
    }
    void wrongMember_isNamedWithWhatWasExpectedAndFound()
    {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        QFETCH(QString, message);
        auto json = parse(kValid);
        const Json::json_pointer at(pointer.toStdString());
        if (value.isEmpty())
            json[at.parent_pointer()].erase(at.back());
        else
            json[at] = parse(value.toStdString());
        const auto error = errorOf(json);
        QVERIFY2(error.find(message.toStdString()) != std::string::npos, error.c_str());
    }

    void notANumber_isRefused()
    {
        auto json = parse(kValid);
        json["layers"][7]["p"] = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(errorOf(json).starts_with("layers.7.p: expected a number from 0"));
        json = parse(kValid);
        json["layers"][1]["eps"] = std::numeric_limits<double>::infinity();
        QVERIFY(errorOf(json).starts_with("layers.1.eps: expected a number from"));
    }

    /// 2^32 elements are 0 in 32 bits.
    void input_ofTooManyElements_isRefused()
    {
        const auto error =
            errorOf(parse("{'input': [65536, 65536, 1], 'layers': [{'type': 'Flatten'}]}"));
        QVERIFY2(error != "accepted", error.c_str());
    }

    void mutations_neverCrash()
    {
        const auto valid = parse(kValid);
        const CounterRng rng(20);
        std::uint64_t draws = 0;
        int accepted = 0;
        int refused = 0;
        for (int round = 0; round < 10000; ++round) {
            Json json;
            if (round % 2 == 0) {
                // Bytes of the text.
                auto text = valid.dump();
                for (std::uint64_t k = rng.below(draws++, 3) + 1; k > 0; --k) {
                    char& letter = text[rng.below(draws++, text.size())];
                    letter = static_cast<char>(32 + rng.below(draws++, 95));
                }
                json = Json::parse(text, nullptr, false);
            } else {
                json = valid;
                for (std::uint64_t k = rng.below(draws++, 2) + 1; k > 0; --k) {
                    std::vector<Json*> all;
                    collect(json, all);
                    Json& chosen = *all[rng.below(draws++, all.size())];
                    chosen = hostile(rng, draws++);
                }
            }
            const auto model = modelFromJson(json);
            if (!model) {
                ++refused;
                QVERIFY(!model.error().message.empty());
                continue;
            }
            ++accepted;
            std::int64_t values = 0;
            const auto shapes = shapesOf(*model);
            QVERIFY(shapes);
            for (const auto& shape : *shapes)
                values += std::int64_t{shape.channels} * shape.height * shape.width;
            if (values < 100000 && parameterCount(*model) < 100000)
                QVERIFY(Network::make(*model, 1));
        }
        // Both happen often, or the mutations test nothing.
        QVERIFY2(accepted > 100 && refused > 5000, std::to_string(accepted).c_str());
    }
};

QTEST_APPLESS_MAIN(TestModelJson)
#include "tst_model_json.moc"
