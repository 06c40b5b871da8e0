# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
qs_test(test_dialects ${CMAKE_CURRENT_SOURCE_DIR}/core/quant/test_dialects.cpp)
qs_test(test_dialects_golden ${CMAKE_CURRENT_SOURCE_DIR}/core/quant/test_dialects_golden.cpp)
qs_test(test_dialect_report ${CMAKE_CURRENT_SOURCE_DIR}/core/analysis/test_dialect_report.cpp)
