# SPDX-FileCopyrightText: The Quantoscope developers
# SPDX-License-Identifier: GPL-3.0-or-later
target_sources(quantoscope_core PRIVATE
    ${PROJECT_SOURCE_DIR}/core/data/augmentation.cpp
    ${PROJECT_SOURCE_DIR}/core/data/csv_dataset.cpp
    ${PROJECT_SOURCE_DIR}/core/data/csv_table.cpp
    ${PROJECT_SOURCE_DIR}/core/data/dataset.cpp
    ${PROJECT_SOURCE_DIR}/core/data/dataset_name.cpp
    ${PROJECT_SOURCE_DIR}/core/data/digits_dataset.cpp
    ${PROJECT_SOURCE_DIR}/core/data/hold_out.cpp
    ${PROJECT_SOURCE_DIR}/core/data/idx_dataset.cpp
    ${PROJECT_SOURCE_DIR}/core/data/plane_datasets.cpp
    ${PROJECT_SOURCE_DIR}/core/data/sample_set.cpp
    ${CMAKE_BINARY_DIR}/generated/digits_data.cpp
)

# The bundled digits are part of the library: found by the programs, installed or not, and by tests.
set(digits_arrays "")
foreach(part images-idx3 labels-idx1)
    set(file ${PROJECT_SOURCE_DIR}/resources/digits/digits-${part}-ubyte.gz)
    set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} bytes HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
    string(REGEX REPLACE "-.*" "" name ${part})
    string(APPEND digits_arrays "extern const unsigned char ${name}[] = {${bytes}};\n"
        "extern const std::size_t ${name}Size = sizeof ${name};\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/digits_data.cpp @ONLY CONTENT
"// Made by core/data/sources.cmake from resources/digits.
#include <cstddef>
namespace qs::digits {
@digits_arrays@} // namespace qs::digits
")
