/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_PRIV_H
#define APP_PRIV_H
#include "verdict/app/app.h"
#include "verdict/app/keymap.h"
#include "verdict/app/options.h"

/* Shared inside layer app. */
extern const char embedded_keys[];	/* data/keys.conf */

/*
 * Apply a configuration text that is our own; a line that cannot be applied is a programmer's error and lands in
 * the log. `options` may be NULL.
 */
void config_text(struct keymap *km, struct options *options, const char *text, const char *name);
enum status cmd_usage(const struct command *cmd);	/* STATUS_USAGE with "usage: …" */

#endif
