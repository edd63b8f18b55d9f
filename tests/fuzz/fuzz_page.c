/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as entries of a feed, in a page that the hub signed, taken by a console's store: each is a type, flags, a
 * length of two bytes and a body; the body of a record is signed here, so that it gets as far as a real one. Whatever it
 * says, the page is taken, the cursor moves by it, and the counts stay those of the rows. Layer: tests.
 */
#include "fuzz.h"

#include <string.h>
#include <unistd.h>
#include "src/store/store_priv.h"
#include "tests/unit/pack_fixture.h"
#include "verdict/base/mem.h"
#include "verdict/pack/file.h"
#include "verdict/proto/cert.h"
#include "verdict/store/sync.h"

#define ENTRIES_MAX 24
#define EPOCH_ENTRIES 600	/* then the feed begins anew */

static struct store *st;
static struct key *hub, *replica;
static uint8_t epoch[EPOCH_BYTES];
static struct digest root;
static uint64_t size;
static char dir[] = "/tmp/verdict-fuzz-XXXXXX";

static void clean(void)
{
	store_close(st);
	pack_remove(dir);
}

static void add(struct buf *page, char type, unsigned int flags, const void *body, size_t len)
{
	const struct feed_entry e = { ++size, type, flags, body, len };
	struct buf bytes;

	buf_init(&bytes, FEED_PAGE_MAX);
	feed_entry_add(&bytes, &e);
	feed_root_add(&root, bytes.ptr, bytes.len);
	page_add_bytes(page, bytes.ptr, bytes.len);
	buf_done(&bytes);
}

static void add_record(struct buf *page, unsigned int flags, const char *payload, size_t len)
{
	uint8_t signature[KEY_SIGNATURE];
	const struct envelope e = { payload, len, key_public(replica), signature };
	struct buf body;

	if (len == 0)
		return;
	key_sign(signature, replica, RECORD_TYPE, payload, len);
	buf_init(&body, RECORD_PAYLOAD_MAX + 1024);
	feed_record_add(&body, &e);
	if (body.err == STATUS_OK)
		add(page, FEED_RECORD, flags, body.ptr, body.len);
	buf_done(&body);
}

static void add_certificate(struct buf *page, const struct key *key, const char *who)
{
	struct certificate c = { .event = "ev", .who = who, .name = who, .roles = ROLE_MONITOR, .from = 1, .to = INT64_C(4102444800000) };
	struct buf document;

	memcpy(c.key, key_public(key), KEY_PUBLIC);
	buf_init(&document, 65536);
	FUZZ_HOLDS(certificate_sign(&document, &c, hub) == STATUS_OK);
	add(page, FEED_CERTIFICATE, 0, document.ptr, document.len);
	buf_done(&document);
}

static void take(struct buf *page)
{
	struct checkpoint c = { .event = "ev", .size = size, .root = root, .at = 1 };
	struct page_report r;
	struct buf document;

	memcpy(c.epoch, epoch, EPOCH_BYTES);
	buf_init(&document, 65536);
	FUZZ_HOLDS(checkpoint_sign(&document, &c, hub) == STATUS_OK);
	page_end(page, false, size, 1, document.ptr, document.len);
	FUZZ_HOLDS(page->err == STATUS_OK);
	FUZZ_HOLDS(store_page(&r, st, page->ptr, page->len) == STATUS_OK);
	FUZZ_HOLDS(r.cursor == size);
	buf_done(&document);
}

/* The event's documents and a monitor's certificate, in an epoch of their own. */
static void begin_epoch(void)
{
	static const struct { char type; const char *member; } documents[] = { { 'E', "event.json" }, { 'C', "catalogue.json" },
		{ 'O', "organisations.json" }, { 'S', "systems.json" }, { 'P', "persons.json" } };
	struct buf page;
	bool changed;
	size_t i;

	size = 0;
	feed_root_begin(&root, "ev");
	random_bytes(epoch, EPOCH_BYTES);
	FUZZ_HOLDS(store_epoch(&changed, st, epoch) == STATUS_OK && changed);
	buf_init(&page, FEED_PAGE_MAX);
	page_begin(&page, 1);
	for (i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
		add(&page, documents[i].type, 0, pack_good(documents[i].member), strlen(pack_good(documents[i].member)));
	add(&page, 'I', 0, PACK_TI_1, strlen(PACK_TI_1));
	add_certificate(&page, replica, "P1");
	take(&page);
	buf_done(&page);
}

static void begin(void)
{
	struct enrol_code code = { .base_url = "https://hub.example:1", .host = "hub.example", .port = 1, .event = "ev",
		.secret = "AAAAAAAAAAAAAAAAAAAAAA", .has_pin = true };
	struct certificate c = { .event = "ev", .who = "P1", .name = "P1", .roles = ROLE_MONITOR, .from = 1,
		.to = INT64_C(4102444800000) };
	struct enrol_request ask;
	struct buf request, certificate;
	struct arena a;

	crypto_init();
	arena_init(&a);
	buf_init(&request, 65536);
	buf_init(&certificate, 65536);
	FUZZ_HOLDS(mkdtemp(dir));
	FUZZ_HOLDS(key_new(&hub) == STATUS_OK && key_new(&replica) == STATUS_OK);
	FUZZ_HOLDS(store_open(&st, dir, STORE_CREATE) == STATUS_OK);
	atexit(clean);
	FUZZ_HOLDS(store_enrol_begin(&request, st, &code, NULL, 1) == STATUS_OK);
	FUZZ_HOLDS(enrol_open(&ask, &a, request.ptr, request.len) == STATUS_OK);
	memcpy(c.key, ask.key, KEY_PUBLIC);
	FUZZ_HOLDS(certificate_sign(&certificate, &c, hub) == STATUS_OK);
	FUZZ_HOLDS(store_enrol_end(st, certificate.ptr, certificate.len, key_public(hub)) == STATUS_OK);
	/* what is written is thrown away */
	FUZZ_HOLDS(sql_exec(st, "PRAGMA synchronous = OFF") == STATUS_OK);
	begin_epoch();
	arena_done(&a);
	buf_done(&request);
	buf_done(&certificate);
}

static void check_counts(void)
{
	static const char statuses[] = "SELECT (SELECT count(*) FROM (SELECT 'status.' || status AS name, count(*) AS n FROM ti "
		"GROUP BY status EXCEPT SELECT name, n FROM tally)) + (SELECT count(*) FROM ti) - (SELECT total(n) FROM tally "
		"WHERE name LIKE 'status.%')";
	static const char ranks[] = "SELECT count(*) FROM (SELECT 'rank.' || rank AS name, count(*) AS n FROM ti GROUP BY rank "
		"EXCEPT SELECT name, n FROM tally)";
	int64_t wrong = -1;

	FUZZ_HOLDS(sql_int(&wrong, st, statuses) == STATUS_OK && wrong == 0);
	FUZZ_HOLDS(sql_int(&wrong, st, ranks) == STATUS_OK && wrong == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf page;
	size_t at = 0, n, count;

	if (!st)
		begin();
	if (size > EPOCH_ENTRIES)
		begin_epoch();
	buf_init(&page, FEED_PAGE_MAX);
	page_begin(&page, size + 1);
	for (count = 0; len - at >= 4 && count < ENTRIES_MAX; count++, at += 4 + n) {
		char type = (char)('A' + data[at] % 26);

		n = (size_t)data[at + 2] | (size_t)data[at + 3] << 8;
		if (n > len - at - 4)
			n = len - at - 4;
		if (type == FEED_RECORD)
			add_record(&page, data[at + 1], (const char *)data + at + 4, n);
		else
			add(&page, type, 0, data + at + 4, n);
	}
	take(&page);
	check_counts();
	/* one line a trouble; nobody reads them */
	store_notice(st);
	buf_done(&page);
	return 0;
}
