// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>

namespace qs {

/// The unevaluated sum high + low of two doubles, |low| <= ulp(high) / 2: 106 bits, where sums of
/// millions of squares are subtracted from each other and what is left must still be exact.
/// Operations err by a few units of 2^-104 of their result (Dekker 1971; Joldes, Muller, Popescu
/// 2017). Only for values whose products stay between 1e-200 and 1e300.
struct DoubleDouble {
    double high = 0;
    double low = 0;

    constexpr DoubleDouble() = default;
    constexpr DoubleDouble(double v) : high(v) {}
    constexpr DoubleDouble(double h, double l) : high(h), low(l) {}

    double value() const { return high + low; }

    /// a + b, exactly.
    static DoubleDouble sum(double a, double b)
    {
        const double s = a + b;
        const double other = s - a;
        return {s, (a - (s - other)) + (b - other)};
    }
    /// a + b, exactly, where |a| >= |b| or a is 0.
    static DoubleDouble orderedSum(double a, double b)
    {
        const double s = a + b;
        return {s, b - (s - a)};
    }
    /// a * b, exactly.
    static DoubleDouble product(double a, double b)
    {
        const double p = a * b;
#ifdef __FP_FAST_FMA
        return {p, std::fma(a, b, -p)};
#else
        constexpr double kSplit = 134217729.0; // 2^27 + 1
        const double ta = kSplit * a;
        const double ah = ta - (ta - a);
        const double al = a - ah;
        const double tb = kSplit * b;
        const double bh = tb - (tb - b);
        const double bl = b - bh;
        return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
#endif
    }
};

inline DoubleDouble operator-(const DoubleDouble& a)
{
    return {-a.high, -a.low};
}

inline DoubleDouble operator+(const DoubleDouble& a, const DoubleDouble& b)
{
    const auto s = DoubleDouble::sum(a.high, b.high);
    const auto t = DoubleDouble::sum(a.low, b.low);
    const auto v = DoubleDouble::orderedSum(s.high, s.low + t.high);
    return DoubleDouble::orderedSum(v.high, t.low + v.low);
}

inline DoubleDouble operator-(const DoubleDouble& a, const DoubleDouble& b)
{
    return a + -b;
}

inline DoubleDouble operator*(const DoubleDouble& a, double b)
{
    const auto p = DoubleDouble::product(a.high, b);
    return DoubleDouble::orderedSum(p.high, p.low + a.low * b);
}

} // namespace qs
