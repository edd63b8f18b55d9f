/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's main program: options, locale, where the store lies; then a subcommand (launch.c) or the full
 * screen (ui/console.h). Main thread.
 */
#include "src/verdict/verdict_priv.h"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "config.h"
#include "verdict/base/clock.h"
#include "verdict/base/mem.h"
#include "verdict/proto/crypto.h"
#include "verdict/ui/console.h"

/* A closed standard descriptor would else become the database's or the journal's. */
static void keep_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

static void put(int fd, const char *text)
{
	(void)!write(fd, text, strlen(text));
}

static int usage(const char *message)
{
	char line[600];

	snprintf(line, sizeof(line), "verdict: %s\nTry: verdict help\n", message);
	put(2, line);
	return SHELL_USAGE;
}

static char *default_store(void)
{
	const char *env = getenv("VERDICT_STORE"), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (env && *env)
		return mem_strdup(env);
	if (data && *data == '/')
		return mem_printf("%s/verdict", data);
	return mem_printf("%s/.local/share/verdict", home && *home == '/' ? home : "");
}

static int parse_size(int *rows, int *cols, const char *word)
{
	char *end;
	long c = strtol(word, &end, 10), r;

	if (*end != 'x')
		return -1;
	r = strtol(end + 1, &end, 10);
	if (*end || c < 1 || c > 1000 || r < 1 || r > 1000)
		return -1;
	*cols = (int)c;
	*rows = (int)r;
	return 0;
}

static int full_screen(const struct launch *launch, int64_t freeze_ms)
{
	char *dir = absolute_path(launch->store);
	struct console_args args = { .store_dir = dir, .config = launch->config,
		.script = launch->script, .tour = launch->tour, .freeze_ms = freeze_ms,
		.create = !launch->tour && !launch->script,
		.mono = launch->color && strcmp(launch->color, "never") == 0 };

	int code;

	if (launch->size && parse_size(&args.rows, &args.cols, launch->size) != 0)
		code = usage("--size takes COLSxROWS, such as 80x24");
	else if (!launch->script && !launch->tour && !(isatty(0) && isatty(1)))
		code = usage("the full screen needs a terminal; verdict help lists the commands, "
			"verdict tour prints the screens");
	else
		code = console_run(&args);
	mem_free(dir);
	return code;
}

static int run(struct launch *launch, int argc, char **argv)
{
	static const struct shell_option *const lists[] = { shell_common, shell_screen, NULL };
	const struct shell_option *o;
	const char *value;
	int64_t freeze_ms = 0, start_ms = 0;
	struct buf help;
	int i, code;

	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (shell_option_next(&o, &value, lists, argc, argv, &i) != STATUS_OK ||
		    launch_option(launch, o, value) != 0)
			return usage(status_message());
	}
	if (launch->version) {
		put(1, PACKAGE_STRING "\n");
		return SHELL_DONE;
	}
	if (launch->help && i >= argc) {
		buf_init(&help, 65536);
		shell_usage(&help, NULL);
		put(1, buf_str(&help));
		buf_done(&help);
		return SHELL_DONE;
	}
	if (launch->clock && clock_parse(&freeze_ms, launch->clock) != 0)
		return usage("--clock takes a time such as 2026-11-18T05:33:07Z");
	if (freeze_ms)
		clock_freeze_ms(freeze_ms);
	if (launch->clock_from && clock_parse(&start_ms, launch->clock_from) != 0)
		return usage("--clock-from takes a time such as 2026-11-24T14:32:07+09:00");
	if (start_ms)
		clock_start_ms(start_ms);
	crypto_init();
	if (i < argc) {
		code = launch_subcommand(launch, argc - i, argv + i);
		if (code != SHELL_DONE || !launch->tour)
			return code;
	}
	return full_screen(launch, freeze_ms);
}

int main(int argc, char **argv)
{
	struct launch launch = { 0 };
	char *store = default_store();
	int code;

	keep_descriptors();
	signal(SIGXFSZ, SIG_IGN);	/* a file that may not grow is an error like a full disk */
	launch.ascii = !setlocale(LC_ALL, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	launch.store = store;
	code = run(&launch, argc, argv);
	mem_free(store);
	return code;
}
