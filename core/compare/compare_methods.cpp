// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/compare_methods.h"

#include "core/base/text.h"
#include "core/compare/model_bytes.h"
#include "core/ptq/calibrate.h"
#include "core/ptq/dynamic_network.h"

#include <algorithm>
#include <memory>

namespace qs {
namespace {

OutputFunction outputsOf(std::shared_ptr<const ConvertedNetwork> converted, SampleShape shape,
                         const JobContext& context)
{
    return [converted = std::move(converted), shape,
            &context](const NetworkSamples& samples, std::int64_t begin,
                      std::int64_t count) -> Result<std::vector<float>> {
        auto run = converted->network.run(samples.writer(begin), count, {}, context);
        if (!run)
            return run.error();
        const int pixels = shape.height * shape.width;
        if (pixels == 1)
            return std::move(run->output);
        std::vector<float> outputs;
        outputs.reserve(run->output.size());
        for (std::ptrdiff_t i = 0; i < count; ++i)
            for (int c = 0; c < shape.channels; ++c)
                for (int p = 0; p < pixels; ++p)
                    outputs.push_back(run->output[static_cast<std::size_t>(
                        i * shape.numel() + std::ptrdiff_t{p} * shape.channels + c)]);
        return outputs;
    };
}

OutputFunction outputsOf(std::shared_ptr<DynamicNetwork> network, DynamicArithmetic arithmetic,
                         const JobContext& context)
{
    return [network = std::move(network), arithmetic,
            &context](const NetworkSamples& samples, std::int64_t begin, std::int64_t count) {
        return network->outputsOf(samples, begin, count, arithmetic, context);
    };
}

OutputFunction outputsOf(std::shared_ptr<Network> network, const JobContext& context)
{
    return [network = std::move(network), &context](const NetworkSamples& samples,
                                                    std::int64_t begin, std::int64_t count) {
        return network->outputsOf(samples.writer(begin), count, context);
    };
}

/// A method's report without times, and what is to be timed.
struct Subject {
    MethodReport report;
    OutputFunction fake; ///< what it runs on it keeps alive
    std::optional<OutputFunction> integer;
};

/// The network on integers, beside the fake-quantized one.
Result<void> addIntegerFigures(Subject& subject, Network& network, const NetworkSamples& test,
                               const CompareOptions& options, const JobContext& context)
{
    auto& report = subject.report;
    auto score = scoreOf(*subject.integer, test, options.batch, context);
    if (!score)
        return score.error();
    report.mismatches = mismatchesOf(report.score, *score);
    std::vector<std::vector<float>> before;
    for (const auto& parameter : network.parameters())
        before.push_back(parameter.value);
    auto moved = useIntegerBias(network);
    auto twin = moved ? scoreOf(subject.fake, test, options.batch, context)
                      : Result<ModelScore>(moved.error());
    for (std::size_t i = 0; i < before.size(); ++i)
        network.parameters()[i].value = std::move(before[i]);
    if (!twin)
        return twin.error();
    report.mismatchesOnGrid = mismatchesOf(*twin, *score);
    report.integer = std::move(*score);
    return {};
}

Result<Subject> floatSubject(const CompareInputs& inputs, const CompareOptions& options,
                             const JobContext& context)
{
    auto copy = floatCopy(*inputs.network);
    if (!copy)
        return copy.error();
    const auto network = std::make_shared<Network>(std::move(*copy));
    Subject subject;
    subject.fake = outputsOf(network, context);
    auto score = scoreOf(subject.fake, *inputs.test, options.batch, context);
    if (!score)
        return score.error();
    subject.report.score = std::move(*score);
    subject.report.bytes = floatBytesOf(*network);
    auto coverage = coverageOf(*network, nullptr, "nothing is quantized");
    if (!coverage)
        return coverage.error();
    subject.report.coverage = std::move(*coverage);
    return subject;
}

Result<Subject> dynamicSubject(const CompareInputs& inputs, const CompareOptions& options,
                               const JobContext& context)
{
    auto made = DynamicNetwork::make(*inputs.network);
    if (!made)
        return made.error();
    const auto network = std::make_shared<DynamicNetwork>(std::move(*made));
    Subject subject;
    subject.fake = outputsOf(network, DynamicArithmetic::FakeQuantized, context);
    auto fake = scoreOf(subject.fake, *inputs.test, options.batch, context);
    if (!fake)
        return fake.error();
    auto& report = subject.report;
    report.method = PtqMethod::Dynamic;
    report.score = std::move(*fake);
    report.bytes = network->bytes();
    report.coverage = dynamicCoverage(inputs.network->model());
    report.notes.push_back("one scale for each batch of " + std::to_string(options.batch) +
                           " samples: results depend on it");
    report.notes.emplace_back("its times contain the hand-over of tensors between Linear and float "
                              "layers, which the other methods have not");
    if (network->linearLayers().empty()) {
        report.notes.emplace_back("there is no Linear layer: nothing is quantized");
        return subject;
    }
    subject.integer = outputsOf(network, DynamicArithmetic::Integer, context);
    auto integer = scoreOf(*subject.integer, *inputs.test, options.batch, context);
    if (!integer)
        return integer.error();
    report.mismatches = mismatchesOf(report.score, *integer);
    report.integer = std::move(*integer);
    return subject;
}

/// A network whose quantizers are set and calibrated.
Result<Subject> quantizedSubject(PtqMethod method, const std::shared_ptr<Network>& network,
                                 const NetworkSamples& test, const CompareOptions& options,
                                 const JobContext& context)
{
    Subject subject;
    subject.fake = outputsOf(network, context);
    auto score = scoreOf(subject.fake, test, options.batch, context);
    if (!score)
        return Error{score.error().kind,
                     std::string(info(method).name) + ": " + score.error().message};
    auto& report = subject.report;
    report.method = method;
    report.score = std::move(*score);
    const auto bytes = bytesOf(*network);
    if (!bytes)
        return bytes.error();
    report.bytes = *bytes;
    std::string whyFloat = "activations are float: weights are dequantized first";
    std::shared_ptr<const ConvertedNetwork> converted;
    const auto modules = network->quantizers();
    if (std::any_of(modules.begin(), modules.end(),
                    [](const auto& m) { return !m.name.ends_with(".weight"); })) {
        auto made = convert(*network, options.requantize);
        if (made) {
            converted = std::make_shared<ConvertedNetwork>(std::move(*made));
        } else if (made.error().kind == ErrorKind::Cancelled) {
            return made.error();
        } else {
            whyFloat = made.error().message;
            report.notes.push_back("does not run on integers: " + whyFloat);
        }
    }
    auto coverage = coverageOf(*network, converted.get(), whyFloat);
    if (!coverage)
        return coverage.error();
    report.coverage = std::move(*coverage);
    const bool runs = std::any_of(report.coverage.begin(), report.coverage.end(),
                                  [](const auto& row) { return row.integers; });
    if (!converted || !runs)
        return subject;
    subject.integer = outputsOf(converted, network->shapes().back(), context);
    if (auto added = addIntegerFigures(subject, *network, test, options, context); !added)
        return added.error();
    return subject;
}

/// Times all of them in turns and gives up the networks.
Result<std::vector<MethodReport>> timed(std::vector<Subject> subjects, const NetworkSamples& test,
                                        const CompareOptions& options, const JobContext& context)
{
    std::vector<OutputFunction> functions;
    for (const auto& subject : subjects) {
        functions.push_back(subject.fake);
        if (subject.integer)
            functions.push_back(*subject.integer);
    }
    const auto times = timeInTurns(functions, test, options.batch, options.runs, context);
    if (!times)
        return times.error();
    std::vector<MethodReport> reports;
    std::size_t next = 0;
    for (auto& subject : subjects) {
        subject.report.time = (*times)[next++];
        if (subject.integer)
            subject.report.integerTime = (*times)[next++];
        reports.push_back(std::move(subject.report));
    }
    return reports;
}

void addNotes(MethodReport& report, const PostTraining& done)
{
    for (const auto& chain : done.equalized) {
        std::vector<std::string> names;
        for (const std::size_t layer : chain.layers)
            names.push_back(std::to_string(layer));
        report.notes.push_back("equalized layers " + join(names));
    }
    for (const auto& layer : done.rounded)
        report.notes.push_back(
            "AdaRound, layer " + std::to_string(layer.layer) + ": " +
            (layer.skipped.empty()
                 ? formatCount(layer.changed) + " of " + formatCount(layer.codes) +
                       " codes are not the nearest, squared error " +
                       formatShort(layer.errorNearest) + " -> " + formatShort(layer.error)
                 : layer.skipped));
    for (const auto& bias : done.corrected)
        report.notes.push_back("bias of layer " + std::to_string(bias.layer) + ": " +
                               (bias.skipped.empty()
                                    ? "corrected by at most " + formatShort(bias.largestShift)
                                    : bias.skipped));
}

Result<Subject> postTrainingSubject(PtqMethod method, const CompareInputs& inputs,
                                    const CompareOptions& options, const JobContext& context)
{
    PtqRecipe recipe = options.recipe;
    if (method == PtqMethod::WeightOnly)
        recipe.config = weightsOf(recipe.config);
    auto done = quantizeAfterTraining(*inputs.network, recipe, inputs.calibration, context);
    if (!done)
        return done.error();
    const auto network = std::make_shared<Network>(std::move(done->network));
    auto subject = quantizedSubject(method, network, *inputs.test, options, context);
    if (subject)
        addNotes(subject->report, *done);
    return subject;
}

Result<Subject> subjectOf(PtqMethod method, const CompareInputs& inputs,
                          const CompareOptions& options, const JobContext& context)
{
    switch (method) {
    case PtqMethod::Float:
        return floatSubject(inputs, options, context);
    case PtqMethod::Dynamic:
        return dynamicSubject(inputs, options, context);
    case PtqMethod::Qat:
        if (inputs.qat == nullptr)
            return Error::usage("needs the weights of a training with fake-quantize modules");
        return quantizedSubject(method, inputs.qat, *inputs.test, options, context);
    case PtqMethod::Static:
    case PtqMethod::WeightOnly:
        break;
    }
    return postTrainingSubject(method, inputs, options, context);
}

} // namespace

Result<std::vector<MethodReport>> compareMethods(const CompareInputs& inputs,
                                                 const CompareOptions& options,
                                                 const JobContext& context)
{
    if (options.batch < 1 || options.runs < 1)
        return Error::usage("batch and runs must be 1 or more");
    std::vector<Subject> subjects;
    for (const auto method : options.methods) {
        context.report(info(method).name, static_cast<double>(subjects.size()) /
                                              static_cast<double>(options.methods.size() + 1));
        auto subject = subjectOf(method, inputs, options, context);
        if (!subject && subject.error().kind == ErrorKind::Cancelled)
            return subject.error();
        if (!subject)
            return Error{subject.error().kind, "method " + std::string(info(method).name) + ": " +
                                                   subject.error().message};
        subjects.push_back(std::move(*subject));
    }
    context.report("Times", static_cast<double>(subjects.size()) /
                                static_cast<double>(options.methods.size() + 1));
    return timed(std::move(subjects), *inputs.test, options, context);
}

} // namespace qs
