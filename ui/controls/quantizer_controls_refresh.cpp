// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What the fields of the quantizer's controls show.
#include "core/calib/edit_spec.h"
#include "ui/controls/dtype_combo.h"
#include "ui/controls/forms.h"
#include "ui/controls/log_slider.h"
#include "ui/controls/number_field.h"
#include "ui/controls/numbers_field.h"
#include "ui/controls/quantizer_controls.h"
#include "ui/panels/grid_view.h"

#include <QCheckBox>
#include <QLabel>
#include <QSpinBox>

#include <cmath>

namespace qs {
namespace {

std::vector<ScaleRule> rulesOf(const DTypeInfo& row)
{
    switch (row.scaleFormat) {
    case ScaleFormat::Unit:
    case ScaleFormat::InBlock:
        break;
    case ScaleFormat::E4m3:
        return {ScaleRule::Default, ScaleRule::OneLevel, ScaleRule::TwoLevel};
    case ScaleFormat::Float32:
    case ScaleFormat::E8m0:
        return {ScaleRule::Default, ScaleRule::Floor, ScaleRule::Ceil, ScaleRule::Even,
                ScaleRule::Rceil};
    }
    return {ScaleRule::Default};
}

QString nameOf(const DTypeInfo& row)
{
    return text(row.name);
}

} // namespace

void QuantizerControls::refreshScheme()
{
    const auto& spec = m_document.session().tensor.spec;
    const auto& row = info(spec.dtype);
    const auto& scheme = info(spec.qschemeInUse());
    m_dtype->showDType(spec.dtype);
    m_symmetry->setCurrentIndex(!row.isInteger()        ? 1
                                : scheme.floatZeroPoint ? 2
                                : scheme.symmetric      ? 1
                                                        : 0);
    allow(m_symmetry, row.isInteger(),
          isGgml(spec)
              ? tr("What a block of %1 holds is the format's own.").arg(nameOf(row))
              : tr("The levels of %1 stand about 0: it has no zero_point.").arg(nameOf(row)));
    m_granularity->setCurrentIndex(static_cast<int>(scheme.granularity));
    allow(m_granularity, !row.isBlock(),
          tr("%1 is a format of blocks: %2 elements share a scale.")
              .arg(nameOf(row))
              .arg(row.blockSize));
}

void QuantizerControls::refreshParts()
{
    const auto& tensor = m_document.session().tensor;
    const auto& spec = tensor.spec;
    const auto& scheme = info(spec.qschemeInUse());
    const bool parted = scheme.granularity != Granularity::Tensor;
    const bool ggml = isGgml(spec);
    const int rank = m_result ? m_result->facts->tensor.shape().rank() : 0;
    m_axis->setRange(std::min(-rank, spec.axis), std::max({rank - 1, 0, spec.axis}));
    m_axis->setValue(ggml ? -1 : spec.axis);
    allow(m_axis, parted && !ggml,
          ggml ? tr("ggml's blocks lie along the last axis.")
               : tr("One scale for the whole tensor needs no axis."));
    m_groupSize->setValue(static_cast<int>(std::clamp<std::int64_t>(
        ggml ? info(spec.dtype).blockSize : spec.groupSizeInUse(), 1, m_groupSize->maximum())));
    allow(m_groupSize, scheme.perGroup() && !ggml,
          ggml ? tr("%1 has blocks of %2 elements.")
                     .arg(nameOf(info(spec.dtype)))
                     .arg(info(spec.dtype).blockSize)
               : tr("Only groups have a size: choose per group."));

    std::int64_t count = 1;
    if (m_result) {
        if (const auto layout = spec.layout(m_result->facts->tensor.shape()))
            count = std::max<std::int64_t>(layout->count(), 1);
    }
    const QString part = partName(spec);
    const auto last = static_cast<int>(std::min<std::int64_t>(count - 1, 1 << 30));
    const auto shown = static_cast<int>(std::min<std::int64_t>(tensor.channel, 1 << 30));
    m_partLabel->setText(QLatin1Char('&') + part);
    m_channel->setAccessibleName(part);
    m_channelSlider->setAccessibleName(tr("%1 slider").arg(part));
    m_channel->setRange(0, std::max(last, parted ? shown : 0));
    m_channelSlider->setRange(0, m_channel->maximum());
    constexpr int kPages = 20;
    m_channelSlider->setPageStep(std::max(1, last / kPages));
    m_channel->setValue(shown);
    m_channelSlider->setValue(shown);
    const QString tip = tr("The %1 that the plots show and the grid's fields change; there are %2.")
                            .arg(part)
                            .arg(count);
    for (QWidget* field : {static_cast<QWidget*>(m_channel), static_cast<QWidget*>(m_channelSlider),
                           static_cast<QWidget*>(m_partLabel)}) {
        allow(field, parted, tr("One scale for the whole tensor: nothing to choose."));
        if (parted)
            field->setToolTip(tip);
    }
}

void QuantizerControls::refreshRules()
{
    const auto& spec = m_document.session().tensor.spec;
    const auto& row = info(spec.dtype);
    const QString noIntegers =
        tr("Only integers can leave out codes; %1 uses all of its own.").arg(nameOf(row));
    m_narrow->setChecked(spec.narrowRange);
    m_reduce->setChecked(spec.reduceRange);
    for (QWidget* field : {static_cast<QWidget*>(m_quantMin), static_cast<QWidget*>(m_quantMax),
                           static_cast<QWidget*>(m_narrow), static_cast<QWidget*>(m_reduce)})
        allow(field, row.isInteger(), noIntegers);
    if (!row.isInteger()) {
        m_quantMin->setNoValue(noIntegers);
        m_quantMax->setNoValue(noIntegers);
    } else if (const auto range = spec.range()) {
        m_quantMin->edit()->setToolTip({});
        m_quantMax->edit()->setToolTip({});
        m_quantMin->setValue(range->quantMin);
        m_quantMax->setValue(range->quantMax);
    }

    auto rules = rulesOf(row);
    m_scaleRule->clear();
    for (const auto rule : rules) {
        const QString usual = row.scaleFormat == ScaleFormat::E8m0   ? tr("default: floor")
                              : row.scaleFormat == ScaleFormat::E4m3 ? tr("default: two_level")
                              : row.scaleFormat == ScaleFormat::Unit ? tr("1, a cast")
                              : isGgml(spec)                         ? tr("in the blocks")
                                                                     : tr("default: float32");
        m_scaleRule->addItem(rule == ScaleRule::Default
                                 ? usual
                                 : text(scaleRules()[static_cast<std::size_t>(rule)].name),
                             static_cast<int>(rule));
        if (rule == spec.scaleRule)
            m_scaleRule->setCurrentIndex(m_scaleRule->count() - 1);
    }
    allow(m_scaleRule, rules.size() > 1 && !spec.isFixed(),
          rules.size() > 1 ? tr("The scale is fixed: no rule makes it.")
                           : tr("%1 has no rule for its scales to choose.").arg(nameOf(row)));

    const bool codebook = row.id == DType::Codebook;
    if (codebook)
        m_codebook->setValues(spec.codebook);
    else if (row.id == DType::Nf4)
        m_codebook->setValues({nf4Values().begin(), nf4Values().end()});
    else
        m_codebook->setValues({});
    allow(m_codebook, codebook,
          row.id == DType::Nf4 ? tr("The values of nf4 are given; dtype codebook takes any.")
                               : tr("Only dtype codebook has values of your own."));
}

void QuantizerControls::refreshCalibration()
{
    const auto& spec = m_document.session().tensor.spec;
    const QString own = tr("ggml encodes a block as a whole, in its own way.");
    const bool ggml = isGgml(spec);
    showRow(*m_observer, observers(), spec.observer);
    allow(m_observer, !ggml, own);
    m_averaging->setValue(spec.averagingConstant);
    allow(m_averaging, !ggml && spec.observer == "moving_average_minmax",
          tr("Only the observer moving_average_minmax has an averaging_constant."));
    m_percentile->setValue(spec.percentile);
    allow(m_percentile, !ggml && spec.observer == "percentile",
          tr("Only the observer percentile has one."));
    m_rounding->setCurrentIndex(static_cast<int>(spec.rounding));
    allow(m_rounding, !ggml, own);
    m_seed->setValue(static_cast<double>(spec.seed));
    allow(m_seed, !ggml && spec.rounding == Rounding::Stochastic,
          tr("Only stochastic rounding has a seed."));
    m_dialect->setCurrentIndex(static_cast<int>(spec.dialect));
    allow(m_dialect, !ggml, own);
}

void QuantizerControls::refreshValues()
{
    const auto& spec = m_document.session().tensor.spec;
    const auto& row = info(spec.dtype);
    const auto params = currentParams();
    const std::size_t channel = channelIndex();
    const bool symmetric = info(spec.qschemeInUse()).symmetric;
    const bool ggml = isGgml(spec);
    const QString noZero = tr("%1 has no zero_point.").arg(nameOf(row));
    const QString inBlocks = tr("The scales of %1 are in its blocks.").arg(nameOf(row));
    m_zeroPoint->edit()->setReadOnly(symmetric);
    allow(m_zeroPoint, row.isInteger(), noZero);
    const QString locked = tr("Locked: in a symmetric scheme real 0 has this code.");
    allow(m_zeroPoint->edit(), row.isInteger() && !symmetric, row.isInteger() ? locked : noZero);
    allow(m_scale, !ggml, inBlocks);
    allow(m_scaleSlider, !ggml && params.has_value(), inBlocks);
    if (ggml) {
        m_scale->setNoValue(inBlocks);
        m_scale->edit()->setPlaceholderText(tr("in the blocks"));
        m_zeroPoint->setNoValue(noZero);
        return;
    }
    m_scale->edit()->setToolTip({});
    if (!params || params->dtype() != spec.dtype || channel >= params->channels()) {
        m_scale->setNoValue(tr("not observed yet"));
        m_zeroPoint->setNoValue(row.isInteger() ? tr("not observed yet") : noZero);
        allow(m_scaleSlider, false, tr("No scale is observed yet."));
        return;
    }
    refreshScaleSpan(*params);
    const auto scale = static_cast<double>(params->stepAt(channel));
    m_scale->setValue(scale);
    m_scaleSlider->showValue(scale);
    if (!row.isInteger()) {
        m_zeroPoint->setNoValue(noZero);
        return;
    }
    const auto& floatZero = params->parts().floatZeroPoint;
    m_zeroPoint->setStep([whole = floatZero.empty()](double v, int steps) {
        constexpr double kPart = 0.1;
        return v + steps * (whole ? 1 : kPart);
    });
    m_zeroPoint->setValue(floatZero.empty() ? params->zeroPointAt(channel)
                                            : static_cast<double>(floatZero[channel]));
    m_zeroPoint->edit()->setToolTip(
        symmetric            ? locked
        : !floatZero.empty() ? tr("Where real 0 stands between codes; takes decimals.")
        : spec.isFixed()     ? tr("The code of real 0, fixed by you.")
                             : tr("The code of real 0, found by the observer."));
}

/// The slider spans 1/64 … 8 times the scale that just covers the shown data; around 1 for casts.
void QuantizerControls::refreshScaleSpan(const QuantParams& params)
{
    if (!m_result)
        return;
    const auto& row = info(params.dtype());
    const auto& stats = m_result->shownFacts->stats;
    double fit = 0;
    if (row.scaleFormat == ScaleFormat::Unit) {
        fit = 1;
    } else if (row.isInteger()) {
        const bool symmetric = info(params.qscheme()).symmetric;
        fit = static_cast<double>(
            qs::calculateQParams(stats.min, stats.max, params.dtype(), params.range(), symmetric)
                .scale);
    } else {
        double largest = static_cast<double>(largestLevel(params.dtype()));
        for (const float v : params.parts().codebook)
            largest = &v == params.parts().codebook.data()
                          ? std::fabs(static_cast<double>(v))
                          : std::max(largest, std::fabs(static_cast<double>(v)));
        const double amax = std::max(std::fabs(static_cast<double>(stats.min)),
                                     std::fabs(static_cast<double>(stats.max)));
        fit = amax > 0 && largest > 0 ? amax / largest : 1;
    }
    m_scaleSlider->setSpan(fit / 64, fit * 8);
}

} // namespace qs
