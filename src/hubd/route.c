/* SPDX-License-Identifier: Apache-2.0 */
/* The table of routes, and which of them a request is for. Layer: hubd. Any thread. */
#include "hubd_priv.h"

#include <string.h>

#define SIGNED_TYPE "application/vnd.verdict.signed"
#define BATCH_TYPE "application/vnd.verdict.batch"
#define JSON_TYPE "application/json"
#define SHORT_PREFIX "/v1/instances/"

/* Does the path follow the pattern? Its "*" go to event and argument, in that order. */
static bool follows(
	const char **event, const char **argument, const struct uri *u, const char *pattern)
{
	const char *p = pattern, *got[2] = { NULL, NULL };
	size_t n = 0, part = 0;

	while (*p == '/') {
		size_t len = strcspn(++p, "/");

		if (part == u->n_path)
			return false;
		if (len == 1 && *p == '*')
			got[n++] = u->path[part];
		else if (strlen(u->path[part]) != len || strncmp(u->path[part], p, len) != 0)
			return false;
		p += len;
		part++;
	}
	/* a hub with one event needs no name of it */
	*event = strncmp(pattern, SHORT_PREFIX, strlen(SHORT_PREFIX)) == 0 ? NULL : got[0];
	*argument = *event ? got[1] : got[0];
	return part == u->n_path && !u->folder;
}

enum hubd_route route_find(const char **argument_out, const char **event_out, char allowed_out[64],
	const struct uri *u, const char *method)
{
	/* a HEAD is a GET without a body */
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
	size_t used = 0;

	allowed_out[0] = '\0';
	for (int r = 0; r < ROUTE_NONE; r++) {
		size_t len = strlen(routes[r].method);

		if (!follows(event_out, argument_out, u, routes[r].pattern))
			continue;
		if (strcmp(routes[r].method, wanted) == 0)
			return (enum hubd_route)r;
		if (used + len + 3 < 64) {
			memcpy(allowed_out + used, used ? ", " : "", used ? 2 : 0);
			used += used ? 2 : 0;
			memcpy(allowed_out + used, routes[r].method, len + 1);
			used += len;
		}
	}
	return ROUTE_NONE;
}

const struct route routes[ROUTE_COUNT] = {
	[ROUTE_HELLO] = { "GET", "/v1/hello", AUTH_NONE, NULL, 0, run_hello, NULL },
	[ROUTE_CA] = { "GET", "/v1/ca", AUTH_NONE, NULL, 0, run_ca, NULL },
	[ROUTE_HEALTH] = { "GET", "/healthz", AUTH_NONE, NULL, 0, run_health, NULL },
	[ROUTE_METRICS] = { "GET", "/metrics", AUTH_HERE, NULL, 0, run_metrics, NULL },
	[ROUTE_ENROL] = { "POST", "/v1/events/*/enrol", AUTH_NONE, SIGNED_TYPE, BODY_SMALL,
		run_enrol, finish_enrol },
	[ROUTE_SESSION] = { "POST", "/v1/events/*/session", AUTH_NONE, SIGNED_TYPE, BODY_SMALL,
		run_session, finish_session },
	[ROUTE_EVENT_HELLO] = { "GET", "/v1/events/*/hello", AUTH_TOKEN, NULL, 0, run_event_hello,
		NULL },
	[ROUTE_HAVE] = { "POST", "/v1/events/*/have", AUTH_TOKEN, JSON_TYPE, BODY_SMALL, run_have,
		NULL },
	[ROUTE_RECORDS] = { "POST", "/v1/events/*/records", AUTH_TOKEN, BATCH_TYPE, BATCH_BYTES_MAX,
		run_records, finish_records },
	[ROUTE_CHANGES] = { "GET", "/v1/events/*/changes", AUTH_TOKEN, NULL, 0, run_changes, NULL },
	[ROUTE_CLAIM] = { "POST", "/v1/events/*/claims", AUTH_TOKEN, JSON_TYPE, BODY_SMALL,
		run_claim, finish_claim },
	[ROUTE_CLAIM_RENEW] = { "PUT", "/v1/events/*/claims/*", AUTH_TOKEN, JSON_TYPE, BODY_SMALL,
		run_claim_renew, finish_claim },
	[ROUTE_CLAIM_RELEASE] = { "DELETE", "/v1/events/*/claims/*", AUTH_TOKEN, NULL, 0,
		run_claim_release, finish_claim },
	[ROUTE_CLAIM_HOLD] = { "POST", "/v1/events/*/claims/*/hold", AUTH_TOKEN, JSON_TYPE,
		BODY_SMALL, run_claim_hold, finish_claim },
	[ROUTE_CLAIM_FORCE] = { "POST", "/v1/events/*/claims/*/force", AUTH_TOKEN, JSON_TYPE,
		BODY_SMALL, run_claim_force, finish_claim },
	[ROUTE_EVIDENCE] = { "GET", "/v1/events/*/evidence/*", AUTH_TOKEN, NULL, 0, run_evidence,
		NULL },
	/* what is none of the others (site_route) */
	[ROUTE_SITE] = { "GET", "/", AUTH_NONE, NULL, 0, run_site, NULL },
	[ROUTE_GIVE] = { "POST", "/v1/events/*/instances/*/evidence", AUTH_PARTICIPANT, "*",
		HUB_GIVEN_MAX, run_give, finish_give },
	[ROUTE_GIVE_SHORT] = { "POST", SHORT_PREFIX "*/evidence", AUTH_PARTICIPANT, "*",
		HUB_GIVEN_MAX, run_give, finish_give },
	[ROUTE_STATUS] = { "POST", "/v1/events/*/instances/*/status", AUTH_PARTICIPANT, JSON_TYPE,
		BODY_SMALL, run_ti_status, finish_give },
	[ROUTE_STATUS_SHORT] = { "POST", SHORT_PREFIX "*/status", AUTH_PARTICIPANT, JSON_TYPE,
		BODY_SMALL, run_ti_status, finish_give },
	[ROUTE_NONE] = { "", "", AUTH_NONE, NULL, 0, NULL, NULL },
};
