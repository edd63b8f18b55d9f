/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_CARRIER_H
#define NET_CARRIER_H
#include <curl/curl.h>
#include "verdict/base/buf.h"
#include "verdict/net/wire.h"

/* The work of verdict-net: requests from the socket to curl, answers back. One thread. */
struct carrier {
	int sock;
	CURLM *multi;
	struct buf in, out;
	struct transfer *transfers;
	unsigned int n_transfers;
	char *base_url, *ca_pem;
	char pin[64];		/* "sha256//…", "" without */
	bool pin_only, has_peer, drop_due;
	int tunnel;		/* 0: none */
	unsigned int portal_port;
	struct curl_slist *elsewhere;	/* no address is looked up for a tunnel */
};

/* One request on its way. */
struct transfer {
	struct transfer *next;
	struct carrier *c;
	uint32_t id;
	CURL *easy;
	struct curl_slist *headers;
	char *path;
	struct buf send, body;
	uint64_t body_max;
	char error[CURL_ERROR_SIZE];
	bool too_large, ranged, zstd, head;
	uint64_t from, total;
	unsigned int retry_after_s;
	int64_t told_ms;
	struct net_steps steps;		/* of the request that failed; its address is in `address` */
	char address[64];
	/* A captive portal is looked for (portal.c): what failed before, and where it leads to. */
	bool probing;
	enum net_failure first;
	char first_why[NET_MESSAGE], portal_host[256];
};

struct carrier *carrier_new(int sock);
void carrier_free(struct carrier *c);
/* Serve until the console closes; the process's exit status. */
int carrier_run(struct carrier *c);

/* ---- transfer.c ---- */

/* NULL with a message where curl could not be set up. */
struct transfer *transfer_new(struct carrier *c, uint32_t id, const struct net_request *q);
void transfer_free(struct transfer *t);

/* ---- tunnel.c ---- */

/* Connections of `t` are asked for at the tunnel. */
CURLcode tunnel_set(struct transfer *t);

/* ---- portal.c ---- */

/* Look whether the network itself is why `t`, out of the multi handle, failed. False: not worth it, or not possible. */
bool portal_begin(struct transfer *t, enum net_failure f, const char *why);
/* What it was after all. */
enum net_failure portal_end(struct transfer *t, char message[NET_MESSAGE]);

/* ---- failure.c ---- */

/* What went wrong, in our words. */
enum net_failure failure_of(CURLcode code, const struct transfer *t, char message[NET_MESSAGE]);

#endif
