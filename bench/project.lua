-- The same history of N revisions for every contestant: a table with a bigserial key and
-- three more columns, and an index on one of them.
local shell = require "spec.support.shell"

local project = {}

local function id(i)
  return ("%06d"):format(i)
end

local MOONSHIFT = [[
-- Revision ID: @ID
-- Create Date: 2024-01-01 12:00:00
message       = "create t@N"
revision      = "@ID"
down_revision = @DOWN

function upgrade()
  op.create_table("t@N", {
    { "id",         "bigserial",    primary_key = true },
    { "name",       "varchar(255)", nullable = false },
    { "amount",     "integer",      nullable = false, default = 0 },
    { "created_at", "timestamptz",  nullable = false, default = sql "now()" },
  })
  op.create_index("ix_t@N_name", "t@N", { "name" })
end

function downgrade()
  op.drop_index("ix_t@N_name")
  op.drop_table("t@N")
end
]]

local ALEMBIC = [[
"""create t@N

Revision ID: @ID
Create Date: 2024-01-01 12:00:00
"""
from alembic import op
import sqlalchemy as sa

revision = "@ID"
down_revision = @DOWN
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "t@N",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=sa.text("now()")),
    )
    op.create_index("ix_t@N_name", "t@N", ["name"])


def downgrade():
    op.drop_index("ix_t@N_name")
    op.drop_table("t@N")
]]

-- What `alembic init` writes, without its logging, which costs time.
local ENV_PY = [[
import os
from alembic import context
from sqlalchemy import create_engine, pool

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration="EACH" in os.environ)
        with context.begin_transaction():
            context.run_migrations()
]]

local function write_revisions(directory, n, template, none, suffix)
  for i = 1, n do
    local text = template:gsub("@(%u+)", {
      N = i, ID = id(i), DOWN = i > 1 and '"' .. id(i - 1) .. '"' or none,
    })
    shell.write(("%s/%s_create_t%d.%s"):format(directory, id(i), i, suffix), text)
  end
end

-- Gives the directory of a Moonshift project.
function project.moonshift(n)
  local directory = shell.directory()
  shell.write(directory .. "/moonshift.lua", "return {}\n")
  write_revisions(directory .. "/migrations", n, MOONSHIFT, "nil", "lua")
  return directory
end

-- Gives the directory of an Alembic project.
function project.alembic(n)
  local directory = shell.directory()
  shell.write(directory .. "/alembic.ini", "[alembic]\nscript_location = migrations\n")
  shell.write(directory .. "/migrations/env.py", ENV_PY)
  write_revisions(directory .. "/migrations/versions", n, ALEMBIC, "None", "py")
  return directory
end

project.id = id
return project
