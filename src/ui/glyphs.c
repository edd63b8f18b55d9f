/* SPDX-License-Identifier: Apache-2.0 */
/* Our own glyphs and their ASCII twins; names of styles. Tables. Layer ui, UI thread. */
#include <assert.h>
#include <string.h>

#include "verdict/ui/canvas.h"

static const struct { const char *utf8, *ascii; } glyphs[GLYPH_COUNT] = {
	[GLYPH_TICK] = { "✓", "v" },
	[GLYPH_CROSS] = { "✗", "x" },
	[GLYPH_DOT] = { "·", "-" },
	[GLYPH_BULLET] = { "•", "*" },
	[GLYPH_RADIO_ON] = { "(•)", "(*)" },
	[GLYPH_RADIO_OFF] = { "( )", "( )" },
	[GLYPH_ARROW_RIGHT] = { "▶", ">" },
	[GLYPH_ARROW_LEFT] = { "◀", "<" },
	[GLYPH_FOLD_OPEN] = { "▾", "-" },
	[GLYPH_FOLD_CLOSED] = { "▸", "+" },
	[GLYPH_HLINE] = { "─", "-" },
	[GLYPH_VLINE] = { "│", "|" },
	[GLYPH_TEE_RIGHT] = { "├", "|" },
	[GLYPH_TEE_LEFT] = { "┤", "|" },
	[GLYPH_ELLIPSIS] = { "…", "~" },
	[GLYPH_CURSOR] = { "▌", ">" },
	[GLYPH_ONLINE] = { "●", "*" },
	[GLYPH_OFFLINE] = { "○", "o" },
	[GLYPH_UP] = { "↑", "^" },
	[GLYPH_BAR_FULL] = { "█", "#" },
	[GLYPH_BAR_EMPTY] = { "░", "." },
	[GLYPH_TO] = { "→", ">" },
	[GLYPH_CROSSING] = { "┼", "+" },
};

static const char *const style_names[STYLE_COUNT] = {
	[STYLE_NORMAL] = "normal",
	[STYLE_HEAD] = "head",
	[STYLE_TAB] = "tab",
	[STYLE_TAB_ACTIVE] = "tab-active",
	[STYLE_RULE] = "rule",
	[STYLE_FOOT] = "foot",
	[STYLE_KEY] = "key",
	[STYLE_TITLE] = "title",
	[STYLE_LABEL] = "label",
	[STYLE_DIM] = "dim",
	[STYLE_CURSOR] = "cursor",
	[STYLE_SELECTED] = "selected",
	[STYLE_MATCH] = "match",
	[STYLE_CRITICAL] = "critical",
	[STYLE_WARNING] = "warning",
	[STYLE_ERROR] = "error",
	[STYLE_GOOD] = "good",
	[STYLE_PARTIAL] = "partial",
	[STYLE_STALE] = "stale",
	[STYLE_MINE] = "mine",
	[STYLE_OTHERS] = "others",
	[STYLE_SUBSTITUTE] = "substitute",
	[STYLE_PROMPT] = "prompt",
	[STYLE_MESSAGE] = "message",
	[STYLE_DATA_KEY] = "data-key",
	[STYLE_DATA_STRING] = "data-string",
	[STYLE_DATA_NUMBER] = "data-number",
	[STYLE_DATA_LITERAL] = "data-literal",
	[STYLE_DATA_MARKUP] = "data-markup",
	[STYLE_DATA_COMMENT] = "data-comment",
	[STYLE_DATA_NOTE] = "data-note",
};

const char *glyph_text(const struct canvas *c, enum glyph g)
{
	assert(g >= 0 && g < GLYPH_COUNT);
	return c->ascii ? glyphs[g].ascii : glyphs[g].utf8;
}

const char *style_name(enum style s)
{
	assert(s >= 0 && s < STYLE_COUNT);
	return style_names[s];
}

int style_parse(const char *word)
{
	int i;

	for (i = 0; i < STYLE_COUNT; i++)
		if (strcmp(style_names[i], word) == 0)
			return i;
	return -1;
}
