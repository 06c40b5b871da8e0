// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_name.h"

#include "core/base/text.h"

#include <charconv>
#include <utility>

namespace qs {
namespace {

/// What stands before the separator, which is taken off the rest with it; all where there is none.
std::string_view cut(std::string_view& rest, char separator)
{
    const auto at = rest.find(separator);
    const auto first = rest.substr(0, at);
    rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
    return first;
}

/// "n=1000&seed=0" as pairs; placeholders in capitals are no values.
std::map<std::string, std::string> defaultsOf(std::string_view options)
{
    std::map<std::string, std::string> defaults;
    while (!options.empty()) {
        auto value = cut(options, '&');
        const std::string key(cut(value, '='));
        const bool placeholder = value.front() >= 'A' && value.front() <= 'Z';
        defaults[key] = placeholder ? std::string() : std::string(value);
    }
    return defaults;
}

std::string knownOptions(std::string_view options)
{
    std::vector<std::string> keys;
    for (const auto& [key, value] : defaultsOf(options))
        keys.push_back(key);
    return keys.empty() ? "no options" : join(keys) + ", each at most once";
}

/// The text of a path or of options after the pattern; none where the text is another row's.
std::optional<std::string_view> restAfter(std::string_view text, std::string_view pattern)
{
    const auto colon = pattern.find(':');
    const auto id = pattern.substr(0, colon == std::string_view::npos ? colon : colon + 1);
    if (!text.starts_with(id))
        return std::nullopt;
    const auto rest = text.substr(id.size());
    const bool pathFollows = !rest.empty() && rest.front() != '?';
    if (pathFollows != (colon != std::string_view::npos))
        return std::nullopt;
    return rest;
}

template <typename T>
std::optional<T> wholeNumber(const std::string& text)
{
    T value = 0;
    const char* end = text.data() + text.size();
    const auto [at, code] = std::from_chars(text.data(), end, value);
    return code == std::errc() && at == end ? std::optional(value) : std::nullopt;
}

} // namespace

std::string datasetPattern(const DatasetSource& source)
{
    const std::string pattern(source.pattern);
    return source.options.empty() ? pattern : pattern + "[?" + std::string(source.options) + "]";
}

std::string datasetNames()
{
    std::vector<std::string> names;
    for (const auto& row : datasets())
        names.push_back(datasetPattern(row));
    return join(names);
}

Result<DatasetName> DatasetName::parse(const std::string& text)
{
    DatasetName name;
    name.m_text = text;
    std::string_view rest;
    for (const auto& row : datasets())
        if (const auto after = restAfter(text, row.pattern)) {
            name.m_source = &row;
            rest = *after;
        }
    if (name.m_source == nullptr)
        return Error::usage("data '" + text + "' does not exist: there are " + datasetNames());
    const auto known = name.m_source->options;
    // A folder may have a question mark in its name: only rows with options look for one.
    if (name.m_source->pattern.find(':') != std::string_view::npos)
        name.m_path = known.empty() ? std::exchange(rest, {}) : cut(rest, '?');
    else
        cut(rest, '?');
    name.m_options = defaultsOf(known);
    std::map<std::string, std::string> given;
    while (!rest.empty()) {
        const auto option = cut(rest, '&');
        auto value = option;
        const std::string key(cut(value, '='));
        if (!name.m_options.contains(key) || given.contains(key) || value.empty())
            return Error::usage("data '" + text + "': expected " + knownOptions(known) +
                                ", found '" + std::string(option) + "'");
        given[key] = std::string(value);
    }
    for (auto& [key, value] : given)
        name.m_options[key] = value;
    return name;
}

std::optional<std::string> DatasetName::option(const std::string& key) const
{
    const auto at = m_options.find(key);
    return at == m_options.end() || at->second.empty() ? std::nullopt : std::optional(at->second);
}

Error DatasetName::wrong(const std::string& key, const std::string& expected) const
{
    return Error::usage("data '" + m_text + "': " + key + " must be " + expected + ", found '" +
                        option(key).value_or("") + "'");
}

Result<std::int64_t> DatasetName::whole(const std::string& key, std::int64_t least,
                                        std::int64_t most) const
{
    const auto value = wholeNumber<std::int64_t>(option(key).value_or(""));
    if (value && *value >= least && *value <= most)
        return *value;
    return wrong(key,
                 "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

Result<double> DatasetName::number(const std::string& key, double least, double most) const
{
    const auto value = parseNumber(option(key).value_or(""));
    if (value && *value >= least && *value <= most)
        return *value;
    return wrong(key, "a number from " + formatShort(least) + " to " + formatShort(most));
}

Result<std::uint64_t> DatasetName::seed() const
{
    const auto value = wholeNumber<std::uint64_t>(option("seed").value_or(""));
    if (value)
        return *value;
    return wrong("seed", "a whole number from 0 to 2^64 - 1");
}

} // namespace qs
