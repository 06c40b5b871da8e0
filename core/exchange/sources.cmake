# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/exchange/fixed_spec.cpp
    ${PROJECT_SOURCE_DIR}/core/exchange/literal.cpp
    ${PROJECT_SOURCE_DIR}/core/exchange/params_json.cpp
    ${PROJECT_SOURCE_DIR}/core/exchange/pasted_configuration.cpp
    ${PROJECT_SOURCE_DIR}/core/exchange/pasted_fields.cpp
    ${PROJECT_SOURCE_DIR}/core/exchange/pasted_params.cpp
    ${PROJECT_SOURCE_DIR}/core/exchange/read_aimet.cpp
    ${PROJECT_SOURCE_DIR}/core/exchange/read_plain.cpp
    ${PROJECT_SOURCE_DIR}/core/exchange/read_torch.cpp
    ${PROJECT_SOURCE_DIR}/core/exchange/read_torch_observers.cpp
    ${PROJECT_SOURCE_DIR}/core/exchange/text_link.cpp
    ${PROJECT_SOURCE_DIR}/core/exchange/torch_code.cpp
)
