/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict doctor: what the store says of itself is found on its thread; libraries, terminal, locale and reader
 * are looked at in the caller's process. Layer app.
 */
#include "shell_priv.h"

#include <dlfcn.h>
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config.h"
#include "verdict/base/io.h"
#include "verdict/evidence/reader.h"

#define LINE_MAX_ 2048
#define CHECK_TURNS 20000	/* slices of about 5 ms */

/* Findings travel from `run` to `after` as three words: state, subject, text. */
void sh_found(struct shell *sh, const char *state, const char *what, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	buf_init(&b, LINE_MAX_);
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	sh_pass(sh, state);
	sh_pass(sh, what);
	sh_pass(sh, buf_str(&b));
	buf_done(&b);
}

static void doctor_store(struct shell *sh)
{
	const char *notice = store_notice(sh->st);
	enum status code = STATUS_OK;
	bool done = false;
	struct stat sb;

	for (int i = 0; i < CHECK_TURNS && !done && code == STATUS_OK; i++)
		code = store_check(&done, sh->st);
	if (notice)
		sh_found(sh, "note", "store", "%s", notice);
	if (code != STATUS_OK)
		sh_found(sh, "bad", "store", "%s: %s", sh->dir, status_message());
	else
		sh_found(sh, "ok", "store", "%s: integrity check passed", sh->dir);
	if (stat(sh->dir, &sb) == 0 && (sb.st_mode & 077))
		sh_found(sh, "bad", "store", "others may read %s: chmod 700 it", sh->dir);
}

static void ignore_damage(uint64_t offset, const char *what, void *data)
{
	(void)offset, (void)what, (void)data;
}

static void doctor_journal(struct shell *sh)
{
	struct verify_report r = { 0 };
	enum status code = store_verify(&r, sh->st, ignore_damage, NULL);
	uint64_t bad = r.bad_crc + r.bad_signature + r.bad_chain + r.bad_payload + r.missing_in_db +
		r.missing_in_journal + r.torn_tail;

	if (code == STATUS_NOT_FOUND)
		sh_found(sh, "ok", "journal", "no records yet");
	else if (code != STATUS_OK)
		sh_found(sh, "bad", "journal", "%s", status_message());
	else if (bad)
		sh_found(sh, "bad", "journal", "%llu records, damaged; see verdict journal verify",
			(unsigned long long)r.records);
	else
		sh_found(sh, "ok", "journal", "%llu records: every hash, signature and chain holds",
			(unsigned long long)r.records);
}

static void doctor_identity(struct shell *sh)
{
	const struct event *event = store_event(sh->st);
	const struct person *me = store_me(sh->st);

	if (event)
		sh_found(sh, "ok", "event", "%s (%s)", event->name, event->id);
	else
		sh_found(sh, "note", "event", "none yet; join one: verdict join PACK --as PERSON");
	if (me)
		sh_found(sh, "ok", "person", "%s (%s)", me->name, me->id);
	switch (store_signer(sh->st)) {
	case STATUS_OK:
		sh_found(sh, "ok", "key", "%s, %s", store_replica(sh->st),
			store_is_locked(sh->st) ? "sealed by a passphrase, not opened" : "ready");
		break;
	case STATUS_NOT_FOUND:
		sh_found(sh, "note", "key", "none yet; join: verdict join PACK --as PERSON");
		break;
	default:
		sh_found(sh, "bad", "key", "%s", status_message());
	}
}

int sh_run_doctor(struct shell *sh)
{
	doctor_store(sh);
	doctor_journal(sh);
	doctor_identity(sh);
	sh_found(sh, "ok", "sqlite", "%s", store_sqlite_version());
	if (store_sqlite_wal_reset())
		sh_found(sh, "note", "sqlite", "%s", "this version can lose commits when two connections share a WAL "
			"file (mended in 3.51.3); verdict holds one exclusive connection and is not touched by it");
	sh->wrote = false;
	return SHELL_DONE;
}

/*
 * The libraries are asked themselves at run time, by name, as their headers belong to other layers. Those of
 * the reader process are its own matter.
 */
static void doctor_libraries(struct shell *sh)
{
	static const struct { const char *name, *symbol; } list[] = {
		{ "libc", "gnu_get_libc_version" }, { "ncurses", "curses_version" },
		{ "libsodium", "sodium_version_string" }, { "jansson", "jansson_version_str" },
		{ "libzstd", "ZSTD_versionString" }, { "libarchive", "archive_version_string" },
		{ "utf8proc", "utf8proc_version" },
	};
	const char *(*version)(void);

	sh_found(sh, "ok", "verdict", "%s", PACKAGE_VERSION);
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		*(void **)&version = dlsym(RTLD_DEFAULT, list[i].symbol);
		if (version)
			sh_found(sh, "ok", list[i].name, "%s", version());
	}
}

static void doctor_terminal(struct shell *sh)
{
	const char *term = getenv("TERM"), *codeset = nl_langinfo(CODESET), *lc = setlocale(LC_CTYPE, NULL);

	if (sh->ascii)
		sh_found(sh, "note", "locale", "%s (%s): text beyond ASCII is shown as <U+NNNN>; set LC_ALL=C.UTF-8 or yours",
			lc ? lc : "C", codeset);
	else
		sh_found(sh, "ok", "locale", "%s (%s)", lc ? lc : "C", codeset);
	if (!term || !*term || strcmp(term, "dumb") == 0)
		sh_found(sh, "note", "terminal", "TERM is %s: the full screen needs a terminal", term && *term ? term : "unset");
	else
		sh_found(sh, "ok", "terminal", "%s, %d columns%s", term, sh->width, getenv("NO_COLOR") ? ", NO_COLOR" : "");
}

/* A document the reader must be able to read; it lies in memory, so nothing depends on the store. */
static void doctor_reader(struct shell *sh)
{
	static const char sample[] = "{\"resourceType\": \"Bundle\"}\n";
	struct reader_info info;
	struct reader *r;
	enum status code;
	struct arena a;
	int fd = memfd_create("doctor", MFD_CLOEXEC);

	if (fd < 0 || io_write_all(fd, "memory", sample, sizeof(sample) - 1) != STATUS_OK) {
		sh_found(sh, "bad", "reader", "no memory file for the check");
	} else {
		arena_init(&a);
		r = reader_new(NULL, sh->reader);
		code = reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN);
		if (code == STATUS_OK && !info.trouble)
			sh_found(sh, "ok", "reader", "%s reads evidence in its sandbox", sh->reader);
		else
			sh_found(sh, "bad", "reader", "%s: %s", sh->reader, code ? status_message() : info.trouble);
		reader_free(r);
		arena_done(&a);
	}
	if (fd >= 0)
		close(fd);
}

static int print_findings(struct shell *sh)
{
	const char *state, *what, *text;
	int worst = SHELL_DONE;
	struct jsonw w;

	jsonw_init(&w, &sh->out, true);
	if (sh->json)
		jsonw_array(&w, NULL);
	for (size_t i = 0; (state = sh_pass_word(sh, i)); i += 3) {
		what = sh_pass_word(sh, i + 1);
		text = sh_pass_word(sh, i + 2);
		if (strcmp(state, "bad") == 0)
			worst = SHELL_REFUSED;
		if (sh->json) {
			jsonw_object(&w, NULL);
			jsonw_str(&w, "check", what);
			jsonw_str(&w, "state", state);
			jsonw_str(&w, "text", text);
			jsonw_end_object(&w);
			continue;
		}
		sh_styled(sh, *state == 'b' ? SH_RED : *state == 'n' ? SH_YELLOW : SH_GREEN, state);
		sh_printf(sh, "%*s  %-12s ", 4 - (int)strlen(state), "", what);
		sh_text(sh, text ? text : "");
		sh_printf(sh, "\n");
	}
	if (sh->json) {
		jsonw_end_array(&w);
		buf_addc(&sh->out, '\n');
	}
	return worst;
}

int sh_after_doctor(struct shell *sh)
{
	int worst;

	if (sh->trouble)
		sh_found(sh, "bad", "store", "%s", sh->trouble);
	doctor_libraries(sh);
	sh_doctor_debian(sh);
	doctor_terminal(sh);
	doctor_reader(sh);
	worst = print_findings(sh);
	return sh->code > worst ? sh->code : worst;
}
