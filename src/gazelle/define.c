/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.json and catalogue.json from Gazelle: the session, domains as tracks, profiles, actors, transactions, and the
 * tests that can be played in this session. Gazelle layer; the thread that reads.
 */
#include "gazelle_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "verdict/base/clock.h"
#include "verdict/base/zone.h"

enum { TEST_ID, TEST_KEYWORD, TEST_NAME, TEST_SHORT, TEST_WANTED, TEST_STATUS, TEST_TYPE, TEST_PEER, TEST_USED, TEST_TYPE_USED };
static const char sql_tests[] = "SELECT t.id, {!t:tm_test.keyword}, {t:tm_test.name}, {t:tm_test.short_description}, "
	"{t:tm_test.number_of_tests_to_realize}, {x:tm_test_status.keyword}, {y:tm_test_type.keyword}, {z:tm_test_peer_type.keyword}, "
	"coalesce(t.id IN (SELECT i.test_id FROM tm_test_instance i WHERE i.testing_session_id = $1), false)::int, "
	"[tm_test_types_sessions:EXISTS (SELECT FROM tm_test_types_sessions u WHERE u.testing_session_id = $1 "
	"AND u.test_type_id = t.test_type_id)::int][-tm_test_types_sessions:NULL] FROM tm_test t "
	"[tm_test_status:LEFT JOIN tm_test_status x ON x.id = {t:tm_test.test_status_id}] "
	"[tm_test_type:LEFT JOIN tm_test_type y ON y.id = {t:tm_test.test_type_id}] "
	"[tm_test_peer_type:LEFT JOIN tm_test_peer_type z ON z.id = {t:tm_test.test_peer_type_id}] ORDER BY t.id";

enum { ROLE_TEST, ROLE_ID_, ROLE_KEY, ROLE_KEYWORD, ROLE_MIN, ROLE_MAX, ROLE_OPTION, ROLE_WANTED };
static const char sql_roles[] = "SELECT r.test_id, r.id, r.role_in_test_id, {!k:tm_role_in_test.keyword}, {r:tm_test_roles.card_min}, "
	"{r:tm_test_roles.card_max}, {o:tm_test_option.keyword}, {r:tm_test_roles.number_of_tests_to_realize} FROM tm_test_roles r "
	"LEFT JOIN tm_role_in_test k ON k.id = r.role_in_test_id "
	"[tm_test_option:LEFT JOIN tm_test_option o ON o.id = {r:tm_test_roles.test_option_id}] "
	"WHERE r.test_id IS NOT NULL ORDER BY r.test_id, r.id";

enum { STEP_TEST, STEP_ID, STEP_INDEX, STEP_FROM, STEP_TO, STEP_TRANSACTION, STEP_TEXT, STEP_MESSAGE, STEP_OPTION, STEP_SECURED };
static const char sql_steps[] = "SELECT l.test_id, s.id, {s:tm_test_steps.step_index}, {s:tm_test_steps.test_roles_initiator_id}, "
	"{s:tm_test_steps.test_roles_responder_id}, {s:tm_test_steps.transaction_id}, {s:tm_test_steps.description}, "
	"{s:tm_test_steps.message_type}, {o:tm_test_steps_option.keyword}, {s:tm_test_steps.secured}::int FROM tm_test_test_steps l "
	"JOIN tm_test_steps s ON s.id = l.test_steps_id "
	"[tm_test_steps_option:LEFT JOIN tm_test_steps_option o ON o.id = {s:tm_test_steps.test_steps_option_id}] "
	"ORDER BY 1, 3, 2";

/* What a role covers: the lines that playing it counts for. */
enum { COVER_ROLE, COVER_AIPO, COVER_TESTED };
static const char sql_covers[] = "SELECT l.role_in_test_id, {p:tm_test_participants.actor_integration_profile_option_id}, "
	"{p:tm_test_participants.is_tested}::int FROM tm_role_in_test_test_participants l "
	"JOIN tm_test_participants p ON p.id = l.test_participants_id ORDER BY l.role_in_test_id, 3 DESC NULLS LAST, 2";

enum { AIPO_ID, AIPO_ACTOR, AIPO_PROFILE, AIPO_OPTION };
static const char sql_aipos[] = "SELECT o.id, {!a:tf_actor_integration_profile.actor_id}, "
	"{!a:tf_actor_integration_profile.integration_profile_id}, "
	"{o:tf_actor_integration_profile_option.integration_profile_option_id} FROM tf_actor_integration_profile_option o "
	"LEFT JOIN tf_actor_integration_profile a ON a.id = o.actor_integration_profile_id ORDER BY o.id";

static enum status load_named(struct gazelle *g)
{
	enum status st = link_rel(&g->profiles, g, "SELECT p.id, {!p:tf_integration_profile.keyword}, {p:tf_integration_profile.name} "
		"FROM tf_integration_profile p ORDER BY p.id");

	if (!st)
		st = link_rel(&g->actors, g, "SELECT a.id, {!a:tf_actor.keyword}, {a:tf_actor.name} FROM tf_actor a ORDER BY a.id");
	if (!st && link_has(g, "tf_transaction"))
		st = link_rel(&g->transactions, g, "SELECT t.id, {!t:tf_transaction.keyword}, {t:tf_transaction.name} "
			"FROM tf_transaction t ORDER BY t.id");
	if (!st && link_has(g, "tf_integration_profile_option"))
		st = link_rel(&g->options, g, "SELECT o.id, {!o:tf_integration_profile_option.keyword} "
			"FROM tf_integration_profile_option o ORDER BY o.id");
	if (!st)
		st = link_rel(&g->aipos, g, sql_aipos);
	return st;
}

enum status define_load(struct gazelle *g)
{
	enum status st = load_named(g);

	if (!st)
		st = link_rel(&g->tests, g, sql_tests);
	if (!st)
		st = link_rel(&g->roles, g, sql_roles);
	if (!st && link_has(g, "tm_test_test_steps") && link_has(g, "tm_test_steps"))
		st = link_rel(&g->steps, g, sql_steps);
	if (!st && link_has(g, "tm_role_in_test_test_participants") && link_has(g, "tm_test_participants"))
		st = link_rel(&g->covers, g, sql_covers);
	g->profile_id = arena_array(&g->a, const char *, g->profiles.rows + 1);
	g->actor_id = arena_array(&g->a, const char *, g->actors.rows + 1);
	g->transaction_id = arena_array(&g->a, const char *, g->transactions.rows + 1);
	g->option_id = arena_array(&g->a, const char *, g->options.rows + 1);
	g->profile_used = arena_array(&g->a, bool, g->profiles.rows + 1);
	g->actor_used = arena_array(&g->a, bool, g->actors.rows + 1);
	g->transaction_used = arena_array(&g->a, bool, g->transactions.rows + 1);
	/* ids by number, before anything chooses among them: what is used later takes no id from another */
	for (int i = 0; i < g->profiles.rows; i++)
		g->profile_id[i] = name_id(g, ID_PROFILE, rel_text(&g->profiles, i, 1), g->profiles.key[i]);
	for (int i = 0; i < g->actors.rows; i++)
		g->actor_id[i] = name_id(g, ID_ACTOR, rel_text(&g->actors, i, 1), g->actors.key[i]);
	for (int i = 0; i < g->transactions.rows; i++)
		g->transaction_id[i] = name_id(g, ID_TRANSACTION, rel_text(&g->transactions, i, 1), g->transactions.key[i]);
	for (int i = 0; i < g->options.rows; i++)
		g->option_id[i] = name_id(g, ID_OPTION, rel_text(&g->options, i, 1), g->options.key[i]);
	return st;
}

/* ---- which tests ---- */

bool define_aipo(struct gazelle *g, int64_t id, const char **profile, const char **actor, const char **option)
{
	int row = rel_find(&g->aipos, id), p, a, o;

	if (row < 0)
		return false;
	p = rel_find(&g->profiles, rel_int(&g->aipos, row, AIPO_PROFILE, -1));
	a = rel_find(&g->actors, rel_int(&g->aipos, row, AIPO_ACTOR, -1));
	o = g->options.rows ? rel_find(&g->options, rel_int(&g->aipos, row, AIPO_OPTION, -1)) : -1;
	if (p < 0 || a < 0)
		return false;
	*profile = g->profile_id[p];
	*actor = g->actor_id[a];
	*option = o < 0 || strcmp(rel_text(&g->options, o, 1), "NONE") == 0 ? "" : g->option_id[o];
	g->profile_used[p] = true;
	g->actor_used[a] = true;
	return true;
}

/* Somebody in this session is registered for something that one of its roles covers. */
static bool playable(struct gazelle *g, const struct test_info *t)
{
	for (int i = t->first_role; i < t->first_role + t->n_roles; i++) {
		int first = rel_find(&g->covers, rel_int(&g->roles, i, ROLE_KEY, -1));

		for (int k = first; first >= 0 && k < first + rel_count(&g->covers, first); k++)
			if (rel_find(&g->lines, rel_int(&g->covers, k, COVER_AIPO, -1)) >= 0)
				return true;
	}
	return false;
}

static bool chosen(struct gazelle *g, int row, const struct test_info *t)
{
	const char *status = rel_text(&g->tests, row, TEST_STATUS);

	if (rel_int(&g->tests, row, TEST_USED, 0))
		return true;
	if (*status && strcmp(status, "ready") != 0)
		return false;
	if (!rel_null(&g->tests, row, TEST_TYPE_USED) && g->types_named && !rel_int(&g->tests, row, TEST_TYPE_USED, 0))
		return false;
	return playable(g, t);
}

static void number_steps(struct gazelle *g, int row, struct test_info *t)
{
	bool good = true;
	int64_t before = 0;

	for (int i = 0; i < t->n_steps && good; i++) {
		int64_t n = rel_int(&g->steps, t->first_step + i, STEP_INDEX, 0);

		good = n > before && n <= 999;
		before = n;
	}
	if (!good)
		tell_problem(g, "tm_test %lld (%s): steps without an index of their own are numbered in their order",
			(long long)g->tests.key[row], rel_text(&g->tests, row, TEST_KEYWORD));
	for (int i = 0; i < t->n_steps; i++)
		t->step[i] = good ? (int)rel_int(&g->steps, t->first_step + i, STEP_INDEX, 0) : i + 1;
}

static void choose_roles(struct gazelle *g, int row, struct test_info *t)
{
	name_forget(g, ID_ROLE);
	for (int i = 0; i < t->n_roles; i++) {
		int at = t->first_role + i;

		if (rel_null(&g->roles, at, ROLE_KEYWORD) || i >= PACK_ROLES_MAX)
			tell_problem(g, "tm_test_roles %s of test %s: %s", rel_text(&g->roles, at, ROLE_ID_),
				rel_text(&g->tests, row, TEST_KEYWORD), i >= PACK_ROLES_MAX ? "too many roles; left out"
				: "its tm_role_in_test is not there; left out");
		else
			t->role[i] = name_id(g, ID_ROLE, rel_text(&g->roles, at, ROLE_KEYWORD), rel_int(&g->roles, at, ROLE_KEY, 0));
	}
}

static void choose_tests(struct gazelle *g)
{
	g->test = arena_array(&g->a, struct test_info, g->tests.rows + 1);
	for (int i = 0; i < g->tests.rows; i++)
		g->types_named = g->types_named || rel_int(&g->tests, i, TEST_TYPE_USED, 0);
	for (int i = 0; i < g->tests.rows; i++) {
		struct test_info *t = &g->test[i];
		const char *id = name_id(g, ID_TEST, rel_text(&g->tests, i, TEST_KEYWORD), g->tests.key[i]);

		t->first_role = rel_find(&g->roles, g->tests.key[i]);
		t->n_roles = rel_count(&g->roles, t->first_role);
		t->first_step = rel_find(&g->steps, g->tests.key[i]);
		t->n_steps = rel_count(&g->steps, t->first_step);
		if (!chosen(g, i, t))
			continue;
		if (g->n.tests == PACK_TESTS_MAX) {
			tell_problem(g, "tm_test: more than %d tests; %s is left out", PACK_TESTS_MAX, id);
			continue;
		}
		if (t->n_steps > PACK_STEPS_MAX) {
			tell_problem(g, "tm_test %s: more than %d steps; the last are left out", id, PACK_STEPS_MAX);
			t->n_steps = PACK_STEPS_MAX;
		}
		t->id = id;
		t->role = arena_array(&g->a, const char *, t->n_roles + 1);
		t->step = arena_array(&g->a, int, t->n_steps + 1);
		t->role_key = arena_array(&g->a, int64_t, t->n_roles + 1);
		t->step_key = arena_array(&g->a, int64_t, t->n_steps + 1);
		for (int k = 0; k < t->n_roles; k++)
			t->role_key[k] = rel_int(&g->roles, t->first_role + k, ROLE_KEY, -1);
		for (int k = 0; k < t->n_steps; k++)
			t->step_key[k] = rel_int(&g->steps, t->first_step + k, STEP_ID, -1);
		choose_roles(g, i, t);
		number_steps(g, i, t);
		g->n.tests++;
	}
}

/* ---- event.json ---- */

enum { S_ID, S_NAME, S_TYPE, S_YEAR, S_BEGIN, S_END, S_CRITICAL, S_PLACE, S_COUNTRY };
static const char sql_session[] = "SELECT s.id, {s:tm_testing_session.description}, {s:tm_testing_session.type}, "
	"{s:tm_testing_session.year}, ({@s:tm_testing_session.beginning_date} AT TIME ZONE {%})::date, "
	"({@s:tm_testing_session.ending_date} AT TIME ZONE {%})::date, {s:tm_testing_session.is_critical_status_enabled}::int, "
	"{a:usr_address.city}, {c:usr_iso_3166_country_code.printable_name|name} FROM tm_testing_session s "
	"[usr_address:LEFT JOIN usr_address a ON a.id = {s:tm_testing_session.address_id} "
	"[usr_iso_3166_country_code:LEFT JOIN usr_iso_3166_country_code c ON c.iso = {a:usr_address.country}]] "
	"WHERE s.id = $1 ORDER BY s.id";

/* Days are never made up: where the session has none, those of what happened in it. */
static enum status days(char begins[16], char ends[16], struct gazelle *g, const struct rel *r)
{
	struct rel span = { NULL, NULL, 0 };
	enum status st = STATUS_OK;

	snprintf(begins, 16, "%.10s", rel_text(r, 0, S_BEGIN));
	snprintf(ends, 16, "%.10s", rel_text(r, 0, S_END));
	if (*begins && *ends)
		return STATUS_OK;
	st = link_rel(&span, g, "SELECT count(*), min({@i:tm_test_instance.last_changed} AT TIME ZONE {%})::date, "
		"max({@i:tm_test_instance.last_changed} AT TIME ZONE {%})::date FROM tm_test_instance i WHERE i.testing_session_id = $1");
	if (!st && (span.rows != 1 || rel_null(&span, 0, 1)))
		st = status_set(STATUS_INVALID, "tm_testing_session %lld has no beginning_date and ending_date; set them in Gazelle",
			(long long)g->session);
	if (!st) {
		tell_problem(g, "tm_testing_session %lld: without beginning_date or ending_date; days of its TIs are taken",
			(long long)g->session);
		snprintf(begins, 16, "%.10s", *begins ? begins : rel_text(&span, 0, 1));
		snprintf(ends, 16, "%.10s", *ends ? ends : rel_text(&span, 0, 2));
	}
	rel_done(&span);
	return st;
}

static void put_event(struct jsonw *w, struct gazelle *g, const struct rel *r, const char *begins, const char *ends)
{
	struct zone *z = zone_of(g->zone, 0);
	struct buf name;
	int64_t noon = 0;

	buf_init(&name, PACK_NAME_MAX * 4);
	if (*rel_text(r, 0, S_NAME))
		buf_adds(&name, rel_text(r, 0, S_NAME));
	else
		buf_printf(&name, "%s %s", *rel_text(r, 0, S_TYPE) ? rel_text(r, 0, S_TYPE) : "Session", rel_text(r, 0, S_YEAR));
	(void)clock_parse(&noon, begins);
	jsonw_object(w, NULL);
	jsonw_str(w, "format", "verdict-pack");
	jsonw_int(w, "version", 1);
	jsonw_str(w, "id", g->event);
	gz_name(w, "name", buf_str(&name));
	buf_reset(&name);
	buf_printf(&name, "%s%s%s", rel_text(r, 0, S_PLACE), *rel_text(r, 0, S_PLACE) && *rel_text(r, 0, S_COUNTRY) ? ", " : "",
		rel_text(r, 0, S_COUNTRY));
	gz_name(w, "place", buf_str(&name));
	jsonw_str(w, "begins", begins);
	jsonw_str(w, "ends", ends);
	jsonw_int(w, "tz_min", zone_offset(z, noon + 12 * 3600000));
	jsonw_str(w, "tz_name", g->zone);
	jsonw_bool(w, "critical_on", rel_int(r, 0, S_CRITICAL, 0) != 0);
	jsonw_end_object(w);
	buf_done(&name);
	zone_free(z);
}

static enum status write_event(struct gazelle *g, const char *dir)
{
	struct rel r = { NULL, NULL, 0 };
	char begins[16], ends[16];
	struct jsonw w;
	struct buf b;
	enum status st = link_rel(&r, g, sql_session);

	buf_init(&b, PACK_EVENT_MAX);
	if (!st && r.rows != 1)
		st = status_set(STATUS_NOT_FOUND, "tm_testing_session %lld is not there", (long long)g->session);
	if (!st)
		st = days(begins, ends, g, &r);
	if (!st) {
		jsonw_init(&w, &b, true);
		put_event(&w, g, &r, begins, ends);
		buf_addc(&b, '\n');
		st = gz_member(dir, "event.json", &b);
	}
	buf_done(&b);
	rel_done(&r);
	return st;
}

/* ---- catalogue.json ---- */

struct catalogue { struct gazelle *g; struct jsonw w; struct rel domains, of_profile, texts; bool *track_used; const char **track; };

static enum status load_domains(struct catalogue *c)
{
	struct gazelle *g = c->g;
	enum status st = STATUS_OK;

	if (link_has(g, "tf_domain"))
		st = link_rel(&c->domains, g, "SELECT d.id, {!d:tf_domain.keyword}, {d:tf_domain.name}, {d:tf_domain.description} "
			"FROM tf_domain d ORDER BY d.id");
	if (!st && link_has(g, "tf_domain_profile"))
		st = link_rel(&c->of_profile, g, "SELECT l.integration_profile_id, l.domain_id FROM tf_domain_profile l "
			"ORDER BY l.integration_profile_id, l.domain_id");
	c->track = arena_array(&g->a, const char *, c->domains.rows + 1);
	c->track_used = arena_array(&g->a, bool, c->domains.rows + 1);
	for (int i = 0; i < c->domains.rows; i++)
		c->track[i] = name_id(g, ID_TRACK, rel_text(&c->domains, i, 1), c->domains.key[i]);
	/* the last one: of tests whose domain nobody told */
	c->track[c->domains.rows] = name_id(g, ID_TRACK, "OTHER", 0);
	return st;
}

/* Row of the profile's domain, or of the last track. */
static int domain_of(const struct catalogue *c, int64_t profile)
{
	int row = rel_find(&c->of_profile, profile), at = row < 0 ? -1 : rel_find(&c->domains, rel_int(&c->of_profile, row, 1, -1));

	return at < 0 ? c->domains.rows : at;
}

static int track_of(struct catalogue *c, const struct test_info *t)
{
	struct gazelle *g = c->g;

	for (int i = t->first_role; i < t->first_role + t->n_roles; i++) {
		int row = rel_find(&g->covers, rel_int(&g->roles, i, ROLE_KEY, -1)), aipo, at;

		aipo = row < 0 ? -1 : rel_find(&g->aipos, rel_int(&g->covers, row, COVER_AIPO, -1));
		at = aipo < 0 ? c->domains.rows : domain_of(c, rel_int(&g->aipos, aipo, AIPO_PROFILE, -1));
		if (at != c->domains.rows)
			return at;
	}
	return c->domains.rows;
}

static bool is_english(const struct catalogue *c, int row)
{
	return strcmp(rel_text(&c->texts, row, 2), "EN") == 0 || strcmp(rel_text(&c->texts, row, 2), "English") == 0;
}

/* English first, then the others below the name of their language: a monitor may read one of those better. */
static void add_texts(struct buf *b, const struct catalogue *c, int64_t test)
{
	int first = c->texts.r ? rel_find(&c->texts, test) : -1, n = first < 0 ? 0 : rel_count(&c->texts, first);

	for (int pass = 0; pass < 2; pass++)
		for (int i = first; i < first + n; i++) {
			size_t len = (size_t)PQgetlength(c->texts.r, i, 1);

			if (is_english(c, i) != (pass == 0) || !len)
				continue;
			if (b->len)
				buf_adds(b, "\n\n");
			if (pass && n > 1 && *rel_text(&c->texts, i, 2))
				buf_printf(b, "[%s]\n", rel_text(&c->texts, i, 2));
			gazelle_html(b, rel_text(&c->texts, i, 1), len);
		}
}

static void put_description(struct catalogue *c, int row)
{
	const char *brief = rel_text(&c->g->tests, row, TEST_SHORT);
	struct buf b;

	buf_init(&b, 16u << 20);
	gazelle_html(&b, brief, strlen(brief));
	add_texts(&b, c, c->g->tests.key[row]);
	if (name_cut(buf_str(&b), b.len, PACK_DESCRIPTION_MAX) < b.len)
		tell_problem(c->g, "tm_test %s: its description is cut at %d bytes", c->g->test[row].id, PACK_DESCRIPTION_MAX);
	gz_text(&c->w, "description", buf_str(&b), PACK_DESCRIPTION_MAX);
	buf_done(&b);
}

/* What a role covers, and first of all the one that is most its own. */
static void put_covers(struct catalogue *c, int role)
{
	struct gazelle *g = c->g;
	int first = rel_find(&g->covers, rel_int(&g->roles, role, ROLE_KEY, -1)), n = 0;
	const char *profile, *actor, *option;

	for (int i = first; first >= 0 && i < first + rel_count(&g->covers, first); i++) {
		if (rel_int(&g->covers, i, COVER_TESTED, 1) == 0)
			continue;	/* plays along, and it counts for nothing */
		if (!define_aipo(g, rel_int(&g->covers, i, COVER_AIPO, -1), &profile, &actor, &option)) {
			tell_problem(g, "tm_role_in_test %s: what it covers is not in tf_actor_integration_profile_option",
				rel_text(&g->roles, role, ROLE_KEYWORD));
			continue;
		}
		if (n++ == 0) {
			jsonw_str(&c->w, "profile", profile);
			jsonw_str(&c->w, "actor", actor);
			if (*option)
				jsonw_str(&c->w, "option", option);
			jsonw_array(&c->w, "covers");
		}
		if (n > PACK_COVERS_MAX)
			continue;
		jsonw_object(&c->w, NULL);
		jsonw_str(&c->w, "profile", profile);
		jsonw_str(&c->w, "actor", actor);
		if (*option)
			jsonw_str(&c->w, "option", option);
		jsonw_end_object(&c->w);
	}
	if (n)
		jsonw_end_array(&c->w);
}

static int64_t within(int64_t n, int64_t least, int64_t most)
{
	return n < least ? least : n > most ? most : n;
}

static void put_roles(struct catalogue *c, int row)
{
	const struct test_info *t = &c->g->test[row];
	const struct rel *r = &c->g->roles;

	jsonw_array(&c->w, "roles");
	for (int i = 0; i < t->n_roles; i++) {
		int at = t->first_role + i;
		int64_t min = within(rel_int(r, at, ROLE_MIN, 1), 0, 99), wanted = rel_int(r, at, ROLE_WANTED, -1);

		if (!t->role[i])
			continue;
		if (wanted < 0)
			wanted = rel_int(&c->g->tests, row, TEST_WANTED, 1);
		jsonw_object(&c->w, NULL);
		jsonw_str(&c->w, "label", t->role[i]);
		put_covers(c, at);
		jsonw_int(&c->w, "min", min);
		jsonw_int(&c->w, "max", within(rel_int(r, at, ROLE_MAX, 1), min ? min : 1, 99));
		jsonw_int(&c->w, "wanted", within(wanted, 0, 99));
		jsonw_bool(&c->w, "required", !*rel_text(r, at, ROLE_OPTION) || rel_text(r, at, ROLE_OPTION)[0] == 'R');
		jsonw_end_object(&c->w);
	}
	jsonw_end_array(&c->w);
}

/* Label of the role with that number in tm_test_roles; NULL where the test has it not. */
static const char *label_of(const struct gazelle *g, const struct test_info *t, int64_t id)
{
	for (int i = 0; i < t->n_roles; i++)
		if (rel_int(&g->roles, t->first_role + i, ROLE_ID_, -1) == id)
			return t->role[i];
	return NULL;
}

/* What people wrote where nothing was to be written. */
static bool nothing(const char *word)
{
	return !*word || strcmp(word, "-") == 0 || strcasecmp(word, "none") == 0 || strcasecmp(word, "null") == 0 ||
		strcasecmp(word, "n/a") == 0;
}

static void put_step_text(struct catalogue *c, int at)
{
	const char *text = rel_text(&c->g->steps, at, STEP_TEXT), *message = rel_text(&c->g->steps, at, STEP_MESSAGE);
	struct buf b;

	buf_init(&b, 1u << 20);
	gazelle_html(&b, text, strlen(text));
	if (!nothing(message))
		buf_printf(&b, "%s(%s)", b.len ? " " : "", message);
	if (rel_int(&c->g->steps, at, STEP_SECURED, 0))
		buf_adds(&b, " (TLS)");
	if (rel_text(&c->g->steps, at, STEP_OPTION)[0] == 'O')
		buf_adds(&b, " (optional)");
	gz_text(&c->w, "text", buf_str(&b), PACK_TEXT_MAX);
	buf_done(&b);
}

static void put_step(struct catalogue *c, int row, int i)
{
	struct gazelle *g = c->g;
	struct test_info *t = &g->test[row];
	int at = t->first_step + i, transaction;
	const char *from = label_of(g, t, rel_int(&g->steps, at, STEP_FROM, -1));
	const char *to = label_of(g, t, rel_int(&g->steps, at, STEP_TO, -1));

	if (!from || !to) {
		tell_problem(g, "tm_test_steps %s of test %s: its initiator or responder is no role of the test; left out",
			rel_text(&g->steps, at, STEP_ID), t->id);
		t->step[i] = 0;
		return;
	}
	jsonw_object(&c->w, NULL);
	jsonw_int(&c->w, "n", t->step[i]);
	if (strcmp(from, to) == 0)
		jsonw_str(&c->w, "kind", "local");
	jsonw_str(&c->w, "from", from);
	jsonw_str(&c->w, "to", to);
	transaction = rel_null(&g->steps, at, STEP_TRANSACTION) || !g->transactions.rows ? -1
		: rel_find(&g->transactions, rel_int(&g->steps, at, STEP_TRANSACTION, -1));
	if (transaction >= 0 && nothing(rel_text(&g->transactions, transaction, 1))) {
		/* Gazelle's way to say that there is none */
	} else if (transaction >= 0) {
		jsonw_str(&c->w, "transaction", g->transaction_id[transaction]);
		g->transaction_used[transaction] = true;
	} else if (!rel_null(&g->steps, at, STEP_TRANSACTION)) {
		tell_problem(g, "tm_test_steps %s of test %s: its transaction %s is not there", rel_text(&g->steps, at, STEP_ID), t->id,
			rel_text(&g->steps, at, STEP_TRANSACTION));
	}
	put_step_text(c, at);
	jsonw_end_object(&c->w);
}

/* Profiles of its roles, each once. */
static void put_profiles(struct catalogue *c, const struct test_info *t)
{
	struct gazelle *g = c->g;
	struct map *seen = map_new();
	const char *profile, *actor, *option;
	int n = 0;

	jsonw_array(&c->w, "profiles");
	for (int i = t->first_role; i < t->first_role + t->n_roles; i++) {
		int first = rel_find(&g->covers, rel_int(&g->roles, i, ROLE_KEY, -1));

		for (int k = first; first >= 0 && k < first + rel_count(&g->covers, first) && n < 64; k++) {
			if (rel_int(&g->covers, k, COVER_TESTED, 1) == 0 ||
				!define_aipo(g, rel_int(&g->covers, k, COVER_AIPO, -1), &profile, &actor, &option) ||
				map_set(seen, profile, g))
				continue;
			jsonw_str(&c->w, NULL, profile);
			n++;
		}
	}
	jsonw_end_array(&c->w);
	map_free(seen);
}

static void put_test(struct catalogue *c, int row)
{
	const char *peer = rel_text(&c->g->tests, row, TEST_PEER), *name = rel_text(&c->g->tests, row, TEST_NAME);
	struct test_info *t = &c->g->test[row];
	int track = track_of(c, t);

	c->track_used[track] = true;
	jsonw_object(&c->w, NULL);
	jsonw_str(&c->w, "id", t->id);
	gz_name(&c->w, "title", *name ? name : rel_text(&c->g->tests, row, TEST_KEYWORD));
	jsonw_str(&c->w, "track", c->track[track]);
	jsonw_str(&c->w, "peer", strcmp(peer, "NO_PEER_TEST") == 0 ? "none" : strcmp(peer, "WORKFLOW_TEST") == 0 ? "workflow" : "p2p");
	put_description(c, row);
	put_profiles(c, t);
	put_roles(c, row);
	jsonw_array(&c->w, "steps");
	for (int i = 0; i < t->n_steps; i++)
		put_step(c, row, i);
	jsonw_end_array(&c->w);
	jsonw_end_object(&c->w);
	buf_addc(c->w.out, '\n');
}

static void put_named(struct catalogue *c, const char *list, const struct rel *r, const char **id, const bool *used, uint64_t *count)
{
	jsonw_array(&c->w, list);
	for (int i = 0; i < r->rows; i++) {
		int domain = r == &c->g->profiles ? domain_of(c, r->key[i]) : c->domains.rows;

		if (!used[i])
			continue;
		jsonw_object(&c->w, NULL);
		jsonw_str(&c->w, "id", id[i]);
		gz_name(&c->w, "name", *rel_text(r, i, 2) ? rel_text(r, i, 2) : rel_text(r, i, 1));
		if (r == &c->g->profiles && domain < c->domains.rows)
			jsonw_str(&c->w, "domain", c->track[domain]);
		jsonw_end_object(&c->w);
		++*count;
	}
	jsonw_end_array(&c->w);
	buf_addc(c->w.out, '\n');
}

static void put_tracks(struct catalogue *c)
{
	struct buf goal;

	buf_init(&goal, 1u << 20);
	jsonw_array(&c->w, "tracks");
	for (int i = 0; i <= c->domains.rows; i++) {
		bool other = i == c->domains.rows;

		if (!c->track_used[i])
			continue;
		jsonw_object(&c->w, NULL);
		jsonw_str(&c->w, "id", c->track[i]);
		gz_name(&c->w, "name", other ? "Other" : *rel_text(&c->domains, i, 2) ? rel_text(&c->domains, i, 2) : c->track[i]);
		if (!other) {
			buf_reset(&goal);
			gazelle_html(&goal, rel_text(&c->domains, i, 3), strlen(rel_text(&c->domains, i, 3)));
			gz_text(&c->w, "goal", buf_str(&goal), PACK_TEXT_MAX);
		}
		jsonw_end_object(&c->w);
		c->g->n.tracks++;
	}
	jsonw_end_array(&c->w);
	buf_done(&goal);
}

static enum status write_catalogue(struct gazelle *g, const char *dir)
{
	struct catalogue c = { .g = g };
	struct buf tests, rules, all;
	enum status st = load_domains(&c);

	if (!st && link_has(g, "tm_test_test_description") && link_has(g, "tm_test_description"))
		st = link_rel(&c.texts, g, "SELECT l.test_id, {d:tm_test_description.description}, "
			"{n:usr_gazelle_language.description|keyword} FROM tm_test_test_description l "
			"JOIN tm_test_description d ON d.id = l.test_description_id [usr_gazelle_language:LEFT JOIN usr_gazelle_language n "
			"ON n.id = {d:tm_test_description.gazelle_language_id}] ORDER BY l.test_id, d.id DESC");
	buf_init(&tests, PACK_CATALOGUE_MAX);
	buf_init(&all, PACK_CATALOGUE_MAX);
	/* the tests first: they tell what else is used */
	jsonw_init(&c.w, &tests, false);
	jsonw_array(&c.w, NULL);
	for (int i = 0; i < g->tests.rows && !st; i++)
		if (g->test[i].id)
			put_test(&c, i);
	jsonw_end_array(&c.w);
	buf_init(&rules, PACK_CATALOGUE_MAX);
	if (!st)
		st = rules_write(&rules, g);
	jsonw_init(&c.w, &all, false);
	jsonw_object(&c.w, NULL);
	put_tracks(&c);
	put_named(&c, "profiles", &g->profiles, g->profile_id, g->profile_used, &g->n.profiles);
	put_named(&c, "actors", &g->actors, g->actor_id, g->actor_used, &g->n.actors);
	put_named(&c, "transactions", &g->transactions, g->transaction_id, g->transaction_used, &g->n.transactions);
	jsonw_raw(&c.w, "tests", buf_str(&tests), tests.len);
	if (rules.len > strlen("[]"))
		jsonw_raw(&c.w, "dependencies", buf_str(&rules), rules.len);
	jsonw_end_object(&c.w);
	buf_addc(&all, '\n');
	all.err = all.err ? all.err : tests.err ? tests.err : rules.err;
	if (!st)
		st = gz_member(dir, "catalogue.json", &all);
	buf_done(&tests);
	buf_done(&rules);
	buf_done(&all);
	rel_done(&c.domains);
	rel_done(&c.of_profile);
	rel_done(&c.texts);
	return st;
}

enum status define_write(struct gazelle *g, const char *dir)
{
	enum status st = write_event(g, dir);

	choose_tests(g);
	return st ? st : write_catalogue(g, dir);
}
