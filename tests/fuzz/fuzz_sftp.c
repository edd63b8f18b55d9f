/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an answer of an SFTP server: what is read lies within them, and a listing ends whatever it claims. */
#include "fuzz.h"
#include "src/ssh/sftp_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct sftp_reply r;
	struct sftp_name name;
	size_t seen = 0;

	if (sftp_reply_get(&r, p, size) != STATUS_OK)
		return 0;
	if (r.data)
		FUZZ_HOLDS(r.data >= p && r.data + r.len <= p + size);
	while (r.type == SFTP_NAME && sftp_name_next(&name, &r) == STATUS_OK) {
		FUZZ_HOLDS(name.name >= p && name.name + name.len <= p + size);
		FUZZ_HOLDS(++seen <= size);
	}
	return 0;
}
