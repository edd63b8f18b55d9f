/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How grave a line of a log is, and when it was written, from its head. Layer evidence; any thread, so that the
 * screen may look at the rows it draws.
 */
#include "verdict/evidence/logline.h"
#include <ctype.h>
#include <string.h>

#define TIME_WITHIN 120		/* a moment begins in these bytes, or the line has none */

struct word { const char *text; enum line_level level; };

/* In capitals they may stand anywhere in the head. */
static const struct word loud[] = {
	{ "ERROR", LEVEL_ERROR }, { "ERR", LEVEL_ERROR }, { "SEVERE", LEVEL_ERROR }, { "FATAL", LEVEL_ERROR },
	{ "CRITICAL", LEVEL_ERROR }, { "CRIT", LEVEL_ERROR }, { "EMERG", LEVEL_ERROR }, { "ALERT", LEVEL_ERROR },
	{ "PANIC", LEVEL_ERROR }, { "FTL", LEVEL_ERROR }, { "WARNING", LEVEL_WARNING }, { "WARN", LEVEL_WARNING },
	{ "WRN", LEVEL_WARNING }, { "INFO", LEVEL_INFO }, { "INF", LEVEL_INFO }, { "NOTICE", LEVEL_INFO },
	{ "CONFIG", LEVEL_INFO }, { "DEBUG", LEVEL_DEBUG }, { "DBG", LEVEL_DEBUG }, { "TRACE", LEVEL_DEBUG },
	{ "VRB", LEVEL_DEBUG }, { "FINE", LEVEL_DEBUG }, { "FINER", LEVEL_DEBUG }, { "FINEST", LEVEL_DEBUG },
};
/* In small letters they must be set apart: [error], error:, level=error, "level":"error". */
static const struct word soft[] = {
	{ "error", LEVEL_ERROR }, { "err", LEVEL_ERROR }, { "fail", LEVEL_ERROR }, { "fatal", LEVEL_ERROR },
	{ "crit", LEVEL_ERROR }, { "critical", LEVEL_ERROR }, { "emerg", LEVEL_ERROR }, { "alert", LEVEL_ERROR },
	{ "panic", LEVEL_ERROR }, { "severe", LEVEL_ERROR }, { "warn", LEVEL_WARNING }, { "warning", LEVEL_WARNING },
	{ "info", LEVEL_INFO }, { "information", LEVEL_INFO }, { "notice", LEVEL_INFO }, { "debug", LEVEL_DEBUG },
	{ "dbug", LEVEL_DEBUG }, { "trce", LEVEL_DEBUG }, { "trace", LEVEL_DEBUG },
};

static enum line_level find(const struct word *words, size_t count, const char *p, size_t n)
{
	size_t k;

	for (k = 0; k < count; k++)
		if (words[k].text[0] == *p && strlen(words[k].text) == n && !memcmp(words[k].text, p, n))
			return words[k].level;
	return LEVEL_NONE;
}
#define FIND(words, p, n) find(words, sizeof(words) / sizeof((words)[0]), p, n)

static bool ends_with(const char *p, size_t n, const char *end)
{
	size_t len = strlen(end);

	return n >= len && !memcmp(p + n - len, end, len);
}

/* Does a key stand before it that names the level? */
static bool is_keyed(const char *p, size_t at)
{
	static const char *const keys[] = { "level=", "lvl=", "severity=", "level\":\"", "level\": \"", "severity\":\"",
		"severity\": \"", "level=\"" };
	size_t k;

	for (k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		if (ends_with(p, at, keys[k]))
			return true;
	return false;
}

/* Is p[at..end) set apart as a level in small letters is? `first`: nothing but a date stands before it. */
static bool is_apart(const char *p, size_t n, size_t at, size_t end, bool first)
{
	char before = at ? p[at - 1] : ' ', after = end < n ? p[end] : ' ';

	return (before == '[' && after == ']') || (first && after == ':') || is_keyed(p, at);
}

static void look_words(struct logline *out, const char *p, size_t n, size_t from)
{
	enum line_level level;
	size_t at = from, end;
	bool first = true;

	while (at < n && out->level == LEVEL_NONE) {
		if (!isalpha((unsigned char)p[at])) {
			first = first && strchr(" \t[]|-,.:;()", p[at]) != NULL && p[at];
			at++;
			continue;
		}
		for (end = at; end < n && (isalnum((unsigned char)p[end]) || p[end] == '_'); end++)
			;
		level = FIND(loud, p + at, end - at);
		if (level == LEVEL_NONE && is_apart(p, n, at, end, first))
			level = FIND(soft, p + at, end - at);
		if (level != LEVEL_NONE) {
			out->level = level;
			out->at = at;
			out->len = end - at;
		}
		first = false;
		at = end;
	}
}

/* "<13>1 ": its last three bits are the severity. */
static size_t look_priority(struct logline *out, const char *p, size_t n)
{
	static const enum line_level levels[] = { LEVEL_ERROR, LEVEL_ERROR, LEVEL_ERROR, LEVEL_ERROR, LEVEL_WARNING,
		LEVEL_INFO, LEVEL_INFO, LEVEL_DEBUG };
	unsigned int v = 0;
	size_t i;

	if (n < 3 || *p != '<' || !isdigit((unsigned char)p[1]))
		return 0;
	for (i = 1; i < n && i < 4 && isdigit((unsigned char)p[i]); i++)
		v = v * 10 + (unsigned int)(p[i] - '0');
	if (i >= n || p[i] != '>' || v > 191)
		return 0;
	out->level = levels[v & 7];
	i++;
	return n - i > 1 && p[i] == '1' && p[i + 1] == ' ' ? i + 2 : i;
}

/* The first moment in the head; where it ends. */
static size_t look_time(struct logline *out, const char *p, size_t n, size_t from)
{
	size_t at, took, stop = n < TIME_WITHIN ? n : TIME_WITHIN;

	for (at = from; at < stop; at++) {
		if (!isdigit((unsigned char)p[at]) || (at && isalnum((unsigned char)p[at - 1])))
			continue;
		took = instant_iso(&out->when, p + at, n - at);
		if (!took)
			took = instant_clf(&out->when, p + at, n - at);
		if (took) {
			out->timed = true;
			return at + took;
		}
	}
	return from;
}

/* "… HTTP/1.1" 500 of an access log: what the server itself calls its fault is one. */
static void look_status(struct logline *out, const char *p, size_t n)
{
	const char *at = memmem(p, n, " HTTP/", 6);
	size_t i = at ? (size_t)(at - p) + 6 : n;

	while (i < n && p[i] != '"')
		i++;
	if (n - i < 5 || p[i + 1] != ' ' || !isdigit((unsigned char)p[i + 2]) || !isdigit((unsigned char)p[i + 3]) ||
		!isdigit((unsigned char)p[i + 4]))
		return;
	out->level = p[i + 2] == '5' ? LEVEL_ERROR : p[i + 2] == '4' ? LEVEL_WARNING : LEVEL_INFO;
	out->at = i + 2;
	out->len = 3;
}

/* Beginnings of what programs write when they break, without a level. */
static bool is_crash(const char *p, size_t n)
{
	static const char *const heads[] = { "Exception in thread ", "Traceback (most recent call last)", "Unhandled exception",
		"panic: ", "Caused by: " };
	size_t k;

	for (k = 0; k < sizeof(heads) / sizeof(heads[0]); k++)
		if (n >= strlen(heads[k]) && !memcmp(p, heads[k], strlen(heads[k])))
			return true;
	return false;
}

void logline_look(struct logline *out, const char *p, size_t n)
{
	struct logline by_number;
	size_t from;

	memset(out, 0, sizeof(*out));
	n = n < LOGLINE_HEAD ? n : LOGLINE_HEAD;
	from = look_priority(out, p, n);
	from = look_time(out, p, n, from);
	by_number = *out;
	out->level = LEVEL_NONE;
	if (out->timed)
		look_status(out, p, n);
	if (out->level == LEVEL_NONE)
		look_words(out, p, n, from);
	if (out->level == LEVEL_NONE)
		out->level = by_number.level;
	if (out->level == LEVEL_NONE && is_crash(p, n))
		out->level = LEVEL_ERROR;
}

const char *line_level_word(enum line_level l)
{
	static const char *const words[] = { "", "debug", "info", "warning", "error" };

	return words[l];
}
