-- The project of the specs of op.backfill: revision 001_a, applied, makes tables with rows,
-- and 002_b is what `call` does to them (`head`: more lines of its header).
local project = require "spec.support.project"

local people = { ROWS = 20000 }

function people.made(call, head)
  local p = project.new { files = {
    ["migrations/1.lua"] = project.revision { "001_a", up = ([[
op.execute "create table people (id bigint primary key, name text not null, lower_name text, n int default 0)"
  op.execute "insert into people (id, name) select i * 3, 'Name ' || i from generate_series(1, %d) i"
  op.execute "create table pairs (a int, b text, done int default 0, primary key (a, b))"
  op.execute "insert into pairs select i, j::text from generate_series(1, 40) i, generate_series(1, 40) j"
  op.execute "create table keyless (n int)"]]):format(people.ROWS),
      down_body = 'op.execute "drop table people, pairs, keyless"' },
    ["migrations/2.lua"] = project.revision { "002_b", down = "001_a",
      head = head or "transactional = false", up = call },
  } }
  p:ok("upgrade", "001_a")
  return p
end

return people
