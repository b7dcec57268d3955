-- What one writes for the same work without Moonshift, and what its Lua does.
local shell = require "spec.support.shell"

local peers = {}

-- A loop in PL/pgSQL that commits after each 10,000 rows.
function peers.loop(rows)
  return ([[
do $$
declare last bigint := 0;
begin
  while last < %d loop
    update t set copy = lower(name) where id > last and id <= last + 10000;
    commit;
    last := last + 10000;
  end loop;
end $$;
]]):format(rows)
end

-- The same as a script of statements, each a transaction.
function peers.batches(rows)
  local lines = {}
  for from = 0, rows - 1, 10000 do
    lines[#lines + 1] = ("update t set copy = lower(name) where id > %d and id <= %d;\n"):format(from, from + 10000)
  end
  return table.concat(lines)
end

peers.LUA_ROWS = [[
local i = 0
op.copy_from("c", { "id", "name", "note" }, { rows = function()
  i = i + 1
  if i <= %d then return { i, "Name of " .. i, i %% 3 > 0 and "a note" or op.NULL } end
end })]]

-- The loop that people write in a revision of Alembic.
peers.PYTHON_FILL = [[
import sys
import psycopg2
from psycopg2.extras import execute_values

connection = psycopg2.connect(sys.argv[1])
cursor = connection.cursor()
last = 0
while True:
    cursor.execute("select id, name from t where id > %s order by id limit 10000", (last,))
    rows = cursor.fetchall()
    if not rows:
        break
    values = [(id, name.lower()) for id, name in rows]
    execute_values(cursor, "update t set copy = v.copy from (values %s) as v (id, copy) where t.id = v.id", values)
    connection.commit()
    last = rows[-1][0]
]]

local ENV_PY = [[
import os
from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
]]

local BULK_INSERT = [[
import csv
from alembic import op
import sqlalchemy as sa

revision = "001"
down_revision = None


def upgrade():
    c = sa.table("c", sa.column("id", sa.BigInteger), sa.column("name", sa.Text), sa.column("note", sa.Text))
    batch = []
    for id, name, note in csv.reader(open("@CSV")):
        batch.append({"id": int(id), "name": name, "note": note or None})
        if len(batch) == 10000:
            op.bulk_insert(c, batch)
            batch = []
    op.bulk_insert(c, batch)
]]

-- The directory of an Alembic project that loads a file.
function peers.alembic(csv)
  local directory = shell.directory()
  shell.write(directory .. "/alembic.ini", "[alembic]\nscript_location = migrations\n")
  shell.write(directory .. "/migrations/env.py", ENV_PY)
  shell.write(directory .. "/migrations/versions/001_load.py", (BULK_INSERT:gsub("@CSV", csv)))
  return directory
end

return peers
