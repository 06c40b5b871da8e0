// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace qs {

/// Reads the members of one JSON object with checks. The first failure is kept and everything after
/// it is skipped, so that a reader states its fields one after the other and asks once at the end.
class JsonReader {
public:
    using Json = nlohmann::ordered_json;

    /// `where` names the object in messages ("weight."); empty at the top.
    JsonReader(const Json& json, std::string where) : m_json(json), m_where(std::move(where))
    {
        if (!json.is_object())
            fail("an object", json, "");
    }

    /// Each puts the member into `to` when it is there and of its type; null counts as not there.
    void text(const char* key, std::string& to)
    {
        if (const Json* v = find(key))
            v->is_string() ? void(to = v->get<std::string>()) : fail("a text", *v, key);
    }
    void flag(const char* key, bool& to)
    {
        if (const Json* v = find(key))
            v->is_boolean() ? void(to = v->get<bool>()) : fail("true or false", *v, key);
    }
    void number(const char* key, double& to)
    {
        if (const Json* v = find(key))
            v->is_number() ? void(to = v->get<double>()) : fail("a number", *v, key);
    }
    /// A whole number in [min, max].
    template <typename Integer>
    void integer(const char* key, Integer& to, Integer min, Integer max)
    {
        if (const Json* v = find(key)) {
            if (const auto value = whole(*v, static_cast<double>(min), static_cast<double>(max)))
                to = static_cast<Integer>(*value);
            else
                fail("a whole number from " + std::to_string(min) + " to " + std::to_string(max),
                     *v, key);
        }
    }
    /// A name, turned into a value by `parse` (returning an optional); `names` for the message.
    template <typename T, typename Parse>
    void choice(const char* key, T& to, Parse parse, const std::string& names)
    {
        if (const Json* v = find(key)) {
            if (v->is_string()) {
                if (const auto value = parse(v->get<std::string>())) {
                    to = *value;
                    return;
                }
            }
            fail("one of " + names, *v, key);
        }
    }
    /// One number or a list of numbers.
    void numbers(const char* key, std::vector<double>& to)
    {
        if (const Json* v = find(key)) {
            std::vector<double> values;
            const auto all = v->is_array() ? *v : Json::array({*v});
            for (const auto& item : all) {
                if (!item.is_number())
                    return fail("a number or a list of numbers", item, key);
                values.push_back(item.get<double>());
            }
            to = std::move(values);
        }
    }
    /// The member as it is, or null when it is not there.
    const Json* member(const char* key) { return find(key); }

    void fail(const std::string& expected, const Json& found, const std::string& key)
    {
        if (m_error)
            return;
        std::string text = found.dump(-1, ' ', false, Json::error_handler_t::replace);
        if (text.size() > 60)
            text = text.substr(0, 57) + "...";
        m_error = Error::data(m_where + key + ": expected " + expected + ", found " + text);
    }
    void fail(Error error)
    {
        if (!m_error)
            m_error = std::move(error);
    }

    /// The first failure; members that nobody asked for are one too.
    Result<void> finish()
    {
        if (auto seen = finishKeepingUnknown(); !seen)
            return seen;
        for (const auto& [key, value] : m_json.items()) {
            if (!m_asked.contains(key))
                return Error::data(m_where + key + ": this key is not known");
        }
        return {};
    }
    /// The first failure; unknown members are allowed.
    Result<void> finishKeepingUnknown() const
    {
        if (m_error)
            return *m_error;
        return {};
    }
    /// The members that nobody asked for.
    Json unknown() const
    {
        Json rest = Json::object();
        for (const auto& [key, value] : m_json.items()) {
            if (!m_asked.contains(key))
                rest[key] = value;
        }
        return rest;
    }

private:
    const Json* find(const char* key)
    {
        m_asked.insert(key);
        if (m_error || !m_json.is_object())
            return nullptr;
        const auto it = m_json.find(key);
        return it == m_json.end() || it->is_null() ? nullptr : &*it;
    }
    static std::optional<double> whole(const Json& v, double min, double max)
    {
        if (!v.is_number())
            return std::nullopt;
        const auto value = v.get<double>();
        if (value != std::floor(value) || value < min || value > max)
            return std::nullopt;
        return value;
    }

    const Json& m_json;
    std::string m_where;
    std::set<std::string> m_asked;
    std::optional<Error> m_error;
};

} // namespace qs
