# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/tensor/element_place.cpp
    ${PROJECT_SOURCE_DIR}/core/tensor/element_type.cpp
    ${PROJECT_SOURCE_DIR}/core/tensor/param_layout.cpp
    ${PROJECT_SOURCE_DIR}/core/tensor/shape.cpp
    ${PROJECT_SOURCE_DIR}/core/tensor/tensor.cpp
    ${PROJECT_SOURCE_DIR}/core/tensor/tensor_stats.cpp
)
