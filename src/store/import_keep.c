/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event's reference data as received, kept in <store>/reference/NNNNNN/ so that a damaged database can
 * be built again without the pack. A copy is written beside, synced and renamed before the database commits;
 * older ones go after that. Bodies are not among it: they lie in blobs/. Store layer; the store's thread.
 */
#include "import_priv.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

struct keep {
	char *root;		/* <store>/reference */
	char *fresh;		/* <root>/new: being written */
	char *final;		/* <root>/NNNNNN, once it may be there */
	unsigned long number;
	ZSTD_CStream *deflate;
	char *out;
	size_t out_cap;
	int fd;
	char *path;
	enum status code;	/* the first thing that went wrong, told again by keep_finish() */
	char *message;
	bool committed;
};

static void note(struct keep *k, enum status code)
{
	if (code != STATUS_OK && k->code == STATUS_OK) {
		k->code = code;
		k->message = mem_strdup(status_message());
	}
}

/* Number of the newest copy in `root`, 0 for none. */
static unsigned long newest(const char *root)
{
	unsigned long best = 0, n;
	struct dirent *e;
	DIR *d = opendir(root);
	char *end;

	while (d && (e = readdir(d)) != NULL) {
		n = strtoul(e->d_name, &end, 10);
		if (*end == '\0' && strlen(e->d_name) >= 6 && n > best)
			best = n;
	}
	if (d)
		closedir(d);
	return best;
}

char *keep_newest(struct store *st)
{
	char *root = store_path(st, "reference"), *dir = NULL;
	unsigned long n = newest(root);

	if (n > 0)
		dir = mem_printf("%s/%06lu", root, n);
	mem_free(root);
	return dir;
}

struct keep *keep_new(struct store *st)
{
	struct keep *k = mem_zalloc(sizeof(*k));

	k->fd = -1;
	k->root = store_path(st, "reference");
	k->fresh = mem_printf("%s/new", k->root);
	pack_remove(k->fresh);
	note(k, io_mkdirs(k->fresh, 0700));
	k->number = newest(k->root) + 1;
	k->deflate = ZSTD_createCStream();
	ZSTD_CCtx_setParameter(k->deflate, ZSTD_c_compressionLevel, 1);
	ZSTD_CCtx_setParameter(k->deflate, ZSTD_c_checksumFlag, 1);
	k->out_cap = ZSTD_CStreamOutSize();
	k->out = mem_alloc(k->out_cap);
	return k;
}

static void keep_begin(void *data, const char *name)
{
	struct keep *k = data;

	mem_free(k->path);
	k->path = mem_printf("%s/%s.zst", k->fresh, name);
	ZSTD_CCtx_reset(k->deflate, ZSTD_reset_session_only);
	if (k->code == STATUS_OK)
		note(k, io_open(&k->fd, k->path, O_WRONLY | O_CREAT | O_EXCL, 0600));
}

static void deflate(struct keep *k, const void *ptr, size_t len, ZSTD_EndDirective how)
{
	ZSTD_inBuffer in = { ptr, len, 0 };
	ZSTD_outBuffer out;
	size_t rest;

	do {
		out = (ZSTD_outBuffer){ k->out, k->out_cap, 0 };
		rest = ZSTD_compressStream2(k->deflate, &out, &in, how);
		if (ZSTD_isError(rest))
			note(k, status_set(STATUS_ERROR, "%s: %s", k->path, ZSTD_getErrorName(rest)));
		else
			note(k, io_write_all(k->fd, k->path, k->out, out.pos));
	} while (k->code == STATUS_OK && (how == ZSTD_e_end ? rest > 0 : in.pos < in.size));
}

static void keep_add(void *data, const void *ptr, size_t len)
{
	struct keep *k = data;

	if (k->code == STATUS_OK && k->fd >= 0 && len > 0)
		deflate(k, ptr, len, ZSTD_e_continue);
}

static void keep_end(void *data)
{
	struct keep *k = data;

	if (k->fd < 0)
		return;
	if (k->code == STATUS_OK)
		deflate(k, NULL, 0, ZSTD_e_end);
	if (k->code == STATUS_OK)
		note(k, io_sync(k->fd, k->path));
	close(k->fd);
	k->fd = -1;
}

struct pack_tee keep_tee(struct keep *k)
{
	return (struct pack_tee){ keep_begin, keep_add, keep_end, k };
}

enum status keep_finish(struct keep *k)
{
	if (k->code == STATUS_OK)
		note(k, io_sync_dir(k->path));
	if (k->code == STATUS_OK) {
		/* a rename may be done although its sync failed: from here on both names are taken back */
		k->final = mem_printf("%s/%06lu", k->root, k->number);
		note(k, io_rename(k->fresh, k->final));
	}
	return k->code == STATUS_OK ? STATUS_OK : status_set(k->code, "%s", k->message);
}

void keep_commit(struct keep *k)
{
	unsigned long n;
	struct dirent *e;
	char *end, *path;
	DIR *d = opendir(k->root);

	k->committed = true;
	while (d && (e = readdir(d)) != NULL) {
		n = strtoul(e->d_name, &end, 10);
		if (*end != '\0' || n == 0 || n >= k->number)
			continue;
		path = mem_printf("%s/%s", k->root, e->d_name);
		pack_remove(path);
		mem_free(path);
	}
	if (d)
		closedir(d);
}

void keep_free(struct keep *k)
{
	if (!k)
		return;
	if (k->fd >= 0)
		close(k->fd);
	if (!k->committed) {
		pack_remove(k->fresh);
		if (k->final)
			pack_remove(k->final);
	}
	ZSTD_freeCStream(k->deflate);
	mem_free(k->out);
	mem_free(k->path);
	mem_free(k->message);
	mem_free(k->final);
	mem_free(k->fresh);
	mem_free(k->root);
	mem_free(k);
}
