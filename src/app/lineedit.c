/* SPDX-License-Identifier: Apache-2.0 */
/* A line of text being edited, by clusters and words. Layer app, UI thread. */
#include "verdict/app/lineedit.h"

#include <string.h>

#include "verdict/base/text.h"

void lineedit_init(struct lineedit *le, size_t max)
{
	buf_init(&le->text, max);
	buf_init(&le->yank, max);
	le->cursor = 0;
	le->max = max;
}

void lineedit_done(struct lineedit *le)
{
	buf_done(&le->text);
	buf_done(&le->yank);
}

const char *lineedit_text(const struct lineedit *le)
{
	return le->text.len ? le->text.ptr : "";
}

void lineedit_set(struct lineedit *le, const char *text)
{
	buf_reset(&le->text);
	le->cursor = 0;
	lineedit_insert(le, text, strlen(text));
}

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

void lineedit_insert(struct lineedit *le, const char *text, size_t len)
{
	struct buf tail;
	size_t i;

	if (len > le->max - le->text.len)
		return;
	buf_init(&tail, le->max);
	buf_add(&tail, lineedit_text(le) + le->cursor, le->text.len - le->cursor);
	buf_cut(&le->text, le->cursor, le->text.len - le->cursor);
	for (i = 0; i < len; i++)
		buf_addc(&le->text, is_control((unsigned char)text[i]) ? ' ' : text[i]);
	le->cursor = le->text.len;
	buf_add(&le->text, buf_str(&tail), tail.len);
	buf_done(&tail);
}

static size_t after(const struct lineedit *le, size_t at)
{
	struct text_cluster t;

	if (at >= le->text.len)
		return le->text.len;
	text_next(&t, le->text.ptr + at, le->text.len - at);
	return at + t.taken;
}

static size_t before(const struct lineedit *le, size_t at)
{
	size_t i = 0, next = 0;

	while (next < at) {
		i = next;
		next = after(le, i);
	}
	return i;
}

static bool blank_at(const struct lineedit *le, size_t at)
{
	return le->text.ptr[at] == ' ';
}

static size_t word_after(const struct lineedit *le, size_t at)
{
	while (at < le->text.len && blank_at(le, at))
		at = after(le, at);
	while (at < le->text.len && !blank_at(le, at))
		at = after(le, at);
	return at;
}

static size_t word_before(const struct lineedit *le, size_t at)
{
	while (at > 0 && blank_at(le, at - 1))
		at--;
	while (at > 0 && !blank_at(le, at - 1))
		at--;
	return at;
}

static void cut(struct lineedit *le, size_t from, size_t to, bool keep)
{
	if (from >= to)
		return;
	if (keep) {
		buf_reset(&le->yank);
		buf_add(&le->yank, le->text.ptr + from, to - from);
	}
	buf_cut(&le->text, from, to - from);
	le->cursor = from;
}

static bool move_key(struct lineedit *le, int code)
{
	switch (code) {
	case K_LEFT: case K_CTRL('B'): le->cursor = before(le, le->cursor); return true;
	case K_RIGHT: case K_CTRL('F'): le->cursor = after(le, le->cursor); return true;
	case K_HOME: case K_CTRL('A'): le->cursor = 0; return true;
	case K_END: case K_CTRL('E'): le->cursor = le->text.len; return true;
	case K_CTRL_LEFT: case K_ALT + 'b': le->cursor = word_before(le, le->cursor); return true;
	case K_CTRL_RIGHT: case K_ALT + 'f': le->cursor = word_after(le, le->cursor); return true;
	default: return false;
	}
}

static bool change_key(struct lineedit *le, int code)
{
	size_t at = le->cursor;

	switch (code) {
	case K_BACKSPACE: case K_CTRL('H'): cut(le, before(le, at), at, false); return true;
	case K_DELETE: case K_CTRL('D'): cut(le, at, after(le, at), false); return true;
	case K_CTRL('W'): case K_ALT + K_BACKSPACE: cut(le, word_before(le, at), at, true); return true;
	case K_ALT + 'd': cut(le, at, word_after(le, at), true); return true;
	case K_CTRL('U'): cut(le, 0, at, true); return true;
	case K_CTRL('K'): cut(le, at, le->text.len, true); return true;
	case K_CTRL('Y'): lineedit_insert(le, buf_str(&le->yank), le->yank.len); return true;
	default: return false;
	}
}

bool lineedit_key(struct lineedit *le, const struct key_event *ev)
{
	int code = key_event_code(ev);

	if (move_key(le, code) || change_key(le, code))
		return true;
	if (!ev->text[0] || ev->alt)
		return false;
	lineedit_insert(le, ev->text, strlen(ev->text));
	return true;
}
