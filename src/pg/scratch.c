#include "pg/scratch.h"

#include "plan/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "moonshift_scratch_"
#define MARK "Scratch database of Moonshift, to be dropped"

struct scratch {
    struct conn *conn, *admin;
    str name; /* empty when borrowed */
    struct arena *arena;
};

static bool run(struct conn *c, str sql, unsigned flags, struct err *e)
{
    struct sink *s = conn_sink(c);
    struct stmt stmt = {.sql = sql, .flags = flags | STMT_QUIET};
    return s->exec(s, &stmt, e) && s->sync(s, e);
}

static str drop_text(str name, bool force, struct arena *a)
{
    struct buf b = buf_in(a);
    buf_put(&b, "DROP DATABASE IF EXISTS ");
    quote_ident(&b, name);
    if (force)
        buf_put(&b, " WITH (FORCE)");
    return buf_done(&b);
}

/* Drops what a killed program left: named as only this program names (the time, the
 * process, a number), ten minutes old by that name, nobody connected, and of a role that
 * is ours. The comment stands there from just after CREATE DATABASE, so a database without
 * one was left between the two; with a comment of another kind it is somebody's. */
static void prune(struct conn *admin, struct arena *a)
{
    struct err e = {0};
    struct rows rows;
    struct sink *s = conn_sink(admin);
    struct stmt find = {
        .sql =
            STR("SELECT d.datname FROM pg_database d "
                "LEFT JOIN pg_shdescription c ON c.classoid = 'pg_database'::regclass "
                "AND c.objoid = d.oid "
                "WHERE substring(d.datname FROM "
                "'^" PREFIX "([0-9]{9,12})_[0-9]+_[0-9]+$')::bigint "
                "< extract(epoch FROM now()) - 600 "
                "AND coalesce(c.description, '" MARK "') LIKE '" MARK "%' "
                "AND pg_has_role(d.datdba, 'MEMBER') "
                "AND NOT EXISTS (SELECT FROM pg_stat_activity p WHERE p.datid = d.oid)"),
        .flags = STMT_QUIET};
    if (s->query(s, &find, &rows, a, &e))
        for (size_t i = 0; i < rows.n_rows; i++)
            if (!run(admin, drop_text(rows.cells[i].text, true, a), STMT_NO_TX, &e))
                break;
    if (e.kind != ERR_NONE) {
        struct err ignored = {0};
        conn_recover(admin, &ignored);
        err_clear(&ignored);
    }
    err_clear(&e);
}

/* *role: whom to become in the new database, which belongs to the role that makes it. A
 * role that inherits from its owner is as good, and may do more. */
static str create_text(struct conn *admin, str name, str *role, struct arena *a,
                       struct err *e)
{
    struct rows rows;
    struct sink *s = conn_sink(admin);
    struct stmt ask = {
        /* A column that is not there yet is none of the row's keys. */
        .sql = STR("SELECT pg_encoding_to_char(encoding), datcollate, datctype, "
                   "CASE WHEN NOT pg_has_role(session_user, current_user, 'USAGE') "
                   "THEN current_user ELSE '' END, "
                   "CASE to_jsonb(d) ->> 'datlocprovider' "
                   "WHEN 'c' THEN ' LOCALE_PROVIDER libc' "
                   "WHEN 'b' THEN ' LOCALE_PROVIDER builtin BUILTIN_LOCALE ' "
                   "|| quote_literal(to_jsonb(d) ->> 'datlocale') "
                   "WHEN 'i' THEN ' LOCALE_PROVIDER icu ICU_LOCALE ' "
                   "|| quote_literal(coalesce(to_jsonb(d) ->> 'datlocale', "
                   "to_jsonb(d) ->> 'daticulocale')) "
                   "|| coalesce(' ICU_RULES ' || quote_literal(to_jsonb(d) ->> "
                   "'daticurules'), '') ELSE '' END "
                   "FROM pg_database d WHERE datname = current_database()"),
        .flags = STMT_QUIET};
    if (!s->query(s, &ask, &rows, a, e))
        return STR_NONE;
    *role = rows.cells[3].text;
    struct buf b = buf_in(a);
    buf_put(&b, "CREATE DATABASE ");
    quote_ident(&b, name);
    buf_put(&b, " TEMPLATE template0 ENCODING ");
    quote_literal(&b, rows.cells[0].text);
    buf_put(&b, " LC_COLLATE ");
    quote_literal(&b, rows.cells[1].text);
    buf_put(&b, " LC_CTYPE ");
    quote_literal(&b, rows.cells[2].text);
    buf_str(&b, rows.cells[4].text);
    return buf_done(&b);
}

static bool create(struct conn *admin, str name, str *role, struct arena *a,
                   struct err *e)
{
    str sql = create_text(admin, name, role, a, e);
    if (!sql.p)
        return false;
    if (!run(admin, sql, STMT_NO_TX, e)) {
        if (strcmp(e->sqlstate, "25006") == 0) {
            e->hint = STR_NONE;
            err_hint(
                e, "the connection is read-only (a standby?), and models are compared in "
                   "a scratch database: scratch_url in moonshift.lua names an empty one "
                   "that can be written");
        }
        if (strcmp(e->sqlstate, "42501") == 0) {
            e->hint = STR_NONE;
            err_hint(e,
                     "models are compared in a scratch database: give the role CREATEDB "
                     "(ALTER ROLE ... CREATEDB), or name an empty database with "
                     "scratch_url in moonshift.lua");
        }
        return false;
    }
    return true;
}

/* By this mark it is known as one that may be dropped. */
static bool mark(struct conn *admin, str name, struct arena *a, struct err *e)
{
    struct buf b = buf_in(a);
    buf_put(&b, "COMMENT ON DATABASE ");
    quote_ident(&b, name);
    buf_put(&b, " IS '" MARK "'");
    return run(admin, buf_done(&b), 0, e);
}

struct scratch *scratch_open(struct conn *admin, const struct conn_options *options,
                             struct arena *a, struct err *e)
{
    static unsigned count;
    str name =
        str_fmt(a, PREFIX "%lld_%ld_%u", (long long)time(NULL), (long)getpid(), count++);
    struct conn_options there = *options;
    there.database = name;
    prune(admin, a);
    if (!create(admin, name, &there.role, a, e))
        return NULL;
    struct scratch *s = NEW(a, struct scratch);
    *s = (struct scratch){.admin = admin, .name = name, .arena = a};
    if (mark(admin, name, a, e))
        s->conn = conn_open(&there, e);
    if (s->conn)
        return s;
    struct err ignored = {0};
    if (conn_recover(admin, &ignored))
        scratch_close(s, &ignored);
    err_clear(&ignored);
    return NULL;
}

/* Everything but what every database has: schemas of ours, extensions, large objects. */
static bool empty(struct conn *c, struct arena *a, struct err *e)
{
    struct rows rows;
    struct sink *s = conn_sink(c);
    struct stmt ask = {
        .sql =
            STR("SELECT 'DROP SCHEMA ' || quote_ident(nspname) || ' CASCADE' "
                "FROM pg_namespace WHERE nspname !~ '^pg_' "
                "AND nspname <> 'information_schema' "
                "UNION ALL SELECT 'DROP EXTENSION IF EXISTS ' || quote_ident(extname) "
                "|| ' CASCADE' FROM pg_extension WHERE extname <> 'plpgsql' "
                "UNION ALL SELECT 'DROP EVENT TRIGGER ' || quote_ident(evtname) "
                "FROM pg_event_trigger "
                "UNION ALL SELECT 'DROP PUBLICATION ' || quote_ident(pubname) "
                "FROM pg_publication "
                "UNION ALL SELECT 'DROP FOREIGN DATA WRAPPER ' || quote_ident(fdwname) "
                "|| ' CASCADE' FROM pg_foreign_data_wrapper "
                "UNION ALL SELECT 'CREATE SCHEMA public' "
                "UNION ALL SELECT 'GRANT USAGE ON SCHEMA public TO PUBLIC'"),
        .flags = STMT_QUIET};
    struct stmt guard = {.sql = STR("SELECT 1 FROM pg_class WHERE relname IN "
                                    "('moonshift_version', 'alembic_version')"),
                         .flags = STMT_QUIET};
    if (!s->query(s, &guard, &rows, a, e))
        return false;
    if (rows.n_rows) {
        err_set(e, ERR_USAGE, "scratch_url names a database that holds a version table");
        return err_hint(e,
                        "everything in a scratch database is dropped: name an empty one");
    }
    if (!s->query(s, &ask, &rows, a, e))
        return false;
    for (size_t i = 0; i < rows.n_rows; i++)
        if (!run(c, rows.cells[i].text, 0, e))
            return false;
    return true;
}

struct scratch *scratch_borrow(const struct conn_options *options, struct arena *a,
                               struct err *e)
{
    struct scratch *s = NEW(a, struct scratch);
    s->arena = a;
    s->conn = conn_open(options, e);
    if (s->conn && empty(s->conn, a, e))
        return s;
    conn_close(s->conn);
    return NULL;
}

struct conn *scratch_conn(struct scratch *s)
{
    return s->conn;
}

/* A signal cancels whatever runs, and is not meant for this: it is done again. Our own
 * session there may not have ended yet. It is the login role's, and a role that was set may
 * not end it (42501); without FORCE, it is waited for. */
static bool drop_by(struct conn *admin, const struct scratch *s, struct err *e)
{
    if (run(admin, drop_text(s->name, true, s->arena), STMT_NO_TX, e))
        return true;
    if (conn_lost(admin))
        return false;
    bool force = strcmp(e->sqlstate, "42501") != 0;
    err_clear(e);
    return conn_recover(admin, e) &&
           run(admin, drop_text(s->name, force, s->arena), STMT_NO_TX, e);
}

/* Whoever ended the first connection meanwhile did not mean the scratch database to stay. */
static bool drop(const struct scratch *s, struct err *e)
{
    if (drop_by(s->admin, s, e))
        return true;
    if (!conn_lost(s->admin))
        return false;
    struct err unused = {0};
    struct conn *again = conn_open_again(s->admin, &unused);
    bool ok = again && drop_by(again, s, &unused);
    if (ok)
        err_clear(e);
    err_clear(&unused);
    conn_close(again);
    return ok;
}

bool scratch_close(struct scratch *s, struct err *e)
{
    if (!s)
        return true;
    conn_close(s->conn);
    s->conn = NULL;
    return s->name.n == 0 || drop(s, e);
}
