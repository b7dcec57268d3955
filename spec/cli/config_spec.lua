-- Where configuration values come from, and what is said about bad ones.
local project = require "spec.support.project"

-- value and origin of one key, read from the lines of `config`
local function value(p, key, call)
  call = call or {}
  table.insert(call, 1, "config")
  local out = p:ok(call).out
  for line in out:gmatch("[^\n]+") do
    local name, rest = line:match("^(%S+)%s+(.*)$")
    if name == key then
      local shown, origin = rest:match("^(.-)%s%s+(.*)$")
      return shown, origin
    end
  end
  error("no key " .. key .. " in:\n" .. out)
end

describe("the order of sources", function()
  it("is option, environment, .env, file, default", function()
    local p = project.new { db = false, config = "return {}" }
    local function is(shown, origin, call)
      local v, o = value(p, "lock_wait", call)
      assert.same({ shown, origin }, { v, o })
    end
    is("10min", "default")
    p:write("moonshift.lua", 'return { lock_wait = "1h" }')
    is("1h", "moonshift.lua")
    p:write(".env", "# first\nMOONSHIFT_LOCK_WAIT=30s\n")
    is("30s", "MOONSHIFT_LOCK_WAIT, .env:2")
    is("1500ms", "MOONSHIFT_LOCK_WAIT", { env = { MOONSHIFT_LOCK_WAIT = "1500ms" } })
    is("30s", "MOONSHIFT_LOCK_WAIT, .env:2", { env = { MOONSHIFT_LOCK_WAIT = "" } })
    for given, shown in pairs { forever = "forever", ["0"] = "0", ["7200s"] = "2h", ["90m"] = "90min" } do
      is(shown, "MOONSHIFT_LOCK_WAIT", { env = { MOONSHIFT_LOCK_WAIT = given } })
    end
  end)

  it("lets an environment of the file win over its top level", function()
    local p = project.new { db = false, config = [[
      return { url = "postgres://a/b", role = "app",
               environments = { prod = { url = "postgres://u:pw@c/d", protected = true } } }]] }
    assert.equal("postgres://a/b", (value(p, "url")))
    local shown, origin = value(p, "url", { "-e", "prod" })
    assert.same({ "postgres://u:***@c/d", "moonshift.lua, environments.prod" }, { shown, origin })
    assert.equal("true", (value(p, "protected", { "--env", "prod" })))
    assert.equal("app", (value(p, "role", { "-e", "prod" })))
    assert.equal("true", (value(p, "protected", { env = { MOONSHIFT_ENV = "prod" } })))
    assert.matches('"environment": "prod"', p:ok("config", "-e", "prod", "--json").out, 1, true)
    assert.equal("prod\n", p:ok("config", "environments").out)
    local r = p:fails(2, "config", "-e", "prd")
    assert.equal("error: there is no environment 'prd'\n  hint: there are: prod\n", r.err)
    p:write("moonshift.lua", "return {}")
    assert.matches("\n  hint: name it in the configuration: environments = { prd = { url = ... } }\n",
      p:fails(2, "config", "-e", "prd").err, 1, true)
  end)
end)

describe("the connection", function()
  local p
  before_each(function() p = project.new { db = false, config = "return {}" } end)
  local function is(shown, origin, call)
    local v, o = value(p, "url", call)
    assert.same({ shown, origin }, { v, o })
  end

  it("is --url, then the file's, then DATABASE_URL, then POSTGRES_*, then libpq's", function()
    is("-", "PG* and libpq's defaults")
    p:write(".env", "POSTGRES_HOST=h\nPOSTGRES_PORT=5434\nPOSTGRES_DB=d\nPOSTGRES_USER=u\nPOSTGRES_PASSWORD='it''s'\n")
    p:fails(1, "config") -- text behind the quote
    p:write(".env", "POSTGRES_HOST=h\nPOSTGRES_PORT=5434\nPOSTGRES_DB=d\nPOSTGRES_USER=u\nPOSTGRES_PASSWORD=\"s'c\"\n")
    local shown, origin = value(p, "url")
    assert.equal("POSTGRES_*", origin)
    assert.matches("host='h' port='5434' dbname='d' user='u' password=", shown)
    assert.is_nil(shown:find("s'c", 1, true))
    p:write(".env", [[POSTGRES_DB='d\e'
POSTGRES_USER="it's"]])
    assert.equal([[dbname='d\\e' user='it\'s']], (value(p, "url")))
    p:write(".env", "POSTGRES_HOST=h")
    local with_url = { env = { DATABASE_URL = "postgresql+asyncpg://u:pw@h/d" } }
    is("postgresql+asyncpg://u:***@h/d", "DATABASE_URL", with_url)
    p:write("moonshift.lua", 'return { url = env "OTHER" }')
    is("postgresql+asyncpg://u:***@h/d", "DATABASE_URL",
      { env = { DATABASE_URL = "postgresql+asyncpg://u:pw@h/d" } })
    is("postgres://o/p", "moonshift.lua",
      { env = { DATABASE_URL = "postgres://u:pw@h/d", OTHER = "postgres://o/p" } })
    is("postgres://x/y", "--url", { "--url", "postgres://x/y", env = { OTHER = "postgres://o/p" } })
  end)

  it("is never shown with its password", function()
    for _, url in ipairs { "postgres://u:hunter2@h/d", "host=h password=hunter2", "host=h password='hunter2 x'",
      "postgres://h/d?password=hunter2", "postgres://u:hunter2@h:port/d" } do
      for _, words in ipairs { { "config" }, { "config", "--json" }, { "config", "url" }, { "current" },
        { "current", "-v" }, { "wait", "--timeout", "0" } } do
        local call = { env = { DATABASE_URL = url, PGCONNECT_TIMEOUT = "2" } }
        for i, word in ipairs(words) do call[i] = word end
        local r = p:run(call)
        assert.is_nil((r.out .. r.err):find("hunter2", 1, true), table.concat(words, " ") .. ": " .. url)
      end
    end
  end)
end)

describe(".env", function()
  local function read(text, key)
    local p = project.new { db = false, config = 'return { role = env "' .. (key or "K") .. '" }' }
    p:write(".env", text)
    return (p:ok("config", "role").out:gsub("\n$", ""))
  end

  it("understands quotes, blanks, comments, export, CRLF and a byte order mark", function()
    assert.equal("a", read "K=a")
    assert.equal("a b", read "  K =  a b  \n")
    assert.equal("a b", read 'K="a b" # why\n')
    assert.equal("a # b", read "K='a # b'")
    assert.equal("a#b", read "K=a#b")
    assert.equal("a", read "K=a # b")
    assert.equal('a"b$c', read [[K="a\"b\$c"]])
    assert.equal([[a\n]], read [[K='a\n']])
    assert.equal("a", read "export K=a\r\nX=1\r\n")
    assert.equal("a", read "\r\n# x\r\n\r\nK='a'\r\n")
    assert.equal("a", read "\xEF\xBB\xBFK=a\n")
    assert.equal("two", read "K=one\nK=two\n")
    assert.equal("a=b==", read "K=a=b==")
    assert.equal("one\ntwo", read 'K="one\r\ntwo"')
    assert.equal("", read "K=\nX=1")
  end)

  local function refused(text, line, message)
    local p = project.new { db = false }
    p:write(".env", text)
    local r = p:fails(1, "config")
    assert.equal(("error: .env: %s\n  at .env:%d\n"):format(message, line), r.err:match("^.-\n.-\n"))
    assert.is_nil(r.err:find("sekret", 1, true))
  end

  it("names the line of a mistake and never a value", function()
    refused("A=1\nsekret\n", 2, "a line is not KEY=value")
    refused("A=1\n\nPASSWORD sekret\n", 3, "a line is not KEY=value")
    refused("=sekret\n", 1, "a line is not KEY=value")
    refused("A='x\n y'\nB='sekret\n", 3, "a quoted value does not end")
    refused('A="sek"ret\n', 1, "text stands behind the closing quote")
  end)
end)

describe("a bad configuration", function()
  local function refused(text, message, hint)
    local p = project.new { db = false, config = text }
    local r = p:fails(1, "config")
    assert.equal("error: " .. message, r.err:match("^[^\n]*"))
    if hint then assert.equal(hint, r.err:match("hint: ([^\n]*)")) end
    return r
  end

  it("is refused with the key, and the nearest right one", function()
    refused("return { lock_timout = '4s' }", "moonshift.lua: unknown key 'lock_timout'",
      "did you mean 'lock_timeout'?")
    refused("return { environments = { dev = { urll = 'x' } } }",
      "moonshift.lua, environments.dev: unknown key 'urll'", "did you mean 'url'?")
  end)

  it("is refused when a hook is none, or no command", function()
    local wanted = "moonshift.lua: 'hooks' must be a table of commands, or lists of commands, for " ..
      '"post_write", "before_run", "after_run", "on_error"'
    for _, hooks in ipairs { "on_version_apply = 'x'", "on_error = 5", "'x'", "after_run = { { 'x' } }" } do
      refused(("return { hooks = { %s } }"):format(hooks), wanted)
    end
  end)

  it("is refused when a value has the wrong type", function()
    refused("return { lock_timeout = 4000 }",
      'moonshift.lua: \'lock_timeout\' must be a time with its unit: "500ms", "4s", "5min", "1h", or 0')
    refused("return { lock_timeout = '1000000001d' }", -- more milliseconds than there is room for, soon
      'moonshift.lua: \'lock_timeout\' must be a time with its unit: "500ms", "4s", "5min", "1h", or 0')
    refused("return { transaction = 'file' }",
      [[moonshift.lua: 'transaction' must be one of "revision", "all", "none"]])
    refused("return { protected = 'yes' }", "moonshift.lua: 'protected' must be true or false")
    refused("return { lint = { 'ban-drop-table' } }", "moonshift.lua: 'lint' must be a table of key = value")
    refused("return { environments = { {} } }", "moonshift.lua: 'environments' must be a table of key = value")
    refused("return { url = 7 }", "moonshift.lua: 'url' must be text")
    refused("return { exclude = { 1 } }", "moonshift.lua: 'exclude' must be a list of texts")
    refused("return { lock_retries = -1 }", "moonshift.lua: 'lock_retries' must be a whole number")
  end)

  it("names file and line of what Lua refuses", function()
    local r = refused("return {\n  url = ,\n}", "unexpected symbol near ','")
    assert.matches("\n  at moonshift%.lua:2\n", r.err)
    r = project.new({ db = false, config = "return {\n url = os.getenv 'X' }" }):fails(1, "config")
    assert.matches("\n  at moonshift%.lua:2\n", r.err)
  end)

  it("is missed when it was named", function()
    local p = project.new { db = false }
    assert.matches("^error: %-%-config: there is no file 'nope.lua'\n", p:fails(1, "heads", "-c", "nope.lua").err)
    local r = p:fails(1, { "heads", env = { MOONSHIFT_CONFIG = "nope.lua" } })
    assert.matches("^error: MOONSHIFT_CONFIG: there is no file 'nope.lua'\n", r.err)
  end)

  it("is not needed where migrations/ is", function()
    local p = project.new { db = false, config = false, files = {
      ["migrations/001_a.lua"] = project.revision { "001_a" } } }
    assert.equal("001_a (head)\n", p:ok("heads").out)
  end)

  it("says where a project is when there is none here", function()
    local p = project.new { db = false, config = false, files = { ["a/b/x"] = "" } }
    assert.matches("there is no directory 'migrations'\n  hint: start a project here with 'moonshift init'",
      p:fails(1, "heads").err)
    p:write("moonshift.lua", "return {}")
    assert.matches("hint: a project is above: cd there, or say %-c %.%./%.%./moonshift%.lua",
      p:fails(1, { "heads", cwd = p:path "a/b" }).err)
  end)
end)

describe("config", function()
  it("prints one value, all as JSON, or what the keys mean", function()
    local p = project.new { db = false, config = "return { exclude = { 'a', 'b' } }" }
    assert.equal("a, b\n", p:ok("config", "exclude").out)
    assert.equal("moonshift_version\n", p:ok("config", "version-table").out)
    local json = p:ok("config", "version_table", "--json").out
    assert.matches('"file": "moonshift.lua"', json)
    assert.matches('"version_table": {%s+"value": "moonshift_version",%s+"origin": "default"', json)
    assert.matches("\nlock_wait +how long to wait", p:ok("config", "--keys").out)
    assert.equal("error: there is no configuration key 'lock_wat'\n  hint: did you mean 'lock_wait'?\n",
      p:fails(2, "config", "lock_wat").err)
    assert.equal("error: there is no configuration key 'x'\n  hint: 'moonshift config' lists the keys there are\n",
      p:fails(2, "config", "x").err)
  end)
end)
