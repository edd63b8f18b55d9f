/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.vb: own records as frames of the bundle format, appended and synced before anything else learns of
 * them. The file only grows; a torn tail is cut after a copy of it was put beside. Store layer; the thread
 * that opened the store.
 */
#include "store_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"
#include "verdict/proto/bundle.h"

void journal_close(struct journal *j)
{
	if (j->fd >= 0)
		close(j->fd);
	j->fd = -1;
	mem_free(j->path);
	j->path = NULL;
	j->len = 0;
}

/* Magic and head of an empty journal. */
static void head_bytes(struct buf *out, const char *replica)
{
	struct jsonw w;
	struct buf json;
	char at[CLOCK_TEXT];

	buf_init(&json, 4096);
	jsonw_init(&w, &json, false);
	clock_format_utc(at, clock_wall_ms());
	jsonw_object(&w, NULL);
	jsonw_int(&w, "v", 1);
	jsonw_str(&w, "what", "journal");
	jsonw_str(&w, "replica", replica ? replica : "");
	jsonw_str(&w, "created", at);
	jsonw_end_object(&w);
	buf_add(out, BUNDLE_MAGIC, BUNDLE_MAGIC_LEN);
	frame_add(out, 'H', json.ptr, json.len);
	buf_done(&json);
}

enum status journal_create(const char *path, const char *replica)
{
	struct buf b;
	enum status code;

	buf_init(&b, 8192);
	head_bytes(&b, replica);
	code = b.err != STATUS_OK ? b.err : io_replace_file(path, b.ptr, b.len, 0600);
	buf_done(&b);
	return code;
}

enum status journal_open(struct journal *j, const char *path)
{
	struct stat sb;
	enum status code;

	journal_close(j);
	if (lstat(path, &sb) != 0 && errno == ENOENT)
		return STATUS_NOT_FOUND;
	code = io_open(&j->fd, path, O_RDWR | O_NOFOLLOW, 0600);
	if (code != STATUS_OK) {
		j->fd = -1;
		return code;
	}
	if (fstat(j->fd, &sb) != 0) {
		code = status_errno("%s", path);
		close(j->fd);
		j->fd = -1;
		return code;
	}
	j->path = mem_strdup(path);
	j->len = (uint64_t)sb.st_size;
	return STATUS_OK;
}

/* Whole frames, in one write. */
static enum status append(uint64_t *offset_out, struct journal *j, const struct buf *b)
{
	enum status code = b->err ? status_set(b->err, "%s: a frame too large", j->path) : STATUS_OK, cut;

	if (code != STATUS_OK)
		return code;
	code = io_pwrite_all(j->fd, j->path, b->ptr, b->len, j->len);
	if (code == STATUS_OK)
		code = io_sync(j->fd, j->path);
	if (code == STATUS_OK) {
		*offset_out = j->len;
		j->len += b->len;
	} else {
		/* take back what may have been written; the caller closes and reads back whether this held */
		char *said = mem_strdup(status_message());

		cut = io_truncate(j->fd, j->path, j->len);
		if (cut == STATUS_OK)
			cut = io_sync(j->fd, j->path);
		if (cut != STATUS_OK)
			j->doubtful = true;
		status_set(code, "%s", said);
		mem_free(said);
	}
	return code;
}

enum status journal_append_frame(uint64_t *offset_out, struct journal *j, char type, const void *body, size_t len)
{
	struct buf b;
	enum status code;

	buf_init(&b, FRAME_BODY_MAX);
	frame_add(&b, type, body, len);
	code = append(offset_out, j, &b);
	buf_done(&b);
	return code;
}

enum status journal_append_receipt(struct journal *j, const void *body, size_t len, bool by_stick)
{
	uint64_t place;
	struct buf b;
	enum status code;

	buf_init(&b, FRAME_BODY_MAX);
	if (by_stick)
		frame_add(&b, 'N', NOTE_BY_STICK, sizeof(NOTE_BY_STICK) - 1);
	frame_add(&b, 'R', body, len);
	code = append(&place, j, &b);
	buf_done(&b);
	return code;
}

/* One record as a frame with a batch of one. */
enum status journal_append(uint64_t *offset_out, struct journal *j, const struct envelope *e)
{
	struct buf batch;
	enum status code;

	buf_init(&batch, BATCH_BYTES_MAX);
	batch_begin(&batch);
	batch_add(&batch, e);
	code = batch.err != STATUS_OK ? status_set(batch.err, "%s: record too large", j->path) :
		journal_append_frame(offset_out, j, 'B', batch.ptr, batch.len);
	buf_done(&batch);
	return code;
}

enum status journal_cut(struct journal *j, uint64_t len)
{
	enum status code = STATUS_OK;
	struct buf b;
	char *aside;
	uint64_t torn = j->len - len;

	if (torn == 0)
		return STATUS_OK;
	buf_init(&b, FRAME_BODY_MAX * 2);
	aside = mem_printf("%s.torn-%lld", j->path, (long long)clock_wall_ms() / 1000);
	if (torn <= FRAME_BODY_MAX) {
		buf_fill(&b, 0, (size_t)torn);
		code = io_pread_all(j->fd, j->path, b.ptr, (size_t)torn, len);
		if (code == STATUS_OK)
			code = io_replace_file(aside, b.ptr, b.len, 0600);
		/* a copy of half a frame is a courtesy: no room for it must not keep the store shut */
		if (code == STATUS_FULL)
			code = STATUS_OK;
	}
	if (code == STATUS_OK)
		code = io_truncate(j->fd, j->path, len);
	if (code == STATUS_OK)
		code = io_sync(j->fd, j->path);
	if (code == STATUS_OK)
		j->len = len;
	mem_free(aside);
	buf_done(&b);
	return code;
}

/* Fill the window from `at`; more than one frame fits, so that a short parse means the file's end. */
static enum status fill(struct buf *b, struct journal *j, uint64_t at)
{
	uint64_t left = j->len > at ? j->len - at : 0;
	size_t want = left > JOURNAL_WINDOW ? JOURNAL_WINDOW : (size_t)left;

	buf_reset(b);
	if (want == 0)
		return STATUS_OK;
	buf_fill(b, 0, want);
	return io_pread_all(j->fd, j->path, b->ptr, want, at);
}

/*
 * Frames from offset `at` on. A damaged stretch is told with where the next intact frame begins; at the end
 * *end_out is the end of the last whole frame.
 */
enum status journal_scan(uint64_t *end_out, struct journal *j, uint64_t at,
	enum status (*frame_cb)(const struct frame *f, void *data),
	void (*bad_cb)(uint64_t from, uint64_t to, void *data), void *data)
{
	struct buf b;
	struct frame f;
	enum status code = STATUS_OK, got;
	uint64_t end = at, bad_from = 0;
	size_t used, pos = 0, skip;
	bool bad = false;

	buf_init(&b, JOURNAL_WINDOW + 1);
	code = fill(&b, j, at);
	while (code == STATUS_OK && at + pos < j->len) {
		got = frame_parse(&f, &used, b.ptr + pos, b.len - pos);
		if (got == STATUS_AGAIN && pos > 0 && at + b.len < j->len) {
			/* the window ends inside this frame */
			at += pos;
			pos = 0;
			code = fill(&b, j, at);
			continue;
		}
		if (got == STATUS_OK) {
			if (bad && bad_cb)
				bad_cb(bad_from, at + pos, data);
			bad = false;
			f.offset = at + pos;
			code = frame_cb(&f, data);
			pos += used;
			end = at + pos;
		} else {
			if (!bad)
				bad_from = at + pos;
			bad = true;
			skip = frame_resync(b.ptr + pos, b.len - pos);
			if (skip == 0)
				skip = 1;
			if (pos + skip >= b.len && at + b.len < j->len) {
				/* a frame's head may lie across the window's end */
				skip = b.len - pos > FRAME_HEAD ? b.len - pos - FRAME_HEAD : 1;
				at += pos + skip;
				pos = 0;
				code = fill(&b, j, at);
			} else
				pos += skip;
		}
	}
	status_clear();
	if (code == STATUS_OK)
		*end_out = end;
	buf_done(&b);
	return code;
}
