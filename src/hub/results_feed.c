/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of every TI as consoles compute it, from the feed, for the engine that counts lines. Of a record only what
 * the fold asks for is kept. Hub layer; one thread at a time.
 */
#include "results_feed.h"

#include <string.h>
#include "verdict/base/log.h"
#include "verdict/base/map.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/model/fold.h"
#include "verdict/pack/pack.h"
#include "verdict/proto/payload.h"
#include "verdict/results/results.h"

#define NOT_COUNTED (FLAG_NEUTRALITY | FLAG_REVOKED | FLAG_ROLE)
#define DOCS 5
static const char doc_types[DOCS] = { FEED_EVENT, FEED_CATALOGUE, FEED_ORGANISATIONS, FEED_SYSTEMS, FEED_PERSONS };

struct kept { struct digest rid; struct record *rec; unsigned int flags; };
struct subject {		/* a TI or a line: records on it */
	const char *id;
	bool known, changed;	/* known: the event has that TI */
	enum ti_status status;	/* by the participants */
	unsigned int revision;
	int64_t since;
	VEC(struct kept) recs;
};

struct results_feed {
	struct results *engine;
	struct pack *pack;
	struct arena a, scratch;
	struct { char *text; size_t len; } docs[DOCS];
	bool docs_changed;
	struct map *tis, *lines, *names, *words;
	VEC(struct subject *) changed;
	VEC(struct kept) reissues;
	VEC(struct subject *) all;
};

struct results_feed *results_feed_new(void)
{
	struct results_feed *f = mem_zalloc(sizeof(*f));

	f->engine = results_new();
	f->pack = pack_new();
	arena_init(&f->a);
	arena_init(&f->scratch);
	f->tis = map_new();
	f->lines = map_new();
	f->names = map_new();
	f->words = map_new();
	return f;
}

void results_feed_free(struct results_feed *f)
{
	size_t i;

	if (!f)
		return;
	for (i = 0; i < f->all.len; i++)
		vec_done(&f->all.at[i]->recs);
	vec_done(&f->all);
	vec_done(&f->changed);
	vec_done(&f->reissues);
	for (i = 0; i < DOCS; i++)
		mem_free(f->docs[i].text);
	map_free(f->tis);
	map_free(f->lines);
	map_free(f->names);
	map_free(f->words);
	arena_done(&f->a);
	arena_done(&f->scratch);
	pack_free(f->pack);
	results_free(f->engine);
	mem_free(f);
}

/* A word that occurs again and again, once. */
static const char *word(struct results_feed *f, const char *s)
{
	char *here = s ? map_get(f->words, s) : NULL;

	if (s && !here) {
		here = arena_str(&f->a, s);
		map_set(f->words, s, here);
	}
	return here;
}

static struct subject *subject(struct results_feed *f, struct map *m, const char *id)
{
	struct subject *s = map_get(m, id);

	if (s)
		return s;
	s = arena_new(&f->a, struct subject);
	s->id = arena_str(&f->a, id);
	map_set(m, id, s);
	vec_push(&f->all, s);
	return s;
}

static void changed(struct results_feed *f, struct subject *s)
{
	if (!s->changed)
		vec_push(&f->changed, s);
	s->changed = true;
}

/* ---- documents ---- */

static void take_event(struct results_feed *f, const struct pack_event *e)
{
	const struct event event = {
		.id = e->id, .name = e->name, .place = e->place, .begins = e->begins, .ends = e->ends,
		.tz_min = e->tz_min, .tz_name = e->tz_name, .critical_on = e->critical_on,
	};
	const struct results_rules rules = {
		.supportive = e->supportive, .partners = (enum results_partners)e->partners,
		.running_in_progress = e->running_in_progress, .published = e->published,
		.regrade_days = e->regrade_days,
	};

	results_set_event(f->engine, &event, &rules);
}

static void take_test(struct results_feed *f, const struct pack_test *t)
{
	struct test test = { .id = t->id, .title = t->title, .track = t->track, .peer = t->peer };
	size_t i;

	arena_reset(&f->scratch);
	test.n_roles = t->n_roles;
	test.roles = arena_array(&f->scratch, struct test_role, t->n_roles);
	for (i = 0; i < t->n_roles; i++) {
		const struct pack_role *r = &t->roles[i];

		test.roles[i] = (struct test_role) {
			.label = r->label, .profile = r->profile, .actor = r->actor, .option = r->option,
			.min = (unsigned int)r->min, .max = (unsigned int)r->max, .wanted = (unsigned int)r->wanted,
			.required = r->required,
		};
	}
	results_add_test(f->engine, &test);
	for (i = 0; i < t->n_roles; i++)
		for (size_t k = 0; k < t->roles[i].n_covers; k++) {
			const struct pack_cover *c = &t->roles[i].covers[k];

			results_add_cover(f->engine, t->id, (unsigned int)i + 1, c->profile, c->actor, c->option);
		}
}

static struct results_need need_of(const struct pack_need *n)
{
	return (struct results_need){ n->profile, n->actor, n->option };
}

static void take_dependency(struct results_feed *f, const struct pack_dependency *d)
{
	struct results_need of = need_of(&d->of), *needs;

	arena_reset(&f->scratch);
	needs = arena_array(&f->scratch, struct results_need, d->n_needs);
	for (size_t i = 0; i < d->n_needs; i++)
		needs[i] = need_of(&d->needs[i]);
	results_add_dependency(f->engine, &of, needs, d->n_needs);
}

static void take_catalogue(struct results_feed *f, const struct pack_catalogue *c)
{
	size_t i;

	for (i = 0; i < c->n_tracks; i++) {
		const struct results_track t = { c->tracks[i].id, c->tracks[i].name, c->tracks[i].exploratory };

		results_add_track(f->engine, &t);
	}
	for (i = 0; i < c->n_profiles; i++)
		results_add_profile(f->engine, c->profiles[i].id, c->profiles[i].name);
	for (i = 0; i < c->n_actors; i++)
		results_add_actor(f->engine, c->actors[i].id, c->actors[i].name);
	for (i = 0; i < c->n_tests; i++)
		take_test(f, &c->tests[i]);
	for (i = 0; i < c->n_dependencies; i++)
		take_dependency(f, &c->dependencies[i]);
}

static void take_line(struct results_feed *f, const char *system, const struct pack_line_of *l)
{
	char *id;

	results_add_line(f->engine, system, l->profile, l->actor, "", l->thorough);
	if (l->grade) {
		id = mem_printf("%s/%s/%s/-", system, l->profile, l->actor);
		results_tell_grade(f->engine, id, l->grade);
		mem_free(id);
	}
	for (size_t i = 0; i < l->n_options; i++)
		results_add_line(f->engine, system, l->profile, l->actor, l->options[i], l->thorough);
	for (size_t i = 0; i < l->n_elsewhere; i++) {
		const struct pack_elsewhere *from = &l->elsewhere[i];
		const struct results_elsewhere e = { .place = from->place, .who = from->who, .text = from->text,
			.grade = from->grade, .at = from->at };

		id = mem_printf("%s/%s/%s/%s", system, l->profile, l->actor, *from->option ? from->option : "-");
		results_add_elsewhere(f->engine, id, &e);
		mem_free(id);
	}
}

static void take_systems(struct results_feed *f, const struct pack_system *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct system_info info = { s[i].id, s[i].name, s[i].version, s[i].organisation, s[i].table };

		results_add_system(f->engine, &info);
		for (size_t k = 0; k < s[i].n_lines; k++)
			take_line(f, s[i].id, &s[i].lines[k]);
	}
}

static enum status read_doc(struct results_feed *f, char type, char *text, size_t len)
{
	struct pack_event event;
	struct pack_catalogue catalogue;
	struct pack_organisation *o;
	struct pack_system *s;
	struct pack_person *p;
	size_t n, i;
	enum status st;

	switch (type) {
	case FEED_EVENT:
		st = pack_read_event(&event, f->pack, text, len);
		if (!st)
			take_event(f, &event);
		return st;
	case FEED_CATALOGUE:
		st = pack_read_catalogue(&catalogue, f->pack, text, len);
		if (!st)
			take_catalogue(f, &catalogue);
		return st;
	case FEED_ORGANISATIONS:
		st = pack_read_organisations(&o, &n, f->pack, text, len);
		for (i = 0; !st && i < n; i++)
			results_add_organisation(f->engine, &(struct organisation) { o[i].id, o[i].name, o[i].country,
				o[i].country_name });
		return st;
	case FEED_SYSTEMS:
		st = pack_read_systems(&s, &n, f->pack, text, len);
		if (!st)
			take_systems(f, s, n);
		return st;
	default:
		st = pack_read_persons(&p, &n, f->pack, text, len);
		for (i = 0; !st && i < n; i++)
			map_set(f->names, p[i].id, (void *)(uintptr_t)word(f, p[i].name));
		return st;
	}
}

/*
 * Reference data anew, from the documents that came last. One that rests on what changed since is left out until
 * its own next version comes, in the same import.
 */
static void read_docs(struct results_feed *f)
{
	results_reset(f->engine);
	for (size_t i = 0; i < DOCS; i++) {
		char *text;
		enum status st;

		if (!f->docs[i].text)
			continue;
		text = mem_dup(f->docs[i].text, f->docs[i].len + 1);
		pack_stand(f->pack, "feed", 0);
		st = read_doc(f, doc_types[i], text, f->docs[i].len);
		if (st)
			log_line(LOG_NOTE, "results: document %c left out: %s", doc_types[i], status_message());
		mem_free(text);
	}
	f->docs_changed = false;
	for (size_t i = 0; i < f->all.len; i++)	/* names of who graded */
		if (f->all.at[i]->recs.len && !f->all.at[i]->known)
			changed(f, f->all.at[i]);
}

static void add_doc(struct results_feed *f, const struct feed_entry *e)
{
	for (size_t i = 0; i < DOCS; i++) {
		if (doc_types[i] != e->type)
			continue;
		mem_free(f->docs[i].text);
		f->docs[i].text = mem_alloc(e->len + 1);
		memcpy(f->docs[i].text, e->body, e->len);
		f->docs[i].text[e->len] = '\0';
		f->docs[i].len = e->len;
		f->docs_changed = true;
	}
}

/* ---- TIs ---- */

static void add_instance(struct results_feed *f, const struct feed_entry *e)
{
	struct results_participant *parts;
	struct results_instance in;
	struct pack_instance t;
	struct subject *s;
	char *text;
	size_t i;

	if (f->docs_changed)
		read_docs(f);
	arena_reset(&f->scratch);
	text = arena_strn(&f->scratch, e->body, e->len);
	pack_stand(f->pack, "feed", e->seq);
	if (pack_read_instance(&t, f->pack, text, e->len) != STATUS_OK) {
		log_line(LOG_NOTE, "results: TI left out: %s", status_message());
		return;
	}
	s = subject(f, f->tis, t.id);
	s->revision = t.has_revision ? (unsigned int)t.revision : s->known ? s->revision + 1 : 1;
	s->status = t.status;
	s->since = t.since;
	s->known = true;
	parts = arena_array(&f->scratch, struct results_participant, t.n_participants);
	for (i = 0; i < t.n_participants; i++)
		parts[i] = (struct results_participant) { t.participants[i].role, t.participants[i].id };
	in = (struct results_instance) {
		.id = t.id, .test = t.test_id, .participants = parts, .n_participants = t.n_participants,
		.status = t.status, .at = t.since,
	};
	results_set_instance(f->engine, &in);
	if (s->recs.len)
		changed(f, s);
}

static void drop_instance(struct results_feed *f, const struct feed_entry *e)
{
	char *id = mem_strndup(e->body, e->len);
	struct subject *s = map_get(f->tis, id);

	if (s) {
		s->known = false;
		results_drop_instance(f->engine, id);
	}
	mem_free(id);
}

/* ---- records ---- */

static struct record *keep(struct results_feed *f, const struct record *rec)
{
	struct record *own = arena_new(&f->a, struct record);

	own->kind = rec->kind;
	own->who = word(f, rec->who);
	own->replica = word(f, rec->replica);
	own->at = rec->at;
	own->hlc = rec->hlc;
	own->n_base = rec->n_base;
	own->base = rec->n_base ? arena_dup(&f->a, rec->base, rec->n_base * sizeof(*rec->base)) : NULL;
	own->outcome = rec->outcome;
	own->correction = rec->correction;
	own->revision = rec->revision;
	own->seen_status = rec->seen_status;
	own->has_of = rec->has_of;
	own->of = rec->of;
	own->grade = rec->kind == RECORD_GRADE ? word(f, rec->grade) : NULL;
	own->text = rec->kind == RECORD_GRADE ? arena_str(&f->a, rec->text) : NULL;
	return own;
}

static bool decides(enum record_kind k)
{
	return k == RECORD_VERDICT || k == RECORD_RESOLUTION || k == RECORD_WITHDRAWAL || k == RECORD_REISSUE ||
		k == RECORD_GRADE;
}

static void add_record(struct results_feed *f, const struct feed_entry *e)
{
	struct envelope env;
	struct subject *s = NULL;
	struct record rec;
	struct kept k;
	size_t i;

	arena_reset(&f->scratch);
	if (feed_record(&env, e) != STATUS_OK || payload_parse(&rec, &f->scratch, env.payload, env.len) != STATUS_OK ||
	    !decides(rec.kind))
		return;
	k = (struct kept) { .rid = record_rid(env.payload, env.len), .flags = e->flags };
	if (rec.ti)
		s = subject(f, f->tis, rec.ti);
	else if (rec.line)
		s = subject(f, f->lines, rec.line);
	k.rec = keep(f, &rec);
	if (!s) {
		vec_push(&f->reissues, k);
		for (i = 0; i < f->all.len; i++)	/* of a grade: rare, and so few lines have any */
			if (f->all.at[i]->recs.len && f->all.at[i]->recs.at[0].rec->kind == RECORD_GRADE)
				changed(f, f->all.at[i]);
		return;
	}
	vec_push(&s->recs, k);
	changed(f, s);
}

/* Rare, so the record is searched for. */
static void add_flags(struct results_feed *f, const struct feed_entry *e)
{
	struct digest rid;
	unsigned int flags;

	if (feed_flags(&rid, &flags, e) != STATUS_OK)
		return;
	for (size_t i = 0; i < f->all.len; i++)
		for (size_t k = 0; k < f->all.at[i]->recs.len; k++) {
			if (!digest_equal(&f->all.at[i]->recs.at[k].rid, &rid))
				continue;
			f->all.at[i]->recs.at[k].flags = flags;
			changed(f, f->all.at[i]);
		}
}

static void fold_instance(struct results_feed *f, const struct subject *s)
{
	const struct fold_reference ref = { .status = s->status, .revision = s->revision };
	struct fold_record *recs;
	struct fold_state state;

	arena_reset(&f->scratch);
	memset(&state, 0, sizeof(state));
	recs = arena_array(&f->scratch, struct fold_record, s->recs.len);
	for (size_t i = 0; i < s->recs.len; i++) {
		const struct kept *k = &s->recs.at[i];

		recs[i] = (struct fold_record) {
			.rid = k->rid, .rec = k->rec, .counted = !(k->flags & NOT_COUNTED),
			.revoked = (k->flags & NOT_COUNTED) == FLAG_REVOKED,
		};
	}
	fold(&state, &f->scratch, &ref, recs, s->recs.len);
	results_set_status(f->engine, s->id, state.status, state.deciding ? state.deciding->rec->at : s->since);
}

/* A grade of a revoked key counts once its author has issued it again with the next key. */
static bool counts(const struct results_feed *f, const struct kept *k)
{
	if (!(k->flags & NOT_COUNTED))
		return true;
	for (size_t i = 0; i < f->reissues.len && (k->flags & NOT_COUNTED) == FLAG_REVOKED; i++) {
		const struct kept *again = &f->reissues.at[i];

		if (!(again->flags & NOT_COUNTED) && digest_equal(&again->rec->of, &k->rid) &&
		    strcmp(again->rec->who, k->rec->who) == 0)
			return true;
	}
	return false;
}

static void fold_line(struct results_feed *f, const struct subject *s)
{
	struct results_grade_record *recs;
	size_t i;

	arena_reset(&f->scratch);
	recs = arena_array(&f->scratch, struct results_grade_record, s->recs.len);
	for (i = 0; i < s->recs.len; i++) {
		const struct record *rec = s->recs.at[i].rec;
		const char *name = map_get(f->names, rec->who);

		recs[i] = (struct results_grade_record) {
			.rid = s->recs.at[i].rid, .grade = grade_said(rec->grade),
			.who = rec->who, .who_name = name ? name : rec->who, .text = rec->text, .at = rec->at,
			.hlc = rec->hlc, .base = rec->base, .n_base = rec->n_base, .counted = counts(f, &s->recs.at[i]),
		};
	}
	results_set_grades(f->engine, s->id, recs, s->recs.len);
}

void results_feed_add(struct results_feed *f, const struct feed_entry *e)
{
	switch (e->type) {
	case FEED_EVENT: case FEED_CATALOGUE: case FEED_ORGANISATIONS: case FEED_SYSTEMS: case FEED_PERSONS:
		add_doc(f, e);
		break;
	case FEED_INSTANCE:
		add_instance(f, e);
		break;
	case FEED_GONE:
		drop_instance(f, e);
		break;
	case FEED_RECORD:
		add_record(f, e);
		break;
	case FEED_FLAGS:
		add_flags(f, e);
		break;
	default:
		break;
	}
	status_clear();
}

struct results *results_feed_engine(struct results_feed *f)
{
	if (f->docs_changed)
		read_docs(f);
	for (size_t i = 0; i < f->changed.len; i++) {
		struct subject *s = f->changed.at[i];

		s->changed = false;
		if (s->recs.len && s->recs.at[0].rec->kind == RECORD_GRADE)
			fold_line(f, s);
		else if (s->known)
			fold_instance(f, s);
	}
	f->changed.len = 0;
	return f->engine;
}
