/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exchange by files on an SFTP server: a bundle sealed to the hub goes to in/REPLICA, its answer comes from
 * out/REPLICA. Bundles wait in the store's folder `drop` until their answer was taken, so a cut, a restart or a hub that
 * is away costs nothing but time. What the server lists and gives is a stranger's: only names that were made here are
 * looked for, and what comes is believed for its signatures. Layer app; the loop's thread, jobs where the store lives.
 */
#include "src/app/drop_spool.h"
#include "src/app/online_priv.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"
#include "verdict/proto/crypto.h"
#include "verdict/store/carry.h"
#include "verdict/store/sync.h"

#define REASON_MAX 1000
#define ROOM_LEFT (16ull << 20)	/* on this disk, when an answer was fetched: what a monitor saves goes before */
#define LOOK_MIN_MS 500
#define LOOK_MAX_MS 15000
#define ASK_MS 60000		/* what is new there is asked for so often */
#define PATIENCE_MS 30000	/* of one who waits for an answer: the hub looks every second */
#define ANSWER_MS 3000		/* a hub that is there has answered by then: the next bundle need not hold the same */
#define BAD_MAX 3		/* answers in a row that are none, before the way is no way */
#define STEP_NS INT64_C(20000000)

struct drop_job {
	struct sync_job base;
	struct drop *d;		/* NULL: nobody waits for it any more */
	char *path;
	bool write, evidence, at_end;
	struct carry_out *out;
	struct carry_in *in;
	struct carry_progress progress;
	enum status code;
	char why[NET_MESSAGE];
	struct carry_sent sent;
	struct carry_taken taken;
	struct sync_state state;
	struct arena a;
};

struct drop {
	struct online *o;
	struct hop *hop;
	struct drop_job *job;	/* under way */
	bool busy, stopped;		/* a job or an operation is under way; it waits for the way to end */
	char replica[KEY_ID];
	bool has_state, looked, asked_once, folder_made;
	bool resumes;		/* a bundle of an earlier time is still to be sent */
	struct sync_state state;	/* no strings of it */
	bool locked, barred;
	char why[NET_MESSAGE], notice[NET_MESSAGE];
	struct spool spool;
	uint64_t covered;	/* records that waited when the last bundle was made */
	uint64_t sent, received, from;
	int64_t asked_at, sent_at;
	unsigned int looks;
	unsigned int bad;		/* answers in a row that were none, or a refusal */
	int fd;
	struct parcel *at;	/* the one an operation is about */
	struct loop_timer *timer;
};

static void next(struct drop *d);

static int64_t now(void)
{
	return clock_boot_ms();
}

static void tell(struct drop *d, unsigned int what)
{
	if (d->o->host.changed)
		d->o->host.changed(d->o->host.data, what);
}

/* "FOLDER/in/REPLICA/NAME.bundle" on the server. */
static char *remote(const struct drop *d, const char *side, const char *name, const char *suffix)
{
	const char *root = d->o->plan.sftp.path;

	if (!*root)
		root = ".";
	return mem_printf("%s/%s/%s%s%s%s", strcmp(root, "/") ? root : "", side, d->replica, name ? "/" : "",
		name ? name : "", suffix);
}

static void later(void *data)
{
	struct drop *d = data;

	d->looked = false;
	next(d);
}

static void rest(struct drop *d)
{
	int64_t ms = (int64_t)LOOK_MIN_MS << (d->looks < 5 ? d->looks : 5);

	if (d->looks < 100)
		d->looks++;
	loop_cancel(d->o->loop, &d->timer);
	loop_after(d->o->loop, &d->timer, ms < LOOK_MAX_MS ? ms : LOOK_MAX_MS, "drop: look", later, d);
}

/* A server that answers so for ever, or a hub that refuses so, is not asked for ever. */
static void bad_answer(struct drop *d, enum net_failure f, const char *why)
{
	if (++d->bad < BAD_MAX) {
		rest(d);
		return;
	}
	d->stopped = true;
	way_failed(d->o, f, why);
}

/* ---- work on the store ---- */

static void work(struct sync_job *base, struct store *st)
{
	struct drop_job *j = (struct drop_job *)base;
	int64_t until = clock_mono_ns() + STEP_NS;
	struct carry_wish wish = { .path = j->path, .empty = true, .evidence = j->evidence };

	j->progress.what = "";
	if (j->write && !j->out)
		j->code = carry_out_begin(&j->out, st, &wish);
	else if (j->path && !j->write && !j->in)
		j->code = carry_in_begin(&j->in, st, j->path, false);
	while (j->path && j->code == STATUS_OK && j->progress.what && clock_mono_ns() < until)
		j->code = j->write ? carry_out_step(&j->progress, j->out, st) : carry_in_step(&j->progress, j->in, st);
	j->at_end = !j->path || j->code != STATUS_OK || !j->progress.what;
	if (!j->at_end)
		return;
	if (j->code != STATUS_OK)
		snprintf(j->why, sizeof(j->why), "%s", status_message());
	if (j->out)
		j->sent = *carry_out_sent(j->out);
	if (j->in)
		j->taken = *carry_in_taken(j->in);
	carry_out_end(j->out);
	carry_in_end(j->in);
	j->out = NULL;
	j->in = NULL;
	if (store_sync_state(&j->state, &j->a, st) != STATUS_OK)
		memset(&j->state, 0, sizeof(j->state));
}

static void job_free(struct drop_job *j)
{
	arena_done(&j->a);
	mem_free(j->path);
	mem_free(j);
}

static void take_state(struct drop *d, const struct drop_job *j)
{
	d->state = j->state;
	d->has_state = true;
	d->barred = !j->state.enrolled || j->state.revoked || !j->state.replica;
	if (d->barred)
		snprintf(d->why, sizeof(d->why), "%s", j->state.revoked ? "the hub lets this console in no more" :
			"enrolment is not finished; run: verdict join CODE");
	snprintf(d->replica, sizeof(d->replica), "%s", j->state.replica ? j->state.replica : "");
	if (d->resumes) {
		d->resumes = false;
		d->covered = j->state.unsent;
		d->asked_once = true;
		d->asked_at = now();
	}
	if (j->state.conflict)
		snprintf(d->notice, sizeof(d->notice), "%s", j->state.conflict);
}

static void made(struct drop *d, struct drop_job *j)
{
	if (j->code != STATUS_OK) {
		d->locked = j->code == STATUS_DENIED;
		snprintf(d->why, sizeof(d->why), "%s", j->why);
		if (!d->locked)
			way_failed(d->o, NET_CHILD, j->why);
		d->stopped = true;
		return;
	}
	spool_keep(&d->spool, j->path);
	d->covered = j->state.unsent;
	d->asked_at = now();
	d->asked_once = true;
}

static void taken(struct drop *d, struct drop_job *j)
{
	bool says = j->code == STATUS_OK && (j->taken.changed || j->taken.entries || !j->state.unsent);
	struct timespec when = d->at->made;

	if (j->code != STATUS_OK) {
		log_line(LOG_WARNING_, "drop: an answer cannot be taken: %s", j->why);
		snprintf(d->notice, sizeof(d->notice), "an answer from the drop cannot be taken: %.180s", j->why);
	}
	d->sent += j->taken.changed;
	d->received += j->taken.entries;
	spool_forget(&d->spool, d->at);
	d->at = NULL;
	d->covered = 0;		/* what waits now is in none */
	d->looks = 0;
	if (says) {
		d->bad = 0;
		spool_forget_older(&d->spool, &when);
	} else {
		bad_answer(d, NET_GARBLED, "what lies in the drop as the hub's answer answers nothing that waits here");
	}
	tell(d, SYNC_CHANGED_LINE | SYNC_CHANGED_RECEIPTS | SYNC_CHANGED_FEED | SYNC_CHANGED_NOTICE);
}

static void run_job(struct drop *d, struct drop_job *j)
{
	d->o->port.run(d->o->port.data, &j->base);
}

static void done(struct sync_job *base)
{
	struct drop_job *j = (struct drop_job *)base;
	struct drop *d = j->d;
	bool wrote = j->write, had_path = j->path != NULL;

	if (!d) {
		carry_out_end(j->out);
		carry_in_end(j->in);
		job_free(j);
		return;
	}
	if (!j->at_end) {
		run_job(d, j);
		return;
	}
	d->job = NULL;
	d->busy = false;
	take_state(d, j);
	if (wrote)
		made(d, j);
	else if (had_path)
		taken(d, j);
	job_free(j);
	tell(d, SYNC_CHANGED_LINE);
	next(d);
}

static void begin_job(struct drop *d, char *path, bool write)
{
	struct drop_job *j = mem_zalloc(sizeof(*j));

	j->base.work = work;
	j->base.done = done;
	j->d = d;
	j->path = path;
	j->write = write;
	j->evidence = d->o->plan.evidence;
	arena_init(&j->a);
	d->job = j;
	d->busy = true;
	run_job(d, j);
}

static void make_bundle(struct drop *d)
{
	char *path = spool_begin(&d->spool);

	if (path) {
		begin_job(d, path, true);
		return;
	}
	way_failed(d->o, NET_CHILD, status_message());
	d->stopped = true;
}

/* ---- operations on the server ---- */

static void close_file(struct drop *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

static void moved(uint64_t got, uint64_t total, uint64_t sent, void *data)
{
	struct drop *d = data;

	(void)total, (void)sent;
	if (d->from + got > d->o->moved_high)
		d->o->moved_high = d->from + got;
	tell(d, SYNC_CHANGED_LINE);
}

static void operate(struct drop *d, enum hop_verb verb, char *path, char *to, uint64_t from, uint64_t max, hop_done_cb cb)
{
	struct hop_work w = { .verb = verb, .path = path, .to = to, .fd = d->fd, .from = from, .max = max };

	d->busy = true;
	d->from = from;
	hop_do(d->hop, &w, cb, moved, d);
	mem_free(path);
	mem_free(to);
}

/* What the server refused; the way is no way then. */
static void refused(struct drop *d, const struct hop_done *r)
{
	d->busy = false;
	d->stopped = true;
	close_file(d);
	way_failed(d->o, r->result == HOP_NO_ROOM ? NET_FULL : NET_DENIED, r->why);
}

static void on_renamed(const struct hop_done *r, void *data)
{
	struct drop *d = data;

	if (r->result != HOP_GOOD) {
		refused(d, r);
		return;
	}
	d->busy = false;
	spool_sent(&d->spool, d->at);
	d->at = NULL;
	d->looks = 0;
	d->sent_at = now();
	next(d);
}

/* Through: what comes next is another file. */
static void moved_all(struct drop *d)
{
	d->o->moved += d->o->moved_high;
	d->o->moved_high = 0;
}

static void on_put(const struct hop_done *r, void *data)
{
	struct drop *d = data;

	close_file(d);
	if (r->result != HOP_GOOD) {
		refused(d, r);
		return;
	}
	moved_all(d);
	operate(d, HOP_RENAME, remote(d, "in", d->at->name, ".part"), remote(d, "in", d->at->name, ".bundle"), 0, 0,
		on_renamed);
}

static void on_part(const struct hop_done *r, void *data)
{
	struct drop *d = data;
	char *path = spool_path(&d->spool, d->at->name, ".bundle");
	uint64_t from = r->result == HOP_GOOD ? r->size : 0;
	struct stat sb;

	d->busy = false;
	if (io_open_regular(&d->fd, path) != STATUS_OK || fstat(d->fd, &sb) != 0) {
		d->stopped = true;
		way_failed(d->o, NET_CHILD, status_message());
	} else {
		if (from > (uint64_t)sb.st_size)
			from = 0;
		operate(d, HOP_PUT, remote(d, "in", d->at->name, ".part"), NULL, from, 0, on_put);
	}
	mem_free(path);
}

static void on_folder(const struct hop_done *r, void *data)
{
	struct drop *d = data;

	(void)r;		/* it may be there; where it is not, the upload says so */
	d->folder_made = true;
	operate(d, HOP_SIZE, remote(d, "in", d->at->name, ".part"), NULL, 0, 0, on_part);
}

static void upload(struct drop *d, struct parcel *p)
{
	d->at = p;
	if (d->folder_made)
		operate(d, HOP_SIZE, remote(d, "in", p->name, ".part"), NULL, 0, 0, on_part);
	else
		operate(d, HOP_MKDIR, remote(d, "in", NULL, ""), NULL, 0, 0, on_folder);
}

static void on_refusal(struct drop *d)
{
	char text[REASON_MAX + 1], *path = spool_path(&d->spool, d->at->name, ".receipts");
	ssize_t n = pread(d->fd, text, REASON_MAX, 0);

	text[n > 0 ? n : 0] = '\0';
	snprintf(d->notice, sizeof(d->notice), "the hub does not take what this console left in the drop: %.150s", text);
	spool_forget(&d->spool, d->at);
	d->at = NULL;
	mem_free(path);
	d->covered = 0;		/* what it held waits again */
	tell(d, SYNC_CHANGED_NOTICE);
	bad_answer(d, NET_DENIED, d->notice);
}

static void on_got(const struct hop_done *r, void *data)
{
	struct drop *d = data;
	struct parcel *p = d->at;
	struct stat sb;

	d->busy = false;
	if (r->result == HOP_MISSING || (r->result == HOP_GOOD && p->refused)) {
		p->answered = false;
		if (r->result == HOP_GOOD) {
			on_refusal(d);
		} else {
			d->at = NULL;
			bad_answer(d, NET_GARBLED, "the drop lists an answer that is not there");
		}
		close_file(d);
		return;
	}
	if (r->result != HOP_GOOD) {
		refused(d, r);
		return;
	}
	if (fstat(d->fd, &sb) != 0 || (uint64_t)sb.st_size < p->answer) {	/* shorter than told: again from here */
		close_file(d);
		d->at = NULL;
		bad_answer(d, NET_GARBLED, "the drop holds less of an answer than it lists");
		return;
	}
	close_file(d);
	moved_all(d);
	begin_job(d, spool_path(&d->spool, p->name, ".receipts"), false);
}

static bool has_room(int fd, uint64_t bytes)
{
	struct statvfs vfs;

	return fstatvfs(fd, &vfs) != 0 || (uint64_t)vfs.f_bavail * vfs.f_frsize >= bytes + ROOM_LEFT;
}

static void no_room(struct drop *d, const struct parcel *p)
{
	char *path = spool_path(&d->spool, p->name, ".receipts"), why[NET_MESSAGE];

	close_file(d);
	(void)io_unlink(path);
	mem_free(path);
	d->at = NULL;
	d->stopped = true;
	snprintf(why, sizeof(why), "an answer of %llu MiB lies in the drop, and this disk has no room for it; make some",
		(unsigned long long)(p->answer >> 20) + 1);
	way_failed(d->o, NET_CHILD, why);
}

static void download(struct drop *d, struct parcel *p)
{
	char *path = spool_path(&d->spool, p->name, ".receipts");
	uint64_t from = 0, max = p->refused ? REASON_MAX : p->answer;
	struct stat sb;

	d->at = p;
	if (io_open(&d->fd, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600) == STATUS_OK && fstat(d->fd, &sb) == 0)
		from = (uint64_t)sb.st_size;
	mem_free(path);
	if (d->fd >= 0 && (from > max || p->refused)) {		/* of another answer */
		from = 0;
		if (io_truncate(d->fd, "answer", 0) != STATUS_OK)
			close_file(d);
	}
	if (d->fd < 0) {
		d->stopped = true;
		way_failed(d->o, NET_CHILD, status_message());
		return;
	}
	if (!has_room(d->fd, max - from)) {
		no_room(d, p);
		return;
	}
	operate(d, HOP_GET, remote(d, "out", p->name, p->refused ? ".refused" : ".receipts"), NULL, from, max - from, on_got);
}

static void on_listed(const struct hop_done *r, void *data)
{
	struct drop *d = data;
	size_t i;

	d->busy = false;
	d->looked = true;
	if (r->result != HOP_GOOD && r->result != HOP_MISSING) {
		refused(d, r);
		return;
	}
	for (i = 0; i < r->n_entries; i++)
		spool_listed(&d->spool, r->entries[i].name, r->entries[i].size);
	next(d);
}

/* ---- what is next ---- */

static bool bundle_due(const struct drop *d)
{
	if (d->spool.n == PARCELS_MAX || (d->spool.n && now() - d->sent_at < ANSWER_MS))
		return false;
	if (d->state.unsent > d->covered || !d->asked_once)
		return true;
	return d->spool.n == 0 && now() - d->asked_at > ASK_MS;
}

static void next(struct drop *d)
{
	struct parcel *p;

	if (d->busy || d->stopped)
		return;
	if (!d->has_state) {
		begin_job(d, NULL, false);
	} else if (d->barred) {
		d->stopped = true;
	} else if (!d->looked) {
		operate(d, HOP_LIST, remote(d, "out", NULL, ""), NULL, 0, 0, on_listed);
	} else if ((p = spool_find(&d->spool, true))) {
		download(d, p);
	} else if ((p = spool_find(&d->spool, false))) {
		upload(d, p);
	} else if (bundle_due(d)) {
		make_bundle(d);
	} else {
		if (d->spool.n && d->sent_at && now() - d->sent_at > PATIENCE_MS)
			d->o->gave_up = true;
		rest(d);
		tell(d, SYNC_CHANGED_LINE);
	}
}

/* ---- what the ways call ---- */

struct drop *drop_new(struct online *o, struct hop *hop)
{
	struct drop *d = mem_zalloc(sizeof(*d));

	d->o = o;
	d->hop = hop;
	d->fd = -1;
	d->resumes = spool_load(&d->spool, o->plan.spool);
	d->sent_at = now();
	next(d);
	return d;
}

void drop_free(struct drop *d)
{
	if (!d)
		return;
	if (d->job)
		d->job->d = NULL;
	loop_cancel(d->o->loop, &d->timer);
	close_file(d);
	mem_free(d);
}

void drop_now(struct drop *d)
{
	d->looks = 0;
	d->looked = false;
	if (!d->job && !d->busy) {
		loop_cancel(d->o->loop, &d->timer);
		d->has_state = false;	/* something may have been saved */
		next(d);
	}
}

bool drop_busy(const struct drop *d)
{
	return d->job != NULL;
}

bool drop_settled(const struct drop *d)
{
	return d->has_state && d->asked_once && d->spool.n == 0 && d->state.unsent == 0 && !d->busy;
}

void drop_status(struct sync_status *out, const struct drop *d)
{
	out->line = d->locked ? SYNC_LOCKED : d->barred ? SYNC_BARRED : SYNC_ONLINE;
	snprintf(out->why, sizeof(out->why), "%s", d->why);
	if (d->spool.n && !d->why[0])
		snprintf(out->why, sizeof(out->why), "what was sent lies in the drop; the hub has not answered yet");
	snprintf(out->notice, sizeof(out->notice), "%s", d->notice);
	out->failure = NET_NO_FAILURE;
	out->unsent = d->state.unsent;
	out->refused = d->state.refused;
	out->cursor = d->state.cursor;
	out->head = d->state.head > d->state.cursor ? d->state.head : d->state.cursor;
	out->root = d->state.root;
	out->pushing = d->at && !d->at->answered;
	out->pulling = d->at && d->at->answered;
	out->sent = d->sent;
	out->received = d->received;
	out->evidence_left = out->evidence_bytes = 0;
	out->moved = d->o->moved + d->o->moved_high;
	out->held = "sftp";
}
