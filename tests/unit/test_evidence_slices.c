/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a large document tells, again and again, that it goes on, and can be stopped: the tick is asked at least
 * once for each TICK_BYTES. Forms that are passed over faster than bytes come from a disk (one long string, a body of
 * plain text) ask rarely or not at all, and the console's patience grows with the size. Counted, not timed. Layer: tests.
 */
#include "test.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/document.h"

#define SIZE (12u << 20)
#define TICK_BYTES (2u << 20)

struct text {
	char *p;
	size_t n;
};

static void add(struct text *t, const char *s)
{
	size_t n = strlen(s);

	if (t->n + n <= SIZE + 4096) {
		memcpy(t->p + t->n, s, n);
		t->n += n;
	}
}

static void fill(struct text *t, const char *head, const char *piece, const char *tail)
{
	add(t, head);
	while (t->n < SIZE)
		add(t, piece);
	add(t, tail);
}

struct form {
	const char *name, *head, *piece, *tail;
	enum evidence_kind kind;
};

static const struct form forms[] = {
	{ "json, many nodes", "[1", ",{\"a\":1,\"b\":[\"x\",null]}", "]", EVIDENCE_JSON },
	{ "ndjson", "{\"resourceType\":\"Patient\"}\n",
	  "{\"a\":1,\"b\":[\"x\",null]}\n",
	  "{}\n", EVIDENCE_NDJSON },
	{ "xml, many nodes", "<a>", "<b c=\"d\">e</b>", "</a>", EVIDENCE_XML },
	{ "xml, one text", "<a>", "abcdefghijklmnopqrstuvwxyz \n", "</a>", EVIDENCE_XML },
	{ "hl7v2, repeats", "MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\rPID|1||",
	  "1^a~",
	  "\r", EVIDENCE_HL7V2 },
	{ "syslog, many", "<85>1 2026-01-01T00:00:00Z h a - - - x\n",
	  "<85>1 2026-01-01T00:00:00Z h a - - - x\n",
	  "", EVIDENCE_SYSLOG },
	{ "http, many", "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
	  "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n",
	  "", EVIDENCE_HTTP },
	{ "har, many", "{\"log\":{\"version\":\"1.2\",\"entries\":[{}",
	  ",{\"request\":{\"method\":\"GET\",\"url\":\"http://x/\",\"headers\":[]}}",
	  "]}}", EVIDENCE_HAR },
	{ "pdf", "%PDF-1.4\n", "1 0 obj\n<< /A /B >>\nendobj\n", "%%EOF\n", EVIDENCE_PDF },
	{ "dicom json", "[{\"00080018\":{\"vr\":\"UI\",\"Value\":[\"1.2\"]}}",
	  ",{\"00080018\":{\"vr\":\"UI\",\"Value\":[\"1.2\"]}}",
	  "]", EVIDENCE_DICOM_JSON },
	{ "latin-1", "\xe9t\xe9 ", "\xe9t\xe9 abcdefgh ", "\n", EVIDENCE_TEXT },
	{ "shift-jis", "\x93\xfa\x96{ ", "\x93\xfa\x96{\x8c\xea\x82\xcc ", "\n", EVIDENCE_TEXT },
};

struct watch {
	unsigned int ticks, stop_at;
};

static bool tick(void *data)
{
	struct watch *w = data;

	return ++w->ticks >= w->stop_at;
}

static unsigned int ticks_of(const struct text *t, enum evidence_kind kind, unsigned int stop_at)
{
	struct watch w = { .stop_at = stop_at };
	struct document *d;
	struct source src;

	source_mem(&src, t->p, t->n);
	assert_ok(document_open_ticking(&d, &src, kind, tick, &w));
	assert_int_equal(document_outline(d)->stack.len, 0);
	document_free(d);
	return w.ticks;
}

static void each_form(void (*run)(const struct text *t, const struct form *f))
{
	struct text t = { mem_alloc(SIZE + 8192), 0 };
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		t.n = 0;
		fill(&t, forms[i].head, forms[i].piece, forms[i].tail);
		run(&t, &forms[i]);
	}
	mem_free(t.p);
}

static void is_told(const struct text *t, const struct form *f)
{
	unsigned int ticks = ticks_of(t, f->kind, UINT32_MAX);

	if (ticks < SIZE / TICK_BYTES)
		fail_msg("%s: %u ticks in %u MiB", f->name, ticks, SIZE >> 20);
}

/* Once told to stop it asks a few times at most: each of the passes over what is there. */
static void is_stopped(const struct text *t, const struct form *f)
{
	unsigned int ticks = ticks_of(t, f->kind, 1);

	if (ticks > 3)
		fail_msg("%s: went on for %u ticks after the first", f->name, ticks);
}

static void test_told(void **state)
{
	(void)state;
	each_form(is_told);
}

static void test_stopped(void **state)
{
	(void)state;
	each_form(is_stopped);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_told), cmocka_unit_test(test_stopped) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("slices", tests, NULL, NULL);
}
