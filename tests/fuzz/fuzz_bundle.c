/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle as somebody crafted it. The input is cut into frames whose checksums are made right, so that what is behind
 * them is reached: heads, keys, trailers, sealed and packed frames, pieces, pages. The first byte says how: bit 1, as the
 * bytes of a file instead; bit 2, each frame sealed. Layer: tests.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/proto/bundle_file.h"
#include "verdict/proto/feed.h"

static void add_keys(struct buf *b, const struct key *k, const uint8_t *secret)
{
	uint8_t body[KEY_PUBLIC + BOX_BYTES];

	memcpy(body, key_public(k), KEY_PUBLIC);
	FUZZ_HOLDS(box_seal(body + KEY_PUBLIC, key_public(k), secret) == STATUS_OK);
	frame_add(b, 'Y', body, sizeof(body));
}

/* u8 type, u8 flags, u16 length, bytes, and so on. */
static void add_frames(struct buf *b, const uint8_t *p, size_t size, bool seal, const struct key *k)
{
	uint8_t secret[BOX_SECRET] = { 7 };
	struct buf inner, body;

	buf_init(&inner, 1u << 20);
	buf_init(&body, 1u << 20);
	if (seal)
		add_keys(b, k, secret);
	while (size >= 4) {
		size_t n = (p[2] | (size_t)p[3] << 8) % (size - 3);
		size_t at = b->len;

		buf_reset(&inner);
		buf_reset(&body);
		buf_add(&inner, p, 2);
		buf_add(&inner, p + 4, n);
		if (seal)
			box_piece_add(&body, secret, inner.ptr, inner.len);
		else
			buf_add(&body, p + 4, n);
		frame_add(b, seal ? 'X' : (char)('A' + p[0] % 26), body.ptr ? body.ptr : "", body.len);
		if (!seal && p[1] & 1 && !b->err) {	/* packed, it says */
			unsigned char head[8];
			uint32_t crc;

			b->ptr[at + 5] = 1;
			memcpy(head, b->ptr + at, 8);
			crc = crc32c(crc32c(0, head, 8), b->ptr + at + FRAME_HEAD, b->len - at - FRAME_HEAD);
			for (int i = 0; i < 4; i++)
				b->ptr[at + 8 + (size_t)i] = (char)(crc >> 8 * i & 255);
		}
		p += 4 + n;
		size -= 4 + n;
	}
	buf_done(&inner);
	buf_done(&body);
}

static void read_it(int fd, const struct key *k, size_t size)
{
	struct bundle_reader *r;
	struct bundle_piece piece;
	struct page_join join;
	const char *page;
	struct frame f;
	size_t len;
	uint64_t before = 0;

	if (bundle_open(&r, fd, "input", k) != STATUS_OK)
		return;
	page_join_init(&join);
	while (bundle_next(&f, r) == STATUS_OK) {
		FUZZ_HOLDS(f.flags == 0 && f.len <= FRAME_BODY_MAX && !strchr("HTXY", f.type));
		FUZZ_HOLDS(bundle_place(r) > before && bundle_place(r) <= size);
		before = bundle_place(r);
		if (bundle_piece(&piece, &f))
			FUZZ_HOLDS(piece.offset + piece.len <= piece.size);
		if (page_join_take(&page, &len, &join, &f))
			FUZZ_HOLDS(len <= FEED_PAGE_MAX && page);
	}
	FUZZ_HOLDS(bundle_report(r)->lost_bytes <= size && bundle_report(r)->lost <= bundle_report(r)->lost_bytes);
	page_join_done(&join);
	bundle_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct key *k;
	int fd = memfd_create("bundle", MFD_CLOEXEC);
	struct buf b;

	crypto_init();
	if (!k)
		FUZZ_HOLDS(key_new(&k) == STATUS_OK);
	buf_init(&b, 8u << 20);
	buf_adds(&b, BUNDLE_MAGIC);
	if (size > 0 && data[0] & 1)
		buf_add(&b, data + 1, size - 1);
	else if (size > 0)
		add_frames(&b, data + 1, size - 1, data[0] & 2, k);
	FUZZ_HOLDS(fd >= 0 && b.err == STATUS_OK && io_write_all(fd, "input", b.ptr, b.len) == STATUS_OK);
	read_it(fd, k, b.len);
	close(fd);
	buf_done(&b);
	return 0;
}
