/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_SCRIPT_H
#define VERDICT_APP_SCRIPT_H
#include <stdbool.h>
#include "verdict/base/status.h"

/*
 * Command files: one command line a line, # comments; between lines pending jobs and the reader's answers are
 * awaited (at most 10 s) and a frame is painted. The first error or failed `expect` ends it with exit code 1.
 */
struct app;
struct script;
enum status script_open(struct script **out, const char *path);	/* "-": standard input */
void script_free(struct script *s);
/* Run to the end or `quit`; turns the loop itself. */
enum status script_run(struct app *app, struct script *s);
/* Wait until nothing is pending, then paint. STATUS_CANCELLED after ten seconds. */
enum status script_settle(struct app *app);
/* Feed "jj<Enter>abc" as typed keys; with `paced` a frame and an answer between any two. STATUS_USAGE. */
enum status script_keys(struct app *app, const char *keys, bool paced);

#endif
