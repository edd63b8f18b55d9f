/* SPDX-License-Identifier: Apache-2.0 */
/* Gazelle's keywords, texts and moments as a pack takes them. Gazelle layer; any thread. */
#include "gazelle_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/text.h"

static bool plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* At most 44 bytes, so that a number finds room behind. */
static bool shape(char out[48], const char *keyword)
{
	size_t n = 0, real = 0;

	while (*keyword && isspace((unsigned char)*keyword))
		keyword++;
	for (; *keyword && n < 44; keyword++) {
		bool fits = plain(*keyword) || (n && strchr("._:+-", *keyword));

		if ((unsigned char)*keyword >= 0x80 && n && out[n - 1] == '_')
			continue;	/* one for all the bytes of a word in another script */
		if (!fits && n == 0)
			continue;
		out[n++] = fits ? *keyword : '_';
		real += plain(*keyword);
	}
	while (n && out[n - 1] == '_')
		n--;
	out[n] = '\0';
	return real > 0 && n > 0;
}

static bool is_id(const char *keyword)
{
	size_t n = strlen(keyword);

	if (n == 0 || n > PACK_ID_MAX || !plain(keyword[0]))
		return false;
	for (size_t i = 1; i < n; i++)
		if (!plain(keyword[i]) && !strchr("._:+-", keyword[i]))
			return false;
	return true;
}

const char *name_id(struct gazelle *g, enum id_kind kind, const char *keyword, int64_t number)
{
	static const char letters[] = "DPAXNTRU";	/* where nothing of the keyword can be used */
	char base[48];
	char *id;

	if (is_id(keyword))
		id = arena_str(&g->a, keyword);
	else if (shape(base, keyword))
		id = arena_str(&g->a, base);
	else
		id = arena_printf(&g->a, "%c%lld", letters[kind], (long long)number);
	if (map_get(g->ids[kind], id)) {
		if (!shape(base, keyword))
			snprintf(base, sizeof(base), "%c", letters[kind]);
		id = arena_printf(&g->a, "%s-%lld", base, (long long)number);
	}
	map_set(g->ids[kind], id, id);
	return id;
}

void name_forget(struct gazelle *g, enum id_kind kind)
{
	map_free(g->ids[kind]);
	g->ids[kind] = map_new();
	if (kind == ID_ROLE)	/* steps say it of the one who watches */
		map_set(g->ids[kind], "monitor", g);
}

size_t name_cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

void gz_text(struct jsonw *w, const char *key, const char *text, size_t max)
{
	size_t len = strlen(text);

	/* a byte that is no UTF-8 becomes three */
	if (!utf8_valid(text, len))
		max /= 3;
	if (len)
		jsonw_strn(w, key, text, name_cut(text, len, max));
}

void gz_name(struct jsonw *w, const char *key, const char *text)
{
	gz_text(w, key, text, PACK_NAME_MAX);
}

/* "2011-03-18 09:09:21.975+00": the server was told to write UTC. */
bool gz_time(char out[64], const char *text)
{
	size_t n = strlen(text);
	int64_t ms;

	if (n < 22 || n > 40 || text[10] != ' ' || strcmp(text + n - 3, "+00") != 0)
		return false;
	memcpy(out, text, n - 3);
	out[10] = 'T';
	out[n - 3] = 'Z';
	out[n - 2] = '\0';
	return clock_parse(&ms, out) == 0;
}
