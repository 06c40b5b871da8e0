// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// The fields of the quantizer's controls and what they edit.
#include "core/base/text.h"
#include "core/calib/edit_spec.h"
#include "ui/controls/dtype_combo.h"
#include "ui/controls/forms.h"
#include "ui/controls/log_slider.h"
#include "ui/controls/number_field.h"
#include "ui/controls/numbers_field.h"
#include "ui/controls/quantizer_controls.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QLabel>
#include <QSpinBox>

#include <cmath>

namespace qs {
namespace {

constexpr int kMostSets = 1 << 30; ///< channels or groups that a spin box counts

QString shortText(double v)
{
    return QString::fromStdString(formatShort(v));
}

QString exactText(double v)
{
    return QString::fromStdString(formatExact(v));
}

} // namespace

QWidget* QuantizerControls::buildQuantizer()
{
    auto* box = new QGroupBox(tr("Quantizer"));
    auto* form = formIn(box);
    m_dtype = new DTypeCombo(tr("dtype"), box);
    addRow(form, tr("&dtype"), m_dtype,
           tr("Which codes there are: type a part of a name, or eXmY for a float of your own. A "
              "fixed range is kept: scale and zero_point follow."));
    m_symmetry = new QComboBox(box);
    m_symmetry->setAccessibleName(tr("scheme"));
    m_symmetry->addItems({tr("affine"), tr("symmetric"), tr("affine, float zero_point")});
    addRow(form, tr("&scheme"), m_symmetry,
           tr("Affine: zero_point is free. Symmetric: real 0 has the middle code. Float "
              "zero_point: it lies between codes, for channels and groups."));
    m_granularity = new QComboBox(box);
    m_granularity->setAccessibleName(tr("granularity"));
    m_granularity->addItems({tr("per tensor"), tr("per channel"), tr("per group")});
    addRow(form, tr("granularit&y"), m_granularity,
           tr("One scale for the whole tensor, for each channel along an axis, or for each group "
              "of neighbours along it."));
    m_axis = new QSpinBox(box);
    m_axis->setAccessibleName(tr("axis"));
    m_axis->setToolTip(
        tr("The dimension whose channels or groups have their own scale (from 0, or from -1 at "
           "the end)."));
    m_groupSize = new QSpinBox(box);
    m_groupSize->setAccessibleName(tr("group size"));
    m_groupSize->setRange(1, kMostSets);
    m_groupSize->setPrefix(tr("\u00d7 "));
    m_groupSize->setKeyboardTracking(false);
    m_groupSize->setToolTip(tr("Elements along the axis that share a scale."));
    addPair(form, tr("a&xis, group"), m_axis, m_groupSize);
    m_channel = new QSpinBox(box);
    m_channel->setAccessibleName(tr("channel"));
    m_channel->setKeyboardTracking(false);
    m_channelSlider = new QSlider(Qt::Horizontal, box);
    m_channelSlider->setAccessibleName(tr("channel slider"));
    m_partLabel = addPair(form, tr("&channel"), m_channel, m_channelSlider);
    connectQuantizer();
    return box;
}

void QuantizerControls::connectQuantizer()
{
    connect(m_dtype, &DTypeCombo::chosen, this, [this](DType dtype) {
        editSpec(tr("dtype %1").arg(text(info(dtype).name)), {},
                 [dtype](const QuantSpec& spec, const QuantParams& params) {
                     auto next = withDType(spec, params, dtype);
                     if (info(spec.dtype).isBlock() && !info(dtype).isBlock())
                         next.axis = defaultAxis(next);
                     return next;
                 });
        refresh(); // also where nothing changed, so that the name stands as it should
    });
    connect(m_symmetry, &QComboBox::activated, this, [this] { chooseScheme(true); });
    connect(m_granularity, &QComboBox::activated, this, [this] { chooseScheme(false); });
    const auto layoutChosen = [this](const QString& what, const QString& key,
                                     const std::function<void(QuantSpec&)>& change) {
        editSpec(what, key, [change](QuantSpec spec, const QuantParams&) {
            change(spec);
            // Values of other channels or groups mean nothing here.
            if (spec.isFixed())
                spec.observer = "minmax";
            return spec;
        });
    };
    connect(m_axis, &QSpinBox::valueChanged, this, [layoutChosen](int axis) {
        layoutChosen(tr("axis %1").arg(axis), QStringLiteral("axis"),
                     [axis](QuantSpec& spec) { spec.axis = axis; });
    });
    connect(m_groupSize, &QSpinBox::valueChanged, this, [layoutChosen](int size) {
        layoutChosen(tr("group size %1").arg(size), QStringLiteral("group size"),
                     [size](QuantSpec& spec) { spec.groupSize = size; });
    });
    const auto channelChosen = [this](int channel) {
        if (m_refreshing)
            return;
        m_document.edit(tr("%1 %2").arg(m_channel->accessibleName()).arg(channel),
                        QStringLiteral("channel"),
                        [channel](Session& session) { session.tensor.channel = channel; });
    };
    connect(m_channel, &QSpinBox::valueChanged, this, channelChosen);
    connect(m_channelSlider, &QSlider::valueChanged, this, channelChosen);
}

QWidget* QuantizerControls::buildGrid()
{
    auto* box = new QGroupBox(tr("Grid"));
    auto* form = formIn(box);
    m_scale = scaleField(tr("scale"), box);
    addRow(form, tr("sc&ale"), m_scale,
           tr("What codes are multiplied with: real units per step of integers. Takes 0.0039, "
              "1/256, 2^-8. Changing it fixes the parameters."));
    m_scaleSlider = new LogSlider(tr("scale slider"), box);
    m_scaleSlider->setToolTip(
        tr("The scale on a logarithmic axis, 1/64 to 8 times the min-max scale."));
    form->addRow(QString(), m_scaleSlider);
    m_zeroPoint = codeField(tr("zero_point"), box);
    m_zeroPoint->setCheck([this](double v) { return zeroPointRefusal(v); });
    m_zeroPoint->setFormat([this](double v) {
        const bool whole = !info(m_document.session().tensor.spec.qschemeInUse()).floatZeroPoint;
        return whole ? QString::number(static_cast<qlonglong>(v))
                     : QString::fromStdString(formatExact(static_cast<float>(v)));
    });
    addRow(form, tr("&zero_point"), m_zeroPoint, tr("The code of real 0, which is always exact."));
    m_quantMin = codeField(tr("quant_min"), box);
    m_quantMax = codeField(tr("quant_max"), box);
    const auto rangeCheck = [this](bool isMin) {
        return [this, isMin](double v) {
            if (auto problem = wholeNumberProblem(v); !problem.isEmpty())
                return problem;
            const auto& spec = m_document.session().tensor.spec;
            const auto limit = static_cast<std::int32_t>(std::clamp(v, -1e6, 1e6));
            const auto& row = info(spec.dtype);
            const auto lo = isMin ? limit : spec.quantMin.value_or(row.quantMin);
            const auto hi = isMin ? spec.quantMax.value_or(row.quantMax) : limit;
            const auto range = chooseRange(spec.dtype, lo, hi, spec.narrowRange, spec.reduceRange);
            return range ? QString() : QString::fromStdString(range.error().message);
        };
    };
    m_quantMin->setCheck(rangeCheck(true));
    m_quantMax->setCheck(rangeCheck(false));
    m_quantMin->setToolTip(tr("quant_min: the lowest code in use."));
    m_quantMax->setToolTip(tr("quant_max: the highest code in use."));
    addPair(form, tr("&quant_min, max"), m_quantMin, m_quantMax);
    m_narrow = new QCheckBox(tr("&narrow"), box);
    m_narrow->setToolTip(tr("narrow_range: the lowest code is left out (-127 \u2026 127)."));
    m_reduce = new QCheckBox(tr("red&uce"), box);
    m_reduce->setToolTip(tr("reduce_range: half of the codes, as PyTorch does for old x86 CPUs."));
    addPair(form, tr("range"), m_narrow, m_reduce);
    m_scaleRule = new QComboBox(box);
    m_scaleRule->setAccessibleName(tr("scale rule"));
    addRow(form, tr("scale ru&le"), m_scaleRule,
           tr("How a scale is made from what was observed: as it is, or as a power of two."));
    m_codebook = new NumbersField(tr("codebook"), box);
    addRow(form, tr("code&book"), m_codebook,
           tr("The 2 to 256 values of dtype codebook in units of the scale, ascending, with "
              "blanks between: -1 -1/4 0 1/4 1."));
    connectGrid();
    return box;
}

void QuantizerControls::connectGrid()
{
    connect(m_scale, &NumberField::committed, this,
            [this](double v) { commitScale(v, QStringLiteral("scale")); });
    connect(m_scaleSlider, &LogSlider::moved, this,
            [this](double v) { commitScale(v, QStringLiteral("scale")); });
    connect(m_scaleSlider, &QSlider::sliderPressed, &m_document, &Document::beginGesture);
    connect(m_scaleSlider, &QSlider::sliderReleased, &m_document, &Document::endGesture);
    connect(m_zeroPoint, &NumberField::committed, this, &QuantizerControls::commitZeroPoint);
    const auto limitChosen = [this](bool isMin) {
        return [this, isMin](double v) {
            editSpec((isMin ? tr("quant_min %1") : tr("quant_max %1")).arg(shortText(v)),
                     isMin ? QStringLiteral("quant_min") : QStringLiteral("quant_max"),
                     [isMin, v](const QuantSpec& spec, const QuantParams&) {
                         const auto limit = static_cast<std::int32_t>(v);
                         return isMin ? withQuantRange(spec, limit, spec.quantMax)
                                      : withQuantRange(spec, spec.quantMin, limit);
                     });
        };
    };
    for (auto* field : {m_quantMin, m_quantMax}) {
        // Half a row is too narrow for a sentence.
        field->setInlineMessage(false);
        connect(field, &NumberField::messageChanged, this, &QuantizerControls::setProblem);
    }
    connect(m_quantMin, &NumberField::committed, this, limitChosen(true));
    connect(m_quantMax, &NumberField::committed, this, limitChosen(false));
    connect(m_narrow, &QCheckBox::clicked, this, [this](bool narrow) {
        editSpec(narrow ? tr("narrow_range on") : tr("narrow_range off"), {},
                 [narrow](QuantSpec spec, const QuantParams&) {
                     spec.narrowRange = narrow;
                     return withQuantRange(spec, spec.quantMin, spec.quantMax);
                 });
    });
    connect(m_reduce, &QCheckBox::clicked, this, [this](bool reduce) {
        editSpec(reduce ? tr("reduce_range on") : tr("reduce_range off"), {},
                 [reduce](QuantSpec spec, const QuantParams&) {
                     spec.reduceRange = reduce;
                     return withQuantRange(spec, spec.quantMin, spec.quantMax);
                 });
    });
    connect(m_scaleRule, &QComboBox::activated, this, [this](int row) {
        const auto rule = static_cast<ScaleRule>(m_scaleRule->itemData(row).toInt());
        editSpec(tr("scale rule %1").arg(text(scaleRules()[static_cast<std::size_t>(rule)].name)),
                 {}, [rule](QuantSpec spec, const QuantParams&) {
                     spec.scaleRule = rule;
                     return spec;
                 });
    });
    m_codebook->setCheck([](const std::vector<float>& values) {
        QuantParts parts;
        parts.dtype = DType::Codebook;
        parts.scale = {1.0F};
        parts.codebook = values;
        const auto params = QuantParams::make(std::move(parts));
        return params ? QString() : QString::fromStdString(params.error().message);
    });
    connect(m_codebook, &NumbersField::messageChanged, this, &QuantizerControls::setProblem);
    connect(m_codebook, &NumbersField::committed, this, [this](const std::vector<float>& values) {
        editSpec(tr("codebook of %n values", nullptr, static_cast<int>(values.size())), {},
                 [values](QuantSpec spec, const QuantParams&) {
                     spec.codebook = values;
                     return spec;
                 });
    });
}

QWidget* QuantizerControls::buildCalibration()
{
    auto* box = new QGroupBox(tr("Calibration"));
    auto* form = formIn(box);
    m_observer = comboOf(observers(), tr("observer"), box);
    for (int i = 0; i < m_observer->count(); ++i)
        m_observer->setItemData(i, text(observers()[static_cast<std::size_t>(i)].description),
                                Qt::ToolTipRole);
    addRow(form, tr("&observer"), m_observer, tr("Who finds scale and zero_point; fixed: you do."));
    m_averaging = new NumberField(tr("averaging constant"), box);
    m_averaging->setToolTip(tr("averaging_constant: the newest batch's weight in the moving "
                               "average, above 0 and at most 1."));
    m_averaging->setCheck([](double v) {
        return v > 0 && v <= 1 ? QString() : tr("averaging_constant must be above 0 and at most 1");
    });
    m_averaging->setStep([](double v, int steps) { return v * std::exp2(steps / 10.0); });
    m_percentile = new NumberField(tr("percentile"), box);
    m_percentile->setToolTip(
        tr("percentile: how many of 100 elements stay inside of the range, as 99.99."));
    m_percentile->setCheck([](double v) {
        return v > 0 && v <= 100 ? QString() : tr("percentile must be above 0 and at most 100");
    });
    m_percentile->setStep([](double v, int steps) { return v + steps / 100.0; });
    addPair(form, tr("avera&ging, %"), m_averaging, m_percentile);
    m_preset = new QComboBox(box);
    m_preset->setAccessibleName(tr("FixedQParams preset"));
    m_preset->addItem(tr("choose \u2026"));
    for (const auto& preset : fixedQParamsPresets())
        m_preset->addItem(text(preset.name));
    addRow(form, tr("&preset"), m_preset,
           tr("PyTorch's FixedQParams of operators with a known range: sigmoid 1/256 and 0, tanh "
              "2/256 and 128."));
    m_rounding = comboOf(roundings(), tr("rounding"), box);
    m_rounding->setToolTip(tr("How x / scale becomes a level."));
    m_seed = new NumberField(tr("stochastic seed"), box);
    m_seed->setFormat([](double v) { return QString::number(static_cast<qulonglong>(v)); });
    m_seed->setCheck([](double v) {
        constexpr double kExact = 9007199254740992.0; // 2^53
        return v >= 0 && v <= kExact && v == std::floor(v) ? QString()
                                                           : tr("a seed is a whole number from 0");
    });
    m_seed->setStep([](double v, int steps) { return v + steps; });
    m_seed->setToolTip(tr("The seed of stochastic rounding: the same one gives the same codes."));
    addPair(form, tr("&rounding, seed"), m_rounding, m_seed);
    m_dialect = comboOf(dialects(), tr("dialect"), box);
    for (int i = 0; i < m_dialect->count(); ++i) {
        const auto& row = dialects()[static_cast<std::size_t>(i)];
        m_dialect->setItemData(i, tr("%1: %2").arg(text(row.title), text(row.source)),
                               Qt::ToolTipRole);
    }
    addRow(form, tr("d&ialect"), m_dialect,
           tr("Whose arithmetic: torch multiplies by the float32 reciprocal of the scale, onnx "
              "divides by it."));
    connectCalibration();
    return box;
}

void QuantizerControls::connectCalibration()
{
    connect(m_observer, &QComboBox::activated, this, [this](int row) {
        const std::string name(observers()[static_cast<std::size_t>(row)].name);
        editSpec(tr("observer %1").arg(text(name)), {},
                 [this, name](QuantSpec spec, const QuantParams& params) {
                     spec.observer = name;
                     if (!spec.isFixed())
                         return spec;
                     const auto at = channelIndex() < params.channels() ? channelIndex() : 0;
                     return withScale(spec, params, at, params.stepAt(at));
                 });
    });
    for (auto* field : {m_averaging, m_percentile, m_seed}) {
        field->setInlineMessage(false);
        connect(field, &NumberField::messageChanged, this, &QuantizerControls::setProblem);
    }
    connect(m_averaging, &NumberField::committed, this, [this](double v) {
        editSpec(tr("averaging_constant %1").arg(shortText(v)),
                 QStringLiteral("averaging constant"), [v](QuantSpec spec, const QuantParams&) {
                     spec.averagingConstant = v;
                     return spec;
                 });
    });
    connect(m_percentile, &NumberField::committed, this, [this](double v) {
        editSpec(tr("percentile %1").arg(exactText(v)), QStringLiteral("percentile"),
                 [v](QuantSpec spec, const QuantParams&) {
                     spec.percentile = v;
                     return spec;
                 });
    });
    connect(m_seed, &NumberField::committed, this, [this](double v) {
        editSpec(tr("seed %1").arg(static_cast<qulonglong>(v)), QStringLiteral("seed"),
                 [v](QuantSpec spec, const QuantParams&) {
                     spec.seed = static_cast<std::uint64_t>(v);
                     return spec;
                 });
    });
    connect(m_preset, &QComboBox::activated, this, [this](int row) {
        if (row < 1)
            return;
        const auto& preset = fixedQParamsPresets()[static_cast<std::size_t>(row - 1)];
        editSpec(tr("preset %1").arg(text(preset.name)), {},
                 [preset](const QuantSpec& spec, const QuantParams& params) {
                     auto next = withDType(spec, params, preset.dtype);
                     next.qscheme = preset.qscheme;
                     next.observer = "fixed";
                     next.scale = {preset.scale};
                     next.zeroPoint = {preset.zeroPoint};
                     next.floatZeroPoint.clear();
                     next.narrowRange = next.reduceRange = false;
                     return next;
                 });
        m_preset->setCurrentIndex(0);
    });
    connect(m_rounding, &QComboBox::activated, this, [this](int row) {
        const auto& rounding = roundings()[static_cast<std::size_t>(row)];
        editSpec(tr("rounding %1").arg(text(rounding.name)), {},
                 [id = rounding.id](QuantSpec spec, const QuantParams&) {
                     spec.rounding = id;
                     return spec;
                 });
    });
    connect(m_dialect, &QComboBox::activated, this, [this](int row) {
        const auto& dialect = dialects()[static_cast<std::size_t>(row)];
        editSpec(tr("dialect %1").arg(text(dialect.name)), {},
                 [id = dialect.id](QuantSpec spec, const QuantParams&) {
                     spec.dialect = id;
                     return spec;
                 });
    });
}

} // namespace qs
