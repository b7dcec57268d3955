/* The configuration: typed values that know where they came from.
 *
 * Keys are the rows of config.def. A value comes from, strongest first: an option of the
 * command line, the environment (MOONSHIFT_KEY), .env beside moonshift.lua, the file
 * (environments.NAME over the top level), the default. The connection has an order of
 * its own, see config_url. Passwords are masked wherever a value is shown.
 */
#ifndef MOONSHIFT_APP_CONFIG_H
#define MOONSHIFT_APP_CONFIG_H

#include "base/buf.h"
#include "model/val.h"
#include "script/vm.h"

enum config_key {
#define KEY(name, ...) CONFIG_##name,
#include "app/config.def"
#undef KEY
    N_CONFIG_KEYS
};

enum config_type {
    CONFIG_TYPE_TEXT,
    CONFIG_TYPE_URL,
    CONFIG_TYPE_PATH, /* relative to the project when not absolute */
    CONFIG_TYPE_TIME, /* "4s", "500ms", "5min", "1h"; 0; "forever" */
    CONFIG_TYPE_INT,
    CONFIG_TYPE_BOOL,
    CONFIG_TYPE_WORD,
    CONFIG_TYPE_LIST,     /* of texts; one text is a list of one */
    CONFIG_TYPE_COMMANDS, /* a table of lists of texts, under the keys of `words` */
    CONFIG_TYPE_TABLE,
};

struct config_info {
    const char *name;
    enum config_type type;
    const char *words;     /* "a|b" of a word, or of the keys of commands */
    const char *otherwise; /* the default as text; NULL: not set */
    const char *help;
};
extern const struct config_info config_infos[N_CONFIG_KEYS];

struct dotenv;

struct config {
    struct val at[N_CONFIG_KEYS]; /* VAL_NONE: not set */
    str origin[N_CONFIG_KEYS];    /* "default", "moonshift.lua", ".env:3", "--url", ... */
    str file; /* the configuration file, as it was named; empty: there is none */
    str root; /* the project's directory, "" for the current one, else ending in / */
    str env;  /* the environment picked, or empty */
    struct dotenv *dotenv;
    struct val eval; /* what the file returned */
};

struct config_options {
    str file; /* -c; empty: MOONSHIFT_CONFIG, else ./moonshift.lua if it exists */
    str env;  /* -e; empty: MOONSHIFT_ENV, else none */
};

bool config_load(struct vm *vm, const struct config_options *options, struct config *out,
                 struct arena *a, struct err *e);
/* Sets a key from text (an option, a variable). `origin` names where it came from. */
bool config_set(struct config *c, enum config_key key, str text, str origin,
                struct arena *a, struct err *e);
/* The key of that name, hyphens for underscores allowed; N_CONFIG_KEYS: none. */
enum config_key config_named(str name);
/* Adds what to say of a key that is none to the error: the nearest one. False. */
bool config_unknown(str key, struct err *e);

str config_text(const struct config *c, enum config_key key); /* STR_NONE: not set */
bool config_bool(const struct config *c, enum config_key key);
int64_t config_int(const struct config *c, enum config_key key);
int64_t config_ms(const struct config *c, enum config_key key); /* -1: for ever */
bool config_is(const struct config *c, enum config_key key, const char *word);
/* allow = { "reset" }: what a protected database lets pass all the same. */
bool config_allows(const struct config *c, const char *what);

/* The connection, first that is set: --url; url of the file (an environment's first);
 * DATABASE_URL; POSTGRES_HOST/PORT/DB/USER/PASSWORD; empty text: libpq's own PG*. Each
 * of the variables from the environment, then from .env (PG* in .env count too). */
void config_url(const struct config *c, str *url, str *origin, struct arena *a);

/* The keys as a class of the Lua language server, with env and file: what moonshift.lua
 * sees. */
void config_annotations(struct buf *b);

/* "4s" as milliseconds; false when the text is no time. -1 is "forever". */
bool config_time(str text, int64_t *ms);

#endif
