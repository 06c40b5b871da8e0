# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
if(QUANTOSCOPE_BUILD_GUI)
    include(${CMAKE_CURRENT_SOURCE_DIR}/ui/plot/tests.cmake)
    qs_test(test_main_window ${CMAKE_CURRENT_SOURCE_DIR}/ui/main_window/test_main_window.cpp LIBS quantoscope_ui)
    qs_test(test_train_workspace ${CMAKE_CURRENT_SOURCE_DIR}/ui/main_window/test_train_workspace.cpp LIBS quantoscope_ui)
    qs_test(test_tensor_workspace ${CMAKE_CURRENT_SOURCE_DIR}/ui/main_window/test_tensor_workspace.cpp LIBS quantoscope_ui)
    qs_test(test_selecting ${CMAKE_CURRENT_SOURCE_DIR}/ui/main_window/test_selecting.cpp LIBS quantoscope_ui)
    qs_test(test_notes ${CMAKE_CURRENT_SOURCE_DIR}/ui/main_window/test_notes.cpp LIBS quantoscope_ui)
    qs_test(test_index ${CMAKE_CURRENT_SOURCE_DIR}/ui/main_window/test_index.cpp LIBS quantoscope_ui)
    qs_test(test_shell ${CMAKE_CURRENT_SOURCE_DIR}/ui/main_window/test_shell.cpp LIBS quantoscope_ui)
    qs_test(test_preferences ${CMAKE_CURRENT_SOURCE_DIR}/ui/main_window/test_preferences.cpp LIBS quantoscope_ui)
    qs_test(test_recent_files ${CMAKE_CURRENT_SOURCE_DIR}/ui/models/test_recent_files.cpp LIBS quantoscope_ui)
    qs_test(test_export_dialog ${CMAKE_CURRENT_SOURCE_DIR}/ui/dialogs/test_export_dialog.cpp LIBS quantoscope_ui)
    add_dependencies(test_export_dialog quantoscope) # its files are those of render
    qs_test(test_export_sheet ${CMAKE_CURRENT_SOURCE_DIR}/ui/dialogs/test_export_sheet.cpp LIBS quantoscope_ui)
    add_dependencies(test_export_sheet quantoscope)
    qs_test(test_document ${CMAKE_CURRENT_SOURCE_DIR}/ui/document/test_document.cpp LIBS quantoscope_ui)
    qs_test(test_controls ${CMAKE_CURRENT_SOURCE_DIR}/ui/controls/test_controls.cpp LIBS quantoscope_ui)
    qs_test(test_paste_dialog ${CMAKE_CURRENT_SOURCE_DIR}/ui/dialogs/test_paste_dialog.cpp LIBS quantoscope_ui)
    qs_test(test_code_panels ${CMAKE_CURRENT_SOURCE_DIR}/ui/panels/test_code_panels.cpp LIBS quantoscope_ui)
    qs_test(test_panels ${CMAKE_CURRENT_SOURCE_DIR}/ui/panels/test_panels.cpp LIBS quantoscope_ui)
    qs_test(test_side_bins ${CMAKE_CURRENT_SOURCE_DIR}/ui/panels/test_side_bins.cpp LIBS quantoscope_ui)
    qs_test(test_views ${CMAKE_CURRENT_SOURCE_DIR}/ui/panels/test_views.cpp LIBS quantoscope_ui)

    set_tests_properties(test_main_window PROPERTIES RUN_SERIAL TRUE) # it trains while it clicks

    # Built with the tests, run by hand: scripts/screenshots, scripts/bench.
    include(${CMAKE_CURRENT_SOURCE_DIR}/screenshots/tests.cmake)
    add_executable(bench_drag ${CMAKE_CURRENT_SOURCE_DIR}/bench/bench_drag.cpp)
    target_link_libraries(bench_drag PRIVATE quantoscope_ui Qt6::Test)
endif()
