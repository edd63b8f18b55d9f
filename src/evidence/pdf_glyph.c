/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of glyphs as fonts of PDF use them (Adobe Glyph List, the part that European texts need). Layer evidence; any
 * thread.
 */
#include <ctype.h>
#include <string.h>
#include "pdf_text.h"
#include "verdict/base/text.h"

static const struct { const char *name; uint16_t cp; } names[] = {
	{ "space", ' ' }, { "exclam", '!' }, { "quotedbl", '"' }, { "numbersign", '#' }, { "dollar", '$' },
	{ "percent", '%' }, { "ampersand", '&' }, { "quotesingle", '\'' }, { "parenleft", '(' }, { "parenright", ')' },
	{ "asterisk", '*' }, { "plus", '+' }, { "comma", ',' }, { "hyphen", '-' }, { "period", '.' }, { "slash", '/' },
	{ "zero", '0' }, { "one", '1' }, { "two", '2' }, { "three", '3' }, { "four", '4' }, { "five", '5' }, { "six", '6' },
	{ "seven", '7' }, { "eight", '8' }, { "nine", '9' }, { "colon", ':' }, { "semicolon", ';' }, { "less", '<' },
	{ "equal", '=' }, { "greater", '>' }, { "question", '?' }, { "at", '@' }, { "bracketleft", '[' },
	{ "backslash", '\\' }, { "bracketright", ']' }, { "asciicircum", '^' }, { "underscore", '_' }, { "grave", '`' },
	{ "braceleft", '{' }, { "bar", '|' }, { "braceright", '}' }, { "asciitilde", '~' }, { "nbspace", 0xa0 },
	{ "exclamdown", 0xa1 }, { "cent", 0xa2 }, { "sterling", 0xa3 }, { "currency", 0xa4 }, { "yen", 0xa5 },
	{ "brokenbar", 0xa6 }, { "section", 0xa7 }, { "dieresis", 0xa8 }, { "copyright", 0xa9 }, { "ordfeminine", 0xaa },
	{ "guillemotleft", 0xab }, { "logicalnot", 0xac }, { "registered", 0xae }, { "macron", 0xaf }, { "degree", 0xb0 },
	{ "plusminus", 0xb1 }, { "acute", 0xb4 }, { "mu", 0xb5 }, { "paragraph", 0xb6 }, { "periodcentered", 0xb7 },
	{ "cedilla", 0xb8 }, { "ordmasculine", 0xba }, { "guillemotright", 0xbb }, { "onequarter", 0xbc }, { "onehalf", 0xbd },
	{ "threequarters", 0xbe }, { "questiondown", 0xbf }, { "AE", 0xc6 }, { "Eth", 0xd0 }, { "multiply", 0xd7 },
	{ "Oslash", 0xd8 }, { "Thorn", 0xde }, { "germandbls", 0xdf }, { "ae", 0xe6 }, { "eth", 0xf0 }, { "divide", 0xf7 },
	{ "oslash", 0xf8 }, { "thorn", 0xfe }, { "dotlessi", 0x131 }, { "Lslash", 0x141 }, { "lslash", 0x142 }, { "OE", 0x152 },
	{ "oe", 0x153 }, { "florin", 0x192 }, { "circumflex", 0x2c6 }, { "caron", 0x2c7 }, { "tilde", 0x2dc }, { "endash", 0x2013 },
	{ "emdash", 0x2014 }, { "quoteleft", 0x2018 }, { "quoteright", 0x2019 }, { "quotesinglbase", 0x201a },
	{ "quotedblleft", 0x201c }, { "quotedblright", 0x201d }, { "quotedblbase", 0x201e }, { "dagger", 0x2020 },
	{ "daggerdbl", 0x2021 }, { "bullet", 0x2022 }, { "ellipsis", 0x2026 }, { "perthousand", 0x2030 },
	{ "guilsinglleft", 0x2039 }, { "guilsinglright", 0x203a }, { "fraction", 0x2044 }, { "Euro", 0x20ac },
	{ "trademark", 0x2122 }, { "minus", 0x2212 }, { "ff", 0xfb00 }, { "fi", 0xfb01 }, { "fl", 0xfb02 }, { "ffi", 0xfb03 },
	{ "ffl", 0xfb04 },
};

/* A letter with an accent: pairs of the letter and both together. */
static const struct { const char *name, *pairs; } accents[] = {
	{ "grave", "AÀEÈIÌOÒUÙaàeèiìoòuù" }, { "acute", "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćNŃnńSŚsśZŹzź" },
	{ "circumflex", "AÂEÊIÎOÔUÛaâeêiîoôuû" }, { "tilde", "AÃNÑOÕaãnñoõ" }, { "dieresis", "AÄEËIÏOÖUÜYŸaäeëiïoöuüyÿ" },
	{ "ring", "AÅaåUŮuů" }, { "cedilla", "CÇcçSŞsş" }, { "caron", "SŠsšZŽzžCČcčEĚeěRŘrřNŇnňDĎdďTŤtť" },
	{ "macron", "AĀEĒIĪOŌUŪaāeēiīoōuū" }, { "ogonek", "AĄaąEĘeę" }, { "dotaccent", "ZŻzżEĖeė" }, { "breve", "AĂaăGĞgğ" },
};

static uint32_t accented(char letter, const char *accent, size_t n)
{
	uint32_t one, both;
	const char *p, *end;
	size_t i;

	for (i = 0; i < sizeof(accents) / sizeof(accents[0]); i++) {
		if (strlen(accents[i].name) != n || memcmp(accents[i].name, accent, n) != 0)
			continue;
		p = accents[i].pairs;
		end = p + strlen(p);
		while (p < end) {
			p += utf8_decode(&one, p, (size_t)(end - p));
			p += utf8_decode(&both, p, (size_t)(end - p));
			if (one == (unsigned char)letter)
				return both;
		}
	}
	return 0;
}

static uint32_t hex_number(const char *p, size_t n)
{
	uint32_t v = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!isxdigit((unsigned char)p[i]))
			return 0;
		v = v * 16 + (uint32_t)(isdigit((unsigned char)p[i]) ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
	}
	return v;
}

uint32_t pdf_glyph(const char *name, size_t n)
{
	const char *dot = memchr(name, '.', n);
	size_t i;

	if (dot && dot > name)
		n = (size_t)(dot - name);	/* "a.alt" is an a */
	if (n == 1 && isalpha((unsigned char)*name))
		return (unsigned char)*name;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == n && !memcmp(names[i].name, name, n))
			return names[i].cp;
	if (n == 7 && !memcmp(name, "uni", 3))
		return hex_number(name + 3, 4);
	if (n >= 5 && n <= 7 && *name == 'u')
		return hex_number(name + 1, n - 1) <= 0x10ffff ? hex_number(name + 1, n - 1) : 0;
	return n > 1 && isalpha((unsigned char)*name) ? accented(*name, name + 1, n - 1) : 0;
}
