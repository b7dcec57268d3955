model.table("sessions", {
  { "id",         "uuid",      primary_key = true, default = sql "gen_random_uuid()" },
  { "user_id",    "varchar" },
  { "created_at", "timestamp", nullable = false, default = sql "current_timestamp" },
  { "updated_at", "timestamp", nullable = false, default = sql "current_timestamp" },
  { "metadata",   "jsonb" },
  indexes = {
    { "user_id",               name = "ix_sessions_user_id" },
    { "user_id", "created_at", name = "ix_sessions_user_created" },
    { "created_at",            name = "ix_sessions_created_at" },
  },
})

model.table("messages", {
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
  indexes = {
    { "session_id",               name = "ix_messages_session_id" },
    { "session_id", "created_at", name = "ix_messages_session_created" },
  },
})
