message       = "create threads table"
revision      = "001_create_threads_table"
down_revision = nil

function upgrade()
  op.create_enum("platform", { "sherab", "webuddhist", "webuddhist-app" })
  op.create_table("threads", {
    { "id",         "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
    { "email",      "varchar(255)", nullable = false },
    { "created_at", "timestamptz",  nullable = false, default = sql "now()" },
    { "updated_at", "timestamptz",  nullable = false, default = sql "now()" },
    { "is_deleted", "boolean",      nullable = false, default = false },
    { "platform",   "platform",     nullable = false },
  })
  op.create_index("ix_threads_email", "threads", { "email" })
  op.create_index("ix_threads_created_at", "threads", { "created_at" })
end

function downgrade()
  op.drop_index("ix_threads_created_at")
  op.drop_index("ix_threads_email")
  op.drop_table("threads")
  op.drop_enum("platform")
end
