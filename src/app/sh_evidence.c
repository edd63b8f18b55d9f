/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict evidence: the list, or one item in a view. The store only answers where the bytes lie; they are
 * read, parsed (by the reader, a process of its own) and written in the caller's process.
 * Layer app; `run` on the store's thread, `after` in the caller's process.
 */
#include "shell_priv.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "verdict/base/io.h"
#include "verdict/base/text.h"
#include "verdict/base/zone.h"
#include "verdict/evidence/encoding.h"
#include "verdict/evidence/instant.h"
#include "verdict/evidence/picture.h"
#include "verdict/evidence/reader.h"
#include "verdict/store/blob.h"

#define PATH_BYTES 8192
#define CHUNK 65536
#define ROWS 512
#define HEX_WIDTH 16

enum { PASS_PATH, PASS_NAME, PASS_ZONE, PASS_OTHER };

static const struct evidence_item *find_item(const struct instance *ti, const char *word)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	for (size_t i = 0; !*end && i < ti->n_evidence; i++)
		if (ti->evidence[i].n == n)
			return &ti->evidence[i];
	return NULL;
}

static void list_json(struct shell *sh, const struct instance *ti, const struct evidence_item *only)
{
	struct jsonw w;

	jsonw_init(&w, &sh->out, true);
	jsonw_array(&w, NULL);
	for (size_t i = 0; i < ti->n_evidence; i++)
		if (!only || only == &ti->evidence[i])
			report_json_evidence(&w, &ti->evidence[i]);
	jsonw_end_array(&w);
	buf_addc(&sh->out, '\n');
}

static int hand_item(struct shell *sh, const struct instance *ti, const struct evidence_item *e,
	const struct evidence_item *other)
{
	struct buf path;
	enum status code;

	if (!e->here || (other && !other->here)) {
		e = e->here ? other : e;
		shell_error(sh, sh_knows_hub(sh) ? "evidence %u of %s is not on this laptop yet: %s; the full screen fetches it, "
			"and verdict sync --prefetch 256 that of the queue" : "evidence %u of %s is not in this store: %s",
			e->n, ti->row.id, e->name);
		return SHELL_REFUSED;
	}
	buf_init(&path, PATH_BYTES);
	code = blob_path(&path, sh->st, &e->sha256);
	if (code == STATUS_OK && !shell_has(sh, "save"))
		code = store_looked(sh->st, ti->row.id, &e->sha256);
	if (code == STATUS_OK) {
		sh_pass(sh, buf_str(&path));
		sh_pass(sh, e->name);
		sh_pass(sh, arena_printf(&sh->arena, "%d %s", sh_tz(sh), store_event(sh->st) ? store_event(sh->st)->tz_name : ""));
		buf_reset(&path);
	}
	if (code == STATUS_OK && other) {
		code = blob_path(&path, sh->st, &other->sha256);
		if (code == STATUS_OK)
			code = store_looked(sh->st, ti->row.id, &other->sha256);
		if (code == STATUS_OK)
			sh_pass(sh, buf_str(&path));
	}
	if (code == STATUS_OK) {
		sh->wrote = !shell_has(sh, "save");
	}
	buf_done(&path);
	return shell_status(sh, code);
}

int sh_run_evidence(struct shell *sh)
{
	const struct evidence_item *e = NULL, *other = NULL;
	const char *with = shell_get(sh, "compare"), *encoding = shell_get(sh, "encoding");
	struct picture_request picture;
	struct instance *ti = NULL;
	enum status code;

	if (sh_picture_wish(&picture, sh) != SHELL_DONE)
		return SHELL_USAGE;
	code = store_instance(&ti, &sh->arena, sh->st, sh->args[0]);
	if (code != STATUS_OK)
		return shell_status(sh, code);
	if (sh->n_args == 2 && !(e = find_item(ti, sh->args[1]))) {
		shell_error(sh, "%s has no evidence %s; it has %zu: verdict evidence %s", ti->row.id, sh->args[1],
			ti->n_evidence, ti->row.id);
		return SHELL_REFUSED;
	}
	if (e && with && !(other = find_item(ti, with))) {
		shell_error(sh, "%s has no evidence %s; it has %zu", ti->row.id, with, ti->n_evidence);
		return SHELL_REFUSED;
	}
	if (encoding && encoding_parse(&encoding, encoding, strlen(encoding)) != STATUS_OK)
		return sh_usage_error(sh, "%s", status_message());
	if (encoding && (with || shell_has(sh, "picture") || shell_has(sh, "raw") || shell_has(sh, "hex") || shell_has(sh, "save")))
		return sh_usage_error(sh,
			"--encoding goes with --outline and --pretty; the others show the bytes as they are");
	if (!e && (with || encoding || shell_has(sh, "raw") || shell_has(sh, "hex") || shell_has(sh, "outline") ||
	    shell_has(sh, "pretty") || shell_has(sh, "narrative") || shell_has(sh, "picture") || shell_has(sh, "save")))
		return sh_usage_error(sh, "say which: verdict evidence %s N", ti->row.id);
	if (sh->json && !other)
		list_json(sh, ti, e);
	else if (e)
		return hand_item(sh, ti, e, other);
	else if (ti->n_evidence)
		sh_show_evidence(sh, ti);
	else if (!sh->quiet)
		shell_error(sh, "%s has no evidence", ti->row.id);
	return SHELL_DONE;
}

/* Trouble here is the file's or the reader's and not the store's. */
static int after_status(struct shell *sh, enum status code)
{
	if (code == STATUS_OK)
		return sh->code;
	shell_status(sh, code);
	return SHELL_REFUSED;
}

static enum status save_copy(struct shell *sh, int fd, const char *to)
{
	char chunk[CHUNK];
	enum status code;
	int out = -1;
	ssize_t n = 0;

	code = io_open(&out, to, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (code != STATUS_OK)
		return code;
	while (code == STATUS_OK && (n = read(fd, chunk, sizeof(chunk))) > 0)
		code = io_write_all(out, to, chunk, (size_t)n);
	if (code == STATUS_OK && n < 0)
		code = status_errno("evidence cannot be read");
	if (code == STATUS_OK)
		code = io_sync(out, to);
	close(out);
	if (code != STATUS_OK)
		unlink(to);
	else if (!sh->quiet)
		shell_error(sh, "saved as %s", to);
	return code;
}

/* To a pipe byte for byte; to a terminal line by line and neutralised. */
static enum status show_raw(struct shell *sh, int fd)
{
	char chunk[CHUNK];
	size_t have = 0, use, len;
	ssize_t n;

	while ((n = read(fd, chunk + have, sizeof(chunk) - have)) > 0 || have > 0) {
		if (n < 0)
			break;
		have += (size_t)n;
		use = have;
		if (sh->tty && n > 0 && have > TEXT_CLUSTER_MAX)
			use = have - TEXT_CLUSTER_MAX;	/* a character may go on in the next chunk */
		for (size_t at = 0; sh->tty && at < use; at += len + 1) {
			const char *end = memchr(chunk + at, '\n', use - at);

			len = end ? (size_t)(end - chunk) - at : use - at;
			text_neutralise(&sh->out, chunk + at, len, sh->ascii);
			if (end)
				buf_addc(&sh->out, '\n');
		}
		if (!sh->tty)
			buf_add(&sh->out, chunk, use);
		memmove(chunk, chunk + use, have - use);
		have -= use;
		if (shell_flush(sh) != STATUS_OK)
			return STATUS_IO;
	}
	return n < 0 ? status_errno("evidence cannot be read") : STATUS_OK;
}

static enum status show_hex(struct shell *sh, int fd)
{
	unsigned char chunk[CHUNK];
	unsigned long long at = 0;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		for (size_t row = 0; row < (size_t)n; row += HEX_WIDTH, at += HEX_WIDTH) {
			size_t k = (size_t)n - row < HEX_WIDTH ? (size_t)n - row : HEX_WIDTH;

			sh_printf(sh, "%08llx ", at);
			for (size_t i = 0; i < HEX_WIDTH; i++)
				if (i < k)
					sh_printf(sh, "%s%02x", i == 8 ? "  " : " ", chunk[row + i]);
				else
					sh_printf(sh, "%s", i == 8 ? "    " : "   ");
			sh_printf(sh, "  ");
			for (size_t i = 0; i < k; i++)
				buf_addc(&sh->out, chunk[row + i] >= 32 && chunk[row + i] < 127
					? (char)chunk[row + i] : '.');
			buf_addc(&sh->out, '\n');
		}
		if (shell_flush(sh) != STATUS_OK)
			return STATUS_IO;
	}
	return n < 0 ? status_errno("evidence cannot be read") : STATUS_OK;
}

/* The event's zone, as `run` found it in the store. */
static struct zone *passed_zone(const struct shell *sh)
{
	const char *word = sh_pass_word(sh, PASS_ZONE), *name = word ? strchr(word, ' ') : NULL;

	return zone_of(name ? name + 1 : NULL, word ? (int)strtol(word, NULL, 10) : 0);
}

static void put_when(struct shell *sh, const struct reader_row *row, const struct zone *zone)
{
	char text[INSTANT_TEXT];
	int min = row->dated ? zone_offset(zone, row->when) : row->zone_min;

	if (min == row->zone_min)
		return;
	instant_say(text, row->when, row->zone_min, min);
	sh_printf(sh, " %s %s", sh->ascii ? "-" : "·", text);
}

static void put_row(struct shell *sh, const struct reader_row *row, enum evidence_view view, const struct zone *zone)
{
	static const char *const fold[] = { [FOLD_NONE] = "", [FOLD_OPEN] = "", [FOLD_CLOSED] = "+ " };
	const char *gap = "";

	if (view == VIEW_OUTLINE) {
		buf_fill(&sh->out, ' ', row->depth * 2);
		buf_adds(&sh->out, fold[row->fold]);
	}
	if (row->label_len) {
		text_neutralise(&sh->out, row->label, row->label_len, sh->ascii);
		gap = "  ";
	}
	if (row->value_len) {
		buf_adds(&sh->out, gap);
		text_neutralise(&sh->out, row->value, row->value_len, sh->ascii);
		put_when(sh, row, zone);
		gap = "  ";
	}
	if (row->note_len) {
		buf_adds(&sh->out, gap);
		text_neutralise(&sh->out, row->note, row->note_len, sh->ascii);
	}
	buf_addc(&sh->out, '\n');
}

static enum status show_rows(struct shell *sh, struct reader *r, enum evidence_view view)
{
	struct reader_row *rows = NULL;
	struct zone *zone = passed_zone(sh);
	enum status code = STATUS_OK;
	struct arena a;
	uint64_t from = 0;
	size_t n = 0;

	arena_init(&a);
	do {
		arena_reset(&a);
		code = reader_rows_wait(&rows, &n, &a, r, view, from, ROWS, (unsigned int)sh->width);
		for (size_t i = 0; code == STATUS_OK && i < n; i++)
			put_row(sh, &rows[i], view, zone);
		from += n;
		if (code == STATUS_OK)
			code = shell_flush(sh);
	} while (code == STATUS_OK && n == ROWS);
	zone_free(zone);
	arena_done(&a);
	return code;
}

static enum status show_parsed(struct shell *sh, int fd, enum evidence_view view)
{
	const char *encoding = shell_get(sh, "encoding");
	struct reader_info info;
	struct reader *r = NULL;
	enum status code;
	struct arena a;

	arena_init(&a);
	r = reader_new(NULL, sh->reader);
	code = reader_open_wait(&info, &a, r, fd, EVIDENCE_UNKNOWN);
	if (code == STATUS_OK && encoding)
		code = reader_encoding_wait(&info, &a, r, encoding);
	if (code == STATUS_OK && !sh->quiet && view == VIEW_OUTLINE) {
		sh_styled(sh, SH_BOLD, sh_pass_word(sh, PASS_NAME));
		sh_printf(sh, "  %s, ", evidence_kind_label(info.kind));
		sh_text(sh, info.summary ? info.summary : "");
		sh_printf(sh, ", %llu bytes\n", (unsigned long long)info.size);
	}
	if (code == STATUS_OK && info.rows[VIEW_OUTLINE] == 0 && info.encoding[0])
		view = VIEW_PRETTY;	/* what the bytes say in that encoding */
	else if (code == STATUS_OK && info.trouble && view != VIEW_NARRATIVE)
		shell_error(sh, "no outline: %s; --raw and --hex show the bytes", info.trouble);
	if (code == STATUS_OK && view == VIEW_NARRATIVE && info.rows[VIEW_NARRATIVE] == 0)
		code = status_set(STATUS_NOT_FOUND, "there is no narrative in it");
	if (code == STATUS_OK)
		code = show_rows(sh, r, view);
	reader_free(r);
	arena_done(&a);
	return code;
}

int sh_after_evidence(struct shell *sh)
{
	const char *path = sh_pass_word(sh, PASS_PATH), *to = shell_get(sh, "save");
	enum status code;
	int fd = -1;

	if (!path || sh->code != SHELL_DONE)
		return sh->code;
	if (sh_pass_word(sh, PASS_OTHER))
		return sh_compare_files(sh, path, sh_pass_word(sh, PASS_OTHER));
	code = io_open(&fd, path, O_RDONLY, 0);
	if (code != STATUS_OK)
		return after_status(sh, code);
	if (to)
		code = save_copy(sh, fd, sh_path(sh, to));
	else if (shell_has(sh, "raw"))
		code = show_raw(sh, fd);
	else if (shell_has(sh, "hex"))
		code = show_hex(sh, fd);
	else if (shell_has(sh, "picture"))
		code = sh_picture(sh, fd);
	else
		code = show_parsed(sh, fd, shell_has(sh, "pretty") ? VIEW_PRETTY :
			shell_has(sh, "narrative") ? VIEW_NARRATIVE : VIEW_OUTLINE);
	close(fd);
	return after_status(sh, code);
}
