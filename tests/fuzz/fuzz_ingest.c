/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a batch for a hub; and, as an enrolled console gone mad would, any JSON with a good signature as a record:
 * each gets an answer, a refused one is in no feed, and a stored one is there once. Layer: tests.
 */
#include "fuzz.h"

#include <ftw.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/mem.h"
#include "verdict/hub/hub.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/enrol.h"

static struct hub *hub;
static struct hub_event *event;
static struct key *console;
static char dir[64];

static int remove_one(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* The key whose id the seeds name: doc/PROTOCOL.md, worked example. */
static void open_key(void)
{
	static const char hex[] = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
	struct digest public_key;
	struct buf b;

	buf_init(&b, 128);
	buf_add(&b, "VRDCTKY1\0\0\0\0", 12);
	if (digest_parse(&public_key, hex))
		buf_add(&b, public_key.b, sizeof(public_key.b));
	for (int i = 0; i < 32; i++)
		buf_addc(&b, (char)i);
	if (key_unseal(&console, b.ptr, b.len, NULL))
		abort();
	buf_done(&b);
}

static int64_t fixed(void *data)
{
	(void)data;
	return INT64_C(1795325587123);
}

static void enrol(void)
{
	struct hub_invitation who = { .person = "mon-017", .roles = 7 };
	struct hub_call call;
	struct buf b;

	buf_init(&b, 4096);
	hub_call_init(&call, NULL, NULL);
	if (hub_enrol_new(event, &call, &who))
		abort();
	enrol_sign(&b, console, "ap-ips-2026", buf_str(&call.out), "fuzz", fixed(NULL));
	hub_call_done(&call);
	hub_call_init(&call, NULL, NULL);
	if (hub_enrol(event, &call, b.ptr, b.len))
		abort();
	hub_call_done(&call);
	buf_done(&b);
}

static void start(void)
{
	char *store;
	struct hub_options o = { .dir = dir, .wall = fixed, .in_line = true };

	crypto_init();
	/* in memory where that is: syncing is not what is tried here */
	snprintf(dir, sizeof(dir), "%s/fuzz_ingest-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(dir))
		abort();
	o.store = store = mem_printf("sqlite:%s", dir);
	if (hub_open(&hub, &o) || hub_event_new(&event, hub, "ap-ips-2026"))
		abort();
	mem_free(store);
	open_key();
	enrol();
	/* it goes on in files that have no name any more: whatever ends this process leaves nothing behind */
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static uint64_t size_now(void)
{
	uint8_t epoch[EPOCH_BYTES];
	struct digest root;
	uint64_t size;

	hub_head(event, &size, &root, epoch);
	return size;
}

static void push(const void *ptr, size_t len)
{
	uint64_t before = size_now(), stored = 0;
	struct hub_call call;
	struct receipt r;
	struct arena a;

	arena_init(&a);
	hub_call_init(&call, NULL, NULL);
	if (hub_push(event, &call, ptr, len) == STATUS_OK) {
		FUZZ_HOLDS(receipt_open(&r, &a, call.out.ptr, call.out.len, key_public(hub_key(hub))) == STATUS_OK);
		for (size_t i = 0; i < r.n; i++)
			stored += r.entries[i].answer == ANSWER_STORED || r.entries[i].answer == ANSWER_FLAGGED;
		FUZZ_HOLDS(r.size == before + stored);
	}
	FUZZ_HOLDS(size_now() == before + stored);
	hub_call_done(&call);
	arena_done(&a);
}

static void sign_and_push(const uint8_t *data, size_t size)
{
	uint8_t sig[KEY_SIGNATURE];
	struct envelope e = { (const char *)data, size, key_public(console), sig };
	struct buf b;

	buf_init(&b, BATCH_BYTES_MAX);
	key_sign(sig, console, RECORD_TYPE, data, size);
	batch_begin(&b);
	batch_add(&b, &e);
	batch_add(&b, &e);	/* the second is a duplicate, or refused as the first */
	if (!b.err)
		push(b.ptr, b.len);
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hub_call call;

	if (!hub)
		start();
	hub_call_init(&call, NULL, NULL);
	hub_enrol(event, &call, data, size);
	hub_session_new(event, &call, data, size);
	hub_call_done(&call);
	push(data, size);
	if (size)
		sign_and_push(data, size);
	return 0;
}
