// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"

#include <filesystem>
#include <string_view>

namespace qs {

/// The version of the .qscope format that this program writes.
inline constexpr int kSessionVersion = 1;

/// The session as JSON: {"quantoscope_session": 1, "workspace", "sources", "tensor", "train", …}.
nlohmann::ordered_json toJson(const SessionFile& file);

/// Reads what toJson wrote, migrating older versions. Unknown members are kept in Session::unknown.
/// Errors (Data): not a session; a newer version; a member of the wrong type or out of its range,
/// by its path.
Result<SessionFile> sessionFromJson(const nlohmann::ordered_json& json);

/// The session on one line of ASCII, as exported pictures carry it. Sources below `folder` are
/// written relative to it, all of them whole where it is empty.
std::string sessionText(const SessionFile& file, const std::filesystem::path& folder);

/// Reads JSON; relative sources start in `folder`. Errors (Data): not JSON; what sessionFromJson
/// says.
Result<SessionFile> sessionFromText(std::string_view text, const std::filesystem::path& folder);

/// A .qscope file, or a picture or a file of data with a session inside
/// (core/session/embedded_session.h). Sources below the file's own folder are written relative to
/// it, so that a folder can be moved as a whole. Errors: reading and writing, what sessionFromJson
/// and sessionInside say; each names the file.
Result<SessionFile> readSession(const std::filesystem::path& path);
Result<void> writeSession(const std::filesystem::path& path, const SessionFile& file);

} // namespace qs
