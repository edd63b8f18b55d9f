/* SPDX-License-Identifier: Apache-2.0 */
/* What an import left out and what it found wrong: lines for a person, once each, with a ceiling. Gazelle layer. */
#include "gazelle_priv.h"

#include <stdarg.h>
#include <string.h>

#define LINE_MAX_ 400

static char *compose(struct gazelle *g, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
static char *compose(struct gazelle *g, const char *fmt, va_list ap)
{
	struct buf b;
	char *line;

	buf_init(&b, 64u << 10);
	buf_vprintf(&b, fmt, ap);
	line = arena_strn(&g->a, buf_str(&b), name_cut(buf_str(&b), b.len, LINE_MAX_));
	buf_done(&b);
	return line;
}

void tell_left_out(struct gazelle *g, const char *fmt, ...)
{
	va_list ap;
	char *line;

	if (g->silent)
		return;
	va_start(ap, fmt);
	line = compose(g, fmt, ap);
	va_end(ap);
	if (g->left_out.len < GAZELLE_TOLD_MAX && !map_set(g->told, line, line))
		vec_push(&g->left_out, line);
}

void tell_problem(struct gazelle *g, const char *fmt, ...)
{
	va_list ap;

	g->n_problems++;
	if (g->problems.len >= GAZELLE_TOLD_MAX)
		return;
	va_start(ap, fmt);
	vec_push(&g->problems, (const char *)compose(g, fmt, ap));
	va_end(ap);
}

size_t gazelle_left_out(const char *const **out, const struct gazelle *g)
{
	*out = g->left_out.at;
	return g->left_out.len;
}

size_t gazelle_problems(const char *const **out, uint64_t *n_all, const struct gazelle *g)
{
	*out = g->problems.at;
	*n_all = g->n_problems;
	return g->problems.len;
}
