/* SPDX-License-Identifier: Apache-2.0 */
/* Text that declares no encoding: what it is read as, what it says then, and where its bytes are.
 */
#include "outline_text.h"
#include <ctype.h>
#include <iconv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "verdict/base/mem.h"
#include "verdict/evidence/encoding.h"
#include "verdict/evidence/reader.h"

static char exe[4096];

static const char japanese[] = "患者さんの情報です。アレルギーはありません。血液型はＡ型です。";
static const char korean[] = "환자의 이름은 김철수입니다. 알레르기는 없습니다. 혈액형은 에이형입니다.";
static const char chinese[] = "病人的姓名是王小明，没有过敏史，血型为甲型，出生日期一九八〇年三月。";
static const char traditional[] = "病人的姓名是王小明，沒有過敏史，血型為甲型，出生日期一九八零年三月。";
static const char thai[] = "ผู้ป่วยชื่อสมชาย ไม่มีประวัติแพ้ยา หมู่โลหิตเอ";
static const char german[] =
	"Der Patient heißt Müller, größter Ärger: keine Allergien für Äpfel. Öfter prüfen.";

static char *encoded(size_t *len_out, const char *set, const char *text)
{
	iconv_t cd = iconv_open(set, "UTF-8");
	size_t left = strlen(text), room = left * 4 + 16;
	char *out = mem_alloc(room), *to = out, *from = (char *)(uintptr_t)text;

	assert_true(cd != (iconv_t)-1);
	assert_int_equal(iconv(cd, &from, &left, &to, &room), 0);
	iconv_close(cd);
	*len_out = (size_t)(to - out);
	return out;
}

static void reads(const char *set, const char *text, const char *as)
{
	struct reader_info info;
	struct document *d;
	const char *got;
	size_t n;
	char *bytes = encoded(&n, set, text), want[80];

	snprintf(want, sizeof(want), "text%s%s", as ? "  read as " : "", as ? as : "");
	d = document_of(bytes, n);
	document_info(&info, d);
	assert_int_equal(info.kind, EVIDENCE_TEXT);
	assert_string_equal(info.summary, want);
	got = document_text(&n, d);
	if (as) {
		assert_int_equal(n, strlen(text));
		assert_memory_equal(got, text, n);
	}
	document_free(d);
	mem_free(bytes);
}

static void test_guess(void **state)
{
	(void)state;
	reads("SHIFT_JIS", japanese, "Shift-JIS");
	reads("EUC-JP", japanese, "EUC-JP");
	reads("EUC-KR", korean, "EUC-KR");
	reads("GB18030", chinese, "GB18030");
	reads("BIG5", traditional, "Big5");
	reads("TIS-620", thai, "tis-620");
	reads("ISO-8859-1", german, "windows-1252");
	reads("UTF-16LE", german, "UTF-16");
	reads("UTF-16BE", german, "UTF-16");
	reads("UTF-8", japanese, NULL);
	reads("UTF-8", "plain words, and no more", NULL);
}

/* One broken byte in UTF-8 does not make it something else; nor do bytes that could be anything. */
static void test_doubt(void **state)
{
	static const char broken[] = "Größe, Änderung, Straße, Übung: ein \xff dazwischen";
	static const char noise[] = "\x81\x82\x83\xfd\xfe\x90\x91\x99\xa0\xff\xfe";

	(void)state;
	assert_null(encoding_guess(broken, sizeof(broken) - 1));
	assert_null(encoding_guess(noise, sizeof(noise) - 1));
	assert_null(encoding_guess("", 0));
}

static void test_marks(void **state)
{
	static const char utf32[] =
		"\xff\xfe\0\0{\0\0\0\"\0\0\0a\0\0\0\"\0\0\0:\0\0\0\x01\xf6\x01\0}\0\0\0";
	static const char be[] =
		"\0\0\xfe\xff\0\0\0{\0\0\0\"\0\0\0a\0\0\0\"\0\0\0:\0\0\0001\0\0\0}";

	(void)state;
	assert_int_equal(
		evidence_sniff(utf32, sizeof(utf32) - 1, sizeof(utf32) - 1), EVIDENCE_JSON);
	outline_is(be, sizeof(be) - 1, EVIDENCE_JSON, "object\n  a  1\n");
}

/* Rows know the bytes of the file they came from. */
static void test_places(void **state)
{
	char *text = mem_alloc(70 * 200 + 1), *bytes;
	struct reader_row *rows;
	struct document *d;
	uint64_t total, row;
	struct arena a;
	size_t n, i, len = 0;

	(void)state;
	for (i = 0; i < 100; i++)
		len += (size_t)snprintf(text + len, 140, "%04zu %s\n", i, japanese);
	bytes = encoded(&n, "SHIFT_JIS", text);
	d = document_of(bytes, n);
	arena_init(&a);
	assert_ok(document_rows(&rows, &n, &total, &a, d, VIEW_PRETTY, 90, 1, 0));
	assert_int_equal(n, 1);
	assert_memory_equal(bytes + rows[0].begin, "0090 ", 5);
	assert_ok(document_locate(&row, d, VIEW_PRETTY, rows[0].begin + 9));
	assert_int_equal(row, 90);
	arena_done(&a);
	document_free(d);
	mem_free(bytes);
	mem_free(text);
}

/* The sandbox opens no file: the converters are there already. */
static void test_reader(void **state)
{
	static const char *const names[] = { "SHIFT_JIS", "EUC-JP", "EUC-KR", "GB18030", "BIG5" };
	static const char *const texts[] = { japanese, japanese, korean, chinese, traditional };
	struct reader *r = reader_new(NULL, exe);
	struct reader_info info;
	struct arena a;
	size_t i, n;

	(void)state;
	arena_init(&a);
	for (i = 0; i < 5; i++) {
		char *bytes = encoded(&n, names[i], texts[i]), name[] = "/tmp/verdict-test-XXXXXX";
		int fd = mkstemp(name);

		unlink(name);
		assert_int_equal(write(fd, bytes, n), (ssize_t)n);
		assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN));
		assert_non_null(strstr(info.summary, "read as "));
		close(fd);
		mem_free(bytes);
	}
	reader_free(r);
	arena_done(&a);
}

/* Every name that is offered can be asked for, in any way to write it. */
static void test_names(void **state)
{
	const char *const *names = encoding_names(), *name, *other;
	struct document *d = document_of("plain words", 11);
	struct reader_info info;
	char want[80], upper[40];
	size_t i, k;

	(void)state;
	assert_string_equal(names[0], "auto");
	for (i = 0; names[i]; i++) {
		for (k = 0; names[i][k] && k < sizeof(upper) - 1; k++)
			upper[k] = names[i][k] == '-' ? '_'
						      : (char)toupper((unsigned char)names[i][k]);
		upper[k] = '\0';
		assert_ok(encoding_parse(&name, upper, k));
		assert_string_equal(name, names[i]);
		assert_ok(document_encoding(d, upper, k));
		document_info(&info, d);
		snprintf(want, sizeof(want), "read as %s", names[i]);
		assert_int_equal(strstr(info.summary, want) != NULL, i > 0);
		if (i > 1)
			assert_string_equal(info.encoding, names[i]);
	}
	assert_ok(encoding_parse(&other, "cp949", 5));
	assert_string_equal(other, "EUC-KR");
	assert_int_equal(document_encoding(d, "klingon", 7), STATUS_INVALID);
	assert_non_null(strstr(status_message(), "auto, UTF-8, "));
	assert_non_null(strstr(status_message(), ", macintosh"));
	document_info(&info, d);
	assert_string_equal(info.encoding, "macintosh");	/* as it was */
	document_free(d);
}

static void test_asked(void **state)
{
	static const char ebcdic[] = "{\"resourceType\":\"Patient\",\"id\":\"x1\"}",
			  dicom[200] = { [128] = 'D', 'I', 'C', 'M' };
	struct reader_info info;
	struct document *d;
	const char *text;
	char *bytes;
	size_t n;

	(void)state;
	bytes = encoded(&n, "IBM037", ebcdic);
	d = document_of(bytes, n);
	document_info(&info, d);
	assert_int_not_equal(info.kind, EVIDENCE_FHIR_JSON);
	assert_ok(document_encoding(d, "ebcdic", 6));
	document_info(&info, d);
	assert_int_equal(info.kind, EVIDENCE_FHIR_JSON); /* other characters, another format */
	assert_string_equal(info.summary, "Patient  x1  read as EBCDIC");
	assert_ok(document_encoding(d, "auto", 4));
	document_info(&info, d);
	assert_int_not_equal(info.kind, EVIDENCE_FHIR_JSON);
	assert_string_equal(info.encoding, "");
	text = document_text(&n, d);
	assert_memory_equal(text, bytes, n);
	document_free(d);
	mem_free(bytes);
	d = document_of(dicom, sizeof(dicom));
	assert_int_equal(document_encoding(d, "EUC-KR", 6), STATUS_INVALID);
	assert_string_equal(status_message(), "DICOM is no text as a whole: it has no encoding");
	document_free(d);
}

/* Escapes to Kanji are seen by themselves; every character leads back to its bytes. */
static void test_stateful(void **state)
{
	static const struct { const char *set, *as; const char *text;
	} cases[] = {
		{ "ISO-2022-JP", "ISO-2022-JP", japanese },
		{ "ISO-2022-KR", "ISO-2022-KR", korean },
	};
	struct reader_info info;
	char *text = mem_alloc(240 * 100), *bytes, *at;
	size_t i, k, n, len;
	struct document *d;
	const char *got;
	uint64_t file;

	(void)state;
	for (i = 0; i < 2; i++) {
		for (k = 0, len = 0; k < 100; k++)
			len += (size_t)snprintf(text + len, 240, "%04zu %s\n", k, cases[i].text);
		bytes = encoded(&n, cases[i].set, text);
		d = document_of(bytes, n);
		if (i)
			assert_ok(document_encoding(d, cases[i].set, strlen(cases[i].set)));
		document_info(&info, d);
		assert_string_equal(info.encoding, cases[i].as);
		got = document_text(&k, d);
		assert_int_equal(k, len);
		assert_memory_equal(got, text, len);
		at = strstr(text, "0077 ");
		file = encoding_place(d, (uint32_t)(at - text));
		assert_true(file < n - 5);
		assert_non_null(memmem(
			bytes + file, 12, "0077", 4)); /* maybe after an escape back to Latin */
		assert_int_equal(encoding_find(d, file), (uint64_t)(at - text));
		document_free(d);
		mem_free(bytes);
	}
	mem_free(text);
}

/* What was asked for outlives the reader, and holds for the document that is open. */
static void test_reader_asked(void **state)
{
	struct reader *r = reader_new(NULL, exe);
	struct reader_info info;
	struct reader_row *rows;
	siginfo_t ended;
	struct arena a;
	size_t n;
	char *bytes = encoded(&n, "EUC-TW", "\xe7\x97\x85\xe6\xad\xb7 word"),
	     name[] = "/tmp/verdict-test-XXXXXX";
	int fd = mkstemp(name);

	(void)state;
	unlink(name);
	arena_init(&a);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN));
	assert_int_equal(reader_encoding_wait(&info, &a, r, "no such"), STATUS_INVALID);
	assert_ok(reader_encoding_wait(&info, &a, r, "euc-tw"));
	assert_string_equal(info.encoding, "EUC-TW");
	kill((pid_t)reader_pid(r), SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)reader_pid(r), &ended, WEXITED | WNOWAIT), 0);
	assert_ok(reader_rows_wait(&rows, &n, &a, r, VIEW_PRETTY, 0, 1, 0));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].value, "\xe7\x97\x85\xe6\xad\xb7 word");
	assert_ok(reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN));
	assert_string_not_equal(info.encoding, "EUC-TW");
	close(fd);
	mem_free(bytes);
	reader_free(r);
	arena_done(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guess),
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_reader),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_stateful),
		cmocka_unit_test(test_reader_asked),
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
	return cmocka_run_group_tests_name("evidence encodings", tests, NULL, NULL);
}
