/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_SHELL_H
#define VERDICT_APP_SHELL_H
#include <stdbool.h>
#include <stddef.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/jsonw.h"
#include "verdict/store/import.h"
#include "verdict/store/store.h"

/*
 * Subcommands of the command line: functions over an open store that write to buffers, so that they run on
 * whatever thread owns the store: the main thread of `verdict grade …`, or the store thread of a full-screen
 * console to which a second process handed its command line (app/handover.h). Nothing here prints.
 */
enum shell_exit {	/* exit codes, a contract: design.md section 6 */
	SHELL_DONE = 0,
	SHELL_REFUSED = 1,	/* a rule, a missing TI, findings */
	SHELL_USAGE = 2,
	SHELL_UNREACHED = 3,
	SHELL_BROKEN = 4,	/* the store */
	SHELL_MORE = -1,	/* from `run`: call me again, others may have their turn first */
};

struct shell_option {
	const char *name;	/* "status" for --status */
	char letter;		/* 'm' for -m, or 0 */
	const char *arg;	/* name of its argument, "TEXT"; NULL: a flag */
	const char *words;	/* what completion offers, parted by blanks; NULL */
	const char *help;	/* one sentence */
};

enum shell_flags {
	SHELL_STORE = 1,	/* works on the store */
	SHELL_CREATE = 2,	/* makes an empty store where there is none */
	SHELL_EVENT = 4,	/* an event must have been joined or imported */
	SHELL_WRITES = 8,	/* makes a record: asks for the key's passphrase where one is due */
	SHELL_MAYBE = 16,	/* goes on without a store: `run` is skipped, `after` is not */
	SHELL_HIDDEN = 32,	/* not in the help: for completion */
	SHELL_LOCAL = 64,	/* never handed over: needs this process's terminal while it runs */
	SHELL_PROGRESS = 256,	/* takes a while: a bar on a terminal, and an interrupt ends it in order */
	SHELL_UNLOCKS = 512,	/* asks for the key's passphrase where one is due, and goes on where nobody is enrolled */
	SHELL_DEFER = 1024,	/* the store is not checked before: what is used of it is checked then */
	SHELL_LOOSE = 128,	/* words with a dash that name no option are arguments */
};

struct options;
struct shell;
struct subcommand {
	const char *name;
	const char *args;	/* "TI [N]"; "" for none */
	const char *help;	/* one sentence */
	const struct shell_option *options;	/* ends with a NULL name; NULL: none of its own */
	unsigned int flags;
	int min, max;		/* arguments; max -1: any number */
	const char *complete;	/* per argument a word: "ti outcome", "file"; the last one repeats */
	int (*run)(struct shell *sh);	/* on the store's thread; NULL: nothing to do there */
	int (*after)(struct shell *sh);	/* then in the caller's process: files, terminal, reader; or NULL */
};

struct shell_value { const struct shell_option *option; const char *value; };

struct shell {
	/* filled by the caller */
	struct store *st;		/* NULL where the command needs none */
	const char *dir;		/* of the store */
	const char *cwd;		/* of the caller, for relative paths */
	const char *reader;		/* path of verdict-reader */
	bool json, quiet, verbose;
	bool tty;			/* standard output is a terminal: columns are cut to `width` */
	bool color;			/* and may be coloured */
	bool ascii;			/* the locale is not UTF-8 */
	int width;
	int out_fd;			/* where `out` goes while it grows; -1: it stays in the buffer */
	bool (*tick)(const struct import_progress *p, void *data);	/* progress, may be NULL */
	void *tick_data;
	const struct options *options;	/* of verdict.conf; NULL: as they are without one */
	/* A line that a server asks for; yours, NULL where nobody can be asked. May be NULL. */
	char *(*ask)(const char *text, bool secret);
	const char *trouble;		/* why `st` is NULL although the command works on a store, or NULL */
	const char *passphrase;		/* for a new key, or NULL */

	/* filled by shell_parse(); words are borrowed from argv */
	const struct subcommand *cmd;
	const char **args;
	int n_args;
	struct shell_value *values;
	size_t n_values;

	/* results */
	struct buf out, err;
	struct buf pass;		/* bytes from `run` to `after`, NUL-parted words */
	bool wrote;			/* records or reference data changed */
	int code;			/* exit code of `run` when `after` is called */

	size_t n_items;			/* of a JSON listing so far */

	struct arena arena;		/* lives as long as this struct */
	void *state;			/* of `run` between SHELL_MORE and the next call; in the arena */
};

void shell_init(struct shell *sh);
void shell_done(struct shell *sh);

const struct subcommand *shell_find(const char *name);	/* or NULL */
const struct subcommand *shell_at(size_t i);		/* sorted by name; NULL past the end */
extern const struct shell_option shell_common[];	/* options of every command */
extern const struct shell_option shell_screen[];	/* options of the full screen alone */
const struct shell_option *shell_common_find(const char *word);

/*
 * Take the words of a command, argv[0] its name: fills cmd, args and values, and json, quiet, verbose where
 * given. SHELL_DONE, or SHELL_USAGE with the reason in sh->err. *help_out: --help was among them.
 */
int shell_parse(struct shell *sh, int argc, char **argv, bool *help_out);
/*
 * The option in argv[*i], which begins with a dash, from the first list of a NULL-terminated array that has it;
 * *i moves on where the value is the next word. STATUS_NOT_FOUND, STATUS_USAGE for a missing or needless value.
 */
enum status shell_option_next(const struct shell_option **option_out, const char **value_out,
	const struct shell_option *const *lists, int argc, char **argv, int *i);
/* One call of cmd->run with the checks that its flags ask for. SHELL_MORE: call again. */
int shell_step(struct shell *sh);
/* cmd->after, where the command has one. */
int shell_after(struct shell *sh);
bool shell_has(const struct shell *sh, const char *option);
const char *shell_get(const struct shell *sh, const char *option);	/* last value, or NULL */

void shell_usage(struct buf *out, const struct subcommand *cmd);	/* NULL: of the program */
const char *shell_nearest(const char *name);	/* command most like it, or NULL */

/* Write `out` to out_fd, when there is one, and empty it. STATUS_IO, STATUS_FULL. */
enum status shell_flush(struct shell *sh);

/* Words for the user. */
void shell_error(struct shell *sh, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int shell_status(struct shell *sh, enum status code);	/* status_message() to err; the exit code for it */
int shell_exit_of(enum status code);

#endif
