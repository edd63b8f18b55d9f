/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines by table: parsing, help, completion. Layer: verdictd. Any thread. */
#include "verdictd_priv.h"

#include <stdio.h>
#include <string.h>
#include "verdict/base/clock.h"
#include "verdict/base/io.h"
#include "verdict/base/mem.h"
#include "verdict/report/report.h"

#define WORDS_MAX 1000
#define CONFIG_MAX (64u << 10)
#define ROLES "monitor lead manager observer"

static const struct option common_options[] = {
	{ "config", 0, "FILE", NULL, "Read options from FILE, one a line: name, blank, value." },
	{ "dir", 0, "DIR", NULL,
		"Keep evidence, certificate and sockets in DIR, where the store is PostgreSQL." },
	{ "help", 'h', NULL, NULL, "Print help and leave." },
	{ "json", 0, NULL, NULL, "Print JSON instead of text." },
	{ "quiet", 'q', NULL, NULL, "Print results and errors only." },
	{ "store", 0, "URL", NULL, "Use this store: sqlite:DIR (or DIR alone) or postgresql://…" },
	{ "verbose", 'v', NULL, NULL, "Log a line for every request." },
	{ "version", 'V', NULL, NULL, "Print the version and leave." },
	{ NULL, 0, NULL, NULL, NULL }
};

static const struct option options_serve[] = {
	{ "connections", 0, "N", NULL, "Serve at most N connections at once, 1024 unless given." },
	{ "drop", 0, "DIR", NULL,
		"Take what consoles leave by SFTP in DIR/in, and answer in DIR/out." },
	{ "limit-address", 0, "N", NULL,
		"Take N requests a second from an address without a session, 5 unless given; 0: "
		"no limit." },
	{ "limit-key", 0, "N", NULL,
		"Take N requests a second from a console, 20 unless given; 0: no limit." },
	{ "limit-reader", 0, "N", NULL,
		"Give an address N files of the results site a second, 50 unless given; 0: no limit." },
	{ "listen", 'l', "WHERE", NULL,
		"Serve at HOST:PORT or unix:PATH, 127.0.0.1:8443 unless given; may be repeated." },
	{ "metrics-open", 0, NULL, NULL, "Show /metrics to everybody, not to this machine alone." },
	{ "name", 0, "HOST", NULL,
		"Put this name or address into a new certificate; may be repeated." },
	{ "plain", 0, NULL, NULL,
		"Speak HTTP without TLS, behind a proxy on this machine; loopback addresses "
		"only." },
	{ "public", 0, "HOST:PORT", NULL, "Let enrolment codes name this address." },
	{ "public-cert", 0, "FILE", NULL,
		"Let enrolment codes carry the pin of this certificate: the proxy's." },
	{ "site", 0, "WHO", "public off",
		"Show the results site to everybody (public, unless said) or to nobody (off)." },
	{ "tls-cert", 0, "FILE", NULL,
		"Show this certificate instead of an own one; PEM, with its chain." },
	{ "tls-key", 0, "FILE", NULL, "The secret key of that certificate." },
	{ "user", 0, "NAME", NULL, "Become this user once the sockets are open." },
	{ "watch", 0, "DIR", NULL, "Take evidence that is laid at DIR/TI/FILE or DIR/TI/STEP/FILE." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct option options_import[] = {
	{ "dry-run", 0, NULL, NULL, "Count what would come and change; change nothing." },
	{ "event", 0, "ID", NULL,
		"gazelle: call the event so, instead of gazelle-SESSION; evidence: of this event." },
	{ "files", 0, "DIR", NULL,
		"gazelle: take files of evidence from Gazelle's folder of them, DIR." },
	{ "mark", 0, "WORD", NULL, NULL },
	{ "name", 0, "NAME", NULL, "evidence: show the file under this name instead of its own." },
	{ "pack", 0, "DIR", NULL, "gazelle: write an event pack into DIR and leave the hub alone." },
	{ "session", 0, "N", NULL, "gazelle: take testing session N, where there is more than one." },
	{ "step", 0, "N", NULL, "evidence: attach it to step N instead of the TI as a whole." },
	{ "ti", 0, "TI", NULL, "evidence: attach it to this TI." },
	{ "zone", 0, "NAME", NULL,
		"gazelle: the event's zone, such as Asia/Seoul, and of dates without one." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct option options_enrol[] = {
	{ "address", 0, "URL", NULL,
		"Name this address in the code, such as https://hub.example:8443." },
	{ "event", 0, "ID", NULL, "For this event, where the hub has more than one." },
	{ "file", 0, "FILE", NULL, "Write a join file, event and code, for a laptop without network." },
	{ "name", 0, "NAME", NULL, "The person's name, where the event does not know it." },
	{ "no-evidence", 0, NULL, NULL, "Leave the bodies of evidence out of the join file." },
	{ "organisation", 'o', "ID", NULL,
		"Tie the person to this organisation too; may be repeated." },
	{ "qr", 0, NULL, NULL,
		"Draw the code as a picture, also where the output is no terminal." },
	{ "role", 'r', "ROLE", ROLES, "Give this role; may be repeated." },
	{ "valid", 0, "TIME", "30m 8h 24h 7d",
		"Let the code be good for so long, 24h unless given." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct option options_token[] = {
	{ "event", 0, "ID", NULL, "Of this event, where the hub has more than one." },
	{ "organisation", 'o', "ID", NULL, "Make one for all systems of this organisation." },
	{ "revoke", 0, "ID", NULL, "Take all tokens of this system or organisation out of use." },
	{ "system", 0, "ID", NULL, "Make one for this system." },
	{ "valid", 0, "TIME", "8h 24h 7d", "Let the token be good for so long, 7d unless given." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct option options_export[] = {
	{ "event", 0, "ID", NULL, "Of this event, where the hub has more than one." },
	{ "line", 0, "LINE", NULL, "Of this line instead of TIs, such as S01/MHD/DOC_SOURCE/-." },
	{ "lines", 0, NULL, NULL, "Of all lines instead of TIs." },
	{ "organisation", 'o', "ID", NULL, "The session report of this organisation, as html." },
	{ "sign", 0, NULL, NULL,
		"Write FILE.sig and FILE.signers too, which ssh-keygen -Y verify checks." },
	{ "ti", 0, "TI", NULL, "This TI instead of all; may be repeated." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct option options_revoke[] = {
	{ "event", 0, "ID", NULL, "In this event, where the hub has more than one." },
	{ "message", 'm', "TEXT", NULL, "Say why; the consoles show it." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct option options_backup[] = {
	{ "no-evidence", 0, NULL, NULL,
		"Leave the bodies of evidence out: keep a copy of the folder evidence." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct option options_status[] = {
	{ "event", 0, "ID", NULL, "Of this event alone." },
	{ "limit", 'n', "N", NULL, "List at most N flagged and N refused records, 20 unless given." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct option options_publish[] = {
	{ "event", 0, "ID", NULL, "Of this event, where the hub has more than one." },
	{ "lang", 0, "LANG", "en ko ja",
		"Write pages in this language alone; may be repeated, the first stands at the root." },
	{ NULL, 0, NULL, NULL, NULL }
};
static const struct option options_restore[] = {
	{ "force", 0, NULL, NULL, "Replace a store that is there; it is set aside, not removed." },
	{ NULL, 0, NULL, NULL, NULL }
};

static const struct option options_take[] = {
	{ "no-pages", 0, NULL, NULL, "Answer with receipts alone, without what is new in the event." },
	{ "no-receipts", 0, NULL, NULL, "Write no answer." },
	{ "receipts", 0, "FILE", NULL, "Write the answer to FILE, not beside the bundle." },
	{ NULL, 0, NULL, NULL, NULL }
};

static int command_help(struct run *r);
static int command_complete(struct run *r);

static const struct command commands[] = {
	{ "backup", "FILE", "Write everything into one file, while the hub goes on.", options_backup,
		COMMAND_HUB | COMMAND_GIVES, 1, 1, "file", command_backup, after_backup },
	{ "complete", "[WORD…]", "Print what the last word could become.", NULL, COMMAND_HIDDEN, 0,
		WORDS_MAX, "", command_complete, NULL },
	{ "doctor", "", "Tell versions, the state of the store and of the service.", NULL,
		COMMAND_HUB, 0, 0, "", command_doctor, NULL },
	{ "enrol", "PERSON", "Make a one-time code that lets a person's console in.", options_enrol,
		COMMAND_HUB | COMMAND_FILE, 1, 1, "", command_enrol, after_enrol },
	{ "export", "fhir|gitb|json|csv|html|gazelle FILE", "Write results in a form that others read.",
		options_export, COMMAND_HUB | COMMAND_GIVES, 2, 2, "report file", command_export,
		after_export },
	{ "help", "[COMMAND]", "Print help.", NULL, 0, 0, 1, "command", command_help, NULL },
	{ "import", "pack|gazelle|evidence WHAT",
		"Take an event, or what changed in it, from an event pack or a Gazelle database; or evidence for a TI.",
		options_import, COMMAND_HUB | COMMAND_TAKES | COMMAND_MAKES, 2, 2, "import file",
		command_import, after_gazelle },
	{ "publish", "DIR", "Write the results as a web site into a folder, which is replaced as a whole.",
		options_publish, COMMAND_HUB | COMMAND_FOLDER, 1, 1, "file", command_publish, NULL },
	{ "restore", "FILE",
		"Make the store from a backup; consoles then bring what came after it.",
		options_restore, COMMAND_ALONE, 1, 1, "file", command_restore, NULL },
	{ "revoke", "REPLICA|PERSON",
		"Take a console's key, or all keys of a person, out of use at once.",
		options_revoke, COMMAND_HUB, 1, 1, "", command_revoke, NULL },
	{ "serve", "", "Serve consoles until told to stop.", options_serve, COMMAND_ALONE, 0, 0, "",
		command_serve, NULL },
	{ "status", "", "Tell who takes part, what is flagged, refused, claimed and disputed.",
		options_status, COMMAND_HUB, 0, 0, "", command_status, NULL },
	{ "take", "FILE", "Take a bundle that was carried here, and write the answer for the way back.",
		options_take, COMMAND_HUB | COMMAND_TAKES | COMMAND_BACK, 1, 1, "file", command_take, NULL },
	{ "token", "", "Make a token by which a participant hands in evidence, or list tokens.",
		options_token, COMMAND_HUB, 0, 0, "", command_token, NULL },
	{ "verify", "", "Compute every hash, signature and chain anew.", NULL, COMMAND_HUB, 0, 0,
		"", command_verify, NULL },
};
#define COMMANDS (sizeof(commands) / sizeof(*commands))

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

void run_init(struct run *r)
{
	memset(r, 0, sizeof(*r));
	r->peer = -1;
	r->progress = (struct hub_progress){ run_tick, r };
	buf_init(&r->out, 16u << 20);
	buf_init(&r->err, 1u << 20);
	arena_init(&r->a);
	r->values = arena_array(&r->a, struct run_value, RUN_VALUES_MAX);
}

void run_done(struct run *r)
{
	buf_done(&r->out);
	buf_done(&r->err);
	arena_done(&r->a);
}

void run_error(struct run *r, const char *fmt, ...)
{
	va_list ap;

	buf_adds(&r->err, "verdictd: ");
	va_start(ap, fmt);
	buf_vprintf(&r->err, fmt, ap);
	va_end(ap);
	buf_addc(&r->err, '\n');
}

void run_moment(char out[static RUN_MOMENT], int64_t wall_ms)
{
	int east = clock_local_offset(wall_ms);
	char minute[CLOCK_TEXT], offset[CLOCK_TEXT];

	clock_format_minute(minute, wall_ms, east);
	clock_format_offset(offset, east);
	snprintf(out, RUN_MOMENT, "%s %s", minute, offset);
}

int run_status(struct run *r, enum status st)
{
	run_error(r, "%s", status_message());
	switch (st) {
	case STATUS_USAGE: return EXIT_USAGE;
	case STATUS_OFFLINE: return EXIT_UNREACHED;
	case STATUS_IO:
	case STATUS_FULL:
	case STATUS_CORRUPT:
	case STATUS_BUSY:
	case STATUS_NEWER:
		return EXIT_STORE;
	default: return EXIT_REFUSED;
	}
}

static const struct option *option_in(
	const struct option *list, const char *name, size_t len, char letter)
{
	for (; list && list->name; list++)
		if (letter ? list->letter == letter
			   : strlen(list->name) == len && strncmp(list->name, name, len) == 0)
			return list;
	return NULL;
}

static const struct option *option_find(
	const struct run *r, const char *name, size_t len, char letter)
{
	const struct option *o =
		r->command ? option_in(r->command->options, name, len, letter) : NULL;

	return o ? o : option_in(common_options, name, len, letter);
}

static int keep(struct run *r, const struct option *o, const char *value)
{
	if (r->n_values == RUN_VALUES_MAX) {
		run_error(r, "more than %d options", RUN_VALUES_MAX);
		return EXIT_USAGE;
	}
	r->values[r->n_values++] = (struct run_value){ o, value ? value : "" };
	return EXIT_DONE;
}

/* The option in argv[*i]; *i moves on where its value is the next word. */
static int take_option(struct run *r, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *equals = NULL, *value = NULL;
	const struct option *o;

	if (word[1] == '-') {
		equals = strchr(word, '=');
		o = option_find(
			r, word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2), 0);
		value = equals ? equals + 1 : NULL;
	} else {
		o = option_find(r, NULL, 0, word[1]);
		value = word[2] ? word + 2 : NULL;
	}
	if (!o || (!o->arg && value)) {
		run_error(r, o ? "%s takes no value" : "there is no option %s", word);
		return EXIT_USAGE;
	}
	if (o->arg && !value) {
		if (*i + 1 >= argc) {
			run_error(r, "%s wants %s", word, o->arg);
			return EXIT_USAGE;
		}
		value = argv[++*i];
	}
	return keep(r, o, value);
}

static void take_flags(struct run *r)
{
	r->json = run_get(r, "json") != NULL;
	r->quiet = run_get(r, "quiet") != NULL;
	r->verbose = run_get(r, "verbose") != NULL;
	r->help = run_get(r, "help") != NULL;
	r->version = run_get(r, "version") != NULL;
}

/* The first plain word is the command, the others are its arguments. */
static int take_word(struct run *r, const char *word)
{
	if (r->command) {
		r->args[r->n_args++] = word;
		return EXIT_DONE;
	}
	r->command = command_find(word);
	if (r->command)
		return EXIT_DONE;
	run_error(r, "there is no command %s", word);
	return EXIT_USAGE;
}

int run_parse(struct run *r, int argc, char **argv)
{
	bool words = false;
	int code = EXIT_DONE;

	r->args = arena_array(&r->a, const char *, argc + 1);
	for (int i = 0; i < argc && code == EXIT_DONE; i++) {
		if (!words && strcmp(argv[i], "--") == 0)
			words = true;
		else if (!words && argv[i][0] == '-' && argv[i][1])
			code = take_option(r, argc, argv, &i);
		else
			code = take_word(r, argv[i]);
	}
	take_flags(r);
	if (code || r->help || r->version || !r->command)
		return code;
	if (r->n_args >= r->command->min && r->n_args <= r->command->max)
		return EXIT_DONE;
	run_error(r, "%s takes %s", r->command->name,
		*r->command->args ? r->command->args : "no arguments");
	return EXIT_USAGE;
}

const char *run_get(const struct run *r, const char *option)
{
	for (size_t i = r->n_values; i-- > 0; )
		if (strcmp(r->values[i].option->name, option) == 0)
			return r->values[i].value;
	return NULL;
}

void run_set(struct run *r, const char *option, const char *value)
{
	const struct option *o = option_find(r, option, strlen(option), 0);

	if (o)
		(void)keep(r, o, value);
}

size_t run_list(const char **out, size_t max, const struct run *r, const char *option)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_values; i++)
		if (strcmp(r->values[i].option->name, option) == 0 && n < max)
			out[n++] = r->values[i].value;
	return n;
}

/* One line of a file, its end cut off. An option that this command does not have is another
 * command's. */
static int take_line(struct run *r, char *line, const char *path, int n)
{
	char *name = line + strspn(line, " \t"), *value;
	const struct option *o;
	size_t len;

	if (*name == '#' || *name == '\0')
		return EXIT_DONE;
	len = strcspn(name, " \t");
	value = name + len + strspn(name + len, " \t");
	for (size_t end = strlen(value); end > 0 && strchr(" \t\r", value[end - 1]); end--)
		value[end - 1] = '\0';
	o = option_find(r, name, len, 0);
	if (o && !o->arg == !*value)
		return keep(r, o, value);
	for (size_t i = 0; !o && i < COMMANDS; i++)
		if (option_in(commands[i].options, name, len, 0))
			return EXIT_DONE;
	run_error(r, "%s:%d: %.*s: %s", path, n, (int)len, name,
		o ? o->arg ? "the value is missing" : "takes no value" : "there is no such option");
	return EXIT_USAGE;
}

int run_config(struct run *r, const char *path, bool need)
{
	struct run_value *own = r->values;
	size_t n_own = r->n_values;
	int code = EXIT_DONE, n = 0;
	char *line, *next;
	enum status st;
	struct buf b;

	buf_init(&b, CONFIG_MAX);
	st = io_read_file(&b, path, CONFIG_MAX);
	if (st) {
		buf_done(&b);
		return st == STATUS_NOT_FOUND && !need ? EXIT_DONE
			: run_status(r, st)            ? EXIT_USAGE
						       : EXIT_DONE;
	}
	r->values = arena_array(&r->a, struct run_value, RUN_VALUES_MAX);
	r->n_values = 0;
	line = arena_strn(&r->a, b.ptr ? b.ptr : "", b.len);
	buf_done(&b);
	for (; line && code == EXIT_DONE; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		code = take_line(r, line, path, ++n);
	}
	for (size_t i = 0; i < n_own && code == EXIT_DONE; i++)
		code = keep(r, own[i].option, own[i].value);
	take_flags(r);
	return code;
}

static void write_options(struct buf *out, const struct option *o)
{
	for (; o && o->name; o++) {
		char left[64];

		if (!o->help)
			continue;

		snprintf(left, sizeof(left), "%s%c%s--%s%s%s", o->letter ? "-" : "",
			o->letter ? o->letter : ' ', o->letter ? ", " : "   ", o->name,
			o->arg ? " " : "", o->arg ? o->arg : "");
		buf_printf(out, "  %-26s  %s\n", left, o->help);
	}
}

void usage(struct buf *out, const struct command *c)
{
	if (c) {
		buf_printf(out, "usage: verdictd %s%s%s%s\n\n%s\n\n", c->name,
			c->options ? " [OPTION…]" : "", *c->args ? " " : "", c->args, c->help);
		write_options(out, c->options);
		buf_adds(out,
			c->options ? "\nOptions of every command:\n"
				   : "Options of every command:\n");
		write_options(out, common_options);
		return;
	}
	buf_adds(out,
		"usage: verdictd [COMMAND] [OPTION…] [ARGUMENT…]\n\n"
		"The central results service of a Connectathon. Without a command it makes its "
		"store and serves on this\n"
		"machine. Commands reach a hub that is serving through its admin socket.\n\n");
	for (size_t i = 0; i < COMMANDS; i++) {
		char left[64];

		if (commands[i].flags & COMMAND_HIDDEN)
			continue;
		snprintf(left, sizeof(left), "%s %s", commands[i].name, commands[i].args);
		buf_printf(out, "  %-26s  %s\n", left, commands[i].help);
	}
	buf_adds(out, "\nOptions of every command:\n");
	write_options(out, common_options);
	buf_adds(out,
		"\nExit: 0 done, 1 refused or findings, 2 usage, 3 cannot reach, 4 store. Manual: "
		"verdictd(8).\n");
}

static int command_help(struct run *r)
{
	const struct command *c = r->n_args ? command_find(r->args[0]) : NULL;

	if (r->n_args && !c) {
		run_error(r, "there is no command %s", r->args[0]);
		return EXIT_USAGE;
	}
	usage(&r->out, c);
	return EXIT_DONE;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void offer(struct buf *out, const char *word, const char *help, const char *begin)
{
	if (begins(word, begin))
		buf_printf(out, "%s\t%s\n", word, help);
}

/* Words parted by blanks; "file" asks the shell for files. */
static void offer_words(struct buf *out, const char *words, const char *begin)
{
	while (*words) {
		size_t n = strcspn(words, " ");

		if (n == 4 && strncmp(words, "file", 4) == 0)
			buf_adds(out, ":files\t\n");
		else if (strlen(begin) <= n && strncmp(words, begin, strlen(begin)) == 0)
			buf_printf(out, "%.*s\t\n", (int)n, words);
		words += n + strspn(words + n, " ");
	}
}

static void offer_options(struct buf *out, const struct option *o, const char *begin)
{
	char word[64];

	for (; o && o->name; o++) {
		if (!o->help)
			continue;
		snprintf(word, sizeof(word), "--%s", o->name);
		offer(out, word, o->help, begin);
	}
}

static void offer_commands(struct buf *out, const char *begin)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!(commands[i].flags & COMMAND_HIDDEN))
			offer(out, commands[i].name, commands[i].help, begin);
}

static void offer_value(struct buf *out, const struct option *o, const char *begin)
{
	if (o->words)
		offer_words(out, o->words, begin);
	else if (strcmp(o->arg, "FILE") == 0 || strcmp(o->arg, "DIR") == 0)
		offer_words(out, "file", begin);
}

/* The n-th of the words that an argument's place is completed to. */
static void offer_argument(struct buf *out, const struct command *c, int n, const char *begin)
{
	const char *words = c->complete;
	char word[32];

	for (; n > 0 && *words; n--) {
		words += strcspn(words, " ");
		words += strspn(words, " ");
	}
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(words, " "), words);
	if (strcmp(word, "command") == 0)
		offer_commands(out, begin);
	else if (strcmp(word, "import") == 0)
		offer_words(out, "pack gazelle evidence", begin);
	else if (strcmp(word, "report") == 0)
		offer_words(out, REPORT_WORDS " html", begin);
	else
		offer_words(out, word, begin);
}

/* The option that wants a value in `word`, or NULL. */
static const struct option *wants_value(const struct run *r, const char *word)
{
	const struct option *o = NULL;

	if (begins(word, "--"))
		o = option_find(r, word + 2, strlen(word + 2), 0);
	else if (word[0] == '-' && word[1] && !word[2])
		o = option_find(r, NULL, 0, word[1]);
	return o && o->arg ? o : NULL;
}

/* The words of a command line so far, the last one unfinished: what it could become, with a tab and
 * a sentence. */
static int command_complete(struct run *r)
{
	struct run line = { .command = NULL };
	const struct option *value = NULL;
	const char *word = r->n_args ? r->args[r->n_args - 1] : "";
	int n = 0;

	for (int i = 0; i + 1 < r->n_args; i++) {
		if (value) {
			value = NULL;
		} else if (r->args[i][0] == '-') {
			value = wants_value(&line, r->args[i]);
		} else if (!line.command) {
			line.command = command_find(r->args[i]);
			if (!line.command)
				return EXIT_DONE;
		} else {
			n++;
		}
	}
	if (value) {
		offer_value(&r->out, value, word);
	} else if (*word == '-') {
		offer_options(&r->out, line.command ? line.command->options : NULL, word);
		offer_options(&r->out, common_options, word);
	} else if (!line.command) {
		offer_commands(&r->out, word);
	} else {
		offer_argument(&r->out, line.command, n, word);
	}
	return EXIT_DONE;
}
