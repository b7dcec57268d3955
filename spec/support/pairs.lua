-- Schema changes from other projects' test suites: pairs/NAME/{setup,before,after}.sql in
-- $MOONSHIFT_SHARED, or in ../shared beside the checkout. For each: a database at *before*,
-- models = *after*; autogenerate and upgrade give *after*'s dump, and the next comparison
-- is empty; downgrade gives *before*'s. The project's own pairs are in spec/pairs/AREA;
-- rows.sql there fills the database before the change, which must keep the values; what the
-- query of same.sql answers must not change, up and down; a line that
-- ends with "-- from 15" is for 15 and newer servers.
local shell = require "spec.support.shell"
local db = require "spec.support.db"
local project = require "spec.support.project"
local lfs = require "lfs"
local assert = require "luassert"

local pairs_of = {}

-- One pair names versions of an extension, which each server has of its own.
local function needs_other_server(name)
  return name:find("extensions_upgrade", 1, true) and db.create():scalar
    "select default_version <> '1.3' from pg_available_extensions where name = 'amcheck'" == "t"
end

function pairs_of.root()
  local root = (os.getenv "MOONSHIFT_SHARED" or shell.source .. "/../shared") .. "/pairs"
  return lfs.attributes(root, "mode") == "directory" and root or nil
end

local function text(path)
  return shell.exists(path) and db.for_server(shell.read(path)) or ""
end

-- CREATE ROLE is the cluster's: made once, and no part of the models. In a DO block it may
-- stay, which asks first.
local function without_roles(sql)
  return (("\n" .. sql):gsub("\n[Cc][Rr][Ee][Aa][Tt][Ee]%s+[Rr][Oo][Ll][Ee]%s+([%w_]+)[^;]*;", function(name)
    db.role(name)
    return "\n"
  end))
end

-- What has no meaning, in one order: columns that no ADD COLUMN can bring to their place
-- (lines of a table sorted), and entries of a privilege list.
local function comparable(dump)
  local grants = {}
  if db.old_tools() then -- spec/support/schema.sql numbers the columns
    local lines = {}
    for line in dump:gmatch("[^\n]+") do lines[#lines + 1] = (line:gsub("^(column .-) %d%d%d%d:", "%1:")) end
    table.sort(lines)
    return table.concat(lines, "\n")
  end
  local in_table = "(CREATE [^\n]*TABLE [^\n]*%(\n)(.-)(\n%)[^\n]*\n)"
  local sorted = dump:gsub(in_table, function(head, body, tail)
    local lines = {}
    for line in body:gmatch("[^\n]+") do
      lines[#lines + 1] = (line:gsub(",$", ""))
    end
    table.sort(lines)
    return head .. table.concat(lines, "\n") .. tail
  end):gsub("%f[^\n%z]GRANT [^\n]*\n", function(line)
    grants[#grants + 1] = line
    return ""
  end)
  table.sort(grants)
  return sorted .. table.concat(grants)
end

local function dump_of(sql)
  local d = db.create()
  d:exec(sql)
  local dump = comparable(d:dump())
  d:drop()
  return dump
end

-- How many values each column of the database's tables holds: { ["t.c"] = "2" }.
local function values_in(d)
  local counts = {}
  for _, row in ipairs(d:query [[
      select c.relname, a.attname, (xpath('/row/n/text()', query_to_xml(format(
               'select count(%I) as n from %s', a.attname, c.oid::regclass), true, true, '')))[1]::text
        from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
         and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
         and c.relname not like 'moonshift%']]) do
    counts[row[1] .. "." .. row[2]] = row[3]
  end
  return counts
end

-- What is in both was not dropped and made anew.
local function assert_kept(before, after)
  for column, n in pairs(before) do
    if after[column] then
      assert.equal(n, after[column], "values of " .. column)
    end
  end
end

-- Fails when a change does not work in both directions. pair: before and after, the
-- schemas' SQL; rows, what fills the database before the change, or nil; same, a query
-- whose answer must stay, or nil.
function pairs_of.check(pair)
  local function answer(d) return pair.same and d:query(pair.same) end
  local before, after = pair.before, pair.after
  local want_after, want_before = dump_of(after), dump_of(before)
  local p = project.new { files = { ["models/schema.sql"] = after } }
  p.db:exec(before .. (pair.rows or ""))
  local rows, same = values_in(p.db), answer(p.db)
  p:ok("revision", "--autogenerate", "-m", "change")
  local written = #p:files("migrations") > 0
  if want_after ~= want_before then
    assert.is_true(written, "no file was written")
    p:ok("upgrade", "head")
  else
    assert.is_false(written, "a file was written though nothing differs")
    return
  end
  assert.equal(want_after, comparable(p.db:dump()))
  assert_kept(rows, values_in(p.db))
  assert.same(same, answer(p.db))
  p:ok("check")
  rows = values_in(p.db)
  p:ok("downgrade", "base")
  assert.equal(want_before, comparable(p.db:dump()))
  assert_kept(rows, values_in(p.db))
  assert.same(same, answer(p.db))
end

local function check_in(directory)
  local setup, same = text(directory .. "/setup.sql"), text(directory .. "/same.sql")
  pairs_of.check {
    before = without_roles(setup .. "\n" .. text(directory .. "/before.sql")),
    after = without_roles(setup .. "\n" .. text(directory .. "/after.sql")),
    rows = text(directory .. "/rows.sql"),
    same = same ~= "" and same or nil,
  }
end

local function names_in(directory)
  local names = {}
  for name in lfs.dir(directory) do
    if name:sub(1, 1) ~= "." then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

-- Declares the specs of every `of`-th of our own pairs in spec/pairs/AREA: all must work.
function pairs_of.own(area, part, of, busted)
  local root = shell.source .. "/spec/pairs/" .. area
  local names = names_in(root)
  busted.describe(("a change of %s, part %d"):format(area, part), function()
    for i = part, #names, of do
      busted.it(names[i], function() check_in(root .. "/" .. names[i]) end)
    end
  end)
end

-- Declares the specs of every `of`-th pair, from the `part`-th on. `busted` has describe, it
-- and pending, which only a spec file sees.
function pairs_of.specs(part, of, busted)
  local describe, it, pending = busted.describe, busted.it, busted.pending
  local root = pairs_of.root()
  describe("schema changes of other projects, part " .. part, function()
    if not root then
      pending("shared/pairs is not here")
      return
    end
    local names = names_in(root)
    -- What their own test runs have.
    for _, role in ipairs { "schemainspect_test_role", "testuser" } do
      db.role(role)
    end
    for i = part, #names, of do
      local name = names[i]
      it(name, function()
        if needs_other_server(name) then return pending "written for the extensions of another version" end
        check_in(root .. "/" .. name)
      end)
    end
  end)
end

return pairs_of
