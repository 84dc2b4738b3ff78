/* SPDX-License-Identifier: BSD-2-Clause */
/* screen.h - what the terminal is like. Asked only about outputs that are terminals: nothing written elsewhere
 * depends on it. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>

unsigned screen_width(int terminal); /* columns of the terminal at a descriptor; 80 when it does not say */
bool screen_colour(void); /* NO_COLOR (no-color.org) is not set and the terminal is not a dumb one */

#endif
