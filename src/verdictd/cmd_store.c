/* SPDX-License-Identifier: Apache-2.0 */
/* Care for the store: import, verify, backup, restore, doctor. Layer: verdictd. The thread that may
 * use the hub. */
#include "verdictd_priv.h"
#include "config.h"

#include <dirent.h>
#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <limits.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"
#include "verdict/base/text.h"
#include "verdict/hub/care.h"
#include "verdict/hub/import.h"
#include "verdict/proto/sshsig.h"

static void audit(const struct run *r, const char *what, const char *of, enum status st)
{
	struct note n;

	if (!r->site->serving)
		return;
	note_begin(&n, NOTE_AUDIT, what);
	note_str(&n, "of", of);
	note_str(&n, "done", st ? "no" : "yes");
	if (st)
		note_str(&n, "why", status_message());
	note_end(&n);
}

static void tell_import(struct run *r, const struct hub_imported *i)
{
	struct jsonw w;

	if (r->json) {
		jsonw_init(&w, &r->out, true);
		jsonw_object(&w, NULL);
		jsonw_str(&w, "event", i->event);
		jsonw_int(&w, "instances", (int64_t)i->instances);
		jsonw_int(&w, "withdrawn", (int64_t)i->withdrawn);
		jsonw_int(&w, "entries", (int64_t)i->entries);
		jsonw_int(&w, "evidence", (int64_t)i->evidence);
		jsonw_int(&w, "evidence_missing", (int64_t)i->evidence_missing);
		jsonw_int(&w, "evidence_links", (int64_t)i->evidence_links);
		jsonw_bool(&w, "dry_run", run_get(r, "dry-run") != NULL);
		jsonw_int(&w, "unknown_fields", (int64_t)i->unknown_fields);
		jsonw_end_object(&w);
		buf_addc(&r->out, '\n');
		return;
	}
	if (r->quiet)
		return;
	buf_printf(&r->out, "%sevent %s: %" PRIu64 " TIs, %" PRIu64 " changes",
		run_get(r, "dry-run") ? "dry run: " : "", i->event, i->instances, i->entries);
	if (i->withdrawn)
		buf_printf(&r->out, ", %" PRIu64 " TIs withdrawn", i->withdrawn);
	buf_printf(&r->out, "; evidence: %" PRIu64 " here", i->evidence - i->evidence_missing - i->evidence_links);
	if (i->evidence_links)
		buf_printf(&r->out, ", %" PRIu64 " links", i->evidence_links);
	if (i->evidence_missing)
		buf_printf(&r->out, ", %" PRIu64 " missing", i->evidence_missing);
	if (i->unknown_fields)
		buf_printf(&r->out, "; %" PRIu64 " fields that this version does not know",
			i->unknown_fields);
	buf_addc(&r->out, '\n');
}

/* What an event was last imported from: its names in DIR/marks, as long as the hub's event is the one they were written for. */
static char *mark_path(const struct run *r, const char *event)
{
	return mem_printf("%s/marks/%s", r->site->dir, event);
}

/* One line: which event it is, the mark. */
static void mark_text(struct buf *b, const uint8_t epoch[EPOCH_BYTES], const char *mark)
{
	for (size_t i = 0; i < EPOCH_BYTES; i++)
		buf_printf(b, "%02x", epoch[i]);
	buf_printf(b, " %s\n", mark);
}

static bool event_id_ok(const char *id)
{
	return *id && *id != '.' && strlen(id) <= 64 && strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789._:+-") == strlen(id);
}

static enum status event_epoch(uint8_t out[EPOCH_BYTES], const struct run *r, const char *event)
{
	struct hub_options o = { .store = r->site->store, .dir = r->site->dir };
	struct hub_event *e;
	struct digest root;
	uint64_t size;

	if (!r->site->hub)
		return hub_epoch(out, &o, event);
	e = hub_event_find(r->site->hub, event);
	if (!e)
		return STATUS_NOT_FOUND;
	hub_head(e, &size, &root, out);
	return STATUS_OK;
}

#define MARKS 4

static void mark_write(struct run *r, const char *event)
{
	const char *marks[MARKS] = { "-" };
	size_t n = run_list(marks, MARKS, r, "mark");
	char *path = mark_path(r, event), *dir = mem_printf("%s/marks", r->site->dir);
	uint8_t epoch[EPOCH_BYTES];
	struct buf b;

	buf_init(&b, 64u << 10);
	if (event_id_ok(event) && event_epoch(epoch, r, event) == STATUS_OK && io_mkdirs(dir, 0700) == STATUS_OK) {
		for (size_t i = 0; i < (n ? n : 1); i++)
			mark_text(&b, epoch, marks[i]);
		(void)io_replace_file(path, b.ptr, b.len, 0600);
	}
	status_clear();		/* without it the next import reads all */
	buf_done(&b);
	mem_free(path);
	mem_free(dir);
}

/* Does `line`, with its end, stand among the lines of `all`? */
static bool has_line(const struct buf *all, const struct buf *line)
{
	const char *at = memmem(all->ptr, all->len, line->ptr, line->len);

	return at && (at == all->ptr || at[-1] == '\n');
}

/* import unchanged EVENT --mark WORD: done where the last import was of that. */
static int unchanged(struct run *r, const char *event)
{
	char *path = mark_path(r, event_id_ok(event) ? event : "-");
	uint8_t epoch[EPOCH_BYTES];
	struct buf was, now;
	bool same = false;

	buf_init(&was, 64u << 10);
	buf_init(&now, 64u << 10);
	if (event_id_ok(event) && run_get(r, "mark") && io_read_file(&was, path, 64u << 10) == STATUS_OK &&
		event_epoch(epoch, r, event) == STATUS_OK) {
		mark_text(&now, epoch, run_get(r, "mark"));
		same = !now.err && has_line(&was, &now);
	}
	status_clear();
	buf_done(&was);
	buf_done(&now);
	mem_free(path);
	return same ? EXIT_DONE : EXIT_REFUSED;
}

int command_import(struct run *r)
{
	const struct hub_import how = { .dry = run_get(r, "dry-run") != NULL, .data = r->reading,
		.more = r->reading ? reading_more : NULL };
	struct hub_imported i = { .instances = 0 };
	enum status st, unread;

	if (strcmp(r->args[0], "evidence") == 0)
		return import_evidence(r);
	if (strcmp(r->args[0], "unchanged") == 0)
		return unchanged(r, r->args[1]);
	if (strcmp(r->args[0], "pack") != 0) {
		run_error(r, "import takes a pack, a Gazelle database, or evidence: verdictd import pack DIR|FILE, "
			"verdictd import gazelle URL, verdictd import evidence DIR|FILE --ti TI");
		return EXIT_USAGE;
	}
	st = hub_import(&i, r->site->hub, r->args[1], &how);
	unread = reading_wait(r);
	st = unread ? unread : st;
	if (!how.dry)
		audit(r, "import", i.event, st);
	if (st)
		return run_status(r, st);
	if (!how.dry)
		mark_write(r, i.event);
	tell_import(r, &i);
	return EXIT_DONE;
}

struct problems { struct run *r; struct jsonw w; };

static void tell_problem(const char *problem, void *data)
{
	struct problems *p = data;

	if (p->r->json) {
		jsonw_str(&p->w, NULL, problem);
		return;
	}
	text_neutralise(&p->r->out, problem, strlen(problem), false);
	buf_addc(&p->r->out, '\n');
}

int command_verify(struct run *r)
{
	struct problems p = { .r = r };
	struct hub_verified v = { .events = 0 };
	enum status st;

	jsonw_init(&p.w, &r->out, true);
	if (r->json) {
		jsonw_object(&p.w, NULL);
		jsonw_array(&p.w, "problems");
	}
	hub_watch(r->site->hub, &r->progress);
	st = hub_verify(&v, r->site->hub, tell_problem, &p);
	hub_watch(r->site->hub, NULL);
	if (r->json) {
		jsonw_end_array(&p.w);
		jsonw_int(&p.w, "events", (int64_t)v.events);
		jsonw_int(&p.w, "entries", (int64_t)v.entries);
		jsonw_int(&p.w, "records", (int64_t)v.records);
		jsonw_int(&p.w, "certificates", (int64_t)v.certificates);
		jsonw_int(&p.w, "evidence", (int64_t)v.evidence);
		jsonw_int(&p.w, "evidence_missing", (int64_t)v.evidence_missing);
		jsonw_end_object(&p.w);
		buf_addc(&r->out, '\n');
	} else if (!r->quiet) {
		buf_printf(&r->out,
			"%" PRIu64 " event%s, %" PRIu64 " entries, %" PRIu64 " records, %" PRIu64
			" certificates, %" PRIu64 " items of evidence",
			v.events, v.events == 1 ? "" : "s", v.entries, v.records, v.certificates, v.evidence);
		if (v.evidence_missing)
			buf_printf(&r->out, " (%" PRIu64 " more not here)", v.evidence_missing);
		buf_printf(&r->out, ": %s\n",
			v.problems   ? "NOT whole"
				: st ? "not finished"
				     : "whole");
	}
	audit(r, "verify", NULL, st);
	if (st == STATUS_CORRUPT && v.problems)
		return EXIT_REFUSED;
	return st ? run_status(r, st) : EXIT_DONE;
}

int command_backup(struct run *r)
{
	enum status st = hub_backup(r->site->hub, r->args[0], !run_get(r, "no-evidence"));

	audit(r, "backup", NULL, st);
	return st ? run_status(r, st) : EXIT_DONE;
}

/* The hub writes the events; bodies are put behind them here, so that neither it nor its disk has that work. */
void before_backup(struct run *r)
{
	struct buf b;

	if (run_get(r, "no-evidence"))
		return;
	buf_init(&b, PATH_MAX);
	buf_printf(&b, "%s.events", r->args[0]);
	r->wanted = r->args[0];
	r->args[0] = arena_str(&r->a, buf_str(&b));
	buf_done(&b);
}

static void tell_bodies(struct run *r, const struct hub_bodies *b)
{
	struct jsonw w;

	if (r->json) {
		jsonw_init(&w, &r->out, true);
		jsonw_object(&w, NULL);
		jsonw_int(&w, "evidence", (int64_t)b->count);
		jsonw_int(&w, "evidence_bytes", (int64_t)b->bytes);
		jsonw_int(&w, "evidence_damaged", (int64_t)b->damaged);
		jsonw_end_object(&w);
		buf_addc(&r->out, '\n');
	} else if (!r->quiet) {
		buf_printf(&r->out, "all events, %" PRIu64 " items of evidence, %" PRIu64 " bytes\n", b->count, b->bytes);
	}
	if (b->damaged)
		run_error(r, "%" PRIu64 " items of evidence are damaged and not in the backup: verdictd verify names them",
			b->damaged);
}

void after_backup(struct run *r)
{
	struct hub_bodies b;
	enum status st;

	if (!r->wanted) {
		if (!r->quiet)
			buf_adds(&r->err, "Bodies of evidence are not in it: keep a copy of the folder evidence beside it.\n");
		return;
	}
	st = hub_backup_evidence(&b, r->site->dir, r->args[0], r->wanted, &r->progress);
	unlink(r->args[0]);
	if (st)
		r->after_code = run_status(r, st);
	else
		tell_bodies(r, &b);
	if (!st && b.damaged)
		r->after_code = EXIT_REFUSED;
}

/* What a restore leaves where it is: the certificate that consoles know, evidence, what is no
 * store. */
static bool stays(const char *name)
{
	static const char *const names[] = { ".", "..", "tls", "evidence", "tmp", "address",
		"admin.sock" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return strncmp(name, "before-", 7) == 0;
}

static enum status set_aside(const struct site *s, const char *aside)
{
	enum status st = io_mkdirs(aside, 0700);
	DIR *dir = st ? NULL : opendir(s->dir);
	const struct dirent *entry;

	if (!st && !dir)
		st = status_errno("%s", s->dir);
	while (!st && (entry = readdir(dir))) {
		char *from = mem_printf("%s/%s", s->dir, entry->d_name),
		     *to = mem_printf("%s/%s", aside, entry->d_name);

		if (!stays(entry->d_name))
			st = io_rename(from, to);
		mem_free(from);
		mem_free(to);
	}
	if (dir)
		closedir(dir);
	return st;
}

static void tell_restored(struct run *r, const struct hub_restored *got)
{
	struct jsonw w;

	if (r->json) {
		jsonw_init(&w, &r->out, true);
		jsonw_object(&w, NULL);
		jsonw_int(&w, "events", (int64_t)got->events);
		jsonw_int(&w, "entries", (int64_t)got->entries);
		jsonw_int(&w, "evidence", (int64_t)got->evidence.count);
		jsonw_int(&w, "evidence_damaged", (int64_t)got->evidence.damaged);
		jsonw_end_object(&w);
		buf_addc(&r->out, '\n');
	} else if (!r->quiet) {
		buf_printf(&r->out,
			"%" PRIu64 " event%s, %" PRIu64 " entries, %" PRIu64
			" items of evidence; consoles will bring what came after the backup\n",
			got->events, got->events == 1 ? "" : "s", got->entries, got->evidence.count);
	}
	if (got->evidence.damaged)
		run_error(r, "%" PRIu64 " items of evidence were damaged when the backup was made", got->evidence.damaged);
}

int command_restore(struct run *r)
{
	struct hub_options o = { .store = r->site->store, .dir = r->site->dir, .progress = &r->progress };
	char *aside = mem_printf("%s/before-%" PRId64, r->site->dir, clock_wall_ms());
	struct hub_restored got = { .events = 0 };
	enum status st = io_mkdirs(r->site->dir, 0700);
	bool moved = false;

	if (!st)
		st = hub_restore(&got, &o, r->args[0]);
	if (st == STATUS_EXISTS && run_get(r, "force") && strncmp(o.store, "sqlite:", 7) == 0) {
		moved = true;
		st = set_aside(r->site, aside);
		if (!st)
			st = hub_restore(&got, &o, r->args[0]);
	}
	if (moved)
		buf_printf(&r->err, "What was there before lies in %s\n", aside);
	mem_free(aside);
	if (st)
		return run_status(r, st);
	tell_restored(r, &got);
	return EXIT_DONE;
}

static void fact(struct run *r, struct jsonw *w, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void fact(struct run *r, struct jsonw *w, const char *name, const char *fmt, ...)
{
	char value[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	if (r->json) {
		jsonw_str(w, name, value);
		return;
	}
	buf_printf(&r->out, "%-14s ", name);
	text_neutralise(&r->out, value, strlen(value), false);
	buf_addc(&r->out, '\n');
}

struct events { struct run *r; struct jsonw *w; };

static void event_fact(struct hub_event *e, void *data)
{
	struct events *d = data;
	uint8_t epoch[EPOCH_BYTES];
	char hex[DIGEST_HEX];
	struct digest root;
	uint64_t size;

	hub_head(e, &size, &root, epoch);
	digest_hex(hex, &root);
	if (!d->r->json) {
		fact(d->r, d->w, "event", "%s: %" PRIu64 " entries, root %.16s", hub_event_id(e),
			size, hex);
		return;
	}
	jsonw_object(d->w, NULL);
	jsonw_str(d->w, "id", hub_event_id(e));
	jsonw_int(d->w, "entries", (int64_t)size);
	jsonw_str(d->w, "root", hex);
	jsonw_end_object(d->w);
}

static void tls_facts(struct run *r, struct jsonw *w)
{
	char *path = mem_printf("%s/tls/hub.pem", r->site->dir), until[CLOCK_TEXT];
	struct tls_identity t;

	if (tls_identity_public(&t, path) == STATUS_OK) {
		clock_format_utc(until, t.to);
		fact(r, w, "certificate", "own, of %s, until %.10s", t.subject, until);
		tls_identity_done(&t);
	}
	mem_free(path);
	if (r->site->base_url)
		fact(r, w, "address", "%s", r->site->base_url);
}

/* What an auditor compares with ssh-keygen -lf. */
static void signs_fact(struct run *r, struct jsonw *w)
{
	struct buf b;

	buf_init(&b, 256);
	sshsig_fingerprint(&b, key_public(hub_key(r->site->hub)));
	fact(r, w, "signs", "%s", buf_str(&b));
	buf_done(&b);
}

int command_doctor(struct run *r)
{
	struct hub_stats stats;
	struct events d;
	struct jsonw w;

	hub_stats(&stats, r->site->hub);
	if (!r->site->base_url)
		(void)site_read_address(r->site);
	jsonw_init(&w, &r->out, true);
	if (r->json)
		jsonw_object(&w, NULL);
	d = (struct events){ r, &w };
	fact(r, &w, "verdictd", "%s", PACKAGE_VERSION);
	fact(r, &w, "libraries", "libmicrohttpd %s, gnutls %s", MHD_get_version(),
		gnutls_check_version(NULL));
	fact(r, &w, "store", "%s",
		strncmp(r->site->store, "sqlite:", 7) == 0 ? r->site->store : "PostgreSQL");
	fact(r, &w, "hub", "%s", key_id(hub_key(r->site->hub)));
	signs_fact(r, &w);
	tls_facts(r, &w);
	fact(r, &w, "serving", "%s", r->site->serving ? "yes" : "no");
	if (r->site->serving)
		fact(r, &w, "sandbox", "%s%s", r->site->sandbox_off ? "without " : "whole",
			r->site->sandbox_off ? r->site->sandbox_off : "");
	fact(r, &w, "state",
		"%s; %u event%s, %" PRIu64 " records, %" PRIu64 " replicas, %u sessions, %" PRIu64
		" claims",
		stats.failing ? "the last commit FAILED" : "good", stats.events, stats.events == 1 ? "" : "s", stats.records,
		stats.replicas, stats.sessions, stats.leases);
	if (r->json)
		jsonw_array(&w, "events");
	hub_event_each(r->site->hub, event_fact, &d);
	if (r->json) {
		jsonw_end_array(&w);
		jsonw_end_object(&w);
		buf_addc(&r->out, '\n');
	}
	return stats.failing ? EXIT_STORE : EXIT_DONE;
}
