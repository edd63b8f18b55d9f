/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_PRIV_H
#define REPORT_PRIV_H
#include "verdict/base/clock.h"
#include "verdict/report/report.h"
#include "verdict/report/tar.h"
#include "verdict/report/xmlw.h"

/* What the writers share. Report layer. */

/* The verdict that is shown as the one that decided, or NULL: of the leaves that count, the last. */
const struct instance_verdict *report_deciding(const struct instance *ti);
/* Where no verdict stands: the last one that its author took back, or NULL. */
const struct instance_verdict *report_taken_back(const struct instance *ti);
/* Since when the TI runs: its first history, else since when it waits, else `now`. */
int64_t report_started(const struct instance *ti, int64_t now);
/* Roles that send the first request play the client. */
bool report_initiates(const struct instance *ti, const struct participant *p);
/* Where the bytes are: its address, else a name by digest (RFC 6920). */
void report_evidence_uri(struct buf *out, const struct evidence_item *e);
/* urn:x-verdict:KIND:EVENT:ID, percent-encoded. */
void report_urn(struct buf *out, const char *kind, const struct event *e, const char *id);
bool report_blank(const char *s);	/* NULL, empty, or white space alone */

/* A string, unless there is nothing to say; and a name of ours for something of the event. */
void fhir_sayf(struct jsonw *w, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void fhir_say_urn(struct jsonw *w, const char *key, const char *kind, const struct event *e, const char *id);
/* The declaration and the outermost element with its namespaces. */
void gitb_root(struct xmlw *w, const char *name);
void fhir_begin(struct report *r);
void fhir_add(struct report *r, const struct instance *ti);
void fhir_end(struct report *r);
void gitb_instance(struct buf *out, const struct event *e, const struct instance *ti, int64_t now);
void gazelle_begin(struct report *r);
void gazelle_add(struct report *r, const struct instance *ti);
void gazelle_end(struct report *r);
void csv_begin(struct report *r);
void csv_add(struct report *r, const struct instance *ti);

#endif
