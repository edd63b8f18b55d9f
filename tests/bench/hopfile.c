/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file to an SFTP server or from it, as the console does it: by verdict-ssh.
 *
 *   hopfile put|get PORT IDENTITY SHA256:… HERE THERE    on 127.0.0.1, as $USER; "bytes N" and "ms X" of the file alone
 *
 * Layer: tests; one thread.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "verdict/app/ways.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/ssh/hop.h"

#define KEY_FILE_MAX 16000

static struct { struct hop *hop; struct hop_work work; int64_t begun; bool over; } run;

static void quit(const char *what, const char *why)
{
	fprintf(stderr, "hopfile: %s: %s\n", what, why);
	exit(1);
}

static void on_done(const struct hop_done *d, void *data)
{
	(void)data;
	if (d->result != HOP_GOOD)
		quit(run.work.path, d->why);
	printf("bytes %llu\nms %.3f\n", (unsigned long long)d->size, (double)(clock_mono_ns() - run.begun) / 1e6);
	run.over = true;
}

static void on_ready(void *data)
{
	(void)data;
	run.begun = clock_mono_ns();
	hop_do(run.hop, &run.work, on_done, NULL, NULL);
}

static void on_failed(enum net_failure f, const char *why, void *data)
{
	(void)data;
	quit(net_failure_name(f), why);
}

static void on_ask(const struct hop_question *q, void *data)
{
	(void)data;
	quit("asked", q->text);
}

int main(int argc, char **argv)
{
	static const struct hop_hooks hooks = { .ready = on_ready, .failed = on_failed, .ask = on_ask };
	struct hop_options o = { .host = "127.0.0.1", .user = getenv("USER"), .n_keys = 1, .n_identities = 1 };
	struct buf exe, key;
	struct loop *loop;

	if (argc != 7 || !o.user || !way_key_parse(o.keys[0], argv[4], strlen(argv[4]))) {
		fputs("usage: hopfile put|get PORT IDENTITY SHA256:KEY HERE THERE\n", stderr);
		return 2;
	}
	buf_init(&exe, 8192);
	buf_init(&key, KEY_FILE_MAX);
	if (hop_find_exe(&exe) != STATUS_OK || io_read_file(&key, argv[3], KEY_FILE_MAX) != STATUS_OK)
		quit(argv[3], status_message());
	o.port = (unsigned int)strtoul(argv[2], NULL, 10);
	o.identities[0] = buf_str(&key);
	run.work = (struct hop_work){ .verb = strcmp(argv[1], "get") == 0 ? HOP_GET : HOP_PUT, .path = argv[6],
		.max = UINT64_MAX / 2 };
	run.work.fd = run.work.verb == HOP_GET ? open(argv[5], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) :
		open(argv[5], O_RDONLY | O_CLOEXEC);
	if (run.work.fd < 0)
		quit(argv[5], "cannot be opened");
	loop = loop_new();
	run.hop = hop_new(loop, buf_str(&exe), &o, NULL, &hooks);
	while (!run.over)
		loop_turn(loop, 1000);
	hop_free(run.hop);
	loop_free(loop);
	buf_done(&exe);
	buf_done(&key);
	return 0;
}
