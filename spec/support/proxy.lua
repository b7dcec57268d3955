-- Something between the program and the server that breaks, on purpose.
--
--   local proxy = require "spec.support.proxy"
--   proxy.start("before", 2)      the URL's host and port; see below
--
-- As a script (proxy.start runs it) it listens on a port of its own on 127.0.0.1:
--
--   before N   passes everything on to the server of PGHOST, but cuts both ways when the
--              program sends its N-th COMMIT: the server does not see it
--   after N    lets the N-th COMMIT pass and cuts when the server says that it is done: the
--              program does not see that
--   say HEX    answers whoever connects with these bytes, and is no server at all
--   mute       accepts, and never answers
--   one        passes everything on for the first who connects, and is mute for the others
local shell, cleanup

local proxy = {}

function proxy.start(...)
  shell, cleanup = require "spec.support.shell", require "spec.support.cleanup"
  local dir = shell.directory()
  local words = {}
  for i, word in ipairs { ... } do words[i] = shell.quote(word) end
  os.execute(("cd %s && env -u LD_PRELOAD lua5.4 spec/support/proxy.lua %s %s >%s/log 2>&1 & echo $! >%s/pid")
    :format(shell.source, dir, table.concat(words, " "), dir, dir))
  cleanup.add(function() os.execute(("kill $(cat %s/pid) 2>/dev/null"):format(dir)) end)
  shell.output(("for i in $(seq 200); do test -s %s/port && exit; sleep 0.05; done; cat %s/log; false")
    :format(dir, dir))
  return "127.0.0.1", tonumber(shell.read(dir .. "/port"))
end

if ... == "spec.support.proxy" then return proxy end

local socket = require "socket"
local unix = require "socket.unix"

local dir, mode, what = ...
local listening = assert(socket.bind("127.0.0.1", 0))
local _, port = listening:getsockname()
do
  local f = assert(io.open(dir .. "/port.new", "w"))
  f:write(port)
  f:close()
  os.rename(dir .. "/port.new", dir .. "/port")
end

-- Two ends of one connection: what one sends, the other gets.
local other, is_client = {}, {}

local function close(one)
  for _, s in ipairs { one, other[one] } do
    s:close()
    other[s], is_client[s] = nil, nil
  end
end

local silent = {}
local function accept()
  local client = assert(listening:accept())
  if mode == "mute" or mode == "one" and next(other) then
    silent[#silent + 1] = client
    return
  end
  if mode == "say" then
    client:receive(8)
    client:send((what:gsub("%x%x", function(hex) return string.char(tonumber(hex, 16)) end)))
    socket.sleep(0.1)
    client:close()
    return
  end
  local server = unix()
  assert(server:connect(os.getenv "PGHOST" .. "/.s.PGSQL." .. (os.getenv "PGPORT" or "5432")))
  client:settimeout(0)
  server:settimeout(0)
  other[client], other[server], is_client[client] = server, client, true
end

local commits = 0
-- A message of the extended protocol that parses COMMIT: 'P', its length, an empty name.
local PARSE, DONE = "P\0\0\0\14\0COMMIT\0", "C\0\0\0\11COMMIT\0"

-- Passes data on, up to where it has to be cut; true: it was.
local function pass(from, data)
  local pattern = is_client[from] and mode == "before" and PARSE or not is_client[from] and mode == "after" and DONE
  local to, at = other[from], 1
  while pattern do
    local first, last = data:find(pattern, at, true)
    if not first then break end
    commits = commits + 1
    if commits == tonumber(what) then
      to:send(data:sub(1, first - 1))
      socket.sleep(0.05)
      return true
    end
    at = last + 1
  end
  to:settimeout(nil)
  to:send(data)
  to:settimeout(0)
end

while true do
  local seen = { listening }
  for s in pairs(other) do seen[#seen + 1] = s end
  for _, s in ipairs((socket.select(seen))) do
    if s == listening then
      accept()
    elseif other[s] then
      local data, problem, part = s:receive(65536)
      data = data or part
      local cut = data and #data > 0 and pass(s, data)
      if cut or problem == "closed" then close(s) end
    end
  end
end
