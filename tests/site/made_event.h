/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SITE_MADE_EVENT_H
#define TESTS_SITE_MADE_EVENT_H
#include "verdict/results/results.h"

/*
 * An event for pages to show, the same each time: `systems` of them with `lines` lines in all, TIs over four days. With
 * `hostile`, names are full of markup, formulas, controls and bidi overrides.
 */
struct results *made_event(unsigned int systems, unsigned int lines, bool hostile);
#define MADE_NOW INT64_C(1795588327000)	/* 2026-11-25T06:32:07Z: on its third day */

#endif
