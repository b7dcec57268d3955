message       = "initial migration"
revision      = "8f3c2d1a9b4e"
down_revision = nil

function upgrade()
  op.create_table("user", {
    { "id",         "integer",   primary_key = true, identity = true },
    { "username",   "varchar",   nullable = false },
    { "email",      "varchar",   nullable = false },
    { "created_at", "timestamp", nullable = false, default = sql "now()" },
  })
  op.create_index("ix_user_username", "user", { "username" }, { unique = true })
  op.create_index("ix_user_email", "user", { "email" }, { unique = true })
end

function downgrade()
  op.drop_table("user")
end
