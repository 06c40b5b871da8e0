// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/compare_output.h"

#include "app/commands/text_table.h"
#include "core/base/text.h"

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json orNull(const std::optional<T>& value)
{
    return value ? Json(*value) : Json();
}

Json toJson(const Timing& time)
{
    return {{"ms_per_1000_samples", time.msPer1000},
            {"runs", time.runs},
            {"samples", time.samples},
            {"threads", time.threads}};
}

Json toJson(const std::optional<Mismatches>& found)
{
    if (!found)
        return {};
    return {{"predictions", found->predictions},
            {"samples", found->samples},
            {"outputs", found->outputs},
            {"numbers", found->numbers},
            {"largest", found->largest}};
}

Json toJson(const CoverageCount& count)
{
    return {{"layers_with_weights", count.layers},
            {"weights_quantized", count.weights},
            {"on_integers", count.integers}};
}

Json toJson(const MethodReport& report)
{
    const auto& row = info(report.method);
    Json json{{"method", row.name}, {"description", row.description}};
    json["accuracy"] = orNull(report.score.accuracy);
    json["loss"] = report.score.loss;
    json["integer_accuracy"] = report.integer ? orNull(report.integer->accuracy) : Json();
    json["integer_loss"] = report.integer ? Json(report.integer->loss) : Json();
    json["model_bytes"] = report.bytes;
    json["ms_per_1000_samples"] = report.usedTime().msPer1000;
    json["time"] = toJson(report.time);
    json["integer_time"] = report.integerTime ? toJson(*report.integerTime) : Json();
    json["mismatches"] = toJson(report.mismatches);
    json["mismatches_with_integer_bias"] = toJson(report.mismatchesOnGrid);
    json["covers"] = toJson(countOf(report.coverage));
    json["effort"] = row.effort;
    json["layers"] = Json::array();
    for (const auto& layer : report.coverage)
        json["layers"].push_back(
            {{"name", layer.name},
             {"type", layer.type},
             {"weight_dtype", layer.weightDtype.empty() ? Json() : Json(layer.weightDtype)},
             {"activation_dtype",
              layer.activationDtype.empty() ? Json() : Json(layer.activationDtype)},
             {"runs_on", layer.integers ? "integers" : "float"},
             {"why", layer.why.empty() ? Json() : Json(layer.why)}});
    json["notes"] = report.notes;
    return json;
}

Json toJson(const Guide& guide)
{
    Json json{{"tolerance", guide.tolerance}};
    json["recommended"] = guide.recommended ? Json(info(*guide.recommended).name) : Json();
    json["rows"] = Json::array();
    for (const auto& row : guide.rows)
        json["rows"].push_back({{"method", info(row.method).name},
                                {"accuracy_drop", orNull(row.accuracyDrop)},
                                {"loss_rise", row.lossRise},
                                {"times_smaller", row.smaller},
                                {"times_faster", row.faster},
                                {"covers", toJson(row.coverage)},
                                {"needs_calibration", row.calibrates},
                                {"needs_training", row.trains},
                                {"within_tolerance", row.accurate}});
    json["sentences"] = guide.sentences;
    return json;
}

Json toJson(const ErrorFigures& error)
{
    return {{"sqnr_db", orNull(error.sqnrDb())},
            {"cosine_similarity", orNull(error.cosine())},
            {"mse", error.mse()},
            {"mean_error", error.meanError()}};
}

Json toJson(const std::optional<ErrorFigures>& error)
{
    return error ? toJson(*error) : Json();
}

Json toJson(const std::optional<ValueFacts>& facts)
{
    if (!facts)
        return {};
    return {{"min", facts->min},
            {"max", facts->max},
            {"rms", facts->rms},
            {"amax", facts->amax},
            {"amax_99_9_percent", facts->amax999},
            {"clipped_fraction", facts->clipped},
            {"at_ends_fraction", facts->atEnds},
            {"vanished_fraction", facts->vanished},
            {"levels_used", facts->codesTotal > 0 ? Json(facts->codesUsed) : Json()},
            {"levels_total", facts->codesTotal > 0 ? Json(facts->codesTotal) : Json()},
            {"channel_spread", orNull(facts->channelSpread)}};
}

Json scoreJson(const ModelScore& score)
{
    return {{"accuracy", orNull(score.accuracy)}, {"loss", score.loss}};
}

Json changeJson(const ChangeFigures& figures)
{
    return {{"layer_sqnr_db", orNull(figures.layerSqnrDb)},
            {"loss", figures.loss},
            {"accuracy", orNull(figures.accuracy)}};
}

Json toJson(const LayerAdvice& advice)
{
    Json json{{"name", advice.name},
              {"type", advice.type},
              {"findings", advice.findings},
              {"before", changeJson(advice.before)}};
    json["tried"] = Json::array();
    for (const auto& tried : advice.tried)
        json["tried"].push_back({{"change", tried.change},
                                 {"why", tried.why},
                                 {"after", tried.failed.empty() ? changeJson(tried.after) : Json()},
                                 {"failed", tried.failed.empty() ? Json() : Json(tried.failed)},
                                 {"helps", tried.helps}});
    json["conclusion"] = advice.conclusion;
    return json;
}

using Rows = std::vector<std::vector<std::string>>;

std::string percent(const std::optional<double>& share)
{
    return share ? formatShort(100 * *share) + " %" : "-";
}

std::string decibels(const ErrorFigures& error)
{
    const auto db = error.sqnrDb();
    return db ? formatShort(*db) : error.exact() ? "exact" : "-";
}

std::string decibels(const std::optional<ErrorFigures>& error)
{
    return error ? decibels(*error) : "-";
}

void printMethods(std::ostream& out, const CompareResult& result)
{
    Rows rows{{"method", "accuracy", "integer", "loss", "integer_loss", "bytes", "ms_per_1000",
               "integer_ms", "mismatches", "on_integers"}};
    for (const auto& report : result.methods) {
        const auto count = countOf(report.coverage);
        rows.push_back({std::string(info(report.method).name), percent(report.score.accuracy),
                        report.integer ? percent(report.integer->accuracy) : "-",
                        formatShort(report.score.loss),
                        report.integer ? formatShort(report.integer->loss) : "-",
                        formatCount(report.bytes), formatShort(report.time.msPer1000),
                        report.integerTime ? formatShort(report.integerTime->msPer1000) : "-",
                        report.mismatches ? formatCount(report.mismatches->predictions) + "/" +
                                                formatCount(report.mismatches->samples)
                                          : "-",
                        std::to_string(count.integers) + "/" + std::to_string(count.layers)});
    }
    printColumns(out, rows, {"method"});
    out << '\n';
    if (!result.methods.empty())
        out << "Times: median of " << result.methods[0].time.runs << " runs on "
            << result.methods[0].time.threads << " threads, batches of " << result.batch
            << ". Mismatches: samples whose prediction differs between the\nfake-quantized and the "
               "integer network. on_integers: layers with weights that compute on integers.\n\n";
    for (const auto& report : result.methods) {
        std::vector<std::string> floats;
        for (const auto& layer : report.coverage)
            if (layer.hasWeight && !layer.integers)
                floats.push_back(layer.name + " (" + layer.type + "): " + layer.why);
        for (const auto& line : floats)
            if (report.method != PtqMethod::Float)
                out << info(report.method).name << ": float: layer " << line << '\n';
        for (const auto& note : report.notes)
            out << info(report.method).name << ": " << note << '\n';
    }
    out << '\n';
    for (const auto& sentence : result.guide.sentences)
        out << sentence << '\n';
}

void printLayers(std::ostream& out, const CompareResult& result)
{
    out << "\nLayers of " << result.layersOf
        << ", SQNR in dB against the float network: of the weight, of what the activation "
           "quantizer "
           "is given,\nof the output with this layer alone quantized and with all before it, and "
           "of "
           "the network's output with this layer alone.\n";
    Rows rows{{"layer", "type", "weight", "activation", "alone", "accumulated", "network"}};
    for (const auto& layer : result.layers)
        rows.push_back({layer.place.name, layer.type, decibels(layer.weight),
                        decibels(layer.activation), decibels(layer.outputAlone),
                        decibels(layer.outputAccumulated), decibels(layer.networkAlone)});
    printColumns(out, rows, {"layer", "type"});
    out << "\nSensitivity: only this layer quantized, and all but this one.\n";
    rows = {{"layer", "only_accuracy", "only_loss", "all_but_accuracy", "all_but_loss"}};
    for (const auto& row : result.sensitivity)
        rows.push_back({row.name, percent(row.only.accuracy), formatShort(row.only.loss),
                        percent(row.allBut.accuracy), formatShort(row.allBut.loss)});
    printColumns(out, rows, {"layer"});
    for (const auto& advice : result.advice) {
        out << "\nLayer " << advice.name << " (" << advice.type << ")\n";
        for (const auto& finding : advice.findings)
            out << "  " << finding << '\n';
        for (const auto& tried : advice.tried) {
            out << "  tried " << tried.change << ": ";
            if (!tried.failed.empty()) {
                out << tried.failed << '\n';
                continue;
            }
            const auto db = [](const std::optional<double>& value) {
                return value ? formatShort(*value) + " dB" : std::string("no error");
            };
            out << (tried.helps ? "helps" : "does not help") << " (layer "
                << db(advice.before.layerSqnrDb) << " -> " << db(tried.after.layerSqnrDb)
                << ", loss " << formatShort(advice.before.loss) << " -> "
                << formatShort(tried.after.loss);
            if (tried.after.accuracy)
                out << ", accuracy " << percent(advice.before.accuracy) << " -> "
                    << percent(tried.after.accuracy);
            out << ")\n";
        }
        out << "  " << advice.conclusion << '\n';
    }
}

} // namespace

void printCompare(std::ostream& out, const CompareResult& result)
{
    printMethods(out, result);
    if (!result.layersOf.empty())
        printLayers(out, result);
}

nlohmann::ordered_json compareJson(const CompareResult& result)
{
    Json json{{"model", result.model},
              {"data", result.data},
              {"weights", result.weights},
              {"test_samples", result.testSamples},
              {"calibration_samples", result.calibrationSamples},
              {"batch", result.batch}};
    json["methods"] = Json::array();
    for (const auto& report : result.methods)
        json["methods"].push_back(toJson(report));
    json["guide"] = toJson(result.guide);
    if (result.layersOf.empty())
        return json;
    json["layers_of"] = result.layersOf;
    json["layers"] = Json::array();
    for (const auto& layer : result.layers)
        json["layers"].push_back({{"name", layer.place.name},
                                  {"type", layer.type},
                                  {"weight", toJson(layer.weight)},
                                  {"activation", toJson(layer.activation)},
                                  {"output_alone", toJson(layer.outputAlone)},
                                  {"output_accumulated", toJson(layer.outputAccumulated)},
                                  {"network_output_alone", toJson(layer.networkAlone)},
                                  {"weight_facts", toJson(layer.weightFacts)},
                                  {"activation_facts", toJson(layer.activationFacts)}});
    json["sensitivity"] = Json::array();
    for (const auto& row : result.sensitivity)
        json["sensitivity"].push_back({{"name", row.name},
                                       {"only", scoreJson(row.only)},
                                       {"all_but", scoreJson(row.allBut)}});
    json["advice"] = Json::array();
    for (const auto& advice : result.advice)
        json["advice"].push_back(toJson(advice));
    return json;
}

} // namespace qs
