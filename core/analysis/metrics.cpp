// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/metrics.h"

namespace qs {
namespace {

using Value = std::optional<double>;

constexpr MetricInfo kTable[] = {
    {"sqnr_db", "SQNR", "dB", "10 log10(sum x^2 / sum e^2); each bit is worth 6.02 dB", true,
     [](const Report& r) {
         return r.sqnrDb();
     }},
    {"mse", "MSE", "x^2", "sum e^2 / n, with e = dequantized - original", true,
     [](const Report& r) {
         return Value(r.mse);
     }},
    {"rmse", "RMSE", "x", "sqrt(MSE)", true,
     [](const Report& r) {
         return Value(r.rmse());
     }},
    {"rmse_per_scale", "RMSE / scale (0.289)", "LSB",
     "0.289 = 1/sqrt(12) is what evenly spread rounding errors give", true,
     [](const Report& r) {
         return r.rmsePerScale();
     }},
    {"mean_error", "mean error", "x", "sum e / n", false,
     [](const Report& r) {
         return Value(r.meanError);
     }},
    {"mean_abs_error", "MAE", "x", "sum |e| / n", true,
     [](const Report& r) {
         return Value(r.meanAbsError);
     }},
    {"max_abs_error", "max |error|", "x", "the largest |e|", true,
     [](const Report& r) {
         return Value(r.maxAbsError);
     }},
    {"cosine_similarity", "cosine", "", "sum x*y / sqrt(sum x^2 * sum y^2)", false,
     [](const Report& r) {
         return r.cosineSimilarity;
     }},
    {"clipped_low_fraction", "clipped low", "%", "share of elements below the range", true,
     [](const Report& r) {
         return Value(r.clippedLowFraction());
     }},
    {"clipped_high_fraction", "clipped high", "%", "share of elements above the range", true,
     [](const Report& r) {
         return Value(r.clippedHighFraction());
     }},
    {"rounding_mse", "rounding MSE", "x^2", "the part of MSE from elements inside the range", true,
     [](const Report& r) {
         return Value(r.roundingMse);
     }},
    {"clipping_mse", "clipping MSE", "x^2", "the part of MSE from clipped elements", true,
     [](const Report& r) {
         return Value(r.clippingMse);
     }},
    {"levels_used", "levels used", "", "codes that at least one element has", false,
     [](const Report& r) {
         return Value(static_cast<double>(r.levelsUsed));
     }},
    {"levels_total", "levels", "", "codes in use that stand for a finite value", false,
     [](const Report& r) {
         return Value(static_cast<double>(r.levelsTotal()));
     }},
    {"code_entropy_bits", "code entropy", "bit", "-sum p log2 p over the codes", true,
     [](const Report& r) {
         return Value(r.codeEntropyBits);
     }},
    {"bits_per_weight", "bits per weight", "bit", "code and parameters per element", false,
     [](const Report& r) {
         return Value(r.bitsPerWeight());
     }},
};

} // namespace

std::span<const MetricInfo> metrics()
{
    return kTable;
}

} // namespace qs
