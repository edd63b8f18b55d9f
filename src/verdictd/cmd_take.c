/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdictd take: a bundle that somebody carried here, and the answer that goes back. Layer: verdictd. The thread that
 * may use the hub.
 */
#include "verdictd_priv.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"
#include "verdict/base/text.h"
#include "verdict/hub/take.h"

/* ---- where the answer goes ---- */

char *run_back(const struct run *r)
{
	const char *named = run_get(r, "receipts");

	if (run_get(r, "no-receipts"))
		return NULL;
	return named ? mem_strdup(named) : mem_printf("%s" BACK_SUFFIX, r->args[r->n_args - 1]);
}

void run_back_told(struct run *r, const char *path)
{
	if (r->quiet || r->json)
		return;
	text_neutralise(&r->out, path, strlen(path), false);
	buf_adds(&r->out, ": written, read back and compared; safe to remove\n");
}

/* ---- what became of it ---- */

static void audit(const struct run *r, const struct hub_taken *t, enum status st)
{
	struct note n;

	if (!r->site->serving)
		return;
	note_begin(&n, NOTE_AUDIT, "take");
	note_str(&n, "of", t->event);
	note_str(&n, "signer", t->signer);
	note_int(&n, "records", (int64_t)t->records);
	note_int(&n, "stored", (int64_t)t->stored);
	note_str(&n, "done", st ? "no" : "yes");
	if (st)
		note_str(&n, "why", status_message());
	note_end(&n);
}

static bool whole(const struct hub_taken *t)
{
	return t->lost_bytes == 0 && t->shut == 0 && t->bad == 0 && t->evidence_cut == 0 &&
		(t->trailer == TRAILER_HOLDS || (t->trailer == TRAILER_MISSING && t->journal));
}

static void count(struct buf *out, uint64_t n, const char *what)
{
	if (n)
		buf_printf(out, ", %" PRIu64 " %s", n, what);
}

static void tell_text(struct run *r, const struct hub_taken *t)
{
	struct buf *out = &r->out;

	buf_adds(out, "event ");
	text_neutralise(out, t->event, strlen(t->event), false);
	buf_printf(out, ": %" PRIu64 " record%s", t->records, t->records == 1 ? "" : "s");
	count(out, t->stored, "stored");
	count(out, t->duplicates, "here before");
	count(out, t->flagged, "flagged");
	count(out, t->refused, "refused");
	buf_adds(out, "; evidence: ");
	buf_printf(out, "%" PRIu64 " taken", t->evidence);
	count(out, t->evidence_known, "here before");
	count(out, t->evidence_other, "not of this event");
	buf_adds(out, t->seal == SEAL_NONE ? "; not sealed" : "; sealed");
	if (t->trailer == TRAILER_HOLDS) {
		buf_adds(out, "; whole, as signed by ");
		text_neutralise(out, *t->signer_name ? t->signer_name : t->signer,
			strlen(*t->signer_name ? t->signer_name : t->signer), false);
	}
	buf_addc(out, '\n');
	if (t->back_bytes)
		buf_printf(out, "for the way back: %" PRIu64 " receipt%s, %" PRIu64 " change%s of the event\n", t->receipts,
			t->receipts == 1 ? "" : "s", t->entries, t->entries == 1 ? "" : "s");
}

static void tell_damage(struct run *r, const struct hub_taken *t)
{
	if (t->lost_bytes)
		run_error(r, "damaged: %" PRIu64 " bytes in %" PRIu64 " place%s hold nothing that can be read; what is intact "
			"was taken", t->lost_bytes, t->lost, t->lost == 1 ? "" : "s");
	if (t->seal == SEAL_SHUT)
		run_error(r, "it is sealed, and not to this hub");
	else if (t->shut)
		run_error(r, "%" PRIu64 " part%s could not be opened: altered on the way", t->shut, t->shut == 1 ? "" : "s");
	if (t->bad)
		run_error(r, "%" PRIu64 " thing%s not what %s: forged or damaged, and left out", t->bad,
			t->bad == 1 ? " in it is" : "s in it are", t->bad == 1 ? "it says" : "they say");
	if (t->evidence_cut)
		run_error(r, "%" PRIu64 " item%s not whole: what came is kept, and another bundle can bring the rest",
			t->evidence_cut, t->evidence_cut == 1 ? " of evidence is" : "s of evidence are");
	if (t->trailer == TRAILER_WRONG && t->told_frames + 1 > t->frames)
		run_error(r, "%" PRIu64 " of %" PRIu64 " parts are missing", t->told_frames + 1 - t->frames, t->told_frames + 1);
	else if (t->trailer == TRAILER_WRONG)
		run_error(r, "it is not as its writer left it");
	else if (t->trailer == TRAILER_MISSING && !t->journal)
		run_error(r, "its end is missing: it was cut off, or the stick was pulled too early");
	if (t->receipts_cut)
		run_error(r, "more receipts than one answer takes: consoles learn the rest from the changes");
}

static void tell_json(struct run *r, const struct hub_taken *t)
{
	const struct { const char *name; uint64_t n; } numbers[] = {
		{ "bytes", t->bytes }, { "frames", t->frames }, { "lost_bytes", t->lost_bytes }, { "shut", t->shut },
		{ "bad", t->bad }, { "records", t->records }, { "stored", t->stored }, { "duplicates", t->duplicates },
		{ "flagged", t->flagged }, { "refused", t->refused }, { "evidence", t->evidence },
		{ "evidence_here", t->evidence_known }, { "evidence_other", t->evidence_other },
		{ "evidence_cut", t->evidence_cut }, { "receipts", t->receipts }, { "changes", t->entries },
		{ "answer_bytes", t->back_bytes },
	};
	struct jsonw w;

	jsonw_init(&w, &r->out, true);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "event", *t->event ? t->event : NULL);
	jsonw_bool(&w, "whole", whole(t));
	jsonw_bool(&w, "sealed", t->seal != SEAL_NONE);
	jsonw_str(&w, "signer", *t->signer ? t->signer : NULL);
	jsonw_str(&w, "signer_name", *t->signer_name ? t->signer_name : NULL);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		jsonw_int(&w, numbers[i].name, (int64_t)numbers[i].n);
	jsonw_end_object(&w);
	buf_addc(&r->out, '\n');
}

/* Over the admin socket too; when the caller is gone it is taken all the same. */
static bool tick(uint64_t done, uint64_t total, void *data)
{
	run_tick(data, "taking the bundle", done, total);
	return false;
}

int command_take(struct run *r)
{
	char *back = run_back(r);
	struct hub_take how = { .back = back, .no_pages = run_get(r, "no-pages") != NULL,
		.tick = tick, .data = r };
	struct hub_taken t = { .records = 0 };
	enum status st = hub_take(&t, r->site->hub, r->args[0], &how);
	int code = whole(&t) && !t.refused ? EXIT_DONE : EXIT_REFUSED;

	audit(r, &t, st);
	if (st) {
		code = run_status(r, st);
	} else {
		if (r->json)
			tell_json(r, &t);
		else if (!r->quiet)
			tell_text(r, &t);
		tell_damage(r, &t);
		if (t.back_bytes && !r->site->serving)
			run_back_told(r, back);
	}
	mem_free(back);
	return code;
}
