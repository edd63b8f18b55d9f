/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_SSH_WIRE_H
#define VERDICT_SSH_WIRE_H
#include "verdict/ssh/hop.h"

/*
 * Messages between the console and verdict-ssh: u32 length, a letter, fields in a fixed order, little endian, as
 * strict as those of verdict-net. The answer to a listing holds its entries, checked again by the console.
 */
#define HOPWIRE_MAX (1u << 20)
#define HOPWIRE_KEY_MAX 16384	/* of a private key's file */
#define HOPWIRE_TEXT_MAX 1024

/* Descriptors of verdict-ssh: its socket to the console, asks for connections, then what OPEN tells. */
enum { HOPWIRE_CONSOLE = 3, HOPWIRE_ASKS = 4, HOPWIRE_MORE = 5 };

enum hopwire_kind {
	HOPWIRE_OPEN = 'O', HOPWIRE_REPLY = 'A', HOPWIRE_WORK = 'W',	/* to the child; a descriptor comes with GET, PUT */
	HOPWIRE_READY = 'r', HOPWIRE_QUESTION = 'q', HOPWIRE_FAILED = 'f', HOPWIRE_TROUBLE = 't',
	HOPWIRE_PROGRESS = 'p', HOPWIRE_DONE = 'd', HOPWIRE_STEP = 's'	/* from it */
};
struct hopwire {
	enum hopwire_kind kind;
	struct hop_options open;
	bool via, has_agent;		/* of OPEN: descriptors that came along, in this order */
	bool gave_up;			/* REPLY */
	const char *text;		/* REPLY, FAILED, TROUBLE, STEP */
	enum hop_step step; unsigned int ms;	/* STEP */
	struct hop_work work;
	struct hop_question question;
	enum net_failure failure;
	uint64_t moved;			/* PROGRESS */
	struct hop_done done;		/* entries are in `listed` */
	const char *listed; size_t listed_len;
};

void hopwire_put(struct buf *out, const struct hopwire *m);
enum status hopwire_get(struct hopwire *out, const char *p, size_t n, bool from_child);
/* Entries of a listing; STATUS_INVALID. *out is yours (mem_free). */
enum status hopwire_entries(struct hop_entry **out, size_t *n_out, const char *p, size_t n);
void hopwire_entry(struct buf *out, const char *name, uint64_t size);
/* A name that verdict itself would give: lower case, digits, dot, dash; no dot first. */
bool hop_name_ok(const char *name, size_t n);

#endif
