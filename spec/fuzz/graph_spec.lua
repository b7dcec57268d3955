-- Identifier text of every kind through the resolver, over random graphs: each answer is a
-- list of known revisions, a plan whose rows fit together, or one error of a known kind.
-- FUZZ_SEED repeats a run, FUZZ_ROUNDS makes it longer.
local graph = require("moonshift_core").graph
local revisions = require "spec.support.revisions"

local seed = tonumber(os.getenv "FUZZ_SEED" or "20240511")
local rounds = tonumber(os.getenv "FUZZ_ROUNDS" or "150")

local function pick(list) return list[math.random(#list)] end

local function random_graph()
  local list, ids, labels = {}, {}, {}
  for i = 1, math.random(1, 25) do
    local r = { id = pick { "aa", "abc", "x", "é", "001_" } .. i, down = {}, depends = {}, labels = {} }
    for _ = 1, pick { 0, 1, 1, 1, 1, 2, 3 } do
      if #ids > 0 then table.insert(r.down, pick(ids)) end
    end
    if #ids > 0 and math.random() < 0.2 then r.depends[1] = pick(ids) end
    if math.random() < 0.2 then
      r.labels[1] = pick { "lab", "long-label", "v+1", "ü" } .. i
      labels[#labels + 1] = r.labels[1]
    end
    list[i], ids[i] = r, r.id
  end
  for i = #list, 2, -1 do
    local k = math.random(i)
    list[i], list[k] = list[k], list[i]
  end
  return list, ids, labels
end

local function random_text(ids, labels)
  local parts = {}
  for _ = 1, math.random(0, 5) do
    parts[#parts + 1] = pick {
      pick(ids), pick(ids):sub(1, math.random(0, 5)), labels[1] or "lab", "head", "heads", "base",
      "current", "@", "@", "+", "-", ":", tostring(math.random(0, 9)), "99999999999999999999",
      "\0", " ", "\xff", ("y"):rep(math.random(0, 300)), string.char(math.random(0, 255)), "%s%n",
    }
  end
  return table.concat(parts)
end

local kinds = { [1] = true, [2] = true, [6] = true, [7] = true }

local function check(known, result, e)
  if result == nil then
    assert(kinds[e.kind], e.message)
    assert(#e.message > 0)
    return nil
  end
  for _, id in ipairs(result.after or result) do assert(known[id], id) end
  return result
end

describe("the resolver", function()
  it("survives any text (seed " .. seed .. ")", function()
    math.randomseed(seed)
    local plans, failures = 0, 0
    for _ = 1, rounds do
      local list, ids, labels = random_graph()
      local g = assert(graph.build(list))
      local known, rows = {}, {}
      for _, id in ipairs(ids) do known[id] = true end
      for _ = 1, 40 do
        local text = random_text(ids, labels)
        local found, why = g:find(text)
        check(known, found and { found }, why)
        check(known, g:resolve(text, pick { rows, false } or nil, pick { true, false }))
        check(known, g:range(text, rows))
        check(known, g:range(text .. ":" .. random_text(ids, labels), rows))
        check(known, g:stamp(rows, { text, random_text(ids, labels) }, pick { true, false }))
        for _, verb in ipairs { "upgrade", "downgrade" } do
          local plan = check(known, g[verb](g, rows, text))
          if plan then
            revisions.play(plan, rows)
            rows = math.random() < 0.5 and plan.after or rows
            plans = plans + 1
          else
            failures = failures + 1
          end
        end
      end
      local up = assert(g:upgrade(rows, "heads"))
      revisions.play(up, rows)
      local down = assert(g:downgrade(up.after, "base"))
      revisions.play(down, up.after)
      assert.same({}, down.after)
      assert.equal(#ids, #down.steps)
    end
    assert(plans > rounds and failures > rounds, plans .. " plans, " .. failures .. " failures")
  end)
end)
