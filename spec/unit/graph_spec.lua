-- The revision graph: building, listing, upgrade and downgrade on lines and merges.
local graph = require("moonshift_core").graph

-- "a <- b c": revisions as lines of text: id, its parents, +dependency, #label.
local function build(text)
  local revisions = {}
  for line in text:gmatch("[^\n]+") do
    local r = { down = {}, depends = {}, labels = {} }
    for word in line:gmatch("%S+") do
      local mark, name = word:match("^([+#]?)(.*)$")
      if not r.id then r.id = word
      elseif mark == "+" then table.insert(r.depends, name)
      elseif mark == "#" then table.insert(r.labels, name)
      elseif word ~= "<-" then table.insert(r.down, word) end
    end
    if r.id then revisions[#revisions + 1] = r end
  end
  return graph.build(revisions)
end

-- A plan as text: "+b(-a+b)" is an upgrade of b that turns the row a into b.
local function steps(plan)
  local out = {}
  for i, step in ipairs(plan.steps) do
    out[i] = ("%s%s(%s>%s)"):format(step.up and "+" or "-", step.id,
      table.concat(step.removed, ","), table.concat(step.added, ","))
  end
  return table.concat(out, " ")
end

describe("a line of revisions", function()
  local g = assert(build [[
    003 <- 002
    001
    002 <- 001
  ]])

  it("is put in order", function()
    assert.same({ "001", "002", "003" }, g:order())
    assert.same({ "003" }, g:heads())
    assert.same({ "001" }, g:bases())
    assert.same({}, g:branch_points())
    assert.same({ "003" }, g:children "002")
  end)

  it("goes up", function()
    local plan = assert(g:upgrade({}, "head"))
    assert.equal("+001(>001) +002(001>002) +003(002>003)", steps(plan))
    assert.same({ "003" }, plan.after)
    assert.equal("+002(001>002)", steps(assert(g:upgrade({ "001" }, "+1"))))
    assert.equal("", steps(assert(g:upgrade({ "003" }, "head"))))
    assert.equal("", steps(assert(g:upgrade({ "003" }, "001"))))
  end)

  it("goes down", function()
    local plan = assert(g:downgrade({ "003" }, "-1"))
    assert.equal("-003(003>002)", steps(plan))
    assert.same({ "002" }, plan.after)
    plan = assert(g:downgrade({ "003" }, "base"))
    assert.equal("-003(003>002) -002(002>001) -001(001>)", steps(plan))
    assert.same({}, plan.after)
    assert.equal("", steps(assert(g:downgrade({}, "base"))))
    assert.equal("", steps(assert(g:downgrade({ "003" }, "003"))))
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
    local plan = assert(g:upgrade({ "trunk" }, "heads"))
    assert.equal("+left(trunk>left) +right(>right) +merge(left,right>merge) +after(merge>after)",
      steps(plan))
  end)

  it("is undone into two rows", function()
    local plan = assert(g:downgrade({ "after" }, "trunk"))
    assert.equal("-after(after>merge) -merge(merge>left,right) -right(right>) -left(left>trunk)",
      steps(plan))
    assert.same({ "trunk" }, plan.after)
  end)

  it("leaves the other side alone", function()
    local plan = assert(g:downgrade({ "after" }, "left"))
    assert.equal("-after(after>merge) -merge(merge>left,right)", steps(plan))
    assert.same({ "left", "right" }, plan.after)
  end)
end)
