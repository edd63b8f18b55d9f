/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Foreign bytes in every field of the four screens, at many sizes: what is drawn is printable, whatever came.
 * No store and no reader: the states are filled by hand.
 */
#include "tests/unit/test.h"

#include <stdint.h>
#include <stdio.h>

#include "verdict/app/evidence.h"
#include "verdict/app/journal.h"
#include "verdict/app/verdict.h"
#include "verdict/base/mem.h"
#include "verdict/ui/view.h"

/* Escapes, C1, bidi overrides, broken UTF-8, wide and combining characters, line ends, a long run. */
static const char *const hostile[] = {
	"\033[2J\033]0;title\007", "\xc2\x9b" "31m", "a\xe2\x80\xae" "b\xe2\x80\xac", "\xff\xfe\xc3", "한빛병원\n새 줄\r\ttab",
	"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", "\xef\xbb\xbf" "bom \xe2\x80\xa8 sep", "\x7f\x01\x1f",
	"", "%s%n%d", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9", "\xed\xa0\x80 surrogate",
	"a very long name that never ends a very long name that never ends a very long name that never ends 長い",
};
#define HOSTILE (sizeof(hostile) / sizeof(hostile[0]))
static size_t turn;

static char *bad(void)
{
	return (char *)(uintptr_t)hostile[turn++ % HOSTILE];
}

static struct instance *make_instance(struct arena *a)
{
	struct instance *in = arena_new(a, struct instance);
	size_t i;

	in->row = (struct queue_row){ .id = bad(), .test = bad(), .title = bad(), .track = bad(), .profiles = bad(),
		.status = TI_CRITICAL, .stale = true, .claim = CLAIM_CONFIRMED, .claim_by = bad(), .since = 1 };
	in->description = bad();
	in->permalink = bad();
	in->neutrality = turn % 2 ? bad() : NULL;
	in->test.description = bad();
	in->n_participants = in->n_steps = in->n_evidence = in->n_items = in->n_verdicts = in->n_history = 7;
	in->n_warnings = 3;
	in->participants = arena_array(a, struct participant, 7);
	in->steps = arena_array(a, struct instance_step, 7);
	in->evidence = arena_array(a, struct evidence_item, 7);
	in->items = arena_array(a, struct instance_item, 7);
	in->verdicts = arena_array(a, struct instance_verdict, 7);
	in->history = arena_array(a, struct history_entry, 7);
	in->warnings = arena_array(a, const char *, 3);
	for (i = 0; i < 3; i++)
		in->warnings[i] = bad();
	for (i = 0; i < 7; i++)
		in->participants[i] = (struct participant){ bad(), bad(), bad(), bad(), bad(), bad(), bad(), bad(), bad() };
	for (i = 0; i < 7; i++) {
		in->steps[i] = (struct instance_step){ (unsigned int)i + 1, bad(), in->participants[i].role,
			in->participants[(i * 3) % 7].role, bad(), bad(), bad(), MARK_FAILED, 2 };
		in->evidence[i] = (struct evidence_item){ .n = (unsigned int)i + 1, .name = bad(), .kind = bad(),
			.url = bad(), .size = (int64_t)i * 987654321, .here = i % 2, .looked = i % 3 };
		in->items[i] = (struct instance_item){ { bad(), bad(), bad(), ITEM_BY_CHECK, 0 }, ITEM_TICKED, bad() };
		in->verdicts[i] = (struct instance_verdict){ .by = bad(), .by_name = bad(), .reason = bad(),
			.outcome = OUTCOME_PARTIAL };
		in->history[i] = (struct history_entry){ .at = 1, .who = bad(), .who_name = bad(), .kind = bad(), .text = bad() };
	}
	return in;
}

static void assert_clean(struct app *app, enum screen_id id, int rows, int cols, bool ascii)
{
	struct canvas c = { .rows = 0 };
	struct area a;
	struct buf out;
	size_t i;

	canvas_init(&c, rows, cols);
	c.ascii = ascii;
	a = area_all(&c);
	views[id]->draw(app, screen_state(app, id), &a);
	buf_init(&out, 1 << 20);
	canvas_dump(&out, &c, false);
	assert_ok(out.err);
	assert_true(utf8_valid(out.ptr, out.len));
	for (i = 0; i < out.len; i++) {
		assert_true((unsigned char)out.ptr[i] >= 0x20 || out.ptr[i] == '\n');
		assert_int_not_equal(out.ptr[i], 0x7f);
		if (ascii)
			assert_true((unsigned char)out.ptr[i] < 0x80);
	}
	assert_null(strstr(out.ptr, "\xe2\x80\xae"));
	assert_null(strstr(out.ptr, "\xc2\x9b"));
	buf_done(&out);
	canvas_done(&c);
}

static void every_size(struct app *app, enum screen_id id)
{
	static const int sizes[][2] = { { 1, 1 }, { 3, 10 }, { 13, 60 }, { 22, 80 }, { 38, 120 }, { 50, 300 } };
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_clean(app, id, sizes[i][0], sizes[i][1], false);
		assert_clean(app, id, sizes[i][0], sizes[i][1], true);
	}
}

static void instance_and_form(void **state)
{
	struct app *app = app_new(NULL, NULL, NULL);
	struct instance_state *inst = instance_of(app);
	struct verdict_state *form = verdict_of(app);
	size_t round;
	int field;

	(void)state;
	for (round = 0; round < HOSTILE; round++) {
		turn = round;
		arena_reset(&inst->arena);
		inst->in = make_instance(&inst->arena);
		inst->folded[INSTANCE_FOLD_TEXT] = false;
		draft_reset(&inst->draft, "1");
		inst->draft.outcome = OUTCOME_FAILED;
		editor_set(&inst->draft.reason, bad());
		instance_relayout(inst);
		inst->cursor = (int)round;
		every_size(app, SCREEN_INSTANCE);
		instance_relayout(inst);
		form->phase = VERDICT_EDIT;
		snprintf(form->rule, sizeof(form->rule), "%s", bad());
		for (field = 0; field < FIELD_COUNT; field++) {
			form->field = (enum verdict_field)field;
			every_size(app, SCREEN_VERDICT);
		}
		form->blocked = true;
		every_size(app, SCREEN_VERDICT);
		form->blocked = false;
	}
	inst->in = NULL;
	inst->draft_dirty = false;
	app_free(app);
}

static void evidence_rows(void **state)
{
	struct app *app = app_new(NULL, NULL, NULL);
	struct evidence_state *st = evidence_of(app);
	static const unsigned char rgb[45] = { 1, 2, 3, [20] = 200, [44] = 255 };
	struct reader_row rows[40];
	size_t round, i;
	int v;

	(void)state;
	for (round = 0; round < HOSTILE; round++) {
		turn = round;
		memset(rows, 0, sizeof(rows));
		for (i = 0; i < 40; i++) {
			rows[i].row = i;
			rows[i].depth = (unsigned int)(i * i);
			rows[i].fold = i % 3;
			rows[i].label = bad();
			rows[i].label_len = strlen(rows[i].label);
			rows[i].value = bad();
			rows[i].value_len = strlen(rows[i].value);
			rows[i].note = bad();
			rows[i].note_len = strlen(rows[i].note);
			rows[i].style = (unsigned char)(i * 7);
			rows[i].hit = i % 5 == 0;
		}
		mem_free(st->ti);
		st->ti = mem_strdup(bad());
		st->item = (struct evidence_item){ .n = 1, .name = bad(), .kind = bad(), .url = bad() };
		st->phase = LOOK_READY;
		st->asking = true;	/* no reader here */
		st->rows.at = rows;
		st->rows.n = 40;
		snprintf(st->path, sizeof(st->path), "%s", bad());
		snprintf(st->trouble, sizeof(st->trouble), "%s", bad());
		snprintf(st->summary, sizeof(st->summary), "%s", bad());
		for (v = 0; v < VIEW_COUNT; v++) {
			st->view = (enum evidence_view)v;
			st->place[v].total = 40;
			st->hscroll = v * 3;
			every_size(app, SCREEN_EVIDENCE);
		}
		st->view = VIEW_PICTURE;
		st->info.frames = 3;
		st->picture.asking = true;
		st->picture.got = (struct picture){ .cols = 5, .rows = 3, .rgb = rgb, .grey = round % 2 };
		every_size(app, SCREEN_EVIDENCE);
		st->picture.got.rgb = NULL;
		snprintf(st->picture.why, sizeof(st->picture.why), "%s", bad());
		every_size(app, SCREEN_EVIDENCE);
		st->phase = LOOK_NOT_HERE;
		every_size(app, SCREEN_EVIDENCE);
	}
	st->rows.at = NULL;
	st->rows.n = 0;
	app_free(app);
}

static void journal_rows(void **state)
{
	struct app *app = app_new(NULL, NULL, NULL);
	struct journal_state *st = journal_of(app);
	struct journal_entry e = { .n = 1 };
	size_t i;

	(void)state;
	for (i = 0; i < 40; i++) {
		e.n = i;
		e.kind = mem_strdup(bad());
		e.ti = mem_strdup(bad());
		e.what = mem_strdup(bad());
		e.why = mem_strdup(bad());
		e.state = (enum entry_state)(i % 4);
		vec_push(&st->rows, e);
	}
	for (i = 0; i < 40; i += 3) {
		st->cursor = (int)i;
		every_size(app, SCREEN_JOURNAL);
	}
	st->shown = JOURNAL_RECORD;
	for (i = 0; i < HOSTILE; i++) {
		st->record = hostile[i];
		every_size(app, SCREEN_JOURNAL);
	}
	app_free(app);
}

/* What a line of sideways scrolling begins with is never half a character. */
static void wide_characters_scroll_sideways(void **state)
{
	struct app *app = app_new(NULL, NULL, NULL);
	struct evidence_state *st = evidence_of(app);
	static const char text[] = "한빛병원さくら";
	struct reader_row row = { .value = text, .value_len = sizeof(text) - 1 };

	(void)state;
	st->phase = LOOK_READY;
	st->asking = true;
	st->view = VIEW_RAW;
	st->rows.at = &row;
	st->rows.n = 1;
	st->place[VIEW_RAW].total = 1;
	for (st->hscroll = 0; st->hscroll < 20; st->hscroll++)
		assert_clean(app, SCREEN_EVIDENCE, 10, 30, false);
	st->rows.at = NULL;
	app_free(app);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instance_and_form),
		cmocka_unit_test(evidence_rows),
		cmocka_unit_test(journal_rows),
		cmocka_unit_test(wide_characters_scroll_sideways),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("views", tests, NULL, NULL);
}
