/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_APP_WAYS_H
#define VERDICT_APP_WAYS_H
#include "verdict/app/options.h"
#include "verdict/ssh/hop.h"
#include "verdict/sync/sync.h"

/*
 * The ways to the hub as the options tell them: which, in what order, over which servers, and which host keys are
 * known. Nothing here talks to anybody. Any thread.
 */
enum way { WAY_HTTPS, WAY_SSH, WAY_SFTP, WAY_COUNT };
const char *way_name(enum way w);	/* "https" "ssh" "sftp" */

struct way_place {
	char user[128], host[256];
	unsigned int port;
	char path[512];			/* socket of the hub, or the drop's folder; "" where target_port counts */
	char target_host[256];		/* as seen from `host` */
	unsigned int target_port;	/* 0: none */
};
struct way_key { char host[256]; uint8_t sha256[HOP_KEY]; bool told; };	/* host "": of any; told: by the event */

struct ways_plan {
	enum way order[WAY_COUNT]; size_t n;	/* those that can be tried */
	bool has_jump;
	bool evidence;			/* bundles in the drop hold what is here of it, of the TIs that their records are about */
	enum sync_cost cost[WAY_COUNT];	/* of bytes that nobody asked for */
	struct way_place ssh, sftp, jump;
	struct way_key keys[2 * HOP_KEYS]; size_t n_keys;
	char identity[512];		/* file, "" without */
	char known[4200];		/* file of the host keys that were compared here */
	char spool[4200];		/* folder of what goes by files and is not answered */
	char memory[4200];		/* file of what came of the ways, "" without */
};
/*
 * What the options do not say, the event may (`event`, or NULL). `dir` is the store's folder; `only` is "https", "ssh",
 * "sftp" or NULL for all that are set up. STATUS_USAGE with the option that makes no sense, or the one that is missing
 * for `only`.
 */
struct event_ways;
enum status ways_plan(struct ways_plan *out, const struct options *o, const struct event_ways *event, const char *dir,
	const char *only);

/* "ssh://user@host:port/path"; `scheme` "ssh", or NULL for the bare "user@host:port" of a jump host. */
enum status way_place_parse(struct way_place *out, const char *text, const char *scheme);
/* Whether `value` makes sense for one of the options that tell ways. STATUS_USAGE. */
enum status ways_option_check(const char *name, const char *value);
/* SHA256:… as ssh-keygen -l shows it. */
bool way_key_parse(uint8_t out[HOP_KEY], const char *text, size_t n);

/* The keys that `place` may show, of the options and of those compared before. */
size_t way_keys(uint8_t out[HOP_KEYS][HOP_KEY], const struct ways_plan *p, const struct way_place *place);
/* Whether what a person typed is this fingerprint: whole, or at least its first 16 characters. */
bool way_compared(const char *fingerprint, const char *typed);
/* What came of a way the last times: wall ms, 0 for never. Written and read without waiting for the disk. */
struct way_memory { bool in_use; int64_t good_at, bad_at; enum net_failure failure; char why[NET_MESSAGE]; };
void way_memory_read(struct way_memory out[WAY_COUNT], const char *path);
void way_memory_write(const struct way_memory m[WAY_COUNT], const char *path);

/* "ssh://user@host:port/path" of a way that is set up, "" otherwise. */
void way_address(char *out, size_t max, const struct ways_plan *p, enum way w);
bool way_set_up(const struct ways_plan *p, enum way w);
/* What a person can do about a failure on this way: a sentence. */
const char *way_advice(enum way w, enum net_failure f);

/* Remember a compared key. */
enum status way_remember(const struct ways_plan *p, const struct way_place *place, const char *fingerprint);

#endif
