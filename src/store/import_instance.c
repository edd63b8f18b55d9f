/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of instances.ndjson into the database: the TI with its participants, steps, evidence and history.
 * The busiest part of an import: a hundred thousand lines pass here. Store layer; the store's thread,
 * inside the import's transaction.
 */
#include "import_priv.h"

#include <string.h>

enum hot { HOT_TI, HOT_TI_AGAIN, HOT_OLD, HOT_TEXT, HOT_PARTICIPANT, HOT_STEP, HOT_EVIDENCE, HOT_HISTORY, HOT_DIGESTS,
	HOT_FORGET_TEXT, HOT_FORGET_PARTICIPANT, HOT_FORGET_STEP, HOT_FORGET_EVIDENCE, HOT_FORGET_HISTORY, HOT_COUNT };
_Static_assert(HOT_COUNT <= sizeof(((struct import *)0)->hot) / sizeof(sqlite3_stmt *), "room for hot statements");

#define TI_COLUMNS "INSERT INTO ti (id, test, ref_status, revision, since, ref_claim_by, ref_claim_until, status, rank, flags, " \
	"claim, claim_by, source, source_country, target, target_country, place, teams) " \
	"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?3, ?8, 0, 0, '', ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT (id) DO "

/* Before the lines of an event that is here already, every rank is set to -1: what still has it has not come. */
static const char *const hot_sql[HOT_COUNT] = {
	[HOT_TI] = TI_COLUMNS "NOTHING",
	[HOT_TI_AGAIN] = TI_COLUMNS "UPDATE SET test = ?2, ref_status = ?3, revision = ?4, since = ?5, ref_claim_by = ?6, "
		"ref_claim_until = ?7, status = ?3, rank = ?8, flags = 0, claim = 0, claim_by = '', source = ?9, "
		"source_country = ?10, target = ?11, target_country = ?12, place = ?13, teams = ?14 WHERE rank = -1",
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

static enum status hot(sqlite3_stmt **out, struct import *im, enum hot which)
{
	enum status code = STATUS_OK;

	if (!im->hot[which])
		code = sql_get(&im->hot[which], im->st, hot_sql[which]);
	*out = im->hot[which];
	return code;
}

#define TEAMS_MAX 262144	/* PACK_PARTICIPANTS_MAX names */

enum { ID, TEST, STATUS, SINCE, REVISION, PARTICIPANTS, STEPS, EVIDENCE, HISTORY, DESCRIPTION, PERMALINK, CLAIM, COUNT };
static const struct field instance_fields[COUNT] = {
	[ID] = { "id", FIELD_ID, true, 0, 0 }, [TEST] = { "test", FIELD_ID, true, 0, 0 },
	[STATUS] = { "status", FIELD_NAME, true, 0, 0 }, [SINCE] = { "since", FIELD_TIME, true, 0, 0 },
	[REVISION] = { "revision", FIELD_WHOLE, false, 0, 1000000000 },
	[PARTICIPANTS] = { "participants", FIELD_LIST, true, 0, PACK_PARTICIPANTS_MAX },
	[STEPS] = { "steps", FIELD_LIST, false, 0, PACK_STEPS_MAX },
	[EVIDENCE] = { "evidence", FIELD_LIST, false, 0, PACK_EVIDENCE_MAX },
	[HISTORY] = { "history", FIELD_LIST, false, 0, PACK_HISTORY_MAX },
	[DESCRIPTION] = { "description", FIELD_DESCRIPTION, false, 0, 0 },
	[PERMALINK] = { "permalink", FIELD_NAME, false, 0, 0 }, [CLAIM] = { "claim", FIELD_RECORD, false, 0, 0 },
};

/* A TI as far as it was read, while its parts are written. */
struct ti {
	int64_t key;
	const struct import_test *test;
	enum ti_status status;
	int64_t revision;
	const char *claim_by;
	int64_t claim_until;
	struct taking_part { unsigned int role; const char *id; const struct import_system *system; }
		part[PACK_PARTICIPANTS_MAX];
	size_t n_parts;
	const char *steps[PACK_STEPS_MAX];	/* status of each step of the test, NULL: activated */
	uint64_t numbers[10000 / 64 + 1];	/* evidence numbers in use */
};

static enum status participant(struct import *im, const struct json *v, size_t index, void *data)
{
	static const struct field fields[] = { { "role", FIELD_ID, true, 0, 0 }, { "system", FIELD_ID, true, 0, 0 } };
	struct ti *t = data;
	struct taking_part *p = &t->part[index];
	struct found f[2];
	unsigned int i;
	enum status code = import_fields(f, im, v, fields, 2);

	if (code != STATUS_OK)
		return code;
	for (i = 0; i < t->test->n_roles && strcmp(t->test->roles[i].label, f[0].text) != 0; i++)
		;
	if (i == t->test->n_roles)
		return import_fail_at(im, "role", "the test has no role \"%s\"", f[0].text);
	p->role = i + 1;
	p->id = f[1].text;
	p->system = map_get(im->systems, p->id);
	if (!p->system)
		return import_fail_at(im, "system", "no system \"%s\"", p->id);
	t->n_parts = index + 1;
	return STATUS_OK;
}

/* Position of step n in the test, or its number of steps. */
static unsigned int step_at(const struct import_test *t, int64_t n)
{
	unsigned int i;

	if (n >= 1 && n <= t->n_steps && t->steps[n - 1] == n)	/* nearly always */
		return (unsigned int)n - 1;
	for (i = 0; i < t->n_steps && t->steps[i] != n; i++)
		;
	return i;
}

static enum status step(struct import *im, const struct json *v, size_t index, void *data)
{
	static const struct field fields[] = { { "n", FIELD_WHOLE, true, 1, 999 }, { "status", FIELD_NAME, true, 0, 0 } };
	static const char *const words[] = { "activated", "done", "failed", "skipped", NULL };
	struct ti *t = data;
	struct found f[2];
	unsigned int at;
	int word;
	enum status code = import_fields(f, im, v, fields, 2);

	(void)index;
	if (code == STATUS_OK)
		code = import_word(&word, im, "status", f[1].text, words);
	if (code != STATUS_OK)
		return code;
	at = step_at(t->test, f[0].whole);
	if (at == t->test->n_steps)
		return import_fail_at(im, "n", "the test has no step %lld", (long long)f[0].whole);
	if (t->steps[at])
		return import_fail_at(im, "n", "step %lld occurs twice", (long long)f[0].whole);
	t->steps[at] = words[word];
	return STATUS_OK;
}

static enum status write_participants(struct import *im, const struct ti *t)
{
	sqlite3_stmt *s;
	enum status code = hot(&s, im, HOT_PARTICIPANT);
	size_t i;

	for (i = 0; i < t->n_parts && code == STATUS_OK; i++) {
		sqlite3_bind_int64(s, 1, t->key);
		sqlite3_bind_int64(s, 2, (int64_t)i + 1);
		sqlite3_bind_int64(s, 3, t->part[i].role);
		sql_bind_text(s, 4, t->part[i].id);
		sqlite3_bind_int64(s, 5, t->test->key);
		code = import_run(im, s);
	}
	return code;
}

static enum status write_steps(struct import *im, const struct ti *t)
{
	sqlite3_stmt *s;
	enum status code = hot(&s, im, HOT_STEP);
	unsigned int i;

	for (i = 0; i < t->test->n_steps && code == STATUS_OK; i++) {
		sqlite3_bind_int64(s, 1, t->key);
		sqlite3_bind_int64(s, 2, t->test->steps[i]);
		sql_bind_text(s, 3, t->steps[i] ? t->steps[i] : "activated");
		code = import_run(im, s);
		im->report.steps++;
	}
	return code;
}

static enum status evidence(struct import *im, const struct json *v, size_t index, void *data)
{
	enum { N, STEP, NAME, KIND, SHA, SIZE, FILE_, URL, FIELDS };
	static const struct field fields[FIELDS] = {
		[N] = { "n", FIELD_WHOLE, true, 1, 9999 }, [STEP] = { "step", FIELD_WHOLE, false, 0, 999 },
		[NAME] = { "name", FIELD_NAME, true, 0, 0 }, [KIND] = { "kind", FIELD_NAME, false, 0, 0 },
		[SHA] = { "sha256", FIELD_NAME, true, 0, 0 }, [SIZE] = { "size", FIELD_WHOLE, true, 0, PACK_BODY_MAX },
		[FILE_] = { "file", FIELD_NAME, false, 0, 0 }, [URL] = { "url", FIELD_NAME, false, 0, 0 },
	};
	struct ti *t = data;
	struct found f[FIELDS];
	struct digest d;
	sqlite3_stmt *s;
	enum status code = import_fields(f, im, v, fields, FIELDS);

	(void)index;
	if (code != STATUS_OK)
		return code;
	if (t->numbers[f[N].whole / 64] >> (f[N].whole % 64) & 1)
		return import_fail_at(im, "n", "evidence %lld occurs twice", (long long)f[N].whole);
	t->numbers[f[N].whole / 64] |= UINT64_C(1) << (f[N].whole % 64);
	if (f[STEP].whole && step_at(t->test, f[STEP].whole) == t->test->n_steps)
		return import_fail_at(im, "step", "the test has no step %lld", (long long)f[STEP].whole);
	if (!digest_parse(&d, f[SHA].text))
		return import_fail_at(im, "sha256", "not 64 lower-case hexadecimal digits");
	code = import_body(im, f[FILE_].text, &d, f[SIZE].whole);
	if (code == STATUS_OK)
		code = hot(&s, im, HOT_EVIDENCE);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, t->key);
	sqlite3_bind_int64(s, 2, f[N].whole);
	sqlite3_bind_int64(s, 3, f[STEP].whole);
	sql_bind_digest(s, 4, &d);
	sqlite3_bind_int64(s, 5, f[SIZE].whole);
	sql_bind_text(s, 6, f[NAME].text);
	sql_bind_text(s, 7, f[KIND].text);
	sql_bind_text(s, 8, f[URL].text);
	return import_run(im, s);
}

static enum status history(struct import *im, const struct json *v, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "at", FIELD_TIME, true, 0, 0 }, { "who", FIELD_NAME, true, 0, 0 }, { "kind", FIELD_NAME, true, 0, 0 },
		{ "text", FIELD_TEXT, false, 0, 0 },
	};
	static const char *const kinds[] = { "status", "comment", "claim", "release", "evidence", "verdict", NULL };
	const struct ti *t = data;
	struct found f[4];
	sqlite3_stmt *s;
	int kind;
	enum status code = import_fields(f, im, v, fields, 4);

	if (code == STATUS_OK)
		code = import_word(&kind, im, "kind", f[2].text, kinds);
	if (code == STATUS_OK)
		code = hot(&s, im, HOT_HISTORY);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, t->key);
	sqlite3_bind_int64(s, 2, (int64_t)index + 1);
	sqlite3_bind_int64(s, 3, f[0].whole);
	sql_bind_text(s, 4, f[1].text);
	sql_bind_text(s, 5, kinds[kind]);
	sql_bind_text(s, 6, f[3].text);
	return import_run(im, s);
}

static enum status claim(struct import *im, struct ti *t, const struct json *v)
{
	static const struct field fields[] = { { "by", FIELD_ID, true, 0, 0 }, { "until", FIELD_TIME, false, 0, 0 } };
	struct found f[2];
	enum status code;

	t->claim_by = "";
	if (!v)
		return STATUS_OK;
	import_enter(im, "claim", -1);
	code = import_fields(f, im, v, fields, 2);
	if (code == STATUS_OK && !map_get(im->persons, f[0].text))
		code = import_fail_at(im, "by", "no person \"%s\"", f[0].text);
	import_leave(im);
	t->claim_by = f[0].text;
	t->claim_until = f[1].whole;
	return code;
}

static enum status write_text(struct import *im, const struct ti *t, const struct found *f)
{
	sqlite3_stmt *s;
	enum status code;

	if (!f[DESCRIPTION].given && !f[PERMALINK].given)
		return STATUS_OK;
	code = hot(&s, im, HOT_TEXT);
	if (code != STATUS_OK)
		return code;
	sqlite3_bind_int64(s, 1, t->key);
	sql_bind_text(s, 2, f[DESCRIPTION].text);
	sql_bind_text(s, 3, f[PERMALINK].text);
	return import_run(im, s);
}

/* Are these the digests the TI had, in order? */
static enum status same_evidence(bool *out, struct import *im, int64_t key, const struct json *list)
{
	const struct json *v = list ? list->first : NULL, *field;
	char hex[DIGEST_HEX];
	struct digest d;
	sqlite3_stmt *s = NULL;
	enum status code = hot(&s, im, HOT_DIGESTS);

	*out = true;
	if (code == STATUS_OK) {
		sqlite3_bind_int64(s, 1, key);
		code = sql_row(im->st, s);
	}
	for (; code == STATUS_OK && *out; code = sql_row(im->st, s)) {
		*out = v && sql_digest(&d, s, 0);
		if (!*out)
			break;
		digest_hex(hex, &d);
		for (field = v->first; field && strcmp(field->key, "sha256") != 0; field = field->next)
			;
		*out = field && field->type == JSON_TEXT && strcmp(field->text, hex) == 0;
		v = v->next;
	}
	sqlite3_reset(s);
	*out = *out && !v;
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
static enum status replace(struct import *im, struct ti *t, const struct found *f)
{
	sqlite3_stmt *s;
	bool same = true;
	int64_t revision, status;
	enum status code = hot(&s, im, HOT_OLD);

	if (code == STATUS_OK) {
		sql_bind_text(s, 1, f[ID].text);
		code = sql_row(im->st, s);
	}
	if (code == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (code != STATUS_OK)
		return code;
	t->key = sqlite3_column_int64(s, 0);
	status = sqlite3_column_int64(s, 1);
	revision = sqlite3_column_int64(s, 2);
	sqlite3_reset(s);
	if (!f[REVISION].given) {
		code = same_evidence(&same, im, t->key, f[EVIDENCE].json);
		t->revision = same && status == (int64_t)t->status ? revision : revision + 1;
	}
	return code == STATUS_OK ? forget(im, t->key) : code;
}

/* First participant of the test's role `n`. */
static const struct import_system *of_role(const struct ti *t, unsigned int n)
{
	static const struct import_system none = { "", "", "", NULL };
	size_t i;

	for (i = 0; i < t->n_parts; i++)
		if (t->part[i].role == n)
			return t->part[i].system;
	return &none;
}

/* Each organisation once, in the order of the participants. */
static void team_words(struct buf *out, const struct ti *t)
{
	size_t i, k;

	for (i = 0; i < t->n_parts; i++) {
		for (k = 0; k < i && t->part[k].system->organisation != t->part[i].system->organisation; k++)
			;
		if (k < i)
			continue;
		if (out->len)
			buf_addc(out, ' ');
		buf_adds(out, t->part[i].system->organisation->words);
	}
}

static enum status write_ti(struct import *im, struct ti *t, const struct found *f)
{
	const struct import_system *from = of_role(t, 1), *to = of_role(t, 2);
	struct buf teams;
	sqlite3_stmt *s;
	enum status code = hot(&s, im, im->again ? HOT_TI_AGAIN : HOT_TI);

	if (code != STATUS_OK)
		return code;
	sql_bind_text(s, 1, f[ID].text);
	sqlite3_bind_int64(s, 2, t->test->key);
	sqlite3_bind_int64(s, 3, t->status);
	sqlite3_bind_int64(s, 4, t->revision);
	sqlite3_bind_int64(s, 5, f[SINCE].whole);
	sql_bind_text(s, 6, t->claim_by);
	sqlite3_bind_int64(s, 7, t->claim_until);
	sqlite3_bind_int64(s, 8, ti_rank_of(t->status, false, false));
	sql_bind_text(s, 9, from->name);
	sql_bind_text(s, 10, from->country);
	sql_bind_text(s, 11, to->name);
	sql_bind_text(s, 12, to->country);
	sql_bind_text(s, 13, t->part[0].system->table);
	buf_init(&teams, TEAMS_MAX);
	team_words(&teams, t);
	sql_bind_text(s, 14, buf_str(&teams));
	code = import_run(im, s);
	buf_done(&teams);
	if (code == STATUS_OK && sqlite3_changes(im->st->db) == 0)
		return import_fail_at(im, "id", "\"%s\" occurs twice", f[ID].text);
	if (t->key == 0)
		t->key = sqlite3_last_insert_rowid(im->st->db);
	return code;
}

static enum status read_head(struct import *im, struct ti *t, const struct found *f)
{
	int status = ti_status_parse(f[STATUS].text);
	enum status code;

	t->test = map_get(im->tests, f[TEST].text);
	if (!t->test)
		return import_fail_at(im, "test", "no test \"%s\"", f[TEST].text);
	if (status < 0 || status == TI_DISPUTED)
		return import_fail_at(im, "status", "\"%.64s\" is not a status", f[STATUS].text);
	t->status = (enum ti_status)status;
	t->revision = f[REVISION].given ? f[REVISION].whole : 1;
	if (!f[PARTICIPANTS].json->first)
		return import_fail_at(im, "participants", "is empty");
	code = import_each(im, "participants", f[PARTICIPANTS].json, participant, t);
	if (code == STATUS_OK)
		code = import_each(im, "steps", f[STEPS].json, step, t);
	return code == STATUS_OK ? claim(im, t, f[CLAIM].json) : code;
}

enum status import_instance(struct import *im, const struct json *root)
{
	struct found f[COUNT];
	struct ti t;
	enum status code = import_fields(f, im, root, instance_fields, COUNT);

	t.key = 0;
	t.n_parts = 0;
	t.claim_until = 0;
	memset(t.steps, 0, sizeof(t.steps));
	if (f[EVIDENCE].given)
		memset(t.numbers, 0, sizeof(t.numbers));
	if (code == STATUS_OK)
		code = read_head(im, &t, f);
	if (code == STATUS_OK && im->again)
		code = replace(im, &t, f);
	if (code == STATUS_OK)
		code = write_ti(im, &t, f);
	if (code == STATUS_OK)
		code = write_text(im, &t, f);
	if (code == STATUS_OK)
		code = write_participants(im, &t);
	if (code == STATUS_OK)
		code = write_steps(im, &t);
	if (code == STATUS_OK)
		code = import_each(im, "evidence", f[EVIDENCE].json, evidence, &t);
	if (code == STATUS_OK)
		code = import_each(im, "history", f[HISTORY].json, history, &t);
	im->report.instances++;
	return code;
}
