/* SPDX-License-Identifier: Apache-2.0 */
/* Starting and killing of what jepsen.c is about; see jepsen_world.h. Layer: tests; the process that judges. */
#include "tests/fault/jepsen_world.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/fault/vfs_shim.h"
#include "tests/unit/pack_fixture.h"
#include "verdict/base/mem.h"

#define WORDS 16
#define PATIENCE_MS 60000

static const char *const jepsen_people[JEPSEN_CONSOLES] = { "m1", "m2", "m3", "m4", "l1" };

void fail(struct world *w, const char *fmt, ...)
{
	va_list ap;

	printf("not ok 1 - seed %" PRIu64 ": ", w->seed);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n# see %s\n", w->dir);
	fflush(stdout);
	_exit(1);		/* children end with their parent */
}

unsigned int below(struct world *w, unsigned int n)
{
	return jepsen_draw(&w->random) % n;
}

void nap(unsigned int ms)
{
	const struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* ---- programs ---- */

/* argv[0] is a program of the build; its standard input and output are `in` and `out` where not -1, its errors go to `log`. */
static pid_t spawn(struct world *w, const char *const *argv, int in, int out, const char *log)
{
	char *path = mem_printf("%s/%s", w->bin, argv[0]), *err = mem_printf("%s/%s", w->dir, log);
	pid_t pid = fork();
	int fd;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fd = open(err, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		dup2(fd, STDERR_FILENO);
		if (in >= 0)
			dup2(in, STDIN_FILENO);
		dup2(out >= 0 ? out : fd, STDOUT_FILENO);
		execv(path, (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	mem_free(path);
	mem_free(err);
	return pid;
}

/* What verdictd prints, the first 4 KiB; the caller's. */
static char *verdictd(struct world *w, const char *const *words)
{
	char *store = mem_printf("%s/hub", w->dir), line[4096] = "";
	const char *argv[WORDS] = { "verdictd", "--store", store };
	int ends[2], status;
	FILE *f;
	pid_t pid;

	for (size_t i = 0; words[i]; i++)
		argv[3 + i] = words[i];
	if (pipe2(ends, O_CLOEXEC) != 0)
		fail(w, "pipe: %s", strerror(errno));
	pid = spawn(w, argv, -1, ends[1], "command.log");
	close(ends[1]);
	f = fdopen(ends[0], "r");
	if (f)
		line[fread(line, 1, sizeof(line) - 1, f)] = '\0';
	while (f && fgetc(f) != EOF)
		;
	if (f)
		fclose(f);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail(w, "verdictd %s ended with %x", words[0], (unsigned int)status);
	mem_free(store);
	return mem_strdup(line);
}

static uint64_t verified(struct world *w, const char *key)
{
	char *text = verdictd(w, (const char *const[]){ "--json", "verify", NULL });
	const char *at = strstr(text, key);
	uint64_t n;

	if (!at)
		fail(w, "verdictd verify says: %s", text);
	n = strtoull(at + strlen(key), NULL, 10);
	mem_free(text);
	return n;
}

uint64_t hub_size(struct world *w)
{
	return verified(w, "\"entries\":");
}

uint64_t hub_records(struct world *w)
{
	return verified(w, "\"records\":");
}

/* ---- the hub ---- */

/* The port in its log, 0 where it is not ready. */
static int port_in_log(const struct world *w)
{
	char *path = mem_printf("%s/hub.log", w->dir), text[8192];
	const char *at;
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	mem_free(path);
	/* the line may be there in part */
	at = strstr(text, "event=ready address=\"https://127.0.0.1:");
	at = at && strchr(at, '\n') ? strstr(at, "127.0.0.1:") : NULL;
	return at ? (int)strtol(strchr(at, ':') + 1, NULL, 10) : 0;
}

void hub_start(struct world *w)
{
	char *store = mem_printf("%s/hub", w->dir), *listen = mem_printf("127.0.0.1:%d", w->hub_port);
	const char *const argv[] = { "verdictd", "--store", store, "serve", "--listen", listen, "--limit-key", "0",
		"--limit-address", "0", NULL };
	char *log = mem_printf("%s/hub.log", w->dir);
	int port = 0;

	unlink(log);		/* or it would be that of the hub before */
	w->hub = spawn(w, argv, -1, -1, "hub.log");
	for (unsigned int ms = 0; !port; ms += 5) {
		nap(5);
		port = port_in_log(w);
		if (!port && (ms > PATIENCE_MS || waitpid(w->hub, NULL, WNOHANG) != 0))
			fail(w, "the hub does not serve");
	}
	w->hub_port = port;
	mem_free(log);
	mem_free(store);
	mem_free(listen);
}

void hub_kill(struct world *w, int signo)
{
	int status;

	kill(w->hub, signo);
	if (waitpid(w->hub, &status, 0) != w->hub || (WIFEXITED(status) ? WEXITSTATUS(status) != 0 : WTERMSIG(status) != signo))
		fail(w, "the hub ended with %x", (unsigned int)status);
	w->hub = 0;
}

/* ---- the network ---- */

static void proxy_start(struct world *w)
{
	char seed[24], line[32];
	const char *const argv[] = { "tests/fault/proxy", seed, NULL };
	int in[2], out[2];

	snprintf(seed, sizeof(seed), "%" PRIu64, w->seed);
	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		fail(w, "pipe: %s", strerror(errno));
	w->proxy = spawn(w, argv, in[0], out[1], "proxy.log");
	close(in[0]);
	close(out[1]);
	w->say = fdopen(in[1], "w");
	w->hear = fdopen(out[0], "r");
	if (!w->say || !w->hear || !fgets(line, sizeof(line), w->hear))
		fail(w, "no proxy");
	w->proxy_port = (int)strtol(line, NULL, 10);
}

void trouble(struct world *w, const char *fmt, ...)
{
	unsigned long up, down;
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	vfprintf(w->say, fmt, ap);
	va_end(ap);
	fputc('\n', w->say);
	fflush(w->say);
	if (!fgets(line, sizeof(line), w->hear) ||
			sscanf(line, "%lu %lu %lu %lu", &w->connections, &up, &down, &w->struck) != 4)
		fail(w, "the proxy says nothing good to: %s", fmt);
}

/* ---- consoles ---- */

void console_start(struct world *w, unsigned int n, uint64_t kill_at)
{
	struct jepsen_console c = { .number = n, .lead = jepsen_people[n][0] == 'l', .dir = w->store[n], .code = w->code[n],
		.history = w->history, .seed = w->seed * 1000003 + jepsen_draw(&w->random), .kill_at = kill_at,
		.shared = w->shared };
	pid_t pid;

	w->shared->seats[n].joined = w->shared->seats[n].settled = false;
	pid = fork();
	if (pid == 0) {
		/* the proxy must see its end when the parent goes */
		close(fileno(w->say));
		close(fileno(w->hear));
		jepsen_console_run(&c);
	}
	if (pid < 0)
		fail(w, "fork: %s", strerror(errno));
	w->console[n] = pid;
}

void console_kill(struct world *w, unsigned int n)
{
	int status;

	if (!w->console[n])
		return;
	kill(w->console[n], SIGKILL);
	waitpid(w->console[n], &status, 0);
	w->console[n] = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) != FAULT_EXIT)
		fail(w, "console %u ended with %d: %s", n, WEXITSTATUS(status), w->shared->seats[n].failure);
}

void consoles_reap(struct world *w)
{
	for (unsigned int n = 0; n < JEPSEN_CONSOLES; n++) {
		int status;

		if (!w->console[n] || waitpid(w->console[n], &status, WNOHANG) != w->console[n])
			continue;
		w->console[n] = 0;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != FAULT_EXIT)
			fail(w, "console %u ended with %x: %s", n, (unsigned int)status, w->shared->seats[n].failure);
		w->write_kills++;
		console_start(w, n, 0);
	}
}

/* ---- a world ---- */

static void write_pack(const char *dir)
{
	struct buf b;

	pack_write(dir, NULL, NULL, 0);
	buf_init(&b, 65536);
	for (unsigned int i = 0; i < JEPSEN_CONSOLES; i++)
		buf_printf(&b, "%s{\"id\":\"%s\",\"name\":\"%s\",\"roles\":[\"%s\"]}", i ? "," : "[", jepsen_people[i],
			jepsen_people[i], jepsen_people[i][0] == 'l' ? "lead" : "monitor");
	buf_adds(&b, "]");
	pack_put(dir, "persons.json", b.ptr, b.len);
	buf_reset(&b);
	for (unsigned int i = 1; i <= JEPSEN_TIS; i++)
		buf_printf(&b, "{\"id\":\"" JEPSEN_TI "\",\"test\":\"T1\",\"status\":\"to-be-verified\","
			"\"since\":\"2026-11-18T10:00:00+09:00\",\"revision\":1,"
			"\"participants\":[{\"role\":\"source\",\"system\":\"S1\"}]}\n", i);
	pack_put(dir, "instances.ndjson", b.ptr, b.len);
	buf_done(&b);
}

static void make_codes(struct world *w)
{
	char *address = mem_printf("https://127.0.0.1:%d", w->proxy_port);

	for (unsigned int n = 0; n < JEPSEN_CONSOLES; n++) {
		const char *role = jepsen_people[n][0] == 'l' ? "lead" : "monitor";

		w->code[n] = verdictd(w, (const char *const[]){ "-q", "enrol", jepsen_people[n], "--role", role, "--address",
			address, NULL });
		w->code[n][strcspn(w->code[n], "\n")] = '\0';
		w->store[n] = mem_printf("%s/console-%u", w->dir, n);
	}
	mem_free(address);
}

void world_open(struct world *w, uint64_t seed)
{
	const char *bin = getenv("builddir");
	char *pack, *history;

	memset(w, 0, sizeof(*w));
	w->seed = w->random = seed;
	w->bin = mem_strdup(bin ? bin : ".");
	w->dir = mem_printf("%s/verdict-jepsen-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	w->shared = mmap(NULL, sizeof(*w->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!mkdtemp(w->dir) || w->shared == MAP_FAILED)
		fail(w, "no folder, or no memory");
	memset(w->shared, 0, sizeof(*w->shared));
	history = mem_printf("%s/history", w->dir);
	w->history = open(history, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	pack = mem_printf("%s/pack", w->dir);
	write_pack(pack);
	mem_free(verdictd(w, (const char *const[]){ "-q", "import", "pack", pack, NULL }));
	hub_start(w);
	proxy_start(w);
	trouble(w, "to %d", w->hub_port);
	make_codes(w);
	mem_free(pack);
	mem_free(history);
}

static int remove_one(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

void world_close(struct world *w)
{
	fclose(w->say);		/* the proxy's end */
	waitpid(w->proxy, NULL, 0);
	fclose(w->hear);
	close(w->history);
	nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	munmap(w->shared, sizeof(*w->shared));
	for (unsigned int n = 0; n < JEPSEN_CONSOLES; n++) {
		mem_free(w->code[n]);
		mem_free(w->store[n]);
	}
	mem_free(w->dir);
	mem_free(w->bin);
}
