// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/lr_schedule.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

namespace qs {

namespace {

double constantLr(const LrSchedule& /*schedule*/, double baseLr, std::int64_t /*epoch*/)
{
    return baseLr;
}

double stepLr(const LrSchedule& schedule, double baseLr, std::int64_t epoch)
{
    return baseLr * std::pow(schedule.gamma, static_cast<double>(epoch / schedule.stepSize));
}

double cosineLr(const LrSchedule& schedule, double baseLr, std::int64_t epoch)
{
    const double turn =
        std::numbers::pi * static_cast<double>(epoch) / static_cast<double>(schedule.tMax);
    return schedule.etaMin + (baseLr - schedule.etaMin) * (1 + std::cos(turn)) / 2;
}

struct LrScheduleRow {
    std::string_view name;
    double (*lr)(const LrSchedule&, double baseLr, std::int64_t epoch);
};

constexpr std::array kLrSchedules{
    LrScheduleRow{"constant", constantLr},
    LrScheduleRow{"step", stepLr},
    LrScheduleRow{"cosine", cosineLr},
};

const LrScheduleRow* rowOf(const std::string& name)
{
    const auto* const row = std::ranges::find(kLrSchedules, name, &LrScheduleRow::name);
    return row == kLrSchedules.end() ? nullptr : row;
}

} // namespace

std::vector<std::string> lrScheduleNames()
{
    std::vector<std::string> names;
    for (const auto& row : kLrSchedules)
        names.emplace_back(row.name);
    return names;
}

Result<void> checkLrSchedule(const LrSchedule& schedule)
{
    if (rowOf(schedule.name) == nullptr)
        return Error::usage("learning rate schedule '" + schedule.name +
                            "' does not exist: there are " + join(lrScheduleNames()));
    if (schedule.stepSize < 1)
        return Error::usage("step_size must be at least 1, found " +
                            std::to_string(schedule.stepSize));
    if (!(schedule.gamma > 0) || !std::isfinite(schedule.gamma))
        return Error::usage("gamma must be a finite number above 0, found " +
                            formatExact(schedule.gamma));
    if (schedule.tMax < 1)
        return Error::usage("T_max must be at least 1, found " + std::to_string(schedule.tMax));
    if (!(schedule.etaMin >= 0) || !std::isfinite(schedule.etaMin))
        return Error::usage("eta_min must be a finite number not below 0, found " +
                            formatExact(schedule.etaMin));
    if (schedule.warmupSteps < 0)
        return Error::usage("warmup_steps must not be below 0, found " +
                            std::to_string(schedule.warmupSteps));
    return {};
}

double lrAt(const LrSchedule& schedule, double baseLr, std::int64_t epoch, std::int64_t step)
{
    const double lr = rowOf(schedule.name)->lr(schedule, baseLr, epoch);
    if (step >= schedule.warmupSteps)
        return lr;
    return lr * static_cast<double>(step + 1) / static_cast<double>(schedule.warmupSteps);
}

} // namespace qs
