/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probe of the benchmark: the least that makes a verdict durable twice, an append with fdatasync and
 * then one SQLite commit of a row, in the folder given. Prints "save_ms N" per round.
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

static sqlite3_stmt *open_base(sqlite3 **db, const char *path)
{
	static const char setup[] =
		"PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"PRAGMA mmap_size=0; CREATE TABLE record (rid BLOB PRIMARY KEY, ti TEXT, body BLOB)"
		" WITHOUT ROWID; CREATE INDEX by_ti ON record (ti);";
	sqlite3_stmt *insert;

	must(sqlite3_open(path, db), "open");
	must(sqlite3_exec(*db, setup, NULL, NULL, NULL), "schema");
	must(sqlite3_prepare_v2(*db, "INSERT INTO record VALUES (?, ?, ?)", -1, &insert, NULL),
		"prepare");
	return insert;
}

static void save(int fd, sqlite3_stmt *insert, int round)
{
	char record[RECORD], rid[32] = { 0 };

	memset(record, 'r', sizeof(record));
	memcpy(rid, &round, sizeof(round));
	if (write(fd, record, sizeof(record)) != (ssize_t)sizeof(record) || fdatasync(fd) != 0) {
		perror("saveprobe: append");
		exit(1);
	}
	sqlite3_bind_blob(insert, 1, rid, sizeof(rid), SQLITE_TRANSIENT);
	sqlite3_bind_text(insert, 2, "81198", -1, SQLITE_STATIC);
	sqlite3_bind_blob(insert, 3, record, sizeof(record), SQLITE_TRANSIENT);
	must(sqlite3_step(insert), "commit");
	sqlite3_reset(insert);
}

int main(int argc, char **argv)
{
	char path[4096];
	sqlite3_stmt *insert;
	sqlite3 *db;
	double start;
	int fd, i, rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 20;

	if (argc < 2) {
		fputs("usage: saveprobe FOLDER [ROUNDS]\n", stderr);
		return 2;
	}
	snprintf(path, sizeof(path), "%s/probe.journal", argv[1]);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, 0600);
	if (fd < 0) {
		perror(path);
		return 1;
	}
	snprintf(path, sizeof(path), "%s/probe.db", argv[1]);
	unlink(path);
	insert = open_base(&db, path);
	for (i = 0; i < rounds; i++) {
		start = now_ms();
		save(fd, insert, i);
		printf("save_ms %.3f\n", now_ms() - start);
	}
	sqlite3_finalize(insert);
	sqlite3_close(db);
	close(fd);
	return 0;
}
