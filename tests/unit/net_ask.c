/* SPDX-License-Identifier: Apache-2.0 */
/* net_ask URL PATH PIN-HEX [CA-FILE]: one question through verdict-net; prints its failure or HTTP status. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verdict/base/io.h"
#include "verdict/net/net.h"

static int answered;

static void on_answer(const struct net_answer *a, void *data)
{
	(void)data;
	answered = 1;
	if (a->failure)
		printf("%s: %s\n", net_failure_name(a->failure), a->message);
	else
		printf("%u\n", a->status);
}

int main(int argc, char **argv)
{
	uint8_t pin[NET_PIN];
	static char ca[65536];
	struct net_peer p = { .base_url = argv[1], .pin = pin, .pin_only = argc < 5, .ca_pem = ca };
	struct loop *loop = loop_new();
	struct net *n;
	struct buf exe;
	int i;

	if (argc < 4 || strlen(argv[3]) != 64)
		return 2;
	for (i = 0; i < NET_PIN; i++)
		if (sscanf(argv[3] + 2 * i, "%2hhx", &pin[i]) != 1)
			return 2;
	if (argc > 4) {
		FILE *f = fopen(argv[4], "r");

		if (!f || !fread(ca, 1, sizeof(ca) - 1, f))
			return 2;
		fclose(f);
	}
	buf_init(&exe, 4096);
	if (net_find_exe(&exe) != STATUS_OK)
		return 2;
	n = net_new(loop, buf_str(&exe));
	if (net_set_peer(n, &p) != STATUS_OK) {
		printf("%s\n", status_message());
		return 1;
	}
	net_send(n, &(struct net_request){ .path = argv[2], .body_max = 100000 }, on_answer, NULL, NULL);
	while (!answered)
		loop_turn(loop, 1000);
	net_free(n);
	loop_free(loop);
	buf_done(&exe);
	return 0;
}
