/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundles that mean no good, and what it takes to read them.
 *
 *   evil_bundle KIND EVENT DIGEST OUT     DIGEST: evidence that the event lists
 *   evil_bundle peak OUT COMMAND…         run it; its peak of memory in KiB goes to OUT, its exit code is given on
 *
 * Layer: tests.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/bundle_file.h"
#include "verdict/proto/payload.h"

#define BOMB FRAME_BODY_MAX
#define ESC_TITLE "\\u001b]0;owned\\u0007\\u001b[2J\\u202e"

static const char *event;
static struct digest listed;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "evil_bundle: %s: %s\n", what, status_message());
	exit(1);
}

static void head(struct buf *b)
{
	char json[600];

	snprintf(json, sizeof(json), "{\"v\":1,\"what\":\"bundle\",\"ev\":\"%s\",\"replica\":\"../../../../etc/passwd\"}", event);
	buf_adds(b, BUNDLE_MAGIC);
	frame_add(b, 'H', json, strlen(json));
}

/* ---- kinds ---- */

static void bombs(struct buf *b)
{
	static const char types[] = "BFREPQYHXTNZ";
	char *zeros = mem_zalloc(BOMB);

	memcpy(zeros, "VBT1", 4);
	head(b);
	for (int round = 0; round < 8; round++)
		for (const char *t = types; *t; t++)
			frame_add_packed(b, *t, zeros, BOMB);
	mem_free(zeros);
}

static void counts(struct buf *b)
{
	struct buf in;

	buf_init(&in, 4096);
	head(b);
	for (unsigned int i = 0; i < 2000; i++) {
		buf_reset(&in);
		buf_adds(&in, "VBT1");
		buf_u32(&in, 1000000000);
		frame_add(b, i % 2 ? 'B' : 'F', in.ptr, in.len);
		buf_reset(&in);
		buf_u32(&in, i % 2 ? 0xffffffffu : 1000000000);
		frame_add(b, 'P', in.ptr, in.len);
		frame_add(b, 'Q', in.ptr, in.len);
		frame_add(b, 'R', in.ptr, in.len);
	}
	buf_done(&in);
}

/* A page that says 1 GB, in parts that are nothing once packed. */
static void pages(struct buf *b)
{
	struct buf first;
	char *zeros = mem_zalloc(BOMB);

	buf_init(&first, BOMB);
	buf_u32(&first, 1000000000);
	buf_add(&first, zeros, 4u << 20);
	head(b);
	for (int page = 0; page < 3; page++) {
		frame_add_packed(b, 'P', first.ptr, first.len);
		for (int i = 0; i < 60; i++)
			frame_add_packed(b, 'Q', zeros, 4u << 20);
	}
	buf_done(&first);
	mem_free(zeros);
}

/* Heads alone, each of which claims 8 MiB. */
static void heads(struct buf *b)
{
	head(b);
	for (int i = 0; i < 1500000; i++)
		buf_add(b, "\0\0\200\0B\0\0\0", 8);
}

static void piece(struct buf *b, const struct digest *d, uint64_t size, uint64_t offset, const char *bytes, size_t len)
{
	struct buf in;

	buf_init(&in, 2u << 20);
	buf_add(&in, d->b, sizeof(d->b));
	buf_u64(&in, size);
	buf_u64(&in, offset);
	buf_add(&in, bytes, len);
	frame_add_packed(b, 'E', in.ptr, in.len);
	buf_done(&in);
}

/* Pieces far behind the end, of many sizes, a byte each in thousands of places, and of what nobody lists. */
static void pieces(struct buf *b)
{
	char *zeros = mem_zalloc(BUNDLE_PIECE);
	struct digest other = { { 7 } };

	head(b);
	piece(b, &listed, UINT64_MAX, UINT64_MAX - 1, "x", 1);
	piece(b, &listed, INT64_MAX, INT64_MAX - 1, "x", 1);
	piece(b, &listed, INT64_C(1) << 60, (INT64_C(1) << 60) - 1, "x", 1);
	for (unsigned int i = 0; i < 6000; i++)
		piece(b, &listed, 1000000000, 2 * i, "x", 1);
	for (unsigned int i = 0; i < 60; i++) {
		piece(b, &listed, 1000 + i, i, "x", 1);
		piece(b, &other, 1000, 0, "x", 1);
	}
	for (unsigned int i = 0; i < 200; i++)
		piece(b, &listed, UINT64_C(1) << 40, (uint64_t)i << 20, zeros, BUNDLE_PIECE);
	mem_free(zeros);
}

/* Batches as long as they may be, rightly signed by a key that nobody let in, with words that are for the terminal. */
static void records(struct buf *b)
{
	struct key *k = NULL;
	struct buf payload, batch;
	uint8_t sig[KEY_SIGNATURE];
	struct envelope e;

	must(key_new(&k) == STATUS_OK, "key");
	buf_init(&payload, 1u << 20);
	buf_init(&batch, BATCH_BYTES_MAX);
	head(b);
	for (unsigned int i = 0; i < 12; i++) {
		batch_begin(&batch);
		for (unsigned int n = 0; n < 60; n++) {
			buf_reset(&payload);
			buf_printf(&payload, "{\"v\":1,\"t\":\"comment\",\"ev\":\"%s\",\"rep\":\"%s\",\"n\":%u,\"prev\":\"%064u\",\"who\":\""
				ESC_TITLE "\",\"hlc\":\"01a201be6eb3-0000\",\"at\":\"2026-11-22T05:33:07Z\",\"tz\":\"+09:00\","
				"\"subj\":{\"ti\":\"" ESC_TITLE "\"},\"base\":[],\"body\":{\"text\":\"", event, key_id(k), i * 60 + n + 2, n);
			buf_fill(&payload, 'x', 64000 - payload.len);
			buf_adds(&payload, "\"}}");
			key_sign(sig, k, RECORD_TYPE, payload.ptr, payload.len);
			e = (struct envelope){ payload.ptr, payload.len, key_public(k), sig };
			batch_add(&batch, &e);
		}
		must(!batch.err && !payload.err, "batch");
		frame_add_packed(b, 'B', batch.ptr, batch.len);
	}
	buf_done(&batch);
	buf_done(&payload);
	key_free(k);
}

/* An event with escapes in its name, and one that looks like a path. */
static void words(struct buf *b)
{
	static const char json[] = "{\"v\":1,\"what\":\"bundle\",\"ev\":\"" ESC_TITLE "/../../x\",\"replica\":\"" ESC_TITLE "\","
		"\"created\":\"2026-11-22T05:33:07Z\"}";

	buf_adds(b, BUNDLE_MAGIC);
	frame_add(b, 'H', json, sizeof(json) - 1);
}

/* ---- measuring ---- */

static int peak(const char *out, char **command)
{
	struct rusage use;
	char text[32];
	pid_t pid = fork();
	int code = 1;

	if (pid == 0) {
		execv(command[0], command);
		_exit(127);
	}
	if (wait4(pid, &code, 0, &use) != pid)
		return 125;
	snprintf(text, sizeof(text), "%ld\n", use.ru_maxrss);
	must(io_replace_file(out, text, strlen(text), 0600) == STATUS_OK, out);
	return WIFEXITED(code) ? WEXITSTATUS(code) : 128 + WTERMSIG(code);
}

int main(int argc, char **argv)
{
	static const struct { const char *name; void (*make)(struct buf *b); } kinds[] = { { "bombs", bombs }, { "counts", counts },
		{ "pages", pages }, { "heads", heads }, { "pieces", pieces }, { "records", records }, { "words", words } };
	struct buf b;

	crypto_init();
	if (argc >= 4 && strcmp(argv[1], "peak") == 0)
		return peak(argv[2], argv + 3);
	must(argc == 5 && digest_parse(&listed, argv[3]), "usage: evil_bundle KIND EVENT DIGEST OUT");
	event = argv[2];
	buf_init(&b, 256u << 20);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].name, argv[1]) == 0)
			kinds[i].make(&b);
	must(b.len > 0 && !b.err && io_replace_file(argv[4], b.ptr, b.len, 0600) == STATUS_OK, argv[1]);
	buf_done(&b);
	return 0;
}
