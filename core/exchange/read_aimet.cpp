// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// AIMET's encodings (aimet_common/quantsim.py, the documentation's "Encoding format
// specification"): 0.6.1 with a dict for each channel, 1.0.0 with lists. Codes have no sign there:
//     real = scale * (q + offset),  q = 0 … 2^bitwidth - 1,
// so offset = -zero_point of an unsigned dtype; a symmetric encoding with offset -2^(bitwidth - 1)
// is a signed dtype with zero_point 0.
#include "core/base/text.h"
#include "core/exchange/pasted_fields.h"
#include "core/exchange/recognizers.h"

#include <algorithm>
#include <cmath>

namespace qs {
namespace {

using Kind = Literal::Kind;

const Literal* either(const Literal& dict, const char* first, const char* second)
{
    const Literal* found = dict.find(first);
    return found != nullptr ? found : dict.find(second);
}

bool isEncoding(const Literal& node)
{
    return node.is(Kind::Dict) && (either(node, "bitwidth", "bw") != nullptr ||
                                   (node.find("offset") && node.find("scale")));
}

/// Channels of one tensor, each a dict.
bool isEncodingList(const Literal& node)
{
    return node.is(Kind::List) && !node.items.empty() &&
           std::all_of(node.items.begin(), node.items.end(), [](const Literal& item) {
               return isEncoding(item) && item.find("name") == nullptr;
           });
}

std::string lowered(const Literal* value)
{
    std::string text = value != nullptr ? value->text : std::string();
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

Result<void> append(const Literal& dict, const char* key, std::vector<double>& to)
{
    const Literal* value = dict.find(key);
    if (value == nullptr)
        return {};
    auto numbers = numbersOf(*value, key);
    if (!numbers)
        return numbers.error();
    to.insert(to.end(), numbers->begin(), numbers->end());
    return {};
}

struct Encoding {
    double bits = 8;
    bool symmetric = false;
    std::vector<double> scale, offset, min, max;
};

/// scale, offset and the real ends of the range agree: within a step, as people round.
bool endsAgree(const Encoding& e)
{
    if (e.min.size() != e.scale.size() || e.max.size() != e.scale.size() ||
        e.offset.size() != e.scale.size())
        return true;
    for (std::size_t i = 0; i < e.scale.size(); ++i) {
        const double low = e.scale[i] * e.offset[i];
        const double high = e.scale[i] * (e.offset[i] + std::exp2(e.bits) - 1);
        if (std::fabs(low - e.min[i]) > e.scale[i] || std::fabs(high - e.max[i]) > e.scale[i])
            return false;
    }
    return true;
}

/// zero_point from offset, and whether the codes are told with a sign.
void setCodes(const Encoding& e, PastedFields& fields)
{
    const int bits = static_cast<int>(e.bits);
    const double half = std::exp2(bits - 1);
    const auto all = [&](double value) {
        return std::all_of(e.offset.begin(), e.offset.end(), [&](double o) { return o == value; });
    };
    const bool isSigned = e.symmetric && !e.offset.empty() && (all(-half) || all(1 - half));
    fields.dtype = dtypeByName((isSigned ? "int" : "uint") + std::to_string(bits));
    if (isSigned) { // strict symmetric: one code fewer
        fields.zeroPoint.assign(e.offset.size(), 0);
        if (all(1 - half))
            fields.quantMin = static_cast<std::int32_t>(1 - half);
    } else {
        for (const double o : e.offset)
            fields.zeroPoint.push_back(-o + 0.0);
    }
    if (e.offset.empty() && e.symmetric)
        fields.dtype = dtypeByName("int" + std::to_string(bits));
}

Result<Encoding> encodingOf(const std::vector<const Literal*>& dicts)
{
    constexpr int kMostBits = 16;
    Encoding e;
    const Literal& first = *dicts.front();
    if (const Literal* bits = either(first, "bitwidth", "bw")) {
        const auto number = numbersOf(*bits, "bitwidth");
        if (!number)
            return number.error();
        if (number->size() != 1 || !(number->front() >= 2 && number->front() <= kMostBits) ||
            number->front() != std::floor(number->front()))
            return Error::data("bitwidth: expected a whole number from 2 to 16, found " +
                               (number->empty() ? "none" : formatExact(number->front())));
        e.bits = number->front();
    }
    const Literal* symmetric = either(first, "is_symmetric", "is_sym");
    e.symmetric = lowered(symmetric) == "true" ||
                  (symmetric != nullptr && symmetric->is(Kind::Number) && symmetric->number == 1);
    for (const Literal* dict : dicts) {
        for (const auto& [key, list] : {std::pair{"scale", &e.scale},
                                        {"offset", &e.offset},
                                        {"min", &e.min},
                                        {"max", &e.max}}) {
            if (auto ok = append(*dict, key, *list); !ok)
                return ok.error();
        }
    }
    return e;
}

Result<PastedConfiguration> configurationOfEncodings(const std::vector<const Literal*>& dicts,
                                                     const QuantSpec& base, std::string name)
{
    const Literal& first = *dicts.front();
    PastedFields fields;
    const auto e = encodingOf(dicts);
    if (!e)
        return e.error();
    fields.scale = e->scale;
    setCodes(*e, fields);
    fields.dialect = Dialect::Aimet;
    const std::string kind = lowered(first.find("enc_type"));
    const bool perChannel = dicts.size() > 1 || kind == "per_channel" || e->scale.size() > 1;
    const bool perBlock = kind == "per_block" || first.find("block_size") != nullptr;
    if (!kind.empty() && kind != "per_tensor" && !perChannel && !perBlock)
        return Error::data("enc_type: expected PER_TENSOR, PER_CHANNEL or PER_BLOCK, found '" +
                           kind.substr(0, 40) + "'");
    fields.qscheme = qscheme(perBlock     ? Granularity::Group
                             : perChannel ? Granularity::Channel
                                          : Granularity::Tensor,
                             e->symmetric);
    // AIMET's dialect knows symmetric schemes with a sign only.
    if (e->symmetric && fields.dtype && !info(*fields.dtype).isSigned) {
        fields.qscheme = qscheme(info(*fields.qscheme).granularity, false);
        fields.notes.push_back("is_symmetric with the offset " +
                               (e->offset.empty() ? "of none" : formatExact(e->offset.front())) +
                               ": taken as affine, without a sign");
    }
    if (!endsAgree(*e))
        fields.notes.push_back("min and max are not scale * offset and scale * (offset + "
                               "2^bitwidth - 1): scale and offset are taken");
    Literal rest; // what has no meaning of AIMET's own
    for (const auto& item : first.items) {
        constexpr std::string_view kRead =
            " bitwidth bw dtype is_symmetric is_sym min max offset scale enc_type name ";
        if (kRead.find(" " + item.key + " ") == std::string_view::npos)
            rest.items.push_back(item);
    }
    if (auto ok = readFields(rest, fields); !ok)
        return ok.error();
    return configurationOf(std::move(fields), base, std::move(name));
}

} // namespace

Result<Pasted> readAimet(const PasteInput& input)
{
    Pasted all;
    std::optional<Error> error;
    std::vector<std::string> skipped;
    forEachLiteral(input.tree, [&](const Literal& node, const std::string& path) {
        std::vector<const Literal*> dicts;
        if (isEncoding(node))
            dicts = {&node};
        else if (isEncodingList(node))
            for (const auto& item : node.items)
                dicts.push_back(&item);
        if (error || dicts.empty())
            return !error;
        const Literal* named = node.find("name");
        const std::string name = named != nullptr ? joinPath(path, named->text) : path;
        if (lowered(dicts.front()->find("dtype")) == "float") { // float16 or float32: no scale
            skipped.push_back(name);
            return false;
        }
        auto one = configurationOfEncodings(dicts, input.base, name);
        if (one)
            all.push_back(std::move(*one));
        else
            error = Error::data((name.empty() ? "" : name + ": ") + one.error().message);
        return false;
    });
    if (error)
        return *error;
    if (all.empty() && !skipped.empty())
        return Error::data("dtype: expected int, found float: it has no scale");
    if (!skipped.empty())
        all.front().notes.push_back(
            std::to_string(skipped.size()) +
            " encodings of dtype float are left out, the first: " + skipped.front().substr(0, 60));
    return all;
}

} // namespace qs
