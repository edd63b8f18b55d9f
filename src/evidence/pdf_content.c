/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The content of a page, as far as it shows text (ISO 32000-1, 8.4 and 9.4). Layer evidence; one thread at a time.
 * Nothing is drawn: where each string begins and ends tells words and lines apart, in the order of the content. Forms
 * within forms are followed to a fixed depth, and their bytes count.
 */
#include "pdf_text.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

#define ARGS 8
#define STATES 32
#define FORMS_MAX 4
#define OPERATORS_MAX 4000000u
#define WORD_GAP 0.18		/* of the size of the letters */
#define LINE_GAP 0.45
#define STRING_MAX 65536
#define TICK 4096	/* operators between two questions whether to go on */

struct matrix { double a, b, c, d, e, f; };
static const struct matrix unit = { 1, 0, 0, 1, 0, 0 };

struct arg {
	const char *p;
	size_t n;
};
struct state {
	struct matrix ctm;
	const struct pdf_font *font;
	double size, leading, chars, words, scale;
};
struct run {
	struct pdf_show *show;
	const char *p;
	size_t n;
	const char *resources;
	size_t resources_len;
	unsigned int depth;
	struct state now, saved[STATES];
	unsigned int states;
	struct matrix text, line;
	struct arg args[ARGS];
	unsigned int count;
};

static struct matrix times(const struct matrix *m, const struct matrix *n)
{
	struct matrix r = {
		m->a * n->a + m->b * n->c, m->a * n->b + m->b * n->d, m->c * n->a + m->d * n->c, m->c * n->b + m->d * n->d,
		m->e * n->a + m->f * n->c + n->e, m->e * n->b + m->f * n->d + n->f,
	};

	return r;
}

static const struct arg *last_arg(const struct run *r, unsigned int back)
{
	return back < r->count ? &r->args[r->count - 1 - back] : NULL;
}

static double number(const struct run *r, unsigned int back)
{
	const struct arg *a = last_arg(r, back);

	return a ? pdf_real(a->p, a->n) : 0;
}

static struct matrix six(const struct run *r)
{
	struct matrix m = { number(r, 5), number(r, 4), number(r, 3), number(r, 2), number(r, 1), number(r, 0) };

	return m;
}

static void end_line(struct buf *out)
{
	while (out->len && out->ptr[out->len - 1] == ' ')
		buf_cut(out, out->len - 1, 1);
	if (out->len && out->ptr[out->len - 1] != '\n')
		buf_addc(out, '\n');
}

/* Begin a string where the matrices say: on a new line, after a gap, or right behind the last one. */
static void arrive(struct run *r, const struct matrix *m)
{
	struct pdf_show *s = r->show;
	double length = hypot(m->a, m->b), height = hypot(m->c, m->d) * fabs(r->now.size);
	double ux = length > 0 ? m->a / length : 1, uy = length > 0 ? m->b / length : 0;
	double along = m->e * ux + m->f * uy, across = m->f * ux - m->e * uy, gap = along - s->along;

	if (height <= 0)
		height = 1;
	if (s->any && (fabs(across - s->across) > LINE_GAP * height || gap < -height || ux * s->ux + uy * s->uy < 0.9))
		end_line(&s->out);
	else if (s->any && gap > WORD_GAP * height && s->out.len && !strchr(" \n", s->out.ptr[s->out.len - 1]))
		buf_addc(&s->out, ' ');
	s->any = true;
	s->along = along;
	s->across = across;
	s->ux = ux;
	s->uy = uy;
}

static void advance(struct run *r, double by)
{
	r->text.e += by * r->text.a;
	r->text.f += by * r->text.b;
}

static void show_string(struct run *r, const char *p, size_t n)
{
	struct pdf_show *s = r->show;
	const struct pdf_font *f = r->now.font;
	struct matrix m = times(&r->text, &r->now.ctm);
	size_t codes, spaces;
	struct buf raw;
	double by;

	if (!f || n < 2 || (*p != '(' && *p != '<') || s->out.len > PDF_PAGE_MAX)
		return;
	buf_init(&raw, STRING_MAX);
	pdf_string(&raw, p, n);
	if (f->dark)
		s->dark = true;
	else if (raw.len)
		arrive(r, &m);
	by = pdf_font_show(&s->out, f, buf_str(&raw), raw.len, &codes, &spaces) / 1000 * r->now.size;
	by = (by + r->now.chars * (double)codes + r->now.words * (double)spaces) * r->now.scale;
	buf_done(&raw);
	advance(r, by);
	m = times(&r->text, &r->now.ctm);
	if (!f->dark)
		s->along = m.e * s->ux + m.f * s->uy;
}

static void op_show(struct run *r)
{
	const struct arg *a = last_arg(r, 0);

	if (a)
		show_string(r, a->p, a->n);
}

/* Strings with corrections between them, in thousandths of the size. */
static void op_show_array(struct run *r)
{
	const struct arg *a = last_arg(r, 0);
	size_t i = 1, next;

	if (!a || *a->p != '[')
		return;
	while ((i = pdf_past_white(a->p, a->n, i)) < a->n && a->p[i] != ']') {
		next = pdf_past_token(a->p, a->n, i);
		if (a->p[i] == '(' || a->p[i] == '<')
			show_string(r, a->p + i, next - i);
		else
			advance(r, -pdf_real(a->p + i, next - i) / 1000 * r->now.size * r->now.scale);
		i = next;
	}
}

static void move(struct run *r, double x, double y)
{
	struct matrix m = { 1, 0, 0, 1, x, y };

	r->line = r->text = times(&m, &r->line);
}

static void op_next_line(struct run *r)
{
	move(r, 0, -r->now.leading);
}

static void op_quote(struct run *r)
{
	op_next_line(r);
	op_show(r);
}

static void op_double_quote(struct run *r)
{
	r->now.words = number(r, 2);
	r->now.chars = number(r, 1);
	op_quote(r);
}

static void op_move(struct run *r)
{
	move(r, number(r, 1), number(r, 0));
}

static void op_move_leading(struct run *r)
{
	r->now.leading = -number(r, 0);
	op_move(r);
}

static void op_text_matrix(struct run *r)
{
	r->line = r->text = six(r);
}

static void op_begin(struct run *r)
{
	r->line = r->text = unit;
}

/* Name of a thing in a class of the resources ("Font", "XObject"): what it refers to. */
static const char *resource(size_t *len_out, const struct run *r, const char *kind, const struct arg *name, const char **ref_out,
	size_t *ref_len_out)
{
	char key[80];
	size_t n;
	const char *p = pdf_lookup(&n, r->show->pdf, r->resources, r->resources_len, kind);

	*len_out = *ref_len_out = 0;
	r->show->operators += (r->resources_len + n) / 64;	/* they are searched from their front */
	if (!name || name->n < 2 || name->n >= sizeof(key) || *name->p != '/')
		return "";
	memcpy(key, name->p + 1, name->n - 1);
	key[name->n - 1] = '\0';
	*ref_out = pdf_get(ref_len_out, p, n, key);
	return pdf_resolve(len_out, r->show->pdf, *ref_out, *ref_len_out);
}

static void op_font(struct run *r)
{
	const char *ref;
	size_t n, k;
	const char *p = resource(&n, r, "Font", last_arg(r, 1), &ref, &k);

	r->now.font = pdf_font_get(&r->show->fonts, r->show->pdf, p, n);
	r->now.size = number(r, 0);
}

static void op_leading(struct run *r)
{
	r->now.leading = number(r, 0);
}

static void op_chars(struct run *r)
{
	r->now.chars = number(r, 0);
}

static void op_words(struct run *r)
{
	r->now.words = number(r, 0);
}

static void op_scale(struct run *r)
{
	r->now.scale = number(r, 0) / 100;
}

static void op_save(struct run *r)
{
	if (r->states < STATES)
		r->saved[r->states] = r->now;
	r->states++;
}

static void op_restore(struct run *r)
{
	if (r->states && --r->states < STATES)
		r->now = r->saved[r->states];
}

static void op_matrix(struct run *r)
{
	struct matrix m = six(r);

	r->now.ctm = times(&m, &r->now.ctm);
}

static void execute(struct run *r);

/* A form is content with resources of its own; the depth of forms is fixed. */
static void op_form(struct run *r)
{
	const char *ref;
	size_t n, k, at = 0, i = 0;
	const char *p = resource(&n, r, "XObject", last_arg(r, 0), &ref, &k), *q;
	const struct pdf_object *obj = pdf_follow(r->show->pdf, ref, k);
	double v[6] = { 1, 0, 0, 1, 0, 0 };
	struct run *inner;
	struct buf b;

	if (!n || !obj || r->depth >= FORMS_MAX || !pdf_is(p, n, "Subtype", "Form") || r->show->decoded > PDF_DECODED_MAX)
		return;
	inner = mem_zalloc(sizeof(*inner));
	inner->show = r->show;
	inner->depth = r->depth + 1;
	inner->now = r->now;
	q = pdf_lookup(&k, r->show->pdf, p, n, "Matrix");
	while (k && *q == '[' && i < 6 && (ref = pdf_each(&inner->n, q, k, &at)))
		v[i++] = pdf_real(ref, inner->n);
	inner->now.ctm = times(&(struct matrix){ v[0], v[1], v[2], v[3], v[4], v[5] }, &r->now.ctm);
	inner->resources = pdf_lookup(&inner->resources_len, r->show->pdf, p, n, "Resources");
	if (!inner->resources_len) {
		inner->resources = r->resources;
		inner->resources_len = r->resources_len;
	}
	buf_init(&b, PDF_DECODED_MAX - r->show->decoded + 1);
	pdf_stream(&b, r->show->pdf, obj);
	r->show->decoded += b.len;
	inner->p = buf_str(&b);
	inner->n = b.len;
	execute(inner);
	buf_done(&b);
	mem_free(inner);
}

static const struct { const char *name; void (*run)(struct run *r); } operators[] = {
	{ "Tj", op_show }, { "TJ", op_show_array }, { "Td", op_move }, { "Tm", op_text_matrix }, { "Tf", op_font },
	{ "T*", op_next_line }, { "TD", op_move_leading }, { "BT", op_begin }, { "'", op_quote }, { "\"", op_double_quote },
	{ "TL", op_leading }, { "Tc", op_chars }, { "Tw", op_words }, { "Tz", op_scale }, { "q", op_save }, { "Q", op_restore },
	{ "cm", op_matrix }, { "Do", op_form },
};

static void operate(struct run *r, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (strlen(operators[i].name) == n && !memcmp(operators[i].name, p, n)) {
			operators[i].run(r);
			break;
		}
	r->count = 0;
	r->show->operators++;
}

/* Past the bytes of an image in the content: "ID", its bytes, "EI" between blanks. */
static size_t past_image(const struct run *r, size_t i)
{
	const char *p = r->p + i, *end = r->p + r->n;

	while ((p = memmem(p, (size_t)(end - p), "EI", 2)) != NULL) {
		if (isspace((unsigned char)p[-1]) && (p + 2 == end || isspace((unsigned char)p[2])))
			return (size_t)(p + 2 - r->p);
		p += 2;
	}
	return r->n;
}

static void push(struct run *r, const char *p, size_t n)
{
	if (r->count == ARGS) {
		memmove(r->args, r->args + 1, (ARGS - 1) * sizeof(r->args[0]));
		r->count--;
	}
	r->args[r->count++] = (struct arg){ p, n };
}

static bool is_operator(const char *p)
{
	return isalpha((unsigned char)*p) || *p == '\'' || *p == '"';
}

static void execute(struct run *r)
{
	size_t i = 0, next;

	while ((i = pdf_past_white(r->p, r->n, i)) < r->n && r->show->operators < OPERATORS_MAX) {
		const char *p = r->p + i;
		bool grouped = *p == '[' || (*p == '<' && i + 1 < r->n && p[1] == '<');

		next = grouped ? pdf_past_value(r->p, r->n, i) : pdf_past_token(r->p, r->n, i);
		if (!is_operator(p)) {
			if (*p != '%')
				push(r, p, next - i);
		} else if (next - i == 2 && !memcmp(p, "ID", 2)) {
			next = past_image(r, next);
			r->count = 0;
		} else {
			operate(r, p, next - i);
		}
		i = next;
		if (r->show->operators - r->show->asked < TICK)
			continue;
		r->show->asked = r->show->operators;
		if (outline_tick(r->show->pdf->o))
			break;
	}
}

void pdf_content(struct pdf_show *show, const char *content, size_t content_len, const char *resources, size_t resources_len)
{
	struct run *r = mem_zalloc(sizeof(*r));

	r->show = show;
	r->p = content;
	r->n = content_len;
	r->resources = resources;
	r->resources_len = resources_len;
	r->now.ctm = r->text = r->line = unit;
	r->now.scale = 1;
	show->any = false;
	execute(r);
	end_line(&show->out);
	mem_free(r);
}
