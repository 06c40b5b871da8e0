// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/compare/diagnosis.h"

#include "core/base/text.h"

#include <algorithm>

namespace qs {
namespace {

// Where a fact is worth a word. Each only decides what is tried: the measurement decides what
// helps.
constexpr double kOutliers = 1.5;  ///< range over what holds 99.9 %
constexpr double kSpread = 4;      ///< range of the widest channel over the median one's
constexpr double kUnused = 0.5;    ///< share of the codes that are used
constexpr double kClipped = 0.001; ///< share of values beyond the codes
constexpr double kVanished = 0.2;  ///< share of values that became 0
constexpr double kShift = 0.1;     ///< share of the squared error that is its mean
constexpr double kFewBitsDb = 30;  ///< a weight's SQNR below which its rounding is looked at

std::string percent(double share)
{
    return formatShort(100 * share) + " %";
}

class Rules {
public:
    Rules(const LayerFigures& figures, bool calibrated)
        : m_figures(figures), m_calibrated(calibrated)
    {
    }

    Diagnosis run()
    {
        if (m_figures.weightFacts && m_figures.weightSpec)
            weight(*m_figures.weightFacts, *m_figures.weightSpec);
        if (m_figures.activationFacts && m_figures.activationSpec)
            activation(*m_figures.activationFacts, *m_figures.activationSpec);
        shift();
        if (m_found.findings.empty())
            m_found.findings.emplace_back(
                "Nothing stands out in its ranges, its codes or its mean: the error is rounding.");
        suggest(SuggestionKind::KeepFloat, "keep this layer float", "the last resort", {});
        return std::move(m_found);
    }

private:
    void suggest(SuggestionKind kind, const std::string& change, const std::string& why,
                 const LayerQuantization& quantizers)
    {
        const bool known = std::any_of(m_found.suggestions.begin(), m_found.suggestions.end(),
                                       [&](const auto& s) { return s.change == change; });
        if (!known)
            m_found.suggestions.push_back({kind, change, why, quantizers});
    }
    /// Another spec of the weight or the activation.
    template <typename Edit>
    void configure(bool ofWeight, const std::string& change, const std::string& why, Edit edit)
    {
        LayerQuantization own{m_figures.weightSpec, m_figures.activationSpec};
        auto& spec = ofWeight ? own.weight : own.activation;
        edit(*spec);
        if (spec == (ofWeight ? m_figures.weightSpec : m_figures.activationSpec))
            return;
        suggest(SuggestionKind::Configure, (ofWeight ? "weight: " : "activation: ") + change, why,
                own);
    }
    void observe(bool ofWeight, const std::string& observer, const std::string& why)
    {
        const double share = 99.99;
        configure(ofWeight,
                  "observer " + observer +
                      (observer == "percentile" ? " " + formatShort(share) : std::string()),
                  why, [&](FakeQuantizeSpec& spec) {
                      spec.observer = observer;
                      spec.percentile = share;
                      spec.scale.clear();
                      spec.zeroPoint.clear();
                  });
    }
    const std::string& say(const std::string& finding)
    {
        m_found.findings.push_back(finding);
        return m_found.findings.back();
    }

    void weight(const ValueFacts& facts, const FakeQuantizeSpec& spec)
    {
        if (spec.isLearned())
            return; // its parameters are the training's
        const bool perTensor = info(spec.qschemeInUse()).granularity == Granularity::Tensor;
        const auto perChannel = [](FakeQuantizeSpec& s) {
            s.qscheme = QScheme::PerChannelSymmetric;
            s.axis = 0;
            s.scale.clear();
            s.zeroPoint.clear();
            s.observer = s.isFixed() ? "minmax" : s.observer;
        };
        const std::string perChannelName = "qscheme per_channel_symmetric";
        if (perTensor && facts.channelSpread && *facts.channelSpread > kSpread) {
            const auto why =
                say("Its widest output channel has weights " + formatShort(*facts.channelSpread) +
                    " times as large as the median channel's, and all share one scale.");
            configure(true, perChannelName, why, perChannel);
            suggest(SuggestionKind::Equalize, "cross-layer equalization", why, {});
        }
        if (facts.amax > kOutliers * facts.amax999) {
            const auto why = say("Its largest weight is " + formatShort(facts.amax) +
                                 ", but 99.9 % of them stay within " + formatShort(facts.amax999) +
                                 ": a few outliers stretch the scale.");
            observe(true, "mse", why);
            observe(true, "percentile", why);
            if (perTensor)
                configure(true, perChannelName, why, perChannel);
        }
        if (facts.codesUsed > 0 &&
            static_cast<double>(facts.codesUsed) <
                kUnused * static_cast<double>(facts.codesTotal) &&
            facts.count > facts.codesTotal) {
            const auto why = say("Its weights use " + formatCount(facts.codesUsed) + " of " +
                                 formatCount(facts.codesTotal) + " codes.");
            observe(true, "mse", why);
            if (perTensor)
                configure(true, perChannelName, why, perChannel);
        }
        if (facts.vanished > kVanished) {
            const auto why = say(percent(facts.vanished) +
                                 " of its weights are not 0 but become 0: the step is too coarse.");
            observe(true, "mse", why);
            if (perTensor)
                configure(true, perChannelName, why, perChannel);
        }
        if (facts.clipped > kClipped) {
            const auto why = say(percent(facts.clipped) + " of its weights lie beyond the codes.");
            observe(true, "minmax", why);
        }
        const auto sqnr = m_figures.weight ? m_figures.weight->sqnrDb() : std::nullopt;
        if (sqnr && *sqnr < kFewBitsDb) {
            const auto why = say("Its weights keep " + formatShort(*sqnr) +
                                 " dB: their rounding is a large part of the error.");
            if (m_calibrated && info(spec.dtype).isInteger())
                suggest(SuggestionKind::AdaRound, "AdaRound", why, {});
            if (perTensor)
                configure(true, perChannelName, why, perChannel);
            if (info(spec.dtype).isInteger() && info(spec.dtype).bits < 8)
                configure(true, "dtype qint8", why, [](FakeQuantizeSpec& s) {
                    s.dtype = DType::Qint8;
                    s.quantMin.reset();
                    s.quantMax.reset();
                    s.scale.clear();
                    s.zeroPoint.clear();
                    s.observer = s.isFixed() ? "minmax" : s.observer;
                });
        }
    }

    void activation(const ValueFacts& facts, const FakeQuantizeSpec& spec)
    {
        if (spec.isLearned())
            return;
        if (facts.amax > kOutliers * facts.amax999 && facts.amax999 > 0) {
            const auto why = say("Its activations reach " + formatShort(facts.amax) +
                                 ", but 99.9 % of them stay within " + formatShort(facts.amax999) +
                                 ": rare values take most of the codes.");
            observe(false, "percentile", why);
            observe(false, "mse", why);
            observe(false, "histogram", why);
        }
        const bool symmetric = info(spec.qschemeInUse()).symmetric;
        const bool half =
            facts.codesUsed > 0 && facts.count > facts.codesTotal &&
            static_cast<double>(facts.codesUsed) < kUnused * static_cast<double>(facts.codesTotal);
        if (half) {
            const auto why = say("Its activations use " + formatCount(facts.codesUsed) + " of " +
                                 formatCount(facts.codesTotal) + " codes.");
            if (symmetric)
                configure(false, "dtype quint8, qscheme per_tensor_affine", why,
                          [](FakeQuantizeSpec& s) {
                              s.dtype = DType::Quint8;
                              s.qscheme = QScheme::PerTensorAffine;
                          });
            observe(false, "mse", why);
        }
        if (facts.clipped > kClipped) {
            const auto why = say(percent(facts.clipped) +
                                 " of its activations lie beyond the codes and saturate.");
            observe(false, "minmax", why);
            observe(false, "mse", why);
        }
        if (facts.vanished > kVanished) {
            const auto why = say(percent(facts.vanished) +
                                 " of its activations are not 0 but become 0: the step is too "
                                 "coarse for them.");
            observe(false, "mse", why);
            observe(false, "percentile", why);
        }
        const auto sqnr = m_figures.activation ? m_figures.activation->sqnrDb() : std::nullopt;
        if (sqnr && *sqnr < kFewBitsDb && info(spec.dtype).bits < 8 &&
            info(spec.dtype).isInteger()) {
            const auto why = say("Its activations have " + std::to_string(info(spec.dtype).bits) +
                                 " bits and keep " + formatShort(*sqnr) + " dB.");
            configure(false, "dtype quint8", why, [](FakeQuantizeSpec& s) {
                s.dtype = DType::Quint8;
                s.quantMin.reset();
                s.quantMax.reset();
            });
        }
    }

    void shift()
    {
        const auto& alone = m_figures.outputAlone;
        if (!m_figures.place.layer || !m_figures.place.weight || !(alone.mse() > 0))
            return;
        const double share = alone.meanError() * alone.meanError() / alone.mse();
        if (share <= kShift)
            return;
        const auto why = say("Its outputs are off by " + formatShort(alone.meanError()) +
                             " on average, " + percent(share) + " of the squared error: a shift.");
        if (m_calibrated)
            suggest(SuggestionKind::CorrectBias, "bias correction", why, {});
    }

    const LayerFigures& m_figures;
    bool m_calibrated;
    Diagnosis m_found;
};

} // namespace

Diagnosis diagnose(const LayerFigures& figures, bool calibrated)
{
    return Rules(figures, calibrated).run();
}

} // namespace qs
