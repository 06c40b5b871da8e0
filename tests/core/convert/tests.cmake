# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
foreach(subject convert_golden)
    qs_test(tst_${subject} ${CMAKE_CURRENT_LIST_DIR}/tst_${subject}.cpp)
endforeach()
qs_test(tst_convert ${CMAKE_CURRENT_LIST_DIR}/tst_convert.cpp)
