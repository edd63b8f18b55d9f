/* SPDX-License-Identifier: Apache-2.0 */
/* The proxy of the fault tests does what it is told: a fault that is not there proves nothing. Layer: tests. */
#include "tests/unit/test.h"
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIZE 10000

static pid_t proxy, echo;
static FILE *say, *hear;
static int port;

static int listen_here(int *number)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t len = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)(void *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&sa, &len), 0);
	*number = ntohs(sa.sin_port);
	return fd;
}

/* The other side: gives back what it gets, one connection after the other. */
_Noreturn static void echo_run(int fd)
{
	for (;;) {
		int c = accept(fd, NULL, NULL);
		char bytes[4096];
		ssize_t n;

		while ((n = recv(c, bytes, sizeof(bytes), 0)) > 0)
			if (send(c, bytes, (size_t)n, MSG_NOSIGNAL) < 0)
				break;
		close(c);
	}
}

static int command(const char *text)
{
	char line[200];

	fprintf(say, "%s\n", text);
	fflush(say);
	assert_non_null(fgets(line, sizeof(line), hear));
	return strncmp(line, "what?", 5) != 0;
}

static void start_proxy(const char *seed)
{
	const char *dir = getenv("builddir");
	int in[2], out[2];
	char path[1024], line[40];

	assert_int_equal(pipe(in) | pipe(out), 0);
	snprintf(path, sizeof(path), "%s/tests/fault/proxy", dir ? dir : ".");
	proxy = fork();
	if (proxy == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		close(out[0]);
		execl(path, path, seed, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	say = fdopen(in[1], "w");
	hear = fdopen(out[0], "r");
	assert_non_null(fgets(line, sizeof(line), hear));
	port = (int)strtol(line, NULL, 10);
}

static int set_up(void **state)
{
	char to[40];
	int fd, number;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	fd = listen_here(&number);
	echo = fork();
	if (echo == 0)
		echo_run(fd);
	close(fd);
	start_proxy("7");
	snprintf(to, sizeof(to), "to %d", number);
	return command(to) ? 0 : -1;
}

static int tear_down(void **state)
{
	int status;

	(void)state;
	fclose(say);		/* its end */
	waitpid(proxy, &status, 0);
	fclose(hear);
	kill(echo, SIGKILL);
	waitpid(echo, NULL, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int dial(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	const struct timeval patience = { 5, 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)(void *)&sa, sizeof(sa)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static char sent[SIZE], got[SIZE + 1];
static int last_error;

/* Send all of `sent`, end, read to the end; how many bytes came back. */
static size_t round_trip(void)
{
	int fd = dial();
	size_t at = 0;
	ssize_t n = 0;

	for (size_t i = 0; i < SIZE; i++)
		sent[i] = (char)(i * 31 + i / 256);
	memset(got, 0, sizeof(got));
	last_error = 0;
	for (size_t out = 0; out < SIZE && n >= 0; out += (size_t)(n > 0 ? n : 0))
		n = send(fd, sent + out, SIZE - out, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	while (at < sizeof(got) && (n = recv(fd, got + at, sizeof(got) - at, 0)) > 0)
		at += (size_t)n;
	if (n < 0)
		last_error = errno;
	close(fd);
	return at;
}

static void passes_all(void **state)
{
	(void)state;
	assert_int_equal(round_trip(), SIZE);
	assert_memory_equal(sent, got, SIZE);
	assert_true(command("slice 700"));
	assert_int_equal(round_trip(), SIZE);
	assert_memory_equal(sent, got, SIZE);
}

static void cuts(void **state)
{
	(void)state;
	/* bytes up come back down as far as they went, because a half close lets the other way live */
	assert_true(command("cut up 1234 half"));
	assert_int_equal(round_trip(), 1234);
	assert_true(command("clear"));
	assert_true(command("cut down 77 close"));
	assert_in_range(round_trip(), 0, 77);
	assert_true(command("cut down 78 half"));
	assert_int_equal(round_trip(), 78);
	assert_true(command("clear"));
	assert_true(command("cut up 0 reset"));
	assert_int_equal(round_trip(), 0);
	assert_int_equal(last_error, ECONNRESET);
	assert_true(command("clear"));
	assert_int_equal(round_trip(), SIZE);
}

static void flips_one_byte(void **state)
{
	unsigned int other = 0;

	(void)state;
	assert_true(command("flip down 5000"));
	assert_int_equal(round_trip(), SIZE);
	for (size_t i = 0; i < SIZE; i++)
		other += sent[i] != got[i];
	assert_int_equal(other, 1);
	assert_int_not_equal(sent[5000], got[5000]);
}

static void takes_its_time(void **state)
{
	int64_t began = now_ms();

	(void)state;
	assert_true(command("delay 150"));
	assert_int_equal(round_trip(), SIZE);
	assert_true(now_ms() - began >= 300);
	assert_true(command("clear"));
	began = now_ms();
	assert_true(command("rate 20000"));
	assert_int_equal(round_trip(), SIZE);
	assert_true(now_ms() - began >= 400);
}

static void is_a_long_line(void **state)
{
	int64_t began = now_ms();
	char totals[80];

	(void)state;
	assert_true(command("line 20000 100"));
	assert_int_equal(round_trip(), SIZE);
	assert_memory_equal(sent, got, SIZE);
	assert_true(now_ms() - began >= 600);	/* half a second of bytes, and the way there and back */
	fprintf(say, "total\n");
	fflush(say);
	assert_non_null(fgets(totals, sizeof(totals), hear));
	assert_string_equal(totals, "10000 10000\n");
	assert_true(command("line 0 0"));
	assert_int_equal(round_trip(), SIZE);
	assert_false(command("line 5"));
}

static void swallows_and_lets_go(void **state)
{
	const struct timeval soon = { 0, 200000 };
	char byte;
	int fd;

	(void)state;
	assert_true(command("hole"));
	fd = dial();
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
	assert_int_equal(send(fd, "x", 1, MSG_NOSIGNAL), 1);
	assert_int_equal(recv(fd, &byte, 1, 0), -1);
	assert_true(errno == EAGAIN);
	assert_true(command("clear"));
	/* who reads with patience gets it now */
	for (int i = 0; i < 25 && recv(fd, &byte, 1, 0) != 1; i++)
		;
	assert_int_equal(byte, 'x');
	assert_true(command("end"));
	assert_int_not_equal(recv(fd, &byte, 1, 0), 1);
	close(fd);
}

static void speaks_for_itself(void **state)
{
	char path[] = "/tmp/verdict-say-XXXXXX", line[64];
	int file = mkstemp(path), fd;

	(void)state;
	assert_int_equal(write(file, "HTTP/1.1 200 OK\r\n\r\n", 19), 19);
	close(file);
	snprintf(line, sizeof(line), "say %s", path);
	assert_true(command(line));
	fd = dial();
	assert_int_equal(send(fd, "GET", 3, MSG_NOSIGNAL), 3);
	assert_int_equal(recv(fd, got, sizeof(got), MSG_WAITALL), 19);
	assert_memory_equal(got, "HTTP/1.1 200", 12);
	close(fd);
	unlink(path);
	assert_true(command("clear"));
	assert_true(command("refuse"));
	assert_int_equal(round_trip(), 0);
}

static void chance_follows_from_the_seed(void **state)
{
	size_t first[12];
	unsigned int cut = 0;

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		assert_true(command("chance 50 9000"));
		for (int i = 0; i < 12; i++) {
			size_t n = round_trip();

			/* a reset may take bytes with it: whether it was cut is what repeats */
			if (turn == 0)
				first[i] = n == SIZE;
			else
				assert_int_equal(first[i], n == SIZE);
			cut += n != SIZE;
		}
		tear_down(NULL);
		set_up(NULL);
	}
	assert_in_range(cut, 4, 20);
}

static void a_mix_strikes_some(void **state)
{
	unsigned int whole = 0;

	(void)state;
	assert_true(command("mix clean cut flip slice latency"));
	for (int i = 0; i < 24; i++)
		whole += round_trip() == SIZE && memcmp(sent, got, SIZE) == 0;
	/* two of five do harm, and strike in one of two directions within what is sent */
	assert_in_range(whole, 8, 22);
	assert_true(command("clear"));
	assert_int_equal(round_trip(), SIZE);
}

static void strange_words_are_told(void **state)
{
	(void)state;
	assert_false(command("cut sideways 5 close"));
	assert_false(command("cut up 5 gently"));
	assert_false(command("say /nowhere/at/all"));
	assert_false(command("dance"));
	assert_false(command("chance 5 0"));
	assert_false(command("mix clean dirty"));
	assert_false(command("mix"));
	assert_true(command("count"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
static const struct CMUnitTest tests[] = {
	CASE(passes_all), CASE(cuts), CASE(flips_one_byte), CASE(takes_its_time), CASE(is_a_long_line), CASE(swallows_and_lets_go),
	CASE(speaks_for_itself), CASE(chance_follows_from_the_seed), CASE(a_mix_strikes_some),
	CASE(strange_words_are_told),
};
TEST_MAIN(tests)
