/* SPDX-License-Identifier: Apache-2.0 */
/* Results for others: export. Layer: verdictd. The thread that may use the hub. */
#include "verdictd_priv.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/hub/view.h"
#include "verdict/proto/sshsig.h"
#include "verdict/report/report.h"

#define TIS_MAX 64
#define PIECE (1u << 20)
#define OUT_MAX (64u << 20)	/* of one TI's report, and what waits to be written */
#define END_LINE "-----END SSH SIGNATURE-----\n"

struct exporting {
	struct run *r;
	const char *path;
	int fd;
	struct buf out;
	struct sha256_ctx sum;
	struct report report;
};

static enum status put_out(struct exporting *x, size_t keep)
{
	enum status st = x->out.err ? status_set(STATUS_LIMIT, "the report of one TI is larger than %u MiB", OUT_MAX >> 20)
		: STATUS_OK;

	if (!st && x->out.len > keep) {
		sha256_add(&x->sum, x->out.ptr, x->out.len);
		st = io_write_all(x->fd, x->path, x->out.ptr, x->out.len);
		buf_reset(&x->out);
	}
	return st;
}

static enum status put_ti(struct exporting *x, struct hub_view *v, size_t at)
{
	struct instance *ti = NULL;
	enum status st;
	struct arena a;

	arena_init(&a);
	st = hub_view_instance(&ti, &a, v, at);
	if (!st)
		report_add(&x->report, ti);
	arena_done(&a);
	return st ? st : put_out(x, PIECE);
}

static enum status put_tis(struct exporting *x, struct hub_view *v, enum report_format format)
{
	const char *tis[TIS_MAX];
	size_t n = run_list(tis, TIS_MAX, x->r, "ti"), at = 0;
	enum status st = STATUS_OK;

	report_begin(&x->report, &x->out, format, n != 1, hub_view_event(v), hub_now(x->r->site->hub));
	for (size_t i = 0; i < n && !st; i++) {
		st = hub_view_find(&at, v, tis[i]);
		if (!st)
			st = put_ti(x, v, at);
	}
	for (size_t i = 0; i < hub_view_count(v) && n == 0 && !st; i++)
		st = put_ti(x, v, i);
	if (!st)
		report_end(&x->report);
	return st ? st : put_out(x, 0);
}

static enum status put_report(struct exporting *x, struct hub_event *e, enum report_format format)
{
	struct hub_view *v = NULL;
	enum status st = hub_view_open(&v, e);

	if (!st)
		st = put_tis(x, v, format);
	hub_view_close(v);
	return st;
}

/* Signature and signer's line travel to the process that was called, which writes them beside the file. */
static void sign(struct exporting *x, struct hub_event *e)
{
	struct digest sum = sha256_end(&x->sum);
	const struct key *key = hub_key(x->r->site->hub);

	sshsig_sign(&x->r->out, key, SSHSIG_EXPORT, &sum);
	sshsig_signer(&x->r->out, key_public(key), hub_event_id(e), SSHSIG_EXPORT);
}

static void audit(const struct exporting *x, const struct hub_event *e, const char *what, enum status st)
{
	struct note n;

	if (!x->r->site->serving)
		return;
	note_begin(&n, NOTE_AUDIT, "export");
	note_str(&n, "of", hub_event_id(e));
	note_str(&n, "as", what);
	note_str(&n, "done", st ? "no" : "yes");
	note_end(&n);
}

int command_export(struct run *r)
{
	struct exporting x = { .r = r, .fd = -1 };
	int format = report_format_parse(r->args[0]);
	struct hub_event *e;
	enum status st;

	if (format < 0) {
		run_error(r, "%s: export takes one of " REPORT_WORDS, r->args[0]);
		return EXIT_USAGE;
	}
	e = site_event(r);
	if (!e)
		return EXIT_REFUSED;
	x.path = r->args[r->n_args - 1];
	buf_init(&x.out, OUT_MAX);
	sha256_begin(&x.sum);
	st = io_open(&x.fd, x.path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (!st)
		st = put_report(&x, e, (enum report_format)format);
	if (x.fd >= 0)
		close(x.fd);
	if (st && x.fd >= 0)
		unlink(x.path);
	else if (!st && run_get(r, "sign"))
		sign(&x, e);
	buf_done(&x.out);
	audit(&x, e, r->args[0], st);
	return st ? run_status(r, st) : EXIT_DONE;
}

static enum status put_beside(const char *path, const char *suffix, const char *text, size_t len)
{
	char *name = mem_printf("%s%s", path, suffix);
	enum status st = io_replace_file(name, text, len, 0644);

	mem_free(name);
	return st;
}

void after_export(struct run *r)
{
	const char *text = buf_str(&r->out), *end = strstr(text, END_LINE), *path = r->args[r->n_args - 1];
	enum status st = STATUS_OK;
	size_t len;

	if (!end)
		return;
	len = (size_t)(end - text) + strlen(END_LINE);
	st = put_beside(path, ".sig", text, len);
	if (!st)
		st = put_beside(path, ".signers", text + len, r->out.len - len);
	buf_reset(&r->out);
	if (st)
		r->after_code = run_status(r, st);
}
