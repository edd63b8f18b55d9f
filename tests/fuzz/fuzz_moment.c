/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a moment in each form, and as a file of the zone database: what is taken lies inside, is a moment that
 * can be told, and its zone is one. Layer: tests.
 */
#include <string.h>
#include "fuzz.h"
#include "verdict/base/clock.h"
#include "verdict/base/zone.h"
#include "verdict/evidence/instant.h"

static void moment(size_t (*form)(struct instant *, const char *, size_t), const char *p, size_t n)
{
	char text[INSTANT_TEXT], utc[CLOCK_TEXT];
	struct instant t = { 0, 0, false };
	size_t took = form(&t, p, n);
	int64_t back;

	FUZZ_HOLDS(took <= n);
	if (!took)
		return;
	FUZZ_HOLDS(t.zone_min >= -899 && t.zone_min <= 899 && (t.zoned || !t.zone_min));
	clock_format_utc(utc, t.ms);
	if (t.ms >= -62000000000000 && t.ms < 253400000000000)
		FUZZ_HOLDS(clock_parse(&back, utc) == 0 && back == t.ms);
	instant_say(text, t.ms, t.zone_min, 540);
	FUZZ_HOLDS(strlen(text) >= 12);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct zone *z;
	int64_t t;

	moment(instant_iso, p, size);
	moment(instant_digits, p, size);
	moment(instant_http, p, size);
	moment(instant_clf, p, size);
	if (zone_read(&z, data, size) != STATUS_OK)
		return 0;
	for (t = -4000000000; t < 8000000000; t += 86400 * 97)
		FUZZ_HOLDS(zone_offset(z, t * 1000) >= -12000 && zone_offset(z, t * 1000) <= 12000);
	zone_free(z);
	return 0;
}
