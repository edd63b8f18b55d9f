/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_DICOM_BYTES_H
#define TESTS_UNIT_DICOM_BYTES_H
#include <string.h>
#include "verdict/base/buf.h"

/* DICOM written by hand, for tests. */
struct writer {
	struct buf b;
	bool implicit, big;
};

static inline void put16(struct writer *w, unsigned int v)
{
	buf_addc(&w->b, (char)(w->big ? v >> 8 : v));
	buf_addc(&w->b, (char)(w->big ? v : v >> 8));
}

static inline void put32(struct writer *w, uint32_t v)
{
	put16(w, w->big ? v >> 16 : v & 0xffff);
	put16(w, w->big ? v & 0xffff : v >> 16);
}

static inline void head(struct writer *w, uint32_t tag, const char *vr, uint32_t len)
{
	put16(w, tag >> 16);
	put16(w, tag & 0xffff);
	if (w->implicit || (tag >> 16) == 0xfffe) {
		put32(w, len);
		return;
	}
	buf_adds(&w->b, vr);
	if (strstr("OB OD OF OL OV OW SQ SV UC UN UR UT UV", vr)) {
		put16(w, 0);
		put32(w, len);
	} else {
		put16(w, len);
	}
}

static inline void put(struct writer *w, uint32_t tag, const char *vr, const void *p, size_t n)
{
	head(w, tag, vr, (uint32_t)(n + n % 2));
	buf_add(&w->b, p, n);
	if (n % 2)
		buf_addc(&w->b, strcmp(vr, "UI") && vr[0] != 'O' && strcmp(vr, "UN") ? ' ' : '\0');
}

static inline void puts_(struct writer *w, uint32_t tag, const char *vr, const char *s)
{
	put(w, tag, vr, s, strlen(s));
}

static inline void put_us(struct writer *w, uint32_t tag, unsigned int v)
{
	head(w, tag, "US", 2);
	put16(w, v);
}

/* Sequences and items of undefined length. */
#define UNTIL 0xffffffffu
static inline void open_seq(struct writer *w, uint32_t tag) { head(w, tag, "SQ", UNTIL); }
static inline void open_obj(struct writer *w) { head(w, 0xfffee000u, "", UNTIL); }
static inline void end_obj(struct writer *w) { head(w, 0xfffee00du, "", 0); }
static inline void end_seq(struct writer *w) { head(w, 0xfffee0ddu, "", 0); }

/* Preamble and meta group. */
static inline void begin_file(struct writer *w, const char *syntax)
{
	struct writer meta = { .implicit = false };

	buf_init(&w->b, 1u << 20);
	buf_init(&meta.b, 4096);
	puts_(&meta, 0x00020010, "UI", syntax);
	buf_fill(&w->b, '\0', 128);
	buf_adds(&w->b, "DICM");
	buf_add(&w->b, meta.b.ptr, meta.b.len);
	buf_done(&meta.b);
	w->implicit = !strcmp(syntax, "1.2.840.10008.1.2");
	w->big = !strcmp(syntax, "1.2.840.10008.1.2.2");
}

static inline void put_code(struct writer *w, uint32_t tag, const char *value, const char *scheme, const char *meaning)
{
	open_seq(w, tag);
	open_obj(w);
	puts_(w, 0x00080100, "SH", value);
	puts_(w, 0x00080102, "SH", scheme);
	puts_(w, 0x00080104, "LO", meaning);
	end_obj(w);
	end_seq(w);
}

#endif
