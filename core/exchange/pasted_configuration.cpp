// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/calib/params_from_ranges.h"
#include "core/exchange/fixed_spec.h"
#include "core/exchange/pasted_fields.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {
namespace {

std::string nameOf(DType dtype)
{
    return std::string(info(dtype).name);
}

bool holds(DType dtype, double low, double high)
{
    return info(dtype).isInteger() && low >= info(dtype).quantMin && high <= info(dtype).quantMax;
}

/// The codes that the text itself names: zero_points and the range.
std::optional<std::array<double, 2>> namedCodes(const PastedFields& fields)
{
    std::vector<double> codes;
    if (!fields.qscheme || !info(*fields.qscheme).floatZeroPoint)
        codes = fields.zeroPoint;
    if (fields.quantMin)
        codes.push_back(*fields.quantMin);
    if (fields.quantMax)
        codes.push_back(*fields.quantMax);
    if (codes.empty() ||
        !std::all_of(codes.begin(), codes.end(), [](double c) { return std::isfinite(c); }))
        return std::nullopt;
    const auto [low, high] = std::minmax_element(codes.begin(), codes.end());
    return std::array{*low, *high};
}

/// The dtype in force, or the one of as many bits with or without a sign where only that has the
/// codes that the text names.
DType assumedDType(const PastedFields& fields, DType inForce, std::vector<std::string>& notes)
{
    const auto codes = namedCodes(fields).value_or(std::array{0.0, 0.0});
    // Floats have no zero_point; blocks have scales of their own.
    const bool plainFloat = !info(inForce).isInteger() && !info(inForce).isBlock() &&
                            !fields.quantMin && !fields.quantMax && codes == std::array{0.0, 0.0};
    if (plainFloat || holds(inForce, codes[0], codes[1])) {
        notes.push_back("no dtype given: " + nameOf(inForce) + ", the one in force, is kept");
        return inForce;
    }
    std::vector<DType> others;
    const auto& row = info(inForce);
    if (row.isInteger() && row.bits != 8) {
        const auto other = dtypeByName((row.isSigned ? "uint" : "int") + std::to_string(row.bits));
        if (other)
            others.push_back(*other);
    }
    for (const DType wider : {DType::Qint8, DType::Quint8, DType::Int16, DType::Uint16})
        others.push_back(wider);
    for (const DType other : others) {
        if (holds(other, codes[0], codes[1])) {
            notes.push_back("no dtype given: " + nameOf(inForce) +
                            ", the one in force, cannot have these parameters; " + nameOf(other) +
                            " is taken");
            return other;
        }
    }
    return inForce;
}

/// Symmetric schemes have their zero_point at 0, or in the middle of codes without a sign.
bool looksSymmetric(const PastedFields& fields, DType dtype)
{
    const auto& row = info(dtype);
    const double middle = row.isSigned || !row.isInteger() ? 0 : (row.quantMax + 1) / 2;
    return std::all_of(fields.zeroPoint.begin(), fields.zeroPoint.end(),
                       [&](double z) { return z == middle; });
}

QScheme assumedQScheme(const PastedFields& fields, const QuantSpec& base, DType dtype,
                       std::vector<std::string>& notes)
{
    const auto& inForce = info(base.qscheme);
    const std::size_t n = std::max(fields.scale.size(), fields.minVal.size());
    // One value alone was written in no list of channels; several need one.
    Granularity granularity = inForce.granularity;
    if (fields.groupSize)
        granularity = Granularity::Group;
    else if (n > 1 && granularity == Granularity::Tensor)
        granularity = Granularity::Channel;
    else if (n == 1)
        granularity = Granularity::Tensor;
    const bool symmetric = fields.symmetric.value_or(inForce.symmetric);
    const auto scheme = qscheme(granularity, symmetric && looksSymmetric(fields, dtype));
    notes.push_back("no qscheme given: " + std::string(info(scheme).name) + " is taken");
    return scheme;
}

void setRange(const PastedFields& fields, QuantSpec& spec)
{
    spec.quantMin.reset();
    spec.quantMax.reset();
    spec.narrowRange = false;
    spec.reduceRange = fields.reduceRange.value_or(false);
    const auto& row = info(spec.dtype);
    if (fields.quantMin && (!row.isInteger() || *fields.quantMin != row.quantMin))
        spec.quantMin = fields.quantMin;
    if (fields.quantMax && (!row.isInteger() || *fields.quantMax != row.quantMax))
        spec.quantMax = fields.quantMax;
}

bool isObserved(const PastedFields& fields)
{
    const auto finite = [](double v) {
        return std::isfinite(v) && std::fabs(v) < 3.4e38;
    };
    return !fields.minVal.empty() && fields.minVal.size() == fields.maxVal.size() &&
           std::all_of(fields.minVal.begin(), fields.minVal.end(), finite) &&
           std::all_of(fields.maxVal.begin(), fields.maxVal.end(), finite);
}

/// The parameters that follow from an observed range.
Result<QuantParams> observedParams(const PastedFields& fields, const QuantSpec& spec)
{
    std::vector<ChannelRange> ranges;
    for (std::size_t i = 0; i < fields.minVal.size(); ++i) {
        ChannelRange range;
        range.min = static_cast<float>(fields.minVal[i]);
        range.max = static_cast<float>(fields.maxVal[i]);
        range.observed = true;
        if (range.min > range.max)
            return Error::data("min_val " + formatExact(range.min) + " must not be above max_val " +
                               formatExact(range.max));
        ranges.push_back(range);
    }
    return paramsFromRanges(spec, ranges);
}

Result<void> setScales(const PastedFields& fields, QuantSpec& spec, std::vector<std::string>& notes)
{
    constexpr double kMost = std::numeric_limits<std::int32_t>::max();
    spec.observer = "fixed";
    spec.scale.clear();
    spec.zeroPoint.clear();
    spec.floatZeroPoint.clear();
    for (const double s : fields.scale) {
        const auto checked = info(spec.dtype).scaleFormat == ScaleFormat::E8m0 && s == 0x1p-127
                                 ? Result<float>(0x1p-127F)
                                 : checkScale(s);
        if (!checked)
            return Error::data(checked.error().message);
        spec.scale.push_back(*checked);
    }
    for (const double z : fields.zeroPoint) {
        if (info(spec.qscheme).floatZeroPoint) {
            if (!std::isfinite(z) || std::fabs(z) > 3.4e38)
                return Error::data("zero_point: expected finite numbers, found " + formatExact(z));
            spec.floatZeroPoint.push_back(static_cast<float>(z));
        } else if (z != std::floor(z) || std::fabs(z) > kMost) {
            return Error::data("zero_point: expected whole numbers, found " + formatExact(z));
        } else {
            spec.zeroPoint.push_back(static_cast<std::int32_t>(z));
        }
    }
    if (fields.zeroPoint.empty() && info(spec.qscheme).floatZeroPoint) {
        spec.floatZeroPoint = {0};
        notes.push_back("no zero_point given: 0 is taken");
    } else if (fields.zeroPoint.empty()) {
        spec.zeroPoint = {0};
        if (info(spec.dtype).isInteger())
            notes.push_back("no zero_point given: 0 is taken");
    }
    return {};
}

/// A printed scale has 4 digits; the observer's range beside it has all of them. Where the two
/// agree, the range's scale is the one that was printed.
bool restoreScale(const PastedFields& fields, QuantSpec& spec)
{
    constexpr double kHalfDigit = 0.5001e-4; // and the error of its own decimal
    if (!isObserved(fields) || fields.roundedRange || fields.minVal.size() != spec.scale.size())
        return false;
    const auto params = observedParams(fields, spec);
    if (!params || params->zeroPoint() != spec.zeroPoint)
        return false;
    for (std::size_t i = 0; i < spec.scale.size(); ++i) {
        if (std::fabs(static_cast<double>(params->scaleAt(i)) - fields.scale[i]) > kHalfDigit)
            return false;
    }
    spec.scale = params->scale();
    return true;
}

} // namespace

Result<PastedConfiguration> configurationOf(PastedFields fields, const QuantSpec& base,
                                            std::string name)
{
    PastedConfiguration to;
    to.name = std::move(name);
    to.notes = std::move(fields.notes);
    to.spec = base;
    auto& spec = to.spec;
    const bool observed = isObserved(fields);
    if (fields.scale.empty() && !observed && !fields.observer)
        return Error::data("scale: expected one or more numbers above 0, found none");
    spec.dtype = fields.dtype ? *fields.dtype : assumedDType(fields, base.dtype, to.notes);
    if (spec.dtype != base.dtype || fields.dtype || fields.quantMin || fields.quantMax ||
        fields.reduceRange)
        setRange(fields, spec);
    if (spec.dtype != DType::Codebook)
        spec.codebook.clear();
    spec.scaleRule = ScaleRule::Default;
    if (fields.groupSize)
        spec.groupSize = *fields.groupSize;
    if (fields.qscheme)
        spec.qscheme = *fields.qscheme;
    else if (!info(spec.dtype).isBlock())
        spec.qscheme = assumedQScheme(fields, base, spec.dtype, to.notes);
    const auto& scheme = info(spec.qschemeInUse());
    if (fields.axis)
        spec.axis = *fields.axis;
    else if (info(base.qschemeInUse()).granularity != scheme.granularity)
        spec.axis = defaultAxis(spec);
    if (scheme.granularity == Granularity::Tensor)
        spec.axis = 0;
    else if (!fields.axis)
        to.notes.push_back("no axis given: " + std::to_string(spec.axis) + " is taken");
    if (fields.dialect)
        spec.dialect = *fields.dialect;
    // The dialects' own rounding is no choice; a text of PyTorch's rounds as PyTorch does.
    if (fields.rounding)
        spec.rounding = *fields.rounding;
    else if (fields.dialect)
        spec.rounding = Rounding::HalfEven;
    if (fields.averagingConstant)
        spec.averagingConstant = *fields.averagingConstant;
    if (!fields.scale.empty()) {
        if (auto ok = setScales(fields, spec, to.notes); !ok)
            return ok.error();
        if (fields.roundedScale && restoreScale(fields, spec))
            to.notes.push_back("scale was printed with 4 digits: all of them were found again from "
                               "min_val and max_val");
        else if (fields.roundedScale)
            to.notes.push_back("scale was printed with 4 digits: the one in use may differ; "
                               "torch.set_printoptions(precision=10) prints more");
    } else if (observed) {
        const auto params = observedParams(fields, spec);
        if (!params)
            return Error::data(params.error().message);
        const auto fixed = fixedSpec(spec, *params);
        if (!fixed)
            return Error::data("min_val, max_val: dtype " + nameOf(spec.dtype) +
                               " has no parameters that follow from them alone");
        spec = *fixed;
        to.notes.push_back(
            fields.roundedRange
                ? "scale and zero_point follow from min_val and max_val, printed with 4 digits"
                : "scale and zero_point follow from min_val and max_val");
    } else {
        spec.observer = *fields.observer;
        spec.scale.clear();
        spec.zeroPoint.clear();
        spec.floatZeroPoint.clear();
    }
    if (auto ok = checkSpec(spec); !ok)
        return Error::data((to.name.empty() ? "" : to.name + ": ") + ok.error().message);
    if (spec.isFixed())
        to.params = *fixedParams(spec);
    return to;
}

} // namespace qs
