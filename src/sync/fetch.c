/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of evidence by their digest, a piece at a time, so that a cut costs one piece; those that somebody looks
 * at before those that the queue may need. Layer sync; one thread.
 */
#include <string.h>
#include "sync_priv.h"
#include "verdict/base/mem.h"

static void drop_first(struct sync *s)
{
	s->n_wanted--;
	memmove(s->wanted, s->wanted + 1, s->n_wanted * sizeof(*s->wanted));
}

static size_t place_of(const struct sync *s, const struct digest *d)
{
	size_t i;

	for (i = 0; i < s->n_wanted && !digest_equal(&s->wanted[i].sha256, d); i++)
		;
	return i;
}

/* Somebody looks at what was to come later: now. The one under way stays where it is. */
static void hurry(struct sync *s, size_t i)
{
	size_t to = s->evidence.busy && i > 0 ? 1 : 0;
	struct wanted w = s->wanted[i];

	w.asked = true;
	memmove(s->wanted + to + 1, s->wanted + to, (i - to) * sizeof(*s->wanted));
	s->wanted[to] = w;
}

/* To the end, or right behind the one under way. */
static void want(struct sync *s, const struct evidence_want *w, bool asked)
{
	size_t at = asked && s->n_wanted ? (s->evidence.busy ? 1 : 0) : s->n_wanted, i = place_of(s, &w->sha256);

	if (i < s->n_wanted) {
		if (asked && !s->wanted[i].asked)
			hurry(s, i);
		return;
	}
	s->wanted = mem_realloc(s->wanted, s->n_wanted + 1, sizeof(*s->wanted));
	memmove(s->wanted + at + 1, s->wanted + at, (s->n_wanted - at) * sizeof(*s->wanted));
	s->wanted[at] = (struct wanted){ w->sha256, w->size, w->have, asked };
	s->n_wanted++;
}

const char *fetch_held(const struct sync *s)
{
	if (!s->budget || (s->n_wanted && s->wanted[0].asked))
		return NULL;
	if (s->cost == SYNC_COST_METERED)
		return "metered";
	return s->cost == SYNC_COST_MEASURED && pace_slow(&s->down) ? "slow" : NULL;
}

bool fetch_settled(const struct sync *s)
{
	return s->wants_known && (!s->n_wanted || fetch_held(s));
}

/* ---- a piece ---- */

static enum status work_piece(struct job *j, struct store *st)
{
	struct evidence_want w = { j->digest, j->m, j->n };
	enum status rc = store_evidence_piece(&j->flag, st, &w, j->n, j->in.ptr, j->in.len);

	if (rc == STATUS_CONFLICT && store_evidence_want(&w, st, &j->digest) == STATUS_OK) {
		j->n = w.have;	/* another piece came from elsewhere: go on from there */
		j->flag = w.have == w.size;
		return STATUS_OK;
	}
	j->n += j->in.len;
	return rc;
}

static void piece_stored(struct sync *s, struct job *j)
{
	if (j->code == STATUS_CORRUPT)	/* thrown away: from the start, later */
		j->n = 0;
	if (j->code != STATUS_OK) {
		lane_rest(s, &s->evidence, 10);
		if (s->n_wanted)
			s->wanted[0].have = j->n;
		return;
	}
	lane_good(s, &s->evidence);
	if (s->n_wanted)
		s->wanted[0].have = j->n;
	if (j->flag) {
		drop_first(s);
		s->port.changed(s->port.data, SYNC_CHANGED_EVIDENCE);
	}
	s->port.changed(s->port.data, SYNC_CHANGED_LINE);
}

static void on_piece(const struct net_answer *a, void *data)
{
	struct sync *s = data;
	enum judgement is = lane_judge(s, &s->evidence, a, "application/octet-stream");
	struct wanted *w = s->wanted;
	struct job *j;

	if (is == ANSWER_LINK)
		pace_bad(&s->evidence.pace);
	if (is == ANSWER_NO || is == ANSWER_LARGE) {	/* the hub has it no more, or not yet */
		lane_good(s, &s->evidence);
		drop_first(s);
	}
	if (is != ANSWER_GOOD) {
		sync_step(s);
		return;
	}
	if ((a->ranged ? a->from : 0) != w->have || (a->ranged && a->total != w->size)) {
		lane_rest(s, &s->evidence, 10);
		sync_step(s);
		return;
	}
	lane_measure(s, &s->evidence, a->len, a->len);
	j = job_new(s, work_piece, piece_stored);
	j->digest = w->sha256;
	j->n = w->have;
	j->m = w->size;
	buf_add(&j->in, a->body, a->len);
	job_run(j);
}

void fetch_step(struct sync *s)
{
	uint64_t portion = pace_portion(&s->evidence.pace);
	struct net_request q = { .method = NET_GET, .body_max = CHUNK, .ranged = true };
	char hex[DIGEST_HEX];
	struct wanted *w = s->wanted;
	struct buf path;

	if (!s->linked || !s->n_wanted || !lane_ready(s, &s->evidence))
		return;
	/* records come first: unasked bodies wait until they are through */
	if (!w->asked && (s->state.unsent || !s->settled_once || fetch_held(s)))
		return;
	digest_hex(hex, &w->sha256);
	buf_init(&path, 2048);
	event_path(&path, s, "/evidence/");
	buf_adds(&path, hex);
	q.path = buf_str(&path);
	q.from = w->have;
	q.to = w->size - w->have > portion ? w->have + portion - 1 : w->size ? w->size - 1 : 0;
	q.ranged = w->size > 0;
	lane_send(s, &s->evidence, &q, on_piece, NULL);
	buf_done(&path);
}

/* ---- what is wanted ---- */

static enum status work_wanted(struct job *j, struct store *st)
{
	return store_evidence_wanted(&j->wants, &j->n_wants, &j->a, st, j->n);
}

static void wanted_known(struct sync *s, struct job *j)
{
	size_t i;

	for (i = 0; i < j->n_wants; i++)
		want(s, &j->wants[i], false);
	s->wants_known = true;
	s->port.changed(s->port.data, SYNC_CHANGED_LINE);
}

void fetch_begin(struct sync *s)
{
	struct job *j;

	if (!s->budget) {
		s->wants_known = true;
		return;
	}
	j = job_new(s, work_wanted, wanted_known);
	j->n = s->budget;
	job_run(j);
}

static enum status work_want(struct job *j, struct store *st)
{
	struct evidence_want w;
	enum status rc = store_evidence_want(&w, st, &j->digest);

	j->n = w.have;
	j->m = w.size;
	return rc;
}

static void want_known(struct sync *s, struct job *j)
{
	struct evidence_want w = { j->digest, j->m, j->n };

	if (j->code == STATUS_OK && (w.have < w.size || !w.size))
		want(s, &w, true);
}

void sync_fetch(struct sync *s, const struct digest *sha256)
{
	struct job *j = job_new(s, work_want, want_known);

	j->digest = *sha256;
	job_run(j);
}

void sync_budget(struct sync *s, uint64_t bytes)
{
	s->budget = bytes;
	s->wants_known = false;
	if (s->linked)
		fetch_begin(s);
}
