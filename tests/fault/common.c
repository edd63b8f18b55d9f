/* SPDX-License-Identifier: Apache-2.0 */
/* What the fault tests share; see common.h. */
#include "tests/fault/common.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"

struct told *told;

static void need(enum status code)
{
	if (code != STATUS_OK) {
		fprintf(stderr, "fault test: %s\n", status_message());
		abort();
	}
}

char *fault_template(void)
{
	char *dir = fixture_dir(), text[32];
	struct record rec = { .kind = RECORD_COMMENT, .ti = "1001", .text = text };
	struct saved saved;
	struct store *st;
	int i;

	if (!told) {
		told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (told == MAP_FAILED)
			abort();
	}
	clock_freeze_ms(FIXTURE_NOW);
	st = fixture_store(dir, 40, "m1");
	for (i = 0; i < FAULT_BEFORE; i++) {
		snprintf(text, sizeof(text), "before %d", i);
		need(store_save(&saved, st, &rec));
	}
	need(store_setting_set(st, "sort", "table"));
	store_close(st);
	return dir;
}

char *fault_copy(const char *dir)
{
	char *to = fixture_dir(), *from_path, *to_path;
	DIR *d = opendir(dir);
	struct dirent *e;
	struct buf b;

	if (!d)
		abort();
	while ((e = readdir(d))) {
		from_path = mem_printf("%s/%s", dir, e->d_name);
		to_path = mem_printf("%s/%s", to, e->d_name);
		buf_init(&b, 64 << 20);
		if (e->d_type == DT_REG) {
			FILE *out = fopen(to_path, "wb");

			need(io_read_file(&b, from_path, 64 << 20));
			if (!out || fwrite(buf_str(&b), 1, b.len, out) != b.len || fclose(out) != 0)
				abort();
		}
		buf_done(&b);
		mem_free(from_path);
		mem_free(to_path);
	}
	closedir(d);
	return to;
}

off_t fault_size(const char *dir, const char *name)
{
	char *path = mem_printf("%s/%s", dir, name);
	struct stat sb;
	off_t size = stat(path, &sb) == 0 ? sb.st_size : -1;

	mem_free(path);
	return size;
}

int fault_run(const char *dir, const struct fault *f, void (*work)(const char *dir))
{
	int status = 0;
	pid_t pid;

	memset(told, 0, sizeof(*told));
	fault_set(f);
	pid = fork();
	if (pid < 0)
		abort();
	if (pid == 0) {
		work(dir);
		told->done = true;
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		abort();
	fault_clear();
	return status;
}

void fault_work(const char *dir)
{
	struct store *st = NULL;
	struct saved saved;

	if (store_open(&st, dir, 0) != STATUS_OK) {
		told->last = STATUS_ERROR;
		return;
	}
	told->draft = store_draft_set(st, FAULT_TI, "half a verdict") == STATUS_OK;
	told->last = fixture_grade(&saved, st, FAULT_TI, OUTCOME_VERIFIED, NULL);
	told->rid = saved.rid;
	if (told->last == STATUS_OK)
		told->saved = saved.n;
	else if (saved.n)
		told->in_journal = true;
	store_close(st);
}

unsigned int fault_records(struct store *st, const char *ti, enum record_kind kind)
{
	static const char sql[] = "SELECT count(*) FROM record WHERE ti = ?1 AND kind = ?2";
	sqlite3_stmt *s;
	unsigned int n;

	need(sql_get(&s, st, sql));
	sql_bind_text(s, 1, ti);
	sqlite3_bind_int(s, 2, (int)kind);
	need(sql_row(st, s));
	n = (unsigned int)sqlite3_column_int(s, 0);
	sqlite3_reset(s);
	return n;
}

void fault_check_whole(struct store *st)
{
	static const char sql[] = "PRAGMA integrity_check";
	struct verify_report report;
	sqlite3_stmt *s;

	assert_ok(sql_get(&s, st, sql));
	assert_ok(sql_row(st, s));
	assert_string_equal((const char *)sqlite3_column_text(s, 0), "ok");
	sqlite3_reset(s);
	assert_ok(store_verify(&report, st, NULL, NULL));
	assert_int_equal(report.bad_crc, 0);
	assert_int_equal(report.bad_signature, 0);
	assert_int_equal(report.bad_chain, 0);
	assert_int_equal(report.bad_payload, 0);
	assert_int_equal(report.missing_in_db, 0);
	assert_int_equal(report.missing_in_journal, 0);
	assert_int_equal(report.torn_tail, 0);
}

static void check_verdict(struct store *st, struct arena *a)
{
	unsigned int n = fault_records(st, FAULT_TI, RECORD_VERDICT);
	struct instance *ti;
	const char *payload, *draft = NULL;
	size_t len;

	assert_true(n <= 1);
	assert_ok(store_instance(&ti, a, st, FAULT_TI));
	assert_int_equal(ti->row.status, n ? TI_VERIFIED : TI_PARTIAL);
	if (told->saved || told->in_journal) {
		assert_int_equal(n, 1);
		assert_ok(store_payload(&payload, &len, a, st, &told->rid));
	}
	if (n)
		assert_int_equal(store_draft_get(&draft, a, st, FAULT_TI), STATUS_NOT_FOUND);
	else if (told->draft) {
		assert_ok(store_draft_get(&draft, a, st, FAULT_TI));
		assert_string_equal(draft, "half a verdict");
	}
}

void fault_check(const char *dir, unsigned int before)
{
	struct store *st = NULL;
	struct store_counts counts;
	struct saved saved;
	struct arena a;
	unsigned int own;

	arena_init(&a);
	assert_ok(store_open(&st, dir, 0));
	assert_int_equal(fault_records(st, "1001", RECORD_COMMENT), before);
	check_verdict(st, &a);
	fault_check_whole(st);
	own = before + fault_records(st, FAULT_TI, RECORD_VERDICT);
	assert_ok(store_counts(&counts, st));
	assert_int_equal(counts.unsent, own);
	assert_int_equal(counts.total, 40);
	assert_ok(fixture_grade(&saved, st, "1003", OUTCOME_VERIFIED, NULL));
	assert_int_equal(saved.n, own + 1);
	fault_check_whole(st);
	store_close(st);
	arena_done(&a);
}

void fault_lose_tail(const char *dir, off_t synced, unsigned int seed)
{
	char *path = mem_printf("%s/journal.vb", dir);
	off_t size = fault_size(dir, "journal.vb"), keep, i;
	int fd;

	srand(seed);
	if (size > synced) {
		keep = synced + rand() % (size - synced + 1);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0 || ftruncate(fd, keep) != 0)
			abort();
		/* sectors that never arrived read as zeros, or as what lay there before */
		for (i = synced; i < keep; i++)
			if (rand() % 8 == 0 && pwrite(fd, rand() % 2 ? "\0" : "\xa5", 1, i) != 1)
				abort();
		close(fd);
	}
	mem_free(path);
}
