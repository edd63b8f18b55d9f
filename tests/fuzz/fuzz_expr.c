/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an expression of a check: compiled or refused, and run on a small document within its steps. Layer: tests. */
#include "fuzz.h"
#include <string.h>
#include "verdict/base/mem.h"
#include "verdict/evidence/tree.h"

static const char text[] = "{\"resourceType\":\"Bundle\",\"type\":\"document\",\"timestamp\":\"2026-11-24T05:32:00Z\",\"entry\":["
	"{\"fullUrl\":\"urn:uuid:1\",\"resource\":{\"resourceType\":\"Composition\",\"status\":\"final\",\"subject\":{\"reference\":"
	"\"urn:uuid:2\"},\"section\":[{\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"11450-4\"}]},\"entry\":["
	"{\"reference\":\"urn:uuid:3\"}]}]}},{\"fullUrl\":\"urn:uuid:2\",\"resource\":{\"resourceType\":\"Patient\",\"name\":["
	"{\"family\":\"Kim\",\"given\":[\"A\",\"B\"]}],\"birthDate\":\"1980-02-30\",\"x\":1.5e3,\"y\":true}}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document_tree *tree;
	struct expr_result result;
	struct expr *e = NULL;
	struct document *d;
	struct source src;
	struct arena a;
	char *words;
	int truth;

	if (size > 4096)
		return 0;
	words = mem_strndup((const char *)data, size);
	arena_init(&a);
	source_mem(&src, text, sizeof(text) - 1);
	document_open(&d, &src, EVIDENCE_UNKNOWN);
	document_tree_new(&tree, d);
	if (expr_compile(&e, words) == STATUS_OK) {
		const struct expr_tree *t = document_tree_expr(tree);

		if (expr_run(&result, &a, e, t, t->root) == STATUS_OK)
			FUZZ_HOLDS(result.n == 0 || result.items);
		if (expr_test(&truth, &a, e, t, t->root) == STATUS_OK)
			FUZZ_HOLDS(truth >= -1 && truth <= 1);
		expr_free(e);
	}
	document_tree_free(tree);
	document_free(d);
	arena_done(&a);
	mem_free(words);
	return 0;
}
