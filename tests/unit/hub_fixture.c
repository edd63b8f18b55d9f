/* SPDX-License-Identifier: Apache-2.0 */
/* The hub of the tests; see hub_fixture.h. Layer: tests. */
#include "tests/unit/hub_fixture.h"

#include <stdio.h>
#include <string.h>
#include "test.h"
#include "tests/unit/pack_fixture.h"
#include "verdict/base/mem.h"
#include "verdict/proto/enrol.h"
#include "verdict/proto/payload.h"

static int64_t wall(void *data)
{
	return ((struct hub_fixture *)data)->wall;
}

static int64_t mono(void *data)
{
	return ((struct hub_fixture *)data)->mono;
}

void hub_fixture_open(struct hub_fixture *f)
{
	char *store = mem_printf("sqlite:%s/store", f->dir);
	struct hub_options o = { .store = store, .dir = f->dir, .wall = wall, .mono = mono, .clock_data = f,
		.in_line = f->in_line, .backend = f->backend };

	assert_ok(hub_open(&f->h, &o));
	f->e = hub_event_find(f->h, "ev");
	mem_free(store);
}

void hub_fixture_close(struct hub_fixture *f)
{
	hub_close(f->h);
	f->h = NULL;
	f->e = NULL;
}

void hub_fixture_pack(const char *dir, unsigned int tis)
{
	struct buf b;

	buf_init(&b, 64u << 20);
	pack_write(dir, NULL, NULL, 0);
	buf_adds(&b, "[");
	for (int i = 0; i < 7; i++) {
		static const char *const who[][3] = { { "m1", "monitor", "" }, { "m2", "monitor", "" },
			{ "m3", "monitor", "" }, { "l1", "lead", "" }, { "p1", "monitor", "\"O1\"" },
			{ "b1", "observer", "" }, { "P1", "monitor", "" } };

		buf_printf(&b, "%s{\"id\":\"%s\",\"name\":\"Name of %s\",\"roles\":[\"%s\"],\"organisations\":[%s]}",
			i ? "," : "", who[i][0], who[i][0], who[i][1], who[i][2]);
	}
	buf_adds(&b, "]");
	pack_put(dir, "persons.json", b.ptr, b.len);
	buf_reset(&b);
	for (unsigned int i = 0; i < tis; i++)
		buf_printf(&b, "{\"id\":\"%u\",\"test\":\"T1\",\"status\":\"to-be-verified\","
			"\"since\":\"2026-11-24T10:00:00+09:00\",\"participants\":[{\"role\":\"source\",\"system\":\"S1\"},"
			"{\"role\":\"recipient\",\"system\":\"S2\"}]}\n", 1001 + i);
	pack_put(dir, "instances.ndjson", buf_str(&b), b.len);
	buf_done(&b);
}

struct hub_imported hub_fixture_import(struct hub_fixture *f, unsigned int tis, const char *member, const char *text)
{
	char *dir = mem_printf("%s/pack", f->dir);
	struct hub_import how = { .tick = NULL };
	struct hub_imported got;

	hub_fixture_pack(dir, tis);
	if (member)
		pack_put(dir, member, text, strlen(text));
	assert_ok(hub_import(&got, f->h, dir, &how));
	f->e = hub_event_find(f->h, "ev");
	assert_non_null(f->e);
	mem_free(dir);
	return got;
}

struct hub_fixture *hub_fixture_bare(const struct hub_store_ops *backend, bool in_line)
{
	struct hub_fixture *f = mem_zalloc(sizeof(*f));

	crypto_init();
	f->dir = fixture_dir();
	f->backend = backend;
	f->in_line = in_line;
	f->wall = HUB_NOW;
	f->mono = 1000000;
	hub_fixture_open(f);
	return f;
}

struct hub_fixture *hub_fixture_new(bool in_line, unsigned int tis)
{
	struct hub_fixture *f = hub_fixture_bare(NULL, in_line);

	hub_fixture_import(f, tis, NULL, NULL);
	return f;
}

void hub_fixture_free(struct hub_fixture *f)
{
	hub_close(f->h);
	fixture_remove(f->dir);
	mem_free(f);
}

uint64_t hub_size(struct hub_fixture *f)
{
	uint8_t epoch[EPOCH_BYTES];
	struct digest root;
	uint64_t size;

	hub_head(f->e, &size, &root, epoch);
	return size;
}

static void author_session(struct author *a, struct hub_fixture *f)
{
	char nonce[HUB_NONCE];
	struct hub_call call;
	struct buf b;

	buf_init(&b, 4096);
	hub_call_init(&call, NULL, NULL);
	hub_nonce(nonce, f->h);
	session_sign(&b, a->key, "ev", nonce, f->wall);
	assert_ok(hub_session_new(f->e, &call, b.ptr, b.len));
	assert_int_equal(call.out.len, HUB_TOKEN - 1);
	memcpy(a->token, call.out.ptr, HUB_TOKEN);
	assert_ok(hub_session_find(&a->session, f->e, a->token));
	hub_call_done(&call);
	buf_done(&b);
}

void author_new(struct author *a, struct hub_fixture *f, const char *person, unsigned int roles, const char *organisation)
{
	struct hub_invitation i = { .person = person, .roles = roles, .organisations = &organisation,
		.n_organisations = organisation != NULL };
	struct hub_call call;
	struct buf b;

	memset(a, 0, sizeof(*a));
	a->person = person;
	assert_ok(key_new(&a->key));
	hub_call_init(&call, NULL, NULL);
	buf_init(&b, 4096);
	assert_ok(hub_enrol_new(f->e, &call, &i));
	assert_int_equal(call.out.len, HUB_SECRET - 1);
	enrol_sign(&b, a->key, "ev", buf_str(&call.out), "laptop", f->wall);
	hub_call_done(&call);
	hub_call_init(&call, NULL, NULL);
	assert_ok(hub_enrol(f->e, &call, b.ptr, b.len));
	hub_call_done(&call);
	buf_done(&b);
	author_session(a, f);
}

void author_free(struct author *a)
{
	key_free(a->key);
}

struct digest author_sign(struct buf *batch, struct author *a, struct hub_fixture *f, struct record *rec)
{
	uint8_t sig[KEY_SIGNATURE];
	struct envelope e;
	struct buf b;

	(void)f;
	if (!rec->event)
		rec->event = "ev";
	if (!rec->replica)
		rec->replica = key_id(a->key);
	if (!rec->who)
		rec->who = a->person;
	if (!rec->n) {
		rec->n = a->n + 1;
		rec->has_prev = a->n > 0;
		rec->prev = a->prev;
	}
	if (!rec->at)
		rec->at = f->wall;
	if (!rec->hlc)
		rec->hlc = (uint64_t)rec->at << 16;
	buf_init(&b, RECORD_PAYLOAD_MAX);
	assert_ok(payload_format(&b, rec));
	key_sign(sig, a->key, RECORD_TYPE, b.ptr, b.len);
	e = (struct envelope){ b.ptr, b.len, key_public(a->key), sig };
	if (batch->len == 0)
		batch_begin(batch);
	batch_add(batch, &e);
	assert_ok(batch->err);
	a->n = rec->n;
	a->prev = record_rid(b.ptr, b.len);
	buf_done(&b);
	return a->prev;
}

struct digest author_write(struct buf *batch, struct author *a, struct hub_fixture *f, enum record_kind kind,
	const char *ti, uint64_t fence)
{
	struct record rec = { .kind = kind, .kind_name = record_kind_name(kind), .ti = ti, .fence = fence,
		.outcome = OUTCOME_VERIFIED, .seen_status = TI_TO_BE_VERIFIED, .revision = 1 };

	if (kind == RECORD_COMMENT)
		rec.text = "a comment";
	if (kind == RECORD_GRADE) {
		rec.ti = NULL;
		rec.line = "S1/MHD/DOC_SOURCE";
		rec.grade = "passed";
	}
	return author_sign(batch, a, f, &rec);
}

enum status hub_fixture_push(struct receipt *out, struct arena *a, struct hub_fixture *f, const struct buf *batch)
{
	struct hub_call call;
	enum status st;

	hub_call_init(&call, NULL, NULL);
	st = hub_push(f->e, &call, batch->ptr, batch->len);
	if (!st)
		assert_ok(receipt_open(out, a, call.out.ptr, call.out.len, key_public(hub_key(f->h))));
	hub_call_done(&call);
	return st;
}

struct receipt_entry hub_fixture_grade(struct hub_fixture *f, struct author *who, const char *ti, uint64_t fence)
{
	struct receipt_entry entry;
	struct receipt r;
	struct arena a;
	struct buf b;

	arena_init(&a);
	buf_init(&b, BATCH_BYTES_MAX);
	author_write(&b, who, f, RECORD_VERDICT, ti, fence);
	assert_ok(hub_fixture_push(&r, &a, f, &b));
	assert_int_equal(r.n, 1);
	entry = r.entries[0];
	entry.why = NULL;
	buf_done(&b);
	arena_done(&a);
	return entry;
}
