/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates: the hub binds a replica's key to a person (doc/PROTOCOL.md). Layer: proto. Any thread. */
#include "verdict/proto/cert.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/jsonw.h"
#include "verdict/model/kinds.h"
#include "verdict/proto/signed.h"
#include "strict_priv.h"

#define ROLES_MAX 4

static void write_roles(struct jsonw *w, unsigned int roles)
{
	jsonw_array(w, "roles");
	for (unsigned int bit = 1; bit <= ROLE_OBSERVER; bit <<= 1)
		if (roles & bit)
			jsonw_str(w, NULL, role_kind_name((enum role_kind)bit));
	jsonw_end_array(w);
}

static void write_ties(struct jsonw *w, const struct certificate *c)
{
	jsonw_array(w, "organisations");
	for (size_t i = 0; i < c->n_ties; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "id", c->ties[i].organisation);
		if (c->ties[i].from)
			jsonw_str(w, "from", c->ties[i].from);
		if (c->ties[i].to)
			jsonw_str(w, "to", c->ties[i].to);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void write_time(struct jsonw *w, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT];

	clock_format_utc(text, ms);
	jsonw_str(w, key, text);
}

static void write_certificate(struct jsonw *w, const struct certificate *c, const struct key *hub)
{
	char hex[DIGEST_HEX], id[KEY_ID];
	struct digest key;

	memcpy(key.b, c->key, sizeof(key.b));
	digest_hex(hex, &key);
	key_id_of(id, c->key);
	jsonw_object(w, NULL);
	jsonw_int(w, "v", 1);
	jsonw_str(w, "ev", c->event);
	jsonw_str(w, "hub", key_id(hub));
	jsonw_str(w, "rep", id);
	jsonw_str(w, "key", hex);
	jsonw_str(w, "who", c->who);
	jsonw_str(w, "name", c->name ? c->name : "");
	write_roles(w, c->roles);
	write_ties(w, c);
	write_time(w, "from", c->from);
	write_time(w, "to", c->to);
	jsonw_end_object(w);
}

enum status certificate_sign(struct buf *out, const struct certificate *c, const struct key *hub)
{
	enum status st = STATUS_OK;
	struct jsonw w;
	struct buf b;

	if (c->n_ties > CERTIFICATE_TIES_MAX)
		return status_set(STATUS_LIMIT, "certificate: %zu organisations, at most %d fit", c->n_ties,
			CERTIFICATE_TIES_MAX);
	buf_init(&b, SIGNED_PAYLOAD_MAX);
	jsonw_init(&w, &b, false);
	write_certificate(&w, c, hub);
	if (!b.err)
		signed_add(out, hub, CERTIFICATE_TYPE, b.ptr, b.len);
	if (b.err || out->err)
		st = status_set(STATUS_LIMIT, "certificate: larger than a document may be");
	buf_done(&b);
	return st;
}

static unsigned int read_roles(struct strict *r, const json_t *root)
{
	unsigned int roles = 0;
	size_t n;
	const json_t *list = strict_get_list(r, &n, root, "roles", ROLES_MAX);

	if (n == 0)
		strict_fail(r, "roles", "want at least one");
	for (size_t i = 0; i < n; i++) {
		int role = role_kind_parse(json_string_value(json_array_get(list, i)));

		if (role < 0)
			strict_fail(r, "roles", "want monitor, lead, manager or observer");
		else
			roles |= (unsigned int)role;
	}
	return roles;
}

static const char *read_date(struct strict *r, const json_t *object, const char *key)
{
	const char *text = strict_get_text(r, object, key, CLOCK_TEXT);
	int64_t at;

	if (text && (strlen(text) != 10 || clock_parse(&at, text) != 0))
		strict_fail(r, key, "want a date such as 2026-11-16");
	return text;
}

static void read_ties(struct strict *r, struct certificate *c, const json_t *root)
{
	const json_t *list = strict_get_list(r, &c->n_ties, root, "organisations", CERTIFICATE_TIES_MAX), *item;

	c->ties = arena_array(r->a, struct certificate_tie, c->n_ties);
	for (size_t i = 0; i < c->n_ties && (item = strict_list_item(r, list, "organisations", i)); i++) {
		c->ties[i].organisation = strict_need_id(r, item, "id");
		c->ties[i].from = read_date(r, item, "from");
		c->ties[i].to = read_date(r, item, "to");
	}
	strict_place(r, "");
}

/* The ids are read and compared with the keys they are made of. */
static void read_keys(struct strict *r, struct certificate *c, const json_t *root, const uint8_t *hub_key)
{
	struct digest key = { { 0 } };
	char id[KEY_ID];

	c->hub = strict_need_key_id(r, root, "hub");
	key_id_of(id, hub_key);
	if (c->hub && strcmp(c->hub, id) != 0)
		strict_fail(r, "hub", "is not the key that signed");
	strict_get_digest(r, &key, root, "key", true);
	memcpy(c->key, key.b, sizeof(c->key));
	c->replica = strict_need_key_id(r, root, "rep");
	key_id_of(id, c->key);
	if (c->replica && strcmp(c->replica, id) != 0)
		strict_fail(r, "rep", "is not the id of the key");
}

enum status certificate_open(struct certificate *out, struct arena *a, const void *ptr, size_t len,
	const uint8_t hub_key[KEY_PUBLIC])
{
	struct strict r = { .a = a, .what = "certificate" };
	struct certificate c = { 0 };
	json_t *root;
	enum status st = signed_load(&root, NULL, &r, CERTIFICATE_TYPE, ptr, len, hub_key, SIGNED_PAYLOAD_MAX);

	if (st)
		return st;
	c.event = strict_need_id(&r, root, "ev");
	read_keys(&r, &c, root, hub_key);
	c.who = strict_need_id(&r, root, "who");
	c.name = strict_get_text(&r, root, "name", STRICT_ID_MAX);
	c.roles = read_roles(&r, root);
	read_ties(&r, &c, root);
	c.from = strict_need_time(&r, root, "from");
	c.to = strict_need_time(&r, root, "to");
	if (c.to <= c.from)
		strict_fail(&r, "to", "is not after \"from\"");
	json_decref(root);
	if (!r.st)
		*out = c;
	return r.st;
}

enum status certificate_holds(const struct certificate *c, const char *event, const char *replica,
	const char *who, int64_t at)
{
	if (strcmp(c->event, event) != 0)
		return status_set(STATUS_DENIED, "certificate: of event %s, not of %s", c->event, event);
	if (strcmp(c->replica, replica) != 0)
		return status_set(STATUS_DENIED, "certificate: of another key");
	if (strcmp(c->who, who) != 0)
		return status_set(STATUS_DENIED, "certificate: of %s, not of %s", c->who, who);
	if (at < c->from)
		return status_set(STATUS_DENIED, "certificate: not valid yet");
	if (at >= c->to)
		return status_set(STATUS_DENIED, "certificate: no longer valid");
	return STATUS_OK;
}
