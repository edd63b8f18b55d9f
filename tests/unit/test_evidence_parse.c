/* SPDX-License-Identifier: Apache-2.0 */
/* Parsers of evidence: what they make of good, odd and hostile text, as trees written out. */
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "verdict/base/buf.h"
#include "verdict/base/mem.h"
#include "verdict/evidence/kind.h"
#include "verdict/evidence/outline.h"
#include "config.h"

/* Far above what is needed, far below what anything quadratic would take. */
#ifdef HAVE_SANITIZER
#define SECONDS_MAX 40.0
#else
#define SECONDS_MAX 5.0
#endif

typedef void (*parse_cb)(struct outline *o, const char *text, size_t len);

static void json(struct outline *o, const char *text, size_t len)
{
	parse_json(o, text, len, false);
}

static void lines(struct outline *o, const char *text, size_t len)
{
	parse_json(o, text, len, true);
}

static void check_sizes(const struct outline *o)
{
	size_t i;

	assert_int_equal(o->stack.len, 0);
	for (i = 0; i < o->nodes.len; i++) {
		const struct node *n = &o->nodes.at[i];

		assert_true(n->size >= 1 && i + n->size <= o->nodes.len);
		assert_true(n->parent == NODE_NONE || n->parent < i);
		if (n->parent != NODE_NONE) {
			const struct node *p = &o->nodes.at[n->parent];

			assert_true(i + n->size <= n->parent + p->size);
			assert_int_equal(n->depth, p->depth + 1);
			assert_true(n->begin >= p->begin);
		}
		assert_true(n->end >= n->begin);
	}
}

static void tree(parse_cb parse, const char *text, size_t len, const char *want)
{
	struct outline o;
	struct buf b;

	outline_init(&o);
	buf_init(&b, 1u << 20);
	parse(&o, text, len);
	check_sizes(&o);
	outline_dump(&b, &o, text, len);
	assert_string_equal(buf_str(&b), want);
	buf_done(&b);
	outline_done(&o);
}

#define TREE(parse, text, want) tree(parse, text, sizeof(text) - 1, want)

static void test_json_tree(void **state)
{
	(void)state;
	TREE(json, "{\"a\": 1, \"b\": [true, \"x\\n\", {}], \"\": null}",
		"object 0..42\n"
		"  number label=a value=1 1..7\n"
		"  array label=b 9..31\n"
		"    literal 0 value=true 15..19\n"
		"    string 1 value=x\\n 21..26\n"
		"    object 2 28..30\n"
		"  literal value=null 33..41\n");
	TREE(json, "\xef\xbb\xbf -1.5e+3 ", "number value=-1.5e+3 4..11\n");
	TREE(json, "\"a\"", "string value=a 0..3\n");
}

static void test_json_trouble(void **state)
{
	(void)state;
	TREE(json, "", "trouble says=ends too early at byte 0: a value was expected 0..0\n");
	TREE(json, "{\"a\": [1, 2",
		"object 0..11\n"
		"  array label=a 1..11\n"
		"    number 0 value=1 7..8\n"
		"    number 1 value=2 10..11\n"
		"    trouble says=ends too early at byte 11: something is still open 11..11\n");
	TREE(json, "[1,]",
		"array 0..3\n"
		"  number 0 value=1 1..2\n"
		"  trouble says=trouble at byte 3: not a JSON value 3..4\n");
	TREE(json, "[01]", "array 0..1\n  trouble says=trouble at byte 1: not a JSON value 1..2\n");
	TREE(json, "{\"a\" 1}", "object 0..5\n  trouble says=trouble at byte 5: a colon was expected after a member's name 5..6\n");
	TREE(json, "{} x", "object 0..2\ntrouble says=trouble at byte 3: more text after the end of the document 3..4\n");
	TREE(json, "[\"a\tb\"]",
		"array 0..7\n"
		"  string 0 value=a\tb 1..6\n"
		"  trouble says=control byte in a string at byte 3, not allowed in JSON 3..4\n");
	TREE(json, "[\"abc", "array 0..5\n  string 0 value=abc 1..5\n"
		"  trouble says=ends too early at byte 5: a string has no closing quote 5..5\n");
	TREE(json, "{\"a\0b\":1}", "object 0..9\n  number label=a\0");	/* dump stops at the NUL: the tree is there */
}

static void test_json_lines(void **state)
{
	(void)state;
	TREE(lines, "{\"a\":1}\n\n[2]\nnope\n3 4\n",
		"part word=lines 0..22\n"
		"  object 0 0..7\n"
		"    number label=a value=1 1..6\n"
		"  array 1 9..12\n"
		"    number 0 value=2 10..11\n"
		"  trouble says=trouble at byte 13: not a JSON value 13..14\n"
		"  number 2 value=3 18..19\n"
		"  trouble says=trouble at byte 20: more text on the line after the value 20..21\n");
}

static void test_xml_tree(void **state)
{
	(void)state;
	TREE(parse_xml, "<?xml version=\"1.0\"?><!-- c --><a:r xmlns:a='u' a:k=\"v&amp;\"><b>t &lt; u</b><c/>x<d>1<e/>2</d>"
		"<![CDATA[<raw>]]></a:r>",
		"pi value=xml version=\"1.0\" 0..21\n"
		"comment value= c  21..31\n"
		"element label=r 31..117\n"
		"  attribute label=xmlns:a value=u 36..47\n"
		"  attribute label=k value=v&amp; 48..60\n"
		"  element label=b value=t &lt; u 61..76\n"
		"  element label=c 76..80\n"
		"  text value=x 80..81\n"
		"  element label=d 81..94\n"
		"    text value=1 84..85\n"
		"    element label=e 85..89\n"
		"    text value=2 89..90\n"
		"  cdata value=<raw> 94..111\n");
}

static void test_xml_trouble(void **state)
{
	(void)state;
	TREE(parse_xml, "<a><b>x</a>",
		"element label=a 0..11\n"
		"  element label=b 3..11\n"
		"    text value=x 6..7\n"
		"    trouble says=trouble at byte 9: mismatched tag 9..10\n");
	TREE(parse_xml, "", "trouble says=trouble at byte 0: no element found 0..0\n");
	TREE(parse_xml, "<!DOCTYPE a [<!ENTITY e \"boo\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]><a k='&e;'>&e;&f;</a>",
		"doctype value=a [<!ENTITY e \"boo\"><!ENTITY f SYSTEM \"file:///etc/passwd\">] 0..71\n"
		"trouble says=declares entities at byte 24; they are not expanded 24..24\n"
		"element label=a value=&e;&f; 71..92\n"
		"  attribute label=k value=&e; 74..81\n");
}

static void test_hl7_tree(void **state)
{
	(void)state;
	TREE(parse_hl7v2, "\x0bMSH|^~\\&|A||B\rPID|1||7^^^H&1.2&ISO~8||X\\T\\Y\r\x1c\r",
		"message 1..44\n"
		"  segment label=MSH 1..14\n"
		"    field 1 value=| 4..5\n"
		"    field 2 value=^~\\& 5..9\n"
		"    field 3 value=A 10..11\n"
		"    field 5 value=B 13..14\n"
		"  segment label=PID 15..44\n"
		"    field 1 value=1 19..20\n"
		"    field 3 22..37\n"
		"      repeat 1 22..35\n"
		"        component 1 value=7 22..23\n"
		"        component 4 26..35\n"
		"          subcomponent 1 value=H 26..27\n"
		"          subcomponent 2 value=1.2 28..31\n"
		"          subcomponent 3 value=ISO 32..35\n"
		"      repeat 2 value=8 36..37\n"
		"    field 5 value=X\\T\\Y 39..44\n");
}

static void test_hl7_odd(void **state)
{
	(void)state;
	TREE(parse_hl7v2, "MSH", "message 0..3\n  segment label=MSH 0..3\n");
	TREE(parse_hl7v2, "MSH|^\nnote here\nPID|\n",
		"message 0..20\n"
		"  segment label=MSH 0..5\n"
		"    field 1 value=| 3..4\n"
		"    field 2 value=^ 4..5\n"
		"    trouble says=MSH-2 should name four delimiters, it has 1 4..5\n"
		"  line value=note here 6..15\n"
		"  segment label=PID 16..20\n");
	TREE(parse_hl7v2, "MSH#*~\\&#S\r\nMSH|^~\\&|T\r\n",
		"part word=messages 0..22\n"
		"  message 0..12\n"
		"    segment label=MSH 0..10\n"
		"      field 1 value=# 3..4\n"
		"      field 2 value=*~\\& 4..8\n"
		"      field 3 value=S 9..10\n"
		"  message 12..22\n"
		"    segment label=MSH 12..22\n"
		"      field 1 value=| 15..16\n"
		"      field 2 value=^~\\& 16..20\n"
		"      field 3 value=T 21..22\n");
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static char *repeat(size_t *len_out, const char *word, size_t times)
{
	size_t n = strlen(word), i;
	char *p = mem_alloc(n * times + 1);

	for (i = 0; i < times; i++)
		memcpy(p + i * n, word, n);
	p[n * times] = '\0';
	*len_out = n * times;
	return p;
}

static void hostile(parse_cb parse, const char *word, size_t times, const char *says)
{
	struct outline o;
	struct buf b;
	size_t len;
	char *p = repeat(&len, word, times);
	double start = seconds(), took;

	outline_init(&o);
	buf_init(&b, 64u << 20);
	parse(&o, p, len);
	took = seconds() - start;
	check_sizes(&o);
	if (says) {
		outline_dump(&b, &o, p, len);
		assert_non_null(memmem(b.ptr, b.len, says, strlen(says)));
	}
	assert_true(took < SECONDS_MAX);
	assert_true(o.nodes.len <= OUTLINE_NODES_MAX + 128);
	buf_done(&b);
	outline_done(&o);
	mem_free(p);
}

static void test_hostile(void **state)
{
	(void)state;
	hostile(json, "[", 1000000, "nested deeper than 400 levels");
	hostile(json, "{\"a\":", 1000000, "nested deeper than 400 levels");
	hostile(json, "1", 10000000, NULL);
	hostile(json, "\"", 10000001, NULL);
	hostile(lines, "[\n", 1000000, NULL);
	hostile(parse_xml, "<a>", 1000000, "nested deeper than 400 levels");
	hostile(parse_xml, "<a b='1' b='1'/>", 1000, NULL);
	hostile(parse_hl7v2, "MSH|^~\\&|", 300000, NULL);
	hostile(parse_hl7v2, "MSH|^~\\&\r", 500000, NULL);
	hostile(parse_hl7v2, "&^~|", 2000000, NULL);
}

static void test_node_ceiling(void **state)
{
	struct outline o;
	size_t len, i, troubles = 0;
	char *p = repeat(&len, "1,", 5000);

	(void)state;
	p[0] = '[';
	p[1] = '0';
	outline_init(&o);
	o.nodes_max = 1000;
	parse_json(&o, "[[[1],2],3]", 11, false);
	assert_int_equal(o.nodes.len, 6);
	outline_done(&o);
	outline_init(&o);
	o.nodes_max = 1000;
	memcpy(p, "[1", 2);
	memmove(p + 2, ",1", 2);
	parse_json(&o, p, len, false);
	check_sizes(&o);
	for (i = 0; i < o.nodes.len; i++)
		troubles += o.nodes.at[i].kind == NODE_TROUBLE;
	assert_true(o.nodes.len <= 1002 && troubles >= 1 && o.stopped);
	outline_done(&o);
	mem_free(p);
}

/* A billion laughs stays a small outline. */
static void test_entity_bomb(void **state)
{
	struct outline o;
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, 1u << 20);
	buf_adds(&b, "<!DOCTYPE r [<!ENTITY l0 \"lol\">");
	for (i = 1; i < 12; i++) {
		int k;

		buf_printf(&b, "<!ENTITY l%d \"", i);
		for (k = 0; k < 10; k++)
			buf_printf(&b, "&l%d;", i - 1);
		buf_adds(&b, "\">");
	}
	buf_adds(&b, "]><r a=\"&l11;\">&l11;</r>");
	outline_init(&o);
	parse_xml(&o, b.ptr, b.len);
	check_sizes(&o);
	assert_true(o.nodes.len < 10);
	assert_true(o.troubles >= 1);
	outline_done(&o);
	buf_done(&b);
}

/* Every prefix of a document of each format: a tree each time. */
static void test_truncated(void **state)
{
	static const struct { parse_cb parse; const char *text; } docs[] = {
		{ json, "{\"a\":[1,2.5e3,{\"b\":\"\\u00e9\\\\\"}],\"c\":{\"d\":null,\"e\":[[],{}]},\"f\":false}" },
		{ parse_xml, "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'x'>]><a b='c'><!--d--><e>f&amp;</e><![CDATA[g]]></a>" },
		{ parse_hl7v2, "MSH|^~\\&|A|B\rPID|1|2^3&4~5\rOBX|1|TX|\\X41\\\\.br\\\r" },
		{ lines, "{\"a\":1}\n[1,2]\n" },
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(docs) / sizeof(docs[0]); i++)
		for (n = 0; n <= strlen(docs[i].text); n++) {
			struct outline o;
			char *copy = mem_alloc(n ? n : 1);	/* exact: a read past the end is seen by sanitizers */

			memcpy(copy, docs[i].text, n);
			outline_init(&o);
			docs[i].parse(&o, copy, n);
			check_sizes(&o);
			outline_done(&o);
			mem_free(copy);
		}
}

static void test_find(void **state)
{
	static const char text[] = "{\"a\": [1, 22], \"b\": 3}";
	struct outline o;

	(void)state;
	outline_init(&o);
	parse_json(&o, text, sizeof(text) - 1, false);
	assert_int_equal(outline_find(&o, 0), 0);
	assert_int_equal(outline_find(&o, 2), 1);
	assert_int_equal(outline_find(&o, 7), 2);
	assert_int_equal(outline_find(&o, 11), 3);
	assert_int_equal(outline_find(&o, 14), 0);
	assert_int_equal(outline_find(&o, 20), 4);
	assert_int_equal(outline_find(&o, 999), 0);
	assert_int_equal(outline_next(&o, 1), 4);
	assert_int_equal(outline_next(&o, 3), NODE_NONE);
	outline_done(&o);
}

static void test_sniff(void **state)
{
	static const struct { const char *text; size_t len; enum evidence_kind kind; } cases[] = {
#define CASE(t, k) { t, sizeof(t) - 1, k }
		CASE("", EVIDENCE_EMPTY),
		CASE("{\"resourceType\":\"Patient\"}", EVIDENCE_FHIR_JSON),
		CASE("\xef\xbb\xbf {\"a\":1}", EVIDENCE_JSON),
		CASE("[1,2]", EVIDENCE_JSON),
		CASE("[WARN] text", EVIDENCE_TEXT),
		CASE("[2026-11-24 09:00:01] text", EVIDENCE_TEXT),
		CASE("[ -1.5e+3 ,2]", EVIDENCE_JSON),
		CASE("[12", EVIDENCE_JSON),
		CASE("{\"a\":1}\n{\"a\":2}\n", EVIDENCE_NDJSON),
		CASE("{\n\"a\":1}\n{\"a\":2}\n", EVIDENCE_JSON),
		CASE("<?xml version='1.0'?><!-- x --><Bundle xmlns=\"http://hl7.org/fhir\"/>", EVIDENCE_FHIR_XML),
		CASE("<c:ClinicalDocument xmlns:c='urn:hl7-org:v3'/>", EVIDENCE_CDA),
		CASE("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'/>", EVIDENCE_SOAP),
		CASE("<a/>", EVIDENCE_XML),
		CASE("\xff\xfe<\0a\0/\0>\0", EVIDENCE_XML),
		CASE("\xfe\xff\0<\0a\0/\0>", EVIDENCE_XML),
		CASE("<\0?\0x\0m\0l\0", EVIDENCE_XML),
		CASE("\xef\xbb\xbfMSH|^~\\&|", EVIDENCE_HL7V2),
		CASE("\x0bMSH|^~\\&|", EVIDENCE_HL7V2),
		CASE("MSHA", EVIDENCE_TEXT),
		CASE("plain words\n", EVIDENCE_TEXT),
		CASE("\xff\xd8\xff\xe0\0\x10JFIF\0", EVIDENCE_UNKNOWN),
		CASE("PK\3\4\0\0\0\0", EVIDENCE_ARCHIVE),
		CASE("GET /a HTTP/1.1\r\n\r\n", EVIDENCE_HTTP),
		CASE("# a\n\nGET {{host}}/a\n", EVIDENCE_HTTP),
		CASE("# a\n< {%\n x();\n%}\n\nPOST {{host}}/a\n", EVIDENCE_HTTP),
		CASE("GET well soon\n", EVIDENCE_TEXT),
		CASE("--b\r\nContent-Type: text/xml\r\n\r\n<a/>", EVIDENCE_MIME),
	};
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (evidence_sniff(cases[i].text, cases[i].len, cases[i].len) != cases[i].kind)
			fail_msg("case %zu is %s, not %s", i, evidence_kind_name(evidence_sniff(cases[i].text,
				cases[i].len, cases[i].len)), evidence_kind_name(cases[i].kind));
	for (k = 0; k < EVIDENCE_KIND_COUNT; k++)
		assert_int_equal(evidence_kind_parse(evidence_kind_name((enum evidence_kind)k)), k);
	assert_int_equal(evidence_kind_parse("nothing"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sniff),
		cmocka_unit_test(test_json_tree),
		cmocka_unit_test(test_json_trouble),
		cmocka_unit_test(test_json_lines),
		cmocka_unit_test(test_xml_tree),
		cmocka_unit_test(test_xml_trouble),
		cmocka_unit_test(test_hl7_tree),
		cmocka_unit_test(test_hl7_odd),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_node_ceiling),
		cmocka_unit_test(test_entity_bomb),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_hostile),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence parsers", tests, NULL, NULL);
}
