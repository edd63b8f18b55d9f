/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run a command with its output thrown away and print what it cost: "wall_ms N", "peak_kib N". Leaves
 * with the command's exit code.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	struct rusage use;
	double start;
	int how, fd;
	pid_t pid;

	if (argc < 2) {
		fputs("usage: timed COMMAND...\n", stderr);
		return 2;
	}
	start = now_ms();
	pid = fork();
	if (pid == 0) {
		fd = open("/dev/null", O_WRONLY);
		if (fd >= 0)
			dup2(fd, STDOUT_FILENO);
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &how, 0, &use) != pid) {
		perror("timed");
		return 1;
	}
	printf("wall_ms %.3f\npeak_kib %ld\n", now_ms() - start, use.ru_maxrss);
	return WIFEXITED(how) ? WEXITSTATUS(how) : 1;
}
