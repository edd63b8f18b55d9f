/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a message of syslog begins. Layer evidence; any thread. Apart from its parser, because the console sniffs and
 * does not parse.
 */
#include "evidence_priv.h"
#include <string.h>

#define COUNT_DIGITS 9

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "Nov 24 09:05:01 ": letters, digits and the marks between them. */
bool syslog_stamp(const char *p, size_t n)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec", form[] = "aaa d0 00:00:00 ";
	size_t i;

	if (n < sizeof(form) - 1)
		return false;
	for (i = 0; i + 3 < sizeof(months) && memcmp(months + i, p, 3) != 0; i += 3)
		;
	if (i + 3 >= sizeof(months))
		return false;
	for (i = 3; i < sizeof(form) - 1; i++)
		if (form[i] == '0' ? !is_digit(p[i]) : form[i] == 'd' ? !is_digit(p[i]) && p[i] != ' ' : p[i] != form[i])
			return false;
	return true;
}

size_t syslog_frame(size_t *count_out, const char *p, size_t n)
{
	size_t i = 0, k, count = 0;

	*count_out = 0;
	for (; i < n && i < COUNT_DIGITS && is_digit(p[i]); i++)
		count = count * 10 + (size_t)(p[i] - '0');
	if (i && (i >= n || p[i++] != ' '))
		return SIZE_MAX;
	if (i >= n || p[i] != '<')
		return SIZE_MAX;
	for (k = i + 1; k < n && k < i + 4 && is_digit(p[k]); k++)
		;
	if (k == i + 1 || k + 2 >= n || p[k] != '>')
		return SIZE_MAX;
	if ((p[k + 1] != '1' || p[k + 2] != ' ') && !syslog_stamp(p + k + 1, n - k - 1))
		return SIZE_MAX;
	*count_out = count;
	return i;
}
