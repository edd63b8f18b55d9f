/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_UI_CONSOLE_H
#define VERDICT_UI_CONSOLE_H
#include <stdbool.h>
#include <stdint.h>

/*
 * The full-screen console, from opening the terminal to giving it back. Reads verdict.conf, opens the store on
 * its own thread, serves the loop until `quit`. Zeroed fields are fine. UI thread, once a process.
 */
struct console_args {
	const char *store_dir;		/* where the store is */
	const char *config;		/* verdict.conf, or NULL for the usual places */
	bool no_config;			/* built-in defaults alone: tests */
	const char *script;		/* file of command lines to run, "-" for standard input; NULL none */
	const char *commands;		/* lines to run first ("open 81198"), or NULL */
	bool null_terminal;		/* paint into memory of rows x cols; implied by `script` and `tour` */
	int rows, cols;			/* of the null terminal; 0: 24 x 80 */
	int64_t freeze_ms;		/* wall clock stands still at this time; 0: it runs */
	bool mono, ascii;		/* force; else by NO_COLOR, TERM and the locale */
	bool tour;			/* print every screen as text to standard output and leave */
	bool create;			/* make an empty store where there is none */
};
/* Exit code: 0 done, 1 refused (a script's `expect` failed), 2 usage, 4 store. Messages on standard error. */
int console_run(const struct console_args *args);

#endif
