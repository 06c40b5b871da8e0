// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "../golden.h"

#include "core/calib/observer.h"
#include "core/exchange/torch_code.h"
#include "core/quant/quant_spec_json.h"
#include "core/quant/quantizer.h"

#include <QDir>

using namespace qs;

namespace {

/// Everything that the code says differently.
struct Case {
    const char* name;
    const char* spec; ///< JSON of a QuantSpec
};
constexpr Case kCases[] = {
    {"fixed_qint8", "{'dtype':'qint8','observer':'fixed','scale':0.0123456789,'zero_point':-5}"},
    {"fixed_power", "{'dtype':'qint8','observer':'fixed','scale':0.03125,'zero_point':3}"},
    {"fixed_narrow", "{'dtype':'int4','observer':'fixed','scale':0.25,'zero_point':0,"
                     "'quant_min':-7}"},
    {"fixed_whole_scale", "{'dtype':'quint8','observer':'fixed','scale':1,'zero_point':128}"},
    {"fixed_uint16", "{'dtype':'uint16','observer':'fixed','scale':1e-4,'zero_point':30000}"},
    {"fixed_qint32", "{'dtype':'qint32','observer':'fixed','scale':1e-6,'zero_point':0}"},
    {"fixed_floor", "{'dtype':'qint8','observer':'fixed','scale':0.0625,'zero_point':1,"
                    "'rounding':'floor'}"},
    {"fixed_half_away", "{'dtype':'qint8','observer':'fixed','scale':0.0625,'zero_point':1,"
                        "'rounding':'half_away'}"},
    {"fixed_per_channel", "{'dtype':'qint8','qscheme':'per_channel_affine','axis':0,"
                          "'observer':'fixed','scale':[0.02,0.01,0.03,0.5],"
                          "'zero_point':[0,-7,100,5]}"},
    {"fixed_float_qparams", "{'dtype':'quint8','qscheme':'per_channel_affine_float_qparams',"
                            "'axis':0,'observer':'fixed','scale':[0.02,0.01,0.03,0.5],"
                            "'zero_point':[10.5,-7.25,100,5]}"},
    {"per_channel_last_axis", "{'dtype':'int8','qscheme':'per_channel_symmetric','axis':-1}"},
    {"per_channel_qint32", "{'dtype':'qint32','qscheme':'per_channel_affine','axis':0,"
                           "'observer':'fixed','scale':[1e-5,1e-6,0.1,2],'zero_point':0}"},
    {"minmax_quint8", "{'dtype':'quint8'}"},
    {"minmax_symmetric", "{'dtype':'qint8','qscheme':'per_tensor_symmetric'}"},
    {"minmax_int3", "{'dtype':'int3','qscheme':'per_tensor_symmetric'}"},
    {"minmax_reduced", "{'dtype':'qint8','reduce_range':true}"},
    {"minmax_per_channel", "{'dtype':'qint8','qscheme':'per_channel_symmetric','axis':0}"},
    {"moving_average", "{'dtype':'quint8','observer':'moving_average_minmax',"
                       "'averaging_constant':0.1}"},
    {"moving_average_fused", "{'dtype':'quint8','observer':'moving_average_minmax',"
                             "'dialect':'torch_fused'}"},
    {"histogram_1_13", "{'dtype':'quint8','observer':'histogram_1_13'}"},
    {"mse", "{'dtype':'qint8','observer':'mse'}"},
    {"groups", "{'dtype':'int4','qscheme':'per_group_symmetric','axis':-1,'group_size':32}"},
    {"groups_ragged", "{'dtype':'uint4','qscheme':'per_group_affine','axis':-1,'group_size':40}"},
    {"groups_first_axis", "{'dtype':'int4','qscheme':'per_group_affine','axis':0,'group_size':3}"},
    {"float16", "{'dtype':'float16'}"},
    {"bfloat16", "{'dtype':'bfloat16'}"},
    {"float8", "{'dtype':'float8_e4m3fn'}"},
    {"nf4", "{'dtype':'nf4','qscheme':'per_group_symmetric','group_size':48}"},
    {"mxfp4", "{'dtype':'mxfp4'}"},
    {"q4_0", "{'dtype':'q4_0'}"},
    {"onnx", "{'dtype':'qint8','dialect':'onnx'}"},
    {"stochastic", "{'dtype':'qint8','rounding':'stochastic'}"},
};

/// make_exchange_golden.py's sample().
Tensor sample()
{
    std::vector<float> values;
    for (std::int64_t i = 0; i < 4 * 96; ++i)
        values.push_back(static_cast<float>(i * 7919 % 4001 - 2000) / 512);
    return Tensor::fromFloats("x", *Shape::make({4, 96}), std::move(values));
}

QuantSpec specOf(const Case& c)
{
    QString json = QLatin1String(c.spec);
    json.replace(QLatin1Char('\''), QLatin1Char('"'));
    const auto spec = quantSpecFromJson(nlohmann::ordered_json::parse(json.toStdString()), c.name);
    if (!spec)
        qFatal("%s", spec.error().message.c_str());
    return *spec;
}

QuantParams paramsOf(const Case& c)
{
    const auto params = chooseQuantParams(sample(), specOf(c));
    if (!params)
        qFatal("%s: %s", c.name, params.error().message.c_str());
    return *params;
}

QString fileOf(const Case& c)
{
    return QStringLiteral(QS_SOURCE_DIR "/tests/golden/exchange/code/%1.txt")
        .arg(QLatin1String(c.name));
}

} // namespace

class TestTorchCode : public QObject {
    Q_OBJECT

private slots:
    void code_data()
    {
        QTest::addColumn<int>("row");
        for (int i = 0; i < static_cast<int>(std::size(kCases)); ++i)
            QTest::newRow(kCases[i].name) << i;
    }
    /// The text is the one that was run: QUANTOSCOPE_WRITE_CODE=1 writes it anew, then
    /// make_exchange_golden.py has to run.
    void code()
    {
        QFETCH(int, row);
        const auto& c = kCases[row];
        const auto text = torchCode(specOf(c), paramsOf(c));
        QFile file(fileOf(c));
        if (qEnvironmentVariableIsSet("QUANTOSCOPE_WRITE_CODE")) {
            QDir().mkpath(QFileInfo(file).path());
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QByteArray::fromStdString(text));
            return;
        }
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromStdString(text), QString::fromUtf8(file.readAll()));
    }

    void run_data() { code_data(); }
    /// What PyTorch computed with the text is what the quantizer computes, to the bit.
    void run()
    {
        QFETCH(int, row);
        const auto& c = kCases[row];
        const test::Golden golden("exchange");
        const auto& cases = golden.cases();
        const auto found = std::find_if(cases.begin(), cases.end(),
                                        [&](const auto& one) { return one.at("name") == c.name; });
        QVERIFY(found != cases.end());
        const auto spec = specOf(c);
        const auto params = paramsOf(c);
        const auto x = sample();
        const auto& row_ = info(params.dtype());
        if (found->contains("refused")) {
            QVERIFY(!row_.isInteger()); // PyTorch 1.13 has no float8, and no other floats at all
            return;
        }
        if (spec.dialect == Dialect::Onnx || spec.rounding == Rounding::Stochastic)
            return; // the text itself says that it is not the same
        const auto quantizer = Quantizer::make(params, x.shape(), spec.rounding);
        QVERIFY(quantizer);
        const auto y = fakeQuantize(x, *quantizer);
        QVERIFY(y);
        std::vector<float> ours(y->floats().begin(), y->floats().end());
        auto theirs = golden.floats(found->at("y"));
        for (auto* values : {&ours, &theirs}) {
            for (float& v : *values)
                v += 0.0F; // -0 and 0 are one value
        }
        QCOMPARE(test::differingBits(ours, theirs, c.name), 0);
        if (found->contains("codes")) {
            std::vector<std::int32_t> codes(x.floats().size());
            quantizer->quantize(x.floats(), 0, codes.data());
            QCOMPARE(codes, golden.ints(found->at("codes")));
        }
        if (found->contains("scale")) {
            QCOMPARE(test::differingBits(params.scale(), golden.floats(found->at("scale")), c.name),
                     0);
            QCOMPARE(params.zeroPoint(), golden.ints(found->at("zero_point")));
        }
    }
};

QTEST_GUILESS_MAIN(TestTorchCode)
#include "test_torch_code.moc"
