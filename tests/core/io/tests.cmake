# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
foreach(subject npy npz safetensors idx file generators hostile)
    qs_test(test_${subject} ${CMAKE_CURRENT_LIST_DIR}/test_${subject}.cpp LIBS ZLIB::ZLIB)
endforeach()
