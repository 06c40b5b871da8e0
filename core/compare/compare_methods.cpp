// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/compare_methods.h"

#include "core/base/text.h"
#include "core/compare/model_bytes.h"
#include "core/ptq/calibrate.h"
#include "core/ptq/dynamic_network.h"

#include <algorithm>

namespace qs {
namespace {

OutputFunction outputsOf(const IntegerNetwork& network, SampleShape shape,
                         const JobContext& context)
{
    return [&network, shape, &context](const NetworkSamples& samples, std::int64_t begin,
                                       std::int64_t count) -> Result<std::vector<float>> {
        auto run = network.run(samples.writer(begin), count, {}, context);
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

OutputFunction outputsOf(DynamicNetwork& network, DynamicArithmetic arithmetic,
                         const JobContext& context)
{
    return [&network, arithmetic, &context](const NetworkSamples& samples, std::int64_t begin,
                                            std::int64_t count) {
        return network.outputsOf(samples, begin, count, arithmetic, context);
    };
}

struct Measured {
    ModelScore score;
    Timing time;
};

Result<Measured> measure(const OutputFunction& network, const NetworkSamples& test,
                         const CompareOptions& options, const JobContext& context)
{
    auto score = scoreOf(network, test, options.batch, context);
    if (!score)
        return score.error();
    auto time = timeOf(network, test, options.batch, options.runs, context);
    if (!time)
        return time.error();
    return Measured{std::move(*score), *time};
}

/// The network on integers, beside the fake-quantized one.
Result<void> addIntegerFigures(MethodReport& report, Network& network,
                               const ConvertedNetwork& converted, const NetworkSamples& test,
                               const CompareOptions& options, const JobContext& context)
{
    auto measured = measure(outputsOf(converted.network, network.shapes().back(), context), test,
                            options, context);
    if (!measured)
        return measured.error();
    report.mismatches = mismatchesOf(report.score, measured->score);
    std::vector<std::vector<float>> before;
    for (const auto& parameter : network.parameters())
        before.push_back(parameter.value);
    auto moved = useIntegerBias(network);
    auto twin = moved ? scoreOf(outputsOf(network, context), test, options.batch, context)
                      : Result<ModelScore>(moved.error());
    for (std::size_t i = 0; i < before.size(); ++i)
        network.parameters()[i].value = std::move(before[i]);
    if (!twin)
        return twin.error();
    report.mismatchesOnGrid = mismatchesOf(*twin, measured->score);
    report.integer = std::move(measured->score);
    report.integerTime = measured->time;
    return {};
}

Result<MethodReport> floatReport(const CompareInputs& inputs, const CompareOptions& options,
                                 const JobContext& context)
{
    auto network = floatCopy(*inputs.network);
    if (!network)
        return network.error();
    auto measured = measure(outputsOf(*network, context), *inputs.test, options, context);
    if (!measured)
        return measured.error();
    MethodReport report;
    report.score = std::move(measured->score);
    report.time = measured->time;
    report.bytes = floatBytesOf(*network);
    auto coverage = coverageOf(*network, nullptr, "nothing is quantized");
    if (!coverage)
        return coverage.error();
    report.coverage = std::move(*coverage);
    return report;
}

Result<MethodReport> dynamicReport(const CompareInputs& inputs, const CompareOptions& options,
                                   const JobContext& context)
{
    auto network = DynamicNetwork::make(*inputs.network);
    if (!network)
        return network.error();
    auto fake = measure(outputsOf(*network, DynamicArithmetic::FakeQuantized, context),
                        *inputs.test, options, context);
    if (!fake)
        return fake.error();
    MethodReport report;
    report.method = PtqMethod::Dynamic;
    report.score = std::move(fake->score);
    report.time = fake->time;
    report.bytes = network->bytes();
    report.coverage = dynamicCoverage(inputs.network->model());
    report.notes.push_back("one scale for each batch of " + std::to_string(options.batch) +
                           " samples: results depend on it");
    if (network->linearLayers().empty()) {
        report.notes.emplace_back("there is no Linear layer: nothing is quantized");
        return report;
    }
    auto integer = measure(outputsOf(*network, DynamicArithmetic::Integer, context), *inputs.test,
                           options, context);
    if (!integer)
        return integer.error();
    report.mismatches = mismatchesOf(report.score, integer->score);
    report.integer = std::move(integer->score);
    report.integerTime = integer->time;
    return report;
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

Result<MethodReport> postTrainingReport(PtqMethod method, const CompareInputs& inputs,
                                        const CompareOptions& options, const JobContext& context)
{
    PtqRecipe recipe = options.recipe;
    if (method == PtqMethod::WeightOnly)
        recipe.config = weightsOf(recipe.config);
    auto done = quantizeAfterTraining(*inputs.network, recipe, inputs.calibration, context);
    if (!done)
        return done.error();
    auto report = reportOf(method, done->network, *inputs.test, options, context);
    if (report)
        addNotes(*report, *done);
    return report;
}

} // namespace

Result<MethodReport> reportOf(PtqMethod method, Network& network, const NetworkSamples& test,
                              const CompareOptions& options, const JobContext& context)
{
    auto measured = measure(outputsOf(network, context), test, options, context);
    if (!measured)
        return measured.error();
    MethodReport report;
    report.method = method;
    report.score = std::move(measured->score);
    report.time = measured->time;
    const auto bytes = bytesOf(network);
    if (!bytes)
        return bytes.error();
    report.bytes = *bytes;
    std::string whyFloat = "activations are float: weights are dequantized first";
    std::optional<ConvertedNetwork> converted;
    const auto modules = network.quantizers();
    if (std::any_of(modules.begin(), modules.end(),
                    [](const auto& m) { return !m.name.ends_with(".weight"); })) {
        auto made = convert(network);
        if (made) {
            converted = std::move(*made);
        } else if (made.error().kind == ErrorKind::Cancelled) {
            return made.error();
        } else {
            whyFloat = made.error().message;
            report.notes.push_back("does not run on integers: " + whyFloat);
        }
    }
    auto coverage = coverageOf(network, converted ? &*converted : nullptr, whyFloat);
    if (!coverage)
        return coverage.error();
    report.coverage = std::move(*coverage);
    const bool runs = std::any_of(report.coverage.begin(), report.coverage.end(),
                                  [](const auto& row) { return row.integers; });
    if (converted && runs)
        if (auto added = addIntegerFigures(report, network, *converted, test, options, context);
            !added)
            return added.error();
    return report;
}

Result<std::vector<MethodReport>> compareMethods(const CompareInputs& inputs,
                                                 const CompareOptions& options,
                                                 const JobContext& context)
{
    if (options.batch < 1 || options.runs < 1)
        return Error::usage("batch and runs must be 1 or more");
    std::vector<MethodReport> reports;
    for (const auto method : options.methods) {
        context.report(info(method).name, static_cast<double>(reports.size()) /
                                              static_cast<double>(options.methods.size()));
        if (method == PtqMethod::Qat && inputs.qat == nullptr)
            return Error::usage("method qat needs the weights of a training with fake-quantize "
                                "modules");
        auto report = method == PtqMethod::Float     ? floatReport(inputs, options, context)
                      : method == PtqMethod::Dynamic ? dynamicReport(inputs, options, context)
                      : method == PtqMethod::Qat
                          ? reportOf(method, *inputs.qat, *inputs.test, options, context)
                          : postTrainingReport(method, inputs, options, context);
        if (!report)
            return Error{report.error().kind,
                         report.error().kind == ErrorKind::Cancelled
                             ? report.error().message
                             : std::string(info(method).name) + ": " + report.error().message};
        reports.push_back(std::move(*report));
    }
    return reports;
}

} // namespace qs
