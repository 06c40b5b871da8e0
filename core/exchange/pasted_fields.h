// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exchange/literal.h"
#include "core/exchange/pasted_params.h"

#include <functional>

namespace qs {

/// What a text says of one quantizer, before what it leaves out is filled in.
struct PastedFields {
    std::optional<DType> dtype;
    std::optional<QScheme> qscheme;
    std::vector<double> scale;
    std::vector<double> zeroPoint;
    std::vector<double> minVal; ///< an observer's range
    std::vector<double> maxVal;
    std::optional<std::int32_t> quantMin;
    std::optional<std::int32_t> quantMax;
    std::optional<std::int32_t> axis;
    std::optional<std::int32_t> groupSize;
    std::optional<bool> reduceRange;
    std::optional<bool> symmetric;
    std::optional<double> averagingConstant;
    std::optional<std::string> observer; ///< a name of the observer table
    std::optional<Dialect> dialect;
    std::optional<Rounding> rounding;
    /// scale was printed with 4 digits after the point, as PyTorch prints tensors.
    bool roundedScale = false;
    bool roundedRange = false; ///< min_val or max_val likewise
    std::vector<std::string> notes;
};

/// One number or a list, whatever array, tensor or brackets are around it. Errors: something else;
/// a list that was shortened with "...".
Result<std::vector<double>> numbersOf(const Literal& value, std::string_view field);
/// torch.quint8, QUInt8, numpy.int8 and their like. Errors: no dtype of the table.
Result<DType> dtypeOf(const Literal& value);

/// Reads the items of a call or dict whose key is a field's. Keys that are nobody's get a note.
/// Errors name the field, what was expected and what was found.
Result<void> readFields(const Literal& from, PastedFields& to);
/// The field's name that a key is or ends with: zero_point of x_zero_point and conv1.zero_point.
/// Empty: none.
std::string_view fieldNameIn(std::string_view key);

/// The configuration, with what is not said taken from `base`. Errors: neither scales nor a range
/// nor an observer; what QuantParams::make says.
Result<PastedConfiguration> configurationOf(PastedFields fields, const QuantSpec& base,
                                            std::string name);

/// A path of names: "0.fc" and "weight" to "0.fc.weight".
std::string joinPath(const std::string& path, const std::string& name);

/// Calls visit(node, path) for every value of the tree in its order, outermost first; visit returns
/// false where it has dealt with everything inside.
void forEachLiteral(const Literal& root,
                    const std::function<bool(const Literal&, const std::string&)>& visit);

} // namespace qs
