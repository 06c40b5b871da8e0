// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json_reader.h"
#include "core/base/text.h"
#include "core/exchange/fixed_spec.h"
#include "core/exchange/recognizers.h"
#include "core/exchange/text_link.h"
#include "core/quant/quant_spec_json.h"

#include <string>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kFormat = "quantoscope.quantizer";
constexpr int kVersion = 1;
/// These values are not all that the elements' steps use: only the quantizer gives them again.
constexpr const char* kNeedsTensor = "needs_tensor";

/// The shortest texts of the float32 values, as toJson writes them.
Json floats(const std::vector<float>& values)
{
    Json list = Json::array();
    for (const float v : values)
        list.push_back(std::stod(formatExact(v)));
    return list;
}

Json parametersJson(const QuantParams& params)
{
    const auto& scheme = info(params.qscheme());
    Json json;
    json["dtype"] = info(params.dtype()).name;
    json["qscheme"] = scheme.name;
    if (scheme.granularity != Granularity::Tensor)
        json["axis"] = params.axis();
    if (scheme.perGroup())
        json["group_size"] = params.groupSize();
    if (info(params.dtype()).isInteger()) {
        json["quant_min"] = params.range().quantMin;
        json["quant_max"] = params.range().quantMax;
    }
    json["scale"] = floats(params.scale());
    if (scheme.floatZeroPoint)
        json["zero_point"] = floats(params.parts().floatZeroPoint);
    else
        json["zero_point"] = params.zeroPoint();
    if (params.parts().globalScale != 1.0F)
        json["global_scale"] = std::stod(formatExact(params.parts().globalScale));
    return json;
}

Result<void> finish(PastedConfiguration& one)
{
    if (auto ok = checkSpec(one.spec); !ok)
        return ok;
    if (one.spec.isFixed())
        one.params = *fixedParams(one.spec);
    return {};
}

/// The values that a quantizer's file says it resolved to, as a fixed spec.
Result<PastedConfiguration> readParameters(const Json& json, const QuantSpec& chosen)
{
    QuantSpec start;
    start.dtype = chosen.dtype;
    start.codebook = chosen.codebook;
    start.rounding = chosen.rounding;
    start.seed = chosen.seed;
    start.dialect = chosen.dialect;
    if (!json.is_object())
        return Error::data("parameters: expected an object");
    Json fixed = json;
    fixed["observer"] = "fixed";
    auto spec = quantSpecFromJson(fixed, "parameters.", start);
    if (!spec)
        return spec.error();
    PastedConfiguration one;
    one.name = "parameters";
    one.spec = std::move(*spec);
    if (auto ok = finish(one); !ok)
        return Error::data("parameters." + ok.error().message);
    if (auto plain = fixedSpec(one.spec, *one.params))
        one.spec = std::move(*plain);
    return one;
}

/// Whether the text is an object of ours: by its mark, or by a dtype of the table that stands
/// beside a word only we use.
bool isOurs(const PasteInput& input)
{
    const auto& items = input.tree.items;
    if (!input.text.starts_with('{') || items.size() != 1 || !items.front().is(Literal::Kind::Dict))
        return false;
    const auto& dict = items.front();
    const Literal* dtype = dict.find("dtype");
    const bool spec = dtype != nullptr && dtype->is(Literal::Kind::Text) &&
                      dtypeByName(dtype->text) && dict.find("observer") != nullptr;
    const Literal* format = dict.find("format");
    return spec || (format != nullptr && format->text == kFormat);
}

} // namespace

std::string paramsJson(const QuantSpec& spec, const QuantParams& params)
{
    Json json;
    json["format"] = kFormat;
    json["version"] = kVersion;
    json["quantizer"] = toJson(spec);
    if (info(params.dtype()).family != Family::Ggml) {
        json["parameters"] = parametersJson(params);
        if (!fixedSpec(spec, params))
            json["parameters"][kNeedsTensor] = true;
    }
    return json.dump(2) + "\n";
}

Result<Pasted> readOwnJson(const PasteInput& input)
{
    if (!isOurs(input))
        return Pasted{};
    const Json json = Json::parse(input.text, nullptr, false);
    if (json.is_discarded())
        return Error::data("the text is damaged JSON");
    PastedConfiguration chosen;
    if (!json.contains("format")) {
        auto spec = quantSpecFromJson(json, "", input.base);
        if (!spec)
            return spec.error();
        chosen.spec = std::move(*spec);
        if (auto ok = finish(chosen); !ok)
            return ok.error();
        return Pasted{std::move(chosen)};
    }
    JsonReader in(json, "");
    std::string format;
    int version = kVersion;
    in.text("format", format);
    in.integer("version", version, 1, kVersion);
    const Json* quantizer = in.member("quantizer");
    const Json* parameters = in.member("parameters");
    if (quantizer == nullptr)
        in.fail(Error::data("quantizer: expected an object, found none"));
    if (auto ok = in.finishKeepingUnknown(); !ok)
        return ok.error();
    auto spec = quantSpecFromJson(*quantizer, "quantizer.", QuantSpec());
    if (!spec)
        return spec.error();
    chosen.name = "quantizer";
    chosen.spec = std::move(*spec);
    if (auto ok = finish(chosen); !ok)
        return Error::data("quantizer." + ok.error().message);
    const Json unknown = in.unknown();
    for (const auto& [key, value] : unknown.items())
        chosen.notes.push_back(key.substr(0, 40) + ": this key is not known and is left out");
    if (parameters == nullptr || (parameters->is_object() && parameters->contains(kNeedsTensor)))
        return Pasted{std::move(chosen)};
    auto values = readParameters(*parameters, chosen.spec);
    if (!values)
        return values.error();
    values->notes = chosen.notes;
    if (chosen.spec.isFixed())
        return Pasted{std::move(*values)};
    return Pasted{std::move(*values), std::move(chosen)};
}

} // namespace qs
