/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a terminal become keys: UTF-8, control characters, CSI and SS3 sequences, SGR mouse, bracketed paste.
 * Own reading instead of curses', which blocks on a lone Escape. Pure. Layer ui, UI thread.
 */
#include <stdio.h>
#include <string.h>

#include "verdict/base/text.h"
#include "src/ui/ui_priv.h"

#define ESC 0x1b
#define SEQUENCE_MAX 64
#define PARAMS_MAX 16

size_t input_room(const struct input *in)
{
	return INPUT_MAX - in->len;
}

void input_add(struct input *in, const void *bytes, size_t n)
{
	if (n > input_room(in))
		n = input_room(in);
	memcpy(in->bytes + in->len, bytes, n);
	in->len += n;
}

static void take(struct input *in, size_t n)
{
	memmove(in->bytes, in->bytes + n, in->len - n);
	in->len -= n;
}

static int with_modifier(struct key_event *out, int key, int modifier)
{
	int bits = modifier > 1 ? modifier - 1 : 0;

	out->alt = bits & 2;
	if (bits & 4)
		return key == K_LEFT ? K_CTRL_LEFT : key == K_RIGHT ? K_CTRL_RIGHT : key;
	if (bits & 1)
		return key == K_UP ? K_SHIFT_UP : key == K_DOWN ? K_SHIFT_DOWN : key;
	return key;
}

static int letter_key(int final)
{
	switch (final) {
	case 'A': return K_UP;
	case 'B': return K_DOWN;
	case 'C': return K_RIGHT;
	case 'D': return K_LEFT;
	case 'H': return K_HOME;
	case 'F': return K_END;
	case 'Z': return K_BACKTAB;
	case 'M': return K_ENTER;	/* of the number pad */
	case 'P': case 'Q': case 'R': case 'S': return K_F1 + final - 'P';
	default: return 0;
	}
}

static int tilde_key(int n)
{
	static const int keys[] = {
		[1] = K_HOME, [2] = K_INSERT, [3] = K_DELETE, [4] = K_END, [5] = K_PGUP, [6] = K_PGDN,
		[7] = K_HOME, [8] = K_END, [11] = K_F1, [12] = K_F1 + 1, [13] = K_F1 + 2, [14] = K_F1 + 3,
		[15] = K_F1 + 4, [17] = K_F1 + 5, [18] = K_F1 + 6, [19] = K_F1 + 7, [20] = K_F1 + 8,
		[21] = K_F1 + 9, [23] = K_F1 + 10, [24] = K_F12,
	};

	return n > 0 && n < (int)(sizeof(keys) / sizeof(keys[0])) ? keys[n] : 0;
}

static int mouse_key(struct key_event *out, const int *params, int n, int final)
{
	if (n < 3 || final != 'M')
		return 0;
	out->col = params[1] - 1;
	out->row = params[2] - 1;
	return params[0] == 0 ? K_MOUSE : params[0] == 64 ? K_WHEEL_UP : params[0] == 65 ? K_WHEEL_DOWN : 0;
}

static int parse_params(int params[PARAMS_MAX], const unsigned char *p, size_t n)
{
	int count = 0;
	size_t i;

	memset(params, 0, PARAMS_MAX * sizeof(params[0]));
	for (i = 0; i < n && count < PARAMS_MAX; i++) {
		if (p[i] == ';')
			count++;
		else if (p[i] >= '0' && p[i] <= '9' && params[count] < 100000)
			params[count] = params[count] * 10 + p[i] - '0';
	}
	return count < PARAMS_MAX ? count + 1 : PARAMS_MAX;
}

/* Bytes of the sequence at the begin of `in` ("ESC [ … final"), 0 where it is not whole. */
static size_t csi_length(const struct input *in)
{
	size_t i = 2;

	if (in->len > 2 && in->bytes[2] == '[')		/* F1 to F5 of the Linux console */
		return in->len > 3 ? 4 : 0;
	while (i < in->len && i < SEQUENCE_MAX && in->bytes[i] >= 0x20 && in->bytes[i] < 0x40)
		i++;
	return i < in->len ? i + 1 : 0;
}

/* What a terminal says of itself: DA1 with 4 for sixel, which comes last; XTWINOPS 6, the size of a cell. */
static void take_answer(struct input *in, const unsigned char *p, size_t n, int final)
{
	int params[PARAMS_MAX], i, count = parse_params(params, p + (final == 'c'), n - (final == 'c'));

	if (final == 'c' && p[0] == '?') {
		for (i = 1; i < count; i++)
			in->sixel = in->sixel || params[i] == 4;
		in->told = true;
		in->asked = false;
	} else if (final == 't' && params[0] == 6 && count > 2 && params[1] < 1000 && params[2] < 1000) {
		in->cell_height = params[1];
		in->cell_width = params[2];
	}
}

bool input_answering(const struct input *in)
{
	return in->asked && in->len > 1 && in->bytes[0] == ESC &&
		(in->bytes[1] == '_' || (in->bytes[1] == '[' && (in->len == 2 || in->bytes[2] == '?' || in->bytes[2] == '6')));
}

/* "ESC _ G i=…;OK ESC \\": 0 where it is not whole. */
static size_t application_length(const struct input *in)
{
	size_t i;

	for (i = 2; i + 1 < in->len; i++)
		if (in->bytes[i] == ESC && in->bytes[i + 1] == '\\')
			return i + 2;
	return 0;
}

/* A key, 0 for a sequence that means nothing to us. */
static int csi_key(struct key_event *out, struct input *in, size_t n)
{
	const unsigned char *p = in->bytes + 2;
	int params[PARAMS_MAX], count, final = in->bytes[n - 1];

	if (p[0] == '[')
		return final >= 'A' && final <= 'E' ? K_F1 + final - 'A' : 0;
	if (p[0] == '<') {
		count = parse_params(params, p + 1, n - 4);
		return mouse_key(out, params, count, final);
	}
	if (in->asked && (final == 'c' || final == 't')) {
		take_answer(in, p, n - 3, final);
		return 0;
	}
	count = parse_params(params, p, n - 3);
	if (final == '~' && (params[0] == 200 || params[0] == 201)) {
		in->pasting = params[0] == 200;
		return 0;
	}
	if (final == '~')
		return with_modifier(out, tilde_key(params[0]), params[1]);
	return with_modifier(out, letter_key(final), count > 1 ? params[1] : 0);
}

/* One character: 0 where more bytes are needed, else the bytes taken; out->key 0 for rubbish. */
static size_t character(struct key_event *out, const unsigned char *p, size_t n, bool late)
{
	size_t need = p[0] > 0xf4 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 1, i = 1;
	uint32_t cp;
	int len;

	while (i < need && i < n && (p[i] & 0xc0) == 0x80)
		i++;
	if (i < need && i == n && !late)
		return 0;
	len = utf8_decode(&cp, (const char *)p, n);
	if (len == 0)
		return 1;
	switch (cp) {
	case 0: return 1;
	case 0x7f: case 8: out->key = K_BACKSPACE; return 1;
	case 9: out->key = K_TAB; return 1;
	case 10: case 13: out->key = K_ENTER; return 1;
	default: break;
	}
	out->key = (int)cp;
	if (cp >= 0x20 && !(cp >= 0x80 && cp < 0xa0)) {
		memcpy(out->text, p, (size_t)len);
		out->text[len] = '\0';
	}
	return (size_t)len;
}

/* Pasted text goes into text fields and never runs commands. */
static void as_paste(struct key_event *out)
{
	if (out->key == K_TAB || out->key == K_ENTER)
		memcpy(out->text, " ", 2);
	out->key = out->text[0] ? K_PASTE : 0;
}

static size_t escape(struct key_event *out, struct input *in, bool late)
{
	size_t n;

	if (in->len == 1 || in->bytes[1] == ESC) {
		if (in->len == 1 && !late)
			return 0;
		out->key = K_ESC;
		return 1;
	}
	if (in->bytes[1] == '[' || (in->bytes[1] == 'O' && in->len > 2)) {
		n = in->bytes[1] == 'O' ? 3 : csi_length(in);
		if (n > 0) {
			out->key = in->bytes[1] == 'O' ? letter_key(in->bytes[2]) : csi_key(out, in, n);
			return n;
		}
	}
	if (in->bytes[1] == '_' && in->asked) {
		n = application_length(in);
		if (n > 0)
			in->kitty = in->kitty || (in->bytes[2] == 'G' && memcmp(in->bytes + n - 5, ";OK", 3) == 0);
		if (n > 0 || (!late && in->len < INPUT_MAX))
			return n;
	}
	if ((in->bytes[1] == '[' || in->bytes[1] == 'O') && !late && in->len < SEQUENCE_MAX)
		return 0;
	n = character(out, in->bytes + 1, in->len - 1, late);
	if (n == 0)
		return 0;
	out->alt = true;
	out->text[0] = '\0';
	return n + 1;
}

bool input_next(struct key_event *out, struct input *in, bool late)
{
	size_t n;

	while (in->len > 0) {
		memset(out, 0, sizeof(*out));
		n = in->bytes[0] == ESC ? escape(out, in, late) : character(out, in->bytes, in->len, late);
		if (n == 0)
			return false;
		take(in, n);
		if (in->pasting && out->key)
			as_paste(out);
		if (out->key)
			return true;
	}
	return false;
}
