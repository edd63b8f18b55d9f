/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that libmicrohttpd can do, with the hub's own settings: "hello" to everybody, on a loopback port it prints,
 * until standard input ends. Probe of the benchmark.
 */
#include <microhttpd.h>
#include <stdio.h>
#include <unistd.h>

static enum MHD_Result say_hello(void *cls, struct MHD_Connection *c, const char *url, const char *method,
	const char *version, const char *body, size_t *len, void **own)
{
	static char hello[] = "hello\n";
	struct MHD_Response *r;
	enum MHD_Result ok;

	(void)cls;
	(void)url;
	(void)method;
	(void)version;
	(void)body;
	(void)len;
	/* answered at the first call, the connection would end with it */
	if (!*own) {
		*own = hello;
		return MHD_YES;
	}
	r = MHD_create_response_from_buffer(sizeof(hello) - 1, hello, MHD_RESPMEM_PERSISTENT);
	ok = MHD_queue_response(c, MHD_HTTP_OK, r);
	MHD_destroy_response(r);
	return ok;
}

int main(void)
{
	struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, say_hello, NULL,
		MHD_OPTION_THREAD_POOL_SIZE, 2U, MHD_OPTION_END);
	const union MHD_DaemonInfo *info = d ? MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT) : NULL;
	char c;

	if (!info)
		return 1;
	printf("%u\n", (unsigned int)info->port);
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		continue;
	MHD_stop_daemon(d);
	return 0;
}
