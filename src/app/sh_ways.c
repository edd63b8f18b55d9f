/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict ways: what came of each way to the hub, and trying them. The store tells who the hub is, the caller's process
 * does the rest, so that it works beside a full-screen console. Layer app; run on the store's thread.
 */
#include "sh_ways_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/app/options.h"
#include "verdict/base/clock.h"
#include "verdict/store/sync.h"

#define ITEM_MAX 16384

enum { WORD_TZ, WORD_URL, WORD_PIN, WORD_KEY, WORD_PEM, WORD_SSH, WORD_SFTP, WORD_JUMP, WORD_KEYS };

static void pass_hex(struct shell *sh, bool given, const uint8_t bytes[32])
{
	char hex[DIGEST_HEX] = "";
	struct digest d;

	memcpy(d.b, bytes, sizeof(d.b));
	if (given)
		digest_hex(hex, &d);
	sh_pass(sh, hex);
}

int sh_run_ways(struct shell *sh)
{
	struct event_ways event;
	const char *pem = NULL;
	struct sync_state s;
	enum status code = store_sync_state(&s, &sh->arena, sh->st);

	if (code == STATUS_OK && store_hub_certificate(&pem, &sh->arena, sh->st) != STATUS_OK)
		status_clear();		/* plain HTTP on this computer has none */
	if (code != STATUS_OK)
		return shell_status(sh, code);
	sh_pass(sh, arena_printf(&sh->arena, "%d", sh_tz(sh)));
	sh_pass(sh, s.hub_url ? s.hub_url : "");
	pass_hex(sh, s.has_pin, s.pin);
	pass_hex(sh, s.hub != NULL, s.hub_key);
	sh_pass(sh, pem ? pem : "");
	store_event_ways(&event, &sh->arena, sh->st);
	sh_pass(sh, event.ssh);
	sh_pass(sh, event.sftp);
	sh_pass(sh, event.jump);
	sh_pass(sh, event.host_keys);
	return SHELL_DONE;
}

static enum status take_words(struct sh_ways *ways, struct shell *sh)
{
	const char *tz = sh_pass_word(sh, WORD_TZ), *url = sh_pass_word(sh, WORD_URL), *pin = sh_pass_word(sh, WORD_PIN);
	const char *key = sh_pass_word(sh, WORD_KEY), *pem = sh_pass_word(sh, WORD_PEM);
	const char *ssh = sh_pass_word(sh, WORD_SSH);
	struct event_ways event;

	if (!tz || !url || !pin || !key || !pem || !ssh)
		return status_set(STATUS_ERROR, "the console that has the store did not say who the hub is");
	ways->tz_min = (int)strtol(tz, NULL, 10);
	ways->target = (struct way_target){ .base_url = *url ? url : NULL, .ca_pem = pem };
	if (*pin && digest_parse(&ways->pin, pin))
		ways->target.pin = ways->pin.b;
	if (*key && digest_parse(&ways->hub_key, key))
		ways->target.hub_key = ways->hub_key.b;
	ways->console = !sh->st;
	event = (struct event_ways){ ssh, sh_pass_word(sh, WORD_SFTP), sh_pass_word(sh, WORD_JUMP), sh_pass_word(sh, WORD_KEYS) };
	return ways_plan(&ways->plan, sh->options, event.host_keys ? &event : NULL, sh->dir, NULL);
}

static bool has_place(const struct sh_ways *ways, enum way w)
{
	return w == WAY_HTTPS ? ways->target.base_url != NULL : way_set_up(&ways->plan, w);
}

static const char *address_of(struct shell *sh, const struct sh_ways *ways, enum way w)
{
	char address[700];

	way_address(address, sizeof(address), &ways->plan, w);
	if (w == WAY_HTTPS)
		return ways->target.base_url ? ways->target.base_url : "";
	return arena_str(&sh->arena, address);
}

void sh_ways_head(struct shell *sh, const struct sh_ways *ways, enum way w)
{
	sh_styled(sh, SH_BOLD, way_name(w));
	sh_printf(sh, "  ");
	sh_text(sh, address_of(sh, ways, w));
	sh_printf(sh, "\n");
}

/* ---- the list ---- */

static const char *state_of(const struct sh_ways *ways, const struct way_memory *m, enum way w)
{
	if (!has_place(ways, w))
		return "not set up";
	if (ways->console && m->in_use)
		return "in use";
	if (!m->good_at && !m->bad_at)
		return "not tried yet";
	return m->good_at >= m->bad_at ? "worked" : "failed";
}

static void cell_time(struct sh_table *t, int64_t at, int tz_min)
{
	char when[CLOCK_TEXT] = "";

	if (at)
		clock_format_minute(when, at, tz_min);
	sh_cell(t, SH_PLAIN, when);
}

static void list_text(struct shell *sh, const struct sh_ways *ways, const struct way_memory m[WAY_COUNT],
	const bool wanted[WAY_COUNT])
{
	static const char *const head[] = { "way", "state", "worked", "failed", "where" };
	struct sh_table t;
	size_t w;

	sh_table_begin(&t, sh, 4, 5, head);
	for (w = 0; w < WAY_COUNT; w++) {
		const char *state = state_of(ways, &m[w], (enum way)w);

		if (!wanted[w])
			continue;
		sh_cell(&t, SH_BOLD, way_name((enum way)w));
		sh_cell(&t, !strcmp(state, "failed") ? SH_RED : !strcmp(state, "in use") ? SH_GREEN : SH_PLAIN, state);
		cell_time(&t, m[w].good_at, ways->tz_min);
		cell_time(&t, m[w].bad_at, ways->tz_min);
		sh_cell(&t, SH_PLAIN, address_of(sh, ways, (enum way)w));
	}
	sh_table_end(&t);
	for (w = 0; w < WAY_COUNT; w++)
		if (wanted[w] && has_place(ways, (enum way)w) && m[w].bad_at > m[w].good_at) {
			sh_printf(sh, "%s: ", way_name((enum way)w));
			sh_text(sh, m[w].why);
			sh_printf(sh, "\n");
			sh_paragraph(sh, "    ", way_advice((enum way)w, m[w].failure));
		}
	if (!sh->quiet)
		sh_printf(sh, "A stick always works: verdict bundle write FILE. Try the others: verdict ways --test\n");
}

static void json_time(struct jsonw *w, const char *key, int64_t at)
{
	char text[CLOCK_TEXT];

	clock_format_utc(text, at);
	jsonw_str(w, key, at ? text : NULL);
}

static void list_json(struct shell *sh, const struct sh_ways *ways, const struct way_memory m[WAY_COUNT],
	const bool wanted[WAY_COUNT])
{
	struct jsonw j;
	struct buf item;
	size_t w, i;

	buf_init(&item, ITEM_MAX);
	for (w = 0; w < WAY_COUNT; w++) {
		bool planned = false, bad = m[w].bad_at > m[w].good_at;

		for (i = 0; i < ways->plan.n; i++)
			planned |= ways->plan.order[i] == (enum way)w;
		if (!wanted[w])
			continue;
		jsonw_init(&j, &item, false);
		jsonw_object(&j, NULL);
		jsonw_str(&j, "way", way_name((enum way)w));
		jsonw_str(&j, "state", state_of(ways, &m[w], (enum way)w));
		jsonw_bool(&j, "set_up", has_place(ways, (enum way)w));
		jsonw_bool(&j, "planned", planned);
		jsonw_str(&j, "address", has_place(ways, (enum way)w) ? address_of(sh, ways, (enum way)w) : NULL);
		json_time(&j, "worked_at", m[w].good_at);
		json_time(&j, "failed_at", m[w].bad_at);
		jsonw_str(&j, "failure", bad ? net_failure_name(m[w].failure) : NULL);
		jsonw_str(&j, "why", bad ? m[w].why : NULL);
		jsonw_str(&j, "advice", bad ? way_advice((enum way)w, m[w].failure) : NULL);
		jsonw_end_object(&j);
		sh_json_item(sh, &item);
	}
	buf_done(&item);
}

/* ---- both ---- */

static int test_all(struct shell *sh, const struct sh_ways *ways, const bool wanted[WAY_COUNT])
{
	bool good = false, any = false;
	int code = SHELL_DONE;
	size_t w;

	for (w = 0; w < WAY_COUNT && code == SHELL_DONE; w++) {
		if (!wanted[w] || (!has_place(ways, (enum way)w) && !sh->n_args))
			continue;
		any = true;
		code = sh_ways_test(&good, sh, ways, (enum way)w);
	}
	if (code == SHELL_DONE && !any) {
		shell_error(sh, "no way is set up: this store knows no hub, and verdict.conf sets neither hub nor sftp");
		code = SHELL_REFUSED;
	}
	return code != SHELL_DONE || good ? code : SHELL_UNREACHED;
}

int sh_after_ways(struct shell *sh)
{
	bool wanted[WAY_COUNT] = { true, true, true };
	struct way_memory m[WAY_COUNT];
	struct sh_ways *ways;
	int code = SHELL_DONE;
	size_t w, known = WAY_COUNT;

	if (sh->code != SHELL_DONE)
		return sh->code;
	for (w = 0; sh->n_args && w < WAY_COUNT; w++) {
		wanted[w] = strcmp(way_name((enum way)w), sh->args[0]) == 0;
		known -= !wanted[w];
	}
	if (!known)
		return sh_usage_error(sh, "no such way: %s; one of https, ssh, sftp", sh->args[0]);
	ways = arena_new(&sh->arena, struct sh_ways);
	code = shell_status(sh, take_words(ways, sh));
	if (code != SHELL_DONE)
		return code;
	way_memory_read(m, ways->plan.memory);
	if (sh->json)
		sh_json_open(sh);
	if (shell_has(sh, "test"))
		code = test_all(sh, ways, wanted);
	else if (sh->json)
		list_json(sh, ways, m, wanted);
	else
		list_text(sh, ways, m, wanted);
	if (sh->json)
		sh_json_close(sh);
	return code;
}
