// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Observers of PyTorch, printed or in Python: what a QConfig is made of
// (torch/ao/quantization/observer.py, fake_quantize.py, qconfig.py).
#include "core/exchange/pasted_fields.h"
#include "core/exchange/recognizers.h"

#include <algorithm>

namespace qs {
namespace {

using Kind = Literal::Kind;

/// A class, or one of the names that PyTorch gives its usual settings.
struct TorchObserver {
    std::string_view torchName;
    std::string_view observer; ///< of the observer table
    QScheme qscheme = QScheme::PerTensorAffine;
    DType dtype = DType::Quint8;
};

using enum QScheme;
constexpr TorchObserver kTorchObservers[] = {
    {"MinMaxObserver", "minmax"},
    {"MovingAverageMinMaxObserver", "moving_average_minmax"},
    {"HistogramObserver", "histogram"},
    {"PerChannelMinMaxObserver", "minmax", PerChannelAffine},
    {"MovingAveragePerChannelMinMaxObserver", "moving_average_minmax", PerChannelAffine},
    {"FixedQParamsObserver", "fixed"},
    {"PlaceholderObserver", "minmax"},
    {"RecordingObserver", "recording"},
    {"NoopObserver", "noop", PerTensorAffine, DType::Float16},
    {"default_observer", "minmax"},
    {"default_placeholder_observer", "minmax"},
    {"default_histogram_observer", "histogram"},
    {"default_weight_observer", "minmax", PerTensorSymmetric, DType::Qint8},
    {"default_per_channel_weight_observer", "minmax", PerChannelSymmetric, DType::Qint8},
    {"default_float_qparams_observer", "minmax", PerChannelAffineFloatQParams, DType::Quint8},
    {"default_fake_quant", "moving_average_minmax"},
    {"default_weight_fake_quant", "moving_average_minmax", PerTensorSymmetric, DType::Qint8},
    {"default_per_channel_weight_fake_quant", "moving_average_minmax", PerChannelSymmetric,
     DType::Qint8},
    {"default_histogram_fake_quant", "histogram"},
    {"FakeQuantize", "moving_average_minmax"},
    {"FusedMovingAvgObsFakeQuantize", "moving_average_minmax"},
    {"FixedQParamsFakeQuantize", "fixed"},
};

std::string_view lastOf(std::string_view text)
{
    const auto dot = text.rfind('.');
    return dot == std::string_view::npos ? text : text.substr(dot + 1);
}

const TorchObserver* torchObserver(std::string_view name)
{
    if (name.ends_with(".with_args"))
        name.remove_suffix(10);
    name = lastOf(name);
    const auto* row = std::find_if(std::begin(kTorchObservers), std::end(kTorchObservers),
                                   [&](const TorchObserver& o) { return o.torchName == name; });
    return row == std::end(kTorchObservers) ? nullptr : row;
}

bool isPartial(const Literal& call)
{
    return call.is(Kind::Call) && call.lastName() == "partial" && !call.items.empty();
}

/// Follows partial(partial(..), k=v), X.with_args(observer=Y.with_args(..)) to the innermost
/// observer; outer arguments win because they are read last.
Result<void> readObserverOf(const Literal& from, PastedFields& to, TorchObserver& found, int depth)
{
    const Literal* inner = from.find("observer");
    if (isPartial(from))
        inner = &from.items.front();
    const std::string_view name = from.text;
    if (!isPartial(from)) {
        const auto* row = torchObserver(name);
        if (row == nullptr)
            return Error::data("observer: expected one of PyTorch's such as MinMaxObserver, found "
                               "'" +
                               std::string(name.substr(0, 60)) + "'");
        found = *row;
        if (lastOf(name.substr(0, name.find(".with_args"))) == "FusedMovingAvgObsFakeQuantize")
            to.dialect = Dialect::TorchFused;
    }
    if (inner != nullptr && depth < kMostDepth) {
        if (auto ok = readObserverOf(*inner, to, found, depth + 1); !ok)
            return ok;
    }
    if (isPartial(from) && from.find("observer") != nullptr) {
        if (auto ok = readObserverOf(*from.find("observer"), to, found, depth + 1); !ok)
            return ok;
    }
    return readFields(from, to);
}

Result<PastedConfiguration> observerConfiguration(const Literal& from, const QuantSpec& base,
                                                  const std::string& name)
{
    PastedFields fields;
    TorchObserver found;
    fields.dialect = Dialect::Torch;
    if (auto ok = readObserverOf(from, fields, found, 0); !ok)
        return ok.error();
    // A printed observer does not say its dtype; arguments that are left out have PyTorch's values.
    const bool printed = !fields.minVal.empty();
    const bool perChannel = info(found.qscheme).perChannel();
    if (!printed) {
        if (!fields.dtype) {
            fields.dtype = found.dtype;
            fields.notes.push_back("no dtype given: " + std::string(info(found.dtype).name) +
                                   ", PyTorch's default, is taken");
        }
        if (!fields.qscheme)
            fields.qscheme = found.qscheme;
        if (perChannel && !fields.axis)
            fields.axis = 0;
    } else if (!fields.qscheme && perChannel) {
        fields.qscheme = qscheme(Granularity::Channel, info(base.qscheme).symmetric);
        fields.notes.push_back("no qscheme given: " + std::string(info(*fields.qscheme).name) +
                               " is taken");
    }
    fields.observer = found.observer;
    if (found.torchName.ends_with("laceholder_observer") ||
        found.torchName == "PlaceholderObserver") {
        if (fields.dtype && info(*fields.dtype).family == Family::Float)
            fields.observer = "noop";
        else
            fields.notes.push_back("PlaceholderObserver leaves the range to dynamic quantization, "
                                   "which takes it as minmax does");
    }
    auto one = configurationOf(std::move(fields), base, name);
    if (one && printed && !one->params)
        one->notes.push_back("the observer has seen nothing yet: it is taken itself");
    return one;
}

} // namespace

Result<Pasted> readQConfig(const PasteInput& input)
{
    Pasted all;
    std::optional<Error> error;
    forEachLiteral(input.tree, [&](const Literal& node, const std::string& path) {
        if (error || !node.is(Kind::Call) || node.lastName() != "QConfig")
            return !error;
        for (const char* part : {"weight", "activation"}) {
            const Literal* observer = node.find(part);
            if (observer == nullptr || error)
                continue;
            auto one = observerConfiguration(*observer, input.base, joinPath(path, part));
            if (one)
                all.push_back(std::move(*one));
            else
                error = Error::data(std::string(part) + ": " + one.error().message);
        }
        return false;
    });
    if (error)
        return *error;
    return all;
}

Result<Pasted> readObserver(const PasteInput& input)
{
    Pasted all;
    std::optional<Error> error;
    forEachLiteral(input.tree, [&](const Literal& node, const std::string& path) {
        const bool called = node.is(Kind::Call) && torchObserver(node.text) != nullptr;
        if (error || (!called && !(isPartial(node) && torchObserver(node.items.front().text))))
            return !error;
        auto one = observerConfiguration(node, input.base, path);
        if (one)
            all.push_back(std::move(*one));
        else
            error = one.error();
        return false;
    });
    // A class alone is a word of a text; alone in it, it is an observer.
    if (all.empty() && !error && torchObserver(input.text) != nullptr) {
        Literal name;
        name.text = input.text;
        auto one = observerConfiguration(name, input.base, {});
        if (!one)
            return one.error();
        all.push_back(std::move(*one));
    }
    if (error)
        return *error;
    return all;
}

} // namespace qs
