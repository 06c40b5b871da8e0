// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_file.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace qs;

namespace {

/// JSON written with ' for ": moc of Qt 6.4 does not find the class behind raw strings.
std::string quoted(std::string text)
{
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

SessionFile example(const QString& folder)
{
    SessionFile file;
    auto& s = file.session;
    s.workspace = "train";
    s.sources = {(folder + QStringLiteral("/a.npy")).toStdString(),
                 "generator:normal?numel=10&seed=2"};
    s.tensor.source = s.sources[0];
    s.tensor.tensor = "fc1.weight";
    s.tensor.spec.dtype = DType::Int4;
    s.tensor.spec.observer = "fixed";
    s.tensor.spec.scale = {0.1F};
    s.tensor.spec.zeroPoint = {-3};
    s.tensor.channel = 7;
    s.tensor.view.counts = CountScale::Log;
    s.tensor.view.x = {-0.25, 1.0 / 3};
    s.window.hidden = {"quantizer", "recipe"};
    s.window.columns = {{"sources", 0.1875}, {"network_quantizers", 1.0 / 3}};
    s.train.recipe.seed = UINT64_MAX;
    s.train.recipe.lr = 0.1;
    s.train.recipe.qat = defaultQatConfig();
    auto training = std::make_shared<TwinSnapshot>();
    training->recipe = s.train.recipe;
    training->step = 200;
    training->stepsPerEpoch = 938;
    training->train = {{10, 2.25, 2.3}, {20, 1.0 / 3, 0.4}};
    training->test = {{100, {0.5, 0.81, 1000}, {0.6, 0.79, 1000}}};
    training->events = {{50, "weights qint8 \u2192 int4"}};
    file.training = training;
    return file;
}

std::string refusal(const char* text)
{
    const auto file = sessionFromJson(nlohmann::ordered_json::parse(quoted(text)));
    return file ? std::string() : file.error().message;
}

} // namespace

class TestSessionFile : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::string path(const char* name) const
    {
        return m_folder.filePath(QLatin1String(name)).toStdString();
    }
    void write(const char* name, const QByteArray& text)
    {
        QFile file(m_folder.filePath(QLatin1String(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }

private slots:
    /// Selections of each kind come back; those that are none are refused by their place.
    void selections_comeBack()
    {
        const std::vector<Selection> all = {
            {SelectedBy::Value, -0.1, 0.25},
            {SelectedBy::Code, -3, 12},
            {SelectedBy::Error, -0.5, 1.0 / 3, ErrorUnit::Lsb},
            {SelectedBy::Error, 0, 1e-9, ErrorUnit::Value},
        };
        for (const auto& selection : all) {
            SessionFile file;
            file.session.tensor.view.brush = selection;
            const auto back = sessionFromJson(nlohmann::ordered_json::parse(toJson(file).dump()));
            QVERIFY(back);
            QCOMPARE(back->session.tensor.view.brush.has_value(), true);
            QVERIFY(*back->session.tensor.view.brush == selection);
        }
        const auto withBrush = [](const char* brush) {
            auto json = toJson(SessionFile{});
            json["tensor"]["view"]["brush"] = nlohmann::ordered_json::parse(quoted(brush));
            const auto file = sessionFromJson(json);
            return file ? std::string() : file.error().message;
        };
        QCOMPARE(withBrush("[1, 2]"), std::string());
        for (const char* wrong : {"[2, 1]", "{}", "{'error': [1]}", "{'code': [4, 2]}", "7",
                                  "{'error': [0, 1], 'unit': 'm'}", "{'code': ['a', 'b']}"}) {
            const auto message = withBrush(wrong);
            QVERIFY2(message.find("brush") != std::string::npos, (wrong + message).c_str());
        }
    }

    void everything_survives()
    {
        const auto file = example(m_folder.path());
        QVERIFY(writeSession(path("s.qscope"), file));
        const auto back = readSession(path("s.qscope"));
        QVERIFY2(back, back ? "" : back.error().message.c_str());
        QVERIFY(back->session == file.session);
        QVERIFY(back->training);
        QCOMPARE(back->training->step, 200);
        QCOMPARE(back->training->train[1].floatLoss, 1.0 / 3);
        QCOMPARE(back->training->test[0].quantized.accuracy, 0.79);
        QCOMPARE(back->training->test[0].floating.images, 1000);
        QCOMPARE(back->training->events[0].text, file.training->events[0].text);
    }

    void folder_canBeMovedAsAWhole()
    {
        QVERIFY(writeSession(path("s.qscope"), example(m_folder.path())));
        QFile written(m_folder.filePath(QStringLiteral("s.qscope")));
        QVERIFY(written.open(QIODevice::ReadOnly));
        const auto json = nlohmann::json::parse(written.readAll().toStdString());
        QCOMPARE(json.at("tensor").at("source").get<std::string>(), std::string("a.npy"));
        QTemporaryDir other;
        QVERIFY(written.copy(other.filePath(QStringLiteral("s.qscope"))));
        const auto back = readSession(other.filePath(QStringLiteral("s.qscope")).toStdString());
        QCOMPARE(back->session.tensor.source,
                 other.filePath(QStringLiteral("a.npy")).toStdString());
    }

    void membersOfALaterProgram_areKept()
    {
        auto json = toJson(example({}));
        json["lesson"] = {{"title", "new"}};
        json["window"]["tabs"] = {1, 2};
        const auto file = sessionFromJson(json);
        QVERIFY(file);
        QCOMPARE(toJson(*file).at("lesson").at("title").get<std::string>(), std::string("new"));
        QVERIFY(toJson(*file).at("window") == json.at("window"));
    }

    void newerVersion_isRefused_withItsWriter()
    {
        QCOMPARE(refusal("{'quantoscope_session': 2, 'app': 'quantoscope 9.0'}"),
                 std::string("expected a session of version 1 or older, found version 2 written by "
                             "quantoscope 9.0"));
    }

    void damage_isNamedByItsPlace()
    {
        QVERIFY(refusal("[]").starts_with("expected a Quantoscope session"));
        QVERIFY(refusal("{'quantoscope_session': '1'}").starts_with("quantoscope_session: "));
        QVERIFY(refusal("{'quantoscope_session': 1, 'workspace': 'x'}")
                    .starts_with("workspace: expected one of tensor, train"));
        QVERIFY(refusal("{'quantoscope_session': 1, 'tensor': {'channel': -1}}")
                    .starts_with("tensor.channel: "));
        QVERIFY(refusal("{'quantoscope_session': 1, 'tensor': {'quantizer': {'scale': -1}}}")
                    .find("scale must be above 0") != std::string::npos);
        QVERIFY(refusal("{'quantoscope_session': 1, 'train': {'curves': {'train': [[1, 2]]}}}")
                    .starts_with("train.curves.train: expected rows"));
        QVERIFY(refusal("{'quantoscope_session': 1, 'train': {'recipe': {'seed': -1}}}")
                    .starts_with("train.recipe.seed: "));
        QVERIFY(refusal("{'quantoscope_session': 1, 'sources': [1]}").starts_with("sources: "));
    }

    void windowView_isLeftOutWhereUsual_andRefusedByItsPath()
    {
        QVERIFY(!toJson(SessionFile()).contains("window"));
        const auto window = [](const char* json) {
            return refusal(
                (std::string("{'quantoscope_session': 1, 'window': ") + json + "}").c_str());
        };
        QCOMPARE(window("{}"), std::string());
        QCOMPARE(window("{'hidden': ['sources'], 'columns': {'recipe': 0.5}}"), std::string());
        QVERIFY(window("7").starts_with("window.: expected an object"));
        for (const char* hidden : {"'sources'", "[1]", "['docks']", "['recipe', 'recipe']"}) {
            const auto text = window((std::string("{'hidden': ") + hidden + "}").c_str());
            QVERIFY2(text.starts_with("window.hidden: expected a list of some of sources, "),
                     text.c_str());
        }
        for (const char* share : {"0", "1", "-0.5", "'wide'"}) {
            const auto text =
                window((std::string("{'columns': {'recipe': ") + share + "}}").c_str());
            QVERIFY2(text.starts_with("window.columns.recipe: expected a number"), text.c_str());
        }
        QCOMPARE(window("{'columns': {'docks': 0.5}}"),
                 std::string("window.columns.docks: this key is not known"));
    }

    void filesThatAreNoSession_areNamed()
    {
        write("broken.qscope", "{\"quantoscope_session\": 1,");
        write("empty.qscope", "");
        for (const char* name : {"broken.qscope", "empty.qscope", "missing.qscope"}) {
            const auto file = readSession(path(name));
            QVERIFY(!file);
            QVERIFY2(file.error().message.find(name) != std::string::npos,
                     file.error().message.c_str());
        }
        const auto says = [&](const char* name, const char* end) {
            const auto file = readSession(path(name));
            return !file && file.error().message.ends_with(end);
        };
        write("other.qscope", "{\"quantoscope_session\": yes}");
        QVERIFY(says("broken.qscope", "in JSON, found the end of the file (at byte 26)"));
        QVERIFY(says("empty.qscope", "in JSON, found an empty file (at byte 0)"));
        QVERIFY(says("other.qscope", "in JSON, found 'yes}' (at byte 24)"));
    }

    void unwritablePath_isAnError_andLeavesTheOldFile()
    {
        const auto saved = writeSession(path("no/such/folder/s.qscope"), example({}));
        QVERIFY(!saved);
        QVERIFY(saved.error().message.find("s.qscope") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestSessionFile)
#include "test_session_file.moc"
