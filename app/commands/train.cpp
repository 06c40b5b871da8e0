// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/train.h"

#include "core/nn/trainer.h"

#include <chrono>

namespace qs {
Command trainCommand()
{
    return {"train", "x", [](CLI::App& app) -> CommandAction {
                auto recipe = std::make_shared<TrainRecipe>();
                auto qat = std::make_shared<std::string>();
                app.add_option("--epochs", recipe->epochs, "");
                app.add_option("--seed", recipe->seed, "");
                app.add_option("--qat", *qat, "");
                return [recipe, qat](CommandContext& context) -> Result<void> {
                    if (!qat->empty())
                        recipe->qat = *qatConfigByName(*qat);
                    auto data = readDataset("fashion-mnist");
                    auto trainer = Trainer::make(*recipe, *data);
                    if (!trainer)
                        return trainer.error();
                    const auto start = std::chrono::steady_clock::now();
                    while (!trainer->finished()) {
                        auto step = trainer->step();
                        if (!step)
                            return step.error();
                        if (step->endsEpoch || step->step % 100 == 0) {
                            auto e = trainer->evaluate({}, step->endsEpoch ? 0 : 1000);
                            const auto s = std::chrono::duration<double>(
                                               std::chrono::steady_clock::now() - start)
                                               .count();
                            context.out << step->step << " " << step->loss << " " << e->accuracy
                                        << " " << s << " s\n"
                                        << std::flush;
                        }
                    }
                    return {};
                };
            }};
}
} // namespace qs
