# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/sweep/csv.cpp
    ${PROJECT_SOURCE_DIR}/core/sweep/shards.cpp
    ${PROJECT_SOURCE_DIR}/core/sweep/sweep_axes.cpp
    ${PROJECT_SOURCE_DIR}/core/sweep/sweep_document.cpp
    ${PROJECT_SOURCE_DIR}/core/sweep/sweep_part.cpp
    ${PROJECT_SOURCE_DIR}/core/sweep/sweep_plan.cpp
    ${PROJECT_SOURCE_DIR}/core/sweep/sweep_tensor.cpp
)
