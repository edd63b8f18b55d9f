/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TI by the JSON contract of the command line (design.md section 6): keys are added, never renamed. Strings are
 * foreign and stay as they are: JSON escapes control bytes, and whoever prints them must neutralise.
 * Layer report; the thread that owns the buffer.
 */
#include "report_priv.h"

#include <string.h>

static void json_digest(struct jsonw *w, const char *key, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	jsonw_str(w, key, hex);
}

static void json_time(struct jsonw *w, const char *key, int64_t at)
{
	char text[CLOCK_TEXT];

	clock_format_utc(text, at);
	jsonw_str(w, key, text);
}

static void json_words(struct jsonw *w, const char *key, const char *words)
{
	jsonw_array(w, key);
	for (const char *p = words ? words : ""; *p;) {
		size_t len = strcspn(p, " ");

		if (len)
			jsonw_strn(w, NULL, p, len);
		p += len + strspn(p + len, " ");
	}
	jsonw_end_array(w);
}

static void json_row(struct jsonw *w, const struct queue_row *row, int64_t now)
{
	jsonw_str(w, "id", row->id);
	jsonw_str(w, "test", row->test);
	jsonw_str(w, "title", row->title);
	jsonw_str(w, "track", row->track);
	json_words(w, "profiles", row->profiles);
	jsonw_str(w, "status", ti_status_name(row->status));
	jsonw_bool(w, "stale", row->stale);
	jsonw_bool(w, "disputed", row->disputed);
	jsonw_bool(w, "critical", row->critical);
	jsonw_int(w, "revision", row->revision);
	jsonw_int(w, "waiting_s", row->since > 0 && now > row->since ? (now - row->since) / 1000 : 0);
	jsonw_object(w, "claim");
	jsonw_str(w, "by", row->claim == CLAIM_NONE ? NULL : row->claim_by);
	jsonw_str(w, "state", claim_state_name(row->claim));
	jsonw_end_object(w);
}

static void json_parts(struct jsonw *w, const struct instance *ti)
{
	jsonw_array(w, "participants");
	for (size_t i = 0; i < ti->n_participants; i++) {
		const struct participant *p = &ti->participants[i];

		jsonw_object(w, NULL);
		jsonw_str(w, "role", p->role);
		jsonw_str(w, "system", p->system_name);
		jsonw_str(w, "organisation", p->organisation_name);
		jsonw_str(w, "country", p->country);
		jsonw_str(w, "table", p->table);
		jsonw_str(w, "profile", p->profile);
		jsonw_str(w, "actor", p->actor);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_array(w, "steps");
	for (size_t i = 0; i < ti->n_steps; i++) {
		const struct instance_step *s = &ti->steps[i];

		jsonw_object(w, NULL);
		jsonw_int(w, "n", s->n);
		jsonw_str(w, "from", s->from);
		jsonw_str(w, "to", s->to);
		jsonw_str(w, "transaction", s->transaction);
		jsonw_str(w, "status", s->status);
		jsonw_str(w, "mark", step_mark_name(s->mark));
		jsonw_str(w, "text", s->text);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void json_evidence(struct jsonw *w, const struct instance *ti)
{
	jsonw_array(w, "evidence");
	for (size_t i = 0; i < ti->n_evidence; i++)
		report_json_evidence(w, &ti->evidence[i]);
	jsonw_end_array(w);
}

void report_json_evidence(struct jsonw *w, const struct evidence_item *e)
{
	jsonw_object(w, NULL);
	jsonw_int(w, "n", e->n);
	jsonw_int(w, "step", e->step);
	jsonw_str(w, "name", e->name);
	jsonw_str(w, "kind", e->kind);
	json_digest(w, "sha256", &e->sha256);
	jsonw_int(w, "size", e->size);
	jsonw_bool(w, "here", e->here);
	jsonw_bool(w, "looked", e->looked);
	jsonw_end_object(w);
}

static void json_verdicts(struct jsonw *w, const struct instance *ti)
{
	jsonw_array(w, "verdicts");
	for (size_t i = 0; i < ti->n_verdicts; i++) {
		const struct instance_verdict *v = &ti->verdicts[i];

		jsonw_object(w, NULL);
		json_digest(w, "rid", &v->rid);
		jsonw_str(w, "by", v->by);
		jsonw_str(w, "outcome", outcome_name(v->outcome));
		jsonw_str(w, "reason", v->reason);
		jsonw_str(w, "state", entry_state_name(v->state));
		json_time(w, "at", v->at);
		jsonw_bool(w, "counted", v->counted);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_array(w, "checklist");
	for (size_t i = 0; i < ti->n_items; i++) {
		const struct instance_item *item = &ti->items[i];

		jsonw_object(w, NULL);
		jsonw_str(w, "id", item->item.id);
		jsonw_str(w, "text", item->item.text);
		jsonw_str(w, "state", item_state_name(item->state));
		jsonw_str(w, "by", item->by);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void json_history(struct jsonw *w, const struct instance *ti)
{
	jsonw_array(w, "history");
	for (size_t i = 0; i < ti->n_history; i++) {
		const struct history_entry *h = &ti->history[i];

		jsonw_object(w, NULL);
		json_time(w, "at", h->at);
		jsonw_str(w, "who", h->who);
		jsonw_str(w, "kind", h->kind);
		jsonw_str(w, "text", h->text);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

void report_json_instance(struct jsonw *w, const struct instance *ti, int64_t now, bool history)
{
	jsonw_object(w, NULL);
	json_row(w, &ti->row, now);
	json_parts(w, ti);
	json_evidence(w, ti);
	json_verdicts(w, ti);
	if (history)
		json_history(w, ti);
	jsonw_end_object(w);
}
