-- Owners: compared where the models say one, as they are otherwise.
local db = require "spec.support.db"
local project = require "spec.support.project"

local function owner(p, table_name)
  return p.db:scalar(("select pg_get_userbyid(relowner) from pg_class where relname = '%s'"):format(table_name))
end

local function revision(p, slug)
  for _, name in ipairs(p:files("migrations")) do
    if name:find(slug, 1, true) then return p:read("migrations/" .. name) end
  end
  error("no revision " .. slug)
end

local TABLES = [[
  create type mood as enum ('sad');
  create table a (id serial primary key, m mood);
  create view v as select id from a;
  create function f(x int) returns int language sql as 'select 1';
]]

describe("owners", function()
  setup(function()
    db.role "spec_owner"
    db.role "spec_heir"
  end)

  it("stay as they are when the models say none", function()
    local p = project.new { files = { ["models/schema.sql"] = TABLES } }
    p.db:exec(TABLES .. "alter table a owner to spec_owner; alter function f(int) owner to spec_owner")
    p:ok("check")
  end)

  it("come back with what is made anew", function()
    local p = project.new { files = { ["models/schema.sql"] = (TABLES:gsub("select id from", "select m, id from")) } }
    p.db:exec(TABLES .. "alter view v owner to spec_owner")
    p:ok("revision", "--autogenerate", "-m", "change")
    p:ok("upgrade", "head")
    assert.equal("spec_owner", owner(p, "v"))
    p:ok("check")
    p:ok("downgrade", "base")
    assert.equal("spec_owner", owner(p, "v"))
  end)

  for _, format in ipairs { "sql", "lua" } do
    it("are set and changed where the models say one: " .. format, function()
      local said = format == "sql"
        and "alter table a owner to spec_owner; alter type mood owner to spec_heir; alter function f(int) owner to spec_owner;"
        or [[model.set_owner("table", "a", "spec_owner")
             model.set_owner("type", "mood", "spec_heir")
             model.set_owner("function", "f", "spec_owner", { arguments = "integer" })]]
      local p = project.new { files = { ["models/schema.sql"] = TABLES, ["models/zz." .. format] = said } }
      p.db:exec(TABLES .. "alter type mood owner to spec_owner")
      local before = p.db:dump()
      local r = p:fails(4, "check")
      assert.truthy(r.err:find("Detected added owner 'table a'", 1, true))
      assert.truthy(r.err:find("Detected changed owner 'enum mood'", 1, true))
      p:ok("revision", "--autogenerate", "-m", "change")
      assert.truthy(revision(p, "change"):find('op.set_owner("table", "a", "spec_owner"', 1, true))
      p:ok("upgrade", "head")
      assert.equal("spec_owner", owner(p, "a"))
      assert.equal("spec_owner", owner(p, "a_id_seq"))
      p:ok("check")
      p:ok("downgrade", "base")
      assert.equal(before, p.db:dump())
    end)
  end

  for _, format in ipairs { "sql", "lua" } do
    it("are inspected where they are not the usual one: " .. format, function()
      local live = project.new()
      live.db:exec(TABLES .. "create schema s; create operator s.## (leftarg = int, rightarg = int, function = int4pl); "
        .. "alter table a owner to spec_owner; alter function f(int) owner to spec_heir; "
        .. "alter operator s.## (int, int) owner to spec_heir")
      local models = live:ok("inspect", "--format", format).out
      local p = project.new { files = { ["models/schema." .. format] = models } }
      p:ok("revision", "--autogenerate", "-m", "first")
      p:ok("upgrade", "head")
      assert.equal(live.db:dump(), p.db:dump())
      p:ok("check")
    end)
  end

  it("and privileges of what the configuration excludes are not compared", function()
    local p = project.new { config = 'return { exclude = { "tmp_*" } }\n', files = { ["models/schema.sql"] = TABLES } }
    p.db:exec(TABLES .. "create table tmp_1 (a int); grant select on tmp_1 to spec_heir; alter table tmp_1 owner to spec_owner")
    p:ok("check")
  end)
end)
