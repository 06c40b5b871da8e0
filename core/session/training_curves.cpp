// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/training_curves.h"

#include "core/base/json_reader.h"
#include "core/quant/quant_spec_json.h"
#include "core/session/session.h"

#include <algorithm>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

/// What a quantizer of the network held when the session was saved.
Result<FakeQuantizeState> quantizerFromJson(const Json& json)
{
    const std::string where = "train.curves.quantizers.";
    FakeQuantizeState state;
    JsonReader in(json, where);
    in.text("name", state.name);
    in.integer("batches_seen", state.batchesSeen, std::int64_t{0}, std::int64_t{1} << 50);
    if (const Json* quantizer = in.member("quantizer")) {
        const auto spec = quantSpecFromJson(*quantizer, where);
        if (!spec)
            return spec.error();
        const auto range = spec->range();
        if (!range)
            return Error::data(where + range.error().message);
        auto params = QuantParams::make(spec->dtype, spec->qscheme, *range, spec->scale,
                                        spec->zeroPoint, spec->axis);
        if (!params)
            return Error::data(where + params.error().message);
        state.spec = *spec;
        state.params = std::move(*params);
    }
    if (auto ok = in.finishKeepingUnknown(); !ok)
        return ok.error();
    return state;
}

/// Rows of `width` numbers of which the first is a whole one; anything else is refused.
bool isTable(const Json& json, std::size_t width)
{
    return json.is_array() && std::all_of(json.begin(), json.end(), [&](const Json& row) {
               return row.is_array() && row.size() == width && row[0].is_number_integer() &&
                      std::all_of(row.begin(), row.end(),
                                  [](const Json& v) { return v.is_number(); });
           });
}

} // namespace

Json trainingCurvesToJson(const TwinSnapshot& s)
{
    Json json;
    json["step"] = s.step;
    json["steps_per_epoch"] = s.stepsPerEpoch;
    json["epoch"] = s.epoch;
    json["finished"] = s.finished;
    json["samples_per_second"] = s.samplesPerSecond;
    json["recipe"] = toJson(s.recipe);
    json["quantizers"] = Json::array();
    for (const auto& q : s.quantizers) {
        if (!q.params)
            continue;
        Json row{{"name", q.name}, {"batches_seen", q.batchesSeen}};
        QuantSpec held = q.spec;
        held.observer = "fixed"; // so that scale and zero_point are written
        held.scale = q.params->scale();
        held.zeroPoint = q.params->zeroPoint();
        row["quantizer"] = toJson(held);
        row["quantizer"]["observer"] = q.spec.observer;
        json["quantizers"].push_back(std::move(row));
    }
    json["train"] = Json::array();
    for (const auto& p : s.train)
        json["train"].push_back({p.step, p.floatLoss, p.quantizedLoss});
    json["test"] = Json::array();
    for (const auto& p : s.test)
        json["test"].push_back({p.step, p.floating.loss, p.floating.accuracy, p.quantized.loss,
                                p.quantized.accuracy, p.floating.images});
    json["events"] = Json::array();
    for (const auto& e : s.events)
        json["events"].push_back({{"step", e.step}, {"text", e.text}});
    return json;
}

Result<std::shared_ptr<const TwinSnapshot>> trainingCurvesFromJson(const Json& json,
                                                                   const TrainRecipe& recipe)
{
    constexpr std::int64_t kMany = std::int64_t{1} << 50;
    auto s = std::make_shared<TwinSnapshot>();
    s->recipe = recipe;
    JsonReader in(json, "train.curves.");
    in.integer("step", s->step, std::int64_t{0}, kMany);
    in.integer("steps_per_epoch", s->stepsPerEpoch, std::int64_t{0}, kMany);
    in.integer("epoch", s->epoch, 0, 1 << 30);
    in.flag("finished", s->finished);
    in.number("samples_per_second", s->samplesPerSecond);
    if (const Json* own = in.member("recipe")) {
        auto read = recipeFromJson(*own, "train.recipe.", TrainSession().recipe);
        if (read)
            s->recipe = std::move(*read);
        else
            in.fail(read.error());
    }
    if (const Json* quantizers = in.member("quantizers")) {
        for (const auto& row : *quantizers) {
            auto state = quantizerFromJson(row);
            if (!state) {
                in.fail(state.error());
                break;
            }
            s->quantizers.push_back(std::move(*state));
        }
    }
    if (const Json* train = in.member("train")) {
        if (!isTable(*train, 3))
            in.fail("rows of [step, float loss, fake-quantized loss]", *train, "train");
        else
            for (const auto& row : *train)
                s->train.push_back(
                    {row[0].get<std::int64_t>(), row[1].get<double>(), row[2].get<double>()});
    }
    if (const Json* test = in.member("test")) {
        const bool whole = std::all_of(test->begin(), test->end(), [](const Json& row) {
            return row.is_array() && row.size() == 6 && row[5].is_number_integer();
        });
        if (!isTable(*test, 6) || !whole)
            in.fail("rows of [step, loss, accuracy, loss, accuracy, images]", *test, "test");
        else
            for (const auto& row : *test) {
                const auto images = row[5].get<std::int64_t>();
                s->test.push_back({row[0].get<std::int64_t>(),
                                   {row[1].get<double>(), row[2].get<double>(), images},
                                   {row[3].get<double>(), row[4].get<double>(), images}});
            }
    }
    if (const Json* events = in.member("events")) {
        for (const auto& event : *events) {
            TwinSnapshot::Event e;
            JsonReader row(event, "train.curves.events.");
            row.integer("step", e.step, std::int64_t{0}, kMany);
            row.text("text", e.text);
            if (auto ok = row.finishKeepingUnknown(); !ok) {
                in.fail(ok.error());
                break;
            }
            s->events.push_back(std::move(e));
        }
    }
    if (auto ok = in.finishKeepingUnknown(); !ok)
        return ok.error();
    return std::shared_ptr<const TwinSnapshot>(std::move(s));
}

} // namespace qs
