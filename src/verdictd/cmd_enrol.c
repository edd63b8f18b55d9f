/* SPDX-License-Identifier: Apache-2.0 */
/* Letting people in, and out: enrol, revoke. Layer: verdictd. The thread that may use the hub. */
#include "verdictd_priv.h"

#include <stdlib.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"
#include "verdict/base/text.h"
#include "verdict/hub/join_file.h"
#include "verdict/model/kinds.h"
#include "verdict/proto/enrol.h"

#define TIES_MAX 32
#define ROLES_MAX 8
#define VALID_MAX_S (30 * 86400)
#define CODE_LINE 4096
#define NAME_BYTES 1024
#define FILE_S (7 * 86400)	/* a join file is good for so long: its laptop has no network */

/* "30m", "24h", "7d". */
bool span_parse(int64_t *out, const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);
	long unit = *end == 'm' ? 60 : *end == 'h' ? 3600 : *end == 'd' ? 86400 : 0;

	if (*text < '0' || *text > '9' || n < 1 || n > VALID_MAX_S || unit == 0 || end[1] ||
		n * unit > VALID_MAX_S)
		return false;
	*out = n * unit;
	return true;
}

static bool read_roles(struct run *r, unsigned int *roles)
{
	const char *words[ROLES_MAX];
	size_t n = run_list(words, ROLES_MAX, r, "role");

	*roles = 0;
	for (size_t i = 0; i < n; i++) {
		int role = role_kind_parse(words[i]);

		if (role < 0) {
			run_error(
				r, "%s: want --role monitor, lead, manager or observer", words[i]);
			return false;
		}
		*roles |= (unsigned int)role;
	}
	if (n == 0)
		run_error(r, "say as what: --role monitor, lead, manager or observer");
	return n > 0;
}

/* How the console is to find the hub: told on the command line, or as the hub last served. */
static bool find_address(struct run *r, struct enrol_code *c)
{
	const char *given = run_get(r, "address");
	struct site *s = r->site;

	if (!s->base_url && site_read_address(s) && !given) {
		run_error(r,
			"nobody knows yet where this hub will be reached: start it once, or give "
			"--address");
		return false;
	}
	c->base_url = given ? given : s->base_url;
	c->has_pin = s->has_pin && strncmp(c->base_url, "https://", 8) == 0;
	if (!c->has_pin && strncmp(c->base_url, "https://", 8) == 0) {
		run_error(r,
			"%s: the hub has no certificate that a code could pin; start it with TLS, "
			"or with --public-cert",
			c->base_url);
		return false;
	}
	memcpy(c->pin, s->pin, sizeof(c->pin));
	return true;
}

static void write_roles(struct jsonw *w, unsigned int roles)
{
	jsonw_array(w, "roles");
	for (unsigned int bit = 1; bit <= ROLE_OBSERVER; bit <<= 1)
		if (roles & bit)
			jsonw_str(w, NULL, role_kind_name((enum role_kind)bit));
	jsonw_end_array(w);
}

static void tell_whom(struct run *r, const struct hub_invitation *i)
{
	buf_printf(&r->err, "For one installation of %s", i->person);
	if (i->name && *i->name) {
		buf_adds(&r->err, " (");
		text_neutralise(&r->err, i->name, strlen(i->name), false);
		buf_addc(&r->err, ')');
	}
}

static void tell_code(
	struct run *r, const char *code, const char *event, const struct hub_invitation *i)
{
	int64_t end = hub_now(r->site->hub) + (i->valid_s ? i->valid_s : HUB_CODE_S) * 1000;
	char until[CLOCK_TEXT], moment[RUN_MOMENT];
	struct jsonw w;

	clock_format_utc(until, end);
	if (r->json) {
		jsonw_init(&w, &r->out, true);
		jsonw_object(&w, NULL);
		jsonw_str(&w, "code", code);
		jsonw_str(&w, "event", event);
		jsonw_str(&w, "person", i->person);
		write_roles(&w, i->roles);
		jsonw_str(&w, "until", until);
		jsonw_end_object(&w);
		buf_addc(&r->out, '\n');
		return;
	}
	buf_printf(&r->out, "%s\n", code);
	if (r->quiet)
		return;
	run_moment(moment, end);
	tell_whom(r, i);
	buf_printf(&r->err, ", until %s: verdict join 'CODE'\n", moment);
}

static void audit(
	const char *what, const char *event, const char *person, const char *why, enum status st)
{
	struct note n;

	note_begin(&n, NOTE_AUDIT, what);
	note_str(&n, "of", event);
	note_str(&n, "person", person);
	note_str(&n, "why", why);
	note_str(&n, "done", st ? "no" : "yes");
	note_end(&n);
}

static void tell_file(struct run *r, const struct hub_invitation *i, const char *event, const struct hub_bodies *b)
{
	int64_t end = hub_now(r->site->hub) + i->valid_s * 1000;
	char until[CLOCK_TEXT], moment[RUN_MOMENT];
	struct jsonw w;

	clock_format_utc(until, end);
	if (r->json) {
		jsonw_init(&w, &r->out, true);
		jsonw_object(&w, NULL);
		jsonw_str(&w, "event", event);
		jsonw_str(&w, "person", i->person);
		write_roles(&w, i->roles);
		jsonw_str(&w, "until", until);
		jsonw_int(&w, "evidence", (int64_t)b->count);
		jsonw_int(&w, "evidence_bytes", (int64_t)b->bytes);
		jsonw_end_object(&w);
		buf_addc(&r->out, '\n');
	} else if (!r->quiet) {
		run_moment(moment, end);
		tell_whom(r, i);
		buf_printf(&r->err, ", whose first records must come before %s: verdict join FILE\n", moment);
	}
}

static enum status write_file(struct run *r, struct hub_event *e, const struct hub_invitation *i, const char *code)
{
	struct hub_join about = { .person = i->person, .code = code, .evidence = !run_get(r, "no-evidence") };
	struct hub_bodies b;
	enum status st = r->site->has_pin ? site_find_pem(r->site) : STATUS_OK;

	about.certificate = r->site->pem;
	if (!st)
		st = hub_join_file(&b, e, &about, run_get(r, "file"));
	if (!st)
		tell_file(r, i, hub_event_id(e), &b);
	return st;
}

static int make_code(
	struct run *r, struct hub_event *e, struct enrol_code *c, const struct hub_invitation *i)
{
	struct hub_call call;
	struct enrol_code again;
	enum status st;
	struct buf b;

	hub_call_init(&call, NULL, NULL);
	buf_init(&b, CODE_LINE);
	st = hub_enrol_new(e, &call, i);
	if (r->site->serving)
		audit(i->travels ? "join-file" : "code", hub_event_id(e), i->person, NULL, st);
	if (st) {
		status_set(st, "%s", call.message);
	} else {
		memcpy(c->secret, buf_str(&call.out), sizeof(c->secret) - 1);
		enrol_code_format(&b, c);
		/* read as the console will: an address that it would refuse is noticed here */
		st = enrol_code_parse(&again, &r->a, buf_str(&b));
	}
	if (!st && i->travels)
		st = write_file(r, e, i, buf_str(&b));
	else if (!st)
		tell_code(r, buf_str(&b), c->event, i);
	buf_done(&b);
	hub_call_done(&call);
	return st ? run_status(r, st) : EXIT_DONE;
}

int command_enrol(struct run *r)
{
	const char *ties[TIES_MAX], *valid = run_get(r, "valid");
	struct hub_invitation i = { .person = r->args[0], .name = run_get(r, "name") };
	struct enrol_code c = { 0 };
	char name[NAME_BYTES];
	struct hub_event *e;
	bool known;

	if (!read_roles(r, &i.roles))
		return EXIT_USAGE;
	if (valid && !span_parse(&i.valid_s, valid)) {
		run_error(r, "%s: want --valid such as 30m, 24h or 7d, at most 30d", valid);
		return EXIT_USAGE;
	}
	i.organisations = ties;
	i.n_organisations = run_list(ties, TIES_MAX, r, "organisation");
	i.travels = run_get(r, "file") != NULL;
	if (i.travels && !valid)
		i.valid_s = FILE_S;
	e = site_event(r);
	if (!e || !find_address(r, &c))
		return EXIT_REFUSED;
	known = hub_person_known(name, sizeof(name), e, i.person);
	if (!known && (i.travels || (!i.name && !*name))) {
		run_error(r, i.travels ? "the event knows nobody called %s: a join file is for a person of the event"
			: "the event knows nobody called %s; somebody else is let in with --name NAME", i.person);
		return EXIT_REFUSED;
	}
	if (!i.name && *name && strlen(name) <= 256)
		i.name = name;
	c.event = hub_event_id(e);
	return make_code(r, e, &c, &i);
}

/* The code stands on the first line; a picture of it, where somebody looks. */
void after_enrol(struct run *r)
{
	char *code;

	if (r->json || run_get(r, "file") || (!r->tty && !run_get(r, "qr")))
		return;
	code = mem_strndup(buf_str(&r->out), strcspn(buf_str(&r->out), "\n"));
	draw_qr(&r->out, code);
	mem_free(code);
}

int command_revoke(struct run *r)
{
	const char *why = run_get(r, "message");
	struct hub_event *e = site_event(r);
	struct hub_call call;
	enum status st;

	if (!e)
		return EXIT_REFUSED;
	hub_call_init(&call, NULL, NULL);
	st = hub_revoke(e, &call, r->args[0], why ? why : "", "");
	if (r->site->serving)
		audit("revoke", hub_event_id(e), r->args[0], why, st);
	if (st)
		status_set(st, "%s", call.message);
	else if (r->json)
		buf_printf(&r->out, "{\"revoked\": %u}\n", call.count);
	else if (!r->quiet)
		buf_printf(&r->out, "revoked %u key%s\n", call.count, call.count == 1 ? "" : "s");
	hub_call_done(&call);
	return st ? run_status(r, st) : EXIT_DONE;
}
