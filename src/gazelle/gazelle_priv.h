/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VERDICT_GAZELLE_GAZELLE_PRIV_H
#define VERDICT_GAZELLE_GAZELLE_PRIV_H
#include <libpq-fe.h>
#include "verdict/base/arena.h"
#include "verdict/base/buf.h"
#include "verdict/base/jsonw.h"
#include "verdict/base/map.h"
#include "verdict/base/vec.h"
#include "verdict/gazelle/gazelle.h"

/*
 * All rows of a query, in memory, by the whole number in their first column. Values are borrowed from it; "" where
 * the database has NULL, or no such column.
 */
struct rel {
	PGresult *r;
	int64_t *key;		/* first column of each row, ascending */
	int rows;
};
#define REL_ROWS_MAX 500000

#define PORTION_FIELDS 12
/* A query whose rows come in portions, by the whole number in their first column. */
struct portion {
	struct gazelle *g;
	const char *name;
	PGconn *c;
	bool own;		/* the connection: rows come one by one */
	bool begun, end;
	PGresult *r;		/* of portions: what there is */
	int at, rows;
	char *row;		/* of rows: the present one, or NULL */
	const char *field[PORTION_FIELDS];
	int64_t key;
};
struct asked { const char *name, *sql; };
#define GZ_OTHERS "verdict_others"	/* stands for a table where other sessions have many TIs */
#define PORTIONS_MAX 5

struct test_info;
struct ahead;
struct gazelle {
	PGconn *c;
	const char *url;
	char snapshot[64];	/* a name for others to take it by, "": there is none */
	struct ahead *ahead;
	bool silent;		/* nothing is told to be left out */
	struct arena a;		/* until it is closed */
	struct map *columns;	/* "table.column" → its type's name */
	struct map *told;	/* what was told, so that nothing is told twice */
	VEC(const char *) left_out, problems;
	VEC(struct gazelle_session) sessions;
	uint64_t n_problems;
	char *mark, *quick_mark;
	/* ---- chosen ---- */
	int64_t session;
	const char *event, *zone, *files;
	const char *zone_sql;	/* the zone as an SQL literal */
	const char *address;	/* Gazelle's own, "" unknown */
	const char *proxy, *proxy_step, *proxy_message;
	/* ---- read for the catalogue, needed by TIs ---- */
	struct map *ids[8];	/* enum id_kind: taken ids */
	struct rel profiles, actors, transactions, options, aipos;
	struct rel tests, roles, steps, covers;
	struct rel systems, institutions, users, lines, registered;	/* lines: by what is registered; registered: by system */
	struct rel graded;	/* results of registered lines, by their row */
	struct test_info *test;	/* for each row of tests */
	const char **profile_id, **actor_id, **transaction_id, **option_id;	/* for each row */
	bool *profile_used, *actor_used, *transaction_used;
	bool *system_here, *institution_here;	/* for each row */
	struct map *people;	/* name of a user → id of the person */
	bool has_users;
	bool types_named;	/* the session says which types of test it has */
	struct gazelle_counts n;
};

struct test_info {
	const char *id;		/* NULL: not in the catalogue */
	int first_role, n_roles, first_step, n_steps;	/* rows */
	const char **role;	/* label of each, NULL: left out */
	int64_t *role_key;	/* tm_role_in_test of each */
	int *step;		/* number of each, 0: left out */
	int64_t *step_key;	/* tm_test_steps of each */
	bool wanted;		/* has a TI */
};

/* ---- link.c ---- */

enum status link_failed(PGconn *c, const PGresult *r, const char *what);
PGconn *link_beside(const char *url, const char *snapshot);	/* another one, or NULL; any thread */

/* With the columns of these tables known. */
enum status link_connect(struct gazelle *g, const char *url, const char *const *tables, size_t n);
enum status link_do(struct gazelle *g, const char *sql);	/* a command without rows */
bool link_has(const struct gazelle *g, const char *column);	/* "table.column" */
/*
 * Queries are constants of this program, in which {a:table.column} stands for a.column, or NULL where the database
 * has it not; {a:table.one|two} for the first of them that is there; {@a:…} for a moment, {!a:…} for one without which
 * nothing can be done. [table: …] is there where the table is; [-table: …] where it is not; {%} the event's zone. $1 is the session.
 */
enum status link_adapt(struct buf *out, struct gazelle *g, const char *sql);
PGresult *link_ask(PGconn *c, int64_t session, const char *sql);
int64_t link_number(const char *text, int64_t otherwise);
enum status link_rel(struct rel *out, struct gazelle *g, const char *sql);
void rel_done(struct rel *r);
const char *rel_text(const struct rel *r, int row, int column);
int64_t rel_int(const struct rel *r, int row, int column, int64_t otherwise);
bool rel_null(const struct rel *r, int row, int column);
int rel_find(const struct rel *r, int64_t key);			/* first row, -1: none */
int rel_count(const struct rel *r, int first);			/* rows with the same key */

/* ---- portion.c ---- */

/* Let the server begin with all of these, each beside the other, while something else is read; as far as it can. */
void portions_begin(struct gazelle *g, const struct asked *asked, size_t n);
void portions_end(struct gazelle *g);	/* what nobody opened */
enum status portion_open(struct portion *c, struct gazelle *g, const struct asked *asked);
/* The next row's key into *key_out; STATUS_NOT_FOUND at the end. Its values until portion_next(). */
enum status portion_peek(int64_t *key_out, struct portion *c);
void portion_next(struct portion *c);
const char *portion_text(const struct portion *c, int column);
int64_t portion_int(const struct portion *c, int column, int64_t otherwise);
void portion_close(struct portion *c);

/* ---- tell.c ---- */

void tell_left_out(struct gazelle *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tell_problem(struct gazelle *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- names.c ---- */

enum id_kind { ID_TRACK, ID_PROFILE, ID_ACTOR, ID_TRANSACTION, ID_OPTION, ID_TEST, ID_ROLE, ID_PERSON };
/*
 * The id of a pack for a keyword: the keyword itself where it is one and nobody has it, else made of it and of
 * Gazelle's number. The same rows, by number, give the same ids. Borrowed from g->a.
 */
const char *name_id(struct gazelle *g, enum id_kind kind, const char *keyword, int64_t number);
void name_forget(struct gazelle *g, enum id_kind kind);
size_t name_cut(const char *text, size_t len, size_t max);	/* bytes of whole characters */
void gz_name(struct jsonw *w, const char *key, const char *text);		/* at most PACK_NAME_MAX; absent where "" */
void gz_text(struct jsonw *w, const char *key, const char *text, size_t max);	/* likewise */
/* A moment as the server writes it in UTC, as a pack writes it; false where it is none. */
bool gz_time(char out[64], const char *text);

/* ---- the members ---- */

enum status define_load(struct gazelle *g);
enum status define_write(struct gazelle *g, const char *dir);	/* event.json, catalogue.json */
/* What an actor, profile and option of Gazelle are here; from then on they are part of the catalogue. */
bool define_aipo(struct gazelle *g, int64_t id, const char **profile, const char **actor, const char **option);
enum status rules_write(struct buf *out, struct gazelle *g);	/* dependencies of the catalogue, a list */
enum status roster_load(struct gazelle *g);
enum status roster_write(struct gazelle *g, const char *dir);	/* organisations.json, systems.json, persons.json */
void instances_begin(struct gazelle *g);	/* the server may begin to sort them */
struct watcher { void (*wrote)(void *data); void *data; };
enum status instances_write(struct gazelle *g, const char *dir, const struct watcher *w);	/* instances.ndjson */
enum status orphans_tell(struct gazelle *g);
/* Of an item of evidence: sha256, size and url of a link; or all but n and step of a file, false where it is not here. */
void gz_link(struct jsonw *w, const char *url);
bool gz_file(struct jsonw *w, struct gazelle *g, const char *dir, const char *id, const char *value, bool bare);
const char *roster_person(struct gazelle *g, const char *user);	/* id, or NULL where the event does not know the user */
const char *roster_monitor(struct gazelle *g, int64_t monitor);	/* likewise, of tm_monitor_in_session */
enum status gz_member(const char *dir, const char *name, struct buf *b);

#endif
