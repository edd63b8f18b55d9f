/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of the documents that hold one. Layer evidence; one thread at a time, in the reader process.
 */
#include "evidence_priv.h"
#include <string.h>

enum status document_picture(struct picture *out, struct arena *a, struct document *d, const struct picture_request *q)
{
	(void)a;
	(void)d;
	(void)q;
	memset(out, 0, sizeof(*out));
	return status_set(STATUS_NOT_FOUND, "there is no picture in it");
}
