// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace qs {

/// Exported pictures and data carry the session that made them, as text on one line:
///   PNG         a text chunk (tEXt, zTXt or iTXt) with this keyword
///   SVG, PDF    the element quantoscope:session in <metadata>, or in the document's XMP packet
///   CSV         a line "# session: …" among the comments at its top
///   .npy        such a line after the last number, where NumPy does not look
inline constexpr char kSessionKeyword[] = "quantoscope_session";
inline constexpr char kSessionNamespace[] = "urn:quantoscope:session";

/// The largest file that is searched for a session, and the largest session: 64 MiB.
inline constexpr std::uint64_t kMaxCarrierBytes = std::uint64_t{64} << 20;

/// <quantoscope:session xmlns:quantoscope="…">…</quantoscope:session>, with `text` escaped.
std::string sessionElement(std::string_view text);

/// "# session: …" with its line break. `text` must be one line.
std::string sessionComment(std::string_view text);

/// Whether content that starts so is of one of the kinds above. It need not carry a session.
bool isSessionCarrier(std::span<const std::byte> start);

/// What of a file mayCarrySession() wants to see: no header of an exported file is longer.
inline constexpr std::uint64_t kCarrierStart = std::uint64_t{128} << 10;

/// Whether content that starts so is an exported file rather than a tensor: every picture, but of
/// CSV and .npy only those with the comments that exports write at their top.
bool mayCarrySession(std::span<const std::byte> start);

/// The session's text in `content`, as it was put there: what it says is for sessionFromText() to
/// judge. `name` is for messages. Errors (Data): no session inside; damage, a wrong checksum; more
/// than kMaxCarrierBytes.
Result<std::string> sessionInside(const std::string& name, std::span<const std::byte> content);

/// Likewise of the file at `path`. Errors also: what reading says.
Result<std::string> sessionInside(const std::filesystem::path& path);

} // namespace qs
