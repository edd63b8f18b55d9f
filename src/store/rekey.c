/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A new key for this installation, after its chain forked: the store was restored from a backup or copied. The old
 * records stay as they are; those that no receipt names are reissued under the new key, so that they count even where
 * the old key is revoked. Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include <string.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/store/sync.h"

#define KEY_NAME "replica.key"
#define KEY_NEXT "replica.key.new"

static const char sql_waiting[] = "SELECT rid, coalesce(ti, '') FROM record WHERE own = 1 AND state = 0 AND kind <> ?1 "
	"AND replica <> ?2 ORDER BY seq";
static const char sql_reissued[] = "SELECT payload FROM record WHERE own = 1 AND kind = ?1";
static const char sql_not_forked[] = "UPDATE hub SET forked = 0, revoked = 0";

static enum status rename_key(struct store *st)
{
	char *from = store_path(st, KEY_NEXT), *to = store_path(st, KEY_NAME);
	enum status code = io_rename(from, to);

	mem_free(from);
	mem_free(to);
	return code;
}

enum status store_rekey_finish(struct key **out, struct store *st, const char *passphrase)
{
	struct key *key = NULL;
	enum status code = identity_key_read(&key, st, KEY_NEXT, passphrase);

	if (code == STATUS_OK && strcmp(key_id(key), st->replica) == 0)
		code = rename_key(st);
	if (code == STATUS_NOT_FOUND)
		code = identity_key_read(&key, st, KEY_NAME, passphrase);
	if (code == STATUS_OK)
		*out = key;
	else
		key_free(key);
	return code;
}

/* ---- reissues ---- */

struct waiting { struct digest rid; const char *ti; };

static enum status list_waiting(struct waiting **out, size_t *n_out, struct arena *a, struct store *st)
{
	VEC(struct waiting) all = VEC_INIT;
	struct waiting w;
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_waiting);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int(s, 1, RECORD_REISSUE);
	sql_bind_text(s, 2, st->replica);
	while ((code = sql_row(st, s)) == STATUS_OK) {
		if (!sql_digest(&w.rid, s, 0))
			continue;
		w.ti = sql_text(a, s, 1);
		vec_push(&all, w);
	}
	*n_out = all.len;
	*out = all.len ? arena_dup(a, all.at, all.len * sizeof(w)) : NULL;
	vec_done(&all);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

/* Does a reissue of it exist, of a run that was cut off? */
static enum status has_reissue(bool *out, struct store *st, const struct digest *rid)
{
	char hex[DIGEST_HEX];
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_reissued);

	*out = false;
	if (code != STATUS_OK)
		return code;
	digest_hex(hex, rid);
	sqlite3_bind_int(s, 1, RECORD_REISSUE);
	while (!*out && (code = sql_row(st, s)) == STATUS_OK)
		*out = memmem(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0), hex, DIGEST_HEX - 1) != NULL;
	sqlite3_reset(s);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status reissue_all(struct store *st)
{
	struct arena a;
	struct waiting *all = NULL;
	size_t n = 0, i;
	bool there;
	enum status code;

	arena_init(&a);
	code = list_waiting(&all, &n, &a, st);
	for (i = 0; i < n && code == STATUS_OK; i++) {
		const struct record rec = { .kind = RECORD_REISSUE, .ti = *all[i].ti ? all[i].ti : NULL, .has_of = true,
			.of = all[i].rid };
		struct saved saved;

		code = has_reissue(&there, st, &all[i].rid);
		if (code == STATUS_OK && !there)
			code = store_save(&saved, st, &rec);
		if (code == STATUS_NOT_FOUND)
			code = STATUS_OK;	/* on a TI that is not in this event any more: the record itself is sent */
	}
	arena_done(&a);
	return code;
}

/* ---- the new key ---- */

/*
 * The new key beside the old, then the identity that names it, then the old key's name: whatever is cut off, one of
 * the two is whole and store_rekey_finish() finds which.
 */
static enum status change_key(struct store *st, const char *passphrase)
{
	struct key *key = NULL;
	enum status code = key_new(&key);

	if (code == STATUS_OK)
		code = identity_key_write(st, KEY_NEXT, key, passphrase);
	if (code == STATUS_OK)
		code = hub_forget_certificate(st);
	if (code == STATUS_OK)
		code = identity_write(st, st->event->id, st->me->id, key_id(key));
	if (code == STATUS_OK)
		code = rename_key(st);
	if (code == STATUS_OK) {
		key_free(st->key);
		st->key = key;
		key = NULL;
		code = identity_changed(st);
	}
	key_free(key);
	return code;
}

enum status store_rekey(struct store *st, const char *passphrase)
{
	enum status code = store_about_load(st);

	if (code != STATUS_OK)
		return code;
	if (!st->replica || !st->me || !st->event || !st->hub)
		return status_set(STATUS_USAGE, "this console belongs to no hub: verdict join CODE");
	crypto_init();
	code = change_key(st, passphrase);
	if (code == STATUS_OK)
		code = reissue_all(st);
	/* last: what was cut off before is done again, and a record is not reissued twice */
	if (code == STATUS_OK)
		code = sql_exec(st, sql_not_forked);
	if (code == STATUS_OK)
		store_note(st, "this console has a new key, because its store was at work elsewhere too: ask for a new code and "
			"run verdict join CODE");
	return code;
}
