/* SPDX-License-Identifier: Apache-2.0 */
/* The console without a screen or a store: tables, key maps, line editing, prompt, guard against type-ahead. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "verdict/app/app.h"
#include "verdict/app/keymap.h"
#include "verdict/app/options.h"
#include "verdict/app/prompt.h"
#include "verdict/base/log.h"
#include "verdict/base/mem.h"
#include "src/app/app_priv.h"

static void test_commands(void **state)
{
	const struct command *cmd, *before = NULL;
	size_t i;

	(void)state;
	for (i = 0; (cmd = command_at(i)); i++) {
		assert_true(!before || strcmp(before->name, cmd->name) < 0);	/* sorted, and no name twice */
		assert_ptr_equal(command_find(cmd->name), cmd);
		if (cmd->alias)
			assert_ptr_equal(command_find(cmd->alias), cmd);
		assert_non_null(cmd->run);
		assert_true(strlen(cmd->help) > 5 && cmd->help[strlen(cmd->help) - 1] == '.');
		before = cmd;
	}
	assert_true(i > 40);
	assert_null(command_find("nonsense"));
}

static void no_line(const char *line, void *data)
{
	(void)data;
	if (strstr(line, "keys.conf"))
		fail_msg("%s", line);
}

static void test_default_keys(void **state)
{
	struct keymap *km = keymap_new();
	const struct binding *b;
	char name[KEY_NAME_MAX];
	size_t i;

	(void)state;
	log_each(no_line, NULL);	/* where bad lines of our own file land */
	for (i = 0; (b = keymap_at(km, i)); i++)
		assert_ptr_equal(keymap_get(km, b->map, b->key, false), b->command);
	assert_true(i > 60);
	assert_string_equal(keymap_key_of(name, km, "queue", "down"), "j");
	assert_string_equal(keymap_key_of(name, km, "queue", "sort table"), "w");
	assert_string_equal(keymap_key_of(name, km, "queue", "quit"), "q");
	assert_string_equal(keymap_key_of(name, km, "help", "back"), "?");
	keymap_free(km);
}

static void test_bind(void **state)
{
	struct keymap *km = keymap_new_empty();

	(void)state;
	assert_ok(keymap_bind(km, "common", "a", "down"));
	assert_ok(keymap_bind(km, "queue", "a", "up 3"));
	assert_string_equal(keymap_get(km, "queue", 'a', true), "up 3");
	assert_string_equal(keymap_get(km, "help", 'a', true), "down");
	assert_null(keymap_get(km, "help", 'a', false));
	assert_ok(keymap_bind(km, "queue", "a", "none"));
	assert_null(keymap_get(km, "queue", 'a', true));
	assert_int_equal(keymap_bind(km, "nowhere", "a", "down"), STATUS_USAGE);
	assert_int_equal(keymap_bind(km, "queue", "Ctrl-", "down"), STATUS_USAGE);
	assert_int_equal(keymap_bind(km, "queue", "a", "dance"), STATUS_USAGE);
	keymap_free(km);
}

static void test_options(void **state)
{
	struct options *o = options_new();
	const struct option *opt, *before = NULL;
	size_t i;

	(void)state;
	for (i = 0; (opt = option_at(i)); i++) {
		assert_true(!before || strcmp(before->name, opt->name) < 0);
		assert_ok(options_set(o, opt->name, opt->normal));
		assert_int_equal(options_set(o, opt->name, "no such value"), STATUS_USAGE);
		assert_string_equal(options_word(o, opt->name), opt->normal);
		before = opt;
	}
	assert_int_equal(options_set(o, "escdelay", "1001"), STATUS_USAGE);
	assert_int_equal(options_set(o, "escdelay", "-1"), STATUS_USAGE);
	assert_int_equal(options_set(o, "escdelay", "25ms"), STATUS_USAGE);
	assert_int_equal(options_set(o, "sort", "tab"), STATUS_USAGE);
	assert_int_equal(options_set(o, "sort", ""), STATUS_USAGE);
	assert_ok(options_set(o, "escdelay", "100"));
	assert_int_equal(options_int(o, "escdelay"), 100);
	options_free(o);
}

/* verdict.conf(5) has a paragraph for every option, with its words. */
static void test_options_page(void **state)
{
	const char *srcdir = getenv("srcdir");
	char path[4096], name[64], page[65536] = "";
	const struct option *opt;
	size_t i, k, n;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/doc/verdict.conf.5", srcdir ? srcdir : ".");
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(page, 1, sizeof(page) - 1, f);
	fclose(f);
	page[n] = '\0';
	for (i = 0; (opt = option_at(i)); i++) {
		n = (size_t)snprintf(name, sizeof(name), "set\\~");
		for (k = 0; opt->name[k]; k++)
			n += (size_t)snprintf(name + n, sizeof(name) - n, opt->name[k] == '-' ? "\\-" : "%c",
				opt->name[k]);
		if (!strstr(page, name))
			fail_msg("verdict.conf(5) does not tell of %s", opt->name);
	}
}

static void test_split(void **state)
{
	static const struct { const char *line; int n; const char *words[4]; } cases[] = {
		{ "", 0, { NULL } }, { "  # all comment", 0, { NULL } }, { "one", 1, { "one" } },
		{ " one  two ", 2, { "one", "two" } }, { "a 'b c' \"d e\"", 3, { "a", "b c", "d e" } },
		{ "x\\ y", 1, { "x y" } }, { "'a'\"b\"c", 1, { "abc" } }, { "'' x", 2, { "", "x" } },
		{ "\"a\\\"b\"", 1, { "a\"b" } }, { "'a\\b'", 1, { "a\\b" } }, { "a#b #c", 1, { "a#b" } },
		{ "'open", -1, { NULL } }, { "a b c d e", -1, { NULL } },
	};
	char copy[64], *words[4];
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(copy, sizeof(copy), "%s", cases[i].line);
		assert_int_equal(command_split(words, 4, copy), cases[i].n);
		for (k = 0; k < cases[i].n; k++)
			assert_string_equal(words[k], cases[i].words[k]);
	}
}

static void press(struct lineedit *le, const char *key)
{
	struct key_event ev;

	key_event_set(&ev, key_parse(key));
	lineedit_key(le, &ev);
}

static void test_lineedit(void **state)
{
	struct lineedit le;

	(void)state;
	lineedit_init(&le, 64);
	lineedit_set(&le, "한빛 e\xcc\x81tage x");
	press(&le, "Ctrl-W");
	assert_string_equal(lineedit_text(&le), "한빛 e\xcc\x81tage ");
	press(&le, "Home");
	press(&le, "Right");
	press(&le, "Delete");
	assert_string_equal(lineedit_text(&le), "한 e\xcc\x81tage ");
	press(&le, "Right");
	press(&le, "Right");
	press(&le, "Backspace");
	assert_string_equal(lineedit_text(&le), "한 tage ");	/* the letter with its mark */
	press(&le, "Ctrl-K");
	assert_string_equal(lineedit_text(&le), "한 ");
	press(&le, "Ctrl-Y");
	press(&le, "Alt-b");
	press(&le, "X");
	assert_string_equal(lineedit_text(&le), "한 Xtage ");
	press(&le, "Ctrl-U");
	assert_string_equal(lineedit_text(&le), "tage ");
	lineedit_insert(&le, "a\nb\033c", 5);
	assert_string_equal(lineedit_text(&le), "a b ctage ");
	lineedit_set(&le, "0123456789012345678901234567890123456789012345678901234567890123");
	press(&le, "z");
	assert_int_equal(strlen(lineedit_text(&le)), 64);
	lineedit_done(&le);
}

static void type(struct app *app, const char *keys)
{
	struct key_event ev;

	for (; *keys; keys++) {
		key_event_set(&ev, *keys == '\t' ? K_TAB : *keys == '\r' ? K_ENTER : *keys == '\033' ? K_ESC : *keys);
		app_key(app, &ev);
	}
}

static struct app *new_app(void)
{
	struct app *app = app_new(NULL, NULL, NULL);

	app->rows = 24;
	app->body_rows = 19;
	screen_push(app, SCREEN_WELCOME);
	return app;
}

static void test_prompt(void **state)
{
	struct app *app = new_app();

	(void)state;
	type(app, ":se\t");
	assert_string_equal(lineedit_text(prompt_line(app->prompt)), "se");
	assert_non_null(prompt_candidates(app->prompt));
	type(app, "t\t");
	assert_string_equal(lineedit_text(prompt_line(app->prompt)), "set ");
	type(app, "escd\t");
	assert_string_equal(lineedit_text(prompt_line(app->prompt)), "set escdelay ");
	type(app, "77\r");
	assert_int_equal(options_int(app->options, "escdelay"), 77);
	assert_int_equal(prompt_mode(app->prompt), PROMPT_NONE);
	type(app, ":\020");
	assert_string_equal(lineedit_text(prompt_line(app->prompt)), "set escdelay 77");
	type(app, "\016");
	assert_string_equal(lineedit_text(prompt_line(app->prompt)), "");
	type(app, "\033:bogus\r");
	assert_non_null(strstr(app->message, "no command is called \"bogus\""));
	assert_int_equal(app->message_kind, MESSAGE_WARNING);
	type(app, ":set 'a\r");
	assert_non_null(strstr(app->message, "quote"));
	app_free(app);
}

static char answered;

static void answer(struct app *app, char a, void *data)
{
	(void)app, (void)data;
	answered = a ? a : '0';
}

/* A question takes no key that was typed before it was painted. */
static void test_guard(void **state)
{
	struct app *app = new_app();

	(void)state;
	answered = 0;
	prompt_confirm(app, "Sure?", "yn", answer, NULL);
	type(app, "yyq");
	assert_int_equal(answered, 0);
	assert_int_equal(app->guarded, 3);
	app->guard = false;	/* painted */
	type(app, "x");
	assert_int_equal(answered, 0);
	type(app, "Y");
	assert_int_equal(answered, 'y');
	prompt_confirm(app, "Sure?", "yn", answer, NULL);
	app->guard = false;
	type(app, "\033");
	assert_int_equal(answered, '0');
	app_free(app);
}

static void test_stack(void **state)
{
	struct app *app = new_app();

	(void)state;
	type(app, "?");
	assert_int_equal(screen_top(app), SCREEN_HELP);
	type(app, "x");
	assert_int_equal(screen_top(app), SCREEN_PALETTE);
	type(app, "quit");	/* text here, not commands */
	assert_int_equal(screen_top(app), SCREEN_PALETTE);
	assert_false(app->quit);
	type(app, "\033");
	assert_int_equal(screen_top(app), SCREEN_HELP);
	type(app, "\033\033\033");
	assert_int_equal(screen_top(app), SCREEN_WELCOME);
	assert_int_equal(app->depth, 1);
	assert_int_equal(command_run(app, "claim 1"), STATUS_DENIED);	/* nobody has joined */
	assert_int_equal(command_run(app, "sort"), STATUS_DENIED);	/* not on this screen */
	assert_int_equal(command_run(app, "echo x"), STATUS_DENIED);	/* for scripts */
	assert_int_equal(command_run(app, "quit now"), STATUS_USAGE);
	app->too_small = true;
	type(app, "?");
	assert_int_equal(screen_top(app), SCREEN_WELCOME);
	type(app, "q");
	assert_true(app->quit);
	app_free(app);
}

static int troubles;

static void count_trouble(const char *sentence, void *data)
{
	(void)data;
	troubles++;
	assert_non_null(strstr(sentence, troubles == 1 ? ":3: " : troubles == 2 ? ":4: " : ":5: "));
}

static void test_config(void **state)
{
	static const char text[] = "# mine\nset escdelay 50\nset nothing 1\nbind queue Hyper-x down\nshout\n"
		"bind queue X sort\r\n";
	char path[] = "/tmp/verdict-conf-XXXXXX";
	struct app *app = new_app();
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	assert_int_equal(config_read(app, path, NULL, NULL, count_trouble, NULL), STATUS_USAGE);
	assert_int_equal(troubles, 3);
	assert_int_equal(options_int(app->options, "escdelay"), 50);
	assert_string_equal(keymap_get(app->keymap, "queue", 'X', false), "sort");
	unlink(path);
	assert_int_equal(config_read(app, path, NULL, NULL, NULL, NULL), STATUS_NOT_FOUND);
	app_free(app);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_commands), cmocka_unit_test(test_default_keys), cmocka_unit_test(test_bind),
	cmocka_unit_test(test_options), cmocka_unit_test(test_options_page), cmocka_unit_test(test_split),
	cmocka_unit_test(test_lineedit), cmocka_unit_test(test_prompt), cmocka_unit_test(test_guard),
	cmocka_unit_test(test_stack), cmocka_unit_test(test_config),
};
TEST_MAIN(tests)
