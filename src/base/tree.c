/* SPDX-License-Identifier: Apache-2.0 */
/* A folder replaced as a whole. Layer: base. One thread at a time a folder. */
#include "verdict/base/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

#define DEPTH_MAX 8
#define NAME_MAX_BYTES 1000

struct tree {
	char *path, *beside;	/* absolute, without a slash at the end */
	char *made;		/* folder within `beside` that was made last */
	int parent;		/* locked while we are at it */
	bool there;
};

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Below `at`, never through a link. */
static void remove_below(int at, const char *name, int depth)
{
	int fd = depth < DEPTH_MAX ? openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (!is_dots(entry->d_name) && unlinkat(fd, entry->d_name, 0) != 0)
			remove_below(fd, entry->d_name, depth + 1);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	(void)unlinkat(at, name, AT_REMOVEDIR);
}

static void remove_all(const char *path)
{
	if (unlink(path) != 0)
		remove_below(AT_FDCWD, path, 0);
}

/* Empty, or one of ours? */
static enum status check_ours(const char *path, const char *mark)
{
	char *file = mem_printf("%s/%s", path, mark);
	enum status st = STATUS_OK;
	const struct dirent *entry;
	DIR *dir = NULL;

	if (access(file, F_OK) == 0)
		goto out;
	dir = opendir(path);
	if (!dir)
		st = status_errno("%s", path);
	while (!st && (entry = readdir(dir)))
		if (!is_dots(entry->d_name))
			st = status_set(STATUS_DENIED, "%s: holds files of others; name an empty folder, or a new one", path);
	if (dir)
		closedir(dir);
out:
	mem_free(file);
	return st;
}

/* Absolute, and where a link leads, so that the exchange happens where the files are. */
static enum status resolve(struct tree *t, const char *path)
{
	char *plain = mem_strdup(path), *real, *slash, *folder;
	size_t n = strlen(plain);
	enum status st = STATUS_OK;

	while (n > 1 && plain[n - 1] == '/')
		plain[--n] = '\0';
	real = realpath(plain, NULL);
	if (real) {
		t->path = mem_strdup(real);
		t->there = true;
		free(real);
		goto out;
	}
	slash = strrchr(plain, '/');
	folder = slash == plain ? mem_strdup("/") : slash ? mem_strndup(plain, (size_t)(slash - plain)) : mem_strdup(".");
	real = errno == ENOENT ? realpath(folder, NULL) : NULL;
	if (real)
		t->path = mem_printf("%s/%s", strcmp(real, "/") ? real : "", slash ? slash + 1 : plain);
	else
		st = status_errno("%s", path);
	free(real);
	mem_free(folder);
out:
	mem_free(plain);
	return st;
}

static enum status lock_parent(struct tree *t)
{
	char *slash = strrchr(t->path, '/'), *folder = mem_strndup(t->path, (size_t)(slash - t->path) + 1);
	enum status st = STATUS_OK;

	if (slash[1] == '\0')
		st = status_set(STATUS_DENIED, "/: cannot be replaced");
	else
		st = io_open(&t->parent, folder, O_RDONLY | O_DIRECTORY, 0);
	if (!st && flock(t->parent, LOCK_EX | LOCK_NB) != 0)
		st = errno == EWOULDBLOCK ? status_set(STATUS_BUSY, "%s: another process writes a folder there", folder)
					  : status_errno("%s: cannot lock", folder);
	mem_free(folder);
	return st;
}

static void tree_free(struct tree *t)
{
	if (t->parent >= 0)
		close(t->parent);
	mem_free(t->path);
	mem_free(t->beside);
	mem_free(t->made);
	mem_free(t);
}

/* For everybody to read, whatever our mask is. */
static enum status make_folder(const char *path)
{
	if (mkdir(path, 0755) != 0 || chmod(path, 0755) != 0)
		return status_errno("%s: cannot make the folder", path);
	return STATUS_OK;
}

static bool is_name_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("-_~.", c);
}

bool tree_name_ok(const char *name)
{
	unsigned int depth = 0;

	if (strnlen(name, NAME_MAX_BYTES + 1) > NAME_MAX_BYTES)
		return false;
	for (const char *p = name; ; p++) {
		size_t n = strcspn(p, "/");

		if (n == 0 || *p == '.' || ++depth == DEPTH_MAX)
			return false;
		for (; n > 0; n--)
			if (!is_name_char(*p++))
				return false;
		if (*p == '\0')
			return true;
	}
}

static enum status make_folders(struct tree *t, const char *name)
{
	const char *slash = strrchr(name, '/');
	char *folder = slash ? mem_strndup(name, (size_t)(slash - name)) : NULL;
	enum status st = STATUS_OK;

	if (!folder || (t->made && strcmp(t->made, folder) == 0))
		goto out;
	for (char *p = folder; !st && p; ) {
		char *next = strchr(p, '/'), *path;

		if (next)
			*next = '\0';
		path = mem_printf("%s/%s", t->beside, folder);
		if (access(path, F_OK) != 0)
			st = make_folder(path);
		mem_free(path);
		if (next)
			*next = '/';
		p = next ? next + 1 : NULL;
	}
	mem_free(t->made);
	t->made = mem_strdup(folder);
out:
	mem_free(folder);
	return st;
}

static enum status add_file(struct tree *t, const char *name, const void *ptr, size_t len)
{
	char *path = mem_printf("%s/%s", t->beside, name);
	enum status st = make_folders(t, name);
	int fd = -1;

	if (!st)
		st = io_open(&fd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
	if (!st && fchmod(fd, 0644) != 0)
		st = status_errno("%s", path);
	if (!st)
		st = io_write_all(fd, path, ptr, len);
	if (fd >= 0 && close(fd) != 0 && !st)
		st = status_errno("%s: cannot close", path);
	mem_free(path);
	return st;
}

enum status tree_add(struct tree *t, const char *name, const void *ptr, size_t len)
{
	if (!tree_name_ok(name))
		return status_set(STATUS_INVALID, "%s: not a name for a file of a site", name);
	return add_file(t, name, ptr, len);
}

enum status tree_begin(struct tree **out, const char *path, const char *mark)
{
	struct tree *t = mem_zalloc(sizeof(*t));
	struct stat sb;
	enum status st;

	t->parent = -1;
	st = resolve(t, path);
	if (!st && t->there && (stat(t->path, &sb) != 0 || !S_ISDIR(sb.st_mode)))
		st = status_set(STATUS_DENIED, "%s: is no folder", path);
	if (!st && t->there)
		st = check_ours(t->path, mark);
	if (!st)
		st = lock_parent(t);
	if (!st) {
		t->beside = mem_printf("%s.part", t->path);
		remove_all(t->beside);	/* what one that was killed left */
		st = make_folder(t->beside);
	}
	if (!st)
		st = add_file(t, mark, "", 0);
	if (st) {
		tree_abort(t);
		return st;
	}
	*out = t;
	return STATUS_OK;
}

enum status tree_commit(struct tree *t)
{
	enum status st = io_sync_files(t->beside);

	if (!st && !t->there) {
		st = io_rename(t->beside, t->path);
	} else if (!st) {
		st = io_exchange(t->beside, t->path);
	}
	tree_abort(t);	/* what lies beside now: the old one, or the new one that failed */
	return st;
}

void tree_abort(struct tree *t)
{
	if (!t)
		return;
	if (t->beside)
		remove_all(t->beside);
	tree_free(t);
}
