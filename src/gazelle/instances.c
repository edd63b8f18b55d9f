/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instances.ndjson from Gazelle: TIs with their participants, steps, evidence and history, each read in portions by
 * the number of the TI and joined here, so that memory does not grow with the event. Gazelle layer; the thread that reads.
 */
#include "gazelle_priv.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"

#define FLUSH (1u << 20)

enum { TI_ID, TI_TEST, TI_STATUS_, TI_CHANGED, TI_MONITOR, TI_DESCRIPTION, TI_COMMENTS };
static const char sql_instances[] = "SELECT i.id, i.test_id, {!s:tm_status.keyword}, {@i:tm_test_instance.last_changed}, "
	"{i:tm_test_instance.monitor_id}, {i:tm_test_instance.description}, {i:tm_test_instance.comments} FROM tm_test_instance i "
	"LEFT JOIN tm_status s ON s.id = {!i:tm_test_instance.last_status_id} WHERE i.testing_session_id = $1 ORDER BY i.id";

/*
 * Rows of TIs of other sessions are passed over here as well; the server leaves them out where they are so many that it
 * is worth its while to look at each row's TI.
 */
#define OF_SESSION(ti) "[" GZ_OTHERS ":JOIN tm_test_instance i ON i.id = " ti "]"
#define IN_SESSION "[" GZ_OTHERS ":WHERE i.testing_session_id = $1]"

enum { PART_TI, PART_ROLE, PART_SYSTEM, PART_ID };
static const char sql_participants[] = "SELECT p.test_instance_id, p.role_in_test_id, x.system_id, p.id "
	"FROM tm_test_instance_participants p " OF_SESSION("p.test_instance_id") " "
	"LEFT JOIN tm_system_in_session_user u ON u.id = p.system_in_session_user_id "
	"LEFT JOIN tm_system_in_session x ON x.id = u.system_in_session_id AND x.testing_session_id = $1 " IN_SESSION " ORDER BY 1, 4";

enum { MARK_TI, MARK_STEP, MARK_STATUS };
static const char sql_steps[] = "SELECT l.test_instance_id, {!s:tm_test_steps_instance.test_steps_id}, "
	"{k:tm_test_steps_instance_status.keyword} FROM tm_test_instance_test_steps_instance l "
	OF_SESSION("l.test_instance_id") " JOIN tm_test_steps_instance s ON s.id = l.test_steps_instance_id "
	"[tm_test_steps_instance_status:LEFT JOIN tm_test_steps_instance_status k "
	"ON k.id = {s:tm_test_steps_instance.test_steps_instance_status_id}] " IN_SESSION " ORDER BY 1, 2, s.id";

enum { DATA_TI, DATA_ID, DATA_STEP, DATA_STEP_INSTANCE, DATA_KIND, DATA_VALUE, DATA_COMMENT, DATA_AT, DATA_BY, DATA_BARE };
#define DATA_COLUMNS "{k:tm_data_type.keyword}, {d:tm_test_steps_data.value}, {d:tm_test_steps_data.comment}, " \
	"{@d:tm_test_steps_data.last_changed}, {d:tm_test_steps_data.last_modifier_id}, {d:tm_test_steps_data.withoutfilename}::int "
#define DATA_TYPE "[tm_data_type:LEFT JOIN tm_data_type k ON k.id = {d:tm_test_steps_data.data_type_id}] "
static const char sql_evidence[] = "[tm_test_instance_tm_test_steps_data:SELECT l.tm_test_instance_id, d.id, NULL::int AS step, "
	"NULL::int AS instance, " DATA_COLUMNS "FROM tm_test_instance_tm_test_steps_data l "
	OF_SESSION("l.tm_test_instance_id") " JOIN tm_test_steps_data d ON d.id = l.teststepsdatalist_id "
	DATA_TYPE IN_SESSION " UNION ALL] "
	"SELECT x.test_instance_id, d.id, {s:tm_test_steps_instance.test_steps_id}, s.id, " DATA_COLUMNS
	"FROM tm_test_steps_test_steps_data l JOIN tm_test_steps_data d ON d.id = l.test_steps_data_id "
	"JOIN tm_test_steps_instance s ON s.id = l.test_steps_id "
	"JOIN tm_test_instance_test_steps_instance x ON x.test_steps_instance_id = s.id "
	OF_SESSION("x.test_instance_id") " " DATA_TYPE IN_SESSION " ORDER BY 1, 2, 3";

enum { EVENT_TI, EVENT_AT, EVENT_TYPE, EVENT_USER, EVENT_COMMENT, EVENT_STATUS, EVENT_TEXT, EVENT_FILE };
static const char sql_events[] = "SELECT l.test_instance_id, {@e:tm_test_instance_event.date_of_event}, {e:tm_test_instance_event.type}, "
	"{e:tm_test_instance_event.username}, {e:tm_test_instance_event.comment}, {s:tm_status.keyword}, "
	"{e:tm_test_instance_event.description}, {e:tm_test_instance_event.filename} FROM tm_test_instance_test_status l "
	OF_SESSION("l.test_instance_id") " JOIN tm_test_instance_event e ON e.id = l.status_id "
	"LEFT JOIN tm_status s ON s.id = {e:tm_test_instance_event.status_id} " IN_SESSION " ORDER BY 1, 2, e.id";

struct reading {
	struct gazelle *g;
	struct portion ti, participants, steps, evidence, events;
	struct buf out;		/* lines not yet written */
	struct jsonw w;
	int fd;
	const char *path, *dir;
	const struct watcher *watcher;
	int64_t id;		/* of the TI at hand */
	int test;		/* row of tests */
	char since[64];
	const char *status;	/* keyword */
	struct buf text;
};

static const struct { const char *gazelle, *ours; } statuses[] = {
	{ "started", "running" }, { "paused", "paused" }, { "completed", "to-be-verified" }, { "critical", "critical" },
	{ "aborted", "aborted" }, { "verified", "verified" }, { "partially verified", "partially-verified" }, { "failed", "failed" },
};

static const char *status_of(const char *keyword)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (strcmp(statuses[i].gazelle, keyword) == 0)
			return statuses[i].ours;
	return NULL;
}

/* Rows of a cursor that belong to the TI at hand; those of TIs before it are passed over. */
static enum status row_of(bool *here, struct reading *r, struct portion *c)
{
	int64_t key;
	enum status st;

	*here = false;
	while ((st = portion_peek(&key, c)) == STATUS_OK && key < r->id)
		portion_next(c);
	if (st == STATUS_OK)
		*here = key == r->id;
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

/* ---- participants ---- */

static const char *role_of(const struct reading *r, int64_t role)
{
	const struct test_info *t = &r->g->test[r->test];

	for (int i = 0; i < t->n_roles; i++)
		if (t->role_key[i] == role)
			return t->role[i];
	return NULL;
}

static enum status put_participants(unsigned int *n_out, struct reading *r)
{
	unsigned int n = 0;
	enum status st;
	bool here;

	jsonw_array(&r->w, "participants");
	while ((st = row_of(&here, r, &r->participants)) == STATUS_OK && here) {
		const char *role = role_of(r, portion_int(&r->participants, PART_ROLE, -1));
		int64_t system = portion_int(&r->participants, PART_SYSTEM, -1);
		int row = rel_find(&r->g->systems, system);
		char id[32];

		if (!role || row < 0 || !r->g->system_here[row] || n == PACK_PARTICIPANTS_MAX) {
			tell_problem(r->g, "tm_test_instance %lld: participant %s: %s; left out", (long long)r->id,
				portion_text(&r->participants, PART_ID), !role ? "its role is none of the test" : n == PACK_PARTICIPANTS_MAX
				? "too many participants" : "its system is not in this session");
		} else {
			snprintf(id, sizeof(id), "S%lld", (long long)system);
			jsonw_object(&r->w, NULL);
			jsonw_str(&r->w, "role", role);
			jsonw_str(&r->w, "system", id);
			jsonw_end_object(&r->w);
			n++;
		}
		portion_next(&r->participants);
	}
	jsonw_end_array(&r->w);
	*n_out = n;
	return st;
}

/* ---- steps ---- */

/* The number in the pack of a row of tm_test_steps in the TI's test, 0: none. */
static int step_number(const struct reading *r, int64_t step)
{
	const struct test_info *t = &r->g->test[r->test];

	for (int i = 0; i < t->n_steps; i++)
		if (t->step_key[i] == step)
			return t->step[i];
	return 0;
}

static const char *step_status(const char *keyword)
{
	if (strcmp(keyword, "done") == 0 || strcmp(keyword, "verified") == 0)
		return "done";
	if (strcmp(keyword, "failed") == 0)
		return "failed";
	if (strcmp(keyword, "skipped") == 0 || strcmp(keyword, "disactivated") == 0)
		return "skipped";
	return "activated";
}

static enum status put_steps(struct reading *r)
{
	int64_t last = -1;
	enum status st;
	bool here;

	jsonw_array(&r->w, "steps");
	while ((st = row_of(&here, r, &r->steps)) == STATUS_OK && here) {
		int64_t step = portion_int(&r->steps, MARK_STEP, -1);
		int n = step_number(r, step);

		if (n && step != last) {
			jsonw_object(&r->w, NULL);
			jsonw_int(&r->w, "n", n);
			jsonw_str(&r->w, "status", step_status(portion_text(&r->steps, MARK_STATUS)));
			jsonw_end_object(&r->w);
			r->g->n.steps++;
		} else if (n) {
			tell_problem(r->g, "tm_test_instance %lld: step %d is there twice; the first counts", (long long)r->id, n);
		} else {
			tell_problem(r->g, "tm_test_instance %lld: a step of another test (tm_test_steps %lld); left out", (long long)r->id,
				(long long)step);
		}
		last = step;
		portion_next(&r->steps);
	}
	jsonw_end_array(&r->w);
	return st;
}

/* ---- evidence ---- */

static bool is_address(const char *text)
{
	return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

/* Where that row leads, as an address; where there is none, Gazelle's own name of the row. */
static void address_of(struct buf *out, const struct reading *r, const char *kind, const char *value)
{
	const char *step = portion_text(&r->evidence, DATA_STEP_INSTANCE);

	buf_reset(out);
	if (is_address(value))
		buf_adds(out, value);
	else if (strcmp(kind, "proxy") == 0 && *r->g->proxy && *value)
		buf_printf(out, "%s%s%s", r->g->proxy, r->g->proxy_message, value);
	else if (strcmp(kind, "proxy") == 0 && *r->g->proxy && *step)
		buf_printf(out, "%s%s%s", r->g->proxy, r->g->proxy_step, step);
	else if (strcmp(kind, "sample") == 0 && *r->g->address && *value)
		buf_printf(out, "%s/objects/sample.seam?id=%s", r->g->address, value);
	else
		buf_printf(out, "gazelle:tm_test_steps_data/%s", portion_text(&r->evidence, DATA_ID));
	if (out->len > PACK_NAME_MAX) {
		buf_reset(out);
		buf_printf(out, "gazelle:tm_test_steps_data/%s", portion_text(&r->evidence, DATA_ID));
	}
}

static void put_address(struct reading *r, const char *kind, const char *value)
{
	struct buf name, url;

	buf_init(&name, 64u << 10);
	buf_init(&url, 64u << 10);
	address_of(&url, r, kind, value);
	buf_adds(&name, *value && !is_address(value) && strcmp(kind, "file") == 0 ? value
		: *portion_text(&r->evidence, DATA_COMMENT) ? portion_text(&r->evidence, DATA_COMMENT) : *value ? value : kind);
	gz_name(&r->w, "name", buf_str(&name));
	buf_reset(&name);
	buf_printf(&name, "%s%s", *kind ? kind : "link", strcmp(kind, "comment") == 0 ? "" : ", not fetched");
	gz_name(&r->w, "kind", buf_str(&name));
	gz_link(&r->w, buf_str(&url));
	r->g->n.links++;
	buf_done(&name);
	buf_done(&url);
}

static enum status put_evidence(struct reading *r)
{
	int n = 0;
	enum status st;
	bool here;

	jsonw_array(&r->w, "evidence");
	while ((st = row_of(&here, r, &r->evidence)) == STATUS_OK && here) {
		const char *kind = portion_text(&r->evidence, DATA_KIND), *value = portion_text(&r->evidence, DATA_VALUE);
		int step = *portion_text(&r->evidence, DATA_STEP) ? step_number(r, portion_int(&r->evidence, DATA_STEP, -1)) : 0;

		if (n == PACK_EVIDENCE_MAX) {
			tell_problem(r->g, "tm_test_instance %lld: more than %d items of evidence; tm_test_steps_data %s is left out",
				(long long)r->id, PACK_EVIDENCE_MAX, portion_text(&r->evidence, DATA_ID));
		} else {
			jsonw_object(&r->w, NULL);
			jsonw_int(&r->w, "n", ++n);
			if (step)
				jsonw_int(&r->w, "step", step);
			if (!r->g->files || strcmp(kind, "file") != 0 || !gz_file(&r->w, r->g, r->dir,
				portion_text(&r->evidence, DATA_ID), value, portion_int(&r->evidence, DATA_BARE, 0) != 0))
				put_address(r, kind, value);
			jsonw_end_object(&r->w);
			r->g->n.evidence++;
		}
		portion_next(&r->evidence);
	}
	jsonw_end_array(&r->w);
	return st;
}

/* ---- history ---- */

static const char *event_kind(int64_t type)
{
	static const char *const kinds[] = { "status", "comment", "release", "claim", "evidence", "evidence", "comment", "evidence" };

	return type >= 0 && type < (int64_t)(sizeof(kinds) / sizeof(*kinds)) ? kinds[type] : "comment";
}

static void event_text(struct reading *r, int64_t type)
{
	const char *comment = portion_text(&r->events, EVENT_COMMENT), *more = portion_text(&r->events, EVENT_TEXT);
	const char *file = portion_text(&r->events, EVENT_FILE), *status = portion_text(&r->events, EVENT_STATUS);

	buf_reset(&r->text);
	if (type == 0 && *status)
		buf_adds(&r->text, status_of(status) ? status_of(status) : status);
	if (type == 5)
		buf_adds(&r->text, "removed:");
	if (*file)
		buf_printf(&r->text, "%s%s", r->text.len ? " " : "", file);
	if (*comment) {
		buf_adds(&r->text, r->text.len ? ": " : "");
		gazelle_html(&r->text, comment, strlen(comment));
	}
	if (*more) {
		buf_adds(&r->text, r->text.len ? " " : "");
		gazelle_html(&r->text, more, strlen(more));
	}
}

static enum status put_history(struct reading *r)
{
	int n = 0;
	enum status st;
	bool here;

	jsonw_array(&r->w, "history");
	while ((st = row_of(&here, r, &r->events)) == STATUS_OK && here) {
		const char *user = portion_text(&r->events, EVENT_USER), *person = roster_person(r->g, user);
		int64_t type = portion_int(&r->events, EVENT_TYPE, 1);
		char at[64];

		if (!gz_time(at, portion_text(&r->events, EVENT_AT))) {
			tell_problem(r->g, "tm_test_instance %lld: an event without a moment; left out", (long long)r->id);
		} else if (n == PACK_HISTORY_MAX) {
			tell_problem(r->g, "tm_test_instance %lld: more than %d events; the last are left out", (long long)r->id, PACK_HISTORY_MAX);
		} else {
			event_text(r, type);
			jsonw_object(&r->w, NULL);
			jsonw_str(&r->w, "at", at);
			gz_name(&r->w, "who", person ? person : *user ? user : "Gazelle");
			jsonw_str(&r->w, "kind", event_kind(type));
			gz_text(&r->w, "text", buf_str(&r->text), PACK_TEXT_MAX);
			jsonw_end_object(&r->w);
			n++;
			r->g->n.history++;
		}
		/* since when it has its status */
		if (type == 0 && strcmp(portion_text(&r->events, EVENT_STATUS), r->status) == 0)
			snprintf(r->since, sizeof(r->since), "%s", at);
		portion_next(&r->events);
	}
	jsonw_end_array(&r->w);
	return st;
}

/* ---- the TI ---- */

static void put_texts(struct reading *r, const char *description, const char *comments)
{
	buf_reset(&r->text);
	gazelle_html(&r->text, description, strlen(description));
	if (*comments) {
		buf_adds(&r->text, r->text.len ? "\n\n" : "");
		gazelle_html(&r->text, comments, strlen(comments));
	}
	gz_text(&r->w, "description", buf_str(&r->text), PACK_DESCRIPTION_MAX);
	if (*r->g->address && strlen(r->g->address) < 512) {
		char link[600];

		snprintf(link, sizeof(link), "%s/testInstance.seam?id=%lld", r->g->address, (long long)r->id);
		jsonw_str(&r->w, "permalink", link);
	}
}

static void put_claim(struct reading *r, const char *ours)
{
	const char *by = roster_monitor(r->g, portion_int(&r->ti, TI_MONITOR, -1));

	if (!by || (strcmp(ours, "to-be-verified") != 0 && strcmp(ours, "critical") != 0 && strcmp(ours, "partially-verified") != 0))
		return;
	jsonw_object(&r->w, "claim");
	jsonw_str(&r->w, "by", by);
	jsonw_end_object(&r->w);
}

/* NULL: it can be taken. */
static const char *why_not(struct reading *r, const char *ours)
{
	r->test = rel_find(&r->g->tests, portion_int(&r->ti, TI_TEST, -1));
	if (r->test < 0 || !r->g->test[r->test].id)
		return "its test is not there";
	if (!ours)
		return *r->status ? "its status is none of a TI that monitors see" : "it has no status";
	if (!gz_time(r->since, portion_text(&r->ti, TI_CHANGED)))
		return "it has no last_changed";
	return NULL;
}

static enum status one_instance(struct reading *r)
{
	const char *ours, *why;
	size_t before = r->out.len;
	unsigned int partners = 0;
	enum status st;
	char id[32];

	r->status = portion_text(&r->ti, TI_STATUS_);
	ours = status_of(r->status);
	why = why_not(r, ours);
	if (why) {
		tell_problem(r->g, "tm_test_instance %lld: %s; left out", (long long)r->id, why);
		r->g->n.skipped++;
		return STATUS_OK;
	}
	jsonw_init(&r->w, &r->out, false);
	jsonw_object(&r->w, NULL);
	snprintf(id, sizeof(id), "%lld", (long long)r->id);
	jsonw_str(&r->w, "id", id);
	jsonw_str(&r->w, "test", r->g->test[r->test].id);
	jsonw_str(&r->w, "status", ours);
	st = put_participants(&partners, r);
	if (!st)
		st = put_steps(r);
	if (!st)
		st = put_evidence(r);
	if (!st)
		st = put_history(r);
	jsonw_str(&r->w, "since", r->since);
	put_texts(r, portion_text(&r->ti, TI_DESCRIPTION), portion_text(&r->ti, TI_COMMENTS));
	put_claim(r, ours);
	jsonw_end_object(&r->w);
	buf_addc(&r->out, '\n');
	if (st)
		return st;
	if (!partners || r->out.len - before > PACK_LINE_MAX) {
		tell_problem(r->g, "tm_test_instance %lld: %s; left out", (long long)r->id, partners ? "too large" : "nobody takes part");
		buf_cut(&r->out, before, r->out.len - before);
		r->g->n.skipped++;
		return STATUS_OK;
	}
	r->g->n.instances++;
	r->g->n.participants += partners;
	return STATUS_OK;
}

static enum status flush(struct reading *r, size_t keep)
{
	enum status st = STATUS_OK;

	if (r->out.len <= keep)
		return STATUS_OK;
	if (r->out.err)
		return status_set(STATUS_LIMIT, "tm_test_instance %lld: larger than a pack may hold", (long long)r->id);
	st = io_write_all(r->fd, r->path, r->out.ptr, r->out.len);
	buf_reset(&r->out);
	if (!st && r->watcher->wrote)
		r->watcher->wrote(r->watcher->data);
	return st;
}

enum { ASK_INSTANCES, ASK_PARTICIPANTS, ASK_STEPS, ASK_EVIDENCE, ASK_EVENTS, ASKED };
static const struct asked questions[ASKED] = {
	[ASK_INSTANCES] = { "verdict_ti", sql_instances }, [ASK_PARTICIPANTS] = { "verdict_participants", sql_participants },
	[ASK_STEPS] = { "verdict_steps", sql_steps }, [ASK_EVIDENCE] = { "verdict_evidence", sql_evidence },
	[ASK_EVENTS] = { "verdict_events", sql_events },
};
_Static_assert(ASKED <= PORTIONS_MAX, "each has its connection");

/* Are the tables there that it is asked of? */
static bool can_ask(const struct gazelle *g, int question)
{
	bool steps = link_has(g, "tm_test_test_steps") && link_has(g, "tm_test_steps") &&
		link_has(g, "tm_test_instance_test_steps_instance") && link_has(g, "tm_test_steps_instance");

	switch (question) {
	case ASK_STEPS: return steps;
	case ASK_EVIDENCE: return steps && link_has(g, "tm_test_steps_data") && link_has(g, "tm_test_steps_test_steps_data");
	case ASK_EVENTS: return link_has(g, "tm_test_instance_event") && link_has(g, "tm_test_instance_test_status");
	default: return true;
	}
}

void instances_begin(struct gazelle *g)
{
	struct asked asked[ASKED];
	size_t n = 0;

	for (int i = 0; i < ASKED; i++)
		if (can_ask(g, i))
			asked[n++] = questions[i];
	portions_begin(g, asked, n);
}

static enum status open_portions(struct reading *r)
{
	struct portion *const all[ASKED] = { &r->ti, &r->participants, &r->steps, &r->evidence, &r->events };
	enum status st = STATUS_OK;

	for (int i = 0; i < ASKED && !st; i++)
		if (can_ask(r->g, i))
			st = portion_open(all[i], r->g, &questions[i]);
	return st;
}

static enum status all_instances(struct reading *r)
{
	enum status st;

	while ((st = portion_peek(&r->id, &r->ti)) == STATUS_OK) {
		st = one_instance(r);
		if (!st)
			st = flush(r, FLUSH);
		if (st)
			return st;
		portion_next(&r->ti);
	}
	return st == STATUS_NOT_FOUND ? flush(r, 0) : st;
}

enum status instances_write(struct gazelle *g, const char *dir, const struct watcher *w)
{
	char *path = mem_printf("%s/instances.ndjson", dir);
	struct reading r = { .g = g, .dir = dir, .path = path, .watcher = w, .fd = -1 };
	enum status st = io_open(&r.fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	buf_init(&r.out, FLUSH + 64 * PACK_LINE_MAX);
	buf_init(&r.text, 64u << 20);
	if (!st)
		st = open_portions(&r);
	if (!st)
		st = all_instances(&r);
	if (!st)
		st = orphans_tell(g);
	portion_close(&r.ti);
	portion_close(&r.participants);
	portion_close(&r.steps);
	portion_close(&r.evidence);
	portion_close(&r.events);
	buf_done(&r.out);
	buf_done(&r.text);
	if (r.fd >= 0)
		close(r.fd);
	mem_free(path);
	return st;
}
