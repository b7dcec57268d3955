-- The revision graph: what can be built, what it knows, how a broken one is reported.
local graph = require("moonshift_core").graph
local revisions = require "spec.support.revisions"
local build = revisions.build

local FAILED, REVISION = 1, 6

describe("a graph", function()
  it("puts parents and dependencies first, whatever the order of the files", function()
    local g = assert(build [[
      003 <- 002
      001
      002 <- 001 +900
      900
    ]])
    assert.same({ "001", "900", "002", "003" }, g:order())
    assert.same({ "003", "900" }, (function(h) table.sort(h) return h end)(g:heads()))
    assert.same({ "001", "900" }, g:bases())
  end)

  it("keeps a line in one piece, and independent lines in the order of their files", function()
    local g = assert(build [[
      a1
      b1
      c1 <- a1
      d1 <- b1
      e1 <- c1
    ]])
    assert.same({ "b1", "d1", "a1", "c1", "e1" }, g:order())
  end)

  it("knows branch points, children and heads", function()
    local g = assert(build [[
      trunk
      left <- trunk
      right <- trunk
      merge <- left right
      other
      user +other
    ]])
    assert.same({ "trunk" }, g:branch_points())
    assert.same({ "left", "right" }, g:children "trunk")
    assert.same({}, g:children "other")
    assert.is_true(g:is_head "merge")
    assert.is_true(g:is_head "other")
    assert.is_true(g:is_effective_head "other")
    assert.is_false(g:is_effective_head "merge")
    assert.is_false(g:is_effective_head "left")
  end)

  it("may be empty", function()
    local g = assert(graph.build {})
    assert.same({}, g:order())
    assert.same({}, g:heads())
    assert.same({}, g:resolve "head")
    assert.same({}, g:resolve "heads")
    assert.same({}, assert(g:range ":"))
    assert.equal("", revisions.steps(assert(g:upgrade({}, "head"))))
    assert.equal("", revisions.steps(assert(g:downgrade({}, "base"))))
  end)

  it("takes long ids, ids of any letters, and a parent that is named twice", function()
    local long = ("x"):rep(200)
    local g = assert(graph.build { { id = long }, { id = "añadir/tabla.1", down = { long, long } } })
    assert.same({ long, "añadir/tabla.1" }, g:order())
    assert.equal("añadir/tabla.1", g:find "añadir")
    assert.equal("+añadir/tabla.1(" .. long .. ">añadir/tabla.1)",
      revisions.steps(g:upgrade({ long }, "head")))
  end)

  it("holds 10,000 revisions with 500 merges and answers at once", function()
    local list = {}
    local function add(...)
      list[#list + 1] = { id = ("r%06d"):format(#list), down = { ... } }
      return list[#list].id
    end
    local last = add()
    while #list < 10000 do
      if #list % 20 == 0 then last = add(add(last), add(last)) else last = add(last) end
    end
    local start = os.clock()
    local g = assert(graph.build(list))
    local heads = g:heads()
    local up = assert(g:upgrade({}, "heads"))
    local down = assert(g:downgrade(heads, "base"))
    assert(g:range ":")
    local seconds = os.clock() - start
    assert.equal(#list, #up.steps)
    assert.equal(#list, #down.steps)
    assert.same({}, down.after)
    assert(seconds < 1, ("%.2f s"):format(seconds))
  end)
end)

describe("labels", function()
  it("hold for descendants, and for ancestors down to the branch point", function()
    local g = assert(build [[
      r1
      r2 <- r1
      s3 <- r2
      s4 <- s3 #shop
      s5 <- s4
      t3 <- r2 #team
    ]])
    assert.same({ "shop" }, g:labels "s3")
    assert.same({ "shop" }, g:labels "s5")
    assert.same({}, g:labels "r2")
    assert.same({ "team" }, g:labels "t3")
  end)

  it("meet in a merge", function()
    local g = assert(build [[
      a #one
      b #two
      m <- a b
    ]])
    assert.same({ "one", "two" }, g:labels "m")
    assert.same({ "one" }, g:labels "a")
  end)

  it("reach the base of a line that does not branch", function()
    local g = assert(build [[
      a
      b <- a
      c <- b #line
    ]])
    assert.same({ "line" }, g:labels "a")
  end)
end)

describe("a broken graph", function()
  local function refused(text, kind, message, hint, file)
    local g, e = build(text)
    assert.is_nil(g)
    assert.equal(kind, e.kind)
    assert.equal(message, e.message)
    assert(e.hint:find(hint, 1, true), e.hint)
    if file then assert.equal(file, e.file) end
  end

  it("names both files of a duplicate id", function()
    local g, e = graph.build {
      { id = "a", file = "migrations/one.lua" }, { id = "a", file = "migrations/two.lua" },
    }
    assert.is_nil(g)
    assert.equal(FAILED, e.kind)
    assert.equal("Revision a is present more than once", e.message)
    assert.equal("migrations/two.lua", e.file)
    assert(e.hint:find("migrations/one.lua and migrations/two.lua", 1, true), e.hint)
  end)

  it("names a missing parent or dependency, and the nearest there is", function()
    refused("001_users\n002_posts <- 001_user", REVISION,
      "Revision 001_user referenced from down_revision of 002_posts is not present",
      "did you mean '001_users' (migrations/001_users.lua)?", "migrations/002_posts.lua")
    refused("a +zzzzzz", REVISION,
      "Revision zzzzzz referenced from depends_on of a is not present", "was it deleted")
    refused("a #lab\nb <- lab", REVISION,
      "Revision lab referenced from down_revision of b is not present", "")
  end)

  it("names the revisions and files of a cycle", function()
    refused("a\nb <- a d\nc <- b\nd <- c", FAILED, "Cycle is detected in revisions (b, d, c)",
      "migrations/b.lua, migrations/d.lua, migrations/c.lua")
    refused("a <- b\nb <- a", FAILED, "Cycle is detected in revisions (a, b)", "down_revision")
    refused("a <- a", FAILED, "Self-loop is detected in revisions (a)", "down_revision",
      "migrations/a.lua")
    refused("a +b\nb <- a", FAILED, "Dependency cycle is detected in revisions (a, b)",
      "depends_on")
    refused("a +a", FAILED, "Dependency self-loop is detected in revisions (a)", "depends_on")
  end)

  it("says so for a cycle of 10,000 revisions without running out of stack", function()
    local list = {}
    for i = 1, 10000 do list[i] = { id = "r" .. i, down = { "r" .. i % 10000 + 1 } } end
    local g, e = graph.build(list)
    assert.is_nil(g)
    assert(e.message:find("^Cycle is detected in revisions %(r1, r2, .*%.%.%.%)$"), e.message)
  end)

  it("has a label twice, or a label that is an id", function()
    refused("a #x\nb #x", FAILED, "Branch name 'x' in revision b already used by revision a",
      "migrations/a.lua", "migrations/b.lua")
    refused("a #b\nb", FAILED, "Branch name 'b' in revision a already used by revision b", "")
    refused("a #x #x", FAILED, "Branch name 'x' in revision a already used by revision a", "")
  end)

  it("has names that could not be typed", function()
    local cases = {
      { id = "a@b", "Character(s) '@' not allowed in revision identifier 'a@b'" },
      { id = "a-b+c-d", "Character(s) '-, +' not allowed in revision identifier 'a-b+c-d'" },
      { id = "a:b", "Character(s) ':' not allowed in revision identifier 'a:b'" },
      { id = "a b", "Character(s) ' ' not allowed in revision identifier 'a b'" },
      { id = "", "A revision has no identifier" },
      { id = "head", "'head' cannot be a revision identifier: the command line gives it a meaning" },
      { id = "a", label = "base", "'base' cannot be a branch label: the command line gives it a meaning" },
      { id = "a", label = "x@y", "Character(s) '@' not allowed in branch label 'x@y'" },
      { id = "a", label = "", "A branch label is empty" },
    }
    for _, case in ipairs(cases) do
      local g, e = graph.build { { id = case.id, labels = { case.label }, file = "f.lua" } }
      assert.is_nil(g)
      assert.equal(FAILED, e.kind)
      assert.equal(case[1], e.message)
      assert.equal("f.lua", e.file)
    end
  end)
end)
