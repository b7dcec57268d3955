-- Law 7: the connection is lost while a COMMIT is under way, before the server has seen it
-- and after it has carried it out. Nobody can know which from outside: the program says so,
-- and running the same command again finishes the work, each revision once.
local project = require "spec.support.project"
local proxy = require "spec.support.proxy"

local function revisions(head)
  return {
    ["migrations/1.lua"] = project.revision { "001_a", up = 'op.execute "create table a (n int)"', head = head,
      down_body = 'op.execute "drop table a"' },
    ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", head = head,
      up = 'op.execute "insert into a values (1)"\n  op.execute "insert into a values (2)"' },
    ["migrations/3.lua"] = project.revision { "003_c", down = "002_b", head = head,
      up = 'op.execute "insert into a values (3)"' },
  }
end

-- How many COMMITs a run sends. A non-transactional revision: its tables (the first), each
-- statement with its note in the journal, its version row.
local COMMITS = { ["transactional = true"] = 3, ["transactional = false"] = 1 + 2 + 3 + 2 }

for head, commits in pairs(COMMITS) do
  describe("a connection lost in the middle of a COMMIT, " .. head, function()
    for _, when in ipairs { "before", "after" } do
      for n = 1, commits do
        it(("%s the server sees commit %d: said, and finished by the same command"):format(when, n), function()
          local p = project.new { files = revisions(head) }
          local host, port = proxy.start(when, n)
          local url = ("postgresql://postgres@%s:%d/%s"):format(host, port, p.db.name)
          local r = p:fails(1, "upgrade", "head", "--url", url)
          assert.truthy(r.err:find("error: the connection to the server was lost", 1, true), r.err)
          assert.truthy(r.err:find("it may have committed or not: moonshift status tells", 1, true), r.err)
          assert.truthy(r.err:find("`moonshift current` tells what has been applied", 1, true), r.err)
          -- What the version says is so, and what is logged.
          local version = p.db:scalar "select to_regclass('moonshift_version')"
            and p.db:scalar "select version_num from moonshift_version"
          local logged = version and p.db:column "select revision from moonshift_log order by id" or {}
          assert.equal(version, logged[#logged])
          if head == "transactional = true" then
            -- What follows the COMMIT was on its way when the server answered.
            assert.truthy(when == "after" and #logged >= n or #logged == n - 1, #logged)
            assert.equal(({ [2] = "2", [3] = "3" })[#logged] or "0",
              version and p.db:scalar "select count(*) from a" or "0")
          end
          p:ok("upgrade", "head")
          assert.same({ "001_a", "002_b", "003_c" }, p.db:column "select revision from moonshift_log order by id")
          assert.equal("003_c", p.db:scalar "select version_num from moonshift_version")
          assert.same({ "1", "2", "3" }, p.db:column "select n from a order by n")
          assert.equal(0, p.db:unfinished())
        end)
      end
    end
  end)
end

describe("a connection that the proxy leaves alone", function()
  it("sends as many COMMITs as this file thinks", function()
    for head, commits in pairs(COMMITS) do
      local p = project.new { files = revisions(head) }
      local host, port = proxy.start("before", commits + 1)
      p:ok("upgrade", "head", "--url", ("postgresql://postgres@%s:%d/%s"):format(host, port, p.db.name))
    end
  end)
end)
