/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probe of the benchmark: the least that makes a verdict durable twice: an append with fdatasync, then
 * one SQLite commit of what any verdict must change in a store of so many TIs: a record with its two
 * indexes, and the TI's place in an ordered queue. Prints "save_ms N" a round.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RECORD 700	/* a signed verdict with its frame */

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void must(int rc, const char *what)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE)
		return;
	fprintf(stderr, "saveprobe: %s: %d\n", what, rc);
	exit(1);
}

struct probe {
	sqlite3 *db;
	sqlite3_stmt *begin, *record, *ti, *commit;
	int fd, tis;
};

static sqlite3_stmt *prepare(struct probe *p, const char *sql)
{
	sqlite3_stmt *st;

	must(sqlite3_prepare_v2(p->db, sql, -1, &st, NULL), sql);
	return st;
}

static void open_base(struct probe *p, const char *path)
{
	static const char setup[] =
		"PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"PRAGMA mmap_size=0; CREATE TABLE record (seq INTEGER PRIMARY KEY, rid BLOB UNIQUE,"
		" ti TEXT, body BLOB); CREATE INDEX by_ti ON record (ti);"
		"CREATE TABLE ti (key INTEGER PRIMARY KEY, id TEXT UNIQUE, rank INT, since INT, text TEXT);"
		"CREATE INDEX queue ON ti (rank, since, id);";
	char fill[400];

	must(sqlite3_open(path, &p->db), "open");
	must(sqlite3_exec(p->db, setup, NULL, NULL, NULL), "schema");
	snprintf(fill, sizeof(fill),
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		"INSERT INTO ti SELECT i, 100000 + i, i %% 7, i * 7919 %% 100003,"
		" hex(zeroblob(100)) FROM n; PRAGMA wal_checkpoint(TRUNCATE);", p->tis);
	must(sqlite3_exec(p->db, fill, NULL, NULL, NULL), "fill");
	p->begin = prepare(p, "BEGIN");
	p->record = prepare(p, "INSERT INTO record (rid, ti, body) VALUES (?, ?, ?)");
	p->ti = prepare(p, "UPDATE ti SET rank = 9, since = since + 1 WHERE id = ?");
	p->commit = prepare(p, "COMMIT");
}

static void run(sqlite3_stmt *st)
{
	must(sqlite3_step(st), "commit");
	sqlite3_reset(st);
}

static void save(struct probe *p, int round)
{
	char record[RECORD], rid[32], id[16];

	memset(record, 'r', sizeof(record));
	sqlite3_randomness(sizeof(rid), rid);
	snprintf(id, sizeof(id), "%d", 100001 + round * 7919 % p->tis);
	if (write(p->fd, record, sizeof(record)) != (ssize_t)sizeof(record) ||
		fdatasync(p->fd) != 0) {
		perror("saveprobe: append");
		exit(1);
	}
	sqlite3_bind_blob(p->record, 1, rid, sizeof(rid), SQLITE_TRANSIENT);
	sqlite3_bind_text(p->record, 2, id, -1, SQLITE_TRANSIENT);
	sqlite3_bind_blob(p->record, 3, record, sizeof(record), SQLITE_TRANSIENT);
	sqlite3_bind_text(p->ti, 1, id, -1, SQLITE_TRANSIENT);
	run(p->begin);
	run(p->record);
	run(p->ti);
	run(p->commit);
}

static void close_base(struct probe *p)
{
	sqlite3_finalize(p->begin);
	sqlite3_finalize(p->record);
	sqlite3_finalize(p->ti);
	sqlite3_finalize(p->commit);
	sqlite3_close(p->db);
	close(p->fd);
}

/* Rounds are as far apart as a person's: a burst would find the disk still warm from the last. */
static void pause_ms(long ms)
{
	struct timespec ts = { 0, ms * 1000000 };

	nanosleep(&ts, NULL);
}

int main(int argc, char **argv)
{
	struct probe p = { .tis = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 1000 };
	int i, rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 20;
	char path[4096];
	double start;

	if (argc < 2 || p.tis < 1) {
		fputs("usage: saveprobe FOLDER [ROUNDS [TIS]]\n", stderr);
		return 2;
	}
	snprintf(path, sizeof(path), "%s/probe.journal", argv[1]);
	p.fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, 0600);
	if (p.fd < 0) {
		perror(path);
		return 1;
	}
	snprintf(path, sizeof(path), "%s/probe.db", argv[1]);
	unlink(path);
	open_base(&p, path);
	for (i = 0; i < rounds; i++) {
		pause_ms(100);
		start = now_ms();
		save(&p, i);
		printf("save_ms %.3f\n", now_ms() - start);
	}
	close_base(&p);
	return 0;
}
