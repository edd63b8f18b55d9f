/* SPDX-License-Identifier: Apache-2.0 */
/* The fault injector of the store's tests; see vfs_shim.h. One thread. */
#include "tests/fault/vfs_shim.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"

static struct fault fault;
static uint64_t count;
static bool hit, torn;	/* torn: half a write was done, the next operation ends the process */
static unsigned int random_state;

/* What forks tell their parent about the journal, or a hub's feed. */
struct shared { char path[512]; uint64_t synced, written; bool pending; };
static struct shared *shared;

static unsigned int next_random(void)
{
	/* xorshift: any seed but 0 */
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

/* ---- the wrapped files ---- */

/* A write or truncation that was not synced. */
struct pending {
	struct pending *next;
	bool truncate;
	sqlite3_int64 offset;
	int len;
	char bytes[];
};

struct shim_file {
	sqlite3_file base;
	struct shim_file *next;	/* of all open files */
	struct pending *first, **last;
	sqlite3_file *real;	/* behind this struct */
};

static struct shim_file *open_files;
static sqlite3_vfs shim, *system_vfs;

static int apply(struct shim_file *f, const struct pending *p, int len)
{
	if (p->truncate)
		return f->real->pMethods->xTruncate(f->real, p->offset);
	return len > 0 ? f->real->pMethods->xWrite(f->real, p->bytes, len, p->offset) : SQLITE_OK;
}

static void drop_pending(struct shim_file *f)
{
	struct pending *p;

	while ((p = f->first)) {
		f->first = p->next;
		free(p);
	}
	f->last = &f->first;
}

static int flush(struct shim_file *f)
{
	struct pending *p;
	int rc = SQLITE_OK;

	for (p = f->first; p && rc == SQLITE_OK; p = p->next)
		rc = apply(f, p, p->len);
	drop_pending(f);
	return rc;
}

/* The power goes: of each file's unsynced writes some arrive, in any order, one perhaps in part. */
static void lose_power(void)
{
	struct shim_file *f;
	struct pending *p, *all[4096];
	size_t n, i, k;

	for (f = open_files; f; f = f->next) {
		for (n = 0, p = f->first; p && n < 4096; p = p->next)
			all[n++] = p;
		for (i = n; i > 1; i--) {
			k = next_random() % i;
			p = all[i - 1];
			all[i - 1] = all[k];
			all[k] = p;
		}
		for (i = 0; i < n; i++) {
			unsigned int r = next_random() % 4;

			if (r == 0)
				apply(f, all[i], all[i]->len);
			else if (r == 1 && !all[i]->truncate)
				apply(f, all[i], (int)(next_random() % (unsigned int)(all[i]->len + 1)));
		}
	}
	_exit(FAULT_EXIT);
}

/* ---- one operation ---- */

static void settle(void)
{
	if (shared && shared->pending) {
		shared->synced = shared->written;
		shared->pending = false;
	}
}

/* True where the operation that begins now is to be disturbed. */
static bool step(void)
{
	if (torn)
		_exit(FAULT_EXIT);
	settle();
	count++;
	if (fault.kind == FAULT_NONE || count < fault.at || (count > fault.at && !fault.for_ever))
		return false;
	hit = true;
	if (fault.kind == FAULT_KILL)
		_exit(FAULT_EXIT);
	if (fault.kind == FAULT_POWER)
		lose_power();
	return true;
}

static int io_hook(enum io_op op, const char *path, size_t len, void *data)
{
	bool disturb = step();
	size_t n = strlen(path);
	struct stat sb;

	(void)data;
	if (disturb && fault.kind == FAULT_TORN) {
		if (op != IO_WRITE)
			_exit(FAULT_EXIT);
		torn = true;
		return len > 1 ? -(int)(len / 2) : EIO;
	}
	if (disturb && fault.kind == FAULT_FULL)
		return op == IO_WRITE ? ENOSPC : 0;
	if (disturb && fault.kind == FAULT_SHORT && op == IO_WRITE && len > 1)
		return -(int)(len / 2);
	if (disturb)
		return EIO;
	if (shared && n >= 10 && (strcmp(path + n - 10, "journal.vb") == 0 || strcmp(path + n - 3, ".vf") == 0)) {
		if (op == IO_SYNC && stat(path, &sb) == 0) {
			snprintf(shared->path, sizeof(shared->path), "%s", path);
			shared->written = (uint64_t)sb.st_size;
			shared->pending = true;
		}
	}
	return 0;
}

/* ---- methods of a file ---- */

static struct shim_file *shim_of(sqlite3_file *file)
{
	return (struct shim_file *)file;
}

static int shim_close(sqlite3_file *file)
{
	struct shim_file *f = shim_of(file), **at;

	flush(f);
	for (at = &open_files; *at && *at != f; at = &(*at)->next)
		;
	if (*at)
		*at = f->next;
	return f->real->pMethods->xClose(f->real);
}

static int shim_read(sqlite3_file *file, void *ptr, int len, sqlite3_int64 offset)
{
	struct shim_file *f = shim_of(file);
	struct pending *p;
	sqlite3_int64 from, to, size = 0;
	int rc;

	if (!f->first)
		return f->real->pMethods->xRead(f->real, ptr, len, offset);
	rc = f->real->pMethods->xRead(f->real, ptr, len, offset);
	if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
		return rc;
	f->real->pMethods->xFileSize(f->real, &size);
	for (p = f->first; p; p = p->next) {
		if (p->truncate) {
			if (p->offset < size)
				size = p->offset;
			if (p->offset < offset + len) {
				from = p->offset > offset ? p->offset - offset : 0;
				memset((char *)ptr + from, 0, (size_t)(len - from));
			}
			continue;
		}
		from = p->offset > offset ? p->offset : offset;
		to = p->offset + p->len < offset + len ? p->offset + p->len : offset + len;
		if (from < to)
			memcpy((char *)ptr + (from - offset), p->bytes + (from - p->offset), (size_t)(to - from));
		if (p->offset + p->len > size)
			size = p->offset + p->len;
	}
	return offset + len <= size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int keep(struct shim_file *f, bool truncate, const void *ptr, int len, sqlite3_int64 offset)
{
	struct pending *p = malloc(sizeof(*p) + (size_t)len);

	if (!p)
		return SQLITE_NOMEM;
	p->next = NULL;
	p->truncate = truncate;
	p->offset = offset;
	p->len = len;
	if (len)
		memcpy(p->bytes, ptr, (size_t)len);
	*f->last = p;
	f->last = &p->next;
	return SQLITE_OK;
}

static int shim_write(sqlite3_file *file, const void *ptr, int len, sqlite3_int64 offset)
{
	struct shim_file *f = shim_of(file);

	if (step()) {
		if (fault.kind == FAULT_FULL)
			return SQLITE_FULL;
		if (fault.kind != FAULT_EIO)
			f->real->pMethods->xWrite(f->real, ptr, len / 2, offset);
		if (fault.kind == FAULT_TORN)
			_exit(FAULT_EXIT);
		return SQLITE_IOERR_WRITE;
	}
	if (fault.kind == FAULT_POWER)
		return keep(f, false, ptr, len, offset);
	return f->real->pMethods->xWrite(f->real, ptr, len, offset);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct shim_file *f = shim_of(file);

	if (step() && fault.kind != FAULT_FULL) {
		if (fault.kind == FAULT_TORN)
			_exit(FAULT_EXIT);
		return SQLITE_IOERR_TRUNCATE;
	}
	if (fault.kind == FAULT_POWER)
		return keep(f, true, NULL, 0, size);
	return f->real->pMethods->xTruncate(f->real, size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
	struct shim_file *f = shim_of(file);

	(void)flags;
	if (step() && fault.kind != FAULT_FULL) {
		if (fault.kind == FAULT_TORN)
			_exit(FAULT_EXIT);
		return SQLITE_IOERR_FSYNC;
	}
	/* the machine under the test does not lose power: what is in the page cache is on this disk */
	return flush(f);
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *out)
{
	struct shim_file *f = shim_of(file);
	struct pending *p;
	int rc = f->real->pMethods->xFileSize(f->real, out);

	for (p = f->first; p && rc == SQLITE_OK; p = p->next)
		if (p->truncate ? p->offset < *out : p->offset + p->len > *out)
			*out = p->truncate ? p->offset : p->offset + p->len;
	return rc;
}

static int shim_lock(sqlite3_file *file, int level)
{
	return shim_of(file)->real->pMethods->xLock(shim_of(file)->real, level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
	return shim_of(file)->real->pMethods->xUnlock(shim_of(file)->real, level);
}

static int shim_reserved(sqlite3_file *file, int *out)
{
	return shim_of(file)->real->pMethods->xCheckReservedLock(shim_of(file)->real, out);
}

static int shim_control(sqlite3_file *file, int op, void *arg)
{
	if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE)
		return SQLITE_NOTFOUND;
	return shim_of(file)->real->pMethods->xFileControl(shim_of(file)->real, op, arg);
}

static int shim_sector(sqlite3_file *file)
{
	(void)file;
	return 512;
}

static int shim_device(sqlite3_file *file)
{
	(void)file;
	return 0;	/* nothing is promised: neither atomic writes nor safe appends */
}

/* Version 1: no shared memory, so WAL works only as the store uses it, with an exclusive lock. */
static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_reserved,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_device,
};

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
	struct shim_file *f = shim_of(file);
	int rc;

	(void)vfs;
	memset(f, 0, sizeof(*f));
	f->real = (sqlite3_file *)(f + 1);
	f->last = &f->first;
	rc = system_vfs->xOpen(system_vfs, name, f->real, flags, flags_out);
	if (rc != SQLITE_OK)
		return rc;
	f->base.pMethods = &methods;
	f->next = open_files;
	open_files = f;
	return rc;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	if (step() && fault.kind != FAULT_FULL) {
		if (fault.kind == FAULT_TORN)
			_exit(FAULT_EXIT);
		return SQLITE_IOERR_DELETE;
	}
	return system_vfs->xDelete(system_vfs, name, sync);
}

void fault_install(void)
{
	system_vfs = sqlite3_vfs_find(NULL);
	shim = *system_vfs;
	shim.zName = "fault";
	shim.szOsFile = (int)sizeof(struct shim_file) + system_vfs->szOsFile;
	shim.xOpen = shim_open;
	shim.xDelete = shim_delete;
	sqlite3_vfs_register(&shim, 1);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		abort();
	io_set_hook(io_hook, NULL);
}

void fault_set(const struct fault *f)
{
	fault = *f;
	count = 0;
	hit = torn = false;
	random_state = f->seed * 2654435761u | 1;
	memset(shared, 0, sizeof(*shared));
}

void fault_clear(void)
{
	memset(&fault, 0, sizeof(fault));
}

bool fault_hit(void)
{
	return hit;
}

uint64_t fault_synced_len(const char *path)
{
	return strcmp(shared->path, path) == 0 ? shared->synced : 0;
}
