# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/integer/check_integer_spec.cpp
    ${PROJECT_SOURCE_DIR}/core/integer/float_ops.cpp
    ${PROJECT_SOURCE_DIR}/core/integer/integer_network.cpp
    ${PROJECT_SOURCE_DIR}/core/integer/integer_network_run.cpp
    ${PROJECT_SOURCE_DIR}/core/integer/line_pairs.cpp
    ${PROJECT_SOURCE_DIR}/core/integer/packed_weights.cpp
    ${PROJECT_SOURCE_DIR}/core/integer/pool_ops.cpp
    ${PROJECT_SOURCE_DIR}/core/integer/product.cpp
    ${PROJECT_SOURCE_DIR}/core/integer/requantize.cpp
    ${PROJECT_SOURCE_DIR}/core/integer/requantize_rows.cpp
    ${PROJECT_SOURCE_DIR}/core/integer/simple_ops.cpp
)
