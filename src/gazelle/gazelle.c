/* SPDX-License-Identifier: Apache-2.0 */
/* A Gazelle database opened: its sessions, the one that is chosen, whether anything changed. Gazelle layer. */
#include "gazelle_priv.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/zone.h"

#define MARK_VERSION "2"	/* another one as soon as the same rows would give another pack */

/* Every table that is read: without the first ones it is no Gazelle database, and what changes in one changes the mark. */
static const char *const tables[] = {
	"tm_testing_session", "tm_test", "tm_test_roles", "tm_role_in_test", "tm_status", "tm_test_instance",
	"tm_test_instance_participants", "tm_system", "tm_system_in_session", "tm_system_in_session_user",
	"tf_actor", "tf_integration_profile", "tf_actor_integration_profile", "tf_actor_integration_profile_option",
#define TABLES_NEEDED 14
	"cmn_application_preference", "sys_table_session", "tf_domain", "tf_domain_profile", "tf_integration_profile_option",
	"tf_rule", "tf_rule_criterion", "tf_rule_list_criterion",
	"tf_transaction", "tm_data_type", "tm_institution_system", "tm_monitor_in_session", "tm_monitor_test",
	"tm_role_in_test_test_participants", "tm_status_results", "tm_system_actor_profiles",
	"tm_system_aipo_result_for_a_testing_session", "tm_test_description", "tm_test_instance_event",
	"tm_test_instance_test_status", "tm_test_instance_test_steps_instance", "tm_test_instance_tm_test_steps_data", "tm_test_option",
	"tm_test_participants", "tm_test_peer_type", "tm_test_status", "tm_test_steps", "tm_test_steps_data",
	"tm_test_steps_instance", "tm_test_steps_instance_status", "tm_test_steps_option", "tm_test_steps_test_steps_data",
	"tm_test_test_description", "tm_test_test_steps", "tm_test_type", "tm_test_types_sessions", "tm_testing_session_admin",
	"tm_testing_type", "usr_address", "usr_gazelle_language", "usr_institution", "usr_iso_3166_country_code", "usr_users",
};
#define TABLES (sizeof(tables) / sizeof(*tables))

static enum status is_gazelle(struct gazelle *g)
{
	struct buf missing;
	unsigned int n = 0;
	enum status st = STATUS_OK;

	buf_init(&missing, 4096);
	for (size_t i = 0; i < TABLES; i++) {
		if (link_has(g, tables[i]))
			continue;
		if (i < TABLES_NEEDED)
			buf_printf(&missing, "%s%s", n++ ? ", " : "", tables[i]);
		else
			tell_left_out(g, "there is no table %s", tables[i]);
	}
	if (n == TABLES_NEEDED)
		st = status_set(STATUS_INVALID, "this database is not one of Gazelle Test Management, or this role may read none of it");
	else if (n)
		st = status_set(STATUS_INVALID, "Gazelle's database lacks the table%s %s (or this role may not read %s); "
			"was a dump restored in part?", n == 1 ? "" : "s", buf_str(&missing), n == 1 ? "it" : "them");
	buf_done(&missing);
	return st;
}

enum status gazelle_open(struct gazelle **out, const char *url)
{
	struct gazelle *g = mem_zalloc(sizeof(*g));
	enum status st;

	arena_init(&g->a);
	g->columns = map_new();
	g->told = map_new();
	g->people = map_new();
	for (int i = ID_TRACK; i <= ID_PERSON; i++)
		g->ids[i] = map_new();
	st = link_connect(g, url, tables, TABLES);
	if (!st)
		st = is_gazelle(g);
	if (st)
		gazelle_close(g);
	else
		*out = g;
	return st;
}

void gazelle_close(struct gazelle *g)
{
	if (!g)
		return;
	portions_end(g);
	PQfinish(g->c);
	map_free(g->columns);
	map_free(g->told);
	for (int i = ID_TRACK; i <= ID_PERSON; i++)
		map_free(g->ids[i]);
	rel_done(&g->profiles);
	rel_done(&g->actors);
	rel_done(&g->transactions);
	rel_done(&g->options);
	rel_done(&g->aipos);
	rel_done(&g->tests);
	rel_done(&g->roles);
	rel_done(&g->steps);
	rel_done(&g->covers);
	rel_done(&g->systems);
	rel_done(&g->users);
	rel_done(&g->institutions);
	map_free(g->people);
	rel_done(&g->lines);
	rel_done(&g->registered);
	rel_done(&g->graded);
	mem_free(g->mark);
	mem_free(g->quick_mark);
	vec_done(&g->left_out);
	vec_done(&g->problems);
	vec_done(&g->sessions);
	arena_done(&g->a);
	mem_free(g);
}

enum status gazelle_sessions(const struct gazelle_session **out, size_t *n_out, struct gazelle *g)
{
	struct rel r = { NULL, NULL, 0 };
	enum status st = link_rel(&r, g,
		"SELECT s.id, {s:tm_testing_session.description}, ({@s:tm_testing_session.beginning_date} AT TIME ZONE {%})::date, "
		"({@s:tm_testing_session.ending_date} AT TIME ZONE {%})::date, coalesce(n.n, 0) FROM tm_testing_session s "
		"LEFT JOIN (SELECT {!i:tm_test_instance.testing_session_id} AS session, count(*) AS n FROM tm_test_instance i GROUP BY 1) n "
		"ON n.session = s.id ORDER BY s.id");

	if (st)
		return st;
	g->sessions.len = 0;
	for (int i = 0; i < r.rows; i++) {
		struct gazelle_session s = { r.key[i], arena_str(&g->a, rel_text(&r, i, 1)), arena_str(&g->a, rel_text(&r, i, 2)),
			arena_str(&g->a, rel_text(&r, i, 3)), (uint64_t)rel_int(&r, i, 4, 0) };

		vec_push(&g->sessions, s);
	}
	rel_done(&r);
	*out = g->sessions.at;
	*n_out = g->sessions.len;
	return STATUS_OK;
}

/* A join with all TIs costs about an eighth of what it could spare. */
static void weigh_others(struct gazelle *g, const struct gazelle_session *all, size_t n)
{
	uint64_t own = 0, others = 0;

	for (size_t i = 0; i < n; i++)
		*(all[i].id == g->session ? &own : &others) += all[i].instances;
	if (others > own / 8)
		map_set(g->columns, GZ_OTHERS, g);
}

static enum status choose_session(struct gazelle *g, int64_t wanted)
{
	const struct gazelle_session *all;
	unsigned int used = 0;
	size_t n;
	enum status st = gazelle_sessions(&all, &n, g);

	if (st)
		return st;
	g->session = 0;
	for (size_t i = 0; i < n; i++) {
		if (all[i].id == wanted)
			g->session = wanted;
		if (!wanted && all[i].instances) {
			g->session = all[i].id;
			used++;
		}
	}
	if (!wanted && !used && n == 1)
		g->session = all[0].id;
	if (n == 0)
		return status_set(STATUS_NOT_FOUND, "Gazelle's database holds no testing session");
	if (used > 1 || (!wanted && !g->session))
		return status_set(STATUS_CONFLICT, "Gazelle's database holds %zu testing sessions; name one with --session", n);
	weigh_others(g, all, n);
	return g->session ? STATUS_OK
		: status_set(STATUS_NOT_FOUND, "Gazelle's database holds no testing session %lld", (long long)wanted);
}

static enum status read_preferences(struct gazelle *g, const char **zone)
{
	struct rel r = { NULL, NULL, 0 };
	enum status st = STATUS_OK;

	g->address = g->proxy = g->proxy_step = g->proxy_message = "";
	*zone = "";
	if (link_has(g, "cmn_application_preference"))
		st = link_rel(&r, g, "SELECT 0, {p:cmn_application_preference.preference_name}, "
			"{p:cmn_application_preference.preference_value} FROM cmn_application_preference p");
	for (int i = 0; i < r.rows; i++) {
		const char *name = rel_text(&r, i, 1), *value = arena_str(&g->a, rel_text(&r, i, 2));

		if (strcmp(name, "application_url") == 0)
			g->address = value;
		else if (strcmp(name, "gazelle_proxy_url") == 0)
			g->proxy = value;
		else if (strcmp(name, "gazelle_proxy_step") == 0)
			g->proxy_step = value;
		else if (strcmp(name, "gazelle_proxy_message") == 0)
			g->proxy_message = value;
		else if (strcmp(name, "time_zone") == 0)
			*zone = value;
	}
	rel_done(&r);
	return st;
}

static enum status choose_zone(struct gazelle *g, const char *wanted, const char *preferred)
{
	const char *name = wanted ? wanted : preferred;
	struct zone *z = NULL;
	char *literal;

	if (*name && zone_open(&z, name) != STATUS_OK) {
		if (wanted)
			return status_set(STATUS_USAGE, "there is no zone %s; a name such as Asia/Seoul is expected", wanted);
		tell_problem(g, "cmn_application_preference: time_zone \"%s\" is no zone; UTC is taken", name);
		name = "UTC";
	}
	status_clear();
	zone_free(z);
	if (!*name) {
		tell_left_out(g, "cmn_application_preference has no time_zone: days are those of UTC; --zone names another");
		name = "UTC";
	}
	g->zone = arena_str(&g->a, name);
	literal = PQescapeLiteral(g->c, name, strlen(name));
	g->zone_sql = arena_str(&g->a, literal ? literal : "'UTC'");
	PQfreemem(literal);
	return STATUS_OK;
}

enum status gazelle_choose(struct gazelle *g, const struct gazelle_how *how)
{
	const char *zone = "";
	enum status st = read_preferences(g, &zone);

	if (!st)
		st = choose_zone(g, how->zone, zone);
	if (!st)
		st = choose_session(g, how->session);
	if (st)
		return st;
	g->files = how->files;
	g->event = how->event ? arena_str(&g->a, how->event) : arena_printf(&g->a, "gazelle-%lld", (long long)g->session);
	return STATUS_OK;
}

const char *gazelle_event(const struct gazelle *g)
{
	return g->event;
}

/* ---- has anything changed? ---- */

/*
 * xmin is the transaction that wrote a row as it is, so any change gives a row another one. age() counts back from now;
 * the age of a fixed transaction takes that out. Sums of hashes, for changes in several rows could outweigh each other
 * in a sum of numbers.
 */
static void mark_table(struct buf *sql, const char *table, size_t n)
{
	buf_printf(sql, "%sSELECT %zu, '%s'::regclass::oid::bigint || ':' || count(*) || ':' || "
		"coalesce(sum(hashint8(age(x.xmin)::bigint - (SELECT age('100'::xid)))), 0) FROM %s x",
		n ? " UNION ALL " : "", n, table, table);
}

static enum status mark_all(struct buf *b, struct gazelle *g)
{
	struct rel r = { NULL, NULL, 0 };
	struct buf sql;
	size_t n = 0;
	enum status st = STATUS_OK;

	buf_init(&sql, 32768);
	for (size_t i = 0; i < TABLES && !st; i++) {
		const char *kind = map_get(g->columns, tables[i]);

		if (kind && strcmp(kind, "r") != 0)
			st = status_set(STATUS_INVALID, "%s is no plain table", tables[i]);
		else if (kind)
			mark_table(&sql, tables[i], n++);
	}
	buf_adds(&sql, " ORDER BY 1");
	if (!st)
		st = link_rel(&r, g, buf_str(&sql));
	for (int i = 0; i < r.rows && !st; i++)
		buf_printf(b, " %s", rel_text(&r, i, 1));
	rel_done(&r);
	buf_done(&sql);
	return st;
}

/*
 * The snapshot itself: every transaction that writes gets a number, and a snapshot names the next one and those under
 * way. A standby does not name these. Numbers hold for one life of one server; what is seen, for one role and its path.
 */
static enum status mark_snapshot(struct buf *b, struct gazelle *g)
{
	struct rel r = { NULL, NULL, 0 };
	enum status st = link_rel(&r, g, "SELECT 0, txid_current_snapshot(), pg_postmaster_start_time(), current_user, "
		"current_schemas(true) WHERE NOT pg_is_in_recovery()");

	if (!st && r.rows != 1)
		st = STATUS_NOT_FOUND;
	for (int i = 1; i <= 4 && !st; i++)
		buf_printf(b, " %s", rel_text(&r, 0, i));
	rel_done(&r);
	return st;
}

const char *gazelle_mark(struct gazelle *g, bool quick)
{
	char **mark = quick ? &g->quick_mark : &g->mark;
	struct buf b;
	enum status st;

	if (*mark || g->files || link_do(g, "SAVEPOINT mark"))	/* files change without a row */
		return *mark;
	buf_init(&b, 16384);
	buf_printf(&b, MARK_VERSION "%s %s %lld %s %s", quick ? "q" : "", PQdb(g->c), (long long)g->session, g->event, g->zone);
	st = quick ? mark_snapshot(&b, g) : mark_all(&b, g);
	if (!st && !b.err)
		*mark = buf_take(&b);
	(void)link_do(g, "ROLLBACK TO SAVEPOINT mark");
	status_clear();
	buf_done(&b);
	return *mark;
}

/* ---- the whole ---- */

enum status gz_member(const char *dir, const char *name, struct buf *b)
{
	char *path = mem_printf("%s/%s", dir, name);
	enum status st = STATUS_OK;
	int fd = -1;

	if (b->err)
		st = status_set(STATUS_LIMIT, "%s: larger than a pack may hold", name);
	if (!st)
		st = io_open(&fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (!st)
		st = io_write_all(fd, path, b->ptr, b->len);
	if (fd >= 0)
		close(fd);
	mem_free(path);
	return st;
}

enum status gazelle_write_head(struct gazelle *g, const char *dir)
{
	enum status st;

	instances_begin(g);
	st = define_load(g);
	if (!st)
		st = roster_load(g);
	if (!st)
		st = define_write(g, dir);
	return st ? st : roster_write(g, dir);
}

enum status gazelle_write_instances(struct gazelle_counts *out, struct gazelle *g, const char *dir, void (*wrote)(void *data),
	void *data)
{
	const struct watcher w = { wrote, data };
	enum status st = instances_write(g, dir, &w);

	if (!st)
		*out = g->n;
	return st;
}
