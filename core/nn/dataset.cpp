// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nn/dataset.h"

#include <algorithm>
#include <array>

namespace qs {
namespace {

/// k / 255 in float32, rounded once.
constexpr std::array<float, 256> makeUnit()
{
    std::array<float, 256> unit{};
    for (std::size_t k = 0; k < unit.size(); ++k)
        unit[k] = static_cast<float>(k) / 255.0F;
    return unit;
}
constexpr std::array<float, 256> kUnit = makeUnit();

} // namespace

Result<ImageSet> ImageSet::make(const Tensor& images, const Tensor& labels)
{
    const int rank = images.shape().rank();
    if (images.type() != ElementType::Uint8 || (rank != 3 && rank != 4))
        return Error::data("images: expected uint8 of shape [n, height, width], found " +
                           std::string(info(images.type()).name) + " " + images.shape().toString());
    if (labels.type() != ElementType::Uint8 || labels.shape().rank() != 1)
        return Error::data("labels: expected uint8 of shape [n], found " +
                           std::string(info(labels.type()).name) + " " + labels.shape().toString());
    if (images.shape()[0] != labels.shape()[0])
        return Error::data("expected as many labels as images, found " +
                           std::to_string(images.shape()[0]) + " images and " +
                           std::to_string(labels.shape()[0]) + " labels");
    if (images.numel() == 0)
        return Error::data("images: expected at least one, found " + images.shape().toString());
    constexpr std::int64_t most = 4096;
    for (int axis = 1; axis < rank; ++axis)
        if (images.shape()[axis] > most)
            return Error::data("images: expected sizes up to " + std::to_string(most) + ", found " +
                               images.shape().toString());
    ImageSet set;
    set.m_images = images;
    set.m_labelTensor = labels;
    set.m_labels = set.m_labelTensor.bytes();
    set.m_count = images.shape()[0];
    set.m_channels = rank == 4 ? static_cast<int>(images.shape()[1]) : 1;
    set.m_height = static_cast<int>(images.shape()[rank - 2]);
    set.m_width = static_cast<int>(images.shape()[rank - 1]);
    set.m_bytes = images.numel() / set.m_count;
    for (const std::byte label : set.m_labels)
        set.m_largestLabel = std::max(set.m_largestLabel, static_cast<int>(label));
    return set;
}

void ImageSet::copyChannelsLast(std::int64_t i, int pad, float* out) const
{
    const std::ptrdiff_t line = std::ptrdiff_t{m_width + 2 * pad} * m_channels;
    if (pad > 0)
        std::fill_n(out, (m_height + 2 * pad) * line, 0.0F);
    const std::byte* from = pixel(i);
    for (int c = 0; c < m_channels; ++c)
        for (int y = 0; y < m_height; ++y) {
            float* to = out + (y + pad) * line + std::ptrdiff_t{pad} * m_channels + c;
            for (int x = 0; x < m_width; ++x)
                to[std::ptrdiff_t{x} * m_channels] = kUnit[static_cast<std::size_t>(*from++)];
        }
}

Tensor ImageSet::images(std::int64_t begin, std::int64_t n, int pad) const
{
    const std::int64_t height = m_height + 2 * pad;
    const std::int64_t width = m_width + 2 * pad;
    std::vector<float> values(static_cast<std::size_t>(n * m_channels * height * width));
    for (std::int64_t i = 0; i < n; ++i) {
        const std::byte* from = pixel(begin + i);
        for (std::int64_t c = 0; c < m_channels; ++c)
            for (std::int64_t y = 0; y < m_height; ++y) {
                float* to = values.data() + ((i * m_channels + c) * height + y + pad) * width + pad;
                for (std::int64_t x = 0; x < m_width; ++x)
                    to[x] = kUnit[static_cast<std::size_t>(*from++)];
            }
    }
    return Tensor::fromFloats("images", *Shape::make({n, m_channels, height, width}),
                              std::move(values));
}

} // namespace qs
