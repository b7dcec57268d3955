-- Connection URLs: what is accepted, what it becomes, and that no password is shown.
local pg = require("moonshift_core").pg

describe("url_normal", function()
  local accepted = {
    { "", "" },
    { "postgres://u:p@h/d", "postgresql://u:p@h/d" },
    { "  postgresql://u:p@h:5433/d\r\n", "postgresql://u:p@h:5433/d" },
    { "postgresql+asyncpg://u:p@h/d", "postgresql://u:p@h/d" },
    { "postgresql+psycopg2://u@h/d", "postgresql://u@h/d" },
    { "postgres+pgx://h/d", "postgresql://h/d" },
    { "postgresql:///d", "postgresql:///d" },
    { "postgresql://u:p%40ss%25%2Fw@h/d", "postgresql://u:p%40ss%25%2Fw@h/d" },
    { "postgresql://u:a:b#c!d?e@h/d", "postgresql://u:a:b#c!d?e@h/d" },
    { "postgresql://[::1]:5432/d", "postgresql://[::1]:5432/d" },
    { "postgresql://a:1,b:2/d?target_session_attrs=any",
      "postgresql://a:1,b:2/d?target_session_attrs=any" },
    { "postgresql+asyncpg://u:p@h/d?ssl=require&prepared_statement_cache_size=0",
      "postgresql://u:p@h/d?sslmode=require" },
    { "postgresql://h/d?ssl=true", "postgresql://h/d?sslmode=require" },
    { "postgresql://h/d?schema=public&connection_limit=5", "postgresql://h/d" },
    { "postgresql://postgres@/d?host=/tmp&port=5432", "postgresql://postgres@/d?host=/tmp&port=5432" },
    { "host=h dbname = d password='two words' user=u", "host=h dbname = d password='two words' user=u" },
    { [[password='it\'s' host=h]], [[password='it\'s' host=h]] },
    { "host=h password=a://b@c", "host=h password=a://b@c" },
  }
  for _, case in ipairs(accepted) do
    it("takes " .. case[1]:gsub("%s+$", ""), function()
      assert.same(case[2], (assert(pg.url_normal(case[1]))))
    end)
  end

  local refused = {
    { "postgresql://u:p@ss@h/d", 'holds a "@" that is not encoded', '"@" as %40: postgresql://u:***@h/d' },
    { "postgresql://u:p@ss%/w@h/d", 'holds a "@"', '"@" as %40, "%" as %25, "/" as %2F' },
    { "postgresql://u:pa/ss@h/d", 'holds a "/"', '"/" as %2F: postgresql://u:***@h/d' },
    { "postgresql://u:100%@h/d", 'holds a "%"', '"%" as %25' },
    { "postgresql://u:a%zz@h/d", 'holds a "%"', '"%" as %25' },
    { "postgresql://u:a%00b@h/d", 'holds a "%"', '"%" as %25' },
    { "postgresql://u:p@h/a%", 'a "%" in the connection URL does not start an encoded', "%25" },
    { "mysql://u:secret@h/d", '"mysql://" is not a PostgreSQL URL', "postgresql://user:password@host" },
    { "jdbc:postgresql://h/d", "is not a PostgreSQL URL", 'leave out "jdbc:"' },
    { "postgresql://u:p@h:54x2/d", 'the port in the connection URL is not a number', "postgresql://" },
    { "postgresql://u:p@h:99999/d", '99999 in the connection URL is not a port number', "postgresql://" },
    { "postgresql://h/d?sslmod=require", 'unknown parameter "sslmod"', 'did you mean "sslmode"?' },
    { "postgresql://h/d?schema=app", 'no connection parameter "schema"', 'search_path = "app"' },
    { "postgresql://h/d?sslmode", 'parameter without "="', "?sslmode=require" },
    { "postgresql://u:secret@[::1/d", "cannot be read", "postgresql://" },
    { "host=h password=two words", 'not key=value at character 21: there is no "="', "password='two words'" },
    { "host=h password='open", "not key=value at character 17: the quote is not closed", "in quotes" },
    { "host=h pasword=x", 'unknown parameter "pasword"', 'did you mean "password"?' },
    { "mydb", '"mydb" is not a connection URL', "postgresql://" },
    { "u:p@h/d", "is given as the connection URL is not one", "postgresql://" },
    { "postgresql://u:p@h/d\1", "control character at character 21" },
  }
  for _, case in ipairs(refused) do
    it("refuses " .. case[1], function()
      local ok, e = pg.url_normal(case[1])
      assert.is_nil(ok)
      assert.truthy(e.message:find(case[2], 1, true), e.message)
      if case[3] then assert.truthy(e.hint:find(case[3], 1, true), e.hint) end
    end)
  end

  it("shows no piece of a password, however the text is wrong", function()
    for _, text in ipairs {
      "postgresql://u:S3cr@t/9x%@h/d", "mysql://u:S3cr9x@h/d", "u:S3cr9x@h/d",
      "host=h password=S3cr 9x", "host=h password='S3cr9x", "password=S3cr 9x=1 host=h",
      "postgresql://u:S3cr9x@h:port/d", "postgresql://u:S3cr9x@[::1/d",
      "postgresql://u:S3cr9x@h/d?nope=1", "postgresql://h/d?nope=1&password=S3cr9x",
      "postgresql://u:S3cr9x@h/%", "postgres:/u:S3cr9x@h/d",
      "postgresql://u:S3cr9x%zz@h/d",
    } do
      local ok, e = pg.url_normal(text)
      assert.is_nil(ok)
      local shown = e.text .. pg.url_masked(text)
      assert.is_nil(shown:find("S3cr", 1, true), shown)
      assert.is_nil(shown:find("9x", 1, true), shown)
    end
  end)
end)

describe("url_masked", function()
  local cases = {
    { "postgresql://u:p@h:5432/d?sslmode=require", "postgresql://u:***@h:5432/d?sslmode=require" },
    { "postgresql+asyncpg://u:p%40@h/d", "postgresql+asyncpg://u:***@h/d" },
    { "postgresql://u@h/d", "postgresql://u@h/d" },
    { "postgresql://h/d", "postgresql://h/d" },
    { "postgresql://u:@h/d", "postgresql://u:@h/d" },
    { "postgresql://h/d?user=u&password=x&sslpassword=y", "postgresql://h/d?user=u&password=***&sslpassword=***" },
    { "host=h password=x dbname=d", "host=h password=*** dbname=d" },
    { "host=h password='two words' dbname=d", "host=h password=*** dbname=d" },
    { [[password = 'it\'s' host=h]], "password = *** host=h" },
    { "host=h PASSWORD=x", "host=h PASSWORD=***" },
    { "host=h password=two words", "host=h password=*** ***" },
    { "u:p@h/d", "***" },
    { "postgresql://u:lost/d", "postgresql://u:***/d" },
    { "postgresql://a:1,b:2/d", "postgresql://a:1,b:2/d" },
    { "postgresql://u:p@ss/w@h/d", "postgresql://u:***@h/d" },
    { "", "" },
  }
  for _, case in ipairs(cases) do
    it("masks " .. case[1], function()
      assert.equal(case[2], pg.url_masked(case[1]))
    end)
  end
end)

describe("whatever the text", function()
  it("shows no password of a URL that is taken", function()
    math.randomseed(20261121)
    local seeds = {
      "postgresql://user:SECRET@host:5432/db?sslmode=require&connect_timeout=3",
      "postgresql+asyncpg://user:SECRET@[::1]/db?ssl=require", "postgres://user:SECRET@a:1,b:2/db",
      "host=h port=5432 user=u password=SECRET dbname=d", "password='SECRET' host = h options='-c a=b'",
    }
    local pieces = { "@", ":", "/", "//", "?", "&", "=", "%", "%40", "'", "\\", " ", "#", "[", "]", ",",
      "+", "\0", "\n", "é", "password", "a", "1" }
    for _ = 1, 20000 do
      local text = seeds[math.random(#seeds)]
      for _ = 1, math.random(4) do
        local at = math.random(0, #text)
        text = text:sub(1, at) .. pieces[math.random(#pieces)] .. text:sub(at + math.random(1, 2))
      end
      local masked = pg.url_masked(text)
      local normal, e = pg.url_normal(text)
      if normal and normal ~= "" then
        -- What is normal is masked and taken alike.
        assert.equal(normal, (assert(pg.url_normal(normal))))
        if pg.url_masked(normal):find("***", 1, true) then
          assert.is_nil(masked:find("SECRET", 1, true), masked)
        end
      elseif not normal and (text:find(":SECRET", 1, true) or text:find("password ?= ?'?SECRET")) then
        -- (else the fuzz has cut the very word that says what the secret is)
        assert.is_nil(e.text:find("SECRET", 1, true), text)
      end
    end
  end)
end)

describe("sql_masked", function()
  for sql, shown in pairs {
    ["alter role a password 'p''w' valid until 'x'"] = "alter role a password '****' valid until 'x'",
    ["alter role a password '' valid until 'x'"] = "alter role a password '' valid until 'x'",
    ["ALTER ROLE a PASSWORD E'pw'"] = "ALTER ROLE a PASSWORD E'**'",
    ["ALTER ROLE a PASSWORD E'p\\'w' LOGIN"] = "ALTER ROLE a PASSWORD E'****' LOGIN",
    ["alter role a password $$p'w$$ login"] = "alter role a password $$***$$ login",
    ["alter role a password $x$pw$x$"] = "alter role a password $x$**$x$",
    ["do $$begin execute 'alter role a password ''pw'' login'; end$$"] =
      "do $$begin execute 'alter role a password ''**'' login'; end$$",
    ["update t set password='' where password = ''"] = "update t set password='' where password = ''",
    ["alter role a password 'pw"] = "alter role a password '**",
    ["select dblink('password=''p w'' host=h')"] = "select dblink('password=''***'' host=h')",
    ["create subscription s connection 'postgres://u:pw@h:1/d' publication p"] =
      "create subscription s connection 'postgres://u:**@h:1/d' publication p",
    ["select 'postgres://h:5432/d', 'http://x/a:b@c'"] = "select 'postgres://h:5432/d', 'http://x/a:b@c'",
    ["create user mapping options (user 'u', password 'ü1')"] = "create user mapping options (user 'u', password '**')",
    ["select dblink('host=h password=pw dbname=d')"] = "select dblink('host=h password=** dbname=d')",
    ["select password from users where password = 'x'"] = "select password from users where password = '*'",
    ["create table t (password text)"] = "create table t (password text)",
  } do
    it("masks " .. sql, function()
      assert.equal(shown, pg.sql_masked(sql))
    end)
  end
end)
