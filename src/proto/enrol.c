/* SPDX-License-Identifier: Apache-2.0 */
/* What a replica signs to be let in: enrolment, session. Layer: proto. Any thread. */
#include "verdict/proto/enrol.h"

#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/jsonw.h"
#include "verdict/proto/signed.h"
#include "strict_priv.h"

#define REQUEST_MAX 4096	/* bytes of the payload: two ids, a name, a time */

/* {v, ev, FIELD, device?, at} */
static void sign(struct buf *out, const struct key *replica, const char *type, const char *event,
	const char *field, const char *value, const char *device, int64_t at)
{
	char text[CLOCK_TEXT];
	struct jsonw w;
	struct buf b;

	buf_init(&b, REQUEST_MAX);
	clock_format_utc(text, at);
	jsonw_init(&w, &b, false);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "v", 1);
	jsonw_str(&w, "ev", event);
	jsonw_str(&w, field, value);
	if (device)
		jsonw_str(&w, "device", device);
	jsonw_str(&w, "at", text);
	jsonw_end_object(&w);
	if (b.err)
		out->err = b.err;
	else
		signed_add(out, replica, type, b.ptr, b.len);
	buf_done(&b);
}

void enrol_sign(struct buf *out, const struct key *replica, const char *event, const char *secret,
	const char *device, int64_t at)
{
	sign(out, replica, ENROL_TYPE, event, "code", secret, device ? device : "", at);
}

void session_sign(struct buf *out, const struct key *replica, const char *event, const char *nonce,
	int64_t at)
{
	sign(out, replica, SESSION_TYPE, event, "nonce", nonce, NULL, at);
}

enum status enrol_open(struct enrol_request *out, struct arena *a, const void *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "enrolment" };
	struct enrol_request e = { 0 };
	uint8_t secret[16];
	json_t *root;
	enum status st = signed_load(&root, e.key, &r, ENROL_TYPE, ptr, len, NULL, REQUEST_MAX);

	if (st)
		return st;
	e.event = strict_need_id(&r, root, "ev");
	e.secret = strict_need_id(&r, root, "code");
	if (e.secret && !base64url_parse(secret, sizeof(secret), e.secret, strlen(e.secret)))
		strict_fail(&r, "code", "want 22 characters of base64url");
	e.device = strict_get_text(&r, root, "device", ENROL_DEVICE_MAX);
	if (!e.device)
		e.device = "";
	e.at = strict_need_time(&r, root, "at");
	json_decref(root);
	if (!r.st)
		*out = e;
	return r.st;
}

enum status session_open(struct session_proof *out, struct arena *a, const void *ptr, size_t len)
{
	struct strict r = { .a = a, .what = "session" };
	struct session_proof p = { 0 };
	json_t *root;
	enum status st = signed_load(&root, p.key, &r, SESSION_TYPE, ptr, len, NULL, REQUEST_MAX);

	if (st)
		return st;
	p.event = strict_need_id(&r, root, "ev");
	p.nonce = arena_str(a, strict_peek_text(&r, root, "nonce", SESSION_NONCE_MAX, true));
	p.at = strict_need_time(&r, root, "at");
	json_decref(root);
	if (!r.st)
		*out = p;
	return r.st;
}
