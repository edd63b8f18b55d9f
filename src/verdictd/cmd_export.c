/* SPDX-License-Identifier: Apache-2.0 */
/* Results for others: export. Layer: verdictd. The thread that may use the hub. */
#include "verdictd_priv.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/hub/results.h"
#include "verdict/hub/view.h"
#include "verdict/proto/sshsig.h"
#include "verdict/report/lines.h"
#include "verdict/report/session.h"

#define TIS_MAX 64
#define PIECE (1u << 20)
#define OUT_MAX (256u << 20)	/* of one TI's report, or of all lines */
#define END_LINE "-----END SSH SIGNATURE-----\n"

struct exporting {
	struct run *r;
	const char *path;
	int fd;
	struct buf out;
	struct sha256 sum;
	struct report report;
	struct session_report session;
	const char *organisation;	/* of a session report, else NULL */
	enum report_format format;
	enum status st;		/* of what was made of the results */
};

static enum status put_out(struct exporting *x, size_t keep)
{
	enum status st = x->out.err ? status_set(STATUS_LIMIT, "the report is larger than %u MiB", OUT_MAX >> 20)
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
	if (!st && x->organisation)
		session_add(&x->session, ti);
	else if (!st)
		report_add(&x->report, ti);
	arena_done(&a);
	return st ? st : put_out(x, PIECE);
}

static enum status put_tis(struct exporting *x, struct hub_view *v)
{
	const char *tis[TIS_MAX];
	size_t n = run_list(tis, TIS_MAX, x->r, "ti"), at = 0;
	enum status st = STATUS_OK;

	report_begin(&x->report, &x->out, x->format, n != 1, hub_view_event(v), hub_now(x->r->site->hub));
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

static enum status put_session(struct exporting *x, struct hub_view *v)
{
	enum status st = STATUS_OK;

	for (size_t i = 0; i < hub_view_count(v) && !st; i++)
		st = put_ti(x, v, i);
	if (!st)
		session_end(&x->session);
	return st ? st : put_out(x, 0);
}

static void begin_session(struct results *r, uint64_t size, void *data)
{
	struct exporting *x = data;

	(void)size;
	x->st = session_begin(&x->session, &x->out, r, x->organisation, hub_now(x->r->site->hub));
}

static void make_lines(struct results *r, uint64_t size, void *data)
{
	struct exporting *x = data;
	const char *line = run_get(x->r, "line");
	uint32_t at = line ? results_find_line(r, line) : 0;

	(void)size;
	if (!line)
		report_lines(&x->out, x->format, r, hub_now(x->r->site->hub));
	else if (at != RESULTS_NONE)
		report_line(&x->out, x->format, r, at, hub_now(x->r->site->hub));
	else
		x->st = status_set(STATUS_NOT_FOUND, "no line %s in this event", line);
}

static enum status put_lines(struct exporting *x, struct hub_event *e)
{
	enum status st = hub_results(e, make_lines, x);

	st = st ? st : x->st;
	return st ? st : put_out(x, 0);
}

static enum status put_report(struct exporting *x, struct hub_event *e)
{
	struct hub_view *v = NULL;
	enum status st = STATUS_OK;

	if (run_get(x->r, "lines") || run_get(x->r, "line"))
		return put_lines(x, e);
	if (x->organisation)
		st = hub_results(e, begin_session, x);
	st = st ? st : x->st;
	if (!st)
		st = hub_view_open(&v, e);
	if (!st)
		st = x->organisation ? put_session(x, v) : put_tis(x, v);
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

/* EXIT_DONE where what is asked for is a report that there is. */
static int read_words(struct exporting *x)
{
	struct run *r = x->r;
	bool html = strcmp(r->args[0], "html") == 0, lines = run_get(r, "lines") || run_get(r, "line");
	int format = report_format_parse(r->args[0]);

	x->organisation = run_get(r, "organisation");
	if (format < 0 && !html)
		run_error(r, "%s: export takes one of " REPORT_WORDS " html", r->args[0]);
	else if (html != (x->organisation != NULL))
		run_error(r, "html is the report of an --organisation, and that is one in html");
	else if ((lines || html) && run_get(r, "ti"))
		run_error(r, "--ti goes with reports of TIs");
	else if (lines && (html || (format != REPORT_FHIR && format != REPORT_GITB)))
		run_error(r, "lines are fhir or gitb here; verdictd publish has csv and json");
	else
		return x->format = html ? REPORT_JSON : (enum report_format)format, EXIT_DONE;
	return EXIT_USAGE;
}

int command_export(struct run *r)
{
	struct exporting x = { .r = r, .fd = -1 };
	struct hub_event *e;
	const char *wanted;
	enum status st;
	char *part;

	if (read_words(&x))
		return EXIT_USAGE;
	e = site_event(r);
	if (!e)
		return EXIT_REFUSED;
	wanted = r->args[r->n_args - 1];
	part = mem_printf("%s.part", wanted);
	x.path = part;
	buf_init(&x.out, OUT_MAX);
	sha256_begin(&x.sum);
	st = io_open(&x.fd, x.path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (!st)
		st = put_report(&x, e);
	if (x.fd >= 0)
		close(x.fd);
	if (!st)
		st = io_rename(part, wanted);
	if (st && x.fd >= 0)
		unlink(part);
	else if (!st && run_get(r, "sign"))
		sign(&x, e);
	buf_done(&x.out);
	mem_free(part);
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

static void tell_size(struct run *r, const char *path, bool signed_too)
{
	struct stat sb;

	if (stat(path, &sb) == 0)
		buf_printf(&r->err, "%s: %lld bytes%s\n", path, (long long)sb.st_size,
			signed_too ? "; beside it .sig and .signers, for ssh-keygen -Y verify" : "");
}

void after_export(struct run *r)
{
	const char *text = buf_str(&r->out), *end = strstr(text, END_LINE), *path = r->args[r->n_args - 1];
	enum status st = STATUS_OK;
	size_t len;

	if (!r->quiet && !r->json)
		tell_size(r, path, end != NULL);
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
