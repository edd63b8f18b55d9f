/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict journal: own records with their state, and the check of every hash, signature and chain.
 * Layer app, store's thread.
 */
#include "shell_priv.h"

#include <string.h>
#include "verdict/base/clock.h"

#define PAGE 256
#define ITEM_MAX 65536
#define DAMAGE_SHOWN 100

struct journal_run {
	uint64_t before;
	int only;
	struct sh_table table;
};

struct damage { struct shell *sh; unsigned int count; struct jsonw *w; };

static void tell_damage(uint64_t offset, const char *what, void *data)
{
	struct damage *d = data;

	if (d->count++ >= DAMAGE_SHOWN)
		return;
	if (d->w) {
		jsonw_object(d->w, NULL);
		jsonw_int(d->w, "byte_offset", (int64_t)offset);
		jsonw_str(d->w, "text", what);
		jsonw_end_object(d->w);
	} else {
		shell_error(d->sh, "journal.vb, byte %llu: %s", (unsigned long long)offset, what);
	}
}

static bool all_well(const struct verify_report *r)
{
	return !(r->bad_crc | r->bad_signature | r->bad_chain | r->bad_payload | r->missing_in_db |
		r->missing_in_journal | r->torn_tail);
}

static void json_report(struct jsonw *w, const struct verify_report *r)
{
	jsonw_bool(w, "ok", all_well(r));
	jsonw_int(w, "records", (int64_t)r->records);
	jsonw_int(w, "bytes", (int64_t)r->bytes);
	jsonw_int(w, "bad_crc", (int64_t)r->bad_crc);
	jsonw_int(w, "bad_signature", (int64_t)r->bad_signature);
	jsonw_int(w, "bad_chain", (int64_t)r->bad_chain);
	jsonw_int(w, "bad_payload", (int64_t)r->bad_payload);
	jsonw_int(w, "missing_in_db", (int64_t)r->missing_in_db);
	jsonw_int(w, "missing_in_journal", (int64_t)r->missing_in_journal);
	jsonw_int(w, "torn_tail", (int64_t)r->torn_tail);
}

static void text_report(struct shell *sh, const struct verify_report *r)
{
	const struct { const char *what; uint64_t n; } bad[] = {
		{ "damaged frames", r->bad_crc }, { "wrong signatures", r->bad_signature },
		{ "breaks of the chain", r->bad_chain }, { "unreadable payloads", r->bad_payload },
		{ "records missing in the database", r->missing_in_db },
		{ "records missing in the journal", r->missing_in_journal },
		{ "bytes of a torn tail", r->torn_tail },
	};

	sh_printf(sh, "%llu records, %llu bytes", (unsigned long long)r->records, (unsigned long long)r->bytes);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (bad[i].n)
			sh_printf(sh, ", %llu %s", (unsigned long long)bad[i].n, bad[i].what);
	sh_printf(sh, all_well(r) ? ": every hash, signature and chain holds\n" : "\n");
}

static int run_verify(struct shell *sh)
{
	struct verify_report r = { 0 };
	struct damage damage = { .sh = sh };
	enum status code;
	struct jsonw w;

	if (sh->json) {
		jsonw_init(&w, &sh->out, false);
		jsonw_object(&w, NULL);
		jsonw_array(&w, "damage");
		damage.w = &w;
	}
	code = store_verify(&r, sh->st, tell_damage, &damage);
	if (code != STATUS_OK)
		buf_reset(&sh->out);
	if (code != STATUS_OK)
		return shell_status(sh, code);
	if (sh->json) {
		jsonw_end_array(&w);
		json_report(&w, &r);
		jsonw_end_object(&w);
		buf_addc(&sh->out, '\n');
	} else {
		text_report(sh, &r);
	}
	return all_well(&r) ? SHELL_DONE : SHELL_REFUSED;
}

static void print_row(struct shell *sh, struct sh_table *t, const struct journal_row *row)
{
	char when[CLOCK_TEXT], hex[DIGEST_HEX];

	clock_format_minute(when, row->saved_at, sh_tz(sh));
	digest_hex(hex, &row->rid);
	sh_cellf(t, SH_PLAIN, "%llu", (unsigned long long)row->n);
	sh_cell(t, SH_PLAIN, when);
	sh_cell(t, SH_BOLD, row->ti);
	sh_cell(t, SH_PLAIN, row->what && *row->what ? row->what : row->kind);
	sh_cellf(t, row->state == ENTRY_REFUSED ? SH_RED : SH_PLAIN, row->seq ? "%s %llu" : "%s",
		entry_state_name(row->state), (unsigned long long)row->seq);
	sh_cellf(t, SH_DIM, "%.12s", hex);
	sh_cell(t, SH_RED, row->why);
}

static int journal_begin(struct shell *sh)
{
	static const char *const head[] = { ">rec", "saved", "TI", "what", "state", "rid", "" };
	struct journal_run *j = arena_new(&sh->arena, struct journal_run);
	const char *word = sh->n_args ? sh->args[0] : NULL;

	j->only = -1;
	for (int s = ENTRY_UNSENT; word && s <= ENTRY_REFUSED; s++)
		if (strcmp(word, entry_state_name((enum entry_state)s)) == 0)
			j->only = s;
	if (word && j->only < 0)
		return sh_usage_error(sh, "no such part: %s; one of verify, unsent, received, flagged, refused", word);
	sh_table_begin(&j->table, sh, 3, 7, head);
	if (sh->json)
		sh_json_open(sh);
	sh->state = j;
	return SHELL_MORE;
}

static enum status journal_turn(size_t *n_out, struct shell *sh, struct journal_run *j)
{
	struct journal_row *rows = NULL;
	enum status code;
	struct jsonw w;
	struct buf item;
	struct arena a;

	arena_init(&a);
	buf_init(&item, ITEM_MAX);
	*n_out = 0;
	code = store_journal_page(&rows, n_out, &a, sh->st, j->before, PAGE, j->only);
	for (size_t i = 0; code == STATUS_OK && i < *n_out; i++) {
		j->before = rows[i].position;
		if (!sh->json) {
			print_row(sh, &j->table, &rows[i]);
			continue;
		}
		jsonw_init(&w, &item, false);
		sh_json_journal(&w, &rows[i]);
		sh_json_item(sh, &item);
	}
	buf_done(&item);
	arena_done(&a);
	return code;
}

int sh_run_journal(struct shell *sh)
{
	struct journal_run *j = sh->state;
	enum status code;
	size_t n = 0;

	if (!j && sh->n_args && strcmp(sh->args[0], "verify") == 0)
		return run_verify(sh);
	if (!j)
		return journal_begin(sh);
	code = journal_turn(&n, sh, j);
	if (code == STATUS_OK && n == PAGE && j->before > 1)
		return SHELL_MORE;
	if (code == STATUS_OK && !sh->json && !j->table.n_cells && !sh->quiet)
		shell_error(sh, "no records%s", j->only < 0 ? " yet" : " in that state");
	sh_table_end(&j->table);
	if (code == STATUS_OK && sh->json)
		sh_json_close(sh);
	return shell_status(sh, code);
}
