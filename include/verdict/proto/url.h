/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_PROTO_URL_H
#define VERDICT_PROTO_URL_H
#include <stdbool.h>
#include <stddef.h>
#include "verdict/base/buf.h"

/* Ids in paths and codes, percent-encoded (RFC 3986): letters, digits and "-._~" stay. Any thread.
 */
void url_escape(struct buf *out, const char *text);
/*
 * The text behind p[0..n), with its NUL, into out[0..max). False for a "%" without two hexadecimal
 * digits, a NUL, what does not fit, or what is not UTF-8; nothing but the text is then to be
 * believed.
 */
bool url_unescape(char *out, size_t max, const char *p, size_t n);

/* A name or address as it stands in an https URL: host name, IPv4, or IPv6 without its brackets. */
bool url_host_ok(const char *host);
/* The machine itself: localhost, 127.x.x.x, ::1. Plain HTTP is spoken with no other. */
bool url_host_is_loopback(const char *host);

#endif
