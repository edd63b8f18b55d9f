/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hub's main program: which command, which store; in the process that serves it, or here. Main
 * thread.
 */
#include "verdictd_priv.h"
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/mem.h"
#include "verdict/base/tree.h"

#define CONFIG_DEFAULT SYSCONFDIR "/verdictd.conf"

/* A closed standard descriptor would else become the database's or a socket's. */
static void keep_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

static void put(int fd, const char *ptr, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, ptr, len);

		if (n <= 0)
			return;
		ptr += n;
		len -= (size_t)n;
	}
}

/* Here: open the hub, run, close it. */
static int run_alone(struct run *r)
{
	enum status st;
	int code;

	if (!(r->command->flags & COMMAND_HUB) || (r->command->flags & COMMAND_OPENS))
		return r->command->run(r);
	if (!(r->command->flags & COMMAND_MAKES) && !site_exists(r->site)) {
		run_error(
			r, "%s: there is no hub yet; verdictd import pack makes one", r->site->dir);
		return EXIT_STORE;
	}
	st = site_open(r->site);
	if (st) {
		enum status unread = reading_wait(r);

		return run_status(r, unread ? unread : st);
	}
	code = r->command->run(r);
	site_close(r->site);
	return code;
}

int run_at_hub(struct run *r)
{
	int code = EXIT_DONE;
	enum status st = STATUS_NOT_FOUND;

	if (r->command->flags & COMMAND_HUB)
		st = admin_ask(&code, r);
	if (st == STATUS_NOT_FOUND)
		return run_alone(r);
	return st ? run_status(r, st) : code;
}

/* The hub gives one file, and this process, which has the caller's rights, makes the folder of it. */
static int run_folder(struct run *r)
{
	const char *wanted = r->args[r->n_args - 1];
	struct tree *t = NULL;
	char *staged = NULL;
	int code = EXIT_DONE;
	enum status st;

	if (!site_exists(r->site))
		return run_alone(r);
	st = publish_begin(&t, wanted);
	if (!st)
		st = stage_out(&staged, r->site);
	if (!st) {
		r->args[r->n_args - 1] = staged;
		code = run_at_hub(r);
		r->args[r->n_args - 1] = wanted;
	}
	if (!st && code == EXIT_DONE)
		st = publish_folder(t, staged);
	if (st || code != EXIT_DONE)
		tree_abort(t);
	else
		st = tree_commit(t);
	if (staged)
		stage_remove(r->site, staged);
	mem_free(staged);
	if (!st)
		return code;
	buf_reset(&r->out);
	return run_status(r, st);
}

/* Told before the hub has made a code, or has worked for minutes. */
static int check_place(struct run *r, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = !slash ? mem_strdup(".") : slash == path ? mem_strdup("/") : mem_strndup(path, (size_t)(slash - path));
	bool folder = r->command->flags & COMMAND_FOLDER;
	struct stat sb;
	int code = EXIT_REFUSED;

	if (stat(dir, &sb) != 0 || !S_ISDIR(sb.st_mode))
		run_error(r, "%s: there is no folder %s; make it, or name another place", path, dir);
	else if (access(dir, W_OK | X_OK) != 0)
		run_error(r, "%s: nothing can be written into %s: %s", path, dir, strerror(errno));
	else if (!folder && stat(path, &sb) == 0 && S_ISDIR(sb.st_mode))
		run_error(r, "%s: is a folder; name a file in it", path);
	else
		code = BEFORE_GO_ON;
	mem_free(dir);
	return code;
}

/* Files and folders that the command is to read or to write. */
static int check_paths(struct run *r)
{
	const char *last = r->n_args ? r->args[r->n_args - 1] : "", *file = run_get(r, "file");
	unsigned int flags = r->command->flags;
	size_t len = strlen(last);

	if ((flags & COMMAND_TAKES) && access(last, R_OK) != 0) {
		(void)status_errno("%s", last);
		run_error(r, "%s", status_message());
		return EXIT_REFUSED;
	}
	if ((flags & COMMAND_FILE) && file)
		return check_place(r, file);
	if ((flags & COMMAND_FOLDER) && len > 1 && last[len - 1] == '/')
		return BEFORE_GO_ON;	/* as the folder's own code reads it */
	return flags & (COMMAND_GIVES | COMMAND_FOLDER) ? check_place(r, last) : BEFORE_GO_ON;
}

static int run_on_site(struct run *r)
{
	struct site site;
	enum status st = site_init(&site, run_get(r, "store"), run_get(r, "dir"));
	int code = BEFORE_GO_ON;

	if (st)
		return run_status(r, st);
	r->site = &site;
	if (r->command->run == command_import)
		code = before_gazelle(r);
	if (code == BEFORE_GO_ON)
		code = check_paths(r);
	if (code == BEFORE_GO_ON) {
		if (r->command->run == command_backup)
			before_backup(r);
		if (r->command->run == command_import)
			before_import(r);
		code = r->command->flags & COMMAND_FOLDER ? run_folder(r) : run_at_hub(r);
		progress_end(r);
		if (code == EXIT_DONE && r->command->after) {
			r->command->after(r);
			progress_end(r);
			code = r->after_code;
		}
	}
	reading_end(r);
	if (r->made)
		stage_remove(NULL, r->made);
	mem_free(r->made);
	site_done(&site);
	return code;
}

static int run(struct run *r, int argc, char **argv)
{
	const char *config;
	int code = run_parse(r, argc, argv);

	if (code)
		return code;
	if (r->version) {
		buf_adds(&r->out, "verdictd " PACKAGE_VERSION "\n");
		return EXIT_DONE;
	}
	if (r->help) {
		usage(&r->out, r->command);
		return EXIT_DONE;
	}
	if (!r->command)
		r->command = command_find("serve");
	config = run_get(r, "config");
	code = run_config(r, config ? config : CONFIG_DEFAULT, config != NULL);
	if (code)
		return code;
	if (!(r->command->flags & (COMMAND_HUB | COMMAND_ALONE)))
		return r->command->run(r);
	return run_on_site(r);
}

int main(int argc, char **argv)
{
	struct run r;
	int code;

	keep_descriptors();
	signal(SIGXFSZ, SIG_IGN);	/* a file that may not grow is an error like a full disk */
	umask(0077);
	setlocale(LC_ALL, "");
	crypto_init();
	run_init(&r);
	r.tty = isatty(STDOUT_FILENO);
	code = run(&r, argc - 1, argv + 1);
	if (code == EXIT_USAGE)
		buf_printf(&r.err, "Try: verdictd help%s%s\n", r.command ? " " : "", r.command ? r.command->name : "");
	put(STDERR_FILENO, buf_str(&r.err), r.err.len);
	put(STDOUT_FILENO, buf_str(&r.out), r.out.len);
	run_done(&r);
	return code;
}
