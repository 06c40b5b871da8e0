// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/element_place.h"

#include "core/base/text.h"

#include <charconv>
#include <optional>

namespace qs {
namespace {

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kSpace = " \t";
    const auto first = text.find_first_not_of(kSpace);
    return first == std::string_view::npos
               ? std::string_view()
               : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::optional<std::int64_t> wholeNumber(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool all = code == std::errc() && end == text.data() + text.size();
    return all ? std::optional(value) : std::nullopt;
}

} // namespace

std::vector<std::int64_t> coordinatesOf(const Shape& shape, std::int64_t index)
{
    std::vector<std::int64_t> places(static_cast<std::size_t>(shape.rank()));
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
        places[static_cast<std::size_t>(axis)] = index % shape[axis];
        index /= shape[axis];
    }
    return places;
}

std::string placeText(const Shape& shape, std::int64_t index)
{
    std::string text = "[";
    for (const auto place : coordinatesOf(shape, index))
        text += (text.size() > 1 ? ", " : "") + std::to_string(place);
    return text + "]";
}

Result<std::int64_t> elementFromText(const Shape& shape, std::string_view typed)
{
    std::string_view rest = trimmed(typed);
    if (rest.starts_with('[') && rest.ends_with(']'))
        rest = rest.substr(1, rest.size() - 2);
    std::vector<std::int64_t> at;
    for (bool more = true; more;) {
        const auto comma = rest.find(',');
        const auto number = wholeNumber(trimmed(rest.substr(0, comma)));
        if (!number)
            return Error::usage("expected an index or a place like 3, 1, 4; found '" +
                                std::string(typed) + "'");
        at.push_back(*number);
        more = comma != std::string_view::npos;
        rest = more ? rest.substr(comma + 1) : std::string_view();
    }
    if (at.size() == 1 && shape.rank() != 1) {
        const std::int64_t index = at[0] < 0 ? at[0] + shape.numel() : at[0];
        if (index < 0 || index >= shape.numel())
            return Error::usage("index " + std::to_string(at[0]) + " does not exist: there are " +
                                formatCount(shape.numel()) + " elements");
        return index;
    }
    if (static_cast<int>(at.size()) != shape.rank())
        return Error::usage("expected one index, or a place in shape " + shape.toString() +
                            "; found " + std::to_string(at.size()) + " numbers");
    std::int64_t index = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) {
        const std::int64_t size = shape[axis];
        const std::int64_t place = at[static_cast<std::size_t>(axis)];
        if (place < -size || place >= size)
            return Error::usage("axis " + std::to_string(axis) + " has places 0 to " +
                                std::to_string(size - 1) + "; found " + std::to_string(place));
        index = index * size + (place < 0 ? place + size : place);
    }
    return index;
}

} // namespace qs
