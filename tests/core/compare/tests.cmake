# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
qs_test(test_compare ${CMAKE_CURRENT_LIST_DIR}/test_compare.cpp)
