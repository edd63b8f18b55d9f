/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of syslog (RFC 5424 and the older RFC 3164, bare or with the octet count of RFC 6587) into an outline:
 * priority in words, time, host, application, and what it says as a document inside; audit messages travel so. Layer
 * evidence; any thread. A message without a count ends where the next line begins one.
 */
#include "evidence_priv.h"
#include <stdio.h>
#include <string.h>
#include "verdict/base/text.h"

#define TAG_MAX 48

/* Where the next message begins after `at`, or the end. */
static size_t next_message(const char *p, size_t at, size_t n)
{
	const char *nl;
	size_t count;

	while (at < n && (nl = memchr(p + at, '\n', n - at)) != NULL) {
		at = (size_t)(nl - p) + 1;
		if (syslog_frame(&count, p + at, n - at) != SIZE_MAX)
			return at;
	}
	return n;
}

static void words(struct outline *o, const char *name, size_t begin, size_t end, const char *text)
{
	uint32_t i = outline_leaf(o, NODE_VALUE, begin, end);

	outline_label_word(o, i, name);
	outline_value_words(o, i, text, strlen(text));
}

static void priority(struct outline *o, const char *p, size_t begin, size_t end)
{
	static const char *const facilities[] = { "kernel", "user", "mail", "system", "security", "syslog", "printer",
		"news", "uucp", "clock", "security (10)", "ftp", "ntp", "audit", "alert", "clock (15)", "local 0", "local 1",
		"local 2", "local 3", "local 4", "local 5", "local 6", "local 7" };
	static const char *const severities[] = { "emergency", "alert", "critical", "error", "warning", "notice",
		"informational", "debug" };
	unsigned int v = 0;
	char text[80];
	size_t i;

	for (i = begin; i < end; i++)
		v = v * 10 + (unsigned int)(p[i] - '0');
	if (v / 8 >= sizeof(facilities) / sizeof(facilities[0])) {
		outline_trouble(o, begin, end, "the priority %u is above 191", v);
		return;
	}
	snprintf(text, sizeof(text), "%s, %s", facilities[v / 8], severities[v % 8]);
	words(o, "priority", begin, end, text);
}

/* The next word of the header; "-" says that there is none. */
static size_t field(struct outline *o, const char *name, const char *p, size_t at, size_t end)
{
	const char *space = at < end ? memchr(p + at, ' ', end - at) : NULL;
	size_t stop = space ? (size_t)(space - p) : end;
	uint32_t i;

	if (at >= end) {
		outline_trouble(o, end, end, "the message ends before its %s", name);
		return end;
	}
	if (stop - at != 1 || p[at] != '-') {
		i = outline_leaf(o, NODE_VALUE, at, stop);
		outline_label_word(o, i, name);
		outline_value(o, i, at, stop);
	}
	return stop < end ? stop + 1 : end;
}

/* Structured data: "-" or elements in brackets; a bracket inside a quoted value is escaped. */
static size_t structured(struct outline *o, const char *p, size_t at, size_t end)
{
	size_t from = at;
	bool quoted = false;
	uint32_t i;

	if (at < end && p[at] == '-')
		return at + 1;
	while (at < end && p[at] == '[') {
		for (at++; at < end && (quoted || p[at] != ']'); at++) {
			if (quoted && p[at] == '\\')
				at++;
			else if (p[at] == '"')
				quoted = !quoted;
		}
		if (at >= end) {
			outline_trouble(o, from, end, "the structured data does not end");
			return end;
		}
		at++;
	}
	if (at == from)
		return at;
	i = outline_leaf(o, NODE_VALUE, from, at);
	outline_label_word(o, i, "data");
	outline_value(o, i, from, at);
	return at;
}

static void value(struct outline *o, const char *name, size_t begin, size_t end)
{
	uint32_t i = outline_leaf(o, NODE_VALUE, begin, end);

	outline_label_word(o, i, name);
	outline_value(o, i, begin, end);
}

/* The older header: time without a year, host, and a tag "application[process]:" where there is one. */
static size_t older(struct outline *o, const char *p, size_t at, size_t end)
{
	size_t tag, stop, close;

	value(o, "time", at, at + SYSLOG_STAMP);
	at += SYSLOG_STAMP + 1;
	if (at < end && p[at] != '<')
		at = field(o, "host", p, at, end);
	for (tag = at; tag < end && tag - at < TAG_MAX && !strchr(" :[<\n", p[tag]) && p[tag]; tag++)
		;
	if (tag >= end || tag == at || (p[tag] != ':' && p[tag] != '['))
		return at;
	for (close = tag; p[tag] == '[' && close < end && p[close] != ']'; close++)
		;
	stop = p[tag] == '[' ? close + 1 : tag;
	if (stop >= end || p[stop] != ':')
		return at;
	value(o, "application", at, tag);
	if (stop > tag)
		value(o, "process", tag + 1, close);
	return stop + 1;
}

static void message(struct outline *o, const char *p, size_t at, size_t end)
{
	static const char *const fields[] = { "time", "host", "application", "process", "message id" };
	const char *close = memchr(p + at, '>', end - at);
	size_t k;
	uint32_t i;

	if (!close)
		return;
	priority(o, p, at + 1, (size_t)(close - p));
	at = (size_t)(close - p) + 1;
	if (syslog_stamp(p + at, end - at)) {
		at = older(o, p, at, end);
	} else {
		at += 2;
		for (k = 0; k < sizeof(fields) / sizeof(fields[0]) && at < end; k++)
			at = field(o, fields[k], p, at, end);
		at = structured(o, p, at, end);
	}
	if (at < end && p[at] == ' ')
		at++;
	if (at < end)
		at += utf8_bom(p + at, end - at);
	while (end > at && (p[end - 1] == '\n' || p[end - 1] == '\r'))
		end--;
	if (at >= end)
		return;
	i = parse_inside(o, at, end, EVIDENCE_UNKNOWN);
	outline_label_word(o, i, "body");
}

static void garbage(struct outline *o, size_t begin, size_t end)
{
	uint32_t i = outline_leaf(o, NODE_LINE, begin, end);

	outline_value(o, i, begin, end);
}

void parse_syslog(struct outline *o, const char *text, size_t len)
{
	uint32_t root = outline_open(o, NODE_ITEM, 0), i;
	size_t at = 0, head, count, end;
	unsigned int n = 0;

	outline_label_word(o, root, "Syslog");
	if (root != NODE_NONE)
		o->nodes.at[root].value = 0;
	while (at < len && !o->stopped) {
		if (text[at] == '\n' || text[at] == '\r' || text[at] == ' ') {
			at++;
			continue;
		}
		head = syslog_frame(&count, text + at, len - at);
		end = next_message(text, at, len);
		if (head == SIZE_MAX) {
			garbage(o, at, end);
			at = end;
			continue;
		}
		i = outline_open(o, NODE_ITEM, at);
		if (i == NODE_NONE)
			break;
		outline_label_word(o, i, "message");
		o->nodes.at[i].value = ++n;
		at += head;
		if (count)
			end = count < len - at ? at + count : len;
		if (count > len - at)
			outline_trouble(o, at, len, "cut short: %zu bytes were announced, %zu are there", count, len - at);
		message(o, text, at, end);
		outline_close(o, end);
		at = end;
	}
	outline_close_all(o, len);
}
