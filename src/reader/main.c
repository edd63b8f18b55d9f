/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict-reader: parses evidence for the console, in a sandbox. Started by it with a socket as descriptor 3;
 * it has no key, no store, no network and no file but those handed to it.
 */
#include <iconv.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "verdict/base/child.h"
#include "verdict/evidence/charset.h"
#include "verdict/evidence/encoding.h"
#include "verdict/evidence/server.h"

/* What libraries would open files for later, when none may be opened any more. */
static void settle(void)
{
	iconv_t cd;

	setenv("TZ", "UTC0", 1);
	tzset();
	setlocale(LC_CTYPE, "C.UTF-8");
	encoding_settle();
	cd = iconv_open("UTF-8", "UTF-8");
	if (cd != (iconv_t)-1)
		iconv_close(cd);
}

int main(void)
{
	struct server s;
	struct charsets charsets;	/* held to the end */
	const char *off;
	int rc;

	if (!child_is_served("verdict-reader"))
		return 2;
	settle();
	charsets_load(&charsets);
	server_catch_truncation();
	sandbox_enter(&off);
	server_init(&s, CHILD_SOCKET);
	rc = server_run(&s);
	server_done(&s);
	_exit(rc);	/* nothing to write, and no library's farewell in the sandbox */
}
