/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_NET_WIRE_H
#define VERDICT_NET_WIRE_H
#include "verdict/net/net.h"

/*
 * Messages between the console and verdict-net: u32 length (little endian, as all numbers), then a letter and
 * its fields in a fixed order. Both sides are strict: a length above the ceiling, a field that does not fit, a
 * value out of range, a byte left over make a message invalid, and its sender not worth talking to.
 */
#define NETWIRE_MAX (NET_SEND_MAX + 65536)
#define NETWIRE_PIECE 262144	/* bytes of a body in one message */

#define NETWIRE_TUNNEL 4	/* in verdict-net, the descriptor that a peer's `tunnel` became */

enum netwire_kind {
	NETWIRE_PEER = 'P', NETWIRE_REQUEST = 'Q', NETWIRE_CANCEL = 'X', NETWIRE_DROP = 'D',	/* to the child */
	NETWIRE_PROGRESS = 'p', NETWIRE_PIECE_OF = 'b', NETWIRE_ANSWER = 'a'		/* from it */
};
/* One message; which fields count depends on `kind`. Strings are borrowed and NUL-terminated. */
struct netwire {
	enum netwire_kind kind;
	uint32_t id;
	struct net_peer peer;
	struct net_request request;
	uint64_t got, total, sent;	/* progress */
	struct net_answer answer;	/* its body came before, in pieces */
	const char *piece; size_t piece_len;
};

void netwire_put(struct buf *out, const struct netwire *m);
/* One whole message from the side that `from_child` tells. */
enum status netwire_get(struct netwire *out, const char *p, size_t n, bool from_child);

#endif
