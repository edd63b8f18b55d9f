/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unfinished work on one TI, its text for the store, and the record it becomes. Layer app, UI thread.
 * The text is JSON, because a person may have to read it after a crash.
 */
#include "verdict/app/draft.h"

#include <jansson.h>
#include <string.h>

#include "verdict/base/jsonw.h"

#define DRAFT_TEXT_MAX 65536
#define DRAFT_LIST_MAX 256

void draft_init(struct draft *d)
{
	memset(d, 0, sizeof(*d));
	editor_init(&d->reason, RECORD_REASON_MAX);
}

static void clear(struct draft *d)
{
	size_t i;

	for (i = 0; i < d->ticks.len; i++) {
		mem_free(d->ticks.at[i].id);
		mem_free(d->ticks.at[i].reason);
	}
	d->ticks.len = 0;
	d->steps.len = 0;
	d->outcome = OUTCOME_NONE;
	editor_set(&d->reason, "");
}

void draft_done(struct draft *d)
{
	clear(d);
	vec_done(&d->ticks);
	vec_done(&d->steps);
	editor_done(&d->reason);
	mem_free(d->ti);
	d->ti = NULL;
}

void draft_reset(struct draft *d, const char *ti)
{
	char *copy = ti ? mem_strdup(ti) : NULL;

	clear(d);
	mem_free(d->ti);
	d->ti = copy;
}

bool draft_is_empty(struct draft *d)
{
	return d->outcome == OUTCOME_NONE && d->reason.text.len == 0 &&
		d->steps.len == 0 && d->ticks.len == 0;
}

enum step_mark draft_mark(const struct draft *d, unsigned int n)
{
	size_t i;

	for (i = 0; i < d->steps.len; i++)
		if (d->steps.at[i].n == n)
			return d->steps.at[i].mark;
	return MARK_NONE;
}

void draft_set_mark(struct draft *d, unsigned int n, enum step_mark mark)
{
	struct draft_step s = { n, mark };
	size_t i;

	for (i = 0; i < d->steps.len && d->steps.at[i].n != n; i++)
		;
	if (mark == MARK_NONE) {
		if (i < d->steps.len) {
			memmove(d->steps.at + i, d->steps.at + i + 1,
				(d->steps.len - i - 1) * sizeof(s));
			d->steps.len--;
		}
	} else if (i < d->steps.len) {
		d->steps.at[i] = s;
	} else if (d->steps.len < DRAFT_LIST_MAX) {
		vec_push(&d->steps, s);
	}
}

const struct draft_tick *draft_tick_get(const struct draft *d, const char *id)
{
	size_t i;

	for (i = 0; i < d->ticks.len; i++)
		if (strcmp(d->ticks.at[i].id, id) == 0)
			return &d->ticks.at[i];
	return NULL;
}

enum item_state draft_tick_state(const struct draft *d, const char *id, enum item_state now)
{
	const struct draft_tick *t = draft_tick_get(d, id);

	return t ? t->state : now;
}

void draft_drop_tick(struct draft *d, const char *id)
{
	const struct draft_tick *t = draft_tick_get(d, id);
	size_t i;

	if (!t)
		return;
	i = (size_t)(t - d->ticks.at);
	mem_free(d->ticks.at[i].id);
	mem_free(d->ticks.at[i].reason);
	memmove(d->ticks.at + i, d->ticks.at + i + 1,
		(d->ticks.len - i - 1) * sizeof(*t));
	d->ticks.len--;
}

void draft_set_tick(struct draft *d, const char *id, enum item_state state, const char *reason)
{
	struct draft_tick t = { NULL, state, NULL };

	draft_drop_tick(d, id);
	if (d->ticks.len >= DRAFT_LIST_MAX)
		return;
	t.id = mem_strdup(id);
	t.reason = reason ? mem_strdup(reason) : NULL;
	vec_push(&d->ticks, t);
}

enum status draft_format(struct buf *out, struct draft *d)
{
	struct jsonw w;
	size_t i;

	jsonw_init(&w, out, false);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "outcome", outcome_name(d->outcome));
	jsonw_str(&w, "reason", editor_text(&d->reason));
	jsonw_array(&w, "steps");
	for (i = 0; i < d->steps.len; i++) {
		jsonw_object(&w, NULL);
		jsonw_int(&w, "n", d->steps.at[i].n);
		jsonw_str(&w, "mark", step_mark_name(d->steps.at[i].mark));
		jsonw_end_object(&w);
	}
	jsonw_end_array(&w);
	jsonw_array(&w, "ticks");
	for (i = 0; i < d->ticks.len; i++) {
		jsonw_object(&w, NULL);
		jsonw_str(&w, "id", d->ticks.at[i].id);
		jsonw_str(&w, "state", item_state_name(d->ticks.at[i].state));
		if (d->ticks.at[i].reason)
			jsonw_str(&w, "reason", d->ticks.at[i].reason);
		jsonw_end_object(&w);
	}
	jsonw_end_array(&w);
	jsonw_end_object(&w);
	return out->err;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static void parse_lists(struct draft *d, const json_t *root)
{
	const json_t *list = json_object_get(root, "steps"), *o;
	size_t i;
	int v;

	for (i = 0; i < json_array_size(list); i++) {
		o = json_array_get(list, i);
		v = step_mark_parse(text_of(o, "mark"));
		if (v > MARK_NONE && json_integer_value(json_object_get(o, "n")) > 0)
			draft_set_mark(d, (unsigned int)json_integer_value(json_object_get(o, "n")),
				(enum step_mark)v);
	}
	list = json_object_get(root, "ticks");
	for (i = 0; i < json_array_size(list); i++) {
		o = json_array_get(list, i);
		v = item_state_parse(text_of(o, "state"));
		if (v >= 0 && text_of(o, "id")[0])
			draft_set_tick(d, text_of(o, "id"), (enum item_state)v,
				json_string_value(json_object_get(o, "reason")));
	}
}

enum status draft_parse(struct draft *d, const char *ti, const char *text)
{
	json_error_t err;
	json_t *root;
	int v;

	draft_reset(d, ti);
	if (!text || !text[0])
		return STATUS_OK;
	root = json_loadb(text, strnlen(text, DRAFT_TEXT_MAX), JSON_REJECT_DUPLICATES, &err);
	if (!json_is_object(root)) {
		json_decref(root);
		return status_set(STATUS_INVALID, "the draft on %s cannot be read (%s)", ti, err.text);
	}
	v = outcome_parse(text_of(root, "outcome"));
	d->outcome = v > 0 ? (enum outcome)v : OUTCOME_NONE;
	editor_set(&d->reason, text_of(root, "reason"));
	parse_lists(d, root);
	json_decref(root);
	return STATUS_OK;
}

void draft_count(struct draft_counts *out, const struct draft *d, const struct instance *in)
{
	size_t i;
	enum item_state s;

	memset(out, 0, sizeof(*out));
	out->total = (unsigned int)in->n_items;
	for (i = 0; i < in->n_items; i++) {
		s = draft_tick_state(d, in->items[i].item.id, in->items[i].state);
		if (s == ITEM_OVERRULED)
			out->overruled++;
		else if (s != ITEM_TICKED)
			continue;
		else if (draft_tick_get(d, in->items[i].item.id))
			out->mine++;
		else if (strcmp(in->items[i].by, "check") == 0)
			out->checks++;
		else
			out->others++;
	}
}

/* What checks proved and what this person ticked, now or earlier; a colleague's ticks stay the colleague's. */
static void record_ticks(struct record *r, struct arena *a, const struct draft *d,
		const struct instance *in, const char *who)
{
	const struct draft_tick *t;
	const struct instance_item *it;
	struct record_tick *k;
	size_t i;

	r->ticks = arena_array(a, struct record_tick, in->n_items + 1);
	for (i = 0; i < in->n_items; i++) {
		it = &in->items[i];
		t = draft_tick_get(d, it->item.id);
		if ((t ? t->state : it->state) == ITEM_OPEN)
			continue;
		if (!t && strcmp(it->by, "check") != 0 && strcmp(it->by, who) != 0)
			continue;
		k = &r->ticks[r->n_ticks++];
		k->id = arena_str(a, it->item.id);
		k->state = t ? t->state : it->state;
		k->by_check = !t && strcmp(it->by, "check") == 0;
		k->reason = t ? arena_str(a, t->reason) : NULL;
	}
}

static void record_looked(struct record *r, struct arena *a, const struct instance *in)
{
	size_t i;

	r->looked = arena_array(a, struct record_looked, in->n_evidence + 1);
	for (i = 0; i < in->n_evidence && r->n_looked < RECORD_LOOKED_MAX; i++) {
		if (!in->evidence[i].looked)
			continue;
		r->looked[r->n_looked].sha256 = in->evidence[i].sha256;
		r->looked[r->n_looked].name = arena_str(a, in->evidence[i].name);
		r->looked[r->n_looked++].size = in->evidence[i].size;
	}
}

void draft_record(struct record *out, struct arena *a, struct draft *d, const struct instance *in,
		const char *who, bool correction)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	out->kind = RECORD_VERDICT;
	out->kind_name = record_kind_name(RECORD_VERDICT);
	out->ti = arena_str(a, in->row.id);
	out->outcome = d->outcome;
	out->text = d->reason.text.len ? arena_str(a, editor_text(&d->reason)) : NULL;
	out->correction = correction;
	out->revision = in->row.revision;
	out->seen_status = in->row.status;
	out->steps = arena_array(a, struct record_step, d->steps.len + 1);
	for (i = 0; i < d->steps.len; i++) {
		out->steps[i].n = d->steps.at[i].n;
		out->steps[i].mark = d->steps.at[i].mark;
	}
	out->n_steps = d->steps.len;
	record_ticks(out, a, d, in, who);
	record_looked(out, a, in);
}
