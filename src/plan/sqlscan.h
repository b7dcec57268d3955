/* The tokens of SQL text, one at a time.
 *
 * Knows where strings, quoted names, dollar quotes, comments, words and parameters begin
 * and end, as the server's scanner does with standard_conforming_strings = on (manual,
 * 4.1). Refuses to know grammar: that is plan/sqltext, with PostgreSQL's own parser.
 * It never fails: what is not closed reaches to the end of the text.
 */
#ifndef MOONSHIFT_PLAN_SQLSCAN_H
#define MOONSHIFT_PLAN_SQLSCAN_H

#include "base/str.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,   /* key word or bare name */
    TOKEN_QUOTED, /* "name" */
    TOKEN_STRING, /* '...', E'...', $tag$...$tag$ */
    TOKEN_NUMBER,
    TOKEN_PARAM,   /* $1 */
    TOKEN_COMMENT, /* -- to the end of line (newline not included), or nested block */
    TOKEN_CHAR,    /* one byte of anything else: ( ) , ; + \ */
};

struct token {
    enum token_kind kind;
    size_t start, end; /* bytes of the text, [start, end) */
    long number;       /* of a TOKEN_PARAM; 0 when it is out of any range */
};

/* The token at or after byte `from`; white space is skipped. TOKEN_END starts and ends at
 * text.n. */
struct token sql_token(str text, size_t from);
/* Like sql_token, comments skipped too. */
struct token sql_token_after(str text, size_t from);

str token_text(str text, struct token t);
bool token_is(str text, struct token t, char c); /* this TOKEN_CHAR */
/* This key word, in any case; `word` is upper case. */
bool token_word(str text, struct token t, const char *word);

/* Without white space and comments at both ends. */
str sql_trim(str text);
/* Does the text end inside a comment that would swallow what is written behind it? */
bool sql_ends_in_line_comment(str text);

#endif
