// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/train_recipe.h"

#include "core/base/json_reader.h"
#include "core/base/text.h"

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMostEpochs = 1000000;
constexpr int kLargestBatch = 4096;
constexpr std::int64_t kMany = std::int64_t{1} << 40;

Error wrong(const std::string& field, const std::string& expected, std::int64_t found)
{
    return Error::usage(field + " must be " + expected + ", found " + std::to_string(found));
}

Json toJson(const LrSchedule& s)
{
    return {{"name", s.name},  {"step_size", s.stepSize}, {"gamma", s.gamma},
            {"T_max", s.tMax}, {"eta_min", s.etaMin},     {"warmup_steps", s.warmupSteps}};
}

void read(JsonReader& in, const std::string& where, LrSchedule& s)
{
    const Json* json = in.member("schedule");
    if (json == nullptr)
        return;
    JsonReader own(*json, where + "schedule.");
    own.text("name", s.name);
    own.integer("step_size", s.stepSize, std::int64_t{1}, kMany);
    own.number("gamma", s.gamma);
    own.integer("T_max", s.tMax, std::int64_t{1}, kMany);
    own.number("eta_min", s.etaMin);
    own.integer("warmup_steps", s.warmupSteps, std::int64_t{0}, kMany);
    if (auto ok = own.finish(); !ok)
        in.fail(ok.error());
}

void read(JsonReader& in, const std::string& where, Augmentation& a)
{
    const Json* json = in.member("augmentation");
    if (json == nullptr)
        return;
    JsonReader own(*json, where + "augmentation.");
    own.integer("shift", a.shift, 0, 64);
    own.flag("horizontal_flip", a.horizontalFlip);
    own.number("noise", a.noise);
    if (auto ok = own.finish(); !ok)
        in.fail(ok.error());
}

} // namespace

Result<Optimizer> makeOptimizer(const TrainRecipe& recipe)
{
    OptimizerSpec spec;
    spec.name = recipe.optimizer;
    spec.lr = recipe.lr;
    spec.momentum = recipe.momentum;
    spec.nesterov = recipe.nesterov;
    spec.weightDecay = recipe.weightDecay;
    return Optimizer::make(spec);
}

Result<void> checkRecipe(const TrainRecipe& recipe)
{
    if (recipe.epochs < 1 || recipe.epochs > kMostEpochs)
        return wrong("epochs", "from 1 to " + std::to_string(kMostEpochs), recipe.epochs);
    if (recipe.batch < 1 || recipe.batch > kLargestBatch)
        return wrong("batch", "from 1 to " + std::to_string(kLargestBatch), recipe.batch);
    if (!lossByName(recipe.loss))
        return Error::usage("loss '" + recipe.loss +
                            "' does not exist: there are cross_entropy, mse");
    for (const auto& [name, value] :
         {std::pair<const char*, std::int64_t>{"observe_epochs", recipe.observeEpochs},
          {"freeze_observers_after", recipe.freezeObserversAfter},
          {"freeze_bn_stats_after", recipe.freezeBatchNormAfter},
          {"calibration", recipe.calibration},
          {"limit_train", recipe.limitTrain},
          {"limit_test", recipe.limitTest}})
        if (value < 0)
            return wrong(name, "0 or more", value);
    if (auto ok = checkLrSchedule(recipe.schedule); !ok)
        return ok;
    if (auto ok = checkAugmentation(recipe.augmentation); !ok)
        return ok;
    const auto model = modelByName(recipe.model);
    if (!model)
        return model.error();
    if (auto optimizer = makeOptimizer(recipe); !optimizer)
        return optimizer.error();
    // Each chunk of the batch has gradients of its own.
    constexpr std::int64_t mostGradients = std::int64_t{1} << 28;
    const std::int64_t count = parameterCount(*model);
    if (count * ((recipe.batch + 7) / 8) > mostGradients)
        return Error::usage("model " + recipe.model + " has " + formatCount(count) +
                            " parameters, too many for a batch of " + std::to_string(recipe.batch));
    auto network = Network::make(*model, recipe.seed);
    if (!network)
        return network.error();
    return recipe.qat ? network->setQuantization(&*recipe.qat) : Result<void>{};
}

Json toJson(const TrainRecipe& r)
{
    Json json;
    json["model"] = r.model;
    json["data"] = r.data;
    json["epochs"] = r.epochs;
    json["batch"] = r.batch;
    json["lr"] = r.lr;
    json["optimizer"] = r.optimizer;
    json["momentum"] = r.momentum;
    if (r.nesterov)
        json["nesterov"] = true;
    if (r.weightDecay != 0)
        json["weight_decay"] = r.weightDecay;
    if (r.schedule != LrSchedule())
        json["schedule"] = toJson(r.schedule);
    json["loss"] = r.loss;
    json["seed"] = r.seed;
    if (r.augmentation.any())
        json["augmentation"] = {{"shift", r.augmentation.shift},
                                {"horizontal_flip", r.augmentation.horizontalFlip},
                                {"noise", r.augmentation.noise}};
    if (r.calibration != 0)
        json["calibration"] = r.calibration;
    json["observe_epochs"] = r.observeEpochs;
    json["freeze_observers_after"] = r.freezeObserversAfter;
    if (r.freezeBatchNormAfter != 0)
        json["freeze_bn_stats_after"] = r.freezeBatchNormAfter;
    json["limit_train"] = r.limitTrain;
    json["limit_test"] = r.limitTest;
    if (r.qat)
        json["qat"] = Json(toJson(*r.qat));
    return json;
}

Result<TrainRecipe> recipeFromJson(const Json& json, const std::string& where,
                                   const TrainRecipe& base)
{
    TrainRecipe r = base;
    JsonReader in(json, where);
    in.text("model", r.model);
    in.text("data", r.data);
    in.integer("epochs", r.epochs, 1, kMostEpochs);
    in.integer("batch", r.batch, 1, kLargestBatch);
    in.number("lr", r.lr);
    in.text("optimizer", r.optimizer);
    in.number("momentum", r.momentum);
    in.flag("nesterov", r.nesterov);
    in.number("weight_decay", r.weightDecay);
    read(in, where, r.schedule);
    in.text("loss", r.loss);
    // A double holds whole numbers to 2^53 only; seeds are full 64-bit.
    if (const Json* seed = in.member("seed")) {
        if (seed->is_number_unsigned())
            r.seed = seed->get<std::uint64_t>();
        else
            in.fail("a whole number of at least 0", *seed, "seed");
    }
    read(in, where, r.augmentation);
    in.integer("calibration", r.calibration, std::int64_t{0}, kMany);
    in.integer("observe_epochs", r.observeEpochs, 0, kMostEpochs);
    in.integer("freeze_observers_after", r.freezeObserversAfter, 0, kMostEpochs);
    in.integer("freeze_bn_stats_after", r.freezeBatchNormAfter, 0, kMostEpochs);
    in.integer("limit_train", r.limitTrain, std::int64_t{0}, kMany);
    in.integer("limit_test", r.limitTest, std::int64_t{0}, kMany);
    if (const Json* qat = in.member("qat")) {
        auto config = qatConfigFromJson(nlohmann::json(*qat));
        if (config)
            r.qat = std::move(*config);
        else
            in.fail(Error::data(where + "qat: " + config.error().message));
    }
    if (auto ok = in.finishKeepingUnknown(); !ok)
        return ok.error();
    return r;
}

} // namespace qs
