/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_READER_PRIV_H
#define EVIDENCE_READER_PRIV_H
struct reader;

/* Run until nothing is under way; for callers without a loop. */
void reader_pump(struct reader *r);

#endif
