/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hub this console belongs to: hub.json (who it is, and the certificate it gave), enrolment, sessions, and how
 * far its feed was read. Store layer; the thread that opened the store.
 */
#include "store_priv.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"
#include "verdict/base/text.h"
#include "verdict/proto/cert.h"
#include "verdict/store/sync.h"

#define LINK_MAX (1u << 20)
#define PEM_MAX 65536
#define KEY_NAME "replica.key"

static const char sql_row_read[] = "SELECT epoch, cursor, head, root, copied, round, swept, due, forked, revoked, conflict "
	"FROM hub";
static const char sql_row_write[] = "INSERT INTO hub (id, epoch, cursor, head, root, copied, round, swept, due, forked, "
	"revoked) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO UPDATE SET epoch = ?1, "
	"cursor = ?2, head = ?3, root = ?4, copied = ?5, round = ?6, swept = ?7, due = ?8, forked = ?9, revoked = ?10";
static const char sql_chain[] = "SELECT n, rid FROM record WHERE own = 1 AND replica = ?1 ORDER BY n DESC, seq DESC LIMIT 1";
static const char sql_waiting[] = "SELECT min(n) FROM record WHERE state = 0 AND own = 1 AND replica = ?1";
/* Own ones are few, colleagues' many: never a walk over all. */
static const char sql_states[] = "SELECT state, count(*) FROM (SELECT state FROM record INDEXED BY record_own WHERE own = 1 "
	"UNION ALL SELECT state FROM record INDEXED BY record_unsent WHERE state = 0 AND own = 0) GROUP BY state";
static const char sql_refused_again[] = "UPDATE record SET state = ?1, why = NULL WHERE own = 1 AND state = ?2 AND replica = ?3";

/* ---- hub.json ---- */

static const char *text_of(struct arena *a, json_t *root, const char *name)
{
	json_t *v = json_object_get(root, name);

	return json_is_string(v) ? arena_strn(a, json_string_value(v), json_string_length(v)) : NULL;
}

static bool bytes_of(void *out, size_t n, const char *text)
{
	return text && base64url_parse(out, n, text, strlen(text));
}

/* The certificate in its base64url; its content was checked when it came, and is again here. */
static bool take_certificate(struct hub_link *h, struct arena *a, const char *text)
{
	struct certificate c;
	size_t len = strlen(text) / 4 * 3 + (strlen(text) % 4 ? strlen(text) % 4 - 1 : 0);
	char *bytes = arena_alloc(a, len + 1);

	if (!base64url_parse(bytes, len, text, strlen(text)) ||
	    certificate_open(&c, a, bytes, len, h->key) != STATUS_OK)
		return false;
	h->certificate = bytes;
	h->certificate_len = len;
	h->who = c.who;
	h->name = c.name;
	h->roles = c.roles;
	return true;
}

static bool link_of(struct hub_link *h, struct arena *a, json_t *root)
{
	const char *pin = text_of(a, root, "pin"), *code = text_of(a, root, "code"), *key = text_of(a, root, "key"),
		*certificate = text_of(a, root, "certificate");

	h->url = text_of(a, root, "url");
	h->event = text_of(a, root, "event");
	h->waiting = text_of(a, root, "waiting");
	h->has_pin = pin != NULL;
	h->has_key = key != NULL;
	return h->url && h->event && code && digest_parse(&h->code, code) && (!pin || bytes_of(h->pin, ENROL_PIN, pin)) &&
		(!key || bytes_of(h->key, KEY_PUBLIC, key)) &&
		(!certificate || (key && take_certificate(h, a, certificate)));
}

enum status hub_link_load(struct store *st)
{
	char *path = store_path(st, "hub.json");
	struct hub_link *h = arena_new(&st->about, struct hub_link);
	json_t *root = NULL;
	struct buf b;
	enum status code;

	buf_init(&b, LINK_MAX);
	code = io_read_file(&b, path, LINK_MAX);
	if (code == STATUS_OK) {
		crypto_init();
		root = json_loadb(b.ptr, b.len, JSON_REJECT_DUPLICATES, NULL);
		if (link_of(h, &st->about, root))
			st->hub = h;
		else
			code = status_set(STATUS_CORRUPT, "%s is damaged: move it away and join the hub again", path);
	}
	json_decref(root);
	buf_done(&b);
	mem_free(path);
	if (code == STATUS_NOT_FOUND) {
		status_clear();
		code = STATUS_OK;
	}
	return code;
}

static void put_bytes(struct jsonw *w, const char *name, const void *ptr, size_t len)
{
	struct buf text;

	buf_init(&text, LINK_MAX);
	base64url(&text, ptr, len);
	jsonw_str(w, name, buf_str(&text));
	buf_done(&text);
}

enum status hub_link_write(struct store *st, const struct hub_link *h)
{
	char *path = store_path(st, "hub.json"), hex[DIGEST_HEX];
	struct jsonw w;
	struct buf b;
	enum status code;

	buf_init(&b, LINK_MAX);
	digest_hex(hex, &h->code);
	jsonw_init(&w, &b, true);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "v", 1);
	jsonw_str(&w, "url", h->url);
	jsonw_str(&w, "event", h->event);
	jsonw_str(&w, "code", hex);
	if (h->has_pin)
		put_bytes(&w, "pin", h->pin, ENROL_PIN);
	if (h->has_key)
		put_bytes(&w, "key", h->key, KEY_PUBLIC);
	if (h->waiting && !h->certificate)
		jsonw_str(&w, "waiting", h->waiting);
	if (h->certificate)
		put_bytes(&w, "certificate", h->certificate, h->certificate_len);
	jsonw_end_object(&w);
	buf_addc(&b, '\n');
	code = b.err != STATUS_OK ? b.err : io_replace_file(path, b.ptr, b.len, 0600);
	buf_done(&b);
	mem_free(path);
	return code;
}

enum status hub_forget_certificate(struct store *st)
{
	struct hub_link h = *st->hub;

	h.certificate = NULL;
	memset(&h.code, 0, sizeof(h.code));
	return hub_link_write(st, &h);
}

enum status store_hub_certificate_set(struct store *st, const char *pem)
{
	char *path = store_path(st, "hub.pem");
	enum status code = io_replace_file(path, pem, strlen(pem), 0600);

	mem_free(path);
	return code;
}

enum status store_hub_certificate(const char **pem_out, struct arena *a, struct store *st)
{
	char *path = store_path(st, "hub.pem");
	struct buf b;
	enum status code;

	buf_init(&b, PEM_MAX);
	code = io_read_file(&b, path, PEM_MAX);
	if (code == STATUS_OK)
		*pem_out = arena_str(a, buf_str(&b));
	buf_done(&b);
	mem_free(path);
	return code;
}

enum status hub_link_need(struct store *st)
{
	enum status code = store_about_load(st);

	if (code == STATUS_OK && (!st->hub || !st->hub->has_key))
		code = status_set(STATUS_USAGE, "this console belongs to no hub: verdict join CODE");
	return code;
}

/* ---- position in the feed ---- */

enum status hub_row_read(struct hub_row *out, struct arena *a, struct store *st)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_row_read);

	if (code == STATUS_OK)
		code = sql_row(st, s);
	if (code != STATUS_OK)
		return code;
	memset(out, 0, sizeof(*out));
	if (sqlite3_column_bytes(s, 0) == EPOCH_BYTES)
		memcpy(out->epoch, sqlite3_column_blob(s, 0), EPOCH_BYTES);
	out->cursor = (uint64_t)sqlite3_column_int64(s, 1);
	out->head = (uint64_t)sqlite3_column_int64(s, 2);
	sql_digest(&out->root, s, 3);
	out->copied = (uint64_t)sqlite3_column_int64(s, 4);
	out->round = (uint64_t)sqlite3_column_int64(s, 5);
	out->swept = (uint64_t)sqlite3_column_int64(s, 6);
	out->due = sqlite3_column_int(s, 7) != 0;
	out->forked = sqlite3_column_int(s, 8) != 0;
	out->revoked = sqlite3_column_int(s, 9) != 0;
	out->conflict = sqlite3_column_type(s, 10) == SQLITE_NULL ? NULL : sql_text(a, s, 10);
	sqlite3_reset(s);
	return STATUS_OK;
}

enum status hub_row_write(struct store *st, const struct hub_row *h)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_row_write);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_blob(s, 1, h->epoch, EPOCH_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, (int64_t)h->cursor);
	sqlite3_bind_int64(s, 3, (int64_t)h->head);
	sql_bind_digest(s, 4, &h->root);
	sqlite3_bind_int64(s, 5, (int64_t)h->copied);
	sqlite3_bind_int64(s, 6, (int64_t)h->round);
	sqlite3_bind_int64(s, 7, (int64_t)h->swept);
	sqlite3_bind_int(s, 8, h->due);
	sqlite3_bind_int(s, 9, h->forked);
	sqlite3_bind_int(s, 10, h->revoked);
	return sql_run(st, s);
}

/* ---- state ---- */

static enum status read_chain(struct sync_state *out, struct store *st)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_chain);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, out->replica);
	code = sql_row(st, s);
	if (code == STATUS_OK) {
		out->n = (uint64_t)sqlite3_column_int64(s, 0);
		sql_digest(&out->rid, s, 1);
		sqlite3_reset(s);
		code = sql_get(&s, st, sql_waiting);
	}
	if (code != STATUS_OK)
		return code == STATUS_NOT_FOUND ? STATUS_OK : code;
	sql_bind_text(s, 1, out->replica);
	code = sql_row(st, s);
	if (code == STATUS_OK) {
		out->received_n = sqlite3_column_type(s, 0) == SQLITE_NULL ? out->n : (uint64_t)sqlite3_column_int64(s, 0) - 1;
		sqlite3_reset(s);
	}
	return code;
}

static enum status read_states(struct sync_state *out, struct store *st)
{
	uint64_t *const counts[] = { &out->unsent, &out->received, &out->flagged, &out->refused };
	sqlite3_stmt *s;
	int state;
	enum status code = sql_get(&s, st, sql_states);

	while (code == STATUS_OK && (code = sql_row(st, s)) == STATUS_OK) {
		state = sqlite3_column_int(s, 0);
		if (state >= 0 && state <= ENTRY_REFUSED)
			*counts[state] = (uint64_t)sqlite3_column_int64(s, 1);
	}
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static void about_hub(struct sync_state *out, struct arena *a, const struct hub_link *h)
{
	char id[KEY_ID];

	out->hub_url = arena_str(a, h->url);
	out->event = out->event ? out->event : arena_str(a, h->event);
	memcpy(out->pin, h->pin, ENROL_PIN);
	memcpy(out->hub_key, h->key, KEY_PUBLIC);
	out->has_pin = h->has_pin;
	out->enrolled = h->certificate != NULL;
	out->enrolling = !out->enrolled;
	out->waiting = out->enrolling && h->waiting;
	if (h->has_key) {
		key_id_of(id, h->key);
		out->hub = arena_str(a, id);
	}
}

enum status store_sync_state(struct sync_state *out, struct arena *a, struct store *st)
{
	struct hub_row row;
	enum status code = store_about_load(st);

	if (code != STATUS_OK)
		return code;
	memset(out, 0, sizeof(*out));
	out->event = st->event ? arena_str(a, st->event->id) : NULL;
	out->replica = arena_str(a, st->replica);
	if (st->hub)
		about_hub(out, a, st->hub);
	code = hub_row_read(&row, a, st);
	if (code == STATUS_OK) {
		out->has_epoch = true;
		memcpy(out->epoch, row.epoch, EPOCH_BYTES);
		out->cursor = row.cursor;
		out->head = row.head;
		out->root = row.root;
		out->forked = row.forked;
		out->revoked = row.revoked;
		out->conflict = row.conflict;
	}
	if (code == STATUS_OK || code == STATUS_NOT_FOUND)
		code = read_states(out, st);
	if (code == STATUS_OK && out->replica)
		code = read_chain(out, st);
	return code;
}

/* ---- enrolment ---- */

static enum status may_enrol(struct store *st, const struct enrol_code *c, const struct digest *secret)
{
	const struct hub_link *h = st->hub;

	if (st->event && strcmp(st->event->id, c->event) != 0)
		return status_set(STATUS_EXISTS, "this store holds the event \"%s\"; join \"%s\" in a store of its own",
			st->event->id, c->event);
	if (h && h->certificate && strcmp(h->event, c->event) != 0)
		return status_set(STATUS_EXISTS, "this store belongs to the event \"%s\"; join \"%s\" in a store of its own",
			h->event, c->event);
	if (h && h->certificate && !digest_equal(&h->code, secret))
		return status_set(STATUS_EXISTS, "%s has joined %s here already; a new code wants a folder of its own: "
			"verdict --store DIR join CODE", h->name, h->url);
	return STATUS_OK;
}

/* A store that was copied or restored leaves its key to the other one, once there is a code for a new key. */
static enum status after_fork(struct store *st, const struct enrol_code *c, const struct digest *secret,
	const char *passphrase)
{
	const struct hub_link *h = st->hub;
	struct hub_row row = { .forked = false };
	enum status code = STATUS_OK;
	struct arena a;

	arena_init(&a);
	if (h && h->certificate && strcmp(h->event, c->event) == 0 && !digest_equal(&h->code, secret))
		code = hub_row_read(&row, &a, st);
	if (code == STATUS_NOT_FOUND)
		code = STATUS_OK;
	if (code == STATUS_OK && row.forked && store_is_locked(st) && passphrase)
		code = store_unlock(st, passphrase);
	if (code == STATUS_OK && row.forked)
		code = store_rekey(st, passphrase);
	arena_done(&a);
	return code;
}

/* The key that is here, of a join or of the same code before; else a new one. */
static enum status key_for(struct key **out, bool *fresh, struct store *st, const struct digest *secret,
	const char *passphrase)
{
	enum status code = STATUS_NOT_FOUND;

	*fresh = false;
	if (st->replica) {
		code = passphrase && store_is_locked(st) ? store_unlock(st, passphrase) : STATUS_OK;
		return code == STATUS_OK ? store_key(out, st) : code;
	}
	if (st->hub && digest_equal(&st->hub->code, secret))
		code = identity_key_read(out, st, KEY_NAME, passphrase);
	if (code != STATUS_NOT_FOUND) {
		*fresh = code == STATUS_OK;
		return code;
	}
	code = key_new(out);
	if (code == STATUS_OK)
		code = identity_key_write(st, KEY_NAME, *out, passphrase);
	*fresh = true;
	return code;
}

static enum status write_code(struct store *st, const struct enrol_code *c, const struct digest *secret)
{
	struct hub_link h = { .url = c->base_url, .event = c->event, .has_pin = c->has_pin, .code = *secret };

	if (st->hub && digest_equal(&st->hub->code, secret))
		return STATUS_OK;
	memcpy(h.pin, c->pin, ENROL_PIN);
	return hub_link_write(st, &h);
}

static void device_name(char out[ENROL_DEVICE_MAX + 1])
{
	if (gethostname(out, ENROL_DEVICE_MAX) != 0 || !out[0] || !utf8_valid(out, strnlen(out, ENROL_DEVICE_MAX)))
		snprintf(out, ENROL_DEVICE_MAX, "console");
	out[ENROL_DEVICE_MAX] = '\0';
}

enum status store_enrol_begin(struct buf *request_out, struct store *st, const struct enrol_code *c,
	const char *passphrase, int64_t at)
{
	char device[ENROL_DEVICE_MAX + 1];
	struct digest secret = sha256(c->secret, strlen(c->secret));
	struct key *key = NULL;
	bool fresh = false;
	enum status code = store_about_load(st);

	crypto_init();
	if (code == STATUS_OK)
		code = after_fork(st, c, &secret, passphrase);
	if (code == STATUS_OK)
		code = may_enrol(st, c, &secret);
	if (code == STATUS_OK)
		code = key_for(&key, &fresh, st, &secret, passphrase);
	if (code == STATUS_OK)
		code = write_code(st, c, &secret);
	if (code == STATUS_OK) {
		device_name(device);
		enrol_sign(request_out, key, c->event, c->secret, device, at);
		code = request_out->err;
	}
	if (fresh) {
		key_free(st->fresh);
		st->fresh = code == STATUS_OK ? key : NULL;
		if (code != STATUS_OK)
			key_free(key);
	}
	store_about_forget(st);
	return code;
}

/* Is this the answer to what was asked, and does it fit who is here? */
static enum status check_certificate(const struct certificate *c, struct store *st, const struct key *key)
{
	if (strcmp(c->event, st->hub->event) != 0)
		return status_set(STATUS_DENIED, "the hub's certificate is for the event \"%s\"", c->event);
	if (memcmp(c->key, key_public(key), KEY_PUBLIC) != 0)
		return status_set(STATUS_DENIED, "the hub's certificate is for another console's key");
	if (st->me && strcmp(st->me->id, c->who) != 0)
		return status_set(STATUS_CONFLICT, "%s has joined here, the code is for %s: use a store of its own",
			st->me->id, c->who);
	return STATUS_OK;
}

static enum status offer_refused(struct store *st)
{
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_refused_again);

	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int(s, 1, ENTRY_UNSENT);
	sqlite3_bind_int(s, 2, ENTRY_REFUSED);
	sql_bind_text(s, 3, st->replica);
	return sql_run(st, s);
}

static enum status adopt(struct store *st, const struct certificate *c, const void *document, size_t len,
	const uint8_t hub_key[KEY_PUBLIC], const struct key *key)
{
	struct hub_link h = *st->hub;
	char *path = store_path(st, "journal.vb");
	enum status code = STATUS_OK;
	bool again;

	memcpy(h.key, hub_key, KEY_PUBLIC);
	h.has_key = true;
	again = !h.certificate;
	h.certificate = document;
	h.certificate_len = len;
	if (st->journal.fd < 0)
		code = journal_create(path, key_id(key));
	if (code == STATUS_OK && st->journal.fd < 0)
		code = journal_open(&st->journal, path);
	/* the identity last: without it all of this is done again */
	if (code == STATUS_OK)
		code = hub_link_write(st, &h);
	if (code == STATUS_OK && !st->replica)
		code = identity_write(st, c->event, c->who, key_id(key));
	/* what was refused for want of a certificate is offered again */
	if (code == STATUS_OK && again && st->replica)
		code = offer_refused(st);
	mem_free(path);
	return code;
}

enum status store_enrol_end(struct store *st, const void *document, size_t len, const uint8_t hub_key[KEY_PUBLIC])
{
	struct arena a;
	struct certificate c;
	struct key *key = NULL;
	enum status code = store_about_load(st);

	if (code != STATUS_OK)
		return code;
	if (!st->hub)
		return status_set(STATUS_USAGE, "no code was given before: verdict join CODE");
	arena_init(&a);
	key = st->fresh;
	if (st->replica)
		code = store_key(&key, st);
	else if (!key)
		code = identity_key_read(&key, st, KEY_NAME, NULL);
	if (code == STATUS_OK && !st->replica)
		st->fresh = key;
	if (code == STATUS_OK)
		code = certificate_open(&c, &a, document, len, hub_key);
	if (code == STATUS_OK)
		code = check_certificate(&c, st, key);
	if (code == STATUS_OK)
		code = adopt(st, &c, document, len, hub_key, key);
	if (code == STATUS_OK) {
		if (!st->key) {
			st->key = st->fresh;
			st->fresh = NULL;
		}
		code = identity_changed(st);
	}
	arena_done(&a);
	return code;
}

enum status store_session_proof(struct buf *out, struct store *st, const char *nonce)
{
	struct key *key;
	enum status code = hub_link_need(st);

	if (code == STATUS_OK)
		code = store_key(&key, st);
	if (code == STATUS_OK) {
		session_sign(out, key, st->hub->event, nonce, clock_wall_ms());
		code = out->err;
	}
	return code;
}
