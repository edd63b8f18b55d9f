/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of evidence on their way to their place, several at a time. Layer: tests. */
#include "src/hub/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "test.h"
#include "verdict/base/io.h"

static const char text[] = "what was sent";
#define LEN (sizeof(text) - 1)

static char dir[] = "/tmp/verdict-body-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char *command = mem_printf("rm -rf '%s'", dir);
	int code = system(command);

	(void)state;
	mem_free(command);
	return code;
}

static void body_is(const struct digest *d, const char *want)
{
	char got[32] = "";
	uint64_t size;
	int fd;

	assert_ok(body_open(&fd, &size, dir, d));
	assert_int_equal(read(fd, got, sizeof(got) - 1), (ssize_t)strlen(want));
	assert_string_equal(got, want);
	close(fd);
}

/* Two participants hand in one file at the same time: neither spoils the other's, not even by giving up. */
static void the_same_bytes_from_two_at_once(void **state)
{
	struct digest d = sha256(text, LEN);
	struct body one, two;

	(void)state;
	assert_ok(body_begin(&one, dir, &d));
	assert_ok(body_add(&one, text, 5));
	assert_ok(body_begin(&two, dir, &d));
	assert_ok(body_add(&one, text + 5, LEN - 5));
	assert_ok(body_end(&one, STATUS_OK));
	body_is(&d, text);
	assert_int_equal(body_end(&two, STATUS_CANCELLED), STATUS_CANCELLED);
	body_is(&d, text);
}

/* Who began later, and ends later, finds the place taken by the same bytes. */
static void both_arrive(void **state)
{
	struct digest d = sha256(text, LEN - 1);
	struct body one, two;

	(void)state;
	assert_ok(body_begin(&one, dir, &d));
	assert_ok(body_begin(&two, dir, &d));
	assert_ok(body_add(&one, text, LEN - 1));
	assert_ok(body_add(&two, text, LEN - 1));
	assert_ok(body_end(&one, STATUS_OK));
	assert_ok(body_end(&two, STATUS_OK));
	body_is(&d, "what was sen");
}

/* What who died left is used again, and is no longer than what comes now. */
static void what_was_left_is_taken_again(void **state)
{
	struct digest d = sha256(text, 4);
	char *path = body_path(dir, &d), *part = mem_printf("%s.part", path), *folder = mem_strdup(path);
	struct body b;
	FILE *f;

	(void)state;
	*strrchr(folder, '/') = '\0';
	assert_ok(io_mkdirs(folder, 0700));
	f = fopen(part, "w");
	assert_non_null(f);
	assert_true(fputs("longer than what comes", f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_ok(body_begin(&b, dir, &d));
	assert_ok(body_add(&b, text, 4));
	assert_ok(body_end(&b, STATUS_OK));
	body_is(&d, "what");
	assert_int_equal(access(part, F_OK), -1);
	mem_free(folder);
	mem_free(part);
	mem_free(path);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(the_same_bytes_from_two_at_once, make_dir, NULL),
	cmocka_unit_test(both_arrive),
	cmocka_unit_test_teardown(what_was_left_is_taken_again, remove_dir),
};
TEST_MAIN(tests)
