// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/convert/lookup_table.h"

#include "core/quant/quantizer.h"

#include <algorithm>

namespace qs {

Result<std::vector<std::int32_t>> lookupTable(Network& network, std::size_t layer,
                                              const IntegerQuant& in, const IntegerQuant& out,
                                              IntegerActivation activation)
{
    const SampleShape shape = network.shapes()[layer];
    const int channels = network.model().layers[layer].isBatchNorm() ? shape.channels : 1;
    // One sample holds every channel of one code.
    std::vector<float> x(static_cast<std::size_t>(shape.numel()));
    std::vector<float> y(x.size());
    const auto function = network.layerFunction(layer);
    if (!function)
        return function.error();
    const auto params =
        QuantParams::make(out.quantMin < 0 ? DType::Qint8 : DType::Quint8, QScheme::PerTensorAffine,
                          {out.quantMin, out.quantMax}, {out.scale}, {out.zeroPoint});
    if (!params)
        return params.error();
    const auto quantizer = Quantizer::make(*params, *Shape::make({channels}));
    if (!quantizer)
        return quantizer.error();
    const auto entries = static_cast<std::size_t>(in.quantMax - in.quantMin + 1);
    std::vector<std::int32_t> table(static_cast<std::size_t>(channels) * entries);
    std::vector<std::int32_t> codes(static_cast<std::size_t>(channels));
    for (std::size_t e = 0; e < entries; ++e) {
        const int code = in.quantMin + static_cast<int>(e);
        std::fill(x.begin(), x.end(), in.scale * static_cast<float>(code - in.zeroPoint));
        (*function)(x.data(), y.data(), 1);
        if (activation != IntegerActivation::None)
            for (float& v : y)
                v = v < 0 ? 0 : v;
        if (activation == IntegerActivation::ReLU6)
            for (float& v : y)
                v = v > 6 ? 6 : v;
        quantizer->quantize(std::span(y).first(static_cast<std::size_t>(channels)), 0,
                            codes.data());
        for (std::size_t c = 0; c < codes.size(); ++c)
            table[c * entries + e] = codes[c];
    }
    return table;
}

} // namespace qs
