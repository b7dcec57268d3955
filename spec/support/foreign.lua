-- Small projects of other tools, as their own documentation would have one write them. All
-- end with the same schema: users(id, name, email) with an index on name and two rows.
--
-- foreign.TOOL is { directory =, files = { [path] = text } }.
local foreign = {}

foreign.dbmate = { directory = "db/migrations", files = {
  ["db/migrations/20240101120000_create_users.sql"] = [[
-- migrate:up
CREATE TABLE users (
  id integer PRIMARY KEY,
  name text NOT NULL -- ; not the end
);
INSERT INTO users VALUES (1, 'a;b'), (2, ']] .. "]]" .. [[');

-- migrate:down
DROP TABLE users;
]],
  ["db/migrations/20240102120000_index_names.sql"] = [[
-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY users_name ON users (name);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY users_name;
]],
  ["db/migrations/20240103120000_add_email.sql"] =
    "-- migrate:up\r\nALTER TABLE users ADD COLUMN email text;\r\n\r\n-- migrate:down\r\n" ..
    "ALTER TABLE users DROP COLUMN email;\r\n",
} }

foreign.goose = { directory = "migrations.goose", files = {
  ["migrations.goose/00001_create_users.sql"] = [[
-- +goose Up
CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
-- +goose StatementBegin
CREATE FUNCTION fill() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO users VALUES (1, 'a;b');
  INSERT INTO users VALUES (2, ']] .. "]]" .. [[');
END;
$$;
-- +goose StatementEnd
SELECT fill();
DROP FUNCTION fill();

-- +goose Down
DROP TABLE users;
]],
  ["migrations.goose/00002_index_names.sql"] = [[
-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY users_name ON users (name);

-- +goose Down
DROP INDEX CONCURRENTLY users_name;
]],
  ["migrations.goose/00010_add_email.sql"] = [[
-- +goose Up
ALTER TABLE users ADD COLUMN email text;

-- +goose Down
ALTER TABLE users DROP COLUMN email;
]],
} }

foreign["golang-migrate"] = { directory = "schema", files = {
  ["schema/000001_create_users.up.sql"] = [[
BEGIN;
CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO users VALUES (1, 'a;b'), (2, ']] .. "]]" .. [[');
COMMIT;
]],
  ["schema/000001_create_users.down.sql"] = "BEGIN;\nDROP TABLE users;\nCOMMIT;\n",
  ["schema/000002_index_names.up.sql"] = "CREATE INDEX CONCURRENTLY users_name ON users (name);\n",
  ["schema/000002_index_names.down.sql"] = "DROP INDEX users_name;\n",
  ["schema/10_add_email.up.sql"] = "\xEF\xBB\xBFALTER TABLE users ADD COLUMN email text;\n",
  ["schema/10_add_email.down.sql"] = "ALTER TABLE users DROP COLUMN email;\n",
} }

foreign.flyway = { directory = "sql", files = {
  ["sql/V1__create_users.sql"] = [[
CREATE TABLE ${schema}.users (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO users VALUES (1, 'a;b'), (2, ']] .. "]]" .. [[');
]],
  ["sql/U1__create_users.sql"] = "DROP TABLE users;\n",
  ["sql/V1_1__index names.sql"] = "CREATE INDEX CONCURRENTLY users_name ON users (name);\n",
  ["sql/V1_1__index names.sql.conf"] = "executeInTransaction=false\n",
  ["sql/U1.1__index_names.sql"] = "DROP INDEX users_name;\n",
  ["sql/late/V1.10__add_email.sql"] = "ALTER TABLE users ADD COLUMN email text;\n",
  ["sql/R__names.sql"] = "CREATE OR REPLACE VIEW names AS SELECT name FROM users;\n",
} }

foreign.sql = { directory = "scripts", files = {
  ["scripts/001-users.sql"] = [[
CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO users VALUES (1, 'a;b'), (2, ']] .. "]]" .. [[');
]],
  ["scripts/002 index.up.sql"] = "COMMIT;\nCREATE INDEX CONCURRENTLY users_name ON users (name);\nBEGIN;\n",
  ["scripts/002 index.down.sql"] = "DROP INDEX users_name;\n",
  ["scripts/003_email/migration.sql"] = "ALTER TABLE users ADD COLUMN email text;\n",
} }

local function alembic(revision, head, bodies)
  return ([[
"""%s

Revision ID: %s
Revises: %s
Create Date: 2024-01-0%d 12:00:00.123456

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = '%s'
down_revision: Union[str, Sequence[str], None] = %s
branch_labels: Union[str, Sequence[str], None] = %s
depends_on = None


def upgrade() -> None:
%s

def downgrade() -> None:
%s]]):format(head.message, revision, head.revises or "", head.day, revision, head.down or "None",
    head.labels or "None", bodies[1], bodies[2])
end

foreign.alembic = { directory = ".", files = {
  ["alembic.ini"] = "[alembic]\nscript_location = %(here)s/db\nsqlalchemy.url = postgresql:///nowhere\n",
  ["db/script.py.mako"] = "",
  ["db/env.py"] = [[
from alembic import context

context.configure(
    url=context.config.get_main_option("sqlalchemy.url"),
    literal_binds=True,
    dialect_opts={"paramstyle": "named"},
)
with context.begin_transaction():
    context.run_migrations()
]],
  ["db/versions/1975ea83b712_create_users.py"] = alembic("1975ea83b712", { message = "create users", day = 1 }, { [[
    op.create_table(
        'users',
        sa.Column('id', sa.Integer, primary_key=True, autoincrement=False),
        sa.Column('name', sa.Text, nullable=False),
    )
    users = sa.table('users', sa.column('id', sa.Integer), sa.column('name', sa.Text))
    op.bulk_insert(users, [{'id': 1, 'name': 'a;b'}, {'id': 2, 'name': ']] .. "]]" .. [['}])
]], "    op.drop_table('users')\n" }),
  ["db/versions/ae1027a6acf_index_names.py"] = alembic("ae1027a6acf", { message = "index names", day = 2,
    revises = "1975ea83b712", down = "'1975ea83b712'", labels = "('names',)" }, { [[
    with op.get_context().autocommit_block():
        op.create_index('users_name', 'users', ['name'], postgresql_concurrently=True)
]], "    op.drop_index('users_name')\n" }),
  ["db/versions/b0b_add_email.py"] = alembic("b0b", { message = "add email\nfor letters", day = 3,
    revises = "1975ea83b712", down = "'1975ea83b712'" }, {
    "    op.add_column('users', sa.Column('email', sa.Text))\n", "    op.drop_column('users', 'email')\n" }),
  ["db/versions/c0c_merge.py"] = alembic("c0c", { message = "merge", day = 4, revises = "ae1027a6acf, b0b",
    down = "(\n    'ae1027a6acf',  # one\n    \"b0b\",\n)" }, { "    pass\n", "    pass\n" }),
} }

return foreign
