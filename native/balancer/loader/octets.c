/* Octets as text. */
#include <stdlib.h>
#include <string.h>
#include "balancer.h"

static int digit(char sign)
{
	if (sign >= '0' && sign <= '9') return sign - '0';
	return sign >= 'a' && sign <= 'f' ? sign - 'a' + 10 : -1;
}

int octets_of(json_t *text, uint8_t *octets, size_t length)
{
	const char *signs = json_string_value(text);
	if (!signs || json_string_length(text) != 2 * length) return -1;
	for (size_t at = 0; at < length; at++) {
		int high = digit(signs[2 * at]), low = digit(signs[2 * at + 1]);
		if (high < 0 || low < 0) return -1;
		octets[at] = high << 4 | low;
	}
	return 0;
}

json_t *hexadecimal(const uint8_t *octets, size_t length)
{
	char *signs = malloc(2 * length + 1);
	if (!signs) return NULL;
	for (size_t at = 0; at < length; at++) {
		signs[2 * at] = "0123456789abcdef"[octets[at] >> 4];
		signs[2 * at + 1] = "0123456789abcdef"[octets[at] & 15];
	}
	json_t *text = json_stringn_nocheck(signs, 2 * length);
	free(signs);
	return text;
}
