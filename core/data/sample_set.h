// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace qs {

/// The most classes of a data set; labels are 0 … 4095.
inline constexpr int kMaxClasses = 4096;

/// Samples of one shape, each with a label or with real targets. Stored as bytes, whose value is
/// byte / 255, or as float32. Copies share the storage; safe to read from any thread.
class SampleSet {
public:
    SampleSet() = default;
    /// samples: uint8 or float32 of shape [n, features], [n, h, w] or [n, c, h, w]; labels: uint8
    /// or int32 of shape [n], from 0 to 4095. Features are one row of pixels: channels() and
    /// height() are 1.
    /// Errors (Data): other types or shapes; other counts; no sample; float32 that is not finite; a
    /// label out of range, with its position.
    static Result<SampleSet> make(const Tensor& samples, const Tensor& labels);
    /// For regression, without labels. targets: float32 of shape [n, outputs], outputs > 0.
    /// Errors (Data): make's, of targets instead of labels.
    static Result<SampleSet> makeRegression(const Tensor& samples, const Tensor& targets);

    std::int64_t count() const { return m_count; }
    int channels() const { return m_channels; }
    int height() const { return m_height; }
    int width() const { return m_width; }
    /// Of one sample: [features] or [channels, height, width].
    const Shape& shape() const { return m_shape; }

    /// 0 <= i < count(); -1 in a set with targets.
    int label(std::int64_t i) const
    {
        return m_labels ? (*m_labels)[static_cast<std::size_t>(row(i))] : -1;
    }
    int largestLabel() const { return m_largestLabel; } ///< -1: no sample, or targets
    bool hasTargets() const { return m_outputs > 0; }
    int outputs() const { return m_outputs; } ///< real targets of each sample
    /// The outputs() targets of sample i, 0 <= i < count(); empty in a set with labels.
    std::span<const float> targets(std::int64_t i) const;

    /// Sample i as float32, channels last ([h + 2 pad, w + 2 pad, c]), with `pad` zeros around it.
    /// out holds as many floats. 0 <= i < count().
    void copyChannelsLast(std::int64_t i, int pad, float* out) const;
    /// Samples [begin, begin + n) as float32 of shape [n, c, h + 2 pad, w + 2 pad].
    Tensor images(std::int64_t begin, std::int64_t n, int pad = 0) const;

    /// The samples of these indices, in this order, sharing the storage. 0 <= index < count();
    /// an index may come more than once.
    SampleSet select(std::span<const std::int64_t> indices) const;

private:
    static Result<SampleSet> makeSamples(const Tensor& samples);
    std::int64_t row(std::int64_t i) const
    {
        return m_rows ? (*m_rows)[static_cast<std::size_t>(i)] : i;
    }

    Tensor m_samples;
    Tensor m_targets;
    std::shared_ptr<const std::vector<std::int32_t>> m_labels;
    std::shared_ptr<const std::vector<std::int64_t>> m_rows; ///< none: all that is stored
    Shape m_shape;
    std::int64_t m_count = 0;
    std::int64_t m_numel = 0; ///< values of a sample
    int m_channels = 0;
    int m_height = 0;
    int m_width = 0;
    int m_outputs = 0;
    int m_largestLabel = -1;
};

} // namespace qs
