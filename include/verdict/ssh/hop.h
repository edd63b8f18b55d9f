/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_SSH_HOP_H
#define VERDICT_SSH_HOP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "verdict/base/buf.h"
#include "verdict/base/loop.h"
#include "verdict/base/status.h"
#include "verdict/net/net.h"

/*
 * One SSH connection, held by a child process of its own, verdict-ssh: a tunnel to one place behind the server, or
 * files there by SFTP. Through another hop it needs no network itself: that is what a jump host is. No host is trusted
 * that is not known or was not compared by a person, and nothing is sent to it before. Owner's thread only; nothing
 * here waits.
 */
#define HOP_KEY 32		/* SHA-256 of a host key, as SHA256:… of ssh-keygen -l */
#define HOP_KEYS 8
#define HOP_IDENTITIES 4
#define HOP_NAME_MAX 100	/* of a file in a listing */
#define HOP_ENTRIES_MAX 4096

struct hop_options {
	const char *host, *user;
	unsigned int port;
	uint8_t keys[HOP_KEYS][HOP_KEY]; size_t n_keys;	/* host keys that are known */
	/* What lies at the end of the tunnel: a Unix socket there, or a port as seen from there; neither: files. */
	const char *socket_path, *target_host;
	unsigned int target_port;
	const char *identities[HOP_IDENTITIES]; size_t n_identities;	/* private keys, as their files hold them */
	const char *agent;		/* socket of an ssh-agent, or NULL */
	unsigned int silence_s;		/* an operation without a byte is given up after that; 0: 30 */
};

enum hop_asks {
	HOP_HOST_KEY,		/* `text` is the key's fingerprint, SHA256:…; the answer "yes" says that it was compared */
	HOP_SECRET,		/* a password, a passphrase: `text` is the prompt of the server or ours */
	HOP_WORD,		/* the same, shown while it is typed */
	HOP_ASKS_COUNT
};
struct hop_question { enum hop_asks kind; const char *text; };	/* text may be a stranger's */

/* What is behind it on the way in, told as it comes. */
enum hop_step {
	HOP_FOUND,		/* the name; `text`: the address that is tried */
	HOP_CONNECTED,
	HOP_KEY_GOOD,		/* `text`: its fingerprint */
	HOP_LET_IN,		/* `text`: how */
	HOP_STEP_COUNT
};

struct hop;
struct hop_hooks {
	void *data;
	void (*ready)(void *data);
	/* It is over; nothing else comes. Of the hooks, this one alone may free the hop. */
	void (*failed)(enum net_failure f, const char *why, void *data);
	void (*ask)(const struct hop_question *q, void *data);	/* answer with hop_answer(), now or later */
	/* One connection could not be made through the tunnel, which stays; may be NULL. */
	void (*trouble)(enum net_failure f, const char *why, void *data);
	void (*step)(enum hop_step s, unsigned int ms, const char *text, void *data);	/* may be NULL */
};

/* `via` NULL: over the network; else through that hop, which must outlive this one. Always answers by a hook. */
struct hop *hop_new(struct loop *loop, const char *exe, const struct hop_options *o, struct hop *via,
	const struct hop_hooks *hooks);
void hop_free(struct hop *h);
enum status hop_find_exe(struct buf *out);
void hop_answer(struct hop *h, const char *text);	/* NULL: the person gave up */
int hop_socket(const struct hop *h);	/* where connections are asked for: net_peer.tunnel. Borrowed. */
long hop_pid(const struct hop *h);

/* ---- files ---- */

enum hop_verb { HOP_LIST, HOP_GET, HOP_PUT, HOP_RENAME, HOP_REMOVE, HOP_MKDIR, HOP_SIZE, HOP_VERB_COUNT };
enum hop_result { HOP_GOOD, HOP_MISSING, HOP_REFUSED, HOP_NO_ROOM, HOP_BROKEN, HOP_RESULT_COUNT };
struct hop_entry { char name[HOP_NAME_MAX + 1]; uint64_t size; };
struct hop_done {
	enum hop_result result;
	const char *why;		/* one sentence, "" where good */
	uint64_t size;			/* of the file (SIZE), or moved (GET, PUT) */
	const struct hop_entry *entries; size_t n_entries;	/* plain files with names that we give */
	bool more;			/* the folder holds more than were told */
};
typedef void (*hop_done_cb)(const struct hop_done *d, void *data);
struct hop_work {
	enum hop_verb verb;
	const char *path, *to;		/* `to` of RENAME */
	int fd;				/* of GET and PUT: read or written from `from` on */
	uint64_t from, max;		/* `max`: bytes that may come (GET) */
};
/*
 * One at a time, after ready(). The callback comes once, not from within; never once the hop failed. A rename
 * takes the place of what was there.
 */
void hop_do(struct hop *h, const struct hop_work *w, hop_done_cb cb, net_progress_cb progress, void *data);

#endif
