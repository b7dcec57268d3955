-- Real histories, and what Alembic does with them: files NAME.json and NAME.expected.json
-- in $MOONSHIFT_SHARED/graphs, or in ../shared/graphs beside the checkout. The order among
-- independent branches is free: same set, a valid order, same rows.
local graph = require("moonshift_core").graph
local revisions = require "spec.support.revisions"
local shell = require "spec.support.shell"
local json = require "dkjson"

local function files()
  local shared = os.getenv "MOONSHIFT_SHARED" or shell.source .. "/../shared"
  local dir, found = shared .. "/graphs", {}
  if not shell.exists(dir) then return found, dir end
  for _, path in ipairs(shell.files(dir)) do
    local name = path:match("^([^/]+)%.expected%.json$")
    if name then
      local function read(file) return assert(json.decode(shell.read(dir .. "/" .. file))) end
      found[#found + 1] = { name = name, graph = read(name .. ".json"), expected = read(path) }
    end
  end
  return found, dir
end

local function load(history)
  local list, parents = {}, {}
  for i, r in ipairs(history.revisions) do
    list[i] = { id = r.revision, down = r.down_revision, labels = r.branch_labels,
      depends = r.depends_on, file = r.file }
    parents[r.revision] = r.down_revision
  end
  return assert(graph.build(list)), parents
end

-- Parents before children on the way up, after them on the way down.
local function check_order(plan, parents)
  local at = {}
  for i, step in ipairs(plan.steps) do at[step.id] = i end
  for i, step in ipairs(plan.steps) do
    for _, parent in ipairs(parents[step.id]) do
      assert(not at[parent] or (at[parent] < i) == step.up,
        step.id .. " runs on the wrong side of " .. parent)
    end
  end
end

local function check(g, parents, case, where)
  local plan, e = g[case.op](g, case.current, case.target)
  if case.error then
    assert(not plan, where .. ": should fail")
    assert(e.message:find(case.message, 1, true), where .. ": " .. e.message)
    return
  end
  assert(plan, where .. ": " .. (e and e.message or ""))
  local ours, theirs, same_order = {}, {}, true
  for i, step in ipairs(plan.steps) do ours[i] = step.id end
  for i, step in ipairs(case.steps) do
    theirs[i] = step[1]
    same_order = same_order and step[1] == ours[i]
  end
  assert.equal(revisions.sorted(theirs), revisions.sorted(ours), where)
  assert.equal(revisions.sorted(case.heads), revisions.sorted(plan.after), where)
  check_order(plan, parents)
  for i, rows in ipairs(revisions.play(plan, case.current)) do
    if same_order then assert.equal(revisions.sorted(case.steps[i][2]), rows, where) end
  end
end

describe("the histories of real projects", function()
  local found, dir = files()
  if #found == 0 then
    it("go where Alembic takes them", function() pending("no histories in " .. dir) end)
  end
  for _, one in ipairs(found) do
    it(("go where Alembic takes them: %s, %d cases"):format(one.name, #one.expected.cases), function()
      local g, parents = load(one.graph)
      assert.equal(revisions.sorted(one.expected.heads), revisions.sorted(g:heads()))
      assert.equal(revisions.sorted(one.expected.bases), revisions.sorted(g:bases()))
      for i, case in ipairs(one.expected.cases) do
        check(g, parents, case, ("%s case %d, %s from %s to %s"):format(one.name, i, case.op,
          table.concat(case.current, " "), case.target))
      end
    end)
  end
end)
