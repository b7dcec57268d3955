/* The revision graph for the unit specs.
 *
 * graph.build(revisions) gives a graph or nil and an error; each revision is a table with
 * id, down, labels, depends (lists) and file. The methods of a graph answer in ids. A
 * failure is nil and a table with kind, message, hint, file. */
#include "plan/graphdraw.h"

#include <lauxlib.h>
#include <lua.h>

#define GRAPH "moonshift.graph"

struct box {
    struct arena arena; /* the revisions and the graph */
    struct arena call;  /* what one method needs */
    struct err err;
    struct graph *graph;
};

static struct box *box_new(lua_State *L)
{
    struct box *box = lua_newuserdatauv(L, sizeof *box, 0);
    *box = (struct box){0};
    luaL_setmetatable(L, GRAPH);
    return box;
}

static int box_gc(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, GRAPH);
    arena_reset(&box->arena);
    arena_reset(&box->call);
    err_clear(&box->err);
    return 0;
}

static struct box *box_at(lua_State *L)
{
    struct box *box = luaL_checkudata(L, 1, GRAPH);
    arena_reset(&box->call);
    err_clear(&box->err);
    return box;
}

static str to_str(lua_State *L, int at)
{
    size_t n;
    const char *p = luaL_checklstring(L, at, &n);
    return (str){p, n};
}

static struct strs to_strs(lua_State *L, int at, struct arena *a)
{
    struct strs out = {0};
    if (lua_isnoneornil(L, at))
        return out;
    if (lua_type(L, at) == LUA_TSTRING) {
        strs_add(&out, str_copy(a, to_str(L, at)), a);
        return out;
    }
    luaL_checktype(L, at, LUA_TTABLE);
    for (lua_Integer i = 1; lua_rawgeti(L, at, i) != LUA_TNIL; i++) {
        strs_add(&out, str_copy(a, to_str(L, lua_gettop(L))), a);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return out;
}

static void push_str(lua_State *L, str s)
{
    lua_pushlstring(L, s.p ? s.p : "", s.n);
}

static void push_strs(lua_State *L, const struct strs *list)
{
    lua_newtable(L);
    for (size_t i = 0; i < list->n; i++) {
        push_str(L, list->at[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static int push_revisions(lua_State *L, const struct revisions *list)
{
    lua_newtable(L);
    for (size_t i = 0; i < list->n; i++) {
        push_str(L, list->at[i]->id);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int push_err(lua_State *L, const struct err *e)
{
    lua_pushnil(L);
    lua_newtable(L);
    lua_pushinteger(L, e->kind);
    lua_setfield(L, -2, "kind");
    push_str(L, e->message);
    lua_setfield(L, -2, "message");
    push_str(L, e->hint);
    lua_setfield(L, -2, "hint");
    push_str(L, e->file);
    lua_setfield(L, -2, "file");
    return 2;
}

static struct strs list_field(lua_State *L, const char *key, struct arena *a)
{
    lua_getfield(L, -1, key);
    struct strs out = to_strs(L, lua_gettop(L), a);
    lua_pop(L, 1);
    return out;
}

static str text_field(lua_State *L, const char *key, struct arena *a)
{
    str out = STR("");
    if (lua_getfield(L, -1, key) != LUA_TNIL)
        out = str_copy(a, to_str(L, lua_gettop(L)));
    lua_pop(L, 1);
    return out;
}

static int build(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    size_t n = lua_rawlen(L, 1);
    struct box *box = box_new(L);
    struct arena *a = &box->arena;
    struct revision *revs = NEW_N(a, struct revision, n);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, 1, (lua_Integer)i + 1);
        luaL_checktype(L, -1, LUA_TTABLE);
        revs[i].id = text_field(L, "id", a);
        revs[i].message = text_field(L, "message", a);
        revs[i].file = text_field(L, "file", a);
        if (revs[i].file.n == 0)
            revs[i].file = str_fmt(a, "migrations/%.*s.lua", STR_ARG(revs[i].id));
        revs[i].down = list_field(L, "down", a);
        revs[i].labels = list_field(L, "labels", a);
        revs[i].depends = list_field(L, "depends", a);
        lua_pop(L, 1);
    }
    box->graph = graph_build(revs, n, a, &box->err);
    return box->graph ? 1 : push_err(L, &box->err);
}

static struct revision *checked(lua_State *L, const struct box *box)
{
    struct revision *r = graph_exact(box->graph, to_str(L, 2));
    if (!r)
        luaL_argerror(L, 2, "no such revision");
    return r;
}

static int order(lua_State *L)
{
    struct box *box = box_at(L);
    lua_newtable(L);
    for (size_t i = 0; i < graph_size(box->graph); i++) {
        push_str(L, graph_at(box->graph, i)->id);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int heads(lua_State *L)
{
    struct box *box = box_at(L);
    struct revisions list = graph_heads(box->graph, &box->call);
    return push_revisions(L, &list);
}

static int bases(lua_State *L)
{
    struct box *box = box_at(L);
    struct revisions list = graph_bases(box->graph, &box->call);
    return push_revisions(L, &list);
}

static int branch_points(lua_State *L)
{
    struct box *box = box_at(L);
    struct revisions list = graph_branch_points(box->graph, &box->call);
    return push_revisions(L, &list);
}

static int children(lua_State *L)
{
    struct box *box = box_at(L);
    struct revisions list = graph_children(box->graph, checked(L, box), &box->call);
    return push_revisions(L, &list);
}

static int labels(lua_State *L)
{
    struct box *box = box_at(L);
    struct strs list = graph_labels(box->graph, checked(L, box), &box->call);
    push_strs(L, &list);
    return 1;
}

static int is_head(lua_State *L)
{
    struct box *box = box_at(L);
    lua_pushboolean(L, graph_is_head(box->graph, checked(L, box)));
    return 1;
}

static int is_effective_head(lua_State *L)
{
    struct box *box = box_at(L);
    lua_pushboolean(L, graph_is_effective_head(box->graph, checked(L, box)));
    return 1;
}

static int find(lua_State *L)
{
    struct box *box = box_at(L);
    const struct revision *r = graph_find(box->graph, to_str(L, 2), &box->err);
    if (!r)
        return push_err(L, &box->err);
    push_str(L, r->id);
    return 1;
}

/* resolve(text, current or nil, single) */
static int resolve(lua_State *L)
{
    struct box *box = box_at(L);
    struct strs current = to_strs(L, 3, &box->call);
    struct revisions out;
    if (!graph_resolve(box->graph, to_str(L, 2), lua_isnoneornil(L, 3) ? NULL : &current,
                       lua_toboolean(L, 4), &out, &box->call, &box->err))
        return push_err(L, &box->err);
    return push_revisions(L, &out);
}

/* range(text, current or nil) */
static int range(lua_State *L)
{
    struct box *box = box_at(L);
    struct strs current = to_strs(L, 3, &box->call);
    struct revisions out;
    if (!graph_range(box->graph, to_str(L, 2), lua_isnoneornil(L, 3) ? NULL : &current,
                     &out, &box->call, &box->err))
        return push_err(L, &box->err);
    return push_revisions(L, &out);
}

static int push_plan(lua_State *L, const struct plan *plan)
{
    lua_newtable(L);
    lua_newtable(L);
    for (size_t i = 0; i < plan->n; i++) {
        lua_newtable(L);
        push_str(L, plan->at[i].revision->id);
        lua_setfield(L, -2, "id");
        lua_pushboolean(L, plan->at[i].up);
        lua_setfield(L, -2, "up");
        push_strs(L, &plan->at[i].removed);
        lua_setfield(L, -2, "removed");
        push_strs(L, &plan->at[i].added);
        lua_setfield(L, -2, "added");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "steps");
    push_strs(L, &plan->after);
    lua_setfield(L, -2, "after");
    if (plan->note.p) {
        push_str(L, plan->note);
        lua_setfield(L, -2, "note");
    }
    return 1;
}

/* upgrade(current, target) */
static int upgrade(lua_State *L)
{
    struct box *box = box_at(L);
    struct strs current = to_strs(L, 2, &box->call);
    struct plan plan;
    if (!graph_upgrade(box->graph, &current, to_str(L, 3), &plan, &box->call, &box->err))
        return push_err(L, &box->err);
    return push_plan(L, &plan);
}

/* downgrade(current, target) */
static int downgrade(lua_State *L)
{
    struct box *box = box_at(L);
    struct strs current = to_strs(L, 2, &box->call);
    struct plan plan;
    if (!graph_downgrade(box->graph, &current, to_str(L, 3), &plan, &box->call,
                         &box->err))
        return push_err(L, &box->err);
    return push_plan(L, &plan);
}

/* stamp(current, targets, purge) */
static int stamp(lua_State *L)
{
    struct box *box = box_at(L);
    struct strs current = to_strs(L, 2, &box->call), targets = to_strs(L, 3, &box->call);
    struct strs after;
    if (!graph_stamp(box->graph, &current, &targets, lua_toboolean(L, 4), &after,
                     &box->call, &box->err))
        return push_err(L, &box->err);
    push_strs(L, &after);
    return 1;
}

static struct drawn draw_text(const struct revision *r, void *context)
{
    lua_State *L = context;
    if (lua_getfield(L, -1, "hollow") == LUA_TTABLE)
        lua_getfield(L, -1, r->id.p);
    else
        lua_pushnil(L);
    bool hollow = lua_toboolean(L, -1);
    lua_pop(L, 2);
    return (struct drawn){r->message.n ? r->message : r->id, hollow};
}

/* draw(how, range, options): how is lanes, dot or mermaid; options: utf8, color, hollow (a set
 * of ids). The text of a revision is its message, else its id. */
static int draw(lua_State *L)
{
    struct box *box = box_at(L);
    str how = to_str(L, 2);
    struct revisions list;
    if (!graph_range(box->graph, to_str(L, 3), NULL, &list, &box->call, &box->err))
        return push_err(L, &box->err);
    lua_settop(L, 4);
    if (lua_isnil(L, 4)) {
        lua_newtable(L);
        lua_replace(L, 4);
    }
    lua_getfield(L, 4, "utf8");
    lua_getfield(L, 4, "color");
    unsigned style = (lua_toboolean(L, -2) ? DRAW_UTF8 : 0u) |
                     (lua_toboolean(L, -1) ? DRAW_COLOR : 0u);
    lua_pop(L, 2);
    if (str_is(how, "dot"))
        push_str(L, graphdraw_dot(box->graph, &list, &box->call));
    else if (str_is(how, "mermaid"))
        push_str(L, graphdraw_mermaid(box->graph, &list, &box->call));
    else
        push_str(L, graphdraw_lanes(box->graph, &list, style, draw_text, L, &box->call));
    return 1;
}

void module_graph(lua_State *L);
void module_graph(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"order", order},         {"heads", heads},
        {"bases", bases},         {"branch_points", branch_points},
        {"children", children},   {"labels", labels},
        {"is_head", is_head},     {"is_effective_head", is_effective_head},
        {"find", find},           {"resolve", resolve},
        {"range", range},         {"upgrade", upgrade},
        {"downgrade", downgrade}, {"stamp", stamp},
        {"draw", draw},           {NULL, NULL},
    };
    luaL_newmetatable(L, GRAPH);
    lua_pushcfunction(L, box_gc);
    lua_setfield(L, -2, "__gc");
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushcfunction(L, build);
    lua_setfield(L, -2, "build");
}
