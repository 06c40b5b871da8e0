// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/error_unit.h"
#include "core/quant/code_place.h"

namespace qs {

/// What elements are selected by.
enum class SelectedBy { Value, Code, Error };

/// The finite elements whose value, the place of whose code (codePlace), or whose error lies in
/// [from, to], both ends included. A rule, not a list: another quantizer gives other elements their
/// codes and errors, and so selects others.
struct Selection {
    SelectedBy by = SelectedBy::Value;
    double from = 0;
    double to = 0;
    ErrorUnit unit = ErrorUnit::Lsb; ///< of errors

    bool contains(double v) const { return v >= from && v <= to; }
    /// Of one element and what evaluate() makes of it: the number that it is selected by.
    double measure(float x, float y, float lsb, std::int32_t code, const DTypeInfo& dtype) const
    {
        switch (by) {
        case SelectedBy::Value:
            return static_cast<double>(x);
        case SelectedBy::Code:
            return static_cast<double>(codePlace(dtype, code));
        case SelectedBy::Error:
            break;
        }
        return errorIn(unit, x, y, lsb);
    }
    bool has(float x, float y, float lsb, std::int32_t code, const DTypeInfo& dtype) const
    {
        return contains(measure(x, y, lsb, code, dtype));
    }
    bool operator==(const Selection&) const = default;
};

} // namespace qs
