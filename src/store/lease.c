/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims that the hub confirmed: leases on its clock, kept here by the clock that also runs while the machine
 * sleeps; after another start of the machine, by the wall clock. Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/map.h"
#include "verdict/base/vec.h"
#include "verdict/store/sync.h"

#define BOOT_ID 64

static const char sql_put[] = "INSERT INTO lease (ti, who, mine, fence, granted, boot, until, until_wall) "
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (ti) DO UPDATE SET who = ?2, mine = ?3, fence = ?4, "
	"granted = CASE WHEN fence = ?4 AND who = ?2 THEN granted ELSE ?5 END, boot = ?6, until = ?7, until_wall = ?8";
static const char sql_end_lease[] = "DELETE FROM lease WHERE ti = ?1";
static const char sql_find[] = "SELECT ti, who, mine, fence, granted, boot, until, until_wall, '' FROM lease WHERE ti = ?1";
static const char sql_all[] = "SELECT l.ti, l.who, l.mine, l.fence, l.granted, l.boot, l.until, l.until_wall, "
	"coalesce(p.name, l.who) FROM lease l LEFT JOIN person p ON p.id = l.who ORDER BY l.ti";
static const char sql_wants[] = "SELECT id FROM ti WHERE flags & 4 AND claim_by = ?1 AND claim IN (?2, ?3) ORDER BY key";

/* Which start of the machine this is; "" where the system does not tell, and then every start looks like another. */
static void boot_id(char out[BOOT_ID])
{
	struct buf b;

	buf_init(&b, BOOT_ID - 1);
	out[0] = '\0';
	if (io_read_file(&b, "/proc/sys/kernel/random/boot_id", BOOT_ID - 1) == STATUS_OK)
		snprintf(out, BOOT_ID, "%.*s", (int)strcspn(buf_str(&b), "\n"), buf_str(&b));
	buf_done(&b);
}

/* Milliseconds that the row's lease has left. */
static int64_t left_of(sqlite3_stmt *s, const char *boot)
{
	const char *its = (const char *)sqlite3_column_text(s, 5);

	if (*boot && its && strcmp(its, boot) == 0)
		return sqlite3_column_int64(s, 6) - clock_boot_ms();
	return sqlite3_column_int64(s, 7) - clock_wall_ms();
}

static const char *boot_of(struct store *st)
{
	if (!st->boot[0])
		boot_id(st->boot);
	return st->boot;
}

enum status lease_find(struct lease *out, struct arena *a, struct store *st, const char *ti)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_find);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, ti);
	code = sql_row(st, s);
	if (code != STATUS_OK)
		return code;
	out->left_ms = left_of(s, boot_of(st));
	out->who = sql_text(a, s, 1);
	out->mine = sqlite3_column_int(s, 2) != 0;
	out->fence = (uint64_t)sqlite3_column_int64(s, 3);
	out->granted = sqlite3_column_int64(s, 4);
	sqlite3_reset(s);
	return out->left_ms > 0 ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status lease_put(struct store *st, const char *ti, const struct lease *l)
{
	sqlite3_stmt *s;
	bool ends = !l->who || !*l->who || l->left_ms <= 0;
	enum status code = sql_get(&s, st, ends ? sql_end_lease : sql_put);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, ti);
	if (!ends) {
		sql_bind_text(s, 2, l->who);
		sqlite3_bind_int(s, 3, l->mine);
		sqlite3_bind_int64(s, 4, (int64_t)l->fence);
		sqlite3_bind_int64(s, 5, l->granted);
		sql_bind_text(s, 6, boot_of(st));
		sqlite3_bind_int64(s, 7, clock_boot_ms() + l->left_ms);
		sqlite3_bind_int64(s, 8, clock_wall_ms() + l->left_ms);
	}
	return sql_run(st, s);
}

enum status store_claim_set(struct store *st, const char *ti, const char *who, bool mine, uint64_t fence, int64_t ttl_s)
{
	const struct lease l = { .who = who, .mine = mine, .fence = fence, .granted = clock_wall_ms(),
		.left_ms = ttl_s > 0 && ttl_s < INT32_MAX ? ttl_s * 1000 : 0 };
	struct touched touched;
	enum status code = store_ready(st);

	if (code != STATUS_OK)
		return code;
	touched_init(&touched);
	touched_add(&touched, ti);
	code = sql_begin(st);
	if (code == STATUS_OK) {
		code = lease_put(st, ti, &l);
		if (code == STATUS_OK)
			code = touched_derive(&touched, st);
		code = sql_end(st, code);
	}
	touched_done(&touched);
	return code;
}

enum status store_claim_wants(const char ***tis_out, size_t *n_out, struct arena *a, struct store *st)
{
	VEC(const char *) all = VEC_INIT;
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = store_about_load(st);
	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_wants);
	if (code == STATUS_OK) {
		sql_bind_text(s, 1, st->me ? st->me->id : "");
		sqlite3_bind_int(s, 2, CLAIM_INTENDED);
		sqlite3_bind_int(s, 3, CLAIM_CONFIRMED);
	}
	while (code == STATUS_OK && (code = sql_row(st, s)) == STATUS_OK)
		vec_push(&all, sql_text(a, s, 0));
	if (code == STATUS_NOT_FOUND) {
		code = STATUS_OK;
		*n_out = all.len;
		*tis_out = all.len ? arena_dup(a, all.at, all.len * sizeof(*all.at)) : NULL;
	}
	vec_done(&all);
	return code;
}

enum status store_claims(struct claim_row **out, size_t *n_out, struct arena *a, struct store *st)
{
	VEC(struct claim_row) all = VEC_INIT;
	struct claim_row row;
	int64_t left;
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_all);
	while (code == STATUS_OK && (code = sql_row(st, s)) == STATUS_OK) {
		left = left_of(s, boot_of(st));
		if (left <= 0)
			continue;
		row = (struct claim_row){ .ti = sql_text(a, s, 0), .who = sql_text(a, s, 1), .who_name = sql_text(a, s, 8),
			.mine = sqlite3_column_int(s, 2) != 0, .fence = (uint64_t)sqlite3_column_int64(s, 3),
			.left_s = (left + 999) / 1000 };
		vec_push(&all, row);
	}
	if (code == STATUS_NOT_FOUND) {
		code = STATUS_OK;
		*n_out = all.len;
		*out = all.len ? arena_dup(a, all.at, all.len * sizeof(row)) : NULL;
	}
	vec_done(&all);
	return code;
}

struct over { struct store *st; enum status code; unsigned int n; };

static void end_one(const char *ti, void *value, void *data)
{
	const struct lease none = { 0 };
	struct over *o = data;

	(void)value;
	if (o->code == STATUS_OK)
		o->code = lease_put(o->st, ti, &none);
	o->n++;
}

enum status store_claims_tick(unsigned int *changed_out, int64_t *next_s_out, struct store *st)
{
	struct over o = { st, STATUS_OK, 0 };
	struct touched ended;
	int64_t left, next = 0;
	sqlite3_stmt *s;
	enum status code = store_ready(st);

	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_all);
	if (code != STATUS_OK)
		return code;
	touched_init(&ended);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		left = left_of(s, boot_of(st));
		if (left <= 0)
			touched_add(&ended, (const char *)sqlite3_column_text(s, 0));
		else if (next == 0 || (left + 999) / 1000 < next)
			next = (left + 999) / 1000;
	}
	if (code == STATUS_NOT_FOUND)
		code = map_count(ended.ids) ? sql_begin(st) : STATUS_AGAIN;
	if (code == STATUS_OK) {
		map_each(ended.ids, end_one, &o);
		if (o.code == STATUS_OK)
			o.code = touched_derive(&ended, st);
		code = sql_end(st, o.code);
	} else if (code == STATUS_AGAIN) {
		code = STATUS_OK;
	}
	if (code == STATUS_OK) {
		*changed_out = o.n;
		*next_s_out = next;
	}
	touched_done(&ended);
	return code;
}
