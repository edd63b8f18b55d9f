/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps as a sequence diagram. Layer ui, UI thread. A request is a solid arrow, a response a broken one; what
 * happens within one system is a mark on its lifeline.
 */
#include "src/ui/diagram.h"

#include <string.h>

/* Columns at the right for evidence, what the checks say of it, and marks. */
#define NOTES(cols) ((cols) < 72 ? 15 : (cols) < 110 ? 19 : DIAGRAM_NOTES_WIDE)
#define SPACING_MIN 12
#define SPACING_MAX 44

static int find_role(const struct diagram *d, const char *role)
{
	int i;

	for (i = 0; i < d->n; i++)
		if (strcmp(d->roles[i], role) == 0)
			return i;
	return -1;
}

static void add_role(struct diagram *d, const char *role)
{
	if (!role || !role[0] || d->n == DIAGRAM_ROLES_MAX || find_role(d, role) >= 0)
		return;
	d->roles[d->n++] = role;
}

/* Roles that a step names, in the order of the participants; the monitor stands at the right. */
static void collect(struct diagram *d)
{
	const struct instance *in = d->in;
	bool monitor = false;
	size_t i, k;

	for (i = 0; i < in->n_participants; i++)
		for (k = 0; k < in->n_steps; k++)
			if (strcmp(in->steps[k].from, in->participants[i].role) == 0 ||
			    strcmp(in->steps[k].to, in->participants[i].role) == 0)
				add_role(d, in->participants[i].role);
	for (k = 0; k < in->n_steps; k++) {
		monitor |= strcmp(in->steps[k].from, "monitor") == 0 ||
			strcmp(in->steps[k].to, "monitor") == 0;
		if (strcmp(in->steps[k].from, "monitor") != 0)
			add_role(d, in->steps[k].from);
		if (strcmp(in->steps[k].to, "monitor") != 0)
			add_role(d, in->steps[k].to);
	}
	if (monitor)
		add_role(d, "monitor");
}

void diagram_plan(struct diagram *d, const struct instance *in, int left, int cols)
{
	int room, spacing, i;

	memset(d, 0, sizeof(*d));
	d->in = in;
	d->left = left;
	collect(d);
	room = cols - left - NOTES(cols) - 2;
	spacing = d->n > 1 ? (room - 6) / (d->n - 1) : room;
	if (spacing > SPACING_MAX)
		spacing = SPACING_MAX;
	d->compact = d->n == 0 || spacing < SPACING_MIN || d->n == DIAGRAM_ROLES_MAX;
	for (i = 0; i < d->n; i++)
		d->at[i] = left + 3 + i * spacing;
	d->right = d->compact || d->n == 1 ? cols - NOTES(cols) : d->at[d->n - 1] + 5;
	if (d->right > cols - NOTES(cols))
		d->right = cols - NOTES(cols);
}

static const char *name_of(const struct diagram *d, int role)
{
	size_t i;

	for (i = 0; i < d->in->n_participants; i++)
		if (strcmp(d->in->participants[i].role, d->roles[role]) == 0 &&
		    d->in->participants[i].system_name[0])
			return d->in->participants[i].system_name;
	return d->roles[role];
}

void diagram_heads(const struct area *a, int row, const struct diagram *d)
{
	int i, half, left, room, width;
	const char *name;

	if (d->compact) {
		draw_str(a, row, d->left - 2, -1, STYLE_LABEL, ATTR_BOLD, "Steps");
		return;
	}
	half = d->n > 1 ? (d->at[1] - d->at[0]) / 2 - 1 : a->cols;
	for (i = 0; i < d->n; i++) {
		name = name_of(d, i);
		width = (int)text_width(name, strlen(name));
		left = d->at[i] - (d->left - 2) < half ? d->at[i] - (d->left - 2) : half;
		room = left + (i + 1 < d->n ? half : a->cols - d->at[i] - 1) + 1;
		if (width > room)
			width = room;
		/* Centred on its lifeline as far as there is room. */
		draw_str(a, row, d->at[i] - (width / 2 < left ? width / 2 : left), room, STYLE_LABEL,
			strcmp(d->roles[i], "monitor") ? ATTR_BOLD : 0, name);
	}
}

static void lifelines(const struct area *a, int row, const struct diagram *d)
{
	int i;

	for (i = 0; i < d->n; i++)
		draw_glyph(a, row, d->at[i], STYLE_DIM, 0, GLYPH_VLINE);
}

static void shaft(const struct area *a, int row, const struct diagram *d, int from, int to, bool broken)
{
	const char *dash = a->canvas->ascii ? "-" : "╌", *line = glyph_text(a->canvas, GLYPH_HLINE);
	int c;

	for (c = from; c < to; c++) {
		if (broken && a->canvas->ascii && (c - from) % 2)
			draw_str(a, row, c, 1, STYLE_NORMAL, 0, " ");
		else
			draw_str(a, row, c, 1, STYLE_NORMAL, 0, broken ? dash : line);
	}
	for (c = 0; c < d->n; c++)
		if (d->at[c] > from && d->at[c] < to)
			draw_glyph(a, row, d->at[c], STYLE_DIM, 0, GLYPH_CROSSING);
}

/* " ITI-65 Provide … " over the shaft, as much as fits. */
static void label(const struct area *a, int row, int from, int room, const struct instance_step *s,
		uint8_t attr)
{
	bool named = s->transaction[0] && strcmp(s->transaction, "-") != 0;
	int used = 0, width, tw = named ? (int)text_width(s->transaction, strlen(s->transaction)) : 0;

	width = tw + (named && s->text[0] ? 1 : 0) + (int)text_width(s->text, strlen(s->text));
	if (room < 4 || width == 0)
		return;
	if (width > room - 2)
		width = room - 2;
	/* Two letters of a text say nothing: then the transaction alone. */
	if (named && width - tw < 5 && width > tw)
		width = tw;
	from += (room - width - 2) / 2;
	draw_fill(a, row, from, width + 2, STYLE_NORMAL, 0);
	if (named)
		used = draw_str(a, row, from + 1, width, STYLE_NORMAL, ATTR_BOLD, s->transaction) + 1;
	if (width > used)
		draw_str(a, row, from + 1 + used, width - used, STYLE_NORMAL, attr, s->text);
}

static void arrow(const struct area *a, int row, const struct diagram *d, int from, int to,
		const struct instance_step *s)
{
	bool right = to > from, broken = strcmp(s->kind, "response") == 0;
	int l = d->at[right ? from : to], r = d->at[right ? to : from];

	shaft(a, row, d, l + 1, r, broken);
	draw_glyph(a, row, d->at[from], STYLE_NORMAL, 0, right ? GLYPH_TEE_RIGHT : GLYPH_TEE_LEFT);
	if (right)
		draw_glyph(a, row, r - 1, STYLE_NORMAL, 0, GLYPH_ARROW_RIGHT);
	else
		draw_glyph(a, row, l + 1, STYLE_NORMAL, 0, GLYPH_ARROW_LEFT);
	label(a, row, l + (right ? 2 : 3), r - l - 4, s, 0);
}

/* What a system does by itself stands beside its lifeline, on the side where there is room. */
static void self(const struct area *a, int row, const struct diagram *d, int role,
		const struct instance_step *s)
{
	bool last = role == d->n - 1 && d->n > 1;
	int room = last ? d->at[role] - d->at[role - 1] - 4 :
		(role + 1 < d->n ? d->at[role + 1] : d->right) - d->at[role] - 4;
	int width = (int)text_width(s->text, strlen(s->text));

	if (width > room)
		width = room;
	draw_glyph(a, row, d->at[role], STYLE_NORMAL, 0, last ? GLYPH_TEE_LEFT : GLYPH_TEE_RIGHT);
	draw_glyph(a, row, d->at[role] + (last ? -1 : 1), STYLE_NORMAL, 0, GLYPH_HLINE);
	draw_str(a, row, last ? d->at[role] - 2 - width : d->at[role] + 3, width, STYLE_NORMAL, 0, s->text);
}

static int width_of(const char *s)
{
	return (int)text_width(s, strlen(s));
}

/* Columns that "from to" need in a list of words. */
static int pair_width(const struct diagram *d)
{
	size_t i;
	int w, most = 0;

	for (i = 0; i < d->in->n_steps; i++) {
		w = width_of(d->in->steps[i].from) + 3 + width_of(d->in->steps[i].to);
		if (w > most)
			most = w;
	}
	return most > 26 ? 26 : most;
}

static void words(const struct area *a, int row, const struct diagram *d, const struct instance_step *s)
{
	int c = d->left, end = d->right - 1, pair = pair_width(d), room = pair - 3 - width_of(s->to);

	c += draw_str(a, row, c, room > 6 ? room : 6, STYLE_NORMAL, 0, s->from);
	if (strcmp(s->from, s->to) != 0 && s->to[0]) {
		draw_glyph(a, row, c + 1, STYLE_DIM, 0, GLYPH_TO);
		draw_str(a, row, c + 3, d->left + pair - c - 3, STYLE_NORMAL, 0, s->to);
	}
	c = d->left + pair + 2;
	if (s->transaction[0] && strcmp(s->transaction, "-") != 0)
		c += draw_str(a, row, c, end - c, STYLE_NORMAL, ATTR_BOLD, s->transaction) + 2;
	if (end > c)
		draw_str(a, row, c, end - c, STYLE_NORMAL, 0, s->text);
}

void diagram_step(const struct area *a, int row, const struct diagram *d, size_t step, bool cursor)
{
	const struct instance_step *s = &d->in->steps[step];
	int from = find_role(d, s->from), to = find_role(d, s->to);

	draw_printf(a, row, d->left - 4, 3, cursor ? STYLE_NORMAL : STYLE_LABEL, cursor ? ATTR_BOLD : 0,
		"%2u", s->n);
	if (d->compact) {
		words(a, row, d, s);
		return;
	}
	lifelines(a, row, d);
	if (from >= 0 && to >= 0 && from != to)
		arrow(a, row, d, from, to, s);
	else if (from >= 0 || to >= 0)
		self(a, row, d, from >= 0 ? from : to, s);
	else
		words(a, row, d, s);
}
