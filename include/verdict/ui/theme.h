/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_UI_THEME_H
#define VERDICT_UI_THEME_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/status.h"
#include "verdict/ui/style.h"

/* How a style looks. Colours: -1 the terminal's own, 0..255; `fg16` and `bg16` where only 16 (or 8) exist. */
struct look { int16_t fg, bg, fg16, bg16; uint8_t attr; };
struct theme { struct look look[STYLE_COUNT]; bool mono; };

/* The built-in theme of that name ("default", "mono", …) from data/theme.conf. STATUS_NOT_FOUND. */
enum status theme_load(struct theme *out, const char *name);
/* One line "style <name> <fg> <bg> [attributes]", as in theme.conf. STATUS_USAGE. */
enum status theme_line(struct theme *t, const char *line);

#endif
