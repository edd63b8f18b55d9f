/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_CAPTURE_H
#define VERDICT_APP_CAPTURE_H
#include "verdict/app/ways.h"
#include "verdict/base/loop.h"
#include "verdict/model/instance.h"
#include "verdict/store/store.h"

/*
 * Evidence from the host where a participant captured it, by SFTP. The event names the place, the host's key, and what
 * must come: size and digest. A key that neither the event nor the options name is not asked about: that host is not
 * talked to.
 */
struct capture_source {
	struct way_place place;
	bool has_key;
	uint8_t key[HOP_KEY];
};
/* "sftp://USER@HOST:PORT/FILE#SHA256:KEY"; user, port and key may lack. STATUS_NOT_FOUND: it is no such place. */
enum status capture_parse(struct capture_source *out, const char *url);

struct capture_host {
	void *data;
	struct store *store;	/* of the thread of the loop */
	struct loop *loop;
	const struct ways_plan *plan;	/* whose private key, and keys of hosts that the event does not tell */
	/* The server asks for a password or a passphrase: capture_answer() once. NULL: nobody is there. */
	void (*ask)(void *data, const char *text, bool secret);
};
struct capture_status {
	bool over;
	enum status code;	/* STATUS_OK: the body is here. STATUS_OFFLINE, _DENIED, _CORRUPT, or of the store */
	char why[NET_MESSAGE];
	uint64_t have, size;	/* what came stays, and another time goes on from it */
};
struct capture;
/* One body. STATUS_NOT_FOUND: the event names no capture host for it; STATUS_DENIED: no key of that host is known. */
enum status capture_new(struct capture **out, const struct capture_host *host, const struct evidence_item *e);
void capture_free(struct capture *c);
void capture_answer(struct capture *c, const char *text);	/* NULL: gave up */
const struct capture_status *capture_status(const struct capture *c);

#endif
