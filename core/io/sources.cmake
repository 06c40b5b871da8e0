# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/io/file.cpp
    ${PROJECT_SOURCE_DIR}/core/io/formats.cpp
    ${PROJECT_SOURCE_DIR}/core/io/generators.cpp
    ${PROJECT_SOURCE_DIR}/core/io/gzip.cpp
    ${PROJECT_SOURCE_DIR}/core/io/idx.cpp
    ${PROJECT_SOURCE_DIR}/core/io/json_text.cpp
    ${PROJECT_SOURCE_DIR}/core/io/messages.cpp
    ${PROJECT_SOURCE_DIR}/core/io/npy.cpp
    ${PROJECT_SOURCE_DIR}/core/io/npz.cpp
    ${PROJECT_SOURCE_DIR}/core/io/reorder.cpp
    ${PROJECT_SOURCE_DIR}/core/io/safetensors.cpp
    ${PROJECT_SOURCE_DIR}/core/io/safetensors_header.cpp
    ${PROJECT_SOURCE_DIR}/core/io/tensor_file.cpp
)
