/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target without libFuzzer: its seeds, then mutations of them that depend on nothing but their
 * number, so that every run is the same run. TAP on stdout. The target runs in a child; when that dies, the
 * input is in shared memory, and is written to fuzz_X.dead in the current folder.
 *
 *   fuzz_X               seeds and RUNS mutations, within SECONDS
 *   fuzz_X FILE…         these files alone
 *   FUZZ_SECONDS=60 fuzz_X   as many mutations as fit in
 */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS 4000
#define SECONDS 2
#define HANG_SECONDS 20
#define INPUT_MAX (1 << 20)
#define SEEDS_MAX 400

struct seed { uint8_t *bytes; size_t len; };

struct shared {		/* between the child that runs the target and the parent that tells */
	unsigned long runs;
	double slowest;
	size_t len;
	uint8_t input[INPUT_MAX];
};

static struct seed seeds[SEEDS_MAX];
static size_t n_seeds;
static struct shared *shared;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t next_random(uint64_t *state)	/* splitmix64 */
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static size_t below(uint64_t *state, size_t limit)
{
	return limit ? (size_t)(next_random(state) % limit) : 0;
}

static bool add_seed(const char *path)
{
	struct stat sb;
	ssize_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (n_seeds < SEEDS_MAX && fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode)) {
		seeds[n_seeds].bytes = malloc(INPUT_MAX);
		got = read(fd, seeds[n_seeds].bytes, INPUT_MAX);
		seeds[n_seeds].len = got > 0 ? (size_t)got : 0;
		n_seeds++;
	}
	close(fd);
	return got >= 0;
}

/* Sorted by name: the order of a directory differs between file systems. */
static bool add_folder(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char *file = NULL;
		bool ok = asprintf(&file, "%s/%s", path, names[i]->d_name) > 0
			&& (names[i]->d_name[0] == '.' || add_seed(file));

		free(file);
		free(names[i]);
		if (!ok)
			return false;
	}
	if (n >= 0)
		free(names);
	return n_seeds > 0;
}

/* Replace `cut` bytes at `at` by `len` bytes of `ptr`, which may lie within the input itself. */
static void replace(size_t at, size_t cut, const uint8_t *ptr, size_t len)
{
	uint8_t piece[256];

	if (len > sizeof(piece))
		len = sizeof(piece);
	if (shared->len - cut + len > INPUT_MAX)
		return;
	memcpy(piece, ptr, len);
	memmove(shared->input + at + len, shared->input + at + cut, shared->len - at - cut);
	memcpy(shared->input + at, piece, len);
	shared->len += len - cut;
}

static void mutate_once(uint64_t *r)
{
	static const uint8_t odd[] = { 0, 1, 10, 13, 27, 34, 44, 58, 91, 92, 93, 123, 125, 127, 128, 192, 237, 255 };
	size_t at = below(r, shared->len + 1), left = shared->len - at;
	const struct seed *other = &seeds[below(r, n_seeds)];
	size_t from = below(r, other->len + 1), take = below(r, other->len - from + 1);
	uint8_t noise[16];

	switch (below(r, 9)) {
	case 0:
		if (left)
			shared->input[at] ^= (uint8_t)(1u << below(r, 8));
		break;
	case 1:
		if (left)
			shared->input[at] = odd[below(r, sizeof(odd))];
		break;
	case 2:
		shared->len = at;
		break;
	case 3:
		replace(at, below(r, left + 1), noise, 0);
		break;
	case 4:
		for (size_t i = 0; i < sizeof(noise); i++)
			noise[i] = (uint8_t)next_random(r);
		replace(at, 0, noise, 1 + below(r, sizeof(noise)));
		break;
	case 5:
		replace(at, 0, shared->input + at, below(r, left + 1));
		break;
	case 6:
		replace(at, below(r, left + 1), other->bytes + from, take);
		break;
	case 7:		/* a 32 bit number: lengths and counts */
		for (size_t i = 0; i < 4 && i < left; i++)
			shared->input[at + i] = odd[below(r, sizeof(odd))];
		break;
	default:
		if (left)
			shared->input[at] = (uint8_t)next_random(r);
		break;
	}
}

static void load_seed(size_t i)
{
	memcpy(shared->input, seeds[i].bytes, seeds[i].len);
	shared->len = seeds[i].len;
}

static void run_once(void)
{
	uint8_t *exact = malloc(shared->len ? shared->len : 1);	/* so that reading past the end is seen */
	double began = now();

	memcpy(exact, shared->input, shared->len);
	alarm(HANG_SECONDS);
	LLVMFuzzerTestOneInput(exact, shared->len);
	alarm(0);
	free(exact);
	if (now() - began > shared->slowest)
		shared->slowest = now() - began;
	shared->runs++;
}

static void run_all(bool mutations, double seconds, unsigned long runs)
{
	double until = now() + seconds;

	for (size_t i = 0; i < n_seeds; i++) {
		load_seed(i);
		run_once();
	}
	for (unsigned long k = 0; mutations && k < runs && now() < until; k++) {
		uint64_t r = k;

		load_seed(below(&r, n_seeds));
		for (size_t times = 1 + below(&r, 6); times > 0; times--)
			mutate_once(&r);
		run_once();
	}
}

static void keep_input(const char *name)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s.dead", name);
	f = fopen(path, "wb");
	if (!f)
		return;
	fwrite(shared->input, 1, shared->len, f);
	fclose(f);
	printf("# its input is in %s; run %s %s\n", path, name, path);
}

static int tell(const char *name, int status)
{
	bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	if (!ok)
		printf("not ok 1 - %s: died in run %lu of %zu bytes (%s %d)\n", name, shared->runs + 1,
			shared->len, WIFSIGNALED(status) ? "signal" : "exit",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	else
		printf("ok 1 - %s: %zu seeds, %lu runs, slowest %.3f s\n", name, n_seeds, shared->runs,
			shared->slowest);
	if (!ok)
		keep_input(name);
	return !ok;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
	const char *src = getenv("srcdir"), *seconds = getenv("FUZZ_SECONDS");
	char folder[4096];
	bool loaded = true;
	int status = 0;
	pid_t pid;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/seeds/%s", src ? src : ".",
		strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name);
	for (int i = 1; i < argc; i++)
		loaded = add_seed(argv[i]) && loaded;
	if (argc == 1)
		loaded = add_folder(folder);
	printf("1..1\n");
	if (!loaded) {
		printf("not ok 1 - %s: cannot read the seeds in %s\n", name, folder);
		return 1;
	}
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		run_all(argc == 1, seconds ? strtod(seconds, NULL) : SECONDS, seconds ? ~0ul : RUNS);
		exit(0);	/* targets that made a folder take it away */
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return tell(name, status);
}
