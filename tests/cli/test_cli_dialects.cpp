// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/formats.h"
#include "core/quant/qscheme.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

using namespace qs;
using Json = nlohmann::json;

/// The dialects command and what quantize says of dialects.
class TestCliDialects : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_file;

    struct Run {
        int status = -1;
        QByteArray out;
        QByteArray err;
    };

    static Run run(const QStringList& arguments)
    {
        QProcess process;
        process.start(QStringLiteral(QS_BIN_DIR "/quantoscope-cli"), arguments);
        process.waitForFinished(120000);
        return {process.exitCode(), process.readAllStandardOutput(),
                process.readAllStandardError()};
    }

private slots:
    void initTestCase()
    {
        std::vector<float> values(600);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(i % 37) * 0.26F - 3;
        m_file = m_folder.filePath(QStringLiteral("x.npy"));
        const auto tensor = Tensor::fromFloats("x", *Shape::make({6, 100}), values);
        QVERIFY(writeTensors(m_file.toStdString(), {&tensor, 1}));
    }

    void json_hasEveryDialect()
    {
        const auto r = run({"dialects", m_file, "--dtype", "qint8", "--qscheme",
                            "per_tensor_symmetric", "--first", "2", "--json"});
        QCOMPARE(r.status, 0);
        QVERIFY(r.err.isEmpty());
        const auto json = Json::parse(r.out.toStdString());
        QCOMPARE(json.at("dialects").size(), dialects().size());
        for (const auto& d : json.at("dialects")) {
            const auto name = d.at("dialect").get<std::string>();
            QVERIFY(d.at("scale").size() == 1 && d.at("scale")[0].get<double>() > 0);
            QCOMPARE(d.contains("difference"), name != "torch");
            QCOMPARE(d.contains("nudged_min"), name == "tensorflow");
            if (name == "torch_fused") {
                // 127.5 or 127: found by exchanging the scale.
                const auto& rule = d.at("difference").at("rules").at(0);
                QCOMPARE(rule.at("rule").get<std::string>(), std::string("scale"));
                QCOMPARE(rule.at("remaining").get<int>(), 0);
                QVERIFY(d.at("difference").at("elements").get<int>() > 500);
                QCOMPARE(d.at("difference").at("first").size(), std::size_t{2});
                const auto& steps = d.at("difference").at("first").at(0).at("base");
                for (const auto* step :
                     {"x", "t", "rounded", "zero_point", "raw", "code", "dequantized"})
                    QVERIFY2(steps.contains(step), step);
            }
        }
    }

    void table_isReadableIn100Columns()
    {
        const auto r = run({"dialects", m_file, "--dtype", "quint8"});
        QCOMPARE(r.status, 0);
        for (const auto& d : dialects())
            QVERIFY(r.out.contains(std::string(d.name).c_str()));
        for (const auto& line : r.out.split('\n'))
            QVERIFY2(line.size() <= 100, line.constData());
    }

    void givenRange_baseAndList()
    {
        const auto r = run({"dialects", m_file, "--dtype", "uint4", "--qscheme",
                            "per_channel_affine", "--axis", "0", "--min=-1", "--max", "3/2",
                            "--base", "onnx", "--dialects", "tensorflow,ggml", "--json"});
        QCOMPARE(r.status, 0);
        const auto json = Json::parse(r.out.toStdString());
        QCOMPARE(json.at("range_max").size(), std::size_t{6});
        QCOMPARE(json.at("range_max")[5].get<double>(), 1.5);
        QCOMPARE(json.at("dialects").size(), std::size_t{3}); // the base comes first
        QCOMPARE(json.at("dialects")[0].at("dialect").get<std::string>(), std::string("onnx"));
        QCOMPARE(json.at("dialects")[1].at("nudged_min").size(), std::size_t{6});
    }

    void whatADialectCannot_isSaidBesideTheOthers()
    {
        const auto r = run({"dialects", m_file, "--dtype", "quint8", "--qscheme",
                            "per_tensor_symmetric", "--json"});
        QCOMPARE(r.status, 0);
        for (const auto& d : Json::parse(r.out.toStdString()).at("dialects"))
            QCOMPARE(d.contains("error"), d.at("dialect").get<std::string>() == "aimet");
    }

    void quantize_tellsTheNudge()
    {
        const auto r =
            run({"quantize", m_file, "--dtype", "qint8", "--dialect", "tensorflow", "--json"});
        QCOMPARE(r.status, 0);
        const auto json = Json::parse(r.out.toStdString());
        QCOMPARE(json.at("rounding").get<std::string>(), std::string("half_up"));
        for (const auto* key : {"requested_min", "requested_max", "nudged_min", "nudged_max",
                                "residual_zero", "residual_min", "residual_max"})
            QCOMPARE(json.at(key).size(), std::size_t{1});
        const double moved =
            json.at("nudged_min")[0].get<double>() - json.at("requested_min")[0].get<double>();
        QVERIFY(std::abs(moved - json.at("residual_min")[0].get<double>()) < 1e-6);
    }

    void wrongArguments_areOneLineAndStatus2()
    {
        const QStringList start{"dialects", m_file, "--dtype"};
        for (const auto& rest :
             {QStringList{"qint8", "--base", "tflite"},
              {"qint8", "--dialects", "torch,tflite"},
              {"qint8", "--min", "1"},
              {"qint8", "--min", "2", "--max", "1"},
              {"float8_e4m3fn"},
              {"qint32"},
              {"qint8", "--first=-1"},
              {"qint8", "--min", "0", "--max", "1", "--observer", "minmax"},
              {"quint8", "--qscheme", "per_tensor_symmetric", "--base", "aimet"}}) {
            const auto r = run(start + rest);
            QVERIFY2(r.status == 2, qPrintable(rest.join(' ')));
            QVERIFY(r.out.isEmpty());
            QCOMPARE(r.err.count('\n'), 1);
        }
        const auto own = run({"quantize", m_file, "--dtype", "qint8", "--dialect", "openvino",
                              "--rounding", "floor"});
        QCOMPARE(own.status, 2);
        QVERIFY(own.err.contains("rounding"));
    }
};

QTEST_GUILESS_MAIN(TestCliDialects)
#include "test_cli_dialects.moc"
