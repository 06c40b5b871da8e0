// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/document/parameters_clipboard.h"

#include "core/exchange/text_link.h"
#include "core/exchange/torch_code.h"

#include <QCoreApplication>
#include <QMimeData>

namespace qs {
namespace {

struct ParametersClipboard {
    Q_DECLARE_TR_FUNCTIONS(ParametersClipboard)
};

/// Whether two specs cut a tensor into the same channels or groups.
bool sameParts(const QuantSpec& a, const QuantSpec& b)
{
    const auto& scheme = info(a.qschemeInUse());
    return scheme.granularity == info(b.qschemeInUse()).granularity && a.axis == b.axis &&
           (!scheme.perGroup() || a.groupSizeInUse() == b.groupSizeInUse());
}

} // namespace

void applyPasted(Document& document, const PastedConfiguration& configuration, PasteTarget target)
{
    document.edit(ParametersClipboard::tr("paste parameters"), {}, [&](Session& session) {
        auto& tensor = session.tensor;
        if (target == PasteTarget::SideB && !tensor.showsB) {
            tensor.other = configuration.spec;
            return;
        }
        // The place of another channel or group says nothing about the new ones.
        if (!sameParts(tensor.spec, configuration.spec))
            tensor.channel = 0;
        tensor.spec = configuration.spec;
    });
}

std::unique_ptr<QMimeData> parametersMimeData(CopyForm form, const QuantSpec& spec,
                                              const QuantParams& params)
{
    std::string text;
    switch (form) {
    case CopyForm::TorchCode:
        text = torchCode(spec, params);
        break;
    case CopyForm::Json:
        text = paramsJson(spec, params);
        break;
    case CopyForm::TextLink:
        text = textLink(spec, params);
        break;
    }
    auto data = std::make_unique<QMimeData>();
    data->setText(QString::fromStdString(text));
    if (form == CopyForm::Json)
        data->setData(QStringLiteral("application/json"), QByteArray::fromStdString(text));
    return data;
}

} // namespace qs
