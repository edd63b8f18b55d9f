/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that refer to rows which are not there. Where the database itself forbids them, nothing is looked for; a dump
 * that was restored in part has not got its constraints yet. Gazelle layer; the thread that reads.
 */
#include "gazelle_priv.h"

#include <stdio.h>
#include <string.h>

static const struct { const char *table, *column, *parent; } edges[] = {
	{ "tm_test_instance_participants", "test_instance_id", "tm_test_instance" },
	{ "tm_test_instance_participants", "system_in_session_user_id", "tm_system_in_session_user" },
	{ "tm_test_instance_test_status", "test_instance_id", "tm_test_instance" },
	{ "tm_test_instance_test_status", "status_id", "tm_test_instance_event" },
	{ "tm_test_instance_test_steps_instance", "test_instance_id", "tm_test_instance" },
	{ "tm_test_instance_test_steps_instance", "test_steps_instance_id", "tm_test_steps_instance" },
	{ "tm_test_instance_tm_test_steps_data", "teststepsdatalist_id", "tm_test_steps_data" },
	{ "tm_test_steps_test_steps_data", "test_steps_data_id", "tm_test_steps_data" },
	{ "tm_test_test_steps", "test_steps_id", "tm_test_steps" },
	{ "tm_role_in_test_test_participants", "test_participants_id", "tm_test_participants" },
	{ "tm_test_instance", "testing_session_id", "tm_testing_session" },
};

static bool guarded(const struct rel *known, const char *table, const char *parent)
{
	for (int i = 0; i < known->rows; i++)
		if (strcmp(rel_text(known, i, 1), table) == 0 && strcmp(rel_text(known, i, 2), parent) == 0)
			return true;
	return false;
}

static enum status look(struct gazelle *g, size_t i)
{
	const char *table = edges[i].table, *column = edges[i].column, *parent = edges[i].parent;
	char *sql = mem_printf("SELECT count(*), min(c.%s), max(c.%s) FROM %s c WHERE c.%s IS NOT NULL AND NOT EXISTS "
		"(SELECT FROM %s p WHERE p.id = c.%s)", column, column, table, column, parent, column);
	struct rel r = { NULL, NULL, 0 };
	enum status st = link_rel(&r, g, sql);

	if (!st && r.rows && r.key[0])
		tell_problem(g, "%s: %lld rows whose %s (%s to %s) is not in %s; left out", table, (long long)r.key[0], column,
			rel_text(&r, 0, 1), rel_text(&r, 0, 2), parent);
	rel_done(&r);
	mem_free(sql);
	return st;
}

enum status orphans_tell(struct gazelle *g)
{
	struct rel known = { NULL, NULL, 0 };
	char name[160];
	enum status st = link_rel(&known, g, "SELECT 0, c.relname, p.relname FROM pg_catalog.pg_constraint k "
		"JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_class p ON p.oid = k.confrelid "
		"WHERE k.contype = 'f' AND k.convalidated");

	for (size_t i = 0; i < sizeof(edges) / sizeof(*edges) && !st; i++) {
		snprintf(name, sizeof(name), "%s.%s", edges[i].table, edges[i].column);
		if (link_has(g, name) && link_has(g, edges[i].parent) && !guarded(&known, edges[i].table, edges[i].parent))
			st = look(g, i);
	}
	rel_done(&known);
	return st;
}
