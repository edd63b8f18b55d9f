/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reaching an SSH server: the network or another hop, the host's key, the login. Each way it can fail has its own
 * word. Layer ssh, in verdict-ssh; one thread, which may wait.
 */
#include "child.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "verdict/base/mem.h"

#define CONNECT_MS 5000
#define TALK_S 15L
#define WHO_MS 3000
#define HTTP_WANTS_LOGIN 511	/* RFC 6585 */
#define DEAD_MS 20000		/* unanswered bytes end a connection */
#define PROMPTS_MAX 8		/* of one round of questions */
#define ROUNDS_MAX 6

static const char ciphers[] = "aes256-gcm@openssh.com,aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,"
	"aes256-ctr,aes128-ctr";

/* ---- the network ---- */

static void set_tcp(int fd)
{
	int on = 1, idle = 10, every = 5, count = 2, dead = DEAD_MS;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof(every));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof(dead));
}

void session_hurry(const struct visit *v)
{
	int on = 1;

	setsockopt(ssh_get_fd(v->session), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

/* 0, or why not. */
static int connect_one(int *fd_out, const struct addrinfo *at)
{
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err = 0;
	socklen_t len = sizeof(err);
	struct pollfd p = { fd, POLLOUT, 0 };

	if (fd < 0)
		return errno;
	if (connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
		err = errno;
		if (err == EINPROGRESS && poll(&p, 1, CONNECT_MS) != 1)
			err = ETIMEDOUT;
		else if (err == EINPROGRESS && getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0)
			err = errno;
	}
	if (err) {
		close(fd);
		return err;
	}
	set_tcp(fd);
	*fd_out = fd;
	return 0;
}

/* The address as it is written, without a port. */
static void write_address(char *out, size_t max, const struct addrinfo *at)
{
	if (getnameinfo(at->ai_addr, at->ai_addrlen, out, (socklen_t)max, NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(out, max, "an address");
}

static int connect_host(struct visit *v, const char *host, unsigned int port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC }, *list, *at;
	char service[16], address[NI_MAXHOST];
	int fd = -1, err = 0;

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(host, service, &hints, &list) != 0)
		console_failed(NET_NAME, "the name %s is not known on this network", host);
	write_address(address, sizeof(address), list);
	console_step(v, HOP_FOUND, address);
	for (at = list; at && fd < 0; at = at->ai_next)
		err = connect_one(&fd, at);
	freeaddrinfo(list);
	if (fd >= 0) {
		console_step(v, HOP_CONNECTED, "");
		return fd;
	}
	if (err == ECONNREFUSED)
		console_failed(NET_PORT, "%s answers, but no SSH server does at port %u", host, port);
	if (err == ETIMEDOUT)
		console_failed(NET_SILENT, "%s did not answer at port %u within 5 seconds", host, port);
	console_failed(NET_ROUTE, "no way to %s; is this computer on the network?", host);
}

/* ---- the host's key ---- */

static void check_host(struct visit *v)
{
	const struct hop_options *o = &v->open.open;
	unsigned char *hash = NULL;
	ssh_key key = NULL;
	char *print, *said;
	size_t n = 0, i;

	if (ssh_get_server_publickey(v->session, &key) != SSH_OK ||
		ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &n) != SSH_OK || n != HOP_KEY)
		console_failed(NET_HOST_KEY, "%s shows no key that could be checked", o->host);
	ssh_key_free(key);
	for (i = 0; i < o->n_keys && memcmp(o->keys[i], hash, HOP_KEY) != 0; i++)
		;
	print = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, n);
	ssh_clean_pubkey_hash(&hash);
	if (!print || (o->n_keys && i == o->n_keys))
		console_failed(NET_HOST_KEY, "%s shows another key than it should: %s; somebody may stand in between",
			o->host, print ? print : "");
	if (!o->n_keys) {
		said = console_ask(v, HOP_HOST_KEY, print);
		if (!said || strcmp(said, "yes") != 0)
			console_failed(NET_NEW_KEY, "the key of %s was not compared: %s", o->host, print);
		mem_free(said);
	}
	console_step(v, HOP_KEY_GOOD, print);
	ssh_string_free_char(print);
}

/* ---- who else answers there ---- */

/* What answers to a plain request of HTTP: a line of it, "" for nothing within 3 s. */
static void ask_http(const struct hop_options *o, char *out, size_t max)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC }, *list = NULL, *at;
	char service[16], request[400];
	struct pollfd p = { -1, POLLIN, 0 };
	ssize_t n = 0;
	int len;

	*out = '\0';
	snprintf(service, sizeof(service), "%u", o->port);
	if (getaddrinfo(o->host, service, &hints, &list) != 0)
		return;
	for (at = list; at && p.fd < 0; at = at->ai_next)
		(void)connect_one(&p.fd, at);
	freeaddrinfo(list);
	if (p.fd < 0)
		return;
	len = snprintf(request, sizeof(request), "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", o->host);
	if (send(p.fd, request, (size_t)len, MSG_NOSIGNAL) == len && poll(&p, 1, WHO_MS) == 1)
		n = recv(p.fd, out, max - 1, 0);
	out[n > 0 ? n : 0] = '\0';
	close(p.fd);
}

/*
 * No SSH server, but something took the connection: a captive portal answers for everybody, by HTTP. Ends the process
 * where it is one, or another web server.
 */
static void look_who(const struct hop_options *o)
{
	static const char login[] = "this network wants a login in a browser first";
	char said[512];
	unsigned int status = 0;

	ask_http(o, said, sizeof(said));
	if (said[0] == 0x15 && said[1] == 0x03)	/* an alert of TLS */
		console_failed(NET_GARBLED, "what answers at %s port %u speaks TLS and not SSH", o->host, o->port);
	if (strncmp(said, "HTTP/", 5) != 0)
		return;
	if (strchr(said, ' '))
		status = (unsigned int)strtoul(strchr(said, ' '), NULL, 10);
	if ((status >= 200 && status < 400) || status == HTTP_WANTS_LOGIN)
		console_failed(NET_PORTAL, "what answers at %s port %u speaks HTTP and not SSH; %s", o->host, o->port, login);
	console_failed(NET_GARBLED, "what answers at %s port %u is a web server and no SSH server", o->host, o->port);
}

/* ---- the connection ---- */

static void set(ssh_session s, enum ssh_options_e what, const void *value)
{
	if (ssh_options_set(s, what, value) != SSH_OK)
		console_failed(NET_CHILD, "the SSH library cannot do what is needed: %s", ssh_get_error(s));
}

void session_connect(struct visit *v)
{
	const struct hop_options *o = &v->open.open;
	long timeout = TALK_S;
	int no = 0, fd = v->open.via ? ask_connection(HOPWIRE_MORE) : connect_host(v, o->host, o->port);

	if (fd < 0)
		console_failed(NET_CUT, "the host in between made no connection");
	v->session = ssh_new();
	if (!v->session)
		console_failed(NET_CHILD, "the SSH library could not be started");
	set(v->session, SSH_OPTIONS_PROCESS_CONFIG, &no);
	set(v->session, SSH_OPTIONS_HOST, o->host);
	set(v->session, SSH_OPTIONS_PORT, &o->port);
	set(v->session, SSH_OPTIONS_FD, &fd);
	if (*o->user)
		set(v->session, SSH_OPTIONS_USER, o->user);
	set(v->session, SSH_OPTIONS_TIMEOUT, &timeout);
	set(v->session, SSH_OPTIONS_CIPHERS_C_S, ciphers);
	set(v->session, SSH_OPTIONS_CIPHERS_S_C, ciphers);
	if (v->agent >= 0)
		ssh_set_agent_socket(v->session, v->agent);
	if (ssh_connect(v->session) != SSH_OK) {
		const char *why = ssh_get_error(v->session);

		if (!v->open.via)
			look_who(o);
		if (strstr(why, "imeout"))
			console_failed(NET_SILENT, "%s was reached, but no SSH server spoke", o->host);
		if (strstr(why, "banner") || strstr(why, "protocol version"))
			console_failed(NET_GARBLED, "what answers at %s port %u is no SSH server", o->host, o->port);
		if (v->open.via || strstr(why, "closed") || strstr(why, "disconnect") || strstr(why, "reset"))
			console_failed(NET_CUT, "%s ended the connection at its start: %s", o->host, why);
		console_failed(NET_TLS, "no secure connection with %s: %s", o->host, why);
	}
	check_host(v);
}

/* ---- the login ---- */

static int ask_passphrase(const char *prompt, char *out, size_t max, int echo, int verify, void *data)
{
	char *said = console_ask(data, HOP_SECRET, "Passphrase of the SSH key: ");

	(void)prompt, (void)echo, (void)verify;
	if (!said)
		return -1;
	snprintf(out, max, "%s", said);
	explicit_bzero(said, strlen(said));
	mem_free(said);
	return 0;
}

void session_load_identities(struct visit *v)
{
	const struct hop_options *o = &v->open.open;
	size_t i;

	for (i = 0; i < o->n_identities; i++)
		if (ssh_pki_import_privkey_base64(o->identities[i], NULL, ask_passphrase, v, &v->identities[i]) != SSH_OK)
			v->identities[i] = NULL;
}

static bool answer_prompts(struct visit *v, int n)
{
	const char *name = ssh_userauth_kbdint_getname(v->session);
	const char *what = ssh_userauth_kbdint_getinstruction(v->session);
	int i;

	for (i = 0; i < n && i < PROMPTS_MAX; i++) {
		char echo = 0, text[HOPWIRE_TEXT_MAX], *said;
		const char *prompt = ssh_userauth_kbdint_getprompt(v->session, (unsigned int)i, &echo);

		snprintf(text, sizeof(text), "%.200s%s%.400s%s%.400s", i ? "" : name, !i && *name ? " " : "", i ? "" : what,
			!i && *what ? " " : "", prompt ? prompt : "");
		said = console_ask(v, echo ? HOP_WORD : HOP_SECRET, text);
		if (!said)
			return false;
		ssh_userauth_kbdint_setanswer(v->session, (unsigned int)i, said);
		explicit_bzero(said, strlen(said));
		mem_free(said);
	}
	return n <= PROMPTS_MAX;
}

static bool by_questions(struct visit *v)
{
	int rc = ssh_userauth_kbdint(v->session, NULL, NULL), rounds;

	for (rounds = 0; rc == SSH_AUTH_INFO && rounds < ROUNDS_MAX; rounds++) {
		if (!answer_prompts(v, ssh_userauth_kbdint_getnprompts(v->session)))
			console_failed(NET_LOGIN, "the login was given up");
		rc = ssh_userauth_kbdint(v->session, NULL, NULL);
	}
	return rc == SSH_AUTH_SUCCESS;
}

static bool by_password(struct visit *v)
{
	char text[HOPWIRE_TEXT_MAX], *said;
	int rc;

	snprintf(text, sizeof(text), "Password of %s at %s: ", v->open.open.user, v->open.open.host);
	said = console_ask(v, HOP_SECRET, text);
	if (!said)
		console_failed(NET_LOGIN, "the login was given up");
	rc = ssh_userauth_password(v->session, NULL, said);
	explicit_bzero(said, strlen(said));
	mem_free(said);
	return rc == SSH_AUTH_SUCCESS;
}

static bool by_keys(struct visit *v)
{
	size_t i;

	if (v->agent >= 0 && ssh_userauth_agent(v->session, NULL) == SSH_AUTH_SUCCESS)
		return true;
	for (i = 0; i < v->open.open.n_identities; i++)
		if (v->identities[i] && ssh_userauth_publickey(v->session, NULL, v->identities[i]) == SSH_AUTH_SUCCESS)
			return true;
	return false;
}

/* What was tried, for the person who has to know why it was not enough. */
static void tell_tried(const struct visit *v, int methods, char *out, size_t max)
{
	static const struct { int bit; const char *name; } all[] = { { SSH_AUTH_METHOD_PUBLICKEY, "a key" },
		{ SSH_AUTH_METHOD_INTERACTIVE, "questions" }, { SSH_AUTH_METHOD_PASSWORD, "a password" },
		{ SSH_AUTH_METHOD_HOSTBASED, "the key of this computer" }, { SSH_AUTH_METHOD_GSSAPI_MIC, "Kerberos" } };
	const char *part = "it takes ";
	size_t i, n = 0, keys = 0;

	for (i = 0; i < v->open.open.n_identities; i++)
		keys += v->identities[i] != NULL;
	*out = '\0';
	for (i = 0; i < sizeof(all) / sizeof(all[0]) && n < max; i++) {
		if (!(methods & all[i].bit))
			continue;
		n += (size_t)snprintf(out + n, max - n, "%s%s", part, all[i].name);
		part = " or ";
	}
	if (n < max && (methods & SSH_AUTH_METHOD_PUBLICKEY))
		snprintf(out + n, max - n, "; tried %s%zu key%s of ssh-key%s", v->agent >= 0 ? "the agent and " : "", keys,
			keys == 1 ? "" : "s", v->agent >= 0 ? "" : ", no agent runs");
}

static void login_failed(const struct visit *v, int methods)
{
	const struct hop_options *o = &v->open.open;
	char tried[160];

	tell_tried(v, methods, tried, sizeof(tried));
	console_failed(NET_LOGIN, "%.60s does not let %.40s in: %s", o->host, *o->user ? o->user : "this user", tried);
}

void session_login(struct visit *v)
{
	const char *how = NULL;
	int methods;

	if (ssh_userauth_none(v->session, NULL) == SSH_AUTH_SUCCESS)
		how = "without a login";
	methods = ssh_userauth_list(v->session, NULL);
	if (!how && (methods & SSH_AUTH_METHOD_PUBLICKEY) && by_keys(v))
		how = "by key";
	if (!how && (methods & SSH_AUTH_METHOD_INTERACTIVE) && by_questions(v))
		how = "by its questions";
	if (!how && (methods & SSH_AUTH_METHOD_PASSWORD) && by_password(v))
		how = "by password";
	if (!how && !ssh_is_connected(v->session))
		console_failed(NET_CUT, "%s ended the connection while logging in", v->open.open.host);
	if (!how)
		login_failed(v, methods);
	console_step(v, HOP_LET_IN, how);
}
