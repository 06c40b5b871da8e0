// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session_file.h"

#include "core/base/json_reader.h"
#include "core/io/file.h"
#include "core/io/json_text.h"
#include "core/quant/quant_spec_json.h"
#include "core/session/embedded_session.h"
#include "core/session/training_curves.h"

#include <algorithm>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::string_view kGenerator = "generator:";
constexpr std::size_t kMostSnapshots = 1000;

Json toJson(const TensorSession& tensor)
{
    Json json;
    json["source"] = tensor.source;
    json["tensor"] = tensor.tensor;
    json["quantizer"] = toJson(tensor.spec);
    json["channel"] = tensor.channel;
    if (tensor.other) {
        json["other"] = toJson(*tensor.other);
        json["shows_b"] = tensor.showsB;
    }
    for (const auto& snapshot : tensor.snapshots)
        json["snapshots"].push_back(
            {{"name", snapshot.name}, {"quantizer", toJson(snapshot.spec)}});
    json["view"] = toJson(tensor.view);
    return json;
}

/// The view's members of files from before it had an object of its own.
void readOldView(JsonReader& in, TensorView& view)
{
    bool logCounts = false;
    in.flag("log_counts", logCounts);
    if (logCounts)
        view.counts = CountScale::Log;
    in.text("lower_panel", view.panels[2]);
    std::vector<double> x;
    in.numbers("x_view", x);
    if (x.size() == 2 && x[0] < x[1])
        view.x = {x[0], x[1]};
    else if (!x.empty())
        in.fail("two numbers, the smaller one first", Json(x), "x_view");
}

Result<TensorSession> tensorFromJson(const Json& json)
{
    TensorSession tensor;
    JsonReader in(json, "tensor.");
    in.text("source", tensor.source);
    in.text("tensor", tensor.tensor);
    in.integer("channel", tensor.channel, std::int64_t{0}, std::int64_t{1} << 40);
    readOldView(in, tensor.view);
    if (const Json* view = in.member("view")) {
        if (auto read = tensorViewFromJson(*view, "tensor.view."))
            tensor.view = std::move(*read);
        else
            in.fail(read.error());
    }
    const auto readSpec = [&](const Json& json_, const std::string& where, QuantSpec& to) {
        if (auto spec = quantSpecFromJson(json_, where))
            to = std::move(*spec);
        else
            in.fail(spec.error());
    };
    if (const Json* quantizer = in.member("quantizer"))
        readSpec(*quantizer, "tensor.quantizer.", tensor.spec);
    if (const Json* other = in.member("other"))
        readSpec(*other, "tensor.other.", tensor.other.emplace());
    in.flag("shows_b", tensor.showsB);
    if (const Json* snapshots = in.member("snapshots")) {
        if (!snapshots->is_array() || snapshots->size() > kMostSnapshots)
            in.fail("a list of at most " + std::to_string(kMostSnapshots) + " snapshots",
                    *snapshots, "snapshots");
        else
            for (const auto& row : *snapshots) {
                Snapshot snapshot;
                JsonReader member(row, "tensor.snapshots.");
                member.text("name", snapshot.name);
                if (const Json* quantizer = member.member("quantizer"))
                    readSpec(*quantizer, "tensor.snapshots.quantizer.", snapshot.spec);
                if (auto ok = member.finishKeepingUnknown(); !ok)
                    in.fail(ok.error());
                tensor.snapshots.push_back(std::move(snapshot));
            }
    }
    if (auto ok = in.finishKeepingUnknown(); !ok)
        return ok.error();
    return tensor;
}

std::string relativeTo(const fs::path& folder, const std::string& source)
{
    if (source.empty() || source.starts_with(kGenerator))
        return source;
    const auto relative = fs::path(source).lexically_relative(folder);
    const bool below = !relative.empty() && *relative.begin() != "..";
    return below ? relative.generic_string() : source;
}

std::string absoluteFrom(const fs::path& folder, const std::string& source)
{
    if (source.empty() || source.starts_with(kGenerator))
        return source;
    return (folder / source).lexically_normal().string(); // an absolute source replaces the folder
}

template <typename Change>
void forEachSource(Session& session, Change change)
{
    for (auto& source : session.sources)
        source = change(source);
    session.tensor.source = change(session.tensor.source);
}

SessionFile relativeIn(SessionFile file, const fs::path& folder)
{
    forEachSource(file.session, [whole = fs::absolute(folder)](const std::string& source) {
        return relativeTo(whole, source);
    });
    return file;
}

} // namespace

Json toJson(const SessionFile& file)
{
    const auto& session = file.session;
    Json json;
    json["quantoscope_session"] = kSessionVersion;
    json["app"] = std::string("quantoscope ") + QUANTOSCOPE_VERSION;
    json["workspace"] = session.workspace;
    json["sources"] = session.sources;
    if (session.window != WindowView())
        json["window"] = toJson(session.window);
    json["tensor"] = toJson(session.tensor);
    json["train"]["recipe"] = toJson(session.train.recipe);
    if (file.training)
        json["train"]["curves"] = trainingCurvesToJson(*file.training);
    for (const auto& [key, value] : session.unknown.items())
        json[key] = value;
    return json;
}

Result<SessionFile> sessionFromJson(const Json& json)
{
    if (!json.is_object() || !json.contains("quantoscope_session"))
        return Error::data("expected a Quantoscope session (a JSON object with "
                           "\"quantoscope_session\"), found something else");
    SessionFile file;
    Session& session = file.session;
    JsonReader in(json, "");
    int version = 0;
    std::string app;
    in.integer("quantoscope_session", version, 1, 1 << 20);
    in.text("app", app);
    if (version > kSessionVersion)
        return Error::data("expected a session of version " + std::to_string(kSessionVersion) +
                           " or older, found version " + std::to_string(version) + " written by " +
                           (app.empty() ? "a newer program" : app));
    in.choice(
        "workspace", session.workspace,
        [](const std::string& name) -> std::optional<std::string> {
            return name == "tensor" || name == "train" ? std::optional(name) : std::nullopt;
        },
        "tensor, train");
    if (const Json* sources = in.member("sources")) {
        if (!sources->is_array())
            in.fail("a list of files", *sources, "sources");
        else
            for (const auto& source : *sources)
                source.is_string() ? session.sources.push_back(source.get<std::string>())
                                   : in.fail("a file's name", source, "sources");
    }
    if (const Json* tensor = in.member("tensor")) {
        auto read = tensorFromJson(*tensor);
        if (read)
            session.tensor = std::move(*read);
        else
            in.fail(read.error());
    }
    if (const Json* window = in.member("window")) {
        if (auto read = windowViewFromJson(*window, "window."))
            session.window = std::move(*read);
        else
            in.fail(read.error());
    }
    if (const Json* train = in.member("train")) {
        JsonReader part(*train, "train.");
        if (const Json* recipe = part.member("recipe")) {
            auto read = recipeFromJson(*recipe, "train.recipe.", TrainSession().recipe);
            if (read)
                session.train.recipe = std::move(*read);
            else
                in.fail(read.error());
        }
        if (const Json* curves = part.member("curves")) {
            auto read = trainingCurvesFromJson(*curves, session.train.recipe);
            if (read)
                file.training = std::move(*read);
            else
                in.fail(read.error());
        }
        if (auto ok = part.finishKeepingUnknown(); !ok)
            in.fail(ok.error());
    }
    if (auto ok = in.finishKeepingUnknown(); !ok)
        return ok.error();
    session.unknown = in.unknown();
    return file;
}

std::string sessionText(const SessionFile& file, const fs::path& folder)
{
    return toJson(folder.empty() ? file : relativeIn(file, folder))
        .dump(-1, ' ', true, Json::error_handler_t::replace);
}

Result<SessionFile> sessionFromText(std::string_view text, const fs::path& folder)
{
    const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
    if (json.is_discarded())
        return Error::data("expected a Quantoscope session in JSON, found text that is not JSON");
    auto file = sessionFromJson(json);
    if (file)
        forEachSource(file->session, [&](const std::string& source) {
            return absoluteFrom(fs::absolute(folder), source);
        });
    return file;
}

Result<SessionFile> readSession(const fs::path& path)
{
    const auto content = readFile(path.string());
    if (!content)
        return content.error();
    const auto* first = reinterpret_cast<const char*>(content->bytes.data());
    const bool carried = isSessionCarrier(content->bytes);
    auto text = carried ? sessionInside(path.string(), content->bytes)
                        : Result<std::string>(std::string(first, content->bytes.size()));
    if (!text)
        return text.error();
    auto file = sessionFromText(*text, fs::absolute(path).parent_path());
    if (!file)
        return !carried && notJsonAt(*text)
                   ? notJson(path.string(), "a Quantoscope session in JSON", *text)
                   : Error::data(path.string() + ": " + file.error().message);
    return file;
}

Result<void> writeSession(const fs::path& path, const SessionFile& file)
{
    const Json json = toJson(relativeIn(file, fs::absolute(path).parent_path()));
    const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    return writeAtomically(path.string(), [&](std::ostream& out) -> Result<void> {
        out << text;
        return {};
    });
}

} // namespace qs
