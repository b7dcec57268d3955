-- Revision graphs as text, one revision a line: its id, its parents, "+dependency", "#label".
--
--     local g = revisions.build [[
--       001           #shop
--       002 <- 001
--       003 <- 001    +900
--     ]]
--
-- and plans as text: "+002(001>002)" goes up to 002 and turns the row 001 into 002.
local graph = require("moonshift_core").graph

local revisions = {}

function revisions.parse(text)
  local list = {}
  for line in text:gmatch("[^\n]+") do
    local r = { down = {}, depends = {}, labels = {} }
    for word in line:gmatch("%S+") do
      local mark, name = word:sub(1, 1), word:sub(2)
      if not r.id then r.id = word
      elseif mark == "+" then table.insert(r.depends, name)
      elseif mark == "#" then table.insert(r.labels, name)
      elseif word ~= "<-" then table.insert(r.down, word) end
    end
    if r.id then list[#list + 1] = r end
  end
  return list
end

function revisions.build(text)
  return graph.build(revisions.parse(text))
end

local function words(text)
  local list = {}
  for word in text:gmatch("%S+") do list[#list + 1] = word end
  return list
end
revisions.words = words

function revisions.steps(plan)
  local out = {}
  for i, step in ipairs(plan.steps) do
    out[i] = ("%s%s(%s>%s)"):format(step.up and "+" or "-", step.id,
      table.concat(step.removed, ","), table.concat(step.added, ","))
  end
  return table.concat(out, " ")
end

local function sorted(list)
  local copy = { table.unpack(list) }
  table.sort(copy)
  return table.concat(copy, " ")
end
revisions.sorted = sorted

-- Plays the steps over the rows: each removed row must be there, no added one. Gives the
-- rows after each step, sorted, as text.
function revisions.play(plan, current)
  local rows, states = {}, {}
  for _, id in ipairs(current) do rows[id] = true end
  local function state()
    local list = {}
    for id in pairs(rows) do list[#list + 1] = id end
    return sorted(list)
  end
  for i, step in ipairs(plan.steps) do
    for _, id in ipairs(step.removed) do
      assert(rows[id], "step " .. step.id .. " removes a row that is not there: " .. id)
      rows[id] = nil
    end
    for _, id in ipairs(step.added) do
      assert(not rows[id], "step " .. step.id .. " adds a row that is there: " .. id)
      rows[id] = true
    end
    states[i] = state()
  end
  assert(state() == sorted(plan.after), "the rows after the last step are not those promised")
  return states
end

return revisions
