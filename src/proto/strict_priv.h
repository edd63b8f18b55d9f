/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROTO_STRICT_PRIV_H
#define PROTO_STRICT_PRIV_H
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/arena.h"
#include "verdict/base/status.h"
#include "verdict/model/digest.h"

/*
 * One reading of a JSON object from outside. The first fault sticks in `st` and its message names the place;
 * every function after it is harmless. strict_get_X(): may be absent; strict_need_X(): may not.
 */
struct strict {
	struct arena *a;	/* where results go */
	const char *what;	/* "record" */
	char place[48];		/* "body.looked[3]" */
	enum status st;
};

#define STRICT_ID_MAX 256	/* bytes of an id or name of a thing */

/*
 * One object and nothing else, in UTF-8, without duplicate keys, at most `max` bytes and RECORD_DEPTH_MAX
 * deep. STATUS_INVALID, STATUS_LIMIT. Release with json_decref().
 */
enum status strict_load(json_t **out, const char *what, const char *ptr, size_t len, size_t max);

/*
 * The object in a signed document of that type, by `signer` (NULL: whoever; *key_out, which may be NULL, is then by
 * whom), `v` 1. As signed_open() and strict_load(); STATUS_NEWER. Release with json_decref().
 */
enum status signed_load(json_t **out, uint8_t *key_out, struct strict *r, const char *type, const void *ptr, size_t len,
	const uint8_t *signer, size_t max);

void strict_fail(struct strict *r, const char *key, const char *what);
void strict_place(struct strict *r, const char *name);	/* "" is the top */

/* Borrowed from `object`; NULL and a fault where it is of another type, too long, or needed and absent. */
const char *strict_peek_text(struct strict *r, const json_t *object, const char *key, size_t max, bool need);
const char *strict_get_text(struct strict *r, const json_t *object, const char *key, size_t max);
const char *strict_need_id(struct strict *r, const json_t *object, const char *key);	/* not empty */
/* `min` where absent and not needed, or after a fault. */
int64_t strict_get_int(struct strict *r, const json_t *object, const char *key, int64_t min, int64_t max,
	bool need);
bool strict_get_digest(struct strict *r, struct digest *out, const json_t *object, const char *key, bool need);
/* A word of a fixed list through its X_parse(). */
int strict_need_word(struct strict *r, const json_t *object, const char *key, int (*parse)(const char *));
int64_t strict_need_time(struct strict *r, const json_t *object, const char *key);
const char *strict_need_key_id(struct strict *r, const json_t *object, const char *key);
void strict_need_epoch(struct strict *r, uint8_t *out, const json_t *object, const char *key);	/* 16 bytes */
const json_t *strict_get_object(struct strict *r, const json_t *object, const char *key, bool need);
/* A list of at most `max` things; NULL and *n_out = 0 where absent. */
const json_t *strict_get_list(struct strict *r, size_t *n_out, const json_t *object, const char *key, size_t max);
/* Thing i of a list of objects, its place set for messages; NULL after a fault. */
const json_t *strict_list_item(struct strict *r, const json_t *list, const char *name, size_t i);

#endif
