/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_HTTP_H
#define EVIDENCE_HTTP_H
#include "evidence_priv.h"

/*
 * Messages of HTTP/1, and the nodes they become, for raw text, captures and archives alike. Offsets are those
 * of the outline's text and annex, counted from its very beginning (base 0). Inside src/evidence only.
 */
struct http_range { size_t at, len; };

enum http_framing { HTTP_NONE, HTTP_LENGTH, HTTP_CHUNKED, HTTP_CLOSE };

struct http_message {
	bool request;
	bool whole;		/* ends inside what was given */
	bool lost;		/* bytes of it were never captured */
	enum http_framing framing;
	uint32_t begin, end;
	uint32_t head_end;	/* begin of the body */
	uint64_t length;	/* Content-Length, where it says so */
	uint16_t status;
	uint8_t method_len;	/* of a request */
};

/*
 * Read one message that begins at `at` and ends before `end`; false where there is none. `head` says that it
 * answers a HEAD; `closed` that nothing can follow, so that a body without a length ends at `end`.
 */
bool http_scan(struct http_message *m, const struct annex *a, size_t at, size_t end, bool head, bool closed);
/* Length of the method that a request begins with, 0 without. */
size_t http_method(const char *p, size_t n);
/* Does a message begin with these bytes? */
bool http_is_start(const char *p, size_t n);
/* A request line, as files of requests have it too: without a version. */
bool http_is_request(const char *p, size_t n);
/* Is it an answer that another one follows? */
static inline bool http_is_interim(const struct http_message *m)
{
	return !m->request && m->status < 200 && m->status != 101;
}
/* The group "request" or "response"; `brief` leaves out header and body. */
void http_emit(struct outline *o, const struct http_message *m, bool brief);

/* Pieces of it for archives of exchanges, whose parts stand apart. */
uint32_t http_item(struct outline *o, const char *name, size_t begin, unsigned int number);
uint32_t http_value(struct outline *o, const char *name, size_t begin, size_t end);
/* A value made of our own words, about the bytes at [at, end). */
void http_word(struct outline *o, const char *name, size_t at, size_t end, const char *text);
/* Values "target", "path" and the group "query". */
void http_target(struct outline *o, size_t begin, size_t end);
/* One header: its name in small letters. */
void http_header(struct outline *o, size_t name, size_t name_end, size_t value, size_t value_end);

/* What the headers of a message or a part say about its body; ranges are of the text. */
struct http_fields {
	struct http_range type, boundary, transfer, encoding;
};
/* Note a Content-Type and its boundary. */
void http_note_type(struct http_fields *f, const struct outline *o, struct http_range value);
/* Emit the group "header" for header lines at [at, end) and note what they say. */
void http_headers(struct http_fields *f, struct outline *o, size_t at, size_t end);
/* Emit the body at [begin, end), which may still be in chunks, compressed, or encoded for mail. */
void http_body(struct outline *o, const struct http_fields *f, bool chunked, size_t begin, size_t end);

/* Decoding into the annex; the range is replaced. False, and a trouble, where it could not be done. */
bool decode_chunks(struct outline *o, size_t *begin, size_t *end);
bool decode_inflate(struct outline *o, size_t *begin, size_t *end);
bool decode_base64(struct outline *o, size_t *begin, size_t *end);
bool decode_quoted(struct outline *o, size_t *begin, size_t *end);
/* Bytes of p[0..n) that are chunks with their sizes; *whole_out where the last one was among them. */
size_t decode_chunk_end(bool *whole_out, const char *p, size_t n);
/* %41 and +: false where there was nothing to decode and the range is as it was. */
bool decode_percent(struct outline *o, size_t *begin, size_t *end, bool plus);
bool decode_json(struct outline *o, size_t *begin, size_t *end);

/* Parts between boundaries at [begin, end); the boundary without its dashes, or len 0 to take the first line's. */
void mime_parts(struct outline *o, size_t begin, size_t end, struct http_range boundary);
/* Is p[0..n) the begin of a multipart: its first boundary, or header lines that name it? */
bool mime_is_start(const char *p, size_t n);
/* A name and a colon. */
bool mime_is_header(const char *p, size_t n);

/* Small helpers over ranges. */
const char *range_text(size_t *len_out, const struct outline *o, struct http_range r);
bool range_is(const struct outline *o, struct http_range r, const char *word);	/* letters of either case */

#endif
