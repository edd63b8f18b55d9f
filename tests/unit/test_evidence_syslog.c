/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of syslog: framing, header, structured data, and what they carry. */
#include "outline_text.h"

#define OUTLINE(text, want) outline_is(text, sizeof(text) - 1, EVIDENCE_SYSLOG, want)

static void test_lines(void **state)
{
	(void)state;
	OUTLINE("<85>1 2026-03-02T09:30:47Z host.example.org consumer 42 ID47 [a@1 x=\"y\\\"]z\"][b] \xef\xbb\xbfhello\r\n"
		"<34>1 - - - - - -\n",
		"Syslog  2 messages\n"
		"  message  2026-03-02T09:30:47Z  host.example.org  consumer  hello\n"
		"    priority  security (10), notice\n"
		"    time  2026-03-02T09:30:47Z\n"
		"    host  host.example.org\n"
		"    application  consumer\n"
		"    process  42\n"
		"    message id  ID47\n"
		"    data  [a@1 x=\"y\\\"]z\"][b]\n"
		"    body *  hello\n"
		"  message  1 item\n"
		"    priority  security, critical\n");
}

static void test_audit(void **state)
{
	(void)state;
	OUTLINE("<85>1 t h a p IHE+RFC-3881 - <AuditMessage>\n<EventIdentification><EventID/></EventIdentification>\n</AuditMessage>\n"
		"<85>1 - - - - - - x",
		"Syslog  2 messages\n"
		"  message  t  h  a  XML  AuditMessage\n"
		"    priority  security (10), notice\n"
		"    time  t\n"
		"    host  h\n"
		"    application  a\n"
		"    process  p\n"
		"    message id  IHE+RFC-3881\n"
		"    body *  XML  AuditMessage\n"
		"      AuditMessage\n"
		"        EventIdentification\n"
		"          EventID\n"
		"  message  x\n"
		"    priority  security (10), notice\n"
		"    body *  x\n");
}

static void test_counted(void **state)
{
	(void)state;
	OUTLINE("19 <1>1 - - - - - - a\nc<2>1 - - - - - - d",
		"Syslog  a\n"
		"  message  a\n"
		"    priority  kernel, alert\n"
		"    body *  a\n"
		"  line  c<2>1 - - - - - - d\n");
	OUTLINE("500 <1>1 - - - - - - a",
		"Syslog  a\n"
		"  message  a\n"
		"    trouble  cut short: 500 bytes were announced, 18 are there\n"
		"    priority  kernel, alert\n"
		"    body *  a\n");
}

/* RFC 3164: a time without a year, a tag where there is one; audit messages came so too. */
static void test_older(void **state)
{
	(void)state;
	OUTLINE("<34>Oct 11 22:14:15 mymachine su[42]: 'su root' failed\n<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!\n"
		"  more of it\n<85>Nov 24 09:00:00 node1 <AuditMessage/>\n<1>Nov 24 09:00:00 ",
		"Syslog  4 messages\n"
		"  message  Oct 11 22:14:15  mymachine  su  'su root' failed\n"
		"    priority  security, critical\n"
		"    time  Oct 11 22:14:15\n"
		"    host  mymachine\n"
		"    application  su\n"
		"    process  42\n"
		"    body *  'su root' failed\n"
		"  message  Feb  5 17:32:18  10.0.0.99  Use the BFG!   more of it\n"
		"    priority  user, notice\n"
		"    time  Feb  5 17:32:18\n"
		"    host  10.0.0.99\n"
		"    body *  Use the BFG!   more of it\n"
		"  message  Nov 24 09:00:00  node1  XML  AuditMessage\n"
		"    priority  security (10), notice\n"
		"    time  Nov 24 09:00:00\n"
		"    host  node1\n"
		"    body *  XML  AuditMessage\n"
		"      AuditMessage\n"
		"  message  Nov 24 09:00:00\n"
		"    priority  kernel, alert\n"
		"    time  Nov 24 09:00:00\n");
	OUTLINE("<1>Jan 01 00:00:00 h a[", "Syslog  Jan 01 00:00:00  h  a[\n"
		"  message  Jan 01 00:00:00  h  a[\n"
		"    priority  kernel, alert\n"
		"    time  Jan 01 00:00:00\n"
		"    host  h\n"
		"    body *  a[\n");
}

static void test_broken(void **state)
{
	(void)state;
	OUTLINE("<999>1 t h",
		"Syslog  t  h\n"
		"  message  t  h\n"
		"    trouble  the priority 999 is above 191\n"
		"    time  t\n"
		"    host  h\n");
	OUTLINE("<1>1 - - - - - [a \"]", "Syslog  2 items\n"
		"  message  2 items\n"
		"    priority  kernel, alert\n"
		"    trouble  the structured data does not end\n");
	outline_is("<13>Oct 11 an older form", 24, EVIDENCE_TEXT, "");
	outline_is("<1>1", 4, EVIDENCE_TEXT, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_audit),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_older),
		cmocka_unit_test(test_broken),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("syslog", tests, NULL, NULL);
}
