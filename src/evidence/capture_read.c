/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capture files: pcap in both byte orders and resolutions, pcapng, and the way down from a packet to its TCP
 * segment. Layer evidence; any thread. Every length is checked against what is there.
 */
#include "capture.h"
#include <string.h>

#define LINKS_MAX 64
#define BLOCK_MAX (1u << 26)

enum { LINK_NULL = 0, LINK_ETHERNET = 1, LINK_RAW_BSD = 12, LINK_RAW_OPENBSD = 14, LINK_RAW = 101, LINK_LOOP = 108,
	LINK_LINUX = 113, LINK_IPV4 = 228, LINK_IPV6 = 229, LINK_LINUX2 = 276 };

struct link { uint32_t type; uint64_t unit; };	/* unit: ticks of its clock in a second */
struct file {
	struct capture *c;
	bool big;		/* its numbers stand big end first */
	struct link links[LINKS_MAX];
	uint32_t n_links;
};

static uint16_t be16(const unsigned char *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t le32(const unsigned char *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static uint32_t u32(const struct file *f, size_t at)
{
	return f->big ? be32(f->c->p + at) : le32(f->c->p + at);
}

static uint16_t u16(const struct file *f, size_t at)
{
	const unsigned char *p = f->c->p + at;

	return (uint16_t)(f->big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

/* What is known of one packet while going down its headers; [at, end) is there, `size` were sent. */
struct packet {
	size_t at, end;
	uint64_t missing, time;
};

static void tcp(struct capture *c, const struct packet *k, struct tcp_packet *t, size_t ip_end)
{
	const unsigned char *p = c->p + k->at;
	size_t head, begin, end = k->end < ip_end ? k->end : ip_end;

	if (k->end - k->at < 20 || (head = (size_t)(p[12] >> 4) * 4) < 20) {
		c->other++;
		return;
	}
	t->from_port = be16(p);
	t->to_port = be16(p + 2);
	t->seq = be32(p + 4);
	t->flags = p[13];
	t->time = k->time;
	begin = k->at + head;
	t->at = (uint32_t)(begin < end ? begin : end);
	t->len = (uint32_t)(begin < end ? end - begin : 0);
	if (ip_end > k->end && k->missing) {
		uint64_t lost = ip_end - (begin > k->end ? begin : k->end);

		t->lost = (uint32_t)(lost < k->missing ? lost : k->missing);
	}
	tcp_add(c, t);
}

static void ipv4(struct capture *c, struct packet *k)
{
	const unsigned char *p = c->p + k->at;
	struct tcp_packet t = { .v6 = false };
	size_t head, total, ip_end;

	if (k->end - k->at < 20 || (head = (size_t)(p[0] & 15) * 4) < 20 || head > k->end - k->at || p[9] != 6) {
		c->other++;
		return;
	}
	if (be16(p + 6) & 0x3fff) {
		c->fragments++;
		return;
	}
	total = be16(p + 2);
	ip_end = total >= head ? k->at + total : k->end;	/* 0 where the card cut it into packets later */
	t.from = p + 12;
	t.to = p + 16;
	k->at += head;
	tcp(c, k, &t, ip_end);
}

static void ipv6(struct capture *c, struct packet *k)
{
	const unsigned char *p = c->p + k->at;
	struct tcp_packet t = { .v6 = true, .from = p + 8, .to = p + 24 };
	size_t ip_end, hops;
	unsigned int next;

	if (k->end - k->at < 40) {
		c->other++;
		return;
	}
	next = p[6];
	ip_end = be16(p + 4) ? k->at + 40 + be16(p + 4) : k->end;
	k->at += 40;
	for (hops = 0; hops < 8 && (next == 0 || next == 43 || next == 60 || next == 44); hops++) {
		if (k->end - k->at < 8)
			break;
		p = c->p + k->at;
		if (next == 44 && be16(p + 2) & 0xfff9) {
			c->fragments++;
			return;
		}
		next = p[0];
		k->at += next == 44 ? 8 : ((size_t)p[1] + 1) * 8;
		if (k->at > k->end)
			k->at = k->end;
	}
	if (next == 6)
		tcp(c, k, &t, ip_end);
	else
		c->other++;
}

static void ip(struct capture *c, struct packet *k)
{
	unsigned int version = k->at < k->end ? c->p[k->at] >> 4 : 0;

	if (version == 4)
		ipv4(c, k);
	else if (version == 6)
		ipv6(c, k);
	else
		c->other++;
}

static void ether_type(struct capture *c, struct packet *k, unsigned int type)
{
	unsigned int tags;

	for (tags = 0; tags < 4 && (type == 0x8100 || type == 0x88a8 || type == 0x9100) && k->end - k->at >= 4; tags++) {
		type = be16(c->p + k->at + 2);
		k->at += 4;
	}
	if (type == 0x0800 || type == 0x86dd)
		ip(c, k);
	else
		c->other++;
}

/* Bytes of the link's header, and where in it the type stands (SIZE_MAX: the packet says itself). */
static void packet(struct file *f, uint32_t link, struct packet *k)
{
	struct capture *c = f->c;
	size_t head = 0, type = SIZE_MAX;

	c->packets++;
	switch (link < f->n_links ? f->links[link].type : UINT32_MAX) {
	case LINK_ETHERNET:
		head = 14;
		type = 12;
		break;
	case LINK_LINUX:
		head = 16;
		type = 14;
		break;
	case LINK_LINUX2:
		head = 20;
		type = 0;
		break;
	case LINK_NULL: case LINK_LOOP:
		head = 4;
		break;
	case LINK_RAW: case LINK_RAW_BSD: case LINK_RAW_OPENBSD: case LINK_IPV4: case LINK_IPV6:
		break;
	default:
		c->other++;
		return;
	}
	if (k->end - k->at < head) {
		c->other++;
		return;
	}
	k->at += head;
	if (type == SIZE_MAX)
		ip(c, k);
	else
		ether_type(c, k, be16(c->p + k->at - head + type));
}

static bool pcap_magic(bool *big_out, uint64_t *unit_out, const unsigned char *p)
{
	uint32_t le = le32(p), be = be32(p);

	*big_out = be == 0xa1b2c3d4 || be == 0xa1b23c4d;
	*unit_out = le == 0xa1b23c4d || be == 0xa1b23c4d ? 1000000000 : 1000000;
	return *big_out || le == 0xa1b2c3d4 || le == 0xa1b23c4d;
}

/* Seconds and parts of one in nanoseconds. */
static uint64_t nanoseconds(uint64_t ticks, uint64_t unit)
{
	uint64_t seconds = ticks / unit, rest = ticks % unit;

	return seconds * 1000000000u + (unit > 1000000000u ? rest / (unit / 1000000000u) : rest * (1000000000u / unit));
}

static void take(struct file *f, uint32_t link, size_t at, uint64_t there, uint64_t size, uint64_t time)
{
	struct packet k = { .at = at, .end = at + (size_t)there, .time = time };

	k.missing = size > there ? size - there : 0;
	f->c->cut += k.missing > 0;
	packet(f, link, &k);
}

static void read_pcap(struct file *f, uint64_t unit)
{
	struct capture *c = f->c;
	size_t at = 24;

	f->n_links = 1;
	f->links[0].type = u32(f, 20) & 0x0fffffff;
	while (at < c->len && !c->full) {
		uint32_t there, size;
		uint64_t time;

		if (c->len - at < 16) {
			c->ends_at = at;
			break;
		}
		there = u32(f, at + 8);
		size = u32(f, at + 12);
		time = (uint64_t)u32(f, at) * 1000000000u + u32(f, at + 4) * (1000000000u / unit);
		if (there > c->len - at - 16) {
			c->ends_at = at;
			there = (uint32_t)(c->len - at - 16);
			take(f, 0, at + 16, there, size, time);
			break;
		}
		take(f, 0, at + 16, there, size, time);
		at += 16 + (size_t)there;
	}
}

/* An interface: its kind, and the resolution of its clock among its options. */
static void interface(struct file *f, size_t at, size_t end)
{
	struct link *l;

	if (f->n_links >= LINKS_MAX || end - at < 8)
		return;
	l = &f->links[f->n_links++];
	l->type = u16(f, at);
	l->unit = 1000000;
	for (at += 8; end - at >= 4; ) {
		unsigned int code = u16(f, at), n = u16(f, at + 2), v, k;

		at += 4;
		if (!code || n > end - at)
			break;
		if (code == 9 && n >= 1) {
			v = f->c->p[at];
			if (v & 0x80)
				l->unit = (uint64_t)1 << ((v & 0x7f) < 40 ? v & 0x7f : 40);
			else
				for (l->unit = 1, k = 0; k < v && k < 12; k++)
					l->unit *= 10;
		}
		n = (n + 3) & ~3u;
		at = n < end - at ? at + n : end;
	}
}

static void packet_block(struct file *f, uint32_t type, size_t at, size_t end)
{
	uint32_t link = 0, there, size;
	uint64_t ticks;

	if (type == 3) {	/* simple: no interface, no time */
		if (end - at < 4)
			return;
		size = u32(f, at);
		there = size < end - at - 4 ? size : (uint32_t)(end - at - 4);
		take(f, 0, at + 4, there, size, 0);
		return;
	}
	if (end - at < 20)
		return;
	link = type == 6 ? u32(f, at) : u16(f, at);
	ticks = (uint64_t)u32(f, at + 4) << 32 | u32(f, at + 8);
	there = u32(f, at + 12);
	size = u32(f, at + 16);
	if (there > end - at - 20)
		there = (uint32_t)(end - at - 20);
	take(f, link, at + 20, there, size, link < f->n_links ? nanoseconds(ticks, f->links[link].unit) : 0);
}

static void read_pcapng(struct file *f)
{
	struct capture *c = f->c;
	size_t at = 0;

	while (at < c->len && !c->full) {
		uint32_t type, size;

		if (c->len - at < 12) {
			c->ends_at = at;
			break;
		}
		type = u32(f, at);
		if (be32(c->p + at) == 0x0a0d0d0a) {	/* a section says its byte order */
			f->big = be32(c->p + at + 8) == 0x1a2b3c4d;
			f->n_links = 0;
			type = 0;
		}
		size = u32(f, at + 4);
		if (size < 12 || size > BLOCK_MAX || size > c->len - at) {
			c->ends_at = at;
			break;
		}
		if (type == 1)
			interface(f, at + 8, at + size - 4);
		else if (type == 6 || type == 3 || type == 2)
			packet_block(f, type, at + 8, at + size - 4);
		at += (size + 3) & ~3u;
	}
}

void capture_read(struct capture *c, const char *p, size_t n)
{
	struct file f = { .c = c };
	uint64_t unit;

	memset(c, 0, sizeof(*c));
	c->p = (const unsigned char *)p;
	c->len = n < UINT32_MAX ? n : UINT32_MAX;
	if (n >= 24 && pcap_magic(&f.big, &unit, c->p))
		read_pcap(&f, unit);
	else if (n >= 12 && be32(c->p) == 0x0a0d0d0a)
		read_pcapng(&f);
}
