#include "plan/effect.h"

struct scene {
    const struct sql_facts *facts;
    column_type_fn *type_of;
    void *context;
    struct effects *out;
    struct arena *arena;
};

/* A relation stands once, with the strongest of its locks. */
static void touch(const struct scene *s, struct sql_table table, enum lock_mode lock,
                  unsigned does)
{
    if (!table.name.n)
        return;
    for (size_t i = 0; i < s->out->n; i++) {
        struct effect *e = &s->out->at[i];
        if (!str_eq(e->table.name, table.name) || !str_eq(e->table.schema, table.schema))
            continue;
        e->lock = lock > e->lock ? lock : e->lock;
        e->does |= does;
        return;
    }
    *PUSH(s->arena, s->out->at, s->out->n, s->out->room) =
        (struct effect){table, lock, does};
}

/* Every relation but the one the statement is about. */
static void touch_others(const struct scene *s, enum lock_mode lock, unsigned does)
{
    const struct sql_facts *f = s->facts;
    for (size_t i = 0; i < f->n_tables; i++)
        if (!str_eq(f->tables[i].name, f->target.name) ||
            !str_eq(f->tables[i].schema, f->target.schema))
            touch(s, f->tables[i], lock, does);
}

static void touch_all(const struct scene *s, enum lock_mode lock, unsigned does)
{
    for (size_t i = 0; i < s->facts->n_tables; i++)
        touch(s, s->facts->tables[i], lock, does);
}

/* ---- ALTER TABLE ------------------------------------------------------------------- */

/* Steps that do with less than ACCESS EXCLUSIVE, or that do more than note something in the
 * catalog (AlterTableGetLockLevel of the server's source). */
static const struct {
    const char *kind;
    enum lock_mode lock;
    unsigned does;
} steps[] = {
    {"AT_ValidateConstraint", LOCK_SHARE_UPDATE_EXCLUSIVE, EFFECT_READS},
    {"AT_AttachPartition", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_DetachPartitionFinalize", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_SetStatistics", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_ClusterOn", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_DropCluster", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_SetRelOptions", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_ResetRelOptions", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_SetOptions", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_ResetOptions", LOCK_SHARE_UPDATE_EXCLUSIVE, 0},
    {"AT_EnableTrig", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_DisableTrig", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_EnableTrigAll", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_DisableTrigAll", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_EnableTrigUser", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_DisableTrigUser", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_EnableAlwaysTrig", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_EnableReplicaTrig", LOCK_SHARE_ROW_EXCLUSIVE, 0},
    {"AT_SetNotNull", LOCK_ACCESS_EXCLUSIVE, EFFECT_READS},
    {"AT_SetLogged", LOCK_ACCESS_EXCLUSIVE, EFFECT_COPIES},
    {"AT_SetUnLogged", LOCK_ACCESS_EXCLUSIVE, EFFECT_COPIES},
    {"AT_SetTableSpace", LOCK_ACCESS_EXCLUSIVE, EFFECT_COPIES},
    {"AT_SetAccessMethod", LOCK_ACCESS_EXCLUSIVE, EFFECT_COPIES},
};

static bool widens(const struct scene *s, const struct sql_action *action)
{
    str was = s->type_of && !(action->flags & ACTION_USING)
                  ? s->type_of(s->context, &s->facts->target, action->name)
                  : STR_NONE;
    return was.n && type_widens(was, action->full_type);
}

/* A constraint that looks at every row, as a step of its own or with a new column: there
 * the rows of a foreign key are all NULL unless the column has a default. */
static bool reads_rows(const struct sql_action *action, bool column)
{
    unsigned f = action->flags;
    bool index = f & (ACTION_PRIMARY | ACTION_UNIQUE) ||
                 str_is(action->constraint, "CONSTR_EXCLUSION");
    bool foreign = f & ACTION_FOREIGN && (!column || f & ACTION_DEFAULT);
    return (index && !(f & ACTION_USING_INDEX)) ||
           ((foreign || f & ACTION_CHECK) && !(f & ACTION_NOT_VALID));
}

static void add_column(const struct scene *s, const struct sql_action *action)
{
    unsigned does = reads_rows(action, true) ? EFFECT_READS : 0u;
    if (action->flags & (ACTION_VOLATILE | ACTION_GENERATED | ACTION_SERIAL))
        does |= EFFECT_COPIES;
    touch(s, s->facts->target, LOCK_ACCESS_EXCLUSIVE, does);
    touch(s, action->references, LOCK_SHARE_ROW_EXCLUSIVE, 0);
}

static void add_constraint(const struct scene *s, const struct sql_action *action)
{
    bool foreign = action->flags & ACTION_FOREIGN;
    unsigned does = reads_rows(action, false) ? EFFECT_READS : 0u;
    touch(s, s->facts->target, foreign ? LOCK_SHARE_ROW_EXCLUSIVE : LOCK_ACCESS_EXCLUSIVE,
          does);
    touch(s, action->references, LOCK_SHARE_ROW_EXCLUSIVE, 0);
}

static void alter_step(const struct scene *s, const struct sql_action *action)
{
    struct sql_table table = s->facts->target;
    str kind = action->kind;
    if (str_is(kind, "AT_AddColumn")) {
        add_column(s, action);
        return;
    }
    if (str_is(kind, "AT_AddConstraint")) {
        add_constraint(s, action);
        return;
    }
    if (str_is(kind, "AT_AlterColumnType")) {
        touch(s, table, LOCK_ACCESS_EXCLUSIVE, widens(s, action) ? 0 : EFFECT_COPIES);
        return;
    }
    if (str_is(kind, "AT_DetachPartition")) {
        bool gentle = action->flags & ACTION_CONCURRENTLY;
        touch(s, table, gentle ? LOCK_SHARE_UPDATE_EXCLUSIVE : LOCK_ACCESS_EXCLUSIVE, 0);
        touch_others(s, LOCK_ACCESS_EXCLUSIVE, 0);
        return;
    }
    if (str_is(kind, "AT_AttachPartition"))
        touch_others(s, LOCK_ACCESS_EXCLUSIVE, EFFECT_READS);
    if (str_is(kind, "AT_AddInherit") || str_is(kind, "AT_DropInherit"))
        touch_others(s, LOCK_SHARE_UPDATE_EXCLUSIVE, 0);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (str_is(kind, steps[i].kind)) {
            touch(s, table, steps[i].lock, steps[i].does);
            return;
        }
    touch(s, table, LOCK_ACCESS_EXCLUSIVE, 0);
}

static void alter(const struct scene *s)
{
    const struct sql_facts *f = s->facts;
    static const char *const others[] = {"OBJECT_INDEX", "OBJECT_SEQUENCE",
                                         "OBJECT_TYPE"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (str_is(f->object, others[i]))
            return;
    for (size_t i = 0; i < f->n_actions; i++)
        alter_step(s, &f->actions[i]);
}

/* ---- the other statements ---------------------------------------------------------- */

static void create_table(const struct scene *s)
{
    const struct sql_facts *f = s->facts;
    touch(s, f->parent, LOCK_ACCESS_EXCLUSIVE, 0);
    for (size_t i = 0; i < f->n_actions; i++)
        if (!str_eq(f->actions[i].references.name, f->target.name))
            touch(s, f->actions[i].references, LOCK_SHARE_ROW_EXCLUSIVE, 0);
}

static void drop(const struct scene *s)
{
    const struct sql_facts *f = s->facts;
    if (!str_is(f->object, "OBJECT_INDEX")) {
        touch_all(s, LOCK_ACCESS_EXCLUSIVE, 0);
        return;
    }
    touch(s, (struct sql_table){STR_NONE, f->name},
          f->flags & SQL_CONCURRENTLY ? LOCK_SHARE_UPDATE_EXCLUSIVE
                                      : LOCK_ACCESS_EXCLUSIVE,
          EFFECT_INDEX);
}

static void index(const struct scene *s)
{
    bool gentle = s->facts->flags & SQL_CONCURRENTLY;
    bool nothing = s->facts->flags & SQL_ONLY;
    touch(s, s->facts->target, gentle ? LOCK_SHARE_UPDATE_EXCLUSIVE : LOCK_SHARE,
          nothing ? 0 : EFFECT_READS);
}

static void reindex(const struct scene *s)
{
    bool gentle = s->facts->flags & SQL_CONCURRENTLY;
    touch(s, s->facts->target, gentle ? LOCK_SHARE_UPDATE_EXCLUSIVE : LOCK_SHARE,
          EFFECT_READS);
}

static void rename_object(const struct scene *s)
{
    static const char *const parts[] = {
        "OBJECT_TABLE",   "OBJECT_COLUMN",  "OBJECT_TABCONSTRAINT",
        "OBJECT_VIEW",    "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE",
        "OBJECT_TRIGGER", "OBJECT_POLICY",  "OBJECT_RULE"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (str_is(s->facts->object, parts[i]))
            touch(s, s->facts->target, LOCK_ACCESS_EXCLUSIVE, 0);
}

static void refresh(const struct scene *s)
{
    bool gentle = s->facts->flags & SQL_CONCURRENTLY;
    touch(s, s->facts->target, gentle ? LOCK_EXCLUSIVE : LOCK_ACCESS_EXCLUSIVE,
          EFFECT_COPIES);
}

static void vacuum(const struct scene *s)
{
    bool full = s->facts->flags & SQL_FULL;
    touch_all(s, full ? LOCK_ACCESS_EXCLUSIVE : LOCK_SHARE_UPDATE_EXCLUSIVE,
              full ? EFFECT_COPIES : 0);
}

static void cluster(const struct scene *s)
{
    touch(s, s->facts->target, LOCK_ACCESS_EXCLUSIVE, EFFECT_COPIES);
}

static void lock_table(const struct scene *s)
{
    touch_all(s, s->facts->lock, 0);
}

static void truncate(const struct scene *s)
{
    touch_all(s, LOCK_ACCESS_EXCLUSIVE, 0);
}

static void write_rows(const struct scene *s)
{
    bool all =
        str_is(s->facts->kind, "UpdateStmt") || str_is(s->facts->kind, "DeleteStmt");
    touch(s, s->facts->target, LOCK_ROW_EXCLUSIVE,
          all && !(s->facts->flags & SQL_WHERE) ? EFFECT_READS : 0);
}

static void copy(const struct scene *s)
{
    if (!(s->facts->flags & SQL_READS))
        touch(s, s->facts->target, LOCK_ROW_EXCLUSIVE, 0);
}

static void trigger(const struct scene *s)
{
    touch(s, s->facts->target, LOCK_SHARE_ROW_EXCLUSIVE, 0);
    for (size_t i = 0; i < s->facts->n_tables; i++) /* the other side of FROM */
        touch(s, s->facts->tables[i], LOCK_SHARE_ROW_EXCLUSIVE, 0);
}

static void lock_out(const struct scene *s)
{
    touch(s, s->facts->target, LOCK_ACCESS_EXCLUSIVE, 0);
}

static void comment(const struct scene *s)
{
    touch(s, s->facts->target, LOCK_SHARE_UPDATE_EXCLUSIVE, 0);
}

static void statistics(const struct scene *s)
{
    touch_all(s, LOCK_SHARE_UPDATE_EXCLUSIVE, 0);
}

bool statement_effects(const struct sql_facts *f, column_type_fn *type_of, void *context,
                       struct effects *out, struct arena *a)
{
    static const struct {
        const char *kind;
        void (*tell)(const struct scene *s);
    } kinds[] = {
        {"AlterTableStmt", alter},
        {"CreateStmt", create_table},
        {"CreateForeignTableStmt", create_table},
        {"DropStmt", drop},
        {"IndexStmt", index},
        {"ReindexStmt", reindex},
        {"RenameStmt", rename_object},
        {"AlterObjectSchemaStmt", rename_object},
        {"RefreshMatViewStmt", refresh},
        {"VacuumStmt", vacuum},
        {"ClusterStmt", cluster},
        {"LockStmt", lock_table},
        {"TruncateStmt", truncate},
        {"InsertStmt", write_rows},
        {"UpdateStmt", write_rows},
        {"DeleteStmt", write_rows},
        {"MergeStmt", write_rows},
        {"CopyStmt", copy},
        {"CreateTrigStmt", trigger},
        {"RuleStmt", lock_out},
        {"CreatePolicyStmt", lock_out},
        {"AlterPolicyStmt", lock_out},
        {"CommentStmt", comment},
        {"CreateStatsStmt", statistics},
    };
    struct scene s = {f, type_of, context, out, a};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_is(f->kind, kinds[i].kind)) {
            if (!(f->flags & SQL_TEMPORARY))
                kinds[i].tell(&s);
            return true;
        }
    return false;
}

/* ---- types ------------------------------------------------------------------------- */

str type_normal(str text, struct arena *a)
{
    struct sql_facts facts;
    struct stmt s = {.sql = str_fmt(a, "ALTER TABLE t ALTER c TYPE %.*s", STR_ARG(text))};
    if (!sql_facts(&s, &facts, a) || facts.n_actions != 1)
        return STR_NONE;
    return facts.actions[0].full_type;
}

/* "numeric(10,2)": name, and up to two numbers; -1 when not given. */
struct parts {
    str name;
    long mods[2];
};

static bool take_apart(str type, struct parts *out)
{
    size_t open = str_find(type, '(');
    *out = (struct parts){str_cut(type, 0, open), {-1, -1}};
    if (type.n && type.p[type.n - 1] == ']')
        return false;
    str rest = str_cut(type, open + 1, type.n ? type.n - 1 : 0), piece;
    for (size_t i = 0; i < 2 && open < type.n && str_split(&rest, ',', &piece); i++)
        if (!str_int(piece, &out->mods[i]))
            return false;
    return true;
}

/* No limit, or one that is not smaller. */
static bool is_wider(long was, long now)
{
    return now < 0 || (was >= 0 && now >= was);
}

/* Without a rewrite and without building indexes anew (ATColumnChangeRequiresRewrite and
 * the planner support functions of the length casts in the server's source). Precisions
 * left out are 6 for times. */
bool type_widens(str was_text, str now_text)
{
    struct parts was, now;
    if (str_eq(was_text, now_text))
        return true;
    if (!take_apart(was_text, &was) || !take_apart(now_text, &now))
        return false;
    bool same = str_eq(was.name, now.name);
    if (same && str_among(was.name, "varchar|varbit"))
        return is_wider(was.mods[0], now.mods[0]);
    if (same && str_among(was.name, "timestamp|timestamptz|time|timetz"))
        return (now.mods[0] < 0 ? 6 : now.mods[0]) >= (was.mods[0] < 0 ? 6 : was.mods[0]);
    if (same && str_is(was.name, "numeric")) {
        long was_scale = was.mods[1] < 0 ? 0 : was.mods[1];
        long now_scale = now.mods[1] < 0 ? 0 : now.mods[1];
        return now.mods[0] < 0 ||
               (was.mods[0] >= 0 && now.mods[0] >= was.mods[0] && was_scale == now_scale);
    }
    if (str_is(was.name, "varchar"))
        return str_is(now.name, "text");
    if (str_is(was.name, "text"))
        return str_is(now.name, "varchar") && now.mods[0] < 0;
    return str_is(was.name, "cidr") && str_is(now.name, "inet");
}
