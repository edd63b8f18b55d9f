/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The feed of one event in a file that only grows: "VRDCTFD1", then each entry followed by the root after it.
 * The writer's thread appends and publishes; any thread reads what is published, by pread. Hub layer.
 */
#ifndef HUB_FEED_LOG_H
#define HUB_FEED_LOG_H
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/status.h"
#include "verdict/model/digest.h"

#define LOG_HEAD 8

struct feed_log;
/*
 * Opens, and cuts off what lies behind `len`: it was never committed. STATUS_CORRUPT where less is there, or it does
 * not hold `size` entries that end in `root`.
 */
enum status feed_log_open(struct feed_log **out, const char *path, uint64_t len, uint64_t size,
	const struct digest *root);
/* Another holder: each closes once, the last ends it. Only the first may append. */
void feed_log_hold(struct feed_log *l);
void feed_log_close(struct feed_log *l);
/* Entries of the present transaction; kept in memory until log_flush() or a few MiB are there. */
enum status feed_log_append(struct feed_log *l, const void *entry, size_t len, const struct digest *root);
enum status feed_log_flush(struct feed_log *l);	/* written and synced */
uint64_t feed_log_len(const struct feed_log *l);	/* with what is appended */
void feed_log_publish(struct feed_log *l);	/* the transaction is durable */
void feed_log_forget(struct feed_log *l);	/* it was rolled back */
/* As read() of struct hub_store_ops. Any thread. */
enum status feed_log_read(struct buf *out, unsigned int *count_out, struct buf *roots, struct feed_log *l,
	uint64_t from, uint64_t to, size_t max_bytes);

#endif
