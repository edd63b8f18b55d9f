/* SPDX-License-Identifier: Apache-2.0 */
/* Which countries exchanged with which, a table for each track; shades repeat the numbers. Layer: site. Any thread. */
#include "site_priv.h"

#define SHADES 5

static unsigned int shade(unsigned int n, unsigned int most)
{
	return n == 0 ? 0 : 1 + (n - 1) * SHADES / most;
}

static unsigned int most_of(const struct results_borders *b)
{
	unsigned int most = 0;

	for (size_t i = 0; i < b->n * b->n; i++)
		most = b->verified[i] > most ? b->verified[i] : most;
	return most;
}

static void put_heads(struct page *p, const struct results_borders *b)
{
	put(p, "<thead><tr><td></td>");
	for (size_t i = 0; i < b->n; i++) {
		put(p, "<th scope=\"col\"><abbr title=\"");
		put_text(p, b->names[i]);
		put(p, "\">");
		put_text(p, b->countries[i]);
		put(p, "</abbr></th>");
	}
	put(p, "</tr></thead>\n<tbody>\n");
}

static void put_table(struct page *p, const struct results_borders *b, size_t n)
{
	unsigned int most = most_of(b);

	buf_printf(p->out, "<section class=\"scroll\" aria-labelledby=\"part-%zu\" tabindex=\"0\">\n", n);
	put(p, "<table class=\"heat\">\n<caption>");
	say(p, "Verified exchanges between systems of two countries");
	put(p, "</caption>\n");
	put_heads(p, b);
	for (size_t i = 0; i < b->n; i++) {
		put(p, "<tr><th scope=\"row\">");
		put_text(p, *b->names[i] ? b->names[i] : b->countries[i]);
		put(p, "</th>");
		for (size_t k = 0; k < b->n; k++) {
			unsigned int count = b->verified[i * b->n + k];

			buf_printf(p->out, "<td class=\"h%u\">%u</td>", shade(count, most), count);
		}
		put(p, "</tr>\n");
	}
	put(p, "</tbody>\n</table>\n</section>\n");
}

void page_borders(struct page *p)
{
	const struct site_facts *f = p->f;

	site_page_begin(p, "Across borders", NULL);
	put(p, "<p class=\"lead\">");
	say(p, "How often systems of one country exchanged with systems of another, counted by test instances that monitors "
	       "verified.");
	put(p, "</p>\n");
	for (size_t i = 0; i < f->n_parts; i++) {
		const struct site_part *part = &f->parts[i];

		if (part->borders.n == 0)
			continue;
		buf_printf(p->out, "<div>\n<h2 id=\"part-%zu\">", i);
		put_part_name(p, part);
		put(p, "</h2>\n");
		put_table(p, &part->borders, i);
		put(p, "</div>\n");
	}
	site_page_end(p);
}
