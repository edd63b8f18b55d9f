/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The results site: at the root where the hub has one event, below /events/ID/ in any case. For everybody. Layer: hubd.
 * Threads of the pool.
 */
#include "hubd_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/proto/url.h"

#define HTML_TYPE "text/html; charset=utf-8"
#define PATH_BYTES 1024
#define FIRST_WAIT_S 20

struct only { struct hub_event *e; unsigned int n; };

static void count_event(struct hub_event *e, void *data)
{
	struct only *o = data;

	o->e = e;
	o->n++;
}

bool site_route(const struct request *q)
{
	const char *first = q->uri.n_path ? q->uri.path[0] : "";

	if (!q->s->live || (strcmp(q->method, "GET") != 0 && strcmp(q->method, "HEAD") != 0))
		return false;
	return strcmp(first, "v1") != 0 && strcmp(first, "metrics") != 0 && strcmp(first, "healthz") != 0;
}

/* The path within the site; false where it is none. "ko/" is its index. */
static bool site_path(char out[PATH_BYTES], const struct uri *u, size_t from)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = from; i < u->n_path; i++) {
		int n = snprintf(out + used, PATH_BYTES - used, "%s%s", i > from ? "/" : "", u->path[i]);

		if (n < 0 || (size_t)n >= PATH_BYTES - used)
			return false;
		used += (size_t)n;
	}
	if (!u->folder && from < u->n_path)
		return true;
	return (size_t)snprintf(out + used, PATH_BYTES - used, "%sindex.html", used ? "/" : "") < PATH_BYTES - used;
}

/* A folder without its slash: relative addresses would lead beside it. */
static void redirect(struct request *q)
{
	struct buf b;

	buf_init(&b, 100);
	url_escape(&b, q->uri.path[q->uri.n_path - 1]);
	buf_addc(&b, '/');
	if (b.err) {
		answer_refuse(q, REFUSAL_NOT_FOUND, 0, "nothing here");
	} else {
		answer_header(q, "Location", buf_str(&b));
		answer_bytes(q, MHD_HTTP_MOVED_PERMANENTLY, HTML_TYPE);
	}
	buf_done(&b);
}

static bool is_known(const struct request *q, const char *etag)
{
	const char *text = MHD_lookup_connection_value(q->c, MHD_HEADER_KIND, "If-None-Match");

	return text && (strcmp(text, "*") == 0 || strstr(text, etag + strlen("W/")));
}

static void answer_found(struct request *q, struct live_page *page)
{
	q->status = is_known(q, page->etag) ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK;
	q->state = REQUEST_ANSWERED;
	q->page = *page;
}

/* Whoever comes first waits, without a thread, until there is a state to show. */
static void answer_later(struct request *q)
{
	if (!q->resumed)
		poll_begin(q, UINT64_MAX - 1, FIRST_WAIT_S);
	else
		answer_refuse(q, REFUSAL_UNAVAILABLE, RETRY_S, "the results are being counted; ask again");
}

static void write_event_link(struct hub_event *e, void *data)
{
	struct buf *out = data;

	/* the address is escaped, and so escaped an id holds no markup */
	buf_adds(out, "<li><a href=\"events/");
	url_escape(out, hub_event_id(e));
	buf_adds(out, "/\">");
	url_escape(out, hub_event_id(e));
	buf_adds(out, "</a></li>\n");
}

static void answer_events(struct request *q)
{
	buf_adds(&q->out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Events</title>\n</head>\n"
		"<body>\n<main>\n<h1>Events</h1>\n<ul>\n");
	hub_event_each(q->s->o.hub, write_event_link, &q->out);
	buf_adds(&q->out, "</ul>\n</main>\n</body>\n</html>\n");
	answer_bytes(q, MHD_HTTP_OK, HTML_TYPE);
}

static void answer_page(struct request *q, size_t from)
{
	const char *accepted = MHD_lookup_connection_value(q->c, MHD_HEADER_KIND, "Accept-Encoding");
	char path[PATH_BYTES], index[PATH_BYTES + 16];
	struct live_page page;
	enum live_found found;

	if (!site_path(path, &q->uri, from)) {
		answer_refuse(q, REFUSAL_NOT_FOUND, 0, "nothing here");
		return;
	}
	found = live_get(&page, q->s->live, q->event, path, accepts_gzip(accepted));
	if (found == LIVE_FOUND) {
		answer_found(q, &page);
		return;
	}
	if (found == LIVE_LATER) {
		answer_later(q);
		return;
	}
	snprintf(index, sizeof(index), "%s/index.html", path);
	if (!q->uri.folder && live_get(&page, q->s->live, q->event, index, false) == LIVE_FOUND) {
		live_leave(&page);
		redirect(q);
	} else {
		answer_refuse(q, REFUSAL_NOT_FOUND, 0, "nothing here");
	}
}

void run_site(struct request *q)
{
	const struct uri *u = &q->uri;
	struct only only = { NULL, 0 };

	if (u->n_path == 1 && strcmp(u->path[0], "favicon.ico") == 0) {
		/* browsers ask unbidden; that there is none is no fault worth telling their readers */
		answer_bytes(q, MHD_HTTP_NO_CONTENT, HTML_TYPE);
		return;
	}
	if (u->n_path >= 2 && strcmp(u->path[0], "events") == 0) {
		q->event = hub_event_find(q->s->o.hub, u->path[1]);
		if (!q->event)
			answer_refuse(q, REFUSAL_NOT_FOUND, 0, "no such event at this hub");
		else if (u->n_path == 2 && !u->folder)
			redirect(q);
		else
			answer_page(q, 2);
		return;
	}
	hub_event_each(q->s->o.hub, count_event, &only);
	if (only.n == 1) {
		q->event = only.e;
		answer_page(q, 0);
	} else if (u->n_path == 0) {
		answer_events(q);
	} else {
		answer_refuse(q, REFUSAL_NOT_FOUND, 0, "nothing here");
	}
}
