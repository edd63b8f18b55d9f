/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who this console is: the event and the person, the replica's key, and joining. The key stays sealed on disk
 * and is opened on first use, because start-up needs none. Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include <jansson.h>
#include <string.h>
#include "verdict/base/io.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/proto/sshsig.h"

#define IDENTITY_MAX 65536
#define KEY_NAME "replica.key"

static const char sql_event[] = "SELECT id, name, place, begins, ends, tz_min, tz_name, critical_on FROM event";
static const char sql_person[] = "SELECT id, name, roles FROM person WHERE id = ?1";
static const char sql_ties[] = "SELECT organisation FROM person_organisation WHERE person = ?1";

static enum status load_event(struct store *st)
{
	sqlite3_stmt *s;
	struct event *e;
	enum status code = sql_get(&s, st, sql_event);

	if (code == STATUS_OK)
		code = sql_row(st, s);
	if (code != STATUS_OK)
		return code == STATUS_NOT_FOUND ? STATUS_OK : code;
	e = arena_new(&st->about, struct event);
	e->id = sql_text(&st->about, s, 0);
	e->name = sql_text(&st->about, s, 1);
	e->place = sql_text(&st->about, s, 2);
	e->begins = sql_text(&st->about, s, 3);
	e->ends = sql_text(&st->about, s, 4);
	e->tz_min = sqlite3_column_int(s, 5);
	e->tz_name = sql_text(&st->about, s, 6);
	e->critical_on = sqlite3_column_int(s, 7) != 0;
	st->event = e;
	sqlite3_reset(s);
	return STATUS_OK;
}

static enum status load_ties(struct store *st, struct person *p)
{
	VEC(const char *) ties = VEC_INIT;
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_ties);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, p->id);
	while ((code = sql_row(st, s)) == STATUS_OK)
		vec_push(&ties, sql_text(&st->about, s, 0));
	p->n_organisations = ties.len;
	p->organisations = ties.len ? arena_dup(&st->about, ties.at, ties.len * sizeof(*ties.at)) : NULL;
	vec_done(&ties);
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status load_me(struct store *st, const char *id)
{
	sqlite3_stmt *s;
	struct person *p = arena_new(&st->about, struct person);
	enum status code = sql_get(&s, st, sql_person);

	if (code != STATUS_OK)
		return code;
	/* a person whom the event does not list (any more) has no role and so may decide nothing */
	p->id = p->name = arena_str(&st->about, id);
	sql_bind_text(s, 1, id);
	code = sql_row(st, s);
	if (code == STATUS_OK) {
		p->name = sql_text(&st->about, s, 1);
		p->roles = (unsigned int)sqlite3_column_int(s, 2);
		sqlite3_reset(s);
	}
	else if (code == STATUS_NOT_FOUND && st->hub && st->hub->who && strcmp(st->hub->who, id) == 0) {
		/* before the list of persons has come, the certificate tells */
		p->name = st->hub->name;
		p->roles = st->hub->roles;
	}
	if (code == STATUS_OK || code == STATUS_NOT_FOUND)
		code = load_ties(st, p);
	if (code == STATUS_OK)
		st->me = p;
	return code;
}

/* STATUS_NOT_FOUND before join; any other failure is no answer and is not remembered as one. */
static enum status load_identity(struct store *st)
{
	char *path = store_path(st, "identity.json");
	struct buf b;
	json_t *root = NULL;
	const char *person = NULL, *replica = NULL;
	enum status code;

	buf_init(&b, IDENTITY_MAX);
	code = io_read_file(&b, path, IDENTITY_MAX);
	if (code == STATUS_OK) {
		root = json_loadb(b.ptr, b.len, JSON_REJECT_DUPLICATES, NULL);
		json_unpack(root, "{s:s, s:s}", "person", &person, "replica", &replica);
		if (!person || !replica)
			code = status_set(STATUS_CORRUPT, "%s is damaged: put a copy of it back, or move it and "
				"replica.key away and join again", path);
	}
	if (code == STATUS_OK) {
		st->replica = arena_str(&st->about, replica);
		code = load_me(st, person);
	}
	json_decref(root);
	buf_done(&b);
	mem_free(path);
	return code;
}

enum status store_about_load(struct store *st)
{
	enum status code;

	if (st->about_loaded)
		return STATUS_OK;
	code = store_ready(st);
	if (code == STATUS_OK)
		code = load_event(st);
	if (code == STATUS_OK)
		code = hub_link_load(st);
	if (code == STATUS_OK)
		code = load_identity(st);
	if (code == STATUS_NOT_FOUND) {
		status_clear();
		code = STATUS_OK;
	}
	st->about_loaded = code == STATUS_OK;
	return code;
}

void store_about_forget(struct store *st)
{
	/* borrowed pointers live until store_close(): the arena keeps the old values */
	st->about_loaded = false;
	st->event = NULL;
	st->me = NULL;
	st->replica = NULL;
	st->hub = NULL;
}

const struct event *store_event(struct store *st)
{
	store_about_load(st);
	return st->event;
}

const struct person *store_me(struct store *st)
{
	store_about_load(st);
	return st->me;
}

const char *store_replica(struct store *st)
{
	store_about_load(st);
	return st->replica;
}

/* ---- the key ---- */

static enum status read_key_file(struct buf *out, struct store *st, const char *name)
{
	char *path = store_path(st, name);
	enum status code = io_read_file(out, path, IDENTITY_MAX);

	mem_free(path);
	return code;
}

static enum status open_key(struct store *st, const char *passphrase)
{
	struct buf b;
	struct key *key = NULL;
	enum status code;

	if (st->key)
		return STATUS_OK;
	crypto_init();
	buf_init(&b, IDENTITY_MAX);
	code = read_key_file(&b, st, KEY_NAME);
	if (code == STATUS_OK)
		code = key_unseal(&key, b.ptr, b.len, passphrase);
	if (code == STATUS_OK && strcmp(key_id(key), st->replica) != 0) {
		/* a new key was made, and the last step of it cut off */
		key_free(key);
		key = NULL;
		code = store_rekey_finish(&key, st, passphrase);
	}
	if (code == STATUS_OK && strcmp(key_id(key), st->replica) != 0) {
		code = status_set(STATUS_CORRUPT, "%s/replica.key is not the key of replica %s", st->dir,
			st->replica);
		key_free(key);
	} else if (code == STATUS_OK)
		st->key = key;
	buf_done(&b);
	return code;
}

enum status store_key(struct key **out, struct store *st)
{
	enum status code = store_about_load(st);

	if (code != STATUS_OK)
		return code;
	if (!st->replica)
		return status_set(STATUS_USAGE, "nobody has joined on this console: verdict join PERSON");
	if (store_is_locked(st))
		return status_set(STATUS_DENIED, "the key of this console is locked: give its passphrase");
	code = open_key(st, NULL);
	if (code == STATUS_OK)
		*out = st->key;
	return code;
}

bool store_is_locked(struct store *st)
{
	struct buf b;

	if (st->key || !store_replica(st))
		return false;
	if (!st->key_looked) {
		buf_init(&b, IDENTITY_MAX);
		if (read_key_file(&b, st, KEY_NAME) == STATUS_OK) {
			st->key_locked = key_is_sealed(b.ptr, b.len);
			st->key_looked = true;
		}
		buf_done(&b);
	}
	return st->key_locked;
}

enum status store_unlock(struct store *st, const char *passphrase)
{
	if (!store_replica(st))
		return status_set(STATUS_USAGE, "nobody has joined on this console: verdict join PERSON");
	return open_key(st, passphrase);
}

enum status store_signer(struct store *st)
{
	enum status code = store_about_load(st);

	if (code != STATUS_OK)
		return code;
	if (!st->replica)
		return status_set(STATUS_NOT_FOUND, "nobody has joined on this console: verdict join PACK --as PERSON");
	code = store_is_locked(st) ? STATUS_OK : open_key(st, NULL);
	return code != STATUS_NOT_FOUND ? code :
		status_set(STATUS_CORRUPT, "%s/replica.key is gone: put a copy of it back", st->dir);
}

enum status store_sign_export(struct buf *signature, struct buf *signer, struct store *st, const struct digest *sum)
{
	struct key *key = NULL;
	enum status code = store_key(&key, st);
	const struct person *me = code == STATUS_OK ? store_me(st) : NULL;

	if (code == STATUS_OK && !me)
		code = status_set(STATUS_USAGE, "nobody has joined on this console: verdict join PERSON");
	if (code != STATUS_OK)
		return code;
	sshsig_sign(signature, key, SSHSIG_EXPORT, sum);
	sshsig_signer(signer, key_public(key), me->id, SSHSIG_EXPORT);
	return STATUS_OK;
}

/* ---- join ---- */

enum status identity_key_read(struct key **out, struct store *st, const char *name, const char *passphrase)
{
	struct buf b;
	enum status code;

	crypto_init();
	buf_init(&b, IDENTITY_MAX);
	code = read_key_file(&b, st, name);
	if (code == STATUS_OK)
		code = key_unseal(out, b.ptr, b.len, passphrase);
	buf_done(&b);
	return code;
}

enum status identity_key_write(struct store *st, const char *name, const struct key *key, const char *passphrase)
{
	char *path = store_path(st, name);
	struct buf b;
	enum status code;

	buf_init(&b, IDENTITY_MAX);
	key_seal(&b, key, passphrase);
	code = b.err != STATUS_OK ? b.err : io_replace_file(path, b.ptr, b.len, 0600);
	buf_done(&b);
	mem_free(path);
	return code;
}

enum status identity_write(struct store *st, const char *event, const char *person, const char *replica)
{
	char *path = store_path(st, "identity.json");
	struct buf b;
	struct jsonw w;
	enum status code;

	buf_init(&b, IDENTITY_MAX);
	jsonw_init(&w, &b, true);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "v", 1);
	jsonw_str(&w, "event", event);
	jsonw_str(&w, "person", person);
	jsonw_str(&w, "replica", replica);
	jsonw_end_object(&w);
	buf_addc(&b, '\n');
	code = b.err != STATUS_OK ? b.err : io_replace_file(path, b.ptr, b.len, 0600);
	buf_done(&b);
	mem_free(path);
	return code;
}

static enum status check_person(struct store *st, const char *person)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_person);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, person);
	code = sql_row(st, s);
	if (code == STATUS_NOT_FOUND)
		return status_set(STATUS_NOT_FOUND, "nobody called %s takes part in %s", person, st->event->id);
	sqlite3_reset(s);
	return code;
}

/* Claims that the event knows of become mine or a colleague's only now. */
enum status identity_changed(struct store *st)
{
	enum status code;

	st->key_looked = false;
	st->chain_loaded = false;
	store_about_forget(st);
	code = store_about_load(st);

	if (code == STATUS_OK)
		code = sql_begin(st);
	return code == STATUS_OK ? sql_end(st, store_rederive_all(st)) : code;
}

enum status store_join(struct store *st, const char *person_id, const char *passphrase)
{
	char *path;
	struct key *key = NULL;
	enum status code = store_about_load(st);

	/* an identity that cannot be read is one: its key must not be written over */
	if (code != STATUS_OK)
		return code;
	if (!st->event)
		return status_set(STATUS_USAGE, "%s holds no event yet: import one first", st->dir);
	if (st->replica)
		return status_set(STATUS_EXISTS, "%s has joined here already", st->me->id);
	code = check_person(st, person_id);
	if (code != STATUS_OK)
		return code;
	crypto_init();
	path = store_path(st, "journal.vb");
	code = key_new(&key);
	if (code == STATUS_OK)
		code = identity_key_write(st, KEY_NAME, key, passphrase);
	if (code == STATUS_OK && st->journal.fd < 0)
		code = journal_create(path, key_id(key));
	if (code == STATUS_OK && st->journal.fd < 0)
		code = journal_open(&st->journal, path);
	/* the identity last: without it the rest is not used and a new join writes it again */
	if (code == STATUS_OK)
		code = identity_write(st, st->event->id, person_id, key_id(key));
	if (code == STATUS_OK) {
		st->key = key;
		key = NULL;
		code = identity_changed(st);
	}
	key_free(key);
	mem_free(path);
	return code;
}
