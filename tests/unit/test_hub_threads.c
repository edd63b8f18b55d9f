/* SPDX-License-Identifier: Apache-2.0 */
/* Many callers at once: everything exactly once, numbers without holes, nobody waits for a slow disk. Layer: tests. */
#include "tests/unit/hub_fixture.h"

#include <stdlib.h>
#include <time.h>
#include "test.h"
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/lock.h"
#include "verdict/base/mem.h"
#include "verdict/base/thread.h"

#define CLIENTS 6
#define ROUNDS 40
#define BATCH 5

/* cmocka's checks are for the main thread: others only note what went wrong. */
static void must(bool holds, const char *what)
{
	if (!holds) {
		print_message("# %s\n", what);
		abort();
	}
}
#define MUST(x) must((x), #x)

struct client {
	struct hub_fixture *f;
	struct author who;
	struct buf batches[ROUNDS];
	uint64_t seqs[ROUNDS][BATCH];
};

static void push(struct client *c, int round, bool first)
{
	struct receipt r;
	struct hub_call call;
	struct arena a;

	arena_init(&a);
	hub_call_init(&call, NULL, NULL);
	MUST(hub_push(c->f->e, &call, c->batches[round].ptr, c->batches[round].len) == STATUS_OK);
	MUST(receipt_open(&r, &a, call.out.ptr, call.out.len, key_public(hub_key(c->f->h))) == STATUS_OK);
	MUST(r.n == BATCH);
	for (size_t i = 0; i < r.n; i++) {
		MUST(r.entries[i].answer == ANSWER_STORED || r.entries[i].answer == ANSWER_DUPLICATE);
		if (first)
			c->seqs[round][i] = r.entries[i].seq;
		else
			MUST(c->seqs[round][i] == 0 || c->seqs[round][i] == r.entries[i].seq);
	}
	hub_call_done(&call);
	arena_done(&a);
}

static void client_main(void *data)
{
	struct client *c = data;

	for (int i = 0; i < ROUNDS; i++)
		push(c, i, true);
}

/* The same batches over another way, at the same time, backwards (faults 16 and 17). */
static void courier_main(void *data)
{
	struct client *c = data;

	for (int i = ROUNDS - 1; i >= 0; i--)
		push(c, i, false);
}

static void client_init(struct client *c, struct hub_fixture *f, unsigned int i)
{
	static const char *const people[] = { "m1", "m2", "m3" };

	c->f = f;
	author_new(&c->who, f, people[i % 3], ROLE_MONITOR, NULL);
	for (int r = 0; r < ROUNDS; r++) {
		buf_init(&c->batches[r], BATCH_BYTES_MAX);
		for (int k = 0; k < BATCH; k++)
			author_write(&c->batches[r], &c->who, f, k % 2 ? RECORD_COMMENT : RECORD_VERDICT, "1001", 0);
	}
}

static void client_done(struct client *c)
{
	for (int r = 0; r < ROUNDS; r++)
		buf_done(&c->batches[r]);
	author_free(&c->who);
}

static void count_entries(struct hub_event *e, uint64_t size, void *data)
{
	uint64_t *last = data;

	(void)e;
	MUST(size > *last);	/* heads only grow */
	*last = size;
}

static void everything_exactly_once(void **state)
{
	struct hub_fixture *f = hub_fixture_new(false, 2);
	struct client *c = mem_array(CLIENTS, sizeof(*c));
	struct thread *t[2 * CLIENTS];
	bool *seen;
	struct hub_stats s;
	uint64_t before, last = 0;

	(void)state;
	hub_on_change(f->h, count_entries, &last);
	for (unsigned int i = 0; i < CLIENTS; i++)
		client_init(&c[i], f, i);
	before = hub_size(f);
	for (unsigned int i = 0; i < CLIENTS; i++) {
		t[2 * i] = thread_start("client", client_main, &c[i]);
		t[2 * i + 1] = thread_start("courier", courier_main, &c[i]);
	}
	for (unsigned int i = 0; i < 2 * CLIENTS; i++)
		thread_join(t[i]);
	assert_int_equal(hub_size(f) - before, CLIENTS * ROUNDS * BATCH);
	assert_int_equal(last, hub_size(f));
	seen = mem_array(hub_size(f) + 1, sizeof(*seen));
	for (unsigned int i = 0; i < CLIENTS; i++)
		for (int r = 0; r < ROUNDS; r++)
			for (int k = 0; k < BATCH; k++) {
				assert_in_range(c[i].seqs[r][k], before + 1, hub_size(f));
				assert_false(seen[c[i].seqs[r][k]]);
				seen[c[i].seqs[r][k]] = true;
			}
	hub_stats(&s, f->h);
	assert_int_equal(s.stored, CLIENTS * ROUNDS * BATCH);
	assert_int_equal(s.duplicates, CLIENTS * ROUNDS * BATCH);
	assert_true(s.refused == 0 && s.flagged == 0 && s.failures == 0);
	assert_int_equal(s.records, s.stored);
	assert_true(s.commits > 0 && s.commits <= s.stored);
	for (unsigned int i = 0; i < CLIENTS; i++)
		client_done(&c[i]);
	mem_free(seen);
	mem_free(c);
	hub_fixture_free(f);
}

/* ---- fault 46: a disk that needs half a second to sync ---- */

static struct { struct lock lock; bool slow; unsigned int done; unsigned int bad; } slow;

static int slow_sync(enum io_op op, const char *path, size_t len, void *data)
{
	struct timespec t = { 0, 300000000 };
	bool now;

	(void)path;
	(void)len;
	(void)data;
	lock_take(&slow.lock);
	now = slow.slow;
	lock_give(&slow.lock);
	if (op == IO_SYNC && now)
		nanosleep(&t, NULL);
	return 0;
}

static void note_done(struct hub_call *call)
{
	lock_take(&slow.lock);
	slow.done++;
	slow.bad += call->code != STATUS_OK;
	lock_give(&slow.lock);
}

static void read_everything(struct hub_fixture *f, struct author *who)
{
	uint8_t epoch[EPOCH_BYTES];
	struct have_answer have;
	struct hub_stats stats;
	struct digest root;
	uint64_t size;
	struct buf b;

	buf_init(&b, FEED_PAGE_MAX);
	hub_head(f->e, &size, &root, epoch);
	assert_ok(hub_page(&b, f->e, epoch, 0, 0));
	hub_have(&have, f->e, key_id(who->key), 1, &who->prev);
	hub_stats(&stats, f->h);
	buf_done(&b);
}

static void readers_do_not_wait(void **state)
{
	struct hub_fixture *f = hub_fixture_new(false, 2);
	struct hub_call *calls = mem_array(700, sizeof(*calls));
	struct buf *batches = mem_array(700, sizeof(*batches));
	unsigned int queued = 0, busy = 0, slow_calls = 0, done;
	struct author m1;

	(void)state;
	lock_init(&slow.lock);
	author_new(&m1, f, "m1", ROLE_MONITOR, NULL);
	for (int i = 0; i < 700; i++) {
		buf_init(&batches[i], BATCH_BYTES_MAX);
		author_write(&batches[i], &m1, f, RECORD_COMMENT, "1001", 0);
	}
	io_set_hook(slow_sync, NULL);
	slow.slow = true;
	for (int i = 0; i < 700; i++) {
		int64_t from = clock_mono_ns(), took;
		enum status st;

		hub_call_init(&calls[i], note_done, NULL);
		st = hub_push(f->e, &calls[i], batches[i].ptr, batches[i].len);
		assert_true(st == STATUS_OK || st == STATUS_BUSY);
		queued += st == STATUS_OK;
		busy += st == STATUS_BUSY;
		if (i % 10 == 0)
			read_everything(f, &m1);
		took = clock_mono_ns() - from;
		slow_calls += took > INT64_C(100000000);
	}
	assert_true(busy > 0);			/* the queue has an end */
	assert_true(queued >= 512);
	/* who waited for the disk would wait half a second each time; a machine under load stops anybody now and then */
	assert_in_range(slow_calls, 0, 6);
	lock_take(&slow.lock);
	slow.slow = false;
	lock_give(&slow.lock);
	hub_fixture_close(f);			/* answers all that waits */
	done = slow.done;
	assert_int_equal(done, queued);
	assert_int_equal(slow.bad, 0);
	io_set_hook(NULL, NULL);
	hub_fixture_open(f);
	assert_int_equal(hub_size(f), 7 + 1 + queued);
	for (int i = 0; i < 700; i++) {
		hub_call_done(&calls[i]);
		buf_done(&batches[i]);
	}
	mem_free(calls);
	mem_free(batches);
	author_free(&m1);
	lock_done(&slow.lock);
	hub_fixture_free(f);
}

static void count_event(struct hub_event *e, void *data)
{
	struct hub_event **found = data;

	assert_string_equal(hub_event_id(e), "ev");
	*found = e;
}

static void a_second_process_is_refused(void **state)
{
	struct hub_fixture *f = hub_fixture_new(false, 1);
	char *store = mem_printf("sqlite:%s/store", f->dir);
	struct hub_options o = { .store = store, .dir = f->dir };
	struct hub_event *found = NULL;
	struct hub *second;

	(void)state;
	assert_int_equal(hub_open(&second, &o), STATUS_BUSY);
	hub_event_each(f->h, count_event, &found);
	assert_ptr_equal(found, f->e);
	o.store = "mysql:here";
	assert_int_equal(hub_open(&second, &o), STATUS_USAGE);
	mem_free(store);
	hub_fixture_free(f);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(everything_exactly_once),
	cmocka_unit_test(readers_do_not_wait),
	cmocka_unit_test(a_second_process_is_refused),
};
TEST_MAIN(tests)
