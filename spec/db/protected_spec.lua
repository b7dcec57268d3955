-- What takes away what is there: asked for on a terminal, refused where protected.
local project = require "spec.support.project"
local shell = require "spec.support.shell"

-- Two revisions, each making a table.
local function line()
  local files, before = {}, nil
  for i, id in ipairs { "001_t1", "002_t2" } do
    files["migrations/" .. id .. ".lua"] = project.revision { id, down = before,
      up = ('op.execute "create table t%d (n int)"'):format(i), down_body = ('op.execute "drop table t%d"'):format(i) }
    before = id
  end
  return project.new { files = files }
end

local function versions(p)
  if not p.db:scalar "select to_regclass('moonshift_version')" then return "" end
  return table.concat(p.db:column "select version_num from moonshift_version order by 1", " ")
end

local function tables(p)
  return table.concat(p.db:column [[select tablename from pg_tables
    where schemaname = 'public' and tablename not like 'moonshift%' order by 1]], " ")
end

describe("what takes away", function()
  it("reset needs --yes without a terminal, downgrade base, as Alembic's, does not", function()
    local p = line()
    p:ok("upgrade")
    local r = p:fails(7, "reset")
    assert.truthy(r.err:find("say --yes", 1, true))
    assert.equal("002_t2", versions(p))
    p:ok("reset", "--dry-run")
    assert.equal("002_t2", versions(p))
    p:ok("reset", "--yes")
    assert.equal("", tables(p))
    p:ok("upgrade")
    p:ok("downgrade", "base")
    assert.equal("", tables(p))
  end)

  it("on a terminal both ask for the name of the database", function()
    local p = line()
    local function type_to(words, answer)
      return p:sh(("printf '%s\\n' | script -qec %s /dev/null"):format(answer, shell.quote("moonshift " .. words)))
    end
    for _, words in ipairs { "reset", "downgrade base" } do
      p:ok("upgrade")
      for _, answer in ipairs { "y", "yes", "", p.db.name .. "x" } do
        local r = type_to(words, answer)
        assert.equal(7, r.status, r.out)
        assert.truthy(r.out:find(("Undo every revision of database %s? Type its name to go on:"):format(p.db.name), 1, true),
          r.out)
        assert.truthy(r.out:find("nothing was changed", 1, true))
      end
      assert.equal("002_t2", versions(p))
      assert.equal(0, type_to(words, p.db.name).status)
      assert.equal("", versions(p))
      p:ok("upgrade")
      assert.equal(0, type_to(words .. " --yes", "n").status)
      assert.equal("", versions(p))
    end
  end)

  it("where protected nothing is taken away, unless that is allowed by name", function()
    local p = line()
    p:ok("upgrade")
    p:write("moonshift.lua", "return { protected = true }\n")
    local takes = { downgrade = { { "downgrade" }, { "downgrade", "001_t1" }, { "downgrade", "-2" },
        { "downgrade", "base", "--yes" } },
      redo = { { "redo" } }, reset = { { "reset", "--yes" } }, purge = { { "stamp", "001_t1", "--purge" } } }
    for name, lines in pairs(takes) do
      for _, words in ipairs(lines) do
        local r = p:fails(7, table.unpack(words))
        assert.truthy(r.err:find(" is refused: " .. p.db.name .. " is protected (moonshift.lua)", 1, true), r.err)
        assert.truthy(r.err:find(("this once: MOONSHIFT_ALLOW=%s moonshift "):format(name), 1, true), r.err)
      end
    end
    p:ok("downgrade", "base", "--dry-run")
    p:ok("reset", "--dry-run")
    p:ok("downgrade", "--sql", "head:base")
    assert.equal("002_t2", versions(p))
    assert.equal("2", p.db:scalar "select count(*) from moonshift_log")
    p:ok("stamp", "001_t1")
    p:ok("stamp", "002_t2")
    for _, words in ipairs { takes.redo[1], takes.downgrade[2], takes.purge[1], takes.reset[1] } do
      for name in pairs(takes) do
        if takes[name][1] ~= words and takes[name][2] ~= words then
          p:fails(7, { env = { MOONSHIFT_ALLOW = name }, table.unpack(words) })
        end
      end
    end
    for _, words in ipairs { takes.redo[1], takes.downgrade[2], takes.purge[1], takes.reset[1] } do
      p:ok { env = { MOONSHIFT_ALLOW = "downgrade,redo,reset,purge" }, table.unpack(words) }
    end
    p:ok("upgrade")
    p:write("moonshift.lua", 'return { protected = true, allow = { "reset" } }\n')
    p:ok("reset", "--yes")
    assert.equal("", tables(p))
  end)

  describe("upgrade where protected", function()
    local function dropping(more)
      return project.new { config = 'return { protected = true' .. (more or "") .. " }\n", files = {
        ["migrations/1.lua"] = project.revision { "001_a", up = 'op.create_table("a", { { "n", "int" }, { "m", "int" } })',
          down_body = 'op.drop_table("a")' },
        ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", up = 'op.drop_column("a", "n")',
          down_body = 'op.add_column("a", { "n", "int" })' },
      } }
    end

    it("refuses what lint calls an error, and runs nothing", function()
      local p = dropping()
      p:ok("upgrade", "001_a")
      local r = p:fails(7, "upgrade")
      assert.truthy(r.err:find("is protected (moonshift.lua), and in 002_b the column a.n is dropped with its values "
        .. "[ban-drop-column]\n  at migrations/2.lua:", 1, true), r.err)
      assert.truthy(r.err:find('lint.allow("ban-drop-column", "because ...")', 1, true), r.err)
      assert.equal("001_a", versions(p))
      p:ok("upgrade", "--dry-run")
      p:ok("upgrade", "--sql")
      assert.equal("001_a", versions(p))
    end)

    it("names every change that it refuses", function()
      local p = dropping()
      p:ok("upgrade", "001_a")
      p:write("migrations/3.lua", project.revision { "003_c", down = "002_b", up = 'op.drop_table("a")' })
      local r = p:fails(7, "upgrade")
      assert.truthy(r.err:find("in 002_b the column a.n is dropped with its values [ban-drop-column]", 1, true), r.err)
      assert.truthy(r.err:find("\n  detail: and migrations/3.lua:6: the table a is dropped with its rows [ban-drop-table]\n",
        1, true), r.err)
    end)

    it("lets pass what is allowed in the migration or by name", function()
      local p = dropping()
      p:ok("upgrade", "001_a")
      p:write("migrations/2.lua", (p:read("migrations/2.lua"):gsub("op.drop_column",
        'lint.allow("ban-drop-column", "nobody reads it") %0')))
      p:ok("upgrade")
      assert.equal("002_b", versions(p))
      for _, more in ipairs { ', allow = { "ban-drop-column" }', ', lint = { allow = { "ban-drop-column" } }' } do
        p = dropping(more)
        p:ok("upgrade")
        assert.equal("002_b", versions(p))
      end
    end)
  end)
end)
