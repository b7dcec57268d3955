-- examples/data and examples/column-type, typed with some thousand rows instead of a million.
local project = require "spec.support.project"
local readme = require "spec.support.readme"

describe("examples/data", function()
  it("walks its README, interrupted on the way", function()
    local p = project.copy("examples/data")
    local walk = readme.walk("examples/data/README.md", p)
    p:ok("upgrade", "002_add_columns", "-x", "rows=5000")
    -- Somebody pulls the plug in the middle of 003, between two batches.
    p:write("migrations/003_split_names.lua",
      (p:read("migrations/003_split_names.lua"):gsub("workers = 2", "workers = 2, batch = 200, pause_ms = 50")))
    local handle = p:start("upgrade", "head")
    while p.db:scalar "select count(*) from people where given_name is not null" == "0" do
      os.execute "sleep 0.05"
    end
    handle:kill "KILL"
    handle:wait()
    assert.matches("interrupted: 003_split_names, backfill 1 of people, range 1 of 2, %d+ rows of about 2500",
      walk:ok("moonshift status").out)
    local r = walk:ok("moonshift upgrade head")
    assert.matches("Continuing backfill 1 of people", r.err)
    assert.matches(("%d people have no address that can be used"):format(5000 // 11), r.err, 1, true)
    assert.same({ "006_names_are_there" }, p.db:heads())
    walk:ok("moonshift upgrade head -x rows=5000") -- nothing to do
    assert.same({
      { "1", "Grace", "Hopper", "person.1@gmail.com", nil, "1", "{a,1}", "{}" },
      { "2", "Alan", "Turing", "person.2@gmail.com", nil, nil, "{}", "{}" },
      { "21", "Grace", nil, "person.21@gmail.com", "City 21", nil, nil, "{}" },
      { "33", "Edsger", "Hopper", nil, "City 33", nil, nil, "{}" },
    }, p.db:query [[select id, given_name, family_name, address, city, age, tags, profile from people
      where id in (1, 2, 21, 33) order by 1]])
    assert.equal("0", p.db:scalar [[select count(*) from people
      where profile <> '{}' or concat_ws(' ', given_name, family_name) <> name]])
    p:ok("downgrade", "002_add_columns")
    assert.equal('{"age": 1, "tags": ["a", "1"]}', p.db:scalar "select profile from people where id = 1")
    walk:ok("moonshift downgrade base")
    assert.matches("UPDATE people SET", walk:ok("moonshift upgrade --sql 001_create_people:003_split_names").out, 1, true)
    assert.same({}, p.db:heads())
    walk:all_done { "rows=1000000" }
  end)
end)

describe("examples/column-type", function()
  it("walks its README while others write", function()
    local p = project.copy("examples/column-type")
    local walk = readme.walk("examples/column-type/README.md", p)
    walk:ok("moonshift upgrade 002_expand -x rows=5000")
    p:write("migrations/003_fill.lua",
      (p:read("migrations/003_fill.lua"):gsub('key = "id"', 'key = "id", batch = 250, pause_ms = 20')))
    local handle = p:start("upgrade", "003_fill")
    local sum = tonumber(p.db:scalar "select sum(amount) from payments")
    for i = 1, 20 do
      p.db:exec(("update payments set amount = amount + 1 where id = %d; insert into payments (amount) values (7)")
        :format(i * 230))
      sum = sum + 8
    end
    local r = handle:wait()
    assert.equal(0, r.status, r.err)
    walk:ok("moonshift upgrade 003_fill")
    walk:ok("moonshift upgrade 005_swap")
    assert.equal("bigint", p.db:columns("payments")[4]:match "amount (%a+)")
    p.db:exec "insert into payments (amount) values (1000)"
    sum = sum + 1000
    walk:ok("moonshift downgrade 002_expand")
    assert.equal(tostring(sum), p.db:scalar "select sum(amount) from payments")
    walk:ok("moonshift upgrade 005_swap")
    p.db:exec "insert into payments (amount) values (3000000000)"
    sum = sum + 3000000000
    walk:ok("moonshift upgrade head")
    assert.equal(tostring(sum), p.db:scalar "select sum(amount) from payments")
    assert.same({ "id bigint not null", "paid_at timestamp with time zone not null default now()", "amount bigint not null" },
      p.db:columns("payments"))
    assert.matches("cannot be undone: amounts that an integer cannot hold", p:fails(1, "downgrade", "-1").err)
    walk:all_done { "rows=1000000" }
  end)
end)
