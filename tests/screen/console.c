/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console for tests: `console import STORE PACK PERSON` makes a store ("-" for no pack, or for nobody who
 * joins), `console run STORE [SCRIPT] [COLS ROWS] [ascii]` opens it, on the null terminal with a script and on this terminal without ("-" for none).
 * A file verdict.conf in the current directory is read. While a file FULL exists in the current directory, every write fails as on a full disk.
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verdict/base/io.h"
#include "verdict/proto/crypto.h"
#include "verdict/store/import.h"
#include "verdict/store/store.h"
#include "verdict/ui/console.h"

static int full(enum io_op op, const char *path, size_t len, void *data)
{
	(void)path, (void)len, (void)data;
	return op == IO_WRITE && access("FULL", F_OK) == 0 ? ENOSPC : 0;
}

static int import(char **argv)
{
	struct import_report report;
	struct store *st = NULL;
	enum status code = store_open(&st, argv[2], STORE_CREATE);
	const char *secret = getenv("PASSPHRASE");

	if (!code && strcmp(argv[3], "-") != 0)
		code = store_import_pack(&report, st, argv[3], NULL, NULL);
	if (!code && strcmp(argv[4], "-") != 0)
		code = store_join(st, argv[4], secret);
	if (code)
		fprintf(stderr, "%s\n", status_message());
	store_close(st);
	return code ? 4 : 0;
}

int main(int argc, char **argv)
{
	struct console_args args = { .no_config = true };

	setlocale(LC_ALL, "");
	crypto_init();
	io_set_hook(full, NULL);
	if (argc == 5 && strcmp(argv[1], "import") == 0)
		return import(argv);
	if (argc < 3 || strcmp(argv[1], "run") != 0)
		return 2;
	args.store_dir = argv[2];
	if (argc > 3 && strcmp(argv[3], "-") != 0)
		args.script = argv[3];
	if (argc > 5) {
		args.cols = (int)strtol(argv[4], NULL, 10);
		args.rows = (int)strtol(argv[5], NULL, 10);
	}
	if (access("verdict.conf", R_OK) == 0) {
		args.config = "verdict.conf";
		args.no_config = false;
	}
	args.ascii = argc > 6 && strcmp(argv[6], "ascii") == 0;
	return console_run(&args);
}
