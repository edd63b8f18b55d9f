/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TI into the database, with its participants, steps, evidence and history. The busiest part of an
 * import: a hundred thousand of them pass here. Store layer; the store's thread, inside the import's
 * transaction.
 */
#include "import_priv.h"

enum hot { HOT_TI, HOT_TI_AGAIN, HOT_TI_FEED, HOT_OLD, HOT_TEXT, HOT_PARTICIPANT, HOT_STEP, HOT_EVIDENCE, HOT_HISTORY, HOT_DIGESTS,
	HOT_FORGET_TEXT, HOT_FORGET_PARTICIPANT, HOT_FORGET_STEP, HOT_FORGET_EVIDENCE, HOT_FORGET_HISTORY, HOT_COUNT };
_Static_assert(HOT_COUNT <= sizeof(((struct import *)0)->hot) / sizeof(sqlite3_stmt *), "room for hot statements");

#define TI_COLUMNS "INSERT INTO ti (id, test, ref_status, revision, since, ref_claim_by, ref_claim_until, status, rank, flags, " \
	"claim, claim_by, source, source_country, target, target_country, place, teams, round) " \
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?3, ?8, 0, 0, '', ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT (id) DO "

/* Before the lines of an event that is here already, every rank is set to -1: what still has it has not come. */
static const char *const hot_sql[HOT_COUNT] = {
	[HOT_TI] = TI_COLUMNS "NOTHING",
	[HOT_TI_AGAIN] = TI_COLUMNS "UPDATE SET test = ?2, ref_status = ?3, revision = ?4, since = ?5, ref_claim_by = ?6, "
		"ref_claim_until = ?7, status = ?3, rank = ?8, flags = 0, claim = 0, claim_by = '', source = ?9, "
		"source_country = ?10, target = ?11, target_country = ?12, place = ?13, teams = ?14 WHERE rank = -1",
	[HOT_TI_FEED] = TI_COLUMNS "UPDATE SET test = ?2, ref_status = ?3, revision = ?4, since = ?5, ref_claim_by = ?6, "
		"ref_claim_until = ?7, source = ?9, source_country = ?10, target = ?11, target_country = ?12, place = ?13, "
		"teams = ?14, round = ?15",
	[HOT_OLD] = "SELECT key, ref_status, revision FROM ti WHERE id = ?1",
	[HOT_TEXT] = "INSERT INTO ti_text (ti, description, permalink) VALUES (?1, ?2, ?3)",
	[HOT_PARTICIPANT] = "INSERT INTO participant (ti, n, role, system, test) VALUES (?1, ?2, ?3, ?4, ?5)",
	[HOT_STEP] = "INSERT INTO step (ti, n, status) VALUES (?1, ?2, ?3)",
	[HOT_EVIDENCE] = ("INSERT INTO evidence (ti, n, step, sha256, size, name, kind, url) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
	[HOT_HISTORY] = "INSERT INTO history (ti, n, at, who, kind, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[HOT_DIGESTS] = "SELECT sha256 FROM evidence WHERE ti = ?1 ORDER BY n",
	[HOT_FORGET_TEXT] = "DELETE FROM ti_text WHERE ti = ?1",
	[HOT_FORGET_PARTICIPANT] = "DELETE FROM participant WHERE ti = ?1",
	[HOT_FORGET_STEP] = "DELETE FROM step WHERE ti = ?1",
	[HOT_FORGET_EVIDENCE] = "DELETE FROM evidence WHERE ti = ?1",
	[HOT_FORGET_HISTORY] = "DELETE FROM history WHERE ti = ?1",
};

#define TEAMS_MAX 262144	/* PACK_PARTICIPANTS_MAX names */

static enum status hot(sqlite3_stmt **out, struct import *im, enum hot which)
{
	enum status code = STATUS_OK;

	if (!im->hot[which])
		code = sql_get(&im->hot[which], im->st, hot_sql[which]);
	*out = im->hot[which];
	return code;
}

static enum status write_participants(struct import *im, const struct pack_instance *t, int64_t key)
{
	sqlite3_stmt *s;
	enum status code = hot(&s, im, HOT_PARTICIPANT);
	size_t i;

	for (i = 0; i < t->n_participants && code == STATUS_OK; i++) {
		sqlite3_bind_int64(s, 1, key);
		sqlite3_bind_int64(s, 2, (int64_t)i + 1);
		sqlite3_bind_int64(s, 3, t->participants[i].role);
		sql_bind_text(s, 4, t->participants[i].id);
		sqlite3_bind_int64(s, 5, t->test->key);
		code = import_run(im, s);
	}
	return code;
}

static enum status write_steps(struct import *im, const struct pack_instance *t, int64_t key)
{
	sqlite3_stmt *s;
	enum status code = hot(&s, im, HOT_STEP);
	unsigned int i;

	for (i = 0; i < t->test->n_steps && code == STATUS_OK; i++) {
		sqlite3_bind_int64(s, 1, key);
		sqlite3_bind_int64(s, 2, t->test->steps[i]);
		sql_bind_text(s, 3, t->steps[i]);
		code = import_run(im, s);
		im->report.steps++;
	}
	return code;
}

static enum status write_evidence(struct import *im, const struct pack_instance *t, int64_t key)
{
	sqlite3_stmt *s;
	enum status code = import_bodies(im, t);
	size_t i;

	if (code == STATUS_OK)
		code = hot(&s, im, HOT_EVIDENCE);
	for (i = 0; i < t->n_evidence && code == STATUS_OK; i++) {
		const struct pack_evidence *e = &t->evidence[i];

		sqlite3_bind_int64(s, 1, key);
		sqlite3_bind_int64(s, 2, e->n);
		sqlite3_bind_int64(s, 3, e->step);
		sql_bind_digest(s, 4, &e->sha256);
		sqlite3_bind_int64(s, 5, e->size);
		sql_bind_text(s, 6, e->name);
		sql_bind_text(s, 7, e->kind);
		sql_bind_text(s, 8, e->url);
		code = import_run(im, s);
	}
	return code;
}

static enum status write_history(struct import *im, const struct pack_instance *t, int64_t key)
{
	sqlite3_stmt *s;
	enum status code = hot(&s, im, HOT_HISTORY);
	size_t i;

	for (i = 0; i < t->n_history && code == STATUS_OK; i++) {
		const struct pack_history *h = &t->history[i];

		sqlite3_bind_int64(s, 1, key);
		sqlite3_bind_int64(s, 2, (int64_t)i + 1);
		sqlite3_bind_int64(s, 3, h->at);
		sql_bind_text(s, 4, h->who);
		sql_bind_text(s, 5, h->kind);
		sql_bind_text(s, 6, h->text);
		code = import_run(im, s);
	}
	return code;
}

static enum status write_text(struct import *im, const struct pack_instance *t, int64_t key)
{
	sqlite3_stmt *s;
	enum status code;

	if (!t->has_text)
		return STATUS_OK;
	code = hot(&s, im, HOT_TEXT);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, key);
	sql_bind_text(s, 2, t->description);
	sql_bind_text(s, 3, t->permalink);
	return import_run(im, s);
}

/* Are these the digests the TI had, in order? */
static enum status same_evidence(bool *out, struct import *im, int64_t key, const struct pack_instance *t)
{
	sqlite3_stmt *s = NULL;
	struct digest d;
	size_t i = 0;
	enum status code = hot(&s, im, HOT_DIGESTS);

	*out = true;
	if (code == STATUS_OK) {
		sqlite3_bind_int64(s, 1, key);
		code = sql_row(im->st, s);
	}
	for (; code == STATUS_OK && *out; code = sql_row(im->st, s)) {
		*out = i < t->n_evidence && sql_digest(&d, s, 0) && digest_equal(&d, &t->evidence[i].sha256);
		if (!*out)
			break;
		i++;
	}
	sqlite3_reset(s);
	*out = *out && i == t->n_evidence;
	return code == STATUS_NOT_FOUND ? STATUS_OK : code;
}

static enum status forget(struct import *im, int64_t key)
{
	enum status code = STATUS_OK;
	sqlite3_stmt *s;
	int i;

	for (i = HOT_FORGET_TEXT; i <= HOT_FORGET_HISTORY && code == STATUS_OK; i++) {
		code = hot(&s, im, (enum hot)i);
		if (code == STATUS_OK) {
			sqlite3_bind_int64(s, 1, key);
			code = import_run(im, s);
		}
	}
	return code;
}

/*
 * The same event again: the TI keeps its key, its parts are replaced. A sender who counts no revisions gets
 * one for every import that changes status or evidence.
 */
static enum status replace(int64_t *key_out, int64_t *revision_out, struct import *im, const struct pack_instance *t)
{
	sqlite3_stmt *s;
	bool same = true;
	int64_t key, revision, status;
	enum status code = hot(&s, im, HOT_OLD);

	if (code == STATUS_OK) {
		sql_bind_text(s, 1, t->id);
		code = sql_row(im->st, s);
	}
	if (code == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (code != STATUS_OK)
		return code;
	key = sqlite3_column_int64(s, 0);
	status = sqlite3_column_int64(s, 1);
	revision = sqlite3_column_int64(s, 2);
	sqlite3_reset(s);
	if (!t->has_revision) {
		code = same_evidence(&same, im, key, t);
		*revision_out = same && status == (int64_t)t->status ? revision : revision + 1;
	}
	*key_out = key;
	return code == STATUS_OK ? forget(im, key) : code;
}

/* First participant of the test's role `n`. */
static const struct pack_system_ref *of_role(const struct pack_instance *t, unsigned int n)
{
	static const struct pack_system_ref none = { "", "", "", NULL };
	size_t i;

	for (i = 0; i < t->n_participants; i++)
		if (t->participants[i].role == n)
			return t->participants[i].system;
	return &none;
}

/* Each organisation once, in the order of the participants. */
static void team_words(struct buf *out, const struct pack_instance *t)
{
	const struct pack_participant *p = t->participants;
	size_t i, k;

	for (i = 0; i < t->n_participants; i++) {
		for (k = 0; k < i && p[k].system->organisation != p[i].system->organisation; k++)
			;
		if (k < i)
			continue;
		if (out->len)
			buf_addc(out, ' ');
		buf_adds(out, p[i].system->organisation->words);
	}
}

static enum status write_ti(int64_t *key, struct import *im, const struct pack_instance *t, int64_t revision)
{
	const struct pack_system_ref *from = of_role(t, 1), *to = of_role(t, 2);
	struct buf teams;
	sqlite3_stmt *s;
	enum status code = hot(&s, im, im->feed ? HOT_TI_FEED : im->again ? HOT_TI_AGAIN : HOT_TI);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, t->id);
	sqlite3_bind_int64(s, 2, t->test->key);
	sqlite3_bind_int64(s, 3, t->status);
	sqlite3_bind_int64(s, 4, revision);
	sqlite3_bind_int64(s, 5, t->since);
	sql_bind_text(s, 6, t->claim_by);
	sqlite3_bind_int64(s, 7, t->claim_until);
	sqlite3_bind_int64(s, 8, ti_rank_of(t->status, false, false));
	sql_bind_text(s, 9, from->name);
	sql_bind_text(s, 10, from->country);
	sql_bind_text(s, 11, to->name);
	sql_bind_text(s, 12, to->country);
	sql_bind_text(s, 13, t->participants[0].system->table);
	buf_init(&teams, TEAMS_MAX);
	team_words(&teams, t);
	sql_bind_text(s, 14, buf_str(&teams));
	sqlite3_bind_int64(s, 15, im->round);
	code = import_run(im, s);
	buf_done(&teams);
	if (code == STATUS_OK && sqlite3_changes(im->st->db) == 0)
		return pack_fail_at(im->pack, "id", "\"%s\" occurs twice", t->id);
	im->last_new = *key == 0;
	if (*key == 0)
		*key = sqlite3_last_insert_rowid(im->st->db);
	return code;
}

enum status import_instance(void *data, const struct pack_instance *t)
{
	struct import *im = data;
	int64_t key = 0, revision = t->revision;
	enum status code = STATUS_OK;

	results_touch(im->st, t->id);
	if (im->again)
		code = replace(&key, &revision, im, t);
	if (code == STATUS_OK)
		code = write_ti(&key, im, t, revision);
	if (code == STATUS_OK)
		code = write_text(im, t, key);
	if (code == STATUS_OK)
		code = write_participants(im, t, key);
	if (code == STATUS_OK)
		code = write_steps(im, t, key);
	if (code == STATUS_OK && t->n_evidence)
		code = write_evidence(im, t, key);
	if (code == STATUS_OK && t->n_history)
		code = write_history(im, t, key);
	im->report.instances++;
	return code;
}
