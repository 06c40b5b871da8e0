// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/trainer.h"
#include "data_testing.h"

#include <QTest>

using namespace qs;
using namespace qs::test;

namespace {

std::shared_ptr<const Dataset> digits()
{
    return *readDataset("digits");
}

bool same(const Tensor& image, const nlohmann::json& rows)
{
    for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 8; ++x)
            if (image.at(y * 8 + x) * 16 != rows[y][x].get<float>())
                return false;
    return true;
}

} // namespace

/// The bundled set is scikit-learn's load_digits, pixel by pixel over 16.
class TestDigits : public QObject {
    Q_OBJECT

private slots:
    void split_isTheFirstFourFifths()
    {
        const auto data = digits();
        QCOMPARE(data->train.count(), 1437);
        QCOMPARE(data->test.count(), 360);
        QCOMPARE(data->calibration.count(), 0);
        QCOMPARE(data->classes, 10);
        QCOMPARE(data->classNames.size(), std::size_t{10});
        QCOMPARE(data->train.shape().toString(), std::string("[1, 8, 8]"));
    }

    void firstAndLast_areScikitLearns()
    {
        const auto data = digits();
        const auto json = golden("digits.json");
        QVERIFY(same(data->train.images(0, 1), json["first"]));
        QVERIFY(same(data->test.images(359, 1), json["last"]));
    }

    void everySum_label_andClassCount_areScikitLearns()
    {
        const auto data = digits();
        const auto json = golden("digits.json");
        std::vector<int> counts(10);
        std::vector<float> image(64);
        for (std::int64_t i = 0; i < 1797; ++i) {
            const auto& set = i < 1437 ? data->train : data->test;
            const auto at = i < 1437 ? i : i - 1437;
            set.copyChannelsLast(at, 0, image.data());
            float sum = 0;
            for (const float value : image)
                sum += value * 16;
            const auto k = static_cast<std::size_t>(i);
            QCOMPARE(sum, json["sums"][k].get<float>());
            QCOMPARE(set.label(at), json["labels"][k].get<int>());
            ++counts[static_cast<std::size_t>(set.label(at))];
        }
        QVERIFY(counts == json["class_counts"].get<std::vector<int>>());
    }

    void options_areRefused()
    {
        QS_CONTAINS(problemOf("digits?n=3"), "expected no options, found 'n=3'");
    }

    void perceptron_learnsThem()
    {
        TrainRecipe recipe;
        recipe.model = "mlp:64-32-10";
        recipe.epochs = 10;
        recipe.batch = 16;
        auto trainer = Trainer::make(recipe, digits());
        QVERIFY2(trainer, trainer ? "" : trainer.error().message.c_str());
        while (!trainer->finished())
            QVERIFY(trainer->step());
        QVERIFY(trainer->evaluate()->accuracy > 0.85);
    }
};

QTEST_APPLESS_MAIN(TestDigits)
#include "tst_digits.moc"
