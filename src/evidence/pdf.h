/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVIDENCE_PDF_H
#define EVIDENCE_PDF_H
#include "inside_priv.h"

/*
 * Objects of a PDF, found by reading it from the front: no table of places is believed. Dictionaries are ranges of
 * the file, or of an object stream in the annex.
 */
#define PDF_OBJECTS_MAX 200000u
struct pdf_object {
	unsigned int number;
	const char *dict;	/* a dictionary from << to past >>, or an array from [ to past ] */
	size_t len;
	size_t data, data_end;	/* of its stream; offsets of the file, equal without */
};
struct pdf_place {
	unsigned int number;
	uint32_t index;
};
struct pdf {
	struct outline *o;
	const char *p;
	size_t n;
	VEC(struct pdf_object) objects;
	VEC(struct pdf_place) sorted;	/* once all are known */
	struct pdf_object trailer;	/* the last one that names a root */
	bool encrypted, cut;
};

void pdf_scan(struct pdf *pdf);
/* Value of a key of a dictionary, up to its end; *len_out 0 where it has none. */
const char *pdf_get(size_t *len_out, const char *dict, size_t len, const char *key);
/* Values of an array one after another; `at` begins as 0. NULL at the end. */
const char *pdf_each(size_t *len_out, const char *array, size_t len, size_t *at);
bool pdf_is(const char *dict, size_t len, const char *key, const char *name);
/* The object a reference "12 0 R" means; NULL for none. */
const struct pdf_object *pdf_follow(const struct pdf *pdf, const char *p, size_t n);
/* A stream's bytes, inflated into the annex where they are deflated; false where that cannot be done. */
bool pdf_data(size_t *begin_out, size_t *end_out, struct pdf *pdf, const struct pdf_object *obj);
/* The digits that p[0..n) begins with. */
unsigned long pdf_number(const char *p, size_t n);

#endif
