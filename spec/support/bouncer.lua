-- A PgBouncer in front of the specs' server.
--
--   local bouncer = require "spec.support.bouncer"
--   bouncer.there                     false: it is not installed
--   bouncer.start(d, "transaction", 5)   the URL of database d through it, a pool of 5
local cleanup = require "spec.support.cleanup"
local shell = require "spec.support.shell"

local bouncer = { there = os.execute "command -v pgbouncer >/dev/null" == true }

local port = 7400 + shell.pid % 500

function bouncer.start(d, mode, size)
  local dir = shell.directory()
  port = port + 1
  shell.write(dir .. "/users.txt", '"postgres" ""\n')
  shell.write(dir .. "/ini", ([[
[databases]
%s = host=%s port=%s dbname=%s user=postgres
[pgbouncer]
listen_addr =
listen_port = %d
unix_socket_dir = %s
auth_type = any
auth_file = %s/users.txt
pool_mode = %s
default_pool_size = %d
logfile = %s/log
pidfile = %s/pid
]]):format(d.name, os.getenv "PGHOST", os.getenv "PGPORT", d.name, port, dir, dir, mode, size, dir, dir))
  local as = shell.output("id -u"):match "^0" and "runuser -u postgres -- " or ""
  if as ~= "" then shell.output("chown -R postgres: " .. dir) end
  shell.output(("env -u LD_PRELOAD %spgbouncer -d -q %s/ini"):format(as, dir))
  cleanup.add(function() os.execute(("kill $(cat %s/pid) 2>/dev/null"):format(dir)) end)
  shell.output(([[for i in $(seq 100); do env -u LD_PRELOAD pg_isready -q -h %s -p %d && exit; sleep 0.05; done
    cat %s/log; false]]):format(dir, port, dir))
  return ("postgresql://postgres@/%s?host=%s&port=%d"):format(d.name, dir, port)
end

return bouncer
