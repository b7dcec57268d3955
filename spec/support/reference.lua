-- docs/ops.md: every operation with its arguments, its lock, its way back and an example,
-- made from the rows of op.def and the cases of spec/golden/op.
--
--   reference.text()     what the file must say
local cases = require "spec.support.cases"
local core = require "moonshift_core"

local reference = {}

local headings = {
  { "table", "Tables" }, { "column", "Columns" }, { "index", "Indexes" },
  { "constraint", "Constraints" }, { "relation", "Views, sequences and foreign tables" },
  { "type", "Types" }, { "routine", "Functions, triggers and rules" },
  { "access", "Access" }, { "object", "Schemas, extensions and other objects" },
  { "search", "Text search" }, { "remote", "Replication and foreign servers" },
  { "rows", "Rows and raw SQL" },
}

local head = [[
# Operations

Everything that `op` can do in a migration. Required arguments come first, in the order shown;
options go into one last table. Leaving an option out means "as it is", or the default of
PostgreSQL; `op.NULL` removes what is there. A Lua string is a name where a name is expected, and a
text where a value is expected; `sql "…"` is raw SQL in both places.

Where the inverse of an operation is known, `moonshift revision --autogenerate` writes it into
`downgrade()`, and a migration with one function `change()` runs backwards by it. The options
`existing_…` and `existing` say what there was before, which some inverses need. What is created
with `if_not_exists` is dropped on the way back, even if it was there before. Three inverses do
not restore everything: a detached partition keeps the indexes and keys that attaching gave it; a
child table that is attached to its parent again has the columns as its own, too; the columns of a
dropped primary key stay NOT NULL unless `existing_nullable` names them.

Some statements are rare in migrations and have no operation; use [execute](#execute) for them:
roles, databases, tablespaces and their settings; `VACUUM`, `ANALYZE`, `CLUSTER`, `LOCK`,
`TRUNCATE`, `REINDEX DATABASE`; `CREATE TABLE … AS`; `CREATE SCHEMA` with objects inside;
`ALL IN TABLESPACE`; several columns changed in one rewrite of the table (each `alter_column` that
rewrites it does so by itself); columns without a type under `OF` or `PARTITION OF` (use
`alter_column` after it); `ONLY` with triggers; `RESET ALL` of a function; `ALTER TYPE … SET` of
base types; `SET ACCESS METHOD` of a materialized view;
`REFRESH PUBLICATION … WITH`; `COPY … WHERE`; `IF EXISTS` of an `ALTER` other than
renaming a relation, of `DROP IDENTITY` and of `DROP EXPRESSION`; several objects in one `DROP`;
and, of PostgreSQL 18, `NOT NULL` as a constraint with a name or
`NOT VALID`.

This page is generated: `MOONSHIFT_GOLDEN=write scripts/test -R golden/reference`.]]

-- What is no operation but stands beside them.
local others = [[
### copy_from

%s

```lua
op.copy_from(table, columns, { options })
```

%s

Lock: `ROW EXCLUSIVE`. Returns the number of rows. With `--sql`, the data becomes part of the text.

```lua
op.copy_from("countries", { "code", "name" }, { file = "countries.csv", format = "csv", header = true })
op.copy_from("countries", { "code", "name" }, { text = "at;Austria\n", format = "csv", delimiter = ";" })
op.copy_from("countries", { "code", "name" }, { rows = { { "at", "Austria" }, { "fi", "Finland" } } })
```

### db.copy_to

%s

```lua
db.copy_to(source, target, { options })
```

%s

Lock: `ACCESS SHARE`. Returns the number of rows. A file is written beside its place and
renamed when it is whole. A query has no parameters here. Not with `--sql`.

```lua
db.copy_to("countries", "countries.csv", { format = "csv", header = true })
db.copy_to("select code from countries order by 1", function(line) log(line) end)
```

### execute_file

Run the SQL in a file that lies beside the migration: one statement or thousands, as `pg_dump
--schema-only` or `pg_dump --inserts` write them. An error names the line in the file. Lines for
psql (`\connect`, `\i`) and `COPY … FROM stdin` are refused, `BEGIN` and `COMMIT` too.

```lua
op.execute_file("001_views.sql")
```

Lock: what its statements take. No inverse: write `downgrade()`.

### autocommit

Run a function outside a transaction: what was done before it is committed, then each statement
commits by itself.

```lua
op.autocommit(function()
  op.create_index("ix_users_email", "users", { "email" }, { concurrently = true })
end)
```]]

local function cell(text)
  return (text:gsub("|", "\\|"):gsub("\n", " "))
end

local function code(text)
  return "`" .. text .. "`"
end

-- The type of a field as a reader types it.
local function type_of(field)
  if field.words then
    local words = {}
    for word in field.words:gmatch("[^|]+") do words[#words + 1] = code('"' .. word .. '"') end
    if field.type == "boolean or word" then table.insert(words, 1, "boolean") end
    return table.concat(words, " ") .. (field.type == "words" and " (one or a list)" or "")
  end
  if field.shape then
    return ("[%s](#record-%s)%s"):format(field.shape, field.shape,
      (field.type == "records" or field.type == "keys") and ", one or a list" or "")
  end
  return field.type
end

local function field_table(fields)
  local out = { "| | type | |", "|---|---|---|" }
  for _, field in ipairs(fields) do
    local name = code(field.key)
    if field.place == "items" then name = name .. " (list items)" end
    if field.place == "rest" then name = "`…`" end
    if field.place:find "^argument" or field.place:find "^required" then name = "**" .. name .. "**" end
    out[#out + 1] = ("| %s | %s | %s |"):format(name, cell(type_of(field)), cell(field.doc))
  end
  return table.concat(out, "\n")
end

local function signature(op)
  local args, options, must, items, rest = {}, false, false, nil, false
  for _, field in ipairs(op.fields) do
    if field.place:find "argument" then
      args[#args + 1] = field.place == "optional argument" and "[" .. field.key .. "]" or field.key
    elseif field.place == "items" then
      items = field.key
    elseif field.place == "rest" then
      rest = true
    else
      options, must = true, must or field.place == "required option"
    end
  end
  if items then
    args[#args + 1] = options and ("{ %s, options }"):format(items) or "{ " .. items .. " }"
  elseif options then
    args[#args + 1] = must and "{ options }" or "[{ options }]"
  end
  if rest then args[#args + 1] = "…" end
  return ("op.%s(%s)"):format(op.name, table.concat(args, ", "))
end

local function fence(language, text)
  return ("```%s\n%s\n```"):format(language, text)
end

-- The first lines of a long text.
local function beginning(text)
  local lines, shown = {}, 30
  for line in text:gmatch("[^\n]*") do lines[#lines + 1] = line end
  if #lines <= shown then return text end
  return ("%s\n-- and %d lines more"):format(table.concat(lines, "\n", 1, shown), #lines - shown)
end

-- "a, b and c"
local function list_of(words)
  if #words < 2 then return words[1] or "" end
  return table.concat(words, ", ", 1, #words - 1) .. " and " .. words[#words]
end

-- A call without what it says of the state before, or nil when it says nothing.
local function forgetful(call)
  local shorter = (call .. " "):gsub("existing[%w_]* = (%b{})", "")
    :gsub('existing[%w_]* = (%b"")', ""):gsub("existing[%w_]* = (%b'')", "")
    :gsub("existing[%w_]* = sql %b\"\"", ""):gsub("existing[%w_]* = [%w_.-]+", "")
    :gsub(",%s*,", ","):gsub(",%s*,", ","):gsub("{%s*,", "{")
  return shorter ~= call .. " " and cases.load(shorter) or nil
end

-- Why a case has no inverse, as it stands or without the options that say what was before.
local function reasons_of(case)
  local ops = forgetful(case.call)
  local reason = case.back:match "has no inverse: (.*)"
  if reason or not ops then return reason end
  local back, err = ops:reverse()
  return not back and err.message:match "has no inverse: (.*)" or nil
end

-- How the cases of an operation are undone: the inverses seen, and the reasons for none.
local function way_back(found)
  local inverses, reasons, seen = {}, {}, {}
  for _, case in ipairs(found) do
    local inverse = case.back:match "^(op%.[%w_]+)%("
    local reason = reasons_of(case)
    if inverse and not seen[inverse] then
      seen[inverse] = true
      inverses[#inverses + 1] = code(inverse)
    end
    if reason and not seen[reason] then
      seen[reason] = true
      reasons[#reasons + 1] = reason
    end
  end
  if #inverses == 0 and #reasons == 0 then return "Nothing needs to be undone." end
  local text = #inverses > 0 and ("Undone by %s"):format(list_of(inverses)) or "No inverse"
  local unsaid, rest = {}, {}
  for _, reason in ipairs(reasons) do
    local key = #inverses > 0 and reason:match "^([%w_]+) is not given$"
    if key then unsaid[#unsaid + 1] = code(key) else rest[#rest + 1] = reason end
  end
  if #unsaid > 0 then
    text = text .. "; not without "
      .. (#unsaid > 1 and "the one of %s that belongs to what changes" or "%s"):format(list_of(unsaid))
  end
  if #rest > 0 then
    text = text .. (#inverses > 0 and "; not when " or ": ") .. table.concat(rest, "; ")
  end
  return text .. "."
end

local function facts(op, found)
  local out = { op.lock == "none" and "Lock: none on an existing table."
    or ("Lock: `%s`."):format(op.lock) }
  if op.lock_concurrently then
    out[1] = ("Lock: `%s`; with `concurrently` `%s`%s."):format(op.lock, op.lock_concurrently,
      op.concurrently and ", and not in a transaction" or "")
  end
  if op.destroys then out[#out + 1] = "Data can be lost." end
  if op.no_tx then out[#out + 1] = "Not in a transaction." end
  out[#out + 1] = way_back(found)
  return table.concat(out, " ")
end

local function entry(op, found)
  local out = { ("### %s"):format(op.name), op.doc, fence("lua", signature(op)) }
  if #op.fields > 0 then out[#out + 1] = field_table(op.fields) end
  out[#out + 1] = facts(op, found)
  local example = found[1]
  if example then
    out[#out + 1] = fence("lua", example.call)
    if example.sql ~= "" then out[#out + 1] = fence("sql", beginning(example.sql)) end
  end
  return table.concat(out, "\n\n")
end

-- The cases of each operation, and the file that shows it first.
local function by_operation()
  local found, home = {}, {}
  for _, case in ipairs(cases.all()) do
    local name = case.op
    if name then
      found[name] = found[name] or {}
      table.insert(found[name], case)
      home[name] = home[name] or case.file
    end
  end
  return found, home
end

-- One line for each section, with links to what it holds.
local function contents(rows, home)
  local out = {}
  for _, heading in ipairs(headings) do
    local links = {}
    for _, op in ipairs(rows.ops) do
      if home[op.name] == heading[1] then
        links[#links + 1] = ("[%s](#%s)"):format(op.name, op.name)
      end
    end
    if heading[1] == "rows" then
      links[#links + 1] = "[copy_from](#copy_from), [db.copy_to](#dbcopy_to), "
        .. "[execute_file](#execute_file), [autocommit](#autocommit)"
    end
    out[#out + 1] = ("* %s: %s"):format(heading[2], table.concat(links, ", "))
  end
  return table.concat(out, "\n")
end

function reference.text()
  local rows = core.plan.rows()
  local found, home = by_operation()
  local out = { head, contents(rows, home) }
  for _, heading in ipairs(headings) do
    local file, title = heading[1], heading[2]
    out[#out + 1] = "## " .. title
    for _, op in ipairs(rows.ops) do
      if (home[op.name] or "object") == file then
        out[#out + 1] = entry(op, found[op.name] or {})
      end
    end
  end
  local calls = {}
  for _, shape in ipairs(rows.shapes) do
    if shape.name:find "^copy_" then
      calls[#calls + 1] = shape.doc:match("^[^:]+") .. "."
      calls[#calls + 1] = field_table(shape.fields)
    end
  end
  out[#out + 1] = others:format(table.unpack(calls))
  out[#out + 1] = "## Records"
  out[#out + 1] = "What stands inside the tables of the operations. A record that needs only "
    .. "its first value may be that value."
  for _, shape in ipairs(rows.shapes) do
    if not shape.name:find "^copy_" then
      out[#out + 1] = ('### <a id="record-%s"></a>%s'):format(shape.name, shape.name)
      out[#out + 1] = shape.doc
      out[#out + 1] = field_table(shape.fields)
    end
  end
  return table.concat(out, "\n\n") .. "\n"
end

return reference
