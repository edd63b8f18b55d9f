/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_VERDICT_PRIV_H
#define VERDICT_VERDICT_PRIV_H
#include "verdict/app/shell.h"

/* Shared by the files of the console's main program. Main thread. */
struct launch {			/* what stood before the command, and what the environment says */
	const char *store, *config, *color, *script, *size, *clock, *clock_from, *passphrase_file;
	bool help, version, tour, json, quiet, verbose;
	bool ascii;		/* the locale is not UTF-8 */
};

/* launch->tour is set where that was the command: its caller prints it. */
/* One subcommand, from opening the store or handing over to the last byte of its answer; its exit code. */
int launch_subcommand(struct launch *launch, int argc, char **argv);
/* Take one option; 0, or -1 with the reason in status_message(). */
int launch_option(struct launch *launch, const struct shell_option *o, const char *value);

char *absolute_path(const char *path);	/* yours */
char *tty_passphrase(const char *prompt);	/* yours; NULL with status_message() when there is none */
char *tty_line(const char *prompt, bool secret);	/* the same; typed in sight unless `secret` */
char *file_passphrase(const char *path);	/* first line; yours; NULL with status_message() */
struct tty_bar { const char *what; int64_t since; };	/* what is shown, and since when */
bool tty_progress(const struct import_progress *p, void *data);	/* a bar on standard error; data: struct tty_bar */
void tty_progress_end(void);
void catch_interrupt(void);	/* Ctrl-C makes tty_progress() answer true */
const char *find_reader(char *out, size_t max);	/* path of verdict-reader */

#endif
