/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a bundle past any damage, with a window of fixed size over the file: what stands in it decides nothing about
 * memory or time. The file is read by position and never mapped, so a stick that is pulled is an error and not a
 * signal. Layer: proto. One thread.
 */
#include "bundle_priv.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/mem.h"
#include "verdict/proto/feed.h"

#define FRAME_SPAN (FRAME_HEAD + FRAME_BODY_MAX)
#define WINDOW (2 * (size_t)FRAME_SPAN)	/* in its first half every frame is whole */
#define TAIL (64u << 10)		/* where the keys stand a second time */

struct bundle_reader {
	int fd;
	char *name;
	const struct key *key;
	uint64_t size, base;		/* of the file; where the window begins */
	char *window; size_t have;
	struct frame_scan scan; bool scanning;
	bool torn;			/* what was passed over last is told already */
	bool has_secret, looked_behind;
	uint8_t secret[BOX_SECRET];
	struct bundle_sum sum;
	struct buf inner, body;
	struct arena a;
	struct bundle_report report;
};

const struct bundle_report *bundle_report(const struct bundle_reader *r)
{
	return &r->report;
}

uint64_t bundle_place(const struct bundle_reader *r)
{
	return r->base + (r->scanning ? r->scan.at : 0);
}

/* ---- the window ---- */

/* As much as the file has; a file that became shorter is one that ends there. */
static enum status read_at(size_t *got_out, struct bundle_reader *r, char *ptr, size_t len, uint64_t at)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = pread(r->fd, ptr + got, len - got, (off_t)(at + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return status_errno("%s: cannot be read; was the stick pulled out?", r->name);
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*got_out = got;
	return STATUS_OK;
}

/* The window begins `by` bytes later, and is full again. */
static enum status slide(struct bundle_reader *r, size_t by)
{
	size_t keep = r->have - by, got = 0;
	enum status st;

	if (r->scanning)
		frame_scan_done(&r->scan);
	r->scanning = false;
	memmove(r->window, r->window + by, keep);
	r->base += by;
	r->have = keep;
	st = read_at(&got, r, r->window + keep, WINDOW - keep, r->base + keep);
	if (st)
		return st;
	r->have += got;
	frame_scan_init(&r->scan, r->window, r->have);
	if (r->have == WINDOW)
		r->scan.stop = WINDOW - FRAME_SPAN;
	r->scanning = true;
	return STATUS_OK;
}

static void lose(struct bundle_reader *r, size_t bytes)
{
	if (bytes == 0)
		return;
	r->report.lost_bytes += bytes;
	r->report.lost += !r->torn;
	r->torn = true;
}

/* The next intact frame as it stands in the file. */
static enum status next_outer(struct frame *out, struct bundle_reader *r)
{
	enum status st = r->scanning ? STATUS_OK : slide(r, 0);

	while (!st && frame_scan_next(out, &r->scan) != STATUS_OK) {
		lose(r, r->scan.skipped);
		if (r->scan.stop == r->have)
			return STATUS_NOT_FOUND;
		st = slide(r, r->scan.at);
	}
	if (st)
		return st;
	lose(r, r->scan.skipped);
	r->torn = false;
	r->report.frames++;
	out->offset += r->base;
	return STATUS_OK;
}

/* ---- keys ---- */

static void try_key(struct bundle_reader *r, const struct frame *f)
{
	const uint8_t *body = (const uint8_t *)f->body;

	if (r->has_secret || !r->key || f->len != KEY_PUBLIC + BOX_BYTES || f->flags ||
	    memcmp(body, key_public(r->key), KEY_PUBLIC) != 0)
		return;
	r->has_secret = box_open(r->secret, r->key, body + KEY_PUBLIC) == STATUS_OK;
	status_clear();
}

/* The keys before were damaged: they stand at the end once more. */
static enum status look_behind(struct bundle_reader *r)
{
	char *tail = mem_alloc(TAIL);
	struct frame_scan scan;
	struct frame f;
	size_t got = 0;
	enum status st;

	r->looked_behind = true;
	st = read_at(&got, r, tail, TAIL, r->size > TAIL ? r->size - TAIL : 0);
	frame_scan_init(&scan, tail, got);
	while (!st && !r->has_secret && frame_scan_next(&f, &scan) == STATUS_OK)
		if (f.type == 'Y')
			try_key(r, &f);
	frame_scan_done(&scan);
	mem_free(tail);
	return st;
}

/* ---- what stands inside ---- */

static void take_head(struct bundle_reader *r, const struct frame *f)
{
	if (!r->report.head.what && bundle_head_parse(&r->report.head, &r->a, f->body, f->len) != STATUS_OK)
		status_clear();
	if (r->report.head.sealed && !r->has_secret)
		r->report.seal = SEAL_SHUT;
}

static void take_trailer(struct bundle_reader *r, const struct frame *f)
{
	struct digest sum = bundle_sum_end(&r->sum);
	struct bundle_report *p = &r->report;
	bool again = p->trailer != TRAILER_MISSING;
	struct trailer t;

	p->trailer = TRAILER_WRONG;
	if (again || trailer_open(&t, f->body, f->len) != STATUS_OK) {
		status_clear();
		return;
	}
	memcpy(p->signer, t.signer, KEY_PUBLIC);
	p->told_frames = t.frames;
	if (t.frames == r->sum.frames && digest_equal(&sum, &t.sum) && p->lost_bytes == 0)
		p->trailer = TRAILER_HOLDS;
}

/* The head as it stood in the file, for the sum. */
static void count(struct bundle_reader *r, const struct frame *f)
{
	bundle_sum_add(&r->sum, f->body - FRAME_HEAD, f->body, f->len);
	if (r->report.trailer == TRAILER_HOLDS)
		r->report.trailer = TRAILER_WRONG;	/* something follows it */
}

/* False: it says nothing that could be read. */
static bool unpack(struct frame *out, struct bundle_reader *r, const struct frame *f)
{
	if (!(f->flags & FRAME_ZSTD)) {
		*out = *f;
		return true;
	}
	buf_reset(&r->body);
	if (frame_unpack(&r->body, f) != STATUS_OK)
		return false;
	*out = (struct frame){ .type = f->type, .body = r->body.ptr, .len = r->body.len, .offset = f->offset };
	return out->body != NULL;
}

static bool unseal(struct frame *out, struct bundle_reader *r, const struct frame *f)
{
	struct frame inner = { .offset = f->offset };

	buf_reset(&r->inner);
	if (!r->has_secret || box_piece_open(&r->inner, r->secret, f->body, f->len) != STATUS_OK || r->inner.len < 2)
		return false;
	inner.type = r->inner.ptr[0];
	inner.flags = (uint8_t)r->inner.ptr[1];
	inner.body = r->inner.ptr + 2;
	inner.len = r->inner.len - 2;
	return inner.type >= 'A' && inner.type <= 'Z' && strchr("HTXY", inner.type) == NULL && !(inner.flags & ~FRAME_ZSTD) &&
		unpack(out, r, &inner);
}

/* A frame for the caller? */
static enum status take(bool *given, struct frame *out, struct bundle_reader *r, const struct frame *f)
{
	enum status st = STATUS_OK;

	*given = false;
	if (f->type == 'T') {
		take_trailer(r, f);
		return STATUS_OK;
	}
	count(r, f);
	switch (f->type) {
	case 'H':
		take_head(r, f);
		break;
	case 'Y':
		try_key(r, f);
		break;
	case 'X':
		if (!r->has_secret && r->key && !r->looked_behind)
			st = look_behind(r);
		r->report.seal = r->has_secret ? SEAL_OPEN : SEAL_SHUT;
		*given = !st && unseal(out, r, f);
		r->report.shut += !st && !*given;
		break;
	default:
		*given = unpack(out, r, f);
		r->report.shut += !*given;
	}
	if (!st && !*given)
		status_clear();
	return st;
}

enum status bundle_next(struct frame *out, struct bundle_reader *r)
{
	struct frame f;
	bool given = false;
	enum status st = STATUS_OK;

	while (!st && !given) {
		st = next_outer(&f, r);
		if (!st)
			st = take(&given, out, r, &f);
	}
	return st;
}

/* ---- open, close ---- */

enum status bundle_open(struct bundle_reader **out, int fd, const char *name, const struct key *key)
{
	struct bundle_reader *r = mem_zalloc(sizeof(*r));
	char magic[BUNDLE_MAGIC_LEN];
	struct stat sb;
	size_t got = 0;
	enum status st = STATUS_OK;

	r->fd = fd;
	r->name = mem_strdup(name);
	r->key = key;
	arena_init(&r->a);
	buf_init(&r->inner, FRAME_BODY_MAX);
	buf_init(&r->body, FRAME_BODY_MAX);
	bundle_sum_begin(&r->sum);
	if (fstat(fd, &sb) != 0)
		st = status_errno("%s", name);
	else
		st = read_at(&got, r, magic, sizeof(magic), 0);
	if (!st && (got != sizeof(magic) || memcmp(magic, BUNDLE_MAGIC, sizeof(magic)) != 0))
		st = status_set(STATUS_INVALID, "%s: is no bundle", name);
	if (st) {
		bundle_close(r);
		return st;
	}
	r->size = r->report.bytes = (uint64_t)sb.st_size;
	r->base = BUNDLE_MAGIC_LEN;
	r->window = mem_alloc(WINDOW);
	*out = r;
	return STATUS_OK;
}

void bundle_close(struct bundle_reader *r)
{
	if (!r)
		return;
	if (r->scanning)
		frame_scan_done(&r->scan);
	secret_wipe(r->secret, sizeof(r->secret));
	arena_done(&r->a);
	buf_done(&r->inner);
	buf_done(&r->body);
	mem_free(r->window);
	mem_free(r->name);
	mem_free(r);
}

/* ---- pieces and pages ---- */

static uint64_t get_le(const char *ptr, int n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | (unsigned char)ptr[n];
	return v;
}

bool bundle_piece(struct bundle_piece *out, const struct frame *f)
{
	if (f->type != 'E' || f->len < BUNDLE_EVIDENCE_HEAD)
		return false;
	memcpy(out->sha256.b, f->body, sizeof(out->sha256.b));
	out->size = get_le(f->body + 32, 8);
	out->offset = get_le(f->body + 40, 8);
	out->ptr = f->body + BUNDLE_EVIDENCE_HEAD;
	out->len = f->len - BUNDLE_EVIDENCE_HEAD;
	return out->size <= INT64_MAX && out->offset <= out->size && out->len <= out->size - out->offset;
}

void page_join_init(struct page_join *j)
{
	buf_init(&j->b, FEED_PAGE_MAX);
	j->want = 0;
}

void page_join_done(struct page_join *j)
{
	buf_done(&j->b);
}

bool page_join_take(const char **ptr, size_t *len, struct page_join *j, const struct frame *f)
{
	size_t from = 0;

	if (f->type == 'P' && f->len >= 4) {
		buf_reset(&j->b);
		j->want = (size_t)get_le(f->body, 4);
		from = 4;
	} else if (f->type != 'Q' || j->want == 0) {
		j->want = 0;
		return false;
	}
	buf_add(&j->b, f->body + from, f->len - from);
	if (j->b.err || j->want > FEED_PAGE_MAX || j->b.len > j->want) {
		j->b.err = STATUS_OK;
		j->want = 0;
		return false;
	}
	if (j->b.len < j->want)
		return false;
	*ptr = j->b.ptr;
	*len = j->want;
	j->want = 0;
	return true;
}
