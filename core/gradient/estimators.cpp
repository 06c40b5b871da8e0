// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/gradient/estimators.h"

#include "core/base/text.h"
#include "core/gradient/dorefa.h"
#include "core/gradient/learnable.h"
#include "core/gradient/lsq.h"
#include "core/gradient/pact.h"
#include "core/gradient/straight_through.h"
#include "core/gradient/tensorflow_gradient.h"

#include <cmath>

namespace qs {
namespace {

using Names = std::string_view;

constexpr Names kAffineFields[] = {"scale", "zero_point", "quant_min", "quant_max"};
constexpr Names kRangeFields[] = {"min", "max", "quant_min", "quant_max"};
constexpr Names kLsqFields[] = {"scale", "quant_min", "quant_max"};
constexpr Names kLsqPlusFields[] = {"scale", "beta", "quant_min", "quant_max"};
constexpr Names kPactFields[] = {"alpha", "bits"};
constexpr Names kDorefaFields[] = {"bits", "max_tanh"};

constexpr Names kRangeLearned[] = {"min", "max"};
constexpr Names kAffineLearned[] = {"scale", "zero_point"};
constexpr Names kLsqLearned[] = {"scale"};
constexpr Names kLsqPlusLearned[] = {"scale", "beta"};
constexpr Names kPactLearned[] = {"alpha"};

/// forward and backward of one element; put writes the gradients of the parameters.
template <typename Rule, typename Put>
Result<EstimatorPoint> onePoint(const Rule& rule, float x, Put put)
{
    EstimatorPoint point;
    const float one = 1;
    if (auto ok = forward(rule, {&x, 1}, {&point.y, 1}); !ok)
        return ok.error();
    const auto gradients = backward(rule, {&x, 1}, {&one, 1}, {&point.dx, 1});
    if (!gradients)
        return gradients.error();
    put(gradients, point.learned);
    return point;
}

constexpr auto kNothingLearned = [](const auto&, auto&) {
};

Result<EstimatorPoint> straightThrough(float x, const EstimatorParams& p, PassBand band)
{
    const bool whole = std::nearbyint(p.zeroPoint) == p.zeroPoint && std::fabs(p.zeroPoint) < 1e6F;
    if (!whole)
        return Error::usage("zero_point: expected a whole number, found " +
                            formatExact(p.zeroPoint));
    const auto zero = static_cast<std::int32_t>(p.zeroPoint);
    return onePoint(StraightThrough{{&p.scale, 1}, {&zero, 1}, p.quantMin, p.quantMax, {}, band}, x,
                    kNothingLearned);
}

Result<EstimatorPoint> ste(float x, const EstimatorParams& p)
{
    return straightThrough(x, p, PassBand::RoundedCode);
}

Result<EstimatorPoint> passThrough(float x, const EstimatorParams& p)
{
    return straightThrough(x, p, PassBand::Everywhere);
}

Result<EstimatorPoint> steTensorflow(float x, const EstimatorParams& p)
{
    return onePoint(
        TensorflowFakeQuant{
            {&p.min, 1}, {&p.max, 1}, p.quantMin, p.quantMax, {}, TensorflowOp::Vars},
        x, [](const auto& g, auto& learned) {
            learned = {g->min[0], g->max[0]};
        });
}

Result<EstimatorPoint> learnable(float x, const EstimatorParams& p)
{
    return onePoint(
        LearnableFakeQuantize{{&p.scale, 1}, {&p.zeroPoint, 1}, p.quantMin, p.quantMax, {}, 1.0F},
        x, [](const auto& g, auto& learned) {
            learned = {g->scale[0], g->zeroPoint[0]};
        });
}

Result<EstimatorPoint> lsq(float x, const EstimatorParams& p)
{
    return onePoint(Lsq{p.scale, p.quantMin, p.quantMax, 1.0}, x, [](const auto& g, auto& learned) {
        learned = {g->scale, 0.0};
    });
}

Result<EstimatorPoint> lsqPlus(float x, const EstimatorParams& p)
{
    return onePoint(LsqPlus{p.scale, p.beta, p.quantMin, p.quantMax, 1.0}, x,
                    [](const auto& g, auto& learned) {
                        learned = {g->scale, g->beta};
                    });
}

Result<EstimatorPoint> pact(float x, const EstimatorParams& p)
{
    return onePoint(Pact{p.alpha, p.bits}, x, [](const auto& g, auto& learned) {
        learned = {g->alpha, 0.0};
    });
}

Result<EstimatorPoint> dorefa(float x, const EstimatorParams& p)
{
    if (p.maxTanh == 0)
        return onePoint(DorefaActivation{p.bits}, x, kNothingLearned);
    return onePoint(DorefaWeight{p.bits, p.maxTanh}, x, kNothingLearned);
}

constexpr EstimatorInfo kEstimators[] = {
    {Estimator::Ste,
     "ste",
     "torch.fake_quantize_per_tensor_affine",
     "The gradient passes where the rounded code is not clamped.",
     kAffineFields,
     {},
     ste},
    {Estimator::SteTensorflow, "ste_tensorflow", "tf.quantization.fake_quant_with_min_max_vars",
     "The gradient passes inside of the nudged range; outside it moves min or max.", kRangeFields,
     kRangeLearned, steTensorflow},
    {Estimator::PassThrough,
     "pass_through",
     "Bengio, Léonard, Courville 2013",
     "The gradient passes everywhere, clamped or not.",
     kAffineFields,
     {},
     passThrough},
    {Estimator::Learnable, "learnable", "torch._fake_quantize_learnable_per_tensor_affine",
     "Scale and zero_point are learned along with the weights.", kAffineFields, kAffineLearned,
     learnable},
    {Estimator::Lsq, "lsq", "Esser et al. 2020",
     "The step is learned: rounding errors move it inside, the clipped values outside.", kLsqFields,
     kLsqLearned, lsq},
    {Estimator::LsqPlus, "lsq_plus", "Bhalgat et al. 2020",
     "LSQ with a learned offset, for activations that are not symmetric.", kLsqPlusFields,
     kLsqPlusLearned, lsqPlus},
    {Estimator::Pact, "pact", "Choi et al. 2018",
     "Activations are clipped at a learned alpha, which clipped values move.", kPactFields,
     kPactLearned, pact},
    {Estimator::Dorefa,
     "dorefa",
     "Zhou et al. 2016",
     "Weights pass tanh and activations are clipped to 0 … 1 before rounding.",
     kDorefaFields,
     {},
     dorefa},
};

} // namespace

std::span<const EstimatorInfo> estimators()
{
    return kEstimators;
}

const EstimatorInfo& info(Estimator estimator)
{
    return kEstimators[static_cast<std::size_t>(estimator)];
}

std::optional<Estimator> estimatorByName(std::string_view name)
{
    for (const auto& row : kEstimators) {
        if (row.name == name)
            return row.id;
    }
    return std::nullopt;
}

} // namespace qs
