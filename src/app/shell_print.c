/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for people: foreign words neutralised, aligned columns, wrapped paragraphs, a few colours.
 * Layer app; a struct shell belongs to one thread at a time.
 */
#include "shell_priv.h"

#include <stdarg.h>
#include <string.h>
#include "verdict/base/mem.h"
#include "verdict/base/text.h"

#define CELL_MAX 4096	/* bytes of one cell */

static const char *const sgr[] = {
	[SH_PLAIN] = "", [SH_BOLD] = "\033[1m", [SH_DIM] = "\033[2m", [SH_RED] = "\033[31m",
	[SH_GREEN] = "\033[32m", [SH_YELLOW] = "\033[33m",
};

static void neutral(struct shell *sh, struct buf *out, const char *s)
{
	text_neutralise(out, s, strlen(s), sh->ascii);
}

void sh_text(struct shell *sh, const char *s)
{
	neutral(sh, &sh->out, s);
}

void sh_styled(struct shell *sh, enum sh_style style, const char *s)
{
	bool on = sh->color && style != SH_PLAIN;

	if (on)
		buf_adds(&sh->out, sgr[style]);
	neutral(sh, &sh->out, s);
	if (on)
		buf_adds(&sh->out, "\033[0m");
}

void sh_printf(struct shell *sh, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&sh->out, fmt, ap);
	va_end(ap);
}

/* One line of a paragraph, broken at blanks. */
static void wrapped_line(struct shell *sh, const char *indent, const char *p, size_t n)
{
	size_t room = (size_t)sh->width > strlen(indent) + 20 ? (size_t)sh->width - strlen(indent) : 20;

	do {
		size_t used, fit = text_fit(&used, p, n, room), cut;

		cut = fit ? fit : 1;
		if (fit < n) {
			while (cut > 0 && p[cut - 1] != ' ' && p[cut] != ' ')
				cut--;
			cut = cut ? cut : (fit ? fit : n);
		}
		buf_adds(&sh->out, indent);
		for (used = cut; used > 0 && p[used - 1] == ' '; used--)
			;
		text_neutralise(&sh->out, p, used, sh->ascii);
		buf_addc(&sh->out, '\n');
		p += cut;
		n -= cut;
		while (n > 0 && *p == ' ')
			p++, n--;
	} while (n > 0);
}

void sh_paragraph(struct shell *sh, const char *indent, const char *s)
{
	while (*s) {
		size_t n = strcspn(s, "\n");

		wrapped_line(sh, indent, s, n);
		s += n + (s[n] == '\n');
	}
}

void sh_table_begin(struct sh_table *t, struct shell *sh, int flexible, unsigned int columns, const char *const *head)
{
	memset(t, 0, sizeof(*t));
	t->sh = sh;
	t->flexible = flexible;
	t->columns = columns;
	for (unsigned int i = 0; i < columns; i++) {
		t->right[i] = head[i][0] == '>';	/* ">wait": aligned to the right */
		t->head[i] = head[i] + t->right[i];
	}
}

static void add_cell(struct sh_table *t, enum sh_style style, const char *text)
{
	struct buf b;

	if (t->n_cells == t->cap_cells) {
		t->cap_cells = t->cap_cells ? t->cap_cells * 2 : 64;
		t->cells = mem_realloc(t->cells, t->cap_cells, sizeof(*t->cells));
	}
	buf_init(&b, CELL_MAX * 8);
	text_neutralise(&b, text, strnlen(text, CELL_MAX), t->sh->ascii);
	t->cells[t->n_cells].width = text_width(buf_str(&b), b.len);
	t->cells[t->n_cells].style = style;
	t->cells[t->n_cells++].text = buf_take(&b);
	buf_done(&b);
}

void sh_cell(struct sh_table *t, enum sh_style style, const char *text)
{
	add_cell(t, style, text ? text : "");
}

void sh_cellf(struct sh_table *t, enum sh_style style, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	buf_init(&b, CELL_MAX);
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	add_cell(t, style, buf_str(&b));
	buf_done(&b);
}

/* Widths of the columns; on a terminal the flexible one gives way. */
static void measure(const struct sh_table *t, size_t *width)
{
	size_t total = 0, room = (size_t)t->sh->width;

	for (unsigned int c = 0; c < t->columns; c++)
		width[c] = strlen(t->head[c]);
	for (size_t i = 0; i < t->n_cells; i++)
		if (t->cells[i].width > width[i % t->columns])
			width[i % t->columns] = t->cells[i].width;
	for (unsigned int c = 0; c < t->columns; c++)
		total += width[c] + (c ? 2 : 0);
	if (t->sh->tty && t->flexible >= 0 && total > room) {
		size_t *w = &width[t->flexible], over = total - room;

		*w = *w > over + 8 ? *w - over : (*w < 8 ? *w : 8);
	}
}

static void put_cell(struct sh_table *t, const char *text, size_t have, size_t width, enum sh_style style,
	bool right, bool last)
{
	struct buf *out = &t->sh->out;
	const char *dots = t->sh->ascii ? "~" : "…";
	size_t used = have, fit = strlen(text);

	if (have > width)
		fit = text_fit(&used, text, fit, width - 1);
	if (right && used < width)
		buf_fill(out, ' ', width - used);
	if (t->sh->color && style != SH_PLAIN)
		buf_adds(out, sgr[style]);
	buf_add(out, text, fit);
	if (have > width) {
		buf_adds(out, dots);
		used++;
	}
	if (t->sh->color && style != SH_PLAIN)
		buf_adds(out, "\033[0m");
	if (!right && !last && used < width)
		buf_fill(out, ' ', width - used);
	if (!last)
		buf_adds(out, "  ");
}

/* A last line of blanks is no help to who reads or pipes it. */
static void trim_line(struct buf *out)
{
	while (out->len > 0 && out->ptr[out->len - 1] == ' ')
		buf_cut(out, out->len - 1, 1);
	buf_addc(out, '\n');
}

void sh_table_end(struct sh_table *t)
{
	size_t width[SH_COLUMNS];
	struct buf *out = &t->sh->out;

	measure(t, width);
	for (unsigned int c = 0; c < t->columns && t->n_cells && !t->sh->quiet; c++)
		put_cell(t, t->head[c], strlen(t->head[c]), width[c], *t->head[c] ? SH_BOLD : SH_PLAIN, t->right[c],
			c + 1 == t->columns);
	if (t->n_cells && !t->sh->quiet)
		trim_line(out);
	for (size_t i = 0; i < t->n_cells; i++) {
		unsigned int c = (unsigned int)(i % t->columns);

		put_cell(t, t->cells[i].text, t->cells[i].width, width[c], t->cells[i].style, t->right[c],
			c + 1 == t->columns);
		if (c + 1 == t->columns)
			trim_line(out);
		mem_free(t->cells[i].text);
	}
	mem_free(t->cells);
	memset(t, 0, sizeof(*t));
}

enum sh_style sh_style_of(enum ti_status s)
{
	switch (s) {
	case TI_CRITICAL:
	case TI_FAILED:
	case TI_DISPUTED:
		return SH_RED;
	case TI_VERIFIED:
		return SH_GREEN;
	case TI_PARTIAL:
		return SH_YELLOW;
	default:
		return SH_PLAIN;
	}
}

const char *sh_arrow(const struct shell *sh)
{
	return sh->ascii ? "->" : "→";
}
