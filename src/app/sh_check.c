/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict check: findings on files, without an event and without a store. The reader, a process of its own,
 * parses and checks; here the report is only written. Layer app, in the caller's process.
 */
#include "check_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"

#define READER_MS 10000		/* a large file may take its time where nobody waits at a screen */

static const char *const severity_words[] = { "note", "warning", "error" };

bool sh_check_is_fhir(enum evidence_kind k)
{
	return k == EVIDENCE_FHIR_JSON || k == EVIDENCE_FHIR_XML;
}

static enum status check_file(struct checked *out, struct shell *sh, struct reader *r, enum evidence_kind as,
	enum ips_edition edition)
{
	enum status code;
	char why[300];
	int fd = -1;

	code = io_open_regular(&fd, sh_path(sh, out->name));
	if (code != STATUS_OK)
		return code;
	code = reader_open_wait(&out->info, &sh->arena, r, fd, as);
	if (code == STATUS_OK)
		code = reader_checks_wait(&out->report, &sh->arena, r, edition);
	if (code != STATUS_OK) {
		snprintf(why, sizeof(why), "%s", status_message());
		status_set(code, "%s: %s", out->name, why);
	}
	close(fd);
	return code;
}

static void put_finding(struct shell *sh, const struct reader_finding *f)
{
	static const enum sh_style styles[] = { SH_DIM, SH_YELLOW, SH_RED };

	buf_adds(&sh->out, "  ");
	sh_styled(sh, styles[f->severity], severity_words[f->severity]);
	buf_fill(&sh->out, ' ', strlen("warning  ") - strlen(severity_words[f->severity]));
	sh_styled(sh, SH_BOLD, f->id);
	sh_printf(sh, "  %s\n", f->text);
	sh_printf(sh, "           at ");
	sh_text(sh, *f->path ? f->path : "the document");
	sh_printf(sh, ", byte %llu", (unsigned long long)f->offset);
	if (*f->detail) {
		buf_adds(&sh->out, ": ");
		sh_text(sh, f->detail);
	}
	buf_addc(&sh->out, '\n');
	if (sh->verbose)
		sh_printf(sh, "           by %s\n", f->source);
}

static void count(struct shell *sh, unsigned int n, const char *word)
{
	if (n)
		sh_printf(sh, ", %u %s%s", n, word, n == 1 ? "" : "s");
}

static void put_text(struct shell *sh, const struct checked *c)
{
	const struct reader_report *r = &c->report;
	unsigned int asked = 0, broken = 0;
	size_t i;

	for (i = 0; i < r->n_outcomes; i++) {
		asked += r->outcomes[i].result == CHECK_CLEAN || r->outcomes[i].result == CHECK_FOUND;
		broken += r->outcomes[i].result == CHECK_BROKEN;
	}
	if (!sh->quiet) {
		sh_text(sh, c->name);
		sh_printf(sh, ": %s, %u check%s", evidence_kind_label(c->info.kind), asked, asked == 1 ? "" : "s");
		count(sh, r->errors, "error");
		count(sh, r->warnings, "warning");
		count(sh, r->notes, "note");
		sh_printf(sh, "%s\n", asked && !r->n_findings ? ", nothing found" : "");
	}
	for (i = 0; i < r->n_findings; i++)
		if (!sh->quiet || r->findings[i].severity != CHECK_NOTE)
			put_finding(sh, &r->findings[i]);
	if (r->cut)
		sh_printf(sh, "  and more of them\n");
	if (broken)
		shell_error(sh, "%s: %u check%s could not be made: too much to look at", c->name, broken,
			broken == 1 ? "" : "s");
}

static void put_json(struct shell *sh, const struct checked *files, size_t n)
{
	struct jsonw w;
	size_t i, k;

	jsonw_init(&w, &sh->out, true);
	jsonw_array(&w, NULL);
	for (i = 0; i < n; i++) {
		for (k = 0; k < files[i].report.n_findings; k++) {
			const struct reader_finding *f = &files[i].report.findings[k];

			jsonw_object(&w, NULL);
			jsonw_str(&w, "id", f->id);
			jsonw_str(&w, "severity", severity_words[f->severity]);
			jsonw_str(&w, "text", f->text);
			jsonw_str(&w, "source", f->source);
			jsonw_str(&w, "path", f->path);
			jsonw_int(&w, "byte_offset", (int64_t)f->offset);
			jsonw_str(&w, "detail", f->detail);
			jsonw_str(&w, "file", files[i].name);
			jsonw_end_object(&w);
		}
	}
	jsonw_end_array(&w);
	buf_addc(&sh->out, '\n');
}

static int options(struct shell *sh, enum evidence_kind *as_out, enum ips_edition *edition_out)
{
	const char *as = shell_get(sh, "as"), *ips = shell_get(sh, "ips"), *format = shell_get(sh, "format");
	int kind = as ? evidence_kind_parse(as) : EVIDENCE_UNKNOWN;

	if (kind < 0)
		return sh_usage_error(sh, "--as takes the name of a format such as fhir-json, not %s", as);
	if (ips && strcmp(ips, "1.1") != 0 && strcmp(ips, "2.0") != 0)
		return sh_usage_error(sh, "--ips takes 1.1 or 2.0, not %s", ips);
	if (format && strcmp(format, "oo") != 0 && strcmp(format, "tar") != 0)
		return sh_usage_error(sh, "--format takes oo or tar, not %s", format);
	if (format && sh->json)
		return sh_usage_error(sh, "--json and --format are two answers; choose one");
	*as_out = (enum evidence_kind)kind;
	*edition_out = !ips ? IPS_AS_CLAIMED : strcmp(ips, "1.1") == 0 ? IPS_1_1 : IPS_2_0;
	return SHELL_DONE;
}

static void put_all(struct shell *sh, const struct checked *files, size_t n)
{
	const char *format = shell_get(sh, "format");
	size_t i;

	if (sh->json)
		put_json(sh, files, n);
	else if (format && strcmp(format, "oo") == 0)
		sh_check_outcome(sh, files, n);
	else if (format)
		sh_check_tar(sh, files, n);
	else
		for (i = 0; i < n; i++)
			put_text(sh, &files[i]);
}

int sh_after_check(struct shell *sh)
{
	struct checked *files = arena_array(&sh->arena, struct checked, sh->n_args);
	enum evidence_kind as = EVIDENCE_UNKNOWN;
	enum ips_edition edition = IPS_AS_CLAIMED;
	int i, code = options(sh, &as, &edition);
	struct reader *r = NULL;
	size_t n = 0;

	if (code != SHELL_DONE)
		return code;
	r = reader_new(NULL, sh->reader);
	reader_set_timeout(r, READER_MS);
	for (i = 0; i < sh->n_args; i++) {
		files[n].name = sh->args[i];
		if (check_file(&files[n], sh, r, as, edition) != STATUS_OK) {
			shell_error(sh, "%s", status_message());
			code = SHELL_USAGE;	/* not looked at: neither clean nor found */
			continue;
		}
		if (code == SHELL_DONE && (files[n].report.errors || files[n].report.warnings))
			code = SHELL_REFUSED;
		n++;
	}
	reader_free(r);
	put_all(sh, files, n);
	return code;
}
