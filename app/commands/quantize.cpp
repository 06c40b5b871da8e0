// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/quantize.h"

#include "app/commands/element_report.h"
#include "app/commands/name_list.h"
#include "app/commands/report_json.h"
#include "app/commands/same_file.h"
#include "app/commands/spec_options.h"
#include "core/base/text.h"
#include "core/io/formats.h"
#include "core/pipeline/tensor_pipeline.h"
#include "core/quant/packing.h"

#include <iomanip>
#include <memory>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

struct Options : SpecOptions {
    std::string file;
    std::string tensor;
    std::string output;
    std::string codes;
    std::string packing;
    std::string element;
    bool json = false;
};

/// Files that would be written over what is still being read, and options that need others.
Result<void> checkFiles(const Options& o)
{
    if (!o.output.empty() && (sameFile(o.output, o.codes) || sameFile(o.output, o.file)))
        return Error::usage("--output: " + o.output + " is the input or --codes, too");
    if (!o.packing.empty() && o.codes.empty())
        return Error::usage("--packing: needs --codes");
    if (!o.codes.empty() && sameFile(o.codes, o.file))
        return Error::usage("--codes: " + o.codes + " is the input, too");
    return {};
}

/// Objects within objects as "source.bits": one line each.
void flatten(const Json& json, const std::string& prefix, Json& to)
{
    for (const auto& [key, value] : json.items()) {
        if (value.is_object())
            flatten(value, prefix + key + ".", to);
        else if (value.is_array() && !value.empty() && value[0].is_object())
            for (std::size_t i = 0; i < value.size(); ++i)
                flatten(value[i], prefix + key + "[" + std::to_string(i) + "].", to);
        else
            to[prefix + key] = value;
    }
}

void printTable(std::ostream& out, const Json& nested)
{
    Json json = Json::object();
    flatten(nested, "", json);
    int width = 24;
    for (const auto& [key, value] : json.items())
        width = std::max(width, static_cast<int>(key.size()) + 2);
    const auto show = [](const Json& v) -> std::string {
        if (v.is_string())
            return v.get<std::string>();
        if (v.is_number_float())
            return formatExact(v.get<double>());
        return v.dump();
    };
    for (const auto& [key, value] : json.items()) {
        out << std::left << std::setw(width) << key;
        if (!value.is_array()) {
            out << (value.is_null() ? "-" : show(value)) << '\n';
            continue;
        }
        // Per channel there may be thousands: the first few, and how many.
        std::size_t shown = 0;
        for (const auto& item : value) {
            if (shown == 8)
                break;
            out << (shown++ == 0 ? "" : ", ") << show(item);
        }
        if (value.size() > shown)
            out << ", ... (" << value.size() << ")";
        out << '\n';
    }
}

/// Codes of fewer than 8 bits, several to a byte, as one row of bytes.
Result<Tensor> packed(const Tensor& codes, DType dtype, const std::string& orderName)
{
    const auto& row = info(dtype);
    PackingOrder order{};
    if (auto named = assignByName(order, packingOrders(), orderName, "--packing"); !named)
        return named.error();
    if (row.family == Family::Ggml || row.bits > 8)
        return Error::usage("--packing: codes of at most 8 bits can be packed, " +
                            std::string(row.name) + " has none of these");
    std::vector<std::int32_t> values;
    for (std::int64_t i = 0; i < codes.numel(); ++i)
        values.push_back(static_cast<std::int32_t>(codes.at(i)));
    auto bytes = packCodes(values, row.bits, order);
    if (!bytes)
        return Error::usage("--packing: " + bytes.error().message);
    auto shape = Shape::make({static_cast<std::int64_t>(bytes->size())});
    if (!shape)
        return shape.error();
    return Tensor::fromVector(codes.name(), ElementType::Uint8, *shape, std::move(*bytes));
}

Result<void> run(const Options& o, CommandContext& context)
{
    const auto spec = specOf(o);
    if (!spec)
        return spec.error();
    if (auto files = checkFiles(o); !files)
        return files;
    const JobContext job(context.stop);
    const auto file = readTensors(o.file, job);
    if (!file)
        return file.error();
    const auto tensor = file->tensor(o.tensor);
    if (!tensor)
        return tensor.error();
    const auto named = [&](const Error& error) {
        return Error{error.kind, error.kind == ErrorKind::Cancelled
                                     ? error.message
                                     : o.file + ": " + error.message};
    };
    auto observer = observerByName(spec->observer)->make(*spec);
    if (!observer)
        return observer.error();
    const auto stats = computeStats(*tensor, job);
    if (!stats)
        return stats.error();
    if (auto seen = (*observer)->observe(*tensor, job, &*stats); !seen)
        return named(seen.error());
    const auto params = (*observer)->calculateQParams();
    if (!params)
        return named(params.error());
    const auto report = analyze(*tensor, *stats, *spec, *params, job);
    if (!report)
        return named(report.error());

    const auto quantizer = Quantizer::make(*params, tensor->shape(), spec->rounding, spec->seed);
    if (!quantizer)
        return named(quantizer.error());
    if (!o.output.empty()) {
        const auto dequantized = fakeQuantize(*tensor, *quantizer, job);
        if (!dequantized)
            return dequantized.error();
        if (auto written = writeTensors(o.output, {&*dequantized, 1}, job); !written)
            return written;
    }
    if (!o.codes.empty()) {
        auto codes = quantizeToCodes(*tensor, *quantizer, job);
        if (codes && !o.packing.empty())
            codes = packed(*codes, spec->dtype, o.packing);
        if (!codes)
            return codes.error();
        if (auto written = writeTensors(o.codes, {&*codes, 1}, job); !written)
            return written;
    }
    const auto ranges = (*observer)->ranges();
    auto json = reportJson(o.file, *tensor, *report, std::vector(ranges.begin(), ranges.end()));
    if (!o.element.empty()) {
        const auto indices = elementIndices(o.element, tensor->shape());
        if (!indices)
            return named(indices.error());
        json["elements"] = Json::array();
        for (const auto index : *indices) {
            const auto element = inspectElement(*tensor, *spec, *params, index);
            if (!element)
                return named(element.error());
            json["elements"].push_back(elementJson(*element, tensor->shape()));
        }
    }
    if (o.json)
        context.out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    else
        printTable(context.out, json);
    return {};
}

} // namespace

Command quantizeCommand()
{
    return {"quantize", "Quantize one tensor and report what it costs",
            [](CLI::App& app) -> CommandAction {
                const auto o = std::make_shared<Options>();
                app.add_option("FILE", o->file, "Tensor file, or generator:NAME?numel=N&seed=S")
                    ->required();
                app.add_option("--tensor", o->tensor, "Which tensor, where the file has several");
                addSpecOptions(app, *o, SpecUse::OneQuantizer);
                app.add_option("--output", o->output, "Write the dequantized tensor here");
                app.add_option("--codes", o->codes,
                               "Write the codes here: integers, or raw bit patterns");
                app.add_option("--packing", o->packing,
                               "Pack --codes of fewer than 8 bits into bytes, one of " +
                                   namesOf(packingOrders()));
                app.add_option("--element", o->element,
                               "Take elements apart bit by bit: a flat index or I,J,...; several "
                               "with ';' between");
                app.add_flag("--json", o->json, "The report as JSON");
                return [o](CommandContext& context) {
                    return run(*o, context);
                };
            }};
}

} // namespace qs
