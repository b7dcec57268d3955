-- Law 4 over every operation: the text of --sql, run by psql, gives the database that a run
-- gives, rows included, up and down; and change() down gives the database before. (Laws 1
-- and 4, through the program.)
--
-- Each case of spec/golden/op is a revision. So that a few runs of the program do for all,
-- cases that get along with each other share a history: whoever fails beside those before
-- it waits for the next one.
local cases = require "spec.support.cases"
local db = require "spec.support.db"
local project = require "spec.support.project"
local plan = require("moonshift_core").plan

local HAND = 40 -- cases of a history, to begin with

local model, version, before

-- { name, call, up and down: SQL, back: whether change() can undo it, no_tx }
local function prepare(case)
  local ops = assert(cases.load(case.call))
  local back = case.mode == nil and ops:reverse() or nil
  local one = { name = case.file .. ": " .. case.title, call = case.call, back = back ~= nil,
    up = assert(ops:script(version)), down = back and assert(back:script(version)) or "" }
  for _, statement in ipairs(assert(plan.split(one.up, false, version))) do
    one.no_tx = one.no_tx or statement.no_tx
  end
  -- what ends a transaction is no part of one either
  one.no_tx = one.no_tx or not plan.split(one.up, true, version) or case.call:find "^op%.backfill"
  return one
end

-- Runs what can go into a transaction up and then, the last first, down, each in a
-- transaction of its own; returns who succeeded both ways.
local function try_together(d, list)
  local text = { "\\set ON_ERROR_STOP off\ncreate schema probe; create table probe.done (i integer);\n" }
  local function try(i, sql)
    text[#text + 1] = ("begin;\n%s\ninsert into probe.done values (%d);\ncommit;\n"):format(sql, i)
  end
  for i = 1, #list do try(i, list[i].up) end
  for i = #list, 1, -1 do try(i, list[i].down) end
  d:exec(table.concat(text))
  local done = {}
  for _, i in ipairs(d:column "select i from probe.done group by i having count(*) = 2") do
    done[tonumber(i)] = true
  end
  return done
end

-- Splits a list into who can share a history, and the others.
local function companions(list)
  local d = db.create(model.name)
  local group, rest, together = {}, {}, {}
  local stopped = false
  for _, one in ipairs(list) do
    if not one.no_tx then
      together[#together + 1] = one
    elseif not stopped and d:try(one.up) then
      group[#group + 1] = one
    else -- half of it may be done: nobody else of its kind
      stopped = true
      rest[#rest + 1] = one
    end
  end
  local done = try_together(d, together)
  for i, one in ipairs(together) do
    table.insert(done[i] and group or rest, one)
  end
  for i = #group, 1, -1 do
    if group[i].no_tx then d:exec(group[i].down) end
  end
  d:exec "drop schema probe cascade"
  local clean = not list[1].back or d:dump() == before
  d:drop()
  if clean and #group > 0 then return group, rest end
  -- Each undoes itself, but PostgreSQL does more when one meets another: a partition that
  -- is attached gets the indexes of its parent, and keeps them when it is detached.
  if #group == 0 then group, rest = list, {} end
  if #group == 1 then return group, rest end
  local half = table.move(group, 1, #group // 2, 1, {})
  table.move(group, #half + 1, #group, #rest + 1, rest)
  local some, others = companions(half)
  table.move(others, 1, #others, #rest + 1, rest)
  return some, rest
end

-- Neighbours are about the same objects: they start in different hands.
local function hands(list)
  local dealt, n = {}, (#list + HAND - 1) // HAND
  for i, one in ipairs(list) do
    local hand = (i - 1) % n + 1
    dealt[hand] = dealt[hand] or {}
    table.insert(dealt[hand], one)
  end
  return dealt
end

local function history(group)
  local p = project.new { db = false }
  p.db = db.create(model.name)
  p.env.DATABASE_URL = p.db.url
  for i, one in ipairs(group) do
    local head = one.no_tx and "transactional = false\n" or ""
    local file = ("migrations/%03d.lua"):format(i)
    local revision = { ("%03d_case"):format(i), down = i > 1 and ("%03d_case"):format(i - 1) or nil,
      message = one.name, up = one.call, head = head }
    local text = project.revision(revision)
    if one.back then
      text = text:gsub("function upgrade%(%)", "function change()"):gsub("\nfunction downgrade.*", "\n")
    end
    p:write(file, text)
  end
  return p
end

-- Fails with the lines that only one of two dumps has, and the history's cases.
local function same(one, other, what, group)
  if one == other then return end
  local count, lines = {}, { what }
  for line in one:gmatch("[^\n]+") do count[line] = (count[line] or 0) + 1 end
  for line in other:gmatch("[^\n]+") do count[line] = (count[line] or 0) - 1 end
  for line, n in pairs(count) do
    if n ~= 0 then lines[#lines + 1] = (n > 0 and "- " or "+ ") .. line end
  end
  for _, case in ipairs(group) do lines[#lines + 1] = "in " .. case.name end
  error(table.concat(lines, "\n"), 2)
end

-- With the rows, whose defaults are the time of day.
local function contents(d)
  return (d:dump { data = true }:gsub("%d+%-%d+%-%d+ %d+:%d+:%d+[.%d]*%+00", "now"))
end

local function check(group)
  local p, other = history(group), db.create(model.name)
  local server = "--server-version=" .. version // 10000
  p:ok("upgrade")
  other:exec(p:ok("upgrade", "--sql", server).out)
  same(contents(p.db), contents(other), "psql made another database than the run", group)
  assert.same(p.db:heads(), other:heads())
  if group[1].back then
    p:ok("downgrade", "base")
    other:exec(p:ok("downgrade", "--sql", server, "head:base").out)
    same(before, p.db:dump(), "a run down does not give the database before", group)
    same(before, other:dump(), "psql down does not give the database before", group)
    assert.same({}, p.db:heads())
    assert.same({}, other:heads())
  end
  p.db:drop()
  other:drop()
end

describe("offline equals online for every operation", function()
  setup(function()
    model, version = cases.fixture()
    before = model:dump()
  end)

  for _, back in ipairs { true, false } do
    it(back and "up and down" or "that has no inverse, up", function()
      local waiting, groups = {}, 0
      for _, case in ipairs((cases.runnable(cases.all(), version))) do
        local one = prepare(case)
        if one.back == back then waiting[#waiting + 1] = one end
      end
      while #waiting > 0 do
        local late = {}
        for _, hand in ipairs(hands(waiting)) do
          local group, rest = companions(hand)
          check(group)
          groups = groups + 1
          table.move(rest, 1, #rest, #late + 1, late)
        end
        waiting = late
      end
      assert(groups < 25, groups .. " histories")
    end)
  end
end)
