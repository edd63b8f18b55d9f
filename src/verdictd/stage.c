/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hub that serves has given up all files but its own. What a command brings or fetches passes
 * through DIR/tmp, copied by the process that was called. That may be root's, and the folder is another user's, who
 * could put a link wherever root is about to write, read or remove: so there, root has that user's rights and no more.
 * Layer: verdictd. Main thread, before any other.
 */
#include "verdictd_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

#define DEPTH_MAX 8
#define PIECE (256u << 10)

static enum status copy_bytes(int from, const char *from_path, int to, const char *to_path)
{
	char *piece = mem_alloc(PIECE);
	enum status st = STATUS_OK;
	ssize_t n = 1;

	while (!st && n > 0) {
		n = read(from, piece, PIECE);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			st = status_errno("%s", from_path);
		else if (n > 0)
			st = io_write_all(to, to_path, piece, (size_t)n);
	}
	mem_free(piece);
	return st;
}

struct owner { uid_t uid; gid_t gid; };	/* of the state folder: what is staged becomes the hub's */

static enum status find_owner(struct owner *o, const struct site *s)
{
	struct stat sb;

	if (stat(s->dir, &sb) != 0)
		return status_errno("%s", s->dir);
	*o = (struct owner){ sb.st_uid, sb.st_gid };
	return STATUS_OK;
}

/* With the rights of the folder's owner; NULL, and for all but root: with one's own. */
static enum status act_as(const struct owner *o)
{
	if (!o || geteuid() != 0 || o->uid == 0)
		return STATUS_OK;
	if (setgroups(0, NULL) != 0 || setegid(o->gid) != 0 || seteuid(o->uid) != 0)
		return status_errno("cannot take the rights of the hub's user");
	return STATUS_OK;
}

static void act_as_caller(void)
{
	if (seteuid(getuid()) != 0 || setegid(getgid()) != 0)
		abort();	/* nothing goes on with rights that nobody meant */
}

static enum status open_as(const struct owner *o, int *fd, const char *path, int flags)
{
	enum status st = act_as(o);

	if (!st)
		st = io_open(fd, path, o ? flags | O_NOFOLLOW : flags, 0600);
	act_as_caller();
	return st;
}

/* A plain file alone: nothing else belongs into a pack, and a pipe would never end. */
static enum status copy_file(const char *from_path, const struct owner *of, const char *to_path, const struct owner *for_whom)
{
	enum status st;
	struct stat sb;
	int from, to;

	st = open_as(of, &from, from_path, O_RDONLY | O_NONBLOCK);
	if (st)
		return st;
	if (fstat(from, &sb) != 0 || !S_ISREG(sb.st_mode)) {
		close(from);
		return status_set(STATUS_INVALID, "%s: is not a plain file", from_path);
	}
	st = open_as(for_whom, &to, to_path, O_WRONLY | O_CREAT | O_EXCL);
	if (!st) {
		st = copy_bytes(from, from_path, to, to_path);
		if (!st)
			st = io_sync(to, to_path);
		close(to);
	}
	close(from);
	return st;
}

static enum status make_dir(const char *path, const struct owner *o)
{
	enum status st = act_as(o);

	if (!st && mkdir(path, 0700) != 0)
		st = status_errno("%s", path);
	act_as_caller();
	return st;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static enum status copy_tree(const char *from, const char *to, const struct owner *o, int depth)
{
	const struct dirent *entry;
	enum status st;
	struct stat sb;
	DIR *dir;

	if (stat(from, &sb) != 0)
		return status_errno("%s", from);
	if (!S_ISDIR(sb.st_mode))
		return copy_file(from, NULL, to, o);
	if (depth == DEPTH_MAX)
		return status_set(STATUS_LIMIT, "%s: folders deeper than %d", from, DEPTH_MAX);
	dir = opendir(from);
	if (!dir)
		return status_errno("%s", from);
	st = make_dir(to, o);
	while (!st && (entry = readdir(dir))) {
		char *a = mem_printf("%s/%s", from, entry->d_name),
		     *b = mem_printf("%s/%s", to, entry->d_name);

		if (!is_dots(entry->d_name))
			st = copy_tree(a, b, o, depth + 1);
		mem_free(a);
		mem_free(b);
	}
	closedir(dir);
	return st;
}

static void remove_tree(const char *path, int depth);

static void remove_inside(const char *path, int depth)
{
	DIR *dir = depth < DEPTH_MAX + 2 ? opendir(path) : NULL;
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *inner = mem_printf("%s/%s", path, entry->d_name);

		if (!is_dots(entry->d_name) && unlink(inner) != 0)
			remove_tree(inner, depth + 1);
		mem_free(inner);
	}
	if (dir)
		closedir(dir);
}

static void remove_tree(const char *path, int depth)
{
	remove_inside(path, depth);
	rmdir(path);
}

static void remove_as(const struct owner *o, const char *folder)
{
	if (act_as(o) == STATUS_OK)
		remove_tree(folder, 0);
	act_as_caller();
}

/*
 * DIR/tmp, with a shared lock for as long as this process stages something. Who gets it alone knows that nobody does, and
 * takes away what processes that were killed have left.
 */
static enum status open_staging(struct site *s, const char *tmp, const struct owner *o)
{
	enum status st = STATUS_OK;

	if (s->staging >= 0)
		return STATUS_OK;
	if (access(tmp, F_OK) != 0)
		st = make_dir(tmp, o);
	if (!st)
		st = open_as(o, &s->staging, tmp, O_RDONLY | O_DIRECTORY);
	if (st)
		return st;
	if (flock(s->staging, LOCK_EX | LOCK_NB) == 0) {
		st = act_as(o);
		if (!st)
			remove_inside(tmp, 0);
		act_as_caller();
	}
	if (st)
		return st;
	return flock(s->staging, LOCK_SH) == 0 ? STATUS_OK : status_errno("%s: cannot lock", tmp);
}

/* DIR/tmp/PID-TIME, of the hub's user. */
static enum status make_stage(char **out, struct owner *o, struct site *s)
{
	char *tmp = mem_printf("%s/tmp", s->dir), *path = NULL;
	enum status st = find_owner(o, s);

	if (!st)
		st = open_staging(s, tmp, o);
	path = mem_printf("%s/%d-%lld", tmp, (int)getpid(), (long long)clock_mono_ns());
	if (!st)
		st = make_dir(path, o);
	if (!st) {
		*out = path;
		path = NULL;
	}
	mem_free(path);
	mem_free(tmp);
	return st;
}

enum status stage_in(char **staged_out, struct site *s, const char *path)
{
	char *plain = mem_strdup(path), *folder, *staged;
	const char *name;
	struct owner o;
	enum status st = make_stage(&folder, &o, s);

	while (strlen(plain) > 1 && plain[strlen(plain) - 1] == '/')
		plain[strlen(plain) - 1] = '\0';
	name = strrchr(plain, '/') ? strrchr(plain, '/') + 1 : plain;
	if (st)
		goto out;
	staged = mem_printf("%s/%s", folder, *name && !is_dots(name) ? name : "pack");
	st = copy_tree(plain, staged, &o, 0);
	if (st) {
		remove_as(&o, folder);
		mem_free(staged);
	} else {
		*staged_out = staged;
	}
	mem_free(folder);
out:
	mem_free(plain);
	return st;
}

enum status stage_out(char **staged_out, struct site *s)
{
	char *folder;
	struct owner o;
	enum status st = make_stage(&folder, &o, s);

	if (st)
		return st;
	*staged_out = mem_printf("%s/file", folder);
	mem_free(folder);
	return STATUS_OK;
}

enum status stage_fetch(const struct site *s, const char *staged, const char *path)
{
	char *part = mem_printf("%s.part", path);
	struct owner o;
	enum status st = find_owner(&o, s);

	if (!st)
		st = io_unlink(part);
	if (!st)
		st = copy_file(staged, &o, part, NULL);
	if (!st)
		st = io_rename(part, path);
	if (st)
		unlink(part);
	mem_free(part);
	return st;
}

enum status stage_open(int *fd_out, const struct site *s, const char *staged)
{
	struct owner o;
	enum status st = find_owner(&o, s);

	return st ? st : open_as(&o, fd_out, staged, O_RDONLY | O_NONBLOCK);
}

void stage_remove(const struct site *s, const char *staged)
{
	char *folder = mem_strndup(staged, (size_t)(strrchr(staged, '/') - staged));
	struct owner o;

	if (!s || find_owner(&o, s) == STATUS_OK)
		remove_as(s ? &o : NULL, folder);
	mem_free(folder);
}
