// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/param_layout.h"

namespace qs {

ParamLayout ParamLayout::perTensor(std::int64_t numel)
{
    ParamLayout layout;
    layout.m_inner = std::max<std::int64_t>(numel, 1);
    layout.m_outer = numel > 0 ? 1 : 0;
    return layout;
}

ParamLayout ParamLayout::perChannel(const Shape& shape, int axis)
{
    ParamLayout layout;
    for (int i = 0; i < shape.rank(); ++i) {
        if (i < axis)
            layout.m_outer *= shape[i];
        else if (i == axis)
            layout.m_channels = shape[i];
        else
            layout.m_inner *= shape[i];
    }
    layout.m_count = layout.m_channels;
    return layout;
}

ParamLayout ParamLayout::perGroup(const Shape& shape, int axis, std::int64_t groupSize)
{
    ParamLayout layout = perChannel(shape, axis);
    layout.m_groupSize = groupSize;
    layout.m_groups = layout.m_channels / groupSize + (layout.m_channels % groupSize != 0 ? 1 : 0);
    layout.m_count = layout.m_outer * layout.m_groups * layout.m_inner;
    return layout;
}

} // namespace qs
