/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before `verdict grade TI verified`: what the checks find in the evidence of the TI, one item a turn, then across
 * the items. Errors speak against the verdict: it then asks for a reason. Layer app, store's thread; the reader,
 * a process of its own, parses.
 */
#include "shell_priv.h"

#include <string.h>
#include <unistd.h>
#include "verdict/evidence/cross.h"
#include "verdict/evidence/reader.h"
#include "verdict/store/blob.h"

#define ITEMS_MAX 500
#define BYTES_MAX (64u << 20)
#define READER_MS 5000
#define SHOWN_MAX 20

struct grade_check {
	const struct instance *ti;
	struct cross_item *items;
	size_t at, n;
	unsigned int errors, unread;
};

static const char *transaction_of(const struct instance *ti, unsigned int step)
{
	for (size_t i = 0; step && i < ti->n_steps; i++)
		if (ti->steps[i].n == step && ti->steps[i].transaction)
			return ti->steps[i].transaction;
	return "";
}

struct grade_check *sh_grade_check_new(struct shell *sh, const struct instance *ti)
{
	struct grade_check *g = arena_new(&sh->arena, struct grade_check);

	g->ti = ti;
	g->n = ti->n_evidence < ITEMS_MAX ? ti->n_evidence : ITEMS_MAX;
	g->items = arena_array(&sh->arena, struct cross_item, g->n + 1);
	return g;
}

static void tell(struct shell *sh, struct grade_check *g, const char *id, const char *text, const char *where)
{
	if (g->errors++ < SHOWN_MAX)
		shell_error(sh, "%s: %s %s (%s)", g->ti->row.id, id, text, where);
}

static void take_report(struct shell *sh, struct grade_check *g, const struct reader_report *r,
	const struct evidence_item *e)
{
	struct cross_fact *facts = arena_array(&sh->arena, struct cross_fact, r->n_facts + 1);
	const char *where = arena_printf(&sh->arena, "evidence %u, %s", e->n, e->name ? e->name : "");

	for (size_t i = 0; i < r->n_findings; i++)
		if (r->findings[i].severity == CHECK_ERROR)
			tell(sh, g, r->findings[i].id, r->findings[i].text, where);
	for (size_t i = 0; i < r->n_facts; i++)
		facts[i] = (struct cross_fact){ r->facts[i].name, r->facts[i].value };
	g->items[g->at].facts = facts;
	g->items[g->at].n_facts = r->n_facts;
}

static bool is_picture(const struct evidence_item *e)
{
	return e->kind && strcmp(e->kind, "screenshot") == 0;
}

static void check_item(struct shell *sh, struct grade_check *g, const struct evidence_item *e)
{
	struct reader_report report;
	struct reader_info info;
	struct reader *r = NULL;
	enum status code = STATUS_NOT_FOUND;
	int fd = -1;

	g->items[g->at].transaction = transaction_of(g->ti, e->step);
	if (is_picture(e))
		return;
	if (e->here && e->size <= BYTES_MAX)
		code = blob_open(&fd, sh->st, &e->sha256);
	if (code == STATUS_OK) {
		r = reader_new(NULL, sh->reader);
		reader_set_timeout(r, READER_MS);
		code = reader_open_wait(&info, &sh->arena, r, fd, EVIDENCE_UNKNOWN);
	}
	if (code == STATUS_OK)
		code = reader_checks_wait(&report, &sh->arena, r, IPS_AS_CLAIMED);
	if (code == STATUS_OK)
		take_report(sh, g, &report, e);
	g->items[g->at].unread = code != STATUS_OK;
	g->unread += code != STATUS_OK;
	reader_free(r);
	if (fd >= 0)
		close(fd);
	status_clear();
}

static void check_across(struct shell *sh, struct grade_check *g)
{
	struct cross_report report;
	struct cross_set *rules;

	if (cross_set_builtin(&rules) != STATUS_OK)
		return;
	cross_run(&report, &sh->arena, rules, g->items, g->n);
	for (size_t i = 0; i < report.n_findings; i++)
		if (report.findings[i].severity == CHECK_ERROR)
			tell(sh, g, report.findings[i].id, report.findings[i].text,
				arena_printf(&sh->arena, "evidence %u", g->ti->evidence[report.findings[i].item - 1].n));
	cross_set_free(rules);
}

int sh_grade_check(unsigned int *errors_out, struct shell *sh, struct grade_check *g)
{
	if (g->at < g->n) {
		check_item(sh, g, &g->ti->evidence[g->at]);
		g->at++;
		return SHELL_MORE;
	}
	check_across(sh, g);
	if (g->errors > SHOWN_MAX)
		shell_error(sh, "%s: and %u errors more", g->ti->row.id, g->errors - SHOWN_MAX);
	if (g->unread && !sh->quiet)
		shell_error(sh, "%s: %u of %zu items of evidence could not be checked here%s", g->ti->row.id, g->unread, g->n,
			sh_knows_hub(sh) ? "; verdict sync --prefetch 256 fetches that of the queue" : "");
	*errors_out = g->errors;
	return SHELL_DONE;
}
