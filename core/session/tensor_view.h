// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/selection.h"
#include "core/base/result.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// Which numbers of the tensor a histogram counts.
enum class HistogramOf { Float, Dequantized, Code };
/// The histogram's y axis: elements in a bin, their logarithm, or elements in a bin divided by all
/// elements and by the bin's width.
enum class CountScale { Linear, Log, Density };
/// The order of the channels along an axis: as they are, by max(|min|, |max|), or by SQNR; the
/// widest and the worst first.
enum class ChannelOrder { Index, Range, Sqnr };
/// Which numbers of a slice are shown as colours.
enum class SliceOf { Float, Code, Dequantized, Error };
/// Colours of maps that have no middle; errors always have a diverging one.
enum class MapColors { Viridis, Cividis };

/// How the Tensor workspace looks at what it shows. Nothing here changes a number of the quantizer.
struct TensorView {
    /// The panels in front, place by place, by their ids; places beyond the list fill themselves.
    std::vector<std::string> panels{"transfer", "histogram", "error"};
    HistogramOf histogramOf = HistogramOf::Float;
    CountScale counts = CountScale::Linear;
    int bins = 0; ///< 32 … 4096; 0: as many as the number of elements can fill
    ErrorUnit errorUnit = ErrorUnit::Lsb;
    ChannelOrder channelOrder = ChannelOrder::Index;
    SliceOf sliceOf = SliceOf::Float;
    /// Where the 2-D slice of the last two axes lies along the axes before them; axes that it does
    /// not name are at 0.
    std::vector<std::int64_t> sliceAt;
    MapColors mapColors = MapColors::Viridis;
    std::optional<std::array<double, 2>> x; ///< the zoom of the shared x axis
    std::optional<std::int64_t> picked;     ///< an element, by its flat row-major index
    std::optional<Selection> brush;         ///< the elements that are selected
    bool overlay = false; ///< the other configuration is drawn over the one in force

    bool operator==(const TensorView&) const = default;
};

/// {"panels": ["transfer", …], "histogram_of": "float", "counts": "linear", …}; what is as in a
/// new one is left out, but for the panels.
nlohmann::ordered_json toJson(const TensorView& view);
/// Reads what toJson wrote. Errors (Data): a member of the wrong type or out of its range, by its
/// path; unknown members are allowed.
Result<TensorView> tensorViewFromJson(const nlohmann::ordered_json& json, const std::string& where);

/// The names that JSON and menus use: "float", "density", "LSB", "sqnr", "error", "cividis".
std::string_view name(HistogramOf value);
std::string_view name(CountScale value);
std::string_view name(ErrorUnit value);
std::string_view name(ChannelOrder value);
std::string_view name(SliceOf value);
std::string_view name(MapColors value);

} // namespace qs
