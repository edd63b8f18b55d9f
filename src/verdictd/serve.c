/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdictd serve: sockets, certificate, lesser rights, hub, service, in that order; then a loop
 * until a signal says stop. Layer: verdictd. Main thread.
 */
#include "verdictd_priv.h"

#include <ifaddrs.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "verdict/base/clock.h"
#include "verdict/base/log.h"
#include "verdict/base/loop.h"
#include "verdict/base/mem.h"
#include "verdict/hubd/uri.h"
#include "verdict/proto/enrol.h"
#include "verdict/proto/url.h"

#define LISTEN_DEFAULT "127.0.0.1:8443"
#define LISTENS_MAX 8
#define NAMES_MAX 32
#define NAME_BYTES 256
#define TICK_MS 250
#define DRAIN_MS 10000
#define NUMBER_MAX 1000000

struct service {
	struct run *r;
	struct site *site;
	struct hubd_options o;
	struct listen_socket sockets[LISTENS_MAX]; size_t n_sockets;
	char names[NAMES_MAX][NAME_BYTES]; size_t n_names;
	const char *certificate, *key;	/* given ones */
	struct tls_identity tls; bool has_tls;
	struct hubd *hubd;
	struct loop *l;
	struct loop_timer *tick;
	struct admin *admin;
	const char *drop_dir;
	struct drop *drop;
	int signals;
	bool stop;
	char *watched;		/* folder of evidence, or NULL */
	struct watch *watch;
};

static bool number(struct run *r, unsigned int *out, const char *option)
{
	const char *text = run_get(r, option);
	uint64_t n;

	if (!text)
		return true;
	if (!number_parse(&n, text) || n > NUMBER_MAX) {
		run_error(r, "--%s: want a number of at most %d", option, NUMBER_MAX);
		return false;
	}
	*out = (unsigned int)n;
	return true;
}

static bool read_site(struct service *v)
{
	const char *who = run_get(v->r, "site");

	v->o.site = !who || strcmp(who, "public") == 0;
	if (v->o.site || strcmp(who, "off") == 0)
		return true;
	run_error(v->r, "--site: want public or off");
	return false;
}

/* Bursts grow with their rates: three seconds of a console, four of an address. */
static bool read_options(struct service *v)
{
	struct hubd_limits *l = &v->o.limits;
	struct run *r = v->r;

	if (!number(r, &l->key_rate, "limit-key") ||
		!number(r, &l->address_rate, "limit-address") ||
		!number(r, &l->reader_rate, "limit-reader") ||
		!number(r, &l->connections, "connections"))
		return false;
	l->reader_burst = 4 * l->reader_rate;
	if (!read_site(v))
		return false;
	l->key_burst = 3 * l->key_rate;
	l->address_burst = 4 * l->address_rate;
	v->o.metrics_open = run_get(r, "metrics-open") != NULL;
	v->o.verbose = r->verbose;
	v->drop_dir = run_get(r, "drop");
	v->certificate = run_get(r, "tls-cert");
	v->key = run_get(r, "tls-key");
	if (!v->certificate != !v->key) {
		run_error(r, "--tls-cert and --tls-key go together");
		return false;
	}
	if (l->connections == 0) {
		run_error(r, "--connections: want at least 1");
		return false;
	}
	return true;
}

static enum status open_sockets(struct service *v)
{
	const char *where[LISTENS_MAX + 1] = { LISTEN_DEFAULT };
	size_t n = run_list(where, LISTENS_MAX + 1, v->r, "listen");
	bool plain = run_get(v->r, "plain") != NULL;
	enum status st = STATUS_OK;

	if (n > LISTENS_MAX)
		return status_set(STATUS_USAGE, "--listen: more than %d sockets", LISTENS_MAX);
	for (size_t i = 0; !st && i < (n ? n : 1); i++) {
		st = listen_open(&v->sockets[v->n_sockets], where[i], !plain);
		if (!st)
			v->has_tls |= v->sockets[v->n_sockets++].kind == LISTEN_TLS;
	}
	return st;
}

static void add_name(struct service *v, const char *name)
{
	if (v->n_names == NAMES_MAX || strlen(name) >= NAME_BYTES || !url_host_ok(name))
		return;
	for (size_t i = 0; i < v->n_names; i++)
		if (strcmp(v->names[i], name) == 0)
			return;
	memcpy(v->names[v->n_names++], name, strlen(name) + 1);
}

static bool is_wildcard(const char *host)
{
	return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

/* Addresses of this machine, without those that mean something on one link alone. */
static void add_addresses(struct service *v)
{
	struct ifaddrs *list, *i;
	char host[NAME_BYTES];

	if (getifaddrs(&list) != 0)
		return;
	for (i = list; i; i = i->ifa_next) {
		socklen_t len = i->ifa_addr && i->ifa_addr->sa_family == AF_INET
			? sizeof(struct sockaddr_in)
			: i->ifa_addr && i->ifa_addr->sa_family == AF_INET6
			? sizeof(struct sockaddr_in6)
			: 0;

		if (len &&
			getnameinfo(
				i->ifa_addr, len, host, sizeof(host), NULL, 0, NI_NUMERICHOST) == 0)
			add_name(v, host); /* one with a zone is no host name, and left out there */
	}
	freeifaddrs(list);
}

/* What a new certificate is good for: names given, addresses served, the host's name, this machine
 * itself. */
static void gather_names(struct service *v)
{
	const char *given[NAMES_MAX];
	size_t n = run_list(given, NAMES_MAX, v->r, "name");
	char host[NAME_BYTES] = "";
	bool wild = false;

	for (size_t i = 0; i < n; i++)
		add_name(v, given[i]);
	for (size_t i = 0; i < v->n_sockets; i++) {
		if (v->sockets[i].kind == LISTEN_TLS && !is_wildcard(v->sockets[i].host))
			add_name(v, v->sockets[i].host);
		wild |= is_wildcard(v->sockets[i].host);
	}
	if (gethostname(host, sizeof(host) - 1) == 0)
		add_name(v, host);
	add_name(v, "localhost");
	add_name(v, "127.0.0.1");
	add_name(v, "::1");
	if (wild)
		add_addresses(v);
}

static enum status read_certificate(struct service *v, struct tls_identity *t)
{
	const char *names[NAMES_MAX];
	enum status st;
	char *dir;

	if (v->certificate)
		return tls_identity_read(t, v->certificate, v->key);
	for (size_t i = 0; i < v->n_names; i++)
		names[i] = v->names[i];
	dir = mem_printf("%s/tls", v->site->dir);
	st = tls_identity_own(t, dir, names, v->n_names, clock_wall_ms());
	mem_free(dir);
	return st;
}

/* "HOST:PORT" that --public names, or the first socket of a kind; what codes will say. */
static void choose_address(struct service *v)
{
	const char *public = run_get(v->r, "public");
	const struct listen_socket *l = NULL;
	struct buf b;

	buf_init(&b, 1024);
	for (size_t i = v->n_sockets; i-- > 0; )
		if (v->sockets[i].kind == LISTEN_TLS ||
			(v->sockets[i].kind == LISTEN_PLAIN && !v->has_tls))
			l = &v->sockets[i];
	if (public)
		buf_printf(&b, "https://%s", public);
	else if (l)
		enrol_base_url(&b, l->kind == LISTEN_TLS,
			is_wildcard(l->host) ? v->names[0] : l->host, l->port);
	mem_free(v->site->base_url);
	v->site->base_url = b.len ? mem_strdup(b.ptr) : NULL;
	buf_done(&b);
}

/* The pin is the proxy's where one stands in front, else the hub's own. */
static enum status choose_pin(struct service *v)
{
	const char *public = run_get(v->r, "public-cert");
	struct tls_identity t;
	enum status st = STATUS_OK;

	v->site->has_pin = public || v->has_tls;
	if (public)
		st = tls_identity_public(&t, public);
	if (st)
		return st;
	memcpy(v->site->pin, public ? t.pin : v->tls.pin, sizeof(v->site->pin));
	mem_free(v->site->pem);
	v->site->pem = v->site->has_pin ? mem_strdup(public ? t.certificate : v->tls.certificate) : NULL;
	if (public)
		tls_identity_done(&t);
	return STATUS_OK;
}

/* Everything that needs rights or names, before both are given up. */
static enum status prepare(struct service *v)
{
	enum status st = open_sockets(v);

	if (!st && v->has_tls && v->certificate)	/* perhaps readable for root alone */
		st = read_certificate(v, &v->tls);
	gather_names(v);
	if (!st)
		st = drop_to(run_get(v->r, "user"), v->site->dir);
	if (!st && v->has_tls && !v->certificate)
		st = read_certificate(v, &v->tls);
	if (!st && v->drop_dir)
		st = drop_prepare(v->drop_dir);
	choose_address(v);
	if (!st && run_get(v->r, "watch"))
		st = watch_path(&v->watched, run_get(v->r, "watch"));
	return st ? st : choose_pin(v);
}

static enum status start(struct service *v)
{
	enum status st;

	sandbox_hub(
		&v->site->sandbox_off, v->site, v->certificate, v->key, v->watched, v->drop_dir,
		v->o.limits.connections);
	st = site_open(v->site);
	if (st)
		return st;
	if (v->site->base_url)
		st = site_write_address(v->site);
	v->o.hub = v->site->hub;
	v->hubd = hubd_new(&v->o);
	for (size_t i = 0; !st && i < v->n_sockets; i++) {
		st = hubd_serve(v->hubd, &v->sockets[i], v->has_tls ? &v->tls : NULL);
		if (!st)
			v->sockets[i].fd = -1;	/* the service's now */
	}
	v->site->serving = true;
	if (!st && v->drop_dir)
		v->drop = drop_start(v->site, v->drop_dir);
	return st ? st : admin_open(&v->admin, v->site, v->l);
}

static void tell_start(struct service *v)
{
	char pin[64] = "";
	struct note n;
	struct buf b;

	buf_init(&b, sizeof(pin) - 1);
	if (v->site->has_pin)
		base64url(&b, v->site->pin, sizeof(v->site->pin));
	for (size_t i = 0; i < v->n_sockets; i++) {
		const struct listen_socket *l = &v->sockets[i];

		note_begin(&n, NOTE_INFO, "serving");
		note_str(&n, "at", l->host);
		if (l->kind != LISTEN_UNIX)
			note_int(&n, "port", l->port);
		note_str(&n, "tls", l->kind == LISTEN_TLS ? "yes" : "no");
		note_end(&n);
	}
	note_begin(&n, v->site->sandbox_off ? NOTE_WARNING : NOTE_INFO, "ready");
	note_str(&n, "address", v->site->base_url);
	note_str(&n, "pin", b.len ? buf_str(&b) : NULL);
	note_str(&n, "store", v->site->dir);
	note_str(&n, "sandbox-without", v->site->sandbox_off);
	note_end(&n);
	buf_done(&b);
}

static void ticked(void *data)
{
	struct service *v = data;

	hubd_tick(v->hubd);
	loop_after(v->l, &v->tick, TICK_MS, "tick", ticked, v);
}

static void reload(struct service *v)
{
	struct tls_identity t;
	enum status st;

	if (!v->has_tls)
		return;
	st = read_certificate(v, &t);
	if (!st) {
		st = hubd_reload(v->hubd, &t);
		tls_identity_done(&t);
	}
	note_line(st ? NOTE_ERROR : NOTE_INFO, "reload",
		st ? status_message() : "the certificate was read again");
}

static void signalled(int fd, short revents, void *data)
{
	struct signalfd_siginfo info;
	struct service *v = data;

	(void)revents;
	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP) {
		reload(v);
		return;
	}
	note_line(NOTE_INFO, "stopping", "no new requests; those under way end");
	v->stop = true;
	loop_stop(v->l);
}

/* What the hub has to say beside the answers that it gives: a failed commit, a new epoch, the database's warnings. */
static void hub_says(enum log_level level, const char *text)
{
	note_line(level == LOG_ERROR_ ? NOTE_ERROR : level == LOG_WARNING_ ? NOTE_WARNING : NOTE_INFO, "hub", text);
}

/* Before any thread, so that signals find the descriptor alone. */
static void catch_signals(struct service *v)
{
	sigset_t set;

	log_tell(hub_says);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	v->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	v->l = loop_new();
	if (v->signals >= 0)
		loop_watch(v->l, v->signals, POLLIN, "signals", signalled, v);
}

/* The hub answers what still waits for a commit, and only then the service ends. */
static void finish(struct service *v)
{
	if (v->hubd && !hubd_drain(v->hubd, DRAIN_MS))
		note_line(NOTE_WARNING, "stopping", "some requests did not end in time");
	watch_stop(v->watch);
	drop_stop(v->drop);
	admin_free(v->admin);
	site_close(v->site);
	hubd_free(v->hubd);
	for (size_t i = 0; i < v->n_sockets; i++)
		listen_close(&v->sockets[i]);
	tls_identity_done(&v->tls);
	mem_free(v->watched);
	loop_cancel(v->l, &v->tick);
	loop_free(v->l);
	if (v->signals >= 0)
		close(v->signals);
}

int command_serve(struct run *r)
{
	struct service v = {
		.r = r, .site = r->site, .o = { .limits = HUBD_LIMITS }, .signals = -1
	};
	enum status st;

	if (!read_options(&v))
		return EXIT_USAGE;
	catch_signals(&v);
	st = prepare(&v);
	if (!st)
		st = start(&v);
	if (!st) {
		if (!r->quiet)
			tell_start(&v);
		ticked(&v);
		if (v.watched)
			v.watch = watch_start(v.site, v.watched);
		loop_run(v.l);
	}
	finish(&v);
	if (!st && !r->quiet)
		note_line(NOTE_INFO, "stopped", "every answer was given");
	return st ? run_status(r, st) : EXIT_DONE;
}
