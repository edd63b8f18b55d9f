/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the event says of the ways to its hub: read from the document itself, as the hub sent it last or as the pack had
 * it, so that no table repeats it. Store layer; the thread that opened the store.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "feed_priv.h"
#include "verdict/base/mem.h"
#include "verdict/pack/file.h"
#include "verdict/pack/pack.h"

#define EVENT_MAX (64u << 10)

static const char *keep(struct arena *a, const char *text)
{
	return arena_str(a, text ? text : "");
}

static enum status read_event(struct event_ways *out, struct arena *a, char *text, size_t len)
{
	struct pack *p = pack_new();
	struct pack_event e;
	enum status code;

	pack_stand(p, "event.json", 0);
	code = pack_read_event(&e, p, text, len);
	if (code == STATUS_OK)
		*out = (struct event_ways){ keep(a, e.ways.ssh), keep(a, e.ways.sftp), keep(a, e.ways.jump),
			keep(a, e.ways.host_keys) };
	pack_free(p);
	return code;
}

/* The copy that an import keeps. */
static enum status from_pack(struct event_ways *out, struct arena *a, struct store *st)
{
	char *dir = keep_newest(st), *text;
	int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	enum status code = STATUS_NOT_FOUND;
	struct pack_file f;
	size_t len;

	mem_free(dir);
	if (fd < 0)
		return code;
	code = pack_open(&f, fd, "event.json", NULL);
	if (code == STATUS_OK) {
		code = pack_all(&text, &len, &f, EVENT_MAX);
		if (code == STATUS_OK)
			code = read_event(out, a, text, len);
		pack_close(&f);
	}
	close(fd);
	return code;
}

void store_event_ways(struct event_ways *out, struct arena *a, struct store *st)
{
	char *text = NULL;
	size_t len;
	enum status code = feed_document(&text, &len, st, "E");

	*out = (struct event_ways){ "", "", "", "" };
	if (code == STATUS_OK)
		code = read_event(out, a, text, len);
	else if (code == STATUS_NOT_FOUND)
		code = from_pack(out, a, st);
	mem_free(text);
	if (code != STATUS_OK)		/* a console without them is one without them */
		status_clear();
}
