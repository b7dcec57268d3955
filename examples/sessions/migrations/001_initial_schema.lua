message       = "Initial schema: create sessions and messages tables"
revision      = "001_initial_schema"
down_revision = nil

function upgrade()
  op.create_table("sessions", {
    { "id",         "uuid",      primary_key = true, default = sql "gen_random_uuid()" },
    { "user_id",    "varchar" },
    { "created_at", "timestamp", nullable = false, default = sql "current_timestamp" },
    { "updated_at", "timestamp", nullable = false, default = sql "current_timestamp" },
    { "metadata",   "jsonb" },
  })
  op.create_index("ix_sessions_user_id", "sessions", { "user_id" })
  op.create_index("ix_sessions_user_created", "sessions", { "user_id", "created_at" })
  op.create_index("ix_sessions_created_at", "sessions", { "created_at" })

  op.create_table("messages", {
    { "id",         "integer",   primary_key = true, identity = true },
    { "session_id", "uuid",      nullable = false, references = { "sessions", "id", on_delete = "cascade" } },
    { "role",       "varchar",   nullable = false },
    { "content",    "text",      nullable = false },
    { "created_at", "timestamp", nullable = false, default = sql "current_timestamp" },
    { "sources",    "jsonb" },
    { "latency_ms", "double precision" },
    { "top_k",      "integer" },
    { "query_type", "varchar" },
    checks = { { "role in ('user', 'assistant')", name = "ck_messages_role" } },
  })
  op.create_index("ix_messages_session_id", "messages", { "session_id" })
  op.create_index("ix_messages_session_created", "messages", { "session_id", "created_at" })
end

function downgrade()
  op.drop_table("messages")
  op.drop_table("sessions")
end
