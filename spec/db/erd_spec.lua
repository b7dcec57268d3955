-- erd: what is drawn of a database or the models, that boxes and lines keep clear of each
-- other, that no name can break out of its place, and the page in a browser.
local db = require "spec.support.db"
local project = require "spec.support.project"
local shell = require "spec.support.shell"

local SHOP = [[
create type mood as enum ('glad', 'it''s "so"');
create table customers (id bigint primary key, email varchar(255) unique, mood mood default 'glad');
create table orders (
  id bigint generated always as identity primary key,
  customer_id bigint not null references customers on delete cascade,
  replaces bigint references orders,
  placed_at timestamptz not null default now()
) partition by range (id);
create table orders_1 partition of orders for values from (1) to (1000);
create table orders_2 partition of orders for values from (1000) to (2000);
create table notes (customer_id bigint primary key references customers, "a ""b"" <c> & 'd'" text);
comment on table notes is 'Ends </script><b id=broken> & "so"';
comment on column customers.email is 'where letters go';
create schema odd; create table odd."T [1]" (x int); create table odd.empty ();
]]

-- A schema of n tables that reference earlier ones, some far back, some in a circle.
local function many(n)
  local sql = {}
  local state = 7
  local function random(m) -- Lehmer's generator: the same schema everywhere
    state = state * 48271 % 2147483647
    return state % m + 1
  end
  for i = 1, n do
    local columns = { "id bigint primary key" }
    for k = 1, random(9) do columns[#columns + 1] = ("column_%d%s text"):format(k, ("x"):rep(k * random(3))) end
    for k = 1, i > 3 and random(4) - 1 or 0 do
      local to = random(3) == 1 and random(math.min(i - 1, 4)) or random(i - 1)
      columns[#columns + 1] = ("fk_%d bigint references table_%d"):format(k, to)
    end
    sql[#sql + 1] = ("create table table_%d (%s);"):format(i, table.concat(columns, ", "))
  end
  sql[#sql + 1] = "alter table table_1 add later bigint references table_" .. n .. ";"
  sql[#sql + 1] = "alter table table_2 add later bigint references table_3, add own bigint references table_2;"
  return table.concat(sql, "\n")
end

local function boxes_of(svg)
  local boxes = {}
  for number, x, y, rest in svg:gmatch('<g class="table hue%d" id="t(%d+)"[^>]- transform="translate%((%d+) (%d+)%)">(.-)rx=') do
    local width, height = rest:match 'class="box" width="(%d+)" height="(%d+)"'
    boxes[#boxes + 1] = { number = number, left = tonumber(x), top = tonumber(y),
      right = tonumber(x) + tonumber(width), bottom = tonumber(y) + tonumber(height) }
  end
  return boxes
end

-- The pieces of every line, each as the rectangle it stays in.
local function pieces_of(svg)
  local pieces = {}
  for from, to, path in svg:gmatch 'data%-from="(%d+)" data%-to="(%d+)">.-class="line" d="([^"]+)"' do
    if from ~= to then
      local x, y = path:match "^M(%d+) (%d+)"
      x, y = tonumber(x), tonumber(y)
      for kind, numbers in path:gmatch "([CH])([%d ]+)" do
        local next_x, next_y = numbers:match "(%d+) (%d+) ?$"
        if kind == "H" then next_x, next_y = numbers:match "%d+", y end
        next_x, next_y = tonumber(next_x), tonumber(next_y)
        pieces[#pieces + 1] = { left = math.min(x, next_x), right = math.max(x, next_x),
          top = math.min(y, next_y), bottom = math.max(y, next_y), line = from .. " -> " .. to }
        x, y = next_x, next_y
      end
    end
  end
  return pieces
end

local function overlap(a, b)
  return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom
end

local function assert_clear(svg, n)
  local boxes, pieces = boxes_of(svg), pieces_of(svg)
  assert.equal(n, #boxes)
  assert.truthy(#pieces > 0)
  for i, box in ipairs(boxes) do
    for k = 1, i - 1 do
      assert.is_false(overlap(box, boxes[k]), ("tables %s and %s overlap"):format(box.number, boxes[k].number))
    end
    for _, piece in ipairs(pieces) do
      -- A level piece has no height of its own.
      piece.bottom = math.max(piece.bottom, piece.top + 0.5)
      assert.is_false(overlap(box, piece), ("the line %s crosses table %s"):format(piece.line, box.number))
    end
  end
end

local function shop()
  local p = project.new()
  p.db:exec(SHOP)
  return p
end

describe("erd", function()
  it("writes Mermaid with keys, comments and how many rows refer", function()
    local out = shop():ok "erd".out
    assert.equal([==[
erDiagram
    t0["customers"] {
        bigint id PK
        varchar(255) email UK "where letters go"
        mood mood
    }
    t1["notes"] {
        bigint customer_id PK, FK
        text a__b___c_____d_
    }
    t2["orders"] {
        bigint id PK
        bigint customer_id FK
        bigint replaces FK
        timestamptz placed_at
    }
    t3["odd.T [1]"] {
        integer x
    }
    t4["odd.empty"]
    t0 ||--o| t1 : "customer_id"
    t0 ||--o{ t2 : "customer_id"
    t2 |o--o{ t2 : "replaces"
]==], out)
  end)

  it("draws a schema alone, keys alone, or the models", function()
    local p = shop()
    assert.equal('erDiagram\n    t0["odd.T [1]"] {\n        integer x\n    }\n    t1["odd.empty"]\n',
      p:ok("erd", "--schema", "odd").out)
    assert.matches('t2["orders"] {\n        bigint id PK\n        bigint customer_id FK\n        bigint replaces FK\n    }',
      p:ok("erd", "--columns", "keys").out, 1, true)
    assert.matches('t0["customers"]\n', p:ok("erd", "--columns", "none").out, 1, true)
    p:write("models/a.lua", 'model.table("planned", { { "id", "bigint", primary_key = true } })\n')
    assert.equal('erDiagram\n    t0["planned"] {\n        bigint id PK\n    }\n', p:ok("erd", "--models").out)
  end)

  it("writes what Graphviz reads", function()
    local p = shop()
    p:ok("erd", "--format", "dot", "-o", "shop.dot")
    local dot = p:read "shop.dot"
    assert.matches("t2:l1 -> t0:r0 [arrowtail=crowodot, arrowhead=teetee];", dot, 1, true)
    assert.matches("\n    t2:r2:e -> t2:r0:e [", dot, 1, true) -- itself: beside the table, not across it
    assert.matches("a &quot;b&quot; &lt;c&gt; &amp; &#39;d&#39;", dot, 1, true)
    if os.execute "command -v dot >/dev/null" ~= true then
      pending "no Graphviz here"
    end
    local r = p:sh "env -u LD_PRELOAD dot -Tplain shop.dot"
    assert.equal("", r.err)
    assert.equal(5, select(2, r.out:gsub("\nnode ", "")))
    assert.equal(3, select(2, r.out:gsub("\nedge ", "")))
  end)

  it("keeps boxes and lines clear of each other, and draws the same twice", function()
    local p = project.new()
    for _, n in ipairs { 6, 90 } do
      p.db:exec("drop schema public cascade; create schema public;" .. many(n))
      local svg = p:ok("erd", "--format", "svg").out
      assert_clear(svg, n)
      assert.equal(svg, p:ok("erd", "--format", "svg").out)
    end
  end)

  it("gives a partition's key to the table that is drawn", function()
    local p = project.new()
    p.db:exec [[create table a (id int primary key);
      create table b (id int, a_id int) partition by list (id);
      create table b1 partition of b for values in (1); create table b2 partition of b for values in (2);
      alter table b1 add foreign key (a_id) references a; alter table b2 add foreign key (a_id) references a;]]
    assert.equal('    t0 |o--o{ t1 : "a_id"\n', p:ok "erd".out:match "\n    }\n(    t0 [^\n]*\n)$")
    assert.matches(">2 parts</text>", p:ok("erd", "--format", "svg").out, 1, true)
  end)

  it("draws a key as optional when any of its columns may be NULL", function()
    local p = project.new()
    p.db:exec [[create table a (x int, y int, primary key (x, y));
      create table b (x int, y int not null, foreign key (x, y) references a);
      create table c (x int not null, y int not null, foreign key (x, y) references a)]]
    local out = p:ok "erd".out
    assert.matches('    t0 |o--o{ t1 : "x, y"\n', out, 1, true)
    assert.matches('    t0 ||--o{ t2 : "x, y"\n', out, 1, true)
  end)

  it("tells enums of one name in two schemas apart", function()
    local p = project.new()
    p.db:exec [[create type mood as enum ('sad', 'ok'); create schema a; create type a.mood as enum ('x', 'y');
      create table t (i mood, j a.mood[])]]
    local page, seen = p:ok("erd", "--format", "html").out, {}
    for labels in page:gmatch "one of <code>([^<]*)</code>" do seen[#seen + 1] = labels end
    assert.same({ "sad, ok", "x, y" }, seen)
  end)

  it("says when there is nothing to draw, and when it cannot write", function()
    local p = project.new()
    assert.matches("there is no table to draw", p:ok("erd", "--format", "html", "-o", "x.html").err, 1, true)
    assert.matches("'no/x' cannot be written: No such file or directory", p:fails(1, "erd", "-o", "no/x").err, 1, true)
    assert.matches("'migrations' cannot be written: Is a directory", p:fails(1, "erd", "-o", "migrations").err, 1, true)
    assert.matches("'/dev/full' cannot be written: No space left", p:fails(1, "erd", "-o", "/dev/full").err, 1, true)
  end)

  it("writes its file whole or not at all, through a link, and keeps its permissions", function()
    local p = shop()
    p:write("docs/schema.svg", "old")
    p:sh "chmod 640 docs/schema.svg; ln -s docs/schema.svg link.svg"
    local r = p:sh "trap '' XFSZ; ulimit -f 1; moonshift erd --format svg -o link.svg"
    assert.equal(1, r.status)
    assert.matches("'link.svg' cannot be written: File too large", r.err, 1, true)
    assert.equal("old", p:read "docs/schema.svg")
    assert.same({ "schema.svg" }, p:files "docs")
    p:ok("erd", "--format", "svg", "-o", "link.svg")
    assert.matches("^<svg", p:read "docs/schema.svg")
    assert.equal("640\n", p:sh("stat -c %a docs/schema.svg; test -L link.svg").out)
    assert.equal(p:ok "erd".out, p:ok("erd", "-o", "/dev/stdout").out)
  end)
end)

describe("erd's page", function()
  local p
  setup(function()
    p = shop()
    p:ok("erd", "--format", "html", "--title", "Shop & <more>", "-o", "page.html")
  end)

  it("is one file that asks nobody for anything, and no text breaks out", function()
    local page = p:read "page.html"
    assert.matches("<title>Shop &amp; &lt;more&gt;</title>", page, 1, true)
    page = page:gsub('xmlns="http://www.w3.org/2000/svg"', "")
    for _, word in ipairs { "http:", "https:", "src=", "@import", "url(", "<link", "{{" } do
      assert.is_nil(page:find(word, 1, true), word)
    end
    assert.equal(1, select(2, page:gsub("</script>", "")))
    assert.is_nil(page:find("<b id=broken>", 1, true))
    assert.matches("<td class=\"name null\">a &quot;b&quot; &lt;c&gt; &amp; &#39;d&#39;</td>", page, 1, true)
    assert.matches("one of <code>glad, it&#39;s &quot;so&quot;</code>", page, 1, true)
    assert.matches("customer_id, on delete cascade", page, 1, true)
    -- A table's own keys first, one to itself once, then those of others.
    local card = page:match '<details class="card hue0" id="c2".-</details>'
    local arrows = {}
    for arrow, to in card:gmatch '<li>(%S+) <a href="#c(%d)"' do arrows[#arrows + 1] = arrow .. to end
    assert.same({ "→0", "→2" }, arrows)
  end)

  -- The page as a browser leaves it, opened at #hash. chromium or chrome, whichever is there.
  local function dom(hash)
    local browser
    for _, name in ipairs { "chromium", "chromium-browser", "google-chrome" } do
      browser = browser or os.execute(("command -v %s >/dev/null"):format(name)) == true and name
    end
    if not browser then
      pending "no Chromium here"
    end
    return shell.output(("env -u LD_PRELOAD HOME=%s timeout 50 %s --headless=new --no-sandbox --disable-gpu "
      .. "--virtual-time-budget=2000 --dump-dom 'file://%s#%s' 2>/dev/null"):format(p.dir, browser, p:path "page.html", hash))
  end

  local function classes(page, id)
    return page:match('<[%a]+ class="([^"]*)" id="' .. id .. '"')
  end

  it("finds by name, column and comment", function()
    local page = dom "search=LETTERS%20go"
    assert.matches("found", classes(page, "t0"))
    for _, id in ipairs { "t1", "t2", "t3", "c1", "c2", "c3" } do
      assert.matches("faded", classes(page, id), id)
    end
    assert.is_nil(classes(page, "c0"):find "faded")
    assert.matches('<p class="none" style="display: block;">', dom "search=nowhere", 1, true)
  end)

  it("shows what hangs together with the table that is chosen", function()
    local page = dom "table=notes"
    assert.matches("chosen", classes(page, "t1"))
    assert.is_nil(classes(page, "t0"):find "faded")
    assert.matches("faded", classes(page, "t2"))
    assert.matches('<g class="link hot" data-from="1" data-to="0">', page, 1, true)
    assert.matches('id="c1" data-t="1" open=""', page, 1, true)
  end)
end)

it("draws a database of 400 tables in a moment", function()
  local d = db.create()
  d:exec(many(400))
  local p = project.new { db = false, env = { DATABASE_URL = d.url } }
  local r = p:ok { "erd", "--format", "svg", timeout = 20 }
  assert.equal(400, #boxes_of(r.out))
end)
