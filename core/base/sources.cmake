# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/base/memory.cpp
    ${PROJECT_SOURCE_DIR}/core/base/parallel.cpp
    ${PROJECT_SOURCE_DIR}/core/base/rng.cpp
    ${PROJECT_SOURCE_DIR}/core/base/text.cpp
)
