// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "pasted_samples.h"

#include "core/base/rng.h"
#include "core/exchange/literal.h"
#include "core/exchange/pasted_params.h"
#include "core/quant/quant_spec_json.h"

#include <QFile>
#include <QTest>

using namespace qs;

namespace {

using Json = nlohmann::ordered_json;

PastedParams pasted(std::string_view text, const QuantSpec& base = {})
{
    auto result = parseParams(text, base);
    if (!result) {
        qWarning("%s", result.error().message.c_str());
        return {};
    }
    return std::move(*result);
}

QString errorOf(const std::string& text, const QuantSpec& base = {})
{
    const auto result = parseParams(text, base);
    return result ? QStringLiteral("no error") : QString::fromStdString(result.error().message);
}

std::string allNotes(const PastedConfiguration& c)
{
    std::string all;
    for (const auto& note : c.notes)
        all += note + "\n";
    return all;
}

Json golden(const char* part)
{
    QFile file(QStringLiteral(QS_SOURCE_DIR "/tests/golden/exchange/reprs.json"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("golden data is missing");
    return Json::parse(file.readAll().toStdString()).at(part);
}

} // namespace

class TestPastedParams : public QObject {
    Q_OBJECT

private slots:
    void sample_data()
    {
        QTest::addColumn<int>("row");
        for (int i = 0; i < static_cast<int>(std::size(test::kPastedSamples)); ++i)
            QTest::newRow(test::kPastedSamples[i].name) << i;
    }
    void sample()
    {
        QFETCH(int, row);
        const auto& sample = test::kPastedSamples[row];
        const auto found = pasted(sample.text);
        QCOMPARE(QString::fromStdString(found.kind), QString::fromLatin1(sample.kind));
        QCOMPARE(static_cast<int>(found.configurations.size()), sample.configurations);
        QString expected = QLatin1String(sample.spec);
        expected.replace(QLatin1Char('\''), QLatin1Char('"'));
        const Json json = toJson(found.configurations.front().spec);
        const Json members = Json::parse(expected.toStdString());
        for (const auto& [key, value] : members.items()) {
            QVERIFY2(json.contains(key), key.c_str());
            QCOMPARE(QString::fromStdString(json[key].dump()),
                     QString::fromStdString(value.dump()));
        }
        QCOMPARE(found.configurations.front().params.has_value(),
                 found.configurations.front().spec.isFixed());
    }

    /// What PyTorch printed is what PyTorch had. Where it printed 4 digits and nothing else, the
    /// scale is within half of the last one, and the notes say so.
    void reprsOfPyTorch()
    {
        const Json rows = golden("reprs");
        for (const auto& row : rows) {
            const auto found = pasted(row["text"].get<std::string>());
            QVERIFY2(found.configurations.size() == 1, row["name"].get<std::string>().c_str());
            const auto& one = found.configurations.front();
            const auto& params = one.params.value();
            const auto scale = row["scale"].get<std::vector<float>>();
            QCOMPARE(QString::fromLatin1(info(params.dtype()).name.data()),
                     QString::fromStdString(row["dtype"].get<std::string>()));
            QCOMPARE(info(params.qscheme()).name, row["qscheme"].get<std::string>());
            QCOMPARE(params.range().quantMin, row["quant_min"].get<std::int32_t>());
            QCOMPARE(params.range().quantMax, row["quant_max"].get<std::int32_t>());
            QCOMPARE(params.zeroPoint(), row["zero_point"].get<std::vector<std::int32_t>>());
            QCOMPARE(params.scale().size(), scale.size());
            for (std::size_t i = 0; i < scale.size(); ++i) {
                if (row["exact"].get<bool>())
                    QCOMPARE(params.scaleAt(i), scale[i]);
                else
                    QVERIFY(std::fabs(params.scaleAt(i) - scale[i]) <= 0.51e-4F);
            }
            if (!row["exact"].get<bool>())
                QVERIFY(allNotes(one).find("4 digits") != std::string::npos);
        }
    }

    void qconfigsOfPyTorch()
    {
        const auto texts = golden("qconfigs");
        const auto fbgemm = pasted(texts["qconfig_fbgemm"].get<std::string>());
        QCOMPARE(fbgemm.configurations.size(), std::size_t{2});
        const auto& weight = fbgemm.configurations[0];
        const auto& activation = fbgemm.configurations[1];
        QCOMPARE(weight.name, std::string("weight"));
        QCOMPARE(weight.spec.observer, std::string("minmax"));
        QVERIFY(weight.spec.qscheme == QScheme::PerChannelSymmetric);
        QVERIFY(weight.spec.dtype == DType::Qint8);
        QCOMPARE(activation.spec.observer, std::string("histogram"));
        QVERIFY(activation.spec.dtype == DType::Quint8);
        QVERIFY(activation.spec.reduceRange);

        const auto qat = pasted(texts["qconfig_qat"].get<std::string>());
        QCOMPARE(qat.configurations[0].spec.observer, std::string("moving_average_minmax"));
        QVERIFY(qat.configurations[0].spec.qscheme == QScheme::PerChannelSymmetric);
        QVERIFY(qat.configurations[1].spec.dialect == Dialect::TorchFused);
        QVERIFY(qat.configurations[1].spec.reduceRange);

        const auto dynamic = pasted(texts["qconfig_dynamic"].get<std::string>());
        QCOMPARE(dynamic.configurations[1].spec.observer, std::string("minmax"));
        const auto embedding = pasted(texts["qconfig_float_qparams"].get<std::string>());
        QVERIFY(embedding.configurations[0].spec.qscheme == QScheme::PerChannelAffineFloatQParams);
    }

    void aimet_offsetIsMinusZeroPoint()
    {
        // real = scale * (q + offset), q = 0 ... 255
        const auto found = pasted("{'bitwidth': 8, 'offset': -110, 'scale': 0.5}");
        const auto& params = found.configurations.front().params.value();
        QCOMPARE(params.level(0), -55.0F);
        QCOMPARE(params.level(255), 72.5F);
        // Strict symmetric: 255 codes, one fewer.
        const auto strict =
            pasted("{'bitwidth': 8, 'is_symmetric': 'True', 'offset': -127, 'scale': 0.5}");
        const auto& narrow = strict.configurations.front().params.value();
        QCOMPARE(narrow.range().quantMin, -127);
        QCOMPARE(narrow.level(-127), -63.5F);
    }

    void aimet_names()
    {
        const auto found = pasted(test::kPastedSamples[16].text);
        QCOMPARE(found.configurations[0].name, std::string("param_encodings.fc.weight"));
        QCOMPARE(found.configurations[1].name, std::string("activation_encodings.fc.output.0"));
        QVERIFY(allNotes(found.configurations[0]).find("dtype float") != std::string::npos);
    }

    void whatIsNotSaid_isKept_withANote()
    {
        QuantSpec base;
        base.dtype = DType::Int5;
        base.qscheme = QScheme::PerTensorSymmetric;
        base.narrowRange = true;
        const auto found = pasted("scale=0.5, zero_point=0, colour=3", base);
        const auto& one = found.configurations.front();
        QVERIFY(one.spec.dtype == DType::Int5);
        QVERIFY(one.spec.qscheme == QScheme::PerTensorSymmetric);
        QVERIFY(one.spec.narrowRange);
        QVERIFY(allNotes(one).find("no dtype given: int5") != std::string::npos);
        QVERIFY(allNotes(one).find("colour: this key is not known") != std::string::npos);
        // A zero_point that the dtype in force has not: the same width without a sign.
        const auto other = pasted("scale=0.5, zero_point=20", base);
        QVERIFY(other.configurations.front().spec.dtype == DType::Uint5);
        // Floats take a scale, blocks have their own.
        base = {};
        base.dtype = DType::Float8E4m3fn;
        QVERIFY(pasted("scale=0.5, zero_point=0", base).configurations.front().spec.dtype ==
                DType::Float8E4m3fn);
        base.dtype = DType::Q4_0;
        QVERIFY(pasted("scale=0.5", base).configurations.front().spec.dtype == DType::Qint8);
    }

    void refused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* text, const char* expected) {
            QTest::newRow(text) << QByteArray(text) << QString::fromLatin1(expected);
        };
        row("", "expected parameters of a quantizer");
        row("good morning", "expected parameters of a quantizer");
        row("scale=nan, zero_point=0", "scale must be a finite number above 0, found nan");
        row("scale=inf, zero_point=0", "scale must be a finite number above 0, found inf");
        row("scale=1e999, zero_point=0", "scale must be a finite number above 0");
        row("scale=-0.5, zero_point=0", "scale must be above 0, found -0.5");
        row("scale=0, zero_point=0", "scale must be above 0");
        row("scale=0.5, zero_point=300, dtype=quint8", "zero_point 300 is not a code in [0, 255]");
        row("scale=0.5, zero_point=1.5", "zero_point: expected whole numbers, found 1.5");
        row("scale=0.5, zero_point=0, dtype=complex64", "dtype: expected a quantized one");
        row("scale=0.5, zero_point=0, qscheme=per_planet", "qscheme: expected one of per_tensor");
        row("scale=0.5, zero_point=0, quant_min=5, quant_max=1", "quant_min 5 must be less");
        row("scale=0.5, axis=99", "axis: expected a whole number from -32 to 31, found 99");
        row("scale=[0.1, 0.2], qscheme=torch.per_tensor_affine", "per_tensor_affine has one");
        row("scale=[0.1, 0.2], zero_point=[0, 0, 0]", "zero_point: expected 2, one per scale");
        row("scale=tensor([0.1, ..., 0.2]), zero_point=0", "printed with ... in it");
        row("(0.0, 0)", "mark of a tensor that is not quantized");
        row("{\"bitwidth\": 99, \"scale\": 1, \"offset\": 0}", "bitwidth: expected");
        row("{\"bitwidth\": 16, \"dtype\": \"float\"}", "dtype: expected int, found float");
        row("QConfig(weight=MyObserver)", "weight: observer: expected one of PyTorch's");
        row("MinMaxObserver(min_val=2, max_val=1)", "min_val 2 must not be above max_val 1");
        row("quantoscope:v2?s=1", "version: expected quantoscope:v1?");
        row("quantoscope:v1?dt=qint8", "scale: expected s=");
        row("quantoscope:v1?dt=qint8&s=-1&z=0", "scale must be above 0, found -1");
        row("quantoscope:v1?dt=qint8&s=1&z=500", "zero_point 500 is not a code in [-128, 127]");
        row("quantoscope:v1?dt=qint9&s=1&z=0", "dtype: expected one of");
        row("quantoscope:v1?dt=qint8&s=x", "scale: expected finite numbers between commas");
        row("quantoscope:v1?dt=qint8&o=best", "observer: expected one of");
    }
    void refused()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        const QString error = errorOf(text.toStdString());
        QVERIFY2(error.contains(expected), qPrintable(error));
    }

    void unknownText_saysWhatCanBePasted()
    {
        const QString error = errorOf("hello, world");
        for (const auto& kind : pasteKinds())
            QVERIFY(error.contains(
                QString::fromUtf8(kind.kind.data(), static_cast<qsizetype>(kind.kind.size()))));
    }

    void sizesAreLimited()
    {
        QVERIFY(errorOf(std::string(kMostText + 1, 'a')).contains(QStringLiteral("at most")));
        std::string numbers = "scale=[";
        for (std::size_t i = 0; i <= kMostNumbers; ++i)
            numbers += "1,";
        QVERIFY(errorOf(numbers + "]").contains(QStringLiteral("more than 1,048,576 numbers")));
        QVERIFY(errorOf("scale=" + std::string(100000, '[')).contains(QStringLiteral("nested")));
        QVERIFY(errorOf(std::string(8 << 20, '{')).contains(QStringLiteral("nested")));
        std::string lists = "[";
        for (std::size_t i = 0; i <= kMostNumbers; ++i)
            lists += "[],";
        QVERIFY(errorOf(lists).contains(QStringLiteral("more than 1,048,576 values")));
    }

    /// Texts that begin again and again and never end are refused in time.
    void unfinishedTexts_takeNoLongerThanTheyAre()
    {
        std::string text;
        while (text.size() < (std::size_t{1} << 20))
            text += "'a\" (1 \n";
        QVERIFY(!errorOf(text).isEmpty());
        std::string keys;
        for (int i = 0; i < 100000; ++i)
            keys += "k" + std::to_string(i) + "_scale=1 ";
        const auto many = pasted(keys);
        QCOMPARE(many.configurations.size(), std::size_t{10000});
        QCOMPARE(many.notes.size(), std::size_t{1});
    }

    /// Whatever becomes of a text: a configuration that can be used, or an error with words.
    void mutatedSamples_neverCrash()
    {
        std::vector<std::string> texts;
        for (const auto& sample : test::kPastedSamples)
            texts.emplace_back(sample.text);
        const Json reprs = golden("reprs");
        const Json qconfigs = golden("qconfigs");
        for (const auto& row : reprs)
            texts.push_back(row["text"].get<std::string>());
        for (const auto& text : qconfigs)
            texts.push_back(text.get<std::string>());
        constexpr std::string_view kBytes = "()[]{}'\",:=.-+0123456789eEnaif*/^%&?<> \n\\\x01\xff";
        constexpr int kRounds = 300;
        const CounterRng rng(1);
        std::uint64_t at = 0;
        const auto draw = [&](std::size_t below) {
            return static_cast<std::size_t>(rng.bits(at++) % below);
        };
        int understood = 0;
        for (const auto& whole : texts) {
            for (int round = 0; round < kRounds; ++round) {
                std::string text = whole;
                for (std::size_t edits = 1 + draw(4); edits > 0 && !text.empty(); --edits) {
                    const auto place = draw(text.size());
                    const auto n = std::min(1 + draw(12), text.size() - place);
                    const char byte = kBytes[draw(kBytes.size())];
                    switch (draw(5)) {
                    case 0:
                        text.erase(place, n);
                        break;
                    case 1:
                        text[place] = byte;
                        break;
                    case 2:
                        text.insert(place, 1, byte);
                        break;
                    case 3:
                        text.insert(draw(text.size()), text.substr(place, n));
                        break;
                    default:
                        text.resize(place);
                    }
                }
                const auto result = parseParams(text, {});
                if (!result) {
                    QVERIFY(!result.error().message.empty());
                    continue;
                }
                ++understood;
                QVERIFY(!result->configurations.empty());
                for (const auto& one : result->configurations)
                    QCOMPARE(one.params.has_value(), one.spec.isFixed());
            }
        }
        QVERIFY(understood > 1000); // most small edits leave a text that can be read
    }
};

QTEST_GUILESS_MAIN(TestPastedParams)
#include "test_pasted_params.moc"
