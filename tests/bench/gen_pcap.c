/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture of HTTP for the benchmark: gen_pcap FILE EXCHANGES writes that many exchanges over connections of ten
 * each, about a kilobyte an exchange, one answer in eight going over two packets. Layer: tests.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t clock_us = 1795500000000000u;

static void be16(unsigned char *p, unsigned int v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)v;
}

static void be32(unsigned char *p, uint32_t v)
{
	be16(p, v >> 16);
	be16(p + 2, v & 0xffff);
}

static void packet(FILE *f, int from_server, unsigned int port, uint32_t seq, unsigned int flags, const char *text, size_t n)
{
	unsigned char head[54] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45 };
	uint32_t record[4] = { 0, 0, (uint32_t)(54 + n), (uint32_t)(54 + n) };
	unsigned int host = port >> 16, low = port & 0xffff;

	clock_us += 50;
	record[0] = (uint32_t)(clock_us / 1000000);
	record[1] = (uint32_t)(clock_us % 1000000);
	be16(head + 16, (unsigned int)(40 + n));
	head[22] = 64;
	head[23] = 6;
	be32(head + 26, from_server ? 0x0a000001 : 0x0a010000 + host);
	be32(head + 30, from_server ? 0x0a010000 + host : 0x0a000001);
	be16(head + 34, from_server ? 8080 : low);
	be16(head + 36, from_server ? low : 8080);
	be32(head + 38, seq);
	head[46] = 0x50;
	head[47] = (unsigned char)flags;
	be16(head + 48, 0xffff);
	fwrite(record, sizeof(record), 1, f);
	fwrite(head, sizeof(head), 1, f);
	fwrite(text, 1, n, f);
}

static size_t answer(char *out, size_t max, unsigned long i)
{
	static char filler[1400];
	size_t pad = i % 8 ? 350 : 1300;
	char body[2000];
	int n;

	memset(filler, 'x', sizeof(filler) - 1);
	n = snprintf(body, sizeof(body), "{\"resourceType\":\"Patient\",\"id\":\"p%lu\",\"active\":true,"
		"\"name\":[{\"family\":\"Sato\",\"given\":[\"Yui\"]}],\"text\":{\"status\":\"generated\",\"div\":\"%.*s\"}}",
		i, (int)pad, filler);
	return (size_t)snprintf(out, max, "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"
		"Server: bench\r\nContent-Length: %d\r\n\r\n%s", n, body);
}

static void exchange(FILE *f, unsigned int port, uint32_t *c, uint32_t *s, unsigned long i)
{
	char text[4000];
	size_t n = (size_t)snprintf(text, sizeof(text), "GET /fhir/Patient/p%lu?_format=json HTTP/1.1\r\nHost: a.example:8080\r\n"
		"Accept: application/fhir+json\r\nUser-Agent: bench/1\r\n\r\n", i), first;

	packet(f, 0, port, *c, 0x18, text, n);
	*c += (uint32_t)n;
	n = answer(text, sizeof(text), i);
	first = n > 1400 ? 1400 : n;
	packet(f, 1, port, *s, 0x18, text, first);
	if (n > first)
		packet(f, 1, port, *s + (uint32_t)first, 0x18, text + first, n - first);
	*s += (uint32_t)n;
}

int main(int argc, char **argv)
{
	static const uint32_t head[6] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1 };
	unsigned long i, all = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	uint32_t c = 1, s = 1;
	unsigned int port = 0;
	FILE *f = argc > 2 ? fopen(argv[1], "wb") : NULL;

	if (!f) {
		fprintf(stderr, "usage: gen_pcap FILE EXCHANGES\n");
		return 2;
	}
	fwrite(head, sizeof(head), 1, f);
	for (i = 0; i < all; i++) {
		if (i % 10 == 0) {
			port = 0x10000u * (unsigned int)(i / 400000 + 1) + 20000u + (unsigned int)(i / 10 % 40000);
			c = s = 1000;
			packet(f, 0, port, c++, 0x02, "", 0);
			packet(f, 1, port, s++, 0x12, "", 0);
		}
		exchange(f, port, &c, &s, i);
		if (i % 10 == 9)
			packet(f, 0, port, c, 0x11, "", 0);
	}
	return fclose(f) ? 1 : 0;
}
