/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SSH server that asks, for tests: prints its port, lets in who answers "word" and "s3cret" to its two questions, of
 * which the second is not shown while it is typed, and forwards nothing. Ends after a minute, or with its parent.
 */
#include <arpa/inet.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_somewhere(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, 4) != 0)
		return -1;
	getsockname(fd, (struct sockaddr *)&at, &len);
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	return fd;
}

static void put_questions(ssh_message m)
{
	static const char *prompts[] = { "User word: ", "Code of your token: " };
	char echo[] = { 1, 0 };

	ssh_message_auth_interactive_request(m, "Gate", "Two \033[31mquestions.", 2, prompts, echo);
}

static bool answers_right(ssh_session s)
{
	const char *first, *second;

	if (ssh_userauth_kbdint_getnanswers(s) != 2)
		return false;
	first = ssh_userauth_kbdint_getanswer(s, 0);
	second = ssh_userauth_kbdint_getanswer(s, 1);
	return first && second && !strcmp(first, "word") && !strcmp(second, "s3cret");
}

static void answer(ssh_session s, ssh_message m)
{
	bool questions = ssh_message_type(m) == SSH_REQUEST_AUTH && ssh_message_subtype(m) == SSH_AUTH_METHOD_INTERACTIVE;

	if (ssh_message_type(m) == SSH_REQUEST_AUTH)
		ssh_message_auth_set_methods(m, SSH_AUTH_METHOD_INTERACTIVE);
	if (questions && !ssh_message_auth_kbdint_is_response(m))
		put_questions(m);
	else if (questions && answers_right(s))
		ssh_message_auth_reply_success(m, 0);
	else
		ssh_message_reply_default(m);
}

static void serve(ssh_bind b, int fd)
{
	ssh_session s = ssh_new();
	ssh_message m;

	if (s && ssh_bind_accept_fd(b, s, fd) == SSH_OK && ssh_handle_key_exchange(s) == SSH_OK)
		while ((m = ssh_message_get(s))) {
			answer(s, m);
			ssh_message_free(m);
		}
	ssh_free(s);
}

int main(void)
{
	ssh_bind b;
	ssh_key key = NULL;
	int sock, fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	alarm(60);
	ssh_init();
	b = ssh_bind_new();
	if (!b || ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) != SSH_OK ||
		ssh_bind_options_set(b, SSH_BIND_OPTIONS_IMPORT_KEY, key) != SSH_OK || (sock = listen_somewhere()) < 0)
		return 1;
	while ((fd = accept(sock, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			alarm(60);
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(b, fd);
			_exit(0);
		}
		close(fd);
	}
	return 0;
}
