# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/convert/convert.cpp
    ${PROJECT_SOURCE_DIR}/core/convert/integer_params.cpp
    ${PROJECT_SOURCE_DIR}/core/convert/lookup_table.cpp
)
