/* SPDX-License-Identifier: Apache-2.0 */
/* How the events of a hub stand, for its operator. Layer: verdictd. The thread that may use the hub. */
#include "verdictd_priv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/text.h"
#include "verdict/hub/status.h"
#include "verdict/hubd/uri.h"
#include "verdict/model/kinds.h"
#include "verdict/proto/receipt.h"

#define ROWS 20
#define ROWS_MAX 100000

static const enum receipt_flag flags[] = { FLAG_NEUTRALITY, FLAG_LATE, FLAG_CLOCK, FLAG_FORK, FLAG_REVOKED,
	FLAG_UNKNOWN_TYPE, FLAG_ROLE };
#define FLAGS (sizeof(flags) / sizeof(*flags))

/* ---- JSON ---- */

static void write_time(struct jsonw *w, const char *name, int64_t ms)
{
	char text[CLOCK_TEXT];

	clock_format_utc(text, ms);
	jsonw_str(w, name, ms ? text : NULL);
}

static void write_flags(struct jsonw *w, unsigned int bits)
{
	jsonw_array(w, "flags");
	for (size_t i = 0; i < FLAGS; i++)
		if (bits & flags[i])
			jsonw_str(w, NULL, receipt_flag_name(flags[i]));
	jsonw_end_array(w);
}

static void write_replica(struct jsonw *w, const struct hub_replica_row *r)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "replica", r->id);
	jsonw_str(w, "person", r->person);
	jsonw_str(w, "name", r->name);
	jsonw_array(w, "roles");
	for (unsigned int bit = 1; bit <= ROLE_OBSERVER; bit <<= 1)
		if (r->roles & bit)
			jsonw_str(w, NULL, role_kind_name((enum role_kind)bit));
	jsonw_end_array(w);
	write_time(w, "from", r->from);
	write_time(w, "to", r->to);
	write_time(w, "seen", r->seen);
	jsonw_int(w, "n", (int64_t)r->n);
	jsonw_int(w, "records", (int64_t)r->records);
	jsonw_int(w, "flagged", (int64_t)r->flagged);
	jsonw_int(w, "forks", (int64_t)r->forks);
	jsonw_bool(w, "revoked", r->revoked);
	jsonw_end_object(w);
}

static void write_flagged(struct jsonw *w, const struct hub_flagged_row *f)
{
	char rid[DIGEST_HEX];

	digest_hex(rid, &f->rid);
	jsonw_object(w, NULL);
	jsonw_int(w, "entry", (int64_t)f->seq);
	jsonw_str(w, "rid", rid);
	jsonw_str(w, "replica", f->replica);
	jsonw_int(w, "n", (int64_t)f->n);
	jsonw_str(w, "person", f->person);
	jsonw_str(w, "kind", f->kind);
	jsonw_str(w, "ti", f->ti);
	write_time(w, "at", f->at);
	write_flags(w, f->flags);
	jsonw_end_object(w);
}

static void write_refused(struct jsonw *w, const struct hub_refused_row *f)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "why", f->why);
	jsonw_str(w, "replica", f->replica);
	jsonw_str(w, "person", f->person);
	jsonw_str(w, "kind", f->kind);
	jsonw_str(w, "ti", f->ti);
	jsonw_int(w, "size", (int64_t)f->size);
	jsonw_end_object(w);
}

static void write_claim(struct jsonw *w, const struct hub_claim_row *c)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "ti", c->ti);
	jsonw_str(w, "who", c->who);
	jsonw_int(w, "fence", (int64_t)c->fence);
	jsonw_int(w, "ttl", c->ttl_s);
	jsonw_end_object(w);
}

static void write_event(struct jsonw *w, const struct hub_event_status *s)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "event", s->id);
	jsonw_int(w, "entries", (int64_t)s->entries);
	jsonw_int(w, "records", (int64_t)s->records);
	jsonw_int(w, "instances", (int64_t)s->instances);
	jsonw_int(w, "flagged", (int64_t)s->flagged);
	jsonw_int(w, "forks", (int64_t)s->forks);
	jsonw_int(w, "sessions", s->sessions);
	jsonw_int(w, "codes", s->codes);
	jsonw_int(w, "codes_unused", s->codes_unused);
	jsonw_array(w, "disputes");
	for (size_t i = 0; i < s->n_disputes; i++)
		jsonw_str(w, NULL, s->disputes[i]);
	jsonw_end_array(w);
	jsonw_array(w, "claims");
	for (size_t i = 0; i < s->n_claims; i++)
		write_claim(w, &s->claims[i]);
	jsonw_end_array(w);
	jsonw_array(w, "replicas");
	for (size_t i = 0; i < s->n_replicas; i++)
		write_replica(w, &s->replicas[i]);
	jsonw_end_array(w);
	jsonw_array(w, "flagged_records");
	for (size_t i = 0; i < s->n_flagged_rows; i++)
		write_flagged(w, &s->flagged_rows[i]);
	jsonw_end_array(w);
	jsonw_array(w, "refused_records");
	for (size_t i = 0; i < s->n_refused; i++)
		write_refused(w, &s->refused[i]);
	jsonw_end_array(w);
	jsonw_end_object(w);
}

/* ---- text; names and ids come from strangers ---- */

static void add(struct buf *out, const char *text)
{
	if (text)
		text_neutralise(out, text, strlen(text), false);
}

static void plural(struct buf *out, uint64_t n, const char *what)
{
	buf_printf(out, "%" PRIu64 " %s%s", n, what, n == 1 ? "" : "s");
}

static void tell_seen(struct buf *out, int64_t seen, int64_t now)
{
	char age[CLOCK_TEXT];

	if (seen)
		clock_format_age(age, now > seen ? (now - seen) / 1000 : 0);
	buf_printf(out, seen ? "seen %s ago" : "never seen", seen ? age : "");
}

static void tell_replica(struct buf *out, const struct hub_replica_row *r, int64_t now)
{
	buf_printf(out, "  %s  ", r->id);
	add(out, r->person ? r->person : "no certificate");
	if (r->name && *r->name) {
		buf_adds(out, " ");
		add(out, r->name);
	}
	buf_adds(out, " (");
	for (unsigned int bit = 1, first = 1; bit <= ROLE_OBSERVER; bit <<= 1)
		if (r->roles & bit) {
			buf_printf(out, "%s%s", first ? "" : " ", role_kind_name((enum role_kind)bit));
			first = 0;
		}
	buf_adds(out, "), ");
	tell_seen(out, r->seen, now);
	buf_adds(out, ", ");
	plural(out, r->records, "record");
	if (r->records)
		buf_printf(out, ", chain to %" PRIu64, r->n);
	if (r->flagged)
		buf_printf(out, ", %" PRIu64 " flagged", r->flagged);
	if (r->forks)
		buf_adds(out, ", FORKED");
	if (r->revoked)
		buf_adds(out, ", REVOKED");
	buf_addc(out, '\n');
}

static void tell_what(struct buf *out, const char *person, const char *kind, const char *ti)
{
	add(out, person);
	buf_adds(out, " ");
	add(out, kind);
	if (ti) {
		buf_adds(out, " ");
		add(out, ti);
	}
	buf_adds(out, ":");
}

static void tell_flagged(struct buf *out, const struct hub_event_status *s)
{
	if (s->flagged)
		buf_printf(out, "%" PRIu64 " flagged%s\n", s->flagged, s->flagged > s->n_flagged_rows ? ", the newest" : "");
	for (size_t i = 0; i < s->n_flagged_rows; i++) {
		const struct hub_flagged_row *f = &s->flagged_rows[i];

		buf_printf(out, "  entry %" PRIu64 "  ", f->seq);
		tell_what(out, f->person, f->kind, f->ti);
		for (size_t k = 0; k < FLAGS; k++)
			if (f->flags & flags[k])
				buf_printf(out, " %s", receipt_flag_name(flags[k]));
		buf_addc(out, '\n');
	}
}

static void tell_refused(struct buf *out, const struct hub_event_status *s, size_t rows)
{
	if (s->n_refused)
		buf_printf(out, "%zu refused and kept aside%s\n", s->n_refused, s->n_refused > rows ? ", the newest" : "");
	for (size_t i = 0; i < s->n_refused && i < rows; i++) {
		const struct hub_refused_row *f = &s->refused[i];

		buf_adds(out, "  ");
		if (f->person)
			tell_what(out, f->person, f->kind, f->ti);
		else
			buf_adds(out, "no record:");
		buf_adds(out, " ");
		add(out, f->why);
		buf_addc(out, '\n');
	}
}

static void tell_event(struct buf *out, const struct hub_event_status *s, size_t rows, int64_t now)
{
	add(out, s->id);
	buf_adds(out, ": ");
	plural(out, s->instances, "TI");
	buf_adds(out, ", ");
	plural(out, s->records, "record");
	buf_printf(out, " in %" PRIu64 " entries; ", s->entries);
	plural(out, s->n_claims, "claim");
	buf_adds(out, ", ");
	plural(out, s->n_disputes, "dispute");
	buf_adds(out, "; ");
	plural(out, s->sessions, "session");
	buf_printf(out, ", %u unused of ", s->codes_unused);
	plural(out, s->codes, "code");
	buf_addc(out, '\n');
	if (s->n_disputes) {
		buf_adds(out, "disputed:");
		for (size_t i = 0; i < s->n_disputes && i < rows; i++) {
			buf_addc(out, ' ');
			add(out, s->disputes[i]);
		}
		buf_adds(out, s->n_disputes > rows ? " …\n" : "\n");
	}
	if (s->n_replicas)
		buf_adds(out, "replicas\n");
	for (size_t i = 0; i < s->n_replicas; i++)
		tell_replica(out, &s->replicas[i], now);
	tell_flagged(out, s);
	tell_refused(out, s, rows);
}

/* ---- the command ---- */

struct telling { struct run *r; struct jsonw w; const char *only; size_t rows; bool found; enum status st; };

static void one_event(struct hub_event *e, void *data)
{
	struct hub_event_status s;
	struct telling *t = data;
	struct arena a;

	if (t->st || (t->only && strcmp(t->only, hub_event_id(e)) != 0))
		return;
	t->found = true;
	arena_init(&a);
	t->st = hub_event_status(&s, &a, e, t->rows);
	if (!t->st && t->r->json)
		write_event(&t->w, &s);
	else if (!t->st)
		tell_event(&t->r->out, &s, t->rows, hub_now(t->r->site->hub));
	arena_done(&a);
}

int command_status(struct run *r)
{
	struct telling t = { .r = r, .only = run_get(r, "event"), .rows = ROWS };
	const char *limit = run_get(r, "limit");
	uint64_t n;

	if (limit && (!number_parse(&n, limit) || n > ROWS_MAX)) {
		run_error(r, "--limit: want a number of at most %d", ROWS_MAX);
		return EXIT_USAGE;
	}
	if (limit)
		t.rows = (size_t)n;
	jsonw_init(&t.w, &r->out, true);
	if (r->json)
		jsonw_array(&t.w, NULL);
	hub_event_each(r->site->hub, one_event, &t);
	if (r->json) {
		jsonw_end_array(&t.w);
		buf_addc(&r->out, '\n');
	}
	if (t.st)
		return run_status(r, t.st);
	if (t.only && !t.found) {
		run_error(r, "there is no event %s at this hub", t.only);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}
