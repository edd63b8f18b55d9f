/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_CAPTURE_H
#define EVIDENCE_CAPTURE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/vec.h"

/*
 * Packets of a capture file (pcap, pcapng), and the TCP streams in them. Offsets are bytes of the file, at most
 * 4 GiB. Nothing is copied. Inside src/evidence only.
 */
#define CAPTURE_SEGMENTS_MAX 4000000u
#define CAPTURE_FLOWS_MAX 400000u
#define CAPTURE_NONE UINT32_MAX

struct tcp_segment {
	uint64_t time;		/* nanoseconds since 1970 */
	uint32_t at, len;	/* payload in the file */
	uint32_t lost;		/* bytes of it that the capture left out */
	uint32_t seq;
	uint32_t next;		/* of the same direction */
};
struct tcp_half {
	uint32_t first, last;
	uint32_t start;		/* sequence number of the first byte, once `known` */
	bool known;
};
struct tcp_flow {
	unsigned char addr[2][16];
	uint16_t port[2];
	bool v6, over;
	struct tcp_half half[2];	/* half[i] was sent by addr[i] */
	uint32_t chain;
	uint64_t time;
};
struct capture {
	const unsigned char *p;
	size_t len;
	VEC(struct tcp_segment) segments;
	VEC(struct tcp_flow) flows;
	uint32_t *heads;
	uint64_t packets, other, fragments, cut;
	size_t ends_at;		/* where reading stopped before the end of the file; 0 at the end */
	bool full;		/* a ceiling was met */
};

/* A stretch of a stream that stands in the file in one piece. */
struct tcp_piece {
	uint64_t time;
	uint32_t at, len;
	uint32_t gap;		/* bytes missing in front of it */
};
struct tcp_stream { VEC(struct tcp_piece) pieces; uint64_t bytes; uint32_t lost_end; };

void capture_read(struct capture *c, const char *p, size_t n);
void capture_done(struct capture *c);
/* One TCP segment seen in a packet. */
#define TCP_FIN 1
#define TCP_SYN 2
#define TCP_RST 4
#define TCP_ACK 16
struct tcp_packet {
	const unsigned char *from, *to;		/* 4 or 16 bytes */
	uint16_t from_port, to_port;
	bool v6;
	uint8_t flags;
	uint32_t seq, at, len, lost;
	uint64_t time;
};
void tcp_add(struct capture *c, const struct tcp_packet *p);
/* One direction of a connection in order: retransmissions dropped, overlaps cut, gaps told. */
void tcp_order(struct tcp_stream *out, const struct capture *c, const struct tcp_half *half);
void tcp_stream_done(struct tcp_stream *s);

#endif
