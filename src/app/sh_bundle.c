/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict bundle: what waits onto a stick; a colleague's stick, or the hub's answer, into the store; and the look at
 * one that changes nothing. Layer app; `run` on the store's thread some megabytes a turn, `after` where there is none.
 */
#include "shell_priv.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include "verdict/app/stick.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/store/carry.h"

#define PEOPLE_MAX 32

struct bundle_run {
	struct carry_out *out;
	struct carry_in *in;
	const char *path;
	bool look;
};

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* True once the person had enough. */
static bool tick(struct shell *sh, const struct carry_progress *p)
{
	struct import_progress shown = { .what = p->what, .done = p->done, .total = p->total };

	return sh->tick && p->what && sh->tick(&shown, sh->tick_data);
}

static int stopped(struct shell *sh, struct bundle_run *b)
{
	carry_out_end(b->out);
	carry_in_end(b->in);
	shell_error(sh, "stopped");
	return SHELL_REFUSED;
}

/* ---- write ---- */

/* A folder is enough. */
static const char *file_in(struct shell *sh, const char *path)
{
	const struct person *me = store_me(sh->st);
	const struct event *event = store_event(sh->st);
	struct stat sb;
	char *name;

	if (stat(path, &sb) != 0 || !S_ISDIR(sb.st_mode))
		return path;
	name = stick_name(path, me ? me->id : "records", event ? event->tz_min : 0);
	path = arena_str(&sh->arena, name);
	mem_free(name);
	return path;
}

static int write_begin(struct shell *sh, struct bundle_run *b)
{
	const char *to[PEOPLE_MAX];
	struct carry_wish wish = { .path = b->path, .all = shell_has(sh, "all"), .evidence = shell_has(sh, "evidence"),
		.pages = shell_has(sh, "pages"), .plain = shell_has(sh, "plain"), .to = to };
	enum status code;

	for (size_t i = 0; i < sh->n_values; i++) {
		if (strcmp(sh->values[i].option->name, "to") != 0)
			continue;
		if (wish.n_to == PEOPLE_MAX)
			return sh_usage_error(sh, "--to at most %d times", PEOPLE_MAX);
		to[wish.n_to++] = sh->values[i].value;
	}
	if (wish.plain && wish.n_to)
		return sh_usage_error(sh, "--plain seals to nobody: leave --to out");
	code = carry_out_begin(&b->out, sh->st, &wish);
	return code == STATUS_OK ? SHELL_MORE : shell_status(sh, code);
}

static void sent_text(struct shell *sh, const struct bundle_run *b, const struct carry_sent *s)
{
	if (sh->quiet)
		return;
	sh_printf(sh, "%" PRIu64 " record%s", s->records, plural(s->records));
	if (s->evidence)
		sh_printf(sh, ", %" PRIu64 " item%s of evidence", s->evidence, plural(s->evidence));
	if (s->receipts)
		sh_printf(sh, ", %" PRIu64 " receipt%s", s->receipts, plural(s->receipts));
	if (s->pages)
		sh_printf(sh, ", %" PRIu64 " page%s of changes", s->pages, plural(s->pages));
	sh_printf(sh, ", %" PRIu64 " bytes; written, read back and compared\n", s->bytes);
	if (s->evidence_missing)
		sh_printf(sh, "%" PRIu64 " item%s of evidence not here, so not in it\n", s->evidence_missing,
			s->evidence_missing == 1 ? " is" : "s are");
	sh_text(sh, b->path);
	sh_printf(sh, ": safe to remove\n");
}

static void sent_json(struct shell *sh, const struct bundle_run *b, const struct carry_sent *s)
{
	struct jsonw w;

	jsonw_init(&w, &sh->out, false);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "file", b->path);
	jsonw_int(&w, "records", (int64_t)s->records);
	jsonw_int(&w, "evidence", (int64_t)s->evidence);
	jsonw_int(&w, "evidence_missing", (int64_t)s->evidence_missing);
	jsonw_int(&w, "receipts", (int64_t)s->receipts);
	jsonw_int(&w, "pages", (int64_t)s->pages);
	jsonw_int(&w, "bytes", (int64_t)s->bytes);
	jsonw_bool(&w, "safe", true);
	jsonw_end_object(&w);
	buf_addc(&sh->out, '\n');
}

static int write_turn(struct shell *sh, struct bundle_run *b)
{
	struct carry_progress p;
	enum status code = carry_out_step(&p, b->out, sh->st);

	if (code == STATUS_OK && tick(sh, &p))
		return stopped(sh, b);
	if (code == STATUS_OK && p.what)
		return SHELL_MORE;
	if (code == STATUS_OK && sh->json)
		sent_json(sh, b, carry_out_sent(b->out));
	else if (code == STATUS_OK)
		sent_text(sh, b, carry_out_sent(b->out));
	sh->wrote = true;
	carry_out_end(b->out);
	return shell_status(sh, code);
}

/* ---- read, verify ---- */

static int read_begin(struct shell *sh, struct bundle_run *b)
{
	enum status code = carry_in_begin(&b->in, sh->st, b->path, b->look);

	return code == STATUS_OK ? SHELL_MORE : shell_status(sh, code);
}

static bool whole(const struct carry_taken *t, const struct bundle_report *r)
{
	return r->lost_bytes == 0 && r->shut == 0 && t->bad == 0 && t->evidence_cut == 0 &&
		r->trailer != TRAILER_WRONG &&
		(r->trailer == TRAILER_HOLDS || (r->head.what && strcmp(r->head.what, "journal") == 0));
}

static void tell_losses(struct shell *sh, const struct carry_taken *t, const struct bundle_report *r, bool look)
{
	if (r->lost_bytes)
		shell_error(sh, "damaged: %" PRIu64 " bytes in %" PRIu64 " place%s hold nothing that can be read%s", r->lost_bytes,
			r->lost, plural(r->lost), r->frames ? "; all else was" : "");
	if (r->seal == SEAL_SHUT)
		shell_error(sh, "%" PRIu64 " part%s sealed for somebody else", r->shut, r->shut == 1 ? " of it is" : "s of it are");
	else if (r->shut)
		shell_error(sh, "%" PRIu64 " part%s not be opened: altered on the way", r->shut, r->shut == 1 ? " could" : "s could");
	if (t->bad)
		shell_error(sh, "%" PRIu64 " thing%s not what %s: forged or damaged, and left out", t->bad,
			t->bad == 1 ? " in it is" : "s in it are", t->bad == 1 ? "it says" : "they say");
	if (t->evidence_cut)
		shell_error(sh, "%" PRIu64 " item%s not whole%s", t->evidence_cut, t->evidence_cut == 1 ? " of evidence is" : "s of evidence are",
			look ? "" : ": what came is kept, and another bundle or the network can bring the rest");
	if (r->trailer == TRAILER_WRONG && r->told_frames > r->frames)
		shell_error(sh, "%" PRIu64 " of %" PRIu64 " parts are missing", r->told_frames - r->frames + 1, r->told_frames);
	else if (r->trailer == TRAILER_WRONG)
		shell_error(sh, "it is not as its writer left it");
	else if (r->trailer == TRAILER_MISSING && !whole(t, r))
		shell_error(sh, "its end is missing: it was cut off, or the stick was pulled too early");
}

/* A count in a sentence of counts. */
static void count(struct shell *sh, bool *any, uint64_t n, const char *one, const char *many)
{
	if (n == 0)
		return;
	sh_printf(sh, "%s%" PRIu64 " %s", *any ? ", " : "", n, n == 1 ? one : many);
	*any = true;
}

static void taken_text(struct shell *sh, const struct bundle_run *b, const struct carry_taken *t)
{
	bool any = false;

	if (sh->quiet)
		return;
	count(sh, &any, t->records, "record", "records");
	count(sh, &any, t->receipts, "receipt", "receipts");
	count(sh, &any, t->entries, "change of the event", "changes of the event");
	count(sh, &any, t->evidence, "item of evidence", "items of evidence");
	count(sh, &any, t->evidence_known, "item of evidence that was here", "items of evidence that were here");
	count(sh, &any, t->evidence_other, "item of evidence that this event does not know",
		"items of evidence that this event does not know");
	count(sh, &any, t->other_event, "record of another event", "records of another event");
	count(sh, &any, t->strange, "word of another hub, or of a time before it was restored",
		"words of another hub, or of a time before it was restored");
	sh_printf(sh, any ? "\n" : "nothing to read\n");
	if (b->look)
		return;
	if (t->fresh)
		sh_printf(sh, "%" PRIu64 " record%s new here and go%s to the hub with yours at the next sync\n", t->fresh,
			t->fresh == 1 ? " is" : "s are", t->fresh == 1 ? "es" : "");
	if (t->changed)
		sh_printf(sh, "the hub has answered %" PRIu64 " record%s that waited\n", t->changed, plural(t->changed));
	if (t->missing_pages)
		sh_printf(sh, "%" PRIu64 " page%s of changes do%s not follow what is here: some before are missing\n",
			t->missing_pages, plural(t->missing_pages), t->missing_pages == 1 ? "es" : "");
}

static void about_text(struct shell *sh, const struct bundle_report *r, const char *signer)
{
	char when[CLOCK_TEXT], id[KEY_ID];

	if (sh->quiet)
		return;
	sh_printf(sh, "%" PRIu64 " bytes, %" PRIu64 " parts", r->bytes, r->frames);
	if (r->head.event) {
		sh_printf(sh, ", event ");
		sh_text(sh, r->head.event);
	}
	if (r->head.at) {
		clock_format_utc(when, r->head.at);
		sh_printf(sh, ", of %s", when);
	}
	sh_printf(sh, "%s", r->seal == SEAL_NONE ? ", not sealed" : ", sealed");
	if (r->trailer == TRAILER_HOLDS) {
		key_id_of(id, r->signer);
		sh_printf(sh, "; whole, as signed by %s%s", signer ? "" : "key ", signer ? "" : id);
		sh_text(sh, signer ? signer : "");
	}
	sh_printf(sh, "\n");
}

static void taken_json(struct shell *sh, const struct bundle_run *b, const struct bundle_report *r, const char *signer)
{
	const struct carry_taken *t = carry_in_taken(b->in);
	const struct { const char *name; uint64_t n; } numbers[] = {
		{ "bytes", r->bytes }, { "frames", r->frames }, { "lost_bytes", r->lost_bytes }, { "shut", r->shut },
		{ "records", t->records }, { "new", t->fresh }, { "bad", t->bad }, { "other_event", t->other_event },
		{ "receipts", t->receipts }, { "answered", t->changed }, { "pages", t->pages }, { "changes", t->entries },
		{ "missing_pages", t->missing_pages }, { "strange", t->strange }, { "evidence", t->evidence },
		{ "evidence_here", t->evidence_known }, { "evidence_other", t->evidence_other },
		{ "evidence_cut", t->evidence_cut },
	};
	char id[KEY_ID];
	struct jsonw w;

	key_id_of(id, r->signer);
	jsonw_init(&w, &sh->out, false);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "file", b->path);
	jsonw_bool(&w, "whole", whole(t, r));
	jsonw_bool(&w, "sealed", r->seal != SEAL_NONE);
	jsonw_str(&w, "event", r->head.event);
	jsonw_str(&w, "signer", r->trailer == TRAILER_HOLDS ? id : NULL);
	jsonw_str(&w, "signer_name", r->trailer == TRAILER_HOLDS ? signer : NULL);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		jsonw_int(&w, numbers[i].name, (int64_t)numbers[i].n);
	jsonw_end_object(&w);
	buf_addc(&sh->out, '\n');
}

static int read_end(struct shell *sh, struct bundle_run *b)
{
	const struct carry_taken *t = carry_in_taken(b->in);
	const struct bundle_report *r = carry_in_report(b->in);
	const char *signer = carry_in_signer(b->in, sh->st);
	int code = whole(t, r) && !t->other_event ? SHELL_DONE : SHELL_REFUSED;

	if (sh->json) {
		taken_json(sh, b, r, signer);
	} else {
		about_text(sh, r, signer);
		taken_text(sh, b, t);
	}
	tell_losses(sh, t, r, b->look);
	sh->wrote = !b->look;
	carry_in_end(b->in);
	return code;
}

static int read_turn(struct shell *sh, struct bundle_run *b)
{
	struct carry_progress p;
	enum status code = carry_in_step(&p, b->in, sh->st);

	if (code == STATUS_OK && tick(sh, &p))
		return stopped(sh, b);
	if (code == STATUS_OK)
		return p.what ? SHELL_MORE : read_end(sh, b);
	carry_in_end(b->in);
	return shell_status(sh, code);
}

/* ---- the command ---- */

static int begin(struct shell *sh)
{
	struct bundle_run *b = arena_new(&sh->arena, struct bundle_run);
	const char *what = sh->args[0];
	bool write = strcmp(what, "write") == 0;

	b->path = sh_path(sh, sh->args[1]);
	b->look = strcmp(what, "verify") == 0;
	if (write)
		b->path = file_in(sh, b->path);
	if (!write && !b->look && strcmp(what, "read") != 0)
		return sh_usage_error(sh, "bundle %s: one of write, read, verify", what);
	if (!write && sh->n_values && (shell_has(sh, "all") || shell_has(sh, "evidence") || shell_has(sh, "pages") ||
	    shell_has(sh, "plain") || shell_has(sh, "to")))
		return sh_usage_error(sh, "--all, --evidence, --pages, --plain and --to are for bundle write");
	sh->state = b;
	return write ? write_begin(sh, b) : read_begin(sh, b);
}

int sh_run_bundle(struct shell *sh)
{
	struct bundle_run *b = sh->state;

	if (!b) {
		sh_pass(sh, "done");
		return begin(sh);
	}
	return b->out ? write_turn(sh, b) : read_turn(sh, b);
}

/* Where there is no store a bundle can still be looked at. */
int sh_after_bundle(struct shell *sh)
{
	int code;

	if (sh_pass_word(sh, 0) || sh->code != SHELL_DONE)
		return sh->code;
	if (strcmp(sh->args[0], "verify") != 0) {
		shell_error(sh, "%s", sh->trouble ? sh->trouble : "there is no store");
		return SHELL_BROKEN;
	}
	do
		code = sh_run_bundle(sh);
	while (code == SHELL_MORE);
	return code;
}
