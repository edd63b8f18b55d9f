/* SPDX-License-Identifier: Apache-2.0 */
/* Documents inside documents: which rows hold one, what is in it, the way in and out, and a reader that dies. */
#include "test.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/base/buf.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/document.h"
#include "verdict/evidence/reader.h"

static char exe[4096];

/* {"resourceType":"Patient","id":"a"} and MSH|^~\&|A|B|C|D|20260101||ADT^A01|1|P|2.5 and a CR */
#define PATIENT "eyJyZXNvdXJjZVR5cGUiOiJQYXRpZW50IiwiaWQiOiJhIn0="
#define ADT "TVNIfF5+XCZ8QXxCfEN8RHwyMDI2MDEwMXx8QURUXkEwMXwxfFB8Mi41DQ=="

static struct document *open_text(const char *text, size_t len)
{
	struct document *d;
	struct source src;

	source_mem(&src, text, len);
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	return d;
}

static uint32_t node_of(struct document *d, const char *path)
{
	uint64_t row;
	uint32_t node;

	assert_ok(document_goto(&row, d, path, strlen(path)));
	assert_ok(document_row_node(&node, d, row));
	return node;
}

/* The document that `path` of a text holds, by kind and text; NULL for none. */
static void inside(const char *text, size_t len, const char *path, enum evidence_kind kind, const char *want)
{
	struct document *d = open_text(text, len), *in;
	uint32_t node = node_of(d, path);
	struct reader_info info;
	const char *got;
	size_t n;

	if (!want) {
		assert_false(document_holds(d, node));
		assert_int_equal(document_enter(&in, d, node, NULL, NULL), STATUS_NOT_FOUND);
	} else {
		assert_true(document_holds(d, node));
		assert_ok(document_enter(&in, d, node, NULL, NULL));
		document_info(&info, in);
		assert_int_equal(info.kind, kind);
		assert_int_equal(info.inside, 1);
		got = document_text(&n, in);
		assert_int_equal(n, strlen(want));
		assert_memory_equal(got, want, n);
		assert_ptr_equal(document_leave(in), d);
	}
	document_free(d);
}

#define INSIDE(text, path, kind, want) inside(text, sizeof(text) - 1, path, kind, want)

static void test_values(void **state)
{
	static const char patient[] = "{\"resourceType\":\"Patient\",\"id\":\"a\"}";

	(void)state;
	INSIDE("{\"data\":\"" PATIENT "\"}", "$.data", EVIDENCE_FHIR_JSON, patient);
	INSIDE("{\"data\":\"eyJyZXNvdXJjZVR5\\r\\ncGUiOiJQYXRpZW50IiwiaWQiOiJhIn0\\u003d\"}", "$.data", EVIDENCE_FHIR_JSON,
		patient);
	INSIDE("{\"url\":\"data:application/fhir+json;base64," PATIENT "\"}", "$.url", EVIDENCE_FHIR_JSON, patient);
	INSIDE("{\"url\":\"data:,%7B%22a%22%3A1%7D\"}", "$.url", EVIDENCE_JSON, "{\"a\":1}");
	INSIDE("{\"s\":\"{\\\"resourceType\\\":\\\"Patient\\\",\\\"id\\\":\\\"a\\\"}\"}", "$.s", EVIDENCE_FHIR_JSON, patient);
	INSIDE("<text mediaType=\"application/fhir+json\">\n " PATIENT "\n</text>", "/text", EVIDENCE_FHIR_JSON, patient);
	INSIDE("<a b=\"&lt;x>&#65; well-formed&lt;/x>\"/>", "/a/@b", EVIDENCE_XML, "<x>A well-formed</x>");
	INSIDE("MSH|^~\\&|A|B|C|D|20260101||ORU^R01|1|P|2.5\rOBX|1|ED|1^A||^TEXT^^Base64^" PATIENT "\r", "OBX-5.5",
		EVIDENCE_FHIR_JSON, patient);
	INSIDE("{\"data\":\"" ADT "\"}", "$.data", EVIDENCE_HL7V2, "MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\r");
}

/* In the alphabet of base64, and yet no document. */
static void test_none(void **state)
{
	(void)state;
	INSIDE("{\"s\":\"da39a3ee5e6b4b0d3255bfef95601890afd80709\"}", "$.s", 0, NULL);
	INSIDE("{\"s\":\"2jmj7l5rSw0yVb/vlWAYkK/YBwk=\"}", "$.s", 0, NULL);
	INSIDE("{\"s\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"}", "$.s", 0, NULL);
	INSIDE("{\"s\":\"GeneralPractitionerOfTheNeighbouringHospital\"}", "$.s", 0, NULL);
	INSIDE("{\"s\":\"1.2.840.113619.2.55.3.604688119.971.1172\"}", "$.s", 0, NULL);
	INSIDE("{\"s\":\"A plain sentence, and another one.\"}", "$.s", 0, NULL);
	INSIDE("{\"s\":\"[a note in brackets, nothing else]\"}", "$.s", 0, NULL);
	INSIDE("{\"s\":\"" PATIENT "!\"}", "$.s", 0, NULL);
	INSIDE("{\"n\":12345678901234567890123456789012345}", "$.n", 0, NULL);
}

static char *wrapped(const char *text, size_t levels)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *p = mem_strdup(text), *next;
	size_t i, n;

	for (; levels; levels--) {
		struct buf b;

		buf_init(&b, 1u << 20);
		buf_adds(&b, "{\"data\":\"");
		for (i = 0, n = strlen(p); i < n; i += 3) {
			uint32_t v = (uint32_t)(unsigned char)p[i] << 16;

			v |= i + 1 < n ? (uint32_t)(unsigned char)p[i + 1] << 8 : 0;
			v |= i + 2 < n ? (unsigned char)p[i + 2] : 0;
			buf_addc(&b, set[v >> 18]);
			buf_addc(&b, set[v >> 12 & 63]);
			buf_addc(&b, i + 1 < n ? set[v >> 6 & 63] : '=');
			buf_addc(&b, i + 2 < n ? set[v & 63] : '=');
		}
		buf_adds(&b, "\"}");
		next = buf_take(&b);
		mem_free(p);
		p = next;
	}
	return p;
}

static void test_depth(void **state)
{
	char *text = wrapped("{\"resourceType\":\"Patient\",\"id\":\"x\"}", DOCUMENT_INSIDE_MAX + 2);
	struct document *d = open_text(text, strlen(text)), *in;
	unsigned int depth;
	struct buf b;

	(void)state;
	for (depth = 0; document_enter(&in, d, node_of(d, "$.data"), NULL, NULL) == STATUS_OK; depth++)
		d = in;
	assert_int_equal(depth, DOCUMENT_INSIDE_MAX);
	assert_int_equal(document_inside(d), DOCUMENT_INSIDE_MAX);
	assert_false(document_holds(d, node_of(d, "$.data")));
	buf_init(&b, 4096);
	document_trail(&b, d);
	assert_string_equal(buf_str(&b), "data > data > data > data > data > data > data > data");
	buf_done(&b);
	while (d)
		d = document_leave(d);
	mem_free(text);
}

static int file_of(const char *text)
{
	char name[] = "/tmp/verdict-test-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	unlink(name);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

static void check_row(struct reader *r, uint64_t row, const char *label, bool holds)
{
	struct reader_row *rows;
	struct arena a;
	size_t n;

	arena_init(&a);
	assert_ok(reader_rows_wait(&rows, &n, &a, r, VIEW_OUTLINE, row, 1, 80));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].label_len, strlen(label));
	assert_memory_equal(rows[0].label, label, rows[0].label_len);
	assert_int_equal(rows[0].holds, holds);
	arena_done(&a);
}

static void test_reader(void **state)
{
	char *text = wrapped("{\"resourceType\":\"Patient\",\"id\":\"x\"}", 2);
	struct reader *r = reader_new(NULL, exe);
	struct reader_info info;
	int fd = file_of(text);
	struct arena a;
	siginfo_t dead;
	long pid;

	(void)state;
	arena_init(&a);
	assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN));
	assert_int_equal(info.inside, 0);
	assert_string_equal(info.trail, "");
	check_row(r, 1, "data", true);
	assert_ok(reader_enter_wait(&info, &a, r, 1));
	assert_int_equal(info.inside, 1);
	assert_string_equal(info.trail, "data");
	assert_ok(reader_enter_wait(&info, &a, r, 1));
	assert_int_equal(info.kind, EVIDENCE_FHIR_JSON);
	assert_string_equal(info.trail, "data > data");
	assert_int_equal(reader_enter_wait(&info, &a, r, 1), STATUS_NOT_FOUND);
	check_row(r, 2, "id", false);
	pid = reader_pid(r);	/* a new process finds the way in again */
	assert_true(pid > 0);
	kill((pid_t)pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &dead, WEXITED | WNOWAIT), 0);
	check_row(r, 2, "id", false);
	assert_true(reader_pid(r) != pid);
	assert_ok(reader_leave_wait(&info, &a, r));
	assert_int_equal(info.inside, 1);
	check_row(r, 1, "data", true);
	assert_ok(reader_leave_wait(&info, &a, r));
	assert_int_equal(info.inside, 0);
	assert_int_equal(reader_leave_wait(&info, &a, r), STATUS_NOT_FOUND);
	reader_free(r);
	close(fd);
	mem_free(text);
	arena_done(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_reader),
	};
	struct buf b;

	buf_init(&b, 4096);
	if (reader_find_exe(&b) != STATUS_OK) {
		printf("Bail out! verdict-reader is not built\n");
		return 99;
	}
	snprintf(exe, sizeof(exe), "%s", buf_str(&b));
	buf_done(&b);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence inside", tests, NULL, NULL);
}
