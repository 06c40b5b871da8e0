// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/qat_option.h"

#include "core/io/file.h"
#include "core/nn/model.h"

#include <nlohmann/json.hpp>

namespace qs {

Result<QatConfig> readQatConfig(const std::string& given, const std::string& modelName,
                                const JobContext& job)
{
    if (!given.ends_with(".json")) {
        const auto model = modelByName(modelName);
        return model ? qatConfigByName(given, *model) : Result<QatConfig>(model.error());
    }
    const auto content = readFile(given, job);
    if (!content)
        return content.error();
    const auto* text = reinterpret_cast<const char*>(content->bytes.data());
    const auto json = nlohmann::json::parse(text, text + content->bytes.size(), nullptr, false);
    if (json.is_discarded())
        return Error::data(given + ": expected JSON, found something else");
    auto config = qatConfigFromJson(json);
    if (!config)
        return Error{config.error().kind, given + ": " + config.error().message};
    return config;
}

} // namespace qs
