#include "pg/url.h"

#include "base/utf8.h"

#include <libpq-fe.h>

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define EXAMPLE "postgresql://user:password@host:5432/database"

/* The pieces of postgresql://user:password@hosts/database?query, all inside one text. */
struct pieces {
    str scheme;   /* before "://" */
    str userinfo; /* between "://" and the "@" that ends it; p NULL when there is none */
    str password; /* inside userinfo; p NULL when there is none */
    str place;    /* hosts, database and query */
    char wrong;   /* a character of userinfo that must be encoded; 0 when all is well */
};

static bool is_hex(char c)
{
    return isxdigit((unsigned char)c) != 0;
}

/* Where a "%" stands that does not start a percent-encoded byte; s.n when there is none.
 * %00 counts as wrong: no value of a connection can hold a NUL. */
static size_t bad_percent(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '%')
            continue;
        if (i + 2 >= s.n || !is_hex(s.p[i + 1]) || !is_hex(s.p[i + 2]) ||
            (s.p[i + 1] == '0' && s.p[i + 2] == '0'))
            return i;
        i += 2;
    }
    return s.n;
}

static bool is_word(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!isalnum((unsigned char)s.p[i]) && s.p[i] != '_')
            return false;
    return s.n > 0 && s.n < 64;
}

/* key=value text begins with a word, where a URL that lost its "//" begins otherwise. */
static bool is_pairs(str text)
{
    size_t n = 0;
    while (n < text.n && (isalnum((unsigned char)text.p[n]) || text.p[n] == '_'))
        n++;
    str rest = str_trim(str_cut(text, n, text.n));
    return n > 0 && rest.n > 0 && (rest.p[0] == '=' || str_find(rest, '@') == rest.n) &&
           str_find(text, '=') < text.n;
}

/* libpq ends the userinfo at the first "@" that stands before any "/". A second "@", or
 * the only one standing after a "/", means that the password holds the character as it
 * is; the last "@" before the query is then taken for the end of the userinfo. */
static void find_userinfo(str rest, struct pieces *p)
{
    str path = str_cut(rest, 0, str_find(rest, '?'));
    size_t at = str_rfind(path, '@');
    if (at == path.n && path.n < rest.n) {
        /* Perhaps the "?" is part of the password: only when an "@" follows without
         * the "/" of a path before. */
        size_t later = str_find(rest, '@');
        if (later < rest.n && str_find(str_cut(rest, 0, later), '/') == later)
            at = later;
        else
            at = rest.n;
    } else if (at == path.n) {
        at = rest.n;
    }
    if (at == rest.n) {
        p->place = rest;
        return;
    }
    p->userinfo = str_cut(rest, 0, at);
    p->place = str_cut(rest, at + 1, rest.n);
    size_t colon = str_find(p->userinfo, ':');
    if (colon < p->userinfo.n)
        p->password = str_cut(p->userinfo, colon + 1, p->userinfo.n);
    if (str_find(p->userinfo, '@') < p->userinfo.n)
        p->wrong = '@';
    else if (str_find(p->userinfo, '/') < p->userinfo.n)
        p->wrong = '/';
    else if (bad_percent(p->userinfo) < p->userinfo.n)
        p->wrong = '%';
}

static bool take_apart(str url, struct pieces *p)
{
    *p = (struct pieces){0};
    size_t colon = str_index(url, STR("://"));
    if (colon == url.n)
        return false;
    p->scheme = str_cut(url, 0, colon);
    /* "host=x password=a://b" is key=value text. */
    bool jdbc = str_starts(p->scheme, STR("jdbc:"));
    for (size_t i = jdbc ? 5 : 0; i < p->scheme.n; i++)
        if (!isalnum((unsigned char)p->scheme.p[i]) &&
            str_find(STR("+-._"), p->scheme.p[i]) == 4)
            return false;
    find_userinfo(str_cut(url, colon + 3, url.n), p);
    return true;
}

static bool is_secret(str key)
{
    return (key.n == 8 && strncasecmp(key.p, "password", 8) == 0) ||
           (key.n == 11 && strncasecmp(key.p, "sslpassword", 11) == 0);
}

/* One pair of key=value text. Offsets count from the start of the whole text. */
struct pair_scan {
    str text;
    size_t at;
    str key;
    size_t value, end; /* the value as written, quotes included: [value, end) */
};

static void skip_space(struct pair_scan *s)
{
    while (s->at < s->text.n && isspace((unsigned char)s->text.p[s->at]))
        s->at++;
}

/* False at the end of the text (*wrong NULL) or at something that is no pair. */
static bool next_pair(struct pair_scan *s, const char **wrong)
{
    *wrong = NULL;
    skip_space(s);
    if (s->at == s->text.n)
        return false;
    size_t start = s->at;
    while (s->at < s->text.n && s->text.p[s->at] != '=' &&
           !isspace((unsigned char)s->text.p[s->at]))
        s->at++;
    s->key = str_cut(s->text, start, s->at);
    skip_space(s);
    if (s->at == s->text.n || s->text.p[s->at] != '=') {
        s->at = start;
        *wrong = "there is no \"=\" behind the word";
        return false;
    }
    s->at++;
    skip_space(s);
    s->value = s->at;
    bool quoted = s->at < s->text.n && s->text.p[s->at] == '\'';
    s->at += quoted;
    for (; s->at < s->text.n; s->at++) {
        char c = s->text.p[s->at];
        if (c == '\\' && s->at + 1 < s->text.n)
            s->at++;
        else if (quoted ? c == '\'' : isspace((unsigned char)c))
            break;
    }
    if (quoted && s->at == s->text.n) {
        s->at = s->value;
        *wrong = "the quote is not closed";
        return false;
    }
    s->at += quoted;
    s->end = s->at;
    return true;
}

static bool is_keyword(str key, str *nearest, struct arena *a)
{
    PQconninfoOption *all = PQconndefaults();
    bool known = false;
    if (!all)
        return true; /* out of memory in libpq: let the connection attempt say so */
    str words[128];
    size_t n = 0;
    for (PQconninfoOption *o = all; o->keyword && n < 128; o++) {
        known = known || str_is(key, o->keyword);
        words[n++] = str_of(o->keyword);
    }
    *nearest = known ? STR_NONE : str_nearest(key, words, n);
    if (nearest->p)
        *nearest = str_copy(a, *nearest);
    PQconninfoFree(all);
    return known;
}

static str pairs_masked(str text, struct arena *a)
{
    struct buf b = buf_in(a);
    struct pair_scan s = {.text = text};
    const char *wrong;
    size_t shown = 0;
    bool secret_before = false;
    while (next_pair(&s, &wrong)) {
        bool secret = is_secret(s.key);
        str nearest = STR_NONE;
        if (secret_before && !secret && !is_keyword(s.key, &nearest, a)) {
            wrong = "perhaps the second word of a password";
            break;
        }
        secret_before = secret_before || secret;
        buf_str(&b, str_cut(text, shown, secret ? s.value : s.end));
        if (secret)
            buf_put(&b, "***");
        shown = s.end;
    }
    if (!wrong)
        buf_str(&b, str_cut(text, shown, text.n));
    else /* what cannot be read may be a piece of the password */
        buf_put(&b, shown ? " ***" : "***");
    return buf_done(&b);
}

/* Where the port of a host stands; host.n when it has none. */
static size_t port_at(str host)
{
    size_t from = host.n && host.p[0] == '[' ? str_find(host, ']') : 0;
    str rest = str_cut(host, from, host.n);
    size_t colon = str_find(rest, ':');
    return colon == rest.n ? host.n : from + colon + 1;
}

static bool is_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!isdigit((unsigned char)s.p[i]))
            return false;
    return true;
}

/* A port that is no number is a password whose "@" is missing. */
static void put_hosts(struct buf *b, str hosts)
{
    str host;
    bool first = true;
    while (str_split(&hosts, ',', &host)) {
        size_t port = port_at(host);
        bool shown = is_digits(str_cut(host, port, host.n));
        buf_sep(b, &first, ",");
        buf_str(b, shown ? host : str_cut(host, 0, port));
        buf_put(b, shown ? "" : "***");
    }
}

/* Hosts, database and query, with password=... of the query masked. */
static void put_place(struct buf *b, str place)
{
    size_t mark = str_find(place, '?');
    str path = str_cut(place, 0, mark);
    size_t slash = str_find(path, '/');
    put_hosts(b, str_cut(path, 0, slash));
    buf_str(b, str_cut(path, slash, path.n));
    if (mark == place.n)
        return;
    str rest = str_cut(place, mark + 1, place.n), item;
    char before = '?';
    while (str_split(&rest, '&', &item)) {
        size_t equals = str_find(item, '=');
        str key = str_cut(item, 0, equals);
        buf_char(b, before);
        if (is_secret(key) && equals < item.n)
            buf_fmt(b, "%.*s=***", STR_ARG(key));
        else
            buf_str(b, item);
        before = '&';
    }
}

str url_masked(str url, struct arena *a)
{
    struct pieces p;
    struct buf b = buf_in(a);
    url = str_trim(url);
    if (!take_apart(url, &p)) {
        if (is_pairs(url))
            return pairs_masked(url, a);
        return str_copy(a, url.n == 0 || is_word(url) ? url : STR("***"));
    }
    buf_fmt(&b, "%.*s://", STR_ARG(p.scheme));
    if (p.userinfo.p && !p.password.p) {
        /* Without a colon the userinfo is a name, unless it is badly written. */
        buf_str(&b, p.wrong ? STR("***") : p.userinfo);
        buf_char(&b, '@');
    } else if (p.userinfo.p) {
        buf_str(&b, str_cut(p.userinfo, 0, (size_t)(p.password.p - p.userinfo.p)));
        buf_put(&b, p.password.n ? "***@" : "@");
    }
    put_place(&b, p.place);
    return buf_done(&b);
}

/* `"@" as %40, "/" as %2F`: the characters of a secret that must be encoded, each once.
 */
static str encodings(str secret, struct arena *a)
{
    struct buf b = buf_in(a);
    bool first = true;
    bool done[256] = {false};
    for (size_t i = 0; i < secret.n; i++) {
        unsigned char c = (unsigned char)secret.p[i];
        bool bad = c == '@' || c == '/' ||
                   (c == '%' && bad_percent(str_cut(secret, i, i + 3)) == 0);
        if (!bad || done[c])
            continue;
        done[c] = true;
        buf_sep(&b, &first, ", ");
        buf_fmt(&b, "\"%c\" as %%%02X", c, c);
    }
    return buf_done(&b);
}

/* Parameters that belong to other programs' drivers and mean nothing to libpq. */
static const char *const foreign[] = {
    "prepared_statement_cache_size",
    "prepared_statement_name_func",
    "statement_cache_size",
    "async_fallback",
    "command_timeout",
    "connection_limit",
    "pool_timeout",
    "pool_size",
    "max_overflow",
    "pgbouncer",
    "socket_timeout",
    "binary_parameters",
    "sslaccept",
};

/* What is no word may be a piece of something else, a password perhaps. */
static bool unknown_parameter(str key, str nearest, struct err *e)
{
    if (!is_word(key)) {
        err_set(e, ERR_FAILED,
                "the connection URL has a parameter whose name is no word");
        return err_hint(e, "the form is " EXAMPLE);
    }
    err_set(e, ERR_FAILED, "the connection URL has an unknown parameter \"%.*s\"",
            STR_ARG(key));
    if (nearest.p)
        return err_hint(e, "did you mean \"%.*s\"?", STR_ARG(nearest));
    return err_hint(e, "libpq's parameters are in the PostgreSQL manual, 34.1.2");
}

/* One "key=value" of the query, to libpq's word for it; *out empty: dropped. */
static bool query_item(str item, str *out, struct arena *a, struct err *e)
{
    size_t equals = str_find(item, '=');
    str key = str_cut(item, 0, equals), value = str_cut(item, equals + 1, item.n);
    str nearest = STR_NONE;
    *out = STR_NONE;
    if (item.n == 0)
        return true;
    if (equals == item.n) {
        err_set(e, ERR_FAILED,
                "the query of the connection URL has a parameter without \"=\"");
        return err_hint(e, "write it as ?sslmode=require&connect_timeout=5");
    }
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (str_is(key, foreign[i]))
            return true;
    if (str_is(key, "ssl")) { /* asyncpg's and node's word; libpq knows only ssl=true */
        bool on = str_is(value, "true") || str_is(value, "1");
        bool off = str_is(value, "false") || str_is(value, "0");
        str mode = on ? STR("require") : off ? STR("disable") : value;
        *out = str_fmt(a, "sslmode=%.*s", STR_ARG(mode));
        return true;
    }
    if (str_is(key, "schema")) { /* Prisma's word */
        if (str_is(value, "public"))
            return true;
        err_set(e, ERR_FAILED, "libpq has no connection parameter \"schema\"");
        return err_hint(e,
                        "take it out of the URL and set search_path = \"%.*s\" in "
                        "moonshift.lua",
                        STR_ARG(value));
    }
    if (!is_keyword(key, &nearest, a))
        return unknown_parameter(key, nearest, e);
    *out = item;
    return true;
}

static bool check_ports(str hosts, struct err *e)
{
    str host;
    while (str_split(&hosts, ',', &host)) {
        long port;
        str text = str_cut(host, port_at(host), host.n);
        if (text.n == 0 || (str_int(text, &port) && port > 0 && port <= 65535))
            continue;
        if (is_digits(text))
            err_set(e, ERR_FAILED, "%.*s in the connection URL is not a port number",
                    STR_ARG(text));
        else
            err_set(e, ERR_FAILED, "the port in the connection URL is not a number");
        return err_hint(e, "the form is " EXAMPLE);
    }
    return true;
}

/* libpq has the last word. Its message may quote the text it was given: it is asked about
 * the masked one. */
static bool check_by_libpq(str text, str masked, struct err *e)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(text.p, &message);
    if (options) {
        PQconninfoFree(options);
        return true;
    }
    PQfreemem(message);
    message = NULL;
    options = PQconninfoParse(masked.p, &message);
    str said = str_trim(str_of(message));
    if (said.n)
        err_set(e, ERR_FAILED, "the connection URL cannot be read: %.*s", STR_ARG(said));
    else
        err_set(e, ERR_FAILED, "the connection URL cannot be read: %.*s",
                STR_ARG(masked));
    PQconninfoFree(options);
    PQfreemem(message);
    return err_hint(e, "the form is " EXAMPLE);
}

static bool scheme_ok(str scheme, struct err *e)
{
    str base = str_cut(scheme, 0, str_find(scheme, '+'));
    if (str_is(base, "postgres") || str_is(base, "postgresql"))
        return true;
    err_set(e, ERR_FAILED, "\"%.*s://\" is not a PostgreSQL URL", STR_ARG(scheme));
    if (str_starts(scheme, STR("jdbc:")))
        return err_hint(e, "leave out \"jdbc:\", and write user and password before the "
                           "host: " EXAMPLE);
    return err_hint(e, "the form is " EXAMPLE);
}

static bool uri_normal(const struct pieces *p, str url, str *out, struct arena *a,
                       struct err *e)
{
    if (!scheme_ok(p->scheme, e))
        return false;
    if (p->wrong) {
        str how = encodings(p->userinfo, a), shown = url_masked(url, a);
        err_set(e, ERR_FAILED,
                "the %s in the connection URL holds a \"%c\" that is not "
                "encoded",
                p->password.p ? "password" : "user name", p->wrong);
        return err_hint(e, "write %.*s: %.*s", STR_ARG(how), STR_ARG(shown));
    }
    size_t bad = bad_percent(p->place);
    if (bad < p->place.n) {
        err_set(e, ERR_FAILED,
                "a \"%%\" in the connection URL does not start an encoded "
                "character");
        return err_hint(e, "write a plain percent sign as %%25");
    }
    size_t mark = str_find(p->place, '?');
    str path = str_cut(p->place, 0, mark);
    if (!check_ports(str_cut(path, 0, str_find(path, '/')), e))
        return false;
    struct buf b = buf_in(a);
    buf_put(&b, "postgresql://");
    if (p->userinfo.p)
        buf_fmt(&b, "%.*s@", STR_ARG(p->userinfo));
    buf_str(&b, path);
    str query = mark < p->place.n ? str_cut(p->place, mark + 1, p->place.n) : STR_NONE;
    str item, kept;
    char before = '?';
    while (str_split(&query, '&', &item)) {
        if (!query_item(item, &kept, a, e))
            return false;
        if (!kept.n)
            continue;
        buf_char(&b, before);
        buf_str(&b, kept);
        before = '&';
    }
    *out = str_copy(a, str_trim(buf_done(&b)));
    return check_by_libpq(*out, url_masked(*out, a), e);
}

static bool pairs_normal(str text, str *out, struct arena *a, struct err *e)
{
    struct pair_scan s = {.text = text};
    const char *wrong;
    bool secret_before = false;
    while (next_pair(&s, &wrong)) {
        str nearest = STR_NONE;
        if (is_keyword(s.key, &nearest, a)) {
            secret_before = is_secret(s.key);
            continue;
        }
        if (!secret_before)
            return unknown_parameter(s.key, nearest, e);
        err_set(e, ERR_FAILED,
                "the connection text has an unknown keyword behind the "
                "password");
        return err_hint(e, "a password with spaces stands in quotes: password='...'");
    }
    if (wrong) {
        err_set(e, ERR_FAILED,
                "the connection text is not key=value at character %zu: %s", s.at + 1,
                wrong);
        return err_hint(e, "values with spaces stand in quotes: password='two words'; "
                           "\\ and ' are written \\\\ and \\'");
    }
    *out = str_copy(a, text);
    return true;
}

bool url_normal(str url, str *out, struct arena *a, struct err *e)
{
    struct pieces p;
    url = str_trim(url);
    *out = STR("");
    if (url.n == 0)
        return true;
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] < ' ' || url.p[i] == 0x7f)
            return err_set(e, ERR_FAILED,
                           "the connection URL holds a control character at "
                           "character %zu",
                           i + 1);
    if (take_apart(url, &p))
        return uri_normal(&p, url, out, a, e);
    if (is_pairs(url))
        return pairs_normal(url, out, a, e);
    if (is_word(url))
        err_set(e, ERR_FAILED, "\"%.*s\" is not a connection URL", STR_ARG(url));
    else
        err_set(e, ERR_FAILED, "what is given as the connection URL is not one");
    return err_hint(e, "the form is " EXAMPLE ", or dbname=... host=...");
}
