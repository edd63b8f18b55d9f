/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict findings: what monitors noticed, by profile and country, for the committees that own the specifications; and
 * verdict finding, which records one. Layer app, store's thread.
 */
#include "shell_priv.h"

#include <string.h>
#include <strings.h>

/* Is `word` one of those in `list`, which are parted by blanks? */
static bool in_list(const char *list, const char *word)
{
	size_t n = strlen(word), len;

	for (; *list; list += len + strspn(list + len, " ")) {
		len = strcspn(list, " ");
		if (len == n && strncasecmp(list, word, n) == 0)
			return true;
	}
	return false;
}

static bool wanted(struct shell *sh, const struct finding_row *f)
{
	const char *profile = shell_get(sh, "profile"), *country = shell_get(sh, "country"), *gap = shell_get(sh, "gap");

	if (profile && !in_list(f->profiles, profile))
		return false;
	if (country && strcasecmp(f->from_country, country) != 0 && strcasecmp(f->to_country, country) != 0)
		return false;
	return !gap || (strcmp(gap, "any") == 0 ? *f->gap != '\0' : strcmp(f->gap, gap) == 0);
}

static void put_json(struct shell *sh, const struct finding_row *rows, size_t n)
{
	char hex[DIGEST_HEX];
	struct jsonw w;

	jsonw_init(&w, &sh->out, true);
	jsonw_array(&w, NULL);
	for (size_t i = 0; i < n; i++) {
		const struct finding_row *f = &rows[i];

		if (!wanted(sh, f))
			continue;
		jsonw_object(&w, NULL);
		digest_hex(hex, &f->rid);
		jsonw_str(&w, "id", hex);
		jsonw_str(&w, "ti", f->ti);
		jsonw_str(&w, "profiles", f->profiles);
		jsonw_str(&w, "from_country", f->from_country);
		jsonw_str(&w, "to_country", f->to_country);
		jsonw_str(&w, "severity", severity_name(f->severity));
		jsonw_str(&w, "gap", f->gap);
		jsonw_str(&w, "text", f->text);
		jsonw_str(&w, "source", f->by);
		jsonw_str(&w, "file", f->file);
		jsonw_str(&w, "path", f->path);
		jsonw_int(&w, "byte_offset", f->offset);
		jsonw_str(&w, "state", entry_state_name(f->state));
		jsonw_end_object(&w);
	}
	jsonw_end_array(&w);
	buf_addc(&sh->out, '\n');
}

static void put_text(struct shell *sh, const struct finding_row *f)
{
	static const enum sh_style styles[] = { SH_DIM, SH_YELLOW, SH_RED };
	char hex[DIGEST_HEX];

	digest_hex(hex, &f->rid);
	sh_styled(sh, styles[f->severity], severity_name(f->severity));
	sh_printf(sh, "  ");
	sh_styled(sh, SH_BOLD, f->ti);
	sh_printf(sh, "  ");
	sh_text(sh, f->profiles);
	sh_printf(sh, "  ");
	sh_text(sh, f->from_country);
	if (*f->to_country) {
		sh_printf(sh, " %s ", sh_arrow(sh));
		sh_text(sh, f->to_country);
	}
	if (*f->gap) {
		sh_printf(sh, "  gap: ");
		sh_text(sh, f->gap);
	}
	buf_addc(&sh->out, '\n');
	sh_paragraph(sh, "    ", f->text);
	sh_printf(sh, "    by ");
	sh_text(sh, f->by_name);
	if (*f->file) {
		sh_printf(sh, ", in ");
		sh_text(sh, f->file);
		sh_printf(sh, " at ");
		sh_text(sh, *f->path ? f->path : "the document");
	}
	sh_printf(sh, ", %.8s\n", hex);
}

int sh_run_findings(struct shell *sh)
{
	const char *gap = shell_get(sh, "gap");
	struct finding_row *rows = NULL;
	size_t n = 0, shown = 0;
	enum status code;

	if (gap && strcmp(gap, "any") != 0 && !finding_gap_known(gap))
		return sh_usage_error(sh, "--gap takes any or one of: " FINDING_GAPS ", not %s", gap);
	code = store_findings(&rows, &n, &sh->arena, sh->st, NULL);
	if (code != STATUS_OK)
		return shell_status(sh, code);
	if (sh->json) {
		put_json(sh, rows, n);
		return SHELL_DONE;
	}
	for (size_t i = 0; i < n; i++)
		if (wanted(sh, &rows[i])) {
			put_text(sh, &rows[i]);
			shown++;
		}
	if (!shown && !sh->quiet)
		shell_error(sh, n ? "no finding is like that" : "nobody has recorded a finding yet");
	return SHELL_DONE;
}
