-- What a backfill tells while it runs: a line on a terminal, log lines, JSON events, status.
local json = require "dkjson"
local project = require "spec.support.project"
local shell = require "spec.support.shell"

local function made(rows, options)
  local p = project.new { files = {
    ["migrations/1.lua"] = project.revision { "001_a",
      up = ('op.execute "create table people as select i as id, null::int as n from generate_series(1, %d) i"\n'
        .. 'op.create_primary_key("people_pk", "people", { "id" })'):format(rows),
      down_body = 'op.drop_table("people")' },
    ["migrations/2.lua"] = project.revision { "002_b", down = "001_a", head = "transactional = false",
      up = ([[op.backfill { table = "people", set = { n = 1 }, %s }
        log "behind it"]]):format(options) },
  } }
  p:ok("upgrade", "001_a")
  return p
end

-- What a terminal of so many columns gets to see.
local function on_terminal(p, columns, words)
  local command = ("stty cols %d rows 24; exec moonshift %s"):format(columns, words)
  return p:sh("script -qec " .. shell.quote(command) .. " /dev/null", { env = { TERM = "xterm" } })
end

describe("progress of a backfill", function()
  it("is a line on a terminal that never wraps and leaves nothing behind", function()
    for _, columns in ipairs { 100, 80, 40, 12 } do
      local p = made(2000, "batch = 100, pause_ms = 30")
      local r = on_terminal(p, columns, "upgrade head")
      assert.equal(0, r.status, r.out)
      local drawn = 0
      for line in r.out:gmatch "\r([^\r\n]*)\27%[K\r" do
        drawn = drawn + 1
        assert.is_true(utf8.len(line) < columns, line)
        if line ~= "" and columns >= 40 then assert.matches("^peop", line) end
        if line ~= "" then assert.matches("%d+%%  %d", line) end
        if columns >= 80 then
          assert.matches("^people %[[^%]]+%] +%d+%%  %d+ rows  %d+/s", line)
        end
      end
      assert.is_true(drawn > 3, "drawn " .. drawn)
      assert.is_true(columns < 60 or r.out:find "ETA 0:%d%d\27" ~= nil)
      -- The line is cleared before the next text.
      assert.matches("\r\27%[K[^\n]*Backfill of people: 2000 rows in", r.out)
    end
  end)

  it("ends cleanly on Ctrl-C", function()
    local p = made(2000, "batch = 100, pause_ms = 100")
    local command = "stty cols 80; moonshift upgrade head & sleep 0.8; kill -INT $!; wait $!; echo status $?"
    local r = p:sh("script -qec " .. shell.quote("bash -c " .. shell.quote("set -m; " .. command)) .. " /dev/null",
      { env = { TERM = "xterm" } })
    assert.matches("\r\27%[K\27?[^\r\n]-[IEW][NRA]", r.out)
    assert.matches("interrupted", r.out)
    assert.matches("status 130", r.out)
    p:ok("upgrade", "head")
    assert.equal("2000", p.db:scalar "select count(*) from people where n = 1")
  end)

  it("is events with --json", function()
    local r = made(3000, "batch = 100, pause_ms = 60"):ok("upgrade", "head", "--json")
    local events = {}
    for line in r.out:gmatch "[^\n]+" do events[#events + 1] = assert(json.decode(line), line) end
    assert.is_true(#events >= 2)
    for i, event in ipairs(events) do
      assert.equal("backfill", event.event)
      assert.equal("002_b", event.revision)
      assert.equal("people", event.table)
      assert.equal(3000, event.total)
      assert.is_true(i == 1 or event.rows > events[i - 1].rows or event.ended)
      assert.equal(i == #events, event.ended)
    end
    local last = events[#events]
    assert.same({ 3000, 3000, 100, 0 }, { last.rows, last.changed, last.percent, last.seconds_left })
    assert.is_true(events[1].percent < 100 and events[1].rate > 0 and events[1].seconds_left >= 0)
  end)

  it("is a log line every five seconds elsewhere, and status tells it in another shell", function()
    local p = made(4000, "batch = 100, pause_ms = 150, workers = 1")
    local handle = p:start("upgrade", "head")
    local status
    repeat
      os.execute "sleep 0.1"
      status = p:ok("status")
    until status.out:find "backfill 1" or not handle.running()
    local done, percent = status.out:match
      "running: 002_b, backfill 1 of people, (%d+) rows of about 4000 %((%d+)%%%) done, since %d%d%d%d%-"
    assert(done, status.out)
    assert.equal(tonumber(done) // 40, tonumber(percent))
    local part = json.decode(p:ok("status", "--json").out).interrupted[1]
    assert.same({ "002_b", "upgrade", "backfill 1 of people", 4000, true },
      { part.revision, part.direction, part.part, part.total, part.live })
    assert.is_true(part.done >= tonumber(done))
    p:fails(3, "status", "--exit-code") -- pending, not interrupted
    while handle.running() and not handle.peek().err:find "rows/s" do os.execute "sleep 0.1" end
    assert.matches("Backfill of people: %d+ rows of about 4000 %(%d+%%%), %d+ rows/s, 0:%d%d left", handle.peek().err)
    handle:kill "KILL"
    handle:wait()
    status = p:fails(5, "status", "--exit-code")
    assert.matches("interrupted: 002_b, backfill 1 of people, %d+ rows of about 4000", status.out)
    assert.is_false(json.decode(p:ok("status", "--json").out).interrupted[1].live)
  end)
end)
