// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/pasted_fields.h"

#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {
namespace {

using Kind = Literal::Kind;

std::string lower(std::string_view text)
{
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

std::string shown(const Literal& value)
{
    switch (value.kind) {
    case Kind::Number:
        return formatExact(value.number);
    case Kind::Text:
    case Kind::Name:
        return "'" + value.text.substr(0, 40) + "'";
    case Kind::List:
        return "a list";
    case Kind::Dict:
        return "a dict";
    case Kind::Call:
        return value.text.substr(0, 40) + "(...)";
    }
    return {};
}

Error expected(std::string_view field, const std::string& what, const Literal& found)
{
    return Error::data(std::string(field) + ": expected " + what + ", found " + shown(found));
}

Result<void> collect(const Literal& value, std::string_view field, std::vector<double>& to)
{
    switch (value.kind) {
    case Kind::Number:
        to.push_back(value.number);
        return {};
    case Kind::List:
        for (const auto& item : value.items) {
            if (auto ok = collect(item, field, to); !ok)
                return ok;
        }
        return {};
    case Kind::Call: // tensor([..], dtype=..), array([..]), np.float32(..)
        for (const auto& item : value.items) {
            if (item.key.empty())
                return collect(item, field, to);
        }
        break;
    case Kind::Name:
        if (value.text == "...")
            return Error::data(std::string(field) +
                               ": the list was printed with ... in it; print all of it "
                               "(torch.set_printoptions, numpy.set_printoptions: threshold)");
        break;
    case Kind::Text:
        if (const auto number = parseNumber(value.text)) {
            to.push_back(*number);
            return {};
        }
        break;
    case Kind::Dict:
        break;
    }
    return expected(field, "a number or a list of numbers", value);
}

/// Printed by PyTorch with its 4 digits: a tensor whose longest number has just as many.
bool isRounded(const Literal& value)
{
    if (value.is(Kind::Number))
        return value.decimals == 4;
    if (!value.is(Kind::Call) && !value.is(Kind::List))
        return false;
    return std::any_of(value.items.begin(), value.items.end(),
                       [](const Literal& item) { return item.key.empty() && isRounded(item); });
}

bool isRoundedTensor(const Literal& value)
{
    return value.is(Kind::Call) && value.lastName() == "tensor" && isRounded(value);
}

Result<std::int32_t> wholeOf(const Literal& value, std::string_view field, std::int32_t min,
                             std::int32_t max)
{
    const auto numbers = numbersOf(value, field);
    if (!numbers || numbers->size() != 1 || numbers->front() != std::floor(numbers->front()) ||
        numbers->front() < min || numbers->front() > max)
        return expected(field,
                        "a whole number from " + std::to_string(min) + " to " + std::to_string(max),
                        value);
    return static_cast<std::int32_t>(numbers->front());
}

Result<bool> flagOf(const Literal& value, std::string_view field)
{
    const std::string text = lower(value.text);
    if (value.is(Kind::Number) && (value.number == 0 || value.number == 1))
        return value.number == 1;
    if (text == "true" || text == "false")
        return text == "true";
    return expected(field, "true or false", value);
}

/// Puts a read value where it belongs, or hands the error on.
template <typename T, typename To>
Result<void> put(Result<T> value, To& to)
{
    if (!value)
        return value.error();
    to = std::move(*value);
    return {};
}

constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();

struct Field {
    std::string_view names; ///< between spaces
    Result<void> (*read)(const Literal& value, PastedFields& to);
};

/// THE table of keys.
const Field kFields[] = {
    {" scale scales ",
     [](const Literal& v, PastedFields& to) {
         to.roundedScale = isRoundedTensor(v);
         return put(numbersOf(v, "scale"), to.scale);
     }},
    {" zero_point zero_points ",
     [](const Literal& v, PastedFields& to) {
         return put(numbersOf(v, "zero_point"), to.zeroPoint);
     }},
    {" dtype output_dtype ",
     [](const Literal& v, PastedFields& to) {
         return put(dtypeOf(v), to.dtype);
     }},
    {" qscheme quantization_scheme ",
     [](const Literal& v, PastedFields& to) -> Result<void> {
         to.qscheme = qschemeByName(v.lastName());
         if (to.qscheme)
             return {};
         std::vector<std::string> names;
         for (const auto& row : qschemes())
             names.emplace_back(row.name);
         return expected("qscheme", "one of " + join(names), v);
     }},
    {" quant_min qmin ",
     [](const Literal& v, PastedFields& to) {
         return put(wholeOf(v, "quant_min", -kMost - 1, kMost), to.quantMin);
     }},
    {" quant_max qmax ",
     [](const Literal& v, PastedFields& to) {
         return put(wholeOf(v, "quant_max", -kMost - 1, kMost), to.quantMax);
     }},
    {" axis ch_axis quantized_dimension ",
     [](const Literal& v, PastedFields& to) {
         return put(wholeOf(v, "axis", -32, 31), to.axis);
     }},
    {" group_size block_size ",
     [](const Literal& v, PastedFields& to) {
         return put(wholeOf(v, "group_size", 1, kMost), to.groupSize);
     }},
    {" reduce_range ",
     [](const Literal& v, PastedFields& to) {
         return put(flagOf(v, "reduce_range"), to.reduceRange);
     }},
    {" averaging_constant ",
     [](const Literal& v, PastedFields& to) -> Result<void> {
         if (!v.is(Kind::Number) || !(v.number > 0 && v.number <= 1))
             return expected("averaging_constant", "a number above 0, at most 1", v);
         to.averagingConstant = v.number;
         return {};
     }},
    {" min_val ",
     [](const Literal& v, PastedFields& to) {
         to.roundedRange = to.roundedRange || isRoundedTensor(v);
         return put(numbersOf(v, "min_val"), to.minVal);
     }},
    {" max_val ",
     [](const Literal& v, PastedFields& to) {
         to.roundedRange = to.roundedRange || isRoundedTensor(v);
         return put(numbersOf(v, "max_val"), to.maxVal);
     }},
};

/// What says nothing about a quantizer, or is said another way.
constexpr std::string_view kIgnored =
    " size fake_quant_enabled observer_enabled requires_grad device layout quantization bins "
    "upsample_rate factory_kwargs compute_dtype is_dynamic observer activation_post_process "
    "activation weight name version "
    "in_features out_features in_channels out_channels kernel_size stride padding dilation groups "
    "bias output_padding transposed padding_mode eps memoryless num_features ";

bool has(std::string_view names, std::string_view key)
{
    return !key.empty() && key.find(' ') == std::string_view::npos &&
           names.find(" " + std::string(key) + " ") != std::string_view::npos;
}

void visitAll(const Literal& node, const std::string& path,
              const std::function<bool(const Literal&, const std::string&)>& visit)
{
    for (const auto& item : node.items) {
        if (item.is(Kind::Number))
            continue;
        const std::string inner = joinPath(path, item.key);
        if (visit(item, inner))
            visitAll(item, inner, visit);
    }
}

} // namespace

Result<std::vector<double>> numbersOf(const Literal& value, std::string_view field)
{
    std::vector<double> numbers;
    if (auto ok = collect(value, field, numbers); !ok)
        return ok.error();
    return numbers;
}

Result<DType> dtypeOf(const Literal& value)
{
    if (value.is(Kind::Name) || value.is(Kind::Text)) {
        const std::string name = lower(value.lastName());
        if (name == "quint4x2")
            return DType::Uint4;
        if (name == "half")
            return DType::Float16;
        if (name == "int32")
            return DType::Qint32;
        if (const auto dtype = dtypeByName(name))
            return *dtype;
        if (const auto dtype = dtypeByName(value.lastName()))
            return *dtype;
    }
    return expected("dtype", "a quantized one such as qint8, quint8, int4 or float8_e4m3fn", value);
}

Result<void> readFields(const Literal& from, PastedFields& to)
{
    constexpr std::size_t kMostNotes = 20;
    for (const auto& item : from.items) {
        if (item.key.empty() ||
            (item.is(Kind::Name) && (item.text == "None" || item.text == "null")))
            continue;
        const auto* field = std::find_if(std::begin(kFields), std::end(kFields),
                                         [&](const Field& f) { return has(f.names, item.key); });
        if (field != std::end(kFields)) {
            if (auto ok = field->read(item, to); !ok)
                return ok;
        } else if (!has(kIgnored, item.key) && to.notes.size() < kMostNotes) {
            to.notes.push_back(item.key.substr(0, 40) + ": this key is not known and is left out");
        }
    }
    return {};
}

std::string_view fieldNameIn(std::string_view key)
{
    const auto known = [](std::string_view name) {
        return std::any_of(std::begin(kFields), std::end(kFields),
                           [&](const Field& f) { return has(f.names, name); });
    };
    constexpr std::size_t kLongest = 20; // no field's name is longer
    for (std::size_t at = key.size() > kLongest ? key.size() - kLongest : 0; at < key.size();
         ++at) {
        if ((at == 0 || key[at - 1] == '_' || key[at - 1] == '.') && known(key.substr(at)))
            return key.substr(at);
    }
    return {};
}

std::string joinPath(const std::string& path, const std::string& name)
{
    return path.empty() ? name : name.empty() ? path : path + "." + name;
}

void forEachLiteral(const Literal& root,
                    const std::function<bool(const Literal&, const std::string&)>& visit)
{
    if (visit(root, {}))
        visitAll(root, {}, visit);
}

} // namespace qs
