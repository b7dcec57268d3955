-- Raw SQL, mangled: the splitter never fails in a way of its own, and where PostgreSQL's
-- parser takes a text, splitting by tokens (what newer servers get) gives the same.
-- MOONSHIFT_SEED names another run.
local cases = require "spec.support.cases"
local plan = require("moonshift_core").plan
local shell = require "spec.support.shell"

local NEWER = 990000 -- a server whose grammar the parser does not know

local function corpus()
  local texts = { shell.read(cases.directory .. "fixture.sql") }
  for _, case in ipairs(cases.all()) do
    local is_known = not case.version or case.version <= 15 -- the parser's own version
    if is_known and not case.sql:find "^!" then -- else: why there is none
      texts[#texts + 1] = case.sql
    end
  end
  texts[#texts + 1] = "create function f() returns int begin atomic select case when true then 1 end; end; select 2"
  texts[#texts + 1] = "select E'\\'; ', $a$;$a$, U&\"d;\" /* ; /* ; */ */ -- ;\n; begin; commit"
  texts[#texts + 1] = "create table t (begin int, \"end\" int default (case when true then 1 end)); select 1"
  return texts
end

-- By tokens: what stands first makes the parser give up.
local function by_tokens(text)
  local list, err = plan.split("slect 1;\n" .. text, false, NEWER)
  if not list then return nil, err end
  table.remove(list, 1)
  for _, statement in ipairs(list) do statement.line = statement.line - 1 end
  return list
end

local pieces = { ";", "'", '"', "$$", "$a$", "(", ")", "--", "/*", "*/", "\n", "\\", "begin ", " end", "$1", "E'",
  " case ", "create function ", "copy t from stdin;", "\\restrict x\n", "\0", "\xff", "é", "" }

local function mangled(text)
  for _ = 1, math.random(2) do
    local from = math.random(0, #text)
    local to = math.random() < 0.5 and from or math.min(#text, from + math.random(20))
    text = text:sub(1, from) .. pieces[math.random(#pieces)] .. text:sub(to + 1)
  end
  return text
end

describe("splitting by tokens", function()
  it("agrees with the parser on every statement that operations make", function()
    for _, text in ipairs(corpus()) do
      local list, err = plan.split(text, false)
      assert(list, err and err.message .. " in\n" .. text)
      assert.same(list, by_tokens(text))
    end
  end)
end)

describe("mangled SQL", function()
  it("is split, or refused with a message and a place", function()
    math.randomseed(tonumber(os.getenv "MOONSHIFT_SEED") or 20261121)
    local texts = corpus()
    local taken, refused = 0, 0
    for _ = 1, 8000 do
      local text = mangled(texts[math.random(#texts)])
      local list, err = plan.split(text, false)
      if list then
        taken = taken + 1
        local again = by_tokens(text)
        assert.same(list, again, text)
        for _, statement in ipairs(list) do
          plan.facts(statement.sql)
          assert.equal(1, #assert(plan.split(statement.sql, false)), statement.sql)
        end
      else
        refused = refused + 1
        assert(#err.message > 0 and err.kind == 1)
        by_tokens(text)
      end
      assert(plan.sink { { text } })
    end
    assert(taken > 200 and refused > 200, taken .. " " .. refused)
  end)
end)
