// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pipeline/tensor_study.h"

#include "core/analysis/calibration_board.h"
#include "core/calib/params_from_ranges.h"
#include "core/pipeline/choice_studies.h"
#include "core/pipeline/quantizer_study.h"

#include <algorithm>
#include <cmath>
#include <new>

namespace qs {
namespace {

/// Up to so many elements sorting takes no longer than a blink, so that no index is waited for.
constexpr std::int64_t kSortAnyway = 1 << 22;
constexpr int kCurvePoints = 512;
/// Without an index each point of a curve reads every element.
constexpr int kReadPoints = 64;
constexpr int kLandscapeSide = 256;
/// Formats of more codes than this take much longer for each point, and their curves have no fine
/// structure that fewer points would miss.
constexpr std::int64_t kManyCodes = 4096;
constexpr int kFewPoints = 128;
constexpr int kFewSide = 64;
/// Beyond, hardly any range is better than that of minmax, and finding it takes seconds.
constexpr int kMostMseBits = 8;

bool isOfOneSet(StudyKind kind)
{
    return kind == StudyKind::RangeCurve || kind == StudyKind::Landscape ||
           kind == StudyKind::Search;
}

/// Whether it is about the quantizer in use alone.
bool isOfOneQuantizer(StudyKind kind)
{
    return kind == StudyKind::Channels || kind == StudyKind::Cells;
}

/// The same quantizer as an integer of eight bits: what the bits and the formats are compared like.
void makeInteger(QuantSpec& spec)
{
    const auto& row = info(spec.dtype);
    if (row.isBlock() || row.family == Family::Ggml) {
        spec.qscheme = QScheme::PerTensorAffine;
        spec.groupSize = 0;
        spec.axis = defaultAxis(spec);
    }
    spec.dtype = *dtypeByName(row.isInteger() && !row.isSigned ? "uint8" : "int8");
    spec.quantMin.reset();
    spec.quantMax.reset();
    spec.codebook.clear();
    spec.scaleRule = ScaleRule::Default;
}

/// What is looked at: all elements with an index where there is one, and a spec for them.
struct Subject {
    ErrorSource source;
    QuantSpec spec;
};

/// A row of n elements in memory order: one channel along axis 0, one group along the last.
Tensor asRow(const Tensor& tensor)
{
    const auto kept = std::make_shared<const Tensor>(tensor);
    return *Tensor::make(tensor.name(), tensor.type(), *Shape::make({1, tensor.numel()}), kept,
                         kept->bytes());
}

Result<void> sortAnyway(ErrorSource& source, const JobContext& context)
{
    if (source.index || source.tensor.numel() > kSortAnyway)
        return {};
    auto index =
        ValueIndex::build(source.tensor, ParamLayout::perTensor(source.tensor.numel()), context);
    if (!index)
        return index.error();
    source.index = std::move(*index);
    return {};
}

/// The tensor by its own layout.
Result<Subject> wholeSubject(TensorPipeline& pipeline, const TensorRequest& request,
                             const QuantSpec& spec, const JobContext& context)
{
    auto source = pipeline.source({request.tensor, spec}, context);
    if (!source)
        return source.error();
    Subject subject{std::move(*source), spec};
    if (info(spec.qschemeInUse()).granularity == Granularity::Tensor) {
        if (auto sorted = sortAnyway(subject.source, context); !sorted)
            return sorted.error();
    }
    return subject;
}

/// The shown set alone: the tensor, or one channel or group.
Result<Subject> setSubject(TensorPipeline& pipeline, const TensorRequest& request,
                           const QuantSpec& spec, const JobContext& context)
{
    const auto layout = spec.layout(request.tensor.shape());
    if (!layout)
        return layout.error();
    const auto& scheme = info(spec.qschemeInUse());
    if (scheme.granularity == Granularity::Tensor)
        return wholeSubject(pipeline, request, spec, context);
    if (request.channel < 0 || request.channel >= layout->count())
        return Error::usage("channel or group " + std::to_string(request.channel) +
                            " does not exist");
    Subject subject{{asRow(request.tensor.gather(*layout, request.channel)), {}, nullptr}, spec};
    subject.spec.axis = scheme.perGroup() ? -1 : 0;
    auto stats = computeStats(subject.source.tensor, context);
    if (!stats)
        return stats.error();
    subject.source.stats = *stats;
    if (auto sorted = sortAnyway(subject.source, context); !sorted)
        return sorted.error();
    return subject;
}

bool hasManyCodes(const DTypeInfo& row)
{
    return std::int64_t{1} << row.bits > kManyCodes;
}

ChannelRange rangeOf(const TensorStats& stats)
{
    return {stats.min, stats.max, true};
}

double stepOf(const CurvePoint& point)
{
    return static_cast<double>(point.params.stepAt(0));
}

Result<void> addRangeCurve(const Subject& subject, TensorStudy& study, const JobContext& context)
{
    const auto& [source, spec] = subject;
    const auto& row = info(spec.dtype);
    study.problem = rangeProblem(row);
    if (!study.problem.empty())
        return {};
    if (source.stats.min == 0 && source.stats.max == 0) {
        study.problem = "every element is 0: there is no range to choose";
        return {};
    }
    const ChannelRange range = rangeOf(source.stats);
    const auto fractions = equalRatios(1.0 / 256, 2,
                                       !source.index       ? kReadPoints
                                       : hasManyCodes(row) ? kFewPoints
                                                           : kCurvePoints);
    auto curve = errorAgainstClipRange(source, spec, {&range, 1}, fractions, context);
    if (!curve)
        return curve.error();
    for (auto& point : *curve) {
        if (point.at > 0 && (study.curve.empty() || point.at > study.curve.back().at))
            study.curve.push_back(std::move(point));
    }
    if (study.curve.size() < 2) {
        study.problem = "no other range has parameters";
        study.curve.clear();
        return {};
    }
    auto board = calibrationBoard(source, spec, 0, 1, context);
    if (!board)
        return board.error();
    for (const auto& choice : *board) {
        if (choice.problem.empty())
            study.choices.push_back({choice.observer,
                                     study.clipOf(static_cast<double>(choice.params.stepAt(0))),
                                     choice.errors});
    }
    std::stable_sort(study.choices.begin(), study.choices.end(),
                     [](const auto& a, const auto& b) { return a.clip < b.clip; });
    return {};
}

Result<void> addBits(const Subject& subject, TensorStudy& study, const JobContext& context)
{
    auto curve = errorAgainstBits(subject.source, subject.spec, 16, context);
    if (!curve)
        return curve.error();
    study.bits.push_back({subject.spec.observer, std::move(*curve)});
    // Its search is quick from sorted values only.
    if (subject.spec.observer == "mse" || !subject.source.index)
        return {};
    QuantSpec optimal = subject.spec;
    optimal.observer = "mse";
    auto best = errorAgainstBits(subject.source, optimal, kMostMseBits, context);
    if (!best)
        return best.error();
    study.bits.push_back({"mse", std::move(*best)});
    return {};
}

Result<void> addLandscape(const Subject& subject, TensorStudy& study, const JobContext& context)
{
    const auto& [source, spec] = subject;
    const auto& row = info(spec.dtype);
    if (!row.isInteger() || info(spec.qschemeInUse()).floatZeroPoint) {
        study.problem = row.isInteger() ? "a float zero_point has no codes to choose from"
                                        : std::string(row.name) + " has no zero_point";
        return {};
    }
    if (row.bits > 16) {
        study.problem = std::string(row.name) + " has too many codes for a map";
        return {};
    }
    if (!source.index) {
        study.problem = "this needs the index of the tensor's values";
        return {};
    }
    const ChannelRange range = rangeOf(source.stats);
    const auto params = paramsFromRanges(spec, {&range, 1});
    if (!params)
        return params.error();
    const auto scale = static_cast<double>(params->scaleAt(0));
    const int side = hasManyCodes(row) ? kFewSide : kLandscapeSide;
    std::vector<float> scales;
    for (const double s : equalRatios(scale / 64, scale * 2, side))
        scales.push_back(static_cast<float>(s));
    const auto codes = params->range();
    const auto count = std::min<std::int64_t>(codes.levels(), side);
    std::vector<std::int32_t> zeroPoints;
    for (std::int64_t i = 0; i < count; ++i)
        zeroPoints.push_back(
            static_cast<std::int32_t>(codes.quantMin + (codes.levels() - 1) * i / (count - 1)));
    auto landscape = errorLandscape(source.index->set(0), *params, spec.rounding, std::move(scales),
                                    std::move(zeroPoints), context);
    if (!landscape)
        return landscape.error();
    study.landscape = std::move(*landscape);
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; s < study.landscape.scales.size(); ++s) {
        for (std::size_t z = 0; z < study.landscape.zeroPoints.size(); ++z) {
            if (study.landscape.at(s, z) < best) {
                best = study.landscape.at(s, z);
                study.bestScale = s;
                study.bestZeroPoint = z;
            }
        }
    }
    return {};
}

/// The tensor as it is known already: nothing is sorted for a single pass.
Result<Subject> knownSubject(TensorPipeline& pipeline, const TensorRequest& request,
                             const JobContext& context)
{
    auto source = pipeline.source(request, context);
    if (!source)
        return source.error();
    return Subject{std::move(*source), request.spec};
}

Result<std::shared_ptr<const TensorStudy>> make(TensorPipeline& pipeline,
                                                const StudyRequest& request, const StudyKey& key,
                                                const JobContext& context)
{
    auto study = std::make_shared<TensorStudy>();
    study->key = key;
    study->tensor = request.subject.tensor;
    const auto subject =
        isOfOneQuantizer(key.kind) ? knownSubject(pipeline, request.subject, context)
        : isOfOneSet(key.kind)     ? setSubject(pipeline, request.subject, key.spec, context)
                                   : wholeSubject(pipeline, request.subject, key.spec, context);
    if (!subject)
        return subject.error();
    if (subject->source.stats.finiteCount() == 0)
        return Error::data("there is no finite element to study");
    Result<void> added;
    switch (key.kind) {
    case StudyKind::None:
        break;
    case StudyKind::RangeCurve:
        added = addRangeCurve(*subject, *study, context);
        break;
    case StudyKind::Bits:
        added = addBits(*subject, *study, context);
        break;
    case StudyKind::Formats: {
        auto points = rateDistortion(subject->source, formatSpecs(subject->spec), context);
        if (points)
            study->formats = std::move(*points);
        else
            added = points.error();
        break;
    }
    case StudyKind::Landscape:
        added = addLandscape(*subject, *study, context);
        break;
    case StudyKind::Dialects:
        added = addDialects(subject->source, subject->spec, *study, context);
        break;
    case StudyKind::Search:
        added = addSearch(subject->source, subject->spec, *study, context);
        break;
    case StudyKind::Channels:
    case StudyKind::Cells: {
        const auto quantizer =
            quantizerOf(subject->source, subject->spec, request.report.get(), context);
        if (!quantizer)
            return quantizer.error();
        added = key.kind == StudyKind::Cells
                    ? addCells(subject->source, *quantizer, *key.slice, *study, context)
                    : addChannels(subject->source, subject->spec, *quantizer, *study, context);
        break;
    }
    }
    if (!added)
        return added.error();
    return std::shared_ptr<const TensorStudy>(std::move(study));
}

} // namespace

StudyKey StudyKey::of(const StudyRequest& request)
{
    StudyKey key{request.kind, TensorKey::of(request.subject.tensor), -1, request.subject.spec};
    if (request.kind == StudyKind::Cells)
        key.slice = SlicePlace::of(request.subject.tensor.shape(), request.sliceAt);
    if (isOfOneQuantizer(request.kind))
        return key;
    auto& spec = key.spec;
    if (request.kind == StudyKind::Dialects) {
        // Each has its own rounding.
        spec.rounding = Rounding::HalfEven;
        spec.seed = 0;
        spec.dialect = Dialect::Torch;
        return key;
    }
    if (spec.isFixed() && request.kind != StudyKind::Search)
        spec.observer = "minmax";
    spec.scale.clear();
    spec.zeroPoint.clear();
    spec.floatZeroPoint.clear();
    if (isOfOneSet(request.kind)) {
        if (request.kind != StudyKind::Search)
            spec.observer = "minmax";
        if (info(spec.qschemeInUse()).granularity != Granularity::Tensor)
            key.channel = request.subject.channel;
    } else {
        makeInteger(spec);
    }
    return key;
}

double TensorStudy::clipOf(double scale) const
{
    const auto above = [&](double s) {
        return std::partition_point(curve.begin(), curve.end(),
                                    [&](const CurvePoint& p) { return stepOf(p) < s; });
    };
    // A float32 of the curve may differ from the wanted one in its last digit.
    constexpr double kSame = 1e-6;
    const auto first = above(scale * (1 - kSame));
    const auto end = above(scale * (1 + kSame));
    if (first != end)
        return std::sqrt(first->at * (end - 1)->at);
    if (first == curve.begin())
        return curve.front().at * scale / stepOf(curve.front());
    if (first == curve.end())
        return curve.back().at * scale / stepOf(curve.back());
    const auto& a = *(first - 1);
    const auto& b = *first;
    const double t = std::log(scale / stepOf(a)) / std::log(stepOf(b) / stepOf(a));
    return a.at * std::pow(b.at / a.at, t);
}

double TensorStudy::scaleOf(double clip) const
{
    const auto next = std::partition_point(curve.begin(), curve.end(),
                                           [&](const CurvePoint& p) { return p.at < clip; });
    if (next == curve.begin())
        return stepOf(curve.front()) * clip / curve.front().at;
    if (next == curve.end())
        return stepOf(curve.back()) * clip / curve.back().at;
    const auto& a = *(next - 1);
    const double t = std::log(clip / a.at) / std::log(next->at / a.at);
    return stepOf(a) * std::pow(stepOf(*next) / stepOf(a), t);
}

Result<std::shared_ptr<const TensorStudy>> TensorStudies::run(const StudyRequest& request,
                                                              const JobContext& context)
{
    if (request.kind == StudyKind::None)
        return std::shared_ptr<const TensorStudy>();
    const std::scoped_lock lock(m_mutex);
    const auto key = StudyKey::of(request);
    std::erase_if(m_last, [&](const auto& kept) { return kept.second->key.tensor != key.tensor; });
    const auto found = m_last.find(request.kind);
    if (found != m_last.end() && found->second->key == key)
        return found->second;
    try {
        auto study = make(m_pipeline, request, key, context);
        if (study)
            m_last[request.kind] = *study;
        return study;
    } catch (const std::bad_alloc&) {
        return Error::data("not enough memory for this; close other programs or tensors");
    }
}

} // namespace qs
