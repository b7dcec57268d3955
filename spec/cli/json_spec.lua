-- --json: what goes wrong is JSON, too, and each line of the log.
local json = require "dkjson"
local project = require "spec.support.project"
local proxy = require "spec.support.proxy"
local shell = require "spec.support.shell"

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
  local function url_of(host, port)
    return ("postgresql://u:s3kr3t@%s:%d/laden?sslmode=disable&gssencmode=disable"):format(host, port)
  end
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
      local url = url_of(proxy.start("say", refusal(state, case[1])))
      local e = last_error(p:fails(1, "current", "--json", "--url", url))
      assert.equal(state, e.sqlstate)
      assert.truthy(e.hint:find(case[2], 1, true), e.hint)
      assert.truthy(e.detail:find(case[1], 1, true), e.detail)
      assert.is_nil(e.detail:find("s3kr3t", 1, true))
    end)
  end

  it("is not waited for when it refuses the password", function()
    local p = project.new { db = false }
    local url = url_of(proxy.start("say", refusal("28P01", "Passwort-Authentifizierung fehlgeschlagen")))
    assert.equal("28P01", last_error(p:fails(1, { "wait", "--timeout", "1h", "--json", "--url", url, timeout = 30 })).sqlstate)
  end)
end)

-- The keys of docs/json.md, and those that commands print.
describe("docs/json.md", function()
  local page = shell.read(shell.source .. "/docs/json.md")

  -- The keys between backquotes; those in italics may be missing.
  local function keys_of(text)
    local keys = {}
    for star, key in text:gmatch "(%*?)`([^`]+)`" do keys[key] = star == "*" and "maybe" or "always" end
    return keys
  end

  -- The row of a command: its keys.
  local function documented(command)
    for names, keys in page:gmatch "\n| (`[^|]*`) | [^|]* | ([^|]*) |" do
      if names:find("`" .. command .. "`", 1, true) then return keys_of(keys) end
    end
    error("docs/json.md has no row for " .. command)
  end
  local REVISION = documented "history"
  local ERROR = keys_of(page:match "\n## Errors\n(.-)`kind` is")

  local function is_list(value) return getmetatable(value).__jsontype == "array" end

  -- Adds the paths of all values. What is a revision, or an error, is one value.
  local function add(value, path, found)
    if type(value) ~= "table" or value == json.null then
      found[path] = true
    elseif is_list(value) then
      for _, item in ipairs(value) do add(item, path .. "[]", found) end
    elseif path ~= "" and (value.mergepoint ~= nil or value.kind and value.status) then
      found[path] = true
      for key, item in pairs(value) do
        local is_json_list = type(item) == "table" and item ~= json.null
        assert.truthy((value.status and ERROR or REVISION)[key .. (is_json_list and "[]" or "")], key)
      end
    else
      for key, item in pairs(value) do add(item, (path == "" and "" or path .. ".") .. key, found) end
    end
  end

  -- Whether runs of a command have printed all of its keys, and no other.
  local function assert_documented(command, keys, ...)
    local found = {}
    for _, r in ipairs { ... } do
      local document = assert(json.decode(r.out, 1, json.null), r.out)
      for _, item in ipairs(is_list(document) and document or { document }) do
        local one = {}
        add(item, "", one)
        for path in pairs(one) do
          assert.truthy(keys[path], ("%s prints '%s', which docs/json.md does not have"):format(command, path))
          found[path] = true
        end
      end
    end
    for path in pairs(keys) do
      assert.truthy(found[path], ("%s does not print '%s', which docs/json.md has"):format(command, path))
    end
  end

  local p
  setup(function()
    p = project.new { files = {
      ["migrations/1.lua"] = project.revision { "001_a", head = 'branch_labels = "l"',
        up = 'op.create_table("t", { { "n", "int" } })', down_body = 'op.drop_table("t")' },
      ["models/t.lua"] = 'model.table("t", { { "n", "bigint" } })\n',
    } }
    p:ok("upgrade")
  end)

  it("tells of comparing, configuring and making", function()
    assert_documented("check", documented "check", p:fails(4, "check", "--json"))
    local values = json.decode(p:ok("config", "--json").out, 1, json.null)
    assert.same({ value = "4s", origin = "default" }, values.values.lock_timeout)
    values.values = nil
    assert.same({ file = "moonshift.lua", environment = json.null }, values)
    assert_documented("init", documented "init", p:ok("init", "new", "--json"))
    assert_documented("list-templates", documented "list-templates", p:ok("list-templates", "--json"))
    p:write("sql/8.sql", "select 1")
    p:write("sql/9.sql", "select 1")
    assert_documented("import", documented "import", p:ok("import", "sql", "sql", "--dry-run", "--json"))
    assert_documented("log", documented "log", p:ok("log", "--json"))
    p:write("models/t.lua", 'model.table("t", { { "n", "int" } })\n')
    assert.equal("null\n", p:ok("revision", "--autogenerate", "-m", "x", "--json").out)
    assert.equal("null\n", p:ok("create", "x", "--json").out)
  end)

  it("tells of backfills, a line each", function()
    local q = project.new { files = { ["migrations/1.lua"] = project.revision { "001_a", head = "transactional = false",
      up = 'op.execute "create table t (id int primary key, n int); insert into t values (1)" '
        .. 'op.backfill { table = "t", key = { "id" }, set = { n = 1 } }' } } }
    local r = q:ok("upgrade", "--json")
    r.out = r.out:match "[^\n]+\n$"
    assert_documented("backfill", keys_of(page:match "and at the end: (.-)%."), r)
  end)

  it("tells of revisions, steps, findings and interrupted work", function()
    p:write("migrations/2.lua", project.revision { "002_b", down = "001_a", head = "transactional = false",
      up = 'op.execute "create index i on t (n)" op.execute "select 1 / (select count(*) from t)"' })
    p:write("migrations/3.lua", project.revision { "003_c", down = "001_a", head = 'depends_on = "002_b"' })
    p:fails(1, "upgrade", "002_b")
    assert_documented("plan", documented "plan", p:ok("plan", "002_b", "--json"))
    for _, words in ipairs { { "history" }, { "heads" }, { "show", "003_c" }, { "history", "-i" } } do
      words[#words + 1] = "--json"
      local keys = documented(words[1])
      keys.current = words[2] == "-i" and "always" or nil
      words[2] = words[1] == "heads" and "--json" or words[2]
      local all = p:ok(table.unpack(words))
      assert_documented(words[1], keys, all, p:ok("show", "003_c", "--json"), p:ok("show", "001_a", "--json"))
    end
    assert_documented("branches", documented "branches", p:ok("branches", "--json"))
    assert.equal(2, #json.decode(p:ok("branches", "--json").out)[1].branches)
    assert_documented("lint", documented "lint", p:run("lint", "--json"))
    assert_documented("test", documented "test", p:fails(4, "test", "--json"))
    p:write("migrations/1.lua", p:read "migrations/1.lua" .. "-- edited\n")
    assert_documented("status", documented "status", p:ok("status", "--json"))
    p.db:exec "update moonshift_version set version_num = '003_c'; insert into moonshift_version values ('gone')"
    assert_documented("check --files", documented "check --files", p:fails(6, "check", "--files", "--json"))
  end)
end)
