/* SPDX-License-Identifier: Apache-2.0 */
/* How far something long is: a line that is written over on the caller's terminal. Layer: verdictd. The
 * command's thread. */
#include "verdictd_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/text.h"

#define EVERY_NS INT64_C(200000000)
#define LINE 120
#define ERASE "\r\033[K"

static bool wanted(const struct run *r)
{
	return !r->quiet && isatty(STDERR_FILENO);
}

static void put(const char *text, size_t len)
{
	/* a terminal that takes no more is no reason to fail */
	if (write(STDERR_FILENO, text, len) < 0)
		return;
}

void progress_show(struct run *r, const char *text)
{
	struct buf b;

	if (!wanted(r))
		return;
	buf_init(&b, 4 * LINE);
	buf_adds(&b, ERASE);
	text_neutralise(&b, text, strnlen(text, LINE), false);
	put(buf_str(&b), b.len);
	buf_done(&b);
	r->looked = true;
}

void progress_end(struct run *r)
{
	if (r->looked)
		put(ERASE, strlen(ERASE));
	r->looked = false;
}

void run_tick(void *run, const char *what, uint64_t done, uint64_t total)
{
	bool bytes = strcmp(what, "entries") != 0;
	const uint64_t unit = bytes ? 1000000 : 1;
	int64_t now = clock_mono_ns();
	struct run *r = run;
	char text[LINE];

	if (r->ticked == 0)
		r->ticked = now;
	if (now - r->ticked < EVERY_NS || (r->peer < 0 && !wanted(r)))
		return;
	r->ticked = now;
	snprintf(text, sizeof(text), "%s: %" PRIu64 " of %" PRIu64 "%s", what, done / unit, total / unit,
		bytes ? " MB" : "");
	if (r->peer < 0)
		progress_show(r, text);
	else if (!admin_tell(r->peer, text))
		r->peer = -1;
}
