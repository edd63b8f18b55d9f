/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults of the hub's store at every single disk operation: killed, torn, power lost, errors, full disk (faults 13,
 * 19, 20). What was answered is there exactly once with the same number; what was not is whole or absent; and the
 * hub goes on by itself. Layer: tests.
 */
#include "tests/unit/hub_fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/fault/common.h"
#include "tests/fault/vfs_shim.h"
#include "tests/unit/test.h"
#include "verdict/base/mem.h"
#include "verdict/hub/care.h"
#include "verdict/proto/enrol.h"

#define BATCHES 2
#define RECORDS 3
#define TRIES 3

struct answered {
	bool opened, pushed[BATCHES], claimed, hit, done, read;
	uint64_t seq[BATCHES][RECORDS];
	uint64_t fence;
	enum status worst;
};
static struct answered *ans;

static struct hub_fixture *origin;	/* where the template was made */
static char *template, *pack;
static struct author m1, m2;
static struct buf batch[BATCHES];
static uint64_t base_size;

/* ---- the child ---- */

static struct hub_fixture here;		/* a hub on the copy */

static bool open_copy(const char *dir)
{
	here = *origin;
	here.dir = mem_strdup(dir);
	here.h = NULL;
	return true;
}

static int64_t wall(void *data)
{
	return ((struct hub_fixture *)data)->wall;
}

static int64_t mono(void *data)
{
	return ((struct hub_fixture *)data)->mono;
}

static enum status open_hub(const char *dir)
{
	char *url = mem_printf("sqlite:%s", dir);
	struct hub_options o = { .store = url, .dir = dir, .wall = wall, .mono = mono, .clock_data = &here,
		.in_line = true };
	enum status st;

	open_copy(dir);
	st = hub_open(&here.h, &o);
	if (!st)
		here.e = hub_event_find(here.h, "ev");
	mem_free(url);
	return st;
}

static void close_hub(void)
{
	hub_close(here.h);
	mem_free(here.dir);
}

static void push_one(int i)
{
	struct receipt r;
	struct arena a;
	enum status st = STATUS_ERROR;

	arena_init(&a);
	for (int k = 0; k < TRIES && st; k++) {
		st = hub_fixture_push(&r, &a, &here, &batch[i]);
		if (st)
			ans->worst = st;
	}
	ans->pushed[i] = st == STATUS_OK;
	for (int k = 0; k < RECORDS && !st; k++)
		ans->seq[i][k] = r.entries[k].seq;
	arena_done(&a);
}

static void work(const char *dir)
{
	uint8_t epoch[EPOCH_BYTES];
	struct hub_call call;
	struct digest root;
	uint64_t size;
	enum status st = STATUS_ERROR;
	struct buf page;

	for (int k = 0; k < TRIES && !ans->opened; k++)
		ans->opened = open_hub(dir) == STATUS_OK;
	if (!ans->opened)
		return;
	hub_call_init(&call, NULL, NULL);
	push_one(0);
	for (int k = 0; k < TRIES && st; k++)
		st = hub_claim(here.e, &call, &m1.session, "1001", 600, "nonce");
	ans->claimed = st == STATUS_OK;
	ans->fence = call.lease.fence;
	push_one(1);
	/* reading goes on whatever the disk says to writers */
	buf_init(&page, FEED_PAGE_MAX);
	hub_head(here.e, &size, &root, epoch);
	ans->read = hub_page(&page, here.e, epoch, 0, 0) == STATUS_OK;
	buf_done(&page);
	ans->hit = fault_hit();
	hub_call_done(&call);
	close_hub();
}

/* ---- the parent ---- */

static int run(const char *dir, const struct fault *f, void (*what)(const char *dir))
{
	int status = 0;
	pid_t pid;

	memset(ans, 0, sizeof(*ans));
	fault_set(f);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		what(dir);
		ans->done = true;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	fault_clear();
	return status;
}

static void check_batch(int i)
{
	struct receipt r;
	struct arena a;

	arena_init(&a);
	assert_ok(hub_fixture_push(&r, &a, &here, &batch[i]));
	assert_int_equal(r.n, RECORDS);
	for (int k = 0; k < RECORDS; k++) {
		if (ans->pushed[i]) {
			assert_int_equal(r.entries[k].answer, ANSWER_DUPLICATE);
			assert_int_equal(r.entries[k].seq, ans->seq[i][k]);
		}
		/* a batch is one transaction: all or nothing */
		assert_int_equal(r.entries[k].answer, r.entries[0].answer);
		assert_true(r.entries[k].answer == ANSWER_STORED || r.entries[k].answer == ANSWER_DUPLICATE);
	}
	arena_done(&a);
}

static void check_whole(void)
{
	struct hub_verified got;

	assert_ok(hub_verify(&got, here.h, NULL, NULL));
}

static void check(const char *dir)
{
	struct hub_call call;
	uint64_t size;

	hub_call_init(&call, NULL, NULL);
	assert_ok(open_hub(dir));
	assert_non_null(here.e);
	size = hub_size(&here);
	assert_in_range(size, base_size, base_size + BATCHES * RECORDS + 1);
	check_whole();
	for (int i = 0; i < BATCHES; i++)
		check_batch(i);
	if (ans->claimed) {
		assert_int_equal(hub_claim(here.e, &call, &m2.session, "1001", 600, ""), STATUS_CONFLICT);
		assert_int_equal(call.lease.fence, ans->fence);
	} else {
		assert_ok(hub_claim(here.e, &call, &m1.session, "1001", 600, "nonce"));
	}
	assert_int_equal(hub_size(&here), base_size + BATCHES * RECORDS + 1);
	check_whole();
	close_hub();
	hub_call_done(&call);
}

/* After the power went, what was not synced of the feed's file is anything. */
static void lose_tail(const char *dir, unsigned int seed)
{
	char *path = mem_printf("%s/feed-ev.vf", dir);
	off_t synced = (off_t)fault_synced_len(path), size = fault_size(dir, "feed-ev.vf"), keep;
	off_t before = fault_size(template, "feed-ev.vf");
	int fd;

	srand(seed);
	if (synced == 0)	/* what was there before was synced then */
		synced = before < size ? before : size;
	if (size > synced) {
		keep = synced + rand() % (size - synced + 1);
		fd = open(path, O_RDWR | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(ftruncate(fd, keep), 0);
		for (off_t i = synced; i < keep; i += 1 + rand() % 8)
			assert_int_equal(pwrite(fd, "\xa5", 1, i), 1);
		close(fd);
	}
	mem_free(path);
}

static void walk(enum fault_kind kind, bool for_ever, unsigned int step)
{
	unsigned int runs = 0, ended = 0;

	for (uint64_t k = 1; ended < 1 && k < 2000; k += step, runs++) {
		struct fault f = { .kind = kind, .at = k, .for_ever = for_ever, .seed = (unsigned int)k };
		char *dir = fault_copy(template);
		int status = run(dir, &f, work);

		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			ended += !ans->hit && ans->opened;
		else
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) == FAULT_EXIT);
		if (kind == FAULT_POWER)
			lose_tail(dir, f.seed);
		if (!ended && ans->done && !for_ever && ans->opened) {	/* one fault: it came back by itself */
			assert_true(ans->pushed[0] && ans->pushed[1] && ans->claimed);
		}
		if (ans->done && ans->opened)
			assert_true(ans->read);
		check(dir);
		fixture_remove(dir);
	}
	assert_int_equal(ended, 1);
	assert_true(runs > 10);
}

static void fault_19_killed_at_every_operation(void **state)
{
	(void)state;
	walk(FAULT_KILL, false, 1);
}

static void fault_19_killed_within_a_write(void **state)
{
	(void)state;
	walk(FAULT_TORN, false, 1);
}

static void fault_19_power_lost(void **state)
{
	(void)state;
	walk(FAULT_POWER, false, 1);
}

static void fault_20_error_from_the_disk(void **state)
{
	(void)state;
	walk(FAULT_EIO, false, 1);
	walk(FAULT_SHORT, false, 1);
}

static void fault_20_disk_full(void **state)
{
	(void)state;
	walk(FAULT_FULL, false, 1);
	walk(FAULT_FULL, true, 2);
}

/* The disk is full for a while: told as such, read meanwhile, and all is well when there is room. */
static void work_full(const char *dir)
{
	struct fault f = { .kind = FAULT_FULL, .at = 1, .for_ever = true };
	uint8_t epoch[EPOCH_BYTES];
	struct digest root;
	uint64_t size;
	struct buf page;

	if (open_hub(dir))
		return;
	ans->opened = true;
	fault_set(&f);
	push_one(0);
	if (ans->pushed[0] || (ans->worst != STATUS_FULL && ans->worst != STATUS_IO))
		return;
	buf_init(&page, FEED_PAGE_MAX);
	hub_head(here.e, &size, &root, epoch);
	ans->read = size == base_size && hub_page(&page, here.e, epoch, 0, 0) == STATUS_OK;
	buf_done(&page);
	fault_clear();
	push_one(0);
	push_one(1);
	close_hub();
}

static void fault_20_room_again(void **state)
{
	char *dir = fault_copy(template);
	struct fault none = { .kind = FAULT_NONE };

	(void)state;
	assert_int_equal(run(dir, &none, work_full), 0);
	assert_true(ans->opened && ans->read);
	assert_true(ans->pushed[0] && ans->pushed[1]);
	check(dir);
	fixture_remove(dir);
}

/* ---- an import ---- */

static void work_import(const char *dir)
{
	struct hub_import how = { .tick = NULL };
	struct hub_imported got;

	if (open_hub(dir))
		return;
	ans->opened = true;
	ans->pushed[0] = hub_import(&got, here.h, pack, &how) == STATUS_OK;
	ans->hit = fault_hit();
	close_hub();
}

static void imports_are_whole_or_nothing(void **state)
{
	static const enum fault_kind kinds[] = { FAULT_KILL, FAULT_TORN, FAULT_POWER, FAULT_EIO, FAULT_FULL };
	struct hub_import how = { .tick = NULL };
	struct hub_imported got;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		bool ended = false;

		for (uint64_t k = 1; !ended; k++) {
			struct fault f = { .kind = kinds[i], .at = k, .seed = (unsigned int)k };
			char *dir = fault_copy(template);

			run(dir, &f, work_import);
			ended = ans->done && ans->opened && !ans->hit;
			if (kinds[i] == FAULT_POWER)
				lose_tail(dir, f.seed);
			assert_ok(open_hub(dir));
			check_whole();
			assert_true(hub_size(&here) == base_size + 2 || (hub_size(&here) == base_size && !ans->pushed[0]));
			assert_ok(hub_import(&got, here.h, pack, &how));
			assert_int_equal(hub_size(&here), base_size + 2);
			check_whole();
			close_hub();
			fixture_remove(dir);
		}
	}
}

/* ---- the first start ---- */

static void work_start(const char *dir)
{
	struct hub_event *e;

	if (open_hub(dir))
		return;
	ans->opened = true;
	ans->pushed[0] = hub_event_new(&e, here.h, "ev") == STATUS_OK;
	ans->hit = fault_hit();
	close_hub();
}

static void the_first_start_is_whole_or_nothing(void **state)
{
	static const enum fault_kind kinds[] = { FAULT_KILL, FAULT_TORN, FAULT_POWER, FAULT_EIO, FAULT_FULL };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		bool ended = false;

		for (uint64_t k = 1; !ended; k++) {
			struct fault f = { .kind = kinds[i], .at = k, .seed = (unsigned int)k };
			char *dir = fixture_dir();
			struct hub_event *e;

			run(dir, &f, work_start);
			ended = ans->done && ans->opened && !ans->hit;
			if (kinds[i] == FAULT_POWER)
				lose_tail(dir, f.seed);
			assert_ok(open_hub(dir));
			assert_true(!ans->pushed[0] || here.e);
			assert_ok(hub_event_new(&e, here.h, "ev"));
			check_whole();
			close_hub();
			fixture_remove(dir);
		}
	}
}

/* ---- the template ---- */

static void make_template(void)
{
	char *store;

	origin = hub_fixture_new(true, 3);
	author_new(&m1, origin, "m1", ROLE_MONITOR, NULL);
	author_new(&m2, origin, "m2", ROLE_MONITOR, NULL);
	hub_fixture_grade(origin, &m1, "1001", 0);
	for (int i = 0; i < BATCHES; i++) {
		buf_init(&batch[i], BATCH_BYTES_MAX);
		for (int k = 0; k < RECORDS; k++)
			author_write(&batch[i], &m1, origin, RECORD_VERDICT, "1002", 0);
	}
	base_size = hub_size(origin);
	hub_fixture_close(origin);
	store = mem_printf("%s/store", origin->dir);
	template = fault_copy(store);
	mem_free(store);
	pack = mem_printf("%s/next", origin->dir);
	hub_fixture_pack(pack, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fault_19_killed_at_every_operation),
		cmocka_unit_test(fault_19_killed_within_a_write),
		cmocka_unit_test(fault_19_power_lost),
		cmocka_unit_test(fault_20_error_from_the_disk),
		cmocka_unit_test(fault_20_disk_full),
		cmocka_unit_test(fault_20_room_again),
		cmocka_unit_test(imports_are_whole_or_nothing),
		cmocka_unit_test(the_first_start_is_whole_or_nothing),
	};
	int rc;

	crypto_init();
	ans = mmap(NULL, sizeof(*ans), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ans == MAP_FAILED)
		return 99;
	fault_install();
	make_template();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	rc = cmocka_run_group_tests_name("hub faults", tests, NULL, NULL);
	for (int i = 0; i < BATCHES; i++)
		buf_done(&batch[i]);
	author_free(&m1);
	author_free(&m2);
	mem_free(pack);
	fixture_remove(template);
	hub_fixture_free(origin);
	return rc;
}
