/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_HANDOVER_PRIV_H
#define VERDICT_HANDOVER_PRIV_H
#include <sys/socket.h>
#include <sys/un.h>
#include "verdict/app/handover.h"

/*
 * On the socket, little endian:
 *   second → owner   u32 "VHO1", u32 length, NUL-parted words: version, flags, width, cwd, the command line;
 *                    the descriptor for its output rides along
 *   owner → second   'A': taken
 *   second → owner   'G': go
 *   owner → second   u32 "VHR1", u32 exit code, u32 length of messages, u32 length of words for `after`, both
 */
#define HANDOVER_SOCKET "verdict.sock"
#define HANDOVER_ASK 0x314f4856u
#define HANDOVER_REPLY 0x31524856u
#define HANDOVER_ASK_MAX (256u << 10)
#define HANDOVER_PART_MAX (64u << 10)	/* of messages, and of words: both fit a socket's buffer */
#define HANDOVER_WAIT_MS 2000
#define HANDOVER_HEAD 8
#define HANDOVER_REPLY_HEAD 16

enum { HANDOVER_WORD_VERSION, HANDOVER_WORD_FLAGS, HANDOVER_WORD_WIDTH, HANDOVER_WORD_CWD, HANDOVER_WORD_ARGV };

/* Address of the socket in `dir`; a long path goes through *dirfd_out in /proc, to be closed after use, or -1. */
enum status handover_address(struct sockaddr_un *out, int *dirfd_out, const char *dir);
bool handover_peer_ok(int fd);	/* is the other side our own user? */
unsigned int handover_u32(const char *p);

#endif
