/* One revision file: its header, and its functions run against a host.
 *
 * The script layer does not know the server. What a migration may reach is lent to it as
 * a `struct host` for the time of one call and revoked after.
 */
#ifndef MOONSHIFT_SCRIPT_MIGRATION_H
#define MOONSHIFT_SCRIPT_MIGRATION_H

#include "model/graph.h"
#include "plan/backfill.h"
#include "plan/lint.h"
#include "plan/sink.h"
#include "script/vm.h"

/* Reads the header of a revision file without running its functions. `path` is opened,
 * `file` is the name that errors and listings show. Text lives in the arena. */
bool migration_header(struct vm *vm, const char *path, str file, struct revision *out,
                      struct arena *a, struct err *e);

/* What is needed of a whole file before it runs. */
struct migration {
    struct revision revision;
    bool has_upgrade, has_downgrade, has_change, has_verify;
    struct val settings;      /* VAL_MAP of scalars, or absent */
    struct silences silences; /* of the top level: for the whole revision */
    str source;               /* the file's bytes */
    char checksum[65];        /* SHA-256, hex; CR and trailing blanks ignored */
    int reference;            /* of the environment, inside the vm */
};

/* Runs the file's top level in the locked environment. */
bool migration_load(struct vm *vm, const char *path, str file, struct migration *out,
                    struct arena *a, struct err *e);
void migration_unload(struct vm *vm, struct migration *m);

enum entry { ENTRY_UPGRADE, ENTRY_DOWNGRADE, ENTRY_CHANGE, ENTRY_VERIFY };

/* What a script reads as ctx.*. */
struct context {
    bool up, offline;
    int server_version; /* as libpq counts: 150004; 0 when no server was asked */
    str env, revision, tag;
    struct val x; /* VAL_MAP of the -x options, or absent */
};
/* As the VAL_MAP that a host lends; strings are borrowed. */
struct val context_val(const struct context *context, struct arena *a);

/* What a migration can reach while it runs. All functions return false with e filled. */
struct host {
    /* op.*: an operation to be carried out. It lives in the revision's arena. */
    bool (*apply)(struct host *, struct op *, struct err *);
    /* db.query and friends. */
    bool (*query)(struct host *, const struct stmt *, struct rows *, struct arena *,
                  struct err *);
    bool (*each)(struct host *, const struct stmt *, row_fn *, void *context,
                 struct err *);
    /* op.copy_from with data made by Lua. */
    bool (*copy_in)(struct host *, const struct stmt *, copy_fn *, void *context,
                    int64_t *rows, struct err *);
    /* db.copy_to. */
    bool (*copy_out)(struct host *, const struct stmt *, take_fn *, void *context,
                     int64_t *rows, struct err *);
    /* op.backfill, whose functions are called back meanwhile. NULL: like any operation. */
    bool (*backfill)(struct host *, struct op *, const struct backfill_calls *,
                     struct err *);
    /* op.autocommit(fn): begin = true before fn, false after. */
    bool (*autocommit)(struct host *, bool begin, struct err *);
    void (*log)(struct host *, str level, str text); /* level: info, warn, debug */
    /* lint.allow inside a function: for what follows it. May be NULL. */
    void (*allow)(struct host *, const struct silence *);
    struct val ctx;      /* of context_val() */
    struct arena *arena; /* for the ops: one revision's lifetime */
    str directory;       /* of the migration, for files beside it */
};

/* What verify() returned: only `true` is true, and a text beside it says why not. */
struct verdict {
    bool ok;
    str why; /* in the host's arena; empty: nothing was said */
};

/* Calls one function of a loaded migration. `verdict` is for ENTRY_VERIFY, else it may be
 * NULL. */
bool migration_run(struct vm *vm, struct migration *m, enum entry entry,
                   struct host *host, struct verdict *verdict, struct err *e);

#endif
