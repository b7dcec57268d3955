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
    { "postgresql://u:p@h:54x2/d", '"54x2" is not a port number', "postgresql://" },
    { "postgresql://u:p@h:99999/d", '"99999" is not a port number', "postgresql://" },
    { "postgresql://h/d?sslmod=require", 'unknown parameter "sslmod"', 'did you mean "sslmode"?' },
    { "postgresql://h/d?schema=app", 'no connection parameter "schema"', 'search_path = "app"' },
    { "postgresql://h/d?sslmode", 'parameter without "="', "?sslmode=require" },
    { "postgresql://u:secret@[::1/d", "cannot be read", "postgresql://" },
    { "host=h password=two words", 'not key=value at character 21: there is no "="', "password='two words'" },
    { "host=h password='open", "not key=value at character 17: the quote is not closed", "in quotes" },
    { "host=h pasword=x", 'unknown parameter "pasword"', 'did you mean "password"?' },
    { "mydb", '"mydb" is not a connection URL', "postgresql://" },
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
    { "u:p@h/d", "u:***@h/d" },
    { "postgresql://u:p@ss/w@h/d", "postgresql://u:***@h/d" },
    { "", "" },
  }
  for _, case in ipairs(cases) do
    it("masks " .. case[1], function()
      assert.equal(case[2], pg.url_masked(case[1]))
    end)
  end
end)
