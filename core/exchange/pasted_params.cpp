// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exchange/pasted_params.h"

#include "core/base/text.h"
#include "core/exchange/recognizers.h"

namespace qs {
namespace {

struct Recognizer {
    PasteKind row;
    Result<Pasted> (*read)(const PasteInput&);
};

/// In the order they are asked: what is most particular first.
constexpr Recognizer kRecognizers[] = {
    {{"Quantoscope's text link", "quantoscope:v1?dt=qint8&s=0.00390625&z=0"}, readTextLink},
    {{"Quantoscope's JSON", R"({"dtype": "qint8", "observer": "minmax", ...})"}, readOwnJson},
    {{"AIMET's encodings", R"({"bitwidth": 8, "offset": -110, "scale": 0.0082, ...})"}, readAimet},
    {{"PyTorch's QConfig", "QConfig(activation=..., weight=...)"}, readQConfig},
    {{"PyTorch's repr of a fake quantize module", "FakeQuantize(..., scale=tensor([0.0039]), ...)"},
     readFakeQuantize},
    {{"PyTorch's repr of a quantized tensor", "tensor([..], dtype=torch.quint8, scale=0.0039, ..)"},
     readQuantizedTensor},
    {{"PyTorch's repr of a quantized module", "QuantizedLinear(..., scale=0.1, zero_point=33, ..)"},
     readQuantizedModule},
    {{"a PyTorch observer", "MinMaxObserver(min_val=-1.0, max_val=2.0)"}, readObserver},
    {{"TensorFlow Lite's quantization_parameters",
      "{'scales': array([..]), 'zero_points': array([..]), 'quantized_dimension': 0}"},
     readTfliteDict},
    {{"TensorFlow Lite's (scale, zero_point)", "(0.003921568859368563, -128)"}, readTfliteTuple},
    {{"a linear formula", "0.0039 * (q + 128)"}, readLinearFormula},
    {{"named parameters", "scale=0.0039, zero_point=0, dtype=torch.quint8"}, readNamedFields},
};

constexpr std::size_t kMostConfigurations = 10000;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlank = " \t\r\n";
    if (text.starts_with("\xef\xbb\xbf")) // a file's mark of UTF-8
        text.remove_prefix(3);
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

Error nothingFound(std::string_view text)
{
    std::vector<std::string> kinds;
    for (const auto& row : pasteKinds())
        kinds.push_back(std::string(row.kind));
    std::string found = text.empty() ? "nothing" : "'" + std::string(text.substr(0, 40)) + "'";
    for (char& c : found) {
        if (static_cast<unsigned char>(c) < ' ')
            c = ' ';
    }
    return Error::data("the text: expected parameters of a quantizer (" + join(kinds) +
                       "), found " + found);
}

} // namespace

std::vector<PasteKind> pasteKinds()
{
    std::vector<PasteKind> kinds;
    for (const auto& recognizer : kRecognizers)
        kinds.push_back(recognizer.row);
    return kinds;
}

Result<PastedParams> parseParams(std::string_view text, const QuantSpec& base)
{
    text = trimmed(text);
    const auto tree = parseLiterals(text);
    if (!tree)
        return tree.error();
    const PasteInput input{text, *tree, base};
    for (const auto& [row, read] : kRecognizers) {
        auto found = read(input);
        if (!found)
            return Error::data(std::string(row.kind) + ": " + found.error().message);
        if (found->empty())
            continue;
        PastedParams pasted;
        pasted.kind = row.kind;
        if (found->size() > kMostConfigurations) {
            pasted.notes.push_back(
                "the text has " + formatCount(static_cast<long long>(found->size())) +
                " quantizers: the first " + formatCount(kMostConfigurations) + " are offered");
            found->erase(found->begin() + kMostConfigurations, found->end());
        }
        pasted.configurations = std::move(*found);
        return pasted;
    }
    return nothingFound(text);
}

} // namespace qs
