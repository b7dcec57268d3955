model.table("users", {
  { "id",              "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
  { "email",           "varchar(255)", nullable = false },
  { "hashed_password", "varchar(255)", nullable = false },
  { "is_active",       "boolean",      nullable = false, default = true },
  { "created_at",      "timestamptz",  nullable = false, default = sql "now()" },
  { "updated_at",      "timestamptz",  nullable = false, default = sql "now()" },
  indexes = {
    { "email", name = "ix_users_email", unique = true },
  },
})

model.table("conversations", {
  { "id",         "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
  { "user_id",    "uuid",         nullable = false, references = { "users", "id", on_delete = "cascade" } },
  { "title",      "varchar(500)" },
  { "created_at", "timestamptz",  nullable = false, default = sql "now()" },
  { "updated_at", "timestamptz",  nullable = false, default = sql "now()" },
  indexes = {
    { "user_id", name = "ix_conversations_user_id" },
    { "updated_at", name = "ix_conversations_updated_at" },
  },
})

model.table("messages", {
  { "id",              "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
  { "conversation_id", "uuid",         nullable = false, references = { "conversations", "id", on_delete = "cascade" } },
  { "role",            "message_role", nullable = false },
  { "content",         "text",         nullable = false },
  { "metadata",        "jsonb" },
  { "created_at",      "timestamptz",  nullable = false, default = sql "now()" },
  indexes = {
    { "conversation_id", "created_at", name = "ix_messages_conversation_created" },
  },
})

model.table("scratchpad_entries", {
  { "id",              "uuid",         primary_key = true, default = sql "gen_random_uuid()" },
  { "conversation_id", "uuid",         nullable = false, references = { "conversations", "id", on_delete = "cascade" } },
  { "entry_type",      "scratchpad_entry_type", nullable = false },
  { "content",         "text",         nullable = false },
  { "created_at",      "timestamptz",  nullable = false, default = sql "now()" },
  { "updated_at",      "timestamptz",  nullable = false, default = sql "now()" },
  indexes = {
    { "conversation_id", "entry_type", name = "ix_scratchpad_entries_conversation_type" },
  },
})
