-- Plans: the steps of upgrade and downgrade, the rows of the version table, stamp.
-- Distilled from a comparison with Alembic 1.8.1 on random graphs; where Alembic does
-- something else, the case says so.
local revisions = require "spec.support.revisions"
local build, words = revisions.build, revisions.words

local FAILED, REVISION, DECISION = 1, 6, 7

local function refused(kind, message, result, e)
  assert.is_nil(result)
  assert.equal(message, e.message)
  assert.equal(kind, e.kind)
  return e.hint
end

-- Runs "upgrade" or "downgrade" and compares the steps, whose rows must fit together.
local function moves(g, verb, rows, target, expected, after)
  local plan, e = g[verb](g, words(rows), target)
  local where = ("%s from %s to %s"):format(verb, rows, target)
  assert(plan, where .. ": " .. (e and e.message or ""))
  assert.equal(expected, revisions.steps(plan), where)
  revisions.play(plan, words(rows))
  if after then assert.equal(after, revisions.sorted(plan.after), where) end
  return plan
end

describe("a line", function()
  local g = assert(build "001\n002 <- 001\n003 <- 002")

  it("goes up", function()
    moves(g, "upgrade", "", "head", "+001(>001) +002(001>002) +003(002>003)", "003")
    moves(g, "upgrade", "001", "+1", "+002(001>002)", "002")
    moves(g, "upgrade", "", "+2", "+001(>001) +002(001>002)", "002")
    moves(g, "upgrade", "", "003-1", "+001(>001) +002(001>002)", "002")
    moves(g, "upgrade", "001", "head-1", "+002(001>002)", "002")
  end)

  it("is already there", function()
    moves(g, "upgrade", "003", "head", "", "003")
    moves(g, "upgrade", "003", "001", "", "003")
    moves(g, "upgrade", "002", "base", "", "002")
    moves(g, "downgrade", "003", "003", "", "003")
    moves(g, "downgrade", "", "base", "", "")
  end)

  it("goes down", function()
    moves(g, "downgrade", "003", "-1", "-003(003>002)", "002")
    moves(g, "downgrade", "003", "001", "-003(003>002) -002(002>001)", "001")
    moves(g, "downgrade", "003", "base", "-003(003>002) -002(002>001) -001(001>)", "")
    moves(g, "downgrade", "003", "-3", "-003(003>002) -002(002>001) -001(001>)", "")
    moves(g, "downgrade", "003", "head-2", "-003(003>002) -002(002>001)", "001")
    moves(g, "downgrade", "003", "001+1", "-003(003>002)", "002")
  end)

  it("ends", function()
    refused(REVISION, "Relative revision +1 didn't produce 1 migrations", g:upgrade({ "003" }, "+1"))
    refused(REVISION, "Relative revision +4 didn't produce 4 migrations", g:upgrade({}, "+4"))
    refused(REVISION, "Relative revision -4 didn't produce 4 migrations", g:downgrade({ "003" }, "-4"))
    refused(REVISION, "Relative revision -1 didn't produce 1 migrations", g:downgrade({}, "-1"))
    refused(REVISION, "Walked too far", g:upgrade({}, "002+2"))
    refused(REVISION, "Walked too far", g:downgrade({ "003" }, "002-3"))
  end)

  it("has a wrong way for each verb", function()
    refused(REVISION, "Relative revision -1 didn't produce 1 migrations", g:upgrade({ "003" }, "-1"))
    refused(REVISION, "Relative revision +1 didn't produce 1 migrations", g:downgrade({ "003" }, "+1"))
    refused(REVISION, "Relative revision +0 didn't produce 0 migrations", g:upgrade({ "001" }, "+0"))
    local hint = refused(FAILED,
      "Destination 003 is not a valid downgrade target from current head(s)", g:downgrade({ "001" }, "003"))
    assert(hint:find("003 (migrations/003.lua)", 1, true), hint)
  end)

  it("meets a row that no file defines", function()
    local hint = refused(REVISION, "Can't locate revision identified by 'gone'",
      g:upgrade({ "gone" }, "head"))
    assert(hint:find("moonshift stamp --purge", 1, true), hint)
    refused(REVISION, "Can't locate revision identified by 'gone'", g:downgrade({ "gone" }, "-1"))
  end)

  it("meets rows of which one implies the other", function()
    local hint = refused(FAILED, "Requested revision 003 overlaps with other requested revisions 001",
      g:upgrade({ "001", "003" }, "head"))
    assert(hint:find("moonshift stamp --purge 003", 1, true), hint)
  end)
end)

describe("a merge", function()
  local g = assert(build [[
    trunk
    left <- trunk
    right <- trunk
    merge <- left right
    after <- merge
  ]])

  it("deletes one row and updates the other", function()
    moves(g, "upgrade", "trunk", "heads",
      "+left(trunk>left) +right(>right) +merge(left,right>merge) +after(merge>after)", "after")
  end)

  it("is undone into two rows", function()
    moves(g, "downgrade", "after", "trunk",
      "-after(after>merge) -merge(merge>left,right) -right(right>) -left(left>trunk)", "trunk")
  end)

  it("leaves the other side alone", function()
    moves(g, "downgrade", "after", "left", "-after(after>merge) -merge(merge>left,right)", "left right")
    moves(g, "downgrade", "left right", "left@trunk", "-left(left>)", "right")
  end)

  it("has several ways down", function()
    refused(DECISION, "Ambiguous walk", g:downgrade({ "merge" }, "-1"))
    moves(g, "downgrade", "after", "-1", "-after(after>merge)", "merge")
  end)
end)

describe("two branches", function()
  local g = assert(build [[
    t1
    t2 <- t1
    s3 <- t2 #shop
    s4 <- s3
    u3 <- t2 #user
    u4 <- u3
  ]])

  it("go up one by one or together", function()
    moves(g, "upgrade", "", "shop@head", "+t1(>t1) +t2(t1>t2) +s3(t2>s3) +s4(s3>s4)", "s4")
    moves(g, "upgrade", "s4", "user@head", "+u3(>u3) +u4(u3>u4)", "s4 u4")
    moves(g, "upgrade", "t2", "heads", "+s3(t2>s3) +s4(s3>s4) +u3(>u3) +u4(u3>u4)", "s4 u4")
    moves(g, "upgrade", "t2", "shop", "+s3(t2>s3)", "s3")
    moves(g, "upgrade", "t2", "shop@+1", "+s3(t2>s3)", "s3")
    moves(g, "upgrade", "s4", "user@+1", "+u3(>u3)", "s4 u3")
    moves(g, "upgrade", "s3 u3", "user@+1", "+u4(u3>u4)", "s3 u4")
    moves(g, "upgrade", "", "shop@+3", "+t1(>t1) +t2(t1>t2) +s3(t2>s3)", "s3")
  end)

  it("need a decision", function()
    local _, e = g:upgrade({}, "head")
    assert.equal(DECISION, e.kind)
    assert.equal("the heads are s4 (migrations/s4.lua), u4 (migrations/u4.lua); to join them: "
      .. 'moonshift merge s4 u4 -m "merge heads"', e.hint)
    refused(DECISION, "Ambiguous walk", g:upgrade({ "t2" }, "+1"))
    refused(DECISION, "Ambiguous upgrade from multiple current revisions", g:upgrade({ "s3", "u3" }, "+1"))
  end)

  it("go down by name, and only that branch", function()
    moves(g, "downgrade", "s4 u4", "shop@-1", "-s4(s4>s3)", "s3 u4")
    moves(g, "downgrade", "s4 u4", "shop@-2", "-s4(s4>s3) -s3(s3>)", "u4")
    moves(g, "downgrade", "s4 u4", "shop@t2", "-s4(s4>s3) -s3(s3>)", "u4")
    moves(g, "downgrade", "s4 u4", "s3", "-s4(s4>s3)", "s3 u4")
    moves(g, "downgrade", "s4 u4", "shop@s3", "-s4(s4>s3)", "s3 u4")
  end)

  it("go down together below the branch point", function()
    moves(g, "downgrade", "s4 u4", "t1",
      "-u4(u4>u3) -u3(u3>) -s4(s4>s3) -s3(s3>t2) -t2(t2>t1)", "t1")
    moves(g, "downgrade", "s4 u4", "shop@base",
      "-u4(u4>u3) -u3(u3>) -s4(s4>s3) -s3(s3>t2) -t2(t2>t1) -t1(t1>)", "")
  end)

  it("go down from the first row, with a warning, when none is named", function()
    local plan = moves(g, "downgrade", "u4 s4", "-1", "-u4(u4>u3)", "s4 u3")
    assert.equal("downgrade -1 from multiple heads is ambiguous: of 'u4', 's4', 'u4' is taken; "
      .. "name the branch as <branchname>@-1", plan.note)
    assert.is_nil(moves(g, "downgrade", "u4", "-1", "-u4(u4>u3)", "u3").note)
    assert.is_nil(moves(g, "downgrade", "u4 s4", "user@-1", "-u4(u4>u3)").note)
  end)
end)

describe("several bases", function()
  local g = assert(build [[
    a1 #a
    a2 <- a1
    b1 #b
    b2 <- b1
  ]])

  it("are independent", function()
    moves(g, "upgrade", "", "heads", "+a1(>a1) +a2(a1>a2) +b1(>b1) +b2(b1>b2)", "a2 b2")
    moves(g, "upgrade", "", "b@+1", "+b1(>b1)", "b1")
    moves(g, "upgrade", "a2", "b@+1", "+b1(>b1)", "a2 b1")
    moves(g, "downgrade", "a2 b2", "a@base", "-a2(a2>a1) -a1(a1>)", "b2")
    moves(g, "downgrade", "a2 b2", "a2@base", "-a2(a2>a1) -a1(a1>)", "b2")
    moves(g, "downgrade", "a2 b2", "a@-2", "-a2(a2>a1) -a1(a1>)", "b2")
    moves(g, "downgrade", "a2 b2", "base", "-b2(b2>b1) -b1(b1>) -a2(a2>a1) -a1(a1>)", "")
    refused(DECISION, "Ambiguous walk", g:upgrade({}, "+1"))
  end)
end)

describe("depends_on", function()
  local g = assert(build [[
    a1 #a
    a2 <- a1
    a3 <- a2
    b1 #b
    b2 <- b1 +a2
    b3 <- b2
  ]])

  it("brings what it needs, which has no row of its own", function()
    moves(g, "upgrade", "", "b@head", "+a1(>a1) +a2(a1>a2) +b1(>b1) +b2(b1,a2>b2) +b3(b2>b3)", "b3")
    moves(g, "upgrade", "b3", "a@head", "+a3(>a3)", "a3 b3")
    moves(g, "upgrade", "b3", "a@+1", "+a3(>a3)", "a3 b3")
    moves(g, "upgrade", "b3", "heads", "+a3(>a3)", "a3 b3")
    moves(g, "upgrade", "a3", "b2", "+b1(>b1) +b2(b1>b2)", "a3 b2")
  end)

  it("is given its row back on the way down", function()
    moves(g, "downgrade", "b3", "b@base", "-b3(b3>b2) -b2(b2>b1,a2) -b1(b1>)", "a2")
    moves(g, "downgrade", "a3 b3", "b1", "-b3(b3>b2) -b2(b2>b1)", "a3 b1")
  end)

  it("takes dependents down with it", function()
    moves(g, "downgrade", "a3 b3", "a1", "-b3(b3>b2) -b2(b2>b1) -a3(a3>a2) -a2(a2>a1)", "a1 b1")
    moves(g, "downgrade", "b3", "a@-1", "-b3(b3>b2) -b2(b2>b1,a2) -a2(a2>a1)", "a1 b1")
    moves(g, "downgrade", "b3", "a@base",
      "-b3(b3>b2) -b2(b2>b1,a2) -a2(a2>a1) -a1(a1>)", "b1")
  end)

  it("makes an effective head", function()
    local h = assert(build "x1\ny1 +x1")
    assert.is_true(h:is_effective_head "x1")
    moves(h, "upgrade", "", "heads", "+x1(>x1) +y1(x1>y1)", "y1")
    refused(DECISION, "Multiple head revisions are present for given argument 'head'; please "
      .. "specify a specific target revision, '<branchname>@head' to narrow to a specific head, or "
      .. "'heads' for all heads", h:upgrade({}, "head"))
    moves(h, "downgrade", "y1", "y1@base", "-y1(y1>x1)", "x1")
  end)

  it("is named by a label too", function()
    local h = assert(build "x1 #x\ny1 +x")
    moves(h, "upgrade", "", "y1", "+x1(>x1) +y1(x1>y1)", "y1")
  end)

  it("on an ancestor gives no second row", function() -- Alembic 1.8 makes one, later ones do not
    local h = assert(build "a1\na2 <- a1\na3 <- a2 +a1")
    moves(h, "downgrade", "a3", "a2", "-a3(a3>a2)", "a2")
    moves(h, "downgrade", "a3", "base", "-a3(a3>a2) -a2(a2>a1) -a1(a1>)", "")
  end)

  it("on a parent's ancestor merges", function() -- Alembic 1.8 fails here: KeyError
    local h = assert(build [[
      e0
      c1 <- e0
      e2 <- c1 +e0
      e3 <- c1 +e2
      f4
      m5 <- e3 e2 f4 +c1
    ]])
    local plan = assert(h:upgrade({}, "m5"))
    revisions.play(plan, {})
    assert.same({ "m5" }, plan.after)
    plan = assert(h:downgrade({ "m5" }, "base"))
    revisions.play(plan, { "m5" })
    assert.same({}, plan.after)
  end)
end)

describe("stamp", function()
  local g = assert(build [[
    t1
    t2 <- t1
    s3 <- t2 #shop
    s4 <- s3
    u3 <- t2 #user
    o1 #other
    o2 <- o1 +s3
  ]])

  local function stamped(rows, targets, purge)
    local list, e = g:stamp(words(rows), words(targets), purge)
    assert(list, e and e.message)
    return table.concat(list, " ")
  end

  it("moves the rows on the same line", function()
    assert.equal("s4", stamped("", "s4"))
    assert.equal("s4", stamped("t1", "s4"))
    assert.equal("t1", stamped("s4 u3", "t1"))
    assert.equal("u3 s4", stamped("s3 u3", "s4"))
    assert.equal("u3 s3", stamped("s4 u3", "s3"))
    assert.equal("s4", stamped("s4", "s4"))
  end)

  it("adds rows for other lines", function()
    assert.equal("s4 u3", stamped("s4", "u3"))
    assert.equal("s3 u3", stamped("", "s3 u3"))
  end)

  it("follows dependencies", function()
    assert.equal("o2", stamped("s3", "o2"))
    assert.equal("u3 o2", stamped("s3 u3", "o2"))
    assert.equal("s3", stamped("o2", "s3"))
  end)

  it("understands symbols", function()
    assert.equal("o2 s4 u3", revisions.sorted(words(stamped("t1", "heads"))))
    assert.equal("", stamped("s4 u3", "base"))
    assert.equal("", stamped("s4 o1", "shop@base other@base"))
    assert.equal("o1", stamped("s4 o1", "shop@base"))
    assert.equal("s4", stamped("s3", "+1"))
    assert.equal("t2", stamped("s3", "-1"))
    assert.equal("u3 s3", stamped("s4 u3", "shop@-1"))
  end)

  it("purges rows that no file knows", function()
    refused(REVISION, "Can't locate revision identified by 'gone'", g:stamp({ "gone" }, { "s4" }))
    assert.equal("s4", stamped("gone", "s4", true))
    assert.equal("", stamped("gone u3", "base", true))
  end)

  it("refuses what cannot be", function()
    refused(REVISION, "Can't locate revision identified by 'nope1'", g:stamp({}, { "nope1" }))
    refused(FAILED, "Requested revision s4 overlaps with other requested revisions t1",
      g:stamp({}, { "t1", "s4" }))
    local _, e = g:stamp({}, { "head" })
    assert.equal(DECISION, e.kind)
  end)
end)
