/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of HTTP and frames of MLLP out of one direction of a TCP connection. Layer evidence; one thread at a
 * time. A message inside one packet is read where it stands in the file; one that goes over several is put
 * together in the annex, whose pieces lead back to the packets.
 */
#include <string.h>
#include "stream_http.h"

static const char *here(size_t *len_out, const struct stream_reader *r)
{
	const struct tcp_piece *p = &r->s->pieces.at[r->piece];
	const char *text = annex_at(len_out, r->annex, p->at + r->skip);

	if (*len_out > p->len - r->skip)
		*len_out = p->len - r->skip;
	return text;
}

static bool at_end(const struct stream_reader *r)
{
	return r->piece >= r->s->pieces.len;
}

static void advance(struct stream_reader *r, size_t n)
{
	while (!at_end(r)) {
		size_t rest = r->s->pieces.at[r->piece].len - r->skip;

		if (n < rest) {
			r->skip += (uint32_t)n;
			return;
		}
		n -= rest;
		r->piece++;
		r->skip = 0;
	}
}

/* May the bytes that follow piece i be put behind it? */
static bool goes_on(const struct stream_reader *r, size_t i)
{
	return i + 1 < r->s->pieces.len && !r->s->pieces.at[i + 1].gap;
}

static bool starts_cut(const char *p, size_t n)
{
	return !memchr(p, '\n', n < 8192 ? n : 8192) && n < 8192 &&
		(http_method(p, n) || (n < 12 && n && !memcmp(p, "HTTP/1.1 ", n < 9 ? n : 9)));
}

/* To where a message begins: over line ends between messages, and over whole pieces that are none. */
static bool find_start(struct stream_reader *r)
{
	size_t n, i;
	const char *p;

	while (!at_end(r)) {
		p = here(&n, r);
		for (i = 0; i < n && (p[i] == '\r' || p[i] == '\n'); i++)
			;
		if (i) {
			advance(r, i);
			continue;
		}
		if (http_is_start(p, n) || starts_cut(p, n))
			return true;
		advance(r, n);
	}
	return false;
}

/* How many bytes a message has at least, as far as is known from what was read. */
static size_t wanted(const struct http_message *m, bool scanned, size_t have)
{
	uint64_t need;

	if (!scanned || m->framing != HTTP_LENGTH || m->head_end == m->end)
		return scanned && m->framing == HTTP_CHUNKED ? have * 2 : have + 1;
	need = (uint64_t)(m->head_end - m->begin) + m->length;
	return need > have && need < UINT32_MAX ? (size_t)need : have + 1;
}

/* Put the message together out of this piece and those behind it. */
static bool assemble(struct http_message *m, struct stream_reader *r, bool head)
{
	size_t begin = annex_next(r->annex), have = 0, want = 1, i = r->piece, skip = r->skip, n;
	bool more = true, scanned = false;

	for (;;) {
		while (more && have < want) {
			const struct tcp_piece *p = &r->s->pieces.at[i];

			n = p->len - skip;
			if (want != SIZE_MAX && scanned && m->framing == HTTP_LENGTH && n > want - have)
				n = want - have;
			if (!annex_copy(r->annex, p->at + skip, n)) {
				r->full = true;
				more = false;
				break;
			}
			have += n;
			if (n < p->len - skip) {
				skip += n;	/* the rest of it is next */
				break;
			}
			skip = 0;
			more = goes_on(r, i);
			i++;
		}
		scanned = http_scan(m, r->annex, begin, begin + have, head, !more);
		if (!more || (scanned && m->whole && (m->framing != HTTP_CLOSE)))
			break;
		want = wanted(m, scanned, have);
	}
	m->lost = !m->whole && (r->full || (i < r->s->pieces.len && r->s->pieces.at[i].gap) || r->s->lost_end);
	n = scanned ? m->end - begin : have;
	if (scanned)
		annex_give_back(r->annex, have - n);
	advance(r, n ? n : 1);
	return scanned;
}

bool stream_next(struct http_message *m, uint64_t *time_out, struct stream_reader *r, bool head)
{
	size_t n, at;

	while (!r->full && find_start(r)) {
		const struct tcp_piece *p = &r->s->pieces.at[r->piece];
		bool alone = !goes_on(r, r->piece);

		here(&n, r);
		at = p->at + r->skip;
		*time_out = p->time;
		if (http_scan(m, r->annex, at, at + n, head, alone) &&
				(alone || (m->whole && m->framing != HTTP_CLOSE))) {
			m->lost = !m->whole && (r->s->lost_end || r->piece + 1 < r->s->pieces.len);
			advance(r, m->end - m->begin);
			return true;
		}
		if (assemble(m, r, head))
			return true;
	}
	return false;
}

bool stream_whole(size_t *begin_out, size_t *end_out, struct stream_reader *r)
{
	size_t i;

	*begin_out = annex_next(r->annex);
	if (r->s->pieces.len == 1) {
		*begin_out = r->s->pieces.at[0].at;
		*end_out = *begin_out + r->s->pieces.at[0].len;
		return true;
	}
	for (i = 0; i < r->s->pieces.len; i++)
		if (!annex_copy(r->annex, r->s->pieces.at[i].at, r->s->pieces.at[i].len)) {
			r->full = true;
			break;
		}
	*end_out = annex_next(r->annex);
	return i > 0;
}
