/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading compound files. Layer evidence; any thread. The tables stay where they are; what is kept is the list of
 * their sectors, never longer than the file has sectors, so no loop in a chain lasts.
 */
#include "cfb.h"
#include <string.h>
#include "verdict/base/text.h"

#define HEADER 512
#define MINI_SHIFT 6
#define FIRST_TABLES 109	/* sectors of the table that the header names */

typedef uint32_t (*next_cb)(const struct cfb *c, uint32_t at);

/* Where a sector begins; 0 where it is not in the file. The header has the first place. */
static size_t sector_at(size_t *len_out, const struct cfb *c, uint32_t sector)
{
	size_t size = (size_t)1 << c->shift, at = ((size_t)sector + 1) << c->shift;

	*len_out = 0;
	if (sector >= c->sectors || at >= c->n)
		return 0;
	*len_out = c->n - at < size ? c->n - at : size;
	return at;
}

/* Entry i of a table of 32-bit numbers that lies in the listed sectors. */
static uint32_t table_get(const struct cfb *c, const uint32_t *list, size_t count, uint32_t i)
{
	uint32_t per = 1u << (c->shift - 2);
	size_t len, at, k = (size_t)(i % per) * 4;

	if (i / per >= count)
		return CFB_NONE;
	at = sector_at(&len, c, list[i / per]);
	return at && k + 4 <= len ? cfb_u32(c->p + at + k) : CFB_NONE;
}

static uint32_t next_sector(const struct cfb *c, uint32_t at)
{
	return table_get(c, c->fat.at, c->fat.len, at);
}

static uint32_t next_mini(const struct cfb *c, uint32_t at)
{
	return table_get(c, c->mini_fat.at, c->mini_fat.len, at);
}

/* The table's own sectors: some named in the header, the others in sectors chained by their last number. */
static void load_fat(struct cfb *c)
{
	uint32_t more = cfb_u32(c->p + 68), per = (1u << (c->shift - 2)) - 1, i, s, links = 0;
	size_t len, at;

	for (i = 0; i < FIRST_TABLES && c->fat.len < c->sectors; i++)
		if ((s = cfb_u32(c->p + 76 + 4 * (size_t)i)) < c->sectors)
			vec_push(&c->fat, s);
	while (more < c->sectors && links++ <= c->sectors / per) {
		at = sector_at(&len, c, more);
		if (len < (size_t)(per + 1) * 4)
			break;
		for (i = 0; i < per && c->fat.len < c->sectors; i++)
			if ((s = cfb_u32(c->p + at + 4 * (size_t)i)) < c->sectors)
				vec_push(&c->fat, s);
		more = cfb_u32(c->p + at + 4 * (size_t)per);
	}
}

#define LOAD(list, c, first) do { \
	uint32_t s_ = (first); \
	while (s_ < (c)->sectors && (list)->len < (c)->sectors) { \
		vec_push((list), s_); \
		s_ = next_sector((c), s_); \
	} \
} while (0)

bool cfb_open(struct cfb *c, const char *p, size_t n)
{
	struct cfb_entry root;

	memset(c, 0, sizeof(*c));
	c->p = (const unsigned char *)p;
	c->n = n;
	if (n < HEADER) {
		c->why = "the header is cut short";
		return false;
	}
	c->shift = cfb_u16(c->p + 30);
	if (cfb_u16(c->p + 28) != 0xfffe || (c->shift != 9 && c->shift != 12) || cfb_u16(c->p + 32) != MINI_SHIFT) {
		c->why = "the header names a size of sectors that no such file has";
		return false;
	}
	if (n >> c->shift > 1)
		c->sectors = (uint32_t)(((n + ((size_t)1 << c->shift) - 1) >> c->shift) - 1);
	c->mini_below = cfb_u32(c->p + 56);
	load_fat(c);
	LOAD(&c->folder, c, cfb_u32(c->p + 48));
	LOAD(&c->mini_fat, c, cfb_u32(c->p + 60));
	if (c->folder.len > CFB_ENTRIES_MAX * 128 >> c->shift)
		c->folder.len = CFB_ENTRIES_MAX * 128 >> c->shift;
	c->entries = (uint32_t)(c->folder.len << (c->shift - 7));
	if (!cfb_entry(&root, c, 0) || root.type != CFB_ROOT) {
		c->why = "its folder is not there";
		return false;
	}
	LOAD(&c->mini, c, root.start);
	c->mini_size = root.size;
	return true;
}

void cfb_done(struct cfb *c)
{
	vec_done(&c->fat);
	vec_done(&c->mini_fat);
	vec_done(&c->folder);
	vec_done(&c->mini);
}

void cfb_utf16(struct buf *out, const unsigned char *p, size_t n)
{
	char utf8[4];
	uint32_t cp, low;
	size_t i;

	for (i = 0; i + 1 < n && (cp = cfb_u16(p + i)) != 0; i += 2) {
		low = i + 3 < n ? cfb_u16(p + i + 2) : 0;
		if (cp >= 0xd800 && cp <= 0xdbff && low >= 0xdc00 && low <= 0xdfff) {
			cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		} else if (cp >= 0xd800 && cp <= 0xdfff) {
			cp = 0xfffd;
		}
		buf_add(out, utf8, (size_t)utf8_encode(utf8, cp));
	}
}

bool cfb_entry_at(struct cfb_entry *out, const struct cfb *c, size_t at)
{
	const unsigned char *e = c->p + at;
	struct buf name;

	if (at > c->n || c->n - at < 128)
		return false;
	memset(out, 0, sizeof(*out));
	buf_init(&name, CFB_NAME_MAX - 1);
	cfb_utf16(&name, e, 62);
	memcpy(out->name, buf_str(&name), name.len + 1);
	buf_done(&name);
	out->type = (enum cfb_type)e[66];
	out->left = cfb_u32(e + 68);
	out->right = cfb_u32(e + 72);
	out->child = cfb_u32(e + 76);
	out->start = cfb_u32(e + 116);
	out->size = cfb_u32(e + 120);
	if (c->shift == 12)	/* older ones leave rubbish there */
		out->size |= (uint64_t)cfb_u32(e + 124) << 32;
	out->at = at;
	return true;
}

bool cfb_entry(struct cfb_entry *out, const struct cfb *c, uint32_t i)
{
	uint32_t per = 1u << (c->shift - 7);
	size_t len, at;

	if (i >= c->entries)
		return false;
	at = sector_at(&len, c, c->folder.at[i / per]);
	return at && (size_t)(i % per + 1) * 128 <= len && cfb_entry_at(out, c, at + (size_t)(i % per) * 128);
}

/* Siblings hang in a tree: those to the left, the entry with what it holds, those to the right. */
struct step {
	uint32_t entry, depth;
	bool seen;		/* its left ones were done */
};

static bool take(struct cfb_list *out, const struct cfb *c, struct step s, uint32_t *child_out)
{
	struct cfb_entry e;
	bool good = cfb_entry(&e, c, s.entry);
	struct cfb_item item = { s.entry, s.depth };

	*child_out = CFB_NONE;
	if (!good || (e.type != CFB_STORAGE && e.type != CFB_STREAM))
		return good && e.type == CFB_FREE;
	vec_push(&out->items, item);
	if (e.type == CFB_STORAGE)
		*child_out = e.child;
	return true;
}

bool cfb_walk(struct cfb_list *out, const struct cfb *c)
{
	VEC(struct step) todo = VEC_INIT;
	unsigned char *met = mem_zalloc(c->entries ? c->entries : 1);
	struct cfb_entry e;
	uint32_t child;
	bool good = cfb_entry(&e, c, 0);
	struct step s = { good ? e.child : CFB_NONE, 0, false };

	if (s.entry != CFB_NONE)
		vec_push(&todo, s);
	while (todo.len) {
		s = todo.at[--todo.len];
		if (!s.seen) {
			if (s.entry >= c->entries || met[s.entry] || s.depth >= CFB_DEPTH_MAX || !cfb_entry(&e, c, s.entry)) {
				good = false;
				continue;
			}
			met[s.entry] = 1;
			s.seen = true;
			if (e.right != CFB_NONE)
				vec_push(&todo, ((struct step){ e.right, s.depth, false }));
			vec_push(&todo, s);
			if (e.left != CFB_NONE)
				vec_push(&todo, ((struct step){ e.left, s.depth, false }));
			continue;
		}
		good = take(out, c, s, &child) && good;
		if (child != CFB_NONE)
			vec_push(&todo, ((struct step){ child, s.depth + 1, false }));
	}
	vec_done(&todo);
	mem_free(met);
	return good;
}

/* Where a piece of 64 bytes of the small streams lies. */
static size_t mini_at(size_t *len_out, const struct cfb *c, uint32_t piece)
{
	size_t in = ((size_t)piece << MINI_SHIFT) & (((size_t)1 << c->shift) - 1), len, at;
	uint32_t k = piece >> (c->shift - MINI_SHIFT);

	*len_out = 0;
	if (k >= c->mini.len)
		return 0;
	at = sector_at(&len, c, c->mini.at[k]);
	if (!at || in >= len)
		return 0;
	*len_out = len - in < (1u << MINI_SHIFT) ? len - in : 1u << MINI_SHIFT;
	return at + in;
}

bool cfb_read(struct buf *out, const struct cfb *c, const struct cfb_entry *e, size_t max)
{
	bool mini = e->size < c->mini_below;
	next_cb next = mini ? next_mini : next_sector;
	uint32_t s = e->start, left = mini ? (uint32_t)c->mini.len << (c->shift - MINI_SHIFT) : c->sectors;
	size_t want = e->size < max ? (size_t)e->size : max, len, at;

	for (; want && left && s < 0xfffffffa; left--, s = next(c, s)) {
		at = mini ? mini_at(&len, c, s) : sector_at(&len, c, s);
		if (!at)
			break;
		if (len > want)
			len = want;
		buf_add(out, c->p + at, len);
		want -= len;
	}
	return !want && !out->err;
}
