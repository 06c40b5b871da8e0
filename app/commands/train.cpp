// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/train.h"

#include "app/commands/qat_option.h"
#include "core/base/text.h"
#include "core/io/file.h"
#include "core/io/formats.h"
#include "core/nn/trainer.h"
#include "core/nn/weights_file.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <iomanip>
#include <memory>
#include <sstream>

namespace qs {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

struct TrainOptions {
    TrainRecipe recipe;
    std::string qat;
    std::string init;
    std::string save;
    std::string curves;
    std::string checkpoint;
    std::string resume;
    bool json = false;
};

struct EpochResult {
    int epoch = 0;
    double trainLoss = 0; ///< mean over the epoch's images, while it trained
    double trainAccuracy = 0;
    Evaluation test;
    double seconds = 0; ///< of training, without the test
};

/// A row of the curves: a step, and behind an epoch's last one the test.
struct CurvePoint {
    StepResult step;
    std::optional<Evaluation> test;
};

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The layers that have weights, and the input, with what their quantizers stand at.
Json layersToJson(const Network& network)
{
    auto layers = Json::array();
    const auto states = network.quantizers();
    const auto add = [&](const std::string& name, std::string_view type) {
        Json row{{"name", name}, {"type", type}};
        for (const auto& [part, module] :
             {std::pair<std::string, std::string>{"weight", name + ".weight"},
              {"activation", name == "input" ? name : name + ".activation"}}) {
            if (part == "weight" && name == "input")
                continue;
            const auto state = std::find_if(states.begin(), states.end(),
                                            [&](const auto& s) { return s.name == module; });
            const bool known = state != states.end() && state->params;
            row[part + "_dtype"] = known ? Json(info(state->params->dtype()).name) : Json();
            row[part + "_qscheme"] = known ? Json(info(state->params->qscheme()).name) : Json();
            row[part + "_scale"] = known ? Json(state->params->scale()) : Json();
            row[part + "_zero_point"] = known ? Json(state->params->zeroPoint()) : Json();
        }
        layers.push_back(std::move(row));
    };
    add("input", "Input");
    for (std::size_t i = 0; i < network.model().layers.size(); ++i) {
        const auto& layer = network.model().layers[i];
        const bool quantized = std::any_of(states.begin(), states.end(), [&](const auto& s) {
            return s.name == std::to_string(i) + ".activation";
        });
        if (layer.hasWeight() || quantized)
            add(std::to_string(i), layerKindName(layer.kind));
    }
    return layers;
}

/// How restless the weights' codes were, where the qat config asks for it.
Json oscillationToJson(const WeightOscillation& oscillation)
{
    auto rows = Json::array();
    for (const auto& s : oscillation.states())
        rows.push_back({{"name", s.name},
                        {"weights", s.weights},
                        {"flips", s.flips},
                        {"flips_last_epoch", s.flipsLastEpoch},
                        {"oscillating", s.oscillating},
                        {"frozen", s.frozen}});
    return rows;
}

Result<void> writeCurves(const std::string& path, const std::vector<CurvePoint>& curves)
{
    return writeAtomically(path, [&](std::ostream& out) -> Result<void> {
        out << "step,epoch,train_loss,train_accuracy,test_loss,test_accuracy\n";
        for (const auto& [step, test] : curves) {
            out << step.step << ',' << step.epoch << ',' << formatExact(step.loss) << ','
                << formatExact(static_cast<double>(step.correct) /
                               static_cast<double>(step.samples));
            if (test)
                out << ',' << formatExact(test->loss) << ',' << formatExact(test->accuracy) << '\n';
            else
                out << ",,\n";
        }
        return {};
    });
}

/// One run of the command: the epochs as they come, and what is left at the end.
class TrainRun {
public:
    TrainRun(const TrainOptions& options, CommandContext& context)
        : m_options(options), m_context(context)
    {
    }

    Result<void> run()
    {
        JobContext::Progress progress;
        if (m_context.showProgress)
            progress = [this](std::string_view stage, double fraction) {
                m_context.err << "\r\x1b[K" << stage << ' ' << static_cast<int>(100 * fraction)
                              << " %" << std::flush;
            };
        const JobContext job(m_context.stop, progress);
        // Told before the training, not after it.
        for (const auto& path : {m_options.save, m_options.curves, m_options.checkpoint})
            if (!path.empty())
                if (auto ok = checkWritable(path); !ok)
                    return ok.error();
        for (const auto& path : {m_options.save, m_options.checkpoint})
            if (!path.empty() && !path.ends_with(".safetensors") && !path.ends_with(".npz"))
                return Error::usage(path + ": expected a name that ends in .safetensors or .npz");
        if (!m_options.save.empty() && m_options.save == m_options.checkpoint)
            return Error::usage("--save and --checkpoint are the same file: " + m_options.save);
        auto trainer = start(job);
        if (!trainer)
            return trainer.error();
        const auto trained = trainAll(*trainer, job);
        clearProgress();
        // What was trained is kept when the user stops, too, and the last good weights when the
        // loss is not finite; hence without the stop token.
        const bool failed = !trained && trained.error().kind != ErrorKind::Cancelled;
        if (!m_options.checkpoint.empty() && !failed)
            if (auto saved = writeTensors(m_options.checkpoint, trainer->checkpoint(), {}); !saved)
                return saved.error();
        if (!m_options.save.empty())
            if (auto saved =
                    saveWeights(trainer->network(), m_options.save, {}, trainer->recipe().qat);
                !saved)
                return saved.error();
        if (!m_options.curves.empty())
            if (auto written = writeCurves(m_options.curves, m_curves); !written)
                return written.error();
        if (!trained)
            return trained.error();
        if (m_options.json)
            printJson(*trainer);
        else
            m_context.out << formatShort(samplesPerSecond()) << " samples per second\n";
        return {};
    }

private:
    Result<Trainer> start(const JobContext& job)
    {
        TrainRecipe recipe = m_options.recipe;
        if (!m_options.qat.empty()) {
            auto config = readQatConfig(m_options.qat, recipe.model, job);
            if (!config)
                return config.error();
            recipe.qat = std::move(*config);
        } else if (recipe.observeEpochs != 0 || recipe.freezeObserversAfter != 0) {
            return Error::usage("--observe-epochs and --freeze-observers-after need --qat");
        }
        if (auto ok = checkRecipe(recipe); !ok)
            return ok.error();
        auto data = readDataset(recipe.data, job);
        if (!data)
            return data.error();
        auto trainer = Trainer::make(std::move(recipe), std::move(*data));
        if (!trainer)
            return trainer;
        if (!m_options.init.empty())
            if (auto loaded = loadWeights(trainer->network(), m_options.init, job); !loaded)
                return loaded.error();
        if (!m_options.resume.empty()) {
            const auto tensors = readAllTensors(m_options.resume, job);
            if (!tensors)
                return tensors.error();
            if (auto resumed = trainer->resume(*tensors); !resumed)
                return Error{resumed.error().kind,
                             m_options.resume + ": " + resumed.error().message};
        }
        return trainer;
    }

    Result<void> trainAll(Trainer& trainer, const JobContext& job)
    {
        if (!m_options.json)
            m_context.out << "epoch  train_loss  train_accuracy  test_loss  test_accuracy  "
                             "seconds\n";
        EpochResult epoch;
        double lossSum = 0;
        std::int64_t correct = 0;
        std::int64_t samples = 0;
        const auto total = static_cast<double>(trainer.stepsPerEpoch() * trainer.recipe().epochs);
        if (trainer.finished())
            return Error::usage("all " + std::to_string(trainer.recipe().epochs) +
                                " epochs are done: give more with --epochs");
        while (!trainer.finished()) {
            const auto begin = Clock::now();
            const auto step = trainer.step(job);
            if (!step)
                return step.error();
            epoch.seconds += secondsSince(begin);
            lossSum += step->loss * static_cast<double>(step->samples);
            correct += step->correct;
            samples += step->samples;
            m_samples += step->samples;
            m_curves.push_back({*step, std::nullopt});
            job.report("epoch " + std::to_string(step->epoch) + " of " +
                           std::to_string(trainer.recipe().epochs) + ", loss " +
                           formatShort(lossSum / static_cast<double>(samples)),
                       static_cast<double>(step->step) / total);
            if (!step->endsEpoch)
                continue;
            const auto test = trainer.evaluate(job);
            if (!test)
                return test.error();
            epoch.epoch = step->epoch;
            epoch.trainLoss = lossSum / static_cast<double>(samples);
            epoch.trainAccuracy = static_cast<double>(correct) / static_cast<double>(samples);
            epoch.test = *test;
            m_curves.back().test = *test;
            m_seconds += epoch.seconds;
            m_epochs.push_back(epoch);
            if (!m_options.json)
                printEpoch(epoch);
            if (!m_options.checkpoint.empty())
                if (auto saved = writeTensors(m_options.checkpoint, trainer.checkpoint(), job);
                    !saved)
                    return saved.error();
            epoch = {};
            lossSum = 0;
            correct = 0;
            samples = 0;
        }
        return {};
    }

    void printEpoch(const EpochResult& epoch)
    {
        clearProgress();
        std::ostringstream line; // the stream's own format is not ours to change
        line << std::setw(5) << epoch.epoch << std::fixed << std::setprecision(4) << std::setw(12)
             << epoch.trainLoss << std::setw(16) << epoch.trainAccuracy << std::setw(11)
             << epoch.test.loss << std::setw(15) << epoch.test.accuracy << std::setprecision(1)
             << std::setw(9) << epoch.seconds << '\n';
        m_context.out << line.str() << std::flush;
    }

    void printJson(const Trainer& trainer)
    {
        auto epochs = Json::array();
        for (const auto& e : m_epochs)
            epochs.push_back({{"epoch", e.epoch},
                              {"train_loss", e.trainLoss},
                              {"train_accuracy", e.trainAccuracy},
                              {"test_loss", e.test.loss},
                              {"test_accuracy", e.test.accuracy},
                              {"seconds", e.seconds}});
        Json document{{"model", trainer.recipe().model},
                      {"data", trainer.recipe().data},
                      {"epochs", std::move(epochs)},
                      {"samples_per_second", samplesPerSecond()},
                      {"layers", layersToJson(trainer.network())}};
        if (trainer.recipe().qat && trainer.recipe().qat->oscillation.any())
            document["oscillation"] = oscillationToJson(trainer.oscillation());
        m_context.out << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    }

    double samplesPerSecond() const
    {
        return m_seconds > 0 ? static_cast<double>(m_samples) / m_seconds : 0;
    }

    void clearProgress()
    {
        if (m_context.showProgress)
            m_context.err << "\r\x1b[K" << std::flush;
    }

    const TrainOptions& m_options;
    CommandContext& m_context;
    std::vector<EpochResult> m_epochs;
    std::vector<CurvePoint> m_curves;
    std::int64_t m_samples = 0;
    double m_seconds = 0;
};

/// A line for each row of the data set table.
std::string datasetHelp()
{
    std::string text;
    for (const auto& row : datasets())
        text +=
            (text.empty() ? "" : "\n") + datasetPattern(row) + ": " + std::string(row.description);
    return text;
}

std::string qatNames()
{
    const auto names = qatConfigNames();
    return join(std::vector<std::string>(names.begin(), names.end()));
}

CommandAction setUp(CLI::App& app)
{
    const auto options = std::make_shared<TrainOptions>();
    auto& recipe = options->recipe;
    app.add_option("--model", recipe.model,
                   "seed-cnn, mlp:SIZES, as mlp:784-128-64-10, or a FILE.json")
        ->required();
    app.add_option("--data", recipe.data, datasetHelp())->required();
    app.add_option("--epochs", recipe.epochs, "How often all images are seen")
        ->capture_default_str();
    app.add_option("--batch", recipe.batch, "Images per step")->capture_default_str();
    app.add_option("--lr", recipe.lr, "Learning rate")->capture_default_str();
    app.add_option("--optimizer", recipe.optimizer, join(optimizerNames()))->capture_default_str();
    app.add_option("--momentum", recipe.momentum, "Of sgd")->capture_default_str();
    app.add_flag("--nesterov", recipe.nesterov, "Of sgd with momentum");
    app.add_option("--weight-decay", recipe.weightDecay, "weight_decay of the optimizer")
        ->capture_default_str();
    app.add_option("--lr-schedule", recipe.schedule.name,
                   join(lrScheduleNames()) + ": how lr changes from epoch to epoch")
        ->capture_default_str();
    app.add_option("--lr-step-size", recipe.schedule.stepSize, "step: epochs between two changes")
        ->capture_default_str();
    app.add_option("--lr-gamma", recipe.schedule.gamma, "step: the factor of a change")
        ->capture_default_str();
    app.add_option("--lr-t-max", recipe.schedule.tMax, "cosine: epochs of half a period")
        ->capture_default_str();
    app.add_option("--lr-eta-min", recipe.schedule.etaMin, "cosine: the lowest lr")
        ->capture_default_str();
    app.add_option("--warmup-steps", recipe.schedule.warmupSteps,
                   "Steps in which lr rises from 0 first")
        ->capture_default_str();
    app.add_option("--loss", recipe.loss,
                   "cross_entropy, or mse (one-hot labels, or the data's real targets)")
        ->capture_default_str();
    app.add_option("--augment-shift", recipe.augmentation.shift,
                   "Shift training images by up to so many pixels at random")
        ->capture_default_str();
    app.add_flag("--augment-flip", recipe.augmentation.horizontalFlip,
                 "Turn half of the training images left to right");
    app.add_option("--augment-noise", recipe.augmentation.noise,
                   "Standard deviation of noise on training samples")
        ->capture_default_str();
    app.add_option("--calibration", recipe.calibration,
                   "Hold out so many training samples, as compare calibrates with")
        ->capture_default_str();
    app.add_option("--seed", recipe.seed, "Of the initial weights and the order of the images")
        ->check([](const std::string& text) {
            return text.starts_with('-') ? "expected a whole number from 0, found " + text
                                         : std::string();
        })
        ->capture_default_str();
    app.add_option("--qat", options->qat,
                   "Fake-quantize while training: " + qatNames() + " or a QCONFIG.json");
    app.add_option("--observe-epochs", recipe.observeEpochs,
                   "First only observe ranges, for so many epochs");
    app.add_option("--freeze-observers-after", recipe.freezeObserversAfter,
                   "Keep the ranges found in so many epochs");
    app.add_option("--freeze-bn-stats-after", recipe.freezeBatchNormAfter,
                   "Keep BatchNorm's statistics of so many epochs");
    app.add_option("--checkpoint", options->checkpoint,
                   "Where everything goes after each epoch, and when it is stopped (.safetensors)");
    app.add_option("--resume", options->resume,
                   "Go on from a checkpoint of the same options; --epochs may differ");
    app.add_option("--init", options->init, "Initial weights (.safetensors)");
    app.add_option("--save", options->save, "Where the weights go (.safetensors)");
    app.add_option("--curves", options->curves, "Where loss and accuracy of each step go (.csv)");
    app.add_option("--limit-train", recipe.limitTrain, "Only the first so many training images");
    app.add_option("--limit-test", recipe.limitTest, "Only the first so many test images");
    app.add_flag("--json", options->json, "Print one JSON document");
    return [options](CommandContext& context) {
        return TrainRun(*options, context).run();
    };
}

} // namespace

Command trainCommand()
{
    return {"train", "Train a network, float or fake-quantized", setUp};
}

} // namespace qs
