// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/weights_file.h"

#include "core/io/formats.h"

#include <nlohmann/json.hpp>

namespace qs {

Result<void> saveWeights(const Network& network, const std::string& path, const JobContext& context,
                         const std::optional<QatConfig>& qat)
{
    std::vector<Tensor> tensors = network.stateDict();
    // Without what the observers saw a quantized network would be another one.
    if (!network.quantizers().empty())
        for (auto& tensor : network.trainingState())
            tensors.push_back(std::move(tensor));
    if (qat) {
        const std::string text = toJson(*qat).dump();
        tensors.push_back(Tensor::fromVector("network.qat_config", ElementType::Uint8,
                                             *Shape::make({static_cast<std::int64_t>(text.size())}),
                                             std::vector<std::uint8_t>(text.begin(), text.end())));
    }
    return writeTensors(path, tensors, context);
}

Result<std::vector<Tensor>> readAllTensors(const std::string& path, const JobContext& context)
{
    const auto file = readTensors(path, context);
    if (!file)
        return file.error();
    std::vector<Tensor> tensors;
    for (const auto& entry : file->tensors) {
        auto tensor = file->tensor(entry.name);
        if (!tensor)
            return tensor.error();
        tensors.push_back(std::move(*tensor));
    }
    return tensors;
}

Result<void> loadWeights(Network& network, const std::string& path, const JobContext& context)
{
    const auto tensors = readAllTensors(path, context);
    if (!tensors)
        return tensors.error();
    if (auto loaded = network.loadStateDict(*tensors); !loaded)
        return Error{loaded.error().kind, path + ": " + loaded.error().message};
    return {};
}

} // namespace qs
