// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace qs {

/// What an axis shows.
struct ViewRange {
    double min = 0;
    double max = 1;
    bool operator==(const ViewRange&) const = default;
};

/// The nearest range that can be drawn: finite, min < max by more than rounding, above zero when
/// log.
ViewRange sanitized(ViewRange range, bool log);

/// Where `value` lies in `range`: 0 at min, 1 at max, on a linear or logarithmic axis.
double fractionOf(double value, ViewRange range, bool log);

/// The value at a fraction of `range`, the inverse of fractionOf.
double valueAt(double fraction, ViewRange range, bool log);

/// The part of `range` between two fractions, which may lie outside 0…1. Too deep a zoom into
/// `home` and too wide a view around it leave `range` as it is.
ViewRange subRange(ViewRange range, double from, double to, ViewRange home, bool log);

} // namespace qs
