-- Random schemas, as tables of what they are made of: random_schema.new() makes one,
-- random_schema.changed(schema, n) another one with n changes, random_schema.sql(schema) is
-- its SQL. math.randomseed decides.
local random_schema = {}

local function pick(list) return list[math.random(#list)] end
local function chance(p) return math.random() < p end

local function quoted(name) return '"' .. name:gsub('"', '""') .. '"' end
local function literal(text) return "'" .. text:gsub("'", "''") .. "'" end

local function names(list)
  local out = {}
  for i, name in ipairs(list) do out[i] = quoted(name) end
  return table.concat(out, ", ")
end

-- ---- what a schema is made of ----

-- Each kind of value with its types, and defaults that fit all of them.
local KINDS = {
  number = { types = { "integer", "bigint", "smallint", "numeric", "numeric(8,2)", "numeric(12,4)", "real",
    "double precision" },
    defaults = { "0", "7", "-1", "(1 + 2)" } },
  text = { types = { "text", "varchar(20)", "varchar(50)", "char(5)", "varchar" },
    defaults = { "''", "'x'", "'it''s'", "lower('ABC')" } },
  time = { types = { "timestamptz", "timestamp", "timestamptz(3)", "date" },
    defaults = { "now()", "CURRENT_TIMESTAMP", "'2024-01-01'" } },
  flag = { types = { "boolean" }, defaults = { "false", "true" } },
  json = { types = { "jsonb", "json" }, defaults = { "'{}'", [['{"a": [1, null]}']] } },
  list = { types = { "integer[]", "bigint[]" }, defaults = { "'{}'", "ARRAY[1, 2]" } },
  uuid = { types = { "uuid" }, defaults = { "gen_random_uuid()" } },
  bytes = { types = { "bytea" }, defaults = { [['\x00ff']] } },
}
local KIND_NAMES = { "number", "number", "text", "text", "time", "flag", "json", "list", "uuid", "bytes" }
local COLUMN_NAMES = { "a", "b", "c", "d", "e", "Order", 'we"ird', "select", "two words", "größe" }
local TABLE_NAMES = { "alpha", "beta", "gamma", "Delta", "user" }
local LABELS = { "new", "in work", "done", "it's", "Ünklar", "old" }
local COMMENTS = { "it's a comment", "two\nlines", "ü \\ $$" }

local function shuffled(list)
  local copy = { table.unpack(list) }
  for i = #copy, 2, -1 do
    local k = math.random(i)
    copy[i], copy[k] = copy[k], copy[i]
  end
  return copy
end

local function some(list, least, most)
  local copy = shuffled(list)
  for i = #copy, math.random(least, math.min(most, #list)) + 1, -1 do copy[i] = nil end
  return copy
end

local function new_column(schema, name)
  local c = { name = name, not_null = chance(0.3), comment = chance(0.1) and pick(COMMENTS) or nil }
  if chance(0.15) and #schema.enums > 0 then
    local enum = pick(schema.enums)
    c.kind, c.type = "enum", enum.name
    c.default = chance(0.5) and literal(enum.labels[1]) or nil
    return c
  end
  if chance(0.1) then
    c.kind, c.type = "text", "code"
    return c
  end
  if chance(0.08) then
    c.kind, c.type = "composite", "point3"
    return c
  end
  c.kind = pick(KIND_NAMES)
  c.type = pick(KINDS[c.kind].types)
  if c.kind == "number" and chance(0.1) then
    c.type = "bigint"
    c.generated = "(1 + 1)"
  elseif chance(0.4) then
    c.default = pick(KINDS[c.kind].defaults)
    if c.kind == "number" and chance(0.3) then c.default = pick { "answer()", "nextval('counter')" } end
  end
  if c.kind == "text" and c.type ~= "code" and chance(0.1) then c.collation = '"C"' end
  return c
end

local function columns_of(t, kind)
  local list = {}
  for _, c in ipairs(t.columns) do
    if not kind or c.kind == kind then list[#list + 1] = c.name end
  end
  return list
end

local function indexable(t)
  local list = {}
  for _, c in ipairs(t.columns) do
    if c.type ~= "json" and not c.generated then list[#list + 1] = c.name end
  end
  return list
end

local function new_function() return { body = pick { "41", "42" }, type = pick { "integer", "bigint" } } end
local function new_sequence() return { increment = pick { 1, 2, 5 }, cycle = chance(0.3) } end

local function new_index(t, n)
  local list = indexable(t)
  local index = { name = ("%s_i%d"):format(t.name, n), columns = some(list, 1, 2), unique = chance(0.2) }
  local texts = columns_of(t, "text")
  if #texts > 0 and chance(0.3) then
    index.expression, index.needs = "lower(%s::text)", { pick(texts) }
  end
  if chance(0.2) then index.where = t.columns[1].name end
  if chance(0.2) then index.order = pick { " DESC", " ASC NULLS FIRST", " DESC NULLS LAST" } end
  return index
end

local function new_check(t, n)
  local numbers = columns_of(t, "number")
  if #numbers == 0 then return nil end
  return { name = ("%s_c%d"):format(t.name, n), column = pick(numbers), sql = pick { "%s >= 0", "%s <> 3",
    "%s IS NOT NULL OR true", "%s BETWEEN 1 AND 9", "%s IN (1, 2, 3)", "%s <> answer()" } }
end

local function new_key(t)
  return { name = t.name .. "_u", columns = some(indexable(t), 1, 2), deferrable = chance(0.2) }
end

local function new_table(schema, name)
  local t = { name = name, columns = { { name = "id", kind = "key", type = "bigint", not_null = true,
    identity = pick { "ALWAYS", "BY DEFAULT" } } }, indexes = {}, checks = {}, keys = {}, foreign = {},
    comment = chance(0.2) and pick(COMMENTS) or nil, row_security = chance(0.1), unlogged = false }
  for _, column in ipairs(some(COLUMN_NAMES, 1, 6)) do
    t.columns[#t.columns + 1] = new_column(schema, column)
  end
  for i = 1, math.random(0, 2) do t.indexes[#t.indexes + 1] = new_index(t, i) end
  for i = 1, math.random(0, 2) do t.checks[#t.checks + 1] = new_check(t, i) end
  if chance(0.3) then t.keys[1] = new_key(t) end
  local numbers = {}
  for _, c in ipairs(t.columns) do
    if c.kind == "number" and not c.generated then numbers[#numbers + 1] = c.name end
  end
  if #numbers > 0 and chance(0.2) then
    t.columns[#t.columns + 1] = { name = "sum", kind = "sum", type = "numeric", of = pick(numbers),
      generated = "%s * 2" }
  end
  return t
end

local function new_foreign(schema, t, n)
  local target = pick(schema.tables)
  return { name = ("%s_f%d"):format(t.name, n), column = "ref" .. n, target = target.name,
    action = pick { "", " ON DELETE CASCADE", " ON UPDATE CASCADE ON DELETE SET NULL" }, deferrable = chance(0.2) }
end

local function new_view(schema, n)
  local t = pick(schema.tables)
  return { name = "view" .. n, table = t.name, columns = some(columns_of(t), 1, 3), materialized = chance(0.3),
    where = chance(0.5) and pick(columns_of(t)) or nil, indexed = chance(0.5), above = chance(0.4) }
end

-- A partitioned table and a table with heirs.
local function new_log()
  local log = { bounds = {}, default = chance(0.3), indexed = chance(0.5), checked = chance(0.3), key = chance(0.4),
    columns = some({ "note text", "n integer DEFAULT 0 NOT NULL", "at timestamptz DEFAULT now()" }, 1, 3) }
  for i = 0, 3 do
    if chance(0.5) then log.bounds[#log.bounds + 1] = { i * 10, i * 10 + pick { 5, 10 } } end
  end
  return log
end

local function new_parent()
  return { columns = some({ "note text", "n integer DEFAULT 0 NOT NULL" }, 1, 2),
    heirs = some({ "heir1", "heir2" }, 0, 2), checked = chance(0.4), own = chance(0.4) }
end

function random_schema.new()
  local schema = { enums = {}, tables = {}, views = {}, triggers = {}, policies = {},
    code = { check = "length(value) > 0" }, fields = { "x integer", "y integer" },
    answer = new_function(), counter = new_sequence(),
    log = chance(0.5) and new_log() or nil, parent = chance(0.4) and new_parent() or nil }
  for i = 1, math.random(0, 2) do
    schema.enums[i] = { name = "mood" .. i, labels = some(LABELS, 2, 4) }
  end
  for _, name in ipairs(some(TABLE_NAMES, 1, 4)) do
    schema.tables[#schema.tables + 1] = new_table(schema, name)
  end
  for _, t in ipairs(schema.tables) do
    for i = 1, math.random(0, 2) do t.foreign[i] = new_foreign(schema, t, i) end
  end
  for i = 1, math.random(0, 2) do schema.views[i] = new_view(schema, i) end
  if chance(0.4) then schema.triggers[1] = { table = pick(schema.tables).name, when = pick { "BEFORE", "AFTER" },
    event = pick { "INSERT", "INSERT OR UPDATE", "DELETE" } } end
  if chance(0.3) then schema.policies[1] = { table = pick(schema.tables).name, command = pick { "ALL", "SELECT" },
    using = pick { "true", "id > 0", "id > answer()" } } end
  return schema
end

-- ---- as SQL ----

local function column_sql(c)
  local parts = { quoted(c.name), c.type }
  if c.collation then parts[#parts + 1] = "COLLATE " .. c.collation end
  if c.identity then parts[#parts + 1] = ("GENERATED %s AS IDENTITY"):format(c.identity) end
  if c.generated then
    local expression = c.of and c.generated:format(quoted(c.of)) or c.generated
    parts[#parts + 1] = ("GENERATED ALWAYS AS (%s) STORED"):format(expression)
  end
  if c.default then parts[#parts + 1] = "DEFAULT " .. c.default end
  if c.not_null then parts[#parts + 1] = "NOT NULL" end
  return table.concat(parts, " ")
end

local function index_sql(t, index)
  local keys = names(index.columns) .. (index.order or "")
  if index.expression then keys = keys .. ", " .. index.expression:format(quoted(index.needs[1])) end
  return ("CREATE %sINDEX %s ON %s (%s)%s;"):format(index.unique and "UNIQUE " or "", quoted(index.name),
    quoted(t.name), keys, index.where and (" WHERE %s IS NOT NULL"):format(quoted(index.where)) or "")
end

-- A foreign key of a logged table refuses an unlogged one.
local function is_linked(schema)
  for _, t in ipairs(schema.tables) do
    if #t.foreign > 0 then return true end
  end
end

local function table_sql(add, t, linked)
  local lines = {}
  for _, c in ipairs(t.columns) do lines[#lines + 1] = column_sql(c) end
  for _, f in ipairs(t.foreign) do lines[#lines + 1] = quoted(f.column) .. " bigint" end
  lines[#lines + 1] = "PRIMARY KEY (id)"
  for _, k in ipairs(t.keys) do
    lines[#lines + 1] = ("CONSTRAINT %s UNIQUE (%s)%s"):format(quoted(k.name), names(k.columns),
      k.deferrable and " DEFERRABLE" or "")
  end
  for _, c in ipairs(t.checks) do
    lines[#lines + 1] = ("CONSTRAINT %s CHECK (%s)"):format(quoted(c.name), c.sql:format(quoted(c.column)))
  end
  add("CREATE %sTABLE %s (\n  %s\n);", t.unlogged and not linked and "UNLOGGED " or "", quoted(t.name),
    table.concat(lines, ",\n  "))
  if t.comment then add("COMMENT ON TABLE %s IS %s;", quoted(t.name), literal(t.comment)) end
  for _, c in ipairs(t.columns) do
    if c.comment then -- one: several come in the order of the columns, which ADD COLUMN changes
      add("COMMENT ON COLUMN %s.%s IS %s;", quoted(t.name), quoted(c.name), literal(c.comment))
      break
    end
  end
  if t.row_security then add("ALTER TABLE %s ENABLE ROW LEVEL SECURITY;", quoted(t.name)) end
  for _, index in ipairs(t.indexes) do add("%s", index_sql(t, index)) end
end

local function log_sql(add, log)
  add("CREATE TABLE log (id integer NOT NULL, %s%s%s) PARTITION BY RANGE (id);", table.concat(log.columns, ", "),
    log.key and ", CONSTRAINT log_key PRIMARY KEY (id)" or "",
    log.checked and ", CONSTRAINT log_id CHECK (id >= 0)" or "")
  for _, bound in ipairs(log.bounds) do
    add("CREATE TABLE log_%d PARTITION OF log FOR VALUES FROM (%d) TO (%d);", bound[1], bound[1], bound[2])
  end
  if log.default then add("CREATE TABLE log_rest PARTITION OF log DEFAULT;") end
  if log.indexed then add("CREATE INDEX log_at ON log (id DESC);") end
end

local function parent_sql(add, parent)
  add("CREATE TABLE parent (id integer NOT NULL, %s%s);", table.concat(parent.columns, ", "),
    parent.checked and ", CONSTRAINT parent_id CHECK (id > 0)" or "")
  for _, heir in ipairs(parent.heirs) do
    add("CREATE TABLE %s (%s) INHERITS (parent);", heir, parent.own and "own text" or "")
  end
end

function random_schema.sql(schema)
  local out = {}
  local function add(format, ...) out[#out + 1] = format:format(...) end
  for _, e in ipairs(schema.enums) do
    local labels = {}
    for i, label in ipairs(e.labels) do labels[i] = literal(label) end
    add("CREATE TYPE %s AS ENUM (%s);", e.name, table.concat(labels, ", "))
  end
  local code = schema.code
  add("CREATE DOMAIN code AS text%s CHECK (%s);", code.default and " DEFAULT " .. code.default or "", code.check)
  add("CREATE SEQUENCE counter INCREMENT %d%s;", schema.counter.increment, schema.counter.cycle and " CYCLE" or "")
  add("CREATE FUNCTION answer() RETURNS %s LANGUAGE sql IMMUTABLE AS 'SELECT %s::%s';", schema.answer.type,
    schema.answer.body, schema.answer.type)
  add("CREATE TYPE point3 AS (%s);", table.concat(schema.fields, ", "))
  add("CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';")
  for _, t in ipairs(schema.tables) do table_sql(add, t, is_linked(schema)) end
  for _, t in ipairs(schema.tables) do
    for _, f in ipairs(t.foreign) do
      add("ALTER TABLE %s ADD CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s (id)%s%s;", quoted(t.name), quoted(f.name),
        quoted(f.column), quoted(f.target), f.action, f.deferrable and " DEFERRABLE INITIALLY DEFERRED" or "")
    end
  end
  for _, v in ipairs(schema.views) do
    add("CREATE %sVIEW %s AS SELECT id AS key, %s FROM %s%s;", v.materialized and "MATERIALIZED " or "", v.name,
      names(v.columns), quoted(v.table), v.where and (" WHERE %s IS NOT NULL"):format(quoted(v.where)) or "")
    if v.materialized and v.indexed then add("CREATE UNIQUE INDEX %s_key ON %s (key);", v.name, v.name) end
    if v.above then add("CREATE VIEW %s_above AS SELECT key, answer() AS answer FROM %s;", v.name, v.name) end
  end
  if schema.log then log_sql(add, schema.log) end
  if schema.parent then parent_sql(add, schema.parent) end
  for _, t in ipairs(schema.triggers) do
    add("CREATE TRIGGER touch %s %s ON %s FOR EACH ROW EXECUTE FUNCTION touched();", t.when, t.event, quoted(t.table))
  end
  for _, p in ipairs(schema.policies) do
    add("CREATE POLICY rule ON %s FOR %s USING (%s);", quoted(p.table), p.command, p.using)
  end
  return table.concat(out, "\n") .. "\n"
end

-- ---- changes ----

local function copy(value)
  if type(value) ~= "table" then return value end
  local out = {}
  for k, v in pairs(value) do out[k] = copy(v) end
  return out
end

local function remove(list, unwanted)
  for i = #list, 1, -1 do
    if unwanted(list[i]) then table.remove(list, i) end
  end
end

local function has(list, item)
  for _, other in ipairs(list) do
    if other == item then return true end
  end
end

-- What names a column that goes, or that gets another kind of value.
local function forget_column(schema, t, name)
  remove(t.indexes, function(i) return has(i.columns, name) or i.where == name or (i.needs and has(i.needs, name)) end)
  remove(t.checks, function(c) return c.column == name end)
  remove(t.keys, function(k) return has(k.columns, name) end)
  remove(t.columns, function(c) return c.of == name end)
  remove(schema.views, function(v)
    return v.table == t.name and (has(v.columns, name) or v.where == name or has(v.columns, "sum"))
  end)
end

local function forget_table(schema, name)
  remove(schema.tables, function(t) return t.name == name end)
  for _, t in ipairs(schema.tables) do
    remove(t.foreign, function(f) return f.target == name end)
  end
  for _, list in ipairs { schema.views, schema.triggers, schema.policies } do
    remove(list, function(o) return o.table == name end)
  end
end

local function other_columns(t)
  local list = {}
  for i = 2, #t.columns do list[#list + 1] = t.columns[i] end
  return list
end

-- Each change of a table; false: it cannot be made there.
local TABLE_CHANGES = {
  function(schema, t) -- another column
    local c = new_column(schema, pick(COLUMN_NAMES))
    for _, there in ipairs(t.columns) do
      if there.name == c.name then return false end
    end
    table.insert(t.columns, math.random(2, #t.columns + 1), c)
  end,
  function(schema, t)
    local c = pick(other_columns(t))
    if not c then return false end
    forget_column(schema, t, c.name)
    remove(t.columns, function(other) return other == c end)
  end,
  function(schema, t) -- another type of the same kind
    local c = pick(other_columns(t))
    if not c or not KINDS[c.kind] or c.type == "code" or c.generated then return false end
    c.type = pick(KINDS[c.kind].types)
    if c.type == "json" then forget_column(schema, t, c.name) end
  end,
  function(schema, t) -- another kind altogether, under the same name
    local c = pick(other_columns(t))
    if not c then return false end
    forget_column(schema, t, c.name)
    for i, other in ipairs(t.columns) do
      if other == c then t.columns[i] = new_column(schema, c.name) end
    end
  end,
  function(_, t)
    local c = pick(other_columns(t))
    if not c or not KINDS[c.kind] or c.generated then return false end
    c.default = chance(0.3) and nil or pick(KINDS[c.kind].defaults)
  end,
  function(_, t)
    local c = pick(t.columns)
    if c.kind == "key" then c.identity = pick { "ALWAYS", "BY DEFAULT" } else c.not_null = not c.not_null end
  end,
  function(_, t) pick(t.columns).comment = chance(0.3) and nil or pick(COMMENTS) end,
  function(_, t) t.comment = chance(0.3) and nil or pick(COMMENTS) end,
  function(_, t) t.unlogged = not t.unlogged end,
  function(_, t) t.row_security = not t.row_security end,
  function(_, t) t.indexes = { new_index(t, math.random(3)) } end,
  function(_, t) t.checks = { new_check(t, math.random(3)) } end,
  function(_, t) t.keys = chance(0.3) and {} or { new_key(t) } end,
  function(schema, t) t.foreign = chance(0.3) and {} or { new_foreign(schema, t, math.random(2)) } end,
}

local CHANGES = {
  function(schema) -- labels come, go, and change places
    local e = pick(schema.enums)
    if not e then return false end
    local first = e.labels[1] -- defaults name it
    e.labels = some(LABELS, 2, 5)
    remove(e.labels, function(label) return label == first end)
    table.insert(e.labels, math.random(#e.labels + 1), first)
  end,
  function(schema)
    local t = pick(schema.tables)
    if #schema.tables < 2 then return false end
    forget_table(schema, t.name)
  end,
  function(schema)
    local name = pick(TABLE_NAMES)
    for _, t in ipairs(schema.tables) do
      if t.name == name then return false end
    end
    schema.tables[#schema.tables + 1] = new_table(schema, name)
  end,
  function(schema) schema.views = { new_view(schema, math.random(2)) } end,
  function(schema) schema.code.check = pick { "length(value) > 0", "value <> ''", "value ~ '^[a-z]'" } end,
  function(schema) schema.code.default = chance(0.5) and nil or "'z'" end,
  function(schema) schema.counter = new_sequence() end,
  function(schema) schema.log = chance(0.8) and new_log() or nil end,
  function(schema) schema.parent = chance(0.8) and new_parent() or nil end,
  function(schema) schema.answer = new_function() end,
  function(schema)
    schema.fields = pick { { "x integer", "y integer" }, { "x integer" }, { "x bigint", "y integer", "z text" } }
  end,
  function(schema) schema.triggers = { { table = pick(schema.tables).name, when = pick { "BEFORE", "AFTER" },
    event = pick { "INSERT", "UPDATE", "DELETE" } } } end,
  function(schema) schema.policies = { { table = pick(schema.tables).name, command = pick { "ALL", "SELECT", "DELETE" },
    using = pick { "true", "false", "id > answer()" } } } end,
}

function random_schema.changed(schema, n)
  local after = copy(schema)
  while n > 0 do
    local done
    if chance(0.7) then done = pick(TABLE_CHANGES)(after, pick(after.tables)) else done = pick(CHANGES)(after) end
    if done ~= false then n = n - 1 end
  end
  return after
end

return random_schema
