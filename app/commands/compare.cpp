// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/compare.h"

#include "app/commands/compare_output.h"
#include "app/commands/qat_option.h"
#include "core/compare/qat_weights.h"
#include "core/data/dataset.h"
#include "core/nn/weights_file.h"

#include <algorithm>
#include <memory>

namespace qs {
namespace {

constexpr std::int64_t kFigureSamples = 128; ///< of the layers' report
constexpr std::int64_t kFigureBatch = 32;    ///< every layer's output of these is in memory

struct CompareArguments {
    std::string model;
    std::string data;
    std::string weights;
    std::vector<std::string> methods;
    std::string qconfig;
    std::string observer = "histogram";
    std::string qatWeights;
    std::string qatConfig = "default";
    std::optional<std::int64_t> calibration;
    std::int64_t limitTest = 0;
    std::int64_t batch = 64;
    std::int64_t advise = 3;
    std::uint64_t seed = 0;
    double tolerance = 1;
    std::string requantize = "float";
    bool layers = false;
    bool equalize = false;
    bool biasCorrection = false;
    bool adaRound = false;
    bool json = false;
};

/// The samples, once the model and the data set are known to fit each other.
struct Samples {
    NetworkSamples test;
    std::optional<NetworkSamples> calibration;
};

class CompareRun {
public:
    CompareRun(const CompareArguments& arguments, CommandContext& context)
        : m_arguments(arguments), m_context(context)
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
        const auto done = compare(job);
        if (m_context.showProgress)
            m_context.err << "\r\x1b[K" << std::flush;
        if (!done)
            return done;
        if (m_arguments.json)
            m_context.out << compareJson(m_result).dump(
                                 2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
                          << '\n';
        else
            printCompare(m_context.out, m_result);
        return {};
    }

private:
    Result<void> compare(const JobContext& job)
    {
        if (auto read = readMethods(); !read)
            return read;
        auto recipe = readRecipe(job);
        if (!recipe)
            return recipe.error();
        const auto model = modelByName(m_arguments.model);
        if (!model)
            return model.error();
        auto network = Network::make(*model, 0);
        if (!network)
            return network.error();
        // Told before anything is read.
        if (auto fits = network->setQuantization(&recipe->config); !fits)
            return fits;
        if (auto none = network->setQuantization(nullptr); !none)
            return none;
        const auto samples = readSamples(*network, job);
        if (!samples)
            return samples.error();
        if (auto loaded = loadWeights(*network, m_arguments.weights, job); !loaded)
            return loaded;

        CompareInputs inputs;
        inputs.network = &*network;
        inputs.test = &samples->test;
        inputs.calibration = samples->calibration ? &*samples->calibration : nullptr;
        std::vector<std::string> observedAnew;
        if (wants(PtqMethod::Qat)) {
            auto read = readQat(*model, inputs, job);
            if (!read)
                return read.error();
            inputs.qat = std::make_shared<Network>(std::move(read->network));
            observedAnew = std::move(read->observedAnew);
        }
        auto reports = compareMethods(inputs, m_options, job);
        if (!reports)
            return reports.error();
        for (auto& report : *reports)
            if (report.method == PtqMethod::Qat && !observedAnew.empty())
                report.notes.push_back(
                    std::to_string(observedAnew.size()) + " ranges of activations are not in " +
                    m_arguments.qatWeights + ": observed on the calibration samples");
        m_result.model = m_arguments.model;
        m_result.data = m_arguments.data;
        m_result.weights = m_arguments.weights;
        m_result.testSamples = samples->test.count();
        m_result.calibrationSamples = samples->calibration ? samples->calibration->count() : 0;
        m_result.batch = m_arguments.batch;
        m_result.methods = std::move(*reports);
        m_result.guide = guideOf(m_result.methods, m_arguments.tolerance / 100);
        return m_arguments.layers ? studyLayers(inputs, job) : Result<void>{};
    }

    bool wants(PtqMethod method) const
    {
        return std::find(m_options.methods.begin(), m_options.methods.end(), method) !=
               m_options.methods.end();
    }

    Result<void> readMethods()
    {
        if (m_arguments.methods.empty()) {
            for (const auto& row : ptqMethods())
                if (row.id != PtqMethod::Qat || !m_arguments.qatWeights.empty())
                    m_options.methods.push_back(row.id);
        }
        for (const auto& name : m_arguments.methods) {
            const auto method = ptqMethodByName(name);
            if (!method)
                return Error::usage("--methods: expected some of " + ptqMethodNames() +
                                    ", found '" + name + "'");
            if (wants(*method))
                return Error::usage("--methods: '" + name + "' is there twice");
            m_options.methods.push_back(*method);
        }
        if (wants(PtqMethod::Qat) && m_arguments.qatWeights.empty())
            return Error::usage("method qat needs --qat-weights FILE, as 'train --qat … --save "
                                "FILE' writes it");
        if (m_arguments.layers && !wants(PtqMethod::Static) && !wants(PtqMethod::WeightOnly))
            return Error::usage("--layers needs the method static or weight_only");
        if (m_arguments.batch < 1 || m_arguments.batch > 4096)
            return Error::usage("--batch must be from 1 to 4096, found " +
                                std::to_string(m_arguments.batch));
        if (m_arguments.limitTest < 0 || m_arguments.advise < 0)
            return Error::usage("--limit-test and --advise must be 0 or more");
        if (m_arguments.calibration && *m_arguments.calibration < 0)
            return Error::usage("--calibration must be 0 or more, found " +
                                std::to_string(*m_arguments.calibration));
        m_options.batch = m_arguments.batch;
        m_options.requantize =
            m_arguments.requantize == "float" ? RequantizeMode::Float : RequantizeMode::FixedPoint;
        return {};
    }

    Result<PtqRecipe> readRecipe(const JobContext& job)
    {
        auto& recipe = m_options.recipe;
        recipe.config = staticConfig(m_arguments.observer);
        if (!m_arguments.qconfig.empty()) {
            auto config = readQatConfig(m_arguments.qconfig, m_arguments.model, job);
            if (!config)
                return config.error();
            recipe.config = std::move(*config);
        }
        recipe.batch = m_arguments.batch;
        recipe.equalize = m_arguments.equalize;
        recipe.biasCorrection = m_arguments.biasCorrection;
        recipe.adaRound = m_arguments.adaRound;
        return recipe;
    }

    Result<Samples> readSamples(const Network& network, const JobContext& job)
    {
        const auto data = readDataset(m_arguments.data, job);
        if (!data)
            return data.error();
        const auto& train = (*data)->train;
        const int wanted = train.hasTargets() ? train.outputs() : (*data)->classes;
        if (train.hasTargets() ? network.outputs() != wanted : network.outputs() < wanted)
            return Error::usage("model " + m_arguments.model + " has " +
                                std::to_string(network.outputs()) + " outputs, " +
                                m_arguments.data + " has " + std::to_string(wanted) +
                                (train.hasTargets() ? " targets" : " classes"));
        constexpr std::int64_t usual = 512;
        const auto n = m_arguments.calibration.value_or(std::min(usual, train.count() / 2));
        const auto held = holdOut(**data, n, m_arguments.seed);
        if (!held)
            return Error{held.error().kind, "--calibration: " + held.error().message};
        auto test = samplesFor(network.model(), held->test, m_arguments.data);
        if (!test)
            return test.error();
        Samples samples{test->first(m_arguments.limitTest), std::nullopt};
        if (n > 0) {
            auto calibration = samplesFor(network.model(), held->calibration, m_arguments.data);
            if (!calibration)
                return calibration.error();
            samples.calibration = std::move(*calibration);
        }
        return samples;
    }

    Result<QatNetwork> readQat(const ModelSpec& model, const CompareInputs& inputs,
                               const JobContext& job)
    {
        const auto config = readQatConfig(m_arguments.qatConfig, m_arguments.model, job);
        if (!config)
            return config.error();
        return loadQatNetwork(model, *config, m_arguments.qatWeights, inputs.calibration,
                              m_arguments.batch, job);
    }

    Result<void> studyLayers(const CompareInputs& inputs, const JobContext& job)
    {
        const auto method = wants(PtqMethod::Static) ? PtqMethod::Static : PtqMethod::WeightOnly;
        AdviceInputs advice;
        advice.network = inputs.network;
        advice.recipe = m_options.recipe;
        if (method == PtqMethod::WeightOnly)
            advice.recipe.config = weightsOf(advice.recipe.config);
        advice.calibration = inputs.calibration;
        advice.test = inputs.test;
        advice.batch = kFigureBatch;
        const auto figures = (inputs.calibration != nullptr ? *inputs.calibration : *inputs.test)
                                 .first(kFigureSamples);
        advice.figures = &figures;
        auto base = quantizeAfterTraining(*inputs.network, advice.recipe, inputs.calibration, job);
        if (!base)
            return base.error();
        auto layers = layerReport(*base, figures, kFigureBatch, job);
        if (!layers)
            return layers.error();
        auto sensitivity = sensitivityOf(base->network, *inputs.test, m_arguments.batch, job);
        if (!sensitivity)
            return sensitivity.error();
        for (const std::size_t place :
             worstPlaces(*layers, static_cast<std::size_t>(m_arguments.advise))) {
            auto found = adviseLayer(advice, *base, (*layers)[place], job);
            if (!found)
                return found.error();
            m_result.advice.push_back(std::move(*found));
        }
        m_result.layersOf = info(method).name;
        m_result.layers = std::move(*layers);
        m_result.sensitivity = std::move(*sensitivity);
        return {};
    }

    const CompareArguments& m_arguments;
    CommandContext& m_context;
    CompareOptions m_options;
    CompareResult m_result;
};

/// What reads whole numbers without a sign takes -1 for the largest.
std::string notNegative(const std::string& text)
{
    return text.starts_with('-') ? "expected a whole number from 0, found " + text : std::string();
}

CommandAction setUp(CLI::App& app)
{
    const auto a = std::make_shared<CompareArguments>();
    app.add_option("--model", a->model, "seed-cnn, mlp:SIZES or a model .json")->required();
    app.add_option("--data", a->data, "As of train: digits, fashion-mnist, idx:DIR, csv:FILE, …")
        ->required();
    app.add_option("--weights", a->weights, "The trained float weights (.safetensors)")->required();
    app.add_option("--methods", a->methods,
                   "Some of " + ptqMethodNames() +
                       "; default: all, qat "
                       "with --qat-weights alone")
        ->delimiter(',');
    app.add_option("--calibration", a->calibration,
                   "Samples to observe, held out from the training set (512, at most half of it)");
    app.add_option("--limit-test", a->limitTest, "Only the first so many test samples");
    app.add_option("--batch", a->batch, "Samples together: also dynamic's, whose scale it shares")
        ->capture_default_str();
    app.add_option("--qconfig", a->qconfig,
                   "Quantizers of static and weight_only: a QCONFIG.json, or a name as of train "
                   "--qat; default: qnnpack's");
    app.add_option("--observer", a->observer, "Of activations, without --qconfig")
        ->capture_default_str();
    app.add_flag("--equalize", a->equalize, "Cross-layer equalization first");
    app.add_flag("--adaround", a->adaRound, "AdaRound instead of rounding weights to nearest");
    app.add_flag("--bias-correction", a->biasCorrection, "Correct biases on calibration samples");
    app.add_option("--qat-weights", a->qatWeights, "What train --qat … --save wrote, for qat");
    app.add_option("--qat-config", a->qatConfig, "The --qat of that training")
        ->capture_default_str();
    app.add_flag("--layers", a->layers,
                 "Also each layer's errors, sensitivity, and measured advice for the worst");
    app.add_option("--advise", a->advise, "How many layers get advice")->capture_default_str();
    app.add_option("--tolerance", a->tolerance, "Points of accuracy that may be lost")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    app.add_option(
           "--requantize", a->requantize,
           "How the integer networks scale their sums: float (FBGEMM's and QNNPACK's way), or "
           "fixed_point (gemmlowp's and TFLite's)")
        ->check(CLI::IsMember({"float", "fixed_point"}))
        ->capture_default_str();
    app.add_option("--seed", a->seed, "Of the choice of calibration samples")
        ->check(notNegative)
        ->capture_default_str();
    app.add_flag("--json", a->json, "Print one JSON document");
    return [a](CommandContext& context) {
        return CompareRun(*a, context).run();
    };
}

} // namespace

Command compareCommand()
{
    return {"compare", "Quantize a trained network by each method and measure it", setUp};
}

} // namespace qs
