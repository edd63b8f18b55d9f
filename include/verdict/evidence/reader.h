/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_EVIDENCE_READER_H
#define VERDICT_EVIDENCE_READER_H
#include <stdbool.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/base/loop.h"
#include "verdict/base/status.h"
#include "verdict/evidence/check.h"
#include "verdict/evidence/kind.h"
#include "verdict/evidence/picture.h"

/*
 * Our side of the reader, the sandboxed child process that parses evidence. It is started at the first open,
 * handed one descriptor a document, and restarted when it dies or takes too long; then the call in hand
 * answers STATUS_ERROR with "could not be read: why" and raw and hex still work (they need no parser).
 * UI thread. Replies are borrowed during the callback; copy what must stay.
 */
struct reader;
enum evidence_view { VIEW_OUTLINE, VIEW_PRETTY, VIEW_RAW, VIEW_HEX,
	VIEW_NARRATIVE,		/* readable text of FHIR and CDA; rows 0 in the info: there is none, do not offer it */
	VIEW_COUNT,
	VIEW_COMPARE = VIEW_COUNT,	/* only after reader_compare() */
	VIEW_PICTURE,		/* has no rows: reader_picture() */
	VIEW_ALL };

/*
 * Rows near the end of a large file are known before all rows are counted. Until they are, such a row's number counts
 * down from ROWS_END, which is more than any file has; afterwards it means the row with the true number, and answers
 * give that one.
 */
#define ROWS_END (1ull << 62)
static inline bool row_is_late(uint64_t row)
{
	return row >= ROWS_END / 2 && row < ROWS_END;
}

struct reader_info {
	enum evidence_kind kind;
	const char *summary;		/* "Bundle document, 14 entries" */
	uint64_t size;
	uint64_t rows[VIEW_COUNT];	/* rows of each view now (folds counted) ; UINT64_MAX not counted yet */
	const char *trouble;		/* why there is no outline, or NULL */
	uint32_t frames;		/* pictures that reader_picture() can show; 0: it holds none */
	unsigned int inside;		/* how deep in other documents; 0: the file itself */
	const char *encoding;		/* that its text was translated from, "" where it is UTF-8 or no text */
	const char *trail;		/* foreign: the way in, "entry[0] > data"; "" for the file itself */
	uint32_t node;			/* of the outer document, that holds this one */
	unsigned int errors, warnings;	/* findings of the last reader_checks(); before: trouble counts as one */
};
struct reader_row {
	uint64_t row;			/* number in this view */
	unsigned int depth;
	enum { FOLD_NONE, FOLD_OPEN, FOLD_CLOSED } fold;
	const char *label; size_t label_len;	/* foreign bytes: show through text_next() only */
	const char *value; size_t value_len;
	const char *note; size_t note_len;	/* ours: a field's name in plain words, or "" */
	uint64_t begin, end;		/* byte range in the file */
	bool dated;			/* its value is a moment: `when` in ms since 1970, by a clock `zone_min` east of UTC */
	int64_t when;
	int zone_min;
	bool hit;			/* matches the last search */
	bool holds;			/* a document of its own is in it: reader_enter(). Outline only. */
	bool refers;			/* it points to a place: reader_follow(). Outline only. */
	unsigned char style;		/* hint: 0 plain 1 key 2 string 3 number 4 literal 5 markup 6 comment 7 trouble */
	/* Worst finding here, or below while it is folded: 0 none, else 1 + enum check_severity. Outline only. */
	unsigned char mark;
	/* View of a comparison: `value` is the left one's, `other` the right one's. */
	enum { DIFF_NONE, DIFF_SAME, DIFF_INSIDE, DIFF_CHANGED, DIFF_LEFT, DIFF_RIGHT } diff;
	const char *other; size_t other_len;
};
struct reader_comparison {
	const char *says;		/* "3 differences", "same content; only layout or order differ" */
	uint64_t rows;			/* of VIEW_COMPARE */
	unsigned int differences;	/* 0: the same content */
	bool identical;			/* byte for byte */
};
struct reader_finding {
	const char *id, *text, *source;	/* ours: "IPS-B02", a sentence, specification and section */
	enum check_severity severity;
	const char *path, *detail;	/* foreign: "Bundle.entry[3]", what stands there; "" where none */
	uint64_t offset;		/* byte of the file */
};
struct reader_outcome {			/* of one check that concerns the document */
	const char *id, *item, *text;	/* item: the check-off item it speaks for */
	enum check_severity severity;
	enum check_result result;
	bool proves;			/* a clean run ticks that item */
};
struct reader_fact { const char *name, *value; };	/* value is foreign: "patient.id", "urn:oid:1.2.3|4711" */
struct reader_report {
	struct reader_finding *findings; size_t n_findings;	/* in document order */
	struct reader_outcome *outcomes; size_t n_outcomes;
	struct reader_fact *facts; size_t n_facts;
	unsigned int errors, warnings, notes;
	bool cut;			/* there are more findings than listed */
	bool damaged;			/* the document has trouble: checks that need the whole were left out */
};

/* `exe`: path of verdict-reader. With `loop` replies come through it; NULL for the synchronous calls alone. */
struct reader *reader_new(struct loop *loop, const char *exe);
void reader_free(struct reader *r);
/* Start the reader's process now where none runs, so that the first document need not wait for it. */
void reader_prepare(struct reader *r);
/* How long the reader may be silent about a small document before it is killed; 1000 ms unless set. */
void reader_set_timeout(struct reader *r, unsigned int ms);
/* Process of the reader, 0 where none runs (tests kill it). */
long reader_pid(const struct reader *r);
struct buf;
/* Path of verdict-reader: beside this program, in ../libexec of a build tree, or where it was installed. */
enum status reader_find_exe(struct buf *out);

/*
 * How to draw a row: `depth` times two cells, in the outline a fold mark, then label and value. In the outline
 * two cells part label and value; in the other views the value follows the label at once. Tabs are expanded.
 * A row's begin and end are bytes of the file, whatever its encoding.
 */
typedef void (*reader_open_cb)(enum status code, const struct reader_info *info, void *data);
typedef void (*reader_rows_cb)(enum status code, const struct reader_row *rows, size_t n, uint64_t total, void *data);
typedef void (*reader_row_cb)(enum status code, uint64_t row, void *data);
typedef void (*reader_text_cb)(enum status code, const char *text, size_t len, void *data);

/*
 * Make the document in fd the open one (fd is dup'ed); `as` forces a kind, EVIDENCE_UNKNOWN sniffs. When it could
 * not be read the code says so and `info` is still there: size, hex rows, and why in `trouble`.
 */
void reader_open(struct reader *r, int fd, enum evidence_kind as, reader_open_cb cb, void *data);
/*
 * Rows of a view, laid out for `width` cells (0: not wrapped). `from` UINT64_MAX asks for the last ones; `total`
 * is UINT64_MAX while rows are still counted. Fewer than asked for may come at the end, or when they are huge.
 */
void reader_rows(struct reader *r, enum evidence_view v, uint64_t from, unsigned int count,
	unsigned int width, reader_rows_cb cb, void *data);
enum fold_op { FOLD_TOGGLE, FOLD_ALL, FOLD_UNFOLD_ALL, FOLD_LEVEL };
void reader_fold(struct reader *r, enum fold_op op, uint64_t row, reader_row_cb cb, void *data);	/* answers where the row is now */
/* Next (or previous) row of a view that matches, from `row` exclusive, wrapping; STATUS_NOT_FOUND. Opens folds. */
void reader_search(struct reader *r, enum evidence_view v, const char *pattern, uint64_t row, bool back,
	reader_row_cb cb, void *data);
/* Next (or previous) line of a log that says it is an error, in raw or in what has no outline; wrapping. STATUS_NOT_FOUND. */
void reader_severe(struct reader *r, enum evidence_view v, uint64_t row, bool back, reader_row_cb cb, void *data);
/* Row of a view that shows this byte offset, for changing the view without losing the place. */
void reader_locate(struct reader *r, enum evidence_view v, uint64_t offset, reader_row_cb cb, void *data);
void reader_path(struct reader *r, uint64_t outline_row, reader_text_cb cb, void *data);	/* "Bundle.entry[3].resource" , "PID-5.1" */
void reader_value(struct reader *r, uint64_t outline_row, reader_text_cb cb, void *data);	/* whole value, at most 64 KiB */
void reader_goto(struct reader *r, const char *path, reader_row_cb cb, void *data);
/*
 * Open the document that an outline row holds (`holds`), as evidence of its own: every call after it means the
 * inner one, until reader_leave() goes back to the outer one, whose folds stand as they were. A file with nothing
 * but one document in it (gzip) is entered when it is opened. STATUS_NOT_FOUND where there is nothing to enter or
 * to leave, STATUS_LIMIT where it is too deep or too much; then all stays as it was.
 */
void reader_enter(struct reader *r, uint64_t outline_row, reader_open_cb cb, void *data);
void reader_leave(struct reader *r, reader_open_cb cb, void *data);
/*
 * Show the open document in another encoding, until it is left: any of encoding_names() in any way to write it, "auto"
 * for what the bytes show. STATUS_INVALID for an unknown name (the message tells all) and for what is no text;
 * STATUS_LIMIT above 64 MB. Rows, folds and findings are made anew.
 */
void reader_encoding(struct reader *r, const char *name, reader_open_cb cb, void *data);
/*
 * Where a row of the outline points to: a reference of FHIR (Bundle.fullUrl, Type/id, contained #id), an id inside
 * XML (CDA, ebXML, signatures), a part of a message (cid:). Answers the row there, folds opened. STATUS_INVALID where
 * the row is no reference, STATUS_NOT_FOUND where what it names is not in this document.
 */
void reader_follow(struct reader *r, uint64_t outline_row, reader_row_cb cb, void *data);
/*
 * Run the checks that concern the open document, once; later calls answer with the same report. Rows of the
 * outline carry marks from then on. `edition` tells which IPS is meant where the document does not say.
 */
enum ips_edition { IPS_AS_CLAIMED, IPS_1_1, IPS_2_0, IPS_EDITION_COUNT };
typedef void (*reader_report_cb)(enum status code, const struct reader_report *report, void *data);
void reader_checks(struct reader *r, enum ips_edition edition, reader_report_cb cb, void *data);
/* A report is borrowed during the callback; this keeps one. */
void reader_report_copy(struct reader_report *out, struct arena *a, const struct reader_report *r);
/* Outline row of finding `i` of the report; folds open. */
void reader_finding_row(struct reader *r, size_t i, reader_row_cb cb, void *data);
/* One frame of an image; `info.frames` tells whether there is one. Why it cannot be shown is in the status. */
typedef void (*reader_picture_cb)(enum status code, const struct picture *picture, void *data);
void reader_picture(struct reader *r, const struct picture_request *q, reader_picture_cb cb, void *data);
/*
 * Compare the open document with the one in `fd` (dup'ed): VIEW_COMPARE has rows from then on. There reader_search()
 * without a pattern leads to the next difference, and a row's bytes are those of the left, open document (of the
 * other one where diff is DIFF_RIGHT).
 */
typedef void (*reader_compare_cb)(enum status code, const struct reader_comparison *found, void *data);
void reader_compare(struct reader *r, int fd, enum evidence_kind as, reader_compare_cb cb, void *data);
void reader_cancel(struct reader *r);	/* forget callbacks under way; a long search stops */

/* For the shell: wait for the answer. Results copied into `a`. */
enum status reader_open_wait(struct reader_info *out, struct arena *a, struct reader *r, int fd, enum evidence_kind as);
enum status reader_enter_wait(struct reader_info *out, struct arena *a, struct reader *r, uint64_t outline_row);
enum status reader_encoding_wait(struct reader_info *out, struct arena *a, struct reader *r, const char *name);
enum status reader_leave_wait(struct reader_info *out, struct arena *a, struct reader *r);
enum status reader_rows_wait(struct reader_row **out, size_t *n_out, struct arena *a, struct reader *r,
	enum evidence_view v, uint64_t from, unsigned int count, unsigned int width);
enum status reader_compare_wait(struct reader_comparison *out, struct arena *a, struct reader *r, int fd,
	enum evidence_kind as);
enum status reader_picture_wait(struct picture *out, struct arena *a, struct reader *r, const struct picture_request *q);
enum status reader_checks_wait(struct reader_report *out, struct arena *a, struct reader *r, enum ips_edition edition);

#endif
