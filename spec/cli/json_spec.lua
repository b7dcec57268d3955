-- --json: what goes wrong is JSON, too, and each line of the log.
local json = require "dkjson"
local project = require "spec.support.project"
local proxy = require "spec.support.proxy"

-- Every line of stderr is an object; the last one is the error.
local function objects(r)
  local found = {}
  for line in r.err:gmatch "[^\n]+" do
    found[#found + 1] = assert(json.decode(line), line)
  end
  return found
end
local function last_error(r)
  local all = objects(r)
  local e = all[#all].error
  assert.truthy(e, r.err)
  assert.equal(r.status, e.status)
  for i = 1, #all - 1 do assert.truthy(all[i].level and all[i].message, r.err) end
  return e, all
end

describe("--json", function()
  it("gives a failing statement with its place", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a",
      up = 'op.execute "select nothing_here"' } } }
    local e, all = last_error(p:fails(1, "--json", "upgrade", "head"))
    assert.equal("failed", e.kind)
    assert.equal('column "nothing_here" does not exist', e.message)
    assert.equal("42703", e.sqlstate)
    assert.equal("migrations/1.lua", e.file)
    assert.equal(6, e.line)
    assert.equal("select nothing_here", e.sql)
    assert.equal(8, e.position)
    assert.equal("Running upgrade  -> 001_a, 001_a", all[3].message)
    assert.equal("INFO", all[3].level)
  end)

  for name, case in pairs {
    ["an unknown option"] = { 2, "usage", { "current", "--frob", "--json" } },
    ["an unknown command"] = { 2, "usage", { "--json", "frob" } },
    ["an unknown revision"] = { 6, "revision", { "upgrade", "nope", "--json" } },
    ["several heads"] = { 7, "decision", { "upgrade", "head", "--json" } },
    ["a broken file"] = { 1, "failed", { "history", "--json" }, "revision = " },
  } do
    it("tells the kind and status of " .. name, function()
      local p = project.new { files = {
        ["migrations/1.lua"] = project.revision { "001_a" },
        ["migrations/2.lua"] = project.revision { "002_b" },
        ["migrations/3.lua"] = case[4] } }
      local r = p:run(table.unpack(case[3]))
      local e = last_error(r)
      assert.same({ case[1], case[2] }, { e.status, e.kind })
      assert.truthy(#e.message > 5)
      assert.equal("", r.out)
    end)
  end

  it("says nothing more when all is well", function()
    local p = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a" } } }
    local r = p:ok("--json", "upgrade", "head")
    for _, o in ipairs(objects(r)) do assert.is_nil(o.error) end
  end)
end)

describe("a server that refuses in another language", function()
  local function hex(text)
    return (text:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
  end
  local function refusal(state, text)
    local body = ("SSCHWERWIEGEND\0VFATAL\0C%s\0M%s\0Fx.c\0L1\0Rf\0\0"):format(state, text)
    return hex("E" .. string.pack(">I4", #body + 4) .. body)
  end
  for state, case in pairs {
    ["3D000"] = { "Datenbank »laden« existiert nicht", "create it first: createdb laden" },
    ["28P01"] = { "Passwort-Authentifizierung für Benutzer »u« fehlgeschlagen", "the password is wrong" },
    ["28000"] = { "Rolle »u« existiert nicht", 'the server has no role "u", or its pg_hba.conf' },
    ["53300"] = { "tut mir leid, schon zu viele Verbindungen", "no free connection" },
    ["57P03"] = { "das Datenbanksystem startet", "moonshift wait waits until it answers" },
  } do
    it("gets the hint of its SQLSTATE " .. state, function()
      local p = project.new { db = false, files = { ["migrations/1.lua"] = project.revision { "001_a" } } }
      local host, port = proxy.start("say", refusal(state, case[1]))
      local url = ("postgresql://u:s3kr3t@%s:%d/laden?sslmode=disable&gssencmode=disable"):format(host, port)
      local e = last_error(p:fails(1, "current", "--json", "--url", url))
      assert.equal(state, e.sqlstate)
      assert.truthy(e.hint:find(case[2], 1, true), e.hint)
      assert.truthy(e.detail:find(case[1], 1, true), e.detail)
      assert.is_nil(e.detail:find("s3kr3t", 1, true))
    end)
  end
end)
