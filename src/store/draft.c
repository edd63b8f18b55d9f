/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept and is not a record: drafts, evidence that was looked at, settings. One small commit each.
 * Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include <string.h>
#include "verdict/base/clock.h"

#define DRAFT_MAX 65536
#define SETTING_MAX 65536

static const char sql_draft_put[] = "INSERT INTO draft (ti, text, at) VALUES (?1, ?2, ?3) "
	"ON CONFLICT (ti) DO UPDATE SET text = excluded.text, at = excluded.at";
static const char sql_draft_forget[] = "DELETE FROM draft WHERE ti = ?1";
static const char sql_draft_get[] = "SELECT text FROM draft WHERE ti = ?1";
static const char sql_draft_last[] = "SELECT ti FROM draft ORDER BY at DESC, ti LIMIT 1";
static const char sql_looked[] = "INSERT INTO looked (ti, sha256, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
static const char sql_setting_get[] = "SELECT value FROM setting WHERE name = ?1";
static const char sql_setting_set[] = "INSERT INTO setting (name, value) VALUES (?1, ?2) "
	"ON CONFLICT (name) DO UPDATE SET value = excluded.value";

enum status draft_put(struct store *st, const char *ti, const char *text, int64_t at)
{
	sqlite3_stmt *s;
	bool keep = text && *text;
	enum status code = sql_get(&s, st, keep ? sql_draft_put : sql_draft_forget);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, ti);
	if (keep) {
		sql_bind_text(s, 2, text);
		sqlite3_bind_int64(s, 3, at);
	}
	return sql_run(st, s);
}

enum status store_draft_set(struct store *st, const char *ti, const char *text)
{
	enum status code = store_ready(st);

	if (code != STATUS_OK)
		return code;
	if (text && strlen(text) > DRAFT_MAX)
		return status_set(STATUS_LIMIT, "draft on %s: more than %d bytes", ti, DRAFT_MAX);
	return draft_put(st, ti, text, clock_wall_ms());
}

enum status store_draft_get(const char **out, struct arena *a, struct store *st, const char *ti)
{
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_draft_get);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, ti);
	code = sql_row(st, s);
	if (code == STATUS_OK) {
		*out = sql_text(a, s, 0);
		sqlite3_reset(s);
	}
	return code;
}

enum status store_draft_last(const char **ti_out, struct arena *a, struct store *st)
{
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_draft_last);
	if (code == STATUS_OK)
		code = sql_row(st, s);
	if (code == STATUS_OK) {
		*ti_out = sql_text(a, s, 0);
		sqlite3_reset(s);
	}
	return code;
}

enum status looked_put(struct store *st, const char *ti, const struct digest *d, int64_t at)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_looked);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, ti);
	sql_bind_digest(s, 2, d);
	sqlite3_bind_int64(s, 3, at);
	return sql_run(st, s);
}

enum status store_looked(struct store *st, const char *ti, const struct digest *sha256)
{
	enum status code = store_ready(st);

	return code == STATUS_OK ? looked_put(st, ti, sha256, clock_wall_ms()) : code;
}

enum status store_setting_get(const char **out, struct arena *a, struct store *st, const char *name)
{
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_setting_get);
	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, name);
	code = sql_row(st, s);
	if (code == STATUS_OK) {
		*out = sql_text(a, s, 0);
		sqlite3_reset(s);
	}
	return code;
}

enum status setting_put(struct store *st, const char *name, const char *value)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_setting_set);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, name);
	sql_bind_text(s, 2, value);
	return sql_run(st, s);
}

enum status store_setting_set(struct store *st, const char *name, const char *value)
{
	enum status code = store_ready(st);

	if (code == STATUS_OK && strlen(value) > SETTING_MAX)
		code = status_set(STATUS_LIMIT, "setting %s: more than %d bytes", name, SETTING_MAX);
	return code == STATUS_OK ? setting_put(st, name, value) : code;
}
