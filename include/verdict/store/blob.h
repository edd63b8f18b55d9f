/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_STORE_BLOB_H
#define VERDICT_STORE_BLOB_H
#include "verdict/base/buf.h"
#include "verdict/model/digest.h"
#include "verdict/store/store.h"

/* Evidence bodies in files named by digest, blobs/ab/cdef….  */
enum status blob_path(struct buf *out, struct store *st, const struct digest *d);
bool blob_here(struct store *st, const struct digest *d);
/* Is it a link (proto/crypto.h)? Then its body is here from now on. */
bool blob_link(struct store *st, const struct digest *d, int64_t size, const char *url);
/* Open for reading; STATUS_NOT_FOUND where the body is not here. The fd is yours. */
enum status blob_open(int *fd_out, struct store *st, const struct digest *d);
/* Copy from fd (to its end), hash on the way, refuse with STATUS_CORRUPT where `want` (may be NULL) differs. */
enum status blob_add(struct digest *digest_out, int64_t *size_out, struct store *st, int fd, const struct digest *want);
/* Hash again what is on disk. STATUS_CORRUPT. */
enum status blob_check(struct store *st, const struct digest *d);

#endif
