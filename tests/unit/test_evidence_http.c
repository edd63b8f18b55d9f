/* SPDX-License-Identifier: Apache-2.0 */
/* Exchanges of HTTP and parts of MIME: what becomes of good, odd and hostile ones, as paths and values. */
#include "test.h"
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include "verdict/base/buf.h"
#include "verdict/evidence/document.h"

struct opened {
	struct document *d;
	struct arena a;
	struct reader_row *rows;
	size_t n;
	struct reader_info info;
};

static void open_bytes(struct opened *t, const char *p, size_t n)
{
	struct source src;
	uint64_t row, total;

	source_mem(&src, p, n);
	assert_ok(document_open(&t->d, &src, EVIDENCE_UNKNOWN));
	document_info(&t->info, t->d);
	document_fold(&row, t->d, FOLD_UNFOLD_ALL, 0);
	arena_init(&t->a);
	assert_ok(document_rows(&t->rows, &t->n, &total, &t->a, t->d, VIEW_OUTLINE, 0, 1000, 0));
}

static void close_it(struct opened *t)
{
	arena_done(&t->a);
	document_free(t->d);
}

/* Row of a path; its value must read like this. */
static const struct reader_row *row_at(struct opened *t, const char *path)
{
	uint64_t row;

	if (document_goto(&row, t->d, path, strlen(path)) != STATUS_OK)
		fail_msg("no row at %s", path);
	return &t->rows[row];
}

static void value_at(struct opened *t, const char *path, const char *want)
{
	const struct reader_row *r = row_at(t, path);

	if (r->value_len != strlen(want) || memcmp(r->value, want, r->value_len))
		fail_msg("%s: \"%.*s\", want \"%s\"", path, (int)r->value_len, r->value, want);
}

static void no_row(struct opened *t, const char *path)
{
	uint64_t row;

	assert_int_equal(document_goto(&row, t->d, path, strlen(path)), STATUS_NOT_FOUND);
}

#define OPEN(t, text) open_bytes(t, text, sizeof(text) - 1)
#define X "Exchanges.exchange[0]"

static void test_one_exchange(void **state)
{
	struct opened t;

	(void)state;
	OPEN(&t, "GET /fhir/Patient/$match?name=a%20b+c&name=%C3%A9&x HTTP/1.1\r\nHost: a.example\r\nX-Two: one\r\n  two\r\n\r\n"
		"HTTP/1.1 200 All right\r\nContent-Type: application/fhir+json\r\nContent-Length: 42\r\n\r\n"
		"{\"resourceType\":\"Bundle\",\"type\":\"document\"}");
	assert_int_equal(t.info.kind, EVIDENCE_HTTP);
	assert_string_equal(t.info.summary, "Exchanges  GET /fhir/Patient/$match?name=a%20b+c&name=%C3%A9&x  "
		"200 All right  FHIR JSON  Bundle  document");
	assert_null(t.info.trouble);
	value_at(&t, X ".request.method", "GET");
	value_at(&t, X ".request.path", "/fhir/Patient/$match");
	value_at(&t, X ".request.query.name[0]", "a b c");
	value_at(&t, X ".request.query.name[1]", "\xc3\xa9");
	value_at(&t, X ".request.query.x", "");
	value_at(&t, X ".request.version", "HTTP/1.1");
	value_at(&t, X ".request.header.host", "a.example");
	value_at(&t, X ".request.header.x-two", "one    two");
	no_row(&t, X ".request.body");
	value_at(&t, X ".response.status", "200");
	value_at(&t, X ".response.reason", "All right");
	value_at(&t, X ".response.body.type", "document");
	close_it(&t);
}

static void test_several(void **state)
{
	struct opened t;

	(void)state;
	OPEN(&t, "PUT /a HTTP/1.1\nContent-Length: 3\n\nabc\n\nHTTP/1.1 100 Continue\n\nHTTP/1.1 204 No Content\n\n\n"
		"GET /b HTTP/1.0\n\n\nDELETE /c HTTP/1.1\n\nHTTP/1.1 404\nContent-Length: 5\n\nnot here, whatever was said\n");
	value_at(&t, "Exchanges", "3 exchanges");
	value_at(&t, X ".request.body", "abc");
	value_at(&t, X ".interim.status", "100");
	value_at(&t, X ".response.status", "204");
	value_at(&t, "Exchanges.exchange[1]", "GET /b  no response");
	value_at(&t, "Exchanges.exchange[2].response.body", "not here, whatever was said");
	assert_null(t.info.trouble);
	close_it(&t);
}

static void test_requests_file(void **state)
{
	struct opened t;

	(void)state;
	OPEN(&t, "# about\n@host = a\n\n### one\n# @name x\nPOST {{host}}/validate\nContent-Type: application/json\n\n"
		"{\"a\": [1]}\n\n> {% client.test() %}\n\n### two\nGET https://a.example:8080/b/c?d=e#f\n");
	assert_int_equal(t.info.kind, EVIDENCE_HTTP);
	value_at(&t, X ".request.target", "{{host}}/validate");
	value_at(&t, X ".request.body.a[0]", "1");
	value_at(&t, "Exchanges.exchange[1].request.path", "/b/c");
	value_at(&t, "Exchanges.exchange[1].request.query.d", "e");
	close_it(&t);
}

static void test_chunks(void **state)
{
	static const char one[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n0\r\n\r\n",
		two[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;q=1\r\n{\"a\":\r\n3\r\n 1}\r\n0\r\nT: 1\r\n\r\n";
	const struct reader_row *r;
	struct opened t;

	(void)state;
	OPEN(&t, one);
	r = row_at(&t, X ".response.body.a");
	assert_int_equal(r->begin, strstr(one, "\"a\"") - one);
	close_it(&t);
	OPEN(&t, two);
	value_at(&t, X ".response.body.a", "1");
	r = row_at(&t, X ".response.body.a");	/* from one chunk into the next: bytes lead back exactly */
	assert_int_equal(r->begin, strstr(two, "\"a\"") - two);
	assert_int_equal(r->end, strstr(two, "1}") + 1 - two);
	assert_null(t.info.trouble);
	close_it(&t);
	OPEN(&t, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n{\"already\": \"put together\"}\n");
	value_at(&t, X ".response.body.already", "put together");
	close_it(&t);
}

static size_t compressed(char *out, size_t max, const char *text, int bits)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)strlen(text), .next_out = (Bytef *)out,
		.avail_out = (uInt)max };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return max - z.avail_out;
}

static void try_compressed(const char *name, int bits, size_t cut, const char *trouble)
{
	char body[500], text[1000];
	struct opened t;
	size_t n = compressed(body, sizeof(body), "{\"resourceType\":\"Patient\",\"id\":\"p1\"}", bits), head;

	n -= cut;
	head = (size_t)snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %zu\r\n\r\n", name, n);
	memcpy(text + head, body, n);
	open_bytes(&t, text, head + n);
	if (trouble)
		assert_string_equal(t.info.trouble, trouble);
	else
		assert_null(t.info.trouble);
	if (!cut) {
		value_at(&t, X ".response.body.id", "p1");
		assert_int_equal(row_at(&t, X ".response.body.id")->begin, head);
		assert_int_equal(row_at(&t, X ".response.body.id")->end, head + n);
	}
	close_it(&t);
}

static void test_compressed(void **state)
{
	(void)state;
	try_compressed("gzip", 15 + 16, 0, NULL);
	try_compressed("x-gzip", 15 + 16, 0, NULL);
	try_compressed("deflate", 15, 0, NULL);
	try_compressed("deflate", -15, 0, NULL);
	try_compressed("gzip", 15 + 16, 12, "2 troubles in the outline");	/* and the JSON is cut short, too */
	try_compressed("br", -15, 0 + 1, "1 trouble in the outline");
}

/* A body that unpacks a thousandfold is refused with a reason. */
static void test_bomb(void **state)
{
	size_t plain = 40u << 20, n;
	char *zeros = mem_alloc(plain + 1), *text = mem_alloc(1u << 20);
	struct opened t;

	(void)state;
	memset(zeros, '0', plain);
	zeros[plain] = '\0';
	n = (size_t)snprintf(text, 1u << 20, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
	n += compressed(text + n, (1u << 20) - n, zeros, 15 + 16);
	open_bytes(&t, text, n);
	assert_non_null(t.info.trouble);
	close_it(&t);
	mem_free(zeros);
	mem_free(text);
}

static void test_forms(void **state)
{
	struct opened t;

	(void)state;
	OPEN(&t, "POST /fhir/Patient/_search HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
		"identifier=urn%3Aoid%3A1.2%7C3&_count=5");
	value_at(&t, X ".request.body.identifier", "urn:oid:1.2|3");
	value_at(&t, X ".request.body._count", "5");
	close_it(&t);
	OPEN(&t, "POST /a HTTP/1.1\r\nContent-Type: text/plain\r\n\r\nMSH|^~\\&|a|b\rPID|||1^^^A\r");
	value_at(&t, X ".request.body/message[1]/MSH-3", "a");
	close_it(&t);
	OPEN(&t, "POST /a HTTP/1.1\r\nContent-Type: application/fhir+xml\r\n\r\n<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"p\"/></Patient>");
	value_at(&t, X ".request.body/Patient/id/@value", "p");
	close_it(&t);
}

static void test_multipart(void **state)
{
	static const char text[] = "POST /xds HTTP/1.1\r\nContent-Type: multipart/related; boundary=\"b 1\"; start=\"<r>\"\r\n\r\n"
		"preamble\r\n--b 1\r\nContent-Type: application/xop+xml\r\nContent-ID: <r>\r\n\r\n"
		"<Envelope xmlns=\"http://www.w3.org/2003/05/soap-envelope\"><Body><x/></Body></Envelope>\r\n"
		"--b 1\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <p>\r\n\r\neyJhIjog\r\nMX0=\r\n"
		"--b 1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<a>=3D=\r\nb</a>\r\n--b 1--\r\n";
	struct opened t;

	(void)state;
	OPEN(&t, text);
	assert_null(t.info.trouble);
	value_at(&t, X ".request.body.multipart.part[0].header.content-id", "<r>");
	row_at(&t, X ".request.body.multipart.part[0].body/Envelope/Body/x");
	value_at(&t, X ".request.body.multipart.part[1].body.a", "1");
	value_at(&t, X ".request.body.multipart.part[2].body/a", "=b");
	close_it(&t);
	open_bytes(&t, strstr(text, "--b 1"), strlen(strstr(text, "--b 1")));
	assert_int_equal(t.info.kind, EVIDENCE_MIME);
	value_at(&t, "multipart", "3 parts");
	close_it(&t);
	OPEN(&t, "--b\nContent-Type: text/plain\n\nnever closed\n");
	assert_string_equal(t.info.trouble, "1 trouble in the outline");
	value_at(&t, "multipart.part[0].body", "never closed ");
	close_it(&t);
}

static void test_archive(void **state)
{
	static const char text[] = "{\"log\": {\"version\": \"1.2\", \"creator\": {}, \"entries\": [{"
		"\"startedDateTime\": \"2026-11-24T03:00:00Z\", \"serverIPAddress\": \"10.0.0.2\", \"request\": {"
		"\"method\": \"POST\", \"url\": \"https://a.example/fhir?x=%41&x=b\", \"httpVersion\": \"HTTP/1.1\","
		"\"headers\": [{\"name\": \"Accept\", \"value\": \"a\\\"b\"}], \"postData\": {\"mimeType\": \"application/json\","
		"\"text\": \"{\\\"resourceType\\\":\\\"Bundle\\\",\\\"type\\\":\\\"batch\\\"}\"}}, \"response\": {\"status\": 201,"
		"\"statusText\": \"Created\", \"headers\": [], \"content\": {\"mimeType\": \"application/json\","
		"\"encoding\": \"base64\", \"text\": \"eyJhIjoxfQ==\"}}},"
		"{\"request\": {\"method\": \"GET\", \"url\": \"/b\"}, \"response\": {\"status\": 0}}]}}";
	const struct reader_row *r;
	struct opened t;

	(void)state;
	OPEN(&t, text);
	assert_int_equal(t.info.kind, EVIDENCE_HAR);
	assert_null(t.info.trouble);
	value_at(&t, X ".time", "2026-11-24T03:00:00Z");
	value_at(&t, X ".to", "10.0.0.2");
	value_at(&t, X ".request.path", "/fhir");
	value_at(&t, X ".request.query.x[0]", "A");
	value_at(&t, X ".request.header.accept", "a\"b");
	value_at(&t, X ".request.body.type", "batch");
	value_at(&t, X ".response.status", "201");
	value_at(&t, X ".response.body.a", "1");
	r = row_at(&t, X ".response.body.a");
	assert_int_equal(r->begin, strstr(text, "eyJh") - text);
	value_at(&t, "Exchanges.exchange[1]", "GET /b  no response");
	close_it(&t);
	OPEN(&t, "{\"log\": {\"creator\": 1, \"entries\": [{\"request\": {\"method\": \"GET\", \"url\": \"/c");
	assert_string_equal(t.info.trouble, "1 trouble in the outline");
	value_at(&t, X ".request.method", "GET");
	close_it(&t);
	OPEN(&t, "{\"log\": {\"creator\": {}, \"entries\": 7}}");
	value_at(&t, "Exchanges", "0 items");
	close_it(&t);
}

static void test_soap(void **state)
{
	static const char head[] = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header>"
		"<a:Action xmlns:a=\"http://www.w3.org/2005/08/addressing\">urn:ihe:iti:2007:RegistryStoredQuery</a:Action>"
		"</s:Header><s:Body>";
	char text[1000];
	struct opened t;

	(void)state;
	snprintf(text, sizeof(text), "%s<q:AdhocQueryRequest xmlns:q=\"urn:q\"/></s:Body></s:Envelope>", head);
	open_bytes(&t, text, strlen(text));
	assert_int_equal(t.info.kind, EVIDENCE_SOAP);
	assert_string_equal(t.info.summary, "Envelope  AdhocQueryRequest  urn:ihe:iti:2007:RegistryStoredQuery");
	close_it(&t);
	snprintf(text, sizeof(text), "%s<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text>no &lt;id&gt;"
		"</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>", head);
	open_bytes(&t, text, strlen(text));
	assert_string_equal(t.info.summary, "Envelope  Fault  s:Sender  no <id>  urn:ihe:iti:2007:RegistryStoredQuery");
	close_it(&t);
	OPEN(&t, "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body><Fault><faultcode>Client</faultcode>"
		"<faultstring>why</faultstring></Fault></Body></Envelope>");
	assert_string_equal(t.info.summary, "Envelope  Fault  Client  why");
	close_it(&t);
}

/* Boundaries inside boundaries, without end: a ceiling holds. */
static void test_nested(void **state)
{
	struct opened t;
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, 1u << 20);
	for (i = 0; i < 200; i++)
		buf_printf(&b, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i, i + 1);
	open_bytes(&t, buf_str(&b), b.len);
	assert_true(t.n > 10 && t.n < 200);
	close_it(&t);
	buf_done(&b);
}

static void test_views(void **state)
{
	static const char text[] = "GET /a HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		"5\r\n{\"a\":\r\n7\r\n\"Lima\"}\r\n0\r\n\r\n";
	struct reader_row *rows;
	uint64_t total, row;
	struct opened t;
	size_t n, i;

	(void)state;
	OPEN(&t, text);
	assert_ok(document_rows(&rows, &n, &total, &t.a, t.d, VIEW_PRETTY, 0, 100, 80));
	assert_int_equal(n, total);
	assert_ok(document_search(&row, t.d, VIEW_PRETTY, "lima", 4, 0, false));
	for (i = 0; i < n; i++)
		assert_true(rows[i].begin <= rows[i].end && rows[i].end <= sizeof(text));
	assert_memory_equal(rows[row].value, "\"Lima\"", 6);
	assert_ok(document_locate(&row, t.d, VIEW_OUTLINE, (uint64_t)(strstr(text, "Lima") - text)));
	assert_memory_equal(t.rows[row].label, "a", 1);
	assert_ok(document_locate(&row, t.d, VIEW_PRETTY, (uint64_t)(strstr(text, "Lima") - text)));
	assert_memory_equal(rows[row].value, "\"Lima\"", 6);
	close_it(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_exchange),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_requests_file),
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_multipart),
		cmocka_unit_test(test_archive),
		cmocka_unit_test(test_soap),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_views),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence_http", tests, NULL, NULL);
}
