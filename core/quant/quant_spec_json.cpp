// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/quant_spec_json.h"

#include "core/base/json_reader.h"
#include "core/base/text.h"

#include <limits>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

template <typename Row>
std::string namesOf(std::span<const Row> rows)
{
    std::vector<std::string> names;
    for (const auto& row : rows)
        names.emplace_back(row.name);
    return join(names);
}

template <typename Row>
auto byName(std::span<const Row> rows)
{
    return [rows](const std::string& name) -> std::optional<decltype(Row::id)> {
        for (const auto& row : rows) {
            if (row.name == name)
                return row.id;
        }
        return std::nullopt;
    };
}

} // namespace

Json toJson(const QuantSpec& spec)
{
    const QuantSpec defaults;
    Json json;
    json["dtype"] = info(spec.dtype).name;
    json["qscheme"] = info(spec.qscheme).name;
    if (info(spec.qschemeInUse()).granularity != Granularity::Tensor)
        json["axis"] = spec.axis;
    if (spec.groupSize != 0)
        json["group_size"] = spec.groupSize;
    if (spec.scaleRule != defaults.scaleRule)
        json["scale_rule"] = scaleRules()[static_cast<std::size_t>(spec.scaleRule)].name;
    json["observer"] = spec.observer;
    if (spec.averagingConstant != defaults.averagingConstant)
        json["averaging_constant"] = spec.averagingConstant;
    if (spec.percentile != defaults.percentile)
        json["percentile"] = spec.percentile;
    // Shortest texts of the float32 values, not of their doubles: 0.1, not 0.10000000149.
    const auto shortest = [](const std::vector<float>& values) {
        Json list = Json::array();
        for (const float v : values)
            list.push_back(std::stod(formatExact(v)));
        return list;
    };
    if (spec.isFixed()) {
        json["scale"] = shortest(spec.scale);
        if (info(spec.qscheme).floatZeroPoint)
            json["zero_point"] = shortest(spec.floatZeroPoint);
        else
            json["zero_point"] = spec.zeroPoint;
    }
    if (!spec.codebook.empty())
        json["codebook"] = shortest(spec.codebook);
    if (spec.quantMin)
        json["quant_min"] = *spec.quantMin;
    if (spec.quantMax)
        json["quant_max"] = *spec.quantMax;
    if (spec.narrowRange)
        json["narrow_range"] = true;
    if (spec.reduceRange)
        json["reduce_range"] = true;
    if (spec.seed != defaults.seed)
        json["seed"] = spec.seed;
    json["rounding"] = roundings()[static_cast<std::size_t>(spec.rounding)].name;
    json["dialect"] = dialects()[static_cast<std::size_t>(spec.dialect)].name;
    return json;
}

Result<QuantSpec> quantSpecFromJson(const Json& json, const std::string& where,
                                    const QuantSpec& base)
{
    constexpr std::int32_t kMostCode = std::numeric_limits<std::int32_t>::max();
    constexpr auto kMostGroup = std::int64_t{1} << 40;
    // Whole numbers that a double in a JSON file holds exactly.
    constexpr auto kMostSeed = std::uint64_t{1} << 53;
    QuantSpec spec = base;
    JsonReader in(json, where);
    in.choice("dtype", spec.dtype, dtypeByName, namesOf(dtypes()));
    in.choice("qscheme", spec.qscheme, byName(qschemes()), namesOf(qschemes()));
    if (in.member("axis") == nullptr && spec.axis == 0)
        spec.axis = defaultAxis(spec);
    in.integer("axis", spec.axis, -32, 31);
    in.integer("group_size", spec.groupSize, std::int64_t{0}, kMostGroup);
    in.choice("scale_rule", spec.scaleRule, byName(scaleRules()), namesOf(scaleRules()));
    in.text("observer", spec.observer);
    in.number("averaging_constant", spec.averagingConstant);
    in.number("percentile", spec.percentile);
    std::vector<double> scale;
    std::vector<double> zeroPoint;
    std::vector<double> codebook;
    in.numbers("scale", scale);
    in.numbers("zero_point", zeroPoint);
    in.numbers("codebook", codebook);
    if (!scale.empty()) {
        spec.scale.clear();
        for (const double s : scale) {
            // A block format's scale may be 2^-127, below the smallest normal number.
            const auto checked = info(spec.dtype).scaleFormat == ScaleFormat::E8m0
                                     ? Result<float>(static_cast<float>(s))
                                     : checkScale(s);
            if (checked)
                spec.scale.push_back(*checked);
            else
                in.fail(Error::data(where + checked.error().message));
        }
    }
    if (!zeroPoint.empty() && info(spec.qscheme).floatZeroPoint) {
        spec.floatZeroPoint.clear();
        for (const double z : zeroPoint)
            spec.floatZeroPoint.push_back(static_cast<float>(z));
    } else if (!zeroPoint.empty()) {
        spec.zeroPoint.clear();
        for (const double z : zeroPoint) {
            if (z != std::floor(z) || std::fabs(z) > kMostCode)
                in.fail("whole numbers", Json(z), "zero_point");
            else
                spec.zeroPoint.push_back(static_cast<std::int32_t>(z));
        }
    }
    if (!codebook.empty()) {
        spec.codebook.clear();
        for (const double v : codebook)
            spec.codebook.push_back(static_cast<float>(v));
    }
    in.integer("seed", spec.seed, std::uint64_t{0}, kMostSeed);
    const auto code = [&](const char* key, std::optional<std::int32_t>& to) {
        if (in.member(key) != nullptr) {
            std::int32_t value = 0;
            in.integer(key, value, -kMostCode - 1, kMostCode);
            to = value;
        }
    };
    code("quant_min", spec.quantMin);
    code("quant_max", spec.quantMax);
    in.flag("narrow_range", spec.narrowRange);
    in.flag("reduce_range", spec.reduceRange);
    in.choice("rounding", spec.rounding, byName(roundings()), namesOf(roundings()));
    in.choice("dialect", spec.dialect, byName(dialects()), namesOf(dialects()));
    if (auto ok = in.finish(); !ok)
        return ok.error();
    return spec;
}

} // namespace qs
