# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
foreach(subject sweep_axes sweep_plan sweep_part sweep_tensor)
    qs_test(test_${subject} ${CMAKE_CURRENT_LIST_DIR}/test_${subject}.cpp)
endforeach()
