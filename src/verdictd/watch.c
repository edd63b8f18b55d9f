/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder in which others lay evidence, DIR/TI/file or DIR/TI/STEP/file: looked through when the kernel tells of something
 * new in it, and every two seconds while a file there has not come to rest; always so on network shares, of which the
 * kernel tells nothing. A file is taken once it rests; it stays where it is. Layer: verdictd. A thread of its own.
 */
#include "verdictd_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/lock.h"
#include "verdict/base/map.h"
#include "verdict/base/mem.h"
#include "verdict/base/thread.h"
#include "verdict/hub/participant.h"

#define LOOK_MS 2000
#define IDLE_MS 30000		/* once more for what the kernel may not have told, and for TIs that came with an import */
#define GATHER_MS 200		/* of what comes together */
#define RESTS_MS 10000		/* a file untouched for so long rests, also when it is seen for the first time */
#define FILES_MAX 100000

struct seen { int64_t size, mtime, at; bool done; };	/* ms; at: since when it is so, by the clock of the machine */

struct watch {
	struct site *site;
	char *dir;
	struct map *files;	/* by path below dir */
	struct lock lock;	/* of stop */
	int wake;		/* eventfd: stop */
	int notify;		/* inotify, -1: the folder is looked through every two seconds */
	bool stop, full;
	bool restless;		/* something is there that has to be looked at again soon */
	struct thread *thread;
};

/* ---- one file ---- */

/* What is still being written, by the habits of those who write. */
static bool is_partial(const char *name)
{
	static const char *const ends[] = { ".part", ".tmp", ".filepart", ".crdownload", "~" };
	size_t n = strlen(name);

	if (name[0] == '.')
		return true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t k = strlen(ends[i]);

		if (n >= k && strcmp(name + n - k, ends[i]) == 0)
			return true;
	}
	return false;
}

/* Of the same size and age for two seconds, or old. */
static bool rests(struct watch *w, const char *path, const struct stat *sb)
{
	int64_t mtime = (int64_t)sb->st_mtim.tv_sec * 1000 + sb->st_mtim.tv_nsec / 1000000, now = clock_boot_ms();
	struct seen *s = map_get(w->files, path);
	bool same = s && s->size == sb->st_size && s->mtime == mtime;

	if (same && s->done)
		return false;
	if (!s && map_count(w->files) >= FILES_MAX) {
		if (!w->full)
			note_line(NOTE_ERROR, "watch", "more files than are watched: take old ones away");
		w->full = true;
		return false;
	}
	if (!s) {
		s = mem_zalloc(sizeof(*s));
		map_set(w->files, path, s);
	}
	if (!same)
		*s = (struct seen){ sb->st_size, mtime, now, false };
	s->done = now - s->at >= LOOK_MS || clock_wall_ms() - mtime > RESTS_MS;
	w->restless = w->restless || !s->done;
	return s->done;
}

static void tell(const char *path, const char *ti, enum status st, unsigned int n)
{
	struct note note;

	note_begin(&note, st ? NOTE_ERROR : NOTE_AUDIT, "watched");
	note_str(&note, "file", path);
	note_str(&note, "ti", ti);
	if (st)
		note_str(&note, "why", status_message());
	else
		note_int(&note, "n", n);
	note_end(&note);
}

/* `dir`: of the folder that was looked at, whatever has that path by now. */
static void take(struct watch *w, struct hub_event *e, const char *ti, unsigned int step, const char *path, int dir,
	const char *name)
{
	struct seen *s = map_get(w->files, path);
	unsigned int n = 0;
	enum status st = evidence_hand_in(&n, e, ti, step, dir, name, name);

	tell(path, ti, st, n);
	/* the hub's trouble passes; a file that it does not want is not offered again until it changes */
	s->done = st != STATUS_BUSY && st != STATUS_IO && st != STATUS_FULL && st != STATUS_CORRUPT;
	w->restless = w->restless || !s->done;
}

/* ---- folders ---- */

static bool stopped(struct watch *w)
{
	bool stop;

	lock_take(&w->lock);
	stop = w->stop;
	lock_give(&w->lock);
	return stop;
}

static unsigned int step_of(const char *name)
{
	char *end;
	unsigned long n = strtoul(name, &end, 10);

	return *name >= '1' && *name <= '9' && !*end && n <= 999 ? (unsigned int)n : 0;
}

/* The kernel tells of shares nothing that others do to them. */
static bool is_remote(const char *dir)
{
	static const long remote[] = { NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, FUSE_SUPER_MAGIC,
		V9FS_MAGIC, CEPH_SUPER_MAGIC, AFS_SUPER_MAGIC, AFS_FS_MAGIC, CODA_SUPER_MAGIC };
	struct statfs fs;

	if (statfs(dir, &fs) != 0)
		return true;
	for (size_t i = 0; i < sizeof(remote) / sizeof(remote[0]); i++)
		if (((unsigned long)fs.f_type & UINT32_MAX) == ((unsigned long)remote[i] & UINT32_MAX))
			return true;
	return false;
}

/* Again for a folder that is watched costs nothing. Where the kernel watches no more, all is looked through. */
static void notice(struct watch *w, const char *dir)
{
	if (w->notify < 0 || inotify_add_watch(w->notify, dir, IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR) >= 0 ||
	    errno == ENOENT || errno == ENOTDIR || errno == EACCES)
		return;
	close(w->notify);
	w->notify = -1;
	note_line(NOTE_WARNING, "watch", "the kernel watches no more folders (fs.inotify.max_user_watches): looking every two seconds");
}

/* Told once; a TI may come with a later import. */
static bool is_ti(struct watch *w, struct hub_event *e, const char *name)
{
	enum status st = hub_participant_may(e, NULL, name);

	if (st && !map_get(w->files, name) && map_count(w->files) < FILES_MAX) {
		map_set(w->files, name, mem_zalloc(sizeof(struct seen)));
		tell(name, name, st, 0);
	}
	return !st;
}

/* Who may write here could put a link to the hub's own files where a folder was, so none is followed below the first. */
static DIR *open_folder(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (parent == AT_FDCWD ? 0 : O_NOFOLLOW));
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d && fd >= 0)
		close(fd);
	return d;
}

/* Depth 0 holds folders of TIs, 1 is one of these, 2 a step of it. */
static void look(struct watch *w, struct hub_event *e, int parent, const char *own, const char *below, const char *ti,
	unsigned int step, int depth)
{
	char *dir = mem_printf("%s%s%s", w->dir, *below ? "/" : "", below);
	DIR *d = open_folder(parent, own);
	const struct dirent *entry;

	notice(w, dir);		/* before it is read, so that nothing falls between */
	while (d && !stopped(w) && (entry = readdir(d))) {
		const char *name = entry->d_name;
		char *path = mem_printf("%s%s%s", below, *below ? "/" : "", name);
		struct stat sb;

		if (is_partial(name) || fstatat(dirfd(d), name, &sb, AT_SYMLINK_NOFOLLOW) != 0)
			;	/* not yet, or gone again */
		else if (S_ISDIR(sb.st_mode) && depth == 0 && is_ti(w, e, name))
			look(w, e, dirfd(d), name, path, name, 0, 1);
		else if (S_ISDIR(sb.st_mode) && depth == 1 && step_of(name))
			look(w, e, dirfd(d), name, path, ti, step_of(name), 2);
		else if (S_ISREG(sb.st_mode) && depth > 0 && rests(w, path, &sb))
			take(w, e, ti, step, path, dirfd(d), name);
		mem_free(path);
	}
	if (d)
		closedir(d);
	mem_free(dir);
}

struct only { struct hub_event *event; unsigned int n; };

static void count_event(struct hub_event *e, void *data)
{
	struct only *o = data;

	o->event = e;
	o->n++;
}

/* Until something came, or it is time to look again, or to stop. */
static void rest(struct watch *w, int ms)
{
	struct pollfd fds[2] = { { .fd = w->wake, .events = POLLIN }, { .fd = w->notify, .events = POLLIN } };
	char events[4096];

	if (poll(fds, 2, ms) <= 0 || !(fds[1].revents & POLLIN))
		return;
	(void)poll(fds, 1, GATHER_MS);
	while (read(w->notify, events, sizeof(events)) > 0)
		;	/* what it was shows when all is looked through */
}

static void run(void *data)
{
	struct watch *w = data;

	while (!stopped(w)) {
		struct only o = { NULL, 0 };

		w->restless = false;
		hub_event_each(w->site->hub, count_event, &o);
		if (o.n == 1)
			look(w, o.event, AT_FDCWD, w->dir, "", "", 0, 0);
		rest(w, w->notify < 0 || w->restless || o.n != 1 ? LOOK_MS : IDLE_MS);
	}
}

/* ---- the whole ---- */

enum status watch_path(char **out, const char *dir)
{
	char *real = realpath(dir, NULL);
	struct stat sb;

	if (!real || stat(real, &sb) != 0) {
		free(real);
		return status_errno("%s", dir);
	}
	if (!S_ISDIR(sb.st_mode)) {
		free(real);
		return status_set(STATUS_INVALID, "%s: is not a folder", dir);
	}
	*out = mem_strdup(real);
	free(real);
	return STATUS_OK;
}

struct watch *watch_start(struct site *s, const char *dir)
{
	struct watch *w = mem_zalloc(sizeof(*w));

	w->site = s;
	w->dir = mem_strdup(dir);
	w->files = map_new();
	lock_init(&w->lock);
	w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->notify = is_remote(dir) ? -1 : inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	note_line(NOTE_AUDIT, "watching", w->notify >= 0 ? "the kernel tells when evidence comes" :
		"a network share: looking for evidence every two seconds");
	w->thread = thread_start("watch", run, w);
	return w;
}

static void free_seen(const char *key, void *value, void *data)
{
	(void)key;
	(void)data;
	mem_free(value);
}

void watch_stop(struct watch *w)
{
	if (!w)
		return;
	lock_take(&w->lock);
	w->stop = true;
	lock_give(&w->lock);
	(void)eventfd_write(w->wake, 1);
	thread_join(w->thread);
	map_each(w->files, free_seen, NULL);
	map_free(w->files);
	if (w->notify >= 0)
		close(w->notify);
	if (w->wake >= 0)
		close(w->wake);
	lock_done(&w->lock);
	mem_free(w->dir);
	mem_free(w);
}
