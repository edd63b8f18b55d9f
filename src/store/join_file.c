/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joining by a file. What it says of the hub is kept in hub.json with the code, until a certificate is here: that
 * comes in the feed, by hand, or as the answer to a request once the hub can be reached. Store layer; the thread
 * that opened the store.
 */
#include "verdict/store/join.h"

#include <string.h>
#include "store_priv.h"
#include "verdict/base/mem.h"
#include "verdict/proto/join.h"
#include "verdict/store/save.h"
#include "verdict/store/sync.h"

static const char sql_proofs[] = "SELECT count(*) FROM record WHERE own = 1 AND replica = ?1 AND kind = ?2";
static const char sql_certificate[] = "SELECT document FROM certificate WHERE replica = ?1";

static enum status load(struct join_file *out, struct enrol_code *code_out, struct arena *a, struct store *st)
{
	enum status code;

	if (!st->join_text)
		return status_set(STATUS_NOT_FOUND, "this is no join file");
	code = join_file_parse(out, a, st->join_text, strlen(st->join_text));
	if (code == STATUS_OK)
		code = enrol_code_parse(code_out, a, out->code);
	if (code == STATUS_OK && strcmp(code_out->event, out->event) != 0)
		code = status_set(STATUS_INVALID, JOIN_MEMBER ": its code is for the event \"%.64s\"", code_out->event);
	return code;
}

enum status store_join_file_person(const char **person_out, struct arena *a, struct store *st)
{
	struct enrol_code c;
	struct join_file f;
	enum status code = load(&f, &c, a, st);

	if (code == STATUS_OK)
		*person_out = f.person;
	return code;
}

static enum status may_join(struct store *st, const struct join_file *f, const struct digest *secret)
{
	const struct hub_link *h = st->hub;

	if (!st->event || strcmp(st->event->id, f->event) != 0)
		return status_set(STATUS_INVALID, JOIN_MEMBER ": it is for the event \"%.64s\"", f->event);
	if (st->me && strcmp(st->me->id, f->person) != 0)
		return status_set(STATUS_EXISTS, "%s has joined here, the file is for %s: use a store of its own", st->me->id,
			f->person);
	if (h && h->certificate && !digest_equal(&h->code, secret))
		return status_set(STATUS_EXISTS, "%s has joined %s here already; another person wants a folder of its "
			"own: verdict --store DIR join FILE", h->name, h->url);
	return STATUS_OK;
}

static enum status keep_link(struct store *st, const struct join_file *f, const struct enrol_code *c,
	const struct digest *secret)
{
	struct hub_link h = { .url = c->base_url, .event = c->event, .has_pin = c->has_pin, .code = *secret,
		.has_key = true, .waiting = f->code };
	enum status code = f->certificate ? store_hub_certificate_set(st, f->certificate) : STATUS_OK;

	memcpy(h.pin, c->pin, ENROL_PIN);
	memcpy(h.key, f->hub, KEY_PUBLIC);
	if (code == STATUS_OK && !(st->hub && st->hub->certificate))
		code = hub_link_write(st, &h);
	store_about_forget(st);
	return code == STATUS_OK ? store_about_load(st) : code;
}

/* A record that carries the proof goes wherever the others go. */
static enum status save_proof(struct store *st, const struct digest *secret)
{
	struct record rec = { .kind = RECORD_CERTIFICATE, .kind_name = record_kind_name(RECORD_CERTIFICATE) };
	char text[JOIN_TEXT];
	struct join_proof p;
	struct saved saved;
	struct key *key;
	sqlite3_stmt *s;
	bool there;
	enum status code = sql_get(&s, st, sql_proofs);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, st->replica);
	sqlite3_bind_int(s, 2, RECORD_CERTIFICATE);
	code = sql_row(st, s);
	there = code == STATUS_OK && sqlite3_column_int(s, 0) > 0;
	sqlite3_reset(s);
	if (code != STATUS_OK || there)
		return code;
	code = store_key(&key, st);
	if (code != STATUS_OK)
		return code;
	join_prove(&p, secret, st->event->id, key_public(key));
	join_proof_format(text, &p);
	rec.text = text;
	return store_save(&saved, st, &rec);
}

enum status store_join_file(struct store *st, const char *passphrase)
{
	struct digest secret;
	struct enrol_code c;
	struct join_file f;
	struct arena a;
	enum status code = store_about_load(st);

	arena_init(&a);
	if (code == STATUS_OK)
		code = load(&f, &c, &a, st);
	if (code == STATUS_OK) {
		secret = sha256(c.secret, strlen(c.secret));
		code = may_join(st, &f, &secret);
	}
	if (code == STATUS_OK && !st->replica)
		code = store_join(st, f.person, passphrase);
	else if (code == STATUS_OK && store_is_locked(st) && passphrase)
		code = store_unlock(st, passphrase);
	if (code == STATUS_OK)
		code = keep_link(st, &f, &c, &secret);
	if (code == STATUS_OK && !st->hub->certificate)
		code = save_proof(st, &secret);
	arena_done(&a);
	return code;
}

/* ---- the certificate ---- */

enum status store_enrol_waiting(struct buf *request_out, struct store *st, int64_t at)
{
	struct enrol_code c;
	struct arena a;
	enum status code = store_about_load(st);

	if (code == STATUS_OK && (!st->hub || !st->hub->waiting || st->hub->certificate))
		code = status_set(STATUS_NOT_FOUND, "no join file waits for a hub");
	if (code != STATUS_OK)
		return code;
	arena_init(&a);
	code = enrol_code_parse(&c, &a, st->hub->waiting);
	if (code == STATUS_OK)
		code = store_enrol_begin(request_out, st, &c, NULL, at);
	arena_done(&a);
	return code;
}

enum status store_enrol_answer(struct store *st, const void *certificate, size_t len)
{
	uint8_t key[KEY_PUBLIC];
	enum status code = store_about_load(st);

	if (code == STATUS_OK && (!st->hub || !st->hub->has_key))
		code = status_set(STATUS_USAGE, "no hub is known here");
	if (code != STATUS_OK)
		return code;
	memcpy(key, st->hub->key, sizeof(key));
	return store_enrol_end(st, certificate, len, key);
}

void join_file_certified(struct store *st)
{
	sqlite3_stmt *s;
	struct buf b;
	enum status code = store_about_load(st);

	if (code != STATUS_OK || !st->replica || !st->hub || !st->hub->has_key || st->hub->certificate)
		return;
	buf_init(&b, 1u << 20);
	code = sql_get(&s, st, sql_certificate);
	if (code == STATUS_OK) {
		sql_bind_text(s, 1, st->replica);
		code = sql_row(st, s);
	}
	if (code == STATUS_OK) {
		buf_add(&b, sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
		sqlite3_reset(s);
		code = store_enrol_answer(st, b.ptr, b.len);
	}
	if (code != STATUS_OK && code != STATUS_NOT_FOUND)
		store_note(st, "the hub's certificate of this console: %s", status_message());
	buf_done(&b);
}
