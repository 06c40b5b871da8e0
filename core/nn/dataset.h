// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/base/result.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qs {

/// Labelled images of one size, stored as bytes. Copies share the storage; safe to read from any
/// thread.
class ImageSet {
public:
    ImageSet() = default;
    /// images: uint8 of shape [n, h, w] or [n, c, h, w]; labels: uint8 of shape [n].
    /// Errors: other types or shapes; as many labels as images are needed.
    static Result<ImageSet> make(const Tensor& images, const Tensor& labels);

    std::int64_t count() const { return m_count; }
    int channels() const { return m_channels; }
    int height() const { return m_height; }
    int width() const { return m_width; }
    /// 0 <= i < count().
    int label(std::int64_t i) const
    {
        return static_cast<int>(m_labels[static_cast<std::size_t>(i)]);
    }
    int largestLabel() const { return m_largestLabel; }

    /// Image i as float32 pixel / 255, channels last ([h + 2 pad, w + 2 pad, c]), with `pad` zeros
    /// around it. out holds as many floats. 0 <= i < count().
    void copyChannelsLast(std::int64_t i, int pad, float* out) const;
    /// Images [begin, begin + n) as float32 pixel / 255 of shape [n, c, h + 2 pad, w + 2 pad].
    Tensor images(std::int64_t begin, std::int64_t n, int pad = 0) const;

private:
    const std::byte* pixel(std::int64_t i) const { return m_images.bytes().data() + i * m_bytes; }

    Tensor m_images;
    Tensor m_labelTensor;
    std::span<const std::byte> m_labels;
    std::int64_t m_count = 0;
    std::int64_t m_bytes = 0;
    int m_channels = 0;
    int m_height = 0;
    int m_width = 0;
    int m_largestLabel = 0;
};

/// What a network is trained and tested on.
struct Dataset {
    std::string name; ///< as it was asked for: "fashion-mnist", "idx:DIR"
    ImageSet train;
    ImageSet test;
    int classes = 0; ///< the largest training label + 1
};

/// `fashion-mnist` (Debian's dataset-fashion-mnist, looked for below /usr/share and
/// $XDG_DATA_DIRS) or `idx:DIR` (any folder with MNIST's four IDX files, gzipped or not).
/// Errors: Usage: a name that is neither; Io: files that are not there, with how to get them;
/// Data: a damaged file, other counts of images and labels, test images of another size or with
/// labels that no training image has; cancelled.
Result<std::shared_ptr<const Dataset>> readDataset(const std::string& name,
                                                   const JobContext& context = {});

/// The folder of Debian's package dataset-fashion-mnist, below /usr/share or $XDG_DATA_DIRS; none
/// where it is not installed.
std::optional<std::string> findFashionMnist();

} // namespace qs
