-- The worked history in migrations/: line, branch, merge, rows, a concurrent index.
local project = require "spec.support.project"
local shell = require "spec.support.shell"

local function shop()
  local p = project.new { config = false }
  shell.output(("cp -R %s/migrations %s/moonshift.lua %s"):format(shell.source, shell.source, p.dir))
  return p
end

describe("the worked history", function()
  it("moves rows on the way up and gives them back on the way down", function()
    local p = shop()
    p:ok("upgrade", "003_create_orders")
    p.db:exec [[
      insert into customers (email, name) values
        ('ada@example.org', 'Ada Lovelace'), ('voltaire@example.org', 'Voltaire'),
        ('vincent@example.org', 'Vincent van Gogh');
      insert into orders (customer_id) select id from customers where name like 'Ada%']]
    local before = p.db:query "select id, email, name from customers order by id"

    p:ok("upgrade", "head")
    assert.same({ { "Ada", "Lovelace" }, { "Voltaire", nil }, { "Vincent", "van Gogh" } },
      p.db:query "select given_name, family_name from customers order by id")
    assert.same({ "008_index_order_status" }, p.db:heads())
    assert.equal("t", p.db:scalar "select indisvalid from pg_index where indexrelid = 'ix_orders_open'::regclass")
    assert.equal("3", p.db:scalar "select count(*) from products")

    p:ok("downgrade", "003_create_orders")
    assert.same(before, p.db:query "select id, email, name from customers order by id")
  end)

  it("is nothing after up and down, step by step", function()
    local p = shop()
    local dumps = { [0] = p.db:dump() }
    for i = 1, 3 do
      p:ok("upgrade", "+1")
      dumps[i] = p.db:dump()
    end
    -- Not to the head: 007 gives its column back at the end of the table.
    p:ok("upgrade", "006_merge_reviews_and_names")
    p:ok("downgrade", "003_create_orders")
    for i = 3, 1, -1 do
      assert.equal(dumps[i], p.db:dump())
      p:ok("downgrade", "-1")
    end
    assert.equal(dumps[0], p.db:dump())
  end)

  it("gives the same database through --sql and psql", function()
    local p, q = shop(), shop()
    p:ok("upgrade", "head")
    q.db:exec(q:ok("upgrade", "head", "--sql").out)
    assert.equal(p.db:dump(), q.db:dump())
    assert.same(p.db:heads(), q.db:heads())
  end)

  it("has a branch point, two labels and a merge", function()
    local p = shop()
    assert.matches("003_create_orders (branchpoint)", p:ok("branches").out, 1, true)
    assert.equal("008_index_order_status (reviews, names) (head)\n", p:ok("heads").out)
    p:ok("upgrade", "reviews@head", "--sql")
    p:ok("upgrade", "004_create_reviews")
    p:ok("upgrade", "005_fill_names")
    assert.same({ "004_create_reviews", "005_fill_names" }, p.db:heads())
    p:ok("upgrade", "head")
    assert.same({ "008_index_order_status" }, p.db:heads())
  end)

  it("refuses the rows that verify() does not like, and takes nothing over", function()
    local p = shop()
    p:ok("upgrade", "004_split_names")
    p.db:exec [[
      insert into customers (email, name) values ('x@example.org', 'X Y');
      create function keep() returns trigger language plpgsql as 'begin new.given_name = null; return new; end';
      create trigger keep before update on customers for each row execute function keep()]]
    local r = p:fails(1, "upgrade", "005_fill_names")
    assert.matches("verify", r.err, 1, true)
    assert.same({ "004_split_names" }, p.db:heads())
  end)

  it("is drawn in colours on request, and by Graphviz with the newest on top", function()
    local p = shop()
    local r = p:ok { "--color", "always", "history", "--graph", env = { LC_ALL = "C.UTF-8" } }
    assert.matches("^\27%[31m●\27%[m 008_index_order_status", r.out)
    assert.is_nil(p:ok { "history", "--graph" }.out:find("\27", 1, true))
    if os.execute "command -v dot >/dev/null" ~= true then
      pending "no Graphviz here"
    end
    local plain = p:sh("moonshift history --format dot | env -u LD_PRELOAD dot -Tplain").out
    local height, nodes = {}, 0
    for id, y in plain:gmatch 'node "?([%w_]+)"? [%d.]+ ([%d.]+)' do
      height[id:match "^%d+"], nodes = tonumber(y), nodes + 1
    end
    assert.equal(9, nodes)
    assert.is_true(height["008"] > height["003"] and height["003"] > height["002"] and height["002"] > height["001"])
  end)
end)
