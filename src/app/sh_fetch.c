/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict fetch: evidence of a TI that is not here, from the hosts where participants captured it. Layer app; the
 * thread that owns the store, which no full-screen console has then.
 */
#include "shell_priv.h"

#include <stdlib.h>
#include <string.h>
#include "verdict/app/capture.h"
#include "verdict/app/options.h"
#include "verdict/base/mem.h"
#include "verdict/store/import.h"

#define TURN_MS 200

struct fetch {
	struct shell *sh;
	struct capture *at;
	struct ways_plan plan;
	struct loop *loop;
	unsigned int fetched;
	int code;
};

/* The person at the terminal is asked right here: nothing else goes on meanwhile. */
static void ask(void *data, const char *text, bool secret)
{
	struct fetch *f = data;
	char *said = f->sh->ask ? f->sh->ask(text, secret) : NULL;

	capture_answer(f->at, said);
	if (said)
		explicit_bzero(said, strlen(said));
	mem_free(said);
}

/* True once the person had enough. */
static bool tick(struct fetch *f, const struct capture_status *s)
{
	struct import_progress p = { .what = "evidence", .done = s->have, .total = s->size };

	return f->sh->tick && f->sh->tick(&p, f->sh->tick_data);
}

static int exit_of(enum status code)
{
	switch (code) {
	case STATUS_OK:
		return SHELL_DONE;
	case STATUS_OFFLINE:
		return SHELL_UNREACHED;
	case STATUS_IO:
	case STATUS_FULL:
		return SHELL_BROKEN;
	default:
		return SHELL_REFUSED;
	}
}

static void tell(struct fetch *f, const struct instance *ti, const struct evidence_item *e, enum status code, const char *why)
{
	struct shell *sh = f->sh;
	struct jsonw w;

	if (exit_of(code) > f->code)
		f->code = exit_of(code);
	f->fetched += code == STATUS_OK;
	if (sh->json) {
		struct buf item;

		buf_init(&item, 1u << 20);
		jsonw_init(&w, &item, false);
		jsonw_object(&w, NULL);
		jsonw_str(&w, "ti", ti->row.id);
		jsonw_int(&w, "n", e->n);
		jsonw_str(&w, "name", e->name);
		jsonw_bool(&w, "here", code == STATUS_OK);
		jsonw_str(&w, "why", code == STATUS_OK ? NULL : why);
		jsonw_end_object(&w);
		sh_json_item(sh, &item);
		buf_done(&item);
	}
	if (code != STATUS_OK) {
		shell_error(sh, "evidence %u of %s: %s", e->n, ti->row.id, why);
	} else if (!sh->json && !sh->quiet) {
		sh_printf(sh, "evidence %u of ", e->n);
		sh_text(sh, ti->row.id);
		sh_printf(sh, " is here: ");
		sh_text(sh, e->name);
		sh_printf(sh, ", %lld bytes, as the event names it\n", (long long)e->size);
	}
}

/* False once the person had enough. */
static bool fetch_one(struct fetch *f, const struct instance *ti, const struct evidence_item *e)
{
	struct capture_host host = { f, f->sh->st, f->loop, &f->plan, ask };
	enum status code = capture_new(&f->at, &host, e);
	bool stopped = false;

	if (code != STATUS_OK) {
		tell(f, ti, e, code, status_message());
		return true;
	}
	while (!stopped && !capture_status(f->at)->over) {
		loop_turn(f->loop, TURN_MS);
		stopped = tick(f, capture_status(f->at));
	}
	if (stopped)
		tell(f, ti, e, STATUS_OFFLINE, "stopped; another time goes on from here");
	else
		tell(f, ti, e, capture_status(f->at)->code, capture_status(f->at)->why);
	capture_free(f->at);
	f->at = NULL;
	return !stopped;
}

/* Those that are named; without, those that the event names a capture host for. */
static bool wished(const struct shell *sh, const struct evidence_item *e)
{
	struct capture_source source;

	if (e->here)
		return false;
	for (int i = 1; i < sh->n_args; i++)
		if (strtoul(sh->args[i], NULL, 10) == e->n)
			return true;
	return sh->n_args == 1 && capture_parse(&source, e->url) == STATUS_OK;
}

static enum status numbers_ok(const struct shell *sh, const struct instance *ti)
{
	for (int i = 1; i < sh->n_args; i++) {
		size_t k;

		for (k = 0; k < ti->n_evidence && strtoul(sh->args[i], NULL, 10) != ti->evidence[k].n; k++)
			;
		if (k == ti->n_evidence || strspn(sh->args[i], "0123456789") != strlen(sh->args[i]))
			return status_set(STATUS_NOT_FOUND, "%s has no evidence %s; it has %zu: verdict evidence %s", ti->row.id,
				sh->args[i], ti->n_evidence, ti->row.id);
	}
	return STATUS_OK;
}

int sh_run_fetch(struct shell *sh)
{
	struct fetch f = { .sh = sh };
	struct options *plain = sh->options ? NULL : options_new();
	struct instance *ti = NULL;
	enum status code = store_instance(&ti, &sh->arena, sh->st, sh->args[0]);
	unsigned int wanted = 0;

	if (code == STATUS_OK)
		code = numbers_ok(sh, ti);
	if (code == STATUS_OK)
		code = ways_plan(&f.plan, sh->options ? sh->options : plain, NULL, sh->dir, NULL);
	options_free(plain);
	if (code != STATUS_OK)
		return shell_status(sh, code);
	f.loop = loop_new();
	if (sh->json)
		sh_json_open(sh);
	for (size_t i = 0; i < ti->n_evidence; i++)
		if (wished(sh, &ti->evidence[i]) && (++wanted, !fetch_one(&f, ti, &ti->evidence[i])))
			break;
	if (sh->json)
		sh_json_close(sh);
	if (!wanted && !sh->json && !sh->quiet)
		shell_error(sh, "nothing to fetch: what is not here of %s comes from the hub (verdict sync --prefetch)", ti->row.id);
	sh->wrote = f.fetched > 0;
	loop_free(f.loop);
	return f.code;
}
