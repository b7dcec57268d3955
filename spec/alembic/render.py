"""The SQL that Alembic writes for each call of calls.txt: render.py < calls.txt

Each case is the text between its line `=== title` and `--`; a NUL byte ends its SQL.
"""
import io
import re
import sys

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint, INT4RANGE, JSONB, UUID


def render(calls):
    out = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql",
        dialect_opts={"paramstyle": "named"},  # else each % comes out twice
        opts={"as_sql": True, "output_buffer": out, "literal_binds": True},
    )
    names = dict(globals(), op=Operations(context))
    with context.begin_transaction():
        exec(calls, names)  # trusted: a file of this repository
    return out.getvalue()


for case in re.split(r"(?m)^=== .*\n", sys.stdin.read())[1:]:
    sys.stdout.write(render(case.split("\n--\n")[0]) + "\0")
