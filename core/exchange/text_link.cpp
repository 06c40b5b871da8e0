// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/text_link.h"

#include "core/base/text.h"
#include "core/exchange/fixed_spec.h"
#include "core/exchange/recognizers.h"
#include "core/quant/quant_spec_json.h"

#include <algorithm>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view kScheme = "quantoscope:";
constexpr std::string_view kStart = "quantoscope:v1?";

/// How a key's text becomes JSON.
enum class Form { Name, Number, Numbers, Flag };

/// A key of the link and the member of the spec's JSON that it is.
struct Key {
    std::string_view key;
    const char* member;
    Form form;
};

/// THE table of keys.
constexpr Key kKeys[] = {
    {"dt", "dtype", Form::Name},         {"qs", "qscheme", Form::Name},
    {"ax", "axis", Form::Number},        {"gs", "group_size", Form::Number},
    {"o", "observer", Form::Name},       {"ac", "averaging_constant", Form::Number},
    {"pc", "percentile", Form::Number},  {"sr", "scale_rule", Form::Name},
    {"qmin", "quant_min", Form::Number}, {"qmax", "quant_max", Form::Number},
    {"nr", "narrow_range", Form::Flag},  {"rr", "reduce_range", Form::Flag},
    {"s", "scale", Form::Numbers},       {"z", "zero_point", Form::Numbers},
    {"cb", "codebook", Form::Numbers},   {"r", "rounding", Form::Name},
    {"seed", "seed", Form::Number},      {"d", "dialect", Form::Name},
};

std::string numberText(const Json& value)
{
    std::string text = value.is_number_integer()
                           ? value.dump()
                           : formatExact(static_cast<float>(value.get<double>()));
    // A plus sign means a space in an address.
    std::erase(text, '+');
    return text;
}

std::string textOf(const Key& key, const Json& value)
{
    switch (key.form) {
    case Form::Name:
        return value.get<std::string>();
    case Form::Flag:
        return value.get<bool>() ? "1" : "0";
    case Form::Number:
        return value.is_number_integer() ? value.dump() : formatExact(value.get<double>());
    case Form::Numbers:
        break;
    }
    std::string text;
    for (const auto& item : value) {
        if (!text.empty())
            text += ',';
        text += numberText(item);
    }
    return text;
}

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// %2C as a comma, where a program has written the link so.
std::string decoded(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hexDigit(text[i + 1]) >= 0 &&
            hexDigit(text[i + 2]) >= 0) {
            result += static_cast<char>(hexDigit(text[i + 1]) * 16 + hexDigit(text[i + 2]));
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

/// The parts of a text between separators.
std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

Result<Json> valueOf(const Key& key, const std::string& text)
{
    const auto bad = [&](const char* expected) {
        return Error::data(std::string(key.member) + ": expected " + expected + ", found '" +
                           text.substr(0, 40) + "'");
    };
    if (key.form == Form::Name)
        return Json(text);
    if (key.form == Form::Flag) {
        if (text != "0" && text != "1")
            return bad("0 or 1");
        return Json(text == "1");
    }
    Json list = Json::array();
    for (const auto part : split(text, ',')) {
        if (list.size() >= kMostNumbers)
            return bad("at most 2^20 numbers");
        const auto number = parseNumber(part);
        if (!number)
            return bad(key.form == Form::Number ? "a finite number"
                                                : "finite numbers between commas");
        list.push_back(*number);
    }
    if (key.form == Form::Numbers)
        return list;
    if (list.size() != 1)
        return bad("one number");
    return Json(list.front());
}

} // namespace

std::string textLink(const QuantSpec& spec, const QuantParams& params)
{
    const auto fixed = fixedSpec(spec, params);
    Json json = toJson(fixed ? *fixed : spec);
    if (fixed) {
        json.erase("observer");
        // One zero_point for all, where it is: the same parameters in a shorter text.
        auto& zeros = json["zero_point"];
        if (std::all_of(zeros.begin(), zeros.end(), [&](const Json& z) { return z == zeros[0]; }))
            zeros = Json::array({Json(zeros[0])});
    }
    if (json["rounding"] == "half_even")
        json.erase("rounding");
    if (json["dialect"] == "torch")
        json.erase("dialect");
    std::string link(kStart);
    for (const auto& key : kKeys) {
        const auto member = json.find(key.member);
        if (member != json.end() && !(member->is_array() && member->empty())) {
            if (link.size() > kStart.size())
                link += '&';
            link += std::string(key.key) + "=" + textOf(key, *member);
        }
    }
    return link;
}

Result<Pasted> readTextLink(const PasteInput& input)
{
    if (!input.text.starts_with(kScheme))
        return Pasted{};
    if (!input.text.starts_with(kStart))
        return Error::data("version: expected quantoscope:v1?, found '" +
                           std::string(input.text.substr(0, 24)) + "'");
    constexpr std::size_t kMostNotes = 20;
    PastedConfiguration one;
    Json json = Json::object();
    for (const auto part : split(input.text.substr(kStart.size()), '&')) {
        const auto equals = part.find('=');
        const std::string name = decoded(part.substr(0, equals));
        const auto* key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                       [&](const Key& k) { return k.key == name; });
        if (key == std::end(kKeys)) {
            if (!part.empty() && one.notes.size() < kMostNotes)
                one.notes.push_back(decoded(part).substr(0, 60) +
                                    ": this key is not known and is left out");
            continue;
        }
        auto value =
            valueOf(*key, equals == std::string_view::npos ? "" : decoded(part.substr(equals + 1)));
        if (!value)
            return value.error();
        json[key->member] = std::move(*value);
    }
    QuantSpec start;
    start.dtype = input.base.dtype;
    if (!json.contains("dtype"))
        one.notes.push_back("no dtype given: " + std::string(info(start.dtype).name) +
                            ", the one in force, is kept");
    if (!json.contains("observer")) {
        if (!json.contains("scale"))
            return Error::data("scale: expected s=, one or more numbers above 0, found none");
        json["observer"] = "fixed";
        if (!json.contains("zero_point"))
            json["zero_point"] = 0;
    }
    auto spec = quantSpecFromJson(json, "", start);
    if (!spec)
        return spec.error();
    one.spec = std::move(*spec);
    if (auto ok = checkSpec(one.spec); !ok)
        return ok.error();
    if (one.spec.isFixed())
        one.params = *fixedParams(one.spec);
    return Pasted{std::move(one)};
}

} // namespace qs
