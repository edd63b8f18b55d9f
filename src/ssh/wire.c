/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between the console and verdict-ssh, written and read. Layer ssh; any thread. The console trusts
 * verdict-ssh, which speaks to the network, no more than verdict-ssh trusts the network.
 */
#include "verdict/ssh/wire.h"
#include <string.h>
#include "verdict/base/frame.h"
#include "verdict/base/mem.h"

#define HOST_MAX 256
#define PATH_BYTES 1024
#define PORT_MAX 65535

enum { BIT_VIA = 1, BIT_AGENT = 2, BIT_SOCKET = 4, BIT_TARGET = 8 };

static void put_open(struct buf *out, const struct hopwire *m)
{
	const struct hop_options *o = &m->open;
	size_t i;

	buf_addc(out, (char)((m->via ? BIT_VIA : 0) | (m->has_agent ? BIT_AGENT : 0) | (o->socket_path ? BIT_SOCKET : 0) |
		(o->target_host ? BIT_TARGET : 0)));
	buf_text(out, o->host);
	buf_text(out, o->user);
	buf_u32(out, o->port);
	buf_text(out, o->socket_path);
	buf_text(out, o->target_host);
	buf_u32(out, o->target_port);
	buf_u32(out, o->silence_s);
	buf_addc(out, (char)o->n_keys);
	for (i = 0; i < o->n_keys; i++)
		buf_add(out, o->keys[i], HOP_KEY);
	buf_addc(out, (char)o->n_identities);
	for (i = 0; i < o->n_identities; i++)
		buf_text(out, o->identities[i]);
}

static void put_work(struct buf *out, const struct hop_work *w)
{
	buf_addc(out, (char)w->verb);
	buf_text(out, w->path);
	buf_text(out, w->to);
	buf_u64(out, w->from);
	buf_u64(out, w->max);
}

static void put_done(struct buf *out, const struct hopwire *m)
{
	buf_addc(out, (char)m->done.result);
	buf_addc(out, m->done.more ? 1 : 0);
	buf_text(out, m->done.why);
	buf_u64(out, m->done.size);
	buf_blob(out, m->listed, m->listed_len);
}

void hopwire_put(struct buf *out, const struct hopwire *m)
{
	size_t at = frame_begin(out);

	buf_addc(out, (char)m->kind);
	switch (m->kind) {
	case HOPWIRE_OPEN:
		put_open(out, m);
		break;
	case HOPWIRE_REPLY:
		buf_addc(out, m->gave_up ? 1 : 0);
		buf_text(out, m->text);
		break;
	case HOPWIRE_WORK:
		put_work(out, &m->work);
		break;
	case HOPWIRE_QUESTION:
		buf_addc(out, (char)m->question.kind);
		buf_text(out, m->question.text);
		break;
	case HOPWIRE_FAILED:
	case HOPWIRE_TROUBLE:
		buf_addc(out, (char)m->failure);
		buf_text(out, m->text);
		break;
	case HOPWIRE_PROGRESS:
		buf_u64(out, m->moved);
		break;
	case HOPWIRE_DONE:
		put_done(out, m);
		break;
	case HOPWIRE_STEP:
		buf_addc(out, (char)m->step);
		buf_u32(out, m->ms);
		buf_text(out, m->text);
		break;
	case HOPWIRE_READY:
		break;
	}
	frame_end(out, at);
}

static unsigned int get_port(struct cursor *c)
{
	uint32_t port = cursor_u32(c);

	if (port > PORT_MAX)
		c->bad = true;
	return port;
}

static void get_open(struct hopwire *m, struct cursor *c)
{
	struct hop_options *o = &m->open;
	unsigned int bits = cursor_enum(c, 16);
	const char *key;
	size_t i;

	m->via = bits & BIT_VIA;
	m->has_agent = bits & BIT_AGENT;
	o->host = cursor_text(c, HOST_MAX);
	o->user = cursor_text(c, HOST_MAX);
	o->port = get_port(c);
	o->socket_path = cursor_text(c, PATH_BYTES);
	o->target_host = cursor_text(c, HOST_MAX);
	o->target_port = get_port(c);
	o->silence_s = cursor_u32(c);
	o->socket_path = bits & BIT_SOCKET ? o->socket_path : NULL;
	o->target_host = bits & BIT_TARGET ? o->target_host : NULL;
	o->n_keys = cursor_enum(c, HOP_KEYS + 1);
	for (i = 0; i < o->n_keys && (key = cursor_bytes(c, HOP_KEY)); i++)
		memcpy(o->keys[i], key, HOP_KEY);
	o->n_identities = cursor_enum(c, HOP_IDENTITIES + 1);
	for (i = 0; i < o->n_identities; i++)
		o->identities[i] = cursor_text(c, HOPWIRE_KEY_MAX);
	if (!*o->host || !o->port || o->silence_s > 3600)
		c->bad = true;
}

static void get_work(struct hop_work *w, struct cursor *c)
{
	w->verb = (enum hop_verb)cursor_enum(c, HOP_VERB_COUNT);
	w->path = cursor_text(c, PATH_BYTES);
	w->to = cursor_text(c, PATH_BYTES);
	w->from = cursor_u64(c);
	w->max = cursor_u64(c);
	w->fd = -1;
	if (!*w->path)
		c->bad = true;
}

static void get_done(struct hopwire *m, struct cursor *c)
{
	m->done.result = (enum hop_result)cursor_enum(c, HOP_RESULT_COUNT);
	m->done.more = cursor_enum(c, 2);
	m->done.why = cursor_text(c, HOPWIRE_TEXT_MAX);
	m->done.size = cursor_u64(c);
	m->listed = cursor_blob(&m->listed_len, c, HOPWIRE_MAX);
}

static void get_failure(struct hopwire *m, struct cursor *c)
{
	m->failure = (enum net_failure)cursor_enum(c, NET_FAILURE_COUNT);
	m->text = cursor_text(c, HOPWIRE_TEXT_MAX);
	if (m->failure == NET_NO_FAILURE)
		c->bad = true;
}

static bool comes_from_child(enum hopwire_kind k)
{
	return k != HOPWIRE_OPEN && k != HOPWIRE_REPLY && k != HOPWIRE_WORK;
}

enum status hopwire_get(struct hopwire *out, const char *p, size_t n, bool from_child)
{
	struct cursor c;

	memset(out, 0, sizeof(*out));
	frame_read(&c, p, n);
	out->kind = (enum hopwire_kind)cursor_u8(&c);
	if (comes_from_child(out->kind) != from_child)
		c.bad = true;
	switch (out->kind) {
	case HOPWIRE_OPEN:
		get_open(out, &c);
		break;
	case HOPWIRE_REPLY:
		out->gave_up = cursor_enum(&c, 2);
		out->text = cursor_text(&c, HOPWIRE_TEXT_MAX);
		break;
	case HOPWIRE_WORK:
		get_work(&out->work, &c);
		break;
	case HOPWIRE_QUESTION:
		out->question.kind = (enum hop_asks)cursor_enum(&c, HOP_ASKS_COUNT);
		out->question.text = cursor_text(&c, HOPWIRE_TEXT_MAX);
		break;
	case HOPWIRE_FAILED:
	case HOPWIRE_TROUBLE:
		get_failure(out, &c);
		break;
	case HOPWIRE_PROGRESS:
		out->moved = cursor_u64(&c);
		break;
	case HOPWIRE_DONE:
		get_done(out, &c);
		break;
	case HOPWIRE_STEP:
		out->step = (enum hop_step)cursor_enum(&c, HOP_STEP_COUNT);
		out->ms = cursor_u32(&c);
		out->text = cursor_text(&c, HOPWIRE_TEXT_MAX);
		break;
	case HOPWIRE_READY:
		break;
	default:
		c.bad = true;
	}
	if (!cursor_end(&c))
		return status_set(STATUS_INVALID, "a message of verdict-ssh is malformed");
	return STATUS_OK;
}

bool hop_name_ok(const char *name, size_t n)
{
	size_t i;

	if (n == 0 || n > HOP_NAME_MAX || name[0] == '.')
		return false;
	for (i = 0; i < n; i++)
		if (!name[i] || !strchr("abcdefghijklmnopqrstuvwxyz0123456789.-", name[i]))
			return false;
	return true;
}

void hopwire_entry(struct buf *out, const char *name, uint64_t size)
{
	buf_text(out, name);
	buf_u64(out, size);
}

enum status hopwire_entries(struct hop_entry **out, size_t *n_out, const char *p, size_t n)
{
	struct hop_entry *e = NULL;
	struct cursor c;
	size_t count = 0, cap = 0;

	cursor_init(&c, p, n);
	while (c.at < n && !c.bad) {
		const char *name = cursor_text(&c, HOP_NAME_MAX);

		if (!hop_name_ok(name, strlen(name)) || count == HOP_ENTRIES_MAX)
			c.bad = true;
		if (count == cap) {
			cap = cap ? 2 * cap : 64;
			e = mem_realloc(e, cap, sizeof(*e));
		}
		memset(&e[count], 0, sizeof(*e));
		memcpy(e[count].name, name, c.bad ? 0 : strlen(name));
		e[count++].size = cursor_u64(&c);
	}
	if (!cursor_end(&c)) {
		mem_free(e);
		return status_set(STATUS_INVALID, "a listing of verdict-ssh is malformed");
	}
	*out = e;
	*n_out = count;
	return STATUS_OK;
}
