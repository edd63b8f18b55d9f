/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The drop: consoles leave bundles by SFTP in DIR/in/REPLICA, the hub answers in DIR/out/REPLICA. What lies in `in` may
 * be anybody's and anything: names are held against one form, a file is copied to a folder of the hub before it is
 * looked at, and who sent it says nothing. Layer: verdictd. A thread of its own.
 */
#include "verdictd_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/lock.h"
#include "verdict/base/mem.h"
#include "verdict/base/thread.h"
#include "verdict/hub/take.h"
#include "verdict/model/digest.h"

#define LOOK_MS 1000
#define LOOK_SHARE 10		/* of the time at most, however much lies there that is nothing */
#define PART_S (7 * 86400)	/* what nobody goes on sending after that is thrown away */
#define FILES_MAX 256		/* fetched from one console in one turn */
#define SIZE_MAX_ (4ull << 30)
#define ROOM_LEFT (64ull << 20)	/* on the disk, when a bundle was fetched */
#define COPY_BYTES (16u << 20)
#define ANSWERS_MAX 32		/* kept for one console */
#define DIGEST_CHARS 64
#define REPLICA_CHARS 22
#define REASON_MAX 300

struct drop {
	struct site *s;
	char *dir;
	struct lock lock;
	struct wakeup wake;
	bool stop;
	struct thread *thread;
	unsigned int troubles;	/* told at once, then every so often */
};

static const char bundle_suffix[] = ".bundle";

/* With these rights whatever the umask; one that is there keeps its own. */
static enum status make_folder(const char *path, mode_t mode)
{
	if (mkdir(path, 0700) == 0)
		return chmod(path, mode) == 0 ? STATUS_OK : status_errno("%s", path);
	return errno == EEXIST ? STATUS_OK : status_errno("%s", path);
}

/* ---- names ---- */

static bool replica_ok(const char *name)
{
	return strlen(name) == REPLICA_CHARS && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_") == REPLICA_CHARS;
}

static bool bundle_ok(const char *name)
{
	return strspn(name, "0123456789abcdef") == DIGEST_CHARS && !strcmp(name + DIGEST_CHARS, bundle_suffix);
}

/* "REPLICA.DIGEST.bundle", as it is called while it is taken. */
static bool taking_ok(const char *name)
{
	char replica[REPLICA_CHARS + 1];

	if (strlen(name) != REPLICA_CHARS + 1 + DIGEST_CHARS + sizeof(bundle_suffix) - 1 || name[REPLICA_CHARS] != '.')
		return false;
	memcpy(replica, name, REPLICA_CHARS);
	replica[REPLICA_CHARS] = '\0';
	return replica_ok(replica) && bundle_ok(name + REPLICA_CHARS + 1);
}

static bool stopping(struct drop *d)
{
	bool stop;

	lock_take(&d->lock);
	stop = d->stop;
	lock_give(&d->lock);
	return stop;
}

static void trouble(struct drop *d, const char *what)
{
	char text[REASON_MAX];

	if (d->troubles++ % 600 != 0)
		return;
	snprintf(text, sizeof(text), "%.60s: %.200s", what, status_message());
	note_line(NOTE_WARNING, "drop", text);
}

/* ---- what a console finds ---- */

/* Whole under its name, or not there; the group may read it. */
static enum status publish(const char *part, const char *path)
{
	enum status st = STATUS_OK;

	if (chmod(part, 0640) != 0)
		st = status_errno("%s", part);
	return st ? st : io_rename(part, path);
}

static enum status refuse(const char *path, const char *why)
{
	char *part = mem_printf("%s.part", path);
	enum status st = io_replace_file(part, why, strlen(why), 0640);

	if (!st)
		st = publish(part, path);
	mem_free(part);
	return st;
}

/* ---- from `in` to the hub's own folder ---- */

/* The bytes as they are now, whatever their owner does to the file after that. */
static enum status copy(int from, const struct stat *sb, const char *to)
{
	char *part = mem_printf("%s.part", to);
	uint64_t left = (uint64_t)sb->st_size;
	int fd = -1;
	enum status st = io_unlink(part);

	if (!st)
		st = io_open(&fd, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	while (!st && left > 0) {
		ssize_t n = copy_file_range(from, NULL, fd, NULL, left < COPY_BYTES ? left : COPY_BYTES, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			st = status_errno("%s", part);
		left -= n > 0 ? (uint64_t)n : left;	/* cut shorter meanwhile: then that is all */
	}
	if (!st)
		st = io_sync(fd, part);
	if (fd >= 0)
		close(fd);
	if (!st)
		st = io_rename(part, to);
	mem_free(part);
	return st;
}

static enum status room_for(int fd, uint64_t size)
{
	struct statvfs vfs;

	if (fstatvfs(fd, &vfs) == 0 && (uint64_t)vfs.f_bavail * vfs.f_frsize < size + ROOM_LEFT)
		return status_set(STATUS_FULL, "the disk of the drop has no room for %llu MiB; make some, nothing is lost",
			(unsigned long long)(size >> 20));
	return STATUS_OK;
}

static enum status refuse_large(const struct drop *d, const char *replica, const char *name)
{
	static const char why[] = "a bundle is at most 4 GiB; send less at once";
	char *folder = mem_printf("%s/out/%s", d->dir, replica);
	char *path = mem_printf("%s/%.*s.refused", folder, DIGEST_CHARS, name);
	enum status st = make_folder(folder, 02750);

	if (!st)
		st = refuse(path, why);
	mem_free(folder);
	mem_free(path);
	return st;
}

/*
 * Ended files alone: what is still written has another name. What is no plain file is not even opened, since to open
 * may wait, or do something. True where one was fetched.
 */
static bool fetch_one(struct drop *d, int in, const char *replica, const char *name)
{
	char *to = mem_printf("%s/taking/%s.%s", d->dir, replica, name);
	enum status st = STATUS_OK;
	bool fetched = false;
	struct stat sb;
	int fd = -1;

	if (fstatat(in, name, &sb, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(sb.st_mode))
		goto out;
	fd = openat(in, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno != ELOOP && errno != ENOENT)
		st = status_errno("in/%s", replica);
	if (fd < 0 || fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode) || sb.st_nlink != 1)
		goto out;
	if ((uint64_t)sb.st_size > SIZE_MAX_) {
		st = refuse_large(d, replica, name);
	} else {
		st = room_for(fd, (uint64_t)sb.st_size);
		if (!st)
			st = copy(fd, &sb, to);
	}
	if (!st && unlinkat(in, name, 0) != 0)
		st = status_errno("in/%s", replica);
	fetched = !st;
out:
	if (st)
		trouble(d, "a bundle cannot be fetched; may the hub read and write in that folder?");
	if (fd >= 0)
		close(fd);
	mem_free(to);
	return fetched;
}

/* The beginning of a bundle whose console sends another by now, or none any more. */
static void forget_part(int in, const char *name)
{
	struct stat sb;

	if (strspn(name, "0123456789abcdef") == DIGEST_CHARS && !strcmp(name + DIGEST_CHARS, ".part") &&
		fstatat(in, name, &sb, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(sb.st_mode) &&
		sb.st_mtim.tv_sec + PART_S < clock_wall_ms() / 1000)
		unlinkat(in, name, 0);
}

/* Names that are none of ours cost a look, and keep nobody's bundle from its turn. */
static void fetch_folder(struct drop *d, int parent, const char *replica)
{
	int fd = openat(parent, replica, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct dirent *entry;
	unsigned int fetched = 0;
	DIR *dir;

	if (fd < 0 && errno == EACCES) {
		status_errno("in/%s", replica);
		trouble(d, "a console's folder cannot be read");
	}
	if (fd < 0)
		return;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return;
	}
	while (fetched < FILES_MAX && (entry = readdir(dir)) && !stopping(d))
		if (!bundle_ok(entry->d_name))
			forget_part(dirfd(dir), entry->d_name);
		else if (fetch_one(d, dirfd(dir), replica, entry->d_name))
			fetched++;
	closedir(dir);
}

static void fetch_all(struct drop *d)
{
	char *in = mem_printf("%s/in", d->dir);
	DIR *dir = opendir(in);
	const struct dirent *entry;

	if (!dir) {
		status_errno("%s", in);
		trouble(d, "the drop cannot be read");
	}
	while (dir && (entry = readdir(dir)) && !stopping(d))
		if (replica_ok(entry->d_name))
			fetch_folder(d, dirfd(dir), entry->d_name);
	if (dir)
		closedir(dir);
	mem_free(in);
}

/* ---- answers ---- */

/* The oldest goes where a console has not fetched its answers for long: the next one tells it all again. */
static void make_room(const char *folder)
{
	char oldest[256] = "";
	struct timespec when = { 0 };
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	unsigned int n = 0;
	struct stat sb;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || fstatat(dirfd(dir), entry->d_name, &sb, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (n++ == 0 || sb.st_mtim.tv_sec < when.tv_sec) {
			when = sb.st_mtim;
			snprintf(oldest, sizeof(oldest), "%s", entry->d_name);
		}
	}
	if (dir && n > ANSWERS_MAX)
		unlinkat(dirfd(dir), oldest, 0);
	if (dir)
		closedir(dir);
}

static void tell(const char *replica, const struct hub_taken *t, enum status st)
{
	struct note n;

	note_begin(&n, NOTE_AUDIT, "take");
	note_str(&n, "by", "drop");
	note_str(&n, "replica", replica);
	note_str(&n, "of", t->event);
	note_str(&n, "signer", t->signer);
	note_int(&n, "records", (int64_t)t->records);
	note_int(&n, "stored", (int64_t)t->stored);
	note_str(&n, "done", st ? "no" : "yes");
	note_str(&n, "why", st ? status_message() : NULL);
	note_end(&n);
}

/* A store that cannot commit now is no fault of the bundle: it stays for the next turn. */
static bool passing(enum status st)
{
	return st == STATUS_BUSY || st == STATUS_IO || st == STATUS_FULL || st == STATUS_CANCELLED || st == STATUS_OFFLINE;
}

static void take_one(struct drop *d, const char *name)
{
	char replica[REPLICA_CHARS + 1] = "", digest[DIGEST_CHARS + 1] = "";
	char *path = mem_printf("%s/taking/%s", d->dir, name), *folder, *answer, *part;
	struct hub_taken t = { .records = 0 };
	enum status st;

	memcpy(replica, name, REPLICA_CHARS);
	memcpy(digest, name + REPLICA_CHARS + 1, DIGEST_CHARS);
	folder = mem_printf("%s/out/%s", d->dir, replica);
	answer = mem_printf("%s/%s.receipts", folder, digest);
	part = mem_printf("%s/.%s.part", folder, digest);
	st = make_folder(folder, 02750);
	if (st) {
		trouble(d, "an answer cannot be written");
		goto out;
	}
	unlink(part);
	st = hub_take(&t, d->s->hub, path, &(struct hub_take){ .back = part });
	tell(replica, &t, st);
	if (!st && t.back_bytes) {
		st = publish(part, answer);
	} else if (!passing(st)) {
		mem_free(answer);
		answer = mem_printf("%s/%s.refused", folder, digest);
		st = refuse(answer, st ? status_message() : "the hub knows no console that it could answer");
	}
	if (st)
		trouble(d, "a bundle could not be taken");
	else
		unlink(path);
	make_room(folder);
out:
	mem_free(path);
	mem_free(folder);
	mem_free(answer);
	mem_free(part);
}

static void take_all(struct drop *d)
{
	char *taking = mem_printf("%s/taking", d->dir);
	DIR *dir = opendir(taking);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)) && !stopping(d))
		if (taking_ok(entry->d_name))
			take_one(d, entry->d_name);
	if (dir)
		closedir(dir);
	mem_free(taking);
}

/* ---- the thread ---- */

static void run(void *data)
{
	struct drop *d = data;

	while (!stopping(d)) {
		int64_t began = clock_mono_ns(), ms;

		fetch_all(d);
		ms = (clock_mono_ns() - began) / 1000000 * LOOK_SHARE;
		take_all(d);
		lock_take(&d->lock);
		if (!d->stop)
			wakeup_wait(&d->wake, &d->lock, ms > LOOK_MS ? ms : LOOK_MS);
		lock_give(&d->lock);
	}
}

/* `in` is for consoles to write, `out` for them to read, both by their group. */
enum status drop_prepare(const char *dir)
{
	static const struct { const char *name; mode_t mode; } folders[] = {
		{ "", 0755 }, { "/in", 02770 }, { "/out", 02750 }, { "/taking", 0700 },
	};
	enum status st = STATUS_OK;

	for (size_t i = 0; !st && i < sizeof(folders) / sizeof(*folders); i++) {
		char *path = mem_printf("%s%s", dir, folders[i].name);

		st = make_folder(path, folders[i].mode);
		mem_free(path);
	}
	return st;
}

struct drop *drop_start(struct site *s, const char *dir)
{
	struct drop *d = mem_zalloc(sizeof(*d));

	d->s = s;
	d->dir = mem_strdup(dir);
	lock_init(&d->lock);
	wakeup_init(&d->wake);
	d->thread = thread_start("drop", run, d);
	return d;
}

void drop_stop(struct drop *d)
{
	if (!d)
		return;
	lock_take(&d->lock);
	d->stop = true;
	wakeup_wake(&d->wake);
	lock_give(&d->lock);
	thread_join(d->thread);
	wakeup_done(&d->wake);
	lock_done(&d->lock);
	mem_free(d->dir);
	mem_free(d);
}
