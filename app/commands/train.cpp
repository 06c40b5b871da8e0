// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/train.h"
namespace qs {
Command trainCommand()
{
    return {"train", "List the tensors of a file", [](CLI::App&) -> CommandAction {
                return [](CommandContext&) -> Result<void> {
                    return {};
                };
            }};
}
} // namespace qs
