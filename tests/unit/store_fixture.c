/* SPDX-License-Identifier: Apache-2.0 */
/* The small event of the store's tests; see store_fixture.h. */
#include "tests/unit/store_fixture.h"

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"

static const char *const base_sql[] = {
	"INSERT INTO event (id, name, place, begins, ends, tz_min, tz_name, critical_on) "
		"VALUES ('ev', 'Small Event', 'Seoul', '2026-11-16', '2026-11-20', 540, 'KST', 1)",
	"INSERT INTO track (id, name, goal) VALUES ('ips', 'IPS Exchange', '')",
	"INSERT INTO profile VALUES ('MHD', 'Mobile Health Documents', 'ITI', ''), ('SVCM', 'Valuesets', 'ITI', '')",
	"INSERT INTO organisation VALUES ('o1', '한빛병원', 'KR', 'Korea'), ('o2', 'Sakura Health', 'JP', 'Japan'), "
		"('o3', 'Wattle Ltd', 'AU', 'Australia'), ('o4', 'Kererū', 'NZ', 'New Zealand')",
	"INSERT INTO person VALUES ('m1', 'Kim Minji', 1), ('m2', 'Lee', 1), ('l1', 'Sato', 3), ('b1', 'Bo', 8)",
	"INSERT INTO person_organisation VALUES ('m2', 'o1')",
	"INSERT INTO system VALUES ('s1', '한빛 EHR', '4.2', 'o1', 'A04'), ('s2', 'さくら', '1', 'o2', 'A07'), "
		"('s3', 'Wattle Exchange', '2', 'o3', 'A11'), ('s4', 'Kererū Hub', '3', 'o4', 'B02')",
	"INSERT INTO test VALUES (1, 'T1', 'Provide IPS document', 'IPS Exchange', 'p2p', 'MHD IPS', 'Send it.'), "
		"(2, 'T2', 'Expand value set', 'SVCM', 'p2p', 'SVCM', '')",
	"INSERT INTO test_role (test, n, label, profile, actor, min, max, wanted, required) "
		"VALUES (1, 1, 'source', 'MHD', 'Document Source', 1, 1, 3, 1), "
		"(1, 2, 'recipient', 'MHD', 'Document Recipient', 1, 1, 3, 1), "
		"(2, 1, 'consumer', 'SVCM', 'Terminology Consumer', 1, 1, 1, 1), "
		"(2, 2, 'repository', 'SVCM', 'Terminology Repository', 1, 1, 1, 1)",
	"INSERT INTO test_step VALUES (1, 1, 'request', 'source', 'recipient', 'ITI-65', 'Provide'), "
		"(1, 2, 'response', 'recipient', 'source', 'ITI-65', '200'), "
		"(1, 3, 'show', 'recipient', 'monitor', '-', 'Show it'), "
		"(2, 1, 'request', 'consumer', 'repository', 'ITI-97', 'Expand')",
	"INSERT INTO test_item VALUES (1, 1, 'c1', 'Bundle is a transaction', 'MHD', 1, 2), "
		"(1, 2, 'c2', 'Recipient shows the allergy', 'plan', 0, 2), (1, 3, 'c3', 'Title in English', '', 0, 0)",
};
static const char sql_ti[] = "INSERT INTO ti VALUES (?1, ?2, ?3, ?4, 1, ?5, '', 0, ?4, ?6, 0, 0, '', ?7, ?8, ?9, ?10, ?11, ?12, 0)";
static const char sql_participant[] = "INSERT INTO participant VALUES (?1, ?2, ?2, ?3, ?4)";
static const char sql_step[] = "INSERT INTO step VALUES (?1, ?2, 'done')";
static const char sql_evidence[] = "INSERT INTO evidence VALUES (?1, 1, 1, ?2, 5, 'request.json', 'fhir', '')";
static const char sql_history[] = "INSERT INTO history VALUES (?1, 1, ?2, 'm2', 'status', 'to be verified')";

static const struct { const char *id, *name, *country, *place, *team; } systems[] = {
	{ "s1", "한빛 EHR", "KR", "A04", "o1 한빛병원" }, { "s2", "さくら", "JP", "A07", "o2 Sakura Health" },
	{ "s3", "Wattle Exchange", "AU", "A11", "o3 Wattle Ltd" }, { "s4", "Kererū Hub", "NZ", "B02", "o4 Kererū" },
};

char *fixture_dir(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = mem_printf("%s/verdict-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");

	if (!mkdtemp(dir))
		abort();
	return dir;
}

static int remove_one(const char *path, const struct stat *sb, int kind, struct FTW *at)
{
	(void)sb;
	(void)kind;
	(void)at;
	return remove(path);
}

void fixture_remove(char *dir)
{
	if (nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		abort();
	mem_free(dir);
}

static enum ti_status fixture_status(unsigned int i)
{
	static const enum ti_status pattern[] = { TI_TO_BE_VERIFIED, TI_CRITICAL, TI_TO_BE_VERIFIED, TI_RUNNING,
		TI_PARTIAL, TI_VERIFIED, TI_FAILED, TI_TO_BE_VERIFIED, TI_PAUSED, TI_ABORTED };

	return pattern[i % 10];
}

static enum status put_ti(struct store *st, unsigned int i)
{
	char id[16], teams[80];
	int64_t key = 1 + i;
	unsigned int from = i % 4, to = (i + 1 + i / 4 % 3) % 4, n;
	enum ti_status status = fixture_status(i);
	struct digest d;
	sqlite3_stmt *s;
	enum status code = sql_get(&s, st, sql_ti);

	if (code != STATUS_OK)
		return code;
	snprintf(id, sizeof(id), "%u", 1001 + i);
	sqlite3_bind_int64(s, 1, key);
	sql_bind_text(s, 2, id);
	sqlite3_bind_int(s, 3, i % 5 == 4 ? 2 : 1);
	sqlite3_bind_int(s, 4, (int)status);
	sqlite3_bind_int64(s, 5, FIXTURE_NOW - (int64_t)(i * 7919 % 100000) * 1000);
	sqlite3_bind_int(s, 6, (int)ti_rank_of(status, false, false));
	sql_bind_text(s, 7, systems[from].name);
	sql_bind_text(s, 8, systems[from].country);
	sql_bind_text(s, 9, systems[to].name);
	sql_bind_text(s, 10, systems[to].country);
	sql_bind_text(s, 11, systems[from].place);
	snprintf(teams, sizeof(teams), "%s %s", systems[from].team, systems[to].team);
	sql_bind_text(s, 12, teams);
	code = sql_run(st, s);
	for (n = 1; code == STATUS_OK && n <= 2; n++) {
		code = sql_get(&s, st, sql_participant);
		if (code != STATUS_OK)
			break;
		sqlite3_bind_int64(s, 1, key);
		sqlite3_bind_int(s, 2, (int)n);
		sql_bind_text(s, 3, systems[n == 1 ? from : to].id);
		sqlite3_bind_int(s, 4, i % 5 == 4 ? 2 : 1);
		code = sql_run(st, s);
	}
	for (n = 1; code == STATUS_OK && n <= 3; n++) {
		code = sql_get(&s, st, sql_step);
		if (code != STATUS_OK)
			break;
		sqlite3_bind_int64(s, 1, key);
		sqlite3_bind_int(s, 2, (int)n);
		code = sql_run(st, s);
	}
	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_evidence);
	if (code == STATUS_OK) {
		memset(&d, (int)(i & 255), sizeof(d));
		memcpy(d.b, &i, sizeof(i));
		sqlite3_bind_int64(s, 1, key);
		sql_bind_digest(s, 2, &d);
		code = sql_run(st, s);
	}
	if (code == STATUS_OK)
		code = sql_get(&s, st, sql_history);
	if (code == STATUS_OK) {
		sqlite3_bind_int64(s, 1, key);
		sqlite3_bind_int64(s, 2, FIXTURE_NOW - 100000000);
		code = sql_run(st, s);
	}
	return code;
}

static enum status fixture_fill(struct store *st, unsigned int n)
{
	unsigned int i;
	size_t k;
	enum status code = sql_begin(st);

	if (code != STATUS_OK)
		return code;
	for (k = 0; code == STATUS_OK && k < sizeof(base_sql) / sizeof(base_sql[0]); k++)
		code = sql_exec(st, base_sql[k]);
	for (i = 0; code == STATUS_OK && i < n; i++)
		code = put_ti(st, i);
	if (code == STATUS_OK)
		code = store_rederive_all(st);
	code = sql_end(st, code);
	store_about_forget(st);
	return code;
}

struct store *fixture_store(const char *dir, unsigned int n, const char *person)
{
	struct store *st = NULL;

	if (store_open(&st, dir, STORE_CREATE) != STATUS_OK || fixture_fill(st, n) != STATUS_OK ||
	    (person && store_join(st, person, NULL) != STATUS_OK)) {
		fprintf(stderr, "fixture: %s\n", status_message());
		abort();
	}
	return st;
}

enum status fixture_grade(struct saved *saved, struct store *st, const char *ti, enum outcome o, const char *why)
{
	struct record rec = { .kind = RECORD_VERDICT, .ti = ti, .outcome = o, .text = why };

	return store_save(saved, st, &rec);
}
