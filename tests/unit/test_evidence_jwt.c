/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, SMART Health Cards and Links: what is in them, what is broken, and that no signature is claimed. */
#include "outline_text.h"

#define OUTLINE(text, want) outline_is(text, sizeof(text) - 1, EVIDENCE_JWT, want)

static void test_deflated(void **state)
{
	(void)state;
	OUTLINE("eyJ6aXAiOiJERUYiLCJhbGciOiJFUzI1NiJ9.q1bKLC5WslLKKCkpKLbS10_Vyy9KV9JRyktKU7IyNDMyMjU3Nze01DM1NNJRSq0oAAqaG5uaWViaGRjUAgA.c2lnbmF0dXJl",
		"Token  ES256  https://e.org  expires 2025-01-01 00:00:00 UTC\n"
		"  header *  JSON  object\n"
		"    object\n"
		"      zip  DEF\n"
		"      alg  ES256\n"
		"  payload *  JSON  object\n"
		"    object\n"
		"      iss  https://e.org\n"
		"      nbf  1622577719.512\n"
		"      exp  1735689600\n"
		"  valid from  2021-06-01 20:01:59 UTC\n"
		"  expires  2025-01-01 00:00:00 UTC\n"
		"  signature  c2lnbmF0dXJl\n"
		"  signature checked  no\n");
}

static void test_digits(void **state)
{
	static const char want[] = "SMART Health Card  none\n"
		"  header *  JSON  object\n"
		"    object\n"
		"      alg  none\n"
		"  payload *  JSON  object\n"
		"    object\n"
		"      a  1\n"
		"  signature\n"
		"  signature checked  no\n";

	(void)state;
	OUTLINE("shc:/56762959532654603460297253050863286503015676295928616675573601", want);
	OUTLINE("shc:/5676295953265460346029725305086328650301567629592861667557360", "SMART Health Card  2 items\n"
		"  trouble  the digits are odd in number\n"
		"  trouble  a token has three parts, or five where it is encrypted\n");
	OUTLINE("shc:/2/3/56", "SMART Health Card  2 items\n"
		"  part of several  2/3\n"
		"  trouble  a token has three parts, or five where it is encrypted\n");
	OUTLINE("shc:/", "SMART Health Card  0 items\n");
}

static void test_link(void **state)
{
	static const char want[] = "SMART Health Link    expires 2025-01-01 00:00:00 UTC\n"
		"  link *  JSON  object  m\n"
		"    object  m\n"
		"      url  https://e.org/m\n"
		"      exp  1735689600\n"
		"      flag  L\n"
		"  expires  2025-01-01 00:00:00 UTC\n";

	(void)state;
	OUTLINE("shlink:/eyJ1cmwiOiJodHRwczovL2Uub3JnL20iLCJleHAiOjE3MzU2ODk2MDAsImZsYWciOiJMIn0", want);
	OUTLINE("https://viewer.example/v#" "shlink:/eyJ1cmwiOiJodHRwczovL2Uub3JnL20iLCJleHAiOjE3MzU2ODk2MDAsImZsYWciOiJMIn0", want);
	OUTLINE("shlink:/a", "SMART Health Link  1 item\n  trouble  the link is not base64url\n");
}

static void test_broken(void **state)
{
	(void)state;
	OUTLINE("eyJ6aXAiOiJERUYiLCJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2ln",
		"Token  ES256\n"
		"  header *  JSON  object\n"
		"    object\n"
		"      zip  DEF\n"
		"      alg  ES256\n"
		"  trouble  the header says deflated, and the payload is not\n"
		"  payload *  JSON  object\n"
		"    object\n"
		"      a  1\n"
		"  signature  c2ln\n"
		"  signature checked  no\n");
	OUTLINE("eyJhbGciOiJub25lIn0..c2ln",
		"Token  none\n"
		"  header *  JSON  object\n"
		"    object\n"
		"      alg  none\n"
		"  trouble  the payload is empty: it travels apart\n"
		"  signature  c2ln\n"
		"  signature checked  no\n");
}

static void test_encrypted(void **state)
{
	(void)state;
	OUTLINE("eyJlbmMiOiJBMjU2R0NNIn0.YQ.Yg.Yw.ZA",
		"Token  6 items\n"
		"  header *  JSON  object\n"
		"    object\n"
		"      enc  A256GCM\n"
		"  encrypted key  YQ\n"
		"  initialization vector  Yg\n"
		"  ciphertext  Yw\n"
		"  tag  ZA\n"
		"  readable  no: the content is encrypted\n");
}

/* Dots alone do not make a token. */
static void test_sniff(void **state)
{
	static const char *const others[] = { "eyJhbGciOiJub25lIn0", "eyJh.b", "www.example.org", "eyJh.b.c and more",
		"shc is a word", "https://example.org/" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(evidence_sniff(others[i], strlen(others[i]), strlen(others[i])), EVIDENCE_TEXT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deflated),
		cmocka_unit_test(test_digits),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_encrypted),
		cmocka_unit_test(test_sniff),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("evidence tokens", tests, NULL, NULL);
}
