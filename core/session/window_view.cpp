// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/window_view.h"

#include "core/base/json_reader.h"
#include "core/base/text.h"

#include <algorithm>

namespace qs {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> allColumns()
{
    std::vector<std::string> all(std::begin(kTensorColumns), std::end(kTensorColumns));
    all.insert(all.end(), std::begin(kTrainColumns), std::end(kTrainColumns));
    return all;
}

bool isColumn(const std::string& name)
{
    const auto all = allColumns();
    return std::find(all.begin(), all.end(), name) != all.end();
}

} // namespace

bool WindowView::isHidden(std::string_view column) const
{
    return std::find(hidden.begin(), hidden.end(), column) != hidden.end();
}

void WindowView::setHidden(std::string_view column, bool isHidden_)
{
    std::erase(hidden, std::string(column));
    if (isHidden_)
        hidden.emplace_back(column);
}

std::optional<double> WindowView::share(std::string_view column) const
{
    const auto it = columns.find(std::string(column));
    return it == columns.end() ? std::nullopt : std::optional(it->second);
}

Json toJson(const WindowView& view)
{
    Json json = Json::object();
    if (!view.hidden.empty())
        json["hidden"] = view.hidden;
    for (const auto& [column, share] : view.columns)
        json["columns"][column] = share;
    for (const auto& [key, value] : view.unknown.items())
        json[key] = value;
    return json;
}

Result<WindowView> windowViewFromJson(const Json& json, const std::string& where)
{
    WindowView view;
    JsonReader in(json, where);
    if (const Json* hidden = in.member("hidden")) {
        const std::string expected = "a list of some of " + join(allColumns()) + ", each once";
        bool good = hidden->is_array();
        for (std::size_t i = 0; good && i < hidden->size(); ++i) {
            const auto& name = (*hidden)[i];
            good = name.is_string() && isColumn(name.get<std::string>()) &&
                   !view.isHidden(name.get<std::string>());
            if (good)
                view.hidden.push_back(name.get<std::string>());
        }
        if (!good)
            in.fail(expected, *hidden, "hidden");
    }
    if (const Json* columns = in.member("columns")) {
        JsonReader shares(*columns, where + "columns.");
        for (const auto& name : allColumns()) {
            if (shares.member(name.c_str()) == nullptr)
                continue;
            double share = 0;
            shares.number(name.c_str(), share);
            if (!(share > 0 && share < 1))
                shares.fail("a number above 0 and below 1", (*columns)[name], name);
            view.columns[name] = share;
        }
        if (auto ok = shares.finish(); !ok)
            in.fail(ok.error());
    }
    if (auto ok = in.finishKeepingUnknown(); !ok)
        return ok.error();
    view.unknown = in.unknown();
    return view;
}

} // namespace qs
