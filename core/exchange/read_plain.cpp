// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Parameters with little around them: TensorFlow Lite's (tf.lite.Interpreter.get_input_details),
// a formula as model viewers show it, names in a line of text.
#include "core/base/text.h"
#include "core/exchange/pasted_fields.h"
#include "core/exchange/recognizers.h"

#include <algorithm>
#include <map>

namespace qs {
namespace {

using Kind = Literal::Kind;

/// tflite::AffineQuantize: std::round(x / scale) + zero_point.
void useTfliteRules(PastedFields& fields)
{
    fields.dialect = Dialect::Onnx;
    fields.rounding = Rounding::HalfAway;
    fields.notes.emplace_back("TensorFlow Lite divides by scale and rounds half away from zero: "
                              "dialect onnx, rounding half_away");
}

bool isTfliteDict(const Literal& node)
{
    return node.is(Kind::Dict) && node.find("scales") != nullptr &&
           node.find("zero_points") != nullptr;
}

Result<PastedConfiguration> tflitePair(const Literal& scale, const Literal& zeroPoint,
                                       const QuantSpec& base)
{
    PastedFields fields;
    auto s = numbersOf(scale, "scale");
    auto z = numbersOf(zeroPoint, "zero_point");
    if (!s || !z)
        return s ? z.error() : s.error();
    if (s->size() == 1 && s->front() == 0)
        return Error::data("scale must be above 0, found 0: TensorFlow Lite's mark of a tensor "
                           "that is not quantized");
    fields.scale = std::move(*s);
    fields.zeroPoint = std::move(*z);
    useTfliteRules(fields);
    return configurationOf(std::move(fields), base, {});
}

bool isNumber(const Literal& value)
{
    return value.is(Kind::Number) || (value.is(Kind::Call) && value.items.size() == 1 &&
                                      value.items.front().is(Kind::Number));
}

/// The items of a node by what stands before the field's name in their keys.
std::map<std::string, Literal> groupsOf(const Literal& node)
{
    std::map<std::string, Literal> groups;
    for (const auto& item : node.items) {
        if (item.key.empty())
            continue;
        const auto name = fieldNameIn(item.key);
        const auto prefix = item.key.substr(0, name.empty() ? 0 : item.key.size() - name.size());
        Literal copy = item;
        if (!name.empty())
            copy.key = name;
        groups[prefix].items.push_back(std::move(copy));
    }
    return groups;
}

bool saysParameters(const Literal& group)
{
    return group.find("scale") != nullptr || group.find("scales") != nullptr ||
           (group.find("min_val") != nullptr && group.find("max_val") != nullptr);
}

Result<void> readGroups(const Literal& node, const std::string& path, const QuantSpec& base,
                        Pasted& all)
{
    const auto groups = groupsOf(node);
    const auto shared = groups.find("");
    const Literal* dtype = node.find("dtype");
    const Literal* named = node.find("name");
    for (const auto& [prefix, group] : groups) {
        if (!saysParameters(group))
            continue;
        PastedFields fields;
        if (!prefix.empty() && shared != groups.end() && !saysParameters(shared->second)) {
            if (auto ok = readFields(shared->second, fields); !ok)
                return ok;
        }
        if (auto ok = readFields(group, fields); !ok)
            return ok;
        constexpr std::string_view kOnnx = " x_ y_ a_ b_ w_ ";
        if (!prefix.empty() && kOnnx.find(" " + prefix + " ") != std::string_view::npos)
            fields.dialect = Dialect::Onnx;
        else if (dtype != nullptr && dtype->text.starts_with("torch."))
            fields.dialect = Dialect::Torch;
        std::string name = named != nullptr ? joinPath(path, named->text) : path;
        if (!prefix.empty())
            name = joinPath(name, prefix.substr(0, prefix.size() - 1));
        auto one = configurationOf(std::move(fields), base, std::move(name));
        if (!one)
            return one.error();
        all.push_back(std::move(*one));
    }
    return {};
}

bool isBlank(char c)
{
    return c == ' ' || c == '\t';
}

} // namespace

Result<Pasted> readTfliteDict(const PasteInput& input)
{
    Pasted all;
    std::optional<Error> error;
    forEachLiteral(input.tree, [&](const Literal& node, const std::string& path) {
        const Literal* inner = node.is(Kind::Dict) ? node.find("quantization_parameters") : nullptr;
        const Literal* found = inner != nullptr ? inner : &node;
        if (error || !isTfliteDict(*found))
            return !error;
        PastedFields fields;
        useTfliteRules(fields);
        auto ok = readFields(*found, fields);
        const Literal* name = inner != nullptr ? node.find("name") : nullptr;
        const Literal* dtype = inner != nullptr ? node.find("dtype") : nullptr;
        if (ok && fields.scale.empty() && inner != nullptr)
            return false; // a tensor that is not quantized, among others
        if (ok && dtype != nullptr) {
            if (auto read = dtypeOf(*dtype))
                fields.dtype = *read;
            else
                ok = read.error();
        }
        // One scale is the whole tensor's, whatever its dimension.
        if (fields.scale.size() == 1)
            fields.axis.reset();
        auto one =
            ok ? configurationOf(std::move(fields), input.base, name != nullptr ? name->text : path)
               : Result<PastedConfiguration>(ok.error());
        if (one)
            all.push_back(std::move(*one));
        else
            error = one.error();
        return false;
    });
    if (error)
        return *error;
    return all;
}

Result<Pasted> readTfliteTuple(const PasteInput& input)
{
    const auto& items = input.tree.items;
    const Literal* pair = &input.tree;
    if (items.size() == 1 && items.front().is(Kind::List))
        pair = &items.front();
    if (pair->items.size() != 2 || !isNumber(pair->items[0]) || !isNumber(pair->items[1]) ||
        !pair->items[0].key.empty() || !pair->items[1].key.empty())
        return Pasted{};
    auto one = tflitePair(pair->items[0], pair->items[1], input.base);
    if (!one)
        return one.error();
    return Pasted{std::move(*one)};
}

/// scale * (q - zero_point), scale * (q + -zero_point) or scale * q.
Result<Pasted> readLinearFormula(const PasteInput& input)
{
    const auto text = input.text;
    for (auto star = text.find('*'); star != std::string_view::npos;
         star = text.find('*', star + 1)) {
        std::size_t at = star + 1;
        while (at < text.size() && (isBlank(text[at]) || text[at] == '('))
            ++at;
        if (at >= text.size() || text[at] != 'q')
            continue;
        std::size_t first = star;
        while (first > 0 && isBlank(text[first - 1]))
            --first;
        while (first > 0 && (std::string_view("0123456789.eE+-").find(text[first - 1]) !=
                             std::string_view::npos))
            --first;
        const auto scale = parseNumber(text.substr(first, star - first));
        if (!scale)
            continue;
        PastedFields fields;
        fields.scale = {*scale};
        fields.zeroPoint = {0};
        const auto close = text.find(')', at);
        if (text.substr(star, at - star).find('(') != std::string_view::npos &&
            close != std::string_view::npos) {
            std::string rest(text.substr(at + 1, close - at - 1));
            std::erase_if(rest, isBlank);
            const auto offset = parseNumber(rest);
            if (!rest.empty() && !offset)
                continue;
            fields.zeroPoint = {offset ? -*offset + 0.0 : 0};
        }
        auto one = configurationOf(std::move(fields), input.base, {});
        if (!one)
            return one.error();
        return Pasted{std::move(*one)};
    }
    return Pasted{};
}

Result<Pasted> readNamedFields(const PasteInput& input)
{
    Pasted all;
    std::optional<Error> error;
    forEachLiteral(input.tree, [&](const Literal& node, const std::string& path) {
        if (error)
            return false;
        if (!node.is(Kind::Dict) && !node.is(Kind::Call))
            return true;
        const std::size_t before = all.size();
        if (auto ok = readGroups(node, path, input.base, all); !ok)
            error = ok.error();
        return !error && all.size() == before;
    });
    if (error)
        return *error;
    return all;
}

} // namespace qs
