// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

class QApplication;

namespace qs {

/// The application of a command that draws without a display (Qt's offscreen platform).
std::unique_ptr<QApplication> offscreenApplication();

/// The application of the window.
std::unique_ptr<QApplication> windowApplication(int& argc, char** argv);

} // namespace qs
