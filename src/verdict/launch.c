/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One subcommand in this process: opens the store, or hands the command over to the process that owns it,
 * then finishes here what needs this process's files and terminal. Main thread.
 */
#include "src/verdict/verdict_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/app/handover.h"
#include "verdict/app/options.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

#define WAIT_MS 2000	/* for another subcommand to end */
#define POLL_MS 20

struct output { int fd; char *part; const char *path; bool copy; };

static void put_errors(struct shell *sh)
{
	if (sh->err.len)
		(void)!write(2, sh->err.ptr, sh->err.len);
	buf_reset(&sh->err);
}

int launch_option(struct launch *launch, const struct shell_option *o, const char *value)
{
	const struct { const char *name; const char **word; bool *flag; } slots[] = {
		{ "store", &launch->store, NULL }, { "config", &launch->config, NULL },
		{ "color", &launch->color, NULL }, { "script", &launch->script, NULL },
		{ "size", &launch->size, NULL }, { "clock", &launch->clock, NULL },
		{ "clock-from", &launch->clock_from, NULL },
		{ "passphrase-file", &launch->passphrase_file, NULL }, { "help", NULL, &launch->help },
		{ "version", NULL, &launch->version }, { "tour", NULL, &launch->tour },
		{ "json", NULL, &launch->json }, { "quiet", NULL, &launch->quiet },
		{ "verbose", NULL, &launch->verbose },
	};

	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		if (strcmp(slots[i].name, o->name) != 0)
			continue;
		if (slots[i].word)
			*slots[i].word = value;
		else
			*slots[i].flag = true;
	}
	if (launch->color && strcmp(launch->color, "auto") != 0 && strcmp(launch->color, "always") != 0 &&
	    strcmp(launch->color, "never") != 0) {
		status_set(STATUS_USAGE, "--color takes auto, always or never, not %s", launch->color);
		return -1;
	}
	return 0;
}

/* The store's path is told to other processes and stands in messages: absolute. */
char *absolute_path(const char *path)
{
	char *cwd, *out;

	if (*path == '/')
		return mem_strdup(path);
	cwd = getcwd(NULL, 0);
	out = mem_printf("%s/%s", cwd ? cwd : "", path);
	free(cwd);
	return out;
}

static bool want_color(const struct launch *launch)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (launch->color && strcmp(launch->color, "auto") != 0)
		return strcmp(launch->color, "always") == 0;
	return isatty(1) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

static void option_trouble(const char *sentence, void *data)
{
	shell_error(data, "%s", sentence);
}

/* What verdict.conf sets; a file that is not there sets nothing, unless it was named. */
static int read_options(struct shell *sh, struct options *options, const struct launch *launch)
{
	char path[4096];
	enum status code;

	sh->options = options;
	if (!launch->config)
		config_path(path, sizeof(path));
	code = config_options(options, launch->config ? launch->config : path, option_trouble, sh);
	if (code == STATUS_OK || (code == STATUS_NOT_FOUND && !launch->config))
		return SHELL_DONE;
	return shell_status(sh, code);
}

static void fill_shell(struct shell *sh, const struct launch *launch)
{
	struct winsize ws;
	char *cwd = getcwd(NULL, 0), *dir = absolute_path(launch->store), path[4200];

	sh->dir = arena_str(&sh->arena, dir);
	mem_free(dir);
	sh->cwd = arena_str(&sh->arena, cwd ? cwd : "/");
	sh->reader = arena_str(&sh->arena, find_reader(path, sizeof(path)));
	sh->json |= launch->json;
	sh->quiet |= launch->quiet;
	sh->verbose |= launch->verbose;
	sh->tty = isatty(1);
	sh->color = want_color(launch);
	sh->ascii = launch->ascii;
	sh->ask = tty_line;
	if (sh->tty && ioctl(1, TIOCGWINSZ, &ws) == 0 && ws.ws_col >= 20)
		sh->width = ws.ws_col;
	free(cwd);
}

/* Where the answer goes while it grows: -o FILE, written beside and renamed at the end, or standard output. */
static enum status output_begin(struct output *o, struct shell *sh)
{
	const char *path = sh->cmd->options ? shell_get(sh, "output") : NULL;
	enum status code = STATUS_OK;

	memset(o, 0, sizeof(*o));
	o->fd = 1;
	if (path) {
		o->path = *path == '/' ? path : arena_printf(&sh->arena, "%s/%s", sh->cwd, path);
		o->part = mem_printf("%s.part", o->path);
		code = io_open(&o->fd, o->part, O_WRONLY | O_CREAT | O_TRUNC, 0666);
		if (code == STATUS_NOT_FOUND)
			status_set(code, "%s: there is no such folder; make it, or name another place", path);
		sh->tty = sh->color = false;
	}
	sh->out_fd = o->fd;
	return code;
}

static enum status output_end(struct output *o, bool keep)
{
	enum status code = STATUS_OK;

	if (!o->part)
		return STATUS_OK;
	if (keep)
		code = io_sync(o->fd, o->part);
	if (o->fd > 2)
		close(o->fd);
	if (keep && code == STATUS_OK)
		code = io_rename(o->part, o->path);
	else
		unlink(o->part);
	mem_free(o->part);
	return code;
}

/* The owner writes to a plain file alone, so that it never waits for a pipe; this process copies from there. */
static enum status hand_over(struct shell *sh, int argc, char **argv)
{
	char chunk[65536];
	struct stat sb;
	int file = -1, fd = sh->out_fd;
	enum status code = STATUS_OK;
	ssize_t n;

	if (fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode)) {
		file = memfd_create("verdict", MFD_CLOEXEC);
		if (file < 0)
			return status_errno("no memory file for the answer");
		sh->out_fd = file;
	}
	code = handover_run(sh, argc, argv);
	sh->out_fd = fd;
	if (file >= 0 && code == STATUS_OK) {
		lseek(file, 0, SEEK_SET);
		while (code == STATUS_OK && (n = read(file, chunk, sizeof(chunk))) > 0)
			code = io_write_all(fd, "standard output", chunk, (size_t)n);
	}
	if (file >= 0)
		close(file);
	return code;
}

static enum status busy(const struct shell *sh, const char *why)
{
	return status_set(STATUS_BUSY, "%s is in use by process %ld, %s", sh->dir, store_holder(sh->dir), why);
}

/* Open the store, or let its owner run the command: *handed_out. Another subcommand is waited for. */
static enum status get_store(bool *handed_out, struct shell *sh, int argc, char **argv)
{
	unsigned int flags = (sh->cmd->flags & SHELL_CREATE ? STORE_CREATE : 0) |
		(sh->cmd->flags & SHELL_DEFER ? STORE_DEFER_CHECK : 0);
	int64_t until = clock_mono_ns() + WAIT_MS * INT64_C(1000000);
	enum status code;

	*handed_out = false;
	do {
		code = store_open(&sh->st, sh->dir, flags);
		if (code != STATUS_BUSY)
			return code;
		if (sh->cmd->flags & SHELL_LOCAL)
			return busy(sh, strcmp(sh->cmd->name, "sync") == 0 ?
				"which keeps up with the hub by itself (s in its journal does it at once); quit it to do it here" :
				"and this command needs it alone; quit that one first");
		code = hand_over(sh, argc, argv);
		*handed_out = code == STATUS_OK;
		if (code == STATUS_BUSY)
			return busy(sh, "which does not answer; if it is suspended, bring it back (fg)");
		if (code != STATUS_NOT_FOUND)
			return code;
		poll(NULL, 0, POLL_MS);
	} while (clock_mono_ns() < until);
	return busy(sh, "which takes no commands from others; try again when it has ended");
}

static int unlock(struct shell *sh, const struct launch *launch)
{
	char *secret;
	enum status code;

	if (!((sh->cmd->flags & (SHELL_WRITES | SHELL_UNLOCKS)) || shell_has(sh, "sign")) || !store_is_locked(sh->st))
		return SHELL_DONE;
	if (launch->passphrase_file)
		secret = file_passphrase(launch->passphrase_file);
	else
		secret = tty_passphrase("Passphrase of your key: ");
	if (!secret)
		return shell_status(sh, STATUS_DENIED);
	code = store_unlock(sh->st, secret);
	explicit_bzero(secret, strlen(secret));
	mem_free(secret);
	return shell_status(sh, code);
}

/* A passphrase for a new key: from a file, or asked for twice. */
static int new_passphrase(struct shell *sh, const struct launch *launch)
{
	char *first, *again = NULL;

	if (strcmp(sh->cmd->name, "join") != 0 || !(shell_has(sh, "passphrase") || launch->passphrase_file))
		return SHELL_DONE;
	if (launch->passphrase_file) {
		first = file_passphrase(launch->passphrase_file);
	} else if ((first = tty_passphrase("Passphrase for your key: ")) && !(again = tty_passphrase("Once more: "))) {
		mem_free(first);
		first = NULL;
	}
	if (!first)
		return shell_status(sh, STATUS_DENIED);
	if (!*first || (again && strcmp(first, again) != 0)) {
		shell_error(sh, *first ? "the two passphrases differ" : "an empty passphrase seals nothing");
		mem_free(first);
		mem_free(again);
		return SHELL_REFUSED;
	}
	mem_free(again);
	sh->passphrase = first;
	return SHELL_DONE;
}

/* The part that needs the store. */
static int run_on_store(struct shell *sh, const struct launch *launch, int argc, char **argv)
{
	bool handed = false;
	enum status status;
	int code = new_passphrase(sh, launch);

	if (code != SHELL_DONE)
		return code;
	status = get_store(&handed, sh, argc, argv);
	if (handed)
		return sh->code;
	if (status != STATUS_OK && (sh->cmd->flags & SHELL_MAYBE)) {
		sh->trouble = arena_str(&sh->arena, status_message());
		return sh->code = SHELL_DONE;
	}
	if (status != STATUS_OK) {
		shell_status(sh, status);
		if (status == STATUS_NOT_FOUND)
			buf_adds(&sh->err, "Join an event first: verdict join CODE, or verdict join PACK --as PERSON\n");
		return SHELL_BROKEN;
	}
	if (!sh->quiet) {
		const char *notice = store_notice(sh->st);

		if (notice && strcmp(sh->cmd->name, "doctor") != 0 && !(sh->cmd->flags & SHELL_HIDDEN))
			shell_error(sh, "%s", notice);
	}
	put_errors(sh);
	code = unlock(sh, launch);
	while (code == SHELL_DONE || code == SHELL_MORE) {
		code = shell_step(sh);
		if (shell_flush(sh) != STATUS_OK)
			code = sh->code = shell_status(sh, STATUS_IO);
		if (code != SHELL_MORE)
			break;
	}
	return sh->code = code;
}

static void begin_progress(struct shell *sh, struct tty_bar *bar)
{
	if (!(sh->cmd->flags & SHELL_PROGRESS) || sh->quiet || !isatty(2))
		return;
	sh->tick = tty_progress;
	sh->tick_data = bar;
	catch_interrupt();
}

static int run_parsed(struct shell *sh, const struct launch *launch, int argc, char **argv)
{
	struct output out;
	struct tty_bar bar = { NULL, 0 };
	enum status status = output_begin(&out, sh);
	int code = shell_status(sh, status);

	if (code == SHELL_DONE) {
		begin_progress(sh, &bar);
		if (sh->cmd->flags & SHELL_STORE)
			code = run_on_store(sh, launch, argc, argv);
		if (sh->tick)
			tty_progress_end();
		sh->code = code;
		put_errors(sh);
		code = shell_after(sh);
		status = shell_flush(sh);
		if (status == STATUS_OK)
			status = output_end(&out, code == SHELL_DONE);
		else
			output_end(&out, false);
		if (status != STATUS_OK)
			code = shell_status(sh, status);
	}
	put_errors(sh);
	return code;
}

int launch_subcommand(struct launch *launch, int argc, char **argv)
{
	struct options *options = options_new();
	struct shell sh;
	bool help = false;
	int code;

	shell_init(&sh);
	sh.json = launch->json;
	code = shell_parse(&sh, argc, argv, &help);
	for (size_t i = 0; i < sh.n_values && code == SHELL_DONE; i++)
		if (shell_common_find(sh.values[i].option->name) &&
		    launch_option(launch, sh.values[i].option, sh.values[i].value) != 0)
			code = shell_status(&sh, STATUS_USAGE);
	fill_shell(&sh, launch);
	if (code == SHELL_DONE && (help || launch->help)) {
		shell_usage(&sh.out, sh.cmd);
		sh.out_fd = 1;
		code = shell_exit_of(shell_flush(&sh));
	} else if (code == SHELL_DONE && strcmp(sh.cmd->name, "tour") == 0) {
		launch->tour = true;	/* the caller prints it */
	} else if (code == SHELL_DONE) {
		launch->tour = false;
		if (strcmp(sh.cmd->name, "sync") == 0 || strcmp(sh.cmd->name, "ways") == 0 ||
			strcmp(sh.cmd->name, "fetch") == 0 ||
			strcmp(sh.cmd->name, "join") == 0)
			code = read_options(&sh, options, launch);
		if (code == SHELL_DONE)
			code = run_parsed(&sh, launch, argc, argv);
	}
	put_errors(&sh);
	store_close(sh.st);
	if (sh.passphrase)
		explicit_bzero((char *)sh.passphrase, strlen(sh.passphrase));
	mem_free((char *)sh.passphrase);
	shell_done(&sh);
	options_free(options);
	return code;
}
