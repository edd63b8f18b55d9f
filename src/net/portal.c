/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Captive portals. A network that wants a login first lets nothing through to the hub, and answers plain HTTP itself
 * with a way to its login page: that is asked for once a secure connection failed, so that the monitor is told of the
 * login and not of a strange certificate. Nothing of ours is sent, and nothing that comes is followed or trusted.
 * Layer net, in verdict-net; its one thread.
 */
#include "carrier.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "verdict/base/mem.h"

#define PORTAL_MS 3000L
#define HOST_MAX 200
#define NETWORK_WANTS_LOGIN 511	/* RFC 6585 */

/* "[::1]" or "hub.example" of "https://hub.example:8443"; 0: none. */
static size_t host_of(const char **out, const char *url)
{
	const char *p = strstr(url, "://");

	if (!p)
		return 0;
	p += 3;
	*out = p;
	return *p == '[' && strchr(p, ']') ? (size_t)(strchr(p, ']') - p) + 1 : strcspn(p, ":/?#");
}

static bool worth_asking(enum net_failure f)
{
	return f == NET_PORT || f == NET_SILENT || f == NET_TLS || f == NET_CERTIFICATE || f == NET_OTHER_PIN ||
		f == NET_CUT || f == NET_GARBLED;
}

static size_t on_body(char *ptr, size_t size, size_t n, void *data)
{
	(void)ptr, (void)size, (void)n, (void)data;
	return CURL_WRITEFUNC_ERROR;	/* the head was all that was wanted */
}

/* The host that a Location names, where it is a name; its letters are a stranger's. */
static size_t on_header(char *ptr, size_t size, size_t n, void *data)
{
	static const char name[] = "location:";
	struct transfer *t = data;
	char line[512];
	const char *host;
	size_t len = n * size, i, k = 0;

	if (len < sizeof(name) || len >= sizeof(line) || strncasecmp(ptr, name, sizeof(name) - 1) != 0)
		return len;
	memcpy(line, ptr, len);
	line[len] = '\0';
	i = host_of(&host, line);
	for (; i > 0 && k < HOST_MAX && (isalnum((unsigned char)*host) || strchr(".-:[]", *host)); i--)
		t->portal_host[k++] = *host++;
	t->portal_host[k] = '\0';
	return len;
}

#define SET(option, value) (rc = rc ? rc : curl_easy_setopt(t->easy, option, value))

bool portal_begin(struct transfer *t, enum net_failure f, const char *why)
{
	CURLcode rc = CURLE_OK;
	const char *host;
	char *url;
	size_t n;

	if (t->probing || t->c->tunnel || strncmp(t->c->base_url, "https:", 6) != 0 || !worth_asking(f))
		return false;
	t->probing = true;
	t->first = f;
	snprintf(t->first_why, sizeof(t->first_why), "%s", why);
	n = host_of(&host, t->c->base_url);
	url = mem_printf("http://%.*s:%u/", (int)n, host, t->c->portal_port ? t->c->portal_port : 80);
	curl_easy_reset(t->easy);
	SET(CURLOPT_URL, url);
	SET(CURLOPT_PROTOCOLS_STR, "http");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NOPROXY, "*");
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_TIMEOUT_MS, PORTAL_MS);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_PRIVATE, t);
	mem_free(url);
	if (!rc && curl_multi_add_handle(t->c->multi, t->easy) == CURLM_OK)
		return true;
	return false;
}

enum net_failure portal_end(struct transfer *t, char message[NET_MESSAGE])
{
	const char *host;
	size_t n = host_of(&host, t->c->base_url);
	long status = 0;
	bool elsewhere = t->portal_host[0] && (strlen(t->portal_host) != n || strncasecmp(host, t->portal_host, n) != 0);

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != NETWORK_WANTS_LOGIN && !(elsewhere && status >= 300 && status < 400)) {
		snprintf(message, NET_MESSAGE, "%s", t->first_why);
		return t->first;
	}
	if (t->portal_host[0])
		snprintf(message, NET_MESSAGE, "this network wants a login in a browser first: it answers for the hub and leads to %.140s",
			t->portal_host);
	else
		snprintf(message, NET_MESSAGE, "this network wants a login in a browser first");
	return NET_PORTAL;
}
