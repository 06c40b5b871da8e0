// SPDX-FileCopyrightText: The Quantoscope developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/command.h"

int main(int argc, char** argv)
{
    return qs::runCommands(argc, argv, qs::coreCommands());
}
