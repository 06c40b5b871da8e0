# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/index/scale_cells.cpp
    ${PROJECT_SOURCE_DIR}/core/index/sort_keys.cpp
    ${PROJECT_SOURCE_DIR}/core/index/squared_errors.cpp
    ${PROJECT_SOURCE_DIR}/core/index/staircase.cpp
    ${PROJECT_SOURCE_DIR}/core/index/value_index.cpp
)
