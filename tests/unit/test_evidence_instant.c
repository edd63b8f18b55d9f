/* SPDX-License-Identifier: Apache-2.0 */
/* Moments in evidence: which texts are one, whose zone they have, and how another clock tells them. */
#include "outline_text.h"
#include <stdio.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/evidence/instant.h"

typedef size_t (*form_fn)(struct instant *out, const char *p, size_t n);

static void reads(form_fn form, const char *text, const char *utc, int zone, bool zoned)
{
	char got[CLOCK_TEXT];
	struct instant t;

	assert_int_equal(form(&t, text, strlen(text)), strlen(text));
	clock_format_utc(got, t.ms);
	assert_string_equal(got, utc);
	assert_int_equal(t.zoned, zoned);
	if (zoned)
		assert_int_equal(t.zone_min, zone);
}

static void test_forms(void **state)
{
	(void)state;
	reads(instant_iso, "2026-11-24T05:32:00Z", "2026-11-24T05:32:00.000Z", 0, true);
	reads(instant_iso, "2026-11-24T05:32:07.25+09:00", "2026-11-23T20:32:07.250Z", 540, true);
	reads(instant_iso, "2026-11-24 05:32:07,250 -0330", "2026-11-24T09:02:07.250Z", -210, true);
	reads(instant_iso, "2024-02-29T23:59Z", "2024-02-29T23:59:00.000Z", 0, true);
	reads(instant_iso, "2026-11-24T05:32:00", "2026-11-24T05:32:00.000Z", 0, false);
	reads(instant_digits, "20261124143200+0900", "2026-11-24T05:32:00.000Z", 540, true);
	reads(instant_digits, "202611241432", "2026-11-24T14:32:00.000Z", 0, false);
	reads(instant_digits, "20261124143200.123456-0500", "2026-11-24T19:32:00.123Z", -300, true);
	reads(instant_http, "Tue, 24 Nov 2026 05:32:00 GMT", "2026-11-24T05:32:00.000Z", 0, true);
	reads(instant_clf, "24/Nov/2026:14:32:00 +0900", "2026-11-24T05:32:00.000Z", 540, true);
}

/* What is no valid date is left alone, and nothing follows a moment unseen. */
static void test_refused(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-11-24", "2026-13-24T05:32:00Z", "2026-02-30T05:32:00Z",
		"2026-11-24T24:00:00Z", "2026-11-24T05:60:00Z", "2026-11-24T05:32:60Z", "2026-11-24T05:32:00+15:00",
		"2026-11-24T05:32:00Zulu", "2026-11-24T05:32:00+09:001", "0000-11-24T05:32:00Z", "2026-11-24T05:32:0Z",
		"20261124", "20261324143200+0900", "2026112414320+0900", "20261124143200+09", "Tue, 24 Nov 2026 05:32:00 CET",
		"Tue, 24 Nox 2026 05:32:00 GMT", "24/Nov/2026:14:62:00 +0900", "1.2.840.10008.1.2" };
	form_fn forms[] = { instant_iso, instant_digits, instant_http, instant_clf };
	struct instant t;
	size_t i, k, n;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (k = 0; k < 4; k++) {
			n = strlen(bad[i]);
			if (n && forms[k](&t, bad[i], n) == n && t.zoned)
				fail_msg("\"%s\" was taken for a moment", bad[i]);
		}
}

static void test_say(void **state)
{
	char text[INSTANT_TEXT];

	(void)state;
	instant_say(text, 1795498320000, 0, 540);	/* 2026-11-24T05:32:00Z */
	assert_string_equal(text, "14:32 +09:00");
	instant_say(text, 1795498320000 + 12 * 3600000, 0, 540);
	assert_string_equal(text, "2026-11-25 02:32 +09:00");
	instant_say(text, 1795498320000, 540, -300);
	assert_string_equal(text, "00:32 -05:00");
	instant_say(text, -1, 0, -300);
	assert_string_equal(text, "18:59 -05:00");
}

/* The row at a path: a moment in UTC, or "-". */
static void row_is(const void *bytes, size_t len, const char *path, const char *want, int zone)
{
	struct document *d = document_of(bytes, len);
	char got[CLOCK_TEXT] = "-";
	struct reader_row *rows;
	uint64_t row, total;
	struct arena a;
	size_t n;

	arena_init(&a);
	assert_ok(document_goto(&row, d, path, strlen(path)));
	assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_OUTLINE, row, 1, 80));
	assert_int_equal(n, 1);
	if (rows[0].dated)
		clock_format_utc(got, rows[0].when);
	assert_string_equal(got, want);
	assert_int_equal(rows[0].zone_min, zone);
	arena_done(&a);
	document_free(d);
}
#define ROW_IS(text, path, want, zone) row_is(text, strlen(text), path, want, zone)

static void test_rows(void **state)
{
	static const char json[] = "{\"resourceType\":\"Patient\",\"birthDate\":\"1981-03-02\",\"meta\":"
		"{\"lastUpdated\":\"2026-11-24T05:32:00.000Z\"},\"x\":20261124143200}";
	static const char fhir[] = "<Bundle xmlns=\"http://hl7.org/fhir\"><timestamp value=\"2026-11-24T14:32:00+09:00\"/></Bundle>";
	static const char cda[] = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><effectiveTime value=\"20261124143200+0900\"/>"
		"<time value=\"20261124143200\"/></ClinicalDocument>";
	static const char hl7[] = "MSH|^~\\&|A|B|C|D|20261124143200+0900||ADT^A04^ADT_A01|1|P|2.5\r"
		"EVN|A04|20261124143100||20261124143000-0100\rPID|1||42^^^X||Kim||19740905\r";
	static const char naive[] = "MSH|^~\\&|A|B|C|D|20261124143200||ADT^A04^ADT_A01|1|P|2.5\rEVN|A04|20261124143100\r";

	(void)state;
	ROW_IS(json, "Patient.meta.lastUpdated", "2026-11-24T05:32:00.000Z", 0);
	ROW_IS(json, "Patient.birthDate", "-", 0);
	ROW_IS(json, "Patient.x", "-", 0);
	ROW_IS(fhir, "/Bundle/timestamp", "2026-11-24T05:32:00.000Z", 540);
	ROW_IS(cda, "/ClinicalDocument/effectiveTime", "2026-11-24T05:32:00.000Z", 540);
	ROW_IS(cda, "/ClinicalDocument/time", "-", 0);	/* no zone, and none defined */
	ROW_IS(hl7, "MSH-7", "2026-11-24T05:32:00.000Z", 540);
	ROW_IS(hl7, "EVN-2", "2026-11-24T05:31:00.000Z", 540);	/* the message's */
	ROW_IS(hl7, "EVN-4", "2026-11-24T15:30:00.000Z", -60);	/* its own */
	ROW_IS(hl7, "PID-7", "-", 0);
	ROW_IS(naive, "EVN-2", "-", 0);
}

/* DICOM parts a moment in two and says the zone once. */
static void test_dicom(void **state)
{
	static const char with[] = "[{\"00080020\":{\"vr\":\"DA\",\"Value\":[\"20261124\"]},\"00080030\":{\"vr\":\"TM\",\"Value\":"
		"[\"143200.5\"]},\"0008002A\":{\"vr\":\"DT\",\"Value\":[\"20261124143000\"]},\"00080201\":{\"vr\":\"SH\",\"Value\":"
		"[\"+0900\"]},\"0020000D\":{\"vr\":\"UI\",\"Value\":[\"1.2\"]}}]";
	static const char without[] = "[{\"00080020\":{\"vr\":\"DA\",\"Value\":[\"20261124\"]},\"00080030\":{\"vr\":\"TM\",\"Value\":"
		"[\"143200.5\"]},\"0020000D\":{\"vr\":\"UI\",\"Value\":[\"1.2\"]}}]";

	(void)state;
	ROW_IS(with, "DICOM.StudyTime", "2026-11-24T05:32:00.500Z", 540);
	ROW_IS(with, "DICOM.AcquisitionDateTime", "2026-11-24T05:30:00.000Z", 540);
	ROW_IS(without, "DICOM.StudyTime", "-", 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_say),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_dicom),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("moments", tests, NULL, NULL);
}
