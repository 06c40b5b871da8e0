# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
qs_test(test_cli ${CMAKE_CURRENT_SOURCE_DIR}/cli/test_cli.cpp)
add_dependencies(test_cli quantoscope-cli samples)
set_tests_properties(test_cli PROPERTIES RUN_SERIAL TRUE) # it measures how soon a command stops
if(QUANTOSCOPE_BUILD_GUI)
    target_compile_definitions(test_cli PRIVATE QS_HAVE_GUI)
    add_dependencies(test_cli quantoscope)
endif()
# quantoscope-cli must run where there is no Qt.
add_test(NAME cli_links_no_qt COMMAND sh -c "! ldd $<TARGET_FILE:quantoscope-cli> | grep -i qt")
qs_test(test_cli_dialects ${CMAKE_CURRENT_SOURCE_DIR}/cli/test_cli_dialects.cpp)
add_dependencies(test_cli_dialects quantoscope-cli)
qs_test(test_cli_memory ${CMAKE_CURRENT_SOURCE_DIR}/cli/test_cli_memory.cpp)
add_dependencies(test_cli_memory quantoscope-cli)
qs_test(test_cli_sweep ${CMAKE_CURRENT_SOURCE_DIR}/cli/test_cli_sweep.cpp)
add_dependencies(test_cli_sweep quantoscope-cli)
set_tests_properties(test_cli_sweep PROPERTIES RUN_SERIAL TRUE) # it measures how soon a command stops
qs_test(test_cli_compare ${CMAKE_CURRENT_SOURCE_DIR}/cli/test_cli_compare.cpp)
add_dependencies(test_cli_compare quantoscope-cli)
set_tests_properties(test_cli_compare PROPERTIES RUN_SERIAL TRUE) # it measures how soon a command stops
