/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large evidence for the benchmark, the same bytes for the same size: genevidence log|bundle|dicom FILE MEGABYTES.
 * A log of a gateway; a Bundle of Observations on one line; a DICOM image of many frames, 512 by 512, 16 bits, native.
 * Layer: tests.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 1;

static uint64_t next_random(void)	/* splitmix64 */
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static size_t write_log(FILE *f, size_t size)
{
	static const char *const levels[] = { "INFO ", "WARN ", "DEBUG", "ERROR" };
	unsigned long i;
	size_t n = 0;

	n += (size_t)fprintf(f, "the first line of the log\n");
	for (i = 0; n < size; i++)
		n += (size_t)fprintf(f, "2026-11-22T%02lu:%02lu:%02lu.%03lu %s [worker-%lu] org.example.gateway.Handler - request "
			"%016llx to /fhir/Bundle/%lu answered 200 in %lu ms\n", i / 3600 % 24, i / 60 % 60, i % 60, i % 1000,
			levels[next_random() % 4], i % 16, (unsigned long long)next_random(), i, (unsigned long)(next_random() % 900));
	return n + (size_t)fprintf(f, "the last line of the log\n");
}

static size_t write_bundle(FILE *f, size_t size)
{
	unsigned long i;
	size_t n = (size_t)fprintf(f, "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[");

	for (i = 0; n < size; i++)
		n += (size_t)fprintf(f, "%s{\"fullUrl\":\"urn:uuid:00000000-0000-4000-8000-%012lu\",\"resource\":{\"resourceType\":"
			"\"Observation\",\"id\":\"o%lu\",\"status\":\"final\",\"category\":[{\"coding\":[{\"system\":\"http://terminology.hl7"
			".org/CodeSystem/observation-category\",\"code\":\"laboratory\"}]}],\"code\":{\"coding\":[{\"system\":\"http://loinc"
			".org\",\"code\":\"2093-3\",\"display\":\"Cholesterol [Mass/volume] in Serum or Plasma\"}],\"text\":\"Cholesterol\"},"
			"\"subject\":{\"reference\":\"Patient/p1\"},\"effectiveDateTime\":\"2026-01-%02luT10:00:00+09:00\",\"valueQuantity\":"
			"{\"value\":%lu,\"unit\":\"mg/dL\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"mg/dL\"}}}",
			i ? "," : "", i, i, i % 28 + 1, 100 + (unsigned long)(next_random() % 200));
	return n + (size_t)fprintf(f, "]}\n");
}

static void element(FILE *f, unsigned int group, unsigned int number, const char *vr, const void *value, uint32_t len)
{
	unsigned char head[12] = { (unsigned char)group, (unsigned char)(group >> 8), (unsigned char)number,
		(unsigned char)(number >> 8), (unsigned char)vr[0], (unsigned char)vr[1] };
	int large = !strcmp(vr, "OW") || !strcmp(vr, "OB"), i;

	if (large)
		for (i = 0; i < 4; i++)
			head[8 + i] = (unsigned char)(len >> (8 * i));
	else
		for (i = 0; i < 2; i++)
			head[6 + i] = (unsigned char)(len >> (8 * i));
	fwrite(head, 1, large ? 12 : 8, f);
	if (value)
		fwrite(value, 1, len, f);
}

static void words(FILE *f, unsigned int group, unsigned int number, const char *vr, const char *text)
{
	char padded[80];
	size_t n = strlen(text);

	snprintf(padded, sizeof(padded), "%s", text);
	if (n % 2)
		padded[n++] = strcmp(vr, "UI") ? ' ' : '\0';
	element(f, group, number, vr, padded, (uint32_t)n);
}

static void number(FILE *f, unsigned int group, unsigned int tag, unsigned int v)
{
	unsigned char bytes[2] = { (unsigned char)v, (unsigned char)(v >> 8) };

	element(f, group, tag, "US", bytes, 2);
}

static size_t write_dicom(FILE *f, size_t size)
{
	static uint16_t samples[512 * 512];
	size_t frames = size / sizeof(samples), i, k;
	unsigned char zeros[128] = { 0 }, length[4] = { 28, 0, 0, 0 };
	char text[20];

	fwrite(zeros, 1, sizeof(zeros), f);
	fputs("DICM", f);
	element(f, 2, 0, "UL", length, 4);
	words(f, 2, 0x10, "UI", "1.2.840.10008.1.2.1");
	words(f, 8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.7.3");
	words(f, 8, 0x18, "UI", "1.2.3.4");
	words(f, 8, 0x60, "CS", "OT");
	words(f, 0x10, 0x10, "PN", "Bench^Mark");
	number(f, 0x28, 2, 1);
	words(f, 0x28, 4, "CS", "MONOCHROME2");
	snprintf(text, sizeof(text), "%zu", frames);
	words(f, 0x28, 8, "IS", text);
	number(f, 0x28, 0x10, 512);
	number(f, 0x28, 0x11, 512);
	number(f, 0x28, 0x100, 16);
	number(f, 0x28, 0x101, 12);
	number(f, 0x28, 0x102, 11);
	number(f, 0x28, 0x103, 0);
	element(f, 0x7fe0, 0x10, "OW", NULL, (uint32_t)(frames * sizeof(samples)));
	for (i = 0; i < frames; i++) {
		for (k = 0; k < 512 * 512; k++)
			samples[k] = (uint16_t)((k + i * 64) % 4096);
		fwrite(samples, sizeof(samples), 1, f);
	}
	return frames * sizeof(samples);
}

static const struct {
	const char *name;
	size_t (*write)(FILE *f, size_t size);
} forms[] = { { "log", write_log }, { "bundle", write_bundle }, { "dicom", write_dicom } };

int main(int argc, char **argv)
{
	size_t i, size = argc == 4 ? strtoul(argv[3], NULL, 10) * 1000000 : 0;
	FILE *f = size && size < 4000000000u ? fopen(argv[2], "wb") : NULL;

	for (i = 0; f && i < sizeof(forms) / sizeof(forms[0]); i++)
		if (!strcmp(forms[i].name, argv[1])) {
			forms[i].write(f, size);
			return fclose(f) == 0 ? 0 : 1;
		}
	fprintf(stderr, "usage: genevidence log|bundle|dicom FILE MEGABYTES\n");
	return 2;
}
