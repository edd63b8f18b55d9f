/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xmllint (libxml2) as oracle: over every XML document of the corpus that both read without trouble, the same tree:
 * elements, attributes and texts in the same order with the same values. xmllint writes the document in canonical form,
 * in which there is one way to write a tree; the outline is written in the same way. Skipped, and said so, where the
 * corpus or xmllint is absent.
 */
#include "test.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "src/evidence/evidence_priv.h"
#include "verdict/base/mem.h"

#define TREE_MAX (64u << 20)
#define ATTRIBUTES_MAX 400

struct tree {
	struct buf out;
	bool text;		/* the last thing was a text: another one goes on with it */
};

/* Blanks in a row count as one: attributes are normalised, ends of lines differ. */
static void add_words(struct buf *b, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strchr(" \t\r\n", p[i]) || !p[i])
			buf_addc(b, p[i]);
		else if (b->len && b->ptr[b->len - 1] != ' ' && b->ptr[b->len - 1] != '\n')
			buf_addc(b, ' ');
}

static void end_words(struct buf *b)
{
	while (b->len && b->ptr[b->len - 1] == ' ')
		buf_cut(b, b->len - 1, 1);
	buf_addc(b, '\n');
}

static void text(struct tree *t, const char *p, size_t n, bool escaped)
{
	struct buf b;
	size_t i;

	buf_init(&b, TREE_MAX);
	if (escaped)
		unescape_xml(&b, p, n);
	else
		buf_add(&b, p, n);
	for (i = 0; i < b.len && strchr(" \t\r\n", b.ptr[i]); i++)
		;
	if (i < b.len && !t->text)
		buf_addc(&t->out, '\n');
	if (i < b.len || t->text)
		add_words(&t->out, b.ptr, b.len);
	t->text = t->text || i < b.len;
	buf_done(&b);
}

static void end_text(struct tree *t)
{
	if (t->text)
		end_words(&t->out);
	t->text = false;
}

static const char *local(const char *name, size_t *n)
{
	const char *colon = memchr(name, ':', *n);

	if (colon) {
		*n -= (size_t)(colon + 1 - name);
		name = colon + 1;
	}
	return name;
}

struct attributes {
	char *line[ATTRIBUTES_MAX];
	size_t n;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void attribute(struct attributes *a, const char *name, size_t n, const char *value, size_t len)
{
	struct buf b, v;

	if ((n == 5 || (n > 5 && name[5] == ':')) && !memcmp(name, "xmlns", 5))
		return;
	assert_true(a->n < ATTRIBUTES_MAX);
	name = local(name, &n);
	buf_init(&b, TREE_MAX);
	buf_init(&v, TREE_MAX);
	unescape_xml(&v, value, len);
	buf_addc(&b, '@');
	buf_add(&b, name, n);
	buf_addc(&b, '=');
	add_words(&b, buf_str(&v), v.len);
	end_words(&b);
	a->line[a->n++] = buf_take(&b);
	buf_done(&v);
}

static void end_attributes(struct tree *t, struct attributes *a)
{
	size_t i;

	qsort(a->line, a->n, sizeof(a->line[0]), by_text);
	for (i = 0; i < a->n; i++) {
		buf_adds(&t->out, a->line[i]);
		mem_free(a->line[i]);
	}
	a->n = 0;
}

static void begin(struct tree *t, const char *name, size_t n)
{
	end_text(t);
	name = local(name, &n);
	buf_addc(&t->out, '<');
	buf_add(&t->out, name, n);
	buf_addc(&t->out, '\n');
}

static void end(struct tree *t)
{
	end_text(t);
	buf_adds(&t->out, ">\n");
}

/* One element of the canonical form: <name a="v" b="v">; there are no others, no declaration and no CDATA. */
static const char *read_tag(struct tree *t, const char *p, const char *stop)
{
	struct attributes a = { .n = 0 };
	const char *name = ++p, *value;

	while (p < stop && !strchr(" >", *p))
		p++;
	begin(t, name, (size_t)(p - name));
	while (p < stop && *p == ' ') {
		name = p + 1;
		p = memchr(name, '=', (size_t)(stop - name));
		value = p + 2;
		p = memchr(value, '"', (size_t)(stop - value));
		attribute(&a, name, (size_t)(value - 2 - name), value, (size_t)(p - value));
		p++;
	}
	end_attributes(t, &a);
	return p + 1;
}

static void read_canonical(struct tree *t, const char *p, size_t n)
{
	const char *stop = p + n, *q;

	while (p < stop) {
		if (*p != '<') {
			q = memchr(p, '<', (size_t)(stop - p));
			q = q ? q : stop;
			text(t, p, (size_t)(q - p), true);
			p = q;
		} else if (p[1] == '/') {
			end(t);
			p = (const char *)memchr(p, '>', (size_t)(stop - p)) + 1;
		} else if (p[1] == '!') {
			end_text(t);
			p = (const char *)memmem(p + 4, (size_t)(stop - p - 4), "-->", 3) + 3;
		} else if (p[1] == '?') {
			end_text(t);
			p = (const char *)memmem(p, (size_t)(stop - p), "?>", 2) + 2;
		} else {
			p = read_tag(t, p, stop);
		}
	}
}

struct writer {
	struct tree tree;
	const struct outline *o;
	const char *text;
	size_t len;
	uint32_t ends[OUTLINE_DEPTH_MAX + 4];	/* of the elements that are open */
	size_t open;
};

static void write_element(struct writer *w, uint32_t i)
{
	const struct node *n = &w->o->nodes.at[i], *c;
	struct attributes a = { .n = 0 };
	uint32_t k;

	begin(&w->tree, w->text + n->label, n->label_len);
	for (k = outline_child(w->o, i); k != NODE_NONE; k = outline_next(w->o, k)) {
		c = &w->o->nodes.at[k];
		if (c->kind == NODE_ATTRIBUTE)
			attribute(&a, w->text + c->label, c->label_len, w->text + c->value, c->value_len);
	}
	end_attributes(&w->tree, &a);
	if (n->size == 1 || (n->flags & NODE_HAS_VALUE))
		text(&w->tree, w->text + n->value, n->value_len, true);
	w->ends[w->open++] = i + n->size;
}

static void write_outline(struct writer *w)
{
	uint32_t i;

	for (i = 0; i < w->o->nodes.len; i++) {
		const struct node *n = &w->o->nodes.at[i];

		for (; w->open && w->ends[w->open - 1] <= i; w->open--)
			end(&w->tree);
		if (n->kind == NODE_ELEMENT)
			write_element(w, i);
		else if (n->kind == NODE_TEXT || n->kind == NODE_CDATA)
			text(&w->tree, w->text + n->value, n->value_len, n->kind == NODE_TEXT);
		else if (n->kind == NODE_COMMENT || n->kind == NODE_PI)
			end_text(&w->tree);
	}
	for (; w->open; w->open--)
		end(&w->tree);
}

/* The canonical form, "" where xmllint refuses the file. */
static void ask(struct buf *out, const char *path)
{
	int pipe_fd[2], null, status;
	char piece[65536];
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(pipe_fd), 0);
	pid = fork();
	if (pid == 0) {
		null = open("/dev/null", O_WRONLY);
		dup2(pipe_fd[1], 1);
		dup2(null, 2);
		execlp("xmllint", "xmllint", "--nonet", "--c14n", path, (char *)NULL);
		_exit(127);
	}
	close(pipe_fd[1]);
	while ((got = read(pipe_fd[0], piece, sizeof(piece))) > 0)
		buf_add(out, piece, (size_t)got);
	close(pipe_fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		buf_reset(out);
}

/* The first line in which two trees differ. */
static void same(const char *path, struct buf *ours, struct buf *theirs)
{
	const char *a = buf_str(ours), *b = buf_str(theirs);
	size_t i = 0, line = 0;

	if (!strcmp(a, b))
		return;
	for (; a[i] && a[i] == b[i]; i++)
		line = a[i] == '\n' ? i + 1 : line;
	fail_msg("%s: \"%.*s\", where xmllint has \"%.*s\"", path, (int)strcspn(a + line, "\n"), a + line,
		(int)strcspn(b + line, "\n"), b + line);
}

static bool is_xml(enum evidence_kind k)
{
	return k == EVIDENCE_XML || k == EVIDENCE_FHIR_XML || k == EVIDENCE_CDA || k == EVIDENCE_SOAP;
}

static bool compare(const char *path)
{
	struct writer w = { .open = 0 };
	struct buf canonical;
	struct reader_info info;
	struct tree t = { .text = false };
	struct document *d;
	struct source src;
	bool compared;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_ok(source_map(&src, fd));
	close(fd);
	assert_ok(document_open(&d, &src, EVIDENCE_UNKNOWN));
	document_info(&info, d);
	w.o = document_outline(d);
	w.text = document_text(&w.len, d);
	buf_init(&canonical, TREE_MAX);
	buf_init(&w.tree.out, TREE_MAX);
	buf_init(&t.out, TREE_MAX);
	/* attributes that only a document type gives are not in the text, so not in the outline */
	if (is_xml(info.kind) && !w.o->troubles && w.o->nodes.len && !memmem(w.text, w.len, "<!ATTLIST", 9))
		ask(&canonical, path);
	compared = canonical.len > 0;
	if (compared) {
		read_canonical(&t, canonical.ptr, canonical.len);
		write_outline(&w);
		assert_ok(t.out.err);
		same(path, &w.tree.out, &t.out);
	}
	buf_done(&t.out);
	buf_done(&w.tree.out);
	buf_done(&canonical);
	document_free(d);
	return compared;
}

static const char *corpus(void)
{
	static char path[1000];
	const char *top = getenv("srcdir");

	snprintf(path, sizeof(path), "%s/../shared/corpus", top ? top : ".");
	return path;
}

static void test_trees(void **state)
{
	char name[2000], line[4096];
	size_t compared = 0, n = 0;
	FILE *f;

	(void)state;
	snprintf(name, sizeof(name), "%s/MANIFEST.tsv", corpus());
	f = fopen(name, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\t\n")] = '\0';
		snprintf(name, sizeof(name), "%s/%.900s", corpus(), line);
		if (n++)
			compared += compare(name);
	}
	fclose(f);
	printf("# %zu trees compared\n", compared);
	assert_true(compared >= 75);
}

/* Cases that no file of the corpus has; and that a difference is noticed. */
static void test_cases(void **state)
{
	static const char *const cases[] = {
		"<a b=\"1&amp;2\" a=\"&#x4e2d;\n  x\"> one <b/>two<!-- c --> three<![CDATA[<&]]> four </a>",
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\r\n<x:a xmlns:x=\"urn:u\" x:b='\"'>\xe9\r\n\xe8</x:a>",
		"<a><b>x</b><b c=\"d\">y</b><b><c/></b>&lt;</a>",
	};
	char path[] = "/tmp/verdict-test-XXXXXX";
	int fd = mkstemp(path);
	size_t i;

	(void)state;
	assert_true(fd >= 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, cases[i], strlen(cases[i]), 0), (ssize_t)strlen(cases[i]));
		assert_true(compare(path));
	}
	close(fd);
	unlink(path);
}

/* One line of TAP of our own: cmocka would call a skipped test "not ok". */
static int report(int n, const char *name, const char *lacking, const struct CMUnitTest *test)
{
	int failed = lacking ? 0 : _cmocka_run_group_tests(name, test, 1, NULL, NULL);

	if (lacking)
		printf("ok %d - %s # SKIP %s\n", n, name, lacking);
	else
		printf("%s %d - %s\n", failed ? "not ok" : "ok", n, name);
	return failed;
}

int main(void)
{
	const struct CMUnitTest cases = cmocka_unit_test(test_cases), trees = cmocka_unit_test(test_trees);
	const char *none = system("xmllint --version >/dev/null 2>&1") == 0 ? NULL : "xmllint is absent";
	int failed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	setenv("CMOCKA_MESSAGE_OUTPUT", "STDOUT", 1);
	printf("1..2\n");
	failed = report(1, "trees of our own", none, &cases);
	failed += report(2, "trees of the corpus", none ? none : access(corpus(), R_OK) ? "the corpus is absent" : NULL, &trees);
	return failed != 0;
}
