// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What PyTorch prints: fake quantize modules, quantized tensors and modules, in models too
// (torch/ao/quantization/fake_quantize.py, extra_repr; torch/_tensor_str.py).
#include "core/exchange/pasted_fields.h"
#include "core/exchange/recognizers.h"

namespace qs {
namespace {

using Kind = Literal::Kind;
using Matches = bool (*)(const Literal& call);

/// A configuration for each call that matches, named by its place in the printed model.
Result<Pasted> readCalls(const PasteInput& input, Matches matches)
{
    Pasted all;
    std::optional<Error> error;
    forEachLiteral(input.tree, [&](const Literal& node, const std::string& path) {
        if (error || !node.is(Kind::Call) || !matches(node))
            return !error;
        PastedFields fields;
        fields.dialect = Dialect::Torch;
        if (node.lastName() == "FusedMovingAvgObsFakeQuantize")
            fields.dialect = Dialect::TorchFused;
        auto read = readFields(node, fields);
        for (const auto& item : node.items) {
            const bool observer = item.is(Kind::Call) && item.text.ends_with("Observer");
            if (read && observer && item.find("min_val") != nullptr)
                read = readFields(item, fields);
        }
        if (!read) {
            error = read.error();
            return false;
        }
        // A module's qscheme is its weight's; scale and zero_point are its output's.
        if (node.text.starts_with("Quantized")) {
            if (fields.qscheme)
                fields.notes.push_back("qscheme is the weight's: scale and zero_point, those of "
                                       "the output, are per tensor");
            fields.qscheme = QScheme::PerTensorAffine;
            fields.dtype = DType::Quint8;
            fields.notes.push_back("a quantized module's output is quint8");
        }
        auto one = configurationOf(std::move(fields), input.base, path);
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

bool isFakeQuantize(const Literal& call)
{
    return call.lastName().ends_with("FakeQuantize") && call.find("scale") != nullptr;
}

bool isQuantizedTensor(const Literal& call)
{
    return call.lastName() == "tensor" && call.find("quantization_scheme") != nullptr;
}

bool isQuantizedModule(const Literal& call)
{
    return call.text.starts_with("Quantized") && call.find("scale") != nullptr &&
           call.find("zero_point") != nullptr;
}

} // namespace

Result<Pasted> readFakeQuantize(const PasteInput& input)
{
    return readCalls(input, isFakeQuantize);
}

Result<Pasted> readQuantizedTensor(const PasteInput& input)
{
    return readCalls(input, isQuantizedTensor);
}

Result<Pasted> readQuantizedModule(const PasteInput& input)
{
    return readCalls(input, isQuantizedModule);
}

} // namespace qs
