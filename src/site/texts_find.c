/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The languages of the pages. The catalogues are those of gettext, but the look-up is our own: one process writes
 * pages in several languages at once, and gettext's language is the process's. Layer: site. Any thread.
 */
#include "site_priv.h"

#include <stdlib.h>
#include <string.h>

static const struct { const char *code, *name; } langs[SITE_LANGS] = {
	[SITE_EN] = { "en", "English" },
	[SITE_KO] = { "ko", "한국어" },
	[SITE_JA] = { "ja", "日本語" },
};

const char *site_lang_code(enum site_lang l)
{
	return langs[l].code;
}

const char *site_lang_name(enum site_lang l)
{
	return langs[l].name;
}

int site_lang_parse(const char *code)
{
	for (int i = 0; i < SITE_LANGS; i++)
		if (strcmp(langs[i].code, code) == 0)
			return i;
	return -1;
}

static int compare(const void *key, const void *entry)
{
	return strcmp(key, ((const struct site_entry *)entry)->english);
}

const char *site_text(enum site_lang l, const char *english)
{
	const struct site_entry *found = NULL;

	if (l == SITE_KO)
		found = bsearch(english, site_entries_ko, site_n_entries_ko, sizeof(*found), compare);
	else if (l == SITE_JA)
		found = bsearch(english, site_entries_ja, site_n_entries_ja, sizeof(*found), compare);
	return found ? found->text : english;
}
