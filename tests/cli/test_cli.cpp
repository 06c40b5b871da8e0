// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/formats.h"
#include "core/session/session_file.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

using namespace qs;
using Json = nlohmann::json;

namespace {

struct Run {
    int status = -1;
    QByteArray out;
    QByteArray err;
};

QString program(const char* name)
{
    return QStringLiteral(QS_BIN_DIR "/") + QLatin1String(name);
}

Run run(const QStringList& arguments, const char* name = "quantoscope-cli")
{
    QProcess process;
    // No display, as on a server.
    auto environment = QProcessEnvironment::systemEnvironment();
    for (const auto* key : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
        environment.remove(QLatin1String(key));
    process.setProcessEnvironment(environment);
    process.start(program(name), arguments);
    process.waitForFinished(120000);
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

} // namespace

/// The command line's contract: exit status, one-line errors, JSON and files.
class TestCli : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }

private slots:
    void initTestCase()
    {
        std::vector<float> values(600);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(i % 37) * 0.25F - 3;
        const std::vector<Tensor> tensors = {
            Tensor::fromFloats("a", *Shape::make({6, 100}), values),
            Tensor::fromFloats("b", *Shape::make({600}), values)};
        QVERIFY(writeTensors(path("two.safetensors").toStdString(), tensors));
        QVERIFY(writeTensors(path("one.npy").toStdString(), {tensors.data(), 1}));
    }

    void inspect_listsEveryTensor()
    {
        const auto r = run({"inspect", path("two.safetensors"), "--json", "--stats"});
        QCOMPARE(r.status, 0);
        QVERIFY(r.err.isEmpty());
        const auto json = Json::parse(r.out.toStdString());
        QCOMPARE(json.at("format").get<std::string>(), std::string("safetensors"));
        QCOMPARE(json.at("tensors").size(), std::size_t{2});
        const auto& a = json.at("tensors").at(0);
        QCOMPARE(a.at("name").get<std::string>(), std::string("a"));
        QCOMPARE(a.at("numel").get<int>(), 600);
        QCOMPARE(a.at("min").get<double>(), -3.0);
    }

    void quantize_reportsWhatTheContractNames()
    {
        const auto r = run({"quantize", path("one.npy"), "--dtype", "quint8", "--json"});
        QCOMPARE(r.status, 0);
        QVERIFY(r.err.isEmpty());
        const auto json = Json::parse(r.out.toStdString());
        for (const char* key : {"file",
                                "tensor",
                                "shape",
                                "numel",
                                "dtype",
                                "qscheme",
                                "dialect",
                                "rounding",
                                "observer",
                                "axis",
                                "group_size",
                                "scale",
                                "zero_point",
                                "quant_min",
                                "quant_max",
                                "range_min",
                                "range_max",
                                "mse",
                                "rmse",
                                "sqnr_db",
                                "mean_error",
                                "mean_abs_error",
                                "max_abs_error",
                                "cosine_similarity",
                                "clipped_low_fraction",
                                "clipped_high_fraction",
                                "rounding_mse",
                                "clipping_mse",
                                "levels_used",
                                "levels_total",
                                "code_entropy_bits",
                                "bits_per_weight",
                                "nonfinite_count"})
            QVERIFY2(json.contains(key), key);
        QCOMPARE(json.at("range_max").at(0).get<double>(), 6.0);
        QCOMPARE(json.at("levels_used").get<int>(), 37);
    }

    void quantize_takesFixedParameters_inAnyNotation()
    {
        const auto r = run({"quantize", path("one.npy"), "--dtype", "quint8", "--scale", "1/4",
                            "--zero-point", "12", "--json"});
        QCOMPARE(r.status, 0);
        const auto json = Json::parse(r.out.toStdString());
        QCOMPARE(json.at("scale").at(0).get<double>(), 0.25);
        QVERIFY(json.at("sqnr_db").is_null()); // every value is on the grid
        QCOMPARE(json.at("observer").get<std::string>(), std::string("fixed"));
    }

    void quantize_perChannel_writesTensorAndCodes()
    {
        const auto r = run({"quantize", path("two.safetensors"), "--tensor", "a", "--dtype", "int4",
                            "--qscheme", "per_channel_symmetric", "--axis", "-2", "--output",
                            path("out.safetensors"), "--codes", path("codes.npy"), "--json"});
        QCOMPARE(r.status, 0);
        QCOMPARE(Json::parse(r.out.toStdString()).at("scale").size(), std::size_t{6});
        const auto out = readTensors(path("out.safetensors").toStdString());
        QVERIFY(out);
        QVERIFY(out->tensor("a")->shape() == *Shape::make({6, 100}));
        const auto codes = readTensors(path("codes.npy").toStdString());
        QVERIFY(codes->tensor()->type() == ElementType::Int8);
    }

    void wrongArguments_areStatus2_inOneLine_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("says");
        const auto file = path("one.npy");
        const QStringList q{"quantize", file, "--dtype"};
        QTest::newRow("no command") << QStringList{} << QByteArray("subcommand");
        QTest::newRow("dtype") << q + QStringList{"int99"}
                               << QByteArray("--dtype: expected one of");
        QTest::newRow("no dtype") << QStringList{"quantize", file} << QByteArray("--dtype");
        QTest::newRow("scale 0") << q + QStringList{"qint8", "--scale", "0"}
                                 << QByteArray("above 0");
        QTest::newRow("scale nan")
            << q + QStringList{"qint8", "--scale", "nan"} << QByteArray("expected a number");
        QTest::newRow("scale tiny")
            << q + QStringList{"qint8", "--scale", "1e-50"} << QByteArray("smallest normal");
        QTest::newRow("zero_point")
            << q + QStringList{"qint8", "--scale", "1", "--zero-point", "300"}
            << QByteArray("zero_point 300 is not a code");
        QTest::newRow("range") << q + QStringList{"qint8", "--quant-min", "5", "--quant-max", "5"}
                               << QByteArray("quant_min 5 must be less than");
        QTest::newRow("axis") << q + QStringList{"qint8", "--qscheme", "per_channel_affine",
                                                 "--axis", "7"}
                              << QByteArray("axis 7 does not exist");
        QTest::newRow("observer") << q + QStringList{"qint8", "--observer", "magic"}
                                  << QByteArray("expected one of minmax");
        QTest::newRow("ending") << q + QStringList{"qint8", "--output", path("x.xyz")}
                                << QByteArray("x.xyz");
        QTest::newRow("one file twice")
            << q + QStringList{"qint8", "--output", path("y.npy"), "--codes", path("y.npy")}
            << QByteArray("--output: ");
        QTest::newRow("input as output")
            << q + QStringList{"qint8", "--output", file} << QByteArray("--output: ");
        QTest::newRow("unknown command") << QStringList{"foo"} << QByteArray("found 'foo'");
        QTest::newRow("train model")
            << QStringList{"train", "--model", "vgg", "--data", "fashion-mnist"}
            << QByteArray("vgg");
    }
    void wrongArguments_areStatus2_inOneLine()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, says);
        const auto r = run(arguments);
        QCOMPARE(r.status, 2);
        QVERIFY(r.out.isEmpty());
        QVERIFY2(r.err.contains(says), r.err.constData());
        QVERIFY(r.err.startsWith("quantoscope: "));
        QCOMPARE(r.err.count('\n'), 1);
    }

    void filesThatFail_areStatus1_inOneLine()
    {
        QFile bad(path("bad.npy"));
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write("\x93NUMPY\x01\x00garbage");
        bad.close();
        for (const auto& file : {path("bad.npy"), path("missing.npy"), m_folder.path()}) {
            for (const auto& arguments : {QStringList{"inspect", file},
                                          QStringList{"quantize", file, "--dtype", "qint8"}}) {
                const auto r = run(arguments);
                QCOMPARE(r.status, 1);
                QVERIFY(r.out.isEmpty());
                QVERIFY2(r.err.contains(file.toUtf8()), r.err.constData());
                QCOMPARE(r.err.count('\n'), 1);
            }
        }
    }

    void unwritableOutput_isStatus1_andLeavesNothing()
    {
        const auto r = run(
            {"quantize", path("one.npy"), "--dtype", "qint8", "--output", path("no/such/out.npy")});
        QCOMPARE(r.status, 1);
        QVERIFY(r.err.contains("out.npy"));
    }

    void unwritableWeights_areToldBeforeTheTraining()
    {
        QElapsedTimer timer;
        timer.start();
        const auto r = run({"train", "--model", "seed-cnn", "--data", "fashion-mnist", "--epochs",
                            "50", "--save", path("no/such/w.safetensors")});
        QCOMPARE(r.status, 1);
        QVERIFY(r.err.contains("w.safetensors"));
        QVERIFY(timer.elapsed() < 10000); // an epoch takes longer, fifty far longer
    }

    void silentPipe_isLeftAtAnInterrupt()
    {
        const auto pipe = path("pipe");
        QCOMPARE(mkfifo(qPrintable(pipe), 0600), 0);
        QProcess process;
        process.start(program("quantoscope-cli"), {"inspect", pipe});
        QVERIFY(process.waitForStarted());
        QTest::qWait(300);
        kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(5000));
    }

    void interrupt_stopsTrainingWithinHalfASecond()
    {
        QProcess process;
        process.start(program("quantoscope-cli"), {"train", "--model", "seed-cnn", "--data",
                                                   "fashion-mnist", "--epochs", "50"});
        QVERIFY(process.waitForStarted());
        QTest::qWait(1500);
        QElapsedTimer timer;
        timer.start();
        kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(5000));
        // Half a second is the contract; the rest is for a busy machine.
        QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(process.exitCode() != 0);
    }

#ifdef QS_HAVE_GUI
    void render_drawsASessionWithoutADisplay()
    {
        SessionFile file;
        file.session.sources = {path("one.npy").toStdString()};
        file.session.tensor.source = path("one.npy").toStdString();
        QVERIFY(writeSession(path("s.qscope").toStdString(), file));
        for (const char* format : {"png", "svg", "pdf", "csv", "npy"}) {
            const auto r = run({"render", path("s.qscope"), "--output", path("pictures"),
                                "--format", QLatin1String(format)},
                               "quantoscope");
            QVERIFY2(r.status == 0, r.err.constData());
            // The panels of a tensor that have something to show: minmax does not search.
            QCOMPARE(r.out.count('\n'), 15);
            for (const auto& line : r.out.trimmed().split('\n'))
                QVERIFY2(QFileInfo(QString::fromUtf8(line)).size() > 200, line.constData());
        }
        const auto one = run({"render", path("s.qscope"), "--plot", "histogram", "--output",
                              path("h.svg"), "--size", "85x60mm"},
                             "quantoscope");
        QVERIFY2(one.status == 0, one.err.constData());
        QVERIFY(QFileInfo(path("h.svg")).size() > 1000);
        QCOMPARE(run({"render", path("s.qscope"), "--plot", "nope", "--output", path("x")},
                     "quantoscope")
                     .status,
                 2);
        QCOMPARE(run({"render", path("no.qscope"), "--output", path("x")}, "quantoscope").status,
                 1);
        const auto sheet =
            run({"render", path("s.qscope"), "--plot", "histogram,transfer", "-o", path("two.png"),
                 "--columns", "2", "--size", "200x100", "--title", "A", "--title", "auto"},
                "quantoscope");
        QVERIFY2(sheet.status == 0, sheet.err.constData());
        QCOMPARE(sheet.out, (path("two.png") + "\n").toUtf8());
        QCOMPARE(
            run({"render", path("s.qscope"), "--plot", "histogram,transfer", "-o", path("two.csv")},
                "quantoscope")
                .status,
            2);
        for (const auto& [option, value] : {std::pair("--data", "svg"),
                                            {"--font", "0"},
                                            {"--format", "bmp"},
                                            {"--theme", "x"},
                                            {"--text", "x"},
                                            {"--columns", "0"},
                                            {"--title", "one for many"},
                                            {"--plot", "histogram,histogram"}})
            QCOMPARE(run({"render", path("s.qscope"), "--output", path("x"), option, value},
                         "quantoscope")
                         .status,
                     2);
    }

    /// A picture is as good as the session that made it; without one it says so.
    void render_ofAPicture_drawsItsSession()
    {
        SessionFile file;
        file.session.tensor.source = "generator:normal?numel=1000&seed=3";
        file.session.tensor.spec.dtype = DType::Int3;
        QVERIFY(writeSession(path("p.qscope").toStdString(), file));
        const auto render = [&](const QString& from, const QString& to,
                                const QStringList& more = {}) {
            return run(QStringList{"render", from, "--plot", "transfer", "--output", to} + more,
                       "quantoscope");
        };
        const auto contentOf = [](const QString& name) {
            QFile content(name);
            return content.open(QIODevice::ReadOnly) ? content.readAll() : QByteArray();
        };
        for (const char* ending : {"png", "svg", "pdf", "csv", "npy"}) {
            const QString picture = path("p.") + QLatin1String(ending);
            QCOMPARE(render(path("p.qscope"), picture).status, 0);
            const auto again = render(picture, path("again.") + QLatin1String(ending));
            QVERIFY2(again.status == 0, again.err.constData());
            QVERIFY2(contentOf(path("again.") + QLatin1String(ending)) == contentOf(picture),
                     ending);
        }
        QCOMPARE(render(path("p.qscope"), path("bare.png"), {"--no-session", "--data", "npy"}).out,
                 (path("bare.png") + "\n" + path("bare.npy") + "\n").toUtf8());
        const auto bare = render(path("bare.png"), path("x.png"));
        QCOMPARE(bare.status, 1);
        QVERIFY2(bare.err.contains("is a picture without a Quantoscope session"),
                 bare.err.constData());
    }

    void window_withoutADisplay_saysSo()
    {
        const auto r = run({}, "quantoscope");
        QCOMPARE(r.status, 1);
        QVERIFY(r.err.contains("no display"));
    }

    void demo_doesTheMainJobWithoutADisplay()
    {
        const auto r = run({"demo", "--output", path("demo")}, "quantoscope");
        QVERIFY2(r.status == 0, r.err.constData());
        for (const char* name :
             {"transfer.png", "histogram.png", "error.png", "training.png", "demo.qscope"})
            QVERIFY2(QFileInfo(path("demo") + QLatin1Char('/') + QLatin1String(name)).size() > 500,
                     name);
    }
#endif
};

QTEST_GUILESS_MAIN(TestCli)
#include "test_cli.moc"
