#include "base/utf8.h"

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

size_t utf8_length(str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || n > s.n - at)
        return 0;
    for (size_t i = 1; i < n; i++)
        if (!continues(s.p[at + i]))
            return 0;
    bool overlong = (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xF0 && p[1] < 0x90);
    bool surrogate = p[0] == 0xED && p[1] > 0x9F;
    bool too_high = p[0] == 0xF4 && p[1] > 0x8F;
    return overlong || surrogate || too_high ? 0 : n;
}

bool utf8_ok(str s)
{
    for (size_t i = 0, n; i < s.n; i += n) {
        n = (unsigned char)s.p[i] < 0x80 ? 1 : utf8_length(s, i);
        if (n == 0)
            return false;
    }
    return true;
}

size_t utf8_count(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += !continues(s.p[i]);
    return n;
}

size_t utf8_byte(str s, size_t nth)
{
    size_t i = 0;
    for (size_t seen = 0; i < s.n; i++)
        if (!continues(s.p[i]) && seen++ == nth)
            break;
    return i;
}

size_t utf8_floor(str s, size_t byte)
{
    if (byte >= s.n)
        return s.n;
    while (byte && continues(s.p[byte]))
        byte--;
    return byte;
}
