// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/quantize.h"
namespace qs {
Command quantizeCommand()
{
    return {"quantize", "List the tensors of a file", [](CLI::App&) -> CommandAction {
                return [](CommandContext&) -> Result<void> {
                    return {};
                };
            }};
}
} // namespace qs
