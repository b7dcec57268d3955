model.table("chathistory", {
  { "id",         "integer",   primary_key = true, identity = true },
  { "user_id",    "integer",   nullable = false, references = "user.id" },
  { "message",    "text",      nullable = false },
  { "created_at", "timestamp", nullable = false, default = sql "now()" },
  indexes = { { "user_id", name = "ix_chathistory_user_id" } },
})
