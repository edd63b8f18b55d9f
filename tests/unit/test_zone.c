/* SPDX-License-Identifier: Apache-2.0 */
/* Zones of the zone database: the same answers as the C library's, and damaged files refused. */
#include "test.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "verdict/base/mem.h"
#include "verdict/base/zone.h"

#define FOLDER "/usr/share/zoneinfo/"

static long library(const char *name, int64_t t)
{
	time_t at = (time_t)t;
	struct tm tm;

	setenv("TZ", name, 1);
	tzset();
	assert_non_null(localtime_r(&at, &tm));
	return tm.tm_gmtoff / 60;
}

static bool have_database(void)
{
	struct zone *z;

	if (zone_open(&z, "Europe/Berlin") != STATUS_OK)
		return false;
	zone_free(z);
	return true;
}

static void test_library(void **state)
{
	static const char *const names[] = { "Asia/Seoul", "Europe/Berlin", "America/New_York", "Australia/Sydney",
		"Asia/Kathmandu", "America/Sao_Paulo", "Asia/Tokyo", "Europe/Dublin", "Pacific/Chatham", "America/Nuuk",
		"Asia/Jerusalem", "Africa/Casablanca", "Etc/GMT+5", "Pacific/Apia", "Antarctica/Troll" };
	struct zone *z;
	size_t i;
	int64_t t;

	(void)state;
	if (!have_database())
		skip();
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_ok(zone_open(&z, names[i]));
		for (t = 0; t < 4102444800; t += 86400 * 5 + 3607)
			if (zone_offset(z, t * 1000) != library(names[i], t))
				fail_msg("%s at %lld: %d, not %ld", names[i], (long long)t, zone_offset(z, t * 1000),
					library(names[i], t));
		zone_free(z);
	}
}

/* The second before a change and the second of it. */
static void test_edges(void **state)
{
	struct zone *z;

	(void)state;
	if (!have_database())
		skip();
	assert_ok(zone_open(&z, "Europe/Berlin"));
	assert_int_equal(zone_offset(z, 1792889999000), 120);	/* 2026-10-25T01:00:00Z less one second */
	assert_int_equal(zone_offset(z, 1792890000000), 60);
	assert_int_equal(zone_offset(z, 2405552399000), 60);	/* 2046-03-25T01:00:00Z: by the rule */
	assert_int_equal(zone_offset(z, 2405552400000), 120);
	zone_free(z);
}

static void test_names(void **state)
{
	static const char *const bad[] = { "KST", "", "../etc/passwd", "/etc/localtime", "Asia/../../../etc/passwd", "Asia/Nowhere",
		"Asia/Seoul\n" };
	struct zone *z;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(zone_open(&z, bad[i]), STATUS_NOT_FOUND);
	z = zone_of("KST", 540);
	assert_int_equal(zone_offset(z, 0), 540);
	assert_int_equal(zone_offset(z, 1792889999000), 540);
	zone_free(z);
	zone_free(NULL);
}

/* Every cut and every changed byte of a file is refused or answers something a zone can be. */
static void test_damage(void **state)
{
	unsigned char bytes[8192];
	FILE *f = fopen(FOLDER "Europe/Berlin", "rb");
	struct zone *z;
	size_t n, i;

	(void)state;
	if (!f)
		skip();
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	for (i = 0; i < n; i++)
		if (zone_read(&z, bytes, i) == STATUS_OK)
			fail_msg("%zu of %zu bytes were taken for a zone", i, n);
	for (i = 0; i < n; i++) {
		bytes[i] ^= 0x55;
		if (zone_read(&z, bytes, n) == STATUS_OK) {
			assert_in_range(zone_offset(z, 1792889999000) + 10080, 0, 20160);
			assert_in_range(zone_offset(z, 4000000000000) + 10080, 0, 20160);
			zone_free(z);
		}
		bytes[i] ^= 0x55;
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_library),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_damage),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
