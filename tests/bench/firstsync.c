/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the first sync of a console costs without the network, for the benchmark of the hub.
 *
 *   firstsync PACK STORE RECORDS [FILE]    the TIs of a pack and so many signed verdicts on them, in whole pages;
 *                                          FILE gets each of these as a line of JSON, for a peer
 *
 * Prints "sync_ms X" (the pages into a new store in STORE), "cpu_ms X" (of that, by the store's thread), "sign_ms X" (the
 * floor: every signature checked and nothing else), "sign_cpu_ms X", "rows N" (entries of the feed).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/base/vec.h"
#include "verdict/pack/pack.h"
#include "verdict/proto/cert.h"
#include "verdict/proto/feed.h"
#include "verdict/proto/payload.h"
#include "verdict/store/sync.h"

#define REPLICAS 20

struct ti { char *id; enum ti_status status; unsigned int revision; };

static struct key *hub, *replicas[REPLICAS];
static char *event;
static uint8_t epoch[EPOCH_BYTES];
static struct digest root;
static uint64_t size;
static struct buf entries;	/* of the page being filled */
static unsigned int n_entries;
static VEC(struct buf) pages;
static VEC(struct ti) tis;
static VEC(char *) persons;
static VEC(struct buf) records;	/* bodies, for the floor */
static FILE *lines;	/* for a peer, or NULL */

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "firstsync: %s: %s\n", what, status_message());
	exit(1);
}

/* ---- the feed ---- */

static void end_page(uint64_t head)
{
	struct checkpoint c = { .event = event, .size = size, .root = root, .at = clock_wall_ms() };
	struct buf page, document;
	const char *at = entries.ptr;
	struct feed_entry e;
	size_t used;

	memcpy(c.epoch, epoch, EPOCH_BYTES);
	buf_init(&page, FEED_PAGE_MAX);
	buf_init(&document, 65536);
	must(checkpoint_sign(&document, &c, hub) == STATUS_OK, "checkpoint");
	page_begin(&page, size - n_entries + 1);
	for (; at < entries.ptr + entries.len; at += used) {
		must(feed_entry_parse(&e, &used, at, (size_t)(entries.ptr + entries.len - at)) == STATUS_OK, "entry");
		page_add_bytes(&page, at, used);
	}
	page_end(&page, head > size, head, clock_wall_ms(), document.ptr, document.len);
	must(page.err == STATUS_OK, "page");
	vec_push(&pages, page);
	buf_done(&document);
	buf_reset(&entries);
	n_entries = 0;
}

static void add_entry(char type, const void *body, size_t len, uint64_t head)
{
	const struct feed_entry e = { size + 1, type, 0, body, len };
	size_t before = entries.len;

	feed_entry_add(&entries, &e);
	must(entries.err == STATUS_OK, "entry");
	feed_root_add(&root, entries.ptr + before, entries.len - before);
	size++;
	if (++n_entries == FEED_PAGE_ENTRIES || entries.len > (FEED_PAGE_BYTES / 4) * 3 || size == head)
		end_page(head);
}

static void tell_peer(const char *json, size_t len)
{
	if (lines)
		must(fwrite(json, 1, len, lines) == len && putc('\n', lines) != EOF, "lines");
}

static enum status take_bytes(void *data, char kind, const char *text, size_t len)
{
	add_entry(kind, text, len, *(uint64_t *)data);
	if (kind == FEED_INSTANCE)
		tell_peer(text, len);
	return STATUS_OK;
}

static enum status take_instance(void *data, const struct pack_instance *t)
{
	const struct ti one = { mem_strdup(t->id), t->status, (unsigned int)t->revision };

	(void)data;
	vec_push(&tis, one);
	return STATUS_OK;
}

static enum status take_event(void *data, const struct pack_event *e)
{
	(void)data;
	event = mem_strdup(e->id);
	return STATUS_OK;
}

static enum status take_persons(void *data, const struct pack_person *p, size_t n)
{
	size_t i;

	(void)data;
	for (i = 0; i < n; i++)
		if (p[i].roles & ROLE_MONITOR)
			vec_push(&persons, mem_strdup(p[i].id));
	return STATUS_OK;
}

static void certify(struct buf *out, const uint8_t key[KEY_PUBLIC], const char *who)
{
	struct certificate c = { .event = event, .who = who, .name = who, .roles = ROLE_MONITOR, .from = clock_wall_ms() - 1000,
		.to = clock_wall_ms() + INT64_C(864000000) };

	memcpy(c.key, key, KEY_PUBLIC);
	must(certificate_sign(out, &c, hub) == STATUS_OK, "certificate");
}

static void add_record(uint64_t i, uint64_t head)
{
	const struct ti *t = &tis.at[i % tis.len];
	const struct key *k = replicas[i % REPLICAS];
	struct record_step steps[] = { { 1, MARK_VERIFIED }, { 2, MARK_VERIFIED } };
	struct record rec = { .kind = RECORD_VERDICT, .event = event, .replica = key_id(k), .n = i / REPLICAS + 1,
		.has_prev = i >= REPLICAS, .who = persons.at[i % REPLICAS % persons.len], .at = clock_wall_ms(),
		.ti = t->id, .outcome = OUTCOME_VERIFIED, .seen_status = t->status, .revision = t->revision, .steps = steps,
		.n_steps = 2, .text = "looked at the Bundle and its references" };
	uint8_t signature[KEY_SIGNATURE];
	struct envelope e = { .public_key = key_public(k), .signature = signature };
	struct buf payload, body;

	rec.hlc = (uint64_t)rec.at << 16 | (i & 0xffff);
	buf_init(&payload, RECORD_PAYLOAD_MAX);
	buf_init(&body, RECORD_PAYLOAD_MAX + 1024);
	must(payload_format(&payload, &rec) == STATUS_OK, "payload");
	tell_peer(payload.ptr, payload.len);
	key_sign(signature, k, RECORD_TYPE, payload.ptr, payload.len);
	e.payload = payload.ptr;
	e.len = payload.len;
	feed_record_add(&body, &e);
	add_entry(FEED_RECORD, body.ptr, body.len, head);
	vec_push(&records, body);
	buf_done(&payload);
}

static enum status count_one(void *data, char kind, const char *text, size_t len)
{
	(void)kind;
	(void)text;
	(void)len;
	++*(uint64_t *)data;
	return STATUS_OK;
}

static uint64_t walk(const char *dir, const struct pack_sink *sink)
{
	struct pack *p = pack_new();
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	must(fd >= 0 && pack_walk(p, fd, sink, NULL) == STATUS_OK, "pack");
	pack_free(p);
	close(fd);
	return *(uint64_t *)sink->data;
}

static void make_feed(const char *pack, uint64_t n, const uint8_t console[KEY_PUBLIC])
{
	uint64_t count = 0, i, head;
	const struct pack_sink first = { .bytes = count_one, .event = take_event, .persons = take_persons,
		.instance = take_instance, .data = &count };
	struct pack_sink second = { .bytes = take_bytes, .data = &head };
	struct buf document;

	walk(pack, &first);
	must(tis.len > 0 && persons.len > 0, "an empty pack");
	head = count + REPLICAS + 1 + n;
	feed_root_begin(&root, event);
	walk(pack, &second);
	for (i = 0; i <= REPLICAS; i++) {
		buf_init(&document, 65536);
		certify(&document, i < REPLICAS ? key_public(replicas[i]) : console, persons.at[i % REPLICAS % persons.len]);
		add_entry(FEED_CERTIFICATE, document.ptr, document.len, head);
		buf_done(&document);
	}
	for (i = 0; i < n; i++)
		add_record(i, head);
}

/* ---- the console ---- */

static void enrol(struct buf *request, struct store *st)
{
	struct enrol_code code = { .base_url = "https://localhost:8443", .host = "localhost", .port = 8443, .event = event,
		.secret = "AAAAAAAAAAAAAAAAAAAAAA", .has_pin = true };


	must(store_enrol_begin(request, st, &code, NULL, clock_wall_ms()) == STATUS_OK, "enrol");
}

static double spent(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void sync_all(struct store *st)
{
	double wall = spent(CLOCK_MONOTONIC), cpu = spent(CLOCK_THREAD_CPUTIME_ID);
	struct page_report r;
	size_t i;

	for (i = 0; i < pages.len; i++)
		must(store_page(&r, st, pages.at[i].ptr, pages.at[i].len) == STATUS_OK && r.skipped == 0 && r.unproven == 0,
			"page");
	must(r.cursor == size, "the end of the feed");
	printf("sync_ms %.1f\ncpu_ms %.1f\n", spent(CLOCK_MONOTONIC) - wall, spent(CLOCK_THREAD_CPUTIME_ID) - cpu);
}

static void check_signatures(void)
{
	double wall = spent(CLOCK_MONOTONIC), cpu = spent(CLOCK_THREAD_CPUTIME_ID);
	struct feed_entry entry = { .type = FEED_RECORD };
	struct envelope e;
	size_t i;

	for (i = 0; i < records.len; i++) {
		entry.body = records.at[i].ptr;
		entry.len = records.at[i].len;
		must(feed_record(&e, &entry) == STATUS_OK &&
			signature_ok(e.public_key, e.signature, RECORD_TYPE, e.payload, e.len), "signature");
	}
	printf("sign_ms %.1f\nsign_cpu_ms %.1f\nrows %llu\n", spent(CLOCK_MONOTONIC) - wall,
		spent(CLOCK_THREAD_CPUTIME_ID) - cpu, (unsigned long long)size);
}

static void read_event_id(const char *pack)
{
	uint64_t none = 0;
	const struct pack_sink sink = { .event = take_event, .data = &none };

	walk(pack, &sink);
}

int main(int argc, char **argv)
{
	struct enrol_request ask;
	struct buf request, certificate;
	struct store *st = NULL;
	struct arena a;
	bool changed;
	int i;

	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: firstsync PACK STORE RECORDS [FILE]\n");
		return 2;
	}
	crypto_init();
	arena_init(&a);
	buf_init(&request, 65536);
	buf_init(&certificate, 65536);
	buf_init(&entries, FEED_PAGE_MAX);
	must(key_new(&hub) == STATUS_OK, "key");
	for (i = 0; i < REPLICAS; i++)
		must(key_new(&replicas[i]) == STATUS_OK, "key");
	random_bytes(epoch, EPOCH_BYTES);
	read_event_id(argv[1]);
	must(store_open(&st, argv[2], STORE_CREATE) == STATUS_OK, argv[2]);
	enrol(&request, st);
	must(enrol_open(&ask, &a, request.ptr, request.len) == STATUS_OK, "request");
	if (argc == 5)
		must((lines = fopen(argv[4], "w")) != NULL, argv[4]);
	make_feed(argv[1], strtoull(argv[3], NULL, 10), ask.key);
	if (lines)
		must(fclose(lines) == 0, argv[4]);
	certify(&certificate, ask.key, persons.at[0]);
	must(store_enrol_end(st, certificate.ptr, certificate.len, key_public(hub)) == STATUS_OK, "certificate");
	must(store_epoch(&changed, st, epoch) == STATUS_OK, "epoch");
	sync_all(st);
	store_close(st);
	check_signatures();
	return 0;
}
