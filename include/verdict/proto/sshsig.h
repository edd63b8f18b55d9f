/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_SSHSIG_H
#define VERDICT_PROTO_SSHSIG_H
#include "verdict/base/buf.h"
#include "verdict/proto/crypto.h"

/*
 * Signatures of files in OpenSSH's form (PROTOCOL.sshsig), so that whoever has ssh-keygen can check an export with no
 * program of ours: ssh-keygen -Y verify. Any thread.
 */
#define SSHSIG_EXPORT "verdict-export"	/* the namespace of exports: a signature for it is good for nothing else */

/* The armoured signature over a file whose SHA-256 is `sum`. */
void sshsig_sign(struct buf *out, const struct key *k, const char *space, const struct digest *sum);
/* A line of an allowed_signers file. What a pattern list would read otherwise in `who` becomes '_'. */
void sshsig_signer(struct buf *out, const uint8_t public_key[KEY_PUBLIC], const char *who, const char *space);
/* "SHA256:…" as ssh-keygen -l says it. */
void sshsig_fingerprint(struct buf *out, const uint8_t public_key[KEY_PUBLIC]);

#endif
