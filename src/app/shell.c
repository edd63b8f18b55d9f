/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Subcommands of the command line: parsing by the table, the checks before a run, words for errors.
 * Layer app; a struct shell belongs to one thread at a time.
 */
#include "shell_priv.h"

#include <stdarg.h>
#include <string.h>
#include "verdict/base/io.h"
#include "verdict/base/text.h"

#define OUT_MAX (256u << 20)	/* of what stays in memory; with out_fd it is written as it grows */
#define ERR_MAX (64u << 10)
#define PASS_MAX (1u << 20)
#define ARGS_MAX 4096

void shell_init(struct shell *sh)
{
	memset(sh, 0, sizeof(*sh));
	buf_init(&sh->out, OUT_MAX);
	buf_init(&sh->err, ERR_MAX);
	buf_init(&sh->pass, PASS_MAX);
	arena_init(&sh->arena);
	sh->width = 80;
	sh->out_fd = -1;
	sh->cwd = "/";
}

void shell_done(struct shell *sh)
{
	buf_done(&sh->out);
	buf_done(&sh->err);
	buf_done(&sh->pass);
	arena_done(&sh->arena);
}

void shell_error(struct shell *sh, const char *fmt, ...)
{
	struct buf line;
	va_list ap;

	buf_init(&line, ERR_MAX);
	va_start(ap, fmt);
	buf_vprintf(&line, fmt, ap);
	va_end(ap);
	buf_adds(&sh->err, "verdict: ");
	if (sh->cmd)
		buf_printf(&sh->err, "%s: ", sh->cmd->name);
	text_neutralise(&sh->err, buf_str(&line), line.len, sh->ascii);
	buf_addc(&sh->err, '\n');
	buf_done(&line);
}

int sh_usage_error(struct shell *sh, const char *fmt, ...)
{
	struct buf line;
	va_list ap;

	buf_init(&line, ERR_MAX);
	va_start(ap, fmt);
	buf_vprintf(&line, fmt, ap);
	va_end(ap);
	shell_error(sh, "%s", buf_str(&line));
	buf_done(&line);
	if (sh->cmd)
		buf_printf(&sh->err, "Try: verdict help %s\n", sh->cmd->name);
	else
		buf_adds(&sh->err, "Try: verdict help\n");
	return SHELL_USAGE;
}

int shell_exit_of(enum status code)
{
	switch (code) {
	case STATUS_OK:
		return SHELL_DONE;
	case STATUS_USAGE:
		return SHELL_USAGE;
	case STATUS_OFFLINE:
		return SHELL_UNREACHED;
	case STATUS_INVALID:
	case STATUS_LIMIT:
	case STATUS_NOT_FOUND:
	case STATUS_EXISTS:
	case STATUS_CONFLICT:
	case STATUS_AGAIN:
	case STATUS_DENIED:
	case STATUS_CANCELLED:
		return SHELL_REFUSED;
	default:
		return SHELL_BROKEN;
	}
}

int shell_status(struct shell *sh, enum status code)
{
	const char *message = status_message();

	if (code != STATUS_OK)
		shell_error(sh, "%s", *message ? message : status_name(code));
	return shell_exit_of(code);
}

const struct shell_option *shell_common_find(const char *word)
{
	for (const struct shell_option *o = shell_common; o->name; o++)
		if (strcmp(o->name, word) == 0)
			return o;
	return NULL;
}

static const struct shell_option *find_long(const struct shell_option *list, const char *name, size_t len)
{
	for (const struct shell_option *o = list; o && o->name; o++)
		if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
			return o;
	return NULL;
}

static const struct shell_option *find_short(const struct shell_option *list, char letter)
{
	for (const struct shell_option *o = list; o && o->name; o++)
		if (o->letter && o->letter == letter)
			return o;
	return NULL;
}

static void take_value(struct shell *sh, const struct shell_option *o, const char *value)
{
	sh->values[sh->n_values].option = o;
	sh->values[sh->n_values++].value = value;
	if (strcmp(o->name, "json") == 0)
		sh->json = true;
	else if (strcmp(o->name, "quiet") == 0)
		sh->quiet = true;
	else if (strcmp(o->name, "verbose") == 0)
		sh->verbose = true;
}

enum status shell_option_next(const struct shell_option **option_out, const char **value_out,
	const struct shell_option *const *lists, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *value = NULL;
	const struct shell_option *o = NULL;
	size_t len;

	if (word[1] == '-') {
		len = strcspn(word + 2, "=");
		value = word[2 + len] ? word + 3 + len : NULL;
		for (; *lists && !o; lists++)
			o = find_long(*lists, word + 2, len);
	} else {
		for (; *lists && !o; lists++)
			o = find_short(*lists, word[1]);
		value = o && word[2] ? word + 2 : NULL;
	}
	if (!o || (!o->arg && value && word[1] != '-'))
		return status_set(STATUS_NOT_FOUND, "no such option: %s", word);
	if (!o->arg && value)
		return status_set(STATUS_USAGE, "--%s takes no value", o->name);
	if (o->arg && !value) {
		if (*i + 1 >= argc)
			return status_set(STATUS_USAGE, "--%s needs a value: %s", o->name, o->arg);
		value = argv[++*i];
	}
	*option_out = o;
	*value_out = value;
	return STATUS_OK;
}

/* One word that begins with a dash; *i moves on where its value is the next word. */
static int take_option(struct shell *sh, int argc, char **argv, int *i)
{
	const struct shell_option *const lists[] = { sh->cmd->options ? sh->cmd->options : shell_common,
		shell_common, NULL };
	const struct shell_option *o;
	const char *value;
	enum status code = shell_option_next(&o, &value, lists, argc, argv, i);

	if (code == STATUS_NOT_FOUND && (sh->cmd->flags & SHELL_LOOSE) && argv[*i][1] != '-') {
		sh->args[sh->n_args++] = argv[*i];
		return SHELL_DONE;
	}
	if (code != STATUS_OK)
		return sh_usage_error(sh, "%s", status_message());
	take_value(sh, o, value);
	return SHELL_DONE;
}

static int check_counts(struct shell *sh)
{
	const struct subcommand *cmd = sh->cmd;

	if (sh->n_args < cmd->min || (cmd->max >= 0 && sh->n_args > cmd->max))
		return sh_usage_error(sh, "%s arguments; usage: verdict %s%s%s",
			sh->n_args < cmd->min ? "missing" : "too many", cmd->name, *cmd->args ? " " : "", cmd->args);
	return SHELL_DONE;
}

int shell_parse(struct shell *sh, int argc, char **argv, bool *help_out)
{
	bool plain;
	int code = SHELL_DONE;

	*help_out = false;
	sh->cmd = argc > 0 ? shell_find(argv[0]) : NULL;
	if (!sh->cmd) {
		const char *near = argc > 0 ? shell_nearest(argv[0]) : NULL;

		return sh_usage_error(sh, near ? "no such command: %s; did you mean %s?" : "no such command: %s",
			argc > 0 ? argv[0] : "", near);
	}
	if (argc > ARGS_MAX)
		return sh_usage_error(sh, "more than %d words", ARGS_MAX);
	sh->args = arena_array(&sh->arena, const char *, argc);
	sh->values = arena_array(&sh->arena, struct shell_value, argc);
	/* the words that completion asks about are not options of `complete` */
	plain = sh->cmd->flags & SHELL_HIDDEN;
	for (int i = 1; i < argc && code == SHELL_DONE; i++) {
		if (plain || argv[i][0] != '-' || !argv[i][1])
			sh->args[sh->n_args++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			plain = true;
		else
			code = take_option(sh, argc, argv, &i);
	}
	*help_out = shell_has(sh, "help");
	if (code == SHELL_DONE && !*help_out)
		code = check_counts(sh);
	return code;
}

bool shell_has(const struct shell *sh, const char *option)
{
	for (size_t i = 0; i < sh->n_values; i++)
		if (strcmp(sh->values[i].option->name, option) == 0)
			return true;
	return false;
}

const char *shell_get(const struct shell *sh, const char *option)
{
	for (size_t i = sh->n_values; i > 0; i--)
		if (strcmp(sh->values[i - 1].option->name, option) == 0)
			return sh->values[i - 1].value;
	return NULL;
}

/* What the flags ask for; SHELL_DONE where the command may run. */
static int check_flags(struct shell *sh)
{
	unsigned int flags = sh->cmd->flags;

	if ((flags & SHELL_EVENT) && !store_event(sh->st)) {
		shell_error(sh, "no event in %s; join one: verdict join CODE, or verdict join PACK --as PERSON", sh->dir);
		return SHELL_REFUSED;
	}
	if ((flags & SHELL_WRITES) && !store_me(sh->st)) {
		if (store_signer(sh->st) == STATUS_NOT_FOUND)
			shell_error(sh, "nobody is enrolled in %s; enrol: verdict join CODE, or verdict join PACK --as PERSON", sh->dir);
		else
			shell_error(sh, "%s", status_message());
		return SHELL_REFUSED;
	}
	if ((flags & SHELL_WRITES) && store_is_locked(sh->st)) {
		shell_error(sh, "the key in %s is sealed; give its passphrase on a terminal or by --passphrase-file",
			sh->dir);
		return SHELL_REFUSED;
	}
	return SHELL_DONE;
}

int shell_step(struct shell *sh)
{
	int code = SHELL_DONE;

	if (!sh->cmd->run || (!sh->st && (sh->cmd->flags & SHELL_MAYBE)))
		return sh->code = SHELL_DONE;
	if (!sh->state)
		code = check_flags(sh);
	if (code == SHELL_DONE)
		code = sh->cmd->run(sh);
	if (code != SHELL_MORE && sh->out.err) {
		shell_error(sh, "the answer is larger than %u MiB", OUT_MAX >> 20);
		code = SHELL_REFUSED;
	}
	return sh->code = code;
}

enum status shell_flush(struct shell *sh)
{
	enum status code = STATUS_OK;

	if (sh->out_fd < 0)
		return sh->out.err;
	if (sh->out.len)
		code = io_write_all(sh->out_fd, "standard output", sh->out.ptr, sh->out.len);
	buf_reset(&sh->out);
	return code;
}

int shell_after(struct shell *sh)
{
	return sh->cmd->after ? sh->cmd->after(sh) : sh->code;
}

void sh_pass(struct shell *sh, const char *word)
{
	buf_add(&sh->pass, word, strlen(word) + 1);
}

const char *sh_pass_word(const struct shell *sh, size_t i)
{
	const char *at = sh->pass.ptr, *end = sh->pass.len ? at + sh->pass.len : at;

	for (; at < end && i > 0; i--)
		at += strnlen(at, (size_t)(end - at)) + 1;
	return at < end && memchr(at, 0, (size_t)(end - at)) ? at : NULL;
}

const char *sh_path(struct shell *sh, const char *path)
{
	return *path == '/' ? path : arena_printf(&sh->arena, "%s/%s", sh->cwd, path);
}

int sh_tz(struct shell *sh)
{
	const struct event *event = store_event(sh->st);

	return event ? event->tz_min : 0;
}
