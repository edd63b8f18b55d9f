/* SPDX-License-Identifier: Apache-2.0 */
/* The header Content-Digest. Layer: proto. Any thread. */
#include "verdict/proto/content.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "verdict/base/base64.h"

#define BLANKS " \t"
#define NAME "sha-256=:"
#define TEXT (BASE64_TEXT(sizeof(struct digest)) - 1)

void content_digest_format(char out[CONTENT_DIGEST], const struct digest *d)
{
	char text[TEXT + 1];

	base64_text(text, d->b, sizeof(d->b));
	snprintf(out, CONTENT_DIGEST, NAME "%s:", text);
}

/* What is taken is what would be written: one spelling. */
static bool read_value(struct digest *out, const char *text)
{
	char again[TEXT + 1];
	const char *end;
	size_t got;

	if (strnlen(text, TEXT + 1) != TEXT + 1 || text[TEXT] != ':' ||
		sodium_base642bin(out->b, sizeof(out->b), text, TEXT, NULL, &got, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
		got != sizeof(out->b))
		return false;
	base64_text(again, out->b, sizeof(out->b));
	return memcmp(again, text, TEXT) == 0;
}

bool content_digest_parse(struct digest *out, const char *text)
{
	for (; *text; text++) {
		text += strspn(text, BLANKS);
		if (strncmp(text, NAME, strlen(NAME)) == 0)
			return read_value(out, text + strlen(NAME));
		text += strcspn(text, ",");
		if (*text == '\0')
			break;
	}
	return false;
}
