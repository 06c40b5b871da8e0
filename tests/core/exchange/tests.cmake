# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
qs_test(test_torch_code ${CMAKE_CURRENT_SOURCE_DIR}/core/exchange/test_torch_code.cpp)
qs_test(test_pasted_params ${CMAKE_CURRENT_SOURCE_DIR}/core/exchange/test_pasted_params.cpp)
qs_test(test_text_link ${CMAKE_CURRENT_SOURCE_DIR}/core/exchange/test_text_link.cpp)
