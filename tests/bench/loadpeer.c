/* SPDX-License-Identifier: Apache-2.0 */
/* One console as a hub sees it (loadpeer.h), with libcurl and the protocol's own code; no store. For benchmarks. */
#include "loadpeer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/proto/answer.h"
#include "verdict/proto/batch.h"
#include "verdict/proto/enrol.h"
#include "verdict/proto/feed.h"
#include "verdict/proto/payload.h"

void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "hubload: %s: %s\n", what, status_message());
	exit(1);
}

/* ---- HTTP ---- */

static size_t take(char *ptr, size_t size, size_t n, void *data)
{
	buf_add(data, ptr, size * n);
	return size * n;
}

/* One request on the peer's connection; the status, 0 where there was no answer. */
static long ask(struct peer *p, const char *path, const char *type, const char *more, const void *body, size_t len)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	char *url = mem_printf("%s%s", p->base, path), line[160];
	long status = 0;

	if (p->token[0]) {
		snprintf(line, sizeof(line), "Authorization: Bearer %s", p->token);
		headers = curl_slist_append(headers, line);
	}
	if (type) {
		snprintf(line, sizeof(line), "Content-Type: %s", type);
		headers = curl_slist_append(headers, line);
	}
	if (more)
		headers = curl_slist_append(headers, more);
	curl_easy_setopt(p->curl, CURLOPT_URL, url);
	curl_easy_setopt(p->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(p->curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(p->curl, CURLOPT_WRITEDATA, &p->answer);
	if (body) {
		curl_easy_setopt(p->curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE, (long)len);
	}
	buf_reset(&p->answer);
	if (curl_easy_perform(p->curl) == CURLE_OK)
		curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	mem_free(url);
	return status;
}

static void want(struct peer *p, long status, const char *what)
{
	if (status == 200)
		return;
	fprintf(stderr, "hubload: %s: status %ld: %.300s\n", what, status, buf_str(&p->answer));
	exit(1);
}

static char *event_path(const struct peer *p, const char *rest)
{
	return mem_printf("/v1/events/%s/%s", p->event, rest);
}

/* ---- joining ---- */

static void connect_with(struct peer *p, const char *ca)
{
	p->curl = curl_easy_init();
	must(p->curl != NULL, "libcurl");
	curl_easy_setopt(p->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(p->curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(p->curl, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(p->curl, CURLOPT_WRITEFUNCTION, take);
	if (ca)
		curl_easy_setopt(p->curl, CURLOPT_CAINFO, ca);
}

void peer_join(struct peer *p, const char *text, const char *ca)
{
	struct enrol_code code;
	struct arena a;
	struct buf b;
	char *path;

	memset(p, 0, sizeof(*p));
	arena_init(&a);
	must(enrol_code_parse(&code, &a, text) == STATUS_OK && key_new(&p->key) == STATUS_OK, "code");
	p->base = mem_strdup(code.base_url);
	p->event = mem_strdup(code.event);
	buf_init(&p->answer, FEED_PAGE_MAX);
	connect_with(p, ca);
	buf_init(&b, 65536);
	enrol_sign(&b, p->key, p->event, code.secret, "load", clock_wall_ms());
	path = event_path(p, "enrol");
	want(p, ask(p, path, "application/vnd.verdict.signed", NULL, b.ptr, b.len), "enrolment");
	mem_free(path);
	buf_done(&b);
	arena_done(&a);
	/* the next request begins with a new connection, as after a night */
	curl_easy_cleanup(p->curl);
	connect_with(p, ca);
}

void peer_session(struct peer *p)
{
	struct session_answer session;
	struct event_hello event;
	struct hello hello;
	struct arena a;
	struct buf b;
	char *path = event_path(p, "session");

	arena_init(&a);
	buf_init(&b, 65536);
	want(p, ask(p, "/v1/hello", NULL, NULL, NULL, 0), "hello");
	must(hello_read(&hello, &a, p->answer.ptr, p->answer.len) == STATUS_OK, "hello");
	memcpy(p->hub_key, hello.key, KEY_PUBLIC);
	session_sign(&b, p->key, p->event, hello.nonce, clock_wall_ms());
	want(p, ask(p, path, "application/vnd.verdict.signed", NULL, b.ptr, b.len), "session");
	must(session_answer_read(&session, &a, p->answer.ptr, p->answer.len) == STATUS_OK, "session");
	snprintf(p->token, sizeof(p->token), "%s", session.token);
	mem_free(path);
	path = event_path(p, "hello");
	want(p, ask(p, path, NULL, NULL, NULL, 0), "hello of the event");
	must(event_hello_read(&event, &a, p->answer.ptr, p->answer.len) == STATUS_OK, "hello of the event");
	memcpy(p->epoch, event.epoch, EPOCH_BYTES);
	p->head = event.size;
	mem_free(path);
	buf_done(&b);
	arena_done(&a);
}

/* ---- records ---- */

static void write_record(struct peer *p, struct buf *batch)
{
	struct digest seen = sha256("seen", 4);
	struct record_looked looked = { seen, "bundle.json", 4096 };
	struct record_step steps[] = { { 1, MARK_VERIFIED }, { 2, MARK_VERIFIED } };
	struct record rec = { .kind = RECORD_VERDICT, .kind_name = "verdict", .event = p->event, .replica = key_id(p->key),
		.n = p->n + 1, .has_prev = p->n > 0, .prev = p->last, .who = "P01", .at = clock_wall_ms(), .tz_min = 540,
		.outcome = OUTCOME_VERIFIED, .seen_status = TI_TO_BE_VERIFIED, .revision = 3,
		.steps = steps, .n_steps = 2, .looked = &looked, .n_looked = 1 };
	uint8_t signature[KEY_SIGNATURE];
	struct envelope e;
	char ti[16];
	struct buf b;

	snprintf(ti, sizeof(ti), "%u", 100001 + (p->tis ? (unsigned int)(p->n % p->tis) : 0));
	rec.ti = ti;
	rec.hlc = (uint64_t)rec.at << 16;
	buf_init(&b, RECORD_PAYLOAD_MAX);
	must(payload_format(&b, &rec) == STATUS_OK, "payload");
	key_sign(signature, p->key, RECORD_TYPE, b.ptr, b.len);
	e = (struct envelope){ b.ptr, b.len, key_public(p->key), signature };
	batch_add(batch, &e);
	p->last = record_rid(b.ptr, b.len);
	p->n++;
	buf_done(&b);
}

void peer_write(struct peer *p, size_t batches, unsigned int records)
{
	p->batches = mem_array(batches, sizeof(*p->batches));
	p->ns = mem_array(batches, sizeof(*p->ns));
	p->n_batches = batches;
	for (size_t i = 0; i < batches; i++) {
		buf_init(&p->batches[i], BATCH_BYTES_MAX);
		batch_begin(&p->batches[i]);
		for (unsigned int k = 0; k < records; k++)
			write_record(p, &p->batches[i]);
	}
}

/* RFC 9530 wants base64 with padding: ours, in the other alphabet. */
static void digest_header(struct buf *out, const void *ptr, size_t len)
{
	struct digest d = sha256(ptr, len);

	buf_adds(out, "Content-Digest: sha-256=:");
	base64url(out, d.b, sizeof(d.b));
	for (size_t i = 25; i < out->len; i++)
		out->ptr[i] = out->ptr[i] == '-' ? '+' : out->ptr[i] == '_' ? '/' : out->ptr[i];
	buf_adds(out, "=:");
}

static void count_answers(struct peer *p)
{
	struct receipt r;
	struct arena a;

	arena_init(&a);
	must(receipt_open(&r, &a, p->answer.ptr, p->answer.len, p->hub_key) == STATUS_OK, "receipt");
	for (size_t i = 0; i < r.n; i++)
		p->stored += r.entries[i].answer == ANSWER_STORED || r.entries[i].answer == ANSWER_FLAGGED;
	arena_done(&a);
}

void peer_push(struct peer *p, size_t i, bool look)
{
	const struct buf *b = &p->batches[i];
	char *path = event_path(p, "records");
	struct buf header;
	int64_t from;

	buf_init(&header, 200);
	digest_header(&header, b->ptr, b->len);
	from = clock_mono_ns();
	want(p, ask(p, path, "application/vnd.verdict.batch", buf_str(&header), b->ptr, b->len), "push");
	p->ns[i] = clock_mono_ns() - from;
	if (look)
		count_answers(p);
	buf_done(&header);
	mem_free(path);
}

void peer_have(struct peer *p)
{
	struct have_ask q = { key_id(p->key), p->n, p->last };
	char *path = event_path(p, "have");
	struct have_answer h;
	struct arena a;
	struct buf b;

	arena_init(&a);
	buf_init(&b, ANSWER_MAX);
	have_ask_write(&b, &q);
	want(p, ask(p, path, "application/json", NULL, b.ptr, b.len), "have");
	must(have_answer_read(&h, &a, p->answer.ptr, p->answer.len) == STATUS_OK, "have");
	must(h.n == p->n && h.n_want == 0 && !h.fork && memcmp(&h.rid, &p->last, sizeof(h.rid)) == 0,
		"the hub does not hold the whole chain");
	buf_done(&b);
	mem_free(path);
	arena_done(&a);
}

void peer_page(struct peer *p, int wait_s)
{
	char epoch[EPOCH_HEX], rest[160], *path;
	struct page_reader r;
	struct page_head head;

	epoch_hex(epoch, p->epoch);
	snprintf(rest, sizeof(rest), "changes?epoch=%s&since=%llu&limit=%d&wait=%d", epoch,
		(unsigned long long)p->cursor, FEED_PAGE_ENTRIES, wait_s);
	path = event_path(p, rest);
	want(p, ask(p, path, NULL, NULL, NULL, 0), "changes");
	must(page_open(&r, &head, p->answer.ptr, p->answer.len) == STATUS_OK, "page");
	p->cursor += head.count;
	p->head = head.head;
	mem_free(path);
}

void peer_end(struct peer *p)
{
	for (size_t i = 0; i < p->n_batches; i++)
		buf_done(&p->batches[i]);
	mem_free(p->batches);
	mem_free(p->ns);
	curl_easy_cleanup(p->curl);
	buf_done(&p->answer);
	key_free(p->key);
	mem_free(p->base);
	mem_free(p->event);
}
