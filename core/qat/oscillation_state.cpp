// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/qat/oscillation.h"

#include <algorithm>

namespace qs {
namespace {

template <typename T>
Tensor tensorOf(const char* name, ElementType type, const std::vector<T>& values)
{
    return Tensor::fromVector(name, type, *Shape::make({static_cast<std::int64_t>(values.size())}),
                              values);
}

/// Fills `to` from the tensor of this name: as many elements as it has already, or any number.
template <typename T>
Result<void> take(std::span<const Tensor> state, const char* name, ElementType type,
                  std::vector<T>& to, bool anySize = false)
{
    for (const auto& tensor : state) {
        if (tensor.name() != name)
            continue;
        const auto count = static_cast<std::size_t>(tensor.numel());
        if (tensor.type() != type || (!anySize && count != to.size()) || count == 0)
            return Error::data(std::string(name) + ": expected " + std::to_string(to.size()) + " " +
                               std::string(info(type).name) + ", found " + std::to_string(count) +
                               " " + std::string(info(tensor.type()).name));
        to.resize(count);
        std::copy_n(tensor.bytes().data(), count * sizeof(T),
                    reinterpret_cast<std::byte*>(to.data()));
        return {};
    }
    return Error::data(std::string("expected a tensor ") + name + ", found none");
}

} // namespace

std::vector<Tensor> OscillationTracker::state() const
{
    return {tensorOf("code", ElementType::Int32, m_code),
            tensorOf("direction", ElementType::Int8, m_direction),
            tensorOf("frequency", ElementType::Float64, m_frequency),
            tensorOf("mean_code", ElementType::Float64, m_mean),
            tensorOf("frozen", ElementType::Uint8, m_frozen),
            tensorOf("flips", ElementType::Int32,
                     std::vector<std::int32_t>(m_flips.begin(), m_flips.end())),
            tensorOf("flips_in_epoch", ElementType::Int32,
                     std::vector<std::int32_t>(m_epochFlips.begin(), m_epochFlips.end())),
            tensorOf("steps", ElementType::Int64, std::vector<std::int64_t>{m_steps}),
            tensorOf("momentum", ElementType::Float64, std::vector<double>{m_momentum})};
}

Result<OscillationTracker> OscillationTracker::fromState(std::span<const Tensor> state)
{
    std::vector<std::int32_t> code;
    if (auto ok = take(state, "code", ElementType::Int32, code, true); !ok)
        return ok.error();
    std::vector<double> momentum(1);
    if (auto ok = take(state, "momentum", ElementType::Float64, momentum); !ok)
        return ok.error();
    auto tracker = make(code, momentum[0]);
    if (!tracker)
        return Error::data(tracker.error().message);
    std::vector<std::int64_t> steps(1);
    std::vector<std::int32_t> flips(code.size());
    std::vector<std::int32_t> epochFlips(code.size());
    for (const auto& ok : {take(state, "direction", ElementType::Int8, tracker->m_direction),
                           take(state, "frequency", ElementType::Float64, tracker->m_frequency),
                           take(state, "mean_code", ElementType::Float64, tracker->m_mean),
                           take(state, "frozen", ElementType::Uint8, tracker->m_frozen),
                           take(state, "flips", ElementType::Int32, flips),
                           take(state, "flips_in_epoch", ElementType::Int32, epochFlips),
                           take(state, "steps", ElementType::Int64, steps)})
        if (!ok)
            return ok.error();
    tracker->m_flips.assign(flips.begin(), flips.end());
    tracker->m_epochFlips.assign(epochFlips.begin(), epochFlips.end());
    tracker->m_steps = steps[0];
    return tracker;
}

} // namespace qs
