/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of event packs: its life, and the walk through all members of one. The bytes of each member are
 * handed on before they are parsed, because parsing happens in place. Pack layer; one thread at a time.
 */
#include "pack_priv.h"

#include <string.h>
#include <unistd.h>
#include "verdict/base/mem.h"

struct pack *pack_new(void)
{
	struct pack *p = mem_zalloc(sizeof(*p));

	p->file = "";
	json_parser_init(&p->json, PACK_FILE_VALUES);
	arena_init(&p->scratch);
	arena_init(&p->catalogue);
	arena_init(&p->organisation);
	arena_init(&p->system);
	p->tracks = map_new();
	p->profiles = map_new();
	p->actors = map_new();
	p->transactions = map_new();
	p->tests = map_new();
	p->organisations = map_new();
	p->systems = map_new();
	p->persons = map_new();
	return p;
}

void pack_free(struct pack *p)
{
	if (!p)
		return;
	map_free(p->tracks);
	map_free(p->profiles);
	map_free(p->actors);
	map_free(p->transactions);
	map_free(p->tests);
	map_free(p->organisations);
	map_free(p->systems);
	map_free(p->persons);
	vec_done(&p->evidence);
	vec_done(&p->history);
	arena_done(&p->scratch);
	arena_done(&p->catalogue);
	arena_done(&p->organisation);
	arena_done(&p->system);
	json_parser_done(&p->json);
	mem_free(p);
}

void pack_forget(struct map **m)
{
	map_free(*m);
	*m = map_new();
}

void pack_stand(struct pack *p, const char *file, uint64_t line)
{
	p->file = file;
	p->line = line;
}

uint64_t pack_unknown_fields(const struct pack *p)
{
	return p->unknown;
}

enum status pack_parse(struct json **out, struct pack *p, char *text, size_t len)
{
	p->depth = 0;
	p->json.max = p->lines ? PACK_LINE_VALUES : PACK_FILE_VALUES;
	*out = json_parse(&p->json, text, len);
	if (*out)
		return STATUS_OK;
	if (!p->lines)
		p->line = p->json.line;
	return pack_fail(p, p->json.code, "%s", p->json.error);
}

/* ---- the walk ---- */

struct walk {
	struct pack *pack;
	int dir_fd;
	const struct pack_sink *sink;
	const struct pack_tee *tee;
};

static enum status take_event(struct walk *w, char *text, size_t len)
{
	struct pack_event e;
	enum status code = pack_read_event(&e, w->pack, text, len);

	return code == STATUS_OK && w->sink->event ? w->sink->event(w->sink->data, &e) : code;
}

static enum status take_catalogue(struct walk *w, char *text, size_t len)
{
	struct pack_catalogue c;
	enum status code = pack_read_catalogue(&c, w->pack, text, len);

	return code == STATUS_OK && w->sink->catalogue ? w->sink->catalogue(w->sink->data, &c) : code;
}

static enum status take_organisations(struct walk *w, char *text, size_t len)
{
	struct pack_organisation *o;
	size_t n;
	enum status code = pack_read_organisations(&o, &n, w->pack, text, len);

	return code == STATUS_OK && w->sink->organisations ? w->sink->organisations(w->sink->data, o, n) : code;
}

static enum status take_systems(struct walk *w, char *text, size_t len)
{
	struct pack_system *s;
	size_t n;
	enum status code = pack_read_systems(&s, &n, w->pack, text, len);

	return code == STATUS_OK && w->sink->systems ? w->sink->systems(w->sink->data, s, n) : code;
}

static enum status take_persons(struct walk *w, char *text, size_t len)
{
	struct pack_person *who;
	size_t n;
	enum status code = pack_read_persons(&who, &n, w->pack, text, len);

	return code == STATUS_OK && w->sink->persons ? w->sink->persons(w->sink->data, who, n) : code;
}

/* A member that is one JSON text. */
struct member {
	const char *name;
	char kind;
	size_t max;
	enum status (*take)(struct walk *w, char *text, size_t len);
};

static enum status tick(const struct walk *w, const char *what, const struct pack_file *f)
{
	return w->sink->tick ? w->sink->tick(w->sink->data, what, f->bytes, f->size) : STATUS_OK;
}

static enum status open_member(struct pack_file *f, const struct walk *w, const char *name)
{
	enum status code = pack_open(f, w->dir_fd, name, w->tee);

	return code == STATUS_NOT_FOUND ? status_set(STATUS_INVALID, "%s: the pack has no such file", name) : code;
}

static enum status whole_member(struct walk *w, const struct member *m)
{
	struct pack_file f;
	char *text;
	size_t len;
	enum status code = open_member(&f, w, m->name);

	if (code != STATUS_OK)
		return code;
	pack_stand(w->pack, m->name, 1);
	code = pack_all(&text, &len, &f, m->max);
	if (code == STATUS_OK && w->sink->bytes)
		code = w->sink->bytes(w->sink->data, m->kind, text, len);
	if (code == STATUS_OK)
		code = m->take(w, text, len);
	if (code == STATUS_OK)
		code = tick(w, "catalogue", &f);
	pack_close(&f);
	return code;
}

static bool blank(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r'); i++)
		;
	return i == len;
}

static enum status one_line(struct walk *w, char *text, size_t len, uint64_t *count)
{
	struct pack_instance t;
	enum status code = STATUS_OK;

	if (++*count > PACK_INSTANCES_MAX)
		return pack_fail(w->pack, STATUS_LIMIT, "more than %d TIs", PACK_INSTANCES_MAX);
	if (w->sink->bytes)
		code = w->sink->bytes(w->sink->data, 'I', text, len);
	if (code == STATUS_OK)
		code = pack_read_instance(&t, w->pack, text, len);
	return code == STATUS_OK && w->sink->instance ? w->sink->instance(w->sink->data, &t) : code;
}

static enum status instances(struct walk *w)
{
	static const char name[] = "instances.ndjson";
	struct pack_file f;
	uint64_t line, count = 0;
	bool end = false;
	char *text;
	size_t len;
	enum status code = open_member(&f, w, name);

	if (code != STATUS_OK)
		return code;
	f.more = w->sink->more;
	f.more_data = w->sink->data;
	for (line = 1; code == STATUS_OK && !end; line++) {
		pack_stand(w->pack, name, line);
		w->pack->depth = 0;
		code = pack_line(&text, &len, &f, PACK_LINE_MAX);
		end = code == STATUS_NOT_FOUND;
		if (end)
			code = STATUS_OK;
		else if (code == STATUS_LIMIT)
			code = pack_fail(w->pack, code, "longer than %u bytes", PACK_LINE_MAX);
		else if (code == STATUS_OK && !blank(text, len))
			code = one_line(w, text, len, &count);
		if (code == STATUS_OK && line % 64 == 0)
			code = tick(w, "test instances", &f);
	}
	pack_close(&f);
	return code;
}

enum status pack_walk(struct pack *p, int dir_fd, const struct pack_sink *sink, const struct pack_tee *tee)
{
	static const struct member all[] = {
		{ "event.json", 'E', PACK_EVENT_MAX, take_event }, { "catalogue.json", 'C', PACK_CATALOGUE_MAX, take_catalogue },
		{ "organisations.json", 'O', PACK_ROSTER_MAX, take_organisations },
		{ "systems.json", 'S', PACK_ROSTER_MAX, take_systems }, { "persons.json", 'P', PACK_ROSTER_MAX, take_persons },
	};
	struct walk w = { p, dir_fd, sink, tee };
	enum status code = STATUS_OK;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]) && code == STATUS_OK; i++)
		code = whole_member(&w, &all[i]);
	return code == STATUS_OK ? instances(&w) : code;
}

/* ---- bodies ---- */

enum status pack_body_open(int *fd_out, struct pack *p, int dir_fd, const struct pack_evidence *e, size_t index)
{
	int64_t size;
	int fd = -1;
	enum status code;

	if (!*e->file)
		return STATUS_NOT_FOUND;
	if (strncmp(e->file, "evidence/", 9) != 0 || !pack_path_ok(e->file))
		return pack_fail_in(p, "evidence", index, "file", "\"%.200s\" is not a path below evidence/", e->file);
	code = pack_open_beneath(&fd, dir_fd, e->file);
	if (code == STATUS_INVALID)
		return pack_fail_in(p, "evidence", index, "file", "\"%.200s\" is a link or no plain file", e->file);
	if (code != STATUS_OK)
		return code;
	size = lseek(fd, 0, SEEK_END);
	if (size < 0 || lseek(fd, 0, SEEK_SET) != 0)
		code = status_errno("%s", e->file);
	else if (size != e->size)
		code = pack_fail_in(p, "evidence", index, "size", "%s has %lld bytes and not %lld", e->file, (long long)size,
			(long long)e->size);
	if (code == STATUS_OK)
		*fd_out = fd;
	else
		close(fd);
	return code;
}

enum status pack_body_differs(struct pack *p, const struct pack_evidence *e, size_t index)
{
	return pack_fail_in(p, "evidence", index, "file", "%s holds other bytes than the sha256 given here", e->file);
}
