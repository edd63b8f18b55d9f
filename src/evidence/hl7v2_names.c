/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HL7 v2 segments, fields and components by name, after chapters 2, 2A, 3, 4, 5, 6, 7, 9 and 13 of version 2.5.1
 * with the fields of 2.8 where they were added. Layer evidence; constant data. A field is "TYPE Name", numbers
 * count from 1, "-" stands for one without a name here.
 */
#include "evidence_priv.h"
#include <string.h>

struct names {
	const char *id, *name, *parts;	/* parts are separated by | */
};

static const struct names segments[] = {
	{ "MSH", "Message header", "ST Field separator|ST Encoding characters|HD Sending application|HD Sending facility|"
		"HD Receiving application|HD Receiving facility|TS Date and time of message|ST Security|MSG Message type|"
		"ST Message control ID|PT Processing ID|VID Version ID|NM Sequence number|ST Continuation pointer|"
		"ID Accept acknowledgment type|ID Application acknowledgment type|ID Country code|ID Character set|"
		"CE Principal language|ID Alternate character set handling|EI Message profile identifier|"
		"XON Sending organization|XON Receiving organization|HD Sending network address|HD Receiving network address" },
	{ "PID", "Patient identification", "SI Set ID|CX Patient ID|CX Patient identifier list|CX Alternate patient ID|"
		"XPN Patient name|XPN Mother's maiden name|TS Date and time of birth|IS Administrative sex|XPN Patient alias|"
		"CE Race|XAD Patient address|IS County code|XTN Phone number, home|XTN Phone number, business|"
		"CE Primary language|CE Marital status|CE Religion|CX Patient account number|ST SSN number|"
		"DLN Driver's license number|CX Mother's identifier|CE Ethnic group|ST Birth place|ID Multiple birth indicator|"
		"NM Birth order|CE Citizenship|CE Veterans military status|CE Nationality|TS Patient death date and time|"
		"ID Patient death indicator|ID Identity unknown indicator|IS Identity reliability code|TS Last update|"
		"HD Last update facility|CE Species code|CE Breed code|ST Strain|CE Production class code|CWE Tribal citizenship" },
};

static const struct names types[] = {
	{ "CX", "", "ID number|Check digit|Check digit scheme|Assigning authority|Identifier type code|Assigning facility|"
		"Effective date|Expiration date|Assigning jurisdiction|Assigning agency" },
};

static const struct names *find(const struct names *table, size_t n, const char *id)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(table[i].id, id))
			return &table[i];
	return NULL;
}

#define FIND(table, id) find(table, sizeof(table) / sizeof((table)[0]), id)

/* The k-th of parts, from 1: its length. */
static size_t part(const char **out, const char *parts, unsigned int k)
{
	const char *end;

	for (; k > 1; k--) {
		parts = strchr(parts, '|');
		if (!parts)
			return 0;
		parts++;
	}
	end = strchr(parts, '|');
	*out = parts;
	return end ? (size_t)(end - parts) : strlen(parts);
}

const char *hl7_segment_name(const char *id)
{
	const struct names *s = FIND(segments, id);

	return s ? s->name : id[0] == 'Z' ? "Site-defined segment" : "";
}

size_t hl7_field_name(const char **name_out, char type_out[8], const char *id, unsigned int field)
{
	const struct names *s = FIND(segments, id);
	const char *p = NULL, *space;
	size_t n = s && field ? part(&p, s->parts, field) : 0, k;

	*name_out = "";
	type_out[0] = '\0';
	space = n ? memchr(p, ' ', n) : NULL;
	if (!space)
		return 0;
	k = (size_t)(space - p);
	if (k < 8) {
		memcpy(type_out, p, k);
		type_out[k] = '\0';
	}
	*name_out = space + 1;
	return n - k - 1;
}

size_t hl7_component_name(const char **name_out, const char *type, unsigned int component)
{
	const struct names *t = FIND(types, type);
	size_t n = t && component ? part(name_out, t->parts, component) : 0;

	if (!n)
		*name_out = "";
	return n;
}
