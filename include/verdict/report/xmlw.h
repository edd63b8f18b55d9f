/* SPDX-License-Identifier: Apache-2.0 */
/* XML and HTML written element by element, everything escaped. Report layer; the thread that owns the buffer. */
#ifndef VERDICT_REPORT_XMLW_H
#define VERDICT_REPORT_XMLW_H
#include <stdbool.h>
#include <stddef.h>
#include "verdict/base/buf.h"

#define XMLW_DEPTH_MAX 32

/*
 * Names are own words and are not checked; texts are foreign. A character that XML 1.0 does not have, and each byte
 * that is no UTF-8, becomes U+FFFD. An element is written on a line of its own unless its parent holds text.
 */
struct xmlw {
	struct buf *out;
	const char *names[XMLW_DEPTH_MAX];
	bool mixed[XMLW_DEPTH_MAX];	/* holds text */
	unsigned int depth;
	bool open;		/* the start tag takes attributes yet */
};
void xmlw_init(struct xmlw *w, struct buf *out);
void xmlw_open(struct xmlw *w, const char *name);
void xmlw_attr(struct xmlw *w, const char *name, const char *value);
void xmlw_text(struct xmlw *w, const char *text);
void xmlw_close(struct xmlw *w);
void xmlw_element(struct xmlw *w, const char *name, const char *text);	/* all three */

/* Bytes of s as text or attribute value of XML or HTML. */
void xml_escape(struct buf *out, const char *s);

#endif
