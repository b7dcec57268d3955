-- Many tables: the server is asked a fixed number of times, whatever the size, and what is
-- read, compared and written is the whole of it. Time is measured by hand, not here.
local project = require "spec.support.project"

-- Each table with keys, a check, an index and comments, and a view on it and its neighbour.
local function fill(d, tables)
  d:exec(([[
    create type mood as enum ('sad', 'glad');
    do $$ begin
    for i in 1..%d loop
      execute format('create table t%%1$s (id int primary key, parent int references t%%2$s (id),
        name text not null default ''x'' check (name <> ''''), m mood);
        create index t%%1$s_lower on t%%1$s (lower(name)) where m = ''glad'';
        comment on table t%%1$s is ''table %%1$s'';
        comment on column t%%1$s.name is ''name %%1$s'';
        create view v%%1$s as select a.id, b.name from t%%1$s a join t%%2$s b on b.id = a.parent',
        i, greatest(1, i - 1));
      commit;
    end loop; end $$]]):format(tables))
end

-- How many statements a command sends to the server, by the server's own count.
local function statements(p, ...)
  local r = p:ok { env = { PGOPTIONS = "-c log_min_duration_statement=0 -c client_min_messages=log" }, ... }
  local _, n = r.err:gsub("LOG: duration: [%d.]+ ms  execute ", "")
  return n, r.out
end

local function count(text, pattern)
  return select(2, text:gsub(pattern, ""))
end

describe("a database of 2000 tables", function()
  local small, large
  setup(function()
    small, large = project.new(), project.new()
    fill(small.db, 20)
    fill(large.db, 2000)
  end)

  for _, format in ipairs { "lua", "sql" } do
    it("is read whole with as many statements as one of 20: " .. format, function()
      local few = statements(small, "inspect", "--format", format)
      local many, text = statements(large, "inspect", "--format", format)
      assert.is_true(few > 20)
      assert.equal(few, many)
      local table_word = format == "lua" and "model%.table%(" or "\nCREATE TABLE "
      local view_word = format == "lua" and "model%.view%(" or "\nCREATE VIEW "
      assert.equal(2000, count("\n" .. text, table_word))
      assert.equal(2000, count("\n" .. text, view_word))
      assert.equal(2000, count(text, "lower%(name%)"))
      assert.equal(2000, count(text, "table %d+['\"]"))
    end)
  end

  it("is compared, and the one difference found", function()
    large:write("models/schema.sql", large:ok("inspect", "--format", "sql").out)
    large:ok("check")
    large.db:exec "alter table t1234 add extra int"
    local r = large:fails(4, "check")
    assert.equal(1, count(r.err, "Detected "))
    assert.truthy(r.err:find("Detected removed column 't1234.extra'", 1, true))
  end)
end)
