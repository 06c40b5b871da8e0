// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/render.h"

#include "app/commands/render_session.h"
#include "app/gui_application.h"

#include <QApplication>

#include <memory>

namespace qs {

Command renderCommand()
{
    return {"render", "Draw a session's figures to files", [](CLI::App& app) -> CommandAction {
                const auto session = std::make_shared<std::string>();
                const auto options = std::make_shared<RenderOptions>();
                app.add_option(
                       "SESSION", *session,
                       "A .qscope session, or a file with one inside, as exports write them")
                    ->required();
                addRenderOptions(app, *options);
                return [session, options](CommandContext& context) -> Result<void> {
                    const auto gui = offscreenApplication();
                    const auto file = readSession(*session);
                    if (!file)
                        return file.error();
                    return renderSession(*file, *options, context);
                };
            }};
}

} // namespace qs
