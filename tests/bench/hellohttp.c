/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that libmicrohttpd can do, with the hub's own settings: "hello" to everybody, or the bytes of the file that
 * is named, on a loopback port it prints, until standard input ends. Probe of the benchmark.
 */
#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#define BODY_MAX (4u << 20)

struct body { char bytes[BODY_MAX]; size_t len; };
static struct body body = { "hello\n", 6 };

static bool read_body(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f)
		return false;
	body.len = fread(body.bytes, 1, BODY_MAX, f);
	fclose(f);
	return body.len > 0;
}

static enum MHD_Result say_hello(void *cls, struct MHD_Connection *c, const char *url, const char *method,
	const char *version, const char *data, size_t *len, void **own)
{
	static char seen;
	const struct body *b = cls;
	struct MHD_Response *r;
	enum MHD_Result ok;

	(void)url;
	(void)method;
	(void)version;
	(void)data;
	(void)len;
	/* answered at the first call, the connection would end with it */
	if (!*own) {
		*own = &seen;
		return MHD_YES;
	}
	r = MHD_create_response_from_buffer(b->len, (void *)(uintptr_t)b->bytes, MHD_RESPMEM_PERSISTENT);
	ok = MHD_queue_response(c, MHD_HTTP_OK, r);
	MHD_destroy_response(r);
	return ok;
}

int main(int argc, char **argv)
{
	const union MHD_DaemonInfo *info;
	struct MHD_Daemon *d;
	char c;

	if (argc > 1 && !read_body(argv[1]))
		return 1;
	d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, say_hello, &body,
		MHD_OPTION_THREAD_POOL_SIZE, 2U, MHD_OPTION_END);
	info = d ? MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT) : NULL;
	if (!info)
		return 1;
	printf("%u\n", (unsigned int)info->port);
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		continue;
	MHD_stop_daemon(d);
	return 0;
}
