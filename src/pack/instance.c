/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of instances.ndjson: the TI with its participants, steps, evidence and history. The busiest part
 * of a pack: a hundred thousand lines pass here. Pack layer; one thread at a time.
 */
#include "pack_priv.h"

#include <string.h>

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

static enum status participant(struct pack *p, const struct json *v, size_t index, void *data)
{
	static const struct field fields[] = { { "role", FIELD_ID, true, 0, 0 }, { "system", FIELD_ID, true, 0, 0 } };
	const struct pack_test_ref *test = ((struct pack_instance *)data)->test;
	struct pack_participant *out = &p->participants[index];
	struct found f[2];
	unsigned int i;
	enum status code = pack_fields(f, p, v, fields, 2);

	if (code != STATUS_OK)
		return code;
	for (i = 0; i < test->n_roles && strcmp(test->roles[i], f[0].text) != 0; i++)
		;
	if (i == test->n_roles)
		return pack_fail_at(p, "role", "the test has no role \"%s\"", f[0].text);
	out->role = i + 1;
	out->id = f[1].text;
	out->system = map_get(p->systems, out->id);
	return out->system ? STATUS_OK : pack_fail_at(p, "system", "no system \"%s\"", out->id);
}

/* Position of step n in the test, or its number of steps. */
static unsigned int step_at(const struct pack_test_ref *t, int64_t n)
{
	unsigned int i;

	if (n >= 1 && n <= t->n_steps && t->steps[n - 1] == n)	/* nearly always */
		return (unsigned int)n - 1;
	for (i = 0; i < t->n_steps && t->steps[i] != n; i++)
		;
	return i;
}

static enum status step(struct pack *p, const struct json *v, size_t index, void *data)
{
	static const struct field fields[] = { { "n", FIELD_WHOLE, true, 1, 999 }, { "status", FIELD_NAME, true, 0, 0 } };
	static const char *const words[] = { "activated", "done", "failed", "skipped", NULL };
	const struct pack_test_ref *test = ((struct pack_instance *)data)->test;
	struct found f[2];
	unsigned int at;
	int word;
	enum status code = pack_fields(f, p, v, fields, 2);

	(void)index;
	if (code == STATUS_OK)
		code = pack_word(&word, p, "status", f[1].text, words);
	if (code != STATUS_OK)
		return code;
	at = step_at(test, f[0].whole);
	if (at == test->n_steps)
		return pack_fail_at(p, "n", "the test has no step %lld", (long long)f[0].whole);
	if (p->steps[at])
		return pack_fail_at(p, "n", "step %lld occurs twice", (long long)f[0].whole);
	p->steps[at] = words[word];
	return STATUS_OK;
}

static enum status evidence(struct pack *p, const struct json *v, size_t index, void *data)
{
	enum { N, STEP, NAME, KIND, SHA, SIZE, FILE_, URL, BY, FIELDS };
	static const struct field fields[FIELDS] = {
		[N] = { "n", FIELD_WHOLE, true, 1, 9999 }, [STEP] = { "step", FIELD_WHOLE, false, 0, 999 },
		[NAME] = { "name", FIELD_NAME, true, 0, 0 }, [KIND] = { "kind", FIELD_NAME, false, 0, 0 },
		[SHA] = { "sha256", FIELD_NAME, true, 0, 0 }, [SIZE] = { "size", FIELD_WHOLE, true, 0, PACK_BODY_MAX },
		[FILE_] = { "file", FIELD_NAME, false, 0, 0 }, [URL] = { "url", FIELD_NAME, false, 0, 0 },
		[BY] = { "by", FIELD_NAME, false, 0, 0 },
	};
	const struct pack_test_ref *test = ((struct pack_instance *)data)->test;
	struct pack_evidence *out = &p->evidence.at[index];
	struct found f[FIELDS];
	uint64_t bit;
	enum status code = pack_fields(f, p, v, fields, FIELDS);

	if (code != STATUS_OK)
		return code;
	bit = UINT64_C(1) << (f[N].whole % 64);
	if (p->numbers[f[N].whole / 64] & bit)
		return pack_fail_at(p, "n", "evidence %lld occurs twice", (long long)f[N].whole);
	p->numbers[f[N].whole / 64] |= bit;
	if (f[STEP].whole && step_at(test, f[STEP].whole) == test->n_steps)
		return pack_fail_at(p, "step", "the test has no step %lld", (long long)f[STEP].whole);
	if (!digest_parse(&out->sha256, f[SHA].text))
		return pack_fail_at(p, "sha256", "not 64 lower-case hexadecimal digits");
	if (*f[FILE_].text && (strncmp(f[FILE_].text, "evidence/", 9) != 0 || !pack_path_ok(f[FILE_].text)))
		return pack_fail_at(p, "file", "\"%.200s\" is not a path below evidence/", f[FILE_].text);
	out->n = f[N].whole;
	out->step = f[STEP].whole;
	out->size = f[SIZE].whole;
	out->name = f[NAME].text;
	out->kind = f[KIND].text;
	out->file = f[FILE_].text;
	out->url = f[URL].text;
	out->by = f[BY].text;
	return STATUS_OK;
}

static enum status history(struct pack *p, const struct json *v, size_t index, void *data)
{
	static const struct field fields[] = {
		{ "at", FIELD_TIME, true, 0, 0 }, { "who", FIELD_NAME, true, 0, 0 }, { "kind", FIELD_NAME, true, 0, 0 },
		{ "text", FIELD_TEXT, false, 0, 0 },
	};
	static const char *const kinds[] = { "status", "comment", "claim", "release", "evidence", "verdict", NULL };
	struct found f[4];
	int kind;
	enum status code = pack_fields(f, p, v, fields, 4);

	(void)data;
	if (code == STATUS_OK)
		code = pack_word(&kind, p, "kind", f[2].text, kinds);
	if (code == STATUS_OK)
		p->history.at[index] = (struct pack_history){ f[0].whole, f[1].text, kinds[kind], f[3].text };
	return code;
}

static enum status claim(struct pack_instance *out, struct pack *p, const struct json *v)
{
	static const struct field fields[] = { { "by", FIELD_ID, true, 0, 0 }, { "until", FIELD_TIME, false, 0, 0 } };
	struct found f[2];
	enum status code;

	out->claim_by = "";
	out->claim_until = 0;
	if (!v)
		return STATUS_OK;
	pack_enter(p, "claim", -1);
	code = pack_fields(f, p, v, fields, 2);
	if (code == STATUS_OK && !map_get(p->persons, f[0].text))
		code = pack_fail_at(p, "by", "no person \"%s\"", f[0].text);
	pack_leave(p);
	out->claim_by = f[0].text;
	out->claim_until = f[1].whole;
	return code;
}

static enum status read_steps(struct pack_instance *out, struct pack *p, const struct found *list)
{
	unsigned int i;
	enum status code;

	memset(p->steps, 0, out->test->n_steps * sizeof(p->steps[0]));
	code = pack_each(p, "steps", list->json, step, out);
	for (i = 0; i < out->test->n_steps; i++)
		if (!p->steps[i])
			p->steps[i] = "activated";
	out->steps = p->steps;
	return code;
}

static enum status read_head(struct pack_instance *out, struct pack *p, const struct found *f)
{
	int status = ti_status_parse(f[STATUS].text);
	enum status code;

	out->test = map_get(p->tests, f[TEST].text);
	if (!out->test)
		return pack_fail_at(p, "test", "no test \"%s\"", f[TEST].text);
	if (status < 0 || status == TI_DISPUTED)
		return pack_fail_at(p, "status", "\"%.64s\" is not a status", f[STATUS].text);
	out->status = (enum ti_status)status;
	if (!f[PARTICIPANTS].json->first)
		return pack_fail_at(p, "participants", "is empty");
	out->participants = p->participants;
	out->n_participants = f[PARTICIPANTS].json->len;
	code = pack_each(p, "participants", f[PARTICIPANTS].json, participant, out);
	if (code == STATUS_OK)
		code = read_steps(out, p, &f[STEPS]);
	return code == STATUS_OK ? claim(out, p, f[CLAIM].json) : code;
}

static enum status read_lists(struct pack_instance *out, struct pack *p, const struct found *f)
{
	enum status code = STATUS_OK;

	out->n_evidence = pack_items(&f[EVIDENCE]);
	if (out->n_evidence) {
		memset(p->numbers, 0, sizeof(p->numbers));
		vec_reserve(&p->evidence, out->n_evidence);
		code = pack_each(p, "evidence", f[EVIDENCE].json, evidence, out);
	}
	out->evidence = p->evidence.at;
	out->n_history = pack_items(&f[HISTORY]);
	if (code == STATUS_OK && out->n_history) {
		vec_reserve(&p->history, out->n_history);
		code = pack_each(p, "history", f[HISTORY].json, history, out);
	}
	out->history = p->history.at;
	return code;
}

enum status pack_read_instance(struct pack_instance *out, struct pack *p, char *text, size_t len)
{
	struct found f[COUNT];
	struct json *root;
	enum status code;

	p->lines = true;
	code = pack_parse(&root, p, text, len);
	if (code == STATUS_OK)
		code = pack_fields(f, p, root, instance_fields, COUNT);
	if (code == STATUS_OK)
		code = read_head(out, p, f);
	if (code == STATUS_OK)
		code = read_lists(out, p, f);
	if (code != STATUS_OK)
		return code;
	out->id = f[ID].text;
	out->test_id = f[TEST].text;
	out->since = f[SINCE].whole;
	out->has_revision = f[REVISION].given;
	out->revision = f[REVISION].given ? f[REVISION].whole : 1;
	out->description = f[DESCRIPTION].text;
	out->permalink = f[PERMALINK].text;
	out->has_text = f[DESCRIPTION].given || f[PERMALINK].given;
	return STATUS_OK;
}
