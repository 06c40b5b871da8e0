// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/channel_errors.h"
#include "core/analysis/dialect_report.h"
#include "core/analysis/error_landscape.h"
#include "core/analysis/rate_distortion.h"
#include "core/analysis/slice.h"
#include "core/pipeline/tensor_pipeline.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace qs {

/// Questions about many quantizers of one tensor, too long to be answered with every report.
enum class StudyKind {
    None,
    RangeCurve, ///< error against clip range, and where each observer stands on it
    Bits,       ///< SQNR against bits
    Formats,    ///< SQNR against bits per weight, for every dtype
    Landscape,  ///< error over scale and zero_point
    Dialects,   ///< the same ranges through every dialect
    Search,     ///< how the observer in force came to the range of the shown set
    Channels,   ///< ranges and errors of each channel, group or block
    Cells,      ///< a 2-D slice, element by element
};

struct StudyRequest {
    TensorRequest subject; ///< its valueView does not matter
    StudyKind kind = StudyKind::None;
    std::vector<std::int64_t> sliceAt{}; ///< Cells: as TensorView::sliceAt
    /// The subject through its quantizer, where the caller has it: studies of that quantizer then
    /// need not find its parameters again.
    std::shared_ptr<const Report> report = nullptr;
};

/// What a study depends on, and nothing else: two requests with the same key have the same answer.
/// Not the parameters a person moves along the curve, nor the observer where all of them are shown;
/// dialects and searches depend on both.
struct StudyKey {
    StudyKind kind = StudyKind::None;
    TensorKey tensor;
    /// RangeCurve, Landscape, Search: which channel or group, where the scheme has several; -1: the
    /// tensor.
    std::int64_t channel = -1;
    QuantSpec spec;                                 ///< with what does not matter set to a default
    std::optional<SlicePlace> slice = std::nullopt; ///< Cells

    static StudyKey of(const StudyRequest& request);
    bool operator==(const StudyKey&) const = default;
};

/// Where an observer stands on the range curve.
struct RangeChoice {
    std::string observer;
    double clip = 0; ///< place on the curve: that of its scale
    SquaredErrors errors;
};

/// SQNR against bits with one observer.
struct BitsCurve {
    std::string observer;
    ErrorCurve curve;
};

/// The answer, immutable. Only its kind's members are filled.
struct TensorStudy {
    StudyKey key;
    /// Kept: while this is here no other tensor can come to lie at its place in memory and be taken
    /// for it.
    Tensor tensor;
    /// Why there is nothing to show, for people; empty where there is.
    std::string problem;

    /// RangeCurve: of the shown set, its range [min, max] times 2^-8 … 2 with the zero_point that
    /// the scheme's rule gives. at: the larger end. Distinct in `at`.
    ErrorCurve curve;
    std::vector<RangeChoice> choices; ///< ascending in clip
    /// Bits: with the spec's observer (minmax for fixed), and with mse up to 8 bits where values
    /// are sorted. Floats and blocks are compared with integers.
    std::vector<BitsCurve> bits;
    std::vector<RatePoint> formats;
    /// Of the shown set: 256 scales (64 for more than 12 bits) about that of [min, max], 1/64 … 2
    /// times; every code as zero_point, or as many of them as scales.
    ErrorLandscape landscape;
    std::size_t bestScale = 0; ///< of the landscape's smallest error
    std::size_t bestZeroPoint = 0;
    /// Dialects, torch first: all given the ranges that the observer chose, or that fixed
    /// parameters cover.
    std::vector<DialectResult> dialects;
    /// Search: what the spec's observer saw, chose and looked at, of the shown set alone.
    ObserverEvidence search;
    /// Channels: of the scheme's channels, groups or blocks; of one scale for all, of the channels
    /// along the spec's axis. With quartiles up to 2^24 elements.
    std::vector<ChannelErrors> channels;
    /// Cells: at most 512 x 512 of them.
    SliceCells cells;

    /// Which clip range has this scale on the curve, between and beyond its points in proportion;
    /// where several have it (powers of two), their geometric middle. The curve is not empty.
    double clipOf(double scale) const;
    /// The scale of a clip range > 0, likewise.
    double scaleOf(double clip) const;
};

/// Makes studies from what a pipeline knows, and keeps the last one of each kind for the
/// last tensor. Callable from any
/// thread, one study at a time.
class TensorStudies {
public:
    /// `pipeline` must outlive it.
    explicit TensorStudies(TensorPipeline& pipeline) : m_pipeline(pipeline) {}

    /// Null for StudyKind::None. Errors: a tensor without finite elements; a channel that does not
    /// exist; memory that is not there (Data); cancelled.
    Result<std::shared_ptr<const TensorStudy>> run(const StudyRequest& request,
                                                   const JobContext& context = {});

private:
    TensorPipeline& m_pipeline;
    std::mutex m_mutex;
    std::map<StudyKind, std::shared_ptr<const TensorStudy>> m_last;
};

} // namespace qs
