/* SPDX-License-Identifier: Apache-2.0 */
/* An enrolment code as a picture on a terminal: two modules a cell. Layer: verdictd. Any thread. */
#include "verdictd_priv.h"

#include <qrencode.h>

#define QUIET 2		/* modules around it; the standard asks for 4, phones take 2 */

static bool dark(const QRcode *q, int x, int y)
{
	return x >= 0 && y >= 0 && x < q->width && y < q->width && (q->data[y * q->width + x] & 1);
}

/* Light modules are drawn, dark ones are left: right on a dark terminal, and readers take both. */
void draw_qr(struct buf *out, const char *text)
{
	static const char *const cells[] = { "\xe2\x96\x88", "\xe2\x96\x84", "\xe2\x96\x80", " " };
	QRcode *q = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);

	if (!q)
		return;
	for (int y = -QUIET; y < q->width + QUIET; y += 2) {
		for (int x = -QUIET; x < q->width + QUIET; x++)
			buf_adds(out, cells[(dark(q, x, y) ? 1 : 0) | (dark(q, x, y + 1) ? 2 : 0)]);
		buf_addc(out, '\n');
	}
	QRcode_free(q);
}
