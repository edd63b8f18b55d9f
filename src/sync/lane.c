/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer means, and how long to rest after a bad one. Layer sync; one thread. */
#include <stdio.h>
#include <string.h>
#include "sync_priv.h"
#include "verdict/base/log.h"
#include "verdict/proto/url.h"

#define BACKOFF_MAX_S 60
#define CLIENT_ERROR 400
#define SMALL 4096		/* bytes that fit into the first packets of a connection */

void set_line(struct sync *s, enum sync_line line)
{
	if (s->line != line) {
		s->line = line;
		s->since = s->port.wall(s->port.data);
	}
	if (line == SYNC_ONLINE) {
		s->failure = NET_NO_FAILURE;
		s->why[0] = '\0';
	}
	s->port.changed(s->port.data, SYNC_CHANGED_LINE);
}

void set_notice(struct sync *s, const char *text)
{
	if (!strcmp(s->notice, text))
		return;
	snprintf(s->notice, sizeof(s->notice), "%s", text);
	s->port.changed(s->port.data, SYNC_CHANGED_NOTICE);
}

/* Full jitter: anywhere up to a bound that doubles, so that two hundred consoles do not come back at once. */
static int64_t backoff_ms(struct sync *s, unsigned int failures)
{
	unsigned int doubled = failures > 6 ? BACKOFF_MAX_S : 1u << failures;
	uint32_t bound = (doubled > BACKOFF_MAX_S ? BACKOFF_MAX_S : doubled) * 1000;

	return (int64_t)(s->port.chance(s->port.data) % bound) + 100;
}

bool lane_ready(const struct sync *s, const struct lane *l)
{
	return !l->busy && l->not_before <= s->port.now(s->port.data);
}

void lane_good(struct sync *s, struct lane *l)
{
	(void)s;
	l->busy = false;
	l->request = 0;
	l->failures = 0;
	l->not_before = 0;
}

void lane_rest(struct sync *s, struct lane *l, unsigned int at_least_s)
{
	int64_t rest = backoff_ms(s, l->failures), least = (int64_t)at_least_s * 1000;

	if (l->failures < 100)
		l->failures++;
	if (rest < least)	/* spread those who were all told the same */
		rest = least + rest % 1000;
	l->busy = false;
	l->request = 0;
	l->not_before = s->port.now(s->port.data) + rest;
}

void lane_send(struct sync *s, struct lane *l, struct net_request *q, net_answer_cb cb, net_progress_cb progress)
{
	l->busy = true;
	l->sent_at = s->port.now(s->port.data);
	if (!q->body_max)
		q->body_max = ANSWER_MAX;
	if (!q->token && s->token[0])
		q->token = s->token;
	l->request = s->port.send(s->port.data, q, cb, progress, s);
}

void lane_measure(struct sync *s, struct lane *l, uint64_t bytes, uint64_t down)
{
	int64_t ms = s->port.now(s->port.data) - l->sent_at;

	if (bytes < SMALL && down < SMALL)
		pace_round(&s->round_ms, ms);
	if (bytes)
		pace_good(&l->pace, bytes, ms, s->round_ms);
	if (down)
		pace_good(&s->down, down, ms, s->round_ms);
}

void link_down(struct sync *s, enum net_failure f, const char *why)
{
	s->linked = false;
	s->settled_once = false;
	s->failure = f;
	snprintf(s->why, sizeof(s->why), "%s", why);
	if (!s->link.busy && s->link.not_before <= s->port.now(s->port.data))
		lane_rest(s, &s->link, 0);
	set_line(s, SYNC_OFFLINE);	/* who is told may ask when it is tried again */
}

void event_path(struct buf *out, const struct sync *s, const char *rest)
{
	buf_reset(out);
	buf_adds(out, "/v1/events/");
	url_escape(out, s->state.event);
	buf_adds(out, rest);
}

const char *refusal_text(const struct net_answer *a, struct arena *arena)
{
	struct refusal r;

	if (!strcmp(a->type, TYPE_JSON) && refusal_read(&r, arena, a->body, a->len) == STATUS_OK)
		return r.message;
	return arena_printf(arena, "the hub answered %u", a->status);
}

static bool good_status(unsigned int status)
{
	return status >= 200 && status < 300;
}

/* A page that no hub writes: of a venue's login, of a proxy. */
static bool foreign(const struct net_answer *a, const char *type)
{
	if (good_status(a->status))
		return type && strcmp(a->type, type) != 0;
	return a->status < CLIENT_ERROR || (a->type[0] && strcmp(a->type, TYPE_JSON) != 0);
}

enum judgement lane_judge(struct sync *s, struct lane *l, const struct net_answer *a, const char *type)
{
	l->request = 0;
	if (a->failure) {
		lane_rest(s, l, 0);
		link_down(s, a->failure, a->message);
		return ANSWER_LINK;
	}
	if (foreign(a, type)) {
		lane_rest(s, l, 0);
		link_down(s, NET_PORTAL, "what answers is not the hub; does this network want a login in a browser first?");
		return ANSWER_LINK;
	}
	if (good_status(a->status))
		return ANSWER_GOOD;
	switch (a->status) {
	case 401:
		s->token[0] = '\0';
		s->linked = false;
		lane_rest(s, l, 0);
		return ANSWER_SESSION;
	case 410:
		lane_good(s, l);
		s->linked = false;	/* the hub's hello tells the epoch */
		return ANSWER_RESET;
	case 413:
		return ANSWER_LARGE;
	case 429:
		break;
	default:
		if (a->status < 500)
			return ANSWER_NO;
	}
	log_line(LOG_NOTE, "sync: %s: the hub answered %u", l->name, a->status);
	lane_rest(s, l, a->retry_after_s);
	return ANSWER_LATER;
}
