/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_DOCUMENT_H
#define VERDICT_EVIDENCE_DOCUMENT_H
#include "verdict/base/arena.h"
#include "verdict/evidence/kind.h"
#include "verdict/evidence/lines.h"
#include "verdict/evidence/outline.h"
#include "verdict/evidence/plain.h"
#include "verdict/evidence/reader.h"
#include "verdict/evidence/search.h"
#include "verdict/evidence/source.h"

/*
 * One piece of evidence that is looked at: its bytes, its outline and the four views of it. Lives in the reader
 * process, never in the console (which has plain.h). One thread at a time.
 */
struct document;

/* `src` is taken over, also on failure. STATUS_LIMIT when there is more than an outline may hold. */
enum status document_open(struct document **out, struct source *src, enum evidence_kind as);
/* The same; `tick` is asked between slices of long work: true stops it (STATUS_CANCELLED). */
enum status document_open_ticking(struct document **out, struct source *src, enum evidence_kind as, needle_tick_cb tick,
	void *data);
void document_free(struct document *d);
/*
 * Read it again in the encoding `name`, or as it shows itself ("auto"): everything is made anew. STATUS_INVALID where
 * nothing has that name or it is no text, STATUS_LIMIT; then all stays as it was.
 */
enum status document_encoding(struct document *d, const char *name, size_t len);
/* Strings are borrowed from the document. */
void document_info(struct reader_info *out, struct document *d);
const struct outline *document_outline(const struct document *d);
/* Text the outline's ranges refer to: the bytes, or their translation to UTF-8. */
const char *document_text(size_t *len_out, const struct document *d);

/* At most `count` rows from `from` (UINT64_MAX: the last ones); *total_out UINT64_MAX while not counted. */
enum status document_rows(struct reader_row **rows_out, size_t *n_out, uint64_t *total_out, struct arena *a,
	struct document *d, enum evidence_view v, uint64_t from, unsigned int count, unsigned int width);
enum status document_fold(uint64_t *row_out, struct document *d, enum fold_op op, uint64_t row);
enum status document_search(uint64_t *row_out, struct document *d, enum evidence_view v, const char *pattern,
	size_t len, uint64_t row, bool back);
enum status document_severe(uint64_t *row_out, struct document *d, enum evidence_view v, uint64_t row, bool back);
enum status document_locate(uint64_t *row_out, struct document *d, enum evidence_view v, uint64_t offset);
enum status document_path(struct buf *out, struct document *d, uint64_t row);
enum status document_value(struct buf *out, struct document *d, uint64_t row);
/* The row that a reference points to; folds open. STATUS_INVALID where the row is none, STATUS_NOT_FOUND. */
enum status document_follow(uint64_t *row_out, struct document *d, uint64_t row);
enum status document_goto(uint64_t *row_out, struct document *d, const char *path, size_t len);
/*
 * The checks of `set` on it, run at the first call (set and edition belong together); lives as long as the
 * document. Rows carry marks then; document_finding() shows one.
 */
const struct reader_report *document_check(struct document *d, const struct check_set *set, enum ips_edition edition,
	uint32_t now);	/* the event's clock, seconds since 1970; 0: this machine's */
enum status document_finding(uint64_t *row_out, struct document *d, uint64_t i);
/* One frame of the image in it, made for the screen. STATUS_NOT_FOUND, STATUS_INVALID, STATUS_LIMIT. */
enum status document_picture(struct picture *out, struct arena *a, struct document *d, const struct picture_request *q);
/*
 * Documents inside: does a node hold one; open it, with `d` left as it is and outliving it; close it and get the
 * outer one back. STATUS_NOT_FOUND where there is none, STATUS_LIMIT where it is too deep or too much.
 */
bool document_holds(const struct document *d, uint32_t node);
enum status document_enter(struct document **out, struct document *d, uint32_t node, needle_tick_cb tick, void *data);
struct document *document_leave(struct document *d);
/* Is it but the wrapping of one document (a compressed file)? Which node holds that? */
bool document_alone(uint32_t *node_out, const struct document *d);
/* How deep it is inside others, and the names on the way: "entry[0] > data". */
unsigned int document_inside(const struct document *d);
void document_trail(struct buf *out, const struct document *d);
enum status document_row_node(uint32_t *node_out, const struct document *d, uint64_t row);
/* Compare with `other`, which is taken over: VIEW_COMPARE has rows then (evidence/compare.h). */
enum status document_compare(struct document *d, struct document *other);
enum status document_comparison(struct reader_comparison *out, const struct document *d);	/* the last one */
/* Count on in the background, a slice; true when nothing is left to count. */
bool document_work(struct document *d);

#define DOCUMENT_VALUE_MAX (64 * 1024)
#define DOCUMENT_INSIDE_MAX 8u

#endif
