/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON contract of the command line (design.md section 6): keys are added, never renamed. Strings are
 * foreign and stay as they are: JSON escapes control bytes, and whoever prints them must neutralise.
 * Layer app; a struct shell belongs to one thread at a time.
 */
#include "shell_priv.h"

#include <string.h>
#include "verdict/base/clock.h"

static void json_digest(struct jsonw *w, const char *key, const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(hex, d);
	jsonw_str(w, key, hex);
}

static void json_time(struct jsonw *w, const char *key, int64_t at)
{
	char text[CLOCK_TEXT];

	clock_format_utc(text, at);
	jsonw_str(w, key, text);
}

void sh_json_journal(struct jsonw *w, const struct journal_row *row)
{
	jsonw_object(w, NULL);
	json_digest(w, "rid", &row->rid);
	jsonw_int(w, "n", (int64_t)row->n);
	jsonw_str(w, "kind", row->kind);
	jsonw_str(w, "ti", row->ti);
	json_time(w, "saved_at", row->saved_at);
	jsonw_str(w, "state", entry_state_name(row->state));
	jsonw_str(w, "why", row->why);
	jsonw_str(w, "what", row->what);
	jsonw_int(w, "seq", (int64_t)row->seq);
	jsonw_end_object(w);
}

void sh_json_open(struct shell *sh)
{
	buf_adds(&sh->out, "[");
}

void sh_json_item(struct shell *sh, struct buf *item)
{
	bool first = sh->n_items++ == 0;

	buf_adds(&sh->out, first ? "\n" : ",\n");
	buf_add(&sh->out, buf_str(item), item->len);
	if (item->err)
		sh->out.err = item->err;
	buf_reset(item);
}

void sh_json_close(struct shell *sh)
{
	buf_adds(&sh->out, sh->n_items ? "\n]\n" : "]\n");
}
