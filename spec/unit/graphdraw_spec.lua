-- `history --graph`: lanes for a terminal, Graphviz, Mermaid.
local graph = require("moonshift_core").graph
local revisions = require "spec.support.revisions"

local function drawn(text, options, range)
  local g = assert(revisions.build(text))
  return assert(g:draw("lanes", range or ":", options))
end

-- The picture as it is written in the spec: margin and last line taken away.
local function picture(text)
  local margin = text:match("^\n?( *)")
  return (text:gsub("^\n", ""):gsub("%f[^\n\0]" .. margin, ""):gsub(" *$", ""))
end

local merge = [[
  t1
  t2 <- t1
  l3 <- t2
  r3 <- t2
  m4 <- l3 r3
]]

describe("lanes", function()
  it("are one for a line", function()
    assert.equal("* 3\n* 2\n* 1\n", drawn "1\n2 <- 1\n3 <- 2")
    assert.equal("● 2\n● 1\n", drawn("1\n2 <- 1", { utf8 = true }))
    assert.equal("", drawn "")
  end)

  it("fork at a merge and join at a branch point", function()
    assert.equal(picture [[

      * m4
      |\
      | * r3
      * | l3
      |/
      * t2
      * t1
    ]], drawn(merge))
    assert.equal(picture [[

      ● m4
      ├─╮
      │ ● r3
      ● │ l3
      ├─╯
      ● t2
      ● t1
    ]], drawn(merge, { utf8 = true }))
  end)

  it("show two heads of one trunk", function()
    assert.equal(picture [[

      * b2
      * b1
      | * a1
      |/
      * t
    ]], drawn "t\na1 <- t\nb1 <- t\nb2 <- b1")
  end)

  it("cross others to fork and to join", function()
    local text = "t\na <- t\nb <- t\nc <- t\nm <- a b c"
    assert.equal(picture [[

      * m
      |\
      |-|\
      | | * c
      | * | b
      * | | a
      |/  |
      |--/
      * t
    ]], drawn(text))
    assert.equal(picture [[

      ● m
      ├─┬─╮
      │ │ ● c
      │ ● │ b
      ● │ │ a
      ├─┴─╯
      ● t
    ]], drawn(text, { utf8 = true }))
    -- A line between them that goes on is crossed.
    assert.equal(picture [[

      ● m
      ├─┬─╮
      │ │ ● z
      │ ● │ y
      ● │ │ x
      ├─┼─╯
      ● │ t
      ├─╯
      ● s
    ]], drawn("s\nt <- s\nx <- t\ny <- s\nz <- t\nm <- x y z", { utf8 = true }))
  end)

  it("have a colour for each line, the branch's own on the way to it", function()
    local function colored(color, text) return ("\27[%dm%s\27[m"):format(color, text) end
    assert.equal(colored(31, "*") .. " c\n" .. colored(31, "|") .. colored(32, "\\") .. "\n"
      .. colored(31, "|") .. " " .. colored(32, "*") .. " b\n" .. colored(31, "*") .. " a\n",
      drawn("a\nb\nc <- a b", { color = true }))
  end)

  it("leave a gap between lines that have nothing in common", function()
    assert.equal("* b2\n* b1\n\n* a2\n* a1\n", drawn "a1\na2 <- a1\nb1\nb2 <- b1")
  end)

  it("are dotted for dependencies", function()
    assert.equal(picture [[

      * c2
      |\
      * : c1
        :
      * : a2
      |/
      * a1
    ]], drawn "a1\na2 <- a1\nc1\nc2 <- c1 +a1")
    assert.equal(picture [[

      ● c2
      ├─╮
      ● ┊ c1
        ┊
      ● ┊ a2
      ├─╯
      ● a1
    ]], drawn("a1\na2 <- a1\nc1\nc2 <- c1 +a1", { utf8 = true }))
  end)

  it("reuse a column that has become free", function()
    assert.equal(picture [[

      * m
      |\
      | * x
      * b
      |\
      | * y
      * a
    ]], drawn "a\ny\nb <- a y\nx\nm <- b x")
  end)

  it("leave out what is not listed", function()
    assert.equal("* m4\n* l3\n", drawn(merge, nil, "l3:"))
    assert.equal("* l3\n* t2\n", drawn(merge, nil, "t2:l3"))
  end)

  it("mark what is not applied", function()
    assert.equal("o 2\n* 1\n", drawn("1\n2 <- 1", { hollow = { ["2"] = true } }))
    assert.equal("○ 2\n● 1\n", drawn("1\n2 <- 1", { hollow = { ["2"] = true }, utf8 = true }))
  end)

  it("go on beside texts of several lines", function()
    local g = assert(graph.build {
      { id = "a", message = "a\nfirst" },
      { id = "b", down = { "a" }, message = "b\n\nsecond\n" },
      { id = "c", down = { "a" }, message = "c" },
      { id = "m", down = { "b", "c" }, message = "m\nboth" },
    })
    assert.equal(picture [[

      * m
      | both
      |\
      | * c
      * | b
      | |
      | | second
      |/
      * a
      first
    ]], g:draw("lanes", ":"))
  end)

  it("show each revision once, in a row of its own, for any graph", function()
    math.randomseed(7)
    for _ = 1, 200 do
      local list = {}
      for i = 1, math.random(1, 30) do
        local r = { id = ("r%02d"):format(i), down = {}, depends = {} }
        for _ = 1, math.random(0, 3) do
          if i > 1 then
            table.insert(math.random() < 0.8 and r.down or r.depends, list[math.random(i - 1)].id)
          end
        end
        list[i] = r
      end
      local g = assert(graph.build(list))
      for _, utf8_too in ipairs { false, true } do
        local text, seen = g:draw("lanes", ":", { utf8 = utf8_too }), {}
        assert(utf8.len(text))
        for line in text:gmatch("([^\n]*)\n") do
          assert(not line:find(" $"), line)
          local id = line:match("r%d%d$")
          assert.equal(id ~= nil, line:find("*", 1, true) ~= nil or line:find("●", 1, true) ~= nil)
          if id then seen[#seen + 1] = id end
        end
        assert.same(g:range ":", seen)
      end
    end
  end)
end)

describe("the other pictures", function()
  local g = assert(graph.build {
    { id = "001", message = 'say "hi"\nmore', labels = { "shop", "b" } },
    { id = "00\\2", down = { "001" }, message = "a <b> & c; #1" },
    { id = "003", down = { "00\\2" }, depends = { "shop" } },
  })

  it("are text for Graphviz", function()
    assert.equal([[
digraph revisions {
    rankdir=TB;
    node [shape=box, style=rounded, fontname="monospace"];
    "003" [label="003", penwidth=2];
    "00\\2" [label="00\\2\na <b> & c; #1"];
    "001" [label="001\nsay \"hi\"\n(shop, b)"];
    "003" -> "00\\2";
    "003" -> "001" [style=dashed];
    "00\\2" -> "001";
}
]], g:draw("dot", ":"))
  end)

  it("are text for Mermaid", function()
    assert.equal([[
flowchart TB
    r2["003"]
    r1["00\2<br>a #60;b#62; #38; c#59; #35;1"]
    r0["001<br>say #34;hi#34;<br>(shop, b)"]
    r2 --> r1
    r2 -.-> r0
    r1 --> r0
]], g:draw("mermaid", ":"))
  end)

  it("hold only what is listed", function()
    assert.equal('flowchart TB\n    r2["003"]\n', g:draw("mermaid", "003:"))
  end)
end)
