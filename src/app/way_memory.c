/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came of each way the last times, in a small file of the store's folder: for `verdict ways`, and for a console
 * that starts where there is no network. It may be lost without harm, so nobody waits for the disk. Layer app; any
 * thread, one at a time.
 */
#include "verdict/app/ways.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/mem.h"

#define MEMORY_MAX 16384

static enum net_failure failure_parse(const char *word)
{
	int f;

	for (f = NET_NO_FAILURE; f < NET_FAILURE_COUNT && strcmp(net_failure_name((enum net_failure)f), word) != 0; f++)
		;
	return f < NET_FAILURE_COUNT ? (enum net_failure)f : NET_GARBLED;
}

static int64_t time_of(const json_t *item, const char *key)
{
	json_int_t at = json_integer_value(json_object_get(item, key));

	return at > 0 ? (int64_t)at : 0;
}

static void take(struct way_memory m[WAY_COUNT], const json_t *item)
{
	const char *name = json_string_value(json_object_get(item, "way"));
	const char *failure = json_string_value(json_object_get(item, "failure"));
	const char *why = json_string_value(json_object_get(item, "why"));
	size_t w;

	for (w = 0; name && w < WAY_COUNT && strcmp(way_name((enum way)w), name) != 0; w++)
		;
	if (!name || w == WAY_COUNT)
		return;
	m[w].in_use = json_is_true(json_object_get(item, "in_use"));
	m[w].good_at = time_of(item, "good_at");
	m[w].bad_at = failure && why ? time_of(item, "bad_at") : 0;
	if (!m[w].bad_at)
		return;
	m[w].failure = failure_parse(failure);
	snprintf(m[w].why, sizeof(m[w].why), "%s", why);
}

void way_memory_read(struct way_memory out[WAY_COUNT], const char *path)
{
	struct buf text;
	json_t *root = NULL, *item;
	size_t i;

	memset(out, 0, WAY_COUNT * sizeof(out[0]));
	buf_init(&text, MEMORY_MAX);
	if (*path && io_read_file(&text, path, MEMORY_MAX) == STATUS_OK)
		root = json_loadb(buf_str(&text), text.len, 0, NULL);
	json_array_foreach(root, i, item)
		take(out, item);
	json_decref(root);
	buf_done(&text);
	status_clear();
}

void way_memory_write(const struct way_memory m[WAY_COUNT], const char *path)
{
	char *part;
	struct buf text;
	struct jsonw w;
	size_t i;
	int fd = -1;

	if (!*path)
		return;
	part = mem_printf("%s.part", path);
	buf_init(&text, MEMORY_MAX);
	jsonw_init(&w, &text, false);
	jsonw_array(&w, NULL);
	for (i = 0; i < WAY_COUNT; i++) {
		jsonw_object(&w, NULL);
		jsonw_str(&w, "way", way_name((enum way)i));
		jsonw_bool(&w, "in_use", m[i].in_use);
		jsonw_int(&w, "good_at", m[i].good_at);
		jsonw_int(&w, "bad_at", m[i].bad_at);
		jsonw_str(&w, "failure", net_failure_name(m[i].failure));
		jsonw_str(&w, "why", m[i].why);
		jsonw_end_object(&w);
	}
	jsonw_end_array(&w);
	buf_addc(&text, '\n');
	if (io_open(&fd, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600) == STATUS_OK &&
		io_write_all(fd, part, buf_str(&text), text.len) == STATUS_OK)
		(void)io_rename(part, path);
	if (fd >= 0)
		close(fd);
	status_clear();
	buf_done(&text);
	mem_free(part);
}
