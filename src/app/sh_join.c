/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict join, import, status: who works with which event. Layer app, store's thread.
 */
#include "shell_priv.h"

#include <string.h>
#include <sys/stat.h>
#include "verdict/base/clock.h"
#include "verdict/store/join.h"
#include "verdict/store/sync.h"

static void tell_import(struct shell *sh, const struct import_report *r)
{
	const struct event *event = store_event(sh->st);

	if (sh->quiet || sh->json)
		return;
	sh_text(sh, event ? event->name : "event");
	sh_printf(sh, ": %llu TIs, %llu steps, %llu tests, %llu systems, %llu organisations, evidence %llu (%llu here)\n",
		(unsigned long long)r->instances, (unsigned long long)r->steps, (unsigned long long)r->tests,
		(unsigned long long)r->systems, (unsigned long long)r->organisations,
		(unsigned long long)r->evidence, (unsigned long long)r->evidence_here);
	if (r->unknown_fields)
		sh_printf(sh, "%llu fields that this version does not know were left out\n",
			(unsigned long long)r->unknown_fields);
}

static void json_report(struct shell *sh, const struct import_report *r)
{
	const struct event *event = store_event(sh->st);
	const struct person *me = store_me(sh->st);
	struct jsonw w;

	jsonw_init(&w, &sh->out, false);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "event", event ? event->id : NULL);
	jsonw_str(&w, "person", me ? me->id : NULL);
	jsonw_str(&w, "replica", store_replica(sh->st));
	jsonw_int(&w, "instances", (int64_t)r->instances);
	jsonw_int(&w, "steps", (int64_t)r->steps);
	jsonw_int(&w, "tests", (int64_t)r->tests);
	jsonw_int(&w, "systems", (int64_t)r->systems);
	jsonw_int(&w, "organisations", (int64_t)r->organisations);
	jsonw_int(&w, "evidence", (int64_t)r->evidence);
	jsonw_int(&w, "evidence_here", (int64_t)r->evidence_here);
	jsonw_int(&w, "unknown_fields", (int64_t)r->unknown_fields);
	jsonw_end_object(&w);
	buf_addc(&sh->out, '\n');
}

int sh_run_import(struct shell *sh)
{
	const char *path = sh_path(sh, sh->args[1]);
	struct import_report r = { 0 };
	enum status code;
	struct stat sb;

	if (strcmp(sh->args[0], "pack") != 0)
		return sh_usage_error(sh, "cannot import a %s; usage: verdict import pack PACK", sh->args[0]);
	if (stat(path, &sb) != 0) {
		shell_error(sh, "no event pack at %s", path);
		return SHELL_REFUSED;
	}
	code = store_import_pack(&r, sh->st, path, sh->tick, sh->tick_data);
	if (code != STATUS_OK)
		return shell_status(sh, code);
	sh->wrote = true;
	tell_import(sh, &r);
	if (sh->json)
		json_report(sh, &r);
	return SHELL_DONE;
}

/* Who there is, for a monitor that did not say who they are. */
static int list_persons(struct shell *sh)
{
	static const char *const head[] = { "person", "name", "role" };
	struct person *persons = NULL;
	struct sh_table t;
	size_t n = 0;
	enum status code = store_persons(&persons, &n, &sh->arena, sh->st);

	if (code != STATUS_OK)
		return shell_status(sh, code);
	sh_table_begin(&t, sh, 1, 3, head);
	for (size_t i = 0; i < n; i++) {
		struct buf roles;

		buf_init(&roles, 200);
		for (unsigned int bit = ROLE_MONITOR; bit <= ROLE_OBSERVER; bit <<= 1)
			if (persons[i].roles & bit)
				buf_printf(&roles, "%s%s", roles.len ? " " : "", role_kind_name((enum role_kind)bit));
		sh_cell(&t, SH_BOLD, persons[i].id);
		sh_cell(&t, SH_PLAIN, persons[i].name);
		sh_cell(&t, SH_PLAIN, buf_str(&roles));
		buf_done(&roles);
	}
	sh_table_end(&t);
	return sh_usage_error(sh, "the event is here; say who you are: verdict join %s --as PERSON", sh->args[0]);
}

static void tell_me(struct shell *sh)
{
	const struct person *me = store_me(sh->st);

	if (sh->quiet || sh->json || !me)
		return;
	sh_printf(sh, "you are ");
	sh_text(sh, me->name);
	sh_printf(sh, " (");
	sh_text(sh, me->id);
	sh_printf(sh, "), key %s%s\n", store_replica(sh->st), sh->passphrase ? ", sealed" : "");
}

/* The hub says who one is; what it has to say of the event follows. */
static int join_code(struct shell *sh)
{
	int code;

	if (shell_get(sh, "as"))
		return sh_usage_error(sh, "a code says who you are: leave --as out");
	code = sh_join_code(sh, sh->args[0]);
	if (code == SHELL_DONE)
		tell_me(sh);
	return code;
}

/* A join file says who one is; the hub hears of it with the first records. */
static int join_file(struct shell *sh, const char *person, const struct import_report *r)
{
	enum status code;

	if (shell_get(sh, "as") && strcmp(shell_get(sh, "as"), person) != 0)
		return sh_usage_error(sh, "the file is for %s: leave --as out", person);
	code = store_join_file(sh->st, sh->passphrase);
	if (code != STATUS_OK)
		return shell_status(sh, code);
	if (sh->json)
		json_report(sh, r);
	tell_me(sh);
	if (!sh->quiet && !sh->json)
		sh_printf(sh, "The hub certifies this key when its first records get there, over a network or on a stick.\n");
	return SHELL_DONE;
}

int sh_run_join(struct shell *sh)
{
	const char *path = sh_path(sh, sh->args[0]), *person = shell_get(sh, "as"), *named;
	struct import_report r = { 0 };
	const struct person *me = store_me(sh->st);
	enum status code;
	struct stat sb;

	if (strncmp(sh->args[0], "verdict1:", 9) == 0)
		return join_code(sh);
	if (stat(path, &sb) != 0) {
		shell_error(sh, "no event pack at %s; a code of a hub begins with verdict1:", path);
		return SHELL_REFUSED;
	}
	if (me && person && strcmp(me->id, person) != 0) {
		shell_error(sh, "%s is enrolled in %s already; another person takes another store: --store DIR",
			me->id, sh->dir);
		return SHELL_REFUSED;
	}
	code = store_import_pack(&r, sh->st, path, sh->tick, sh->tick_data);
	if (code != STATUS_OK)
		return shell_status(sh, code);
	sh->wrote = true;
	tell_import(sh, &r);
	code = store_join_file_person(&named, &sh->arena, sh->st);
	if (code != STATUS_NOT_FOUND)
		return code == STATUS_OK ? join_file(sh, named, &r) : shell_status(sh, code);
	status_clear();
	if (!person && !me)
		return list_persons(sh);
	code = me ? STATUS_OK : store_join(sh->st, person, sh->passphrase);
	if (code != STATUS_OK)
		return shell_status(sh, code);
	if (sh->json)
		json_report(sh, &r);
	tell_me(sh);
	return SHELL_DONE;
}

static const char *hub_url(struct shell *sh)
{
	struct sync_state s;

	if (store_sync_state(&s, &sh->arena, sh->st) == STATUS_OK)
		return s.hub_url;
	status_clear();
	return NULL;
}

static void status_json(struct shell *sh, const struct store_counts *c)
{
	const struct event *event = store_event(sh->st);
	const struct person *me = store_me(sh->st);
	struct jsonw w;

	jsonw_init(&w, &sh->out, true);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "store", sh->dir);
	jsonw_str(&w, "event", event ? event->id : NULL);
	jsonw_str(&w, "event_name", event ? event->name : NULL);
	jsonw_str(&w, "person", me ? me->id : NULL);
	jsonw_str(&w, "person_name", me ? me->name : NULL);
	jsonw_str(&w, "replica", store_replica(sh->st));
	jsonw_object(&w, "status");
	for (int s = 0; s < TI_STATUS_COUNT; s++)
		jsonw_int(&w, ti_status_name((enum ti_status)s), c->by_status[s]);
	jsonw_end_object(&w);
	jsonw_int(&w, "total", c->total);
	jsonw_int(&w, "waiting", c->waiting);
	jsonw_int(&w, "stale", c->stale);
	jsonw_int(&w, "disputed", c->disputed);
	jsonw_int(&w, "claimed", c->claimed_mine);
	jsonw_int(&w, "unsent", c->unsent);
	jsonw_int(&w, "received", c->received);
	jsonw_int(&w, "flagged", c->flagged);
	jsonw_int(&w, "refused", c->refused);
	jsonw_str(&w, "hub", hub_url(sh));
	jsonw_end_object(&w);
	buf_addc(&sh->out, '\n');
}

static void status_text(struct shell *sh, const struct store_counts *c)
{
	const char *url = hub_url(sh);

	const struct event *event = store_event(sh->st);
	const struct person *me = store_me(sh->st);
	const char *gap = "";

	sh_styled(sh, SH_BOLD, event ? event->name : "no event yet; join one: verdict join CODE, or verdict join PACK --as PERSON");
	sh_printf(sh, "\n");
	if (me) {
		sh_text(sh, me->name);
		sh_printf(sh, " (");
		sh_text(sh, me->id);
		sh_printf(sh, "), key %s\n", store_replica(sh->st) ? store_replica(sh->st) : "none");
	}
	if (!event)
		return;
	sh_printf(sh, "%lld TIs, %lld wait for a monitor, %lld claimed by you\n", (long long)c->total,
		(long long)c->waiting, (long long)c->claimed_mine);
	for (int s = 0; s < TI_STATUS_COUNT; s++)
		if (c->by_status[s]) {
			sh_printf(sh, "%s%lld %s", gap, (long long)c->by_status[s],
				ti_status_label((enum ti_status)s));
			gap = ", ";
		}
	sh_printf(sh, "\njournal: %lld unsent, %lld received, %lld flagged, %lld refused\n", (long long)c->unsent,
		(long long)c->received, (long long)c->flagged, (long long)c->refused);
	sh_printf(sh, "hub: ");
	sh_text(sh, url ? url : "none; records wait here, or go by stick");
	sh_printf(sh, "\n");
}

int sh_run_status(struct shell *sh)
{
	struct store_counts c;
	enum status code = store_counts(&c, sh->st);

	if (code != STATUS_OK)
		return shell_status(sh, code);
	if (sh->json)
		status_json(sh, &c);
	else
		status_text(sh, &c);
	return SHELL_DONE;
}
