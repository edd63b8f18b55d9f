/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdictd publish: the results site as one file out of the process that has the hub, which may be in a sandbox, and
 * that file as a folder by the process that was called. Layer: verdictd. The thread that may use the hub; main thread.
 */
#include "verdictd_priv.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/cursor.h"
#include "verdict/base/io.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"
#include "verdict/base/tree.h"
#include "verdict/hub/results.h"
#include "verdict/site/site.h"

#define MAGIC "VSITE1\n"
#define SITE_BYTES_MAX (1u << 30)
#define NAME_BYTES_MAX 1000
#define MARK ".verdict-site"

struct publishing {
	struct arena a;
	struct site_facts facts;
	struct site_plan plan;
	uint64_t head, bytes;
	size_t files;
};

static void gather(struct results *r, uint64_t size, void *data)
{
	struct publishing *p = data;

	p->head = size;
	site_gather(&p->facts, &p->a, r, clock_wall_ms());
}

/* All languages, English at the root, unless some are named; then the first of these. */
static bool read_languages(struct site_plan *plan, struct run *r)
{
	const char *names[SITE_LANGS + 1];
	size_t n = run_list(names, SITE_LANGS + 1, r, "lang");

	for (size_t i = 0; i < n; i++) {
		int l = site_lang_parse(names[i]);

		for (size_t k = 0; k < plan->n_langs && l >= 0; k++)
			l = plan->langs[k] == (enum site_lang)l ? -1 : l;
		if (l < 0) {
			run_error(r, "--lang %s: want en, ko or ja, each once", names[i]);
			return false;
		}
		plan->langs[plan->n_langs++] = (enum site_lang)l;
	}
	for (int l = 0; n == 0 && l < SITE_LANGS; l++)
		plan->langs[plan->n_langs++] = (enum site_lang)l;
	return true;
}

static enum status write_site(struct publishing *p, const char *path)
{
	struct site_file *files;
	size_t n = site_files(&files, &p->a, &p->facts, &p->plan);
	struct buf page, frame;
	enum status st;
	int fd = -1;

	buf_init(&page, SITE_FILE_MAX);
	buf_init(&frame, SITE_FILE_MAX + 4096);
	st = io_open(&fd, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (!st)
		st = io_write_all(fd, path, MAGIC, strlen(MAGIC));
	for (size_t i = 0; !st && i < n; i++) {
		buf_reset(&page);
		buf_reset(&frame);
		site_write(&page, &p->facts, &p->plan, &files[i]);
		buf_text(&frame, files[i].path);
		buf_blob(&frame, buf_str(&page), page.len);
		if (page.err)
			st = status_set(STATUS_LIMIT, "%s: larger than a page may be", files[i].path);
		else
			st = io_write_all(fd, path, frame.ptr, frame.len);
		p->bytes += page.len;
	}
	p->files = n;
	if (fd >= 0)
		close(fd);
	buf_done(&page);
	buf_done(&frame);
	return st;
}

static void tell(struct run *r, const struct publishing *p)
{
	size_t organisations = 0;
	struct jsonw w;

	for (size_t i = 0; i < p->facts.n_passes; i++)
		organisations += i == 0 || p->facts.passes[i].organisation != p->facts.passes[i - 1].organisation;
	if (r->json) {
		jsonw_init(&w, &r->out, true);
		jsonw_object(&w, NULL);
		jsonw_str(&w, "event", p->facts.event.id);
		jsonw_int(&w, "feed", (int64_t)p->head);
		jsonw_int(&w, "files", (int64_t)p->files);
		jsonw_int(&w, "bytes", (int64_t)p->bytes);
		jsonw_int(&w, "organisations", (int64_t)organisations);
		jsonw_int(&w, "passed", (int64_t)p->facts.n_passes);
		jsonw_end_object(&w);
		buf_addc(&r->out, '\n');
	} else if (!r->quiet) {
		buf_printf(&r->out, "event %s: %zu files, %" PRIu64 " bytes; %zu organisations, %zu passed\n",
			p->facts.event.id, p->files, p->bytes, organisations, p->facts.n_passes);
	}
}

int command_publish(struct run *r)
{
	struct hub_event *e = site_event(r);
	struct publishing p = { .files = 0 };
	int code = EXIT_USAGE;
	enum status st;

	if (!e)
		return EXIT_REFUSED;
	arena_init(&p.a);
	if (!read_languages(&p.plan, r))
		goto out;
	st = hub_results(e, gather, &p);
	if (!st)
		st = write_site(&p, r->args[0]);
	code = st ? run_status(r, st) : EXIT_DONE;
	if (!st)
		tell(r, &p);
out:
	arena_done(&p.a);
	return code;
}

static enum status unpack(struct tree *t, const struct buf *b, const char *path)
{
	struct cursor c;
	enum status st = STATUS_OK;

	if (b->len < strlen(MAGIC) || memcmp(b->ptr, MAGIC, strlen(MAGIC)) != 0)
		return status_set(STATUS_CORRUPT, "%s: the hub gave no site", path);
	cursor_init(&c, b->ptr + strlen(MAGIC), b->len - strlen(MAGIC));
	while (!st && c.at < c.len) {
		const char *name = cursor_text(&c, NAME_BYTES_MAX), *bytes;
		size_t len;

		bytes = cursor_blob(&len, &c, SITE_FILE_MAX);
		if (c.bad)
			st = status_set(STATUS_CORRUPT, "%s: the site ends in the middle of a file", path);
		else
			st = tree_add(t, name, bytes, len);
	}
	return st;
}

enum status publish_folder(struct tree *t, const char *staged)
{
	struct buf b;
	enum status st;

	buf_init(&b, SITE_BYTES_MAX);
	st = io_read_file(&b, staged, SITE_BYTES_MAX);
	if (!st)
		st = unpack(t, &b, staged);
	buf_done(&b);
	return st;
}

enum status publish_begin(struct tree **out, const char *path)
{
	return tree_begin(out, path, MARK);
}
