/* SPDX-License-Identifier: Apache-2.0 */
/*
 * organisations.json, systems.json and persons.json from Gazelle: who takes part in the session with what, where it
 * stands and what it is registered for; monitors with their tests, and managers. Gazelle layer; the thread that reads.
 */
#include "gazelle_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/model/kinds.h"

enum { SYS_ID, SYS_NAME, SYS_KEYWORD, SYS_VERSION, SYS_INSTITUTION, SYS_TABLE, SYS_ACCEPTED, SYS_USED };
static const char sql_systems[] = "SELECT x.system_id, {s:tm_system.name}, {s:tm_system.keyword}, {s:tm_system.version}, "
	"[tm_institution_system:(SELECT min(l.institution_id) FROM tm_institution_system l WHERE l.system_id = s.id)]"
	"[-tm_institution_system:NULL], coalesce(nullif({x:tm_system_in_session.table_label}, ''), {t:sys_table_session.table_keyword}), "
	"{x:tm_system_in_session.accepted_to_session}::int, coalesce(x.id IN (SELECT u.system_in_session_id "
	"FROM tm_test_instance_participants p JOIN tm_test_instance i ON i.id = p.test_instance_id "
	"JOIN tm_system_in_session_user u ON u.id = p.system_in_session_user_id WHERE i.testing_session_id = $1), false)::int, s.id "
	"FROM tm_system_in_session x LEFT JOIN tm_system s ON s.id = x.system_id "
	"[sys_table_session:LEFT JOIN sys_table_session t ON t.id = {x:tm_system_in_session.table_session_id}] "
	"WHERE x.testing_session_id = $1 AND x.system_id IS NOT NULL ORDER BY x.system_id";

enum { LINE_SYSTEM, LINE_AIPO, LINE_TYPE, LINE_ID };
static const char sql_lines[] = "SELECT a.system_id, {!a:tm_system_actor_profiles.actor_integration_profile_option_id}, "
	"{t:tm_testing_type.keyword}, a.id FROM tm_system_actor_profiles a "
	"[tm_testing_type:LEFT JOIN tm_testing_type t ON t.id = {a:tm_system_actor_profiles.testing_type_id}] "
	"WHERE a.system_id IN (SELECT x.system_id FROM tm_system_in_session x WHERE x.testing_session_id = $1) ORDER BY a.system_id, a.id";

enum { RES_LINE, RES_GRADE, RES_WHO, RES_AT, RES_TEXT };
static const char sql_graded[] = "SELECT r.system_actor_profile_id, s.keyword, "
	"{r:tm_system_aipo_result_for_a_testing_session.last_modifier_id}, "
	"{@r:tm_system_aipo_result_for_a_testing_session.last_changed}, {r:tm_system_aipo_result_for_a_testing_session.comment} "
	"FROM tm_system_aipo_result_for_a_testing_session r JOIN tm_status_results s ON s.id = r.status_id "
	"WHERE r.testing_session_id = $1 AND r.system_actor_profile_id IS NOT NULL ORDER BY r.system_actor_profile_id, r.id";

enum { ORG_ID, ORG_KEYWORD, ORG_NAME, ORG_COUNTRY, ORG_COUNTRY_NAME };
static const char sql_organisations[] = "SELECT i.id, {i:usr_institution.keyword}, {i:usr_institution.name}, {a:usr_address.country}, "
	"{c:usr_iso_3166_country_code.printable_name|name} FROM usr_institution i "
	"[usr_address:LEFT JOIN usr_address a ON a.id = {i:usr_institution.mailing_address_id}] "
	"[usr_iso_3166_country_code:LEFT JOIN usr_iso_3166_country_code c ON c.iso = {a:usr_address.country}] ORDER BY i.id";

enum { MON_ID, MON_USER, MON_NAME, MON_FIRST, MON_LAST, MON_INSTITUTION, MON_ACTIVE };
static const char sql_monitors[] = "SELECT m.id, m.user_id, {u:usr_users.username}, {u:usr_users.firstname}, {u:usr_users.lastname}, "
	"{u:usr_users.institution_id}, {m:tm_monitor_in_session.is_activated}::int FROM tm_monitor_in_session m "
	"[usr_users:LEFT JOIN usr_users u ON u.id::text = m.user_id::text] WHERE m.testing_session_id = $1 ORDER BY m.id";
static const char sql_managers[] = "SELECT 0, m.user_id, {u:usr_users.username}, {u:usr_users.firstname}, {u:usr_users.lastname}, "
	"{u:usr_users.institution_id}, 1 FROM tm_testing_session_admin m "
	"[usr_users:LEFT JOIN usr_users u ON u.id::text = m.user_id::text] WHERE m.testing_session_id = $1 ORDER BY 2";

static const char no_organisation[] = "O0";

/* Systems by their number; of two rows of one the first counts. */
static void mark_systems(struct gazelle *g)
{
	const char *profile, *actor, *option;

	g->system_here = arena_array(&g->a, bool, g->systems.rows + 1);
	for (int i = 0; i < g->systems.rows; i++) {
		if (i && g->systems.key[i] == g->systems.key[i - 1])
			tell_problem(g, "tm_system_in_session: system %lld is twice in the session", (long long)g->systems.key[i]);
		else if (rel_null(&g->systems, i, SYS_USED + 1))
			tell_problem(g, "tm_system_in_session: system %lld is not in tm_system; left out", (long long)g->systems.key[i]);
		else
			g->system_here[i] = rel_int(&g->systems, i, SYS_ACCEPTED, 1) || rel_int(&g->systems, i, SYS_USED, 0);
		if (!g->system_here[i])
			continue;
		for (int k = rel_find(&g->registered, g->systems.key[i]), n = rel_count(&g->registered, k); n > 0; n--, k++)
			if (!define_aipo(g, rel_int(&g->registered, k, LINE_AIPO, -1), &profile, &actor, &option))
				tell_problem(g, "tm_system_actor_profiles: system %lld is registered for %s, which is not in "
					"tf_actor_integration_profile_option; left out", (long long)g->systems.key[i],
					rel_text(&g->registered, k, LINE_AIPO));
	}
}

enum status roster_load(struct gazelle *g)
{
	enum status st = link_rel(&g->systems, g, sql_systems);

	if (!st && link_has(g, "tm_system_actor_profiles"))
		st = link_rel(&g->registered, g, sql_lines);
	if (!st && link_has(g, "tm_system_actor_profiles"))
		st = link_rel(&g->lines, g, "SELECT a.actor_integration_profile_option_id, a.system_id FROM tm_system_actor_profiles a "
			"WHERE a.system_id IN (SELECT x.system_id FROM tm_system_in_session x WHERE x.testing_session_id = $1) "
			"AND a.actor_integration_profile_option_id IS NOT NULL ORDER BY 1, 2");
	if (!st && link_has(g, "tm_system_aipo_result_for_a_testing_session") && link_has(g, "tm_status_results.keyword") &&
	    link_has(g, "tm_system_actor_profiles"))
		st = link_rel(&g->graded, g, sql_graded);
	if (!st && link_has(g, "usr_institution"))
		st = link_rel(&g->institutions, g, sql_organisations);
	if (!st && link_has(g, "tm_monitor_in_session"))
		st = link_rel(&g->users, g, sql_monitors);
	if (!st)
		mark_systems(g);
	return st;
}

/* ---- organisations.json ---- */

static bool country_ok(const char *c)
{
	return strlen(c) == 2 && c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z';
}

static void put_organisation(struct jsonw *w, struct gazelle *g, int row)
{
	const char *country = rel_text(&g->institutions, row, ORG_COUNTRY), *keyword = rel_text(&g->institutions, row, ORG_KEYWORD);
	char id[32];
	bool known = country_ok(country);

	if (!known)
		tell_problem(g, "usr_institution %lld (%s): no country in its mailing address; ZZ stands for it",
			(long long)g->institutions.key[row], keyword);
	snprintf(id, sizeof(id), "O%lld", (long long)g->institutions.key[row]);
	jsonw_object(w, NULL);
	jsonw_str(w, "id", id);
	gz_name(w, "name", *rel_text(&g->institutions, row, ORG_NAME) ? rel_text(&g->institutions, row, ORG_NAME)
		: *keyword ? keyword : id);
	jsonw_str(w, "country", known ? country : "ZZ");
	gz_name(w, "country_name", known ? rel_text(&g->institutions, row, ORG_COUNTRY_NAME) : "unknown");
	jsonw_end_object(w);
	buf_addc(w->out, '\n');
	g->n.organisations++;
}

static enum status write_organisations(struct gazelle *g, const char *dir)
{
	bool homeless = false;
	struct jsonw w;
	struct buf b;
	enum status st;

	buf_init(&b, PACK_ROSTER_MAX);
	jsonw_init(&w, &b, false);
	jsonw_array(&w, NULL);
	g->institution_here = arena_array(&g->a, bool, g->institutions.rows + 1);
	for (int i = 0; i < g->systems.rows; i++) {
		int row = rel_find(&g->institutions, rel_int(&g->systems, i, SYS_INSTITUTION, -1));

		if (!g->system_here[i])
			continue;
		if (row >= 0) {
			g->institution_here[row] = true;
			continue;
		}
		homeless = true;
		tell_problem(g, "tm_system %lld (%s): belongs to no institution", (long long)g->systems.key[i],
			rel_text(&g->systems, i, SYS_KEYWORD));
	}
	for (int i = 0; i < g->institutions.rows; i++)
		if (g->institution_here[i])
			put_organisation(&w, g, i);
	if (homeless) {
		jsonw_object(&w, NULL);
		jsonw_str(&w, "id", no_organisation);
		jsonw_str(&w, "name", "(no organisation)");
		jsonw_str(&w, "country", "ZZ");
		jsonw_end_object(&w);
		g->n.organisations++;
	}
	jsonw_end_array(&w);
	st = gz_member(dir, "organisations.json", &b);
	buf_done(&b);
	return st;
}

/* ---- systems.json ---- */

struct registered { const char *profile, *actor, *option; bool supportive, done; int graded; };	/* graded: row, -1: none */

/* What a system is registered for, as far as it can be told; array of *n_out. */
static struct registered *registered(size_t *n_out, struct gazelle *g, int64_t system)
{
	int k = rel_find(&g->registered, system), n = rel_count(&g->registered, k);
	struct registered *all = mem_array((size_t)n + 1, sizeof(*all));
	size_t at = 0;

	for (; n > 0 && at < PACK_LINES_MAX; n--, k++) {
		struct registered *l = &all[at];
		size_t i;

		if (!define_aipo(g, rel_int(&g->registered, k, LINE_AIPO, -1), &l->profile, &l->actor, &l->option))
			continue;
		l->supportive = rel_text(&g->registered, k, LINE_TYPE)[0] == 'S';
		l->graded = g->graded.rows ? rel_find(&g->graded, rel_int(&g->registered, k, LINE_ID, -1)) : -1;
		for (i = 0; i < at && (strcmp(all[i].profile, l->profile) != 0 || strcmp(all[i].actor, l->actor) != 0 ||
			strcmp(all[i].option, l->option) != 0); i++)
			;
		if (i == at)
			at++;
		else
			tell_problem(g, "tm_system_actor_profiles: system %lld is registered twice for %s/%s/%s", (long long)system,
				l->profile, l->actor, l->option);
	}
	*n_out = at;
	return all;
}

/* What Gazelle's managers said of it: shown beside our grades, and none of them. */
static void put_grade(struct jsonw *w, struct gazelle *g, const struct registered *l)
{
	static const struct { const char *theirs; enum grade ours; } words[] = {
		{ "passed", GRADE_PASSED }, { "failed", GRADE_DID_NOT_COMPLETE }, { "atrisk", GRADE_AT_RISK },
		{ "nopeer", GRADE_NO_PEER }, { "nograding", GRADE_NOT_GRADED }, { "withdrawn", GRADE_WITHDRAWN },
	};
	const char *word = rel_text(&g->graded, l->graded, RES_GRADE);
	size_t i, n = sizeof(words) / sizeof(words[0]);
	char at[64];

	for (i = 0; i < n && strcmp(words[i].theirs, word) != 0; i++)
		;
	if (i == n) {
		tell_problem(g, "tm_system_aipo_result_for_a_testing_session: \"%s\" is no grade that is known; left out", word);
		return;
	}
	jsonw_object(w, NULL);
	jsonw_str(w, "grade", grade_name(words[i].ours));
	jsonw_str(w, "place", "Gazelle");
	if (*l->option)
		jsonw_str(w, "option", l->option);
	if (gz_time(at, rel_text(&g->graded, l->graded, RES_AT)))
		jsonw_str(w, "at", at);
	gz_name(w, "who", rel_text(&g->graded, l->graded, RES_WHO));
	gz_name(w, "text", rel_text(&g->graded, l->graded, RES_TEXT));
	jsonw_end_object(w);
}

/* Of all options of the first one's profile and actor. */
static void put_grades(struct jsonw *w, struct gazelle *g, const struct registered *l, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (l[i].graded < 0 || strcmp(l[i].profile, l->profile) != 0 || strcmp(l[i].actor, l->actor) != 0)
			continue;
		if (!any)
			jsonw_array(w, "elsewhere");
		any = true;
		put_grade(w, g, &l[i]);
	}
	if (any)
		jsonw_end_array(w);
}

/* One entry for a profile and actor, with all options; of what is supportive the one without options speaks. */
static void put_line(struct jsonw *w, struct gazelle *g, int64_t system, struct registered *l, size_t n)
{
	bool supportive = l->supportive, options = false;
	unsigned int count = 0;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(l[i].profile, l->profile) != 0 || strcmp(l[i].actor, l->actor) != 0)
			continue;
		l[i].done = true;
		options = options || *l[i].option;
		if (!*l[i].option)
			supportive = l[i].supportive;
	}
	jsonw_object(w, NULL);
	jsonw_str(w, "profile", l->profile);
	jsonw_str(w, "actor", l->actor);
	g->n.lines++;
	if (options)
		jsonw_array(w, "options");
	for (size_t i = 0; i < n && options; i++) {
		if (!*l[i].option || strcmp(l[i].profile, l->profile) != 0 || strcmp(l[i].actor, l->actor) != 0 || count == 64)
			continue;
		if (l[i].supportive != supportive)
			tell_problem(g, "tm_system_actor_profiles: system %lld: option %s of %s/%s is taken as %s, like the rest",
				(long long)system, l[i].option, l->profile, l->actor, supportive ? "supportive" : "thorough");
		jsonw_str(w, NULL, l[i].option);
		g->n.lines++;
		count++;
	}
	if (options)
		jsonw_end_array(w);
	jsonw_str(w, "type", supportive ? "supportive" : "thorough");
	put_grades(w, g, l, n);
	jsonw_end_object(w);
}

static void put_lines(struct jsonw *w, struct gazelle *g, int64_t system)
{
	size_t n;
	struct registered *all = registered(&n, g, system);

	jsonw_array(w, "lines");
	for (size_t i = 0; i < n; i++)
		if (!all[i].done)
			put_line(w, g, system, &all[i], n - i);
	jsonw_end_array(w);
	mem_free(all);
}

static void put_system(struct jsonw *w, struct gazelle *g, int row)
{
	const char *name = rel_text(&g->systems, row, SYS_NAME), *keyword = rel_text(&g->systems, row, SYS_KEYWORD);
	char id[32], organisation[32];
	struct buf both;

	snprintf(id, sizeof(id), "S%lld", (long long)g->systems.key[row]);
	if (rel_find(&g->institutions, rel_int(&g->systems, row, SYS_INSTITUTION, -1)) >= 0)
		snprintf(organisation, sizeof(organisation), "O%s", rel_text(&g->systems, row, SYS_INSTITUTION));
	else
		snprintf(organisation, sizeof(organisation), "%s", no_organisation);
	buf_init(&both, 1u << 20);
	if (*name && *keyword && strcmp(name, keyword) != 0)
		buf_printf(&both, "%s (%s)", name, keyword);
	else
		buf_adds(&both, *name ? name : *keyword ? keyword : id);
	jsonw_object(w, NULL);
	jsonw_str(w, "id", id);
	gz_name(w, "name", buf_str(&both));
	gz_name(w, "version", rel_text(&g->systems, row, SYS_VERSION));
	jsonw_str(w, "organisation", organisation);
	gz_name(w, "table", rel_text(&g->systems, row, SYS_TABLE));
	put_lines(w, g, g->systems.key[row]);
	jsonw_end_object(w);
	buf_addc(w->out, '\n');
	buf_done(&both);
	g->n.systems++;
}

static enum status write_systems(struct gazelle *g, const char *dir)
{
	struct jsonw w;
	struct buf b;
	enum status st;

	buf_init(&b, PACK_ROSTER_MAX);
	jsonw_init(&w, &b, false);
	jsonw_array(&w, NULL);
	for (int i = 0; i < g->systems.rows; i++)
		if (g->system_here[i])
			put_system(&w, g, i);
	jsonw_end_array(&w);
	st = gz_member(dir, "systems.json", &b);
	buf_done(&b);
	return st;
}

/* ---- persons.json ---- */

struct person { const struct rel *r; int row; bool monitor, manager; };
struct persons { struct gazelle *g; struct rel managers, tests; VEC(struct person) all; struct map *known; };

/* Whoever is in both lists is one person. */
static void add_person(struct persons *p, const struct rel *r, int row, bool manager)
{
	const char *user = *rel_text(r, row, MON_NAME) ? rel_text(r, row, MON_NAME) : rel_text(r, row, MON_USER);
	size_t at = (size_t)(uintptr_t)map_get(p->known, user);

	if (!*user || (p->g->has_users && !*rel_text(r, row, MON_NAME))) {
		tell_problem(p->g, "%s: user %s is not in usr_users; left out", manager ? "tm_testing_session_admin"
			: "tm_monitor_in_session", rel_text(r, row, MON_USER));
		return;
	}
	if (!at && p->all.len < PACK_PEOPLE_MAX) {
		struct person new = { r, row, false, false };

		vec_push(&p->all, new);
		at = p->all.len;
		map_set(p->known, user, (void *)(uintptr_t)at);
		map_set(p->g->people, user, (void *)(uintptr_t)name_id(p->g, ID_PERSON, user, r->key[row]));
	}
	if (at && manager)
		p->all.at[at - 1].manager = true;
	else if (at && rel_int(r, row, MON_ACTIVE, 1))
		p->all.at[at - 1].monitor = true;
}

const char *roster_person(struct gazelle *g, const char *user)
{
	return map_get(g->people, user);
}

const char *roster_monitor(struct gazelle *g, int64_t monitor)
{
	int row = rel_find(&g->users, monitor);

	if (row < 0)
		return NULL;
	return roster_person(g, *rel_text(&g->users, row, MON_NAME) ? rel_text(&g->users, row, MON_NAME)
		: rel_text(&g->users, row, MON_USER));
}

static void put_tests(struct jsonw *w, struct persons *p, int64_t monitor)
{
	int k = rel_find(&p->tests, monitor), n = rel_count(&p->tests, k);

	jsonw_array(w, "tests");
	for (; n > 0; n--, k++) {
		int row = rel_find(&p->g->tests, rel_int(&p->tests, k, 1, -1));

		if (row >= 0 && p->g->test[row].id)
			jsonw_str(w, NULL, p->g->test[row].id);
	}
	jsonw_end_array(w);
}

static void put_person(struct jsonw *w, struct persons *p, const struct person *who)
{
	const char *user = *rel_text(who->r, who->row, MON_NAME) ? rel_text(who->r, who->row, MON_NAME)
		: rel_text(who->r, who->row, MON_USER);
	const char *first = rel_text(who->r, who->row, MON_FIRST), *last = rel_text(who->r, who->row, MON_LAST);
	int home = rel_find(&p->g->institutions, rel_int(who->r, who->row, MON_INSTITUTION, -1));
	struct buf name;
	char id[32];

	buf_init(&name, 64u << 10);
	buf_printf(&name, "%s%s%s", first, *first && *last ? " " : "", last);
	jsonw_object(w, NULL);
	jsonw_str(w, "id", roster_person(p->g, user));
	gz_name(w, "name", name.len ? buf_str(&name) : user);
	jsonw_array(w, "roles");
	if (who->monitor)
		jsonw_str(w, NULL, "monitor");
	if (who->manager)
		jsonw_str(w, NULL, "manager");
	jsonw_end_array(w);
	if (home >= 0 && p->g->institution_here[home]) {
		snprintf(id, sizeof(id), "O%lld", (long long)p->g->institutions.key[home]);
		jsonw_array(w, "organisations");
		jsonw_str(w, NULL, id);
		jsonw_end_array(w);
	}
	if (who->r == &p->g->users && p->tests.r)
		put_tests(w, p, who->r->key[who->row]);
	jsonw_end_object(w);
	buf_addc(w->out, '\n');
	buf_done(&name);
	p->g->n.persons++;
}

static enum status write_persons(struct gazelle *g, const char *dir)
{
	struct persons p = { .g = g, .all = VEC_INIT, .known = map_new() };
	struct jsonw w;
	struct buf b;
	enum status st = STATUS_OK;

	g->has_users = link_has(g, "usr_users.username");
	buf_init(&b, PACK_ROSTER_MAX);
	if (link_has(g, "tm_testing_session_admin"))
		st = link_rel(&p.managers, g, sql_managers);
	if (!st && link_has(g, "tm_monitor_test") && link_has(g, "tm_monitor_in_session"))
		st = link_rel(&p.tests, g, "SELECT l.monitor_id, l.test_id FROM tm_monitor_test l JOIN tm_monitor_in_session m "
			"ON m.id = l.monitor_id WHERE m.testing_session_id = $1 ORDER BY 1, 2");
	for (int i = 0; i < g->users.rows && !st; i++)
		add_person(&p, &g->users, i, false);
	for (int i = 0; i < p.managers.rows && !st; i++)
		add_person(&p, &p.managers, i, true);
	jsonw_init(&w, &b, false);
	jsonw_array(&w, NULL);
	for (size_t i = 0; i < p.all.len; i++)
		put_person(&w, &p, &p.all.at[i]);
	jsonw_end_array(&w);
	if (!st)
		st = gz_member(dir, "persons.json", &b);
	buf_done(&b);
	rel_done(&p.managers);
	rel_done(&p.tests);
	vec_done(&p.all);
	map_free(p.known);
	return st;
}

enum status roster_write(struct gazelle *g, const char *dir)
{
	enum status st = write_organisations(g, dir);

	if (!st)
		st = write_systems(g, dir);
	return st ? st : write_persons(g, dir);
}
