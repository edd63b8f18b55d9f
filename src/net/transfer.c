/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request as a curl handle, set up so that nothing but the hub we know is talked to, and what comes back
 * has a ceiling. Layer net, in verdict-net; its one thread.
 */
#include "carrier.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"

#define CONNECT_MS 5000
#define STALL_S 15
#define LIFETIME_S 3600		/* of a connection: names and certificates are looked at again */
#define TELL_MS 100

static size_t on_body(char *ptr, size_t size, size_t n, void *data)
{
	struct transfer *t = data;

	n *= size;
	if (n > t->body_max - t->body.len) {
		t->too_large = true;
		return CURL_WRITEFUNC_ERROR;
	}
	buf_add(&t->body, ptr, n);
	return n;
}

/* The value of `name` in a header line, cut of blanks, or NULL. */
static const char *value_of(const char *line, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	line += n + 1;
	while (*line == ' ' || *line == '\t')
		line++;
	return line;
}

/* "bytes 0-99/1234" */
static void read_range(struct transfer *t, const char *v)
{
	char *end;

	if (strncmp(v, "bytes ", 6) != 0 || !isdigit((unsigned char)v[6]))
		return;
	t->from = strtoull(v + 6, &end, 10);
	if (*end != '-' || !(end = strchr(end, '/')) || !isdigit((unsigned char)end[1]))
		return;
	t->total = strtoull(end + 1, NULL, 10);
	t->ranged = true;
}

static size_t on_header(char *ptr, size_t size, size_t n, void *data)
{
	struct transfer *t = data;
	char line[512];
	const char *v;
	size_t len = n * size, cut = len < sizeof(line) - 1 ? len : sizeof(line) - 1;

	memcpy(line, ptr, cut);
	while (cut && (line[cut - 1] == '\r' || line[cut - 1] == '\n' || line[cut - 1] == ' '))
		cut--;
	line[cut] = '\0';
	if ((v = value_of(line, "Retry-After")) && isdigit((unsigned char)*v)) {
		unsigned long s = strtoul(v, NULL, 10);

		t->retry_after_s = s > 3600 ? 3600 : (unsigned int)s;
	} else if ((v = value_of(line, "Content-Encoding"))) {
		t->zstd = !strcasecmp(v, "zstd");
	} else if ((v = value_of(line, "Content-Range"))) {
		read_range(t, v);
	} else if (t->head && (v = value_of(line, "Content-Length")) && isdigit((unsigned char)*v)) {
		t->total = strtoull(v, NULL, 10);
	}
	return len;
}

static int on_progress(void *data, curl_off_t total, curl_off_t got, curl_off_t send_total, curl_off_t sent)
{
	struct transfer *t = data;
	struct netwire m = { .kind = NETWIRE_PROGRESS, .id = t->id, .got = (uint64_t)got, .total = (uint64_t)total,
		.sent = (uint64_t)sent };
	int64_t now = clock_mono_ns() / 1000000;

	(void)send_total;
	if ((got || sent) && now - t->told_ms >= TELL_MS) {
		t->told_ms = now;
		netwire_put(&t->c->out, &m);
	}
	return 0;
}

static void add_header(struct transfer *t, const char *name, const char *value)
{
	char *line = value ? mem_printf("%s: %s", name, value) : mem_printf("%s:", name);

	t->headers = curl_slist_append(t->headers, line);
	mem_free(line);
}

static void set_headers(struct transfer *t, const struct net_request *q)
{
	add_header(t, "Expect", NULL);	/* none: one round trip less */
	add_header(t, "Accept", NULL);
	add_header(t, "User-Agent", "verdict");
	if (q->zstd_wanted)
		add_header(t, "Accept-Encoding", "zstd");
	if (q->token) {
		char *bearer = mem_printf("Bearer %s", q->token);

		add_header(t, "Authorization", bearer);
		mem_free(bearer);
	}
	if (q->type)
		add_header(t, "Content-Type", q->type);
	if (q->digest)
		add_header(t, "Content-Digest", q->digest);
	if (q->zstd_body)
		add_header(t, "Content-Encoding", "zstd");
	if (q->ranged) {
		char *range = mem_printf("bytes=%llu-%llu", (unsigned long long)q->from, (unsigned long long)q->to);

		add_header(t, "Range", range);
		mem_free(range);
	}
}

#define SET(option, value) (rc = rc ? rc : curl_easy_setopt(t->easy, option, value))

/* Only the hub, only over TLS (or loopback), no detour that somebody else could ask for. */
static CURLcode set_security(struct transfer *t)
{
	struct carrier *c = t->c;
	bool plain = !strncmp(c->base_url, "http:", 5);
	struct curl_blob ca = { c->ca_pem, strlen(c->ca_pem), CURL_BLOB_COPY };
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NOPROXY, "*");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_UNRESTRICTED_AUTH, 0L);
	if (plain)
		return rc;
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_CAINFO, NULL);	/* not those of the system */
	SET(CURLOPT_CAPATH, NULL);
	if (c->ca_pem[0])
		SET(CURLOPT_CAINFO_BLOB, &ca);
	/*
	 * With `pin_only` the pin, compared before a byte of the request leaves, is all there is: that request
	 * asks for the certificate that every other one is held against.
	 */
	SET(CURLOPT_SSL_VERIFYPEER, c->pin_only ? 0L : 1L);
	SET(CURLOPT_SSL_VERIFYHOST, c->pin_only ? 0L : 2L);
	SET(CURLOPT_PINNEDPUBLICKEY, c->pin);
	return rc;
}

static CURLcode set_request(struct transfer *t, const struct net_request *q)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "DELETE" };
	CURLcode rc = CURLE_OK;

	t->path = mem_printf("%s%s", t->c->base_url, q->path);
	SET(CURLOPT_URL, t->path);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_HTTP09_ALLOWED, 0L);
	if (q->method == NET_HEAD) {
		SET(CURLOPT_NOBODY, 1L);
	} else if (q->method != NET_GET) {
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->send.len);
		SET(CURLOPT_POSTFIELDS, buf_str(&t->send));
		SET(CURLOPT_CUSTOMREQUEST, methods[q->method]);
	}
	set_headers(t, q);
	SET(CURLOPT_HTTPHEADER, t->headers);
	return rc;
}

static CURLcode set_limits(struct transfer *t, const struct net_request *q)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(CURLOPT_LOW_SPEED_TIME, (long)STALL_S + (long)q->patience_s);
	SET(CURLOPT_MAXLIFETIME_CONN, (long)LIFETIME_S);
	if (!t->head)
		SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)q->body_max);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, t);
	SET(CURLOPT_ERRORBUFFER, t->error);
	SET(CURLOPT_PRIVATE, t);
	return rc;
}

struct transfer *transfer_new(struct carrier *c, uint32_t id, const struct net_request *q)
{
	struct transfer *t = mem_zalloc(sizeof(*t));
	CURLcode rc;

	t->c = c;
	t->id = id;
	t->head = q->method == NET_HEAD;
	t->body_max = q->body_max;
	buf_init(&t->send, NET_SEND_MAX);
	buf_init(&t->body, NET_BODY_MAX);
	buf_add(&t->send, q->body, q->len);
	t->easy = curl_easy_init();
	if (!t->easy) {
		transfer_free(t);
		status_set(STATUS_ERROR, "the HTTP library could not be started");
		return NULL;
	}
	rc = set_security(t);
	rc = rc ? rc : set_request(t, q);
	rc = rc ? rc : set_limits(t, q);
	if (!rc && c->tunnel)
		rc = tunnel_set(t);
	if (rc) {		/* a fence that the library does not have is no reason to go without it */
		status_set(STATUS_ERROR, "the HTTP library cannot do what is needed: %s", curl_easy_strerror(rc));
		transfer_free(t);
		return NULL;
	}
	return t;
}

void transfer_free(struct transfer *t)
{
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	buf_done(&t->send);
	buf_done(&t->body);
	mem_free(t->path);
	mem_free(t);
}
