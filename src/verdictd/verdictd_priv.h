/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICTD_VERDICTD_PRIV_H
#define VERDICTD_VERDICTD_PRIV_H
#include <stdbool.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/hub/hub.h"
#include "verdict/hubd/hubd.h"
#include "verdict/hubd/note.h"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2,
	EXIT_UNREACHED = 3,
	EXIT_STORE = 4
};

/* ---- args.c: command lines by table ---- */

struct option {
	const char *name;	/* "listen" for --listen */
	char letter;		/* or 0 */
	const char *arg;	/* name of its argument; NULL: a flag */
	const char *words;	/* what completion offers; NULL */
	const char *help;	/* one sentence; NULL: not for people */
};

enum command_flags {
	COMMAND_HUB = 1,	/* works on the hub: in the process that serves it, or alone */
	COMMAND_ALONE = 2,	/* only where no process serves it */
	COMMAND_TAKES = 4,	/* its last argument is a path that the hub reads */
	COMMAND_GIVES = 8,	/* its last argument is a path that the hub writes */
	COMMAND_HIDDEN = 16,
	COMMAND_MAKES = 32,	/* makes a store where there is none */
	COMMAND_FOLDER = 64,	/* gives a site as one file, which becomes the folder of its last argument */
	COMMAND_BACK = 128,	/* writes an answer beside the path that it takes: run_back() */
	COMMAND_OPENS = 512,	/* where no process serves, it opens of the store what it needs itself */
	COMMAND_FILE = 256,	/* --file, where given, is a path that the hub writes */
};

struct run;
struct command {
	const char *name, *args, *help;
	const struct option *options;	/* ends with a NULL name; or NULL */
	unsigned int flags;
	int min, max;		/* arguments */
	const char *complete; /* what completion offers for its arguments: "file", "pack", words; or
				 "" */
	int (*run)(struct run *r);
	void (*after)(struct run *r);	/* in the caller's process, with its terminal; or NULL */
};
const struct command *command_find(const char *name);

#define RUN_VALUES_MAX 64
#define RUN_MOMENT 96
struct run_value { const struct option *option; const char *value; };
struct run {
	const struct command *command;
	const char **args; int n_args;
	struct run_value *values; size_t n_values;
	bool json, quiet, verbose, help, version, tty;
	struct site *site;
	int after_code;		/* what command->after made of it */
	const char *wanted;	/* of backup: where the whole of it goes */
	struct hub_progress progress;	/* run_tick(), for what takes long */
	int peer;		/* who looks at it over the admin socket, or -1 */
	bool looked;		/* a line of progress stands on the terminal */
	int64_t ticked;
	struct buf out, err;
	struct arena a;
	char *made;		/* a staged folder of this run, removed at its end; or NULL */
	struct gazelle_reading *reading;	/* which fills that folder, or NULL */
	const char *told;	/* what `before` has found, for `after` */
};
void run_init(struct run *r);
void run_done(struct run *r);
/* argv[0] is the command's name, or common options stand before it. EXIT_USAGE with the reason in
 * r->err. */
int run_parse(struct run *r, int argc, char **argv);
const char *run_get(const struct run *r, const char *option); /* last value, "" for a flag, NULL */
size_t run_list(
	const char **out, size_t max, const struct run *r, const char *option); /* all values */
/* Options of a file, one "name value" a line, before those of the command line. */
int run_config(struct run *r, const char *path, bool need);
#define BACK_SUFFIX ".receipts"
/* Where the answer to the last argument goes: --receipts, or beside; NULL: nowhere. Yours. */
char *run_back(const struct run *r);
void run_back_told(struct run *r, const char *path);	/* it is there, and was read back */
/* An option of the command as though it had been given. */
void run_set(struct run *r, const char *option, const char *value);
void run_error(struct run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void run_moment(char out[static RUN_MOMENT], int64_t wall_ms);	/* for people: "2026-11-24 14:32 +09:00" */
int run_status(struct run *r, enum status st);	/* status_message() and its exit code */
void usage(struct buf *out, const struct command *c);

/* ---- site.c: where a hub lives ---- */

struct site {
	char *store;		/* "sqlite:DIR", "postgresql://…" */
	char *dir;		/* evidence, certificate, sockets */
	struct hub *hub;	/* while open */
	/* How consoles reach it; kept in DIR/address by the process that serves. */
	char *base_url;		/* NULL: not known yet */
	uint8_t pin[32]; bool has_pin;
	char *pem;		/* the certificate that has the pin; NULL: not known, or none */
	const char *sandbox_off; /* fences that are missing, NULL: none; only while serving */
	bool serving;
	int staging;		/* DIR/tmp, locked while something of ours lies there; or -1 */
};
enum status site_init(struct site *s, const char *store, const char *dir);
void site_done(struct site *s);
bool site_exists(const struct site *s);
enum status site_open(struct site *s); /* the hub; STATUS_BUSY where another process has it */
void site_close(struct site *s);
enum status site_read_address(struct site *s);	/* STATUS_NOT_FOUND */
enum status site_find_pem(struct site *s);	/* STATUS_NOT_FOUND: which has the pin is not known */
enum status site_write_address(const struct site *s);
/* The event that --event names, or the only one there is. NULL with the reason in r->err. */
struct hub_event *site_event(struct run *r);

/* ---- admin.c: a command in the process that serves ---- */

/* The server's side: DIR/admin.sock, commands on a thread of their own. */
struct admin;
struct loop;
enum status admin_open(struct admin **out, struct site *s, struct loop *l);
void admin_free(struct admin *a);
/* The client's side: STATUS_NOT_FOUND where nobody serves; else *code_out, output in r->out,
 * r->err. */
enum status admin_ask(int *code_out, struct run *r);

/* A line of progress, for who asked. False: nobody is there any more. */
bool admin_tell(int fd, const char *text);

/* progress.c: on a terminal, for what takes longer than a moment */
void run_tick(void *run, const char *what, uint64_t done, uint64_t total);
void progress_show(struct run *r, const char *text);
void progress_end(struct run *r);

/* stage.c: paths that the sandboxed hub cannot reach pass through DIR/tmp. */
enum status stage_in(char **staged_out, struct site *s, const char *path);
enum status stage_out(char **staged_out, struct site *s);
enum status stage_fetch(const struct site *s, const char *staged, const char *path); /* to where the caller wanted it */
enum status stage_open(int *fd_out, const struct site *s, const char *staged);	/* no link, with the hub's rights */
void stage_remove(const struct site *s, const char *staged);	/* `s` NULL: what the caller made elsewhere */

/* process.c */
enum status drop_to(const char *user, const char *dir);	/* NULL: stay */
/* `drop`: a folder to write in besides, or NULL. */
void sandbox_hub(const char **off_out, const struct site *s, const char *certificate,
	const char *key, const char *watched, const char *drop, unsigned int connections);

void draw_qr(struct buf *out, const char *text); /* half blocks, nothing where it does not fit */

/* The command where the hub is: in the process that serves it, or here. Its exit code. */
int run_at_hub(struct run *r);

int command_serve(struct run *r);
int command_import(struct run *r);
/* In the caller's process, first: BEFORE_GO_ON, or the exit code; it may change the arguments. */
#define BEFORE_GO_ON (-1)
int before_gazelle(struct run *r);
void after_gazelle(struct run *r);
/* The hub may take TIs as they are read. reading_wait(): until all are, and told; the failure that there was. NULL is fine. */
enum status reading_more(void *reading);	/* of struct hub_import */
enum status reading_wait(struct run *r);
void reading_end(struct run *r);
int command_enrol(struct run *r);
void after_enrol(struct run *r);
int command_export(struct run *r);
void after_export(struct run *r);
bool span_parse(int64_t *out, const char *text);	/* "30m", "24h", "7d" */
int command_token(struct run *r);
/* One file as evidence of a TI; *n_out its number there. `dir`: where `path` begins, then no link is followed; or AT_FDCWD. */
enum status evidence_hand_in(unsigned int *n_out, struct hub_event *e, const char *ti, unsigned int step, int dir,
	const char *path, const char *name);

/* watch.c: a folder that is looked through for evidence. */
struct watch;
enum status watch_path(char **out, const char *dir);	/* yours; while everything can still be reached */
struct watch *watch_start(struct site *s, const char *dir);
void watch_stop(struct watch *w);	/* NULL is fine */

int import_evidence(struct run *r);
void before_import(struct run *r);	/* in the caller's process: a file's own name goes with it */
int command_revoke(struct run *r);
int command_take(struct run *r);
int command_verify(struct run *r);
int command_backup(struct run *r);
void before_backup(struct run *r);	/* in the caller's process */
void after_backup(struct run *r);
int command_publish(struct run *r);
struct tree;
enum status publish_begin(struct tree **out, const char *path);
enum status publish_folder(struct tree *t, const char *staged);	/* its files into the folder */
int command_restore(struct run *r);
int command_doctor(struct run *r);
int command_status(struct run *r);

/* ---- drop.c: bundles that come and answers that go as files ---- */

struct drop;
/* Folders in `dir`, where they are missing; before files are given up. */
enum status drop_prepare(const char *dir);
/* A thread that takes what lies there, until drop_stop(). */
struct drop *drop_start(struct site *s, const char *dir);
void drop_stop(struct drop *d);		/* with the one under way; NULL is fine */

#endif
