/* SPDX-License-Identifier: Apache-2.0 */
/* The world of the session machine, played by hand: see the header. */
#include "sync_world.h"
#include "verdict/store/join.h"

#define RECORD_HEAD 100		/* key, signature, length */

static char hub_id[KEY_ID];

/* ---- the store ---- */

struct world_store store;

enum status store_sync_state(struct sync_state *out, struct arena *a, struct store *st)
{
	(void)a;
	(void)st;
	*out = store.state;
	return STATUS_OK;
}

enum status store_session_proof(struct buf *out, struct store *st, const char *nonce)
{
	(void)st;
	if (store.proof != STATUS_OK)
		return status_set(store.proof, "the key is locked");
	buf_adds(out, nonce);
	return STATUS_OK;
}

enum status store_epoch(bool *changed_out, struct store *st, const uint8_t epoch[EPOCH_BYTES])
{
	(void)st;
	store.epochs++;
	*changed_out = store.epoch_changed;
	if (store.epoch_changed)
		store.state.cursor = 0;
	store.epoch_changed = false;
	memcpy(store.state.epoch, epoch, EPOCH_BYTES);
	return STATUS_OK;
}

enum status store_offer(struct store *st, const struct have_answer *answer)
{
	(void)st;
	(void)answer;
	store.offers++;
	return store.offer ? status_set(store.offer, "forked") : STATUS_OK;
}

static uint32_t noise_seed = 1;

static void stir(char *noise, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		noise_seed = noise_seed * 1664525 + 1013904223;
		noise[i] = (char)(noise_seed >> 24);
	}
}

static char *make_noise(size_t n)
{
	char *noise = mem_alloc(n + 1);

	stir(noise, n);
	return noise;
}

enum status store_unsent(struct buf *batch_out, uint64_t *last_out, struct store *st, uint64_t after,
	size_t max_records, size_t max_bytes)
{
	static const uint8_t key[KEY_PUBLIC], signature[KEY_SIGNATURE];
	size_t i, n = store.state.unsent < max_records ? (size_t)store.state.unsent : max_records;
	char *noise;

	(void)st;
	(void)after;
	if (!n)
		return STATUS_NOT_FOUND;
	if (store.record_len && n > max_bytes / (store.record_len + RECORD_HEAD))
		n = max_bytes / (store.record_len + RECORD_HEAD) + (max_bytes < store.record_len + RECORD_HEAD);
	noise = make_noise(store.record_len);
	batch_begin(batch_out);
	for (i = 0; i < n; i++) {
		const char *text = store.poison == i + 1 ? "poison" : store.record_len ? noise : "record";

		batch_add(batch_out, &(struct envelope){ text, store.record_len ? store.record_len : strlen(text), key,
			signature });
		stir(noise, store.record_len);
	}
	mem_free(noise);
	*last_out = store.batch_n = (unsigned int)n;
	store.batches++;
	return STATUS_OK;
}

static unsigned int count_of(const void *batch, size_t len)
{
	struct batch_reader r;

	assert_ok(batch_open(&r, batch, len));
	return r.left;
}

enum status store_receipt(unsigned int *changed_out, struct store *st, const void *batch, size_t batch_len,
	const void *receipt, size_t receipt_len)
{
	unsigned int n = count_of(batch, batch_len);

	(void)st;
	(void)receipt;
	(void)receipt_len;
	if (store.receipt != STATUS_OK)
		return status_set(store.receipt, "receipt");
	store.receipts++;
	store.state.unsent -= n;
	store.poison -= store.poison > n ? n : 0;
	*changed_out = n;
	return STATUS_OK;
}

enum status store_refuse(struct store *st, const struct digest *rid, const char *why)
{
	struct digest want = record_rid("poison", 6);

	(void)st;
	assert_true(digest_equal(rid, &want));
	store.trayed++;
	store.state.unsent--;
	store.state.refused++;
	store.poison = 0;
	snprintf(store.tray_why, sizeof(store.tray_why), "%s", why);
	return STATUS_OK;
}

enum status store_page(struct page_report *out, struct store *st, const void *page, size_t len)
{
	struct page_reader r;
	struct page_head head;

	(void)st;
	memset(out, 0, sizeof(*out));
	assert_ok(page_open(&r, &head, page, len));
	if (store.page != STATUS_OK)
		return status_set(store.page, "page");
	if (head.from != store.state.cursor + 1)
		return STATUS_CONFLICT;
	store.pages++;
	store.state.cursor += head.count;
	out->entries = head.count;
	out->cursor = store.state.cursor;
	out->head = head.head;
	return STATUS_OK;
}

enum status store_claim_wants(const char ***tis_out, size_t *n_out, struct arena *a, struct store *st)
{
	(void)a;
	(void)st;
	*tis_out = store.wants;
	*n_out = store.n_wants;
	return STATUS_OK;
}

enum status store_claims(struct claim_row **out, size_t *n_out, struct arena *a, struct store *st)
{
	(void)a;
	(void)st;
	*out = store.claims;
	*n_out = store.n_claims;
	return STATUS_OK;
}

enum status store_claim_set(struct store *st, const char *ti, const char *who, bool mine, uint64_t fence, int64_t ttl_s)
{
	(void)st;
	snprintf(store.claim, sizeof(store.claim), "%s %s %s %llu %lld", ti, who ? who : "-", mine ? "mine" : "theirs",
		(unsigned long long)fence, (long long)ttl_s);
	return STATUS_OK;
}

enum status store_evidence_wanted(struct evidence_want **out, size_t *n_out, struct arena *a, struct store *st,
	uint64_t budget)
{
	(void)a;
	(void)st;
	*out = &store.evidence;
	*n_out = store.has_evidence && store.evidence.size <= budget ? 1 : 0;
	return STATUS_OK;
}

enum status store_evidence_want(struct evidence_want *out, struct store *st, const struct digest *sha256)
{
	(void)st;
	(void)sha256;
	*out = store.evidence;
	return store.has_evidence ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status store_evidence_piece(bool *here_out, struct store *st, const struct evidence_want *want, uint64_t offset,
	const void *ptr, size_t len)
{
	(void)st;
	(void)ptr;
	if (store.piece != STATUS_OK)
		return status_set(store.piece, "piece");
	assert_int_equal(offset, store.evidence.have);
	store.evidence.have += len;
	*here_out = store.evidence.have == want->size;
	return STATUS_OK;
}

enum status store_enrol_begin(struct buf *request_out, struct store *st, const struct enrol_code *code,
	const char *passphrase, int64_t at)
{
	(void)st;
	(void)passphrase;
	(void)at;
	buf_adds(request_out, code->secret);
	return STATUS_OK;
}

enum status store_hub_certificate_set(struct store *st, const char *pem)
{
	(void)st;
	snprintf(store.pem, sizeof(store.pem), "%s", pem);
	return STATUS_OK;
}

enum status store_hub_certificate(const char **pem_out, struct arena *a, struct store *st)
{
	(void)a;
	(void)st;
	*pem_out = store.pem;
	return STATUS_OK;
}

enum status store_enrol_end(struct store *st, const void *certificate, size_t len, const uint8_t hub_key[KEY_PUBLIC])
{
	(void)st;
	return len == 4 && !memcmp(certificate, "cert", 4) && hub_key[0] == 9 ? STATUS_OK
		: status_set(STATUS_DENIED, "certificate");
}

enum status store_enrol_waiting(struct buf *request_out, struct store *st, int64_t at)
{
	(void)st;
	(void)at;
	if (store.proof != STATUS_OK)
		return status_set(store.proof, "the key is locked");
	buf_adds(request_out, "waiting");
	return STATUS_OK;
}

enum status store_enrol_answer(struct store *st, const void *certificate, size_t len)
{
	static const uint8_t key[KEY_PUBLIC] = { 9 };
	enum status code = store_enrol_end(st, certificate, len, key);

	store.state.enrolled = code == STATUS_OK;
	store.state.waiting = code != STATUS_OK;
	return code;
}

/* ---- the world ---- */

struct world w;

static enum status peer(void *data, const struct net_peer *p)
{
	(void)data;
	w.pin_only = p->pin_only;
	w.peers++;
	return w.bad_peer ? status_set(STATUS_INVALID, "no hub's address") : STATUS_OK;
}

static uint32_t send_ask(void *data, const struct net_request *q, net_answer_cb cb, net_progress_cb progress, void *cb_data)
{
	struct ask *a = mem_zalloc(sizeof(*a)), **tail = &w.asks;

	(void)data;
	(void)progress;
	a->id = ++w.last;
	a->method = q->method;
	snprintf(a->path, sizeof(a->path), "%s", q->path);
	snprintf(a->token, sizeof(a->token), "%s", q->token ? q->token : "");
	buf_init(&a->body, 8u << 20);
	buf_add(&a->body, q->body, q->len);
	a->zstd = q->zstd_body;
	a->ranged = q->ranged;
	a->from = q->from;
	a->to = q->to;
	a->cb = cb;
	a->data = cb_data;
	while (*tail)
		tail = &(*tail)->next;
	*tail = a;
	return a->id;
}

void ask_free(struct ask *a)
{
	struct ask **at = &w.asks;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	buf_done(&a->body);
	mem_free(a);
}

static void cancel_ask(void *data, uint32_t id)
{
	struct ask *a;

	(void)data;
	for (a = w.asks; a; a = a->next)
		if (a->id == id) {
			ask_free(a);
			w.cancelled++;
			return;
		}
	fail_msg("cancelled what is not under way");
}

static void run_job(void *data, struct sync_job *job)
{
	(void)data;
	assert_true(w.n_jobs < 64);
	w.jobs[w.n_jobs++] = job;
}

static int64_t now(void *data) { (void)data; return w.now; }
static int64_t wall(void *data) { (void)data; return INT64_C(1800000000000) + w.now; }
static uint32_t chance(void *data) { (void)data; return w.chance += 7919; }
static void wake(void *data, int64_t at) { (void)data; w.wake = at; }
static void changed(void *data, unsigned int what) { (void)data; w.changed |= what; }

const struct sync_port world_port = { NULL, peer, send_ask, cancel_ask, run_job, now, wall, chance, wake, changed };

void work(void)
{
	while (w.n_jobs) {
		struct sync_job *job = w.jobs[0];

		memmove(w.jobs, w.jobs + 1, --w.n_jobs * sizeof(w.jobs[0]));
		job->work(job, NULL);
		job->done(job);
	}
}

struct ask *find(const char *part)
{
	struct ask *a;

	work();
	for (a = w.asks; a; a = a->next)
		if (strstr(a->path, part))
			return a;
	return NULL;
}

struct ask *expect(const char *part)
{
	struct ask *a = find(part);

	if (!a) {
		print_message("no request for %s; under way:\n", part);
		for (a = w.asks; a; a = a->next)
			print_message("  %s\n", a->path);
		fail();
	}
	return a;
}

void answer(struct ask *a, struct net_answer r)
{
	net_answer_cb cb = a->cb;
	void *data = a->data;

	r.type = r.type ? r.type : "";
	r.message = r.message ? r.message : "";
	r.body = r.body ? r.body : "";
	ask_free(a);
	cb(&r, data);
	work();
}

void say(const char *part, unsigned int status, const char *type, const struct buf *body)
{
	answer(expect(part), (struct net_answer){ .status = status, .type = type, .body = body ? body->ptr : NULL,
		.len = body ? body->len : 0 });
}

void say_failure(const char *part, enum net_failure f)
{
	answer(expect(part), (struct net_answer){ .failure = f, .message = "it failed" });
}

void refuse(const char *part, unsigned int status, unsigned int retry_s)
{
	struct refusal r = { .kind = REFUSAL_OTHER, .message = "no, thank you", .who = status == 409 ? "mon-2" : NULL,
		.since_s = 5, .ttl_s = 60 };
	struct buf b;

	buf_init(&b, 10000);
	refusal_write(&b, &r);
	answer(expect(part), (struct net_answer){ .status = status, .type = JSON, .body = b.ptr, .len = b.len,
		.retry_after_s = retry_s });
	buf_done(&b);
}

/* Let time pass up to what the machine waits for. */
int64_t pass(void)
{
	int64_t waited = w.wake - w.now;

	assert_true(w.wake < INT64_MAX);
	assert_true(waited >= 0);
	w.now = w.wake;
	sync_tick(w.s);
	work();
	return waited;
}

void hello(void)
{
	struct hello h = { "1", hub_id, { 9 }, 5, "nonce-1" };
	struct buf b;

	buf_init(&b, 10000);
	hello_write(&b, &h);
	say("/v1/hello", 200, JSON, &b);
	buf_done(&b);
}

void session(const char *token)
{
	struct session_answer s = { token, 43200 };
	struct buf b;

	assert_string_equal(buf_str(&expect("/session")->body), "nonce-1");
	buf_init(&b, 10000);
	session_answer_write(&b, &s);
	say("/session", 200, JSON, &b);
	buf_done(&b);
}

void event_hello(uint64_t size)
{
	struct event_hello h = { .hub = hub_id, .size = size, .now = 5, .max_records = 200, .max_bytes = 4000000,
		.max_page = 500, .epoch = { 3 } };
	struct buf b;

	buf_init(&b, 10000);
	event_hello_write(&b, &h);
	say("ap%20ips/hello", 200, JSON, &b);
	buf_done(&b);
}

void have(void)
{
	struct have_answer h = { .replica = "Vkdap1RjR0wChd9dvyvKtw" };
	struct buf b;

	buf_init(&b, 10000);
	have_answer_write(&b, &h);
	say("/have", 200, JSON, &b);
	buf_done(&b);
}

void page(unsigned int count, uint64_t head)
{
	uint64_t from = (uint64_t)strtoull(strstr(expect("/changes")->path, "since=") + 6, NULL, 10) + 1;
	struct buf b;
	unsigned int i;

	buf_init(&b, 100000);
	page_begin(&b, from);
	for (i = 0; i < count; i++)
		page_add(&b, &(struct feed_entry){ from + i, FEED_GONE, 0, "x", 1 });
	page_end(&b, from + count - 1 < head, head, 5, "cp", 2);
	say("/changes", 200, PAGE, &b);
	buf_done(&b);
}

struct sync_status status(void)
{
	struct sync_status st;

	sync_status(&st, w.s);
	return st;
}

void link_up(uint64_t head)
{
	hello();
	session("token-1");
	event_hello(head);
	have();
	assert_int_equal(status().line, SYNC_ONLINE);
}

int world_setup(void **state)
{
	(void)state;
	crypto_init();
	key_id_of(hub_id, (const uint8_t[KEY_PUBLIC]){ 9 });
	memset(&w, 0, sizeof(w));
	memset(&store, 0, sizeof(store));
	store.state = (struct sync_state){ .event = "ap ips", .replica = "Vkdap1RjR0wChd9dvyvKtw", .hub_url = "https://h",
		.hub = hub_id, .hub_key = { 9 }, .enrolled = true, .has_epoch = true };
	w.now = 1000;
	w.s = sync_new(&world_port);
	return 0;
}

int world_teardown(void **state)
{
	(void)state;
	sync_stop(w.s);
	work();
	assert_false(sync_busy(w.s));
	sync_free(w.s);
	while (w.asks)
		ask_free(w.asks);
	return 0;
}

